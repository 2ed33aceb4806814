"""Shaded relief: light by its formula, any DEM in any system, pictures that are small and soft."""

from __future__ import annotations

import base64
import subprocess
import sys
import warnings
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
from playwright.sync_api import Browser
from pyproj.crs import BoundCRS
from pyproj.crs.coordinate_operation import ToWGS84Transformation
from rasterio.io import MemoryFile

import herbgis as hg
from herbgis.foundation import resources
from herbgis.foundation.errors import CrsError, HerbgisError, InputNotFoundError
from herbgis.foundation.input_errors import RasterError
from herbgis.geo import elevation_grid
from herbgis.geo.elevation_grid import read_elevation
from herbgis.geo.gradients import hillshade
from herbgis.geo.zones import SevenParameters
from herbgis.webmap.relief import relief_payload, shaded
from tests.helpers.map_browser import MAP, opened
from tests.helpers.shapes import frame, square

Grid = npt.NDArray[Any]
Surface = Callable[[Grid, Grid], Grid]

#: A piece of Tongren, and its whole: west, south, east, north.
BOUNDS = (108.4, 27.7, 108.7, 27.95)
TONGREN = ((27.12, 107.75), (29.10, 109.47))
MIDDLE = ((BOUNDS[0] + BOUNDS[2]) / 2, (BOUNDS[1] + BOUNDS[3]) / 2)
BEIJING_1954, XIAN_1980 = "EPSG:2433", "EPSG:2381"
SHIFT = SevenParameters((-15.0, 120.0, 60.0), (1.0, -2.0, 3.0), -4.0, "position_vector")


def mountains(lon: Grid, lat: Grid) -> Grid:
    """Ridges and valleys of 3 to 30 km: a seeded sum of sines, in metres."""
    rng = np.random.default_rng(20)
    east, north = (lon - MIDDLE[0]) * 98_000, (lat - MIDDLE[1]) * 111_000
    z = np.full(np.shape(lon), 1500.0)
    for length in np.geomspace(3_000, 30_000, 12):
        turn, phase = rng.uniform(0, 2 * np.pi, 2)
        along = east * np.cos(turn) + north * np.sin(turn)
        z = z + 0.02 * length * np.sin(2 * np.pi * along / length + phase)
    return z


def cone(lon: Grid, lat: Grid) -> Grid:
    """A mountain in the middle, its sides rising by 0.3."""
    east, north = (lon - MIDDLE[0]) * 98_500, (lat - MIDDLE[1]) * 110_800
    return 6_000 - 0.3 * np.hypot(east, north)


def write_dem(
    path: Path,
    surface: Surface | Grid,
    crs: Any = "EPSG:4490",
    bounds: tuple[float, ...] = BOUNDS,
    *,
    cells: int = 400,
    true_crs: pyproj.CRS | None = None,
    **options: Any,
) -> Path:
    """A DEM somewhat beyond bounds; `true_crs` is where it lies, if not where it says."""
    placing = pyproj.Transformer.from_crs("EPSG:4326", true_crs or crs or 4326, always_xy=True)
    west, south, east, north = placing.transform_bounds(*bounds)
    margin = 0.05 * (east - west)
    west, south, east, north = west - margin, south - margin, east + margin, north + margin
    if not callable(surface):
        cells = len(surface)
    across, down = (east - west) / cells, (south - north) / cells
    middles = np.arange(cells) + 0.5
    x, y = np.meshgrid(west + across * middles, north + down * middles)
    z = surface(*placing.transform(x, y, direction="INVERSE")) if callable(surface) else surface
    kinds = {"driver": "GTiff", "dtype": z.dtype, "count": 1, "height": cells, "width": cells}
    place = rasterio.Affine(across, 0, west, 0, down, north)
    with rasterio.open(path, "w", **{**kinds, "crs": crs, "transform": place, **options}) as dem:
        dem.write(z, 1)
    return path


def decoded(content: bytes, **options: Any) -> Grid:
    with warnings.catch_warnings(), MemoryFile(content) as file:
        warnings.simplefilter("ignore")  # a picture lies nowhere
        with file.open(**options) as picture:
            return picture.read()


def jpeg_of(picture: dict[str, Any]) -> Grid:
    head, content = picture["url"].split(",")
    assert head == "data:image/jpeg;base64"
    return decoded(base64.b64decode(content, validate=True), driver="JPEG")[0]


