"""The attribute table of a shapefile, byte by byte: what GDAL would change on the way.

A DBF keeps whole numbers as digits, of which a float holds fifteen; other numbers as characters,
which may say something else; days as eight characters, of which GDAL makes a date whether there is
one or not; and rows that were deleted and not yet packed,
which are marked, counted in the head, and no records.

Sources: dBASE Table File Format, level 5 (dbase.com/Knowledgebase/INT/db7_file_fmt.htm); Esri,
Geoprocessing considerations for shapefile output: NULL becomes 0 in numbers and dates.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from herbgis.geo.geodesy import Flags
from herbgis.reading.formats import encodings

#: Files whose cells stand in a DBF.
DBF_SUFFIXES = frozenset({".shp", ".dbf"})
HEADER = struct.Struct("<4xIHH")
HEADER_BYTES = FIELD_BYTES = 32
HEADING_BYTES = 11
END_OF_FIELDS = 0x0D
_DELETED = ord("*")
#: Digits that a float keeps.
_FLOAT_DIGITS = 15
#: A day that is not known: blanks, zeros, asterisks, and day 0 of spreadsheets and databases.
_NO_DAY = frozenset({"", "0", "00000000", "18991230"})
_WHOLE = r"[-+]?\d+(?:\.0*)?"
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"


@dataclass(frozen=True)
class Field:
    """A column of a DBF: its kind (C, N, F, D, L …), and the bytes that it takes in a row."""

    name: bytes
    kind: str
    first: int
    length: int
    decimals: int


def fields_of(head: bytes, start: int) -> Iterator[Field]:
    """The columns that a DBF's head describes; it ends at `start`."""
    first = 1
    for at in range(HEADER_BYTES, min(start, len(head)) - 1, FIELD_BYTES):
        entry = head[at : at + FIELD_BYTES]
        if entry[0] == END_OF_FIELDS or len(entry) < FIELD_BYTES:
            break
        name = entry[:HEADING_BYTES].split(b"\0")[0]
        yield Field(name, chr(entry[11]), first, entry[16], entry[17])
        first += entry[16]


class Rows:
    """The rows of a DBF that are there, deleted ones among them."""

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        count, start, width = HEADER.unpack_from(data) if len(data) >= HEADER_BYTES else (0, 0, 0)
        self.fields = list(fields_of(data, start))
        there = min(count, max(len(data) - start, 0) // width) if width else 0
        flat = np.frombuffer(data, np.uint8, there * width, start if there else 0)
        self._rows: npt.NDArray[np.uint8] = flat.reshape(there, width)

    @property
    def deleted(self) -> Flags:
        """Which rows are marked as deleted."""
        return np.asarray(self._rows[:, 0] == _DELETED) if self._rows.size else np.zeros(0, bool)

    def texts(self, field: Field) -> pd.Series:
        """The cells of a column in the rows that are not deleted, without padding."""
        rows = self._rows[~self.deleted]
        cells = np.ascontiguousarray(rows[:, field.first : field.first + field.length])
        texts = cells.view(f"S{field.length}").ravel() if len(rows) else np.empty(0, "S1")
        try:
            decoded = np.char.decode(texts, "ascii")
        except UnicodeDecodeError:
            decoded = np.array([encodings.decode_text(bytes(text))[0] for text in texts])
        return pd.Series(decoded, dtype="str").str.strip(" \0*")


def exact_columns(path: Path, count: int) -> Iterator[tuple[int, pd.Series]]:
    """Columns that are taken from the bytes, by their place, for a layer of so many records."""
    rows = Rows(path)
    if len(rows.deleted) - int(rows.deleted.sum()) != count:
        return
    for place, field in enumerate(rows.fields):
        if field.kind == "D":
            days = rows.texts(field)
            yield place, days.where(~days.isin(_NO_DAY))
        elif field.kind in "NF":
            yield from _exact(place, rows.texts(field), long=field.length > _FLOAT_DIGITS)


def _exact(place: int, texts: pd.Series, *, long: bool) -> Iterator[tuple[int, pd.Series]]:
    """Cells as they are written where one is no number, of which GDAL takes what it begins with.

    Long whole numbers with all their digits; nothing where GDAL reads all that there is.
    """
    texts = texts.where(texts != "")
    known = texts.dropna()
    if not known.str.fullmatch(_NUMBER).all():
        yield place, texts
        return
    if not long or not known.str.fullmatch(_WHOLE).all():
        return
    try:
        numbers = [None if pd.isna(text) else int(text.partition(".")[0]) for text in texts]
        yield place, pd.Series(numbers, dtype="Int64")
    except OverflowError:
        yield place, texts
