"""Cells as people see them: units and decimals of number formats, faults, days, what is hidden.

A unit in the number format is the cell's unit. A cell that holds an error value, or a formula that
nobody has calculated, becomes a text that says so and where it stands, for the rules to name.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from herbgis.foundation.language import listed, tr
from herbgis.foundation.units import parse_quantity
from herbgis.reading.formats.grids import At, Grid, name_of
from herbgis.reading.formats.number_formats import Shown, day_of_serial, form_of_date, shown_under
from herbgis.reading.understanding.made_cells import SHOWN_AS
from herbgis.terms import columns as cols
from herbgis.terms.policy import Policy

UNIT_HEADING = "面积单位"
_KINDS: Mapping[str, cols.Kind] = {c.name: c.kind for c in (*cols.READ, *cols.OPTIONAL)}
#: Columns in which a text that cannot be understood stays, and is named by a rule.
_KEPT = {"number", "year", "date"}
_YEARS = (1900.0, 2101.0)
_MOST_NAMED = 3
#: A whole number from here on has lost its last digits.
_TOO_LONG = 1e15


@dataclass
class CellsShown:
    """A table whose cells are read as they are shown.

    Attributes
    ----------
    frame : DataFrame
    said : list of str
        What was decided.
    doubts : list of str
        What a person must look at.
    """

    frame: pd.DataFrame
    said: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    _columns: dict[str, list[Any]] = field(default_factory=dict)

    def column(self, heading: str) -> list[Any]:
        """The cells of a column, to be changed in place."""
        if heading not in self._columns:
            self._columns[heading] = self.frame[heading].tolist()
        return self._columns[heading]

    def put_back(self) -> None:
        """Put the columns, changed or not, back into the frame."""
        for heading, cells in self._columns.items():
            self.frame[heading] = pd.Series(cells, index=self.frame.index, dtype=object)


@dataclass(frozen=True)
class _Places:
    """Which cell of a sheet is which of a frame: rows and columns of the sheet from 0."""

    rows: Mapping[int, int]
    headings: Mapping[int, str]

    def inside(self, marked: Mapping[At, str]) -> Iterator[tuple[At, int, str, str]]:
        """Marked cells of the records: the place, the row of the frame, the heading, the mark."""
        for (row, column), mark in marked.items():
            if row in self.rows and column in self.headings:
                yield (row, column), self.rows[row], self.headings[column], mark


def as_shown(
    frame: pd.DataFrame,
    grid: Grid,
    headings: list[str],
    matched: Mapping[str, str],
    unit: str | None,
    *,
    policy: Policy,
) -> CellsShown:
    """A table with what the marks of its grid say of its cells.

    Parameters
    ----------
    frame : DataFrame
        Records under their headings, and ``sheet_row``; its cells are replaced.
    grid : Grid
    headings : list of str
        A heading a column of the grid.
    matched : mapping of str to str
        Columns of the base table to the headings that name them.
    unit : str or None
        The unit of the declared area that the table states for all its records.
    policy : Policy
    """
    result = CellsShown(frame)
    places = _Places(
        {int(number) - 1: row for row, number in enumerate(frame["sheet_row"])},
        {grid.left + at: heading for at, heading in enumerate(headings) if heading in frame},
    )
    named = {heading: name for name, heading in matched.items()}
    formats: dict[str, dict[int, str]] = {}
    for _, row, heading, code in places.inside(grid.marks.formats):
        formats.setdefault(heading, {})[row] = code
    _show_faults(result, grid, places, named)
    if "base_id" in matched:
        _show_ids(result, matched["base_id"], formats.get(matched["base_id"], {}))
    if "declared_value" in matched:
        _show_units(result, formats.get(matched["declared_value"], {}), matched, unit, policy)
    for name, heading in matched.items():
        kind = _KINDS.get(name)
        if kind in {"date", "year"}:
            _show_dates(result, heading, formats.get(heading, {}), since_1904=grid.marks.since_1904)
        elif kind == "number" and name in policy.measures:
            _show_measures(result, heading, formats.get(heading, {}), policy.measures[name])
    _say_hidden(result, grid, places, named)
    result.put_back()
    return result


def _show_faults(result: CellsShown, grid: Grid, places: _Places, named: Mapping[str, str]) -> None:
    """Put error values where a rule names them; say those of columns where no rule would."""
    dropped: dict[str, list[str]] = {}
    for at, row, heading, fault in places.inside(grid.marks.faults):
        name = named.get(heading)
        if name is None or (_KINDS.get(name) in _KEPT and name != "declared_mu"):
            result.column(heading)[row] = f"{fault}({name_of(at)})"
        else:
            dropped.setdefault(heading, []).append(name_of(at))
    for heading, cells in dropped.items():
        result.doubts.append(
            tr(
                "{heading} {cells}是错误值或没有结果的公式, 按空",
                heading=heading,
                cells=_some(cells),
            )
        )
    zeros = [
        name_of(at)
        for at, _, heading, _ in places.inside(dict.fromkeys(sorted(grid.marks.zeros), ""))
        if _KINDS.get(named.get(heading, "")) == "number"
    ]
    if zeros:
        result.said.append(tr("{cells}的公式结果是 0, 可能没有重算, 按 0", cells=_some(zeros)))


def _some(cells: list[str]) -> str:
    """A few places, and how many there are."""
    first = listed(cells[:_MOST_NAMED])
    if len(cells) <= _MOST_NAMED:
        return first
    return tr("{first} 等 {count} 格", first=first, count=len(cells))


def _numbers(
    cells: Sequence[Any], formats: Mapping[int, str]
) -> Iterator[tuple[int, float, Shown]]:
    """Cells that are numbers and how their formats show them."""
    for row, code in formats.items():
        value = cells[row]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            yield row, float(value), shown_under(code, float(value))


def _show_ids(result: CellsShown, heading: str, formats: Mapping[int, str]) -> None:
    """Numbers that a format shows as an id: 1 under ``"YJ-"000``; doubt of those that are days."""
    cells, shown_as = result.column(heading), []
    for row, value, shown in _numbers(cells, formats):
        if shown.mask and value.is_integer() and 0 <= value < _TOO_LONG:
            cells[row] = shown.written(int(value))
            shown_as.append(cells[row])
    if shown_as:
        result.said.append(
            tr(
                "{heading} {count} 格按单元格格式读, 如 {example}",
                heading=heading,
                count=len(shown_as),
                example=shown_as[0],
            )
        )
    days = [row for row, cell in enumerate(cells) if isinstance(cell, dt.date)]
    if days:
        first = result.frame["sheet_row"].iloc[days[0]]
        result.doubts.append(
            tr(
                "{heading} {count} 格是日期(第 {first} 行), 多半是软件改的",
                heading=heading,
                count=len(days),
                first=first,
            )
        )


# Units


def _show_units(
    result: CellsShown,
    formats: Mapping[int, str],
    matched: Mapping[str, str],
    stated: str | None,
    policy: Policy,
) -> None:
    """Give each declared area the unit that its format states.

    Where the table states another one, the format's stays with the number in the cell, as a text
    that a rule names.
    """
    frame, cells = result.frame, result.column(matched["declared_value"])
    beside = frame[matched["declared_unit"]] if "declared_unit" in matched else None
    units: list[Any] = [stated] * len(frame) if beside is None else beside.tolist()
    counts: Counter[str] = Counter()
    for row, value, shown in _numbers(cells, formats):
        read = _read_shown(value, shown)
        if isinstance(read, str):
            cells[row] = read
            continue
        number, unit = read
        if unit is None:
            cells[row] = number
            continue
        counts[unit] += 1
        before = units[row] if isinstance(units[row], str) and units[row].strip() else None
        if before is None:
            units[row] = unit
        if before is None or _same_unit(before, unit, policy):
            cells[row] = number
        else:
            cells[row] = f"{number:.15g}{unit}"
    if counts:
        told = listed(
            tr("{unit} {count} 条", unit=tr(unit), count=count) for unit, count in counts.items()
        )
        result.said.append(tr("单元格格式写明面积单位: {told}", told=told))
        frame[matched.get("declared_unit", UNIT_HEADING)] = pd.Series(
            units, index=frame.index, dtype=object
        )


def _read_shown(value: float, shown: Shown) -> tuple[float, str | None] | str:
    """A number with its unit as shown, or a text where what is shown is not what is meant."""
    if shown.is_percent:
        return f"{value * 100:.15g}%"
    if not shown.words and shown.divided_by == 1:
        return value, None
    times, unit = _read_words(shown.words)
    if shown.divided_by == 1:
        return value * times, unit
    if not math.isclose(times, shown.divided_by):
        figure = f"{value / shown.divided_by:.6g}{shown.words}"
        return SHOWN_AS.format(value=f"{value:.15g}", shown=figure)
    return value, unit


@functools.cache
def _read_words(words: str) -> tuple[float, str | None]:
    """What a number is multiplied by when words stand behind it, and the unit: 万亩, 公顷."""
    read = parse_quantity(f"1{words}")
    return (1.0, words) if read is None else (read.value, read.unit)


def _same_unit(one: str, other: str, policy: Policy) -> bool:
    known = [policy.canonical("unit", unit) or unit for unit in (one, other)]
    return known[0] == known[1]


def _show_measures(
    result: CellsShown, heading: str, formats: Mapping[int, str], measure: Mapping[str, float]
) -> None:
    """A quantity whose format names another unit than its column's own, with that unit."""
    own = next(iter(measure), "")
    cells = result.column(heading)
    for row, value, shown in _numbers(cells, formats):
        if shown.is_percent or (shown.words and shown.words != own and shown.words not in heading):
            read = _read_shown(value, shown)
            text = read if isinstance(read, str) else f"{read[0]:.15g}{read[1] or ''}"
            cells[row] = text


