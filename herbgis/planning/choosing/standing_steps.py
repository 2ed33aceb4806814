"""Steps that take no land: to mend, to measure again, or to finish what stands.

They are the lower rungs of the ladder, and cost nothing in a plan, whose costs are those of land.
What a base will count once such a step is done is what is known of it today: its counted 亩, with
the land that another base claims too where it is settled for this one; its declared 亩 where
nothing was measured.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from herbgis.counting.marks import (
    area_of,
    could_be_verified,
    is_claimed,
    reaches,
    waits_for_word,
)
from herbgis.counting.standing import DATE_UNKNOWN, NOT_BUILT, NOT_YET_VERIFIED, dates_in_words
from herbgis.foundation.language import listed, tr
from herbgis.foundation.units import round_mu
from herbgis.measuring.chances import near_threshold
from herbgis.measuring.overlaps import overlapping_pairs
from herbgis.terms.issues import texts
from herbgis.terms.policy import Policy, Tier

#: What is done with a base that stands, in the order of the ladder.
MEND, REMEASURE, FINISH = "mend", "remeasure", "finish"
#: What no mended file changes: land that counts already under another number, or whose use a
#: policy rules out (controls).
_STAYS_BLOCKED = frozenset({"HG304", "HG601", "HG602"})
#: What is told of a base.
_TOLD = ("variety", "county", "township")
#: What is unknown of a base that waits for word, by column.
_UNKNOWN = {"status": "建设状态", "kind": "基地类型", "group": "品种"}


def standing_steps(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Bases that would count in some tier, or in a higher one, once something is done.

    Parameters
    ----------
    table : DataFrame
        One row a base, as `countable` gives it, index ``base_id``.
    policy : Policy

    Returns
    -------
    DataFrame
        A row a base and step: ``base_id``, ``variety``, ``county``, ``township``, ``action``
        (mend, remeasure, finish); ``now_mu``, what is counted of it today; ``mu``, what would be,
        and the ``tier`` that it reaches; ``sigma_mu`` where that was measured; ``what`` is to be
        done, in the language;
        ``codes`` of what blocks it; ``by``, when it is to be built, as written; ``disputed``,
        whether it needs land for its tier that another base claims. Of a base to be measured
        again ``mu`` is the threshold, which it may reach and may not.
    """
    claimed = is_claimed(table.assign(standing=""), policy.counting, policy)
    building = (table["status"] == "building") | (table["standing"] == NOT_BUILT)
    open_ = ~table["sound"] & ~table["standing"].isin([NOT_BUILT, NOT_YET_VERIFIED])
    open_ |= waits_for_word(table)
    known = _known(table, policy)
    at_scale = _reaches_some(known["mu"], policy) | _reaches_some(table["declared_mu"], policy)
    stands = table["status"].isin(["built", "unknown"]) & ~building
    mend = claimed & stands & open_ & at_scale
    finish = claimed & building & at_scale
    steps = [
        _rows(table[mend], known[mend], MEND, policy),
        *(_to_remeasure(table, tier, policy) for tier in policy.tiers),
        _rows(table[finish], known[finish], FINISH, policy),
    ]
    return pd.concat(steps, ignore_index=True)


def _known(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """What is known of the area that would count: measured, else declared; and if disputed."""
    counted = area_of(table, policy.counting)
    measured = table["surveyed_mu"].astype(float).gt(0)
    with_disputed = round_mu((counted + table["disputed_mu"].astype(float).fillna(0.0)).to_numpy())
    settled = pd.Series(with_disputed, index=table.index)
    declared = table["declared_mu"].astype(float)
    mu = settled.where(measured, counted.where(counted > 0, declared))
    mu = mu.mask(
        table["blocked_by"].map(lambda codes: bool(_STAYS_BLOCKED & {*(codes or ())})), 0.0
    )
    tiers = [
        np.array([policy.tier_reached(each) for each in area]) for area in (mu, counted.fillna(0.0))
    ]
    told = {
        "mu": mu,
        "measured": measured | counted.gt(0),
        "disputed": measured & (tiers[0] != tiers[1]),
    }
    return pd.DataFrame(told, index=table.index)


def _reaches_some(mu: pd.Series, policy: Policy) -> pd.Series:
    lowest = min(tier.threshold_mu for tier in policy.tiers)
    return mu.astype(float).ge(lowest)


def _rows(table: pd.DataFrame, known: pd.DataFrame, action: str, policy: Policy) -> pd.DataFrame:
    """Steps of bases that count nothing today."""
    return pd.DataFrame(
        {
            "base_id": table.index.astype(str),
            **{name: table[name].fillna("").to_numpy(dtype=object) for name in _TOLD},
            "action": action,
            "now_mu": 0.0,
            "mu": known["mu"].to_numpy(dtype=float),
            "sigma_mu": table["sigma_mu"].astype(float).where(known["measured"]).to_numpy(),
            "what": [_to_mend(base) for base in table.to_dict("records")],
            "tier": [policy.tier_reached(mu) for mu in known["mu"]],
            "codes": [tuple(codes or ()) for codes in table["blocked_by"]],
            "by": _days(table, action),
            "disputed": known["disputed"].to_numpy(dtype=bool),
        }
    )


def _days(table: pd.DataFrame, action: str) -> Sequence[str]:
    if action != FINISH:
        return [""] * len(table)
    empty = table["completed_on"].isna().to_numpy()
    written = dates_in_words(table, "completed_on")
    return ["" if none else day for none, day in zip(empty, written, strict=True)]


def _to_mend(base: dict[str, Any]) -> str:
    """What stands in the way of a base, as people read it."""
    titles = texts()
    said = [f"{titles[code]['title']} ({code})" for code in base["blocked_by"] or ()]
    unknown = [tr(title) for name, title in _UNKNOWN.items() if base[name] == "unknown"]
    if unknown:
        said.append(tr("{what}不明", what=listed(unknown)))
    if base["standing"] == DATE_UNKNOWN:
        said.append(tr("日期不明"))
    return listed(said)


def _to_remeasure(table: pd.DataFrame, tier: Tier, policy: Policy) -> pd.DataFrame:
    """Bases below a threshold that their survey error reaches."""
    could = could_be_verified(table, policy)
    mu = area_of(could, policy.counting)
    near = near_threshold(mu, could["sigma_mu"].astype(float), tier.threshold_mu)
    below = near & ~reaches(mu, tier, policy.counting, policy) & (mu < tier.threshold_mu)
    told = {"mu": tier.threshold_mu, "measured": True, "disputed": False}
    known = pd.DataFrame(told, index=could.index[below])
    return _rows(could[below], known, REMEASURE, policy).assign(now_mu=mu[below].to_numpy())


def contested_pairs(
    steps: pd.DataFrame, shapes: pd.Series | None, policy: Policy
) -> list[tuple[str, str]]:
    """Ids of bases that need the same land for their tiers: at most one of the two can count.

    Parameters
    ----------
    steps : DataFrame
        As `standing_steps` gives them.
    shapes : Series of polygons, or None
        By base, on CGCS2000; without them every two are taken to need the same.
    policy : Policy
    """
    needing = steps.loc[steps["disputed"].astype(bool), "base_id"].tolist()
    if shapes is None:
        return list(itertools.combinations(needing, 2))
    own = shapes.reindex(needing).to_numpy()
    pairs = overlapping_pairs(own, least_mu=policy.tolerances["overlap_ignored_mu"])
    return [(needing[a], needing[b]) for a, b in pairs[["left", "right"]].to_numpy()]
