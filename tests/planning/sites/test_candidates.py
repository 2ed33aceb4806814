"""Sites from suitable land: whole, round, of one county, exact in area, the same in any window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import rasterio
import shapely
from hypothesis import given
from hypothesis import strategies as st

import herbgis as hg
from herbgis.foundation.errors import CrsError, MissingColumnError
from herbgis.measuring.overlaps import overlapping_pairs
from herbgis.planning.land.opening import open_land
from herbgis.planning.land.rating import Land
from herbgis.planning.land.siting import read_siting_rules
from herbgis.planning.sites.candidates import SITE_COLUMNS, Candidates, joined, none_given
from herbgis.planning.sites.enlargements import enlarge_bases
from herbgis.planning.sites.finding import find_candidates
from herbgis.planning.sites.outlines import outlines
from herbgis.planning.sites.partition import opened, split_land
from herbgis.planning.sites.proposals import given_candidates
from herbgis.planning.sites.shapes import SiteShape
from herbgis.planning.sites.tiles import tile_side, tiles_of
from tests.helpers.make import LAT, LON, few
from tests.helpers.shapes import frame as bases_frame
from tests.helpers.shapes import geod_mu, square
from tests.planning.land.test_suitability import DEGREE, frame, hills, plane, write_raster

Grid = npt.NDArray[Any]
RULES = read_siting_rules()
MU = 10000 / 15
#: Small sites, so that small DEMs hold many.
SMALL = SiteShape(least_mu=50, most_mu=150, aims_mu=(60, 120), least_width_m=60)


def one_piece(cells: Grid) -> bool:
    """Whether cells hang together by their sides."""
    boxes = [shapely.box(c, r, c + 1, r + 1) for r, c in np.argwhere(cells)]
    return shapely.union_all(boxes).geom_type == "Polygon"


def shapes_of(found: Candidates) -> Grid:
    return np.asarray(found.sites.geometry.array, dtype=object)


# Pieces of a grid


def split(ground: Grid, z: Grid | None = None, zone: Grid | None = None, **sizes: float) -> Grid:
    kinds = {"least_m2": 30.0, "target_m2": 60.0, "most_m2": 110.0, **sizes}
    return split_land(
        np.zeros(ground.shape) if z is None else z,
        ground,
        np.zeros(ground.shape, dtype=np.intp) if zone is None else zone,
        (1.0, 1.0),
        np.ones(len(ground)),
        **kinds,
    )


@few
@given(seed=st.integers(0, 10_000), share=st.floats(0.55, 1.0))
def test_pieces_hang_together_and_keep_to_size_ground_and_zone(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    ground = rng.random((40, 50)) < share
    zone = np.zeros((40, 50), dtype=np.intp)
    zone[:, 21:] = 1
    pieces = split(ground, rng.random((40, 50)) * 3, zone)
    assert not pieces[~ground].any()
    for number in range(1, pieces.max() + 1):
        piece = pieces == number
        assert 30 <= piece.sum() <= 110
        assert len(set(zone[piece])) == 1
        assert one_piece(piece)


def test_no_open_land_is_lost() -> None:
    assert split(np.ones((120, 120), dtype=bool)).all()


def test_pieces_meet_on_a_step_of_the_terrain() -> None:
    """A step runs through the middle of what would be one piece."""
    z = np.zeros((40, 40))
    z[:, 19:] = 30.0
    pieces = split(np.ones((40, 40), dtype=bool), z)
    assert (pieces[:, 18] != pieces[:, 19]).all()


def test_land_too_small_for_a_site_is_left() -> None:
    ground = np.zeros((40, 40), dtype=bool)
    ground[2:7, 2:7] = ground[20:28, 20:28] = True
    pieces = split(ground)
    assert not pieces[2:7, 2:7].any()
    assert (pieces[20:28, 20:28] == 1).all()


def test_opening_takes_what_is_narrow_and_adds_nothing() -> None:
    ground = np.zeros((30, 30), dtype=bool)
    ground[5:15, 5:15] = True
    ground[10, 15:30] = True  # an arm one cell wide
    ground[20:23, 2:20] = True  # a strip three wide, at the edge of what is kept
    left = opened(ground, 3)
    assert not (left & ~ground).any()
    assert not left[10, 15:].any()
    assert left[5:15, 5:15].all()
    assert left[20:23, 2:20].all()
    assert not opened(ground, 4)[20:23].any()


@few
@given(seed=st.integers(0, 10_000))
def test_outlines_are_the_cells_themselves(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cells = rng.random((9, 11)) < rng.uniform(0.5, 0.95)
    boxes = [shapely.box(c, r, c + 1, r + 1) for r, c in np.argwhere(cells)]
    parts = shapely.get_parts(shapely.union_all(boxes))
    pieces = np.zeros(cells.shape, dtype=np.int32)
    row, column = np.mgrid[:9, :11] + 0.5
    for number, part in enumerate(parts, 1):
        pieces[shapely.contains_xy(part, column, row)] = 3 * number
    found, numbers = outlines(pieces)
    assert numbers.tolist() == [3 * n for n in range(1, len(parts) + 1)]
    assert shapely.is_valid(found).all()
    assert shapely.equals(found, parts).all()


# Sites


@pytest.fixture(scope="module")
def dem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_raster(tmp_path_factory.mktemp("dem") / "dem.tif", hills(150, 170))


@pytest.fixture(scope="module")
def land(dem: Path) -> Land:
    return open_land(dem, RULES, varieties=["黄精", "丹参", "花椒"])


@pytest.fixture(scope="module")
def found(land: Land) -> Candidates:
    return find_candidates(land, shape=SMALL)


def test_sites_are_valid_disjoint_exact_and_large_enough(found: Candidates) -> None:
    sites = found.sites
    assert len(sites) > 40
    assert list(sites.columns) == [*SITE_COLUMNS, "geometry"]
    assert sites.index.tolist() == [f"C-{n:05}" for n in range(1, len(sites) + 1)]
    assert sites.crs.to_epsg() == 4490
    assert (sites.geom_type == "Polygon").all()
    assert sites.is_valid.all()
    assert sites["mu"].to_numpy() == pytest.approx([geod_mu(s) for s in sites.geometry], rel=1e-6)
    assert sites["mu"].between(50, 150.1).all()
    assert (sites["mu"] > 100).any()
    assert not len(overlapping_pairs(shapes_of(found), least_mu=1e-6))
    assert sites["cost"].isna().all()
    assert sites[["variety", "enlarges", "county", "township"]].isna().all(axis=None)


def test_every_cell_of_a_site_suits_a_variety(land: Land, found: Candidates) -> None:
    rating = land.rate(slice(0, 150), slice(0, 170))
    suits = (rating.scores >= land.least).any(axis=0)
    row, column = np.mgrid[:150, :170] + 0.5
    lon, lat = land.dem.lonlat(column.ravel(), row.ravel())
    within = shapely.contains_xy(shapely.union_all(shapes_of(found)), lon, lat).reshape(150, 170)
    assert suits[within].all()
    assert within.sum() > 0.7 * suits.sum()


def test_a_score_is_the_mean_of_its_cells_and_nothing_where_few_suit(
    land: Land, found: Candidates
) -> None:
    rating = land.rate(slice(0, 150), slice(0, 170))
    row, column = np.mgrid[:150, :170] + 0.5
    lon, lat = land.dem.lonlat(column.ravel(), row.ravel())
    for name, polygon in list(found.sites.geometry.items())[:20]:
        cells = shapely.contains_xy(polygon, lon, lat).reshape(150, 170)
        for number, variety in enumerate(land.varieties):
            scores = rating.scores[number][cells]
            enough = (scores >= land.least).mean() >= RULES.least_share
            wanted = scores.mean() / 100 if enough else 0.0
            assert found.scores.loc[name, variety] == pytest.approx(wanted, abs=1e-3)
            if scores.min() < 100:
                lost = np.bincount(rating.limiting[number][cells], 100.0 - scores)
                worst = land.limits[int(lost.argmax())]
                assert found.limiting.loc[name, variety] == worst


def test_sites_are_the_same_whatever_else_is_looked_at(dem: Path, land: Land) -> None:
    """Tiles that a region holds whole have the sites that they have without it."""
    tiny = SiteShape(least_mu=10, most_mu=30, aims_mu=(12, 24), least_width_m=30)
    seen: list[tuple[int, int]] = []
    whole = find_candidates(land, shape=tiny, progress=lambda *step: seen.append(step))
    tiles = tiles_of(land, tile_side(tiny, land.dem))
    assert seen == [(n, len(tiles)) for n in range(1, len(tiles) + 1)]
    rows, columns = next(tile for tile in tiles if min(tile[0].start, tile[1].start) > 0)
    west, north = LON - 85 * DEGREE, LAT + 75 * DEGREE
    region = shapely.box(
        west + (columns.start - 0.2) * DEGREE,
        north - (rows.stop + 0.2) * DEGREE,
        west + (columns.stop + 0.2) * DEGREE,
        north - (rows.start - 0.2) * DEGREE,
    )
    part = find_candidates(
        open_land(dem, RULES, varieties=land.varieties, region=frame(region)), shape=tiny
    )
    assert len(part.sites) > 20
    kept = whole.sites[whole.sites.within(region)]
    assert shapely.equals_identical(shapes_of(part), np.asarray(kept.geometry.array)).all()
    assert np.array_equal(part.scores, whole.scores.loc[kept.index])


def test_a_site_lies_in_one_county(land: Land) -> None:
    west = shapely.box(LON - 1, LAT - 1, LON + 0.0031, LAT + 1)
    east = shapely.box(LON + 0.0031, LAT - 1, LON + 0.015, LAT + 1)
    counties = frame(west, east, county=["甲县", "乙县"])
    split_sites = find_candidates(land, counties=counties, shape=SMALL).sites
    assert set(split_sites["county"]) == {"甲县", "乙县"}
    for county, border in zip(["甲县", "乙县"], [west, east], strict=True):
        own = split_sites[split_sites["county"] == county]
        assert own.within(border.buffer(1e-12)).all()
    units = frame(west, east, township=["甲镇", None])
    townships = find_candidates(land, units=units, shape=SMALL).sites["township"]
    assert set(townships.dropna()) == {"甲镇"}


def test_sites_keep_clear_of_masks_and_bases(dem: Path) -> None:
    lake = shapely.Point(LON, LAT).buffer(0.006)
    base = shapely.Point(LON + 0.012, LAT).buffer(0.004)
    land = open_land(dem, RULES, varieties=["黄精"], masks={"水域": frame(lake)}, bases=frame(base))
    sites = find_candidates(land, shape=SMALL)
    both = np.array([lake, base], dtype=object)
    assert len(sites.sites) > 10
    assert not len(overlapping_pairs(shapes_of(sites), both, least_mu=1e-6))
    assert (shapely.distance(shapely.union_all(both), shapes_of(sites)) < 1e-9).any()


def test_a_spider_is_no_site(tmp_path: Path) -> None:
    """Suitable land as a long lane, and as a star of arms: enough area, and no site."""
    z = np.full((120, 120), 5000.0, dtype="float32")
    z[60:64, :] = 900.0
    codes = np.full(z.shape, 80, dtype="uint8")  # built
    codes[58:61, :] = 10
    for step in range(120):
        codes[step, step : step + 2] = codes[step, 118 - step : 120 - step] = 10
    dem = write_raster(tmp_path / "dem.tif", plane(0.02, 180, size=120))
    cover = write_raster(tmp_path / "cover.tif", codes)
    land = open_land(dem, RULES, varieties=["丹参"], factors={"land_cover": cover})
    shape = SiteShape(least_mu=200, most_mu=1500, least_width_m=30)
    assert not len(find_candidates(land, shape=shape).sites)
    codes[:] = 10
    write_raster(cover, codes)
    assert len(find_candidates(land, shape=shape).sites)


def test_on_a_plane_grid_neighbours_share_all_of_their_border(tmp_path: Path) -> None:
    place = rasterio.Affine(30, 0, 400_000, 0, -30, 3_100_000)
    dem = write_raster(tmp_path / "dem.tif", hills(120, 120), crs="EPSG:4545", transform=place)
    sites = find_candidates(open_land(dem, RULES, varieties=["黄精"]), shape=SMALL)
    assert len(sites.sites) > 20
    assert not len(overlapping_pairs(shapes_of(sites), least_mu=1e-7))
    assert sites.sites["mu"].to_numpy() == pytest.approx(
        [geod_mu(s) for s in sites.sites.geometry], rel=1e-6
    )


def test_level_land_gives_sites_for_every_tier(tmp_path: Path) -> None:
    dem = write_raster(tmp_path / "dem.tif", np.full((330, 660), 900.0, dtype="float32"))
    sites = find_candidates(open_land(dem, RULES, varieties=["黄精"])).sites
    assert sites["mu"].min() >= 500
    assert sites["mu"].max() <= 1500.1
    assert (sites["mu"] >= 1000).sum() > 30
    assert (sites["mu"] < 1000).sum() > 30
    assert sites["mu"].sum() > 0.95 * 328 * 658 * 30.9 * 27.3 / MU


def test_a_fine_grid_gives_sites_of_the_same_kind(tmp_path: Path, found: Candidates) -> None:
    """Cells of 10 m: a site is made of blocks of cells, and every cell of it suits."""
    third = DEGREE / 3
    fine = np.kron(hills(150, 170), np.ones((3, 3)))
    smooth = sum(np.roll(np.roll(fine, i, 0), j, 1) for i in (-1, 0, 1) for j in (-1, 0, 1)) / 9
    place = rasterio.Affine(third, 0, LON - 85 * DEGREE, 0, -third, LAT + 75 * DEGREE)
    dem = write_raster(tmp_path / "dem.tif", smooth[:-1, :-2], transform=place)
    land = open_land(dem, RULES, varieties=["黄精", "丹参", "花椒"])
    sites = find_candidates(land, shape=SMALL)
    assert len(sites.sites) > 0.7 * len(found.sites)
    assert sites.sites["mu"].between(50, 150.1).all()
    assert not len(overlapping_pairs(shapes_of(sites), least_mu=1e-6))
    rating = land.rate(slice(0, 449), slice(0, 508))
    row, column = np.mgrid[:449, :508] + 0.5
    lon, lat = land.dem.lonlat(column.ravel(), row.ravel())
    within = shapely.contains_xy(shapely.union_all(shapes_of(sites)), lon, lat).reshape(449, 508)
    assert (rating.scores >= land.least).any(axis=0)[within].all()


def test_no_suitable_land_gives_an_empty_frame(tmp_path: Path) -> None:
    dem = write_raster(tmp_path / "dem.tif", plane(0.02, 180, height=5000.0))
    none = find_candidates(open_land(dem, RULES, varieties=["丹参", "天麻"]))
    assert list(none.sites.columns) == [*SITE_COLUMNS, "geometry"]
    assert none.scores.shape == none.limiting.shape == (0, 2)
    assert none.sites.crs.to_epsg() == 4490
    assert "没有成片 500 亩以上的适宜土地, 划不出候选地块" in none.caveats


def test_a_coarse_grid_says_that_it_is_too_coarse(tmp_path: Path) -> None:
    place = rasterio.Affine(1 / 12, 0, LON - 0.5, 0, -1 / 12, LAT + 0.5)
    dem = write_raster(tmp_path / "dem.tif", np.full((12, 12), 900.0), transform=place)
    sites = find_candidates(open_land(dem, RULES, varieties=["丹参"]))
    assert not len(sites.sites)
    assert any("划不出候选地块" in said for said in sites.caveats)
    assert any("km" in said for said in sites.caveats)


# Enlargements


@pytest.fixture(scope="module")
def standing() -> gpd.GeoDataFrame:
    shapes = [square(480, LON - 0.014), square(300, LON + 0.002), square(470, LON + 0.013, LAT)]
    shapes.append(square(1000, LON - 0.005, LAT + 0.011))
    return hg.classify(bases_frame(shapes, variety=["黄精", "花椒", "党参", "黄精"]))


@pytest.fixture(scope="module")
def enlarged(dem: Path, standing: gpd.GeoDataFrame) -> Candidates:
    land = open_land(dem, RULES, varieties=["黄精", "丹参", "花椒"], bases=standing)
    return enlarge_bases(standing, land)


def test_an_enlargement_brings_a_base_to_a_tier(
    enlarged: Candidates, standing: gpd.GeoDataFrame
) -> None:
    sites = enlarged.sites
    assert {"E-520625-2020-001-500", "E-520625-2020-002-500"} <= set(sites.index)
    assert "520625-2020-004" not in set(sites["enlarges"])
    borders = np.asarray(standing.geometry.array, dtype=object)
    assert not len(overlapping_pairs(shapes_of(enlarged), borders, least_mu=1e-6))
    assert sites["mu"].to_numpy() == pytest.approx([geod_mu(s) for s in sites.geometry], rel=1e-6)
    for name, site in sites.iterrows():
        base = standing.loc[site["enlarges"]]
        threshold = float(str(name).rsplit("-", 1)[1])
        lacks = threshold - base["counted_mu"]
        sure = lacks + 1.96 * base["sigma_mu"] * np.sqrt(threshold / base["counted_mu"])
        assert sure <= site["mu"] <= sure + 1 / MU + 1e-6  # to a square metre
        assert site["variety"] == base["variety"]
        assert shapely.distance(site.geometry, base.geometry) * 111_000 <= 20.5
        together = gpd.GeoDataFrame(
            bases_frame([shapely.union(site.geometry, base.geometry)]), crs=4490
        )
        assert hg.classify(together)["contiguous_mu"].iloc[0] >= threshold


@pytest.mark.parametrize("lacking", [0.01, 0.5, 20.0])
def test_what_is_lacking_is_offered_and_not_a_cell(dem: Path, lacking: float) -> None:
    """A cell of the grid has more than one 亩."""
    told = bases_frame([square(500 - lacking)], variety=["黄精"], survey_method=["RTK"])
    bases = hg.classify(told)
    land = open_land(dem, RULES, varieties=["黄精"], bases=bases)
    mu = enlarge_bases(bases, land).sites["mu"].iloc[0]
    assert lacking < mu < lacking + 2.5 * bases["sigma_mu"].iloc[0] + 0.01


def test_land_of_an_enlargement_suits_the_base_s_variety(enlarged: Candidates) -> None:
    for name, site in enlarged.sites.iterrows():
        if site["variety"] in enlarged.scores:
            assert enlarged.scores.loc[name, site["variety"]] >= RULES.least


def test_without_suitable_land_beside_it_a_base_is_not_enlarged(tmp_path: Path) -> None:
    dem = write_raster(tmp_path / "dem.tif", plane(0.02, 180, size=60, height=5000.0))
    standing = hg.classify(bases_frame([square(480)], variety=["丹参"]))
    assert not len(enlarge_bases(standing, open_land(dem, RULES, varieties=["丹参"])).sites)
    beyond = hg.classify(bases_frame([square(480, LON + 3)], variety=["丹参"]))
    good = write_raster(tmp_path / "good.tif", plane(0.02, 180, size=60))
    assert not len(enlarge_bases(beyond, open_land(good, RULES, varieties=["丹参"])).sites)


def test_the_order_of_bases_does_not_matter(dem: Path, standing: gpd.GeoDataFrame) -> None:
    there, back = (
        enlarge_bases(rows, open_land(dem, RULES, varieties=["黄精"], bases=rows))
        for rows in (standing, standing[::-1])
    )
    assert there.sites.index.equals(back.sites.index)
    assert shapely.equals_identical(shapes_of(there), shapes_of(back)).all()


# Candidates of somebody's own


def given_frame() -> gpd.GeoDataFrame:
    shapes = [square(600), square(700, LON + 0.011), square(550, LON - 0.012), None, square(520)]
    shapes[4] = square(520, LON + 3)
    told = {
        "candidate_id": ["b", "a", "c", "d", "e"],
        "variety": ["白及", None, "前胡", None, None],
        "cost": [12.5, None, "面议", None, None],
    }
    return gpd.GeoDataFrame(told, geometry=gpd.GeoSeries(shapes, crs=4490))


def test_given_candidates_are_measured_cut_and_rated(land: Land) -> None:
    base = bases_frame([square(200, LON - 0.012)])
    own = given_candidates(given_frame().to_crs(4545), lands=[land], bases=base)
    assert own.sites.index.tolist() == ["a", "b", "c", "e"]
    assert own.sites["mu"].to_numpy() == pytest.approx([700, 600, 350, 520], rel=1e-4)
    assert own.sites["variety"].tolist()[1:3] == ["白芨", "前胡"]
    assert own.sites["cost"].fillna(-1).tolist() == [-1, 12.5, -1, -1]
    assert own.scores.loc["e"].isna().all()
    assert own.scores.loc[["a", "b", "c"]].notna().all(axis=None)
    assert "候选地块 c 与现有基地重叠 200.00 亩, 已扣除" in own.notes
    assert "候选地块 d 没有可用的土地, 未列入" in own.notes
    assert "候选地块 e 不在高程数据范围内, 未评价适宜性" in own.notes


def test_each_candidate_rests_on_the_dem_it_lies_on_alone(tmp_path: Path) -> None:
    here = write_raster(tmp_path / "here.tif", plane(0.05, 180, size=60))
    apart = rasterio.Affine(DEGREE, 0, LON + 1, 0, -DEGREE, LAT + 1)
    there = write_raster(tmp_path / "synthetic.tif", plane(0.05, 180, size=60), transform=apart)
    with rasterio.open(there, "r+") as raster:
        raster.update_tags(HERBGIS_SYNTHETIC="yes")
    middle = LON + 1 + 30 * DEGREE, LAT + 1 - 30 * DEGREE
    base = hg.classify(hg.measure(bases_frame([square(600, LON + 2, LAT)])))
    for place, beyond in (((LON, LAT), False), (middle, True)):
        given = gpd.GeoDataFrame({"candidate_id": ["C"]}, geometry=[square(90, *place)], crs=4490)
        for dems in ([here, there], [there, here]):
            found = hg.gather_candidates(base, proposals=given, dem=dems)
            assert found.scores.notna().all(axis=None)
            assert ("synthetic.tif 是合成数据" in found.caveats) == beyond


def test_given_candidates_need_no_land_and_rows_of_one_id_are_one(found: Candidates) -> None:
    rows = given_frame()
    rows["candidate_id"] = ["b", "b", "c", "d", "e"]
    rows.loc[1, "geometry"] = square(700, LON + 0.0068)
    counties = frame(shapely.box(LON - 1, LAT - 1, LON + 1, LAT + 1), county=["甲县"])
    own = given_candidates(rows[::-1], counties=counties)
    assert own.sites.loc["b", "mu"] == pytest.approx(1300, rel=1e-4)
    assert own.sites["county"].fillna("").tolist() == ["甲县", "甲县", ""]
    assert own.scores.isna().all(axis=None)
    assert own.scores.shape == (3, 20)
    both = joined(found, own)
    assert len(both.sites) == len(found.sites) + 3
    assert both.sites.crs.to_epsg() == 4490
    assert both.limiting.notna().all(axis=None)
    assert pd.isna(both.scores.loc["C-00001", "白芨"])


def test_given_candidates_without_an_id_or_a_system_are_refused() -> None:
    with pytest.raises(MissingColumnError, match="candidate_id"):
        given_candidates(given_frame().drop(columns="candidate_id"))
    with pytest.raises(CrsError):
        given_candidates(given_frame().set_crs(None, allow_override=True))


def test_candidates_show_how_many_they_are_and_what_is_doubtful(enlarged: Candidates) -> None:
    head, *said = repr(enlarged).splitlines()
    assert f"扩建 {len(enlarged.sites)}" in head
    assert [line.strip() for line in said] == [*enlarged.caveats, *enlarged.notes]
    page = enlarged._repr_html_()
    assert enlarged.sites.index[0] in page
    assert "POLYGON" not in page
    assert "0 处" in repr(none_given())
