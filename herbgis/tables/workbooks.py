"""Workbooks: text that stays text, headings that stay in sight, the same bytes every time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from herbgis.foundation.display import width
from herbgis.foundation.errors import OutputError
from herbgis.foundation.outputs import writing

#: Written into every workbook instead of the hour of making, so that equal input gives equal bytes.
_CREATED = dt.datetime(2020, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
_WIDEST = 26
_NARROWEST = 6
_TITLE_HEIGHT = 24
_A3, A4 = 8, 9
#: Characters side by side that can still be read on A4 landscape.
_WIDEST_ON_A4 = 240
_LINE_HEIGHT = 15
HEADING = {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}
#: Behind headings of what is told, and of what somebody else fills in.
GIVEN, ASKED = "#E3EFE7", "#FBEFD0"


@dataclass(frozen=True)
class Sheet:
    """One table of a workbook as people read it.

    Attributes
    ----------
    name, title : str
        The tab, and the line above the table.
    table : DataFrame
        Its column names are the headings; pairs are a heading and the one above it, which
        spans its like, or is empty.
    notes : sequence of str
        Lines under the table.
    formats : mapping of str to str
        Number format by heading.
    head : sequence of str
        Lines between the title and the table.
    reply : sequence of str
        Headings of columns that somebody else fills in.
    widths : mapping of str to float
        Width by heading, in characters, where the longest cell should not decide.
    frozen : int
        Columns on the left that stay in sight.
    """

    name: str
    title: str
    table: pd.DataFrame
    notes: Sequence[str] = ()
    formats: Mapping[str, str] = field(default_factory=dict)
    head: Sequence[str] = ()
    reply: Sequence[str] = ()
    widths: Mapping[str, float] = field(default_factory=dict)
    frozen: int = 0


def write_workbook(path: str | Path, sheets: Sequence[Sheet]) -> Path:
    """Write sheets to an .xlsx; a text that looks like a formula stays text.

    Raises
    ------
    OutputError
        The file cannot be written, for example because WPS has it open.
    """
    path = Path(path)
    with open_workbook(path) as book:
        for sheet in sheets:
            write_sheet(book, sheet)
    return path


@contextmanager
def open_workbook(path: Path) -> Iterator[Any]:
    """An xlsxwriter workbook that is written at the end, texts as texts and without an hour.

    Raises
    ------
    OutputError
        Also for a path that does not end in ``.xlsx``, which nobody could open.
    """
    if path.suffix.lower() != ".xlsx":
        msg = f"写不了 {path}: 工作簿要以 .xlsx 结尾, 如 {path.with_suffix('.xlsx').name}。"
        raise OutputError(msg)
    with writing(path):
        book = xlsxwriter.Workbook(
            str(path),
            {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        )
        book.set_properties({"created": _CREATED, "comments": "herbgis"})
        yield book
        try:
            book.close()
        except xlsxwriter.exceptions.FileCreateError as error:
            raise OSError(str(error)) from error


def write_sheet(book: Any, sheet: Sheet) -> None:
    """Add a table to a workbook."""
    page = book.add_worksheet(sheet.name)
    page.write_string(0, 0, sheet.title, book.add_format({"bold": True, "font_size": 14}))
    page.set_row(0, _TITLE_HEIGHT)
    for number, line in enumerate(sheet.head, 1):
        page.write_string(number, 0, line)
    top = 1 + len(sheet.head)
    if sheet.table.columns.nlevels > 1:
        _write_groups(book, page, [str(group) for group, _ in sheet.table.columns], top)
        top += 1
    widths = [
        _write_column(book, page, sheet, column, top) for column in range(len(sheet.table.columns))
    ]
    for row, record in enumerate(sheet.table.itertuples(index=False), top + 1):
        page.set_row(row, _LINE_HEIGHT * _lines(record, widths))
    last = top + len(sheet.table)
    for number, note in enumerate(sheet.notes, 1):
        page.write_string(last + number, 0, note)
    page.freeze_panes(top + 1, sheet.frozen)
    if len(sheet.table):
        page.autofilter(top, 0, last, len(sheet.table.columns) - 1)
    page.set_landscape()
    page.set_paper(A4 if sum(widths) <= _WIDEST_ON_A4 else _A3)
    page.fit_to_pages(1, 0)
    page.repeat_rows(top - (sheet.table.columns.nlevels - 1), top)


def _write_column(book: Any, page: Any, sheet: Sheet, column: int, top: int) -> float:
    """A column's heading and cells under a row; its width."""
    name = _heading(sheet.table.columns[column])
    heading = {**HEADING, "bg_color": ASKED if name in sheet.reply else GIVEN}
    if isinstance(sheet.table.columns[column], tuple) and not sheet.table.columns[column][0]:
        page.merge_range(top - 1, column, top, column, name, book.add_format(heading))
    else:
        page.write_string(top, column, name, book.add_format(heading))
    values = list(sheet.table.iloc[:, column])
    cell = book.add_format(_style(values, sheet.formats.get(name)))
    for row, value in enumerate(values, top + 1):
        _write_cell(page, row, column, value, cell)
    wide = sheet.widths.get(name) or _column_width(name, values, sheet.formats.get(name))
    page.set_column(column, column, wide)
    return wide


