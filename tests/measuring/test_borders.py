"""county_shares: the grid of cells gives what asking every border gives."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal

from herbgis.measuring import borders as module
from herbgis.measuring.borders import county_shares


def _anywhere(count: int, borders: np.ndarray, seed: int) -> np.ndarray:
    """Boxes of 20 m to 20 km in, across and outside the counties, some on a line, some none."""
    rng = np.random.default_rng(seed)
    west, south, east, north = shapely.total_bounds(borders)
    middle = rng.uniform((west - 0.2, south - 0.2), (east + 0.2, north + 0.2), (count, 2))
    line = shapely.get_coordinates(borders)
    middle[: count // 4] = line[rng.integers(0, len(line), count // 4)]
    reach = 10 ** rng.uniform(-4, -1, (count, 1))
    boxes = shapely.box(*(middle - reach).T, *(middle + reach).T)
    boxes[rng.random(count) < 0.01] = None
    return np.asarray(boxes)


@pytest.mark.parametrize("seed", range(3))
def test_cells_give_what_borders_give(seed: int, counties: gpd.GeoDataFrame) -> None:
    borders = np.asarray(counties.geometry.array, dtype=object)
    shapes = np.concatenate([_anywhere(module._MANY + 2000, borders, seed), borders])
    fast = county_shares(shapes, counties)
    parts = [
        county_shares(some, counties).assign(first=start)
        for start in range(0, len(shapes), 3000)
        for some in [shapes[start : start + 3000]]
    ]
    slow = pd.concat(parts, ignore_index=True)
    slow["record"] += slow.pop("first")
    assert_frame_equal(fast, slow[list(fast.columns)], check_exact=True)


def test_counties_that_lie_on_each_other_are_both_named() -> None:
    squares = [shapely.box(108, 27, 109, 28), shapely.box(108.5, 27, 109.5, 28)]
    frame = gpd.GeoDataFrame({"county": ["甲县", "乙县"]}, geometry=squares, crs=4490)
    rng = np.random.default_rng(0)
    middle = rng.uniform((108.01, 27.01), (109.49, 27.99), (module._MANY + 1, 2))
    shapes = shapely.box(*(middle - 1e-4).T, *(middle + 1e-4).T)
    shares = county_shares(shapes, frame)
    named = shares.groupby("record").size()
    inside_both = (middle[:, 0] > 108.501) & (middle[:, 0] < 108.999)
    assert (named[inside_both] == 2).all()
    assert shares["share"].min() > 0
