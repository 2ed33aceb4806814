"""The table that a grid of cells holds: records under their headings, and what stands above."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from herbgis.reading.formats.grids import Grid
from herbgis.reading.formats.shown_cells import UNIT_HEADING, as_shown
from herbgis.reading.formats.survey_file import Words
from herbgis.reading.formats.table_blocks import blocks_of
from herbgis.reading.formats.table_headers import (
    Header,
    find_header,
    is_report,
    score,
)
from herbgis.reading.formats.table_records import filled_down, frame_of, records_of, texts_of
from herbgis.terms.policy import Policy

_UNIT_NOTE = re.compile(r"单位[:：]\s*([^\s()]+)")


@dataclass(frozen=True)
class Table:
    """A table found in a grid: its records, and what was decided about the rest.

    `matched` gives the headings that name columns of the base table; `above` is all that is
    written over the headings; `doubts` say what a person must look at. The rows of a report count
    bases or list findings; none is a base.
    """

    frame: pd.DataFrame
    assumptions: tuple[str, ...]
    matched: Mapping[str, str]
    above: str
    doubts: tuple[str, ...] = ()
    is_report: bool = False


def known_headings(grid: Grid, words: Words) -> int:
    """How many columns of the base table the best header row of a grid names."""
    header = find_header(grid, words)
    return 0 if header is None else score(header.headings, words)


def find_tables(grid: Grid, words: Words) -> list[Table]:
    """The tables of a grid, below each other or side by side; none where no row is a header."""
    tables = (_find_table(block, words) for block in blocks_of(grid, words))
    return [table for table in tables if table is not None]


def _find_table(grid: Grid, words: Words) -> Table | None:
    """The records of a grid under their headings, or None where no row is a header.

    The frame has the headings as written, made unique, and ``sheet_row``, counted from 1.
    """
    header = find_header(grid, words)
    if header is None:
        return None
    matched, heading_unit = words.match(header.headings)
    if is_report(header.headings, matched, words.policy):
        return Table(pd.DataFrame(), (), matched, "", is_report=True)
    above = sum(any(cell is not None for cell in row) for row in grid.rows[: header.row])
    first = grid.top + header.row + 1
    said = [f"表头在第 {first} 行, 以上 {above} 行未作记录"] if above else []
    filled = filled_down(grid, header, matched, said)
    frame = frame_of(grid, header, records_of(grid, filled, header, said))
    unit = None
    if "declared_value" in matched and "declared_unit" not in matched and heading_unit is None:
        unit = _unit_above(grid, header, words.policy)
    shown = as_shown(
        frame, grid, header.headings, matched, heading_unit or unit, policy=words.policy
    )
    if unit is not None:
        if UNIT_HEADING not in frame:
            frame[UNIT_HEADING] = pd.Series([unit] * len(frame), dtype=object)
        said.append(f"面积单位={unit}(由表头上方)")
    written = " ".join(text for row in grid.rows[: header.row] for text in texts_of(row))
    return Table(frame, (*said, *shown.said), matched, written, tuple(shown.doubts))


def _unit_above(grid: Grid, header: Header, policy: Policy) -> str | None:
    """The unit of land that a note like 单位：亩 above the table states, if it states just one."""
    found = {
        unit
        for row in grid.rows[: header.row]
        for cell in row
        if isinstance(cell, str)
        for note in _UNIT_NOTE.findall(cell)
        for word in re.split(r"[、,，;；/]", note)
        if (unit := policy.canonical("unit", word)) is not None
    }
    return policy.title_of("unit", found.pop()) if len(found) == 1 else None
