"""A DXF as its group codes and values, entity by entity, and the encoding of its texts.

Nothing here is kept: a file goes through in memory that does not grow with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, TypeAlias

from ezdxf.tools.codepage import toencoding

from herbgis.reading.formats.encodings import decide, names_encoding, title_of

#: A group code, and the bytes of its value.
Tag: TypeAlias = tuple[int, bytes]

#: Kinds of entities that are a line, and all whose tags are wanted.
LINES = frozenset({"LWPOLYLINE", "POLYLINE"})
_WANTED = LINES | {"VERTEX", "TEXT", "MTEXT", "INSERT", "SECTION", "BLOCK"}
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
