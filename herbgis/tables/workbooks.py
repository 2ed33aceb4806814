"""Workbooks: text that stays text, headings that stay in sight, the same bytes every time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xlsxwriter

from herbgis.foundation.errors import OutputError
from herbgis.foundation.language import tr
from herbgis.foundation.outputs import writing
from herbgis.tables import paper
from herbgis.tables.cells import (
    NUMBERING,
    OF_TOTALS,
    Cells,
    all_numbers,
    cut_notes,
    shown,
    write_totals,
)
from herbgis.tables.sheets import Sheet, in_language

#: Written into every workbook instead of the hour of making, so that equal input gives equal bytes.
_CREATED = dt.datetime(2020, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
HEADING = {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}
#: Behind headings of what is told, and of what somebody else fills in.
GIVEN, ASKED = "#E3EFE7", "#FBEFD0"
#: Characters that the lines above and below a narrow table may take.
_LEAST_SPAN = 88.0
_USUAL_WIDTH = 9.0
_NOTHING = "无。"
_CLIPPED = "打印时有 {count} 行文字放不下, 全文在单元格里。"


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
        msg = tr(
            "写不了 {path}: 工作簿要以 .xlsx 结尾, 如 {example}。",
            path=path,
            example=path.with_suffix(".xlsx").name,
        )
        raise OutputError(msg)
    with writing(path):
        book = xlsxwriter.Workbook(
            str(path),
            {
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "default_format_properties": dict(paper.FONT_PROPERTIES),
            },
        )
        book.set_properties({"created": _CREATED, "comments": "herbgis"})
        yield book
        try:
            book.close()
        except xlsxwriter.exceptions.FileCreateError as error:
            raise OSError(str(error)) from error


def write_sheet(book: Any, sheet: Sheet) -> None:
    """Add a table to a workbook."""
    sheet = in_language(sheet)
    page = book.add_worksheet(sheet.name)
    table, cells = sheet.table, Cells(book, page)
    texts = [_texts(sheet, column) for column in range(len(table.columns))]
    widths = [_width(sheet, column, texts[column]) for column in range(len(texts))]
    layout = paper.lay_out(_with_room(widths), sheet.frozen)
    lines = _Lines(book, page, widths, layout)
    top = lines.write(
        [sheet.title] if sheet.title else [],
        0,
        bold=True,
        font_size=paper.TITLE_SIZE,
        align="center",
    )
    top = lines.write(sheet.head, top)
    top = lines.write(
        [tr("单位: {unit}", unit=sheet.unit)] if sheet.unit else [], top, align="right"
    )
    if table.columns.nlevels > 1:
        _write_groups(page, cells, [str(group) for group, _ in table.columns], top, widths)
        top += 1
    for column, wide in enumerate(widths):
        page.set_column(column, column, wide)
        _write_column(page, cells, sheet, column, top)
    page.set_row(top, paper.height_of(_deepest(map(_heading, table.columns), widths)))
    wrapped = [
        [""] * len(table) if _is_one_line(sheet, column) else own
        for column, own in enumerate(texts)
    ]
    heights = [_deepest(row, widths) for row in zip(*wrapped, strict=True)]
    for row, deep in enumerate(heights, top + 1):
        page.set_row(row, paper.height_of(deep))
    below = top + 1 + len(table)
    if sheet.totals is not None and len(table):
        of_column = {c: _format(sheet, c) for c in range(len(table.columns))}
        write_totals(cells, table, top + 1, sheet.totals, of_column.get)
        below += not sheet.totals.on_top
    if sheet.title:
        nothing = [] if len(table) else [tr(_NOTHING)]
        lines.write([*nothing, *sheet.notes, *_unfit(heights), *cut_notes(texts)], below)
    _set_up(page, sheet, top, layout)


def _is_one_line(sheet: Sheet, column: int) -> bool:
    return _heading(sheet.table.columns[column]) in sheet.one_line


def _format(sheet: Sheet, column: int) -> str | None:
    return sheet.formats.get(_heading(sheet.table.columns[column]))


def _cells(sheet: Sheet, column: int) -> list[tuple[Any, str | None]]:
    """The values of a column, each with its number format."""
    values = list(sheet.table.iloc[:, column])
    of_rows = sheet.row_formats or [None] * len(values)
    own = _format(sheet, column)
    return [
        (value, (of_row if isinstance(value, float) else None) or own)
        for value, of_row in zip(values, of_rows, strict=True)
    ]


def _texts(sheet: Sheet, column: int) -> list[str]:
    return [shown(value, number_format) for value, number_format in _cells(sheet, column)]


def _width(sheet: Sheet, column: int, texts: Sequence[str]) -> float:
    """A column's width: as asked for, as wide as its texts, or its total where that is wider."""
    key = sheet.table.columns[column]
    name, values = _heading(key), list(sheet.table.iloc[:, column])
    if _is_one_line(sheet, column):
        return paper.column_width(name, ())
    whole = all_numbers(values)
    if whole and sheet.totals is not None and key in sheet.totals.sums:
        total = shown(float(sheet.table[key].dropna().sum()), _format(sheet, column) or "0")
        texts = [*texts, total]
    if name in sheet.widths:
        asked = max(sheet.widths[name], paper.least_width(name))
        return (
            max(asked, paper.column_width("", texts, whole=True))
            if whole
            else (paper.high_enough(texts, asked))
        )
    return paper.column_width(name, texts, whole=whole)


