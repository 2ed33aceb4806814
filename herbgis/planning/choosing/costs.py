"""Costs of options: their sum, the scale on which the solver is given them, their step."""

from __future__ import annotations

import math

import numpy as np

from herbgis.geo.geodesy import Floats, Ints
from herbgis.planning.choosing.problem import Problem

#: The solver's tolerances are absolute numbers, so it is given costs whose largest is between half
#: of this and this, whatever the unit they were told in.
_LARGEST_COST = 2.0**13
#: Costs that people tell are multiples of a hundredth; reckoned ones are not.
_HUNDREDTHS = 100.0
#: Above this a floating-point number does not tell whole numbers apart.
_LARGEST_WHOLE = 2.0**53


def cost_of(problem: Problem, chosen: Ints) -> float:
    """Sum of the costs of some options, the same in any order."""
    return math.fsum(problem.cost[chosen].tolist())


def scale_of(cost: Floats) -> float:
    """By what costs are multiplied for the solver: a power of two, so that no bit is lost."""
    largest = float(cost.max(initial=0.0))
    return 2.0 ** math.floor(math.log2(_LARGEST_COST / largest)) if largest > 0 else 1.0


def step_of(cost: Floats) -> float:
    """The largest number that all costs are whole multiples of; 0 where they are no hundredths.

    Two plans of different cost differ by at least this.
    """
    hundredths = np.rint(cost * _HUNDREDTHS)
    if not len(cost) or hundredths.max() > _LARGEST_WHOLE:
        return 0.0
    exact = np.isclose(hundredths / _HUNDREDTHS, cost, rtol=1e-14, atol=0.0).all()
    return float(np.gcd.reduce(hundredths.astype(np.int64))) / _HUNDREDTHS if exact else 0.0
