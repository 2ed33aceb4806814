"""Plan: what to do with which base, at least cost, proven and explained."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.foundation import display
from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.language import tr
from herbgis.planning.choosing import explaining
from herbgis.planning.choosing.drafting import Draft
from herbgis.planning.choosing.ladder import in_digits, ladder_rows
from herbgis.planning.choosing.solving import Search, Solution
from herbgis.planning.choosing.words import (
    STATUSES,
    blocking_in_words,
    ladder_in_words,
    outcomes_in_words,
    remarks,
    sites_in_words,
    targets_in_lines,
    targets_in_words,
)
from herbgis.terms.calls import answering

#: The role of a site that the plan does not use.
REJECTED = "rejected"
#: Columns of the chosen sites in JSON: those that are promised, and further ones behind them.
_JSON = ("id", "action", "variety", "tier", "mu", "cost", "limiting", "replacement_cost")
_BEYOND = ("new_mu", "county", "township", "score", "stability")


@answering
@dataclass(frozen=True, repr=False, eq=False)
class Plan:
    """The plan of least cost that reaches the targets, or what stands in its way.

    Attributes
    ----------
    status : {'optimal', 'infeasible'}
    cost : float
        Sum of the chosen; missing where there is no plan.
    gap : float
        Between the cost and its proven bound: 0.
    targets : DataFrame
        A row a tier: ``tier``, ``target``, ``have`` (verified), ``planned``, and ``free``, how
        many of these by steps that take no land.
    ladder : DataFrame
        All steps in their order, the cheapest sort first: ``step`` (mend, remeasure, finish,
        enlarge, found); ``base``, id of the base or candidate; ``county``, ``township``,
        ``variety``; ``role``; ``what`` is done, in the language; ``codes`` of what is to be
        mended; ``by``, when it is to be built, as written; ``now_mu`` counted, ``mu`` afterwards,
        ``new_mu``; ``tier`` that it reaches; ``moves``, a list of what it moves: ``tier``, and the
        count of bases ``from`` and ``to``, which runs on from step to step, and the ``chance`` that
        the area reaches the tier by the survey error (missing where nothing was measured); of
        several the lowest ``chance``; ``cost``, and ``replacement_cost``, what the best plan
        without it costs more. The ``role`` says what rests on it: ``counted``, the plan does;
        ``chance``, nothing, for a new survey may give it or not; ``reserve``, it is needed only
        where the steps that take no land come to nothing; ``nothing``, it moves no target as far
        as is known. Steps that take no land cost nothing, and the plan buys only what is wanted
        beyond them; a new survey is not priced.
    outcomes : DataFrame
        A row a case, ``counted`` the plan itself, ``without`` where no step that takes no land
        comes to anything, ``helped`` where all do and every new survey reaches its threshold:
        ``case``, ``status``, ``cost``, bases to ``enlarge`` and to ``found``, ``new_mu``,
        ``lacking`` bases.
    chosen : DataFrame
        A row a site that is bought: ``id``, ``action`` (new, enlarge), ``county``, ``township``,
        ``variety`` (empty: left open), ``tier``, ``mu`` afterwards, ``new_mu``, ``score``,
        ``limiting``, ``cost``; ``replacement_cost``, what the best plan without it costs more
        (infinite: there is none); ``stability``, in which share of plans under perturbed costs it
        is chosen again.
    blocking : DataFrame
        Where there is no plan, a row a demand that falls short in the plan that falls short
        least: ``what`` (target, variety, county), ``name``, ``wanted``, ``lacking``.
    land : GeoDataFrame
        A row a site whose land is known: ``id`` of the candidate or base, ``role`` (new, enlarge,
        rejected), ``mu``, and ``at_least``, by how much a plan with it is dearer at least.
    notes : tuple of str
        What was assumed.
    caveats : tuple of str
        Why the plan serves for demonstration only; empty where it need not.
    table_note : str
        What stands under every official table.
    titles : mapping of str to str
        What is printed for a tier.
    words : mapping of str to mapping of str to str
        What is printed for a value, by column.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> plan = hg.plan(bases, targets={"500": 106, "1000": 44})
    >>> plan.status, round(plan.cost, 2), plan.gap
    ('optimal', 66.96, 0.0)
    >>> plan.targets.set_index("tier")[["planned", "free"]].to_dict("list")
    {'planned': [10, 3], 'free': [8, 2]}
    >>> plan.ladder[["step", "base", "role"]].iloc[0].to_dict()  # 先补正, 不花钱
    {'step': 'mend', 'base': '520627-2020-023', 'role': 'counted'}
    >>> plan.outcomes.set_index("case")["cost"].round(2).to_dict()  # 都落实, 都不落实, 复测也达到
    {'counted': 66.96, 'without': 859.41, 'helped': 57.39}
    >>> plan.chosen[["id", "action", "tier"]].iloc[0].to_dict()
    {'id': '520623-2020-004', 'action': 'enlarge', 'tier': '500'}
    >>> more = hg.plan(bases, targets={"500": 150, "1000": 50})  # 达不到的, 说缺多少
    >>> more.status, more.blocking[["name", "wanted", "lacking"]].to_dict("records")
    ('infeasible', [{'name': '500', 'wanted': 150, 'lacking': 22}])
    """

    status: str
    cost: float
    gap: float
    targets: pd.DataFrame
    ladder: pd.DataFrame
    outcomes: pd.DataFrame
    chosen: pd.DataFrame
    blocking: pd.DataFrame
    land: gpd.GeoDataFrame
    notes: tuple[str, ...]
    caveats: tuple[str, ...]
    table_note: str
    titles: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
    _draft: Draft = field(repr=False)
    _search: Search = field(repr=False)
    _solution: Solution = field(repr=False)

    @property
    def years(self) -> pd.DataFrame | None:
        """None: the plan is not over years. See `YearlyPlan.years`."""
        return None

    def forced_cost(self, site: str) -> float:
        """What it would cost to have a site in the plan that is not chosen.

        Parameters
        ----------
        site : str
            Id of a candidate, or of a base that could be enlarged.

        Returns
        -------
        float
            0 for a chosen site; infinite where no plan can use it.

        Raises
        ------
        UnknownNameError
            There is no such site, or it cannot reach any tier.
        """
        options = self._draft.options
        if site not in set(options["id"]):
            raise UnknownNameError(tr("候选地块"), site, sorted(set(options["id"])))
        if site in set(self.chosen["id"]):
            return 0.0
        numbers = np.unique(self._draft.problem.site[(options["id"] == site).to_numpy()])
        costs = [explaining.forced_cost(self._search, self._solution, int(n)) for n in numbers]
        return min(costs)

    def trade_off(self, *, steps: int = 10) -> pd.DataFrame:
        """The least cost of ever larger shares of the gap.

        Returns
        -------
        DataFrame
            A row a step: ``share``, each tier's number of bases wanted (under its label),
            ``bases`` enlarged and founded, ``new_mu``, ``cost``; missing where there is no plan.
        """
        curve = explaining.trade_off(self._draft.problem, steps=steps)
        labels = list(self.targets["tier"])
        return curve.rename(columns={f"need_{n}": label for n, label in enumerate(labels)})

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        chosen = _finite(self.chosen[[*_JSON, *_BEYOND]])
        for name in ("variety", "limiting", "township", "county"):
            chosen[name] = chosen[name].where(chosen[name] != "", None)
        feasible = self.status == "optimal"
        return {
            "status": self.status,
            "cost": in_digits(self.cost) if feasible else None,
            "gap": self.gap if feasible else None,
            "targets": display.plain_rows(self.targets),
            "ladder": ladder_rows(self.ladder),
            "outcomes": display.plain_rows(_finite(self.outcomes)),
            "chosen": display.plain_rows(chosen),
            "blocking": display.plain_rows(self.blocking),
            "notes": [*self.notes],
            "caveats": [*self.caveats],
        }

    def targets_in_words(self) -> pd.DataFrame:
        """The targets under the headings that people read."""
        return targets_in_words(self.targets, self.titles)

    def ladder_in_words(self) -> pd.DataFrame:
        """The ladder under the headings that people read."""
        return ladder_in_words(self.ladder, self.titles, self.words)

    def targets_in_lines(self) -> list[str]:
        """The targets, and what the plan adds to each, in a line each."""
        return targets_in_lines(self.targets, self.titles)

    def outcomes_in_words(self) -> list[str]:
        """What the plan comes to, and what it would where free steps fail or surveys help."""
        return outcomes_in_words(self.outcomes)

    def chosen_in_words(self) -> pd.DataFrame:
        """The sites that are bought, under the headings that people read."""
        return sites_in_words(self.chosen, self.titles, self.words)

    def blocking_in_words(self) -> pd.DataFrame:
        """What falls short, under the headings that people read."""
        return blocking_in_words(self.blocking, self.titles)

    def remarks(self) -> list[str]:
        """What stands under every table of the plan."""
        return remarks(self.table_note, self.notes, self.caveats)

    def __repr__(self) -> str:
        return "\n".join([*self._head(), *map(display.text_table, self._tables()), *self.remarks()])

    def _repr_html_(self) -> str:
        head = [display.html_paragraph(line) for line in self._head()]
        tables = [display.html_table(table) for table in self._tables()]
        notes = [display.html_paragraph(line) for line in self.remarks()]
        return display.html_section(tr("规划"), *head, *tables, *notes)

    def _head(self) -> list[str]:
        cost = tr(", 成本 {cost:.2f}", cost=self.cost) if self.status == "optimal" else ""
        head = tr("规划: {status}{cost}", status=tr(STATUSES[self.status]), cost=cost)
        return [head, *self.outcomes_in_words()]

    def _tables(self) -> list[pd.DataFrame]:
        tables = [self.targets_in_words()]
        tables += [self.ladder_in_words()] if len(self.ladder) else []
        tables += [self.chosen_in_words()] if len(self.chosen) else []
        return tables + ([self.blocking_in_words()] if len(self.blocking) else [])


def _finite(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose numbers are rounded, and missing where they are infinite."""
    told = table.copy()
    numbers = told.select_dtypes("number")
    told[numbers.columns] = numbers.replace(math.inf, math.nan).map(in_digits)
    return told
