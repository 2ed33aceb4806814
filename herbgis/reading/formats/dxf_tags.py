"""A DXF as its group codes and values, entity by entity, and the encoding of its texts.

Nothing here is kept: a file goes through in memory that does not grow with it.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TypeAlias

from ezdxf.tools.codepage import toencoding

from herbgis.reading.formats.dxf_unread import TITLES, Numbers
from herbgis.reading.formats.encodings import decide, names_encoding, title_of

#: A group code, and the bytes of its value.
Tag: TypeAlias = tuple[int, bytes]

#: Kinds of entities that are a line, and all whose tags are wanted.
LINES = frozenset({"LWPOLYLINE", "POLYLINE"})
_TEXTS = frozenset({"TEXT", "MTEXT", "ATTRIB"})
_WANTED = LINES | _TEXTS | {"VERTEX", "INSERT", "SECTION", "BLOCK", "LAYER"} | set(TITLES)
#: What entities that came with R13 need to be taken apart: the marks of their parts. Group codes of
#: the part that all entities have (Autodesk DXF Reference, common group codes).
_MARKS = {"LWPOLYLINE": b"AcDbPolyline", "MTEXT": b"AcDbMText"}
_COMMON_MARK, _MARK = b"AcDbEntity", 100
_COMMON = frozenset(
    {5, 6, 8, 48, 60, 62, 67, 92, 102, 284, 310, 330, 347, 360, 370, 390, 410, 420, 430, 440}
)
#: Older kinds are taken apart without marks, or with all of theirs.
_OLDER_MARKS = {
    "TEXT": b"AcDbText",
    "ATTRIB": b"AcDbAttribute",
    "INSERT": b"AcDbBlockReference",
    "POLYLINE": b"Polyline",
    "VERTEX": b"AcDbVertex",
}
_UTF8_SINCE = "AC1021"
#: Texts with foreign letters that are enough to tell the encoding.
_ENOUGH_TEXTS = 20_000


def _pairs(stream: IO[bytes]) -> Iterator[Tag]:
    """Group codes and values, until the file ends or is no DXF any more."""
    while line := stream.readline():
        try:
            code = int(line)
        except ValueError:
            return
        value = stream.readline()
        if not value.endswith(b"\n"):
            if value.strip() == b"EOF":
                yield code, value
            return
        yield code, value.rstrip(b"\r\n")


def entities(stream: IO[bytes]) -> Iterator[tuple[str, list[Tag]]]:
    """Entities as their tags, empty for kinds that are not wanted.

    One that the file's end cuts off is not given.
    """
    kind, tags = "", list[Tag]()
    for code, value in _pairs(stream):
        if code == 0:
            if kind:
                yield kind, tags
            kind, tags = value.strip().decode("latin-1"), []
        elif kind in _WANTED and (kind != "SECTION" or not tags):
            tags.append((code, value))
    if kind in {"ENDSEC", "EOF"}:
        yield kind, tags


def first(tags: list[Tag], code: int, codec: str) -> str:
    """The first value of a group code as text; nothing where there is none."""
    return next((value.decode(codec, "replace").strip() for c, value in tags if c == code), "")


def numbers(tags: list[Tag]) -> Numbers:
    """The first finite number of each group code; what is none is left out."""
    found: Numbers = {}
    for code, value in tags:
        if code < _MARK and code not in found:
            with contextlib.suppress(ValueError):
                found[code] = float(value)
    return {code: number for code, number in found.items() if math.isfinite(number)}


def healed(kind: str, tags: list[Tag]) -> list[Tag]:
    """An entity with the marks of its parts, which some programs leave out; long texts whole.

    A text is cut every 250 bytes, which may be in the middle of a letter.
    """
    marks = {value.strip() for code, value in tags if code == _MARK}
    if kind == "MTEXT":
        whole = b"".join(value for code, value in tags if code in {1, 3})
        tags = [(code, value) for code, value in tags if code not in {1, 3}] + [(1, whole)]
    if kind in _MARKS and not {_COMMON_MARK, _MARKS[kind]} <= marks:
        bare = [tag for tag in tags if tag[0] != _MARK]
        own = [tag for tag in bare if tag[0] not in _COMMON]
        common = [tag for tag in bare if tag[0] in _COMMON]
        return [(_MARK, _COMMON_MARK), *common, (_MARK, _MARKS[kind]), *own]
    if kind in _OLDER_MARKS and not all(
        any(mark.endswith(needed) for mark in marks)
        for needed in (_COMMON_MARK, _OLDER_MARKS[kind])
    ):
        return [tag for tag in tags if tag[0] != _MARK]
    return tags


def encoding_of(path: Path) -> tuple[str, str, bool]:
    """The codec of a DXF's texts, its name for people, and whether the header says the same.

    What the bytes are outweighs what version and code page say.
    """
    header: dict[bytes, str] = {}
    foreign: list[bytes] = []
    variable = b""
    with path.open("rb") as stream:
        for code, value in _pairs(stream):
            if code == 9:
                variable = value.strip()
            elif variable in {b"$ACADVER", b"$DWGCODEPAGE"}:
                header.setdefault(variable, value.decode("latin-1").strip())
                variable = b""
            elif not value.isascii():
                foreign.append(value)
                if len(foreign) >= _ENOUGH_TEXTS:
                    break
    found = decide(foreign)
    if found is None:
        return "utf-8", "", True
    if header.get(b"$ACADVER", "") >= _UTF8_SINCE:
        stated = "utf-8"
    else:
        stated = toencoding(header.get(b"$DWGCODEPAGE", ""))
    return found.lower(), title_of(found), names_encoding(stated, found)
