"""Bases, candidates and targets made a `Problem`: all that can be chosen, and all that is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from herbgis.counting.marks import UNVALIDATED, countable_by_id, is_verified, marks_of
from herbgis.counting.seedlings import cover_seedlings
from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.language import listed, tr
from herbgis.geo.geodesy import CGCS2000, Floats, Ints
from herbgis.measuring.overlaps import overlapping_pairs
from herbgis.planning.choosing.options import (
    ENLARGE,
    OPEN,
    gains_of,
    options_of,
    takes_land,
    text_of,
)
from herbgis.planning.choosing.problem import Problem
from herbgis.planning.choosing.standing_steps import contested_pairs, standing_steps
from herbgis.planning.land.footprints import polygons_of
from herbgis.planning.sites.candidates import Candidates
from herbgis.terms.policy import Policy, Quota


@dataclass(frozen=True, eq=False)
class Draft:
    """A problem, and what its numbers stand for.

    Attributes
    ----------
    problem : Problem
    options : DataFrame
        A row an option: ``id`` (of the candidate or base), ``action`` (new, enlarge, mend,
        finish), ``site`` (of the candidate), ``base_id``, ``variety``, ``county``, ``township``,
        ``tier`` that it reaches, ``now_mu`` counted, ``mu`` afterwards, ``new_mu``, ``sigma_mu`` of
        the base's survey, ``score``, ``limiting``, ``cost``.
    steps : DataFrame
        What can be done with bases as they stand, see `standing_steps`; also where it adds to no
        count, or is left to chance.
    land : GeoDataFrame
        Land of the sites where it is known, index ``site``, on CGCS2000, with ``id``.
    have, targets : dict of str to int
        By tier.
    varieties, counties : list of str
        By number.
    notes : tuple of str
        What was assumed.
    """

    problem: Problem
    options: pd.DataFrame
    steps: pd.DataFrame
    land: gpd.GeoDataFrame
    have: Mapping[str, int]
    targets: Mapping[str, int]
    varieties: list[str]
    counties: list[str]
    notes: tuple[str, ...]


def draft(
    bases: pd.DataFrame,
    candidates: Candidates,
    *,
    policy: Policy,
    targets: Mapping[str, int],
    as_of: dt.date | None = None,
) -> Draft:
    """Everything that can be chosen, and all that is asked.

    Parameters
    ----------
    bases : GeoDataFrame or DataFrame
        One row a base, as from `classify`.
    candidates : Candidates
        Where they are rated, they hold the land that bases can be enlarged on; otherwise a base
        may grow on land that nobody has looked at, by at most the policy's share of itself.
    policy : Policy
    targets : mapping of str to int
        Instead of the policy's, by tier.
    as_of : datetime.date, optional
        Count what stood on this day.
    """
    table = countable_by_id(bases, policy, as_of=as_of)
    table.index = table.index.astype(str)
    return draft_of(
        table,
        candidates,
        shapes=_shapes(bases, table),
        seedlings=_seedlings(bases, policy),
        policy=policy,
        wanted=_wanted(targets, policy),
    )


def draft_of(
    table: pd.DataFrame,
    candidates: Candidates,
    *,
    shapes: pd.Series | None,
    seedlings: Mapping[str, float],
    policy: Policy,
    wanted: Mapping[str, int],
) -> Draft:
    """The draft of bases that have been looked at.

    Parameters
    ----------
    table : DataFrame
        One row a base, as `countable` gives it, index ``base_id``.
    candidates : Candidates
    shapes : Series of polygons, or None
        By base, on CGCS2000; of those whose land is disputed.
    seedlings : mapping of str to float
        New 亩 that there are seedlings for, by variety; no limit where nothing is known.
    policy : Policy
    wanted : mapping of str to int
        Targets by tier.
    """
    land_known = bool(candidates.scores.notna().any(axis=None))
    have = {
        tier.label: int(is_verified(table, tier, policy.counting, policy).sum())
        for tier in policy.tiers
    }
    steps = standing_steps(table, policy)
    options = options_of(table, candidates, steps, policy, land_known=land_known)
    keys, numbers = np.unique(options["site"].to_numpy(dtype=str), return_inverse=True)
    # Quotas are of what is founded and enlarged: what stands already is under none.
    land = pd.Series(takes_land(options), options.index)
    limited = {name: options[name].where(land, OPEN) for name in ("variety", "county")}
    varieties = sorted({*limited["variety"], *policy.planning.variety})
    counties = sorted({*limited["county"], *policy.planning.county})
    contested = _contested(steps, shapes, options, keys, policy)
    seedling_mu = np.array([seedlings.get(name, np.inf) for name in varieties], dtype=float)
    problem = Problem(
        site=numbers.astype(np.intp),
        variety=np.searchsorted(varieties, limited["variety"].to_numpy(dtype=str)),
        county=np.searchsorted(counties, limited["county"].to_numpy(dtype=str)),
        year=np.zeros(len(options), dtype=np.intp),
        gains=gains_of(options, policy),
        cost=options["cost"].to_numpy(dtype=float),
        mu=options["new_mu"].to_numpy(dtype=float),
        need=np.array([wanted[t.label] - have[t.label] for t in policy.tiers], dtype=float),
        variety_least=_quotas(policy.planning.variety, varieties, "least"),
        variety_most=_quotas(policy.planning.variety, varieties, "most"),
        county_least=_quotas(policy.planning.county, counties, "least"),
        county_most=_quotas(policy.planning.county, counties, "most"),
        seedling_mu=seedling_mu,
        begun_most=np.full(1, np.inf),
        conflicts=np.concatenate([_conflicts(options, keys, candidates, policy), contested]),
    )
    return Draft(
        problem=problem,
        options=options,
        steps=steps,
        land=_land(candidates),
        have=have,
        targets=wanted,
        varieties=varieties,
        counties=counties,
        notes=(
            *([] if table["validated"].all() else [tr(UNVALIDATED)]),
            *_notes(options[land], varieties, seedling_mu, land_known=land_known),
            *_doubts(table, policy),
        ),
    )


def _wanted(targets: Mapping[str, int], policy: Policy) -> dict[str, int]:
    """Targets by tier: the caller's, else the policy's."""
    known = [tier.label for tier in policy.tiers]
    for label in targets:
        if label not in known:
            raise UnknownNameError(tr("规模等级"), label, known)
    return {tier.label: int(targets.get(tier.label, tier.target)) for tier in policy.tiers}


def _quotas(quotas: Mapping[str, Quota], names: Sequence[str], bound: str) -> Floats:
    return np.array([getattr(quotas.get(name, Quota()), bound) for name in names], dtype=float)


def _seedlings(bases: pd.DataFrame, policy: Policy) -> dict[str, float]:
    """New 亩 that there are seedlings for: the policy's figure, else what the survey tells."""
    cover = cover_seedlings(bases, policy=policy).herbs.set_index("variety")
    left = (cover["plantable_mu"] - cover["planned_mu"]).clip(lower=0.0)
    told = left[cover["plantable_mu"] > 0].dropna()
    asked = {name: quota.seedling_mu for name, quota in policy.planning.variety.items()}
    given = {name: mu for name, mu in asked.items() if mu is not None}
    return {**told.to_dict(), **given}


