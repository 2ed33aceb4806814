"""HG102, HG103, HG112: rings that cross, that do not fit together, parts that overlap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from herbgis.foundation.language import tr
from herbgis.foundation.units import to_mu
from herbgis.geo.geodesy import Flags, Floats, Ints, areas_m2
from herbgis.geo.land import land, polygons_in, with_blanks
from herbgis.terms.issues import Issue
from herbgis.validating.rules.context import Context, point_in

#: Crossings on one grid of this width, in degrees (about 1 cm), are one.
_SAME_POINT_DEG = 1e-7
#: A scribble crosses itself without end; what is told of a record ends here.
MOST_CROSSINGS = 5000
_EDGES_AT_ONCE = 512
#: Fewer distinct points make no ring.
_LEAST_POINTS = 3


def self_intersection(context: Context) -> Iterator[Issue]:
    """HG102: where rings cross, or touch themselves: every place, with the 亩 it puts in doubt."""
    for record in context.broken:
        shape = context.geometry[record]
        points = crossings(shape)
        if not points and not _reasons(shape) and not _overlaps(shape):
            points = _point_of_geos(shape)
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
    for record in context.broken:
        for reason, (lon, lat) in _reasons(context.geometry[record]):
            yield Issue(
                "HG103",
                context.place(record),
                {"reason": tr(reason)},
                point=(round(lon, 6), round(lat, 6)),
                mu_at_stake=round(float(np.nan_to_num(context.mu[record])), 2),
            )
    # What is sound and whole is its own land.
    pairs = zip(context.geometry, context.land, strict=True)
    others = np.flatnonzero([shape is not enclosed for shape, enclosed in pairs])
    for record in others[with_blanks(context.geometry[others])].tolist():
        if context.land[record] is not None:
            values = {"reason": tr("有一部分或一个洞没有坐标")}
            yield Issue("HG103", context.place(record), values, severity="warning")


def parts_overlap(context: Context) -> Iterator[Issue]:
    """HG112: parts of a record that lie upon each other, with the land that they share."""
    several = np.isin(shapely.get_type_id(context.geometry), (6, 7))
    collected = shapely.get_type_id(context.geometry) == shapely.GeometryType.GEOMETRYCOLLECTION
    for record in np.flatnonzero(several & (collected | ~context.sound)).tolist():
        pieces = _overlaps(context.geometry[record])
        if not pieces:
            continue
        shared = np.array([shapely.union_all(pieces), *pieces], dtype=object)
        mu = to_mu(areas_m2(shared))
        allowed = context.policy.tolerances["overlap_ignored_mu"]
        yield Issue(
            "HG112",
            context.place(record),
            {"count": len(pieces), "mu": f"{mu[0]:.2f}"},
            severity="note" if mu[0] <= allowed else None,
            point=point_in(pieces[int(mu[1:].argmax())]),
            measured=round(float(mu[0]), 2),
            allowed=allowed,
            mu_at_stake=round(float(mu[0]), 2),
        )


def _overlaps(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """What each two parts share of their land, but where one lies in the other.

    One part within another, or twice the same, may have been meant as a hole: see `_unfit_shells`.
    """
    parts = land(np.array(polygons_in(shape), dtype=object))
    one, other = shapely.STRtree(parts).query(parts, predicate="overlaps")
    once = one < other
    return list(shapely.intersection(parts[one[once]], parts[other[once]]))


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


def crossings(shape: shapely.Geometry) -> list[tuple[float, float]]:
    """Every point where rings of a part cross, or one touches itself, ordered; lon and lat.

    All pairs of edges are held against each other but neighbours in a ring, which always touch.
    Rings that lie on each other from end to end are no crossing, nor are two that only touch.
    """
    found = [_crossings_of_part(part) for part in polygons_in(shape)]
    points = _distinct(np.vstack([np.empty((0, 2)), *found]))
    return [(float(lon), float(lat)) for lon, lat in points[:MOST_CROSSINGS]]


def _crossings_of_part(polygon: shapely.Polygon) -> Floats:
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
        counts &= ~shapely.is_empty(shared)  # edges shorter than numbers can tell meet nowhere
        firsts = [shapely.get_coordinates(s)[0] for s in shared[counts]]
        found = _distinct(np.vstack([found, *firsts]))
        if len(found) >= MOST_CROSSINGS:
            break
    return found


def touches_only(polygon: shapely.Geometry) -> bool:
    """Whether rings of a polygon touch themselves or each other, and cross or cover nowhere."""
    if _reasons(polygon):
        return False
    starts, ends = _edges(polygon)[:2]
    edges = np.asarray(shapely.linestrings(np.stack([starts, ends], axis=1)), dtype=object)
    left, right = shapely.STRtree(edges).query(edges, predicate="intersects")
    left, right = left[left < right], right[left < right]
    if _pass_through(starts, ends, left, right).any():
        return False
    shared = shapely.intersection(edges[left], edges[right])
    if (shapely.get_type_id(shared) != 0).any():
        return False
    # At a vertex a ring may pass through another without any edge crossing: what is land even-odd
    # is then not what is land in all.
    parted = np.array([shapely.make_valid(polygon), *land(np.array([polygon]))])
    one, other = areas_m2(parted)
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
    none = np.zeros(0, dtype=np.int64)
    parts = [(np.zeros((0, 2)), np.zeros((0, 2)), none, none, none)]
    for number, each in enumerate(ring for ring in _rings(polygon) if not _is_short(ring)):
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


def _rings(shape: shapely.Geometry) -> list[shapely.LinearRing]:
    """Rings of all polygons of a shape that have points."""
    rings = shapely.get_rings(polygons_in(shape))
    return [ring for ring in rings if not shapely.is_empty(ring)]


def _is_short(ring: shapely.LinearRing) -> bool:
    """Whether a ring goes there and back: it has too few distinct points."""
    return len(np.unique(shapely.get_coordinates(ring), axis=0)) < _LEAST_POINTS


# Rings that do not fit together


def _reasons(shape: shapely.Geometry) -> list[tuple[str, tuple[float, float]]]:
    """What is wrong between whole rings, each kind once, and a point of such a ring."""
    found: dict[str, tuple[float, float]] = {}
    for ring in _rings(shape):
        if _is_short(ring):
            lon, lat = shapely.get_coordinates(ring)[0]
            found.setdefault("有一圈不足三点", (float(lon), float(lat)))
    parts = [_areas(part) for part in polygons_in(shape)]
    for reason, area in (*_unfit_holes(parts), *_unfit_shells(parts)):
        lon, lat = shapely.get_coordinates(area)[0]
        found.setdefault(reason, (float(lon), float(lat)))
    if not found:
        found.update(_shared_edges(shape))
    if not found and "disconnected" in shapely.is_valid_reason(shape):
        found["洞把地块隔断"] = _point_of_geos(shape)[0]
    return list(found.items())


def _shared_edges(shape: shapely.Geometry) -> dict[str, tuple[float, float]]:
    """Which rings run along each other for a stretch, each kind once, and where that begins.

    Parts that overlap are told as such.
    """
    rings, part, is_hole = [], [], []
    for number, polygon in enumerate(polygons_in(shape)):
        for at, ring in enumerate(shapely.get_rings(polygon)):
            if not shapely.is_empty(ring) and not _is_short(ring):
                rings.append(shapely.LineString(ring.coords))
                part.append(number)
                is_hole.append(at > 0)
    lines = np.array(rings, dtype=object)
    one, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    found: dict[str, tuple[float, float]] = {}
    overlap = bool(_overlaps(shape))
    for a, b in zip(one[one < other].tolist(), other[one < other].tolist(), strict=True):
        kind = "两部分共用一段边"
        if part[a] == part[b]:
            kind = "两个洞共用一段边" if is_hole[a] and is_hole[b] else "洞与外圈共用一段边"
        if kind in found or (overlap and part[a] != part[b]):
            continue
        shared = shapely.intersection(lines[a], lines[b])
        along = next((x for x in shapely.get_parts(shared) if shapely.length(x) > 0), None)
        if along is not None:
            lon, lat = shapely.get_coordinates(along)[0]
            found[kind] = (float(lon), float(lat))
    return found


def _areas(part: shapely.Polygon) -> list[shapely.Geometry]:
    """What each ring of a part goes around, the shell first; rings without an inside left out.

    Nothing where the shell has none.
    """
    rings = land(np.array([shapely.Polygon(ring) for ring in _rings(part)], dtype=object))
    return [] if rings[0] is None else [ring for ring in rings if ring is not None]


def _unfit_holes(parts: list[list[shapely.Geometry]]) -> Iterator[tuple[str, shapely.Geometry]]:
    for shell, *holes in filter(None, parts):
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
    drawn = [part for part in parts if part]
    shells = np.array([shell for shell, *_ in drawn], dtype=object)
    first, second = shapely.STRtree(shells).query(shells, predicate="intersects")
    for one, two in zip(first[first < second], second[first < second], strict=True):
        (other, *other_holes), (shell, *holes) = drawn[one], drawn[two]
        if shapely.equals(shell, other):
            yield "同一圈重复", shell
        for inner, outer, gaps in ((shell, other, other_holes), (other, shell, holes)):
            if _within(inner, outer) and not any(shapely.covers(gap, inner) for gap in gaps):
                yield "外圈套外圈", inner


def _within(inner: shapely.Geometry, outer: shapely.Geometry) -> bool:
    return bool(shapely.contains(outer, inner)) and not shapely.equals(outer, inner)
