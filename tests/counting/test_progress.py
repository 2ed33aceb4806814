"""count_progress beside a count by hand, on random tables and at the line."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import herbgis as hg
from herbgis.counting.progress import rate_text
from herbgis.foundation.errors import MissingColumnError, UnknownNameError
from tests.helpers.make import seeds

TIERS = {"500": 500.0, "1000": 1000.0}


#: As the catalogue has them.
GROUPS = {"天麻": "key", "黄精": "key", "丹参": "encouraged", "前胡": "other", "香菇": "fungus"}


def _random_table(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(0, 60))
    line = rng.choice([499.99, 500.0, 500.01, 999.99, 1000.0], count)
    counted = np.where(rng.random(count) < 0.4, line, rng.uniform(10, 1500, count).round(2))
    counted = np.where(rng.random(count) < 0.1, np.nan, counted)
    variety = rng.choice(list(GROUPS), count)
    return pd.DataFrame(
        {
            "name": [f"基地{n}" for n in range(count)],
            "variety": variety,
            "group": [GROUPS[name] for name in variety],
            "kind": rng.choice(["planting", "demonstration", "seedling", "spawn"], count),
            "status": rng.choice(
                ["built", "building", "planned", "unknown"], count, p=[0.7, 0.1, 0.1, 0.1]
            ),
            "county": rng.choice(["德江县", "石阡县"], count),
            "blocked_by": [["HG102"] if rng.random() < 0.2 else [] for _ in range(count)],
            "declared_mu": np.where(rng.random(count) < 0.1, np.nan, rng.uniform(300, 1300, count)),
            "counted_mu": counted,
            "contiguous_mu": counted * rng.uniform(0.3, 1.0, count),
            "sigma_mu": rng.uniform(0, 5, count),
            "completed_on": rng.choice(
                ["2019-12-31", "2020-01-01", "2020-12-31", "2021", ""], count
            ),
        },
        index=pd.Index([f"B{n}" for n in range(count)], name="base_id"),
    )


def _half_up(mu: float) -> float:
    return np.floor(round(mu * 100, 6) + 0.5) / 100


def _reaches(mu: float, tier: str, nested: bool) -> bool:
    if np.isnan(mu):
        return False
    mu = _half_up(mu)
    return mu >= TIERS[tier] and (nested or tier == "1000" or mu < 1000)


def _by_hand(
    table: pd.DataFrame, tier: str, nested: bool, area: str, seedling: bool, year: str = "all"
) -> int:
    kinds = {"planting", "demonstration"} | ({"seedling"} if seedling else set())
    column = {"total": "counted_mu", "contiguous": "contiguous_mu"}[area]
    return sum(
        row["group"] != "fungus"
        and row["kind"] in kinds
        and row["status"] == "built"
        and not row["blocked_by"]
        and not np.isnan(row["counted_mu"])
        and _reaches(row[column], tier, nested)
        and (year == "all" or row["completed_on"][:4] == "2020")
        for _, row in table.iterrows()
    )


@pytest.mark.parametrize("seed", seeds(100))
def test_progress_equals_a_count_by_hand(seed: int, policy: hg.Policy) -> None:
    table = _random_table(seed)
    progress = hg.count_progress(table, policy=policy, by=["variety", "county,variety"])
    for row in progress.readings.to_dict("records"):
        for tier in TIERS:
            answers = (row["nested"], row["area"], row["seedling"], row["year"])
            assert row[tier] == _by_hand(table, tier, *answers)
    undated = table[table["completed_on"] == ""]
    assert progress.undated == _by_hand(undated, "500", True, "total", False)
    for row in progress.targets.to_dict("records"):
        tier = row["tier"]
        assert row["verified"] == _by_hand(table, tier, True, "total", False)
        eligible = table[
            (table["group"] != "fungus") & table["kind"].isin(["planting", "demonstration"])
        ]
        reported = eligible[
            eligible["status"].isin(["built", "unknown"])
            & np.array([_reaches(mu, tier, True) for mu in eligible["declared_mu"]], dtype=bool)
        ]
        assert row["reported"] == len(reported)
        stuck = [
            bool(r["blocked_by"]) or np.isnan(r["counted_mu"]) or r["status"] == "unknown"
            for _, r in reported.iterrows()
        ]
        assert row["pending"] == sum(stuck)
        assert row["gap"] == max(row["target"] - row["verified"], 0)
    for table_by in progress.by.values():
        for tier in TIERS:
            assert table_by[tier].sum() == _by_hand(table, tier, True, "total", False)
        assert table_by["mu"].sum() == pytest.approx(progress.targets["mu"][0], abs=0.02)


def test_every_reading_is_there_and_the_headline_is_one_of_them(policy: hg.Policy) -> None:
    progress = hg.count_progress(_random_table(1), policy=policy)
    answers = ((True, False), ("total", "contiguous"), (True, False), ("all", "built"))
    given = {(r.nested, r.area, r.seedling, r.year) for r in progress.readings.itertuples()}
    assert given == set(itertools.product(*answers))
    assert len(progress.readings) == 16


@pytest.mark.parametrize("seed", seeds(20))
def test_a_policy_may_count_what_was_completed_in_its_year(seed: int, tmp_path: Path) -> None:
    own = tmp_path / "当年.toml"
    own.write_text('extends = "tongren-2020"\n[counting]\nyear = "built"\n', encoding="utf-8")
    table = _random_table(seed)
    progress = hg.count_progress(table, policy=hg.load_policy(own))
    in_year = table[table["completed_on"].str.startswith("2020")]
    assert progress.targets.equals(hg.count_progress(in_year).targets)
    reasons = progress.uncounted.set_index("reason")["bases"]
    others = table[~table.index.isin(in_year.index)]
    counted = others["group"].ne("fungus") & others["kind"].isin(["planting", "demonstration"])
    assert reasons["不是当年建成"] == (counted & others["status"].isin(["built", "unknown"])).sum()


def test_the_sample_has_one_base_completed_in_the_plan_year(policy: hg.Policy) -> None:
    survey = hg.read_survey(hg.sample_paths().survey, policy=policy)
    report = hg.validate(survey, counties=hg.read_counties(), policy=policy)
    progress = hg.count_progress(hg.classify(report.bases, policy=policy), policy=policy)
    told = progress.readings.query("nested and area == 'total' and not seedling")
    assert told.set_index("year")["500"].to_dict() == {"all": 96, "built": 1}
    assert "2020年" in progress.readings_notes()[0]


def test_an_area_under_the_line_within_its_error_is_undecided_on_either_side() -> None:
    table = pd.DataFrame(
        {"counted_mu": [498.1, 501.9, 497.9, 502.1, 990.0], "sigma_mu": [1.0] * 5},
        index=list("ABCDE"),
    )
    progress = hg.count_progress(table)
    assert progress.targets["undecided"].tolist() == [2, 0]


def test_bases_to_be_surveyed_again_say_how_well_they_must_be() -> None:
    table = pd.DataFrame(
        {
            "counted_mu": [498.0, 503.0, 700.0, 1001.0, 499.0],
            "sigma_mu": [2.0, 2.0, 2.0, 1.0, 0.1],
        },
        index=list("ABCDE"),
    )
    again = hg.count_progress(table).undecided
    assert again[["tier", "lead_mu"]].to_numpy().tolist() == [
        ["500", -2.0],
        ["500", 3.0],
        ["1000", 1.0],
    ]
    assert again["chance"].tolist() == pytest.approx([0.1587, 0.9332, 0.8413], abs=1e-4)
    # A survey this good would just leave the line outside its error.
    assert (again["needed_sigma_mu"] * 1.96).tolist() == pytest.approx([2.0, 3.0, 1.0])


def test_near_lists_what_each_base_lacks() -> None:
    table = pd.DataFrame({"counted_mu": [499.99, 480.0, 999.5, 2000.0]}, index=list("ABCD"))
    near = hg.count_progress(table).near
    first = near[near["tier"] == "500"]
    assert first["base_id"].tolist() == ["A", "B"]
    assert first["lacks_mu"].tolist() == [0.01, 20.0]
    assert near[near["tier"] == "1000"]["lacks_mu"].tolist()[0] == 0.5


def test_breakdowns_stand_in_the_official_order(policy: hg.Policy) -> None:
    names = ["松桃苗族自治县", "江口县", "印江土家族苗族自治县", "碧江区"]
    table = pd.DataFrame(
        {"counted_mu": [600.0] * 4, "county": names, "variety": ["丹参", "花椒", "天麻", "前胡"]}
    )
    progress = hg.count_progress(table, policy=policy, by=["county", "variety"])
    assert progress.by["county"]["county"].tolist() == [names[3], names[1], names[2], names[0]]
    assert progress.by["variety"]["variety"].tolist() == ["天麻", "花椒", "丹参", "前胡"]


def test_the_year_is_that_of_completion() -> None:
    table = pd.DataFrame(
        {"counted_mu": [600.0, 700.0], "completed_on": pd.to_datetime(["2019-12-31", "2020-01-01"])}
    )
    by = hg.count_progress(table, by="year").by["year"]
    assert by["year"].tolist() == [2019, 2020]


def test_as_of_is_the_newest_survey_and_never_today() -> None:
    dates = pd.to_datetime(["2020-03-01", "2020-06-30"])
    table = pd.DataFrame({"counted_mu": [1.0, 2.0], "surveyed_on": dates})
    assert hg.count_progress(table).as_of == dt.date(2020, 6, 30)
    assert hg.count_progress(table[["counted_mu"]]).as_of is None
    assert hg.count_progress(table, as_of=dt.date(2020, 7, 1)).as_of == dt.date(2020, 7, 1)


def test_a_table_without_counted_area_says_what_to_do() -> None:
    with pytest.raises(MissingColumnError, match=r"counted_mu.*现有列.*area"):
        hg.count_progress(pd.DataFrame({"area": [1.0]}))
    renamed = hg.count_progress(pd.DataFrame({"area": [500.0]}), columns={"counted_mu": "area"})
    assert renamed.targets["verified"].tolist() == [1, 0]


def test_an_unknown_breakdown_names_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="variety"):
        hg.count_progress(pd.DataFrame({"counted_mu": [1.0]}), by=["varieti"])


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (9996, 10000, "99.9%"),
        (100, 100, "100.0%"),
        (96, 100, "96.0%"),
        (0, 50, "0.0%"),
        (77, 80, "96.3%"),
        (1, 8, "12.5%"),
        (104, 100, "104.0%"),
        (1, 0, "—"),
    ],
)
def test_a_rate_is_never_rounded_up_to_the_whole(part: int, whole: int, text: str) -> None:
    assert rate_text(part, whole) == text


def test_results_show_themselves(policy: hg.Policy) -> None:
    table = _random_table(7).assign(name="<img src=x onerror=alert(1)>", county="<script>")
    progress = hg.count_progress(table, policy=policy, by=["county"])
    assert "500亩以上" in repr(progress)
    assert "“以上”含本数" in repr(progress)
    html = progress._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_tables_are_worded_as_people_read_them(policy: hg.Policy) -> None:
    table = pd.DataFrame(
        {"counted_mu": [600.0, 700.0], "county": ["印江土家族苗族自治县", None], "status": "built"}
    )
    progress = hg.count_progress(table, policy=policy, by="county,status")
    worded = progress.in_words(progress.by["county,status"])
    assert list(worded.columns) == ["县区", "建设状态", "500亩以上", "1000亩以上", "核定面积"]
    assert worded["县区"].tolist() == ["印江自治县", "未填"]
    assert worded["建设状态"].tolist() == ["已建", "已建"]


@pytest.mark.parametrize("by", ["county,county", "县区,county", "县,variety,county"])
def test_a_column_crossed_with_itself_is_the_column(by: str) -> None:
    table = _random_table(3)
    crossed = hg.count_progress(table, by=by).by
    once = hg.count_progress(table, by=",".join(crossed)).by
    assert list(crossed) in (["county"], ["county,variety"])
    for name, told in crossed.items():
        pd.testing.assert_frame_equal(told, once[name])
