"""Rings of boundary points as land, and when a line is one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from herbgis.geo.systems import Geometries

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


def by_nesting(geometries: Geometries) -> list[int]:
    """Put right, in place, polygons whose rings lie in each other properly but turn the wrong way.

    A shapefile tells shells from holes by the way that rings turn alone, and writers that leave
    them as GeoJSON has them make shells of holes and holes of shells. What is valid stays.

    Returns
    -------
    list of int
        Positions of those that were put right.
    """
    several = np.isin(shapely.get_type_id(geometries), (3, 6))
    several &= (shapely.get_num_geometries(geometries) > 1) | (
        shapely.get_num_interior_rings(geometries) > 0
    )
    asked = np.flatnonzero(several)
    right = []
    for record in asked[~shapely.is_valid(geometries[asked])].tolist():
        nested = _nested(shapely.get_rings(shapely.get_parts(geometries[record])))
        if nested is not None:
            geometries[record] = nested
            right.append(record)
    return right


def _nested(rings: Geometries) -> shapely.Geometry | None:
    """Rings within an even number of others as shells, the rest as their holes.

    None where a ring is no area by itself, or where rings cross or are one.
    """
    drawn = rings[~shapely.is_empty(rings)]
    areas: Geometries = np.asarray(shapely.polygons(drawn), dtype=object)
    if not shapely.is_valid(areas).all():
        return None
    inner, outer = shapely.STRtree(areas).query(areas, predicate="intersects")
    inner, outer = inner[inner != outer], outer[inner != outer]
    within = shapely.within(areas[inner], areas[outer])
    apart = ~shapely.relate_pattern(areas[inner], areas[outer], "T********")
    around = shapely.contains(areas[inner], areas[outer])
    if not (within ^ around | apart).all():
        return None
    depth = np.bincount(inner[within], minlength=len(areas))
    holes: dict[int, list[shapely.LinearRing]] = {
        int(n): [] for n in np.flatnonzero(depth % 2 == 0)
    }
    for hole, shell in zip(inner[within].tolist(), outer[within].tolist(), strict=True):
        if depth[hole] % 2 and depth[shell] == depth[hole] - 1:
            holes[shell].append(areas[hole].exterior)
    parts = [shapely.Polygon(areas[shell].exterior, inside) for shell, inside in holes.items()]
    nested = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    return nested if shapely.is_valid(nested) else None
