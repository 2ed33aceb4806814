"""Edges of polygons in arrays: what lies on either side, and boxes by which they are found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from herbgis.geo.flat_rings import rings_and_holes, vertex_counts
from herbgis.geo.geodesy import Floats, Ints
from herbgis.geo.systems import Geometries

_UINT = np.uint64


@dataclass(frozen=True, eq=False)
class Edges:
    """Edges of polygons, ring after ring, each polygon to the left of its own.

    Attributes
    ----------
    lonlat : array of float, shape (2, v)
        Vertices of the rings, the first of each repeated as its last.
    start, end : array of int, shape (k,)
        The vertices of each edge.
    ring : array of int, shape (k,)
    owner : array of int, shape (rings,)
        Position of the polygon that a ring belongs to.
    """

    lonlat: Floats
    start: Ints
    end: Ints
    ring: Ints
    owner: Ints

    @classmethod
    def of(cls, shapes: Geometries) -> Edges:
        """Of valid polygons; None has no edges."""
        rings, owner, hole = rings_and_holes(shapes)
        counts = vertex_counts(rings)
        lonlat = np.array(shapely.get_coordinates(rings).T, order="C")
        starts = np.cumsum(counts) - counts
        opens = np.ones(lonlat.shape[1], dtype=bool)
        opens[starts + counts - 1] = False
        first = np.flatnonzero(opens)
        ring = np.repeat(np.arange(len(rings)), counts - 1)
        turned = ((_turns(lonlat, starts) < 0) ^ hole)[ring]
        return cls(lonlat, first + turned, first + ~turned, ring, owner)

    def ends(self, edge: Ints | slice = slice(None)) -> Floats:
        """Longitude and latitude of the first and of the second vertex of edges, shape (4, k)."""
        lon, lat = self.lonlat
        start, end = self.start[edge], self.end[edge]
        return np.stack([lon[start], lat[start], lon[end], lat[end]])


def _turns(lonlat: Floats, starts: Ints) -> Floats:
    """More than 0 for rings that go counterclockwise."""
    lon, lat = lonlat
    if not len(starts):
        return np.zeros(0)
    height = lat - np.repeat(lat[starts], np.diff(np.r_[starts, len(lat)]))
    products = np.zeros(len(lon))
    products[:-1] = (lon[:-1] - lon[1:]) * (height[1:] + height[:-1])
    products[starts[1:] - 1] = 0.0  # from the last vertex of a ring to the first of the next
    return np.asarray(np.add.reduceat(products, starts))


@dataclass(frozen=True, eq=False)
class Boxed:
    """Edges with boxes about each, and about runs of a few.

    Attributes
    ----------
    ends : array of float, shape (4, k)
    boxes : array of float, shape (4, k)
        West, south, east, north.
    starts, counts : array of int, shape (r,)
        Edges of each run, one after the other.
    run_boxes : array of float, shape (4, r)
    lines : array of lines, shape (r,)
        Their diagonals: a tree looks at boxes alone.
    """

    ends: Floats
    boxes: Floats
    starts: Ints
    counts: Ints
    run_boxes: Floats
    lines: Geometries

    @classmethod
    def of(cls, ends: Floats, group: Ints, *, run: int) -> Boxed:
        """Runs of so many edges at most, each of one group; those of a group stand together."""
        boxes = np.empty_like(ends)
        np.minimum(ends[:2], ends[2:], out=boxes[:2])
        np.maximum(ends[:2], ends[2:], out=boxes[2:])
        first = np.flatnonzero(np.r_[True, group[1:] != group[:-1]][: len(group)])
        number = np.arange(len(group)) - np.repeat(first, np.diff(np.r_[first, len(group)]))
        starts = np.flatnonzero(number % run == 0)
        around = np.zeros((4, len(starts)))
        if len(starts):
            np.minimum.reduceat(boxes[:2], starts, axis=1, out=around[:2])
            np.maximum.reduceat(boxes[2:], starts, axis=1, out=around[2:])
        lines = shapely.linestrings(np.ascontiguousarray(around.T).reshape(-1, 2, 2))
        counts = np.diff(np.r_[starts, len(group)])
        return cls(ends, boxes, starts, counts, around, np.asarray(lines, dtype=object))

    def members(self, asked: Ints) -> tuple[Ints, Ints]:
        """The edges of some runs, and for each its place among these runs."""
        return expanded(self.starts[asked], self.counts[asked])


def expanded(starts: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Members of ranges, one after the other, and the number of the range of each."""
    number = np.repeat(np.arange(len(starts)), counts)
    before = np.cumsum(counts) - counts
    return np.arange(len(number)) + (starts - before)[number], number


def reach(left: Floats, left_at: Ints, right: Floats, right_at: Ints) -> Ints:
    """Positions of pairs in which boxes, shapes (4, n) and (4, m), meet."""
    kept = np.flatnonzero(left[2][left_at] >= right[0][right_at])
    kept = kept[left[0][left_at[kept]] <= right[2][right_at[kept]]]
    kept = kept[left[3][left_at[kept]] >= right[1][right_at[kept]]]
    return np.asarray(kept[left[1][left_at[kept]] <= right[3][right_at[kept]]])


def counterparts(edges: Edges) -> Ints:
    """The edge that goes from end to start of each; -1 where there is none, or more than one."""
    number = _numbers(edges.lonlat)
    start, end = number[edges.start], number[edges.end]
    # The key is the same for both directions; in its lowest bits stands whose it is, so that keys
    # are sorted and not their positions, which takes half the time.
    bits = _UINT(len(start).bit_length())
    key = ((start + end) * _UINT(0x9E3779B97F4A7C15)) >> bits << bits
    ordered = np.sort(key | np.arange(len(start), dtype=_UINT))
    place = (ordered & ((_UINT(1) << bits) - _UINT(1))).astype(np.intp)
    ordered >>= bits
    same = np.r_[False, ordered[1:] == ordered[:-1], False]
    two = np.flatnonzero(same[1:-1] & ~same[:-2] & ~same[2:])
    one, other = place[two], place[two + 1]
    back = (start[one] == end[other]) & (end[one] == start[other])
    one, other = one[back], other[back]
    beyond = np.full(len(start), -1)
    beyond[one], beyond[other] = other, one
    return beyond


def _numbers(lonlat: Floats) -> npt.NDArray[np.uint64]:
    """One number of 64 mixed bits a vertex; two that differ practically never share theirs."""
    number = np.zeros(lonlat.shape[1], dtype=_UINT)
    for bits in (lonlat + 0.0).view(_UINT):
        number = (number ^ bits) * _UINT(0x9E3779B97F4A7C15)
        number ^= number >> _UINT(29)
    return number * _UINT(0xBF58476D1CE4E5B9)
