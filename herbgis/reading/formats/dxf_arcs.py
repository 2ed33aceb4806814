"""Polylines with arcs, as DXF bulges tell them, as points."""

from __future__ import annotations

import numpy as np

from herbgis.geo.geodesy import Floats
from herbgis.reading.formats.arcs import points_of_bulge


def linearised(corners: Floats) -> Floats:
    """Points of a closed line whose arcs are chords; corners with their bulge, shape (n, 3)."""
    if not corners[:, 2].any():
        return corners[:, :2]
    following = np.roll(corners[:, :2], -1, axis=0)
    pieces: list[Floats] = []
    for (x, y, bulge), end in zip(corners, following, strict=True):
        start = np.array([x, y])
        pieces += [start[None, :], points_of_bulge(start, end, float(bulge))]
    return np.vstack(pieces)
