"""Land that a mask covers is left out once, however its parts are drawn."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from shapely.affinity import translate

from herbgis.geo.rasters import Raster, open_raster
from herbgis.planning.land.footprints import Footprints, polygons_of

WEST, NORTH, SIDE, CELLS = 108.0, 28.0, 0.001, 100
A, B, C = (
    shapely.box(WEST + x, NORTH - 0.07, WEST + x + 0.04, NORTH - 0.02) for x in (0.01, 0.03, 0.05)
)
INNER = shapely.box(WEST + 0.02, NORTH - 0.06, WEST + 0.03, NORTH - 0.04)
HOLED = shapely.difference(A, INNER)
STAR = shapely.Polygon(
    [
        (WEST + 0.05 + 0.04 * np.sin(turn), NORTH - 0.05 + 0.04 * np.cos(turn))
        for turn in np.arange(5) * 0.8 * np.pi
    ]
)
#: What is drawn, and the land that it encloses.
MASKS = {
    "two parts": (shapely.MultiPolygon([A, B]), [A, B]),
    "three parts": (shapely.MultiPolygon([A, B, C]), [A, B, C]),
    "one part twice": (shapely.MultiPolygon([A, A]), [A]),
    "a part within another": (shapely.MultiPolygon([A, INNER]), [A]),
    "a part over a hole": (shapely.MultiPolygon([HOLED, INNER]), [A]),
    "a part over half a hole": (shapely.MultiPolygon([HOLED, B]), [HOLED, B]),
    "parts walked in opposite ways": (shapely.MultiPolygon([A, B.reverse()]), [A, B]),
    "parts walked clockwise": (shapely.MultiPolygon([A.reverse(), B.reverse()]), [A, B]),
    "a collection": (shapely.GeometryCollection([A, B, C]), [A, B, C]),
    "a collection of multiparts": (
        shapely.GeometryCollection([shapely.MultiPolygon([A, B]), C]),
        [A, B, C],
    ),
    "one ring around both": (
        shapely.Polygon([*A.exterior.coords, *B.exterior.coords, A.exterior.coords[0]]),
        [A, B],
    ),
    "a star, its middle wound twice": (
        STAR,
        [shapely.polygonize([shapely.union_all([STAR.exterior])]).buffer(0.0)],
    ),
    "many parts": (
        shapely.MultiPolygon([translate(A, 0.004 * n, 0.0) for n in range(12)]),
        [translate(A, 0.004 * n, 0.0) for n in range(12)],
    ),
}


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Raster:
    path: Path = tmp_path_factory.mktemp("dem") / "dem.tif"
    options = {"driver": "GTiff", "count": 1, "dtype": "int16", "crs": "EPSG:4490"}
    place = rasterio.Affine(SIDE, 0.0, WEST, 0.0, -SIDE, NORTH)
    with rasterio.open(path, "w", width=CELLS, height=CELLS, transform=place, **options) as raster:
        raster.write(np.full((1, CELLS, CELLS), 800, dtype=np.int16))
    return open_raster(path, elevation=True)


@pytest.mark.parametrize("drawn", MASKS)
@pytest.mark.parametrize("rows", ["one", "several"])
def test_land_is_masked_once(grid: Raster, drawn: str, rows: str) -> None:
    shape, parts = MASKS[drawn]
    shapes = [shape] if rows == "one" else [shape, *parts]
    mask = polygons_of(gpd.GeoDataFrame(geometry=shapes, crs=4490), "永久基本农田")
    held = Footprints.of(mask, grid).holding(slice(0, CELLS), slice(0, CELLS))
    row, column = np.mgrid[:CELLS, :CELLS] + 0.5
    inside = shapely.contains_xy(shapely.union_all(parts), WEST + column * SIDE, NORTH - row * SIDE)
    assert held.mean() == pytest.approx(inside.mean(), abs=2e-3)
    assert 0.05 < held.mean() < 0.6
