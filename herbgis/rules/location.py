"""HG205–HG207: does the record lie in its county, or in any?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from herbgis.counties import overreach_m
from herbgis.issues import Issue
from herbgis.rules.context import Context

#: A second county with less of a base than this is the line's own inaccuracy.
_STRADDLING_SHARE = 0.01


def _positions(mask: Any) -> list[int]:
    """Positions where a mask is true."""
    return [int(place) for place in np.flatnonzero(mask)]


def outside_area(context: Context) -> Iterator[Issue]:
    """HG205: outside all counties; beside the line, within its accuracy, a warning."""
    if context.counties is None:
        return
    inside = _share_inside(context)
    loose = [r for r in _positions(inside < 1 - 1e-9) if context.land[r] is not None]
    if not loose:
        return
    region = shapely.union_all(context.counties.geometry.array)
    allowed = context.policy.tolerances["county_line_m"]
    for record in loose:
        distance = overreach_m(context.land[record], region)
        if distance < 1:
            continue
        near = distance <= allowed
        yield Issue(
            "HG205",
            context.place(record),
            {"where": f"越出全部县界 {distance:,.0f} m".replace(",", "")},
            severity="warning" if near or inside[record] > 0.5 else None,
            point=context.centre(record),
            measured=round(distance, 1),
            allowed=allowed,
            mu_at_stake=round(float(context.mu[record] * (1 - inside[record])), 2),
        )


def _share_inside(context: Context) -> np.ndarray:
    """Share of each record that lies in any county."""
    sums = context.shares.groupby("record")["share"].sum()
    return np.asarray(sums.reindex(range(len(context.bases)), fill_value=0.0), dtype=float)


def straddles_counties(context: Context) -> Iterator[Issue]:
    """HG206: clearly in more than one county, with the share of 亩 in each."""
    if context.counties is None:
        return
    allowed = context.policy.tolerances["county_line_m"]
    shares = context.shares[context.shares["share"] >= _STRADDLING_SHARE]
    for record, rows in shares.groupby("record"):
        if len(rows) < 2:
            continue
        borders = context.counties.geometry.iloc[rows["county"]]
        distance = min(overreach_m(context.land[record], border) for border in borders)
        if distance <= allowed:
            continue
        names = context.counties["short_name"].iloc[rows["county"]]
        parts = "、".join(f"{n} {s:.0%}" for n, s in zip(names, rows["share"], strict=True))
        yield Issue(
            "HG206",
            context.place(int(record)),
            {"parts": parts},
            point=context.centre(int(record)),
            measured=round(distance, 1),
            allowed=allowed,
            mu_at_stake=round(float(context.mu[record] * (1 - rows["share"].max())), 2),
        )


def county_mismatch(context: Context) -> Iterator[Issue]:
    """HG207: lies in another county than declared; within the line's accuracy, a warning."""
    if context.counties is None or context.shares.empty:
        return
    known = {name: place for place, name in enumerate(context.counties["county"])}
    allowed = context.policy.tolerances["county_line_m"]
    largest = context.shares.drop_duplicates("record").set_index("record")
    for record, declared in enumerate(context.texts("county")):
        if declared is None or declared not in known or record not in largest.index:
            continue
        county = int(largest.loc[record, "county"])
        if county == known[declared]:
            continue
        border = context.counties.geometry.iloc[known[declared]]
        distance = overreach_m(context.land[record], border)
        actual = context.counties["short_name"].iloc[county]
        title = context.policy.title_of("county", declared)
        yield Issue(
            "HG207",
            context.place(record),
            {"declared": title, "actual": actual, "distance": f"{distance:.0f}"},
            severity="warning" if distance <= allowed else None,
            point=context.centre(record),
            measured=round(distance, 1),
            allowed=allowed,
            mu_at_stake=round(float(context.mu[record]), 2),
        )