# Light


@pytest.mark.parametrize("aspect_deg", range(0, 360, 30))
@pytest.mark.parametrize("rise", [0.05, 0.5, 2.0])
def test_light_on_a_plane_is_that_of_its_slope_and_aspect(aspect_deg: int, rise: float) -> None:
    aspect, slope = np.radians(aspect_deg), np.arctan(rise)
    y, x = np.mgrid[:9, :12] * 30.0
    plane = 500 - rise * (np.sin(aspect) * x - np.cos(aspect) * y)
    high, from_west = np.radians(45), np.radians(315)
    light = np.sin(high) * np.cos(slope) + np.cos(high) * np.sin(slope) * np.cos(from_west - aspect)
    assert np.allclose(hillshade(plane, 30.0), max(light, 0), atol=1e-9)
    assert np.allclose(hillshade(plane, np.full(9, 30.0)), max(light, 0), atol=1e-9)


def test_level_ground_takes_the_sine_of_the_light_s_height() -> None:
    for altitude in (10, 45, 80):
        light = hillshade(np.full((5, 6), 300.0), 90.0, altitude_deg=altitude)
        assert np.allclose(light, np.sin(np.radians(altitude)))


def test_each_row_has_its_own_metres_and_heights_are_exaggerated() -> None:
    rising = np.tile(np.arange(8) * 10.0, (6, 1))
    cell_m = np.linspace(20, 40, 6)
    light = hillshade(rising, cell_m, azimuth_deg=270)
    once = (1 + 10 / cell_m) / np.sqrt(2) / np.hypot(1, 10 / cell_m)
    assert np.allclose(light, once[:, None])
    twice = hillshade(rising, cell_m, azimuth_deg=270, exaggeration=2)
    assert np.allclose(twice, hillshade(2 * rising, cell_m, azimuth_deg=270))


def test_north_is_up_and_the_light_comes_from_the_north_west(tmp_path: Path) -> None:
    read = read_elevation(write_dem(tmp_path / "cone.tif", cone), BOUNDS, pixels=200)
    rows, columns = read.metres.shape
    assert np.hypot(*np.subtract(np.unravel_index(read.metres.argmax(), read.metres.shape),
                                 (rows / 2, columns / 2))) < 2  # fmt: skip
    light = hillshade(read.metres, read.cell_m)
    north, south = rows // 4, 3 * rows // 4
    west, east = columns // 4, 3 * columns // 4
    assert light[north, west] > 0.85
    assert light[south, east] < 0.55
    assert light[south, west] == pytest.approx(light[north, east], abs=0.03)
    # 0.3 in true metres, though a cell of Web Mercator is an eighth smaller than it says
    assert light[north, west] == pytest.approx((1 + 0.3) / np.sqrt(2) / np.hypot(1, 0.3), abs=4e-3)


# Reading


def same_place(path: Path) -> Grid:
    return read_elevation(path, BOUNDS, pixels=300, datum_parameters={"Beijing 1954": SHIFT}).metres


def test_any_coordinate_system_gives_the_same_picture(tmp_path: Path) -> None:
    base = same_place(write_dem(tmp_path / "4490.tif", mountains, cells=1000))
    truth = mountains(*np.meshgrid(
        BOUNDS[0] + (np.arange(base.shape[1]) + 0.5) * 0.3 / base.shape[1],
        BOUNDS[3] - (np.arange(base.shape[0]) + 0.5) * 0.25 / base.shape[0],
    ))  # fmt: skip
    assert np.nanmax(np.abs(base - truth)) < 20  # of 900 m; the rows are those of Web Mercator
    old = pyproj.CRS(BEIJING_1954)
    bound = BoundCRS(old, "EPSG:4326", ToWGS84Transformation(old.geodetic_crs, *SHIFT.towgs84))
    for crs, true_crs in (
        *((f"EPSG:{code}", None) for code in (4326, 3857, 4545, 4524)),
        (BEIJING_1954, bound),
    ):
        dem = write_dem(tmp_path / "dem.tif", mountains, crs, cells=1000, true_crs=true_crs)
        other = same_place(dem)
        assert not np.isnan(other).any()
        # a datum taken for another is 50 m off, 15 m on average
        assert np.abs(other - base).max() < (1e-6 if crs == "EPSG:4326" else 3)
        assert np.abs(other - base).mean() < 0.3


