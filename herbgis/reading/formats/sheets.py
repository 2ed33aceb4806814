"""The table that a grid of cells holds: records under their headings, and what stands above."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from herbgis.reading.formats.grids import Grid
from herbgis.reading.formats.survey_file import Words
from herbgis.reading.formats.table_headers import (
    Header,
    find_header,
    is_report,
    score,
)
from herbgis.reading.formats.table_records import filled_down, frame_of, records_of, texts_of
from herbgis.terms.policy import Policy

_UNIT_NOTE = re.compile(r"单位[:：]\s*([^\s()]+)")
_UNIT_HEADING = "面积单位"


@dataclass(frozen=True)
class Table:
    """A table found in a grid: its records, and what was decided about the rest.

    `matched` gives the headings that name columns of the base table; `above` is all that is
    written over the headings. The rows of a report count bases or list findings; none is a base.
    """

    frame: pd.DataFrame
    assumptions: tuple[str, ...]
    matched: Mapping[str, str]
    above: str
    is_report: bool = False


def known_headings(grid: Grid, words: Words) -> int:
    """How many columns of the base table the best header row of a grid names."""
    header = find_header(grid, words)
    return 0 if header is None else score(header.headings, words)


def find_table(grid: Grid, words: Words) -> Table | None:
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
    said = [f"表头在第 {header.row + 1} 行, 以上 {above} 行未作记录"] if above else []
    filled = filled_down(grid, header, matched, said)
    records = records_of(grid, filled, header, said)
    frame = frame_of(filled, header, records)
    if "declared_value" in matched and "declared_unit" not in matched and heading_unit is None:
        unit = _unit_above(grid, header, words.policy)
        if unit is not None:
            frame[_UNIT_HEADING] = pd.Series([unit] * len(frame), dtype=object)
            said.append(f"面积单位={unit}(由表头上方)")
    written = " ".join(text for row in grid.rows[: header.row] for text in texts_of(row))
    return Table(frame, tuple(said), matched, written)


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