def _heading(column: Any) -> str:
    return str(column[1] if isinstance(column, tuple) else column)


def _write_groups(book: Any, page: Any, groups: Sequence[str], row: int) -> None:
    """The upper of two lines of headings; equal neighbours are one cell.

    A heading with nothing above it takes both lines, and is written with its column.
    """
    style = book.add_format({**HEADING, "bg_color": GIVEN})
    begin = 0
    for end in range(1, len(groups) + 1):
        if end < len(groups) and groups[end] == groups[begin]:
            continue
        if groups[begin] and end - begin > 1:
            page.merge_range(row, begin, row, end - 1, groups[begin], style)
        elif groups[begin]:
            page.write_string(row, begin, groups[begin], style)
        begin = end


def _style(values: Sequence[Any], number_format: str | None) -> dict[str, Any]:
    """How the cells of a column look; rates stand to the right as numbers do."""
    style: dict[str, Any] = {"border": 1, "valign": "vcenter", "text_wrap": True}
    rates = [value for value in values if not (isinstance(value, str) and value == "")]
    if rates and all(isinstance(value, str) and value.endswith("%") for value in rates):
        style["align"] = "right"
    return style | ({"num_format": number_format} if number_format else {})


def _lines(record: Sequence[Any], widths: Sequence[float]) -> int:
    """Lines that the longest text of a row takes; few programs find this out by themselves."""
    texts = zip(record, widths, strict=True)
    taken = [
        sum(max(-(-width(line) // int(wide - 2)), 1) for line in text.split("\n"))
        for text, wide in texts
        if isinstance(text, str)
    ]
    return max([1, *taken])


def _write_cell(page: Any, row: int, column: int, value: Any, cell: Any) -> None:
    if isinstance(value, (list, tuple)):
        page.write_string(row, column, "、".join(map(str, value)), cell)
    elif pd.isna(value):
        page.write_blank(row, column, None, cell)
    elif isinstance(value, bool):
        page.write_string(row, column, "是" if value else "否", cell)
    elif isinstance(value, (dt.date, pd.Timestamp)):
        page.write_string(row, column, value.strftime("%Y-%m-%d"), cell)
    elif isinstance(value, str):
        page.write_string(row, column, value, cell)
    else:
        page.write_number(row, column, value, cell)


def _column_width(name: str, values: Sequence[Any], number_format: str | None) -> float:
    decimals = len(number_format.partition(".")[2]) if number_format else None
    shown = [
        f"{value:.{decimals}f}" if decimals is not None and isinstance(value, float) else str(value)
        for value in values[:200]
        if not (isinstance(value, float) and value != value)  # noqa: PLR0124 - NaN is blank
    ]
    lines = (line for text in shown for line in text.split("\n"))
    longest = max([width(name), *map(width, lines)])
    return min(max(longest + 2, _NARROWEST), _WIDEST)
