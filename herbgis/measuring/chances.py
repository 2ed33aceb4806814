"""How likely a base reaches a threshold, and how many will."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from herbgis.geo.geodesy import Floats

#: A threshold within so many standard deviations of an area leaves the tier undecided: the
#: two-sided 95% of a normal distribution.
UNDECIDED_SIGMAS = 1.96
#: The interval that is given with an expected count.
LEVEL = 0.90


def chance_of_reaching(mu: Floats, sigma_mu: Floats, threshold_mu: float) -> Floats:
    """Probability that the true area is at least a threshold, for normal survey errors.

    Parameters
    ----------
    mu, sigma_mu : array of float, shape (n,)
        Measured area and its standard deviation, 亩; without one the area is taken as true.
    threshold_mu : float
    """
    lead = np.asarray(mu, dtype=float) - threshold_mu
    sigma = np.nan_to_num(np.asarray(sigma_mu, dtype=float))
    sure = np.where(lead >= 0, 1.0, 0.0)
    z = np.divide(lead, sigma, out=np.zeros_like(lead), where=sigma > 0)
    normal = np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in z.tolist()])
    return np.where(sigma > 0, normal, sure)


def count_distribution(chances: Floats) -> Floats:
    """Poisson-binomial distribution: of how many of independent events happen, exactly.

    Parameters
    ----------
    chances : array of float, shape (n,)

    Returns
    -------
    array of float, shape (n + 1,)
        Probability of 0, 1, … n events; by adding one event after the other.
    """
    distribution = np.ones(1)
    for chance in np.asarray(chances, dtype=float):
        missed = np.append(distribution * (1 - chance), 0.0)
        missed[1:] += distribution * chance
        distribution = missed
    return distribution


def expected_count(chances: Floats) -> dict[str, float | int]:
    """Expected number of events, and the ends of the interval that holds it with `LEVEL`.

    The ends are whole numbers: the highest with a probability of at most (1 - `LEVEL`) / 2 of fewer
    events, and the lowest with at most as much of more.
    """
    chances = np.asarray(chances, dtype=float)
    certain = int((chances == 1).sum())
    open_ = chances[(chances > 0) & (chances < 1)]
    below = np.cumsum(count_distribution(open_))
    low, high = (int(np.searchsorted(below, q - 1e-12)) for q in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return {
        "expected": float(chances.sum()),
        "low": certain + min(low, len(open_)),
        "high": certain + min(high, len(open_)),
    }


def chances_of_tiers(
    mu: pd.Series, sigma_mu: pd.Series, thresholds: list[float], *, nested: bool
) -> list[Floats]:
    """Probability of each tier, ascending; under a disjoint reading, of it and not of the next."""
    reach = [chance_of_reaching(mu.to_numpy(), sigma_mu.to_numpy(), t) for t in thresholds]
    if nested:
        return reach
    return [r - n for r, n in zip(reach, [*reach[1:], np.zeros(len(mu))], strict=True)]


def surely_beyond(mu: float, sigma_mu: float, threshold_mu: float) -> float:
    """The area that a base must be enlarged to so that its tier is not undecided, 亩.

    The threshold and `UNDECIDED_SIGMAS` standard deviations of a survey of the grown base: those
    of its own grow with its outline, as the root of its area. Without a standard deviation the
    threshold itself.

    Parameters
    ----------
    mu, sigma_mu : float
        Of the base today; `mu` above zero.
    threshold_mu : float
    """
    if not math.isfinite(sigma_mu):
        return threshold_mu
    return threshold_mu + UNDECIDED_SIGMAS * sigma_mu * math.sqrt(threshold_mu / mu)


def near_threshold(mu: pd.Series, sigma_mu: pd.Series, threshold_mu: float) -> pd.Series:
    """Whether a threshold lies within the survey error of an area."""
    return (mu - threshold_mu).abs() <= UNDECIDED_SIGMAS * sigma_mu
