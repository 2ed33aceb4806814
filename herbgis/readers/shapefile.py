"""What GDAL does not settle about a shapefile: its encoding, and records that it lost."""

from __future__ import annotations

import codecs
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path

from herbgis.readers import encodings

_HEADER = struct.Struct("<4xIHH")
_FIELD_BYTES = 32
_HEADER_BYTES = 32
_END_OF_FIELDS = 0x0D
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
    return decided, decided is None or _stated(shp) == _lookup(decided)


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
        head = dbf.read_bytes()[:_HEADER_BYTES]
        if len(head) == _HEADER_BYTES:
            counts.append(_HEADER.unpack_from(head)[0])
    return max(counts)


def with_whole_table(shp: Path, folder: Path) -> tuple[Path, int | None]:
    """The shapefile, or where its DBF breaks off, a copy with blank rows and the rows that were.

    GDAL gives up at the first row that is not there; the polygons behind it are sound.
    """
    dbf = _beside(shp, ".dbf")
    if dbf is None:
        return shp, None
    table = dbf.read_bytes()
    if len(table) < _HEADER_BYTES:
        return shp, None
    records, start, row = _HEADER.unpack_from(table)
    lacking = start + records * row - len(table)
    if not 0 < lacking <= _MOST_PADDING_BYTES or not row:
        return shp, None
    for path in shp.parent.glob(f"{_escaped(shp.stem)}.*"):
        shutil.copyfile(path, folder / path.name)
    with (folder / dbf.name).open("ab") as file:
        file.write(b" " * lacking)
    return folder / shp.name, max((len(table) - start) // row, 0)


def _beside(shp: Path, suffix: str) -> Path | None:
    """The sidecar with a suffix in any letter case."""
    for path in sorted(shp.parent.glob(f"{_escaped(shp.stem)}.*")):
        if path.suffix.lower() == suffix and path.stem == shp.stem:
            return path
    return None


def _escaped(stem: str) -> str:
    return "".join(f"[{c}]" if c in "[]*?" else c for c in stem)


def _stated(shp: Path) -> str | None:
    cpg = _beside(shp, ".cpg")
    return _lookup(cpg.read_text(encoding="ascii", errors="replace").strip()) if cpg else None


def _lookup(name: str) -> str | None:
    name = f"cp{name}" if name.isdigit() else name
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return None
    return "gb18030" if found in {"gbk", "gb2312", "cp936"} else found


def _texts(data: bytes) -> Iterator[bytes]:
    """The field names and the cells of text fields, without padding."""
    if len(data) < _HEADER_BYTES:
        return
    records, start, width = _HEADER.unpack_from(data)
    spans = []
    offset = 1
    for at in range(_HEADER_BYTES, min(start, len(data)) - 1, _FIELD_BYTES):
        field = data[at : at + _FIELD_BYTES]
        if field[0] == _END_OF_FIELDS or len(field) < _FIELD_BYTES:
            break
        yield field[:11].split(b"\0")[0]
        if field[11:12] == b"C":
            spans.append((offset, offset + field[16]))
        offset += field[16]
    for number in range(records):
        row = start + number * width
        if row + width > len(data):
            return
        for first, last in spans:
            yield data[row + first : row + last].rstrip(b" \0")
