"""The exact plan: least cost, proven, from a small part of its options. Floor 6.

The linear relaxation is solved over all options by column generation: options are priced with the
rows' duals, and those that would lower the cost come in, until there is none. Its value `bound` is
then a lower bound of every plan, and each option's reduced cost says by how much a plan that uses
it exceeds the bound at least (L. A. Wolsey, Integer Programming, 2nd ed. 2020, ch. 7 and 11). So an
integer program over the options with a reduced cost of at most `slack` is exact for all options as
soon as its best plan costs no more than bound + slack; where it does not, slack grows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from herbgis.geodesy import Flags, Floats, Ints
from herbgis.planning.linear import Answer, solve_program
from herbgis.planning.problem import Problem
from herbgis.planning.rows import Rows

#: Cheapest options of a county, variety and gain that a linear program begins with.
_FIRST = 8
#: Options that come in for a county, variety and gain in one round of pricing.
_MORE = 8
#: Options that an integer program begins with, at least.
_LEAST_KEPT = 400
#: Cheaper than nothing by less than this, of the largest cost, is rounding.
_ROUNDING = 1e-9
_NO: Flags = np.zeros(0, dtype=bool)


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


class Search:
    """A problem with the duals of its relaxation, so that neighbours of the plan are found fast.

    Attributes
    ----------
    problem : Problem
    bound : float
        Of the relaxation; infinite where even that is infeasible.
    reduced : array of float, shape (options,)
        By how much a plan that uses an option exceeds the bound at least.
    active : array of bool, shape (options,)
        The options that the relaxation was solved with.
    """

    def __init__(self, problem: Problem, start: Flags | None = None) -> None:
        self.problem = problem
        self._rows = Rows(problem)
        self._scale = float(problem.cost.max(initial=1.0))
        self.active = _first(problem) if start is None else start | _first(problem)
        self._blocking = self._made_feasible()
        self.bound, self.reduced = math.inf, np.zeros(len(problem.cost))
        if not self._blocking:
            relaxed = self._relaxed(problem.cost)
            if relaxed is not None:  # the options of a feasible plan are active
                self.bound, self.reduced = relaxed

    def solution(self) -> Solution:
        """The plan of least cost."""
        if self._blocking:
            return Solution("infeasible", _none(), math.inf, math.inf, self._blocking)
        chosen = self.best()
        if chosen is None:  # the elastic plan was feasible, so there is one
            raise AssertionError
        cost = cost_of(self.problem, chosen)
        return Solution("optimal", chosen, cost, cost)

    def best(self, *, without: int | None = None, using: int | None = None) -> Ints | None:
        """The chosen options of the best plan without a site, or with it; None where none is."""
        site = self.problem.site
        barred = np.zeros(len(site), dtype=bool) if without is None else site == without
        forced = np.zeros(len(site), dtype=bool) if using is None else site == using
        bound, reduced = self.bound, self.reduced
        if barred.any() or using is not None:
            relaxed = self._relaxed(self.problem.cost, barred=barred, forced=forced)
            if relaxed is None:
                return None
            bound, reduced = relaxed
        return self._integer(self.problem.cost, bound, reduced, barred=barred, forced=forced)

    def _made_feasible(self) -> tuple[Blocking, ...]:
        """Let in the options of a feasible plan; or say what falls short in the nearest one."""
        nothing = np.zeros(len(self.problem.cost))
        short = self._shortfall(self.active)
        if not short:
            return ()
        relaxed = self._relaxed(nothing, elastic=True)
        if relaxed is not None:  # the shortfalls take up everything
            chosen = self._integer(nothing, *relaxed, elastic=True)
            self.active[chosen] = True
        return self._shortfall(self.active)

    def _shortfall(self, kept: Flags) -> tuple[Blocking, ...]:
        """What the plan of some options that falls short least lacks; its options come in."""
        options = np.flatnonzero(kept)
        program = self._rows.program(options, np.zeros(len(options)), elastic=True)
        answer = solve_program(program, integer=True)
        assert answer is not None  # noqa: S101 - the shortfalls take up everything
        lacking = answer.x[len(options) :]
        demands = self._rows.demands
        return tuple(
            Blocking(
                demands.kind[row],
                int(demands.number[row]),
                float(demands.lower[row]),
                float(np.round(lack)),
            )
            for row, lack in zip(np.flatnonzero(demands.least), lacking, strict=True)
            if lack > 0.5
        )

    def _relaxed(
        self, cost: Floats, *, elastic: bool = False, barred: Flags = _NO, forced: Flags = _NO
    ) -> tuple[float, Floats] | None:
        """Value of the linear relaxation over all options, and their reduced costs."""
        allowed = ~barred if len(barred) else np.ones(len(cost), dtype=bool)
        while True:
            active = self.active & allowed
            active[forced.nonzero()] = True
            options = np.flatnonzero(active)
            only = np.flatnonzero(forced[options]) if forced.any() else None
            program = self._rows.program(options, cost[options], elastic=elastic, one_of=only)
            answer = solve_program(program, integer=False)
            if answer is None:
                if (active | ~allowed).all():
                    return None
                self.active = np.ones(len(cost), dtype=bool)
                continue
            reduced = cost - self._rows.prices(program, answer.duals)
            cheaper = reduced < -_ROUNDING * max(self._scale, 1.0)
            cheaper &= allowed & ~active
            if not cheaper.any():
                return answer.cost, reduced
            self.active |= _cheapest(self.problem, reduced, cheaper, _MORE)

    def _integer(
        self,
        cost: Floats,
        bound: float,
        reduced: Floats,
        *,
        elastic: bool = False,
        barred: Flags = _NO,
        forced: Flags = _NO,
    ) -> Ints | None:
        """The best options of all, by integer programs over those of small reduced cost."""
        allowed = ~barred if len(barred) else np.ones(len(cost), dtype=bool)
        order = np.sort(reduced[allowed])
        slack = float(order[min(_LEAST_KEPT, len(order)) - 1]) if len(order) else 0.0
        while True:
            kept = allowed & (reduced <= slack + _ROUNDING * self._scale)
            kept[forced.nonzero()] = True
            options = np.flatnonzero(kept)
            only = np.flatnonzero(forced[options]) if forced.any() else None
            program = self._rows.program(options, cost[options], elastic=elastic, one_of=only)
            answer = solve_program(program, integer=True)
            everything = bool(kept[allowed].all())
            if answer is None and everything:
                return None
            if answer is None:
                slack = self._wider(slack, order)
                continue
            over = answer.cost - bound
            if over <= slack or everything:
                return self._picked(options, answer)
            slack = over + _ROUNDING * self._scale

    def _wider(self, slack: float, order: Floats) -> float:
        """A slack that keeps four times the options."""
        kept = int(np.searchsorted(order, slack, side="right"))
        return float(order[min(4 * max(kept, 1), len(order)) - 1])

    def _picked(self, options: Ints, answer: Answer) -> Ints:
        chosen: Ints = options[answer.x[: len(options)] > 0.5]
        return chosen


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
