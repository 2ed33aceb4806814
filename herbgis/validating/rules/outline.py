"""HG105–HG108: vertices and parts that no survey means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from herbgis.foundation.units import MU_M2, to_mu
from herbgis.geo.flat_rings import FlatRings, rings_of
from herbgis.geo.geodesy import MOST_METRES_A_DEGREE, Flags, Floats, Ints, areas_m2, local_metres
from herbgis.geo.systems import Geometries
from herbgis.terms.issues import Issue
from herbgis.validating.rules.context import Context, point_in

#: Vertices this near to a straight line do not blunt a needle.
STRAIGHT_M = 0.3
#: An edge of this length lies within `STRAIGHT_M` of a needle's side, and so turns off it by no
#: more than arcsin(1/3), less than 20°.
_SHORT_M = 3 * STRAIGHT_M
#: Where both edges at a tip turn off their sides by that much, a needle of no more than this still
#: turns back there: 50° + 2 × 20° = 90°.
_BLUNT_DEG = 50.0
#: Records whose vertices are looked at in one go; more would leave the processor's cache.
_RECORDS_AT_ONCE = 4096
#: One metre eastward is no more degrees of longitude than this up to 57°N, north of all China.
_MOST_DEGREES_A_METRE = 1 / 60_000


@dataclass(frozen=True)
class Spikes:
    """Needles found on rings, a row each, in order of the geometries.

    Attributes
    ----------
    owner : array of int
        Position of the geometry.
    tip : array of float, shape (n, 2)
        Longitude and latitude.
    length_m, angle_deg, mu : array of float
        The shorter side, the angle at the tip, and the 亩 between the sides up to that length.
    """

    owner: np.ndarray
    tip: Floats
    length_m: Floats
    angle_deg: Floats
    mu: Floats


#: Points of a ring on one line, the first among them twice.
_THERE_AND_BACK = 3


def repeated_vertices(context: Context) -> Iterator[Issue]:
    """HG105: neighbouring vertices of a ring that are one point."""
    allowed = context.policy.tolerances["repeated_vertex_m"]
    for some in _a_few_at_once(context.geometry):
        rings, record = rings_of(context.geometry[some])
        lonlat, ring = shapely.get_coordinates(rings, return_index=True)
        # No metre is more degrees than one eastward in the north of China.
        step = np.abs(np.diff(lonlat, axis=0)) < allowed * _MOST_DEGREES_A_METRE
        near = np.flatnonzero(step[:, 0] & step[:, 1] & (ring[1:] == ring[:-1]))
        lat = lonlat[near, 1]
        apart = local_metres(lonlat[near + 1], lat) - local_metres(lonlat[near], lat)
        again = near[np.hypot(*apart.T) < allowed]
        of_record = record[ring[again]]
        for number, first, count in zip(
            *np.unique(of_record, return_index=True, return_counts=True), strict=True
        ):
            lon, lat = lonlat[again[first]].round(6)
            yield Issue(
                "HG105",
                context.place(some.start + int(number)),
                {"count": int(count)},
                point=(float(lon), float(lat)),
            )


def _a_few_at_once(geometries: Geometries) -> Iterator[slice]:
    """Slices of an array whose vertices fit in memory beside it, and mostly in the cache."""
    for start in range(0, len(geometries), _RECORDS_AT_ONCE):
        yield slice(start, start + _RECORDS_AT_ONCE)


def spike(context: Context) -> Iterator[Issue]:
    """HG106: a needle that adds or hides boundary."""
    limits = context.policy.tolerances
    angle, length = limits["spike_angle_deg"], limits["spike_length_m"]
    suspects = np.flatnonzero(_may_have_needles(context.geometry, angle))
    spikes = find_spikes(context.geometry[suspects], angle_deg=angle, length_m=length)
    for number, suspect in enumerate(spikes.owner):
        lon, lat = spikes.tip[number].round(6)
        yield Issue(
            "HG106",
            context.place(int(suspects[suspect])),
            {
                "length": f"{spikes.length_m[number]:.1f}",
                "angle": f"{spikes.angle_deg[number]:.1f}",
            },
            point=(float(lon), float(lat)),
            measured=round(float(spikes.angle_deg[number]), 2),
            allowed=angle,
            mu_at_stake=round(float(spikes.mu[number]), 2),
        )


def _may_have_needles(geometries: Geometries, angle_deg: float) -> Flags:
    """Which polygons have a vertex that may be the tip of a needle.

    A needle's sides pass within `STRAIGHT_M` of the vertices along them, so an edge of length s
    from the tip is off its side by no more than arcsin(STRAIGHT_M / s).
    """
    found = np.zeros(len(geometries), dtype=bool)
    for some in _a_few_at_once(geometries):
        rings, owner = rings_of(geometries[some])
        if not len(rings):
            continue
        flat = FlatRings.of(rings)
        before_x, before_y, after_x, after_y = flat.steps()
        back = -(before_x * after_x + before_y * after_y)
        before2, after2 = before_x**2 + before_y**2, after_x**2 + after_y**2
        may_be = (back > 0) | (np.minimum(before2, after2) < _SHORT_M**2)
        may_be[flat.closing()] = False
        near = np.flatnonzero(may_be if angle_deg <= _BLUNT_DEG else np.ones_like(may_be))
        cross = before_x[near] * after_y[near] - before_y[near] * after_x[near]
        angle = np.arctan2(np.abs(cross), back[near])
        for side2 in (before2[near], after2[near]):
            angle -= np.arcsin(STRAIGHT_M / np.maximum(np.sqrt(side2), STRAIGHT_M))
        tips = near[angle <= np.radians(angle_deg)]
        ring = np.searchsorted(flat.starts, tips, side="right") - 1
        found[some][owner[ring]] = True
    return found


def find_spikes(geometries: Geometries, *, angle_deg: float, length_m: float) -> Spikes:
    """Needles, outward or inward, on the rings of polygons in longitude and latitude.

    A needle is a vertex whose two sides, each at least `length_m` long, enclose no more than
    `angle_deg`; vertices along its sides or a blunt tip do not hide it.
    """
    rings, owner = rings_of(geometries)
    lonlat, ring = shapely.get_coordinates(rings, return_index=True)
    first = np.r_[0, np.flatnonzero(np.diff(ring)) + 1] if len(ring) else np.array([], dtype=int)
    middle = lonlat[first, 1]
    plane = shapely.linearrings(local_metres(lonlat, middle[ring]), indices=ring)
    plain = np.asarray(shapely.simplify(plane, STRAIGHT_M, preserve_topology=False))
    xy, of = shapely.get_coordinates(plain, return_index=True)
    before, after, here = _neighbours(of)
    back, ahead = xy[before] - xy[here], xy[after] - xy[here]
    sides = np.hypot(*back.T), np.hypot(*ahead.T)
    cross = back[:, 0] * ahead[:, 1] - back[:, 1] * ahead[:, 0]
    angle = np.degrees(np.abs(np.arctan2(cross, (back * ahead).sum(axis=1))))
    shorter = np.minimum(*sides)
    # A ring that goes there and back on one line is no land with a needle, and is told as such.
    is_ring = np.bincount(of, minlength=len(rings)) > _THERE_AND_BACK
    sharp = (angle <= angle_deg) & (shorter >= length_m) & is_ring[of[here]]
    tips = here[sharp]
    tip = xy[tips] / local_metres(np.ones((len(tips), 2)), middle[of[tips]])
    area = shorter[sharp] ** 2 * np.sin(np.radians(angle[sharp])) / 2
    whose = owner[of[tips]]
    found = whose, tip, shorter[sharp], angle[sharp], to_mu(area)
    in_order = np.argsort(whose, kind="stable")
    return Spikes(*(column[in_order] for column in found))


def _neighbours(ring: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each vertex of closed rings but the repeated last: the ones before, after, and itself."""
    count = np.bincount(ring) if len(ring) else np.array([], dtype=int)
    start = np.r_[0, np.cumsum(count)[:-1]].astype(int) if len(count) else count
    corners = np.repeat(count - 1, np.maximum(count - 1, 0))
    begin = np.repeat(start, np.maximum(count - 1, 0))
    here = np.flatnonzero(np.r_[ring[1:] == ring[:-1], False]) if len(ring) else count
    place = here - begin
    return begin + (place - 1) % corners, begin + (place + 1) % corners, here


