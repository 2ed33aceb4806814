"""HG102, HG103: rings that cross, and rings that do not fit together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from herbgis.foundation.units import to_mu
from herbgis.geo.geodesy import Flags, Floats, Ints, areas_m2
from herbgis.terms.issues import Issue
from herbgis.validating.rules.context import Context

#: Crossings on one grid of this width, in degrees (about 1 cm), are one.
_SAME_POINT_DEG = 1e-7
#: A scribble crosses itself without end; what is told of a record ends here.
MOST_CROSSINGS = 5000
_EDGES_AT_ONCE = 512
_TOO_FEW = "Too few points"


def self_intersection(context: Context) -> Iterator[Issue]:
    """HG102: where rings cross, or touch themselves: every place, with the 亩 it puts in doubt."""
    for record in _broken(context):
        points = crossings(context.geometry[record])
        if not points and _reasons(context.geometry[record]) == []:
            points = _point_of_geos(context.geometry[record])
        lobes = _lobes(context.land[record])
        for number, point in enumerate(points, 1):
            yield Issue(
                "HG102",
                context.place(record),
                {"number": number, "count": len(points)},
                point=(round(point[0], 6), round(point[1], 6)),
                mu_at_stake=round(lobes.at_stake(point), 2),
            )


def invalid_rings(context: Context) -> Iterator[Issue]:
    """HG103: holes and shells that do not fit together, each kind with its place."""
    for record in _broken(context):
        for reason, (lon, lat) in _reasons(context.geometry[record]):
            yield Issue(
                "HG103",
                context.place(record),
                {"reason": reason},
                point=(round(lon, 6), round(lat, 6)),
                mu_at_stake=round(float(context.mu[record]), 2),
            )


def _broken(context: Context) -> Iterator[int]:
    """Records whose polygon is not valid for another reason than too few points."""
    for record, reason in context.broken:
        if _TOO_FEW not in reason:
            yield record


def _point_of_geos(polygon: shapely.Geometry) -> list[tuple[float, float]]:
    """The place that GEOS names, where we see none ourselves."""
    inside = shapely.is_valid_reason(polygon).partition("[")[2].rstrip("]").split()
    return [(float(inside[0]), float(inside[1]))] if len(inside) > 1 else []


@dataclass(frozen=True)
class _Lobes:
    """The pieces that crossings make of a polygon."""

    parts: np.ndarray
    mu: Floats

    def at_stake(self, point: tuple[float, float]) -> float:
        """亩 of all pieces that meet at a crossing but the largest; of all where one only does."""
        near = shapely.dwithin(self.parts, shapely.Point(point), _SAME_POINT_DEG)
        mu = self.mu[near]
        return float(mu.sum() - mu.max()) if len(mu) > 1 else float(self.mu.sum())


def _lobes(land: shapely.Geometry | None) -> _Lobes:
    parts = shapely.get_parts(land)
    return _Lobes(parts, to_mu(areas_m2(parts)))


# Crossings


def crossings(polygon: shapely.Geometry) -> list[tuple[float, float]]:
    """Every point where rings of a polygon cross, or one touches itself, ordered; lon and lat.

    All pairs of edges are held against each other but neighbours in a ring, which always touch.
    Rings that lie on each other from end to end are no crossing, nor are two that only touch.
    """
    starts, ends, ring, order, size = _edges(polygon)
    edges = np.asarray(shapely.linestrings(np.stack([starts, ends], axis=1)), dtype=object)
    tree = shapely.STRtree(edges)
    found = np.empty((0, 2))
    for begin in range(0, len(edges), _EDGES_AT_ONCE):
        left, right = tree.query(edges[begin : begin + _EDGES_AT_ONCE], predicate="intersects")
        left, right = left[left + begin < right] + begin, right[left + begin < right]
        step = (order[right] - order[left]) % size[left]
        own = ring[left] == ring[right]
        neighbours = own & ((step == 1) | (step == size[left] - 1))
        shared = np.asarray(shapely.intersection(edges[left], edges[right]), dtype=object)
        along = shapely.get_type_id(shared) != 0
        through = _pass_through(starts, ends, left, right)
        counts = np.where(own, ~neighbours | along, through & ~neighbours)
        firsts = [shapely.get_coordinates(s)[0] for s in shared[counts]]
        found = _distinct(np.vstack([found, *firsts]))
        if len(found) >= MOST_CROSSINGS:
            break
    return [(float(lon), float(lat)) for lon, lat in found[:MOST_CROSSINGS]]


def touches_only(polygon: shapely.Geometry) -> bool:
    """Whether rings of a polygon touch themselves or each other, and cross or cover nowhere."""
    starts, ends = _edges(polygon)[:2]
    edges = np.asarray(shapely.linestrings(np.stack([starts, ends], axis=1)), dtype=object)
    left, right = shapely.STRtree(edges).query(edges, predicate="intersects")
    left, right = left[left < right], right[left < right]
    if _pass_through(starts, ends, left, right).any() or _reasons(polygon):
        return False
    shared = shapely.intersection(edges[left], edges[right])
    if (shapely.get_type_id(shared) != 0).any():
        return False
    # At a vertex a ring may pass through another without any edge crossing: even-odd and
    # structure then disagree on what is land.
    parted = (shapely.make_valid(polygon, method=m) for m in ("linework", "structure"))
    one, other = (areas_m2(np.array([shape]))[0] for shape in parted)
    return bool(abs(one - other) < 1e-6 * max(one, other))


def _distinct(points: Floats) -> Floats:
    """Points that are not one, in order of longitude and latitude."""
    grid = np.round(points / _SAME_POINT_DEG)
    _, first = np.unique(grid, axis=0, return_index=True)
    return points[first]


def _pass_through(starts: Floats, ends: Floats, left: Ints, right: Ints) -> Flags:
    """Whether two edges cross in their insides: the ends of each lie on both sides of the other."""

    def side(a: Floats, b: Floats, c: Floats) -> Floats:
        return np.asarray(
            (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
        )

    a, b, c, d = starts[left], ends[left], starts[right], ends[right]
    return np.asarray((side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0))


def _edges(polygon: shapely.Geometry) -> tuple[Floats, Floats, Ints, Ints, Ints]:
    """Edges of all rings without length zero: ends, ring, place in the ring, edges in the ring."""
    parts = []
    for number, each in enumerate(shapely.get_rings(shapely.get_parts(polygon))):
        lonlat = shapely.get_coordinates(each)
        kept = lonlat[np.r_[True, (np.diff(lonlat, axis=0) != 0).any(axis=1)]]
        count = len(kept) - 1
        parts.append(
            (kept[:-1], kept[1:], np.full(count, number), np.arange(count), np.full(count, count))
        )
    starts, ends, ring, order, size = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    return starts, ends, ring, order, size


# Rings that do not fit together


def _reasons(polygon: shapely.Geometry) -> list[tuple[str, tuple[float, float]]]:
    """What is wrong between whole rings, each kind once, and a point of such a ring."""
    if len(shapely.get_rings(shapely.get_parts(polygon))) == 1:
        return []
    parts = [[_area(r) for r in shapely.get_rings(part)] for part in shapely.get_parts(polygon)]
    found: dict[str, tuple[float, float]] = {}
    for reason, area in (*_unfit_holes(parts), *_unfit_shells(parts)):
        lon, lat = shapely.get_coordinates(area)[0]
        found.setdefault(reason, (float(lon), float(lat)))
    if not found and "disconnected" in shapely.is_valid_reason(polygon):
        found["洞把地块隔断"] = _point_of_geos(polygon)[0]
    return list(found.items())


def _area(ring: shapely.LinearRing) -> shapely.Geometry:
    return shapely.make_valid(shapely.Polygon(ring))


def _unfit_holes(parts: list[list[shapely.Geometry]]) -> Iterator[tuple[str, shapely.Geometry]]:
    for shell, *holes in parts:
        for number, hole in enumerate(holes):
            others = holes[:number]
            if any(shapely.equals(hole, other) for other in (shell, *others)):
                yield "同一圈重复", hole
            elif not shapely.intersects(hole, shell) or shapely.touches(hole, shell):
                yield "洞在外圈之外", hole
            elif _within(shell, hole):
                yield "洞比外圈大", hole
            if any(_within(hole, other) or _within(other, hole) for other in others):
                yield "洞中有洞", hole


def _unfit_shells(parts: list[list[shapely.Geometry]]) -> Iterator[tuple[str, shapely.Geometry]]:
    for number, (shell, *holes) in enumerate(parts):
        for other, *other_holes in parts[:number]:
            if shapely.equals(shell, other):
                yield "同一圈重复", shell
            for inner, outer, gaps in ((shell, other, other_holes), (other, shell, holes)):
                if _within(inner, outer) and not any(shapely.covers(gap, inner) for gap in gaps):
                    yield "外圈套外圈", inner


def _within(inner: shapely.Geometry, outer: shapely.Geometry) -> bool:
    return bool(shapely.contains(outer, inner)) and not shapely.equals(outer, inner)
