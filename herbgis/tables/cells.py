"""A table's cells in a workbook: what each shows, rates as numbers, sums as formulas."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

from herbgis.counting.progress import rate_text
from herbgis.foundation.language import listed, tr
from herbgis.tables.paper import MOST_CHARACTERS

_RATE = re.compile(r"(?P<sign>[+-]?)\d+(?:\.(?P<decimals>\d+))?%")
_TOTAL = "合计"
_CUT = "有 {count} 格文字超过一格能放的 32767 字, 后面的没有写出。"
#: The column that numbers the rows.
NUMBERING = "序号"
#: A total is a formula where the rows add up to it.
_NEAR = 0.005
#: Figures stand apart from the text of the next column.
_FIGURE = {"align": "right", "indent": 1}
#: Behind the row of totals.
OF_TOTALS = {"bold": True, "bg_color": "#F2F2F2"}


@dataclass(frozen=True)
class Totals:
    """Which columns of a table add up, and which tell the share of one in another.

    Attributes
    ----------
    sums : sequence
        Columns of the table.
    rates : mapping
        Column of a rate to the columns of its part and its whole.
    on_top : bool
        The first row is the total already; otherwise one is written below the last.
    """

    sums: Sequence[Any]
    rates: Mapping[Any, tuple[Any, Any]] = field(default_factory=dict)
    on_top: bool = False


def shown(value: Any, number_format: str | None = None) -> str:
    """What a cell shows."""
    if isinstance(value, (list, tuple)):
        return listed(value)
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, (bool, np.bool_)):
        return tr("是") if value else tr("否")
    if isinstance(value, (dt.date, pd.Timestamp)):
        return value.strftime("%Y-%m-%d")
    if number_format and isinstance(value, (float, np.floating)):
        return f"{value:.{len(number_format.partition('.')[2])}f}"
    return str(value)


def is_number(value: Any) -> bool:
    """Whether a value is written as a number; what has none is neither."""
    if isinstance(value, (bool, np.bool_)):
        return False
    return isinstance(value, (int, float, np.number)) and not pd.isna(value)


def all_numbers(values: Sequence[Any]) -> bool:
    """Whether a column holds numbers and rates alone, so that no cell can take a second line."""
    told = [value for value in values if shown(value)]
    return bool(told) and all(is_number(v) or _RATE.fullmatch(shown(v)) for v in told)


def excess(text: str) -> int:
    """Characters of a text that no cell can hold, as Excel counts them."""
    return max(len(text.encode("utf-16-le")) // 2 - MOST_CHARACTERS, 0)


def cut_notes(texts: Iterable[Iterable[str]]) -> list[str]:
    """What is to be said of texts that no cell can hold."""
    cut = sum(excess(text) > 0 for column in texts for text in column)
    return [tr(_CUT, count=cut)] if cut else []


class Cells:
    """Writes cells into a page, with a format of the workbook for each look."""

    def __init__(self, book: Any, page: Any) -> None:
        self._book, self._page = book, page
        self._looks: dict[tuple[tuple[str, Any], ...], Any] = {}

    def look(self, **properties: Any) -> Any:
        """The workbook's format of some properties, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._looks:
            self._looks[key] = self._book.add_format(properties)
        return self._looks[key]

    def write(
        self, row: int, column: int, value: Any, number_format: str | None = None, **look: Any
    ) -> None:
        """A value as what it is: a rate as a number with its format, a text as text."""
        style = {"border": 1, "valign": "vcenter", **look}
        rate = _RATE.fullmatch(value) if isinstance(value, str) else None
        if rate:
            style = {**_FIGURE, **style, "num_format": rate_format(rate)}
            self._page.write_number(row, column, _share(value), self.look(**style))
        elif is_number(value):
            style = {**_FIGURE, **style}
            style |= {"num_format": number_format} if number_format else {}
            self._page.write_number(row, column, value, self.look(**style))
        else:
            text = shown(value)
            style = {**style, **_FIGURE} if text == "—" else {"text_wrap": True, **style}
            text = text[: len(text) - excess(text)]
            self._page.write_string(row, column, text, self.look(**style))

    def write_formula(
        self, row: int, column: int, formula: str, value: Any, number_format: str | None
    ) -> None:
        """A formula of the row of totals, with the value that it has."""
        style = {"border": 1, "valign": "vcenter", **_FIGURE, **OF_TOTALS}
        style |= {"num_format": number_format} if number_format else {}
        self._page.write_formula(row, column, formula, self.look(**style), value)

    def write_label(self, row: int, column: int, text: str) -> None:
        """A word, or nothing, in the row of totals."""
        look = self.look(border=1, valign="vcenter", **OF_TOTALS)
        self._page.write_string(row, column, text, look)


def rate_format(rate: re.Match[str]) -> str:
    """The number format that shows a rate as it was written."""
    plain = f"0.{'0' * len(rate['decimals'])}%" if rate["decimals"] else "0%"
    return f"+{plain};-{plain};{plain}" if rate["sign"] == "+" else plain


def _share(text: str) -> float:
    decimals = len(text.partition(".")[2]) + 2
    return round(float(text.removesuffix("%")) / 100, decimals)


def write_totals(
    cells: Cells,
    table: pd.DataFrame,
    top: int,
    totals: Totals,
    formats: Callable[[int], str | None],
) -> None:
    """The totals of a table whose first row stands at `top`, as formulas with their values."""
    places = {key: place for place, key in enumerate(table.columns)}
    row = top if totals.on_top else top + len(table)
    first, last = (top + 1, top + len(table) - 1) if totals.on_top else (top, row - 1)
    if not totals.on_top:
        _write_empty(cells, table, row)
    sums: dict[Any, float] = {}
    for key in totals.sums:
        parts = table[key].iloc[1:] if totals.on_top else table[key]
        if parts.isna().all():
            continue
        value = _sum(parts)
        if totals.on_top and not _is_near(table[key].iloc[0], value):
            continue
        sums[key] = value
        ends = [xl_rowcol_to_cell(line, places[key]) for line in (first, last)]
        formula = f"=SUM({ends[0]}:{ends[1]})"
        cells.write_formula(row, places[key], formula, value, formats(places[key]))
    for key, (part, whole) in totals.rates.items():
        known: dict[Any, Any] = {**(table.iloc[0] if totals.on_top else {}), **sums}
        if not all(is_number(known.get(name)) for name in (part, whole)):
            continue
        ends = [xl_rowcol_to_cell(row, places[name]) for name in (part, whole)]
        told = rate_text(int(known[part]), int(known[whole]))
        rate = told if told == "—" else _share(told)
        cells.write_formula(row, places[key], _rate_formula(*ends), rate, "0.0%")


def _write_empty(cells: Cells, table: pd.DataFrame, row: int) -> None:
    """The row of totals with its word."""
    for column in range(len(table.columns)):
        cells.write_label(row, column, "" if column else tr(_TOTAL))


def _sum(parts: pd.Series) -> float:
    value = parts.dropna().sum()
    return int(value) if pd.api.types.is_integer_dtype(parts.dtype) else round(float(value), 6)


def _is_near(value: Any, other: float) -> bool:
    return is_number(value) and abs(float(value) - other) < _NEAR


def _rate_formula(part: str, whole: str) -> str:
    """A rate to one decimal of a percent that is 100% only where all is done."""
    rate = f"{part}/{whole}"
    short = f"MIN(ROUND({rate},3),0.999)"
    return f'=IF({whole}=0,"—",IF({part}<{whole},{short},ROUNDDOWN({rate},3)))'
