"""A plan as arrays: what can be chosen, what is wanted, and what is allowed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from herbgis.geo.geodesy import Flags, Floats, Ints


@dataclass(frozen=True, eq=False)
class Problem:
    """Options, of which at most one a site is chosen, at least cost.

    An option is a site planted with a variety, or a base enlarged, mended or finished.

    Attributes
    ----------
    site, variety, county, year : array of int, shape (options,)
        Numbers of each option's site, variety and county, and of the year in which it is begun; 0
        where all is done in one.
    gains : array of float, shape (tiers, options)
        How many bases an option adds to the count of each tier: 1, 0 or -1.
    cost : array of float, shape (options,)
        Not below zero, of any scale.
    mu : array of float, shape (options,)
        New 亩, which seedlings are needed for; 0 of a base that is mended or finished.
    need : array of float, shape (tiers,)
        Bases still wanted; below zero where more are there than wanted.
    variety_least, variety_most : array of float, shape (varieties,)
        Bases of the plan; 0 and infinity where there is no quota.
    county_least, county_most : array of float, shape (counties,)
    seedling_mu : array of float, shape (varieties * years,)
        New 亩 that there are seedlings for, the years of a variety one after another; infinity
        where nothing is known.
    begun_most : array of float, shape (years,)
        Bases founded and enlarged in a year at most; infinity where there is no limit.
    conflicts : array of int, shape (pairs, 2)
        Sites of which at most one can be chosen.
    """

    site: Ints
    variety: Ints
    county: Ints
    year: Ints
    gains: Floats
    cost: Floats
    mu: Floats
    need: Floats
    variety_least: Floats
    variety_most: Floats
    county_least: Floats
    county_most: Floats
    seedling_mu: Floats
    begun_most: Floats
    conflicts: Ints

    @property
    def sites(self) -> int:
        """How many sites the options and conflicts speak of."""
        numbers = np.concatenate([self.site, self.conflicts.ravel()])
        return int(numbers.max(initial=-1)) + 1

    @cached_property
    def seedling(self) -> Ints:
        """Which number of `seedling_mu` each option takes from, shape (options,)."""
        return self.variety * len(self.begun_most) + self.year

    def of(self, options: Flags) -> Problem:
        """The same plans, as far as they choose among some options."""
        own = {name: getattr(self, name)[options] for name in ("site", "variety", "county", "year")}
        return replace(
            self,
            **own,
            gains=self.gains[:, options],
            cost=self.cost[options],
            mu=self.mu[options],
        )
