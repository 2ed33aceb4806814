"""What a sample leaves open: intervals for a count and for a total of a finite number of bases."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from herbgis.geo.geodesy import Flags, Floats, Ints

#: Of every interval: the risk that the truth is outside it, both sides together.
RISK = 0.05
#: A difference of less than this share of a base is everyday, of more than half the base is gone.
_EVERYDAY, _GONE = 0.05, 0.5
#: With fewer bases of a kind in the sample than this, those outside may cost more than these tell.
_FEW = 5
_LEAST_FREEDOM = 4


def interval_of_count(
    population: int, drawn: int, found: int, *, risk: float = RISK
) -> tuple[int, int]:
    """How many of a finite population have what some of the drawn have; exact.

    Parameters
    ----------
    population, drawn, found : int
        Bases, those drawn at random without replacement, and those of these that have it.
    risk : float
        Of both sides together; half of it on either side.

    Notes
    -----
    Inversion of the hypergeometric test (Buonaccorsi 1987, The American Statistician 41): the
    numbers under which neither this many nor this few would be rarer than half the risk.
    """
    numbers = np.arange(found, population - drawn + found + 1)
    seen = np.arange(drawn + 1)[:, None]
    ways = _log_choose(numbers, seen) + _log_choose(population - numbers, drawn - seen)
    chances = np.exp(ways - _log_choose(np.array(population), np.array(drawn)))
    at_most, at_least = chances[: found + 1].sum(axis=0), chances[found:].sum(axis=0)
    slack = 1e-9
    return (
        int(numbers[at_least > risk / 2 - slack].min()),
        int(numbers[at_most > risk / 2 - slack].max()),
    )


def _log_choose(many: Ints, some: Ints) -> Floats:
    """Logarithm of the number of ways to take some of many; -inf where there is none."""
    logs = np.r_[0.0, np.cumsum(np.log(np.arange(1, many.max() + 1)))]
    rest = many - some
    ways = logs[many] - logs[np.clip(some, 0, many)] - logs[np.clip(rest, 0, many)]
    return np.where((some >= 0) & (rest >= 0), ways, -np.inf)


def interval_of_total(sizes: Floats, drawn: Flags, excess: Floats) -> tuple[float, float, float]:
    """The sum over all bases of what is too much in each, and an interval for it.

    Parameters
    ----------
    sizes : array of float, shape (n,)
        What each base counts.
    drawn : array of bool, shape (n,)
    excess : array of float, shape (m,)
        What is too much in each of the drawn, in their order; negative where it is too little.

    Returns
    -------
    tuple of float
        Estimate, low, high.

    Notes
    -----
    Errors of claims are few and large, and then neither a normal interval nor a bootstrap holds:
    a sample without one fake base would say that there is none. So the errors are told apart: the
    everyday ones have an interval by Student's t; of the large ones, by kind (too little, too much,
    gone), the number has its exact interval, and those of a kind of which few were seen may each
    cost as much as the kind allows. The distances of the ends add as squares (Zou and Donner 2008,
    Statistics in Medicine 27). Coverage and width are measured in benchmarks/AUDIT.md.
    """
    population, count = len(sizes), int(drawn.sum())
    kept = math.sqrt(1 - count / population)
    share = excess / sizes[drawn]
    everyday = np.where(np.abs(share) <= _EVERYDAY, excess, 0.0)
    spread = everyday.std(ddof=1) if count > 1 else 0.0
    near = _student(count - 1) * population * spread / math.sqrt(count) * kept
    estimate, below, above = population * float(everyday.mean()), near**2, near**2
    unseen = float(np.sqrt(np.mean(sizes[~drawn] ** 2))) if count < population else 0.0
    kinds = (
        (share < -_EVERYDAY, -1, _GONE),
        ((share > _EVERYDAY) & (share <= _GONE), 1, _GONE),
        (share > _GONE, 1, 1.0),
    )
    for of_kind, sign, most in kinds:
        middle, short, over = _large_ones(np.abs(excess[of_kind]), population, count, most * unseen)
        estimate += sign * middle
        below += (short if sign > 0 else over) ** 2
        above += (over if sign > 0 else short) ** 2
    return estimate, estimate - math.sqrt(below), estimate + math.sqrt(above)


def _large_ones(
    seen: Floats, population: int, count: int, most: float
) -> tuple[float, float, float]:
    """The sum of one kind of large errors, and how far below and above it the ends are."""
    found = len(seen)
    least, highest = interval_of_count(population, count, found)
    number = population * found / count
    mean = float(seen.mean()) if found else 0.0
    unknown = max(0, _FEW - found) / _FEW
    worst = max(mean, (1 - unknown) * mean + unknown * most)
    spread = seen.std(ddof=1) / math.sqrt(found) if found > 1 else 0.0
    strayed = number * spread * _student(found - 1) * math.sqrt(1 - count / population)
    middle = number * mean
    below = min(math.hypot((number - least) * mean, strayed), middle - float(seen.sum()))
    return middle, below, math.hypot((highest - number) * worst, strayed)


def _student(freedom: int) -> float:
    """Quantile of Student's t for the risk, by Abramowitz and Stegun 26.7.5; of 4 and more."""
    z, v = NormalDist().inv_cdf(1 - RISK / 2), max(freedom, _LEAST_FREEDOM)
    terms = (
        (z**3 + z) / (4 * v),
        (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2),
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3),
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4),
    )
    return z + sum(terms)
