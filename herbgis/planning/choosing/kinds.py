"""Options of one kind, which differ in land and cost alone, and the cheapest of each kind."""

from __future__ import annotations

import numpy as np

from herbgis.geo.geodesy import Flags, Floats, Ints
from herbgis.planning.choosing.problem import Problem


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
    """A number for each option, equal for those of one county, one variety and equal gains.

    The gains of an option are -1, 0 or 1 in each tier. One more than each of them is a digit from
    0 to 2, and the digits of all tiers are a number of base three: that of its gains.
    """
    tiers = len(problem.need)
    gains = (3 ** np.arange(tiers)) @ (problem.gains[:, options] + 1)
    return np.ravel_multi_index(
        (problem.county[options], problem.variety[options], gains.astype(np.intp)),
        (len(problem.county_least), len(problem.variety_least), 3**tiers),
    )
