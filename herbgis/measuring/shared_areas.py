"""Area that polygons share, for many pairs at once, without making the shared shapes.

What two polygons share is bounded by the pieces of either's edges that lie inside the other, and
its area is the sum over these pieces (Green's theorem). Where edges meet is found in arrays, for
all pairs at once. That is sure as long as no vertex lies on an edge of the other polygon, to within
what floating numbers tell; pairs in which one may are cut by GEOS.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from herbgis.geo.geodesy import Flags, Floats, Ints, areas_m2, edge_areas_m2
from herbgis.geo.systems import Geometries

#: Edges of both polygons of pairs that are looked at in one go.
_EDGES_AT_ONCE = 2_000_000
#: Which side of an edge a point lies on is sure from this share of the products that tell it; the
#: bound of Shewchuk (1997), Adaptive precision floating-point arithmetic, is 3.4e-16.
_SURE = 1e-14


def shared_areas_m2(left: Geometries, right: Geometries, left_at: Ints, right_at: Ints) -> Floats:
    """Ellipsoidal area that pairs of polygons share.

    Parameters
    ----------
    left, right : array of valid polygons, shapes (n,) and (m,)
        Longitude and latitude on CGCS2000, no more than some degrees in size.
    left_at, right_at : array of int, shape (pairs,)
        Positions of the polygons of each pair.

    Returns
    -------
    array of float, shape (pairs,)
        Square metres, 0 where they share nothing.
    """
    of_left, of_right = _Outlines.of(left), _Outlines.of(right)
    total = np.zeros(len(left_at))
    edges = of_left.counts[left_at] + of_right.counts[right_at]
    group = np.cumsum(edges) // _EDGES_AT_ONCE
    for few in np.split(np.arange(len(left_at)), np.flatnonzero(np.diff(group)) + 1):
        if len(few):
            total[few] = _areas_of(of_left, of_right, left_at[few], right_at[few])
    return total


@dataclass(frozen=True, eq=False)
class _Outlines:
    """Edges of polygons, in their order, ring after ring.

    Attributes
    ----------
    shapes : array of polygons, shape (n,)
    starts, counts : array of int, shape (n,)
        Where the edges of each begin, and how many they are.
    ends : array of float, shape (4, edges)
        Longitude and latitude of their first and of their second vertex.
    ring : array of int, shape (edges,)
    sign : array of float, shape (edges,)
        1 where the polygon lies to the left of the edge, -1 where to the right.
    bounds : array of float, shape (4, n)
        West, south, east, north.
    """

    shapes: Geometries
    starts: Ints
    counts: Ints
    ends: Floats
    ring: Ints
    sign: Floats
    bounds: Floats

    @classmethod
    def of(cls, shapes: Geometries) -> _Outlines:
        parts, owner = shapely.get_parts(shapes, return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        lonlat, ring = shapely.get_coordinates(rings, return_index=True)
        edge = np.flatnonzero(ring[:-1] == ring[1:])
        is_hole = np.r_[False, part[1:] == part[:-1]][: len(rings)]
        sign = np.where(shapely.is_ccw(rings) == is_hole, -1.0, 1.0)
        counts = np.bincount(owner[part[ring[edge]]], minlength=len(shapes))
        lon, lat = np.array(lonlat.T, order="C")
        return cls(
            shapes,
            np.cumsum(counts) - counts,
            counts,
            np.stack([lon[edge], lat[edge], lon[edge + 1], lat[edge + 1]]),
            ring[edge],
            sign[ring[edge]],
            np.array(shapely.bounds(shapes).T, order="C"),
        )


@dataclass(frozen=True, eq=False)
class _Near:
    """Edges of one side of pairs that reach into the other polygon's box, pair after pair.

    Attributes
    ----------
    edge, pair : array of int, shape (k,)
    ends : array of float, shape (4, k)
        From the pair's origin, so that differences are exact.
    starts, counts : array of int, shape (pairs,)
    """

    edge: Ints
    pair: Ints
    ends: Floats
    starts: Ints
    counts: Ints

    @classmethod
    def of(cls, outlines: _Outlines, at: Ints, boxes: Floats, origin: Floats) -> _Near:
        pair, edge = _expanded(outlines.starts[at], outlines.counts[at])
        for axis in (0, 1):
            first, second = outlines.ends[axis], outlines.ends[axis + 2]
            low, high = boxes[axis, pair], boxes[axis + 2, pair]
            kept = np.flatnonzero(_reach((first[edge], second[edge]), low, high))
            pair, edge = pair[kept], edge[kept]
        counts = np.bincount(pair, minlength=len(at))
        ends = outlines.ends[:, edge] - np.tile(origin[:, pair], (2, 1))
        return cls(edge, pair, ends, np.cumsum(counts) - counts, counts)


def _expanded(starts: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """The number of each range, and its members, of ranges one after the other."""
    number = np.repeat(np.arange(len(starts)), counts)
    before = np.cumsum(counts) - counts
    return number, np.arange(len(number)) - before[number] + starts[number]


def _reach(edges: tuple[Floats, Floats], low: Floats, high: Floats) -> Flags:
    """Whether edges, from one value to another, reach into a span, along one axis."""
    start, end = edges
    return np.asarray((np.maximum(start, end) >= low) & (np.minimum(start, end) <= high))


def _areas_of(left: _Outlines, right: _Outlines, left_at: Ints, right_at: Ints) -> Floats:
    """`shared_areas_m2` of pairs whose edges fit in memory together."""
    boxes, others = left.bounds[:, left_at], right.bounds[:, right_at]
    origin = np.maximum(boxes[:2], others[:2])
    near = _Near.of(left, left_at, others, origin), _Near.of(right, right_at, boxes, origin)
    crossings, doubtful = _crossings(*near)
    total = np.zeros(len(left_at))
    for side, (own, at, other, other_at) in enumerate(
        ((left, left_at, right, right_at), (right, right_at, left, left_at))
    ):
        inside = _starts_inside(own, near[side], other, other_at, crossings.edge[side])
        total += _sums_m2(own, near[side], inside, crossings, side, origin, len(at))
    unsure = np.flatnonzero(doubtful)
    shared = shapely.intersection(left.shapes[left_at[unsure]], right.shapes[right_at[unsure]])
    total[unsure] = areas_m2(shared)
    return np.maximum(total, 0.0)


@dataclass(frozen=True, eq=False)
class _Crossings:
    """Where edges of both sides cross.

    Attributes
    ----------
    edge : tuple of array of int, shape (k,)
        Positions among the near edges of the left, and of the right.
    along : tuple of array of float, shape (k,)
        How far along these edges, from 0 to 1.
    point : array of float, shape (2, k)
    """

    edge: tuple[Ints, Ints]
    along: tuple[Floats, Floats]
    point: Floats


def _crossings(left: _Near, right: _Near) -> tuple[_Crossings, Flags]:
    """Where edges cross, and the pairs in which that is not sure."""
    first, second = _expanded(right.starts[left.pair], right.counts[left.pair])
    for axis in (0, 1):
        start, end = right.ends[axis, second], right.ends[axis + 2, second]
        edges = left.ends[axis, first], left.ends[axis + 2, first]
        meets = np.flatnonzero(_reach(edges, np.minimum(start, end), np.maximum(start, end)))
        first, second = first[meets], second[meets]
    a, b = left.ends[:, first], right.ends[:, second]
    sides = [_side(b, a[:2]), _side(b, a[2:]), _side(a, b[:2]), _side(a, b[2:])]
    unsure = ~np.all([sure for _, sure in sides], axis=0)
    doubtful = np.zeros(len(left.counts), dtype=bool)
    doubtful[left.pair[first[unsure]]] = True
    (start, end, start_b, end_b) = (side for side, _ in sides)
    cross = np.flatnonzero(~unsure & ((start > 0) != (end > 0)) & ((start_b > 0) != (end_b > 0)))
    along = start[cross] / (start[cross] - end[cross])
    along_b = start_b[cross] / (start_b[cross] - end_b[cross])
    point = a[:2, cross] + along * (a[2:, cross] - a[:2, cross])
    return _Crossings((first[cross], second[cross]), (along, along_b), point), doubtful


def _side(edge: Floats, point: Floats) -> tuple[Floats, Flags]:
    """On which side of an edge a point lies (left is positive), and whether that is sure."""
    x1, y1, x2, y2 = edge
    forth, back = (x2 - x1) * (point[1] - y1), (y2 - y1) * (point[0] - x1)
    return forth - back, np.abs(forth - back) > _SURE * (np.abs(forth) + np.abs(back))


def _starts_inside(
    own: _Outlines, near: _Near, other: _Outlines, other_at: Ints, crossed: Ints
) -> Flags:
    """Whether the first vertex of each near edge lies inside the other polygon.

    One vertex of each ring is asked for; from there on, each crossing leads in or out. Edges that
    are not near cross nothing.
    """
    if not len(near.edge):
        return np.zeros(0, dtype=bool)
    ring = own.ring[near.edge]
    new = np.r_[True, (ring[1:] != ring[:-1]) | (near.pair[1:] != near.pair[:-1])]
    first = np.flatnonzero(new)
    lon, lat = own.ends[:2, near.edge[first]]
    inside = shapely.contains_xy(other.shapes[other_at[near.pair[first]]], lon, lat)
    count = np.bincount(crossed, minlength=len(near.edge))
    before = np.cumsum(count) - count
    of_ring = np.cumsum(new) - 1
    passed = before - before[first][of_ring]
    return np.asarray(inside[of_ring] ^ (passed % 2 == 1))


def _sums_m2(
    own: _Outlines,
    near: _Near,
    inside: Flags,
    crossings: _Crossings,
    side: int,
    origin: Floats,
    pairs: int,
) -> Floats:
    """Sum over those pieces of one side's edges that lie inside the other polygon, by pair."""
    count = len(near.edge)
    edge = np.concatenate([np.arange(count), crossings.edge[side]])
    along = np.concatenate([np.zeros(count), crossings.along[side]])
    point = np.concatenate([near.ends[:2], crossings.point], axis=1)
    order = np.lexsort((along, edge))
    edge, point = edge[order], point[:, order]
    new = np.r_[True, edge[1:] != edge[:-1]][: len(edge)]
    end = np.where(np.r_[new[1:], True][: len(edge)], near.ends[2:, edge], np.roll(point, -1, 1))
    rank = np.arange(len(edge)) - np.flatnonzero(new)[edge]
    kept = np.flatnonzero(inside[edge] ^ (rank % 2 == 1))
    edge, point, end = edge[kept], point[:, kept], end[:, kept]
    pair = near.pair[edge]
    lat = origin[1, pair]
    areas = edge_areas_m2(
        np.radians(point[0]),
        np.radians(point[1] + lat),
        np.radians(end[0]),
        np.radians(end[1] + lat),
    )
    signed = areas * own.sign[near.edge[edge]]
    return np.bincount(pair, weights=signed, minlength=pairs).astype(np.float64)
