"""GCJ-02 and BD-09: the offsets of Chinese map services, and their undoing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from herbgis.geo.datums import BEIJING_1954
from herbgis.geo.geodesy import Floats

#: From displaced longitudes and latitudes to true ones.
Undoing: TypeAlias = Callable[[Floats, Floats], tuple[Floats, Floats]]

#: The ellipsoid that GCJ-02's published formula computes with (Krasovsky 1940), and the square of
#: its eccentricity as the formula writes it.
_KRASOVSKY_A = BEIJING_1954.semi_major_m
_KRASOVSKY_E2 = 0.00669342162296594323


def _waves(x: Floats, along: Floats, slow: float, slower: float) -> Floats:
    """The three pairs of sine waves that GCJ-02 adds to an offset `along` one axis."""
    pi = np.pi
    quick = 20 * np.sin(6 * x * pi) + 20 * np.sin(2 * x * pi)
    middle = 20 * np.sin(along * pi) + 40 * np.sin(along / 3 * pi)
    long = slow * np.sin(along / 12 * pi) + slower * np.sin(along / 30 * pi)
    return np.asarray((quick + middle + long) * 2 / 3)


def gcj02_offset(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Degrees that GCJ-02 adds to a true position (the published reverse-engineered formula)."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east = east + _waves(x, x, 150, 300)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north = north + _waves(x, y, 160, 320)
    radians = np.radians(lat)
    magic = 1 - _KRASOVSKY_E2 * np.sin(radians) ** 2
    meridian = _KRASOVSKY_A * (1 - _KRASOVSKY_E2) / (magic * np.sqrt(magic))
    parallel = _KRASOVSKY_A / np.sqrt(magic) * np.cos(radians)
    return np.degrees(east / parallel), np.degrees(north / meridian)


def gcj02_to_cgcs2000(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """The true position of a GCJ-02 one, by fixed-point iteration to below 1e-10 degree."""
    true_lon, true_lat = lon, lat
    for _ in range(8):
        east, north = gcj02_offset(true_lon, true_lat)
        true_lon, true_lat = lon - east, lat - north
    return true_lon, true_lat


#: The wave that BD-09's published formula adds to GCJ-02, and its fixed offsets in degrees.
_BD09_WAVE = np.pi * 3000 / 180
_BD09_EAST, _BD09_NORTH = 0.0065, 0.006


def gcj02_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """What BD-09 (Baidu) makes of a position in GCJ-02 (the published formula)."""
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _BD09_WAVE)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _BD09_WAVE)
    return radius * np.cos(angle) + _BD09_EAST, radius * np.sin(angle) + _BD09_NORTH


def bd09_to_cgcs2000(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """The true position of a BD-09 one; the forward formula is iterated, not approximated."""
    gcj_lon, gcj_lat = lon - _BD09_EAST, lat - _BD09_NORTH
    for _ in range(8):
        there_lon, there_lat = gcj02_to_bd09(gcj_lon, gcj_lat)
        gcj_lon, gcj_lat = gcj_lon + lon - there_lon, gcj_lat + lat - there_lat
    return gcj02_to_cgcs2000(gcj_lon, gcj_lat)


#: The offsets by their names, and how each is undone.
OFFSETS: Mapping[str, Undoing] = {"GCJ-02": gcj02_to_cgcs2000, "BD-09": bd09_to_cgcs2000}
