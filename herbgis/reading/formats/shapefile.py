"""What GDAL does not settle about a shapefile: its encoding, and records that it lost."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from herbgis.geo.stated_systems import usable
from herbgis.reading.formats import encodings
from herbgis.reading.formats.dbf import (
    END_OF_FIELDS,
    FIELD_BYTES,
    HEADER,
    HEADER_BYTES,
    HEADING_BYTES,
    Rows,
    exact_columns,
    fields_of,
)

_SHX_HEADER_BYTES = 100
_SHX_RECORD_BYTES = 8
_SHX_LENGTH_AT = 24
#: A header that promises more than this beyond the end of its file is not believed.
_MOST_PADDING_BYTES = 64 * 1024 * 1024
_SCANNED_BYTES = 64 * 1024 * 1024


def text_encoding(shp: Path) -> tuple[str | None, bool]:
    """Encoding of a shapefile's texts, and whether its .cpg says the same.

    The .cpg and the language byte are not believed; the bytes decide. None where the texts are
    plain ASCII or there is no DBF.
    """
    dbf = _beside(shp, ".dbf")
    if dbf is None:
        return None, True
    with dbf.open("rb") as file:
        decided = encodings.decide(_texts(file.read(_SCANNED_BYTES)))
    return decided, decided is None or encodings.names_encoding(_stated(shp), decided)


def exact_cells(shp: Path, count: int) -> Iterator[tuple[int, pd.Series]]:
    """Columns that are better taken from the DBF's bytes, by place; see `dbf.exact_columns`."""
    dbf = _beside(shp, ".dbf")
    return iter(()) if dbf is None else exact_columns(dbf, count)


def deleted_records(shp: Path) -> int:
    """Records that are marked as deleted and not packed away yet."""
    dbf = _beside(shp, ".dbf")
    return 0 if dbf is None else int(Rows(dbf).deleted.sum())


def promised_records(shp: Path) -> int:
    """The most records that the headers of .shx and .dbf promise; 0 without either."""
    shx, dbf = _beside(shp, ".shx"), _beside(shp, ".dbf")
    counts = [0]
    if shx is not None:
        head = shx.read_bytes()[:_SHX_HEADER_BYTES]
        if len(head) == _SHX_HEADER_BYTES:
            words = struct.unpack_from(">i", head, _SHX_LENGTH_AT)[0]
            counts.append((words * 2 - _SHX_HEADER_BYTES) // _SHX_RECORD_BYTES)
    if dbf is not None:
        head = dbf.read_bytes()[:HEADER_BYTES]
        if len(head) == HEADER_BYTES:
            counts.append(HEADER.unpack_from(head)[0])
    return max(counts)


def cut_shapes(shp: Path) -> int:
    """How many records the .shx places beyond the end of the .shp: their polygons are cut off."""
    shx = _beside(shp, ".shx")
    if shx is None:
        return 0
    entries = shx.read_bytes()[_SHX_HEADER_BYTES:]
    entries = entries[: len(entries) // _SHX_RECORD_BYTES * _SHX_RECORD_BYTES]
    size = shp.stat().st_size
    return sum(
        2 * (start + length) + _SHX_RECORD_BYTES > size
        for start, length in struct.iter_unpack(">2i", entries)
    )


def has_index(shp: Path) -> bool:
    """Whether there is a .shx."""
    return _beside(shp, ".shx") is not None


def has_table(shp: Path) -> bool:
    """Whether there is a .dbf."""
    return _beside(shp, ".dbf") is not None


def copied(shp: Path, folder: Path) -> Path:
    """The shapefile in another folder; files that are there already are left."""
    for path in shp.parent.glob(f"{_escaped(shp.stem)}.*"):
        if not (folder / path.name).exists():
            shutil.copyfile(path, folder / path.name)
    return folder / shp.name


def with_sound_table(shp: Path, folder: Path) -> tuple[Path, int | None]:
    """The shapefile, or a copy of it with a DBF that GDAL can read, and the rows that were there.

    GDAL gives up at the first row that is not there, though the polygons behind it are sound:
    such rows are made blank, and those that were there are counted. It also gives up on a
    heading whose last character was cut in two: what is left of that character is taken off.
    """
    dbf = _beside(shp, ".dbf")
    if dbf is None:
        return shp, None
    table = dbf.read_bytes()
    if len(table) < HEADER_BYTES:
        return shp, None
    records, start, row = HEADER.unpack_from(table)
    sound = _with_whole_headings(table, start)
    lacking = start + records * row - len(table)
    broken = row > 0 and 0 < lacking <= _MOST_PADDING_BYTES
    if not broken and sound == table:
        return shp, None
    copy = copied(shp, folder)
    (folder / dbf.name).write_bytes(sound + b" " * (lacking if broken else 0))
    return copy, max((len(table) - start) // row, 0) if broken else None


def with_sound_system(shp: Path, folder: Path) -> tuple[Path, str | None]:
    """The shapefile, or a copy without its .prj where that would end GDAL's reading, and its text.

    None where GDAL is to read the .prj.
    """
    prj = _beside(shp, ".prj")
    if prj is None:
        return shp, None
    data = prj.read_bytes()
    if data.isascii() and usable(data.decode("ascii").strip())[0] is not None:
        return shp, None
    copy = copied(shp, folder)
    (folder / prj.name).unlink()
    return copy, encodings.decode_text(data)[0].strip()


def _with_whole_headings(table: bytes, start: int) -> bytes:
    """A DBF whose headings end with whole characters; only UTF-8 can be cut within three bytes."""
    sound = bytearray(table)
    for at in range(HEADER_BYTES, min(start, len(table)) - 1, FIELD_BYTES):
        if table[at] == END_OF_FIELDS:
            break
        heading = table[at : at + HEADING_BYTES].split(b"\0")[0]
        whole = heading.decode("utf-8", errors="ignore").encode()
        if encodings.decide([heading]) == "UTF-8" and heading.startswith(whole):
            sound[at : at + HEADING_BYTES] = whole.ljust(HEADING_BYTES, b"\0")
    return bytes(sound)


def _beside(shp: Path, suffix: str) -> Path | None:
    """The sidecar with a suffix in any letter case."""
    for path in sorted(shp.parent.glob(f"{_escaped(shp.stem)}.*")):
        if path.suffix.lower() == suffix and path.stem == shp.stem:
            return path
    return None


def _escaped(stem: str) -> str:
    return "".join(f"[{c}]" if c in "[]*?" else c for c in stem)


def _stated(shp: Path) -> str:
    """What the .cpg says; nothing without one."""
    cpg = _beside(shp, ".cpg")
    return cpg.read_text(encoding="ascii", errors="replace").strip() if cpg else ""


def _texts(data: bytes) -> Iterator[bytes]:
    """The field names and the cells of text fields, without padding."""
    if len(data) < HEADER_BYTES:
        return
    records, start, width = HEADER.unpack_from(data)
    spans = []
    for field in fields_of(data, start):
        yield field.name
        if field.kind == "C":
            spans.append((field.first, field.first + field.length))
    for row in range(start, len(data) - width + 1, max(width, 1))[:records]:
        for first, last in spans:
            yield data[row + first : row + last].rstrip(b" \0")
