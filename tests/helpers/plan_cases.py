"""Random plans, and their answers the long way: every combination, or one program over all."""

from __future__ import annotations

import itertools
import math

import numpy as np

from herbgis.geo.geodesy import Flags, Floats, Ints
from herbgis.planning.choosing.calendar import Calendar
from herbgis.planning.choosing.linear import solve_program
from herbgis.planning.choosing.problem import Problem
from herbgis.planning.choosing.rows import Rows
from herbgis.planning.choosing.solving import Search, Solution


def small_problem(seed: int) -> Problem:
    """At most seven sites of at most three options, with every kind of quota, some unmeetable."""
    rng = np.random.default_rng(seed)
    sites, varieties, counties = int(rng.integers(1, 8)), 2, 2
    counts = rng.integers(1, 4, sites)
    site = np.repeat(np.arange(sites), counts)
    options = len(site)
    county = rng.integers(counties, size=sites)[site]
    kinds = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [-1.0, 1.0]])
    gains = kinds[rng.choice(4, size=options, p=[0.45, 0.35, 0.15, 0.05])].T
    pairs = rng.integers(sites, size=(int(rng.integers(0, 4)), 2))

    def quota(low: int, high: int, share: float, otherwise: float, size: int) -> Floats:
        drawn = rng.integers(low, high + 1, size).astype(float)
        return np.where(rng.random(size) < share, drawn, otherwise)

    return Problem(
        site=site,
        variety=rng.integers(varieties, size=options),
        county=county,
        year=np.zeros(options, dtype=np.intp),
        gains=gains,
        cost=rng.choice([rng.uniform(1, 10, options), rng.integers(1, 4, options)]).astype(float),
        mu=rng.uniform(50, 900, options),
        need=np.array([rng.integers(-1, 4), rng.integers(-1, 3)], dtype=float),
        variety_least=quota(1, 2, 0.3, 0.0, varieties),
        variety_most=quota(1, 3, 0.3, math.inf, varieties),
        county_least=quota(1, 2, 0.3, 0.0, counties),
        county_most=quota(1, 3, 0.3, math.inf, counties),
        seedling_mu=np.where(rng.random(varieties) < 0.3, rng.uniform(300, 1500), math.inf),
        begun_most=np.full(1, math.inf),
        conflicts=pairs,
    )


