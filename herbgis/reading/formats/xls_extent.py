"""How far the cells of an .xls reach, before a parser makes room for them; which hold errors.

Source: MS-CFB, MS-XLS.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from herbgis.foundation.language import tr
from herbgis.reading.formats.grids import At, check_size

OLE_HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = ("Workbook", "Book")
_ENTRY_BYTES = 128
_MINI_BYTES = 64
_MINI_BELOW_BYTES = 4096
_MOST_SECTORS = 0xFFFFFFF9
_BOUND_SHEET, _DIMENSIONS, _END = 0x0085, 0x0200, 0x000A
#: Formula, MulRk, LabelSst, Number, Label, BoolErr, Rk: row and column stand first.
_CELLS = frozenset({0x0006, 0x00BD, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E})
_MUL_RK, _FORMULA, _BOOL_ERR = 0x00BD, 0x0006, 0x0205
#: MS-XLS 2.5.10 BErr.
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
#: The last row and column that an .xls can have, counted from 1.
_MOST_ROWS, _MOST_COLUMNS = 65_536, 256


def workbook_of(data: bytes) -> bytes:
    """The stream of the workbook in the file's own file system."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    if size not in {512, 4096}:
        msg = tr("扇区大小 {size} 不对", size=size)
        raise ValueError(msg)
    sectors = [data[at : at + size] for at in range(size, len(data), size)]
    table = _allocation(data, sectors)
    directory_at, mini_at = struct.unpack_from("<12xI8xI", data, 36)
    directory = b"".join(_chain(sectors, table, directory_at))
    entries: dict[str, tuple[int, int]] = {}
    for at in range(0, len(directory) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
        name = directory[at : at + 64].decode("utf-16-le", errors="replace").partition("\0")[0]
        entries.setdefault(name, struct.unpack_from("<II", directory, at + 116))
    found = next((entries[name] for name in _STREAMS if name in entries), None)
    if found is None:
        msg = tr("没有工作簿数据流")
        raise ValueError(msg)
    start, length = found
    if length >= _MINI_BELOW_BYTES:
        return b"".join(_chain(sectors, table, start))[:length]
    root = struct.unpack_from("<I", directory, 116)[0]
    small = b"".join(_chain(sectors, table, root))
    minis = [small[at : at + _MINI_BYTES] for at in range(0, len(small), _MINI_BYTES)]
    mini_table = _words(_chain(sectors, table, mini_at))
    return b"".join(_chain(minis, mini_table, start))[:length]


def _allocation(data: bytes, sectors: list[bytes]) -> list[int]:
    """Which sector follows which."""
    places = [*struct.unpack_from("<109I", data, 76)]
    following = struct.unpack_from("<I", data, 68)[0]
    seen: set[int] = set()
    while following < len(sectors) and following not in seen:
        seen.add(following)
        *more, following = _words([sectors[following]])
        places += more
    return _words(sectors[place] for place in places if place < len(sectors))


def _words(pieces: Iterator[bytes] | list[bytes]) -> list[int]:
    joined = b"".join(pieces)
    return list(struct.unpack_from(f"<{len(joined) // 4}I", joined))


def _chain(sectors: list[bytes], table: list[int], start: int) -> Iterator[bytes]:
    seen: set[int] = set()
    while start <= _MOST_SECTORS:
        if start >= min(len(sectors), len(table)) or start in seen:
            msg = tr("扇区链断裂")
            raise ValueError(msg)
        seen.add(start)
        yield sectors[start]
        start = table[start]


def records_from(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Records from a place on, up to the end of the sheet."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == _END:
            return
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def sheet_starts(stream: bytes) -> list[int]:
    """Where in the stream each sheet begins."""
    found = (body for kind, body in records_from(stream, 0) if kind == _BOUND_SHEET)
    return [struct.unpack_from("<I", body)[0] for body in found]


def check_sheet(stream: bytes, start: int) -> dict[At, str]:
    """The error values of a sheet whose cells do not reach too far, by their places.

    Raises
    ------
    ValueError
        It is damaged or larger than any list of bases.
    """
    rows = columns = 0
    faults: dict[At, str] = {}
    for kind, body in records_from(stream, start):
        if kind == _DIMENSIONS:
            _check_dimensions(body)
        elif kind in _CELLS:
            row, column = struct.unpack_from("<HH", body)
            last = struct.unpack_from("<H", body, len(body) - 2)[0] if kind == _MUL_RK else column
            rows, columns = max(rows, row + 1), max(columns, column + 1, last + 1)
            error = _error_in(kind, body)
            if error is not None:
                faults[row, column] = error
    check_size(rows, columns)
    return faults


def _error_in(kind: int, body: bytes) -> str | None:
    """The error value that a cell holds, or that its formula gave."""
    if kind == _BOOL_ERR and body[7:8] == b"\x01":
        return _ERRORS.get(body[6])
    if kind == _FORMULA and body[6:7] == b"\x02" and body[12:14] == b"\xff\xff":
        return _ERRORS.get(body[8])
    return None


def _check_dimensions(body: bytes) -> None:
    """The extent that a sheet promises: BIFF8 has rows of four bytes, earlier ones of two."""
    first_row, end_row, first_column, end_column = struct.unpack_from(
        "<IIHH" if len(body) >= 14 else "<4H", body
    )
    fits = end_row <= _MOST_ROWS and end_column <= _MOST_COLUMNS
    if not fits or (end_row and first_row > end_row) or (end_column and first_column > end_column):
        msg = tr(
            "工作表范围 {end_row} 行 {end_column} 列不对", end_row=end_row, end_column=end_column
        )
        raise ValueError(msg)
