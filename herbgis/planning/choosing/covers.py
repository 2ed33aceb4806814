"""Cover inequalities: how many bases of a variety its seedlings suffice for at most."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from herbgis.geo.geodesy import Floats, Ints
from herbgis.planning.choosing.problem import Problem

#: Seedlings for less than this many 亩 too few are rounding.
_ROUNDING_MU = 1e-6


def with_covers(problem: Problem) -> Problem:
    """The same plans, as a problem whose relaxation knows how many bases seedlings suffice for.

    A relaxed plan founds a part of a base with the seedlings that are left over, so its bound is
    too low, and proving a plan takes long. A whole plan can only found whole bases: of a variety
    with limited seedlings at most as many as the smallest options give. That many becomes the most
    of the variety; and for the bases of each tier, and for the counts in all tiers together, a
    further tier is added that asks for no more than that. As tiers ask for a least number, it is
    one from which options take: it asks for at least minus so many. (L. A. Wolsey, Integer
    Programming, 2nd ed. 2020, ch. 9.) Where seedlings are those of a year, so are the bases, and a
    further tier says how many at most.
    """
    years = len(problem.begun_most)
    most, gains, need = problem.variety_most.copy(), [problem.gains], [problem.need]
    for number in np.flatnonzero(np.isfinite(problem.seedling_mu)):
        own, variety = np.flatnonzero(problem.seedling == number), number // years
        bases = _most_worth(problem, own, np.ones(len(own)))
        if bases >= most[variety]:
            continue
        worths = _counts(problem, own) if years == 1 else [np.ones(len(own))]
        if years == 1:
            most[variety] = bases
        for worth in worths:
            taken = np.zeros((1, len(problem.cost)))
            taken[0, own] = -worth
            gains.append(taken)
            need.append(np.array([-_most_worth(problem, own, worth)], dtype=float))
    return replace(
        problem, variety_most=most, gains=np.concatenate(gains), need=np.concatenate(need)
    )


def _counts(problem: Problem, options: Ints) -> list[Floats]:
    """What some options add to the count of each tier, and to those of all."""
    counts = np.maximum(np.rint(problem.gains[:, options]), 0.0)
    return [*counts, counts.sum(axis=0)]


def _most_worth(problem: Problem, options: Ints, worth: Floats) -> int:
    """The largest sum of whole worths that the seedlings of the options' variety suffice for.

    A knapsack, by dynamic programming over the sum: the least new 亩 for each sum is known for
    options of the worths looked at so far, and options of the next worth are added to it, which
    do best with the smallest ones.
    """
    limit = problem.seedling_mu[problem.seedling[options]].max(initial=0.0) + _ROUNDING_MU
    least_mu = np.zeros(1)  # by sum of worths: a sum of 0 needs nothing
    for each in range(1, int(worth.max(initial=0.0)) + 1):
        alike = options[worth == each]
        of_site = pd.Series(problem.mu[alike]).groupby(problem.site[alike]).min()
        smallest = np.concatenate([[0.0], np.cumsum(np.sort(of_site.to_numpy()))])
        smallest = smallest[smallest <= limit]  # new 亩 of the 0, 1, 2, … smallest
        more = np.full(len(least_mu) + each * (len(smallest) - 1), np.inf)
        for number, mu in enumerate(smallest.tolist()):
            sums = slice(each * number, each * number + len(least_mu))
            more[sums] = np.minimum(more[sums], least_mu + mu)
        least_mu = more
    return int(np.flatnonzero(least_mu <= limit)[-1])