def large_problem(sites: int, seed: int, *, need: tuple[int, int] = (100, 50)) -> Problem:
    """Sites of 500 to 3,000 亩 under 15 varieties in 10 counties, and bases to enlarge."""
    rng = np.random.default_rng(seed)
    varieties, counties, bases = 15, 10, max(sites // 50, 1)
    mu = np.exp(rng.uniform(np.log(500), np.log(3000), sites))
    suited = rng.uniform(0.2, 1.0, (sites, varieties))
    site, variety = np.nonzero(rng.random((sites, varieties)) < 0.8)
    effort = mu[site] * (2 - suited[site, variety]) * rng.uniform(0.9, 1.1, len(site))
    gains = np.stack([np.ones(len(site)), (mu[site] >= 1000).astype(float)])
    now = np.repeat(rng.uniform(150, 990, bases), 2)
    lacking = np.maximum(np.tile([500.0, 1000.0], bases) - now, 0.0)
    grown = np.stack([now < 500, np.tile([False, True], bases)]).astype(float)
    kept = lacking > 0
    own, at = np.repeat(rng.integers([varieties, counties], size=(bases, 2)), 2, axis=0), np.arange
    first = rng.integers(sites, size=sites // 20)
    beside = np.minimum(first + rng.integers(1, 4, len(first)), sites - 1)
    return Problem(
        site=np.concatenate([site, (sites + np.repeat(at(bases), 2))[kept]]),
        variety=np.concatenate([variety, own[kept, 0]]),
        county=np.concatenate([rng.integers(counties, size=sites)[site], own[kept, 1]]),
        year=np.zeros(len(site) + int(kept.sum()), dtype=np.intp),
        gains=np.concatenate([gains, grown[:, kept]], axis=1),
        cost=np.concatenate([effort, (lacking * rng.uniform(1, 2, len(lacking)))[kept]]),
        mu=np.concatenate([mu[site], lacking[kept]]),
        need=np.array(need, dtype=float),
        variety_least=rng.integers(1, 5, varieties).astype(float),
        variety_most=np.full(varieties, 20.0),
        county_least=rng.integers(2, 6, counties).astype(float),
        county_most=np.full(counties, math.inf),
        seedling_mu=np.where(
            rng.random(varieties) < 0.3, rng.uniform(2500, 6000, varieties), math.inf
        ),
        begun_most=np.full(1, math.inf),
        conflicts=np.column_stack([first, beside]),
    )


def large_horizon(
    sites: int, seed: int, years: int, *, need: tuple[int, int] | None = None
) -> tuple[Problem, Calendar]:
    """Such sites over years: more wanted in each, begun a year before, not too many a year."""
    need = need or (sites // 10, sites // 20)
    problem = large_problem(sites, seed, need=need)
    ahead = np.floor(np.array(need)[:, None] * (np.arange(years) / (years - 1) - 1))
    a_year = np.ones(len(problem.cost), dtype=np.intp)
    limit = np.full(years, float(math.ceil(1.5 * need[0] / years)))
    return problem, Calendar(years, a_year, a_year > 0, ahead, limit)


def short_of(problem: Problem, chosen: Ints) -> float:
    """By how many bases a choice falls short of what is asked; infinite where it is forbidden."""
    site = problem.site[chosen]
    taken = set(site.tolist())
    clash = any(a != b and {a, b} <= taken for a, b in problem.conflicts.tolist())
    by_variety = np.bincount(problem.variety[chosen], minlength=len(problem.variety_least))
    by_county = np.bincount(problem.county[chosen], minlength=len(problem.county_least))
    seedlings = np.bincount(
        problem.variety[chosen], problem.mu[chosen], minlength=len(problem.variety_least)
    )
    over = (by_variety > problem.variety_most).any() or (by_county > problem.county_most).any()
    if clash or over or len(taken) < len(site) or (seedlings > problem.seedling_mu + 1e-6).any():
        return math.inf
    reached = problem.gains[:, chosen].sum(axis=1)
    needed = np.where((problem.need > 0) | (problem.gains < 0).any(axis=1), problem.need, -math.inf)
    lacks = [needed - reached, problem.variety_least - by_variety, problem.county_least - by_county]
    return float(sum(np.maximum(lack, 0.0).sum() for lack in lacks))


def all_choices(problem: Problem) -> list[Ints]:
    """Every choice of options, at most one a site."""
    sites = np.unique(problem.site)
    each = [[-1, *np.flatnonzero(problem.site == site).tolist()] for site in sites]
    return [
        np.array([option for option in combination if option >= 0], dtype=np.intp)
        for combination in itertools.product(*each)
    ]


def best_of_all(problem: Problem, allowed: Flags | None = None) -> tuple[float, float]:
    """Least shortfall, and least cost among the choices with that, by trying every choice."""
    best = (math.inf, math.inf)
    for chosen in all_choices(problem):
        if allowed is not None and not allowed[chosen].all():
            continue
        best = min(best, (short_of(problem, chosen), float(problem.cost[chosen].sum())))
    return best


def solve(problem: Problem) -> Solution:
    """The exact plan, of one search."""
    return Search(problem).solution()


def full_cost(problem: Problem) -> float:
    """Least cost by one integer program over all options; infinite where nothing is feasible."""
    program = Rows(problem).program(
        np.arange(len(problem.cost)), problem.cost, elastic=False, one_of=None
    )
    answer = solve_program(program, integer=True)
    return math.inf if answer is None else answer.cost
