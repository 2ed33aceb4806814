"""Polygons whose area is known beforehand, measured by pyproj.Geod alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from tests.helpers.make import LAT, LON

MU_M2 = 10000 / 15
GEOD = pyproj.Geod(ellps="GRS80")


def geod_mu(shape: shapely.Geometry) -> float:
    """Area in 亩 by pyproj, holes taken off whichever way they turn."""
    oriented = shapely.orient_polygons(shape)
    return abs(GEOD.geometry_area_perimeter(oriented)[0]) / MU_M2


def square(mu: float, lon: float = LON, lat: float = LAT) -> shapely.Polygon:
    """A square about a point, of so many 亩 to a millionth."""
    half = np.sqrt(mu * MU_M2) / 2
    for _ in range(4):
        made = _box(lon, lat, half, half)
        half *= np.sqrt(mu / geod_mu(made))
    return made


def _box(lon: float, lat: float, east_m: float, north_m: float) -> shapely.Polygon:
    dlon = np.degrees(east_m / (6378137 * np.cos(np.radians(lat))))
    dlat = np.degrees(north_m / 6356752)
    return shapely.box(lon - dlon, lat - dlat, lon + dlon, lat + dlat)


def east_of(shape: shapely.Geometry, metres: float) -> shapely.Geometry:
    """A shape moved east."""
    lat = shapely.get_coordinates(shape)[:, 1].mean()
    step = np.degrees(metres / (6378137 * np.cos(np.radians(lat))))
    return shapely.transform(shape, lambda xy: xy + (step, 0.0))


def frame(shapes: Sequence[shapely.Geometry | None], **columns: Any) -> gpd.GeoDataFrame:
    """Records of sound bases in 印江, one a shape; columns override the sound values."""
    count = len(shapes)
    sound: dict[str, Any] = {
        "base_id": [f"520625-2020-{n:03}" for n in range(1, count + 1)],
        "name": [f"基地{n}" for n in range(1, count + 1)],
        "reporting_unit": "印江土家族苗族自治县",
        "county": "印江土家族苗族自治县",
        "variety": "黄精",
        "status": "built",
        "kind": "planting",
        "survey_method": "RTK",
    }
    values = {**sound, **columns}
    filled = {n: v if isinstance(v, list) else [v] * count for n, v in values.items()}
    return gpd.GeoDataFrame(filled, geometry=gpd.GeoSeries(shapes, crs="EPSG:4490"))
