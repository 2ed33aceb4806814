"""plan: which bases to mend, enlarge and found, at least cost, proven and explained."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.counting.seedlings import cover_seedlings
from herbgis.geo.geodesy import Floats, Ints
from herbgis.planning.choosing import explaining
from herbgis.planning.choosing.calendar import Spread, within_a_year
from herbgis.planning.choosing.drafting import Draft, draft
from herbgis.planning.choosing.horizons import (
    Horizon,
    checked_years,
    horizon_of,
    targets_at_the_end,
)
from herbgis.planning.choosing.ladder import Outcomes, ladder_of, outcomes_of, with_all_free
from herbgis.planning.choosing.options import ENLARGE, NEW, takes_land
from herbgis.planning.choosing.plans import REJECTED, Plan
from herbgis.planning.choosing.solving import Blocking, Search, Solution
from herbgis.planning.choosing.words import limits_in_words
from herbgis.planning.choosing.yearly import YearlyPlan
from herbgis.planning.choosing.yearly_tables import in_years
from herbgis.planning.sites.candidates import Candidates
from herbgis.planning.sites.controlled import planned_on
from herbgis.planning.sites.finding import Tick
from herbgis.planning.sites.gathering import control_candidates, gather_candidates
from herbgis.reading.understanding.control_layers import ControlLayer
from herbgis.terms.carried import policy_for
from herbgis.terms.policy import Policy

#: What a demand of the problem that falls short is told as.
_KINDS = {
    "tier": "target",
    "variety_least": "variety",
    "county_least": "county",
}


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
    years: tuple[int, int] | None = None,
    runs: int = explaining.RUNS,
    progress: Tick | None = None,
) -> Plan:
    """Choose what to do, and the sites that reach the targets at least cost.

    What takes no land comes first: to mend what blocks a base, and to finish what is in building,
    costs nothing, and is counted on; a base on the line may be measured again, which nothing is
    counted on. What is wanted beyond that is enlarged or founded. `Plan.ladder` lists all steps,
    `Plan.outcomes` what the plan would be where free steps fail or new surveys help.

    Parameters
    ----------
    bases : GeoDataFrame
        One row a base, as from `classify`. The verified ones count already; those below a
        threshold may be enlarged; the others may be mended or finished.
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
    years : (int, int), optional
        The first and the last year of a plan over years, such as ``(2021, 2025)``: what is begun,
        counted, harvested and needed in each, see `YearlyPlan`. The targets are those of the last;
        the policy's ``[planning.years]`` holds earlier ones, and how long bases are in building.
    runs : int
        Plans under perturbed costs, for the stability of each chosen site.
    progress : callable, optional
        Told how many tiles of a DEM are done, and of how many.

    Returns
    -------
    Plan
        A `YearlyPlan` where `years` are given.

    Raises
    ------
    UnknownNameError
        A target for a tier that the policy does not have.
    InputNotFoundError, CrsError, RasterError
        A DEM is missing, or cannot be used.
    WrongCallError
        The years are no years, not in order, or more than twenty.
    HerbgisError
        highspy is not installed.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> plan = hg.plan(bases, targets={"500": 106, "1000": 44})
    >>> plan.chosen.set_index("id")["new_mu"].round(2).to_dict()  # 扩建这三个, 各加多少亩
    {'520623-2020-004': 9.42, '520624-2020-001': 0.15, '520627-2020-016': 57.39}
    >>> round(plan.forced_cost("520602-2020-002"), 2)  # 硬要扩这个, 多花多少
    42.41
    """
    policy, targets = policy_for(bases, policy), targets or {}
    if years is not None:
        years = checked_years(years)
        targets = targets_at_the_end(years, policy, targets)
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
    drafted = draft(bases, candidates, policy=policy, targets=targets, as_of=as_of)
    if years is None:
        return Plan(**_parts(drafted, within_a_year(drafted.problem), candidates, policy, runs))
    horizon = horizon_of(drafted, years, policy)
    drafted = horizon.draft
    spread = horizon.calendar.spread(drafted.problem)
    parts = _parts(drafted, spread, candidates, policy, runs, horizon)
    needs = cover_seedlings(bases, policy=policy).herbs.set_index("variety")["per_mu"]
    return YearlyPlan(**in_years(parts, horizon, spread, needs, policy))


def _parts(
    drafted: Draft,
    spread: Spread,
    candidates: Candidates,
    policy: Policy,
    runs: int,
    horizon: Horizon | None = None,
) -> dict[str, Any]:
    """What a plan is made of, see `Plan`."""
    search = Search(spread.problem)
    found = search.solution()
    solution = spread.plain(found)
    outcomes = outcomes_of(drafted, policy, None if horizon is None else horizon.calendar)
    taken = with_all_free(drafted, solution)
    costs = explaining.replacement_costs(search, found).tolist()
    worth = dict(zip(solution.chosen.tolist(), costs, strict=True))
    land = takes_land(drafted.options)[solution.chosen]
    chosen = drafted.options.iloc[solution.chosen[land]].reset_index(drop=True)
    chosen["replacement_cost"] = [worth[number] for number in solution.chosen[land].tolist()]
    chosen["stability"] = explaining.stability(search, found, runs=runs)[land]
    reduced = spread.least(search.reduced, len(drafted.options))
    return {
        "status": solution.status,
        "cost": solution.cost,
        "gap": solution.cost - solution.bound if solution.status == "optimal" else math.nan,
        "targets": _targets(drafted, taken, policy),
        "ladder": ladder_of(drafted, taken, worth, outcomes, policy),
        "outcomes": _outcomes(drafted, solution, outcomes),
        "chosen": chosen,
        "blocking": _blocking(solution.blocking, drafted, horizon),
        "land": _with_roles(drafted, chosen, reduced),
        "notes": (*candidates.notes, *drafted.notes, *planned_on(candidates, chosen)),
        "caveats": candidates.caveats,
        "table_note": policy.table_note,
        "titles": {tier.label: tier.reach_title for tier in policy.tiers},
        "words": {**policy.titles, "limiting": limits_in_words(policy)},
        "_draft": drafted,
        "_search": search,
        "_solution": solution,
    }


def _targets(drafted: Draft, taken: Ints, policy: Policy) -> pd.DataFrame:
    """What is wanted, what is there, and what the plan adds, in all and without land."""
    gains = drafted.problem.gains[:, taken]
    free = ~takes_land(drafted.options)[taken]
    labels = [tier.label for tier in policy.tiers]
    return pd.DataFrame(
        {
            "tier": labels,
            "target": [drafted.targets[label] for label in labels],
            "have": [drafted.have[label] for label in labels],
            "planned": gains.sum(axis=1).astype(int),
            "free": gains[:, free].sum(axis=1).astype(int),
        }
    )


def _outcomes(drafted: Draft, solution: Solution, outcomes: Outcomes) -> pd.DataFrame:
    """The plan, and those beside it, a row each."""
    cases = {"counted": solution, "without": outcomes.without, "helped": outcomes.helped}
    rows = []
    for case, found in cases.items():
        if found is None:
            continue
        options = drafted.options.iloc[found.chosen]
        rows.append(
            {
                "case": case,
                "status": found.status,
                "cost": found.cost,
                "enlarge": int((options["action"] == ENLARGE).sum()),
                "found": int((options["action"] == NEW).sum()),
                "new_mu": math.fsum(options["new_mu"]),
                "lacking": int(sum(each.lacking for each in found.blocking)),
            }
        )
    return pd.DataFrame(rows)


def _blocking(found: tuple[Blocking, ...], drafted: Draft, horizon: Horizon | None) -> pd.DataFrame:
    """Demands that fall short, with what is wanted in all, and over years in which."""
    labels = list(drafted.targets)
    names = {"target": labels, "variety": drafted.varieties, "county": drafted.counties}
    rows = []
    for each in found:
        what, year = _KINDS[each.kind], None
        number, wanted = each.number, int(each.asked)
        if what == "target":
            number, place = divmod(number, 1 if horizon is None else len(horizon.years))
            wanted = drafted.targets[labels[number]]
            if horizon is not None:
                year = horizon.years[place]
                wanted = int(horizon.targets.loc[year, labels[number]])
        rows.append((what, names[what][number], wanted, int(each.lacking), year))
    table = pd.DataFrame(rows, columns=["what", "name", "wanted", "lacking", "year"])
    return table.drop(columns="year") if horizon is None else table.astype({"year": "Int64"})


def _with_roles(drafted: Draft, chosen: pd.DataFrame, reduced: Floats) -> gpd.GeoDataFrame:
    """Land with what becomes of it, the rejected nearest to being chosen first."""
    land, site = drafted.land, drafted.options["site"]
    actions = chosen.set_index("site")["action"]
    at_least = pd.Series(np.maximum(reduced, 0.0)).groupby(site.to_numpy()).min()
    told = land.assign(
        role=actions.reindex(land.index).fillna(REJECTED),
        at_least=at_least.reindex(land.index).replace(np.inf, np.nan).to_numpy(),
    )
    return told.sort_values("at_least", kind="stable")
