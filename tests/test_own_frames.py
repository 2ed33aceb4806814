"""An analyst's own frame, in the words of the office, gives the numbers of our own tables."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import herbgis as hg
from herbgis.terms import columns as cols
from tests.helpers.map_page import data_of
from tests.helpers.shapes import east_of, frame, square

DAY = dt.date(2020, 6, 30)


@pytest.fixture(scope="module")
def records() -> gpd.GeoDataFrame:
    """Records with everything that steps ask for, read and validated."""
    words = {
        "variety": ["黄精", "天麻", "白及", "丹参"],
        "status": ["已建", "已建", "在建", "已建"],
        "kind": ["种植", "示范", "种植", "育苗"],
        "county": ["印江", "江口", "印江", "印江"],
    }
    shapes = [east_of(square(420 + 90 * n), 1500 * n) for n in range(12)]
    count = len(shapes)
    survey = frame(
        shapes,
        base_id=[f"B{n:02}" for n in range(count)],
        name=[f"基地{n}" for n in range(count)],
        **{name: (values * count)[:count] for name, values in words.items()},
        reporting_unit="印江县",
        declared_mu=[420.0 + 90 * n for n in range(count)],
        survey_method="RTK",
        surveyed_on="2020-06-01",
        completed_on="2019-05-01",
        production_year=2019,
        harvested_mu=[100.0 + n for n in range(count)],
        cost_wan=[30.0 + n for n in range(count)],
        output_value_wan=[50.0 + n for n in range(count)],
        seedlings_wan=[10.0] * count,
        seedlings_per_mu=[8000.0] * count,
        planned_mu=[600.0] * count,
        technical_standard=["是", "否"] * (count // 2),
        households=[20.0 + n for n in range(count)],
    )
    return hg.validate(survey).bases


def in_words(table: gpd.GeoDataFrame, policy: hg.Policy, epsg: int) -> gpd.GeoDataFrame:
    """The same table as an office keeps it: its headings, its words, its coordinate system."""
    worded = table.reset_index() if table.index.name == "base_id" else table.copy()
    worded = worded.drop(columns=["group", "varieties", "tier", "verdict"], errors="ignore")
    for name in ("status", "kind", "reporting_unit", "county"):
        worded[name] = [policy.title_of(name, word) for word in worded[name]]
    worded["variety"] = worded["variety"].str.replace("白芨", "白及")
    worded["blocked_by"] = worded["blocked_by"].map("、".join)
    if "surveyed_on" in worded:
        worded["surveyed_on"] = worded["surveyed_on"].dt.strftime("%Y年%m月%d日")
    kept = [name for name in cols.titles() if name in worded and not worded[name].isna().all()]
    renamed = worded[[*kept, "geometry"]].rename(columns=cols.titles())
    return renamed.to_crs(epsg).set_index(pd.Index(range(7, 7 + len(renamed))))


def _page(page: Any) -> Any:
    told = data_of(page.get_root().render(), "bases")
    return told["bases"]


def _admitted(bases: gpd.GeoDataFrame, folder: Path) -> Any:
    path = folder / f"{len(list(folder.iterdir()))}.gpkg"
    made = hg.admit(path, bases, on=DAY)
    ledger = hg.read_ledger(path)
    return made.table, ledger[["counted_mu", "status", "variety", "county"]]


def _planned(bases: gpd.GeoDataFrame) -> Any:
    sites = gpd.GeoDataFrame(
        {"candidate_id": ["甲", "乙", "丙"], "cost": [3.0, 2.0, 4.0]},
        geometry=[square(520 + 300 * n, lat=28.2 + 0.05 * n) for n in range(3)],
        crs=4490,
    )
    plan = hg.plan(bases, candidates=sites, targets={"500": 9, "1000": 5}, runs=1)
    assert "enlarge" in set(plan.chosen["action"])
    return plan.as_dict()


#: What of each step's result holds the numbers, given bases as `classify` gives them.
OF_BASES: dict[str, Callable[[gpd.GeoDataFrame, Path], Any]] = {
    "count_progress": lambda bases, _: repr(
        hg.count_progress(bases, by=["variety", "county", "status", "kind", "year"]).as_dict()
    ),
    "make_schedule": lambda bases, _: hg.make_schedule(bases, as_of=DAY).table,
    "compare_production": lambda bases, _: hg.compare_production(bases).table,
    "cover_seedlings": lambda bases, _: hg.cover_seedlings(bases).herbs,
    "choose_visit": lambda bases, _: hg.choose_visit(bases, stops=3).table,
    "draw_map": lambda bases, _: [
        (base["name"], base["look"], base["tags"], base["lines"][0])
        for base in _page(hg.draw_map(bases))
    ],
    "plan": lambda bases, _: _planned(bases),
    "admit": _admitted,
}
#: Given records.
OF_RECORDS: dict[str, Callable[[gpd.GeoDataFrame], pd.DataFrame]] = {
    "measure": lambda records: hg.measure(records)[["surveyed_mu", "sigma_mu"]],
    "validate": lambda records: hg.validate(records).table[["code", "base_id"]],
    "classify": lambda records: hg.classify(records)[
        ["variety", "group", "status", "kind", "county", "reporting_unit", "tier", "verdict"]
    ],
    "classify's numbers": lambda records: hg.classify(records)[
        ["counted_mu", "contiguous_mu", "declared_mu", "cost_wan", "households"]
    ],
}


def assert_same(one: Any, other: Any) -> None:
    if isinstance(one, pd.DataFrame):
        plain = [pd.DataFrame(t).reset_index(drop=t.index.name != "base_id") for t in (one, other)]
        assert_frame_equal(*plain, check_dtype=False, check_exact=False, atol=0.011, rtol=0)
    elif isinstance(one, tuple):
        for mine, theirs in zip(one, other, strict=True):
            assert_same(mine, theirs)
    else:
        assert one == other


@pytest.mark.parametrize("step", OF_BASES)
def test_a_step_counts_an_own_frame_of_bases_as_ours(
    step: str, records: gpd.GeoDataFrame, policy: hg.Policy, tmp_path: Path
) -> None:
    bases = hg.classify(records)
    own = in_words(bases, policy, 4490)
    assert {"核定面积", "建设状态", "基地类型", "主栽品种"} <= set(own)
    assert_same(OF_BASES[step](own, tmp_path), OF_BASES[step](bases, tmp_path))


@pytest.mark.parametrize("step", OF_RECORDS)
def test_a_step_takes_own_records_as_ours(
    step: str, records: gpd.GeoDataFrame, policy: hg.Policy
) -> None:
    own = in_words(records, policy, 4524)
    assert_same(OF_RECORDS[step](own), OF_RECORDS[step](records))


def test_built_and_planting_are_verified_by_every_step(policy: hg.Policy) -> None:
    """A frame with words of its own and a counted area gave 2 here and 0 there."""
    words = {"建设状态": "已建", "基地类型": "种植", "品种": "黄精", "counted_mu": [620.0, 1100.0]}
    own = gpd.GeoDataFrame(words, geometry=[square(620), square(1100, lat=28.1)], crs=4490)
    assert hg.count_progress(own).targets["verified"].tolist() == [2, 1]
    assert hg.count_progress(hg.classify(own)).targets["verified"].tolist() == [2, 1]
    schedule = hg.make_schedule(own).table
    assert schedule.iloc[0][["verified_500", "verified_1000"]].tolist() == [2, 1]
    assert len(hg.choose_visit(own, stops=2).table) == 2
    assert {tuple(base["tags"]) for base in _page(hg.draw_map(own, policy=policy))} == {
        ("1000亩以上", "已建"),
        ("500亩以上不足1000亩", "已建"),
    }


def test_own_headings_of_a_call_are_known_in_every_step() -> None:
    words = {"进展": "已建", "亩数": "620", "净面积": 620.0, "品种": "黄精"}
    own = gpd.GeoDataFrame([words], geometry=[square(620)], crs=4490)
    columns = {"status": "进展", "declared_value": "亩数", "counted_mu": "净面积"}
    counted = hg.count_progress(own, columns=columns)
    assert counted.targets["verified"].tolist() == [1, 0]
    assert counted.targets["reported"].tolist() == [1, 0]
    assert len(hg.choose_visit(own, stops=1, columns=columns).table) == 1


@pytest.mark.parametrize(
    "step",
    [
        *("measure", "classify", "explain_count", "admit", "choose_visit", "draw_map"),
        *("gather_candidates", "measure_terrain"),
    ],
)
def test_an_old_datum_is_refused_by_every_step(step: str, tmp_path: Path) -> None:
    """Beijing 1954 without parameters would be moved by nothing, and off by a hundred metres."""
    bases = frame([square(620)], counted_mu=[620.0], blocked_by=[[]], status="built")
    old = bases.to_crs(4545).set_crs(2433, allow_override=True)
    calls: dict[str, Callable[[], Any]] = {
        "measure": lambda: hg.measure(old),
        "classify": lambda: hg.classify(old),
        "admit": lambda: hg.admit(tmp_path / "a.gpkg", old, on=DAY),
        "choose_visit": lambda: hg.choose_visit(old, stops=1),
        "explain_count": lambda: hg.explain_count(old),
        "draw_map": lambda: hg.draw_map(old),
        "gather_candidates": lambda: hg.gather_candidates(old, dem=hg.sample_paths().dem),
        "measure_terrain": lambda: hg.measure_terrain(old, hg.sample_paths().dem),
    }
    with pytest.raises(hg.CrsError, match="七参数"):
        calls[step]()


def test_a_group_follows_its_variety_in_words_or_codes(
    records: gpd.GeoDataFrame, policy: hg.Policy
) -> None:
    bases = hg.classify(records)
    said = bases.assign(group=[policy.title_of("group", group) for group in bases["group"]])
    counted = hg.count_progress(bases).targets
    assert_frame_equal(hg.count_progress(said).targets, counted)
    edited = bases.copy()
    counts = edited["status"].eq("built") & edited["kind"].isin(["planting", "demonstration"])
    edited.loc[edited.index[counts & edited["tier"].eq("1000")][0], "variety"] = "香菇"
    assert hg.count_progress(edited).targets["verified"].tolist() == [
        number - 1 for number in counted["verified"]
    ]


def test_what_is_new_is_told_by_id_wherever_the_ids_stand(records: gpd.GeoDataFrame) -> None:
    bases = hg.classify(records)
    for before in (
        bases,
        bases.reset_index(),
        bases.reset_index().iloc[::-1].reset_index(drop=True),
        bases.rename_axis("基地编号"),
        bases.reset_index().rename(columns={"base_id": "基地编号"}),
    ):
        assert hg.make_schedule(bases, before=before).table.iloc[0]["new_500"] == 0
        assert hg.make_schedule(before, before=bases).table.iloc[0]["new_500"] == 0


@pytest.mark.parametrize("step", [hg.count_progress, hg.make_schedule])
def test_a_base_that_stands_twice_is_named_not_counted_twice(
    step: Callable[[gpd.GeoDataFrame], Any], records: gpd.GeoDataFrame
) -> None:
    bases = hg.classify(records)
    with pytest.raises(hg.HerbgisError, match="重复的编号: B00、B01"):
        step(pd.concat([bases, bases.iloc[:2]]))


def test_two_columns_of_one_heading_are_named(records: gpd.GeoDataFrame) -> None:
    bases = hg.classify(records)
    with pytest.raises(hg.HerbgisError, match="不止一列叫 variety"):
        hg.count_progress(pd.concat([bases, bases[["variety"]]], axis=1))
    beside = pd.DataFrame(1, index=bases.index, columns=["我的列", "我的列"])
    assert len(hg.count_progress(pd.concat([bases, beside], axis=1)).targets) == 2


def test_cells_emptied_by_a_workbook_are_empty(records: gpd.GeoDataFrame) -> None:
    bases = hg.classify(records)
    emptied = pd.DataFrame(bases.drop(columns="geometry")).astype(object).fillna("")
    assert_frame_equal(hg.count_progress(emptied).targets, hg.count_progress(bases).targets)


def test_a_frame_without_geometry_is_not_measured() -> None:
    with pytest.raises(hg.MissingColumnError, match="geometry"):
        hg.measure(pd.DataFrame({"a": [1]}))


#: Steps given a frame that holds little: each answers, or says what it lacks.
WITH_LITTLE: dict[str, Callable[[gpd.GeoDataFrame], Any]] = {
    "count_progress": lambda bases: hg.count_progress(bases, by=["county", "reporting_unit"]),
    "compare_counts": lambda bases: hg.compare_counts(
        hg.count_progress(bases), hg.count_progress(bases.iloc[:6])
    ),
    "draw_audit_sample": lambda bases: hg.draw_audit_sample(bases, 3, seed=1),
    "make_schedule": lambda bases: hg.make_schedule(bases, as_of=DAY),
    "count_standards": hg.count_standards,
    "choose_visit": lambda bases: hg.choose_visit(bases, stops=3),
    "plan": lambda bases: hg.plan(bases, targets={"500": 9, "1000": 1}, runs=1),
    "draw_map": hg.draw_map,
}


@pytest.mark.parametrize("step", WITH_LITTLE)
@pytest.mark.parametrize("kept", ["a gap in every column", "no column but those it needs"])
def test_what_a_frame_lacks_is_never_an_error_of_the_program(
    step: str, kept: str, records: gpd.GeoDataFrame
) -> None:
    bases = hg.classify(records).reset_index()
    if kept.startswith("a gap"):
        for place, name in enumerate(bases.columns.drop("geometry")):
            gap = bases.index == place % len(bases)
            bases[name] = bases[name].astype(object).where(~gap, None)
    else:
        bases = bases[["variety", "status", "counted_mu", "geometry"]]
    with contextlib.suppress(hg.HerbgisError):
        assert WITH_LITTLE[step](bases) is not None
