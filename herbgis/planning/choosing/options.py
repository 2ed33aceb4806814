"""What a plan chooses among: a site planted with a variety, a base enlarged, mended, finished."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from herbgis.counting.marks import area_of, could_be_verified, reaches
from herbgis.foundation.units import round_mu
from herbgis.geo.geodesy import Flags, Floats, Ints
from herbgis.measuring.chances import surely_beyond
from herbgis.planning.choosing.standing_steps import REMEASURE
from herbgis.planning.sites.candidates import Candidates
from herbgis.terms.policy import Policy

#: What is done with land.
NEW, ENLARGE = "new", "enlarge"
#: The variety of a site that could bear any, and the county of one that lies in none.
OPEN = ""
#: Behind a base's id, the key of a site: that base, grown on land that nobody has looked at.
_GROWN = " +"
#: Behind a base's id, the key of the base as it stands, of which something is unknown or undone.
_AS_IT_STANDS = " ="
#: What is told of bases as they stand alone, and of the others.
_OF_STEPS: dict[str, Any] = {"what": "", "codes": (), "by": "", "disputed": False}
#: Areas of bases are told to so many 亩, so a base grows by whole multiples of it.
_MU_STEP = 0.01
_COLUMNS = (
    *("id", "action", "site", "base_id", "variety", "county", "township", "tier"),
    *("now_mu", "mu", "new_mu", "sigma_mu", "score", "limiting", "cost"),
    *_OF_STEPS,
)


def options_of(
    table: pd.DataFrame,
    candidates: Candidates,
    steps: pd.DataFrame,
    policy: Policy,
    *,
    land_known: bool,
) -> pd.DataFrame:
    """All options that add to a count.

    Parameters
    ----------
    table : DataFrame
        One row a base, as `countable` gives it, index ``base_id``.
    candidates : Candidates
    steps : DataFrame
        Of bases as they stand, see `standing_steps`; those to measure again are no options, for
        what they add is left to chance.
    policy : Policy
    land_known : bool
        Whether the candidates hold all land that bases can be enlarged on.

    Returns
    -------
    DataFrame
        A row an option with the columns of `Draft.options`, ``km`` to a road or plant, and
        ``given``, the cost where one was told.
    """
    options = _of_sites(candidates, table, policy)
    if not land_known:
        grown = pd.DataFrame(_on_unknown_land(table, candidates, policy))
        options = pd.concat([options, grown]) if len(grown) else options
    options = pd.concat([options, _of_steps(steps)])
    options = options.reindex(columns=[*_COLUMNS, "km", "given"])
    options = options.sort_values(["action", "id", "variety", "mu"], ignore_index=True)
    options["cost"] = _costs(options, policy)
    for name, nothing in _OF_STEPS.items():
        told = options[name].astype(object)
        options[name] = [
            nothing if none else cell for none, cell in zip(told.isna(), told, strict=True)
        ]
    gaining = gains_of(options, policy).max(axis=0, initial=0.0) > 0
    return options[gaining].reset_index(drop=True)


def takes_land(options: pd.DataFrame) -> Flags:
    """Which options found or enlarge a base; the others take no land, and cost nothing."""
    return np.asarray(options["action"].isin([NEW, ENLARGE]), dtype=bool)


def _of_steps(steps: pd.DataFrame) -> pd.DataFrame:
    """An option a base that is mended or finished."""
    sure = steps[steps["action"] != REMEASURE]
    return sure.assign(
        id=sure["base_id"],
        site=sure["base_id"] + _AS_IT_STANDS,
        new_mu=0.0,
        limiting="",
        given=0.0,
    )


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
        now_mu=own["mu"].to_numpy(),
        mu=told.loc[known, "new_mu"].to_numpy() + own["mu"].to_numpy(),
        sigma_mu=own["sigma_mu"].to_numpy(dtype=float),
        **{name: _texts(own[name]) for name in ("variety", "county", "township")},
    )
    options = pd.concat([founded.assign(now_mu=0.0), enlarged])
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
    could = could_be_verified(table, policy)
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
        for tier in policy.tiers:
            if own["mu"] >= tier.threshold_mu:
                continue
            enough = surely_beyond(own["mu"], sigma, tier.threshold_mu)
            grown = float(np.ceil(enough / _MU_STEP) * _MU_STEP)
            new = grown - float(own["mu"])
            if new > policy.planning.most_enlarged * own["mu"]:
                continue
            yield {
                "id": str(base),
                "action": ENLARGE,
                "site": f"{base}{_GROWN}",
                "base_id": str(base),
                "variety": text_of(own["variety"]),
                "county": text_of(own["county"]),
                "township": text_of(own["township"]),
                "tier": policy.tier_reached(grown),
                "now_mu": own["mu"],
                "mu": grown,
                "new_mu": new,
                "sigma_mu": sigma,
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


def gains_of(options: pd.DataFrame, policy: Policy) -> Floats:
    """What each option adds to each tier's count: after it, less before it."""
    rule = policy.counting
    gains = [
        reaches(options["mu"], tier, rule, policy).astype(float)
        - reaches(options["now_mu"], tier, rule, policy).astype(float)
        for tier in policy.tiers
    ]
    return np.array(gains, dtype=np.float64).reshape(len(policy.tiers), len(options))


def _texts(values: pd.Series) -> list[str]:
    return [text_of(value) for value in values]


def text_of(value: Any) -> str:
    """A cell as text; empty where it holds none."""
    return value if isinstance(value, str) else ""


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float | np.number) else float("nan")
