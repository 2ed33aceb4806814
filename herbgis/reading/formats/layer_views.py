"""Views of layers that stand beside these in one file: the same records are read once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import shapely

from herbgis.foundation.language import listed, tr
from herbgis.reading.understanding.survey import Layer

#: How programs call the number of a record, which a view gives another name.
_NUMBERS = frozenset({"fid", "ogc_fid", "objectid", "id", "rowid"})


def without_doubles(layers: Iterable[Layer], views: Collection[str]) -> Iterator[Layer]:
    """The layers without views all records of which are in tables of the same file.

    Where a view has columns of its own and lacks no record, its table gives way to it. Either way
    the one that is read says which was left out.
    """
    kept, failed = _as_many_as_can_be(layers)
    for view in [layer for name, layer in kept.items() if name in views]:
        tables = [layer for name, layer in kept.items() if name not in views]
        table = next((each for each in tables if _hold([each], view)), None)
        if table is None and _hold(tables, view):
            table = tables[0]
        if table is None:
            continue
        out, left = view, table
        is_whole = len(view.frame) >= len(table.frame) and _hold([view], table)
        if is_whole and not _own_columns(view) <= _own_columns(table):
            out, left = table, view
        del kept[out.name]
        kept[left.name] = replace(left, assumptions=(_line(out, left), *left.assumptions))
    yield from kept.values()
    if failed is not None:
        raise failed


def _as_many_as_can_be(layers: Iterable[Layer]) -> tuple[dict[str, Layer], Exception | None]:
    """Layers by name, and what ended their reading, so that those before it are not lost."""
    kept: dict[str, Layer] = {}
    try:
        for layer in layers:
            kept[layer.name] = layer
    except Exception as error:  # noqa: BLE001 - whatever a reader raises is told behind the layers
        return kept, error
    return kept, None


def _line(out: Layer, left: Layer) -> str:
    """What is said of the layer that is left out, and of the columns that are lost with it."""
    lost = sorted(_own_columns(out) - _own_columns(left))
    more = tr(", 前者多出的列没有用: {names}", names=listed(lost)) if lost else ""
    return tr(
        "图层“{name}”是“{other}”等图层同样的记录(视图), 未再读{more}",
        name=out.name,
        other=left.name,
        more=more,
    )


def _own_columns(layer: Layer) -> set[str]:
    return {
        str(name)
        for name in layer.frame.columns
        if name != "geometry" and str(name).casefold() not in _NUMBERS
    }


def _hold(tables: Sequence[Layer], part: Layer) -> bool:
    """Whether every record of a layer is in others: by its shape, else by what it says."""
    if not len(part.frame):
        return True
    if part.frame.geometry.notna().any():
        return set(_shapes(part)) <= {mark for table in tables for mark in _shapes(table)}
    shared = [name for name in sorted(_own_columns(part)) if _in_all(tables, name)]
    words = {mark for table in tables for mark in _words(table, shared)}
    return bool(shared) and set(_words(part, shared)) <= words


def _in_all(tables: Sequence[Layer], heading: str) -> bool:
    return bool(tables) and all(heading in _own_columns(table) for table in tables)


def _shapes(layer: Layer) -> list[object]:
    return list(shapely.to_wkb(np.asarray(layer.frame.geometry.array, dtype=object)))


def _words(layer: Layer, headings: Sequence[str]) -> list[object]:
    cells = pd.DataFrame(layer.frame[list(headings)]).astype("str")
    return list(cells.itertuples(index=False, name=None))
