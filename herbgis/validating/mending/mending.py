"""What of a polygon can be mended without a decision. One step a kind of defect."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from herbgis.geo.geodesy import Floats, local_metres
from herbgis.geo.land import land, polygons_in, with_blanks
from herbgis.validating.rules.outline import STRAIGHT_M, find_spikes
from herbgis.validating.rules.rings import touches_only

Tolerances = Mapping[str, float]

#: A ring gone around from a needle's tip to it again has so many corners, or is the needle alone.
_LEAST_CORNERS = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was mended.

    Attributes
    ----------
    code : str
        The finding that it answers; empty where none speaks of it.
    words : str
        What was done, in Chinese.
    shape : geometry
        The polygon after it.
    """

    code: str
    words: str
    shape: shapely.Geometry


def mend(shape: shapely.Geometry, tolerances: Tolerances) -> Iterator[Step]:
    """Mend a record's geometry step by step; nothing comes where nothing is to be done.

    Parameters
    ----------
    shape : geometry
        Longitude and latitude on CGCS2000.
    tolerances : mapping
        The policy's: ``closing_m``, ``repeated_vertex_m``, ``spike_*``.
    """
    for code, words, step in _STEPS:
        mended = step(shape, tolerances)
        if mended is not None:
            shape = mended
            yield Step(code, words, shape)


def _close(shape: shapely.Geometry, tolerances: Tolerances) -> shapely.Geometry | None:
    """Lines that end where they began, or so near that the end was meant to be the beginning."""
    lines = shapely.get_parts(shape)
    if not len(lines) or not set(shapely.get_type_id(lines).tolist()) <= {1, 2}:
        return None
    rings = []
    for line in lines:
        lonlat = shapely.get_coordinates(line)
        if len(lonlat) < 4 or _metres_apart(lonlat[0], lonlat[-1]) > tolerances["closing_m"]:
            return None
        if len({tuple(corner) for corner in lonlat[:-1].tolist()}) < 3:
            return None
        rings.append(shapely.Polygon(np.vstack([lonlat[:-1], lonlat[:1]])))
    closed = rings[0] if len(rings) == 1 else shapely.MultiPolygon(rings)
    return closed if shapely.is_valid(closed) else None


def _metres_apart(one: Floats, other: Floats) -> float:
    plane = local_metres(np.stack([one, other]), np.array([one[1], one[1]]))
    return float(np.hypot(*(plane[1] - plane[0])))


def _drop_blanks(shape: shapely.Geometry, _: Tolerances) -> shapely.Geometry | None:
    """Parts and holes that have no points."""
    if not _is_polygonal(shape) or not len(with_blanks(np.array([shape]))):
        return None
    parts = [
        shapely.Polygon(shell, [hole for hole in holes if not shapely.is_empty(hole)])
        for shell, *holes in map(shapely.get_rings, polygons_in(shape))
    ]
    return parts[0] if shapely.get_type_id(shape) == 3 else shapely.MultiPolygon(parts)


def _drop_repeated(shape: shapely.Geometry, tolerances: Tolerances) -> shapely.Geometry | None:
    """Neighbouring vertices that are one point."""

    def drop(lonlat: Floats) -> Floats:
        step = np.diff(local_metres(lonlat, np.full(len(lonlat), lonlat[0, 1])), axis=0)
        new = np.r_[True, np.hypot(*step.T) >= tolerances["repeated_vertex_m"]]
        kept = lonlat[new]
        if not new[-1]:  # the closing point stays what the first is
            kept[-1] = lonlat[0]
        return kept

    return _with_rings(shape, drop)


def _part_touching(shape: shapely.Geometry, _: Tolerances) -> shapely.Geometry | None:
    """Rings that touch themselves, without crossing, as the parts and holes that they are."""
    if not _is_polygonal(shape) or shapely.is_valid(shape) or not touches_only(shape):
        return None
    parted: shapely.Geometry = land(np.array([shape]))[0]
    return parted


def _cut_spikes(shape: shapely.Geometry, tolerances: Tolerances) -> shapely.Geometry | None:
    """Needles whose land is below the tolerance, cut off where their shorter side begins."""
    if not _is_polygonal(shape):
        return None
    found = find_spikes(
        np.array([shape], dtype=object),
        angle_deg=tolerances["spike_angle_deg"],
        length_m=tolerances["spike_length_m"],
    )
    small = found.mu <= tolerances["spike_mended_mu"]
    if not small.any():
        return None
    tips = found.tip[small]

    def cut(lonlat: Floats) -> Floats:
        for tip in tips:
            lonlat = _without_needle(lonlat, tip)
        return lonlat

    mended = _with_rings(shape, cut)
    return mended if mended is not None and shapely.is_valid(mended) else None


