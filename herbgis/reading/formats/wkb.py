"""Geometries from well-known binary, where one that is no geometry costs only itself.

What shapely reads is taken from it. What it refuses is read here, record by record: rings that do
not close are closed, arcs become points, and what cannot be mended is named.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely

from herbgis.foundation.language import tr
from herbgis.geo.geodesy import Floats
from herbgis.geo.systems import Geometries
from herbgis.reading.formats.arcs import points_through
from herbgis.terms.issues import Issue, Place

#: Why a geometry is not known of which the bytes make no sense.
UNREADABLE = "图形数据残缺, 读不出来"
# Kinds of geometry in OGC 06-103r4, 8.2.8; in ISO, thousands tell the dimensions.
_POINT, _LINE, _POLYGON = 1, 2, 3
_ARCS, _JOINED_CURVES, _CURVE_POLYGON = 8, 9, 10
_LINES = {_LINE, _ARCS, _JOINED_CURVES}
_AREAS = {_POLYGON, _CURVE_POLYGON, 17}
_COLLECTIONS = {4, 5, 6, 7, 11, 12, 15, 16}
#: The same told by flags, as PostGIS and GDAL's older files write it: Z, M, and an SRID behind.
_FLAG_Z, _FLAG_M, _FLAG_SRID = 0x80000000, 0x40000000, 0x20000000
_SEVERAL: dict[int, Callable[[Any], shapely.Geometry]] = {
    int(shapely.GeometryType.POINT): shapely.MultiPoint,
    int(shapely.GeometryType.LINESTRING): shapely.MultiLineString,
    int(shapely.GeometryType.POLYGON): shapely.MultiPolygon,
}
_COORDINATE_BYTES = 8
_FEWEST_OF_A_RING = 4


@dataclass
class _Facts:
    """What was done to one geometry while it was read."""

    curved: bool = False
    closed: bool = False
    dropped_hole: bool = False
    no_number: bool = False
    deep: bool = False


@dataclass(frozen=True)
class Decoded:
    """Geometries, and what is to be said of single ones, by position.

    Attributes
    ----------
    geometry : array of geometries, shape (n,)
        None where there are no bytes, or bytes that are no geometry.
    curved : list of int
        Had arcs, which are chords now.
    closed : list of int
        Had rings whose ends did not meet; a segment closes them.
    dropped : list of int
        Had holes of fewer than three points, which are left out.
    broken : dict of int to str
        Why the geometry is not known, or not all of it.
    """

    geometry: Geometries
    curved: list[int] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    broken: dict[int, str] = field(default_factory=dict)

    def issues(self, where: Place) -> Iterator[Issue]:
        """What is to be said of single records; of arcs once, where all records had some."""
        yield from curves_said(self.curved, len(self.geometry), where)
        for row in self.closed:
            yield _rings_said(row, tr("首尾不合的圈, 已闭合"), where, "note")
        for row in self.dropped:
            yield _rings_said(row, tr("不足三点的内圈, 已略去"), where, "warning")
        for row, reason in self.broken.items():
            yield _rings_said(row, reason, where)


def curves_said(rows: Sequence[int], count: int, where: Place) -> Iterator[Issue]:
    """HG111 once for a layer of so many records where all of them had arcs, else one a record."""
    if rows and len(rows) == count:
        yield Issue("HG111", where, {"count": count})
        return
    for row in rows:
        yield Issue("HG111", replace(where, row=row + 1), {"count": 1})


def _rings_said(row: int, reason: str, where: Place, severity: str | None = None) -> Issue:
    return Issue("HG103", replace(where, row=row + 1), {"reason": reason}, severity)


def decode(blobs: np.ndarray) -> Decoded:
    """Geometries from well-known binary, one a record; None where there is none.

    Parameters
    ----------
    blobs : array of bytes or None, shape (n,)
    """
    with np.errstate(invalid="ignore"):
        found = Decoded(_by_shapely(blobs))
        _read_the_rest(blobs, found)
    return found


def _read_the_rest(blobs: np.ndarray, found: Decoded) -> None:
    """What shapely refused, one by one."""
    geometry = found.geometry
    for row in np.flatnonzero(shapely.is_missing(geometry)).tolist():
        if blobs[row] is None:
            continue
        facts = _Facts()
        try:
            geometry[row] = _geometry(_Stream(bytes(blobs[row])), facts)
        except (struct.error, ValueError, IndexError, shapely.errors.ShapelyError):
            found.broken[row] = tr(UNREADABLE)
            continue
        if facts.deep:
            # That there were heights is said where those of all records are dropped.
            geometry[row] = shapely.force_3d(geometry[row])
        found.curved.extend([row] * facts.curved)
        found.closed.extend([row] * facts.closed)
        found.dropped.extend([row] * facts.dropped_hole)
        found.broken.update({row: tr("有的顶点坐标不是数")} if facts.no_number else {})


def _by_shapely(blobs: np.ndarray) -> Geometries:
    """What shapely reads, None for the rest; one curve makes it refuse an array as a whole."""
    try:
        return np.asarray(shapely.from_wkb(blobs, on_invalid="ignore"), dtype=object)
    except (NotImplementedError, shapely.errors.ShapelyError):
        if len(blobs) == 1:
            return np.array([None], dtype=object)
    middle = len(blobs) // 2
    return np.concatenate([_by_shapely(blobs[:middle]), _by_shapely(blobs[middle:])])


class _Stream:
    """Bytes of a geometry, read from front to back."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._order = "<"

    def head(self) -> tuple[int, int]:
        """Kind of the geometry that begins here, and how many numbers a point has."""
        self._order = "<" if self._data[self._at] else ">"
        self._at += 1
        code = self.count()
        if code & _FLAG_SRID:
            self._at += 4
        thousands = (code & 0xFFFFFFF) // 1000
        deep = bool(code & _FLAG_Z) + bool(code & _FLAG_M)
        return (code & 0xFFFFFFF) % 1000, 2 + (deep or (2 if thousands == 3 else thousands > 0))

    def count(self) -> int:
        """A whole number."""
        (number,) = struct.unpack_from(f"{self._order}I", self._data, self._at)
        self._at += 4
        return int(number)

    def points(self, count: int, numbers: int) -> Floats:
        """Points of so many numbers, shape (count, 2)."""
        size = count * numbers
        if size * _COORDINATE_BYTES > len(self._data) - self._at:
            raise ValueError(size)
        flat = np.frombuffer(self._data, f"{self._order}f8", size, self._at)
        self._at += size * _COORDINATE_BYTES
        return np.asarray(flat.reshape(count, numbers)[:, :2], dtype=float)


