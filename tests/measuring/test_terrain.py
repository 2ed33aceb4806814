"""The ground of bases beside surfaces whose slope and area are known, and beside exactextract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import pytest
import rasterio
import shapely
from exactextract import exact_extract

import herbgis as hg
from herbgis.foundation.errors import CrsError, InputNotFoundError
from herbgis.foundation.input_errors import RasterError
from herbgis.measuring import ground_cells
from tests.helpers.shapes import square

Grid = npt.NDArray[Any]
Surface = Callable[[Grid, Grid], Grid]

#: Gauss-Krüger on CGCS2000, 108°E, with its false easting; metres of the plane.
PLANE, EAST, NORTH = "EPSG:4545", 500_000.0, 3_080_000.0
CELL_M, CELLS = 10.0, 400
FIGURES = ["elevation_m", "slope_deg", "aspect_deg", "steep_share", "surface_mu", "dem_share"]


def laid(turn: float = 0.0, across: float = CELL_M, down: float = -CELL_M) -> rasterio.Affine:
    """A grid of 400 by 400 cells about the middle, turned by degrees."""
    sized = rasterio.Affine.rotation(turn) @ rasterio.Affine.scale(across, down)
    cornered = sized @ rasterio.Affine.translation(-CELLS / 2, -CELLS / 2)
    return rasterio.Affine.translation(EAST, NORTH) @ cornered


def write_dem(
    path: Path,
    surface: Surface,
    *,
    crs: str = PLANE,
    columns: slice = slice(CELLS),
    grid: rasterio.Affine | None = None,
) -> Path:
    """A surface of metres east and north of the middle."""
    transform = (grid or laid()) @ rasterio.Affine.translation(columns.start or 0, 0)
    width = columns.stop - (columns.start or 0)
    x, y = transform @ np.array(np.meshgrid(np.arange(width) + 0.5, np.arange(CELLS) + 0.5))
    values = surface(x - EAST, y - NORTH).astype(np.float32)
    with rasterio.open(
        *(path, "w"),
        driver="GTiff",
        width=width,
        height=CELLS,
        count=1,
        dtype="float32",
        crs=crs,
        transform=transform,
        nodata=-9999,
    ) as raster:
        raster.write(values, 1)
    return path


def bases(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    """Polygons in metres from the middle."""
    moved = [shapely.affinity.translate(shape, EAST, NORTH) for shape in shapes]
    names = [f"base {number}" for number in range(len(shapes))]
    return gpd.GeoDataFrame(index=names, geometry=moved, crs=PLANE)


def ring(inner: float, outer: float) -> shapely.Geometry:
    middle = shapely.Point(0, 0)
    return middle.buffer(outer, quad_segs=64).difference(middle.buffer(inner, quad_segs=64))


@pytest.mark.parametrize("facing", range(0, 360, 45))
def test_a_plane_has_one_slope_and_faces_one_way(tmp_path: Path, facing: int) -> None:
    rise, towards = 0.3, np.radians(facing)

    def plane(x: Grid, y: Grid) -> Grid:
        return 1000 - rise * (np.sin(towards) * x + np.cos(towards) * y)

    dem = write_dem(tmp_path / "dem.tif", plane)
    own = bases(shapely.box(-700, -500, 600, 900), shapely.Point(300, -400).buffer(350))
    found = hg.measure_terrain(own, dem)
    area = hg.measure(own)["surveyed_mu"]
    assert found["slope_deg"].to_numpy() == pytest.approx(np.degrees(np.arctan(rise)), rel=1e-3)
    turned = (found["aspect_deg"] - facing + 180) % 360 - 180
    assert turned.abs().max() < 0.1
    assert found["surface_mu"].to_numpy() == pytest.approx(area * np.hypot(1, rise), rel=1e-4)
    assert (found["steep_share"] == 0).all()
    assert (found["dem_share"] == 1).all()
    assert (found["terrain_note"] == "").all()


@pytest.mark.parametrize(
    "grid",
    [laid(down=CELL_M), laid(across=-CELL_M), laid(30), laid(-100, down=CELL_M), laid(12, 8, -16)],
)
def test_a_grid_may_lie_in_any_way(tmp_path: Path, grid: rasterio.Affine) -> None:
    dem = write_dem(tmp_path / "dem.tif", lambda x, y: 1000 - 0.2 * x - 0.15 * y, grid=grid)
    own = bases(shapely.box(-700, -500, 600, 900))
    found = hg.measure_terrain(own, dem).iloc[0]
    area = hg.measure(own)["surveyed_mu"].iloc[0]
    assert found["elevation_m"] == pytest.approx(1000 - 0.2 * -50 - 0.15 * 200, abs=1e-3)
    assert found["slope_deg"] == pytest.approx(np.degrees(np.arctan(0.25)), rel=1e-4)
    assert found["aspect_deg"] == pytest.approx(np.degrees(np.arctan2(0.2, 0.15)), abs=0.01)
    assert found["surface_mu"] == pytest.approx(area * np.hypot(1, 0.25), rel=1e-4)
    assert found["dem_share"] == 1


def test_north_is_north_far_from_a_grid_s_middle(tmp_path: Path) -> None:
    """A map of China in Albers' projection: at its eastern edge north lies 9° askew."""
    albers = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +ellps=GRS80 +units=m"
    about = "+proj=aeqd +lat_0=28 +lon_0=120 +ellps=GRS80 +units=m"
    transform = rasterio.Affine(1000, 0, -2_600_000, 0, -1000, 5_900_000)
    to_ground = pyproj.Transformer.from_crs(albers, about, always_xy=True)
    columns, rows = np.meshgrid(np.arange(4000, 4100) + 0.5, np.arange(2790, 2890) + 0.5)
    east, _ = to_ground.transform(*(transform @ np.array([columns, rows])))
    values = np.full((3500, 4900), np.nan, dtype=np.float32)
    values[2790:2890, 4000:4100] = 3000 - 0.01 * east
    path = tmp_path / "albers.tif"
    with rasterio.open(
        *(path, "w"),
        driver="GTiff",
        width=4900,
        height=3500,
        count=1,
        dtype="float32",
        crs=pyproj.CRS(albers).to_wkt(),
        transform=transform,
    ) as raster:
        raster.write(values, 1)
    own = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0).buffer(20_000)], crs=about)
    found = hg.measure_terrain(own, path).iloc[0]
    assert found["dem_share"] == 1
    assert found["aspect_deg"] == pytest.approx(90, abs=0.5)
    assert found["slope_deg"] == pytest.approx(np.degrees(np.arctan(0.01)), rel=1e-3)


