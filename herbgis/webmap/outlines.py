"""Shapes as the page draws them: two-dimensional, on CGCS2000, in whole steps."""

from __future__ import annotations

from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from herbgis.foundation.errors import CrsError
from herbgis.foundation.language import tr
from herbgis.geo.geodesy import Floats
from herbgis.geo.systems import to_cgcs2000

Geometries: TypeAlias = npt.NDArray[np.object_]
#: South-west and north-east corner, each latitude and longitude, as Leaflet wants them.
Bounds: TypeAlias = list[list[float]]

#: Coordinates go into the page as whole numbers, which pack smaller than decimals: so many steps to
#: a degree, each about 0.1 m on the ground.
STEPS = 1_000_000
#: Borders of counties are drawn at most this far from where they run, about 50 m, with far fewer
#: vertices.
_COUNTY_TOLERANCE_DEG = 5e-4
#: What a border is drawn around.
_AREAS = ("Polygon", "MultiPolygon")


def drawable(frame: gpd.GeoDataFrame) -> Geometries:
    """Geometries in CGCS2000, two-dimensional; None where nothing can be drawn.

    Raises
    ------
    CrsError
        There are geometries and no coordinate system, or one that does not lead to CGCS2000.
    """
    geometry = frame.geometry
    if geometry.crs is None and geometry.notna().any():
        raise CrsError(tr("数据没有坐标系。请先用 set_crs 注明, 如 frame.set_crs(4490)。"))
    shapes = shapely.force_2d(np.array(geometry, dtype=object))
    if geometry.crs is not None:
        shapes = to_cgcs2000(shapes, geometry.crs).copy()
    finite = np.isfinite(shapely.bounds(shapes)).all(axis=1)
    shapes[~finite] = None
    return np.asarray(shapes, dtype=object)


def anchors(shapes: Geometries) -> Floats:
    """Longitude and latitude of each shape's symbol: its middle, or else a point within."""
    points: Geometries = np.asarray(shapely.centroid(shapes))
    outside = ~shapely.intersects(points, shapes) & shapely.is_valid(shapes)
    points[outside] = shapely.point_on_surface(shapes[outside])
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)]).astype(float)


def rings(shape: shapely.Geometry, tolerance_deg: float = 0.0) -> list[Any]:
    """Polygons of a shape, each a list of rings, each a list of whole numbers.

    A ring is ``[lon, lat, dlon, dlat, …]`` in steps of a millionth of a degree: its first vertex,
    then from vertex to vertex. The closing vertex is left out.
    """
    simple = shapely.simplify(shape, tolerance_deg) if tolerance_deg else shape
    parts = [part for part in shapely.get_parts(simple) if part.geom_type == "Polygon"]
    return [
        [_packed(ring) for ring in (part.exterior, *part.interiors)]
        for part in parts
        if not part.is_empty
    ]


def _packed(ring: shapely.LinearRing) -> list[int]:
    steps = np.rint(shapely.get_coordinates(ring)[:-1] * STEPS).astype(np.int64)
    moved = np.diff(steps, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    kept = moved.any(axis=1)
    return [int(value) for value in moved[kept].ravel()]


def simplified_counties(shapes: Geometries) -> Geometries:
    """Counties with fewer vertices; borders that two of them share stay shared."""
    present = np.array([s is not None and s.geom_type in _AREAS for s in shapes], dtype=bool)
    result = shapes.copy()
    if present.any() and shapely.coverage_is_valid(shapes[present]):
        result[present] = shapely.coverage_simplify(shapes[present], _COUNTY_TOLERANCE_DEG)
    elif present.any():
        result[present] = shapely.simplify(shapes[present], _COUNTY_TOLERANCE_DEG)
    return result


def bounds(shapes: Geometries) -> Bounds | None:
    """The corners around shapes; None for none."""
    if shapely.is_missing(shapes).all():
        return None
    west, south, east, north = np.round(shapely.total_bounds(shapes), 6).tolist()
    return [[south, west], [north, east]]
