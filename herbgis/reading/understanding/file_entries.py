"""What `Survey.files` tells of a file: a row a layer, and a row a folder for what is no survey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from herbgis.foundation.language import listed, tr

FILES_COLUMNS = (
    *("path", "layer", "records", "read", "encoding", "crs", "assumptions", "skipped", "headings"),
)
#: What stands for the layer in a row that counts files which are no survey.
SKIPPED = "skipped"


def layer_entry(
    path: str,
    layer: str | None,
    *,
    promised: int = 0,
    read: int = 0,
    encoding: str = "",
    crs: str = "",
    said: Sequence[str] = (),
    headings: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """What is told of a layer, or of a file that gave none.

    A row has ``path``, ``layer``, ``records`` (promised by the file), ``read``, ``encoding``,
    ``crs``, ``assumptions`` (list of text), ``skipped`` (how many files of a folder are no survey:
    documents, pictures, sidecars …; its layer is "skipped") and ``headings`` (those that were
    understood, by the column that each was taken for).
    """
    told = (path, layer, promised, read, encoding, crs, [*said], 0, {**headings})
    return dict(zip(FILES_COLUMNS, told, strict=True))


def skipped_entry(path: str, counts: Mapping[str, int]) -> dict[str, Any]:
    """What is told of a folder's files that are no survey, by what people call them."""
    kinds = listed(
        tr("{kind} {count} 个", kind=tr(kind), count=count) for kind, count in counts.items()
    )
    entry = layer_entry(path, SKIPPED, said=[tr("不是测量数据, 未读: {kinds}", kinds=kinds)])
    return {**entry, "skipped": sum(counts.values())}
