"""What an .xls says of its cells beside their values: formats, faults, what is hidden.

The parser gives values alone, so the records of the workbook's stream are gone through.
Source: MS-XLS 2.4 (Format, XF, Row, ColInfo, Date1904) and 2.5.10 (BErr).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from herbgis.foundation.language import tr
from herbgis.reading.formats.grids import At, Marks
from herbgis.reading.formats.number_formats import BUILT_IN, shown_under
from herbgis.reading.formats.xls_extent import check_sheet, records_from, sheet_starts, workbook_of
from herbgis.reading.formats.xlsx_marks import tells

_BEGIN, _BIFF8 = 0x0809, 0x0600
_FORMAT, _STYLE, _DATE_1904 = 0x041E, 0x00E0, 0x0022
_ROW, _COLUMNS = 0x0208, 0x007D
#: Formula, Number, Rk: row, column and style stand first.
_NUMBERS, _MUL_RK = frozenset({0x0006, 0x0203, 0x027E}), 0x00BD
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x20, 0x01
_LAST_COLUMN = 255


def marks_of_xls(data: bytes) -> list[Marks]:
    """The marks of each sheet of an .xls; of one older than Excel 97 the faults alone.

    Raises
    ------
    ValueError
        It is damaged or larger than any list of bases.
    """
    try:
        stream = workbook_of(data)
        telling, since_1904 = _styles(stream)
        return [_marks(stream, start, telling, since_1904) for start in sheet_starts(stream)]
    except struct.error as error:
        msg = tr("工作簿不完整")
        raise ValueError(msg) from error


def _styles(stream: bytes) -> tuple[dict[int, str], bool]:
    """Number formats that show more than digits, by style; whether days count from 1904."""
    codes, numbers = dict(BUILT_IN), []
    is_biff8 = since_1904 = False
    for kind, body in records_from(stream, 0):
        if kind == _BEGIN:
            is_biff8 = struct.unpack_from("<H", body)[0] == _BIFF8
        elif kind == _FORMAT and is_biff8:
            number, count, flags = struct.unpack_from("<HHB", body)
            wide = flags & 1
            text = body[5 : 5 + count * (2 if wide else 1)]
            codes[number] = text.decode("utf-16-le" if wide else "latin-1", errors="replace")
        elif kind == _STYLE and is_biff8:
            numbers.append(struct.unpack_from("<2xH", body)[0])
        elif kind == _DATE_1904:
            since_1904 = body[:1] == b"\x01"
    telling = {
        style: codes[number]
        for style, number in enumerate(numbers)
        if number in codes and tells(shown_under(codes[number], 1.0), years=True)
    }
    return telling, since_1904


def _marks(stream: bytes, start: int, telling: dict[int, str], since_1904: bool) -> Marks:  # noqa: FBT001
    faults = check_sheet(stream, start)
    formats: dict[At, str] = {}
    rows: set[int] = set()
    columns: set[int] = set()
    for kind, body in records_from(stream, start):
        if kind == _ROW and len(body) > 12 and body[12] & _HIDDEN_ROW:
            rows.add(struct.unpack_from("<H", body)[0])
        elif kind == _COLUMNS:
            first, last, _, _, flags = struct.unpack_from("<5H", body)
            if flags & _HIDDEN_COLUMN:
                columns.update(range(first, min(last, _LAST_COLUMN) + 1))
        elif telling and (kind in _NUMBERS or kind == _MUL_RK):
            formats |= {at: telling[style] for at, style in _styled(kind, body) if style in telling}
    hidden = frozenset(rows), frozenset(columns)
    return Marks(formats, faults, frozenset(), *hidden, since_1904=since_1904)


def _styled(kind: int, body: bytes) -> Iterator[tuple[At, int]]:
    """The cells of a record and their styles."""
    row, column, style = struct.unpack_from("<3H", body)
    if kind != _MUL_RK:
        yield (row, column), style
        return
    for place in range((len(body) - 6) // 6):
        yield (row, column + place), struct.unpack_from("<H", body, 4 + 6 * place)[0]
