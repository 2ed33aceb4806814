"""The plan over years on the sample: its tables beside its steps, what the user gives, refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

import herbgis as hg
from herbgis.cli.options import years_of
from herbgis.foundation.errors import HerbgisError
from herbgis.planning.choosing.yearly_tables import _Rotation
from herbgis.terms.yearly_rules import years_between

TARGETS = {"500": 106, "1000": 44}
OWN = """extends = "tongren-2020"
[planning.years]
building = 1
begun_most = 2
[planning.years.targets.2022]
"500" = 105
[planning.years.targets.2030]
"500" = 200
[planning.rotation."太子参"]
rest = 3
"""


@pytest.fixture(scope="module")
def bases() -> Any:
    survey = hg.read_survey(hg.sample_paths().survey)
    return hg.classify(hg.validate(survey, counties=hg.read_counties()).bases)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("own") / "分年.toml"
    path.write_text(OWN, encoding="utf-8")
    return hg.load_policy(path)


@pytest.fixture(scope="module")
def planned(bases: Any, own: Any) -> Any:
    return hg.plan(bases, targets=TARGETS, years=(2021, 2024), policy=own, runs=2)


def test_each_year_counts_what_its_steps_give(planned: Any) -> None:
    moves = {
        row["base"]: {move["tier"]: move["to"] - move["from"] for move in row["moves"]}
        for row in planned.ladder.query("role == 'counted'").to_dict("records")
    }
    assert set(planned.dated["base"]) == set(moves)
    have = planned.targets.set_index("tier")["have"]
    for row in planned.years.to_dict("records"):
        now = planned.dated[planned.dated["counted"] <= row["year"]]
        for tier in TARGETS:
            gained = sum(moves[base].get(tier, 0) for base in now["base"])
            assert row[f"counted_{tier}"] == have[tier] + gained
    last = planned.years.iloc[-1]
    assert all(last[f"counted_{tier}"] >= number for tier, number in TARGETS.items())
    assert planned.years["cost"].sum() == pytest.approx(planned.cost)


def test_what_the_policy_says_of_years_is_kept(planned: Any) -> None:
    land = planned.dated[planned.dated["land"]]
    assert planned.dated["begun"].notna().equals(planned.dated["land"])  # the rest stands already
    assert (land["counted"] == land["begun"] + 1).all()
    assert planned.years["begun"].max() <= 2
    stated = planned.years.set_index("year")["target_500"]
    assert stated.isna().tolist() == [True, False, True, False]
    assert planned.years.set_index("year").loc[2022, "counted_500"] >= stated[2022] == 105
    assert any("2030" in note for note in planned.notes)


def test_the_plan_of_a_year_is_the_plan(bases: Any) -> None:
    plain = hg.plan(bases, targets=TARGETS, runs=2)
    one = hg.plan(bases, targets=TARGETS, runs=2, years=(2021, 2021))
    assert plain.years is None
    assert (one.status, one.cost) == (plain.status, plain.cost)
    pd.testing.assert_frame_equal(one.chosen, plain.chosen)
    pd.testing.assert_frame_equal(one.trade_off(steps=3), plain.trade_off(steps=3))
    assert one.forced_cost("520602-2020-002") == plain.forced_cost("520602-2020-002")
    assert "years" not in plain.as_dict()


def test_a_target_that_comes_too_early_is_named_with_its_year(bases: Any, own: Any) -> None:
    late = hg.plan(bases, targets={"500": 107}, years=(2022, 2023), policy=own, runs=1)
    assert late.status == "infeasible"
    told = late.blocking[["name", "wanted", "year"]].to_dict("records")
    assert told == [
        {"name": "500", "wanted": 105, "year": 2022},
        {"name": "500", "wanted": 107, "year": 2023},
        {"name": "1000", "wanted": 50, "year": 2023},
    ]
    # Without land 104 and 43 count from 2022 on, and two begun then add a base each by 2023.
    assert late.blocking["lacking"].sum() == (105 - 104) + (107 - 104) + (50 - 43) - 2
    assert "2023" in repr(late)


def test_a_base_due_after_the_last_year_is_named_and_not_counted(bases: Any) -> None:
    later = bases.copy()
    later.loc["520602-2020-004", "completed_on"] = "2023-06-01"
    for last, counted in ((2022, []), (2023, [2023])):
        plan = hg.plan(later, targets=TARGETS, years=(2021, last), runs=1)
        own = plan.dated[plan.dated["base"] == "520602-2020-004"]
        assert own["counted"].tolist() == counted
        if counted:  # it is in building until then
            assert plan.years["building"].tolist() == [1, 1, 0]
        assert any("520602-2020-004" in note for note in plan.notes) != bool(counted)


@pytest.mark.parametrize(
    ("grows", "rest", "plots"),
    [(1, 4, [0, 1, 2, 3, 4, 4]), (2, 3, [0, 0, 1, 1, 2, 2]), (3, 1, [0, 0, 0, 1, 1, 1])],
)
def test_rotation_holds_a_plot_more_after_each_harvest(
    grows: int, rest: int, plots: list[int]
) -> None:
    planted = {"variety": ["天麻"], "counted": [2021], "new_mu": [500.0]}
    rotation = _Rotation(pd.DataFrame({**planted, "grows": [grows], "rest": [rest]}))
    held = [rotation.in_year(year)[0]["mu"] for year in range(2021, 2027)]
    assert held == [500.0 * each for each in plots]
    # The laws of it: a plot is planted again only after its rest, by walking the plots one by one.
    free, used = [2021], []
    for start in range(2021, 2061, grows):
        ready = [each for each in free if each <= start]
        free = [each for each in free if each > start] + ready[1:] + [start + grows + rest]
        used.append(len(ready) == 0)
    assert 1 + sum(used) - used[0] == 1 + max(
        int(mu / 500) for mu in (rotation.in_year(year)[0]["mu"] for year in range(2021, 2061))
    )


def test_what_has_no_source_is_asked_for(bases: Any, planned: Any) -> None:
    silent = hg.plan(bases, targets=TARGETS, years=(2021, 2024), runs=1)
    asked = [note for note in silent.notes if "[planning.rotation" in note]
    assert len(asked) == 1
    assert "太子参" in asked[0]
    assert silent.years["rotation_mu"].isna().any()
    assert any("building" in note for note in silent.notes)
    assert not any("[planning.rotation" in note for note in planned.notes)
    assert planned.years["rotation_mu"].notna().all()


def test_json_and_the_workbook_hold_the_years(planned: Any, tmp_path: Path) -> None:
    told = json.loads(json.dumps(planned.as_dict(), allow_nan=False))
    assert [row["year"] for row in told["years"]] == [2021, 2022, 2023, 2024]
    assert told["years"][-1]["targets"][0]["target"] == 106
    assert len(told["dated"]) == len(planned.dated)
    book = openpyxl.load_workbook(hg.write_plan_book(planned, tmp_path / "规划表.xlsx"))
    cells = [str(cell) for row in book["分年计划"].iter_rows(values_only=True) for cell in row]
    assert {"2021", "2024"} <= set(cells)
    assert "分年项目" in book.sheetnames


@pytest.mark.parametrize(
    "years", [(2025, 2021), (1, 5), (2021, 2041), "2021-2025", (2021,), (2021.5, 2022), 2021]
)
def test_years_that_are_none_are_refused_in_words(bases: Any, years: Any) -> None:
    with pytest.raises(hg.WrongCallError, match=r"规划期|years"):
        hg.plan(bases, years=years)


def test_years_on_the_command_line_are_two_years_in_order() -> None:
    assert years_of(None) is None
    assert years_of("2021-2025") == years_of(" 2021 – 2025 ") == (2021, 2025)
    for text in ("2021", "2025-2021", "2021-2055", "soon", "21-25", ""):
        with pytest.raises(hg.WrongCallError, match=r"--years|规划期"):
            years_of(text)


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ('[planning.years.targets.2022]\n"300" = 1\n', "300"),
        ('[planning.years.targets.next]\n"500" = 1\n', "年份"),
        ('[planning.rotation."人参果"]\nrest = 3\n', "人参果"),
        ('[planning.rotation."天麻"]\ngrows = 3\n', "rest"),
        ("[planning.years]\nbuilding = -1\n", "building"),
    ],
)
def test_a_policy_that_says_nonsense_of_years_is_refused(
    said: str, named: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.toml"
    path.write_text('extends = "tongren-2020"\n' + said, encoding="utf-8")
    with pytest.raises(HerbgisError, match=named):
        hg.load_policy(path)


def test_years_to_harvest_are_read_from_the_catalogue() -> None:
    told = {
        text: years_between(text) for text in ("15(环剥,周期4年)", "1-1.5", "约0.7(8个月)", "不详")
    }
    assert list(told.values()) == [(15.0, 15.0), (1.0, 1.5), (0.7, 0.7), None]
    catalogue = hg.load_policy().varieties.values()
    read = [years_between(each.years_to_harvest) for each in catalogue if each.years_to_harvest]
    assert len(read) > 15
    assert all(years is not None and 0 < years[0] <= years[1] < 20 for years in read)
    assert np.isfinite([years[1] for years in read if years]).all()


@pytest.mark.parametrize("done", ["2021-06", "2030-06"])
def test_a_plan_in_which_nothing_takes_land_is_told_by_year(done: str) -> None:
    building = pd.DataFrame(
        {
            "variety": ["天麻"],
            "status": ["building"],
            "counted_mu": [600.0],
            "completed_on": [done],
        },
        index=pd.Index(["B1"], name="base_id"),
    )
    for bases, counts in ((building, done < "2022"), (building.iloc[:0], False)):
        plan = hg.plan(bases, targets={"500": 1, "1000": 0}, years=(2021, 2022), runs=0)
        assert plan.status == ("optimal" if counts else "infeasible")
        assert plan.years["counted_500"].tolist() == [int(counts)] * 2