def test_a_cone_is_steep_all_round_and_faces_nowhere(tmp_path: Path) -> None:
    dem = write_dem(tmp_path / "dem.tif", lambda x, y: 2000 - 0.6 * np.hypot(x, y))
    whole, half = ring(300, 1500), ring(300, 1500).intersection(shapely.box(0, -2000, 2000, 2000))
    own = bases(whole, half)
    found = hg.measure_terrain(own, dem)
    area = hg.measure(own)["surveyed_mu"]
    assert found["slope_deg"].to_numpy() == pytest.approx(np.degrees(np.arctan(0.6)), rel=1e-2)
    assert found["surface_mu"].to_numpy() == pytest.approx(area * np.hypot(1, 0.6), rel=1e-3)
    assert (found["steep_share"] == 1).all()
    assert found["aspect_deg"].iloc[1] == pytest.approx(90, abs=0.1)


def test_a_wave_has_the_area_of_its_arc(tmp_path: Path) -> None:
    length, height = 800.0, 60.0
    dem = write_dem(
        tmp_path / "dem.tif", lambda x, y: 900 + height * np.sin(2 * np.pi * x / length) + 0 * y
    )
    own = bases(shapely.box(-length, -700, length, 650))
    found = hg.measure_terrain(own, dem).iloc[0]
    x = np.linspace(0, length, 100_001)
    rise = np.abs(2 * np.pi / length * height * np.cos(2 * np.pi * x / length))
    area = hg.measure(own)["surveyed_mu"].iloc[0]
    assert found["surface_mu"] == pytest.approx(area * np.sqrt(1 + rise**2).mean(), rel=1e-3)
    assert found["slope_deg"] == pytest.approx(np.degrees(np.arctan(rise)).mean(), rel=1e-2)
    steep = (rise > np.tan(np.radians(25))).mean()
    assert found["steep_share"] == pytest.approx(steep, abs=0.02)
    assert found["elevation_std_m"] == pytest.approx(height / np.sqrt(2), rel=1e-3)


