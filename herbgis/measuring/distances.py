"""Distances in metres: around a polygon, how far it reaches over a border, from one to another."""

from __future__ import annotations

import functools

import numpy as np
import shapely

from herbgis.geo.geodesy import Floats, local_metres
from herbgis.geo.systems import Geometries


def perimeters_m(geometry: Geometries) -> Floats:
    """Length of all rings of polygons, in metres on the plane of each; NaN for None.

    The plane is true to 1e-3 of a length over a base.
    """
    present = np.flatnonzero(~shapely.is_missing(geometry))
    lengths = np.full(len(geometry), np.nan)
    shapes = geometry[present]
    middle = shapely.get_y(shapely.centroid(shapes))
    owner = shapely.get_coordinates(shapes, return_index=True)[1]
    lengths[present] = shapely.length(
        shapely.transform(shapes, lambda xy: local_metres(xy, middle[owner]))
    )
    return lengths


def overreach_m(geometry: shapely.Geometry, border: shapely.Geometry) -> float:
    """How far a polygon reaches out of a border, in metres: its farthest vertex from it.

    The plane is true to 1e-3 of a distance at the polygon's latitude.
    """
    lonlat = shapely.get_coordinates(geometry)
    lat = float(np.round(lonlat[:, 1].mean(), 1))
    inside, edges = _on_plane(border, lat)
    plane = local_metres(lonlat, np.full(len(lonlat), lat))
    vertices: Geometries = np.asarray(shapely.points(plane), dtype=object)
    out = vertices[~shapely.intersects(inside, vertices)]
    if not len(out):
        return 0.0
    _, distances = edges.query_nearest(out, return_distance=True, all_matches=False)
    return float(distances.max())


@functools.lru_cache(maxsize=128)
def _on_plane(border: shapely.Geometry, lat: float) -> tuple[shapely.Geometry, shapely.STRtree]:
    """A border in metres on the plane of a latitude, and a tree of its edges."""
    plane = shapely.transform(border, lambda xy: local_metres(xy, np.full(len(xy), lat)))
    shapely.prepare(plane)
    corners, ring = shapely.get_coordinates(
        shapely.get_rings(shapely.get_parts(plane)), return_index=True
    )
    ends = np.stack([corners[:-1], corners[1:]], axis=1)[ring[:-1] == ring[1:]]
    return plane, shapely.STRtree(shapely.linestrings(ends))


def distance_km(one: shapely.Geometry, other: shapely.Geometry) -> float:
    """Kilometres between the middles of two polygons, as a plane sees it."""
    ends = np.array([shapely.get_coordinates(shapely.centroid(g))[0] for g in (one, other)])
    plane = local_metres(ends, ends[:, 1].mean().repeat(2))
    return float(np.hypot(*(plane[1] - plane[0])) / 1000)