def _with_room(widths: Sequence[float]) -> list[float]:
    """Widths of a table's columns, and of those beside a narrow one that its lines reach into."""
    lacking = _LEAST_SPAN - sum(widths)
    return [*widths, *[_USUAL_WIDTH] * int(max(lacking, 0.0) // _USUAL_WIDTH)]


class _Lines:
    """Writes lines over the width of a page's table, or of its first page."""

    def __init__(self, book: Any, page: Any, widths: Sequence[float], layout: paper.Layout) -> None:
        self._book, self._page = book, page
        self._widths = _with_room(widths)[: layout.breaks[0] if layout.breaks else None]
        for column in range(len(widths), len(self._widths)):
            page.set_column(column, column, _USUAL_WIDTH)

    def write(self, lines: Sequence[str], row: int, **look: Any) -> int:
        """Lines from a row on; the row below them."""
        style = self._book.add_format({"text_wrap": True, "valign": "vcenter", **look})
        larger = look.get("font_size", paper.SIZE) / paper.SIZE
        last = len(self._widths) - 1
        for place, line in enumerate(lines, row):
            deep = paper.lines_of(line, sum(self._widths) / larger)
            self._page.set_row(place, paper.height_of(deep) * larger)
            if last:
                self._page.merge_range(place, 0, place, last, line, style)
            else:
                self._page.write_string(place, 0, line, style)
        return row + len(lines)


def _write_column(page: Any, cells: Cells, sheet: Sheet, column: int, top: int) -> None:
    """A column's heading and cells under a row."""
    key = sheet.table.columns[column]
    name = _heading(key)
    look = cells.look(**HEADING, bg_color=ASKED if name in sheet.reply else GIVEN)
    if isinstance(key, tuple) and not key[0]:
        page.merge_range(top - 1, column, top, column, name, look)
    else:
        page.write_string(top, column, name, look)
    own: dict[str, Any] = {"align": "center", "indent": 0} if name == NUMBERING else {}
    if _is_one_line(sheet, column):
        own = {"align": "fill", "text_wrap": False}
    for row, (value, number_format) in enumerate(_cells(sheet, column), top + 1):
        total = OF_TOTALS if _has_total_on_top(sheet) and row == top + 1 else {}
        cells.write(row, column, value, number_format, **own, **total)


def _has_total_on_top(sheet: Sheet) -> bool:
    return sheet.totals is not None and sheet.totals.on_top


def _heading(column: Any) -> str:
    return str(column[1] if isinstance(column, tuple) else column)


def _write_groups(
    page: Any, cells: Cells, groups: Sequence[str], row: int, widths: Sequence[float]
) -> None:
    """The upper of two lines of headings; equal neighbours are one cell.

    A heading with nothing above it takes both lines, and is written with its column.
    """
    style = cells.look(**HEADING, bg_color=GIVEN)
    begin, deepest = 0, 1
    for end in range(1, len(groups) + 1):
        if end < len(groups) and groups[end] == groups[begin]:
            continue
        wide = sum(widths[begin:end]) + 2  # texts are counted wider than they are
        deepest = max(deepest, paper.lines_of(groups[begin], wide))
        if groups[begin] and end - begin > 1:
            page.merge_range(row, begin, row, end - 1, groups[begin], style)
        elif groups[begin]:
            page.write_string(row, begin, groups[begin], style)
        begin = end
    if deepest > 1:
        page.set_row(row, paper.height_of(deepest))


def _deepest(texts: Iterable[str], widths: Sequence[float]) -> int:
    """Lines of a row's longest text; few programs find this out by themselves."""
    taken = (paper.lines_of(text, wide) for text, wide in zip(texts, widths, strict=True))
    return max(taken, default=1)


def _unfit(heights: Sequence[int]) -> list[str]:
    """What is to be said of texts that no row of paper can hold."""
    clipped = sum(deep > paper.MOST_LINES for deep in heights)
    return [tr(_CLIPPED, count=clipped)] if clipped else []


def _set_up(page: Any, sheet: Sheet, top: int, layout: paper.Layout) -> None:
    """What stays in sight, and how it prints."""
    page.freeze_panes(top + 1, sheet.frozen)
    if len(sheet.table) and not _has_total_on_top(sheet):
        page.autofilter(top, 0, top + len(sheet.table), len(sheet.table.columns) - 1)
    page.repeat_rows(top - (sheet.table.columns.nlevels - 1), top)
    set_paper(page, layout)
    if layout.breaks and sheet.frozen:
        page.repeat_columns(0, sheet.frozen - 1)


def set_paper(page: Any, layout: paper.Layout) -> None:
    """Paper, margins, scale and numbered pages of a worksheet."""
    page.set_landscape()
    page.center_horizontally()
    page.set_paper(layout.paper)
    page.set_margins(left=paper.MARGIN, right=paper.MARGIN, top=0.6, bottom=0.7)
    if layout.scale is None:
        page.fit_to_pages(1, 0)
    else:
        page.set_print_scale(layout.scale)
        page.set_v_pagebreaks(list(layout.breaks))
        page.print_across()
    font = f'&"{paper.FONT},Regular"&{paper.SIZE}'
    numbers = tr("第 &P 页, 共 &N 页")
    page.set_footer(f"&L{font}&A&R{font}{numbers}", {"scale_with_doc": False})
