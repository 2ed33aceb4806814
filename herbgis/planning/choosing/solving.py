"""The exact plan: least cost, proven, from a small part of its options.

1. The best relaxed plan over all options (`relaxing`) gives a bound, which no plan is cheaper
   than, and for each option its reduced cost: by how much any plan that uses it is dearer than
   the bound at least.
2. An integer program over the options of the smallest reduced costs gives a plan.
3. A better plan, if there is one, uses an option that was left out, so it costs at least the bound
   and the smallest reduced cost left out. If the plan found costs no more than that, it is the
   best of all; where all costs are multiples of one step, it is so already if it costs less than
   that and one step more. Otherwise options are added, and 2 is done again.

See L. A. Wolsey, Integer Programming, 2nd ed. 2020, ch. 7 and 11. Where there is no plan, the one
that falls short least is found the same way: each lacking base costs one, and nothing else does.

Costs may have any scale. Beside one cost that dwarfs the others the solver could not tell these
apart: what costs more than a plan already found is left out, and the rest is solved on its own
scale. Of sites that cost nothing, as few are chosen as serve.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from herbgis.geo.geodesy import Flags, Floats, Ints
from herbgis.planning.choosing.costs import cost_of, scale_of, step_of
from herbgis.planning.choosing.problem import Problem
from herbgis.planning.choosing.relaxing import Aim, Relaxation, Relaxed

#: Options that an integer program begins with, and by what their number is multiplied at most.
_LEAST_KEPT, _GROWTH = 400, 4
#: Options among which the plan that falls short least is sought, once it is proven that all do.
_MOST_FOR_BLOCKING = 6_000
#: A cost so many times that of the plan found blurs the differences of the others.
_DWARFING = 16.0


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


@dataclass(frozen=True, eq=False)
class _Found:
    """Chosen options, and by how much each demand falls short, where it may."""

    chosen: Ints
    lacking: Floats


class Search:
    """The search for the best plan of a problem, and for the best ones that differ from it.

    What was learnt in answering one question, the active options and their reduced costs, is kept
    and speeds up the next.

    Attributes
    ----------
    problem : Problem
    bound : float
        Of the best relaxed plan; infinite where even that does not exist.
    reduced : array of float, shape (options,)
        By how much a plan that uses an option costs more than the bound at least; 0 where there
        is no bound.

    Raises
    ------
    HerbgisError
        highspy is not installed.
    """

    def __init__(self, problem: Problem, start: Flags | None = None) -> None:
        """Begin with some options active: those of a search in a similar problem."""
        self.problem = problem
        self._relaxation = Relaxation(problem, start)
        self._aim = self._cheapest_of(np.ones(len(problem.cost), dtype=bool), _none())
        self._relaxed = self._relaxation.best(self._aim)
        self.bound, self.reduced = math.inf, np.zeros(len(problem.cost))
        if self._relaxed is not None:
            scale = scale_of(problem.cost)
            self.bound = self._relaxed.bound / scale
            self.reduced = self._relaxed.reduced / scale

    @property
    def active(self) -> Flags:
        """Options that have mattered so far, shape (options,)."""
        return self._relaxation.active

    def solution(self) -> Solution:
        """The plan of least cost, with gap 0; or what stands in the way of any."""
        chosen = self.best()
        if chosen is None:
            return Solution("infeasible", _none(), math.inf, math.inf, self._blocking())
        chosen = self._fewest(chosen)
        cost = cost_of(self.problem, chosen)
        return Solution("optimal", chosen, cost, cost)

    def best(self, *, without: int | None = None, using: int | None = None) -> Ints | None:
        """The chosen options of the best plan without a site, or with it; None where none is."""
        aim, relaxed = self._aim, self._relaxed
        if without is not None or using is not None:
            site = self.problem.site
            allowed = aim.allowed if without is None else site != without
            one_of = _none() if using is None else np.flatnonzero((site == using) & allowed)
            if using is not None and not len(one_of):
                return None
            aim = replace(aim, allowed=allowed, one_of=one_of)
            relaxed = self._relaxation.best(aim)
        found = None
        while relaxed is not None:
            better = self._whole(aim, relaxed)
            if better is None:
                break
            found = better.chosen
            spent = cost_of(self.problem, found)
            if self.problem.cost[aim.allowed].max(initial=0.0) <= _DWARFING * spent:
                break
            within = aim.allowed & (self.problem.cost <= spent)
            aim = self._cheapest_of(within, aim.one_of[within[aim.one_of]])
            relaxed = self._relaxation.best(aim)
        return found

    def _cheapest_of(self, allowed: Flags, one_of: Ints) -> Aim:
        """The least cost among some options, on the scale of their own costs."""
        cost = self.problem.cost
        scale = scale_of(cost[allowed])
        return Aim(
            cost * scale,
            step_of(cost[allowed]) * scale,
            elastic=False,
            allowed=allowed,
            one_of=one_of,
        )

    def _fewest(self, chosen: Ints) -> Ints:
        """A plan of the same cost, with as few sites as serve of those that cost nothing."""
        free = self.problem.cost == 0
        site = free & (self.problem.mu > 0)
        if not site[chosen].any():
            return chosen
        allowed = free.copy()
        allowed[chosen] = True
        aim = Aim(site.astype(float), step=1.0, elastic=False, allowed=allowed, one_of=_none())
        relaxed = self._relaxation.best(aim)
        found = None if relaxed is None else self._whole(aim, relaxed)
        return chosen if found is None else found.chosen

    def _blocking(self) -> tuple[Blocking, ...]:
        """What the plan that falls short least lacks."""
        nearest, demands = self._nearest(self._aim, _MOST_FOR_BLOCKING), self._relaxation.demands
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

    def _nearest(self, aim: Aim, most: float = math.inf) -> _Found | None:
        """The plan that falls short least; None where a forced site breaks a limit."""
        relaxed = self._relaxation.best(aim.nearest())
        return None if relaxed is None else self._whole(aim.nearest(), relaxed, most)

    def _whole(self, aim: Aim, relaxed: Relaxed, most: float = math.inf) -> _Found | None:
        """The best plan of all options, or once `most` are kept the best among these."""
        order, reduced = self._by_reduced_cost(aim, relaxed.reduced)
        kept, others = _LEAST_KEPT, np.union1d(relaxed.used, aim.one_of)
        while True:
            options = np.union1d(order[:kept], others)
            least_left_out = float(reduced[kept]) if kept < len(order) else math.inf
            answer = self._relaxation.whole(aim, options)
            if answer is None:
                if aim.elastic or math.isinf(least_left_out):
                    return None
                # What is kept cannot do it; the plan that falls short least says whether all can.
                nearest = self._nearest(aim)
                if nearest is None or nearest.lacking.sum() > 0.5:
                    return None
                kept, others = _GROWTH * kept, np.union1d(others, nearest.chosen)
                continue
            # A better plan costs less than this one, and by a whole step: so no option can be in
            # it whose reduced cost is more than what then lies between it and the bound.
            between = answer.cost - relaxed.bound - max(aim.step - 3 * aim.rounding, 0.0)
            if between <= least_left_out + aim.rounding or kept >= most:
                chosen = answer.x[: len(options)] > 0.5
                return _Found(options[chosen], answer.x[len(options) :])
            promising = int(np.searchsorted(reduced, between + aim.rounding, side="right"))
            kept = min(promising, _GROWTH * kept)

    def _by_reduced_cost(self, aim: Aim, reduced: Floats) -> tuple[Ints, Floats]:
        """Allowed options by reduced cost, and those costs; among equals the active ones first."""
        options = np.flatnonzero(aim.allowed)
        costs = np.rint(reduced[options] / aim.rounding) * aim.rounding
        order = np.lexsort((options, ~self.active[options], costs))
        return options[order], costs[order]


def _none() -> Ints:
    return np.empty(0, dtype=np.intp)
