"""The rows of a plan's programs: what is asked and limited, and what excludes what.

A program has a column an option, and a row a condition on sums over options. There are two sorts:
demands, which are few and which most options add to; and exclusions, sets of options of which at
most one is chosen, which are as many as sites and hold few options each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from herbgis.geo.geodesy import Flags, Floats, Ints
from herbgis.planning.choosing.linear import Program
from herbgis.planning.choosing.problem import Problem


@dataclass(frozen=True, eq=False)
class Demands:
    """What is asked and what is limited: sums over options that must not fall short, or not exceed.

    A row is one demand, as the need of a tier or the most of a variety.

    Attributes
    ----------
    kind : list of str
        By row; ``tier``, ``variety_least``, ``variety_most``, ``county_least``, ``county_most``,
        ``seedling`` or ``begun_most``.
    number : array of int, shape (rows,)
        Of the tier, variety, county or year, or of the variety and year as `Problem.seedling` has
        it.
    lower, upper : array of float, shape (rows,)
        What the sum is held between; infinite on the side where nothing is asked.
    """

    kind: list[str]
    number: Ints
    lower: Floats
    upper: Floats

    @classmethod
    def of(cls, problem: Problem) -> Demands:
        """The rows of a problem that ask for something, or forbid something."""
        least = {
            "tier": problem.need,
            "variety_least": problem.variety_least,
            "county_least": problem.county_least,
        }
        most = {
            "variety_most": problem.variety_most,
            "county_most": problem.county_most,
            "seedling": problem.seedling_mu,
            "begun_most": problem.begun_most,
        }
        wanted = {kind: values > 0 for kind, values in least.items()}
        wanted |= {kind: np.isfinite(values) for kind, values in most.items()}
        # Where options take from a tier's count, they may take what is there beyond its need and
        # no more: the row is there though nothing more is needed.
        wanted["tier"] |= (problem.gains < 0).any(axis=1)
        rows = {kind: np.flatnonzero(each) for kind, each in wanted.items()}
        asked = [values[rows[kind]] for kind, values in least.items()]
        allowed = [values[rows[kind]] for kind, values in most.items()]
        nothing_asked = [np.full(len(each), -np.inf) for each in allowed]
        all_allowed = [np.full(len(each), np.inf) for each in asked]
        return cls(
            [kind for kind, numbers in rows.items() for _ in numbers],
            np.concatenate([*rows.values()]),
            np.concatenate([*asked, *nothing_asked]),
            np.concatenate([*all_allowed, *allowed]),
        )

    @property
    def least(self) -> Flags:
        """Which rows ask for something."""
        return np.isfinite(self.lower)

    def coefficients(self, problem: Problem, options: Ints) -> Floats:
        """What some options add to each row, shape (rows, options)."""
        variety, county = problem.variety[options], problem.county[options]
        seedling, year, mu = (
            each[options] for each in (problem.seedling, problem.year, problem.mu)
        )
        table = np.zeros((len(self.kind), len(options)))
        for row, (kind, number) in enumerate(zip(self.kind, self.number, strict=True)):
            if kind == "tier":
                table[row] = problem.gains[number, options]
            elif kind == "seedling":
                table[row] = np.where(seedling == number, mu, 0.0)
            elif kind == "begun_most":
                table[row] = (year == number) & (mu > 0)
            else:
                table[row] = (variety if kind.startswith("variety") else county) == number
        return table

    def prices(self, problem: Problem, duals: Floats) -> Floats:
        """What the rows pay for each option: their duals times what it adds, shape (options,).

        The duals are summed by variety, county, year and tier first, as options are many.
        """
        per_variety = np.zeros(len(problem.variety_least))
        per_mu, per_year = np.zeros(len(problem.seedling_mu)), np.zeros(len(problem.begun_most))
        per_county = np.zeros(len(problem.county_least))
        per_tier = np.zeros(len(problem.need))
        sums = {"tier": per_tier, "seedling": per_mu, "begun_most": per_year}
        for kind, number, dual in zip(self.kind, self.number, duals, strict=True):
            by_name = per_variety if kind.startswith("variety") else per_county
            sums.get(kind, by_name)[number] += dual
        of_variety = per_variety[problem.variety] + per_mu[problem.seedling] * problem.mu
        paid: Floats = of_variety + per_county[problem.county] + per_tier @ problem.gains
        return paid + per_year[problem.year] * (problem.mu > 0) if per_year.any() else paid


def cliques(problem: Problem) -> list[Ints]:
    """Sets of sites of which at most one can be chosen, which cover all conflicts.

    Each conflict not yet covered grows, by the sites in order of number, as long as each new site
    conflicts with all before: one such row is stronger than its pairs.
    """
    pairs = np.unique(np.sort(problem.conflicts.reshape(-1, 2), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    beside: dict[int, set[int]] = {}
    for one, other in pairs.tolist():
        beside.setdefault(one, set()).add(other)
        beside.setdefault(other, set()).add(one)
    covered: set[tuple[int, int]] = set()
    found = []
    for one, other in pairs.tolist():
        if (one, other) in covered:
            continue
        clique = [one, other]
        common = beside[one] & beside[other]
        while common:
            clique.append(min(common))
            common &= beside[clique[-1]]
        clique.sort()
        covered.update((a, b) for i, a in enumerate(clique) for b in clique[i + 1 :])
        found.append(np.array(clique, dtype=np.intp))
    return found


class _Exclusions:
    """Sets of which at most one option is chosen: those of a site, and those of a clique's sites.

    They are kept by site: site ``s`` is in ``of_site[starts[s]:starts[s + 1]]``.

    Attributes
    ----------
    count : int
        How many sets there are.
    of_site : array of int
        Numbers of sets, site after site.
    starts : array of int, shape (sites + 1,)
    """

    def __init__(self, problem: Problem) -> None:
        options_a_site = np.bincount(problem.site, minlength=problem.sites)
        several = np.flatnonzero(options_a_site > 1)
        sets = [several[[position]] for position in range(len(several))] + cliques(problem)
        self.count = len(sets)
        sites = np.concatenate([*sets, np.empty(0, dtype=np.intp)])
        numbers = np.repeat(np.arange(len(sets)), [len(each) for each in sets])
        order = np.lexsort((numbers, sites))
        self.of_site = numbers[order]
        self.starts = np.searchsorted(sites[order], np.arange(problem.sites + 1))

    def entries(self, site: Ints) -> tuple[Ints, Ints]:
        """For options at some sites: numbers of sets, and the position of the option in each."""
        start = self.starts[site]
        sets_of = self.starts[site + 1] - start
        option = np.repeat(np.arange(len(site)), sets_of)
        # 0, 1, … for each option: entries are counted, less how many came before the option's.
        place = np.arange(len(option)) - np.repeat(np.cumsum(sets_of) - sets_of, sets_of)
        return self.of_site[np.repeat(start, sets_of) + place], option

    def prices(self, duals: Floats) -> Floats:
        """Sum of the duals of the sets that each site is in, shape (sites,)."""
        sums = np.concatenate([[0.0], np.cumsum(duals[self.of_site])])
        return np.asarray(sums[self.starts[1:]] - sums[self.starts[:-1]], dtype=np.float64)


class Rows:
    """The rows of a problem, and the programs that they make of any part of its options."""

    def __init__(self, problem: Problem) -> None:
        self.demands = Demands.of(problem)
        self._problem = problem
        self._exclusions = _Exclusions(problem)

    def program(
        self, options: Ints, cost: Floats, *, elastic: bool, one_of: Ints | None = None
    ) -> Program:
        """The program over some options.

        Rows: the demands, the exclusions that any of the options is in, and the choice of one.
        Columns: the options, and where it is elastic a shortfall for each demand that asks.

        Parameters
        ----------
        options : array of int
        cost : array of float, shape (options,)
        elastic : bool
            Whether demands may fall short, at a cost of 1 apiece.
        one_of : array of int, optional
            Positions among the options, of which exactly one is chosen.
        """
        demands, count = self.demands, len(options)
        table = demands.coefficients(self._problem, options)
        demand, asked = np.nonzero(table)
        excluded, option = self._exclusions.entries(self._problem.site[options])
        present, place = np.unique(excluded, return_inverse=True)
        exclusion = len(demands.kind) + place
        entries = [(demand, asked, table[demand, asked]), (exclusion, option, np.ones(len(option)))]
        lower = np.concatenate([demands.lower, np.full(len(present), -np.inf)])
        upper = np.concatenate([demands.upper, np.ones(len(present))])
        shortfalls = np.flatnonzero(demands.least) if elastic else np.empty(0, dtype=np.intp)
        ones = np.ones(len(shortfalls))
        entries.append((shortfalls, count + np.arange(len(shortfalls)), ones))
        if one_of is not None:
            entries.append((np.full(len(one_of), len(lower)), one_of, np.ones(len(one_of))))
            lower, upper = np.append(lower, 1.0), np.append(upper, 1.0)
        row, column, value = (np.concatenate(part) for part in zip(*entries, strict=True))
        order = np.lexsort((row, column))
        total = count + len(shortfalls)
        return Program(
            cost=np.concatenate([cost, ones]),
            upper=np.concatenate([np.ones(count), np.full(len(shortfalls), np.inf)]),
            row_lower=lower,
            row_upper=upper,
            starts=np.searchsorted(column[order], np.arange(total + 1)),
            rows=row[order],
            values=value[order],
            whole=np.arange(total) < count,
            exclusions=present,
        )

    def prices(self, program: Program, duals: Floats) -> Floats:
        """What the rows of a program pay for each option of the problem, shape (options,).

        Exclusions that none of the program's options is in pay nothing.
        """
        count = len(self.demands.kind)
        by_set = np.zeros(self._exclusions.count)
        by_set[program.exclusions] = duals[count : count + len(program.exclusions)]
        paid = self.demands.prices(self._problem, duals[:count])
        of_site = self._exclusions.prices(by_set)
        return np.asarray(paid + of_site[self._problem.site], dtype=np.float64)
