"""HG301–HG305: is anything counted twice?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from herbgis.foundation.language import listed, tr
from herbgis.foundation.units import round_mu
from herbgis.measuring.overlaps import Claimants, overlapping_pairs, overlaps_of_bases
from herbgis.terms.issues import Issue, Place
from herbgis.validating.rules.context import Context, point_in

_TITLES = {"name": "名称", "county": "县区", "variety": "品种"}


def duplicate_id(context: Context) -> Iterator[Issue]:
    """HG301: one base_id, but name, county or variety differ; named on the later record."""
    differs = {title: context.differs(name) for name, title in _TITLES.items()}
    leading = context.grouped.first[context.grouped.base]
    for record in np.flatnonzero(np.logical_or.reduce(list(differs.values()))).tolist():
        yield Issue(
            "HG301",
            context.place(record),
            {"differing": listed(tr(title) for title, mask in differs.items() if mask[record])},
            other=(context.place(int(leading[record])),),
        )


def duplicate_geometry(context: Context) -> Iterator[Issue]:
    """HG302: a polygon that another record has too, named on the later record.

    A base reported year by year shows the same land with each.
    """
    base, earlier = context.grouped.base, context.grouped.earlier
    for pair in _duplicates(context.pairs, context).itertuples():
        records = [int(pair.left), int(pair.right)]
        if base[records[0]] == base[records[1]] and earlier[records].any():
            continue
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
    return place.own_id or tr("第 {row} 条", row=place.row)


def overlap(context: Context) -> Iterator[Issue]:
    """HG303: land that two bases of the batch claim, once a pair of bases."""
    pairs = context.pairs.drop(_duplicates(context.pairs, context).index)
    bases = Claimants(context.grouped.base, context.base_mu)
    for pair in overlaps_of_bases(pairs, bases, policy=context.policy).itertuples():
        other = context.place(int(pair.left))
        yield _claimed("HG303", pair, context, int(pair.right), other, [pair.base, pair.other])


def already_counted(context: Context) -> Iterator[Issue]:
    """HG304: land of a base already counted, under another id or none, once a pair of bases."""
    counted = context.counted
    if counted is None:
        return
    records = overlapping_pairs(context.land, counted.land)
    pairs = overlaps_of_bases(
        records.iloc[np.argsort(context.source_rank(records["left"].to_numpy()), kind="stable")],
        Claimants(context.grouped.base, context.base_mu),
        Claimants(counted.grouped.base, counted.base_mu),
        policy=context.policy,
    )
    for pair in pairs.itertuples():
        if context.grouped.ids[pair.base] == counted.grouped.ids[pair.other]:
            continue
        other = counted.places[int(pair.right)]
        yield _claimed("HG304", pair, context, int(pair.left), other, [pair.base])


def _claimed(
    code: str, pair: Any, context: Context, record: int, other: Place, bases: Sequence[int]
) -> Issue:
    """A pair of `overlaps_of_bases`, named on the record that shares the most."""
    return Issue(
        code,
        context.place(record),
        {
            "other": _called(other),
            "mu": f"{pair.mu:.2f}",
            "share": f"{pair.share:.1%}",
            "effect": _effect(context, bases, pair.mu),
        },
        severity=None if pair.grave else "note",
        point=point_in(pair.shared),
        measured=round(pair.share, 4),
        allowed=context.policy.tolerances["overlap_share"],
        mu_at_stake=round(pair.mu, 2),
        other=(other,),
    )


def _effect(context: Context, bases: Sequence[int], mu: float) -> str:
    """The share of each base that is claimed twice, and which fall below a threshold without it."""
    policy, words = context.policy, []
    for number in bases:
        place = context.place(int(context.grouped.first[number]))
        whole = float(round_mu(context.base_mu[number]))
        said = tr("占 {base} 的 {share:.1%}", base=_called(place), share=mu / whole)
        before, after = policy.tier_reached(whole), policy.tier_reached(whole - mu)
        if before != after:
            said += tr(
                "(扣除后由“{before}”变为“{after}”)",
                before=tr(policy.tier_title(before)),
                after=tr(policy.tier_title(after)),
            )
        words.append(said)
    return ", ".join(words)


def update(context: Context) -> Iterator[Issue]:
    """HG305: the ledger has this base_id; 亩 before and after."""
    counted = context.counted
    if counted is None:
        return
    # A base in the ledger without a polygon had none to count.
    then_mu = np.nan_to_num(counted.base_mu).tolist()
    before = dict(zip(counted.grouped.ids, then_mu, strict=True))
    for number, base_id in enumerate(context.grouped.ids):
        if base_id not in before:
            continue
        now, then = float(context.base_mu[number]), before[base_id]
        yield Issue(
            "HG305",
            context.place(int(context.grouped.first[number])),
            {"before": f"{then:.2f}", "after": tr("无图斑") if np.isnan(now) else f"{now:.2f}"},
            measured=None if np.isnan(now) else round(now, 2),
            allowed=round(then, 2),
        )
