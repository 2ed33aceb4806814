"""The layers of a policy that travel with a table, as JSON: in its remarks, in a data file of ours.

Whoever edits a file edits them too, so that they are held against the schema as any file is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from herbgis.foundation.errors import PolicyError
from herbgis.foundation.language import tr
from herbgis.geo.geopackages import layer_remarks

#: The name of the remark that holds the JSON.
CARRIED = "herbgis"
#: Files that hold it; others keep the digest alone.
DATA_FILES = frozenset({".gpkg", ".geojson", ".parquet"})
_LAYERS = "layers"
#: Where pandas notes a table's remarks in a Parquet file.
_ATTRS = b"PANDAS_ATTRS"


def text_of(layers: Iterable[Mapping[str, Any]]) -> str:
    """Layers as JSON, in the order in which their files say them."""
    return json.dumps({_LAYERS: [*layers]}, ensure_ascii=False, separators=(",", ":"))


def layers_in(text: str, where: str) -> list[dict[str, Any]]:
    """The layers of a JSON.

    Raises
    ------
    PolicyError
        It is no JSON, or holds no layers.
    """
    try:
        layers = json.loads(text)[_LAYERS]
    except (TypeError, ValueError, KeyError, RecursionError):
        layers = None
    if not isinstance(layers, list) or not layers or not all(isinstance(x, dict) for x in layers):
        msg = tr(
            "{where}的工作要点读不懂: {text}…。请用 policy= 另给工作要点,"
            " 或去掉表里的 attrs[{remark!r}]。",
            where=where,
            text=text[:30],
            remark=CARRIED,
        )
        raise PolicyError(msg)
    return layers


def keep_in_parquet(path: Path, text: str) -> None:
    """Put the JSON into a Parquet file where geopandas, before 1.2, left the remarks out."""
    if _ATTRS in (pq.read_schema(path).metadata or {}):
        return
    table = pq.read_table(path)
    remarks = json.dumps({CARRIED: text}).encode()
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, _ATTRS: remarks}), path)


def text_in(path: Path) -> str:
    """The JSON in a data file that herbgis wrote.

    Raises
    ------
    PolicyError
        The file holds none.
    """
    suffix = path.suffix.lower()
    try:
        if suffix == ".parquet":
            noted = (pq.read_schema(path).metadata or {}).get(_ATTRS, b"{}")
            told = json.loads(noted).get(CARRIED)
        elif suffix == ".geojson":
            held = json.loads(path.read_text(encoding="utf-8")).get(CARRIED)
            told = None if held is None else json.dumps(held, ensure_ascii=False)
        else:
            told = next((r[CARRIED] for r in layer_remarks(path) if CARRIED in r), None)
    except (pa.ArrowException, OSError, ValueError, AttributeError, RecursionError):
        told = None
    if told is None:
        msg = tr(
            "{name} 里没有带工作要点: 只有 herbgis 按工作要点分级后写出的 "
            ".gpkg、.geojson、.parquet 带着它。请给工作要点的 TOML 文件。",
            name=path.name,
        )
        raise PolicyError(msg)
    return str(told)