def _conflicts(
    options: pd.DataFrame, keys: npt.NDArray[np.str_], candidates: Candidates, policy: Policy
) -> Ints:
    """Pairs of sites that share land, and the ways to enlarge a base."""
    shapes = candidates.sites.geometry.to_numpy()
    pairs = overlapping_pairs(shapes, least_mu=policy.tolerances["overlap_ignored_mu"])
    names = candidates.sites.index.to_numpy(dtype=str)
    sharing = names[pairs[["left", "right"]].to_numpy(dtype=np.intp)].reshape(-1, 2)
    grown = options.loc[options["action"] == ENLARGE, ["site", "base_id"]].drop_duplicates()
    both = grown.merge(grown, on="base_id")
    same = both.loc[both["site_x"] < both["site_y"], ["site_x", "site_y"]].to_numpy(dtype=str)
    found = np.concatenate([sharing, same.reshape(-1, 2)])
    found = found[np.isin(found, keys).all(axis=1)]
    numbers: Ints = np.searchsorted(keys, found).astype(np.intp)
    return numbers.reshape(-1, 2)


def _shapes(bases: pd.DataFrame, table: pd.DataFrame) -> pd.Series | None:
    """Polygons of the bases whose land is disputed; None where there are no polygons."""
    if not isinstance(bases, gpd.GeoDataFrame):
        return None
    disputed = table["disputed_mu"].gt(0).to_numpy(dtype=bool)
    return pd.Series(polygons_of(bases[disputed], "现有基地"), index=table.index[disputed])


