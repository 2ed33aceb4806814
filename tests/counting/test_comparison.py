"""compare_counts beside a comparison by hand, and the sample's 96 against 97."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest

import herbgis as hg
from tests.helpers.make import seeds

Base = dict[str, Any]


def _random_bases(seed: int) -> list[Base]:
    rng = np.random.default_rng(seed)
    return [
        {
            "base_id": f"B{n:02}",
            "name": f"基地{n}",
            "variety": str(rng.choice(["天麻", "黄精"])),
            "kind": "planting",
            "status": "built",
            "blocked_by": [],
            "declared_mu": 600.0,
            "disputed_mu": 0.0,
            "surveyed_mu": (mu := float(rng.choice([300.0, 500.0, 800.0, 1000.0, 1500.0]))),
            "counted_mu": mu,
            "sigma_mu": 0.5,
            "completed_on": "2019-05-01",
            "surveyed_on": "2020-03-01",
        }
        for n in range(30)
    ]


def _shrunk(base: Base) -> None:
    lost = min(301.0, base["counted_mu"])
    base["disputed_mu"] += lost
    base["counted_mu"] -= lost


def _grown(base: Base) -> None:
    base["surveyed_mu"] += 501.0
    base["counted_mu"] += 501.0


#: A change to a base, and the rule that then decides.
CHANGES: dict[str, Callable[[Base], None]] = {
    "校验错误代码": lambda base: base.update(blocked_by=["HG303"]),
    "重叠扣除": _shrunk,
    "实测面积": _grown,
    "建设状态": lambda base: base.update(status="building"),
    "品种类别": lambda base: base.update(variety="香菇"),
    "基地类型": lambda base: base.update(kind="seedling"),
    "核定面积": lambda base: base.update(counted_mu=max(base["counted_mu"] - 250, 0)),
}


def _table(bases: list[Base]) -> pd.DataFrame:
    return pd.DataFrame(bases)


@pytest.mark.parametrize("seed", seeds(25))
def test_what_differs_and_why_is_that_by_hand(seed: int) -> None:
    rng = np.random.default_rng(1000 + seed)
    before, after = _random_bases(seed), _random_bases(seed)
    changed: dict[str, str] = {}
    for base in after:
        if rng.random() < 0.5:
            rule = str(rng.choice([*CHANGES, "一方没有"]))
            if rule != "一方没有":
                CHANGES[rule](base)
            changed[base["base_id"]] = rule
    gone = {base_id for base_id, rule in changed.items() if rule == "一方没有"}
    after = [base for base in after if base["base_id"] not in gone]
    order = rng.permutation(len(after))
    compared = hg.compare_counts(_table(before), _table([after[n] for n in order]))

    def counts(base: Base, tier: float) -> bool:
        return bool(
            base["counted_mu"] >= tier
            and base["status"] == "built"
            and base["variety"] != "香菇"
            and base["kind"] == "planting"
            and not base["blocked_by"]
        )

    for row in compared.counts.to_dict("records"):
        of_tier = [sum(counts(b, float(row["tier"])) for b in each) for each in (before, after)]
        assert [row["verified_a"], row["verified_b"]] == of_tier
        moved = compared.table[f"b_{row['tier']}"] - compared.table[f"a_{row['tier']}"]
        assert moved.sum() == row["difference"] == of_tier[1] - of_tier[0]
    then = {base["base_id"]: base for base in before}
    now = {base["base_id"]: base for base in after}
    other = {
        base_id
        for base_id, base in then.items()
        if base_id not in now
        or base["counted_mu"] != now[base_id]["counted_mu"]
        or any(counts(base, tier) != counts(now[base_id], tier) for tier in (500, 1000))
    }
    told = dict(zip(compared.table["base_id"], compared.table["rule"], strict=True))
    assert told == {base_id: changed[base_id] for base_id in other}
    back = hg.compare_counts(_table(after), _table(before))
    assert back.counts["difference"].tolist() == (-compared.counts["difference"]).tolist()
    assert dict(zip(back.table["base_id"], back.table["rule"], strict=True)) == told


def test_a_count_is_the_same_as_itself() -> None:
    table = _table(_random_bases(1))
    compared = hg.compare_counts(table, table[::-1])
    assert compared.table.empty
    assert compared.counts["difference"].tolist() == [0, 0]
    assert "每个基地都相同" in repr(compared)
    assert "每个基地都相同" in compared._repr_html_()


def test_days_rules_and_missing_validation_decide_too(policy: hg.Policy) -> None:
    table = _table(_random_bases(2))
    january, july = (hg.count_progress(table, as_of=dt.date(2020, month, 1)) for month in (1, 7))
    compared = hg.compare_counts(january, july)
    assert set(compared.table["rule"]) == {"截止日期"}
    assert compared.counts["difference"].tolist() == july.targets["verified"].tolist()
    thresholds = zip(policy.tiers, (300.0, 800.0), strict=True)
    lower = dataclasses.replace(
        policy, tiers=tuple(dataclasses.replace(t, threshold_mu=mu) for t, mu in thresholds)
    )
    other = hg.compare_counts(hg.count_progress(table), hg.count_progress(table, policy=lower))
    assert set(other.table["rule"]) == {"规则不同"}
    assert other.table["base_id"].tolist()
    bare = table.drop(columns="blocked_by")
    blocked = table.assign(blocked_by=[["HG102"]] * len(table))
    assert set(hg.compare_counts(bare, blocked).table["why"].str.contains("未校验")) == {True}


def _ledger(path: Path, counties: gpd.GeoDataFrame) -> Path:
    for day, folder in hg.sample_paths().batches.items():
        against = hg.read_ledger(path) if path.exists() else None
        report = hg.validate(hg.read_survey(folder), counties=counties, against=against, as_of=day)
        hg.admit(path, hg.classify(report.bases), on=day)
    return path


def test_the_sample_at_once_and_month_by_month(tmp_path: Path, counties: gpd.GeoDataFrame) -> None:
    """Two bases have one outline: at once both wait, month by month the earlier one stands."""
    report = hg.validate(hg.read_survey(hg.sample_paths().survey), counties=counties)
    at_once = hg.classify(report.bases)
    ledger = _ledger(tmp_path / "台账.gpkg", counties)
    for monthly in (
        hg.read_ledger_history(ledger),
        hg.select_in_force(hg.read_ledger_history(ledger)),
    ):
        compared = hg.compare_counts(at_once, monthly, names=("一次", "逐月"))
        assert compared.counts["verified_a"].tolist() == [96, 41]
        assert compared.counts["verified_b"].tolist() == [97, 41]
        earlier, later = compared.table.to_dict("records")
        assert (earlier["base_id"], later["base_id"]) == ("520625-2020-012", "520625-2020-016")
        assert (earlier["a_500"], earlier["b_500"]) == (0, 1)
        assert (later["a_500"], later["b_500"]) == (0, 0)
        assert earlier["rule"] == "校验错误代码"
        assert "一次 HG302, 逐月 无" in earlier["why"]
        assert "重叠扣除: 一次 724.90 亩, 逐月 0.00 亩" in earlier["why"]
        assert later["rule"] == "重叠扣除"
        assert "一次 HG302, 逐月 HG304" in later["why"]
        assert any("先入库的有效" in note for note in compared.notes())
    one, two = at_once.geometry[["520625-2020-012", "520625-2020-016"]]
    assert one.intersection(two).area > 0.999 * one.union(two).area
    book = openpyxl.load_workbook(hg.write_comparison_book(compared, tmp_path / "c.xlsx"))
    cells = [cell.value for row in book["不同的基地"].iter_rows() for cell in row]
    assert {"520625-2020-012", "校验错误代码", "核定面积(一次)"} <= set(cells)
    january, march = (hg.read_ledger(ledger, on=day) for day in list(hg.sample_paths().batches)[:2])
    grown = hg.compare_counts(january, march, names=("一月", "三月"))
    assert set(grown.table["rule"]) == {"一方没有"}
    assert set(grown.table["why"]) == {"一方没有: 只在三月里"}
    assert len(grown.table) == len(march) - len(january) == 31


def test_an_id_that_a_ledger_gave_is_of_the_same_base() -> None:
    own = {"source_file": "a.shp", "county": "德江县", "township": "煎茶镇"}
    nameless = _table([{**base, **own} for base in _random_bases(3)[:3]])
    nameless["base_id"] = [f"a.shp#a#{n}" for n in range(3)]
    given = nameless.assign(base_id=[f"520626-2020-{n:03}" for n in range(3)])
    given.loc[1, "status"] = "building"
    given.loc[1, "counted_mu"] = nameless.loc[1, "counted_mu"] = 700.0
    compared = hg.compare_counts(nameless, given)
    assert compared.table[["base_id", "base_id_b", "rule"]].to_numpy().tolist() == [
        ["a.shp#a#1", "520626-2020-001", "建设状态"]
    ]
