"""The rows of a plan: what is asked, what is allowed, and what excludes what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from herbgis.geo.geodesy import Flags, Floats, Ints
from herbgis.planning.choosing.linear import Program
from herbgis.planning.choosing.problem import Problem


@dataclass(frozen=True, eq=False)
class Demands:
    """The rows of a problem: sums over options that must not fall short, or not exceed.

    Attributes
    ----------
    kind : list of str
        ``tier``, ``variety_least``, ``variety_most``, ``county_least``, ``county_most``,
        ``seedling`` by row.
    number : array of int, shape (rows,)
        Of the tier, variety or county.
    lower, upper : array of float, shape (rows,)
    """

    kind: list[str]
    number: Ints
    lower: Floats
    upper: Floats

    @classmethod
    def of(cls, problem: Problem) -> Demands:
        """Rows that ask for something, or forbid something."""
        # Where an option takes from a tier's count, a surplus may be used up and no more.
        taken = (problem.gains < 0).any(axis=1)
        asked = [
            ("tier", problem.need, True),
            ("variety_least", problem.variety_least, True),
            ("county_least", problem.county_least, True),
            ("variety_most", problem.variety_most, False),
            ("county_most", problem.county_most, False),
            ("seedling", problem.seedling_mu, False),
        ]
        kinds: list[str] = []
        numbers, lower, upper = [], [], []
        for kind, values, least in asked:
            wanted = (values > 0) | (taken if kind == "tier" else False)
            rows = np.flatnonzero(wanted if least else np.isfinite(values))
            kinds += [kind] * len(rows)
            numbers.append(rows)
            lower.append(values[rows] if least else np.full(len(rows), -np.inf))
            upper.append(np.full(len(rows), np.inf) if least else values[rows])
        return cls(kinds, *(np.concatenate(part) for part in (numbers, lower, upper)))

    @property
    def least(self) -> Flags:
        """Which rows ask for something."""
        return np.isfinite(self.lower)

    def coefficients(self, problem: Problem, options: Ints) -> Floats:
        """What some options add to each row, shape (rows, options)."""
        variety, county = problem.variety[options], problem.county[options]
        table = np.zeros((len(self.kind), len(options)))
        for row, (kind, number) in enumerate(zip(self.kind, self.number, strict=True)):
            if kind == "tier":
                table[row] = problem.gains[number, options]
            elif kind == "seedling":
                table[row] = np.where(variety == number, problem.mu[options], 0.0)
            else:
                table[row] = (variety if kind.startswith("variety") else county) == number
        return table

    def prices(self, problem: Problem, duals: Floats) -> Floats:
        """The rows' duals times what each option adds to them, shape (options,)."""
        per_variety, per_mu = (np.zeros(len(problem.variety_least)) for _ in range(2))
        per_county = np.zeros(len(problem.county_least))
        per_tier = np.zeros(len(problem.need))
        sums = {"tier": per_tier, "seedling": per_mu}
        for kind, number, dual in zip(self.kind, self.number, duals, strict=True):
            by_name = per_variety if kind.startswith("variety") else per_county
            sums.get(kind, by_name)[number] += dual
        of_variety = per_variety[problem.variety] + per_mu[problem.variety] * problem.mu
        paid: Floats = of_variety + per_county[problem.county] + per_tier @ problem.gains
        return paid


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


class Rows:
    """The rows of a problem, and what they are for any part of its options."""

    def __init__(self, problem: Problem) -> None:
        self.demands = Demands.of(problem)
        self._problem = problem
        counts = np.bincount(problem.site, minlength=problem.sites)
        several = np.flatnonzero(counts > 1)
        sets = cliques(problem)
        self._local = len(several) + len(sets)
        sites = np.concatenate([several, *sets])
        sizes = [1] * len(several) + [len(clique) for clique in sets]
        rows = np.repeat(np.arange(self._local), sizes)
        order = np.lexsort((rows, sites))
        self._local_rows = rows[order]
        self._local_starts = np.searchsorted(sites[order], np.arange(problem.sites + 1))

    def program(
        self, options: Ints, cost: Floats, *, elastic: bool, one_of: Ints | None = None
    ) -> Program:
        """The program over some options; elastic: what falls short costs 1 a piece.

        `one_of`: positions of options of which exactly one is chosen.
        """
        demands = self.demands
        count = len(demands.kind)
        site = self._problem.site[options]
        starts = self._local_starts[site]
        lengths = self._local_starts[site + 1] - starts
        column = np.repeat(np.arange(len(options)), lengths)
        at = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        local = self._local_rows[np.repeat(starts, lengths) + at]
        present, local = np.unique(local, return_inverse=True)
        table = demands.coefficients(self._problem, options)
        where, option = np.nonzero(table)
        rows = np.concatenate([where, count + local])
        columns = np.concatenate([option, column])
        values = np.concatenate([table[where, option], np.ones(len(local))])
        lower = np.concatenate([demands.lower, np.full(len(present), -np.inf)])
        upper = np.concatenate([demands.upper, np.ones(len(present))])
        total = len(options)
        if elastic:
            least = np.flatnonzero(demands.least)
            rows = np.concatenate([rows, least])
            columns = np.concatenate([columns, total + np.arange(len(least))])
            values = np.concatenate([values, np.ones(len(least))])
            cost = np.concatenate([cost, np.ones(len(least))])
            total += len(least)
        if one_of is not None:
            rows = np.concatenate([rows, np.full(len(one_of), len(lower))])
            columns = np.concatenate([columns, one_of])
            values = np.concatenate([values, np.ones(len(one_of))])
            lower, upper = np.append(lower, 1.0), np.append(upper, 1.0)
        order = np.lexsort((rows, columns))
        most = np.ones(total)
        most[len(options) :] = np.inf
        return Program(
            cost=cost,
            upper=most,
            row_lower=lower,
            row_upper=upper,
            starts=np.searchsorted(columns[order], np.arange(total + 1)),
            rows=rows[order],
            values=values[order],
            whole=np.arange(total) < len(options),
            local=present,
        )

    def prices(self, program: Program, duals: Floats) -> Floats:
        """What the rows of a program pay for each option of the problem, shape (options,)."""
        count = len(self.demands.kind)
        local = np.zeros(self._local)
        local[program.local] = duals[count : count + len(program.local)]
        sums = np.concatenate([[0.0], np.cumsum(local[self._local_rows])])
        of_site: Floats = sums[self._local_starts[1:]] - sums[self._local_starts[:-1]]
        paid = self.demands.prices(self._problem, duals[:count])
        return np.asarray(paid + of_site[self._problem.site], dtype=np.float64)
