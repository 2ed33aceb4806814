"""The linear relaxation over all options, by column generation.

In a relaxed plan an option may be chosen in part. It costs no more than the best plan, and is
found fast; but with many options even a linear program is large. So it is solved over a few of
them, the active ones. Its duals say what each row pays for being served, and so what an option not
yet active would save: its reduced cost, where that is below zero. Options that would save come in,
the cheapest of each kind, and the program is solved again, until there are none: what is found is
then the best relaxed plan of all options (L. A. Wolsey, Integer Programming, 2nd ed. 2020, ch. 11).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from herbgis.geo.geodesy import Flags, Floats, Ints
from herbgis.planning.choosing.covers import with_covers
from herbgis.planning.choosing.kinds import cheapest_of_kinds
from herbgis.planning.choosing.linear import Answer, Program, solve_program
from herbgis.planning.choosing.problem import Problem
from herbgis.planning.choosing.rows import Demands, Rows

#: Cheapest options of a kind that are active from the start.
_FIRST = 8
#: Options of a kind that become active in one round.
_MORE = 8
#: Cheaper than nothing by less than this share of the largest cost is rounding.
_ROUNDING = 1e-9
#: A share of an option, or of a lacking base, above this is one and no rounding.
_SOME = 1e-6


@dataclass(frozen=True, eq=False)
class Aim:
    """What is to be found, and under which restrictions.

    Attributes
    ----------
    cost : array of float, shape (options,)
        Of each option, to be least in sum.
    step : float
        All costs are multiples of it; 0 where none is known.
    elastic : bool
        Demands may fall short, at a cost of 1 for each lacking base.
    allowed : array of bool, shape (options,)
        Options that may be chosen.
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
        """Costs that differ by less are equal."""
        return _ROUNDING * max(float(self.cost[self.allowed].max(initial=0.0)), 1.0)

    def nearest(self) -> Aim:
        """The least shortfall under the same restrictions: what falls short costs, nothing else."""
        return replace(self, cost=np.zeros_like(self.cost), step=1.0, elastic=True)


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The best relaxed plan.

    Attributes
    ----------
    bound : float
        What it costs, and hence any plan at least.
    reduced : array of float, shape (options,)
        By how much a plan that uses an option costs more than the bound at least.
    used : array of int
        Options that it chooses, in whole or in part.
    """

    bound: float
    reduced: Floats
    used: Ints


class Relaxation:
    """A problem, whose linear and integer programs are solved over some of its options.

    Attributes
    ----------
    problem : Problem
    active : array of bool, shape (options,)
        Options that relaxations were solved over; they are more after each question.
    """

    def __init__(self, problem: Problem, active: Flags | None) -> None:
        everything = np.ones(len(problem.cost), dtype=bool)
        first = cheapest_of_kinds(problem, problem.cost, everything, _FIRST)
        self.problem = problem
        self.active = first if active is None else active | first
        self._rows = Rows(with_covers(problem))

    @property
    def demands(self) -> Demands:
        """What is asked, which may fall short under an elastic aim."""
        return self._rows.demands

    def best(self, aim: Aim) -> Relaxed | None:
        """The best relaxed plan of all options; None where there is none."""
        nearest_was_asked = False
        while True:
            active = self.active & aim.allowed
            active[aim.one_of] = True
            options = np.flatnonzero(active)
            answer, prices = self._linear(aim, options)
            if answer is None:
                if not self._can_become_feasible(aim, active, again=nearest_was_asked):
                    return None
                nearest_was_asked = True
                continue
            reduced = aim.cost - prices
            saving = (reduced < -aim.rounding) & aim.allowed & ~active
            if not saving.any():
                return Relaxed(answer.cost, reduced, options[answer.x[: len(options)] > _SOME])
            self.active |= cheapest_of_kinds(self.problem, reduced, saving, _MORE)

    def whole(self, aim: Aim, options: Ints) -> Answer | None:
        """The best plan of some options, each chosen or not; None where there is none."""
        return solve_program(self._program(aim, options), integer=True)

    def _program(self, aim: Aim, options: Ints) -> Program:
        one_of = np.searchsorted(options, aim.one_of) if len(aim.one_of) else None
        return self._rows.program(options, aim.cost[options], elastic=aim.elastic, one_of=one_of)

    def _linear(self, aim: Aim, options: Ints) -> tuple[Answer | None, Floats]:
        """The best relaxed plan of some options, and what its rows pay for each of all options."""
        program = self._program(aim, options)
        answer = solve_program(program, integer=False)
        if answer is None:
            return None, np.zeros(0)
        return answer, self._rows.prices(program, answer.duals)

    def _can_become_feasible(self, aim: Aim, active: Flags, *, again: bool) -> bool:
        """Whether there is a relaxed plan with more options than the active ones; they come in.

        An infeasible program has no duals to ask for more options by. So the relaxed plan that
        falls short least is looked for, which there always is: it makes active what it needs, and
        says whether anything must fall short.
        """
        if aim.elastic or (active | ~aim.allowed).all():  # nothing falls short, or nothing is left
            return False
        if again:  # feasible within the solver's tolerance for one program and not for the other
            self.active = np.ones(len(active), dtype=bool)
            return True
        nearest = self.best(aim.nearest())
        return nearest is not None and nearest.bound <= _SOME
