"""hg.plan from frames and files: what counts, what is cut, what is said, and what is written."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from playwright.sync_api import Browser

import herbgis as hg
from herbgis.foundation import resources
from herbgis.foundation.errors import InputNotFoundError, MissingColumnError, UnknownNameError
from herbgis.foundation.input_errors import CandidatesError
from tests.helpers.map_browser import opened
from tests.helpers.shapes import east_of, square

LON, LAT = 108.6, 27.9


def bases(*mu: float, **columns: Any) -> gpd.GeoDataFrame:
    """Bases of some 亩 in a row, classified."""
    shapes = [square(each, LON + 0.03 * number, LAT) for number, each in enumerate(mu)]
    frame = gpd.GeoDataFrame(
        {"base_id": [f"B-{number}" for number in range(len(mu))], **columns},
        geometry=shapes,
        crs=4490,
    )
    frame["variety"] = columns.get("variety", "黄精")
    frame["survey_method"] = "rtk"
    return hg.classify(hg.measure(frame))


def sites(*mu: float, **columns: Any) -> gpd.GeoDataFrame:
    """Candidate squares in a row, north of the bases."""
    shapes = [square(each, LON + 0.03 * number, LAT + 0.2) for number, each in enumerate(mu)]
    names = [f"C-{number}" for number in range(len(mu))]
    return gpd.GeoDataFrame({"candidate_id": names, **columns}, geometry=shapes, crs=4490)


def ids(plan: hg.Plan) -> set[str]:
    return set(plan.chosen["id"])


def test_the_cheapest_sites_that_reach_both_targets() -> None:
    """Beside every combination of eight sites."""
    rng = np.random.default_rng(3)
    mu, cost = rng.uniform(520, 1900, 8).round(1), rng.uniform(10, 90, 8).round(2)
    candidates = sites(*mu, cost=cost)
    plan = hg.plan(bases(600), candidates=candidates, targets={"500": 5, "1000": 2})
    best = min(
        (cost[list(chosen)].sum(), chosen)
        for size in range(9)
        for chosen in itertools.combinations(range(8), size)
        if 1 + size >= 5 and (mu[list(chosen)] >= 1000).sum() >= 2
    )
    assert plan.status == "optimal"
    assert plan.cost == pytest.approx(best[0])
    assert plan.gap == 0
    assert ids(plan) == {f"C-{number}" for number in best[1]}
    assert list(plan.targets["have"]) == [1, 0]
    assert list(plan.targets["planned"] >= [4, 2]) == [True, True]


def test_a_threshold_includes_itself_and_not_a_hundredth_less() -> None:
    candidates = sites(500.0, 499.99, cost=[50.0, 1.0])
    plan = hg.plan(bases(600), candidates=candidates, targets={"500": 2, "1000": 0})
    assert ids(plan) == {"C-0"}


def test_without_costs_the_effort_is_the_new_area_and_unsuited_land_costs_more() -> None:
    plan = hg.plan(bases(600), candidates=sites(700, 800), targets={"500": 2, "1000": 0})
    assert plan.cost == pytest.approx(700.0)
    assert any("不是造价" in note for note in plan.notes)


def test_a_base_below_the_line_is_enlarged_where_that_is_cheaper() -> None:
    own = bases(600, 480, 150)
    plan = hg.plan(own, candidates=sites(700), targets={"500": 2, "1000": 0})
    row = plan.chosen.iloc[0]
    assert (row["id"], row["action"], row["tier"]) == ("B-1", "enlarge", "500")
    assert row["mu"] >= 500 + 1.96 * own.loc["B-1", "sigma_mu"] - 0.01
    assert row["new_mu"] == pytest.approx(row["mu"] - 480, abs=0.01)
    assert any("扩建用地未核" in note for note in plan.notes)
    # One of 150 亩 would have to more than double: no enlargement of what is there.
    with pytest.raises(UnknownNameError, match="B-2"):
        plan.forced_cost("B-2")
    assert plan.forced_cost("C-0") == pytest.approx(700 - plan.cost)


def test_a_reading_where_tiers_exclude_each_other_loses_what_is_promoted(tmp_path: Path) -> None:
    own = tmp_path / "disjoint.toml"
    own.write_text('extends = "tongren-2020"\n[counting]\nnested = false\n', encoding="utf-8")
    policy = hg.load_policy(own)
    plan = hg.plan(bases(600, 950), policy=policy, targets={"500": 1, "1000": 1})
    assert list(plan.targets["have"]) == [2, 0]
    assert list(plan.targets["planned"]) == [-1, 1]
    assert ids(plan) == {"B-1"}


def test_sites_that_share_land_exclude_each_other() -> None:
    one = square(600, LON, LAT + 0.2)
    candidates = gpd.GeoDataFrame(
        {"candidate_id": ["a", "b", "c"], "cost": [10.0, 11.0, 90.0]},
        geometry=[one, east_of(one, 100), east_of(one, 5_000)],
        crs=4490,
    )
    plan = hg.plan(bases(600), candidates=candidates, targets={"500": 3, "1000": 0})
    assert ids(plan) == {"a", "c"}


def test_land_of_bases_is_taken_off_a_candidate_and_said() -> None:
    own = bases(600)
    over = shapely.union(own.geometry.iloc[0], square(450, LON + 0.01, LAT))
    candidates = gpd.GeoDataFrame({"candidate_id": ["a"]}, geometry=[over], crs=4490)
    plan = hg.plan(own, candidates=candidates, targets={"500": 2, "1000": 0})
    assert plan.status == "infeasible"  # what is left is no base of 500 亩
    assert any("C" not in note and "已扣除" in note for note in plan.notes)


def test_quotas_and_seedlings_bind(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'extends = "tongren-2020"\n[planning.variety."天麻"]\nleast = 1\nseedling_mu = 700\n'
        '[planning.variety."黄精"]\nmost = 1\n',
        encoding="utf-8",
    )
    candidates = sites(
        *(600, 800, 650, 640),
        variety=["黄精", "天麻", "天麻", "黄精"],
        cost=[1.0, 2.0, 30.0, 3.0],
    )
    wanted = {"500": 3, "1000": 0}
    plan = hg.plan(bases(600), candidates=candidates, targets=wanted, policy=hg.load_policy(own))
    assert ids(plan) == {"C-0", "C-2"}  # 800 亩 of 天麻 have no seedlings, one 黄精 is enough
    assert any("天麻 700 亩" in note for note in plan.notes)


def test_what_cannot_be_met_is_named_with_how_much(tmp_path: Path) -> None:
    plan = hg.plan(bases(600), candidates=sites(700, 800), targets={"500": 7, "1000": 3})
    assert plan.status == "infeasible"
    told = plan.as_dict()
    assert told["cost"] is None
    assert told["blocking"] == [
        {"what": "target", "name": "500", "wanted": 7, "lacking": 4},
        {"what": "target", "name": "1000", "wanted": 3, "lacking": 2},
    ]
    assert "无解" in repr(plan)
    assert hg.write_plan_book(plan, tmp_path / "plan.xlsx").exists()


@pytest.mark.parametrize("unit", [1e-8, 1.0, 1e12])
def test_costs_of_any_unit_are_told_as_they_are(unit: float) -> None:
    candidates = sites(700, 800, cost=[3 * unit, 2 * unit])
    told = hg.plan(bases(600), candidates=candidates, targets={"500": 2, "1000": 0}, runs=1)
    assert told.as_dict()["cost"] == pytest.approx(2 * unit, rel=1e-9, abs=0.0)
    assert told.as_dict()["chosen"][0]["replacement_cost"] == pytest.approx(unit, rel=1e-9, abs=0.0)


def test_fungi_count_for_nothing() -> None:
    plan = hg.plan(
        bases(600), candidates=sites(900, variety=["香菇"]), targets={"500": 2, "1000": 0}
    )
    assert plan.status == "infeasible"


def test_neither_order_nor_system_nor_the_input_changes() -> None:
    own, candidates = bases(600, 470, 950), sites(700, 1200, 640, 555)
    wanted = {"500": 4, "1000": 2}
    before = own.copy(), candidates.copy()
    plan = hg.plan(own, candidates=candidates, targets=wanted)
    turned = hg.plan(
        own.iloc[::-1].to_crs(4545), candidates=candidates.iloc[::-1].to_crs(4545), targets=wanted
    )
    assert ids(turned) == ids(plan)
    assert turned.cost == pytest.approx(plan.cost, abs=0.05)
    pd.testing.assert_frame_equal(pd.DataFrame(own), pd.DataFrame(before[0]))
    pd.testing.assert_frame_equal(pd.DataFrame(candidates), pd.DataFrame(before[1]))
    again = hg.plan(own, candidates=candidates, targets=wanted)
    assert json.dumps(again.as_dict()) == json.dumps(plan.as_dict())


def test_a_wrong_call_says_what_there_is() -> None:
    with pytest.raises(UnknownNameError, match="800"):
        hg.plan(bases(600), targets={"800": 3})
    with pytest.raises(MissingColumnError, match="candidate_id"):
        hg.plan(bases(600), candidates=sites(600).drop(columns="candidate_id"))


@pytest.fixture(scope="module")
def rated() -> hg.Plan:
    """Two counties of the sample on the synthetic DEM."""
    counties = hg.read_counties()
    own = bases(600, 480)
    near = counties[counties.intersects(shapely.Point(LON, LAT))]
    dem = resources.data("dem") / "tongren_synthetic.tif"
    return hg.plan(own, dem=dem, counties=near, targets={"500": 4, "1000": 1})


def test_a_plan_on_a_dem_founds_sites_and_says_what_it_rests_on(rated: hg.Plan) -> None:
    assert rated.status == "optimal"
    assert (rated.chosen["action"] == "new").sum() >= 1
    assert rated.chosen["variety"].ne("").all()
    assert any("合成数据" in reason for reason in rated.caveats)
    assert "仅供演示" in repr(rated)
    assert "仅供演示" in rated._repr_html_()
    chosen = rated.land[rated.land["role"] != "rejected"]
    assert hg.measure(chosen)["surveyed_mu"].to_numpy() == pytest.approx(
        chosen["mu"].to_numpy(), abs=0.01
    )
    pairs = itertools.combinations(chosen.geometry, 2)
    assert all(a.intersection(b).area < 1e-10 for a, b in pairs)


def test_the_page_shows_the_plan_s_own_numbers(
    rated: hg.Plan, browser: Browser, tmp_path: Path, counties: gpd.GeoDataFrame
) -> None:
    here = opened(browser, hg.draw_map(bases(600, 480), counties=counties, plan=rated), tmp_path)
    page = here.page
    assert page.get_by_text("规划仅供演示").count() >= 1
    switch = page.locator("label", has_text="规划").filter(has_not_text="未选")
    assert str(len(rated.chosen)) in switch.first.inner_text()
    plans = "Object.values(window).filter(f => f instanceof L.LayerGroup && f.hgPlan)"
    chosen = "layer => layer.hgPlan.sites.some(site => site.role !== 'rejected')"
    told = page.evaluate(f"() => {plans}.find({chosen}).hgPlan")
    shown = {site["name"]: dict(site["rows"]) for site in told["sites"]}
    assert set(shown) == ids(rated)
    for row in rated.chosen.to_dict("records"):
        assert float(shown[row["id"]]["面积(亩)"]) == pytest.approx(row["mu"], abs=0.005)
        assert float(shown[row["id"]]["成本"]) == pytest.approx(row["cost"], abs=0.005)
    assert here.faults == []


def test_the_workbook_says_what_the_plan_says(rated: hg.Plan, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(hg.write_plan_book(rated, tmp_path / "plan.xlsx"))
    assert book.sheetnames == ["先后步骤", "规划目标", "新建与扩建", "目标与成本", "未选地块"]
    rows = list(book["新建与扩建"].iter_rows(values_only=True))
    head = next(number for number, row in enumerate(rows) if row[0] == "编号")
    listed = [row[0] for row in rows[head + 1 : head + 1 + len(rated.chosen)]]
    assert listed == list(rated.chosen["id"])
    assert any("仅供演示" in str(row[0]) for row in rows)
    same = hg.write_plan_book(rated, tmp_path / "again.xlsx")
    assert same.read_bytes() == (tmp_path / "plan.xlsx").read_bytes()


def test_candidates_are_read_as_surveys_are(tmp_path: Path) -> None:
    frame = sites(700, 800, cost=[5.0, 6.0], township=["太平镇", "民和镇"])
    named = frame.rename(columns={"candidate_id": "候选编号", "cost": "成本", "township": "乡镇"})
    named.to_crs(4524).to_file(tmp_path / "a.gpkg")
    read = hg.read_candidates(tmp_path / "a.gpkg")
    assert list(read["candidate_id"]) == ["C-0", "C-1"]
    assert list(read["cost"]) == [5.0, 6.0]
    assert list(read["township"]) == ["太平镇", "民和镇"]
    assert hg.measure(read)["surveyed_mu"].to_numpy() == pytest.approx([700, 800], abs=0.02)
    shape = tmp_path / "b.shp"
    frame.rename(columns={"candidate_id": "candidate_"}).to_file(shape, encoding="gbk")
    assert list(hg.read_candidates(shape)["candidate_id"]) == ["C-0", "C-1"]
    with pytest.raises(InputNotFoundError):
        hg.read_candidates(tmp_path / "none.gpkg")
    frame.drop(columns="candidate_id").to_file(tmp_path / "c.gpkg")
    with pytest.raises(MissingColumnError, match="candidate_id"):
        hg.read_candidates(tmp_path / "c.gpkg")
    (tmp_path / "d.gpkg").write_bytes(b"SQLite format 3\x00 damaged")
    with pytest.raises(CandidatesError, match=r"d\.gpkg"):
        hg.read_candidates(tmp_path / "d.gpkg")


def test_the_command_writes_what_the_contract_says(tmp_path: Path) -> None:
    sites(700, 1100, 640, cost=[5.0, 6.0, 7.0]).to_file(tmp_path / "c.gpkg")
    out = tmp_path / "plan"
    command = [sys.executable, "-m", "herbgis", "plan", str(resources.data("sample"))]
    command += ["--candidates", str(tmp_path / "c.gpkg"), "--out", str(out)]
    done = subprocess.run(
        [*command, "--target", "500=98", "--target", "1000=42"],
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    told = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    assert {path.name for path in out.iterdir()} == {"plan.json", "规划表.xlsx", "规划图.html"}
    assert told["status"] == "optimal"
    assert told["gap"] == 0.0
    assert [row["target"] for row in told["targets"]] == [98, 42]
    assert all(row["have"] + row["planned"] >= row["target"] for row in told["targets"])
    assert sum(row["cost"] for row in told["chosen"]) == pytest.approx(told["cost"], abs=1e-4)
    needed = {"id", "action", "variety", "tier", "mu", "cost", "limiting", "replacement_cost"}
    assert all(needed <= row.keys() for row in told["chosen"])
    assert done.stdout.startswith("规划: 最优")
    wrong = subprocess.run([*command, "--target", "500"], check=False, capture_output=True)
    assert wrong.returncode == 2
