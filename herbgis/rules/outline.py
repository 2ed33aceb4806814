"""HG105–HG108: vertices and parts that no survey means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from herbgis.geodesy import Floats, areas_m2, local_metres
from herbgis.issues import Issue
from herbgis.placing import Geometries
from herbgis.rules.context import Context, point_in
from herbgis.units import to_mu

#: Vertices this near to a straight line do not blunt a needle.
STRAIGHT_M = 0.3


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


def repeated_vertices(context: Context) -> Iterator[Issue]:
    """HG105: neighbouring vertices of a ring that are one point."""
    rings, record = shapely.get_rings(context.geometry, return_index=True)
    lonlat, ring = shapely.get_coordinates(rings, return_index=True)
    step = local_metres(lonlat[1:], lonlat[:-1, 1]) - local_metres(lonlat[:-1], lonlat[:-1, 1])
    allowed = context.policy.tolerances["repeated_vertex_m"]
    again = (ring[1:] == ring[:-1]) & (np.hypot(*step.T) < allowed)
    found = pd.DataFrame({"record": record[ring[1:][again]], "at": np.flatnonzero(again)})
    for number, rows in found.groupby("record"):
        lon, lat = lonlat[rows["at"].iloc[0]].round(6)
        point = (float(lon), float(lat))
        yield Issue("HG105", context.place(int(number)), {"count": len(rows)}, point=point)


def spike(context: Context) -> Iterator[Issue]:
    """HG106: a needle that adds or hides boundary."""
    limits = context.policy.tolerances
    angle, length = limits["spike_angle_deg"], limits["spike_length_m"]
    spikes = find_spikes(context.geometry, angle_deg=angle, length_m=length)
    for number, record in enumerate(spikes.owner):
        lon, lat = spikes.tip[number].round(6)
        yield Issue(
            "HG106",
            context.place(int(record)),
            {
                "length": f"{spikes.length_m[number]:.1f}",
                "angle": f"{spikes.angle_deg[number]:.1f}",
            },
            point=(float(lon), float(lat)),
            measured=round(float(spikes.angle_deg[number]), 2),
            allowed=angle,
            mu_at_stake=round(float(spikes.mu[number]), 2),
        )


def find_spikes(geometries: Geometries, *, angle_deg: float, length_m: float) -> Spikes:
    """Needles, outward or inward, on the rings of polygons in longitude and latitude.

    A needle is a vertex whose two sides, each at least `length_m` long, enclose no more than
    `angle_deg`; vertices along its sides or a blunt tip do not hide it.
    """
    rings, owner = shapely.get_rings(geometries, return_index=True)
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
    sharp = (angle <= angle_deg) & (shorter >= length_m)
    tips = here[sharp]
    tip = xy[tips] / local_metres(np.ones((len(tips), 2)), middle[of[tips]])
    area = shorter[sharp] ** 2 * np.sin(np.radians(angle[sharp])) / 2
    return Spikes(owner[of[tips]], tip, shorter[sharp], angle[sharp], to_mu(area))


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
    parts = _parts(context)
    thin = (parts["width"] < limits["sliver_width_m"]) & (parts["ratio"] > limits["sliver_ratio"])
    for record, rows in parts[thin].groupby("record"):
        largest = rows.loc[rows["mu"].idxmax()]
        yield Issue(
            "HG107",
            context.place(int(record)),
            {"count": len(rows), "width": f"{largest['width']:.1f}"},
            point=point_in(largest["part"]),
            measured=round(float(largest["width"]), 2),
            allowed=limits["sliver_width_m"],
            mu_at_stake=round(float(rows["mu"].sum()), 2),
        )


def tiny_part(context: Context) -> Iterator[Issue]:
    """HG108: parts far too small to be planted, once a record, with the largest of them."""
    allowed = context.policy.tolerances["tiny_part_mu"]
    parts = _parts(context)
    for record, rows in parts[parts["mu"] < allowed].groupby("record"):
        largest = rows.loc[rows["mu"].idxmax()]
        yield Issue(
            "HG108",
            context.place(int(record)),
            {"count": len(rows), "mu": f"{largest['mu']:.3f}"},
            point=point_in(largest["part"]),
            measured=round(float(largest["mu"]), 4),
            allowed=allowed,
            mu_at_stake=round(float(rows["mu"].sum()), 2),
        )


def _parts(context: Context) -> pd.DataFrame:
    """Parts of valid records: 亩, mean width in metres, and how many times longer than wide.

    Parts of an invalid record are what its crossings make of it, and say nothing by themselves.
    """
    sound = context.land.copy()
    sound[~shapely.is_valid(context.geometry)] = None
    part, record = shapely.get_parts(sound, return_index=True)
    areas = areas_m2(part)
    middle = shapely.get_y(shapely.centroid(part))
    owner = shapely.get_coordinates(part, return_index=True)[1]
    flat = shapely.transform(part, lambda xy: local_metres(xy, middle[owner]))
    length = shapely.length(flat) / 2
    width = np.divide(areas, length, out=np.zeros(len(part)), where=length > 0)
    ratio = np.divide(length, width, out=np.full(len(part), np.inf), where=width > 0)
    return pd.DataFrame(
        {"record": record, "part": part, "mu": to_mu(areas), "width": width, "ratio": ratio}
    )
