"""A part of a polygon that has a given area: what lies about a point."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely

from herbgis.geo.geodesy import areas_m2, local_metres

#: A part has what is asked and at most so much more.
_MORE_M2 = 1.0
#: Steps to the circle, and towards the area on the ellipsoid, at most.
_STEPS, _ROUNDS = 40, 6
#: A circle's area lies well within the two that it is sought between.
_MARGIN = 0.05
#: Corners of a quarter of a circle; one so much larger has no chord within the circle.
_QUARTER, _AROUND = 16, 1.01

_Part = Callable[[float], shapely.Geometry]


def part_about(
    polygon: shapely.Geometry, point: tuple[float, ...], m2: float, contiguity_m: float
) -> shapely.Geometry:
    """The part of a polygon within a circle about a point that has so many square metres.

    What the circle holds and what does not hang together with the land at the point is left out,
    unless there is too little without it.

    Parameters
    ----------
    polygon : polygon or multipolygon
        Longitude and latitude on CGCS2000, of at least so many square metres.
    point : tuple of float
        Longitude and latitude.
    m2 : float
        Above zero.
    contiguity_m : float
        Parts this near to each other hang together.

    Returns
    -------
    polygon or multipolygon
        Of `m2` to one square metre more, where circles can be told so finely; the polygon itself
        where it has no more.
    """
    scale = local_metres(np.ones((1, 2)), np.array([point[1]]))[0]
    plane = shapely.transform(polygon, lambda lonlat: lonlat * scale)
    middle = shapely.Point(np.asarray(point[:2]) * scale)

    def within(radius_m: float) -> shapely.Geometry:
        return shapely.intersection(plane, shapely.buffer(middle, radius_m, quad_segs=_QUARTER))

    def together(radius_m: float) -> shapely.Geometry:
        return _hanging_together(within(radius_m), middle, contiguity_m)

    farthest = float(shapely.hausdorff_distance(middle, plane)) * _AROUND
    wanted, found = m2 + _MORE_M2 / 2, polygon
    part = together if shapely.area(together(farthest)) > wanted else within
    whole = shapely.area(part(farthest))
    for _ in range(_ROUNDS):  # the plane has another area than the ellipsoid, by little
        if wanted >= whole:
            break
        cut = _of_area(part, wanted, farthest)
        candidate = shapely.transform(cut, lambda metres: metres / scale)
        area = float(areas_m2(np.array([candidate], dtype=object))[0])
        if area >= m2:
            found = candidate
            if area <= m2 + _MORE_M2:
                break
        wanted *= (m2 + _MORE_M2 / 2) / area
    return found


def _of_area(part: _Part, wanted: float, farthest: float) -> shapely.Geometry:
    """The smallest part of at least an area in the plane, to a tenth of what it may have more."""
    least, most, too_little = 0.0, farthest, 0.0
    found = part(most)
    for _ in range(_STEPS):
        enough = float(shapely.area(found))
        if enough <= wanted + _MORE_M2 / 10:
            break
        share = (wanted - too_little) / (enough - too_little)
        share = min(max(share, _MARGIN), 1 - _MARGIN)
        radius = float(np.sqrt(least**2 + share * (most**2 - least**2)))
        tried = part(radius)
        held = float(shapely.area(tried))
        if held < wanted:
            least, too_little = radius, held
        else:
            most, found = radius, tried
    return found


def _hanging_together(
    land: shapely.Geometry, middle: shapely.Point, distance_m: float
) -> shapely.Geometry:
    """The parts that hang together with the one nearest to a point, in a plane of metres."""
    parts = shapely.get_parts(land)
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    if len(parts) < 2:
        return parts[0] if len(parts) else shapely.Polygon()
    near = shapely.dwithin(parts[:, None], parts[None, :], distance_m)
    reached = np.zeros(len(parts), dtype=bool)
    reached[np.argmin(shapely.distance(parts, middle))] = True
    while (more := near[reached].any(axis=0)).sum() > reached.sum():
        reached = more
    return shapely.union_all(parts[reached])
