"""The table that a grid of cells holds: records under their headings, and what stands above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

import pandas as pd

from herbgis.foundation.language import tr
from herbgis.reading.formats.coordinates import AXES, roles_of
from herbgis.reading.formats.grids import Cell, Grid
from herbgis.reading.formats.shown_cells import UNIT_HEADING, as_shown
from herbgis.reading.formats.sum_rows import SumRows
from herbgis.reading.formats.survey_file import Words
from herbgis.reading.formats.table_blocks import RECORD_KEYS, below_each_other, side_by_side
from herbgis.reading.formats.table_headers import (
    Header,
    find_header,
    is_report,
    score,
    units_in,
)
from herbgis.reading.formats.table_records import filled_down, frame_of, records_of, texts_of
from herbgis.terms.policy import Policy

#: Characters of a heading that a message has room for.
_MOST_SHOWN = 12


@dataclass(frozen=True)
class Table:
    """A table found in a grid: its records, and what was decided about the rest.

    `matched` gives the headings that name columns of the base table; `above` is all that is
    written in and over the headings; `asides` are, where there are coordinates, the rows of the
    sheet, counted from 1, that are neither headings nor records; `doubts` say what a person must
    look at. The rows of a report count bases or list findings; none is a base.
    """

    frame: pd.DataFrame
    assumptions: tuple[str, ...]
    matched: Mapping[str, str]
    above: str
    asides: Mapping[int, Sequence[Cell]] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    is_report: bool = False


def known_headings(grid: Grid, words: Words) -> int:
    """How many columns of the base table the best header row of a grid names."""
    header = find_header(grid, words)
    return 0 if header is None else score(header.headings, words)


def find_tables(grid: Grid, words: Words) -> list[Table]:
    """The tables of a grid, below each other or side by side; none where no row is a header."""
    beside = [_tables_below(part, words) for part in side_by_side(grid, words)]
    tables = _without_sums(beside)
    return [_continued(tables)] if len(beside) == len(tables) > 1 and _go_on(tables) else tables


def _tables_below(part: Grid, words: Words) -> list[Table]:
    """The tables of a grid below each other; the first says what else stands below it."""
    tables: list[Table] = []
    unread: list[str] = []
    for block in below_each_other(part, words):
        table = _find_table(block, words)
        if table is not None and not (tables and _is_sums(table, tables[0])):
            tables.append(table)
        elif tables:
            unread.append(tr("下面的表({heading}…)没有编号和名称, 未读", heading=_beginning(block)))
    if unread:
        tables[0] = replace(tables[0], doubts=(*tables[0].doubts, *unread))
    return tables


def _beginning(block: Grid) -> str:
    """The first cell of a block, for a message."""
    cells = (str(cell) for row in block.rows for cell in row if cell is not None)
    return next(cells, "")[:_MOST_SHOWN]


def _is_sums(table: Table, first: Table) -> bool:
    """Whether a table beside or below a list of bases names no record."""
    is_list = bool(RECORD_KEYS & first.matched.keys()) and not first.is_report
    named = RECORD_KEYS & table.matched.keys() or table.is_report or _has_points(table)
    return is_list and not named


def _without_sums(beside: Sequence[list[Table]]) -> list[Table]:
    """The tables without those to the right of a list that name no record; the list says so."""
    tables = [table for below in beside for table in below]
    sums = [table for below in beside[1:] for table in below if _is_sums(table, tables[0])]
    if not sums:
        return tables
    first, *more = [table for table in tables if all(table is not one for one in sums)]
    headings = [str(table.frame.columns[0])[:_MOST_SHOWN] for table in sums]
    doubts = [
        tr("旁边的表({heading}…)没有编号和名称, 未读", heading=heading) for heading in headings
    ]
    return [replace(first, doubts=(*first.doubts, *doubts)), *more]


def _has_points(table: Table) -> bool:
    headings = list(table.frame.columns)
    return any(set(pair) <= roles_of(headings).keys() for pair in AXES)


def _go_on(tables: Sequence[Table]) -> bool:
    """Whether tables side by side are one, the points of which go on at the top on the right."""
    headings = list(tables[0].frame.columns)
    nameless = not RECORD_KEYS & tables[0].matched.keys() and "plot" not in roles_of(headings)
    return (
        _has_points(tables[0])
        and nameless
        and all(list(table.frame.columns) == headings for table in tables)
    )


def _continued(tables: Sequence[Table]) -> Table:
    frame = pd.concat([table.frame for table in tables], ignore_index=True)
    asides: dict[int, Sequence[Cell]] = {}
    for table in tables:
        asides.update({at: [*asides.get(at, ()), *row] for at, row in table.asides.items()})
    said = (tr("并排的 {count} 栏界址点接着读", count=len(tables)), *tables[0].assumptions)
    doubts = tuple(doubt for table in tables for doubt in table.doubts)
    return replace(tables[0], frame=frame, asides=asides, assumptions=said, doubts=doubts)


def _find_table(grid: Grid, words: Words) -> Table | None:
    """The records of a grid under their headings, or None where no row is a header.

    The frame has the headings as written, made unique, and ``sheet_row``, counted from 1.
    """
    header = find_header(grid, words)
    if header is None:
        return None
    by_heading = words.match(header.headings)
    matched, heading_unit = by_heading.columns, by_heading.area_unit
    if is_report(header.headings, matched, words.policy):
        return Table(pd.DataFrame(), (), matched, "", is_report=True)
    above = sum(any(cell is not None for cell in row) for row in grid.rows[: header.row])
    first = grid.top + header.row + 1
    said = (
        [tr("表头在第 {first} 行, 以上 {above} 行未作记录", first=first, above=above)]
        if above
        else []
    )
    filled = filled_down(grid, header, matched, said)
    sums = SumRows.under(header.headings, matched, words.policy)
    records = records_of(grid, filled, header, said, sums)
    frame = frame_of(grid, header, records)
    unit = None
    if "declared_value" in matched and "declared_unit" not in matched and heading_unit is None:
        unit = _unit_above(grid, header, words.policy)
    matched = words.match_table(frame, area_unit=unit).columns
    unit = None if "declared_unit" in matched else unit
    shown = as_shown(
        frame, grid, header.headings, matched, heading_unit or unit, policy=words.policy
    )
    if unit is not None:
        if UNIT_HEADING not in frame:
            frame[UNIT_HEADING] = pd.Series([unit] * len(frame), dtype=object)
        said.append(tr("面积单位={unit}(由表头上方)", unit=tr(unit)))
    written = " ".join(text for row in grid.rows[: header.end] for text in texts_of(row))
    asides = _asides(grid, header, {at for at, _ in records})
    doubts = (*shown.doubts, *sums.doubts())
    return Table(frame, (*said, *shown.said), matched, written, asides, doubts)


def _asides(grid: Grid, header: Header, records: AbstractSet[int]) -> dict[int, list[Cell]]:
    if not any(set(pair) <= roles_of(header.headings).keys() for pair in AXES):
        return {}
    return {
        grid.top + at + 1: row
        for at, row in enumerate(grid.rows)
        if at not in records and not header.row <= at < header.end and any(texts_of(row))
    }


def _unit_above(grid: Grid, header: Header, policy: Policy) -> str | None:
    """The unit of land that a note like 单位：亩 above the table states, if it states just one."""
    found = {
        unit for row in grid.rows[: header.row] for cell in row for unit in units_in(cell, policy)
    }
    return policy.title_of("unit", found.pop()) if len(found) == 1 else None
