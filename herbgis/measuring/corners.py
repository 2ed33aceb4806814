"""Corners of outlines: vertices that carry a shape, without those that a track strews between."""

from __future__ import annotations

import numpy as np
import shapely

from herbgis.geo.flat_rings import FlatRings, Singles
from herbgis.geo.geodesy import Flags, Ints


def corners_of(flat: FlatRings, tolerance_m: float) -> Flags:
    """Vertices that are not on the line between their neighbours; the closing ones are none.

    A single vertex on that line is dropped; of several in a row, Douglas and Peucker decide,
    between the corners on either side, so that a smooth curve stays one.
    """
    behind_x, behind_y, ahead_x, ahead_y = flat.steps()
    starts, closing = flat.starts, flat.closing()
    chord_x, chord_y = ahead_x + behind_x, ahead_y + behind_y
    across = behind_x * ahead_y - behind_y * ahead_x
    chord2 = chord_x * chord_x + chord_y * chord_y
    straight = across * across <= np.float32(tolerance_m**2) * chord2
    straight &= behind_x * ahead_x + behind_y * ahead_y >= 0
    straight[closing] = straight[starts[:-1]]
    kept = ~straight
    kept[closing] = False
    # Rings on which two neighbouring vertices both seem to be on the line. The closing vertex was
    # given its ring's first answer above, so that the last and the first vertex are seen to be
    # neighbours; a closing vertex and the first of the next ring are none.
    both = np.flatnonzero(straight[:-1] & straight[1:])
    ring = np.searchsorted(starts, both, side="right") - 1
    rings = np.unique(ring[both + 1 < starts[ring + 1]])
    if len(rings):
        begin, size = starts[rings], starts[rings + 1] - 1 - starts[rings]
        kept[_thinned(flat.x, flat.y, kept, begin, size, tolerance_m)] = True
    return kept


def _thinned(
    x: Singles, y: Singles, corner: Flags, begin: Ints, size: Ints, tolerance_m: float
) -> Ints:
    """Vertices that simplified lines between the corners of open rings keep, the corners too."""
    first = np.array(
        [
            b + _where_to_start(x[b : b + n], y[b : b + n], corner[b : b + n])
            for b, n in zip(begin, size, strict=True)
        ]
    )
    ring = np.repeat(np.arange(len(begin)), size + 1)
    around = begin[ring] + (_ranges(first - begin, size + 1)) % size[ring]
    at_corner = corner[around]
    at_corner[np.r_[0, np.cumsum(size + 1)[:-1]]] = True
    at_corner[np.cumsum(size + 1) - 1] = True
    breaks = np.flatnonzero(at_corner)
    between = (np.diff(breaks) > 1) & (ring[breaks[:-1]] == ring[breaks[1:]])
    if not between.any():
        return first
    vertices = (np.diff(breaks) + 1)[between]
    vertex = around[_ranges(breaks[:-1][between], vertices)]
    lines = shapely.linestrings(
        np.column_stack([x[vertex], y[vertex], vertex]),
        indices=np.repeat(np.arange(len(vertices)), vertices),
    )
    left = shapely.get_coordinates(shapely.simplify(lines, tolerance_m), include_z=True)[:, 2]
    return np.asarray(left, dtype=np.int64)


def _where_to_start(x: Singles, y: Singles, corner: Flags) -> int:
    """A corner of an open ring; where there is none, the vertex farthest out.

    So the result does not hang on where the ring begins.
    """
    first = int(corner.argmax())
    return first if corner[first] else int(np.hypot(x - x.mean(), y - y.mean()).argmax())


def _ranges(begin: Ints, size: Ints) -> Ints:
    """The whole numbers from each begin on, so many of each, one behind the other."""
    ends = np.cumsum(size)
    return np.asarray(np.arange(ends[-1]) + np.repeat(begin - ends + size, size))
