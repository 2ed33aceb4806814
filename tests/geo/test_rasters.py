"""Rasters on their own grids: read in windows, sampled point by point, with what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import rasterio

from herbgis.foundation.errors import CrsError
from herbgis.geo import rasters
from herbgis.geo.rasters import Raster, open_raster, sample
from herbgis.geo.zones import SevenParameters

SHIFT = SevenParameters((-15.0, 120.0, 60.0), (1.0, -2.0, 3.0), -4.0, "position_vector")
WEST, NORTH, SIDE = 108.0, 28.0, 0.001


def write(
    path: Path,
    values: npt.NDArray[Any],
    crs: str = "EPSG:4490",
    *,
    side: float = SIDE,
    **extra: Any,
) -> Path:
    """A raster whose upper left corner is 108°E, 28°N."""
    rows, columns = values.shape
    transform = rasterio.Affine(side, 0.0, WEST, 0.0, -side, NORTH)
    tags = extra.pop("tags", {})
    with rasterio.open(
        *(path, "w"),
        driver="GTiff",
        width=columns,
        height=rows,
        count=1,
        dtype=values.dtype,
        crs=crs,
        transform=transform,
        **extra,
    ) as raster:
        raster.write(values, 1)
        raster.update_tags(**tags)
    return path


@pytest.fixture
def plane(tmp_path: Path) -> Raster:
    """Rising by 3 a column and 2 a row, with a hole."""
    rows, columns = np.mgrid[0:60, 0:80]
    values = (3.0 * columns + 2.0 * rows).astype(np.float32)
    values[30, 40] = -9999
    return open_raster(write(tmp_path / "plane.tif", values, nodata=-9999))


def test_a_window_reaches_beyond_the_edges(plane: Raster) -> None:
    window = plane.read(slice(-2, 3), slice(78, 83))
    assert window.shape == (5, 5)
    assert np.isnan(window[:2]).all()
    assert np.isnan(window[:, 2:]).all()
    assert window[2, :2].tolist() == [234.0, 237.0]
    assert np.isnan(plane.read(slice(100, 103), slice(0, 2))).all()


def test_cells_and_degrees_lead_to_each_other(plane: Raster) -> None:
    lon, lat = plane.lonlat(np.array([0.5, 80.0]), np.array([0.5, 60.0]))
    assert lon == pytest.approx([WEST + 0.5 * SIDE, WEST + 80 * SIDE])
    assert lat == pytest.approx([NORTH - 0.5 * SIDE, NORTH - 60 * SIDE])
    columns, rows = plane.cells(lon, lat)
    assert columns == pytest.approx([0.5, 80.0])
    assert rows == pytest.approx([0.5, 60.0])
    assert plane.bounds == pytest.approx((WEST, NORTH - 60 * SIDE, WEST + 80 * SIDE, NORTH))


def test_a_plane_is_sampled_without_error(plane: Raster) -> None:
    rng = np.random.default_rng(1)
    columns, rows = rng.uniform(1, 79, 300), rng.uniform(1, 25, 300)
    values = sample(plane, *plane.lonlat(columns, rows))
    assert values == pytest.approx(3 * (columns - 0.5) + 2 * (rows - 0.5), abs=1e-4)
    own = sample(plane, *plane.lonlat(columns, rows), nearest=True)
    assert own.tolist() == (3 * np.floor(columns) + 2 * np.floor(rows)).tolist()


def test_what_is_unknown_or_beyond_is_nan_and_spoils_no_neighbour(plane: Raster) -> None:
    columns = np.array([40.5, 41.2, -0.5, 80.5, 40.0, 0.1])
    rows = np.array([30.5, 30.5, 5.0, 5.0, -3.0, 0.1])
    values = sample(plane, *plane.lonlat(columns, rows))
    assert np.isnan(values[[0, 2, 3, 4]]).all()
    assert values[1] == pytest.approx(3 * 41 + 2 * 30)
    assert values[5] == pytest.approx(0.0)


def test_a_point_s_value_does_not_depend_on_the_others(
    plane: Raster, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(2)
    lon, lat = plane.lonlat(rng.uniform(-2, 82, 500), rng.uniform(-2, 62, 500))
    together = sample(plane, lon, lat)
    alone = [float(sample(plane, lon[i : i + 1], lat[i : i + 1])[0]) for i in range(0, 500, 10)]
    np.testing.assert_array_equal(together[::10], alone)
    monkeypatch.setattr(rasters, "_WINDOW", 7)
    np.testing.assert_array_equal(sample(plane, lon, lat), together)
    assert sample(plane, lon.reshape(5, 100), lat.reshape(5, 100)).shape == (5, 100)


def test_where_no_cell_can_lie_nothing_is_known(tmp_path: Path) -> None:
    raster = open_raster(
        write(tmp_path / "plane.tif", np.ones((30, 30), dtype=np.int16), "EPSG:4545", side=10.0)
    )
    lon, lat = np.array([108.0, 300.0, np.nan, np.inf, 0.0]), np.array([95.0, 28.0, 28.0, 3.0, -90])
    assert np.isnan(sample(raster, lon, lat)).all()


def test_what_serves_for_demonstration_only_says_so(tmp_path: Path) -> None:
    flat = np.ones((40, 40), dtype=np.int16)
    plain = open_raster(write(tmp_path / "a.tif", flat))
    assert plain.caveats == ()
    assert plain.cell_m == pytest.approx(104.5, abs=0.5)
    made = open_raster(write(tmp_path / "b.tif", flat, tags={"HERBGIS_SYNTHETIC": "yes"}))
    assert made.caveats == ("b.tif 是合成数据",)
    coarse = open_raster(write(tmp_path / "c.tif", flat, side=1 / 12))
    assert coarse.caveats == ("c.tif 的格网约 9 km, 只够看大势",)


def test_an_old_datum_needs_parameters_and_says_that_they_were_given(tmp_path: Path) -> None:
    path = tmp_path / "old.tif"
    write(path, np.ones((30, 30), dtype=np.int16), "EPSG:4214")
    with pytest.raises(CrsError, match="没有转换参数"):
        open_raster(path)
    given = open_raster(path, datum_parameters={"Beijing 1954": SHIFT})
    assert given.caveats == ("old.tif 的坐标用给定的七参数转换",)
    lon, lat = given.lonlat(np.array([0.0]), np.array([0.0]))
    assert 10 < np.hypot((lon - WEST) * 98_000, (lat - NORTH) * 111_000)[0] < 300


def test_scale_offset_and_impossible_heights(tmp_path: Path) -> None:
    path = write(tmp_path / "s.tif", np.array([[10, 20], [30, 32000]], dtype=np.int16))
    with rasterio.open(path, "r+") as raster:
        raster.scales, raster.offsets = (0.5,), (100.0,)
    values = open_raster(path, elevation=True).read(slice(0, 2), slice(0, 2))
    assert values[0].tolist() == [105.0, 110.0]
    assert values[1, 0] == 115.0
    assert np.isnan(values[1, 1])
