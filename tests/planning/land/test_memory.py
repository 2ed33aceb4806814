"""What rating land costs in memory: little beside the scores themselves."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from herbgis.planning.land import rating
from herbgis.planning.land.opening import open_land
from herbgis.planning.land.siting import read_siting_rules
from tests.planning.land.test_suitability import hills, write_raster

RULES = read_siting_rules()


def test_a_large_window_takes_little_more_than_its_scores(tmp_path: Path) -> None:
    dem = write_raster(tmp_path / "dem.tif", hills(1200, 1400))
    land = open_land(dem, RULES, varieties=list(RULES.varieties))
    tracemalloc.start()
    found = land.rate(slice(0, 1200), slice(0, 1400))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    kept = sum(part.nbytes for part in (found.scores, found.limiting, found.elevation_m))
    assert most < 2 * kept


@pytest.mark.parametrize("cells", [1, 5_000, 10**7])
def test_how_many_cells_are_rated_at_once_decides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cells: int
) -> None:
    dem = write_raster(tmp_path / "dem.tif", hills(150, 90))
    land = open_land(dem, RULES, varieties=["丹参", "天麻", "香菇"])
    usual = land.rate(slice(3, 150), slice(5, 88))
    monkeypatch.setattr(rating, "_CELLS_AT_ONCE", cells)
    monkeypatch.setattr(rating, "_LEAST_ROWS", 1)
    again = land.rate(slice(3, 150), slice(5, 88))
    for name in ("scores", "limiting", "elevation_m", "within"):
        np.testing.assert_array_equal(getattr(again, name), getattr(usual, name))
