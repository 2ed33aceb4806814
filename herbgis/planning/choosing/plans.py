"""plan: which bases to enlarge and which to found, at least cost, proven and explained."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.foundation import display
from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.language import tr
from herbgis.planning.choosing import explaining
from herbgis.planning.choosing.drafting import Draft, draft
from herbgis.planning.choosing.solving import Blocking, Search, Solution
from herbgis.planning.choosing.words import (
    STATUSES,
    blocking_in_words,
    limits_in_words,
    remarks,
    sites_in_words,
    targets_in_words,
)
from herbgis.planning.sites.candidates import Candidates
from herbgis.planning.sites.controlled import planned_on
from herbgis.planning.sites.finding import Tick
from herbgis.planning.sites.gathering import control_candidates, gather_candidates
from herbgis.reading.understanding.control_layers import ControlLayer
from herbgis.terms.calls import answering
from herbgis.terms.carried import policy_for
from herbgis.terms.policy import Policy

#: The role of a site that the plan does not use.
REJECTED = "rejected"
#: What a demand of the problem that falls short is told as.
_KINDS = {"tier": "target", "variety_least": "variety", "county_least": "county"}
#: Columns of the chosen sites in JSON: those that are promised, and further ones behind them.
_JSON = ("id", "action", "variety", "tier", "mu", "cost", "limiting", "replacement_cost")
_BEYOND = ("new_mu", "county", "township", "score", "stability")
#: Digits behind the point that numbers have in JSON.
_DIGITS = 6


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
        A row a tier: ``tier``, ``target``, ``have`` (verified), ``planned``.
    chosen : DataFrame
        A row a chosen site: ``id``, ``action`` (new, enlarge), ``county``, ``township``,
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
    >>> plan = hg.plan(bases, targets={"500": 98, "1000": 42})
    >>> plan.status, round(plan.cost, 2), plan.gap
    ('optimal', 66.93, 0.0)
    >>> plan.targets.set_index("tier")["planned"].to_dict()
    {'500': 2, '1000': 1}
    >>> plan.chosen[["id", "action", "tier"]].iloc[0].to_dict()
    {'id': '520623-2020-004', 'action': 'enlarge', 'tier': '500'}
    >>> more = hg.plan(bases, targets={"500": 150, "1000": 50})  # 达不到的, 说缺多少
    >>> more.status, more.blocking[["name", "wanted", "lacking"]].to_dict("records")
    ('infeasible', [{'name': '500', 'wanted': 150, 'lacking': 30}])
    """

    status: str
    cost: float
    gap: float
    targets: pd.DataFrame
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
            ``bases`` chosen, ``new_mu``, ``cost``; missing where there is no plan.
        """
        curve = explaining.trade_off(self._draft.problem, steps=steps)
        labels = list(self.targets["tier"])
        return curve.rename(columns={f"need_{n}": label for n, label in enumerate(labels)})

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        chosen = self.chosen[[*_JSON, *_BEYOND]].copy()
        for name in ("variety", "limiting", "township", "county"):
            chosen[name] = chosen[name].where(chosen[name] != "", None)
        numbers = chosen.select_dtypes("number")
        chosen[numbers.columns] = numbers.replace(math.inf, math.nan).round(_DIGITS)
        feasible = self.status == "optimal"
        return {
            "status": self.status,
            "cost": round(self.cost, _DIGITS) if feasible else None,
            "gap": self.gap if feasible else None,
            "targets": display.plain_rows(self.targets),
            "chosen": display.plain_rows(chosen),
            "blocking": display.plain_rows(self.blocking),
            "notes": [*self.notes],
            "caveats": [*self.caveats],
        }

    def targets_in_words(self) -> pd.DataFrame:
        """The targets under the headings that people read."""
        return targets_in_words(self.targets, self.titles)

    def chosen_in_words(self) -> pd.DataFrame:
        """The chosen sites under the headings that people read."""
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
        return [tr("规划: {status}{cost}", status=tr(STATUSES[self.status]), cost=cost)]

    def _tables(self) -> list[pd.DataFrame]:
        tables = [self.targets_in_words()]
        tables += [self.chosen_in_words()] if len(self.chosen) else []
        return tables + ([self.blocking_in_words()] if len(self.blocking) else [])


def plan(
    bases: gpd.GeoDataFrame,
    *,
    candidates: Candidates | gpd.GeoDataFrame | None = None,
    dem: str | Path | Sequence[str | Path] | None = None,
    counties: gpd.GeoDataFrame | None = None,
    policy: Policy | None = None,
    targets: Mapping[str, int] | None = None,
    as_of: dt.date | None = None,
    controls: Mapping[str, gpd.GeoDataFrame | ControlLayer] | None = None,
    runs: int = explaining.RUNS,
    progress: Tick | None = None,
) -> Plan:
    """Choose the sites that reach the targets at least cost.

    Parameters
    ----------
    bases : GeoDataFrame
        One row a base, as from `classify`. The verified ones count already; those below a
        threshold may be enlarged.
    candidates : GeoDataFrame or Candidates, optional
        Polygons of one's own, as from `read_candidates`; or what `gather_candidates` made, with
        rasters and masks of one's own.
    dem : path or sequence of paths, optional
        Elevation, by which land is rated: the candidates' where there are any, else all land in
        search of sites; and the land next to bases. Without it a base may grow on land that
        nobody has looked at, which the notes say.
    counties : GeoDataFrame, optional
        As `read_counties` gives it.
    policy : Policy, optional
        ``tongren-2020`` by default; its ``[planning]`` holds quotas, seedlings and what effort is.
    targets : mapping of str to int, optional
        Instead of the policy's, by tier: ``{"500": 100}``.
    as_of : datetime.date, optional
        What counts already is what stood on this day; see `count_progress`.
    controls : mapping of str to GeoDataFrame or ControlLayer, optional
        Layers that control land: see `LandOptions`. What the chosen sites have of them is noted.
    runs : int
        Plans under perturbed costs, for the stability of each chosen site.
    progress : callable, optional
        Told how many tiles of a DEM are done, and of how many.

    Returns
    -------
    Plan

    Raises
    ------
    UnknownNameError
        A target for a tier that the policy does not have.
    InputNotFoundError, CrsError, RasterError
        A DEM is missing, or cannot be used.
    HerbgisError
        highspy is not installed.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> plan = hg.plan(bases, targets={"500": 98, "1000": 42})
    >>> plan.chosen.set_index("id")["new_mu"].round(2).to_dict()  # 扩建这三个, 各加多少亩
    {'520623-2020-004': 9.4, '520624-2020-001': 0.15, '520627-2020-016': 57.38}
    >>> round(plan.forced_cost("520602-2020-002"), 2)  # 硬要扩这个, 多花多少
    42.42
    """
    policy = policy_for(bases, policy)
    if not isinstance(candidates, Candidates):
        candidates = gather_candidates(
            bases,
            proposals=candidates,
            dem=dem,
            counties=counties,
            policy=policy,
            progress=progress,
            controls=controls,
        )
    elif controls is not None:
        candidates = control_candidates(candidates, controls, bases=bases, policy=policy)
    drafted = draft(bases, candidates, policy=policy, targets=targets or {}, as_of=as_of)
    search = Search(drafted.problem)
    solution = search.solution()
    chosen = drafted.options.iloc[solution.chosen].reset_index(drop=True)
    chosen["replacement_cost"] = explaining.replacement_costs(search, solution)
    chosen["stability"] = explaining.stability(search, solution, runs=runs)
    planned = drafted.problem.gains[:, solution.chosen].sum(axis=1)
    labels = [tier.label for tier in policy.tiers]
    return Plan(
        status=solution.status,
        cost=solution.cost,
        gap=solution.cost - solution.bound if solution.status == "optimal" else math.nan,
        targets=pd.DataFrame(
            {
                "tier": labels,
                "target": [drafted.targets[label] for label in labels],
                "have": [drafted.have[label] for label in labels],
                "planned": planned.astype(int),
            }
        ),
        chosen=chosen,
        blocking=_blocking(solution.blocking, drafted),
        land=_with_roles(drafted, chosen, search),
        notes=(*candidates.notes, *drafted.notes, *planned_on(candidates, chosen)),
        caveats=candidates.caveats,
        table_note=policy.table_note,
        titles={tier.label: tier.reach_title for tier in policy.tiers},
        words={**policy.titles, "limiting": limits_in_words(policy)},
        _draft=drafted,
        _search=search,
        _solution=solution,
    )


def _blocking(found: tuple[Blocking, ...], drafted: Draft) -> pd.DataFrame:
    """Demands that fall short, with what is wanted in all."""
    labels = list(drafted.targets)
    names = {"target": labels, "variety": drafted.varieties, "county": drafted.counties}
    rows = []
    for each in found:
        what = _KINDS[each.kind]
        name = names[what][each.number]
        asked = drafted.targets[name] if what == "target" else int(each.asked)
        rows.append((what, name, asked, int(each.lacking)))
    return pd.DataFrame(rows, columns=["what", "name", "wanted", "lacking"])


def _with_roles(drafted: Draft, chosen: pd.DataFrame, search: Search) -> gpd.GeoDataFrame:
    """Land with what becomes of it, the rejected nearest to being chosen first."""
    land, site = drafted.land, drafted.options["site"]
    reduced = pd.Series(np.maximum(search.reduced, 0.0)).groupby(site.to_numpy()).min()
    told = land.assign(
        role=chosen.set_index("site")["action"].reindex(land.index).fillna(REJECTED),
        at_least=reduced.reindex(land.index).to_numpy(),
    )
    return told.sort_values("at_least", kind="stable")
