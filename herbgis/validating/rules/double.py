"""HG301–HG305: is anything counted twice?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from herbgis.foundation.units import round_mu, to_mu
from herbgis.geo.geodesy import areas_m2
from herbgis.measuring.areas import land
from herbgis.measuring.overlaps import overlapping_pairs
from herbgis.terms.issues import Issue, Place
from herbgis.validating.rules.context import Context, Places, point_in

_TITLES = {"name": "名称", "county": "县区", "variety": "品种"}


def duplicate_id(context: Context) -> Iterator[Issue]:
    """HG301: one base_id, but name, county or variety differ; named on the later record."""
    differs = {title: context.differs(name) for name, title in _TITLES.items()}
    leading = context.grouped.first[context.grouped.base]
    for record in np.flatnonzero(np.logical_or.reduce(list(differs.values()))).tolist():
        yield Issue(
            "HG301",
            context.place(record),
            {"differing": "、".join(title for title, mask in differs.items() if mask[record])},
            other=(context.place(int(leading[record])),),
        )


def duplicate_geometry(context: Context) -> Iterator[Issue]:
    """HG302: a polygon that another record has too, named on the later record."""
    for pair in _duplicates(context.pairs, context).itertuples():
        other = context.place(int(pair.left))
        yield Issue(
            "HG302",
            context.place(int(pair.right)),
            {"other": _called(other)},
            point=context.centre(int(pair.right)),
            measured=round(float(pair.iou), 4),
            allowed=context.policy.tolerances["duplicate_share"],
            mu_at_stake=round(float(pair.mu), 2),
            other=(other,),
        )


def _duplicates(pairs: pd.DataFrame, context: Context) -> pd.DataFrame:
    return pairs[pairs["iou"] >= context.policy.tolerances["duplicate_share"]]


def _called(place: Place) -> str:
    """A record in a message: by its own id, or by its row where the id was made of its place."""
    return place.own_id or f"第 {place.row} 条"


def overlap(context: Context) -> Iterator[Issue]:
    """HG303: land that two bases of the batch claim, once a pair of bases."""
    tolerances = context.policy.tolerances
    pairs = context.pairs.drop(_duplicates(context.pairs, context).index)
    bases = np.sort(context.grouped.base[pairs[["left", "right"]].to_numpy()], axis=1)
    pairs = pairs.assign(low=bases[:, 0], high=bases[:, 1])
    pairs = pairs[pairs["low"] != pairs["high"]].sort_values(
        ["low", "high", "mu"], ascending=[True, True, False], kind="stable"
    )
    worst = pairs.drop_duplicates(["low", "high"])
    shared_mu = pairs.groupby(["low", "high"], sort=True)["mu"].sum().to_numpy()
    for pair, mu in zip(worst.itertuples(), shared_mu.tolist(), strict=True):
        if mu <= tolerances["overlap_ignored_mu"]:
            continue
        share = float((mu / context.base_mu[[pair.low, pair.high]]).max())
        grave = share > tolerances["overlap_share"] or mu > tolerances["overlap_mu"]
        other = context.place(int(pair.left))
        yield Issue(
            "HG303",
            context.place(int(pair.right)),
            {
                "other": _called(other),
                "mu": f"{mu:.2f}",
                "share": f"{share:.1%}",
                "effect": _effect(context, (pair.low, pair.high), mu),
            },
            severity=None if grave else "note",
            point=point_in(pair.shared),
            measured=round(share, 4),
            allowed=tolerances["overlap_share"],
            mu_at_stake=round(mu, 2),
            other=(other,),
        )


def _effect(context: Context, bases: Sequence[int], mu: float) -> str:
    """The share of each base that is claimed twice, and which fall below a threshold without it."""
    policy, words = context.policy, []
    for number in bases:
        place = context.place(int(context.grouped.first[number]))
        whole = float(round_mu(context.base_mu[number]))
        said = f"占 {_called(place)} 的 {mu / whole:.1%}"
        before, after = policy.tier_reached(whole), policy.tier_reached(whole - mu)
        if before != after:
            said += f"(扣除后由“{policy.tier_title(before)}”变为“{policy.tier_title(after)}”)"
        words.append(said)
    return ", ".join(words)


def already_counted(context: Context) -> Iterator[Issue]:
    """HG304: land of a base already counted, under another id or none."""
    if context.against is None:
        return
    tolerances = context.policy.tolerances
    ledger = land(np.asarray(context.against.geometry.array, dtype=object))
    ledger_ids = context.against["base_id"].to_numpy(dtype=object)
    ids = context.bases["base_id"].to_numpy(dtype=object)
    ledger_places = Places(context.against)
    pairs = overlapping_pairs(context.land, ledger, least_mu=tolerances["overlap_ignored_mu"])
    for pair in pairs.itertuples():
        if ids[pair.left] == ledger_ids[pair.right]:
            continue
        grave = pair.share > tolerances["overlap_share"] or pair.mu > tolerances["overlap_mu"]
        other = ledger_places[int(pair.right)]
        yield Issue(
            "HG304",
            context.place(int(pair.left)),
            {
                "other": _called(other),
                "mu": f"{pair.mu:.2f}",
                "share": f"{pair.share:.1%}",
                "effect": _effect(context, [int(context.grouped.base[pair.left])], float(pair.mu)),
            },
            severity=None if grave else "note",
            point=point_in(pair.shared),
            measured=round(float(pair.share), 4),
            allowed=tolerances["overlap_share"],
            mu_at_stake=round(float(pair.mu), 2),
            other=(other,),
        )


def update(context: Context) -> Iterator[Issue]:
    """HG305: the ledger has this base_id; 亩 before and after."""
    if context.against is None:
        return
    shapes = land(np.asarray(context.against.geometry.array, dtype=object))
    before = pd.Series(to_mu(areas_m2(shapes))).groupby(
        context.against["base_id"].to_numpy(dtype=object)
    )
    ledger = before.sum()
    for number, base_id in enumerate(context.grouped.ids):
        if base_id not in ledger.index:
            continue
        now, then = float(context.base_mu[number]), float(ledger[base_id])
        yield Issue(
            "HG305",
            context.place(int(context.grouped.first[number])),
            {"before": f"{then:.2f}", "after": "无图斑" if np.isnan(now) else f"{now:.2f}"},
            measured=None if np.isnan(now) else round(now, 2),
            allowed=round(then, 2),
        )