# Dates


def _show_dates(
    result: CellsShown, heading: str, formats: Mapping[int, str], *, since_1904: bool
) -> None:
    """Months as decimals show them, serial numbers as days, days shown as months as months."""
    cells, serials, months = result.column(heading), 0, 0
    for row, cell in enumerate(cells):
        if cell is None:
            continue
        code = formats.get(row)
        if isinstance(cell, dt.date):
            form = None if code is None else form_of_date(code)
            if form is not None:
                cells[row] = f"{cell:{form}}"
        elif isinstance(cell, float) and _YEARS[0] < cell < _YEARS[1] and cell % 1:
            decimals = shown_under(code, cell).decimals if code is not None else 0
            cells[row] = f"{cell:.{decimals}f}" if decimals else f"{cell:.15g}"
            months += not decimals and f"{cell:.15g}".endswith(".1")
        elif (day := day_of_serial(cell, since_1904=since_1904)) is not None:
            cells[row] = day
            serials += 1
    if serials:
        result.said.append(
            tr("{heading} {count} 格是日期序号, 已换成日期", heading=heading, count=serials)
        )
    if months:
        result.said.append(
            tr(
                "{heading} {count} 格是小数 .1, 按 1 月; 若是 10 月请写成 2020-10",
                heading=heading,
                count=months,
            )
        )


# What is hidden


def _say_hidden(result: CellsShown, grid: Grid, places: _Places, named: Mapping[str, str]) -> None:
    rows = sorted(places.rows.keys() & grid.marks.hidden_rows)
    if rows:
        numbers = listed(row + 1 for row in rows[:_MOST_NAMED])
        more = tr(" 等") if len(rows) > _MOST_NAMED else ""
        result.said.append(
            tr(
                "隐藏的 {count} 行也作记录(第 {numbers}{more} 行)",
                count=len(rows),
                numbers=numbers,
                more=more,
            )
        )
    columns = sorted(places.headings.keys() & grid.marks.hidden_columns)
    used = [places.headings[at] for at in columns if places.headings[at] in named]
    if used:
        result.said.append(tr("隐藏的列也已读: {names}", names=listed(used)))