def test_degrees_are_not_metres(tmp_path: Path) -> None:
    """A plane on a geographic grid: a degree east is shorter than one north."""
    lon, lat = np.meshgrid(108 + np.arange(300) / 3600, 28 - np.arange(300) / 3600)
    metres_east = (lon - 108) * 98_364.0  # of a degree at 27.96°N on GRS80
    values = (1000 + 0.2 * metres_east + 0 * lat).astype(np.float32)
    path = tmp_path / "dem.tif"
    transform = rasterio.Affine(1 / 3600, 0, 108 - 0.5 / 3600, 0, -1 / 3600, 28 + 0.5 / 3600)
    with rasterio.open(
        *(path, "w"),
        driver="GTiff",
        width=300,
        height=300,
        count=1,
        dtype="float32",
        crs="EPSG:4490",
        transform=transform,
    ) as raster:
        raster.write(values, 1)
    own = gpd.GeoDataFrame(geometry=[shapely.box(108.02, 27.94, 108.06, 27.98)], crs=4490)
    found = hg.measure_terrain(own, path).iloc[0]
    assert found["slope_deg"] == pytest.approx(np.degrees(np.arctan(0.2)), rel=1e-3)
    assert found["aspect_deg"] == pytest.approx(270, abs=0.05)


def rough(x: Grid, y: Grid) -> Grid:
    return 800 + 0.1 * x + 90 * np.sin(x / 130 + 1) * np.cos(y / 170) + 7 * np.sin(x * y / 900)


@pytest.fixture
def many() -> gpd.GeoDataFrame:
    rng = np.random.default_rng(4)
    return bases(
        *(
            shapely.Point(*rng.uniform(-1500, 1500, 2)).buffer(rng.uniform(30, 400))
            for _ in range(25)
        )
    )


def test_heights_are_those_of_exactextract(tmp_path: Path, many: gpd.GeoDataFrame) -> None:
    dem = write_dem(tmp_path / "dem.tif", rough)
    found = hg.measure_terrain(many, dem)
    peer = exact_extract(str(dem), many, ["mean", "stdev", "min", "max"], output="pandas")
    for own, theirs in (("m", "mean"), ("std_m", "stdev"), ("min_m", "min"), ("max_m", "max")):
        assert found[f"elevation_{own}"].to_numpy() == pytest.approx(
            peer[theirs].to_numpy(), rel=1e-7
        )


