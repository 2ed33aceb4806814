"""Rated land: trapezoids and classes, slopes in metres, masks, and windows that change nothing."""

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
from hypothesis import given
from hypothesis import strategies as st

from herbgis.foundation.errors import CrsError, InputNotFoundError, UnknownNameError
from herbgis.foundation.input_errors import RasterError
from herbgis.geo.geodesy import radii_m
from herbgis.geo.rasters import open_raster
from herbgis.planning.land.footprints import NONE, Footprints
from herbgis.planning.land.opening import open_land
from herbgis.planning.land.rating import Land, Rating
from herbgis.planning.land.siting import ASPECTS, Pattern, Range, read_siting_rules
from herbgis.planning.land.suitability import suitability
from tests.helpers.make import LAT, LON, few
from tests.helpers.rated_land import NO_VARIETY, rate_land

Grid = npt.NDArray[Any]
RULES = read_siting_rules()
DEGREE = 1 / 3600
#: Metres east and north of a degree at the middle of the small DEMs.
_MERIDIAN, _PRIME = radii_m(np.radians(np.array(LAT)))
EAST_M = float(np.radians(_PRIME * np.cos(np.radians(LAT))))
NORTH_M = float(np.radians(_MERIDIAN))


def write_raster(
    path: Path, values: Grid, *, crs: str = "EPSG:4490", transform: Any = None, **options: Any
) -> Path:
    """A raster; by default of 1" cells about the middle of the tests."""
    rows, columns = values.shape
    if transform is None:
        west, north = LON - columns / 2 * DEGREE, LAT + rows / 2 * DEGREE
        transform = rasterio.Affine(DEGREE, 0, west, 0, -DEGREE, north)
    kinds = {"driver": "GTiff", "count": 1, "dtype": values.dtype, "height": rows, "width": columns}
    with rasterio.open(path, "w", **kinds, crs=crs, transform=transform, **options) as raster:
        raster.write(values, 1)
    return path


def metres(rows: int, columns: int) -> tuple[Grid, Grid]:
    """Metres east and north of the middle of a small DEM's cells, from its middle."""
    row, column = np.mgrid[:rows, :columns] + 0.5
    east = (column - columns / 2) * DEGREE * EAST_M
    return east, (rows / 2 - row) * DEGREE * NORTH_M


def hills(rows: int, columns: int, seed: int = 5) -> Grid:
    """Ridges and valleys of 300 m to 6 km about 900 m."""
    rng = np.random.default_rng(seed)
    east, north = metres(rows, columns)
    z = np.full((rows, columns), 900.0)
    for length in np.geomspace(300, 6_000, 10):
        turn, phase = rng.uniform(0, 2 * np.pi, 2)
        along = east * np.cos(turn) + north * np.sin(turn)
        z += 0.02 * length * np.sin(2 * np.pi * along / length + phase)
    return z


def plane(rise: float, azimuth: float, size: int = 12, height: float = 900.0) -> Grid:
    """A plane that falls towards an azimuth by `rise` metres a metre."""
    east, north = metres(size, size)
    return height - rise * (
        np.sin(np.radians(azimuth)) * east + np.cos(np.radians(azimuth)) * north
    )


def rated(land: Land) -> Rating:
    return land.rate(slice(0, land.dem.shape[0]), slice(0, land.dem.shape[1]))


def limit(land: Land, rating: Rating, at: tuple[int, int], variety: int = 0) -> str:
    return land.limits[rating.limiting[(variety, *at)]]


def frame(*shapes: shapely.Geometry, **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=4490)


# One factor