def test_what_is_unknown_stays_so(tmp_path: Path) -> None:
    lake = shapely.box(108.5, 27.8, 108.55, 27.85)

    def with_hole(lon: Grid, lat: Grid) -> Grid:
        z = mountains(lon, lat)
        z[shapely.contains_xy(lake, lon, lat)] = -9999
        return z.astype(np.float32)

    declared = read_elevation(
        write_dem(tmp_path / "a.tif", with_hole, nodata=-9999), BOUNDS, pixels=150
    )
    usual = read_elevation(write_dem(tmp_path / "b.tif", with_hole), BOUNDS, pixels=150)
    assert np.array_equal(declared.metres, usual.metres, equal_nan=True)
    share = np.isnan(declared.metres).mean()
    assert share == pytest.approx(0.05**2 / (0.3 * 0.25), rel=0.1)
    assert np.nanmin(declared.metres) > 0
    light = hillshade(declared.metres, declared.cell_m)
    assert np.isnan(light[np.isnan(declared.metres)]).all()
    assert (shaded(declared)[np.isnan(light)] == 255).all()
    beyond = read_elevation(tmp_path / "a.tif", (108.2, 27.7, 108.5, 27.95), pixels=100)
    assert np.isnan(beyond.metres[:, :50]).all()
    assert not np.isnan(beyond.metres[:, 70:]).any()


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "float32", "float64"])
def test_any_type_of_number_is_read(tmp_path: Path, dtype: str) -> None:
    def low(lon: Grid, lat: Grid) -> Grid:
        return (mountains(lon, lat) / 12).astype(dtype)

    read = read_elevation(write_dem(tmp_path / "dem.tif", low), BOUNDS, pixels=100).metres
    exact = read_elevation(write_dem(tmp_path / "exact.tif", mountains), BOUNDS, pixels=100).metres
    assert np.abs(read - exact / 12).max() <= 1


def test_an_undeclared_void_of_shorts_is_unknown(tmp_path: Path) -> None:
    z = np.full((60, 60), 700, dtype=np.int16)
    z[20:30] = -32768
    read = read_elevation(write_dem(tmp_path / "dem.tif", z), BOUNDS, pixels=200)
    assert np.isnan(read.metres).any()
    assert np.allclose(read.metres[~np.isnan(read.metres)], 700)


def test_tiles_side_by_side_join_and_the_first_counts(tmp_path: Path) -> None:
    west = write_dem(tmp_path / "w.tif", mountains, bounds=(108.3, 27.6, 108.55, 28.0))
    east = write_dem(tmp_path / "e.tif", mountains, bounds=(108.55, 27.6, 108.8, 28.0))
    above = write_dem(tmp_path / "above.tif", np.full((40, 40), 2000.0))
    away = write_dem(tmp_path / "away.tif", mountains, bounds=(100, 27, 101, 28))
    joined = read_elevation([west, away, str(east)], BOUNDS, pixels=200)
    assert not np.isnan(joined.metres).any()
    assert np.abs(np.diff(joined.metres, axis=1)).max() < 150
    assert np.allclose(read_elevation([above, west], BOUNDS, pixels=50).metres, 2000)
    level = np.isclose(read_elevation([west, above, east], BOUNDS, pixels=200).metres, 2000)
    assert level[:, :100].mean() < 0.01
    assert level[:, 150:].all()


def test_the_size_of_the_dem_s_own_cells_is_told(tmp_path: Path) -> None:
    metric = write_dem(tmp_path / "m.tif", mountains, "EPSG:4545", cells=300)
    with rasterio.open(metric) as dem:
        cell = np.sqrt(dem.res[0] * dem.res[1])
    read = read_elevation(metric, BOUNDS, pixels=120)
    assert read.source_cell_m == pytest.approx(cell, rel=1e-3)
    assert max(read.metres.shape) == 120
    east_m = pyproj.Geod(ellps="GRS80").line_length(BOUNDS[::2], [27.7, 27.7])
    assert read.cell_m[-1] * read.metres.shape[1] == pytest.approx(east_m, rel=0.01)
    assert (np.diff(read.cell_m) > 0).all()


def test_a_coarse_dem_is_drawn_softly(tmp_path: Path) -> None:
    coarse = write_dem(tmp_path / "coarse.tif", mountains, cells=20)
    read = read_elevation(coarse, BOUNDS, pixels=600)
    steps = np.abs(np.diff(shaded(read).astype(int), axis=1))
    assert steps.max() <= 8


