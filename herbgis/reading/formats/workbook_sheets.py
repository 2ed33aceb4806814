"""Sheets of an .xlsx or .xls as grids, by python-calamine, and what it must not be given."""

from __future__ import annotations

import contextlib
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, BinaryIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from herbgis.foundation.language import tr
from herbgis.reading.formats.grids import Grid, Marks, Merged, check_size, make_grid
from herbgis.reading.formats.ods_marks import marks_of_ods
from herbgis.reading.formats.survey_file import UnreadableFileError
from herbgis.reading.formats.xls_extent import OLE_HEAD
from herbgis.reading.formats.xls_marks import marks_of_xls
from herbgis.reading.formats.xlsx_marks import SheetMarks, sheet_marks
from herbgis.terms.issues import Issue, Place

#: In UTF-16, the stream of an OLE file that holds a workbook encrypted.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MOST_BYTES = 512 * 1024**2
_PIECE_BYTES = 1 << 20
#: A cell with content and where it stands; the parser makes room for all cells before it.
_FILLED_CELL = re.compile(
    rb"<(?:\w+:)?+c(?=\s[^<>]*+(?<!/)>)\s(?:[^<>]*?\s)?r\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"']"
)
_LONGEST_TAG = 1 << 16


@dataclass
class Sheets:
    """A workbook's sheets.

    Attributes
    ----------
    visible, hidden : dict of str to Grid
        By name.
    notes : list of str
        What the parser said of sheets that it could not read.
    issues : list of Issue
        Sheets that could not be read.
    """

    visible: dict[str, Grid] = field(default_factory=dict)
    hidden: dict[str, Grid] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def read_sheets(stream: BinaryIO, shown: str) -> Sheets | None:
    """A workbook's sheets, or None where a password is asked for.

    Raises
    ------
    ValueError
        The workbook is damaged, or larger than any list of bases.
    """
    if _is_locked(stream):
        return None
    stream.seek(0)
    data = stream.read(_MOST_BYTES)
    if data.startswith(OLE_HEAD):
        return _sheets(stream, shown, marks_of_xls(data))
    with zipfile.ZipFile(stream) as book:
        _check_extent(book)
        is_ods = "content.xml" in book.namelist()
        return _sheets(
            stream, shown, marks_of_ods(book.read("content.xml")) if is_ods else sheet_marks(book)
        )


def _is_locked(file: BinaryIO) -> bool:
    """Whether a file is a workbook behind a password: an OLE file with an encrypted package."""
    return file.read(len(OLE_HEAD)) == OLE_HEAD and _ENCRYPTED in file.read(_MOST_BYTES)


def _check_extent(book: zipfile.ZipFile) -> None:
    """Refuse a workbook whose cells lie so far apart that reading it would exhaust the memory."""
    parts = [e for e in book.infolist() if e.filename.lower().endswith((".xml", ".rels"))]
    size = sum(entry.file_size for entry in parts)
    if size > _MOST_BYTES:
        msg = tr("工作簿展开后有 {size:.0f} MB, 超过限额; 请拆分后再交", size=size / 1e6)
        raise UnreadableFileError(msg)
    for entry in parts:
        with book.open(entry) as part:
            _check_cells(part)


def _check_cells(sheet: IO[bytes]) -> None:
    rows = columns = 0
    kept = b""
    while piece := sheet.read(_PIECE_BYTES):
        kept += piece
        cells = _FILLED_CELL.findall(kept)
        rows = max(rows, *(int(digits) for _, digits in cells), 0)
        columns = max(columns, *map(_column_number, {letters for letters, _ in cells}), 0)
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


def _sheets(file: BinaryIO, shown: str, marks: SheetMarks | Sequence[Marks]) -> Sheets | None:
    """Sheets with what an .xlsx says of them, or with the marks of each that others have."""
    found = Sheets()
    file.seek(0)
    with _panics_as_errors():
        try:
            book = CalamineWorkbook.from_filelike(file)
        except PasswordError:
            return None
        for at, sheet in enumerate(book.sheets_metadata):
            if sheet.typ is not SheetTypeEnum.WorkSheet:
                continue
            is_visible = sheet.visible is SheetVisibleEnum.Visible
            grids = found.visible if is_visible else found.hidden
            own = marks if isinstance(marks, SheetMarks) else marks[at]
            try:
                grids[sheet.name] = _grid(book.get_sheet_by_name(sheet.name), own)
            except CalamineError as error:
                found.notes.append(tr("工作表 {name}: {error}", name=sheet.name, error=error)[:300])
                if is_visible:
                    issue = Issue("HG001", Place(shown, sheet.name), {"why": tr("工作表损坏")})
                    found.issues.append(issue)
    return found


def _grid(sheet: CalamineSheet, marks: SheetMarks | Marks) -> Grid:
    merged = sheet.merged_cell_ranges
    ranges = None if merged is None else [Merged(*first, *last) for first, last in merged]
    if sheet.end is None:
        return Grid([], None)
    check_size(sheet.end[0] + 1, sheet.end[1] + 1)
    rows = sheet.to_python(skip_empty_area=False)
    if isinstance(marks, SheetMarks):
        marks = marks.of(sheet.name, years=_has_dotted_years(rows))
    return make_grid(rows, ranges, marks)


def _has_dotted_years(rows: Sequence[Sequence[object]]) -> bool:
    """Whether any number may be a year with a month behind the point, as 2020.1."""
    return any(
        isinstance(cell, float) and 1900 < cell < 2101 and cell % 1 for row in rows for cell in row
    )


@contextlib.contextmanager
def _panics_as_errors() -> Iterator[None]:
    """A panic of the parser is no `Exception` to Python; here it becomes one."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        msg = tr("解析中断: {error}", error=error)
        raise ValueError(msg) from error
