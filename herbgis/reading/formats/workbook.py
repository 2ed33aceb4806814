"""Workbooks (.xlsx, .xls) and CSV: lists of reported bases, or tables of their coordinates."""

from __future__ import annotations

import contextlib
import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import IO, BinaryIO

import pandas as pd
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from herbgis.reading.formats.coordinate_table import drawn
from herbgis.reading.formats.encodings import GBK, decided_line, text_of_file
from herbgis.reading.formats.grids import Grid, Merged, check_size, is_empty, make_grid
from herbgis.reading.formats.sheets import Table, find_table, known_headings
from herbgis.reading.formats.survey_file import SurveyFile
from herbgis.reading.formats.xls_extent import OLE_HEAD, check_xls
from herbgis.reading.understanding.survey import Layer, bare_frame
from herbgis.terms.issues import Issue, Place

_REPORT = "是统计表或问题清单, 行里不是基地"
_NO_HEADER = "没有认出表头, 至少要有两个通用列名"
_LOCKED = "工作簿有密码, 请取消密码后再交"
_DELIMITERS = (",", "\t", ";")
#: In UTF-16, the stream of an OLE file that holds a workbook encrypted.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MOST_BYTES = 512 * 1024**2
_PIECE_BYTES = 1 << 20
#: A cell with content and where it stands; the parser makes room for all cells before it.
_FILLED_CELL = re.compile(
    rb"<(?:\w+:)?+c(?=\s[^<>]*+(?<!/)>)\s(?:[^<>]*?\s)?r\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"']"
)
_LONGEST_TAG = 1 << 16


def read_workbook(file: SurveyFile) -> Iterator[Layer]:
    """Every visible sheet of a workbook that has a header, a layer each."""
    with file.path.open("rb") as stream:
        if _is_locked(stream):
            yield _unread(file.shown, _LOCKED)
            return
        _check_extent(stream)
        stream.seek(0)
        try:
            grids, notes, issues = _sheets(stream, file.shown)
        except PasswordError:
            yield _unread(file.shown, _LOCKED)
            return
    yield from layers_of_grids(file, grids, notes=notes, issues=issues)


def layers_of_grids(
    file: SurveyFile,
    grids: Mapping[str, Grid],
    *,
    notes: Sequence[str] = (),
    issues: Sequence[Issue] = (),
    encoding: str = "",
) -> Iterator[Layer]:
    """Sheets by name, a layer each where one has a header; on the first what is said of the file.

    `notes` and `issues` are of sheets that were not made grids.
    """
    tables = {
        name: find_table(grid, file.words) for name, grid in grids.items() if not is_empty(grid)
    }
    said = [f"工作表 {name} 没有认出表头, 未读" for name, found in tables.items() if not found]
    reports = [name for name, found in tables.items() if found and found.is_report]
    said += [f"工作表 {name} {_REPORT}, 未读" for name in reports]
    layers = [
        _layer(file.shown, name, found, encoding)
        for name, found in tables.items()
        if found and not found.is_report
    ]
    if not layers:
        layers = [_unread(file.shown, _REPORT if reports else _NO_HEADER)]
        layers = [replace(layers[0], issues=())] if issues else layers
    assumptions = (*layers[0].assumptions, *notes, *said)
    yield replace(layers[0], assumptions=assumptions, issues=(*layers[0].issues, *issues))
    yield from layers[1:]


def read_csv(file: SurveyFile) -> Iterator[Layer]:
    """A table of text; the delimiter is the one under which the most headings are known."""
    text, encoding = text_of_file(file.path)
    grids = [_grid_of_text(text, delimiter) for delimiter in _DELIMITERS]
    best = max(grids, key=lambda grid: known_headings(grid, file.words))
    found = find_table(best, file.words)
    if found is None or found.is_report:
        yield _unread(file.shown, _NO_HEADER if found is None else _REPORT)
        return
    layer = _layer(file.shown, file.path.stem, found, encoding)
    if encoding == GBK:
        layer = replace(layer, assumptions=(decided_line(encoding), *layer.assumptions))
    yield layer


