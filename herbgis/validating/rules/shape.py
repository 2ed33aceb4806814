"""HG101, HG104, HG109: is there a polygon, does it hang together?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from herbgis.foundation.language import tr
from herbgis.foundation.units import to_mu
from herbgis.geo.systems import Geometries
from herbgis.measuring.blocks import contiguous_blocks
from herbgis.measuring.records import NameKey, name_keys
from herbgis.terms.issues import Issue, Place
from herbgis.validating.rules.context import Context

_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_LINES = (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING)
#: Points of the shortest closed line, the first among them twice.
_LEAST_CLOSED = 4
_TYPE_TITLES = {
    "Point": "点",
    "MultiPoint": "多点",
    "LineString": "线",
    "LinearRing": "线",
    "MultiLineString": "多线",
    "GeometryCollection": "混合图形",
}


def missing_geometry(context: Context) -> Iterator[Issue]:
    """HG101: null, empty, or a base reported without a polygon on any of its records.

    A polygon of the same county, township and name is proposed, never taken.
    """
    misplaced = context.bases["raw_geometry"].notna().to_numpy()
    base = context.grouped.base
    has_land = misplaced | ~shapely.is_missing(context.land)
    drawn = np.bincount(base[has_land], minlength=len(context.grouped.ids)) > 0
    blank = shapely.is_missing(context.geometry) | shapely.is_empty(context.geometry)
    reported = np.flatnonzero(blank & ~misplaced & ~drawn[base]).tolist()
    named = _drawn_by_name(context) if reported else {}
    for record, key in zip(reported, name_keys(context.bases.iloc[reported]), strict=True):
        place, drawn_alike = context.place(record), named.get(key, []) if key else []
        likely = [other for other in drawn_alike if _may_be(place, other)]
        hint = (
            tr(
                "是否即 {file} 第 {row} 条图斑? 是则填同一编号; 否则",
                file=likely[0].file,
                row=likely[0].row,
            )
            if likely
            else ""
        )
        mu = _declared(context, record)
        yield Issue("HG101", place, {"hint": hint}, mu_at_stake=mu, other=tuple(likely))


def _drawn_by_name(context: Context) -> dict[NameKey, list[Place]]:
    """Records with land by their county, township and name."""
    found: dict[NameKey, list[Place]] = {}
    drawn = np.flatnonzero(~shapely.is_missing(context.land))
    for record, key in zip(drawn.tolist(), name_keys(context.bases.iloc[drawn]), strict=True):
        if key is not None:
            found.setdefault(key, []).append(context.place(record))
    return found


def _may_be(listed: Place, drawn: Place) -> bool:
    """Whether two records of one name may be one base: not where both have ids of their own."""
    return listed.own_id is None or drawn.own_id is None


def _declared(context: Context, record: int) -> float | None:
    mu = context.bases["declared_mu"].iloc[record]
    return None if np.isnan(mu) else float(mu)


def not_a_polygon(context: Context) -> Iterator[Issue]:
    """HG104: points, lines, and collections of all kinds."""
    other = ~np.isin(shapely.get_type_id(context.geometry), _POLYGONAL)
    other &= ~shapely.is_missing(context.geometry) & ~shapely.is_empty(context.geometry)
    outlined = outlines_of_others(context.geometry)
    for record in np.flatnonzero(other).tolist():
        shape = context.geometry[record]
        if record in outlined:
            field = context.place(outlined[record])
            values = {"kind": tr("线(第 {row} 条图斑的外框, 不另计)", row=field.row)}
            point = _first_point(shape)
            yield Issue("HG104", context.place(record), values, "note", point, other=(field,))
            continue
        polygons = context.land[record] is not None and context.mu[record] > 0
        title = tr(_TYPE_TITLES.get(shape.geom_type, shape.geom_type))
        values = {"kind": tr("{title}(其中的面已计)", title=title) if polygons else title}
        yield Issue("HG104", context.place(record), values, point=_first_point(shape))


def outlines_of_others(geometries: Geometries) -> dict[int, int]:
    """Closed lines that are the outline of another record's polygon, and that record.

    Such a line was drawn beside its polygon, and is no field of its own.
    """
    lines = np.flatnonzero(np.isin(shapely.get_type_id(geometries), _LINES))
    lines = lines[shapely.is_closed(geometries[lines])]
    lines = lines[shapely.get_num_coordinates(geometries[lines]) >= _LEAST_CLOSED]
    if not len(lines):
        return {}
    polygons = np.flatnonzero(np.isin(shapely.get_type_id(geometries), _POLYGONAL))
    parts, owner = shapely.get_parts(geometries[polygons], return_index=True)
    parts, owner = parts[~shapely.is_empty(parts)], owner[~shapely.is_empty(parts)]
    near, part = shapely.STRtree(parts).query(geometries[lines])
    rings = [shapely.get_coordinates(line) for line in geometries[lines[near]]]
    drawn = shapely.normalize([shapely.Polygon(ring) for ring in rings])
    outer = shapely.normalize([shapely.Polygon(each.exterior) for each in parts[part]])
    same = shapely.equals_identical(drawn, outer)
    return dict(zip(lines[near[same]].tolist(), polygons[owner[part[same]]].tolist(), strict=True))


def scattered_parts(context: Context) -> Iterator[Issue]:
    """HG109: parts of a base farther apart than the contiguity distance, once a base."""
    distance = context.policy.tolerances["contiguity_m"]
    largest, blocks = contiguous_blocks(context.grouped.geometry, distance)
    for number in np.flatnonzero(blocks > 1):
        record = int(context.grouped.first[number])
        total, block = float(context.base_mu[number]), float(to_mu(largest[number]))
        values = {"blocks": int(blocks[number]), "distance": f"{distance:g}", "mu": f"{block:.2f}"}
        yield Issue(
            "HG109",
            context.place(record),
            values,
            point=context.centre(record),
            measured=float(blocks[number]),
            allowed=1.0,
            mu_at_stake=round(total - block, 2),
        )


def _first_point(shape: shapely.Geometry) -> tuple[float, float]:
    lon, lat = shapely.get_coordinates(shape)[0]
    return round(float(lon), 6), round(float(lat), 6)
