"""Options of one kind, which differ in land and cost alone, and the cheapest of each kind."""

from __future__ import annotations

import numpy as np

from herbgis.geo.geodesy import Flags, Floats, Ints
from herbgis.planning.choosing.problem import Problem

#: Digits of base three that are put together at once; with few other numbers, far below 2**63.
_DIGITS = 16


def cheapest_of_kinds(problem: Problem, cost: Floats, among: Flags, most: int) -> Flags:
    """The cheapest options of each kind.

    Parameters
    ----------
    problem : Problem
    cost : array of float, shape (options,)
        By which they are compared; among equals the one of lesser number counts as cheaper.
    among : array of bool, shape (options,)
        Options that are looked at.
    most : int
        How many of a kind.

    Returns
    -------
    array of bool, shape (options,)
    """
    options = np.flatnonzero(among)
    kind = _kinds(problem, options)
    order = np.lexsort((options, cost[options], kind))
    ordered = kind[order]
    first_of_kind = np.searchsorted(ordered, ordered, side="left")
    place_in_kind = np.arange(len(order)) - first_of_kind
    kept = np.zeros(len(cost), dtype=bool)
    kept[options[order[place_in_kind < most]]] = True
    return kept


def _kinds(problem: Problem, options: Ints) -> Ints:
    """A number for each option, equal for those of one county, variety, year and equal gains."""
    gains, patterns = _pattern(problem.gains[:, options])
    return np.ravel_multi_index(
        (problem.county[options], problem.seedling[options], gains),
        (len(problem.county_least), len(problem.seedling_mu), patterns),
    )


def _pattern(gains: Floats) -> tuple[Ints, int]:
    """A number for each column, equal for equal ones, and how many numbers there may be.

    The gains of an option are -1, 0 or 1 in each tier. One more than each of them is a digit from
    0 to 2, and the digits of all tiers are a number of base three: that of its gains. Digits of
    more tiers than a number holds are numbered anew in between.
    """
    number, numbers = np.zeros(gains.shape[1], dtype=np.intp), 1
    for first in range(0, len(gains), _DIGITS):
        digits = gains[first : first + _DIGITS] + 1
        more = ((3 ** np.arange(len(digits))) @ digits).astype(np.intp)
        number, numbers = number * 3 ** len(digits) + more, numbers * 3 ** len(digits)
        if first + _DIGITS < len(gains):
            present, number = np.unique(number, return_inverse=True)
            numbers = len(present)
    return number, numbers
