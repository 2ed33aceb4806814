"""What a plan can choose among: bases and candidate sites made a `Problem`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from herbgis.counting.marks import area_of, could_be_verified, countable, is_verified, reaches
from herbgis.counting.seedlings import cover_seedlings
from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.units import round_mu
from herbgis.geo.geodesy import CGCS2000, Floats, Ints
from herbgis.measuring.overlaps import overlapping_pairs
from herbgis.planning.choosing.problem import Problem
from herbgis.planning.sites.candidates import Candidates
from herbgis.terms.policy import Policy, Quota

#: A base grows beyond the line by so many of its standard deviations, so that it is sure.
SURE = 1.96
#: Of a site whose variety is left open, and of one without a county.
OPEN = ""
#: Behind a base's id: that base, grown on land that nobody has looked at.
_GROWN = " +"
NEW, ENLARGE = "new", "enlarge"
_HUNDREDTH = 0.01
_COLUMNS = (
    *("id", "action", "site", "base_id", "variety", "county", "township", "tier"),
    *("mu", "new_mu", "score", "limiting", "cost"),
)


@dataclass(frozen=True, eq=False)
class Draft:
    """A problem, and what its numbers stand for.

    Attributes
    ----------
    problem : Problem
    options : DataFrame
        A row an option: ``id`` (of the candidate or base), ``action`` (new, enlarge), ``site``
        (of the candidate), ``base_id``, ``variety``, ``county``, ``township``, ``tier`` that it
        reaches, ``mu`` afterwards, ``new_mu``, ``score``, ``limiting``, ``cost``.
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
    """
    land_known = bool(candidates.scores.notna().any(axis=None))
    table = countable(pd.DataFrame(bases), policy, None)
    table.index = table.index.astype(str)
    wanted = _wanted(targets, policy)
    have = {
        tier.label: int(is_verified(table, tier, policy.counting, policy).sum())
        for tier in policy.tiers
    }
    options = _of_sites(candidates, table, policy)
    if not land_known:
        grown = pd.DataFrame(_on_unknown_land(table, candidates, policy))
        options = pd.concat([options, grown]) if len(grown) else options
    options = options.reindex(columns=[*_COLUMNS, "km", "given"])
    options = options.sort_values(["action", "id", "variety", "mu"], ignore_index=True)
    options["cost"] = _costs(options, policy)
    gaining = _gains(options, table, policy).max(axis=0, initial=0.0) > 0
    options = options[gaining].reset_index(drop=True)
    keys, numbers = np.unique(options["site"].to_numpy(dtype=str), return_inverse=True)
    varieties = sorted({*options["variety"], *policy.planning.variety})
    counties = sorted({*options["county"], *policy.planning.county})
    seedlings = _seedlings(bases, varieties, policy)
    problem = Problem(
        site=numbers.astype(np.intp),
        variety=np.searchsorted(varieties, options["variety"].to_numpy(dtype=str)),
        county=np.searchsorted(counties, options["county"].to_numpy(dtype=str)),
        gains=_gains(options, table, policy),
        cost=options["cost"].to_numpy(dtype=float),
        mu=options["new_mu"].to_numpy(dtype=float),
        need=np.array([wanted[t.label] - have[t.label] for t in policy.tiers], dtype=float),
        variety_least=_quotas(policy.planning.variety, varieties, "least"),
        variety_most=_quotas(policy.planning.variety, varieties, "most"),
        county_least=_quotas(policy.planning.county, counties, "least"),
        county_most=_quotas(policy.planning.county, counties, "most"),
        seedling_mu=seedlings,
        conflicts=_conflicts(options, keys, candidates, policy),
    )
    return Draft(
        problem=problem,
        options=options,
        land=_land(candidates),
        have=have,
        targets=wanted,
        varieties=varieties,
        counties=counties,
        notes=tuple(_notes(options, varieties, seedlings, land_known=land_known)),
    )


def _wanted(targets: Mapping[str, int], policy: Policy) -> dict[str, int]:
    """Targets by tier: the caller's, else the policy's."""
    known = [tier.label for tier in policy.tiers]
    for label in targets:
        if label not in known:
            raise UnknownNameError("规模等级", label, known)
    return {tier.label: int(targets.get(tier.label, tier.target)) for tier in policy.tiers}


def _of_sites(candidates: Candidates, table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """An option a site and variety; for a site that enlarges a base, of the base's variety."""
    told = _told(candidates, policy)
    growing = _growing(table, policy)
    grown = told["enlarges"] != ""
    new = told[~grown].assign(action=NEW, base_id="", id=told.index[~grown])
    place, variety = _suiting(new, candidates, policy)
    founded = new.iloc[place].assign(variety=variety, mu=lambda rows: rows["new_mu"])
    known = grown & told["enlarges"].isin(growing.index)
    own = growing.loc[told.loc[known, "enlarges"]]
    enlarged = told[known].assign(
        action=ENLARGE,
        id=own.index,
        base_id=own.index,
        mu=told.loc[known, "new_mu"].to_numpy() + own["mu"].to_numpy(),
        **{name: _texts(own[name]) for name in ("variety", "county", "township")},
    )
    options = pd.concat([founded, enlarged])
    options["score"], options["limiting"] = _scores(options, candidates)
    options["tier"] = [policy.tier_reached(mu) for mu in round_mu(options["mu"].to_numpy())]
    return options.reset_index(drop=True)


