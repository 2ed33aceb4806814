"""Small builders that several tests share: polygons, frames, and a way to compare them."""

from __future__ import annotations

import os
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from hypothesis import settings

from herbgis.terms.issues import Place

CGCS2000 = "EPSG:4490"
#: A point of 印江 county, more than 5 km from any county line.
LON, LAT = 108.45, 27.95
#: One millimetre, in degrees of latitude.
MILLIMETRE_DEG = 9e-9

WHERE = Place("批次.gpkg", "基地")

#: Property tests: the same examples every time, and few of them.
few = settings(derandomize=True, database=None, max_examples=30, deadline=None)


def seeds(count: int) -> range:
    """Seeds of a property test's draws: all of them where HERBGIS_DRAWS says so, as in CI's checks.

    A newcomer, and each further set of versions, draws a fifth: what differs there differs soon.
    """
    return range(count if os.environ.get("HERBGIS_DRAWS") == "all" else max(count // 5, 2))


def rectangle(
    lon: float = LON, lat: float = LAT, *, width: float = 0.005, height: float = 0.004
) -> shapely.Polygon:
    """A rectangle in degrees, its south-western corner given."""
    return shapely.box(lon, lat, lon + width, lat + height)


def with_hole(
    lon: float = LON, lat: float = LAT, *, width: float = 0.005, height: float = 0.004
) -> shapely.Polygon:
    """The rectangle less one in its middle, a third as wide and high."""
    hole = shapely.box(lon + width / 3, lat + height / 3, lon + 2 * width / 3, lat + 2 * height / 3)
    return shapely.Polygon(
        rectangle(lon, lat, width=width, height=height).exterior, [hole.exterior]
    )


def row_of(count: int, *, lon: float = LON, lat: float = LAT) -> list[shapely.Polygon]:
    """Rectangles beside each other, eastwards, with gaps between them."""
    return [rectangle(lon + 0.01 * number, lat) for number in range(count)]


def swapped(shape: shapely.Geometry) -> shapely.Geometry:
    """A geometry whose x and y have changed places."""
    return shapely.transform(shape, lambda xy: xy[:, ::-1])


def gauss_kruger(zone: int, *, width_deg: int = 3, prefixed: bool = True) -> pyproj.CRS:
    """A CGCS2000 Gauss-Krüger zone from its definition, not from a table of EPSG codes."""
    meridian = 3 * zone if width_deg == 3 else 6 * zone - 3
    easting = 500_000 + (zone * 1_000_000 if prefixed else 0)
    return pyproj.CRS.from_proj4(
        f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0={easting} +y_0=0 "
        "+ellps=GRS80 +units=m +no_defs +type=crs"
    )


def project(shape: shapely.Geometry, crs: pyproj.CRS | str | int) -> shapely.Geometry:
    """Longitude and latitude on the system's own datum to its coordinates."""
    system = pyproj.CRS(crs)
    transformer = pyproj.Transformer.from_crs(system.geodetic_crs, system, always_xy=True)
    # As lists: of an array of one number the oldest pyproj makes a number, with a warning.
    return shapely.transform(
        shape, lambda xy: np.column_stack(transformer.transform(*xy.T.tolist()))
    )


def objects(shapes: Sequence[shapely.Geometry | None]) -> np.ndarray:
    """Geometries as an array of objects, None among them."""
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array


def assert_same_place(
    found: shapely.Geometry | None,
    true: shapely.Geometry,
    tolerance: float = MILLIMETRE_DEG,
) -> None:
    """The same rings, wherever they start and whichever way they turn."""
    assert found is not None
    assert shapely.get_num_coordinates(found) == shapely.get_num_coordinates(true)
    assert len(shapely.get_rings(shapely.get_parts(found))) == len(
        shapely.get_rings(shapely.get_parts(true))
    )
    assert shapely.hausdorff_distance(found.boundary, true.boundary) <= tolerance


def table(**columns: Sequence[object]) -> gpd.GeoDataFrame:
    """A frame with the columns given and a rectangle a row."""
    count = len(next(iter(columns.values())))
    return gpd.GeoDataFrame(columns, geometry=row_of(count), crs=CGCS2000)
