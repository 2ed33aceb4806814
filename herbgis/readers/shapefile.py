"""What GDAL does not settle about a shapefile: the encoding of its DBF."""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator
from pathlib import Path

from herbgis.readers import encodings

_HEADER = struct.Struct("<4xIHH")
_FIELD_BYTES = 32
_HEADER_BYTES = 32
_END_OF_FIELDS = 0x0D
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