def _told(candidates: Candidates, policy: Policy) -> pd.DataFrame:
    """What is told of each site, by its key; empty where nothing is."""
    sites = candidates.sites
    county = _texts(sites["county"])
    numbers = {
        name: pd.to_numeric(sites[column], errors="coerce").to_numpy(dtype=float)
        if column in sites
        else np.full(len(sites), np.nan)
        for name, column in (("km", "distance_km"), ("given", "cost"))
    }
    return pd.DataFrame(
        {
            "site": sites.index.astype(str),
            "township": _texts(sites["township"]),
            "county": [policy.canonical("county", name) or name for name in county],
            "own": _texts(sites["variety"]),
            "enlarges": _texts(sites["enlarges"]),
            "new_mu": round_mu(sites["mu"].to_numpy(dtype=float)),
            **numbers,
        },
        index=sites.index.astype(str),
    )


def _suiting(
    sites: pd.DataFrame, candidates: Candidates, policy: Policy
) -> tuple[Ints, npt.NDArray[np.object_]]:
    """Positions of sites and the varieties that each could bear: its own, else all that suit it.

    Where nothing is known of its land, those that a quota or seedlings tell apart, and one left
    open.
    """
    groups = policy.counting.groups
    scores = candidates.scores.reindex(sites.index)
    counted = np.array([policy.group_of(str(name)) in groups for name in scores], dtype=bool)
    values = scores.to_numpy(dtype=float)
    own = np.array([policy.canonical("variety", n) or n for n in sites["own"]], dtype=object)
    stated = own != ""
    borne = np.array([policy.group_of(n) in groups for n in own], dtype=bool) & stated
    rated = ~np.isnan(values).all(axis=1) & ~stated if values.size else np.zeros(len(own), bool)
    suited, column = np.nonzero((np.nan_to_num(values) > 0) & counted & rated[:, None])
    unknown = np.flatnonzero(~stated & ~rated)
    apart = [OPEN, *policy.planning.variety]
    names = scores.columns.to_numpy(dtype=object)
    return (
        np.concatenate([np.flatnonzero(borne), suited, np.repeat(unknown, len(apart))]),
        np.concatenate([own[borne], names[column], np.tile(np.array(apart, object), len(unknown))]),
    )


def _scores(
    options: pd.DataFrame, candidates: Candidates
) -> tuple[Floats, npt.NDArray[np.object_]]:
    """Each option's score and what limits it; nothing where its variety is not rated."""
    row = candidates.scores.index.astype(str).get_indexer(options["site"])
    column = candidates.scores.columns.get_indexer(options["variety"])
    there = (row >= 0) & (column >= 0)
    scores = np.full(len(options), np.nan)
    limiting = np.full(len(options), "", dtype=object)
    scores[there] = candidates.scores.to_numpy(dtype=float)[row[there], column[there]]
    limiting[there] = candidates.limiting.to_numpy(dtype=object)[row[there], column[there]]
    return scores, limiting


