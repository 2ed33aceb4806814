"""Why a plan is what it is: what each site saves, how sure it is, what more would cost."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from herbgis.geo.geodesy import Floats
from herbgis.planning.choosing.calendar import Calendar, solution_of
from herbgis.planning.choosing.costs import cost_of
from herbgis.planning.choosing.problem import Problem
from herbgis.planning.choosing.solving import Search, Solution

#: Perturbed plans, and by which share of itself a cost is moved at most.
RUNS, SPREAD = 30, 0.2
_SEED = 20


def replacement_costs(search: Search, solution: Solution) -> Floats:
    """What the best plan without each chosen site costs more; infinite where there is none.

    Parameters
    ----------
    search : Search
    solution : Solution
        Of the search's problem.

    Returns
    -------
    array of float, shape (chosen,)
        At least 0; 0: another site does as well.
    """
    return np.array(
        [_more(search, search.best(without=site), solution) for site in _sites(search, solution)]
    )


def forced_cost(search: Search, solution: Solution, site: int) -> float:
    """What the best plan with a site costs more; infinite where no plan can use it."""
    return _more(search, search.best(using=site), solution)


def stability(
    search: Search,
    solution: Solution,
    *,
    runs: int = RUNS,
    spread: float = SPREAD,
    seed: int = _SEED,
) -> Floats:
    """In which share of plans under perturbed costs each chosen site is chosen again.

    The cost of a site is multiplied by a number drawn evenly from 1 - spread to 1 + spread, the
    same for all its options.

    Returns
    -------
    array of float, shape (chosen,)
        Missing where there are no runs.
    """
    if not runs:
        return np.full(len(solution.chosen), math.nan)
    problem = search.problem
    rng = np.random.default_rng(seed)
    chosen = _sites(search, solution)
    times = np.zeros(len(chosen))
    for _ in range(runs):
        moved = rng.uniform(1 - spread, 1 + spread, problem.sites)[problem.site]
        found = Search(replace(problem, cost=problem.cost * moved), search.active).solution()
        times += np.isin(chosen, problem.site[found.chosen])
    return times / runs


def trade_off(
    problem: Problem, *, steps: int = 10, calendar: Calendar | None = None
) -> pd.DataFrame:
    """The least cost of ever larger shares of what is wanted.

    Parameters
    ----------
    problem : Problem
    steps : int
        Shares from 1/steps to 1; each tier's need is rounded up. Quotas of counties and varieties
        stay as they are.
    calendar : Calendar, optional
        Where the plan is over years; earlier targets fall by as much as the last.

    Returns
    -------
    DataFrame
        A row a step: ``share``, ``need_<number of the tier>``, ``bases`` that take land,
        ``new_mu``, ``cost``; the last three are missing where there is no plan.
    """
    rows = []
    for step in range(1, steps + 1):
        wanted = np.maximum(problem.need, 0.0)
        need = np.where(problem.need > 0, np.ceil(wanted * step / steps), problem.need)
        part = replace(problem, need=need)
        found = solution_of(part, calendar)
        feasible = found.status == "optimal"
        row = {"share": step / steps}
        row |= {f"need_{tier}": asked for tier, asked in enumerate(need.tolist())}
        row["bases"] = int((part.mu[found.chosen] > 0).sum()) if feasible else math.nan
        row["new_mu"] = math.fsum(part.mu[found.chosen]) if feasible else math.nan
        row["cost"] = found.cost if feasible else math.nan
        rows.append(row)
    return pd.DataFrame(rows)


def _sites(search: Search, solution: Solution) -> list[int]:
    return [int(site) for site in search.problem.site[solution.chosen]]


def _more(search: Search, chosen: np.ndarray | None, solution: Solution) -> float:
    if chosen is None:
        return math.inf
    return max(cost_of(search.problem, chosen) - solution.cost, 0.0)