def _contested(
    steps: pd.DataFrame,
    shapes: pd.Series | None,
    options: pd.DataFrame,
    keys: npt.NDArray[np.str_],
    policy: Policy,
) -> Ints:
    """Pairs of bases of which settling whose land it is can make one count, and not both."""
    site = options[~takes_land(options)].set_index("base_id")["site"]
    pairs = [
        (site[one], site[other])
        for one, other in contested_pairs(steps, shapes, policy)
        if one in site and other in site
    ]
    numbers: Ints = np.searchsorted(keys, np.array(pairs, dtype=str).reshape(-1, 2))
    return numbers.astype(np.intp).reshape(-1, 2)


def _land(candidates: Candidates) -> gpd.GeoDataFrame:
    """Land of the candidates, with the id of candidate or base."""
    sites = candidates.sites
    grown = sites["enlarges"] if "enlarges" in sites else pd.Series(index=sites.index, dtype=object)
    ids = [text_of(base) or str(key) for key, base in grown.items()]
    return gpd.GeoDataFrame(
        {"id": ids, "mu": sites["mu"].to_numpy(dtype=float)},
        geometry=shapely.force_2d(sites.geometry.to_numpy()),
        index=sites.index.astype(str),
        crs=CGCS2000,
    )


def _notes(
    options: pd.DataFrame, varieties: Sequence[str], seedlings: Floats, *, land_known: bool
) -> Iterator[str]:
    """What the plan rests on."""
    if (options["given"] > 0).any() and options["given"].isna().any():
        yield tr("没有给成本的, 按面积和适宜度折算, 单位取自给了成本的 (每亩的中位数)。")
    elif len(options) and options["given"].isna().all():
        yield tr("成本是折算的亩数 (面积 × 适宜度与距离的系数), 不是造价。")
    if not land_known and (options["action"] == ENLARGE).any():
        yield tr("扩建用地未核: 周边有没有适宜、可用的土地, 要到现场确认。")
    if len(options) and options["score"].isna().all():
        yield tr("没有适宜性评价, 品种不按土地选。")
    limited = [
        tr("{name} {mu:.0f} 亩", name=name, mu=mu)
        for name, mu in zip(varieties, seedlings, strict=True)
        if np.isfinite(mu)
    ]
    if limited:
        yield tr("种苗限制新增面积: {limited}。", limited=listed(limited))


def _doubts(table: pd.DataFrame, policy: Policy) -> Iterator[str]:
    """Bases that count already, and would not if a new survey found a little less."""
    for tier in policy.tiers:
        marks = marks_of(table, tier, policy.counting, policy)
        count = int((marks["verified"] & marks["undecided"]).sum())
        if count:
            yield tr(
                "已计入{tier}的基地中有 {count} 个临界, 复测也可能减少。",
                tier=tr(tier.reach_title),
                count=count,
            )