def _growing(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Bases of which only the area decides, below the highest tier."""
    could = could_be_verified(table, policy.counting)
    mu = area_of(could, policy.counting)
    below = mu < max(tier.threshold_mu for tier in policy.tiers)
    return could.assign(mu=mu)[below & (mu > 0)]


def _on_unknown_land(
    table: pd.DataFrame, candidates: Candidates, policy: Policy
) -> Iterator[dict[str, Any]]:
    """An option a base and tier that it could grow to, on land that nobody has looked at."""
    known = set(candidates.sites.get("enlarges", pd.Series(dtype=object)).dropna())
    growing = _growing(table, policy)
    for base, own in growing[~growing.index.isin(known)].iterrows():
        sigma = _number(own["sigma_mu"])
        spare = SURE * sigma if np.isfinite(sigma) else 0.0
        for tier in policy.tiers:
            if own["mu"] >= tier.threshold_mu:
                continue
            grown = float(np.ceil((tier.threshold_mu + spare) / _HUNDREDTH) * _HUNDREDTH)
            new = grown - float(own["mu"])
            if new > policy.planning.most_enlarged * own["mu"]:
                continue
            yield {
                "id": str(base),
                "action": ENLARGE,
                "site": f"{base}{_GROWN}",
                "base_id": str(base),
                "variety": _text(own["variety"]),
                "county": _text(own["county"]),
                "township": _text(own["township"]),
                "tier": policy.tier_reached(grown),
                "mu": grown,
                "new_mu": new,
                "score": np.nan,
                "limiting": "",
                "km": np.nan,
                "given": np.nan,
            }


def _costs(options: pd.DataFrame, policy: Policy) -> Floats:
    """The given cost, else the effort, in the unit of the given ones where there are any."""
    rule = policy.planning
    weight = 1.0 + rule.unsuited * (1.0 - options["score"].fillna(1.0))
    weight += rule.per_km * options["km"].fillna(0.0)
    effort = options["new_mu"] * weight
    given = options["given"]
    unit = float((given / effort)[given > 0].median()) if (given > 0).any() else 1.0
    costs: Floats = given.fillna(effort * unit).to_numpy(dtype=float)
    return costs


def _gains(options: pd.DataFrame, table: pd.DataFrame, policy: Policy) -> Floats:
    """What each option adds to each tier's count: after it, less before it."""
    rule = policy.counting
    before = area_of(table, rule).reindex(options["base_id"]).fillna(0.0)
    before.index = options.index
    gains = [
        reaches(options["mu"], tier, rule, policy).astype(float)
        - reaches(before, tier, rule, policy).astype(float)
        for tier in policy.tiers
    ]
    return np.array(gains, dtype=np.float64).reshape(len(policy.tiers), len(options))


def _quotas(quotas: Mapping[str, Quota], names: Sequence[str], bound: str) -> Floats:
    return np.array([getattr(quotas.get(name, Quota()), bound) for name in names], dtype=float)


def _seedlings(bases: pd.DataFrame, varieties: Sequence[str], policy: Policy) -> Floats:
    """New 亩 that there are seedlings for: the policy's figure, else what the survey tells."""
    cover = cover_seedlings(bases, policy=policy).herbs.set_index("variety")
    left = (cover["plantable_mu"] - cover["planned_mu"]).clip(lower=0.0)
    told = left[cover["plantable_mu"] > 0].dropna()
    asked = {name: quota.seedling_mu for name, quota in policy.planning.variety.items()}
    given = {name: mu for name, mu in asked.items() if mu is not None}
    known = {**told.to_dict(), **given}
    return np.array([known.get(name, np.inf) for name in varieties], dtype=float)


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


def _land(candidates: Candidates) -> gpd.GeoDataFrame:
    """Land of the candidates, with the id of candidate or base."""
    sites = candidates.sites
    grown = sites["enlarges"] if "enlarges" in sites else pd.Series(index=sites.index, dtype=object)
    ids = [_text(base) or str(key) for key, base in grown.items()]
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
        yield "没有给成本的, 按面积和适宜度折算, 单位取自给了成本的 (每亩的中位数)。"
    elif len(options) and options["given"].isna().all():
        yield "成本是折算的亩数 (面积 × 适宜度与距离的系数), 不是造价。"
    if not land_known and (options["action"] == ENLARGE).any():
        yield "扩建用地未核: 周边有没有适宜、可用的土地, 要到现场确认。"
    if len(options) and options["score"].isna().all():
        yield "没有适宜性评价, 品种不按土地选。"
    limited = [
        f"{name} {mu:.0f} 亩"
        for name, mu in zip(varieties, seedlings, strict=True)
        if np.isfinite(mu)
    ]
    if limited:
        yield f"种苗限制新增面积: {'、'.join(limited)}。"


def _texts(values: pd.Series) -> list[str]:
    return [_text(value) for value in values]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float | np.number) else float("nan")