def _without_needle(lonlat: Floats, tip: Floats) -> Floats:
    """A ring without the needle at a tip; the ring as it is where the tip is not on it."""
    if len(lonlat) < _LEAST_CORNERS:
        return lonlat
    middle = np.full(len(lonlat), lonlat[0, 1])
    plane = local_metres(lonlat, middle)[:-1]
    point = local_metres(tip[None, :], middle[:1])[0]
    start = int(np.argmin(np.hypot(*(plane - point).T)))
    if np.hypot(*(plane[start] - point)) > STRAIGHT_M:
        return lonlat
    # From the tip around to the tip again; the ends of the needle's sides are corners of it.
    around = np.r_[plane[start:], plane[: start + 1]]
    corners = shapely.get_coordinates(shapely.simplify(shapely.LineString(around), STRAIGHT_M))
    ahead, back = corners[1], corners[-2]
    length = min(np.hypot(*(ahead - plane[start])), np.hypot(*(back - plane[start])))
    if len(corners) < _LEAST_CORNERS or length == 0:
        return lonlat
    first = _along(plane[start], ahead, length)
    last = _along(plane[start], back, length)
    near = np.hypot(*(around - plane[start]).T) < length * (1 - 1e-9)
    inside = np.flatnonzero(~near)
    kept = around[inside[0] : inside[-1] + 1]
    ring = np.vstack([first, kept, last, first]) / local_metres(np.ones((1, 2)), middle[:1])
    return _distinct(ring)


def _along(start: Floats, end: Floats, length: float) -> Floats:
    return np.asarray(start + (end - start) * min(length / float(np.hypot(*(end - start))), 1.0))


def _distinct(ring: Floats) -> Floats:
    """A ring without neighbours that are one to 1e-10 degree, closed exactly."""
    apart = np.r_[True, (np.abs(np.diff(ring, axis=0)) > 1e-10).any(axis=1)]
    kept = ring[apart]
    if (np.abs(kept[-1] - kept[0]) <= 1e-10).all():
        kept = kept[:-1]
    return np.vstack([kept, kept[:1]])


def _orient(shape: shapely.Geometry, _: Tolerances) -> shapely.Geometry | None:
    """Shells counter-clockwise and holes clockwise (OGC 06-103r4), where each is what it says."""
    if not _is_polygonal(shape) or (_has_holes(shape) and not shapely.is_valid(shape)):
        return None
    turned = shapely.orient_polygons(shape)
    return None if shapely.equals_exact(turned, shape) else turned


def _is_polygonal(shape: shapely.Geometry) -> bool:
    return shapely.get_type_id(shape) in {3, 6} and not shapely.is_empty(shape)


def _has_holes(shape: shapely.Geometry) -> bool:
    return bool(shapely.get_num_interior_rings(shapely.get_parts(shape)).any())


def _with_rings(
    shape: shapely.Geometry, change: Callable[[Floats], Floats]
) -> shapely.Geometry | None:
    """A polygon with its rings changed; None where none was, or where too little would be left."""
    if not _is_polygonal(shape):
        return None
    parts, changed = [], False
    for part in shapely.get_parts(shape):
        rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(part)]
        new = [change(ring.copy()) for ring in rings]
        if any(len(ring) < 4 for ring in new):
            return None
        changed |= any(not np.array_equal(a, b) for a, b in zip(rings, new, strict=True))
        parts.append(shapely.Polygon(new[0], new[1:]))
    if not changed:
        return None
    return parts[0] if shapely.get_type_id(shape) == 3 else shapely.MultiPolygon(parts)


#: In this order: a ring must be closed before it is mended, and is turned last.
_STEPS: tuple[
    tuple[str, str, Callable[[shapely.Geometry, Tolerances], shapely.Geometry | None]], ...
] = (
    ("HG104", "闭合的线改为面", _close),
    ("HG103", "去掉没有坐标的部分和洞", _drop_blanks),
    ("HG105", "去掉重复点", _drop_repeated),
    ("HG102", "自相接触处分成几个面", _part_touching),
    ("HG106", "去掉尖刺", _cut_spikes),
    ("", "统一环的方向", _orient),
)
