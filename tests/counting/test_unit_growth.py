"""Growth and rank of units beside brute force on random ledgers."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import herbgis as hg
from herbgis.counting.unit_growth import month_before, ranks, year_before
from tests.helpers.make import seeds

POLICY = hg.load_policy()
UNITS = ["碧江区", "石阡县", "德江县", "大龙经济开发区", "高新区"]
DAYS = [dt.date(2019, 3, 31), dt.date(2019, 9, 15), dt.date(2020, 2, 29), dt.date(2020, 3, 31)]


def _history(seed: int, days: list[dt.date]) -> gpd.GeoDataFrame:
    """Versions of bases as a ledger has them: some wait, some move to another unit, some shrink."""
    rng = np.random.default_rng(seed)
    rows = [
        {
            "base_id": f"B{number:02}",
            "reporting_unit": UNITS[rng.integers(5) if rng.random() < 0.3 else number % 5],
            "variety": "黄精",
            "kind": "planting",
            "status": "built",
            "counted_mu": float(rng.choice([300.0, 500.0, 640.25, 999.99, 1000.0, 1500.5])),
            "blocked_by": [] if rng.random() < 0.8 else ["HG401"],
            "admitted_on": pd.Timestamp(day),
            "batch": batch,
        }
        for batch, day in enumerate(days, 1)
        for number in rng.choice(12, rng.integers(1, 8), replace=False)
    ]
    table = pd.DataFrame(rows)
    table["verified"] = table["blocked_by"].map(len).eq(0).astype("Int64")
    for name in ("source_file", "source_layer"):
        table[name] = None
    table["source_row"] = pd.array(range(1, len(table) + 1), dtype="Int64")
    return gpd.GeoDataFrame(table, geometry=[None] * len(table), crs=4490)


def _state(history: gpd.GeoDataFrame, day: dt.date) -> dict[str, dict[str, object]]:
    """The version of each base in force on a day: the last verified one, else the last."""
    state: dict[str, dict[str, object]] = {}
    for row in history.to_dict("records"):
        known = state.get(row["base_id"])
        if row["admitted_on"] > pd.Timestamp(day):
            continue
        if known is None or row["verified"] >= known["verified"]:
            state[row["base_id"]] = row
    return state


def _worth(row: dict[str, object], measure: str) -> float:
    mu = row["counted_mu"] if row["verified"] else 0.0
    if measure == "mu":
        return mu if mu >= 500 else 0.0
    return float(mu >= float(measure.removeprefix("verified_")))


def _sum(state: dict[str, dict[str, object]], measure: str, ids: set[str]) -> float:
    return round(sum(_worth(state[base], measure) for base in sorted(ids)), 2)


def _growth(now: float, before: float) -> float:
    return now / before - 1 if before else float("nan")


def _ids(state: dict[str, dict[str, object]], unit: str) -> set[str]:
    if unit == "全市":
        return set(state)
    canonical = POLICY.canonical("reporting_unit", unit)
    return {
        base
        for base, row in state.items()
        if POLICY.canonical("reporting_unit", str(row["reporting_unit"])) == canonical
    }


@pytest.mark.parametrize("seed", seeds(25))
def test_growth_and_rank_are_those_of_brute_force(seed: int) -> None:
    history = _history(seed, DAYS)
    made = hg.compare_units(history)
    day = made.as_of
    assert day == DAYS[-1]
    then = {"now": day, "month": dt.date(2020, 2, 29), "year": dt.date(2019, 3, 31)}
    states = {when: _state(history, was) for when, was in then.items()}
    values: dict[tuple[str, str], float] = {}
    for row in made.table.to_dict("records"):
        measure, unit = row["measure"], row["unit"]
        ids = {when: _ids(state, unit) for when, state in states.items()}
        values[measure, unit] = row["value"]
        assert row["value"] == pytest.approx(_sum(states["now"], measure, ids["now"]))
        for span in ("month", "year"):
            before = _sum(states[span], measure, ids[span])
            both = ids["now"] & ids[span]
            assert row[f"{span}_before"] == pytest.approx(before)
            assert row[f"{span}_growth"] == pytest.approx(
                _growth(row["value"], before), nan_ok=True
            )
            assert row[f"{span}_same_bases"] == len(both)
            if both:
                same, was = (_sum(states[w], measure, both) for w in ("now", span))
                assert row[f"{span}_same_value"] == pytest.approx(same)
                assert row[f"{span}_same_before"] == pytest.approx(was)
                assert row[f"{span}_same_growth"] == pytest.approx(_growth(same, was), nan_ok=True)
        assert not np.isinf([v for v in row.values() if isinstance(v, float)]).any()
    for row in made.table.to_dict("records"):
        if row["unit"] == "全市":
            assert pd.isna(row["rank"])
            continue
        larger = [
            value
            for (measure, unit), value in values.items()
            if measure == row["measure"] and unit != "全市" and value > row["value"]
        ]
        assert row["rank"] == 1 + len(larger)


def test_ranks_leave_out_the_places_that_equal_ones_take() -> None:
    rng = np.random.default_rng(1)
    for _ in range(1000):
        values = rng.integers(0, 6, rng.integers(1, 15)).astype(float)
        values[rng.random(len(values)) < 0.1] = np.nan
        made = ranks(pd.Series(values))
        for value, rank in zip(values, made, strict=True):
            assert np.isnan(rank) if np.isnan(value) else rank == 1 + (values > value).sum()


def test_ties_and_a_base_of_zero_are_said() -> None:
    history = _history(0, [dt.date(2020, 2, 29)]).iloc[:3].copy()
    history["base_id"] = ["A", "B", "C"]
    history["reporting_unit"] = ["碧江区", "石阡县", "德江县"]
    history["counted_mu"] = [600.0, 600.0, 300.0]
    history["verified"], history["blocked_by"] = 1, [[], [], []]
    later = history.assign(
        counted_mu=[600.0, 1200.0, 600.0], batch=2, admitted_on=pd.Timestamp(2020, 3, 31)
    )
    both = gpd.GeoDataFrame(pd.concat([history, later], ignore_index=True), crs=4490)
    made = hg.compare_units(both)
    table = made.in_words().set_index([("", "指标"), ("", "填报单位")])
    of_tier = table.loc["500亩以上"]
    assert of_tier.loc[["碧江区", "石阡县", "德江县"], ("", "位次")].tolist() == [1, 1, 1]
    assert of_tier.loc["万山区", ("", "位次")] == 4
    assert of_tier.loc["德江县", ("环比·同一批基地", "增减")] == "—"
    assert of_tier.loc["石阡县", ("环比·同一批基地", "增减")] == "+0.0%"
    mu = table.loc["核定面积"]
    assert mu.loc[["碧江区", "石阡县", "德江县"], ("", "位次")].tolist() == [2, 1, 2]
    assert mu.loc["石阡县", ("环比·全部基地", "增减")] == "+100.0%"
    assert (mu[("同比·全部基地", "增减")] == "").all()
    assert any("同比与 2019-03-31 的台账相比; 那时还没有台账" in line for line in made.notes())
    assert any("—" in line for line in made.notes())
    assert "环比" in made._repr_html_()
    assert "位次" in repr(made)


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        ("2020-03-31", "2020-02-29", "2019-03-31"),
        ("2020-03-30", "2020-02-29", "2019-03-30"),
        ("2020-02-29", "2020-01-31", "2019-02-28"),
        ("2019-02-28", "2019-01-31", "2018-02-28"),
        ("2021-02-28", "2021-01-31", "2020-02-29"),
        ("2020-02-28", "2020-01-28", "2019-02-28"),
        ("2020-01-15", "2019-12-15", "2019-01-15"),
        ("2020-01-31", "2019-12-31", "2019-01-31"),
        ("2020-12-31", "2020-11-30", "2019-12-31"),
        ("2020-04-30", "2020-03-31", "2019-04-30"),
    ],
)
def test_the_day_that_is_compared_with(day: str, month: str, year: str) -> None:
    given = dt.date.fromisoformat(day)
    assert month_before(given).isoformat() == month
    assert year_before(given).isoformat() == year


def test_an_empty_ledger_has_units_and_no_growth() -> None:
    made = hg.compare_units(_history(0, DAYS).iloc[:0])
    assert made.as_of is None
    assert (made.table["value"] == 0).all()
    assert made.table["month_growth"].isna().all()
