"""Rings of boundary points as land, and when a line is one."""

from __future__ import annotations

from collections.abc import Sequence

import shapely

Ring = Sequence[tuple[float, float]]

#: Ends of a line this near to each other close it when a file is read: as a draughtsman meant it in
#: a drawing, in metres, or in degrees where nothing exceeds 180; and as somebody walked around a
#: base, who rarely ends where he began. What a survey otherwise leaves open is closed by mending
#: alone, within the policy's ``closing_m``.
DRAWN_CLOSING_M, DRAWN_CLOSING_DEG = 0.01, 1e-7
WALKED_CLOSING_M = 30.0


def even_odd(rings: Sequence[Ring]) -> shapely.Geometry | None:
    """Rings combined even-odd: land inside an odd number of them belongs to the plot.

    Neither a union nor a shell with holes: files mix holes, islands and parts. Points too few
    for a ring stay points; rings that cross themselves stay as drawn, to be found and reported.
    """
    polygons = [shapely.Polygon(ring) for ring in rings if len(set(ring)) >= 3]
    if not polygons:
        points = [point for ring in rings for point in ring]
        return shapely.MultiPoint(points) if points else None
    if len(polygons) == 1:
        return polygons[0]
    if not all(polygon.is_valid for polygon in polygons):
        return shapely.MultiPolygon(polygons)
    land: shapely.Geometry = polygons[0]
    for polygon in polygons[1:]:
        land = shapely.symmetric_difference(land, polygon)
    return land
