"""Plans on controlled land: none where rules forbid what would grow there; the rest is said."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely

import herbgis as hg
from herbgis.planning.land.rating import FORBIDDEN
from herbgis.terms.growing_ways import ways_of
from herbgis.terms.policyfiles import load_policy
from tests.helpers.make import LAT, LON, seeds
from tests.helpers.shapes import geod_mu, square
from tests.planning.land.test_suitability import write_raster

Layers: TypeAlias = dict[str, gpd.GeoDataFrame]
POLICY = load_policy()
#: About 120 m; a threshold's site is five cells wide.
CELL, SIZE = 4 / 3600, 36
WEST, NORTH = LON - SIZE / 2 * CELL, LAT + SIZE / 2 * CELL
CODES = {"0103": "cropland", "0201": "orchard", "0301": "forest", "1006": "other"}
#: By way and control, on which groups of land growing is forbidden, by the facts' rules in force.
FORBIDS: dict[str, dict[str, tuple[str, ...]]] = {
    "open_ground": {
        "25°以上": (),
        "公益林": ("forest",),
        "生态保护红线": ("forest", "other"),
    },
    "tree_crop": {"永久基本农田": ()},
}


@pytest.fixture(scope="module")
def dem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gentle slopes in all directions at 900 m."""
    row, column = np.mgrid[:SIZE, :SIZE]
    z = 900 + 40 * np.sin(row / 5) * np.cos(column / 4)
    path = tmp_path_factory.mktemp("land") / "dem.tif"
    grid = rasterio.Affine(CELL, 0, WEST, 0, -CELL, NORTH)
    return write_raster(path, z.astype(np.float32), transform=grid)


def _table(shapes: Any, **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=4490)


def _blobs(rng: np.random.Generator, count: int) -> list[shapely.Polygon]:
    side = SIZE * CELL
    middles = rng.uniform(0, side, (count, 2)) + [WEST, NORTH - side]
    return [shapely.Point(at).buffer(rng.uniform(0.001, 0.006), quad_segs=4) for at in middles]


def _controls(rng: np.random.Generator) -> Layers:
    layers = {name: _table(_blobs(rng, 4)) for of in FORBIDS.values() for name in of}
    cut = np.linspace(0, SIZE * CELL, 5)
    cells = [
        shapely.box(WEST + w, NORTH - s, WEST + e, NORTH - n)
        for w, e in itertools.pairwise(cut)
        for n, s in itertools.pairwise(cut)
    ]
    layers["三调地类"] = _table(cells, DLBM=rng.choice([*CODES], len(cells)))
    return layers


def _forbidden(controls: Layers, ways: tuple[str, ...]) -> shapely.Geometry:
    """Land on which any of some ways is forbidden, by shapely alone."""
    survey = controls["三调地类"]
    parts = []
    for way in ways:
        for name, groups in FORBIDS.get(way, {}).items():
            land = controls[name].union_all()
            if groups:
                of_groups = survey[survey["DLBM"].map(CODES).isin(groups)]
                land = land & of_groups.union_all()
            parts.append(land)
    return shapely.union_all(parts)


@pytest.fixture(scope="module")
def bases() -> gpd.GeoDataFrame:
    """Two that lack some to a threshold."""
    shapes = [square(430, LON - 0.01, LAT), square(380, LON + 0.01, LAT + 0.005)]
    table = _table(shapes, base_id=["B-0", "B-1"], variety=["黄精", "杜仲"])
    return hg.classify(hg.measure(table.assign(survey_method="rtk")))


def _planted(found: hg.Candidates) -> list[tuple[str, str]]:
    """Candidates, and each variety that a plan could choose for them."""
    scores = found.scores[found.sites["enlarges"].isna()].stack()
    enlarging = found.sites["variety"][found.sites["enlarges"].notna()]
    return [*scores[scores > 0].index, *enlarging.items()]


def _check(found: hg.Candidates, controls: Layers, planted: list[tuple[str, str]]) -> None:
    by_ways: dict[tuple[str, ...], list[str]] = {}
    for site, variety in planted:
        by_ways.setdefault(ways_of(variety, None, POLICY), []).append(site)
    for ways, sites in by_ways.items():
        shapes = found.sites.geometry[sorted(set(sites))].to_numpy()
        shared = shapely.intersection(shapes, _forbidden(controls, ways))
        assert max(map(geod_mu, shared)) < 0.005, ways


