"""The plan over years beside every combination of options and years, and beside one program."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from herbgis.geo.geodesy import Ints
from herbgis.planning.choosing.calendar import Calendar
from herbgis.planning.choosing.problem import Problem
from herbgis.planning.choosing.solving import Search
from tests.helpers.make import seeds
from tests.helpers.plan_cases import all_choices, full_cost, large_horizon, short_of, small_problem

_SITES = 3


def small_case(seed: int) -> tuple[Problem, Calendar]:
    """At most three sites, two or three years; some need no land, some years ask for nothing."""
    problem = small_problem(seed)
    problem = problem.of(problem.site < _SITES)
    problem = replace(
        problem, conflicts=problem.conflicts[(problem.conflicts < _SITES).all(axis=1)]
    )
    rng = np.random.default_rng(10_000 + seed)
    options, years = len(problem.site), int(rng.integers(2, 4))
    dated = rng.random(problem.sites)[problem.site] < 0.8
    cost, mu = (np.where(dated, each, 0.0) for each in (problem.cost, problem.mu))
    ahead = rng.integers(-2, 1, (2, years)).astype(float)
    ahead[rng.random((2, years)) < 0.4] = -math.inf
    ahead[:, -1] = 0.0
    begun_most = np.where(rng.random(years) < 0.5, rng.integers(0, 3, years), math.inf)
    delay = np.where(dated, rng.integers(0, 2), rng.integers(0, years + 1, options))
    return replace(problem, cost=cost, mu=mu), Calendar(years, delay, dated, ahead, begun_most)


def short_by_year(problem: Problem, calendar: Calendar, chosen: Ints, begun: Ints) -> float:
    """By how many bases, summed over years, a plan falls short; infinite where it is forbidden."""
    counted = begun + calendar.delay[chosen]
    if (counted >= calendar.years).any() or begun[~calendar.dated[chosen]].any():
        return math.inf
    # Of the whole plan only the quotas hold; seedlings and targets are those of a year.
    unlimited = np.full(len(problem.seedling_mu), math.inf)
    whole = replace(problem, seedling_mu=unlimited, need=np.full(2, -math.inf))
    short = short_of(whole, chosen)
    for year in range(calendar.years):
        now = chosen[begun == year]
        of_land = now[problem.mu[now] > 0]
        used = np.bincount(problem.variety[now], problem.mu[now], minlength=2)
        if len(of_land) > calendar.begun_most[year] or (used > problem.seedling_mu + 1e-6).any():
            return math.inf
        need = problem.need + calendar.ahead[:, year]
        taking = (problem.gains[:, possible(calendar, year)] < 0).any(axis=1)
        asked = np.where((need > 0) | taking, need, -math.inf)
        reached = problem.gains[:, chosen[counted <= year]].sum(axis=1)
        short += float(np.maximum(asked - reached, 0.0).sum())
    return short


def possible(calendar: Calendar, year: int) -> Ints:
    """Options that can count in a year."""
    return np.flatnonzero(calendar.delay <= year)


def best_by_year(problem: Problem, calendar: Calendar) -> tuple[float, float]:
    """Least shortfall, and least cost with it, by trying every choice in every year."""
    best = (math.inf, math.inf)
    for chosen in all_choices(problem):
        for begun in itertools.product(range(calendar.years), repeat=len(chosen)):
            short = short_by_year(problem, calendar, chosen, np.array(begun, dtype=np.intp))
            best = min(best, (short, float(problem.cost[chosen].sum())))
    return best


def test_every_small_plan_over_years_is_the_best_of_all_combinations() -> None:
    feasible = dearer = 0
    for seed in range(200):
        problem, calendar = small_case(seed)
        short, cost = best_by_year(problem, calendar)
        solution = calendar.solution(problem)
        if short:
            assert solution.status == "infeasible", seed
            assert sum(each.lacking for each in solution.blocking) == pytest.approx(short), seed
            continue
        feasible += 1
        assert solution.status == "optimal", seed
        assert solution.cost == pytest.approx(cost, abs=1e-6), seed
        chosen = np.sort(solution.chosen)
        begun = calendar.spread(problem).years_of(chosen)
        assert short_by_year(problem, calendar, chosen, begun) == 0, seed
        dearer += Search(problem).solution().cost < cost - 1e-6
    assert 40 < feasible < 160  # both answers are tried
    assert dearer  # and years that cost something


def test_the_years_begin_as_few_at_once_as_can_be_and_then_as_late() -> None:
    tried = 0
    for seed in range(100):
        problem, calendar = small_case(seed)
        solution = calendar.solution(problem)
        chosen = solution.chosen
        if solution.status != "optimal" or not len(chosen):
            continue
        price = problem.cost if problem.cost[chosen].any() else np.ones(len(problem.cost))

        def rank(begun: Ints, land: Ints, price: np.ndarray) -> tuple[int, float]:
            peak = int(np.bincount(begun[land], minlength=1).max())
            return peak, round(-float(price @ begun), 9)

        every = [
            np.array(begun, dtype=np.intp)
            for begun in itertools.product(range(calendar.years), repeat=len(chosen))
        ]
        land = np.flatnonzero(problem.mu[chosen] > 0)
        sound = [each for each in every if short_by_year(problem, calendar, chosen, each) == 0]
        found = calendar.spread(problem).years_of(chosen)
        assert rank(found, land, price[chosen]) == min(
            rank(each, land, price[chosen]) for each in sound
        ), seed
        tried += 1
    assert tried > 20


@pytest.mark.parametrize("seed", seeds(20))
def test_a_middling_plan_over_years_is_that_of_the_full_program(seed: int) -> None:
    problem, calendar = large_horizon(60 + 4 * seed, seed, 3 + seed % 2)
    assert calendar.solution(problem).cost == pytest.approx(
        full_cost(calendar.spread(problem).problem), rel=1e-9
    )


def test_twenty_years_are_as_many_kinds_as_there_are() -> None:
    problem, calendar = large_horizon(40, 1, 20)
    few, several = (replace(calendar, begun_most=np.full(20, most)) for most in (1.0, 3.0))
    assert calendar.solution(problem).cost == pytest.approx(
        full_cost(calendar.spread(problem).problem), rel=1e-9
    )
    assert few.solution(problem).cost >= several.solution(problem).cost
