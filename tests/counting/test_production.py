"""Yield, cost and benefit beside sums by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import herbgis as hg
from herbgis.counting.production import MEASURES
from herbgis.foundation.errors import UnknownNameError
from tests.helpers.make import seeds

#: 公斤/亩 that no herb yields.
_IMPOSSIBLE = {"fresh_yield_t": 60_000, "dry_yield_t": 6000}
_AMOUNTS = ("fresh_yield_t", "dry_yield_t", "cost_wan", "output_value_wan")


def _bases(seed: int, count: int = 60) -> pd.DataFrame:
    """Bases of which some leave cells empty, some have no harvest, over two years."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "base_id": [f"B{n:03}" for n in range(count)],
            "name": [f"基地{n}" for n in range(count)],
            "variety": rng.choice(["黄精", "天麻", "丹参"], count),
            "kind": rng.choice(["planting", "demonstration"], count),
            "reporting_unit": rng.choice(["德江县", "石阡县"], count),
            "production_year": rng.choice([2019, 2020], count),
            "harvested_mu": np.where(rng.random(count) < 0.15, 0.0, rng.uniform(10, 900, count)),
        }
    )
    for name in _AMOUNTS:
        amounts = rng.uniform(1, 300, count).round(2)
        table[name] = np.where(rng.random(count) < 0.3, np.nan, amounts)
    return table


@pytest.mark.parametrize("seed", seeds(10))
@pytest.mark.parametrize("by", ["variety", "reporting_unit", "kind", ("variety", "kind")])
def test_every_value_is_a_sum_over_a_sum(seed: int, by: str | tuple[str, ...]) -> None:
    bases = _bases(seed)
    keys = (by,) if isinstance(by, str) else by
    measures = {measure.name: measure for measure in MEASURES}
    production = hg.compare_production(bases, by=by)
    table = production.table
    rows = bases.assign(benefit_wan=bases["output_value_wan"] - bases["cost_wan"]).to_dict(
        "records"
    )
    for name, most in _IMPOSSIBLE.items():
        beyond = [
            r for r in rows if r["harvested_mu"] and r[name] * 1000 / r["harvested_mu"] > most
        ]
        found = production.impossible.query("measure == @name")
        assert sorted(found["base_id"]) == sorted(r["base_id"] for r in beyond)
        for row in beyond:
            row[name] = np.nan
    assert len(table) == sum(
        1
        for name in (*_AMOUNTS, "benefit_wan")
        for group in {(*(r[k] for k in keys), r["production_year"]) for r in rows}
        if any(
            not np.isnan(r[name]) and r["harvested_mu"] > 0
            for r in rows
            if (*(r[k] for k in keys), r["production_year"]) == group
        )
    )
    for row in table.to_dict("records"):
        sums = {"value": [0.0, 0.0, 0], "demonstration": [0.0, 0.0, 0], "others": [0.0, 0.0, 0]}
        for base in rows:
            amount = base[row["measure"]]
            same = all(base[key] == row[key] for key in keys)
            if not same or base["production_year"] != row["year"] or np.isnan(amount):
                continue
            if base["harvested_mu"] <= 0:
                continue
            side = "demonstration" if base["kind"] == "demonstration" else "others"
            for part in ("value", side):
                sums[part][0] += amount * measures[row["measure"]].factor
                sums[part][1] += base["harvested_mu"]
                sums[part][2] += 1
        assert row["reported"] == sums["value"][2]
        assert row["value"] == pytest.approx(sums["value"][0] / sums["value"][1])
        for side in ("demonstration", "others"):
            total, area, reported = sums[side]
            assert row[f"{side}_reported"] == reported
            wanted = total / area if reported else float("nan")
            assert row[f"{side}_value"] == pytest.approx(wanted, nan_ok=True)


def test_year_on_year_and_the_lead_of_demonstration_bases() -> None:
    bases = pd.DataFrame(
        {
            "base_id": ["A", "B", "A", "B"],
            "variety": "黄精",
            "kind": ["demonstration", "planting"] * 2,
            "production_year": [2019, 2019, 2020, 2020],
            "采收面积(亩)": [100.0, 100.0, 100.0, 300.0],
            "产值(万元)": [50.0, 30.0, 60.0, 90.0],
            "成本(万元)": [20.0, 40.0, 20.0, 30.0],
        }
    )
    production = hg.compare_production(bases)
    table = production.table.set_index(["measure", "year"])
    value = table.loc["output_value_wan"]
    assert value["value"].tolist() == [4000.0, 3750.0]
    assert value["change"].tolist() == pytest.approx([np.nan, -0.0625], nan_ok=True)
    assert value["lead"].tolist() == pytest.approx([5000 / 3000 - 1, 1.0])
    # B lost money in 2019: a share of a loss would say nothing.
    assert table.loc[("benefit_wan", 2019), "others_value"] == -1000.0
    assert np.isnan(table.loc[("benefit_wan", 2019), "lead"])
    worded = production.in_words()
    assert worded[("全部基地", "同比")].tolist()[-3:] == ["-6.2%", "", "+150.0%"]
    assert worded[("", "主栽品种")].unique().tolist() == ["黄精"]