@pytest.mark.parametrize(
    ("corners", "value", "wanted"),
    [
        ((600, 800, 1400, 1600), 600, 0.0),
        ((600, 800, 1400, 1600), 650, 0.25),
        ((600, 800, 1400, 1600), 800, 1.0),
        ((600, 800, 1400, 1600), 1400, 1.0),
        ((600, 800, 1400, 1600), 1550, 0.25),
        ((600, 800, 1400, 1600), 2000, 0.0),
        ((-np.inf, -np.inf, 25, 25), -999, 1.0),
        ((-np.inf, -np.inf, 25, 25), 25, 1.0),
        ((-np.inf, -np.inf, 25, 25), 25.01, 0.0),
        ((5, 5, np.inf, np.inf), 4.99, 0.0),
        ((5, 5, np.inf, np.inf), 5, 1.0),
        ((5, 5, np.inf, np.inf), np.nan, np.nan),
        ((600, 800, 1400, 1600), np.nan, np.nan),
    ],
)
def test_a_trapezoid(corners: tuple[float, ...], value: float, wanted: float) -> None:
    rule = Range(corners, "", "U")  # type: ignore[arg-type]
    found = suitability(np.array([[value]], dtype=np.float32), rule, RULES)
    assert found == pytest.approx(np.array([[wanted]]), abs=1e-6, nan_ok=True)