def sliver(context: Context) -> Iterator[Issue]:
    """HG107: parts long and thin, once a record, with the largest of them."""
    limits = context.policy.tolerances
    parts, record, mu = _parts(context)
    # A degree is at most so many metres: what is not thin by that is not thin.
    thinnest = mu * MU_M2 / np.maximum(shapely.length(parts) * MOST_METRES_A_DEGREE / 2, 1e-9)
    suspects = np.flatnonzero(thinnest < limits["sliver_width_m"])
    width, ratio = _width_and_ratio(parts[suspects])
    thin = (width < limits["sliver_width_m"]) & (ratio > limits["sliver_ratio"])
    for number, members in _by_record(record, suspects[thin], mu):
        largest = members[0]
        widest = float(width[np.searchsorted(suspects, largest)])
        yield Issue(
            "HG107",
            context.place(number),
            {"count": len(members), "width": f"{widest:.1f}"},
            point=point_in(parts[largest]),
            measured=round(widest, 2),
            allowed=limits["sliver_width_m"],
            mu_at_stake=round(float(mu[members].sum()), 2),
        )


def tiny_part(context: Context) -> Iterator[Issue]:
    """HG108: parts far too small to be planted, once a record, with the largest of them."""
    allowed = context.policy.tolerances["tiny_part_mu"]
    parts, record, mu = _parts(context)
    for number, members in _by_record(record, np.flatnonzero(mu < allowed), mu):
        largest = float(mu[members[0]])
        yield Issue(
            "HG108",
            context.place(number),
            {"count": len(members), "mu": f"{largest:.3f}"},
            point=point_in(parts[members[0]]),
            measured=round(largest, 4),
            allowed=allowed,
            mu_at_stake=round(float(mu[members].sum()), 2),
        )


