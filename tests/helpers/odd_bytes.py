"""Files as GDAL writes them, with cells, rings and systems that GDAL would not write."""

from __future__ import annotations

import itertools
import sqlite3
import struct
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pyogrio
import shapely

from tests.helpers.make import row_of

POLYGON, CIRCULAR, COMPOUND, CURVE_POLYGON, MULTI_SURFACE = 3, 8, 9, 10, 12
_SHP_HEADER_BYTES, _RECORD_HEADER_BYTES = 100, 8
_PARTS_AT, _POINT_BYTES = 44, 16


def spoil(path: Path, statement: str, *values: object) -> None:
    """Change a GeoPackage behind GDAL's back; its triggers need functions that SQLite lacks."""
    with closing(sqlite3.connect(path)) as base, base:
        names = base.execute("select name from sqlite_master where type='trigger'").fetchall()
        for (name,) in names:
            base.execute(f'drop trigger "{name}"')
        base.execute(statement, values)


def put_geometry(path: Path, wkb: bytes, *, fid: int, layer: str = "基地", srs: int = 4490) -> None:
    """Put bytes for the geometry of a record of a GeoPackage."""
    head = b"GP\x00\x01" + struct.pack("<i", srs)
    spoil(path, f'update "{layer}" set geom = ? where fid = ?', head + wkb, fid)  # noqa: S608


def line(points: Sequence[Sequence[float]]) -> bytes:
    """The count of some points and the points, as rings and lines have them."""
    flat = [number for point in points for number in point]
    return struct.pack(f"<I{len(flat)}d", len(points), *flat)


def polygon(*rings: Sequence[Sequence[float]]) -> bytes:
    """A polygon of rings as they are given, whether they close or not."""
    return struct.pack("<BII", 1, POLYGON, len(rings)) + b"".join(map(line, rings))


def circular(points: Sequence[Sequence[float]]) -> bytes:
    return struct.pack("<BI", 1, CIRCULAR) + line(points)


def curve_polygon(*rings: bytes) -> bytes:
    return struct.pack("<BII", 1, CURVE_POLYGON, len(rings)) + b"".join(rings)


def dated(
    path: Path, driver: str, days: Sequence[str], *, ascii_names: bool = False, **options: object
) -> Path:
    """A file with a real column of dates; days as numpy takes them."""
    names = ["JDBH", "CLRQ"] if ascii_names else ["基地编号", "测量日期"]
    shapes = shapely.to_wkb(np.array(row_of(len(days)), dtype=object))
    ids = np.array([f"a{n}" for n in range(len(days))], dtype=object)
    pyogrio.raw.write(
        *(path, shapes, [ids, np.array(days, dtype="datetime64[D]")], names),
        driver=driver,
        crs="EPSG:4490",
        geometry_type="Polygon",
        **options,
    )
    return path


def put_cells(dbf: Path, field: int, cells: Sequence[bytes]) -> None:
    """Put bytes into a column of a DBF, by its place."""
    data = bytearray(dbf.read_bytes())
    _, start, width = struct.unpack_from("<4xIHH", data)
    lengths = [data[32 + 32 * at + 16] for at in range(field + 1)]
    first, length = 1 + sum(lengths[:-1]), lengths[-1]
    for row, cell in enumerate(cells):
        at = start + row * width + first
        data[at : at + length] = cell.ljust(length)[:length]
    dbf.write_bytes(data)


def delete_rows(dbf: Path, rows: Sequence[int]) -> None:
    """Mark rows of a DBF as deleted, as a program does before it packs them away."""
    data = bytearray(dbf.read_bytes())
    _, start, width = struct.unpack_from("<4xIHH", data)
    for row in rows:
        data[start + row * width] = ord("*")
    dbf.write_bytes(data)


def turn_rings(shp: Path, turned: Sequence[bool]) -> None:
    """Turn rings of the first record around, in the file's bytes (ESRI, 1998: Polygon)."""
    data = bytearray(shp.read_bytes())
    begin = _SHP_HEADER_BYTES + _RECORD_HEADER_BYTES
    count, points = struct.unpack_from("<2i", data, begin + _PARTS_AT - 8)
    starts = [*struct.unpack_from(f"<{count}i", data, begin + _PARTS_AT), points]
    first = begin + _PARTS_AT + 4 * count
    for turn, (start, end) in zip(turned, itertools.pairwise(starts), strict=True):
        place = slice(first + start * _POINT_BYTES, first + end * _POINT_BYTES)
        ring = np.frombuffer(bytes(data[place]), dtype="<f8").reshape(-1, 2)
        data[place] = (ring[::-1] if turn else ring).tobytes()
    shp.write_bytes(data)
