"""Polylines with arcs, as DXF bulges tell them, as points."""

from __future__ import annotations

import numpy as np

from herbgis.geo.geodesy import Floats

#: Largest distance between an arc and its chords, in metres; and their largest turn, which keeps
#: the area within 6e-5 of the arc's and serves drawings in degrees too.
_SAGITTA_M = 0.01
_TURN = np.radians(1)
_MOST_CHORDS = 4096


def linearised(corners: Floats) -> Floats:
    """Points of a closed line whose arcs are chords.

    A bulge is the tangent of a quarter of the arc's angle, positive to the left (Autodesk DXF
    Reference, LWPOLYLINE, group code 42).
    """
    if not corners[:, 2].any():
        return corners[:, :2]
    following = np.roll(corners[:, :2], -1, axis=0)
    pieces: list[Floats] = []
    for (x, y, bulge), end in zip(corners, following, strict=True):
        start = np.array([x, y])
        pieces.append(start[None, :])
        chord = end - start
        length = float(np.hypot(*chord))
        if bulge and length:
            pieces.append(_arc(start, chord, length, float(bulge)))
    return np.vstack(pieces)


def _arc(start: Floats, chord: Floats, length: float, bulge: float) -> Floats:
    """Points between the ends of an arc."""
    angle = 4 * np.arctan(bulge)
    radius = length * (1 + bulge**2) / (4 * abs(bulge))
    turn = min(_TURN, 2 * np.arccos(max(1 - _SAGITTA_M / radius, -1.0)) or _TURN)
    chords = int(min(np.ceil(abs(angle) / turn), _MOST_CHORDS))
    left = np.array([-chord[1], chord[0]])
    centre = start + chord / 2 + left * (1 - bulge**2) / (4 * bulge)
    turns = angle * np.arange(1, chords) / chords
    from_centre = complex(*(start - centre)) * np.exp(1j * turns)
    return np.column_stack([from_centre.real, from_centre.imag]) + centre