def _layer(shown: str, name: str, table: Table, encoding: str) -> Layer:
    found = drawn(table.frame, table.matched, table.above, Place(shown, name))
    frame = bare_frame(table.frame) if found is None else found.frame()
    return Layer(
        file=shown,
        name=name,
        frame=frame,
        crs=None if found is None else found.crs,
        promised=len(frame),
        encoding=encoding,
        assumptions=(*table.assumptions, *(found.assumptions if found else ())),
        issues=tuple(found.issues) if found else (),
    )


def _unread(shown: str, why: str) -> Layer:
    """A layer without records that says why there are none."""
    issue = Issue("HG001", Place(shown), {"why": why})
    return Layer(shown, "", bare_frame(pd.DataFrame()), None, 0, issues=(issue,))


def _grid_of_text(text: str, delimiter: str) -> Grid:
    return make_grid(list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)), None)


# What python-calamine is given, and what it gives


def _is_locked(file: BinaryIO) -> bool:
    """Whether a file is a workbook behind a password: an OLE file with an encrypted package."""
    return file.read(len(OLE_HEAD)) == OLE_HEAD and _ENCRYPTED in file.read(_MOST_BYTES)


def _check_extent(file: BinaryIO) -> None:
    """Refuse a workbook whose cells lie so far apart that reading it would exhaust the memory."""
    file.seek(0)
    data = file.read(_MOST_BYTES)
    if data.startswith(OLE_HEAD):
        check_xls(data)
        return
    with zipfile.ZipFile(file) as book:
        parts = [e for e in book.infolist() if e.filename.lower().endswith((".xml", ".rels"))]
        size = sum(entry.file_size for entry in parts)
        if size > _MOST_BYTES:
            msg = f"工作簿展开后有 {size / 1e6:.0f} MB, 超过限额"
            raise ValueError(msg)
        for entry in parts:
            with book.open(entry) as part:
                _check_cells(part)


def _check_cells(sheet: IO[bytes]) -> None:
    rows = columns = 0
    kept = b""
    while piece := sheet.read(_PIECE_BYTES):
        kept += piece
        for letters, digits in _FILLED_CELL.findall(kept):
            rows, columns = max(rows, int(digits)), max(columns, _column_number(letters))
        # A tag that this piece cuts in two is looked at again with the next.
        kept = kept[max(kept.rfind(b"<"), 0) :]
        kept = b"" if b">" in kept else kept[:_LONGEST_TAG]
    check_size(rows, columns)


def _column_number(letters: bytes) -> int:
    """A=1, Z=26, AA=27."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - ord("A") + 1
    return number


def _sheets(file: BinaryIO, shown: str) -> tuple[dict[str, Grid], list[str], list[Issue]]:
    """Visible sheets by name, what was left unread, and what could not be read."""
    grids: dict[str, Grid] = {}
    notes: list[str] = []
    issues: list[Issue] = []
    with _panics_as_errors():
        book = CalamineWorkbook.from_filelike(file)
        for sheet in book.sheets_metadata:
            if sheet.typ is not SheetTypeEnum.WorkSheet:
                continue
            if sheet.visible is not SheetVisibleEnum.Visible:
                notes.append(f"隐藏工作表 {sheet.name} 未读")
                continue
            try:
                grids[sheet.name] = _grid_of_sheet(book.get_sheet_by_name(sheet.name))
            except CalamineError as error:
                notes.append(f"工作表 {sheet.name}: {error}"[:300])
                issues.append(Issue("HG001", Place(shown, sheet.name), {"why": "工作表损坏"}))
    return grids, notes, issues


def _grid_of_sheet(sheet: CalamineSheet) -> Grid:
    merged = sheet.merged_cell_ranges
    ranges = None if merged is None else [Merged(*first, *last) for first, last in merged]
    if sheet.end is None:
        return Grid([], None)
    check_size(sheet.end[0] + 1, sheet.end[1] + 1)
    return make_grid(sheet.to_python(skip_empty_area=False), ranges)


@contextlib.contextmanager
def _panics_as_errors() -> Iterator[None]:
    """A panic of the parser is no `Exception` to Python; here it becomes one."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        msg = f"解析中断: {error}"
        raise ValueError(msg) from error
