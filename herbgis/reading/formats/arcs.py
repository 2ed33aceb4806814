"""Circular arcs as points, near enough that an area is right to a hundredth of a 亩."""

from __future__ import annotations

import numpy as np

from herbgis.geo.geodesy import Floats

#: Largest distance between an arc and its chords, in metres; and their largest turn, which keeps
#: an area within 4e-6 of the arc's (a turn t loses t²/6) and serves coordinates in degrees too.
_SAGITTA_M = 0.001
_TURN = np.radians(0.25)
_MOST_CHORDS = 8192


def points_of_bulge(start: Floats, end: Floats, bulge: float) -> Floats:
    """Points between the ends of an arc whose bulge is known, without the ends, shape (n, 2).

    A bulge is the tangent of a quarter of the arc's angle, positive to the left (Autodesk DXF
    Reference, LWPOLYLINE, group code 42).
    """
    chord = end - start
    length = float(np.hypot(*chord))
    if not bulge or not length:
        return np.empty((0, 2))
    radius = length * (1 + bulge**2) / (4 * abs(bulge))
    left = np.array([-chord[1], chord[0]])
    centre = start + chord / 2 + left * (1 - bulge**2) / (4 * bulge)
    return _between(start, centre, radius, 4 * np.arctan(bulge))


def points_through(start: Floats, middle: Floats, end: Floats) -> Floats:
    """Points between the ends of the arc through three points, without the ends, shape (n, 2).

    Where start and end are one, the circle whose diameter leads to the middle; three points of a
    line are that line (SQL/MM Part 3, ST_CircularString).
    """
    if np.array_equal(start, end):
        return _between(
            start, (start + middle) / 2, float(np.hypot(*(middle - start))) / 2, 2 * np.pi
        )
    (ax, ay), (bx, by) = middle - start, end - start
    turn = ax * by - ay * bx
    if abs(turn) <= 1e-12 * (abs(ax * by) + abs(ay * bx)):
        return middle[None, :]
    a2, b2 = ax**2 + ay**2, bx**2 + by**2
    centre = start + np.array([by * a2 - ay * b2, ax * b2 - bx * a2]) / (2 * turn)
    first, last = (complex(*(point - centre)) for point in (start, end))
    angle = float(np.angle(last / first)) % (2 * np.pi)
    # Three points that turn left are passed on the left-hand way round.
    angle = angle if turn > 0 else angle - 2 * np.pi
    return _between(start, centre, abs(first), angle)


def _between(start: Floats, centre: Floats, radius: float, angle: float) -> Floats:
    """Points of an arc from its start on, in equal steps, without its ends."""
    turn = (
        min(_TURN, 2 * np.arccos(max(1 - _SAGITTA_M / radius, -1.0)) or _TURN) if radius else _TURN
    )
    chords = int(min(np.ceil(abs(angle) / turn), _MOST_CHORDS))
    turns = angle * np.arange(1, chords) / chords
    from_centre = complex(*(start - centre)) * np.exp(1j * turns)
    return np.column_stack([from_centre.real, from_centre.imag]) + centre