@pytest.mark.parametrize("seed", seeds(200))
def test_no_land_is_proposed_on_which_it_is_forbidden(
    dem: Path, bases: gpd.GeoDataFrame, seed: int
) -> None:
    controls = _controls(np.random.default_rng(seed))
    found = hg.gather_candidates(bases, dem=dem, controls=controls)
    _check(found, controls, _planted(found))


def test_much_is_proposed_beside_it(dem: Path, bases: gpd.GeoDataFrame) -> None:
    """The law above is not kept by proposing nothing."""
    controls = _controls(np.random.default_rng(1))
    found = hg.gather_candidates(bases, dem=dem, controls=controls)
    free = hg.gather_candidates(bases, dem=dem)
    planted = _planted(found)
    assert (found.limiting == FORBIDDEN).to_numpy().any()
    assert 0.3 * len(_planted(free)) < len(planted) < len(_planted(free))
    assert found.sites["enlarges"].notna().any()
    with pytest.raises(AssertionError):
        _check(free, controls, _planted(free))


def test_a_plan_keeps_off_and_says_what_its_sites_have(dem: Path, bases: gpd.GeoDataFrame) -> None:
    controls = _controls(np.random.default_rng(3))
    targets = {"500": 5, "1000": 0}
    found = hg.gather_candidates(bases, dem=dem, controls=controls)
    plan = hg.plan(bases, dem=dem, controls=controls, targets=targets, runs=1)
    planted = list(zip(plan.chosen["site"], plan.chosen["variety"], strict=True))
    _check(found, controls, planted)
    crops = controls["三调地类"].query("DLBM == '0103'").union_all()
    shapes = found.sites.geometry[plan.chosen["site"]]
    mu = sum(geod_mu(shape & crops) for shape in shapes)
    assert f"有耕地 {mu:.2f} 亩; 改变地类的, 年度进出平衡由县里统筹, 请问自然资源部门" in str(plan)
    assert any("公益林内" in note and "森林法" in note for note in plan.notes)
    assert any("没有给出" in said and "退耕地" in said for said in plan.caveats)
    given = hg.gather_candidates(bases, dem=dem)
    again = hg.plan(bases, candidates=given, controls=controls, targets=targets, runs=1)
    _check(given, controls, list(zip(again.chosen["site"], again.chosen["variety"], strict=True)))


def test_proposals_on_forbidden_land_are_left_out_and_said() -> None:
    shapes = [square(600, LON + 0.03 * number, LAT) for number in range(5)]
    varieties = ["黄精", "杜仲", None, "黄精", "杜仲"]
    names = [f"C-{number}" for number in range(5)]
    proposals = _table(shapes, candidate_id=names, variety=varieties)
    steep = _table(shapes[:4])
    none = hg.classify(hg.measure(_table([square(600, LON, LAT + 1)], base_id=["B"])))
    found = hg.gather_candidates(none, proposals=proposals, controls={"25°以上": steep})
    assert list(found.sites.index) == ["C-1", "C-4"]
    assert "候选地块 C-0 有 600.00 亩在管控范围内, 禁止种植黄精, 未列入" in found.notes
    assert "候选地块 C-2 有 600.00 亩在管控范围内, 禁止种植未写明的品种, 未列入" in found.notes


def test_what_has_no_shape_is_not_said_to_be_clear(bases: gpd.GeoDataFrame) -> None:
    """Without a DEM nobody knows where an enlargement lies: of its cropland 0 亩 is no answer."""
    around = bases.geometry.union_all().buffer(0.2)
    plan = hg.plan(
        bases,
        targets={"500": 2, "1000": 0},
        controls={"三调地类": _table([around], DLBM=["0103"])},
        runs=0,
    )
    assert plan.chosen["action"].tolist() == ["enlarge", "enlarge"]
    assert any("扩建的 2 处没有图形, 没有对照管控图层" in note for note in plan.notes)
    assert not any("有耕地" in note for note in plan.notes)
