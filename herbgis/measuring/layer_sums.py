"""What a layer's shapes weigh over the land of bases, for all bases at once.

A base's sum is the integral of the weights over it. By Green's theorem it is taken along the edges
at which weights change, as far as they lie within the base, and along the base's own outline, times
the weight there. Neither shared shapes nor pieces of edges are made: an edge that ends in a base
adds all that it bounds, and each crossing of an outline puts right what its edge and the outline
bound from there on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from herbgis.geo.geodesy import Flags, Floats, Ints, areas_m2
from herbgis.geo.land import land
from herbgis.geo.systems import Geometries
from herbgis.measuring.crossings import Crossings, Walks, segments_m2
from herbgis.measuring.layer_edges import Boxed, Edges, counterparts, expanded, reach

#: Bases are moved by so little, a tenth of a micrometre, that none of their vertices stays on an
#: edge of a layer, nor an edge on an edge: outlines are often drawn along those of a land survey.
_ASIDE_DEG = np.array([1.0e-12, 0.7e-12])
#: More than what that adds, and less than any outline tells.
_NOTHING_M2 = 1e-3
#: Pairs of a shape and a base whose edges stay in the processor's cache.
_PAIRS_AT_ONCE = 12_000
#: Edges of a layer that are looked for together.
_RUN = 16
#: DE-9IM: neighbours that only touch share no inside (OGC 06-103r4).
_INSIDES_MEET = "T********"
#: A base all of whose places lie in equally many shapes has them once, or at least twice.
_MORE_THAN_ONCE = 1.5


@dataclass(frozen=True, eq=False)
class LayerSums:
    """What bases have of a layer.

    Attributes
    ----------
    m2 : array of float, shape (bases, k)
        Square metres times each weight; where shapes lie on each other, all of them count.
    twice : array of bool, shape (bases,)
        Where shapes may lie on each other.
    base, shape : array of int, shape (pairs,)
        Positions of bases and shapes whose boxes meet.
    """

    m2: Floats
    twice: Flags
    base: Ints
    shape: Ints


def sums_within(bases: Geometries, shapes: Geometries, kind: Ints, weights: Floats) -> LayerSums:
    """What shapes weigh within bases.

    Parameters
    ----------
    bases : array of valid polygons, shape (n,)
        Longitude and latitude on CGCS2000; None is allowed.
    shapes : array of geometries, shape (m,)
        Of these, broken or not, the land counts that they enclose.
    kind : array of int, shape (m,)
        The kind of each shape.
    weights : array of float, shape (kinds, k)
        What each square metre of a kind weighs.
    """
    moved = shapely.orient_polygons(shapely.transform(bases, lambda lonlat: lonlat + _ASIDE_DEG))
    shape, base = shapely.STRtree(moved).query(shapes)
    weights = np.pad(weights, ((0, 1), (1, 0)), constant_values=1.0)
    weights[-1] = 0.0
    m2 = np.zeros((len(bases), weights.shape[1]))
    twice = np.zeros(len(bases), dtype=bool)
    for here in _few(moved, base):
        some, row = np.unique(base[here], return_inverse=True)
        near, place = np.unique(shape[here], return_inverse=True)
        kinds, own = np.unique(kind[near], return_inverse=True)
        layer = _Layer.of(land(shapes[near]), own, weights[[*kinds, -1]])
        m2[some], twice[some] = _sums(moved[some], layer, row, place)
    return LayerSums(m2[:, 1:], twice, base, shape)


def _few(bases: Geometries, base: Ints) -> Iterator[Ints]:
    """Positions of the pairs that bases are in, by bases from west to east."""
    if not len(base):
        return
    order = np.argsort(shapely.bounds(bases)[:, 0], kind="stable")
    rank = np.empty(len(bases), dtype=np.intp)
    rank[order] = np.cumsum(np.bincount(base, minlength=len(bases))[order]) // _PAIRS_AT_ONCE
    part = rank[base]
    order = np.argsort(part, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(part[order])) + 1)


@dataclass(frozen=True, eq=False)
class _Layer:
    """Shapes of a layer, and the edges at which weights change.

    Attributes
    ----------
    shapes : array of polygons, shape (m,)
    kind : array of int, shape (m,)
    weights : array of float, shape (kinds + 1, 1 + k)
        1 first; the last kind is that of land outside all shapes, and weighs nothing.
    edges : Boxed
    left, right : array of int, shape (edges,)
        The kinds to either side.
    """

    shapes: Geometries
    kind: Ints
    weights: Floats
    edges: Boxed
    left: Ints
    right: Ints

    @classmethod
    def of(cls, shapes: Geometries, kind: Ints, weights: Floats) -> _Layer:
        edges = Edges.of(shapes)
        beyond = counterparts(edges)
        owner = edges.owner[edges.ring]
        left = kind[owner]
        right = np.where(beyond < 0, len(weights) - 1, left[beyond])
        once = beyond < np.arange(len(beyond))
        kept = np.flatnonzero(once & (left != right))
        return cls(
            shapes,
            kind,
            weights,
            Boxed.of(edges.ends(kept), owner[kept], run=_RUN),
            left[kept],
            right[kept],
        )


@dataclass(frozen=True, eq=False)
class _Total:
    """Sums by base, and which bases have edges of shapes that no other shape shares.

    Attributes
    ----------
    layer : _Layer
    m2 : array of float, shape (bases, 1 + k)
    alone : array of bool, shape (bases,)
    """

    layer: _Layer
    m2: Floats
    alone: Flags

    def add(self, base: Ints, m2: Floats, kind: Ints) -> None:
        kinds = len(self.layer.weights)
        by_kind = np.bincount(base * kinds + kind, m2, minlength=len(self.m2) * kinds)
        self.m2[:] += by_kind.reshape(-1, kinds) @ self.layer.weights

    def add_across(self, base: Ints, m2: Floats, edge: Ints) -> None:
        """Add to the kinds to the left of edges what is taken from those to the right."""
        left, right = self.layer.left[edge], self.layer.right[edge]
        self.add(base, m2, left)
        self.add(base, -m2, right)
        self.alone[base[right == len(self.layer.weights) - 1]] = True


def _sums(bases: Geometries, layer: _Layer, row: Ints, place: Ints) -> tuple[Floats, Flags]:
    """Sums of some bases, and where shapes may lie on each other.

    Parameters
    ----------
    row, place : array of int, shape (pairs,)
        Positions of bases and of shapes whose boxes meet.
    """
    shapely.prepare(bases)
    count = len(bases)
    total = _Total(layer, np.zeros((count, layer.weights.shape[1])), np.zeros(count, dtype=bool))
    boxes = np.array(shapely.bounds(bases).T, order="C")
    _add_ending(total, bases, boxes)
    outline = Edges.of(bases)
    crossings = Crossings.of(layer.edges, outline)
    around = _add_crossings(total, outline, crossings, boxes[0])
    _add_starts(total, outline, around, row, place)
    _cut(total, np.unique(outline.owner[outline.ring[crossings.unsure]]), bases, row, place)
    total.m2[np.abs(total.m2) < _NOTHING_M2] = 0.0
    return total.m2, _twice(total, bases, row, place)


def _add_ending(total: _Total, bases: Geometries, boxes: Floats) -> None:
    """Add what is bounded by edges that end within bases."""
    edges = total.layer.edges
    run, base = shapely.STRtree(bases).query(edges.lines)
    edge, pair = edges.members(run)
    base = base[pair]
    kept = reach(edges.boxes, edge, boxes, base)
    edge, base = edge[kept], base[kept]
    inside = shapely.contains_xy(bases[base], *edges.ends[2:, edge])
    edge, base = edge[inside], base[inside]
    total.add_across(base, segments_m2(edges.ends[:, edge], boxes[0, base]), edge)


def _add_crossings(total: _Total, outline: Edges, crossings: Crossings, west: Floats) -> Floats:
    """Add what crossings change, and give what each ring of the outlines encloses."""
    ring = outline.ring[crossings.outline]
    base = outline.owner[ring]
    lon = west[base]
    edges = total.layer.edges.ends[:, crossings.edge]
    walk = crossings.edge * len(west) + base
    walked = Walks.of(walk, crossings.edge_along, edges, crossings.point, lon)
    ends = outline.ends(crossings.outline)
    passed = Walks.of(crossings.outline, crossings.outline_along, ends, crossings.point, lon)
    m2 = segments_m2(outline.ends(), west[outline.owner[outline.ring]])
    m2 += np.bincount(crossings.outline, passed.more, minlength=len(m2))
    around = np.bincount(outline.ring, m2, minlength=len(outline.owner)).astype(np.float64)
    before = np.cumsum(m2) - m2 - (np.cumsum(around) - around)[outline.ring]
    # An outline goes into the shape to the left of an edge where that edge leaves the base.
    onward = around[ring] - before[crossings.outline] - passed.until
    changed = walked.until + onward
    changed = np.where(crossings.leaves, changed, walked.more - changed)
    total.add_across(base, changed, crossings.edge)
    return around


def _add_starts(total: _Total, outline: Edges, around: Floats, row: Ints, place: Ints) -> None:
    """Add what rings enclose to the shapes in which they start."""
    layer = total.layer
    start = outline.start[np.flatnonzero(np.diff(outline.ring, prepend=-1))]
    order = np.argsort(row, kind="stable")
    first = np.searchsorted(row[order], outline.owner)
    counts = np.searchsorted(row[order], outline.owner, side="right") - first
    pair, ring = expanded(first, counts)
    shape, point = place[order[pair]], np.tile(outline.lonlat[:, start], (2, 1))
    kept = reach(np.array(shapely.bounds(layer.shapes).T, order="C"), shape, point, ring)
    shape, ring = shape[kept], ring[kept]
    shapely.prepare(layer.shapes[np.unique(shape)])
    inside = shapely.contains_xy(layer.shapes[shape], *point[:2, ring])
    shape, ring = shape[inside], ring[inside]
    total.add(outline.owner[ring], around[ring], layer.kind[shape])


def _cut(total: _Total, unsure: Ints, bases: Geometries, row: Ints, place: Ints) -> None:
    """Sums of bases of which it is not sure where edges cross them, by GEOS."""
    asked = np.flatnonzero(np.isin(row, unsure))
    base, shape = row[asked], place[asked]
    total.m2[unsure] = 0.0
    total.alone[unsure] = True
    m2 = areas_m2(shapely.intersection(bases[base], total.layer.shapes[shape]))
    total.add(base, m2, total.layer.kind[shape])


def _twice(total: _Total, bases: Geometries, row: Ints, place: Ints) -> Flags:
    """Bases that have two shapes which lie on each other.

    Where each edge within a base is walked once this way and once the other, as neighbours of a
    land survey do, every place of the base lies in equally many shapes: how many, their areas tell.
    """
    doubtful = total.alone | (total.m2[:, 0] > areas_m2(bases) * _MORE_THAN_ONCE)
    asked = (doubtful & (np.bincount(row, minlength=len(bases)) > 1))[row]
    shapes, some = total.layer.shapes, np.unique(place[asked])
    left, right = shapely.STRtree(shapes[some]).query(shapes[some])
    once = left < right
    left, right = some[left[once]], some[right[once]]
    meet = shapely.relate_pattern(shapes[left], shapes[right], _INSIDES_MEET)
    involved = np.zeros(len(shapes), dtype=bool)
    involved[left[meet]] = involved[right[meet]] = True
    return np.asarray(np.bincount(row[asked & involved[place]], minlength=len(bases)) > 1)
