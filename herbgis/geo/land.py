"""Land of a geometry: the union of its parts, each less its holes; see docs/decisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import shapely

from herbgis.geo.geodesy import Flags, Floats, Ints
from herbgis.geo.systems import Geometries

_POLYGON, _MULTIPOLYGON, _COLLECTION = 3, 6, 7
#: Where edges of a broken ring meet is put on a grid of so many degrees, a tenth of a micrometre:
#: on a grid do edges that all but lie on each other part into pieces that meet at their ends.
_GRID_DEG = 1e-12
#: Faces and edges that are held against each other in one go.
_PAIRS_AT_ONCE = 1_000_000


def land(geometries: Geometries, sound: Flags | None = None) -> Geometries:
    """Geometries as the land they enclose.

    Parameters
    ----------
    geometries : array of geometries, shape (n,)
        Longitude and latitude in degrees; anything that shapely can hold, None too.
    sound : array of bool, shape (n,), optional
        Which are valid, where that is known.

    Returns
    -------
    array of polygons, shape (n,)
        Valid, without Z, and without parts and holes that have no points. None where there is no
        land: points, lines, rings without an inside, a shell that its own hole takes away, and
        what has a coordinate that is no number. What is sound already comes back as it is.
    """
    kind = shapely.get_type_id(geometries)
    polygonal = np.isin(kind, (_POLYGON, _MULTIPOLYGON, _COLLECTION))
    polygonal &= ~shapely.is_empty(geometries)
    result = geometries.copy()
    result[~polygonal] = None
    high = np.flatnonzero(shapely.get_coordinate_dimension(result) > 2)
    result[high] = shapely.force_2d(result[high])
    whole = shapely.is_valid(result) if sound is None else sound.copy()
    # A collection is valid though its members overlap.
    whole &= kind != _COLLECTION
    whole[with_blanks(result)] = False
    for record in np.flatnonzero(~whole & polygonal):
        result[record] = _union(filter(None, map(_land_of_part, _polygons(result[record]))))
    return np.asarray(result, dtype=object)


def polygons_in(shape: shapely.Geometry) -> list[shapely.Polygon]:
    """Polygons that have points, of a geometry and of the collections within it."""
    return list(_polygons(shape))


def with_blanks(geometries: Geometries) -> Ints:
    """Positions of geometries with a part or a hole that has no points."""
    compound = np.flatnonzero(
        np.isin(shapely.get_type_id(geometries), (_MULTIPOLYGON, _COLLECTION))
        | (shapely.get_num_interior_rings(geometries) > 0)
    )
    parts, owner = shapely.get_parts(geometries[compound], return_index=True)
    holed = np.flatnonzero(shapely.get_num_interior_rings(parts) > 0)
    rings, part = shapely.get_rings(parts[holed], return_index=True)
    blank = [owner[shapely.is_empty(parts)], owner[holed[part[shapely.is_empty(rings)]]]]
    return np.asarray(np.unique(compound[np.concatenate(blank)]))


def _polygons(shape: shapely.Geometry) -> Iterator[shapely.Polygon]:
    for part in shapely.get_parts(shape):
        if shapely.get_type_id(part) in (_MULTIPOLYGON, _COLLECTION):
            yield from _polygons(part)
        elif shapely.get_type_id(part) == _POLYGON and not shapely.is_empty(part):
            yield part


def _land_of_part(part: shapely.Polygon) -> shapely.Geometry | None:
    """A polygon's shell less its holes; a hole that lies elsewhere takes nothing away."""
    shell, *holes = (ring for ring in shapely.get_rings(part) if not shapely.is_empty(ring))
    drawn = shapely.Polygon(shell, holes)
    if shapely.is_valid(drawn):
        return drawn
    enclosed = _land_of_ring(shell)
    taken = _union(filter(None, map(_land_of_ring, holes)))
    if enclosed is None or taken is None:
        return enclosed
    return _union([shapely.difference(enclosed, taken)])


def _land_of_ring(ring: shapely.LinearRing) -> shapely.Geometry | None:
    """What a ring goes around, once, however often and either way.

    That is the union of the faces between its edges which it winds around. GEOS parts a ring
    otherwise: even-odd, where what is walked around twice is no land (``make_valid``), or by
    offsetting, where a piece may become a hole outside its shell (``method="structure"``).
    """
    lonlat = shapely.get_coordinates(ring)
    if not np.isfinite(lonlat).all():
        return None
    polygon = shapely.Polygon(lonlat)
    if shapely.is_valid(polygon):
        return polygon
    edges = shapely.union_all([shapely.LineString(lonlat)], grid_size=_GRID_DEG)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(edges)))
    inside = shapely.get_coordinates(shapely.point_on_surface(faces))
    return _union(faces[_windings(lonlat, inside) != 0])


def _windings(ring: Floats, points: Floats) -> Ints:
    """How often a closed ring winds around each point; counterclockwise is positive.

    The crossings of the ray from the point eastward, upward less downward.
    """
    (x1, y1), (x2, y2) = ring[:-1].T, ring[1:].T
    at_once = max(1, _PAIRS_AT_ONCE // len(ring))
    found = [np.zeros(0, dtype=np.int64)]
    for some in range(0, len(points), at_once):
        x, y = points[some : some + at_once].T[:, :, None]
        side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
        upward, downward = (y1 <= y) & (y < y2), (y2 <= y) & (y < y1)
        found.append(
            (upward & (side > 0)).sum(axis=1, dtype=np.int64)
            - (downward & (side < 0)).sum(axis=1, dtype=np.int64)
        )
    return np.concatenate(found)


def _union(shapes: Iterable[shapely.Geometry]) -> shapely.Geometry | None:
    """Polygons as one geometry of polygons; None where nothing is left of them."""
    given = list(shapes)
    whole = given[0] if len(given) == 1 else shapely.union_all(given)
    return None if shapely.is_empty(whole) else whole
