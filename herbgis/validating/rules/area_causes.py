"""Why a declared area differs: the figures that people's mistakes would give, held against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

from herbgis.foundation.units import MU_M2, to_mu
from herbgis.geo.datums import WEB_MERCATOR
from herbgis.geo.geodesy import CGCS2000, Floats, areas_m2
from herbgis.geo.zones import ZONES, GaussKruger

#: 667 m² to the 亩, as people reckon, beside 10000/15.
_HANDY_MU_M2 = 667.0
#: What a figure in one unit becomes under another, as a multiple of the true 亩.
_UNIT_MISTAKES = (
    ("HG402", "公顷数填成了亩", MU_M2 / 1e4),
    ("HG401", "平方米数填成了亩", MU_M2),
    ("HG401", "平方公里数填成了亩", MU_M2 / 1e6),
    ("HG401", "亩数的单位写成了公顷", 1e4 / MU_M2),
    ("HG401", "亩数的单位写成了平方米", 1 / MU_M2),
    ("HG401", "小数点右移了一位", 10.0),
    ("HG401", "小数点左移了一位", 0.1),
)


@dataclass(frozen=True, slots=True)
class Cause:
    """A mistake that explains a declared area.

    Attributes
    ----------
    code : str
        HG401 where the mistake has no code of its own.
    words : str
        What was done, for a suggestion.
    mu : float
        The figure that the mistake gives, 亩.
    """

    code: str
    words: str
    mu: float


@dataclass(frozen=True)
class Base:
    """A base whose declared area differs from the surveyed one.

    Attributes
    ----------
    declared_mu, surveyed_mu : float
    land : polygon
        Longitude and latitude, own overlaps once.
    parcels_mu : array of float
        Surveyed 亩 of each of its records.
    """

    declared_mu: float
    surveyed_mu: float
    land: shapely.Geometry
    parcels_mu: Floats


def cause_of(base: Base, allowed: float) -> Cause | None:
    """The mistake whose figure comes nearest to what a base declares.

    Parameters
    ----------
    base : Base
    allowed : float
        Share of the mistake's figure by which the declared one may differ.
    """
    for causes in (_of_units, _of_shapes, _of_planes, _of_one_parcel):
        near = [
            (abs(base.declared_mu / cause.mu - 1), order, cause)
            for order, cause in enumerate(causes(base))
            if cause.mu > 0 and abs(base.declared_mu / cause.mu - 1) <= allowed
        ]
        if near:
            return min(near)[2]
    return None


def _of_units(base: Base) -> Iterator[Cause]:
    """The right area under the wrong unit, or with the decimal point in the wrong place."""
    for code, words, factor in _UNIT_MISTAKES:
        yield Cause(code, words, base.surveyed_mu * factor)


def _of_one_parcel(base: Base) -> Iterator[Cause]:
    """The same on one parcel of several."""
    for code, words, factor in _UNIT_MISTAKES:
        for parcel in base.parcels_mu.tolist() if len(base.parcels_mu) > 1 else ():
            yield Cause(code, f"有一个地块{words}", base.surveyed_mu + parcel * (factor - 1))


def _of_shapes(base: Base) -> Iterator[Cause]:
    """Holes not cut out, one parcel of several, overlaps counted twice."""
    filled = float(to_mu(areas_m2(_without_holes(base.land)))[0])
    if filled > base.surveyed_mu:
        yield Cause("HG404", "挖空部分没有扣除", filled)
    for parcels in (base.parcels_mu, to_mu(areas_m2(shapely.get_parts(base.land)))):
        if len(parcels) > 1:
            yield from (Cause("HG401", "只报了其中一个地块", mu) for mu in parcels.tolist())
            yield Cause("HG401", "地块重叠的部分计了两次", float(parcels.sum()))


def _of_planes(base: Base) -> Iterator[Cause]:
    """Areas on a plane that stretches."""
    web = _plane_m2(base.land, WEB_MERCATOR)
    yield Cause("HG403", "按网络地图投影 (EPSG:3857) 量的", web / MU_M2)
    yield Cause("HG403", "按网络地图投影 (EPSG:3857) 量的", web / _HANDY_MU_M2)
    for zone in ZONES[3]:
        plane = _plane_m2(base.land, f"EPSG:{GaussKruger(zone, prefixed=False).epsg}")
        yield Cause("HG401", f"按 {zone * 3}° 中央经线的平面量的, 带号不对", plane / MU_M2)


def _without_holes(shape: shapely.Geometry) -> np.ndarray:
    """All parts of a polygon with their holes filled, as an array of one."""
    shells = shapely.get_exterior_ring(shapely.get_parts(shape))
    return np.array([shapely.union_all(shapely.polygons(shells))], dtype=object)


def _plane_m2(shape: shapely.Geometry, system: str) -> float:
    """Area of a polygon on the plane of a system; 0 where the system does not reach it."""
    to_plane = pyproj.Transformer.from_crs(CGCS2000, system, always_xy=True)
    plane = shapely.transform(shape, lambda xy: np.column_stack(to_plane.transform(*xy.T)))
    area = float(shapely.area(plane))
    return area if np.isfinite(area) else 0.0
