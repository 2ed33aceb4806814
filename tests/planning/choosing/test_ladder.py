"""The ladder beside every combination of steps, and what each step is said to move."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import herbgis as hg
from herbgis.counting.marks import countable_by_id
from herbgis.planning.choosing.drafting import Draft, draft_of
from herbgis.planning.choosing.ladder import STEPS, ladder_of, outcomes_of, with_all_free
from herbgis.planning.choosing.solving import Search
from herbgis.planning.sites.proposals import given_candidates
from herbgis.terms.policyfiles import load_policy
from tests.helpers.make import LON
from tests.helpers.plan_cases import full_cost
from tests.helpers.shapes import east_of, square
from tests.helpers.shapes import frame as bases_frame

POLICY = load_policy()
LINES = (500.0, 1000.0)
CASES = ("counted", "without", "helped")


@cache
def pool() -> tuple[pd.DataFrame, Draft, pd.Series]:
    """Bases about the lines of every status, sound or not, surveyed or not; candidates; a draft."""
    rng = np.random.default_rng(7)
    count = 400
    mu = np.round(rng.choice(LINES, count) * rng.uniform(0.75, 1.02, count), 2)
    measured = np.where(rng.random(count) < 0.85, 1.0, np.nan)
    codes: list[list[str]] = [["HG401"], ["HG304"], ["HG401", "HG601"], []]
    blocked = [codes[k] for k in rng.choice(4, count, p=[0.1, 0.05, 0.05, 0.8])]
    told = pd.DataFrame(
        {
            "variety": rng.choice(["黄精", "香菇", "无名草"], count, p=[0.9, 0.05, 0.05]),
            "kind": rng.choice(["planting", "seedling"], count, p=[0.95, 0.05]),
            "status": rng.choice(
                ["built", "building", "unknown", "planned"], count, p=[0.7, 0.15, 0.1, 0.05]
            ),
            "declared_mu": np.round(mu * rng.choice([1.0, 1.1], count), 1),
            **dict.fromkeys(("counted_mu", "surveyed_mu"), mu * measured),
            "disputed_mu": 0.0,
            "sigma_mu": rng.choice([0.1, 8.0, 25.0], count) * measured,
            "blocked_by": [
                ["HG101"] if np.isnan(known) else why
                for known, why in zip(measured, blocked, strict=True)
            ],
        },
        index=pd.Index([f"B-{number:03}" for number in range(count)], name="base_id"),
    )
    area = rng.uniform(450, 1100, 30)
    shapes = [east_of(square(each), 5000.0 * number) for number, each in enumerate(area)]
    names = [f"C-{number:02}" for number in range(30)]
    sites = gpd.GeoDataFrame({"candidate_id": names}, geometry=shapes, crs=4490)
    table, candidates = countable_by_id(told, POLICY), given_candidates(sites)
    wanted = {"500": 0, "1000": 0}
    every = draft_of(table, candidates, shapes=None, seedlings={}, policy=POLICY, wanted=wanted)
    return told, every, candidates.sites["mu"]


def part(
    seed: int, *, most: tuple[int, int] = (10, 3), ahead: tuple[int, int] = (8, 4)
) -> tuple[Draft, pd.DataFrame, list[float]]:
    """The draft of some bases and candidates, with targets a little beyond what is there."""
    table, every, sites = pool()
    rng = np.random.default_rng(seed)
    bases = table.iloc[rng.permutation(len(table))[: rng.integers(4, most[0] + 1)]]
    few = sites.iloc[rng.permutation(len(sites))[: rng.integers(0, most[1] + 1)]]
    wanted = {
        f"{line:g}": int(rng.integers(0, more + 1)) for line, more in zip(LINES, ahead, strict=True)
    }
    kept = every.options["id"].isin([*bases.index, *few.index]).to_numpy()
    sure = bases[["variety", "kind", "status"]].eq(["黄精", "planting", "built"]).all(axis=1)
    verified = bases["counted_mu"][sure & ~bases["blocked_by"].map(bool)]
    have = {f"{line:g}": int((verified >= line).sum()) for line in LINES}
    need = np.array([wanted[label] - have[label] for label in wanted], dtype=float)
    draft = replace(
        every,
        problem=replace(every.problem.of(kept), need=need),
        options=every.options[kept].reset_index(drop=True),
        steps=every.steps[every.steps["base_id"].isin(bases.index)].reset_index(drop=True),
        have=have,
        targets=wanted,
    )
    return draft, bases, few.tolist()


def choices_of_base(base: dict[str, Any], case: str) -> Iterator[tuple[float, float]]:
    """What a base can count in the end, 亩, and at what cost; worked out from its row alone."""
    may_count = base["variety"] != "香菇" and base["kind"] == "planting"
    counts = may_count and base["variety"] != "无名草"
    blocked, measured = bool(base["blocked_by"]), math.isfinite(base["counted_mu"])
    if not (counts and base["status"] == "built" and not blocked):
        stands = base["status"] in {"built", "unknown", "building"}
        free = may_count and stands and case != "without"
        mu = base["counted_mu"] if measured else base["declared_mu"]
        stays = {"HG304", "HG601"} & {*base["blocked_by"]}
        yield (0.0 if not free or stays else mu), 0.0
        return
    mu = now = base["counted_mu"]
    if case == "helped":
        reached = [x for x in LINES if mu < x and x - mu <= 1.96 * base["sigma_mu"]]
        now = max([now, *reached])
    yield now, 0.0
    for line in LINES:
        enough = line + 1.96 * base["sigma_mu"] * math.sqrt(line / mu)
        grown = math.ceil(round(enough * 100, 9)) / 100
        if mu < line and grown - mu <= POLICY.planning.most_enlarged * mu:
            yield grown, grown - mu


def least_cost(
    wanted: Mapping[str, int], bases: pd.DataFrame, sites: list[float], case: str
) -> float:
    """By trying every combination; infinite where none does."""
    each = [list(choices_of_base(base, case)) for base in bases.to_dict("records")]
    each += [[(0.0, 0.0), (round(mu, 2), round(mu, 2))] for mu in sites]
    best = math.inf
    for combination in itertools.product(*each):
        reached = (sum(mu >= line for mu, _ in combination) for line in LINES)
        if all(count >= wanted[f"{line:g}"] for count, line in zip(reached, LINES, strict=True)):
            best = min(best, sum(cost for _, cost in combination))
    return best


def test_every_small_ladder_costs_as_much_as_the_best_of_all_combinations() -> None:
    seen = []
    for seed in range(200):
        draft, bases, sites = part(seed)
        solution = Search(draft.problem).solution()
        outcomes = outcomes_of(draft, POLICY)
        found = {"counted": solution, "without": outcomes.without, "helped": outcomes.helped}
        for case in CASES:
            told = found[case] or solution  # where nothing is to be left out, or to be hoped for
            least = least_cost(draft.targets, bases, sites, case)
            assert told.cost == pytest.approx(least, abs=1e-6), (seed, case)
            seen.append((case, math.isinf(least), least > 0))
    assert set(seen) >= {(case, False, paid) for case in CASES for paid in (True, False)}
    assert set(seen) >= {(case, True, True) for case in CASES}


def test_the_ladder_adds_up_and_nothing_is_bought_while_something_free_is_open() -> None:
    roles = set()
    for seed in range(30):
        draft, *_ = part(seed)
        solution = Search(draft.problem).solution()
        taken = with_all_free(draft, solution)
        ladder = ladder_of(draft, taken, {}, outcomes_of(draft, POLICY), POLICY)
        assert list(ladder["step"]) == sorted(ladder["step"], key=STEPS.index)
        count = dict(draft.have)
        for row in ladder.to_dict("records"):
            for move in row["moves"]:
                assert move["from"] == count[move["tier"]]
                if row["role"] == "counted":
                    count[move["tier"]] = move["to"]
        planned = draft.problem.gains[:, taken].sum(axis=1)
        assert list(count.values()) == [
            have + more for have, more in zip(draft.have.values(), planned, strict=True)
        ]
        bought = ladder[ladder["step"].isin(["enlarge", "found"]) & (ladder["role"] == "counted")]
        assert bought["cost"].sum() == pytest.approx(solution.cost if len(bought) else 0.0)
        free = ladder[ladder["step"].isin(["mend", "finish"])]
        assert (free["cost"] == 0).all()
        assert set(free["role"]) <= {"counted", "nothing"}
        again = ladder[ladder["step"] == "remeasure"]
        assert again["chance"].between(0.02, 0.5).all()
        roles |= set(ladder["role"])
    assert roles == {"counted", "chance", "reserve", "nothing"}


def test_a_middling_ladder_is_that_of_the_full_program() -> None:
    bought = 0
    for seed in range(20):
        draft, *_ = part(seed, most=(300, 30), ahead=(160, 60))
        solution = Search(draft.problem).solution()
        assert solution.cost == pytest.approx(full_cost(draft.problem), rel=1e-9, abs=1e-9), seed
        bought += 0 < solution.cost < math.inf
    assert bought >= 5


def test_land_that_two_bases_claim_counts_for_one_of_them() -> None:
    """Mending costs nothing, so nothing is bought; but the two cannot both have the land."""
    told = bases_frame([square(600), square(600), east_of(square(480), 5000)])
    bases = hg.classify(hg.validate(told).bases)
    plan = hg.plan(bases, targets={"500": 1, "1000": 0}, runs=1)
    assert (plan.cost, len(plan.chosen)) == (0.0, 0)
    roles = plan.ladder.set_index("base")["role"].to_dict()
    assert sorted(roles[f"520625-2020-00{n}"] for n in (1, 2)) == ["counted", "nothing"]
    plan = hg.plan(bases, targets={"500": 2, "1000": 0}, runs=1)
    assert set(plan.chosen["id"]) == {"520625-2020-003"}
    assert plan.targets["free"].tolist() == [1, 0]


def test_steps_say_what_they_are() -> None:
    told = bases_frame(
        [square(mu, LON + 0.05 * n) for n, mu in enumerate((600, 499.0, 700, 480))],
        status=["built", "built", "building", "built"],
        survey_method=["RTK", "handheld", "RTK", "RTK"],
        completed_on=[None, None, "2020-10-31", None],
    )
    told.loc[0, ["county", "reporting_unit"]] = None
    bases = hg.classify(hg.validate(told).bases)
    plan = hg.plan(bases, targets={"500": 4, "1000": 0}, runs=1)
    rows = {(row["step"], row["base"][-1]): row for row in plan.as_dict()["ladder"]}
    assert list(rows) == [
        *(("mend", "1"), ("remeasure", "2"), ("finish", "3"), ("enlarge", "2"), ("enlarge", "4"))
    ]
    mend, again, finish = rows["mend", "1"], rows["remeasure", "2"], rows["finish", "3"]
    assert mend["codes"] == ["HG503"]
    assert mend["moves"] == [{"tier": "500", "from": 0, "to": 1, "chance": 1.0}]
    truth = statistics.NormalDist(499.0, bases["sigma_mu"].iloc[1])
    assert again["chance"] == pytest.approx(1 - truth.cdf(500.0), abs=1e-3)
    assert (again["role"], again["cost"]) == ("chance", None)
    assert (finish["by"], finish["cost"]) == ("2020-10-31", 0.0)
    assert rows["enlarge", "2"]["chance"] == pytest.approx(0.975, abs=1e-3)
    assert plan.outcomes["case"].tolist() == ["counted", "without", "helped"]
    assert "建成 (计划 2020-10-31)" in repr(plan)
