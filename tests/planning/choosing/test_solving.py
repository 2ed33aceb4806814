"""The exact plan beside every combination, and beside one program over all options."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from herbgis.foundation.errors import HerbgisError
from herbgis.planning.choosing import relaxing, solving
from herbgis.planning.choosing.costs import cost_of
from herbgis.planning.choosing.explaining import (
    forced_cost,
    replacement_costs,
    stability,
    trade_off,
)
from herbgis.planning.choosing.problem import Problem
from herbgis.planning.choosing.solving import Search, Solution
from tests.helpers.make import seeds
from tests.helpers.plan_cases import (
    all_choices,
    best_of_all,
    full_cost,
    large_problem,
    short_of,
    small_problem,
    solve,
)

SMALL = range(200)


def check(problem: Problem, solution: Solution) -> None:
    """A plan that does what is asked, and says its own cost."""
    assert short_of(problem, solution.chosen) == 0
    assert solution.cost == pytest.approx(problem.cost[solution.chosen].sum(), rel=1e-12)
    assert solution.bound == solution.cost


def test_every_small_plan_is_the_best_of_all_combinations() -> None:
    feasible = 0
    for seed in SMALL:
        problem = small_problem(seed)
        short, cost = best_of_all(problem)
        solution = solve(problem)
        if short:
            assert solution.status == "infeasible", seed
            assert sum(each.lacking for each in solution.blocking) == pytest.approx(short), seed
        else:
            feasible += 1
            assert solution.status == "optimal", seed
            check(problem, solution)
            assert solution.cost == pytest.approx(cost, abs=1e-6), seed
    assert 60 < feasible < 160  # both answers are tried


def test_costs_of_any_scale_are_solved_as_well_and_of_free_sites_the_fewest_chosen() -> None:
    tried = 0
    for seed in range(40):
        problem = small_problem(seed)
        sound = [each for each in all_choices(problem) if short_of(problem, each) == 0]
        if not sound:
            continue
        rng = np.random.default_rng(seed)
        dwarfing = np.where(rng.random(len(problem.cost)) < 0.3, 1e12, problem.cost)
        some_free = np.where(rng.random(len(problem.cost)) < 0.5, 0.0, problem.cost)
        times = (1e-8, 1e12, 0.0, 10.0 ** rng.integers(-8, 13, len(problem.cost)))
        for cost in (*(problem.cost * each for each in times), dwarfing, some_free):
            found = solve(replace(problem, cost=cost))
            least = min(cost[each].sum() for each in sound)
            assert found.cost == pytest.approx(least, rel=1e-9, abs=0.0), seed
            paid = found.chosen[cost[found.chosen] > 0]
            as_good = [each for each in sound if set(each[cost[each] > 0]) == set(paid)]
            assert len(found.chosen) == min(map(len, as_good)), seed
            tried += 1
    assert tried > 100


@pytest.mark.parametrize("seed", seeds(20))
def test_a_middling_plan_is_that_of_the_full_program(seed: int) -> None:
    problem = large_problem(120 + 10 * seed, seed, need=(20 + seed, 10))
    solution = solve(problem)
    check(problem, solution)
    assert solution.cost == pytest.approx(full_cost(problem), rel=1e-9)


def test_few_options_at_a_time_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = large_problem(300, 5, need=(40, 20))
    whole = solve(problem)
    for module, name in ((relaxing, "_FIRST"), (relaxing, "_MORE"), (solving, "_LEAST_KEPT")):
        monkeypatch.setattr(module, name, 1)
    assert solve(problem).cost == pytest.approx(whole.cost, rel=1e-12)


def test_the_same_problem_has_the_same_plan() -> None:
    problem = large_problem(400, 2)
    assert solve(problem).chosen.tolist() == solve(problem).chosen.tolist()


def test_nothing_wanted_costs_nothing() -> None:
    problem = small_problem(3)
    nothing = replace(
        problem,
        need=np.zeros(2),
        gains=np.abs(problem.gains),
        variety_least=np.zeros(2),
        county_least=np.zeros(2),
    )
    solution = solve(nothing)
    assert (solution.status, solution.cost, len(solution.chosen)) == ("optimal", 0.0, 0)


def test_without_options_all_that_is_wanted_is_lacking() -> None:
    nothing = small_problem(3)
    none = np.empty(0, dtype=np.intp)
    empty = replace(
        nothing,
        **dict.fromkeys(("site", "variety", "county", "year"), none),
        gains=np.empty((2, 0)),
        cost=np.empty(0),
        mu=np.empty(0),
        need=np.array([3.0, 1.0]),
        variety_least=np.zeros(2),
        county_least=np.zeros(2),
        conflicts=np.empty((0, 2), dtype=np.intp),
    )
    told = [(each.kind, each.number, each.lacking) for each in solve(empty).blocking]
    assert told == [("tier", 0, 3.0), ("tier", 1, 1.0)]


def test_a_missing_solver_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "highspy", None)
    with pytest.raises(HerbgisError, match=r"herbgis\[plan\]"):
        solve(small_problem(1))


def test_the_solver_prints_nothing_among_the_results() -> None:
    code = (
        "from tests.helpers.plan_cases import small_problem, solve\n"
        "solve(small_problem(1))\nprint('done')"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert (told.stdout, told.stderr) == ("done\n", "")


@pytest.mark.parametrize("threads", [2, 3])
def test_a_solver_used_before_with_other_threads_is_no_hindrance(threads: int) -> None:
    here = """