# What is refused


def test_each_wrong_file_says_what_it_is(tmp_path: Path) -> None:
    def refused(path: Path, error: type[HerbgisError], *said: str) -> None:
        with pytest.raises(error) as caught:
            read_elevation(path, BOUNDS, pixels=50)
        assert all(text in str(caught.value) for text in (path.name, *said)), caught.value

    refused(tmp_path / "没有.tif", InputNotFoundError)
    text = tmp_path / "说明.tif"
    text.write_text("高程", encoding="utf-8")
    refused(text, RasterError, "不是栅格")
    refused(write_dem(tmp_path / "无.tif", mountains, None), CrsError, "没有坐标系")
    for crs, datum in ((BEIJING_1954, "Beijing 1954"), (XIAN_1980, "Xian 1980")):
        old = write_dem(tmp_path / "旧.tif", mountains, crs)
        refused(old, CrsError, datum, "七参数")
    away = write_dem(tmp_path / "远.tif", mountains, "EPSG:4547", (113, 23, 114, 24))
    refused(away, RasterError, "不相交", "112.9", "108.40–108.70°E")
    red = write_dem(tmp_path / "图.tif", np.ones((9, 9), np.uint8), photometric="palette")
    refused(red, RasterError, "图片")
    local = 'LOCAL_CS["工地",UNIT["metre",1]]'
    refused(write_dem(tmp_path / "工地.tif", np.ones((9, 9)), local, true_crs=pyproj.CRS(4545)),
            CrsError, "工地")  # fmt: skip
    with pytest.raises(RasterError, match="没有给出"):
        read_elevation([], BOUNDS, pixels=50)