def _geometry(stream: _Stream, facts: _Facts) -> shapely.Geometry:
    """The geometry that begins here; heights and measures are left."""
    kind, numbers = stream.head()
    facts.deep |= numbers > 2
    if kind == _POINT:
        point = stream.points(1, numbers)[0]
        return shapely.Point(point) if np.isfinite(point).all() else shapely.Point()
    if kind in _LINES:
        line = _line(stream, kind, numbers, facts)
        return shapely.LineString(line if len(line) != 1 else np.vstack([line, line]))
    if kind in _AREAS:
        return _polygon(stream, kind, numbers, facts)
    if kind not in _COLLECTIONS:
        raise ValueError(kind)
    parts = [_geometry(stream, facts) for _ in range(stream.count())]
    kinds = {int(shapely.get_type_id(part)) for part in parts}
    several = _SEVERAL.get(kinds.pop()) if len(kinds) == 1 else None
    return several(parts) if several else shapely.GeometryCollection(parts)


def _line(stream: _Stream, kind: int, numbers: int, facts: _Facts) -> Floats:
    """Points of a line, of arcs, or of both joined."""
    if kind == _LINE:
        return stream.points(stream.count(), numbers)
    facts.curved = True
    if kind == _ARCS:
        return _along(stream.points(stream.count(), numbers))
    pieces = [_line(stream, *stream.head(), facts) for _ in range(stream.count())]
    return np.vstack([pieces[0], *(piece[1:] for piece in pieces[1:])])


def _along(corners: Floats) -> Floats:
    """Points along arcs, each through three corners, the last of which begins the next arc."""
    if len(corners) % 2 == 0 and len(corners):  # an arc lacks a corner
        raise ValueError(len(corners))
    pieces = [corners[:1]]
    for at in range(0, len(corners) - 2, 2):
        start, middle, end = corners[at : at + 3]
        pieces += [points_through(start, middle, end), end[None, :]]
    return np.vstack(pieces)


def _polygon(stream: _Stream, kind: int, numbers: int, facts: _Facts) -> shapely.Polygon:
    rings = []
    for _ in range(stream.count()):
        if kind == _CURVE_POLYGON:
            line = _line(stream, *stream.head(), facts)
        else:
            line = stream.points(stream.count(), numbers)
        rings.append(_ring(line, facts))
    if not rings or not len(rings[0]):
        return shapely.Polygon()
    holes = [ring for ring in rings[1:] if len(np.unique(ring, axis=0)) >= 3]
    facts.dropped_hole |= len(holes) < len(rings) - 1
    return shapely.Polygon(rings[0], holes)


def _ring(points: Floats, facts: _Facts) -> Floats:
    """A ring that closes; one of fewer than three points is none of land, and is kept as it is."""
    if not len(points):
        return points
    closes = np.array_equal(points[0], points[-1], equal_nan=True) and len(points) > 1
    known = np.asarray(np.isfinite(points).all(axis=1))
    facts.no_number |= not known.all()
    if not known.any():
        return points[:0]
    open_ring = points[:-1] if closes else points
    # Whether a ring closes is asked of its first point, so that one is to have coordinates.
    first = int(np.argmax(known[: len(open_ring)]))
    ring = np.roll(open_ring, -first, axis=0)
    few = max(_FEWEST_OF_A_RING - 1 - len(ring), 0)
    facts.closed |= not closes and not few and bool(known.all())
    return np.vstack([ring, *[ring[-1:]] * few, ring[:1]])
