"""The exact plan: least cost, proven, from a small part of its options.

The linear relaxation is solved over all options by column generation: options are priced with the
rows' duals, and those that would lower the cost come in, until there is none. Its value `bound` is
then a lower bound of every plan, and each option's reduced cost says by how much a plan that uses
it exceeds the bound at least (L. A. Wolsey, Integer Programming, 2nd ed. 2020, ch. 7 and 11). So an
integer program over the options of the smallest reduced costs is exact for all options as soon as
its best plan costs no more than the bound and the smallest reduced cost left out; where all costs
are multiples of one step, as soon as it costs less than that and one step. Until then options are
added. What falls short, where nothing is feasible, is found the same way: each lacking base costs
one, and nothing else does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from herbgis.geo.geodesy import Flags, Floats, Ints
from herbgis.planning.choosing.linear import Answer, solve_program
from herbgis.planning.choosing.problem import Problem
from herbgis.planning.choosing.rows import Rows

#: Cheapest options of a county, variety and gain that a linear program begins with.
_FIRST = 8
#: Options that come in for a county, variety and gain in one round of pricing.
_MORE = 8
#: Options that an integer program begins with, and by how much their number grows at most.
_LEAST_KEPT, _GROWTH = 400, 4
#: Options among which the plan that falls short least is sought, once it is proven that all do.
_MOST_FOR_BLOCKING = 6_000
#: Cheaper than nothing by less than this, of the largest cost, is rounding.
_ROUNDING = 1e-9
#: The solver's tolerances are absolute: it is given costs whose largest is between half of this
#: and this.
_LARGEST_COST = 2.0**13
#: A shortfall of the relaxation above this is one; bases are lacking by whole numbers.
_SHORT = 1e-6
#: Costs are told to the hundredth, where they are not reckoned.
_HUNDREDTHS, _LARGEST_EXACT = 100.0, 2.0**53


@dataclass(frozen=True)
class Blocking:
    """A demand that cannot be met: its kind and number as in `Demands`, asked and lacking."""

    kind: str
    number: int
    asked: float
    lacking: float


@dataclass(frozen=True, eq=False)
class Solution:
    """A plan and its proof.

    Attributes
    ----------
    status : {'optimal', 'infeasible'}
    chosen : array of int
        Numbers of the chosen options, ascending.
    cost : float
        Their sum; infinite where there is no plan.
    bound : float
        What every plan costs at least; equal to `cost`, for the plan is proven.
    blocking : tuple of Blocking
        The demands that fall short in the plan that falls short least.
    """

    status: str
    chosen: Ints
    cost: float
    bound: float
    blocking: tuple[Blocking, ...] = ()


def solve(problem: Problem) -> Solution:
    """The plan of least cost, with gap 0; or what stands in the way of any.

    Raises
    ------
    HerbgisError
        highspy is not installed.
    """
    return Search(problem).solution()


@dataclass(frozen=True, eq=False)
class _Aim:
    """What a program is to find: least cost, or least shortfall, under which restrictions.

    Attributes
    ----------
    cost : array of float, shape (options,)
    step : float
        All costs are multiples of it; 0 where none is known.
    elastic : bool
        Demands may fall short, at 1 a base.
    allowed : array of bool, shape (options,)
    one_of : array of int
        Options of which exactly one is chosen; empty where that does not matter.
    """

    cost: Floats
    step: float
    elastic: bool
    allowed: Flags
    one_of: Ints

    @property
    def rounding(self) -> float:
        return _ROUNDING * max(float(self.cost.max(initial=0.0)), 1.0)

    def nearest(self) -> _Aim:
        """The same for the least shortfall."""
        return replace(self, cost=np.zeros_like(self.cost), step=1.0, elastic=True)


@dataclass(frozen=True, eq=False)
class _Relaxed:
    """Value of a relaxation over all options, their reduced costs, and those that it uses."""

    bound: float
    reduced: Floats
    used: Ints


@dataclass(frozen=True, eq=False)
class _Found:
    """Chosen options, and by how much each demand falls short."""

    chosen: Ints
    lacking: Floats


class Search:
    """A problem with the duals of its relaxation, so that neighbours of the plan are found fast.

    Attributes
    ----------
    problem : Problem
    bound : float
        Of the relaxation; infinite where even that is infeasible.
    reduced : array of float, shape (options,)
        By how much a plan that uses an option exceeds the bound at least; 0 where there is none.
    active : array of bool, shape (options,)
        The options that relaxations were solved with; they are more after each question.
    """

    def __init__(self, problem: Problem, start: Flags | None = None) -> None:
        self.problem = problem
        self._rows = Rows(_tightened(problem))
        self.active = _first(problem) if start is None else start | _first(problem)
        unit = _unit(problem.cost)
        everything = np.ones(len(problem.cost), dtype=bool)
        step = _step(problem.cost) * unit
        self._aim = _Aim(
            problem.cost * unit, step, elastic=False, allowed=everything, one_of=_none()
        )
        self._relaxation = self._relaxed(self._aim)
        self.bound, self.reduced = math.inf, np.zeros(len(problem.cost))
        if self._relaxation is not None:
            self.bound = self._relaxation.bound / unit
            self.reduced = self._relaxation.reduced / unit

    def solution(self) -> Solution:
        """The plan of least cost."""
        chosen = self.best()
        if chosen is None:
            return Solution("infeasible", _none(), math.inf, math.inf, self._blocking())
        cost = cost_of(self.problem, chosen)
        return Solution("optimal", chosen, cost, cost)

    def best(self, *, without: int | None = None, using: int | None = None) -> Ints | None:
        """The chosen options of the best plan without a site, or with it; None where none is."""
        aim, relaxed = self._aim, self._relaxation
        if without is not None or using is not None:
            site = self.problem.site
            allowed = aim.allowed if without is None else site != without
            one_of = _none() if using is None else np.flatnonzero((site == using) & allowed)
            if using is not None and not len(one_of):
                return None
            aim = replace(aim, allowed=allowed, one_of=one_of)
            relaxed = self._relaxed(aim)
        found = None if relaxed is None else self._whole(aim, relaxed)
        return None if found is None else found.chosen

    def _blocking(self) -> tuple[Blocking, ...]:
        """What the plan that falls short least lacks."""
        nearest, demands = self._nearest(self._aim, _MOST_FOR_BLOCKING), self._rows.demands
        assert nearest is not None  # noqa: S101 - the shortfalls take up everything
        return tuple(
            Blocking(
                demands.kind[row],
                int(demands.number[row]),
                float(demands.lower[row]),
                float(np.round(lack)),
            )
            for row, lack in zip(np.flatnonzero(demands.least), nearest.lacking, strict=True)
            if lack > 0.5
        )

    def _nearest(self, aim: _Aim, most: float = math.inf) -> _Found | None:
        """The plan that falls short least; None where a forced site breaks a limit."""
        relaxed = self._relaxed(aim.nearest())
        return None if relaxed is None else self._whole(aim.nearest(), relaxed, most)

    def _relaxed(self, aim: _Aim) -> _Relaxed | None:
        """The linear relaxation over all options; None where it is infeasible."""
        approached = False
        while True:
            active = self.active & aim.allowed
            active[aim.one_of] = True
            options = np.flatnonzero(active)
            answer, prices = self._solved(aim, options, integer=False)
            if answer is None:
                if not self._approached(aim, active, again=approached):
                    return None
                approached = True
                continue
            reduced = aim.cost - prices
            cheaper = (reduced < -aim.rounding) & aim.allowed & ~active
            if not cheaper.any():
                return _Relaxed(answer.cost, reduced, options[answer.x[: len(options)] > _SHORT])
            self.active |= _cheapest(self.problem, reduced, cheaper, _MORE)

    def _approached(self, aim: _Aim, active: Flags, *, again: bool) -> bool:
        """Whether more options can be feasible where the active ones are not; they come in."""
        if aim.elastic or (active | ~aim.allowed).all():  # limits alone do not need options
            return False
        if again:  # the solver's tolerance tells the two relaxations apart
            self.active = np.ones(len(active), dtype=bool)
            return True
        nearest = self._relaxed(aim.nearest())
        return nearest is not None and nearest.bound <= _SHORT

    def _whole(self, aim: _Aim, relaxed: _Relaxed, most: float = math.inf) -> _Found | None:
        """The best plan of all, by integer programs over the options of small reduced cost.

        Once `most` options are kept, the best among them.
        """
        order, ordered = self._by_promise(aim, relaxed.reduced)
        kept, others = _LEAST_KEPT, np.union1d(relaxed.used, aim.one_of)
        while True:
            options = np.union1d(order[:kept], others)
            left_out = float(ordered[kept]) if kept < len(order) else math.inf
            answer, _ = self._solved(aim, options, integer=True)
            if answer is None:
                if aim.elastic or math.isinf(left_out):
                    return None
                nearest = self._nearest(aim)
                if nearest is None or nearest.lacking.sum() > 0.5:
                    return None
                kept, others = _GROWTH * kept, np.union1d(others, nearest.chosen)
                continue
            better = answer.cost - relaxed.bound - max(aim.step - 3 * aim.rounding, 0.0)
            if better <= left_out + aim.rounding or kept >= most:
                x = answer.x[: len(options)]
                return _Found(options[x > 0.5], answer.x[len(options) :])
            promising = int(np.searchsorted(ordered, better + aim.rounding, side="right"))
            kept = min(promising, _GROWTH * kept)

    def _by_promise(self, aim: _Aim, reduced: Floats) -> tuple[Ints, Floats]:
        """Allowed options by reduced cost, and those costs; among equals the active ones first."""
        options = np.flatnonzero(aim.allowed)
        costs = np.rint(reduced[options] / aim.rounding) * aim.rounding
        order = np.lexsort((options, ~self.active[options], costs))
        return options[order], costs[order]

    def _solved(self, aim: _Aim, options: Ints, *, integer: bool) -> tuple[Answer | None, Floats]:
        """The program over some options, and what its rows pay for each option of the problem."""
        one_of = np.searchsorted(options, aim.one_of) if len(aim.one_of) else None
        program = self._rows.program(options, aim.cost[options], elastic=aim.elastic, one_of=one_of)
        answer = solve_program(program, integer=integer)
        if answer is None or integer:
            return answer, np.zeros(0)
        return answer, self._rows.prices(program, answer.duals)


def _tightened(problem: Problem) -> Problem:
    """The same plans with a relaxation that knows how many bases seedlings suffice for.

    A relaxed plan founds a part of a base with the seedlings that are left. So for each variety
    whose seedlings are limited there are at most as many bases, as many of each tier, and as many
    counts in all tiers together, as the smallest options give (a cover inequality: L. A. Wolsey,
    as above, ch. 9); the latter as tiers from which the options take.
    """
    most, gains, need = problem.variety_most.copy(), [problem.gains], [problem.need]
    counts = np.maximum(np.rint(problem.gains), 0.0)
    for variety in np.flatnonzero(np.isfinite(problem.seedling_mu)):
        own = np.flatnonzero(problem.variety == variety)
        fitting = _most_worth(problem, own, np.ones(len(own)))
        if fitting >= most[variety]:
            continue
        most[variety] = fitting
        for worth in (*counts, counts.sum(axis=0)):
            taken = np.zeros((1, len(worth)))
            taken[0, own] = -worth[own]
            gains.append(taken)
            need.append(np.array([-_most_worth(problem, own, worth[own])], dtype=float))
    return replace(
        problem, variety_most=most, gains=np.concatenate(gains), need=np.concatenate(need)
    )


def _most_worth(problem: Problem, options: Ints, worth: Floats) -> int:
    """The largest sum of whole worths that the seedlings of the options' variety suffice for."""
    limit = problem.seedling_mu[problem.variety[options]].max(initial=0.0) + _SHORT
    least = np.zeros(1)  # new 亩 by sum of worths
    for each in range(1, int(worth.max(initial=0.0)) + 1):
        alike = options[worth == each]
        of_site = pd.Series(problem.mu[alike]).groupby(problem.site[alike]).min()
        sums = np.concatenate([[0.0], np.cumsum(np.sort(of_site.to_numpy()))])
        sums = sums[sums <= limit]
        more = np.full(len(least) + each * (len(sums) - 1), np.inf)
        for number, mu in enumerate(sums.tolist()):
            part = slice(each * number, each * number + len(least))
            more[part] = np.minimum(more[part], least + mu)
        least = more
    return int(np.flatnonzero(least <= limit)[-1])


