"""Directions of slopes on grids that turn against north."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio

from herbgis.planning.land.opening import open_land
from herbgis.planning.land.siting import read_siting_rules
from tests.planning.land.test_suitability import write_raster

#: 缬草 asks for sun, and has no rule of elevation.
RULES, VARIETY = read_siting_rules(), "缬草"
ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +datum=WGS84"
CELL_M, COLUMNS, ROWS, LAT = 1000.0, 200, 12, 28.0


def falling(folder: Path, lon: float, towards_deg: float) -> Path:
    """Ground that falls by 0.09 in one direction, on a grid of 200 km from west to east."""
    place = pyproj.Transformer.from_crs(4326, ALBERS, always_xy=True)
    x, y = place.transform(lon, LAT)
    grid = (CELL_M, 0.0, x - COLUMNS / 2 * CELL_M, 0.0, -CELL_M, y + ROWS / 2 * CELL_M)
    row, column = np.mgrid[:ROWS, :COLUMNS] + 0.5
    east, north = grid[2] + column * CELL_M, grid[5] - row * CELL_M
    lons, lats = place.transform(east, north, direction="INVERSE")
    geod = pyproj.Geod(ellps="WGS84")
    width = geod.inv(lon, LAT, lon + 0.01, LAT)[2] * 100
    height = geod.inv(lon, LAT, lon, LAT + 0.01)[2] * 100
    turn = np.radians(towards_deg)
    east, north = width * (lons - lon), height * (lats - LAT)
    heights = 4250 - 0.09 * (np.sin(turn) * east + np.cos(turn) * north)
    affine = rasterio.Affine(*grid)
    return write_raster(folder / "dem.tif", heights, crs=ALBERS, transform=affine)


@pytest.mark.parametrize("lon", [95.0, 105.0, 115.0])
@pytest.mark.parametrize(("towards_deg", "score"), [(0, 60), (22.2, 60), (22.8, 70), (180, 100)])
def test_a_slope_faces_the_same_way_wherever_on_the_grid_it_lies(
    tmp_path: Path, lon: float, towards_deg: float, score: int
) -> None:
    land = open_land(falling(tmp_path, lon, towards_deg), RULES, varieties=[VARIETY])
    whole = land.rate(slice(0, ROWS), slice(0, COLUMNS)).scores[0, 2:-2, 2:-2]
    assert (whole == score).mean() > 0.99
    part = land.rate(slice(3, ROWS), slice(77, 151)).scores[0]
    np.testing.assert_array_equal(part[:-2], whole[1:, 75:149])