import sys
import highspy
from tests.helpers.plan_cases import small_problem, solve

def used():
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", int(sys.argv[1]))
    highs.addVar(0, 1)
    highs.changeColCost(0, -1.0)
    return highs.run() == highspy.HighsStatus.kOk

before = used()
cost = solve(small_problem(int(sys.argv[2]))).cost
print(before, cost, used())
"""
    problem = next(each for each in SMALL if solve(small_problem(each)).status == "optimal")
    command = [sys.executable, "-c", here, str(threads), str(problem)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.split()[-3:] == ["True", str(solve(small_problem(problem)).cost), "True"]


def test_replacement_and_forcing_equal_every_combination() -> None:
    tried = 0
    for seed in SMALL:
        problem = small_problem(seed)
        search = Search(problem)
        solution = search.solution()
        if solution.status != "optimal":
            continue
        without = replacement_costs(search, solution)
        for option, more in zip(solution.chosen, without, strict=True):
            short, cost = best_of_all(problem, problem.site != problem.site[option])
            wanted = math.inf if short else cost - solution.cost
            assert more == pytest.approx(wanted, abs=1e-6), seed
            tried += 1
        for site in np.setdiff1d(problem.site, problem.site[solution.chosen])[:1]:
            found = search.best(using=int(site))
            more = forced_cost(search, solution, int(site))
            if found is None:
                assert math.isinf(more)
                continue
            assert site in problem.site[found]
            assert short_of(problem, found) == 0
            assert more == pytest.approx(cost_of(problem, found) - solution.cost, abs=1e-6)
            tried += 1
    assert tried > 150


def test_forcing_a_site_in_costs_the_best_plan_with_it() -> None:
    problem = large_problem(120, 7, need=(8, 4))
    search = Search(problem)
    solution = search.solution()
    check(problem, solution)
    chosen = set(problem.site[solution.chosen].tolist())
    for site in [site for site in range(60) if site not in chosen][:5]:
        # A site that is paid for anyway is chosen: its cost is paid afterwards.
        bribed = replace(problem, cost=problem.cost - 1e5 * (problem.site == site))
        wanted = full_cost(bribed) + 1e5 - solution.cost
        assert forced_cost(search, solution, site) == pytest.approx(wanted, abs=1e-4)


def test_stability_is_a_share_and_sure_without_perturbation() -> None:
    problem = large_problem(200, 1, need=(20, 10))
    search = Search(problem)
    solution = search.solution()
    assert (stability(search, solution, runs=2, spread=0.0) == 1).all()
    shares = stability(search, solution, runs=10)
    assert ((shares >= 0) & (shares <= 1)).all()
    assert 0 < shares.mean() < 1
    assert shares.tolist() == stability(search, solution, runs=10).tolist()


def test_more_bases_never_cost_less() -> None:
    problem = large_problem(200, 4, need=(40, 20))
    curve = trade_off(problem, steps=5)
    assert list(curve["share"]) == [0.2, 0.4, 0.6, 0.8, 1.0]
    assert curve["cost"].is_monotonic_increasing
    assert curve["cost"].iloc[-1] == pytest.approx(solve(problem).cost)
    assert list(curve["need_0"]) == [8, 16, 24, 32, 40]