def _unit(cost: Floats) -> float:
    """The power of two that brings the largest cost to where the solver's tolerances are small."""
    largest = float(cost.max(initial=0.0))
    return 2.0 ** math.floor(math.log2(_LARGEST_COST / largest)) if largest > 0 else 1.0


def _step(cost: Floats) -> float:
    """What all costs are multiples of, in hundredths; 0 where they are not."""
    hundredths = np.rint(cost * _HUNDREDTHS)
    if not len(cost) or hundredths.max() > _LARGEST_EXACT:
        return 0.0
    exact = np.isclose(hundredths / _HUNDREDTHS, cost, rtol=1e-14, atol=0.0).all()
    return float(np.gcd.reduce(hundredths.astype(np.int64))) / _HUNDREDTHS if exact else 0.0


def _none() -> Ints:
    return np.empty(0, dtype=np.intp)


def cost_of(problem: Problem, chosen: Ints) -> float:
    """Sum of costs, the same in any order."""
    return math.fsum(problem.cost[chosen].tolist())


def _first(problem: Problem) -> Flags:
    """The cheapest options of each county, variety and gain."""
    everything = np.ones(len(problem.cost), dtype=bool)
    return _cheapest(problem, problem.cost, everything, _FIRST)


def _cheapest(problem: Problem, cost: Floats, among: Flags, most: int) -> Flags:
    """The cheapest so many options of each county, variety and gain."""
    options = np.flatnonzero(among)
    tiers = len(problem.need)
    pattern = (3 ** np.arange(tiers)) @ (problem.gains[:, options] + 1)
    cell = np.ravel_multi_index(
        (problem.county[options], problem.variety[options], pattern.astype(np.intp)),
        (len(problem.county_least), len(problem.variety_least), 3**tiers),
    )
    order = np.lexsort((options, cost[options], cell))
    ordered = cell[order]
    first = np.searchsorted(ordered, ordered, side="left")
    kept = np.zeros(len(cost), dtype=bool)
    kept[options[order[np.arange(len(order)) - first < most]]] = True
    return kept