@pytest.mark.parametrize("azimuth", range(0, 360, 15))
def test_aspect_is_the_direction_in_which_land_falls(azimuth: int, tmp_path: Path) -> None:
    land = open_land(
        write_raster(tmp_path / "dem.tif", plane(0.2, azimuth)), RULES, varieties=["百合"]
    )
    scores = rated(land).scores[0, 2:-2, 2:-2] / 100
    sunny = RULES.of("百合")["aspect"]
    assert isinstance(sunny, Pattern)
    beside = {int((azimuth + off + 22.5) // 45) % 8 for off in (-0.1, 0.1)}
    wanted = {round(sunny.by_class[ASPECTS[sector]], 2) for sector in beside}
    assert set(np.unique(scores)) <= wanted


def test_level_land_has_no_aspect(tmp_path: Path) -> None:
    north = plane(np.tan(np.radians(4.9)), 0), plane(np.tan(np.radians(5.1)), 0)
    low, high = (
        rated(open_land(write_raster(tmp_path / f"{n}.tif", z), RULES, varieties=["百合"])).scores
        for n, z in enumerate(north)
    )
    assert (low[0, 2:-2, 2:-2] == 100).all()
    assert (high[0, 2:-2, 2:-2] == 60).all()


# All together


def test_the_least_factor_decides_and_is_named(tmp_path: Path) -> None:
    # 天麻 rises from 600 to 800 m; slope suits up to 25°; north suits.
    z = plane(0.1, 0, height=700.0)
    land = open_land(write_raster(tmp_path / "dem.tif", z), RULES, varieties=["天麻"])
    rating = rated(land)
    inner = np.s_[2:-2, 2:-2]
    wanted = np.clip((z - 600) / 200, 0, 1)
    assert np.abs(rating.scores[0][inner] / 100 - wanted[inner]).max() <= 0.0051
    assert limit(land, rating, (5, 5)) == "elevation"


def test_ties_go_to_the_first_factor_and_full_marks_to_none(tmp_path: Path) -> None:
    z = plane(0.5, 180, height=300.0)  # too low, too steep: both nothing
    land = open_land(write_raster(tmp_path / "dem.tif", z), RULES, varieties=["丹参", "石斛"])
    rating = rated(land)
    assert (rating.scores == 0).all()
    gentle = open_land(
        write_raster(tmp_path / "good.tif", plane(0.02, 180)), RULES, varieties=["丹参"]
    )
    best = rated(gentle)
    assert best.scores[0, 5, 5] == 100
    assert limit(gentle, best, (5, 5)) == ""
    low = open_land(
        write_raster(tmp_path / "low.tif", plane(np.tan(np.radians(20)), 180, height=0.0)),
        RULES,
        varieties=["杜仲", "太子参"],
    )
    assert limit(low, rated(low), (5, 5)) == "elevation"


@pytest.mark.parametrize(("degrees", "suits"), [(24.8, True), (25.2, False)])
def test_land_of_twenty_five_degrees_takes_no_base(
    degrees: float, *, suits: bool, tmp_path: Path
) -> None:
    z = plane(np.tan(np.radians(degrees)), 0)
    land = open_land(write_raster(tmp_path / "dem.tif", z), RULES, varieties=["石斛"])
    rating = rated(land)
    assert (rating.scores[0, 2:-2, 2:-2] > 0).all() == suits
    assert suits or limit(land, rating, (5, 5)) == "slope"


def test_the_same_ground_has_the_same_slope_on_any_grid(tmp_path: Path) -> None:
    """A cone on a geographic grid, in a Gauss-Krüger zone, and with the south on top."""
    east, north = metres(60, 60)
    cone = 1500 - 0.3 * np.hypot(east, north)
    dem = write_raster(tmp_path / "geo.tif", cone)
    flipped = write_raster(
        tmp_path / "flipped.tif",
        cone[::-1].copy(),
        transform=rasterio.Affine(DEGREE, 0, LON - 30 * DEGREE, 0, DEGREE, LAT - 30 * DEGREE),
    )
    to_plane = pyproj.Transformer.from_crs(4490, 4545, always_xy=True)
    x, y = to_plane.transform(LON, LAT)
    row, column = np.mgrid[:60, :60] + 0.5
    lon, lat = to_plane.transform(
        x + (column - 30) * 25.0, y - (row - 30) * 25.0, direction="INVERSE"
    )
    z = 1500 - 0.3 * np.hypot((lon - LON) * EAST_M, (lat - LAT) * NORTH_M)
    planar = write_raster(
        tmp_path / "plane.tif",
        z,
        crs="EPSG:4545",
        transform=rasterio.Affine(25, 0, x - 750, 0, -25, y + 750),
    )
    for path in (dem, flipped, planar):
        land = open_land(path, RULES, varieties=["百合"])
        _, rise_east, rise_north = land._surface(slice(5, 55), slice(5, 55))
        steep = np.hypot(rise_east, rise_north)
        away = np.hypot(*np.mgrid[-24.5:25.5, -24.5:25.5]) > 8
        assert np.abs(steep[away] - 0.3).max() < 0.002
        # It falls outwards: in the first row to the north, unless the south is on top.
        assert (rise_north[0, 25] < 0) == (path != flipped)
        assert rise_east[25, -1] < 0 < rise_east[25, 0]


# Other rasters


def test_a_factor_lies_on_a_grid_of_its_own(tmp_path: Path) -> None:
    """Rain falls off eastwards, on a coarse grid in a plane: bilinear at the DEM's middles."""
    dem = write_raster(tmp_path / "dem.tif", plane(0.01, 180, size=40, height=650.0))
    to_plane = pyproj.Transformer.from_crs(4490, 4545, always_xy=True)
    x, y = to_plane.transform(LON, LAT)
    column = np.arange(20) + 0.5
    rain = np.broadcast_to(700 + (column - 10) * 20, (20, 20)).astype("float32")
    path = write_raster(
        tmp_path / "rain.tif",
        rain,
        crs="EPSG:4545",
        transform=rasterio.Affine(200, 0, x - 2000, 0, -200, y + 2000),
    )
    land = open_land(dem, RULES, varieties=["玄参"], factors={"rain_mm": path})
    rating = rated(land)
    middle = slice(1, -1)
    east, _ = metres(40, 40)
    wanted = np.clip((700 + east / 10 - 600) / 200, 0, 1)[middle, middle]
    # The meridian of the plane is not that of the grid: 0.3° of convergence are 3 m in 600.
    assert np.abs(rating.scores[0, middle, middle] / 100 - wanted).max() < 0.02


def test_what_no_raster_tells_is_unknown_and_what_no_raster_is_given_for_is_said(
    tmp_path: Path,
) -> None:
    z = plane(0.02, 180, size=20).astype("float32")
    z[4, 4] = -9999
    ph = np.full((20, 20), 6.0, dtype="float32")
    ph[10:, :] = np.nan
    dem = write_raster(tmp_path / "dem.tif", z, nodata=-9999)
    path = write_raster(tmp_path / "ph.tif", ph)
    land = open_land(dem, RULES, varieties=["丹参", "百合"], factors={"ph": path})
    rating = rated(land)
    assert limit(land, rating, (15, 10)) == "unknown"
    assert limit(land, rating, (5, 5)) == "unknown"  # a neighbour is
    assert (rating.scores[0, 11:] == 0).all()
    assert rating.scores[1, 15, 10] == 100  # nobody knows what 百合 asks of soil
    assert "百合没有土壤pH取值, 不受其限制" in land.caveats
    assert "没有给出土地利用数据, 未计入适宜性" in land.caveats
    shares = rate_land(land).shares
    assert shares.loc["丹参", "unknown"] > 0.5 > shares.loc["百合", "unknown"] > 0
    assert shares.sum(axis=1).to_numpy() == pytest.approx(1)


def test_land_cover_is_taken_by_class(tmp_path: Path) -> None:
    codes = np.full((20, 20), 10, dtype="uint8")
    codes[:, 5:10], codes[:, 10:15], codes[:, 15:] = 20, 60, 99
    land = open_land(
        write_raster(tmp_path / "dem.tif", plane(0.02, 180, size=20)),
        RULES,
        varieties=["丹参", "天麻"],
        factors={"land_cover": write_raster(tmp_path / "cover.tif", codes)},
    )
    rating = rated(land)
    assert rating.scores[:, 8, [2, 7, 12, 17]].tolist() == [[100, 30, 0, 0], [60, 100, 0, 0]]
    assert [limit(land, rating, (8, at)) for at in (7, 12, 17)] == [
        "land_cover",
        "land_cover",
        "unknown",
    ]


# Masks


def test_masks_bases_and_what_lies_beyond_the_region_take_no_base(tmp_path: Path) -> None:
    dem = write_raster(tmp_path / "dem.tif", plane(0.02, 180, size=20))
    side = 4 * DEGREE
    farmland = shapely.box(LON - side, LAT, LON, LAT + side)
    base = shapely.box(LON, LAT, LON + side, LAT + side)
    codes = np.zeros((20, 20), dtype="uint8")
    codes[12, 12] = 3
    land = open_land(
        dem,
        RULES,
        varieties=["丹参"],
        masks={
            "永久基本农田": frame(farmland).to_crs(4545),
            "建设用地": (write_raster(tmp_path / "built.tif", codes), [3]),
        },
        bases=frame(base),
        region=frame(shapely.box(LON - 8 * DEGREE, LAT - 1, LON + 1, LAT + 1)),
    )
    rating = rated(land)
    good = rating.scores[0] > 0
    assert not good[6:10, 6:14].any()
    assert not good[12, 12]
    assert not good[:, :2].any()
    assert good[1:19, 2:19].sum() == 18 * 17 - 32 - 1
    assert limit(land, rating, (7, 7)) == "masked"
    assert land.rate(slice(6, 10), slice(10, 14), spare_bases=False).scores.all()
    said = [text for text in land.caveats if "未扣除" in text]
    assert said == ["没有给出生态保护红线、水域的范围, 未扣除"]
    done = rate_land(land)
    assert done.best.shape == (20, 18)
    assert done.shares.loc["丹参", "masked"] == pytest.approx(33 / 360, rel=1e-3)


def test_wrong_calls_say_what_there_is(tmp_path: Path) -> None:
    dem = write_raster(tmp_path / "dem.tif", plane(0.02, 180))
    with pytest.raises(UnknownNameError, match="rain_mm"):
        open_land(dem, RULES, varieties=["丹参"], factors={"rain": dem})
    with pytest.raises(UnknownNameError, match="品种"):
        open_land(dem, RULES, varieties=["人参"])
    with pytest.raises(InputNotFoundError):
        open_land(tmp_path / "none.tif", RULES, varieties=["丹参"])
    elsewhere = rasterio.Affine(DEGREE, 0, 120, 0, -DEGREE, 30)
    ph = write_raster(tmp_path / "ph.tif", np.zeros((9, 9)), transform=elsewhere)
    with pytest.raises(RasterError, match=r"ph.tif与高程数据 dem.tif 不相交: 前者在 120.00"):
        open_land(dem, RULES, varieties=["丹参"], factors={"ph": ph})
    with pytest.raises(RasterError, match="范围与高程数据"):
        open_land(dem, RULES, varieties=["丹参"], region=frame(shapely.box(120, 30, 121, 31)))
    with pytest.raises(CrsError):
        open_land(dem, RULES, varieties=["丹参"], bases=gpd.GeoDataFrame(geometry=[None]))


# Windows


@pytest.fixture(scope="module")
def hilly(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Land]:
    folder = tmp_path_factory.mktemp("hilly")
    z = hills(70, 83).astype("float32")
    z[30:33, 40] = np.nan
    rain = (1000 + hills(9, 11, seed=8)).astype("float32") - 900
    place = rasterio.Affine(10 * DEGREE, 0, LON - 0.015, 0, -9 * DEGREE, LAT + 0.011)
    dem = write_raster(folder / "dem.tif", z, tiled=True, blockxsize=16, blockysize=32)
    other = write_raster(folder / "rain.tif", rain, transform=place)
    blob = shapely.Point(LON, LAT).buffer(0.004) - shapely.Point(LON, LAT).buffer(0.002)

    def opened() -> Land:
        return open_land(
            dem,
            RULES,
            varieties=list(RULES.varieties),
            factors={"rain_mm": other},
            masks={"水域": frame(blob)},
        )

    return opened


@few
@given(block=st.integers(5, 90))
def test_windows_change_no_bit(hilly: Callable[[], Land], block: int) -> None:
    whole, cut = rate_land(hilly(), block=1000), rate_land(hilly(), block=block)
    assert np.array_equal(whole.best, cut.best)
    assert np.array_equal(whole.leading, cut.leading)
    assert whole.shares.equals(cut.shares)


def test_the_best_variety_is_the_first_of_the_best(hilly: Callable[[], Land]) -> None:
    land = hilly()
    seen: list[tuple[int, int]] = []
    done = rate_land(land, block=40, progress=lambda *step: seen.append(step))
    rating = rated(land)
    assert np.array_equal(done.best, rating.scores.max(axis=0))
    suited = done.best >= land.least
    assert np.array_equal(done.leading[suited], rating.scores.argmax(axis=0)[suited])
    assert (done.leading[~suited] == NO_VARIETY).all()
    assert seen == [(step, 6) for step in range(1, 7)]


# Footprints


@few
@given(seed=st.integers(0, 10_000))
def test_footprints_are_cells_whose_middle_lies_inside(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rng = np.random.default_rng(seed)
    grid = open_raster(write_raster(tmp_path_factory.mktemp("f") / "g.tif", np.zeros((30, 40))))
    shapes = []
    for _ in range(4):
        at = shapely.Point(LON + rng.uniform(-0.008, 0.008), LAT + rng.uniform(-0.006, 0.006))
        radius = rng.uniform(1e-3, 4e-3)
        shapes.append(at.buffer(radius) - at.buffer(radius * rng.uniform(0.1, 0.9)))
    prints = Footprints.of(np.array([*shapes, None], dtype=object), grid)
    rows, columns = slice(0, 30), slice(0, 40)
    row, column = np.mgrid[rows, columns] + 0.5
    lon, lat = grid.lonlat(column.ravel(), row.ravel())
    inside = np.stack([shapely.contains_xy(s, lon, lat).reshape(30, 40) for s in shapes])
    held = prints.holding(rows, columns)
    assert np.array_equal(held, inside.any(axis=0))
    first = np.where(inside.any(axis=0), inside.argmax(axis=0), NONE)
    assert np.array_equal(prints.numbers(rows, columns), first)
    top, left = rng.integers(0, 25, 2)
    window = slice(int(top), int(top) + 5), slice(int(left), int(left) + 7)
    assert np.array_equal(prints.holding(*window), held[window])


def test_neighbours_share_no_cell_and_leave_none_out(tmp_path: Path) -> None:
    """Polygons with a border in common through the middles of cells."""
    grid = open_raster(write_raster(tmp_path / "g.tif", np.zeros((30, 40))))
    west, north = LON - 20 * DEGREE, LAT + 15 * DEGREE
    line = [(west + c * DEGREE, north - r * DEGREE) for c, r in [(20.5, 0), (10.5, 15), (25.5, 30)]]
    left = shapely.Polygon([(west, north), *line, (west, north - 30 * DEGREE)])
    right = shapely.box(west, north - 30 * DEGREE, west + 40 * DEGREE, north) - left
    both = [
        Footprints.of(np.array([shape], dtype=object), grid).holding(slice(0, 30), slice(0, 40))
        for shape in (left, right)
    ]
    assert (both[0] ^ both[1]).all()
