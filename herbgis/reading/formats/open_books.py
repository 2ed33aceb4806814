"""Workbooks of other kinds, .xlsb and .ods: how far they reach, before a parser makes room."""

from __future__ import annotations

import re
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from herbgis.foundation.language import tr
from herbgis.reading.formats.grids import check_size
from herbgis.reading.formats.survey_file import SurveyFile, UnreadableFileError
from herbgis.reading.formats.workbook import read_workbook
from herbgis.reading.understanding.survey import Layer

_MOST_BYTES = 512 * 1024**2
#: A row (BrtRowHdr), and the cells in it (BrtCellBlank to BrtFmlaError), MS-XLSB 2.3.
_ROW, _CELLS = 0, range(1, 12)
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
_ODS_PIECE = re.compile(
    rb"<table:(?P<kind>table-row|table-cell|covered-table-cell|table)\b(?P<attributes>[^>]*)>"
)
_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
#: Line breaks that some programs put between rows and cells, and that calamine does not take.
_BETWEEN_CELLS = re.compile(rb"(</?table:[^>]*>|</text:p>)\s+(?=</?table:|<text:p)")
#: LibreOffice writes an error as an empty text, and shows its name.
_ERROR_CELL = re.compile(rb"<table:table-cell\b[^<>]*calcext:value-type=\"error\"[^<>]*>")
_NO_TEXT = re.compile(rb"\soffice:string-value=\"\"")
_REPEATED = re.compile(rb"number-(?:rows|columns)-repeated\s*=\s*[\"'](\d{1,9})[\"']")
_FILLED = re.compile(rb"value-type\s*=")


def read_xlsb(file: SurveyFile) -> Iterator[Layer]:
    """Every visible sheet of a binary workbook that has a header, a layer each."""
    for sheet in _parts(file, "xl/worksheets/", ".bin"):
        _check_records(sheet)
    yield from read_workbook(file)


def read_ods(file: SurveyFile) -> Iterator[Layer]:
    """Every visible sheet of an OpenDocument table that has a header, a layer each."""
    with tempfile.TemporaryDirectory(prefix="herbgis-") as folder:
        copy = Path(folder, file.path.name)
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as tidy:
            tidy.writestr("mimetype", _ODS_TYPE, zipfile.ZIP_STORED)
            for name in ("META-INF/manifest.xml", "content.xml"):
                for content in _parts(file, *name.split(".")):
                    _check_repeats(content)
                    named = _ERROR_CELL.sub(lambda cell: _NO_TEXT.sub(b"", cell[0]), content)
                    tidy.writestr(name, _BETWEEN_CELLS.sub(rb"\1", named))
        yield from read_workbook(replace(file, path=copy))


def _parts(file: SurveyFile, begin: str, end: str) -> Iterator[bytes]:
    """Entries of the zip that a workbook is."""
    with zipfile.ZipFile(file.path) as book:
        for entry in book.infolist():
            if entry.filename.startswith(begin) and entry.filename.endswith(end):
                if entry.file_size > _MOST_BYTES:
                    msg = tr(
                        "工作簿展开后有 {size:.0f} MB, 超过限额; 请拆分后再交",
                        size=entry.file_size / 1e6,
                    )
                    raise UnreadableFileError(msg)
                with book.open(entry) as part:
                    yield part.read(_MOST_BYTES)


def _check_records(sheet: bytes) -> None:
    """Raise ValueError for a sheet whose cells lie so far apart that they would fill the memory."""
    rows = columns = at = 0
    while at < len(sheet):
        kind, at = _varying(sheet, at, 2)
        size, at = _varying(sheet, at, 4)
        if kind in {_ROW, *_CELLS} and at + 4 <= len(sheet):
            (place,) = struct.unpack_from("<I", sheet, at)
            if place >= (_MOST_ROWS if kind == _ROW else _MOST_COLUMNS):
                msg = tr("工作表范围不对")
                raise ValueError(msg)
            rows = max(rows, place + 1) if kind == _ROW else rows
            columns = max(columns, place + 1) if kind in _CELLS else columns
        at += size
    check_size(rows, columns)


def _varying(data: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    number = 0
    for place in range(most):
        byte = data[at] if at < len(data) else 0
        number |= (byte & 0x7F) << 7 * place
        at += 1
        if not byte & 0x80:
            break
    return number, at


def _check_repeats(content: bytes) -> None:
    """Raise ValueError where rows and cells that stand for many are more than any list has."""
    rows = columns = width = 0
    blank_rows = blank_cells = repeat = 0
    for piece in _ODS_PIECE.finditer(content):
        kind, attributes = piece["kind"], piece["attributes"]
        written = _REPEATED.search(attributes)
        times = int(written[1]) if written else 1
        if kind == b"table":
            rows = columns = blank_rows = 0
        elif kind == b"table-row":
            blank_rows += repeat
            width, blank_cells, repeat = 0, 0, times
        elif _FILLED.search(attributes):
            width += blank_cells + times
            rows += blank_rows + repeat
            columns = max(columns, width)
            blank_rows = blank_cells = repeat = 0
            check_size(rows, columns)
        else:
            blank_cells += times
