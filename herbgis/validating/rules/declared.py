"""HG401–HG406, HG509: what was declared, held against what was surveyed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from herbgis.foundation.language import tr
from herbgis.foundation.units import round_mu
from herbgis.measuring.chances import UNDECIDED_SIGMAS, chance_of_reaching
from herbgis.measuring.declarations import tolerated_by_perimeter
from herbgis.measuring.records import sigma_of_bases
from herbgis.terms.issues import Issue
from herbgis.terms.policy import Policy
from herbgis.validating.rules.context import Context


def area_mismatch(context: Context) -> Iterator[Issue]:
    """HG401: declared and surveyed 亩 of a base differ, from a cause without a code, or none."""
    yield from _mismatches(context, "HG401")


def declared_in_hectares(context: Context) -> Iterator[Issue]:
    """HG402: what is declared as 亩 is the number of hectares."""
    yield from _mismatches(context, "HG402")


def declared_in_web_mercator(context: Context) -> Iterator[Issue]:
    """HG403: declared is the area on the plane of EPSG:3857."""
    yield from _mismatches(context, "HG403")


def hole_ignored(context: Context) -> Iterator[Issue]:
    """HG404: declared is the area without the holes cut out."""
    yield from _mismatches(context, "HG404")


def _mismatches(context: Context, code: str) -> Iterator[Issue]:
    """Bases whose declared 亩 are off by more than the tolerance, from the cause with a code."""
    found = [
        (number, cause)
        for number, cause in context.mismatches
        if (cause.code if cause else "HG401") == code
    ]
    numbers = np.array([number for number, _ in found], dtype=np.int64)
    strips = tolerated_by_perimeter(context.bases, context.grouped, numbers, context.policy)
    for (number, cause), strip in zip(found, strips, strict=True):
        declared = float(context.base_declared_mu[number])
        surveyed = float(context.base_mu[number])
        record = context.declaring(number)
        difference = f"{(declared - surveyed) / surveyed:+.1%}"
        hint = (
            tr("似为{cause}; ", cause=cause.told)
            if cause
            else tr("差 {difference}, 原因不明; ", difference=difference)
        )
        yield Issue(
            code,
            context.place(record),
            {
                "declared": f"{declared:.2f}",
                "surveyed": f"{surveyed:.2f}",
                "difference": difference,
                "hint": hint,
                "allowed": _allowed_words(surveyed, strip, context.policy),
            },
            point=context.centre(record),
            measured=round(abs(declared - surveyed) / surveyed, 4),
            allowed=round(float(context.tolerated_mu[number]) / surveyed, 4),
            mu_at_stake=round(abs(declared - surveyed), 2),
        )


def _allowed_words(surveyed: float, strip: float, policy: Policy) -> str:
    """Both tolerances in 亩, the one that judges first."""
    share = policy.tolerances["area_mismatch_share"]
    words = {
        "share": tr("实测的 {share:.0%} 为 {mu:.2f} 亩", share=share, mu=share * surveyed),
        "perimeter": tr("按周长为 {strip:.2f} 亩", strip=strip),
    }
    first = words.pop(policy.mismatch_by)
    return f"{first} ({words.popitem()[1]})"


def threshold_undecided(context: Context) -> Iterator[Issue]:
    """HG405: the survey error reaches across a threshold, with the chance of reaching it."""
    sigmas = sigma_of_bases(context.bases, context.grouped, context.policy, measured=True)
    surveyed = round_mu(context.base_mu)
    for tier in context.policy.tiers:
        leads = surveyed - tier.threshold_mu
        near = (sigmas > 0) & (np.abs(leads) <= UNDECIDED_SIGMAS * sigmas)
        for number in np.flatnonzero(near).tolist():
            record = int(context.grouped.first[number])
            mu, sigma, lead = float(surveyed[number]), float(sigmas[number]), float(leads[number])
            chance = chance_of_reaching(np.array([mu]), np.array([sigma]), tier.threshold_mu)[0]
            yield Issue(
                "HG405",
                context.place(record),
                {
                    "surveyed": f"{mu:.2f}",
                    "sigma": f"{sigma:.2f}",
                    "threshold": f"{tier.threshold_mu:g}",
                    "chance": f"{chance:.0%}",
                },
                point=context.centre(record),
                measured=round(mu, 2),
                allowed=tier.threshold_mu,
                mu_at_stake=round(abs(lead), 2),
            )


def declared_by_parcel(context: Context) -> Iterator[Issue]:
    """HG406: every parcel declares the same, and their sum is what was surveyed."""
    for number in np.flatnonzero(context.declared.by_parcel).tolist():
        first = context.declaring(number)
        records = context.records_of(number).tolist()
        total = float(context.base_declared_mu[number])
        yield Issue(
            "HG406",
            context.place(first),
            {
                "count": len(records),
                "total": f"{total:.2f}",
                "surveyed": f"{context.base_mu[number]:.2f}",
            },
            measured=round(total, 2),
            other=tuple(context.place(record) for record in records if record != first),
        )


def exactly_the_threshold(context: Context) -> Iterator[Issue]:
    """HG509: declared as exactly a threshold."""
    thresholds = [tier.threshold_mu for tier in context.policy.tiers]
    for number in np.flatnonzero(np.isin(context.base_declared_mu, thresholds)).tolist():
        declared = float(context.base_declared_mu[number])
        place = context.place(context.declaring(number))
        yield Issue("HG509", place, {"threshold": f"{declared:g}"}, measured=declared)
