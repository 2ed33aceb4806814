"""A plan over years: its options, each begun in a year, made one problem; and the years chosen.

An option may be begun in any year in which it still counts within the horizon. So a `Problem` is
spread over the years: an option a year of beginning, a tier a tier and year, all of a site
excluding one another. The search that proves a plan within a year proves this one as well.

A cost is the same in every year, so that plans of least cost differ in years alone. Of these one
is taken: as few bases as can be are begun in the year that begins most, and what is dear is begun
as late as the targets then allow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from herbgis.geo.geodesy import Flags, Floats, Ints
from herbgis.planning.choosing.problem import Problem
from herbgis.planning.choosing.solving import Search, Solution


@dataclass(frozen=True, eq=False)
class Calendar:
    """When options can be begun and what is wanted by when; years are numbered from 0.

    Attributes
    ----------
    years : int
        Of the horizon.
    delay : array of int, shape (options,)
        Years from the one in which an option is begun to the first in which it counts.
    dated : array of bool, shape (options,)
        Options that may be begun in any year; the others are begun in the first.
    ahead : array of float, shape (tiers, years)
        By how many bases a year's target differs from the problem's need; minus infinity where
        the year has none.
    begun_most : array of float, shape (years,)
        Of the bases founded and enlarged; infinity where there is no limit.
    """

    years: int
    delay: Ints
    dated: Flags
    ahead: Floats
    begun_most: Floats

    def of(self, options: Flags) -> Calendar:
        """The calendar of some options."""
        return replace(self, delay=self.delay[options], dated=self.dated[options])

    def spread(self, problem: Problem) -> Spread:
        """A problem of these options, each in every year in which it can be begun."""
        room = np.maximum(self.years - self.delay, 0)
        starts = np.where(self.dated, room, np.minimum(room, 1))
        option = np.repeat(np.arange(len(starts)), starts)
        begun = np.arange(len(option)) - np.repeat(np.cumsum(starts) - starts, starts)
        counts = begun + self.delay[option] <= np.arange(self.years)[:, None]
        gains = problem.gains[:, None, option] * counts
        names = ("site", "variety", "county", "cost", "mu")
        return Spread(
            replace(
                problem,
                **{name: getattr(problem, name)[option] for name in names},
                year=begun,
                gains=gains.reshape(len(problem.need) * self.years, len(option)),
                need=(problem.need[:, None] + self.ahead).ravel(),
                seedling_mu=np.repeat(problem.seedling_mu, self.years),
                begun_most=self.begun_most,
            ),
            option,
        )

    def solution(self, problem: Problem) -> Solution:
        """The plan of least cost, its options numbered as in the problem itself."""
        spread = self.spread(problem)
        return spread.plain(Search(spread.problem).solution())


def within_a_year(problem: Problem) -> Spread:
    """A problem without years."""
    return Spread(problem, np.arange(len(problem.cost)))


def solution_of(problem: Problem, calendar: Calendar | None) -> Solution:
    """The plan of least cost of a problem, over years where there is a calendar."""
    return Search(problem).solution() if calendar is None else calendar.solution(problem)


@dataclass(frozen=True, eq=False)
class Spread:
    """A problem spread over years, and which option of the plain one each of its options is."""

    problem: Problem
    option: Ints

    def plain(self, found: Solution) -> Solution:
        """A plan of this problem, its options numbered as in the plain one."""
        return replace(found, chosen=self.option[found.chosen])

    def least(self, values: Floats, options: int) -> Floats:
        """The least of some values over the years of each option, shape (options,)."""
        least = np.full(options, np.inf)
        np.minimum.at(least, self.option, values)
        return least

    def years_of(self, chosen: Ints) -> Ints:
        """In which year each option of a plan is begun, shape (chosen,).

        Parameters
        ----------
        chosen : array of int
            Options of the plain problem, ascending, which a plan of this one chooses.
        """
        if not len(chosen):
            return np.empty(0, dtype=np.intp)
        among = np.isin(self.option, chosen)
        own, option = self.problem.of(among), self.option[among]
        cost = own.cost if own.cost.any() else np.ones(len(own.cost))
        all_of_them = replace(
            own,
            cost=cost * (own.year.max() - own.year),
            gains=np.concatenate([own.gains, np.ones((1, len(option)))]),
            need=np.append(own.need, len(chosen)),
        )
        lowest, highest = 0, len(chosen)
        while lowest < highest:
            most = (lowest + highest) // 2
            if _begun(all_of_them, most) is None:
                lowest = most + 1
            else:
                highest = most
        begun = _begun(all_of_them, lowest)
        assert begun is not None  # noqa: S101 - the plan itself begins no more than all at once
        return own.year[begun]


def _begun(problem: Problem, most: int) -> Ints | None:
    """The cheapest plan that begins so many bases a year at most; None where there is none."""
    limit = np.minimum(problem.begun_most, float(most))
    return Search(replace(problem, begun_most=limit)).best()
