"""Sheets of one grid are read as the whole that they were cut from."""

from __future__ import annotations

from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest
import rasterio

from herbgis.geo.mosaics import Mosaic, mosaics_of
from herbgis.geo.rasters import Raster, open_raster, sample
from herbgis.planning.land.opening import open_land
from herbgis.planning.land.siting import read_siting_rules
from herbgis.planning.sites.finding import find_candidates

SIDE, CELL_M, X, Y = 240, 30.0, 36_520_000.0, 3_160_000.0
ROW, COLUMN = np.mgrid[:SIDE, :SIDE]
HEIGHTS = (800 + 120 * np.sin(COLUMN / 17) + 90 * np.cos(ROW / 23)).astype("float32")


def write(path: Path, rows: slice, columns: slice, *, shift: float = 0.0) -> Raster:
    """A part of the heights as a file of its own."""
    left, top = X + (columns.start + shift) * CELL_M, Y - rows.start * CELL_M
    grid = rasterio.Affine(CELL_M, 0.0, left, 0.0, -CELL_M, top)
    part = HEIGHTS[rows, columns]
    size = {"height": part.shape[0], "width": part.shape[1], "count": 1, "dtype": part.dtype}
    with rasterio.open(path, "w", "GTiff", **size, crs="EPSG:4524", transform=grid) as raster:
        raster.write(part, 1)
    return open_raster(path, elevation=True)


def sheets(folder: Path, *, overlap: int = 0) -> list[Raster]:
    """The heights in four sheets, which overlap by some cells."""
    halves = slice(0, 130 + overlap), slice(130, SIDE)
    return [
        write(folder / f"{number}.tif", rows, columns)
        for number, (rows, columns) in enumerate(product(halves, halves))
    ]


@pytest.mark.parametrize("overlap", [0, 1, 9])
@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
def test_sheets_are_read_as_their_whole(
    tmp_path: Path, overlap: int, order: tuple[int, ...]
) -> None:
    parts = sheets(tmp_path, overlap=overlap)
    (mosaic,) = mosaics_of([parts[number] for number in order])
    assert isinstance(mosaic, Mosaic)
    assert mosaic.shape == HEIGHTS.shape
    whole = write(tmp_path / "whole.tif", slice(0, SIDE), slice(0, SIDE))
    assert mosaic.bounds == pytest.approx(whole.bounds, abs=1e-12)
    window = slice(-3, SIDE + 2), slice(-5, SIDE + 1)
    np.testing.assert_array_equal(mosaic.read(*window), whole.read(*window))
    rng = np.random.default_rng(1)
    places = whole.lonlat(rng.uniform(0, SIDE, 500), rng.uniform(0, SIDE, 500))
    assert sample(mosaic, *places) == pytest.approx(sample(whole, *places), abs=1e-6)


def test_sites_go_on_from_sheet_to_sheet(tmp_path: Path) -> None:
    rules = read_siting_rules()
    whole = write(tmp_path / "whole.tif", slice(0, SIDE), slice(0, SIDE))
    (mosaic,) = mosaics_of(sheets(tmp_path, overlap=1))
    found, expected = (
        find_candidates(open_land(dem, rules, varieties=["丹参", "天麻"])).sites
        for dem in (mosaic, whole)
    )
    assert len(expected) > 30
    assert found["mu"].to_numpy() == pytest.approx(expected["mu"].to_numpy(), abs=1e-6)
    seam = float(whole.lonlat(np.array([130.0]), np.array([130.0]))[0][0])
    across = found.bounds
    assert ((across["minx"] < seam - 1e-4) & (across["maxx"] > seam + 1e-4)).any()


def test_what_is_no_part_of_one_grid_stays_by_itself(tmp_path: Path) -> None:
    first, second, third, _ = sheets(tmp_path)
    askew = write(tmp_path / "askew.tif", slice(0, 130), slice(130, SIDE), shift=0.5)
    assert mosaics_of([first, askew]) == [first, askew]
    apart = write(tmp_path / "apart.tif", slice(200, SIDE), slice(200, SIDE))
    assert mosaics_of([first, apart]) == [first, apart]
    assert mosaics_of([]) == []
    joined = mosaics_of([askew, second, third, first])
    assert joined[0] is askew
    assert isinstance(joined[1], Mosaic)
    assert joined[1].path == second.path


def test_a_mosaic_says_what_its_sheets_say(tmp_path: Path) -> None:
    first = write(tmp_path / "a.tif", slice(0, 130), slice(0, SIDE))
    second = write(tmp_path / "b.tif", slice(130, SIDE), slice(0, SIDE))
    with rasterio.open(second.path, "r+") as raster:
        raster.units = ("cm",)
        raster.update_tags(HERBGIS_SYNTHETIC="yes")
    (mosaic,) = mosaics_of([first, open_raster(second.path, elevation=True)])
    assert mosaic.caveats == ("b.tif 是合成数据",)
    assert mosaic.numbers.said == ("b.tif 的高程单位是 cm, 已换算成米",)
    read = mosaic.read(slice(0, SIDE), slice(0, SIDE))
    np.testing.assert_allclose(read[130:], HEIGHTS[130:] / 100, rtol=1e-6)