def test_outliers_are_shown_and_stay_in() -> None:
    yields = [0.40, 0.42, 0.38, 0.41, 0.39, 0.40, 4.0]
    bases = pd.DataFrame(
        {
            "base_id": [f"B{n}" for n in range(7)],
            "variety": "黄精",
            "production_year": 2020,
            "harvested_mu": 1.0,
            "dry_yield_t": yields,
        }
    )
    production = hg.compare_production(bases)
    assert production.outliers["base_id"].tolist() == ["B6"]
    assert production.outliers["value"].tolist() == [4000.0]
    assert production.table["reported"].tolist() == [7]
    assert production.table["value"].tolist() == pytest.approx([sum(yields) * 1000 / 7])
    assert any("异常值" in line for line in production.notes())
    assert not len(hg.compare_production(bases.iloc[3:]).outliers)  # four tell nothing


@pytest.mark.parametrize(
    ("measure", "tonnes", "variety", "out"),
    [
        ("dry_yield_t", 60.84, "黄精", True),
        ("fresh_yield_t", 60.84, "天麻", True),
        ("yield_t", 60.84, "丹参", True),
        ("dry_yield_t", 400.0, "白芨", True),
        ("dry_yield_t", 6.001, "杜仲", True),
        ("dry_yield_t", 6.0, "杜仲", False),
        ("dry_yield_t", 0.4, "黄精", False),
        ("fresh_yield_t", 59.9, "石斛", False),
        ("fresh_yield_t", 60.84, "香菇", False),
        ("fresh_yield_t", 2000.0, "竹荪", True),
    ],
)
def test_a_yield_that_cannot_be_is_in_no_figure_and_is_said(
    measure: str, tonnes: float, variety: str, *, out: bool
) -> None:
    """公斤 written for 吨: a base of one 亩 beside six sound ones, its cost as good as theirs."""
    bases = pd.DataFrame(
        {
            "base_id": [f"B{n}" for n in range(7)],
            "variety": variety,
            "production_year": 2020,
            "harvested_mu": 1.0,
            measure: [*[0.40] * 6, tonnes],
            "cost_wan": 0.2,
        }
    )
    production = hg.compare_production(bases)
    table = production.table.set_index("measure")
    counted = [0.40] * 6 + [tonnes] * (not out)
    assert table.loc[measure, "reported"] == len(counted)
    assert table.loc[measure, "value"] == pytest.approx(sum(counted) * 1000 / len(counted))
    assert table.loc["cost_wan", "reported"] == 7
    assert production.impossible["base_id"].tolist() == ["B6"] * out
    assert any("单产不可能" in line for line in production.notes()) == out
    assert production.impossible_in_words()["数值"].tolist() == pytest.approx([tonnes * 1000] * out)


def test_growth_over_nothing_is_a_dash() -> None:
    bases = pd.DataFrame(
        {
            "base_id": ["A", "A", "B", "B"],
            "variety": ["黄精", "黄精", "天麻", "天麻"],
            "production_year": [2019, 2020] * 2,
            "harvested_mu": 100.0,
            "dry_yield_t": [0.0, 10.0, 5.0, 0.0],
        }
    )
    worded = hg.compare_production(bases).in_words()
    assert worded[("同一批基地", "同比")].tolist() == ["", "-100.0%", "", "—"]
    assert worded[("全部基地", "同比")].tolist() == ["", "-100.0%", "", "—"]


def test_what_cannot_be_divided_is_said() -> None:
    bases = pd.DataFrame(
        {"base_id": ["A", "B", "C"], "variety": "黄精", "成本(万元)": [3.0, 4.0, np.nan]}
    )
    production = hg.compare_production(bases)
    assert production.without_area == 2
    assert not len(production.table)
    assert any("2 个基地没有采收面积" in line for line in production.notes())
    assert "单产" in production._repr_html_()
    with pytest.raises(UnknownNameError, match="township"):
        hg.compare_production(bases, by="township")


def test_rows_may_come_in_any_order() -> None:
    bases = _bases(3)
    one, other = (
        hg.compare_production(table).table
        for table in (bases, bases.sample(frac=1, random_state=1))
    )
    pd.testing.assert_frame_equal(one, other)