def test_a_damaged_dem_is_an_error_of_ours(tmp_path: Path) -> None:
    path = write_dem(tmp_path / "dem.tif", mountains, compress="deflate")
    content = path.read_bytes()
    for kept in (0, 7, 300, 2000, len(content) // 2):
        path.write_bytes(content[:kept])
        with pytest.raises(HerbgisError, match=r"已损坏|没有坐标系"):
            read_elevation(path, BOUNDS, pixels=50)
    middle = len(content) // 2
    path.write_bytes(content[:middle] + b"\xff" * 400 + content[middle + 400 :])
    with pytest.raises(RasterError, match="已损坏"):
        read_elevation(path, BOUNDS, pixels=50)


def test_a_file_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    dem = write_dem(tmp_path / "dem.tif", mountains)
    vrt = tmp_path / "dem.vrt.tif"
    vrt.write_text(
        '<VRTDataset rasterXSize="400" rasterYSize="400"><SRS>EPSG:4490</SRS>'
        "<GeoTransform>108.4, 0.001, 0, 27.95, 0, -0.001</GeoTransform>"
        '<VRTRasterBand dataType="Float64" band="1"><SimpleSource>'
        f"<SourceFilename>{dem}</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>",
        encoding="utf-8",
    )
    with rasterio.open(vrt) as readable:
        assert readable.width == 400
    with pytest.raises(RasterError, match="不是栅格"):
        read_elevation(vrt, BOUNDS, pixels=50)


# Cost


def sparse(path: Path, side: int, bounds: tuple[float, ...], **options: Any) -> Path:
    """A DEM that declares so many cells a side, and holds none."""
    west, south, east, north = bounds
    place = rasterio.Affine((east - west) / side, 0, west, 0, (south - north) / side, north)
    kinds = {"driver": "GTiff", "dtype": "int16", "count": 1, "crs": 4326, "transform": place}
    tiles = {"tiled": True, "blockxsize": 4096, "blockysize": 4096, "SPARSE_OK": True}
    sizes = {"width": side, "height": side, "BIGTIFF": "YES", "compress": "deflate"}
    with rasterio.open(path, "w", **{**kinds, **tiles, **sizes, **options}):
        pass
    return path


def test_a_dem_that_declares_too_much_is_refused_not_read(tmp_path: Path) -> None:
    huge = sparse(tmp_path / "huge.tif", 1_000_000, (108, 27, 109, 28))
    with pytest.raises(RasterError, match="金字塔"):
        read_elevation(huge, BOUNDS, pixels=700)
    corner = read_elevation(huge, (108.5, 27.5, 108.501, 27.501), pixels=50)
    assert (corner.metres == 0).all()
    strip = {"tiled": False, "blockxsize": None, "blockysize": 40_000}
    whole = {"width": 40_000, "height": 40_000, **strip}
    one = sparse(tmp_path / "one.tif", 40_000, (108, 27, 109, 28), **whole)
    with pytest.raises(RasterError, match="GB"):
        read_elevation(one, BOUNDS, pixels=50)


def test_a_large_dem_is_read_piece_by_piece(tmp_path: Path) -> None:
    large = sparse(tmp_path / "large.tif", 16_000, BOUNDS)  # 512 MB
    code = (
        "import resource, sys; from herbgis.geo.elevation_grid import read_elevation\n"
        "used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\n"
        "before = used()\n"
        f"assert (read_elevation(sys.argv[1], {BOUNDS}, pixels=700).metres == 0).all()\n"
        "print(used() - before)"
    )
    command = [sys.executable, "-c", code, str(large)]
    grown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert int(grown) < 200


def test_overviews_spare_the_cells_below_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_dem(tmp_path / "dem.tif", mountains, cells=1024)
    plain = read_elevation(path, BOUNDS, pixels=100)
    monkeypatch.setattr(elevation_grid, "_MOST_CELLS", 200_000)
    with pytest.raises(RasterError, match="金字塔"):
        read_elevation(path, BOUNDS, pixels=100)
    with rasterio.open(path, "r+") as dem:
        dem.build_overviews([2, 4, 8, 16], rasterio.enums.Resampling.average)
    with pytest.raises(RasterError, match="金字塔"):
        read_elevation(path, BOUNDS, pixels=900)
    by_overview = read_elevation(path, BOUNDS, pixels=100)
    assert by_overview.source_cell_m == plain.source_cell_m
    assert np.abs(by_overview.metres - plain.metres).max() < 15


# The page


@pytest.fixture(scope="module")
def rough(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DEM of Tongren of 90 m, mountains with noise upon them: hard to compress."""
    (south, west), (north, east) = TONGREN

    def noisy(lon: Grid, lat: Grid) -> Grid:
        noise = np.random.default_rng(3).normal(0, 40, lon.shape)
        return (mountains(lon, lat) + noise).astype(np.int16)

    path = tmp_path_factory.mktemp("rough") / "dem.tif"
    return write_dem(path, noisy, bounds=(west, south, east, north), cells=2400)


def test_pictures_are_small_and_say_where_they_lie(rough: Path) -> None:
    bounds = [list(corner) for corner in TONGREN]
    payload = relief_payload(rough, bounds)
    afar, near = payload["pictures"]
    assert len(afar["url"]) <= 80_000
    assert len(afar["url"]) + len(near["url"]) <= 700_000
    assert len(near["url"]) > 400_000
    for picture, longer in ((afar, 700), (near, 2000)):
        grey = jpeg_of(picture)
        assert picture["bounds"] == bounds
        assert picture["size"] == [grey.shape[1], grey.shape[0]]
        assert max(grey.shape) == longer
        assert np.median(grey) > 200
        assert grey.min() > 120
    assert relief_payload(rough, bounds) == payload


def test_a_coarse_dem_has_no_picture_for_near(tmp_path: Path) -> None:
    (south, west), (north, east) = TONGREN
    coarse = write_dem(
        tmp_path / "dem.tif", mountains, bounds=(west, south, east, north), cells=500
    )
    payload = relief_payload(coarse, [[south, west], [north, east]])
    assert [max(picture["size"]) for picture in payload["pictures"]] == [700]
    fine = write_dem(tmp_path / "dem.tif", mountains, bounds=(west, south, east, north), cells=1400)
    pictures = relief_payload(fine, [[south, west], [north, east]])["pictures"]
    assert max(pictures[1]["size"]) == pytest.approx(1450, abs=60)


def test_only_the_land_is_shaded(tmp_path: Path, counties: gpd.GeoDataFrame) -> None:
    land = shapely.union_all(counties.geometry.to_numpy())
    west, south, east, north = land.bounds
    dem = write_dem(tmp_path / "dem.tif", mountains, bounds=land.bounds, cells=300)
    afar = relief_payload(dem, [[south, west], [north, east]], land=land)["pictures"][0]
    grey = jpeg_of(afar)
    rows, columns = grey.shape
    lon = west + (np.arange(columns) + 0.5) / columns * (east - west)
    lat = north - (np.arange(rows) + 0.5) / rows * (north - south)
    x, y = np.meshgrid(lon, lat)
    outside = ~shapely.contains_xy(land.buffer(0.05), x, y)
    inside = shapely.contains_xy(land.buffer(-0.03), x, y)
    assert (grey[outside] >= 253).all()
    assert np.median(grey[inside]) < 245


def test_the_relief_darkens_the_land_and_nothing_else(
    browser: Browser, tmp_path: Path, counties: gpd.GeoDataFrame, rough: Path
) -> None:
    own = gpd.GeoDataFrame({"counted_mu": [600.0]}, geometry=[square(600)], crs=4490)
    drawn = hg.draw_map(own, counties=counties, dem=rough)
    here = opened(browser, drawn, tmp_path)
    page = here.page
    box = page.locator(".folium-map").bounding_box()
    assert box
    page.wait_for_function(
        "() => [...document.querySelectorAll('img.hg-relief')].every(image => image.complete)"
    )
    page.wait_for_timeout(300)
    after = decoded(page.screenshot(clip=box), driver="PNG")[:3].astype(int)
    page.get_by_label("地形").uncheck()
    before = decoded(page.screenshot(clip=box), driver="PNG")[:3].astype(int)
    page.get_by_label("地形").check()
    paper = (before == np.array([0xF7, 0xF5, 0xEC])[:, None, None]).all(axis=0)
    water = (before == np.array([0xE4, 0xEB, 0xEC])[:, None, None]).all(axis=0)
    changed = np.abs(after - before)[:, water].max(axis=0)
    assert (changed > 2).mean() < 1e-3  # JPEG rings a little beside the border
    assert changed.max() < 16
    darker = (before - after)[:, paper].mean(axis=0)
    assert darker.min() >= -1
    assert 8 < darker.mean() < 60
    shown = "() => [...document.querySelectorAll('img.hg-relief')].length"
    zoom = f"zoom => {{ {MAP}.setZoom(zoom, {{animate: false}}); }}"
    for level, pictures in ((13, 2), (7, 1), (18, 2), (8, 1)):
        page.evaluate(zoom, level)
        assert page.evaluate(shown) == pictures
    page.get_by_label("地形").uncheck()
    page.evaluate(zoom, 13)
    assert page.evaluate(shown) == 0
    assert here.faults == []


def test_a_dem_on_the_command_line_is_on_the_page(rough: Path, tmp_path: Path) -> None:
    out, missing, survey = (tmp_path / name for name in ("map.html", "none.tif", "甲.gpkg"))
    frame([square(600)]).to_file(survey)
    command = [sys.executable, "-m", "herbgis", "map", str(survey), "--out", str(out)]
    subprocess.run([*command, "--dem", str(rough)], check=True, capture_output=True)
    assert "data:image/jpeg;base64," in out.read_text(encoding="utf-8")
    lacking = subprocess.run([*command, "--dem", str(missing)], check=False, capture_output=True)
    assert lacking.returncode == 2
    assert str(missing) in lacking.stderr.decode()


def test_a_made_up_dem_says_so_on_the_page(tmp_path: Path, counties: gpd.GeoDataFrame) -> None:
    dem = resources.data("dem") / "tongren_synthetic.tif"
    own = gpd.GeoDataFrame({"counted_mu": [600.0]}, geometry=[square(600)], crs=4490)
    page = tmp_path / "map.html"
    hg.draw_map(own, counties=counties, dem=dem).save(str(page))
    assert "仅供演示: tongren_synthetic.tif 是合成数据" in page.read_text(encoding="utf-8")


def test_a_hole_leaves_the_rest_of_the_picture_as_it_is(tmp_path: Path) -> None:
    whole = write_dem(tmp_path / "whole.tif", mountains)
    shown = shaded(read_elevation(whole, BOUNDS, pixels=300))
    with rasterio.open(whole) as raster:
        heights, profile = raster.read(1), raster.profile
    heights[200:203, 200:203] = -9999
    with rasterio.open(tmp_path / "holed.tif", "w", **profile) as raster:
        raster.write(heights, 1)
    holed = shaded(read_elevation(tmp_path / "holed.tif", BOUNDS, pixels=300))
    assert (holed == 255).mean() < 0.01
    assert np.median(np.abs(holed.astype(int) - shown)) <= 1
