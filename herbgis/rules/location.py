"""HG201–HG210: does the record lie where it should, and if not, why not?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from herbgis.counties import overreach_m
from herbgis.geodesy import CGCS2000, GaussKruger, gauss_kruger_of
from herbgis.issues import Issue
from herbgis.placing import Geometries, Story, lies_in_china, stories
from herbgis.rules.context import Context, place_of, point_in

#: A second county with less of a base than this is the line's own inaccuracy.
_STRADDLING_SHARE = 0.01


def put_right(
    bases: gpd.GeoDataFrame,
    counties: gpd.GeoDataFrame | None,
    layer_crs: pd.Series,
    settled: pd.Series,
) -> tuple[gpd.GeoDataFrame, list[Issue]]:
    """Try the stories that would explain records whose coordinates do not fit their layer.

    Parameters
    ----------
    bases : GeoDataFrame
        Base table; what does not fit is in ``raw_geometry``.
    counties : GeoDataFrame or None
        A story is believed when it puts the record into a county; without counties, into China.
    layer_crs : Series of str
        The system of each record's layer.
    settled : Series of bool
        Records whose layer already has a finding that explains them.

    Returns
    -------
    GeoDataFrame, list of Issue
        The table with explained records in place, and one issue a record.
    """
    waiting = _positions(bases["raw_geometry"].notna() & ~settled)
    if not waiting:
        return bases, []
    region = None if counties is None else shapely.union_all(counties.geometry.array)
    geometry = np.asarray(bases.geometry.array, dtype=object).copy()
    issues = []
    for record in waiting:
        place = place_of(bases, record)
        told = _believed(bases["raw_geometry"].iloc[record], layer_crs.iloc[record], region)
        if told is None:
            issues.append(Issue("HG205", place, {"where": "坐标不成立, 无法定位"}))
            continue
        story, geometry[record] = told
        values = {"system": story.title, "stated": layer_crs.iloc[record]}
        point = point_in(shapely.make_valid(geometry[record]))
        code = _code_of(story, layer_crs.iloc[record])
        issues.append(Issue(code, place, values, point=point))
    placed = bases.set_geometry(gpd.GeoSeries(geometry, index=bases.index, crs=CGCS2000))
    return placed, issues


def _positions(mask: Any) -> list[int]:
    """Positions where a mask is true."""
    return [int(place) for place in np.flatnonzero(mask)]


def _believed(
    wkt: str, stated: str, region: shapely.Geometry | None
) -> tuple[Story, shapely.Geometry] | None:
    """The first story that puts a record where bases are, and the record there."""
    with np.errstate(invalid="ignore"):  # a coordinate that is no number
        raw: Geometries = np.array([shapely.from_wkt(wkt)], dtype=object)
    if not np.isfinite(shapely.get_coordinates(raw)).all():
        return None
    for story in (*stories(raw), *_other_zones(raw, stated, region)):
        placed = story.place(raw)
        if not lies_in_china(placed).all():
            continue
        if region is None or shapely.intersects(region, placed[0]):
            return story, placed[0]
    return None


def _other_zones(raw: Geometries, stated: str, region: shapely.Geometry | None) -> Iterator[Story]:
    """Eastings without a zone in front: the layer's own zone, then those that cross the region."""
    bounds = shapely.total_bounds(raw)
    if not (bounds[0] >= 1e5 and bounds[2] <= 9e5 and bounds[1] >= 3e5):
        return
    system = gauss_kruger_of(_epsg(stated) or 0)
    if system is not None and system.datum == "CGCS2000" and system.prefixed:
        yield Story(system.other_form.epsg)
    if region is not None:
        west, _, east, _ = shapely.bounds(region)
        for meridian in range(round(west / 3) * 3, round(east / 3) * 3 + 1, 3):
            yield Story(GaussKruger(meridian // 3, prefixed=False).epsg)


def _code_of(story: Story, stated: str) -> str:
    """Which mistake leads from the layer's system to the one that fits."""
    if story.swapped:
        return "HG201"
    if story.epsg == 3857:
        return "HG210"
    epsg = _epsg(stated)
    projected = epsg is not None and pyproj.CRS.from_epsg(epsg).is_projected
    if not projected or story.epsg == 4490:
        return "HG202"
    system = gauss_kruger_of(story.epsg)
    return "HG203" if system is not None and system.other_form.epsg == epsg else "HG208"


def _epsg(name: str) -> int | None:
    digits = name.removeprefix("EPSG:")
    return int(digits) if digits.isdigit() else None


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
