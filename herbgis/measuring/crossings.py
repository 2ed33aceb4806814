"""Where edges of a layer cross the outlines of bases, for all of them at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from herbgis.geo.geodesy import Flags, Floats, Ints, edge_areas_m2
from herbgis.measuring.layer_edges import Boxed, Edges, reach

#: Which side of an edge a point lies on is sure from this share of the products that tell it; the
#: bound of Shewchuk (1997), Adaptive precision floating-point arithmetic, is 3.4e-16.
_SURE = 1e-14
#: Edges of an outline that are looked for together: few, so that their box is small.
_RUN = 8


@dataclass(frozen=True, eq=False)
class Crossings:
    """Where edges of a layer cross edges of outlines.

    Attributes
    ----------
    edge, outline : array of int, shape (c,)
        The edges.
    edge_along, outline_along : array of float, shape (c,)
        How far along each of the two, from 0 to 1.
    leaves : array of bool, shape (c,)
        Whether the layer's edge leaves the base there; otherwise it enters it.
    point : array of float, shape (2, c)
        Longitude and latitude.
    unsure : array of int
        Edges of outlines of which it is not sure where they are crossed.
    """

    edge: Ints
    outline: Ints
    edge_along: Floats
    outline_along: Floats
    leaves: Flags
    point: Floats
    unsure: Ints

    @classmethod
    def of(cls, layer: Boxed, outline: Edges) -> Crossings:
        """All crossings; bases are to the left of the edges of outlines."""
        other = Boxed.of(outline.ends(), outline.ring, run=_RUN)
        edge, second = _near(layer, other)
        origin = np.tile(other.ends[:2, second], (2, 1))
        a, b = layer.ends[:, edge] - origin, other.ends[:, second] - origin
        sides = [_side(b, a[:2]), _side(b, a[2:]), _side(a, b[:2]), _side(a, b[2:])]
        unsure = ~np.all([sure for _, sure in sides], axis=0)
        (start, end, start_b, end_b) = (side for side, _ in sides)
        cross = ((start > 0) != (end > 0)) & ((start_b > 0) != (end_b > 0))
        cross = np.flatnonzero(cross & ~unsure)
        start, end, start_b, end_b = start[cross], end[cross], start_b[cross], end_b[cross]
        along = start / (start - end)
        return cls(
            edge[cross],
            second[cross],
            along,
            start_b / (start_b - end_b),
            start > 0,
            a[:2, cross] + along * (a[2:, cross] - a[:2, cross]) + origin[:2, cross],
            second[unsure],
        )


def _near(layer: Boxed, outline: Boxed) -> tuple[Ints, Ints]:
    """Pairs of edges whose boxes meet."""
    run, other = shapely.STRtree(outline.lines).query(layer.lines)
    edge, pair = layer.members(run)
    other = other[pair]
    kept = reach(layer.boxes, edge, outline.run_boxes, other)
    edge, other = edge[kept], other[kept]
    second, pair = outline.members(other)
    edge = edge[pair]
    kept = reach(layer.boxes, edge, outline.boxes, second)
    return edge[kept], second[kept]


def _side(edge: Floats, point: Floats) -> tuple[Floats, Flags]:
    """On which side of an edge a point lies (left is positive), and whether that is sure."""
    x1, y1, x2, y2 = edge
    forth, back = (x2 - x1) * (point[1] - y1), (y2 - y1) * (point[0] - x1)
    return forth - back, np.abs(forth - back) > _SURE * (np.abs(forth) + np.abs(back))


@dataclass(frozen=True, eq=False)
class Walks:
    """Edges walked from crossing to crossing, and the m² that their stretches bound.

    A geodesic through two points of an edge is another than the edge: what is bounded by an edge
    that is crossed is the sum over its stretches, as it is where GEOS cuts shapes.

    Attributes
    ----------
    until : array of float, shape (c,)
        From the start of an edge to each crossing.
    more : array of float, shape (c,)
        By how much all stretches of an edge are more than the edge; 0 but at its last crossing.
    """

    until: Floats
    more: Floats

    @classmethod
    def of(cls, walk: Ints, along: Floats, ends: Floats, point: Floats, lon: Floats) -> Walks:
        """Of walks that go along edges with some ends, over points that lie along them.

        Parameters
        ----------
        walk : array of int, shape (c,)
            The same for crossings of the same edge.
        along, lon : array of float, shape (c,)
            The latter is the longitude that areas are measured from.
        ends, point : array of float, shapes (4, c) and (2, c)
        """
        order = np.lexsort((along, walk))
        walk, ends, point, lon = walk[order], ends[:, order], point[:, order], lon[order]
        new = np.r_[True, walk[1:] != walk[:-1]][: len(walk)]
        start = np.where(new, ends[:2], np.roll(point, 1, axis=1))
        steps = segments_m2(np.concatenate([start, point]), lon)
        added = np.cumsum(steps)
        first = np.flatnonzero(new)
        until = added - (added - steps)[first][np.cumsum(new) - 1]
        last = np.flatnonzero(np.r_[new[1:], True][: len(new)])
        rest = segments_m2(np.concatenate([point[:, last], ends[2:, last]]), lon[last])
        told = cls(np.empty_like(until), np.zeros_like(until))
        told.until[order] = until
        told.more[order[last]] = until[last] + rest - segments_m2(ends[:, last], lon[last])
        return told


def segments_m2(ends: Floats, lon: Floats) -> Floats:
    """m² between geodesics and a meridian.

    Parameters
    ----------
    ends : array of float, shape (4, k)
        Longitude and latitude of the first and of the second end, in degrees.
    lon : array of float, shape (k,)
        The meridian's longitude.
    """
    lon1, lat1, lon2, lat2 = ends
    return edge_areas_m2(
        np.radians(lon1 - lon), np.radians(lat1), np.radians(lon2 - lon), np.radians(lat2)
    )