def _parts(context: Context) -> tuple[Geometries, Ints, Floats]:
    """Parts of valid records, the record of each, and its 亩.

    Parts of an invalid record are what its crossings make of it, and say nothing by themselves.
    """
    whole = context.sound & (shapely.get_type_id(context.land) == shapely.GeometryType.POLYGON)
    several = np.flatnonzero(context.sound & ~whole & ~shapely.is_missing(context.land))
    part, owner = shapely.get_parts(context.land[several], return_index=True)
    return (
        np.concatenate([context.land[whole], part]),
        np.concatenate([np.flatnonzero(whole), several[owner]]),
        np.concatenate([context.mu[whole], to_mu(areas_m2(part))]),
    )


def _by_record(record: Ints, chosen: Ints, mu: Floats) -> Iterator[tuple[int, Ints]]:
    """Chosen parts by their record, the largest first."""
    ordered = chosen[np.lexsort((-mu[chosen], record[chosen]))]
    for members in np.split(ordered, np.flatnonzero(np.diff(record[ordered])) + 1):
        if len(members):
            yield int(record[members[0]]), members


def _width_and_ratio(parts: Geometries) -> tuple[Floats, Floats]:
    """Mean width in metres of parts, and how many times longer than wide they are."""
    middle = shapely.get_y(shapely.centroid(parts))
    owner = shapely.get_coordinates(parts, return_index=True)[1]
    flat = shapely.transform(parts, lambda xy: local_metres(xy, middle[owner]))
    length = shapely.length(flat) / 2
    width = np.divide(areas_m2(parts), length, out=np.zeros(len(parts)), where=length > 0)
    ratio = np.divide(length, width, out=np.full(len(parts), np.inf), where=width > 0)
    return width, ratio