def test_neither_tiles_nor_order_nor_system_change_what_is_found(
    tmp_path: Path, many: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    dem = write_dem(tmp_path / "dem.tif", rough)
    found = hg.measure_terrain(many, dem)
    turned = hg.measure_terrain(many.iloc[::-1], dem).loc[many.index]
    elsewhere = hg.measure_terrain(many.to_crs(4490), dem)
    monkeypatch.setattr(ground_cells, "_TILE", 37)
    monkeypatch.setattr(ground_cells, "_MOST_CELLS", 3000)
    small = hg.measure_terrain(many, dem)
    for other, near in ((turned, 1e-12), (elsewhere, 1e-6), (small, 1e-9)):
        for name in FIGURES:
            assert other[name].to_numpy() == pytest.approx(found[name].to_numpy(), rel=near)
    assert list(many.columns) == ["geometry"]


def test_what_is_known_is_measured_and_the_rest_said(tmp_path: Path) -> None:
    def holed(x: Grid, y: Grid) -> Grid:
        return np.where((x > 0) & (y > 0), -9999, 500 + 0.1 * x)

    dem = write_dem(tmp_path / "dem.tif", holed)
    own = bases(
        shapely.box(-400, -300, 400, 300),
        shapely.box(100, 100, 600, 600),
        shapely.box(1800, -600, 2200, -200),
        shapely.box(90_000, 0, 91_000, 900),
    )
    found = hg.measure_terrain(own, dem)
    assert found["dem_share"].to_numpy() == pytest.approx([0.75, 0, 0.5, 0], abs=2e-3)
    assert list(found["terrain_note"])[1] == "高程数据没有盖到"
    assert "高程数据只盖住 75" in found["terrain_note"].iloc[0]
    assert found["slope_deg"].iloc[[0, 2]].to_numpy() == pytest.approx(5.7106, rel=1e-3)
    assert found.iloc[[1, 3]][FIGURES[:-1]].isna().all(axis=None)


def test_a_base_across_two_tiles_is_whole_and_the_first_tile_counts(tmp_path: Path) -> None:
    whole = write_dem(tmp_path / "whole.tif", rough)
    west = write_dem(tmp_path / "west.tif", rough, columns=slice(CELLS // 2))
    rest = write_dem(tmp_path / "rest.tif", rough, columns=slice(CELLS // 2, CELLS))
    east = write_dem(tmp_path / "east.tif", lambda x, y: np.where(x < 0, -9999, rough(x, y)))
    own = bases(
        shapely.box(-400, -300, 500, 333),
        shapely.box(-900, -900, -500, -400),
        shapely.box(-8, -300, 9, 300),
    )
    wanted = hg.measure_terrain(own, whole)
    for dems in ([west, rest], [rest, west], [west, east]):
        found = hg.measure_terrain(own, dems)
        for name in (*FIGURES, "elevation_std_m"):
            assert found[name].to_numpy() == pytest.approx(wanted[name].to_numpy(), rel=2e-5)
    wrong = write_dem(tmp_path / "wrong.tif", lambda x, y: 0 * x + 0 * y)
    first = hg.measure_terrain(own, [whole, wrong])
    assert first["elevation_m"].to_numpy() == pytest.approx(wanted["elevation_m"].to_numpy())


def test_a_base_may_touch_a_tile_without_entering_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dem = write_dem(tmp_path / "dem.tif", lambda x, y: 500 + 0.1 * x + 0 * y)
    monkeypatch.setattr(ground_cells, "_TILE", 100)
    found = hg.measure_terrain(bases(shapely.box(-1000, 0, 0, 1000)), dem).iloc[0]
    assert found["elevation_m"] == pytest.approx(450, abs=1e-3)
    assert found["dem_share"] == 1


def test_lines_mixed_with_land_are_no_land(tmp_path: Path) -> None:
    dem = write_dem(tmp_path / "dem.tif", rough)
    box = shapely.box(0, 0, 300, 200)
    spiked = shapely.Polygon([(0, 0), (300, 0), (300, 200), (900, 200), (300, 200), (0, 200)])
    mixed = shapely.GeometryCollection([shapely.Point(900, 0), box])
    found = hg.measure_terrain(bases(box, spiked, mixed), dem)
    for name in FIGURES:
        assert found[name].to_numpy() == pytest.approx(found[name].iloc[0], rel=1e-9)


def test_nothing_in_nothing_out_and_a_base_without_a_polygon_stays(tmp_path: Path) -> None:
    dem = write_dem(tmp_path / "dem.tif", rough)
    none = hg.measure_terrain(bases(), dem)
    assert len(none) == 0
    assert {*FIGURES, "terrain_note"} <= {*none.columns}
    own = gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=[None, square(300)], crs=4490)
    found = hg.measure_terrain(own, dem)
    assert found["name"].tolist() == ["a", "b"]
    assert found[FIGURES[:-1]].isna().all(axis=None)


def test_a_wrong_call_says_what_is_wrong(tmp_path: Path, many: gpd.GeoDataFrame) -> None:
    with pytest.raises(InputNotFoundError):
        hg.measure_terrain(many, tmp_path / "none.tif")
    with pytest.raises(RasterError, match="没有给出"):
        hg.measure_terrain(many, [])
    with pytest.raises(CrsError, match="没有坐标系"):
        hg.measure_terrain(many.set_crs(None, allow_override=True), tmp_path / "none.tif")
