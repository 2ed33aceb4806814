"""Workbooks of Excel 97 (.xls), made record by record: no writer of them is among our packages."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

_SECTOR, _FREE, _LAST, _TABLE = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def save_xls(
    path: Path,
    rows: Sequence[Sequence[object]],
    formats: Mapping[tuple[int, int], str],
    *,
    hidden_rows: Sequence[int] = (),
    hidden_columns: Sequence[int] = (),
    since_1904: bool = False,
) -> Path:
    """Texts and numbers; number formats by row and column from 0."""
    codes = list(dict.fromkeys(formats.values()))
    begin = [_record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 6))]
    begin.append(_record(0x0022, struct.pack("<H", since_1904)))
    begin += [_record(0x041E, struct.pack("<H", 164 + n) + _text(c)) for n, c in enumerate(codes)]
    numbers = [0, *(164 + n for n in range(len(codes)))]
    begin += [_record(0x00E0, struct.pack("<HH16x", 0, number)) for number in numbers]
    name = "表".encode("utf-16-le")
    size = sum(map(len, begin)) + 4 + 8 + len(name) + 4
    begin.append(_record(0x0085, struct.pack("<IBBBB", size, 0, 0, 1, 1) + name))
    sheet = [_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 6))]
    sheet += [_record(0x007D, struct.pack("<6H", c, c, 2000, 0, 1, 0)) for c in hidden_columns]
    extent = struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0)
    sheet.append(_record(0x0200, extent))
    sheet += [_record(0x0208, struct.pack("<6HI", r, 0, 9, 0, 0, 0, 0x20)) for r in hidden_rows]
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            code = formats.get((row, column))
            style = 0 if code is None else codes.index(code) + 1
            place = struct.pack("<3H", row, column, style)
            if isinstance(cell, str):
                sheet.append(_record(0x0204, place + _text(cell)))
            elif isinstance(cell, (int, float)):
                sheet.append(_record(0x0203, place + struct.pack("<d", cell)))
    end = _record(0x000A, b"")
    path.write_bytes(_compound(b"".join([*begin, end, *sheet, end])))
    return path


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _text(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def _compound(stream: bytes) -> bytes:
    """A stream in the file system that an .xls is: its table, its directory, its sectors."""
    stream = stream.ljust(4096, b"\0")
    count = -(-len(stream) // _SECTOR)
    chain = [_TABLE, _LAST, *range(3, count + 2), _LAST]
    table = struct.pack("<128I", *chain, *[_FREE] * (128 - len(chain)))
    directory = _entry("Root Entry", 5, 1, _LAST, 0) + _entry("Workbook", 2, _FREE, 2, len(stream))
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, _LAST, 0, _LAST, 0)
    head += struct.pack("<109I", 0, *[_FREE] * 108)
    return b"".join(
        [head, table, directory.ljust(_SECTOR, b"\0"), stream.ljust(count * _SECTOR, b"\0")]
    )


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    written = (name + "\0").encode("utf-16-le")
    head = written.ljust(64, b"\0") + struct.pack("<HBB", len(written), kind, 1)
    return head + struct.pack("<III36xIQ", _FREE, _FREE, child, start, size)
