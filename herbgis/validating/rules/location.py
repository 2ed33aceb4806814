"""HG205–HG207: does the record lie in its county, or in any?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import shapely

from herbgis.foundation.language import listed, tr
from herbgis.geo.geodesy import MOST_METRES_A_DEGREE, Floats
from herbgis.geo.systems import Geometries
from herbgis.measuring.distances import overreach_m
from herbgis.terms.issues import Issue
from herbgis.validating.rules.context import Context

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
            {"where": tr("越出全部县界 {distance:.0f} m", distance=distance)},
            severity="warning" if near or inside[record] > 0.5 else None,
            point=context.centre(record),
            measured=round(distance, 1),
            allowed=allowed,
            mu_at_stake=round(float(context.mu[record] * (1 - inside[record])), 2),
        )


def _share_inside(context: Context) -> np.ndarray:
    """Share of each record that lies in any county."""
    return np.bincount(
        context.shares["record"], weights=context.shares["share"], minlength=len(context.bases)
    )


def straddles_counties(context: Context) -> Iterator[Issue]:
    """HG206: clearly in more than one county, with the share of 亩 in each."""
    if context.counties is None:
        return
    allowed = context.policy.tolerances["county_line_m"]
    shares = context.shares[context.shares["share"] >= _STRADDLING_SHARE]
    shares = shares[shares["record"].duplicated(keep=False)]
    # What is no longer than the tolerance cannot reach over a line by more.
    longest = _diagonals_m(context.land[shares["record"]])
    for record, rows in shares[longest > allowed].groupby("record"):
        borders = context.counties.geometry.iloc[rows["county"]]
        distance = min(overreach_m(context.land[record], border) for border in borders)
        if distance <= allowed:
            continue
        names = context.counties["short_name"].iloc[rows["county"]]
        parts = listed(f"{n} {s:.0%}" for n, s in zip(names, rows["share"], strict=True))
        yield Issue(
            "HG206",
            context.place(int(record)),
            {"parts": parts},
            point=context.centre(int(record)),
            measured=round(distance, 1),
            allowed=allowed,
            mu_at_stake=round(float(context.mu[record] * (1 - rows["share"].max())), 2),
        )


def _diagonals_m(shapes: Geometries) -> Floats:
    """Diagonals of the boxes around polygons, in metres and not less than they are."""
    west, south, east, north = shapely.bounds(shapes).T
    return np.asarray(np.hypot(east - west, north - south) * MOST_METRES_A_DEGREE)


def county_mismatch(context: Context) -> Iterator[Issue]:
    """HG207: lies in another county than declared; within the line's accuracy, a warning."""
    if context.counties is None or context.shares.empty:
        return
    allowed = context.policy.tolerances["county_line_m"]
    number, names = pd.factorize(context.counties["county"])
    declared_in = names.get_indexer(context.texts("county"))
    largest = context.shares.drop_duplicates("record")
    lies_in = np.full(len(context.bases), -1)
    lies_in[largest["record"]] = number[largest["county"]]
    for record in _positions((declared_in >= 0) & (lies_in >= 0) & (declared_in != lies_in)):
        declared = names[declared_in[record]]
        border = shapely.union_all(context.counties.geometry.array[number == declared_in[record]])
        distance = overreach_m(context.land[record], border)
        actual = context.counties["short_name"].iloc[int((number == lies_in[record]).argmax())]
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
