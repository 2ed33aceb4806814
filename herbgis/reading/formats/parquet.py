"""GeoParquet, and Parquet tables whose boundaries nothing declares."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from herbgis.geo.stated_systems import usable
from herbgis.reading.formats.arrow_cells import cells_of, told_apart
from herbgis.reading.formats.survey_file import SurveyFile
from herbgis.reading.formats.wkb import Decoded, decode
from herbgis.reading.understanding.geometry_columns import chosen_of
from herbgis.reading.understanding.survey import Layer
from herbgis.terms.issues import Issue, Place

#: A column that pandas adds for row numbers.
_ROW_NUMBERS = "__index_level_"
_BYTES = (
    *(pa.types.is_binary, pa.types.is_large_binary),
    *(pa.types.is_binary_view, pa.types.is_fixed_size_binary),
)
#: GeoParquet 1.1: coordinates are WGS84 where a column states no system.
_DEFAULT_SYSTEM = "OGC:CRS84"


def read_parquet(file: SurveyFile) -> Iterator[Layer]:
    """A GeoParquet file, or a plain Parquet table; without geometry where no column holds one."""
    with pq.ParquetFile(file.path) as parts:  # reads a heading twice, which a dataset cannot
        table = parts.read()
    stated = _stated(table)
    drawn = _geometries(file.path, table, stated)
    columns = [
        (name, column)
        for name, column in zip(table.column_names, table.columns, strict=True)
        if name not in drawn and not name.startswith(_ROW_NUMBERS)
    ]
    names, said = told_apart(name for name, _ in columns)
    cells, _ = cells_of((column for _, column in columns), names, len(table))
    where, crs = Place(file.shown, file.path.stem), None
    issues: tuple[Issue, ...] = ()
    shapes = np.full(len(table), None, dtype=object)
    if drawn:
        chosen = chosen_of(
            {name: each.geometry for name, each in drawn.items()},
            str(stated.get("primary_column")),
        )
        system = stated.get("columns", {}).get(chosen.name, {"crs": None})
        crs, unusable = usable(system.get("crs", _DEFAULT_SYSTEM))
        said = (*said, *chosen.said(), *unusable)
        shapes, issues = chosen.shapes, tuple(drawn[chosen.name].issues(where))
    yield Layer(
        file=file.shown,
        name=file.path.stem,
        frame=gpd.GeoDataFrame(pd.DataFrame(cells), geometry=gpd.GeoSeries(shapes)),
        crs=crs,
        promised=len(table),
        encoding="UTF-8",
        assumptions=said,
        issues=issues,
    )


def _stated(table: pa.Table) -> Mapping[str, Any]:
    """What a table says of its geometries; nothing where it says nothing that can be read."""
    try:
        stated = json.loads((table.schema.metadata or {}).get(b"geo", b"{}"))
    except ValueError:
        return {}
    if not isinstance(stated, dict):
        return {}
    columns = stated.get("columns")
    declared = columns.items() if isinstance(columns, dict) else ()
    there = {name: each for name, each in declared if name in table.column_names}
    return {**stated, "columns": {n: e if isinstance(e, dict) else {} for n, e in there.items()}}


def _geometries(path: Path, table: pa.Table, stated: Mapping[str, Any]) -> dict[str, Decoded]:
    """Columns of geometries: those that the file declares, else those of mostly such bytes."""
    found = {}
    declared = stated.get("columns", {})
    for name, column in zip(table.column_names, table.columns, strict=True):
        kind = column.type
        is_bytes = any(is_kind(kind) for is_kind in _BYTES)
        if is_bytes and (name in declared or not declared):
            decoded = decode(np.array(column.to_pylist(), dtype=object))
            shapes = int((~shapely.is_missing(decoded.geometry)).sum())
            if name in declared or shapes > len(decoded.broken):
                found[name] = decoded
        elif name in declared:
            native = gpd.read_parquet(path, columns=[name])
            found[name] = Decoded(np.asarray(native.geometry.array, dtype=object))
    return found
