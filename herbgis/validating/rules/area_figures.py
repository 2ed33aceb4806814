"""The areas that people's mistakes would make of a base's land."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import shapely

from herbgis.foundation.language import tr
from herbgis.foundation.units import MU_M2, to_mu
from herbgis.geo.geodesy import Floats, areas_m2
from herbgis.geo.stretch import stretch_of_gauss_kruger, stretch_of_web_mercator
from herbgis.geo.systems import Geometries
from herbgis.geo.zones import ZONES

#: 667 m² to the 亩, as people reckon, beside 10000/15: the same land is this share of the figure.
_HANDY = MU_M2 / 667
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
#: What software computes from the outline that was sent differs by so little: coordinates are cut
#: to some centimetres on the way.
_EXACT = 1e-4
#: Zones whose central meridian is farther than this are nobody's mistake, degrees.
_NEAR_ZONES_DEG = 6.0


@dataclass(frozen=True, slots=True)
class Cause:
    """A mistake that explains a declared area.

    Attributes
    ----------
    code : str
        HG401 where the mistake has no code of its own.
    words : str
        What was done, in Chinese.
    meridian : int, optional
        Degrees, where `words` names one.
    of_a_parcel : bool
        Whether it was done with one parcel of several.
    """

    code: str
    words: str
    meridian: int | None = None
    of_a_parcel: bool = False

    @property
    def told(self) -> str:
        """What was done, for a suggestion."""
        said = tr(self.words, meridian=self.meridian) if self.meridian else tr(self.words)
        return tr("有一个地块{said}", said=said) if self.of_a_parcel else said


@dataclass(frozen=True)
class Mismatched:
    """Bases whose declared areas differ from the surveyed ones.

    Attributes
    ----------
    declared_mu, surveyed_mu : array of float, shape (n,)
    tolerated_mu : array of float, shape (n,)
        By how much they may differ without a cause.
    rounding_mu : array of float, shape (n,)
        By how much rounding may have changed what is declared.
    land : array of polygons, shape (n,)
        Longitude and latitude, own overlaps once.
    parcels_mu : sequence of n arrays of float
        Surveyed 亩 of the records of each.
    """

    declared_mu: Floats
    surveyed_mu: Floats
    tolerated_mu: Floats
    rounding_mu: Floats
    land: Geometries
    parcels_mu: Sequence[Floats]


class Figure(NamedTuple):
    """What a mistake gives: from the lowest 亩 to the highest, by how the area was reckoned."""

    cause: Cause
    low: float
    high: float


class Family(NamedTuple):
    """Figures that are tried together, and how far off they may be: the widest that is afforded."""

    figures: list[Figure]
    slacks: tuple[float, ...]


_UNITS = tuple(Cause(code, words) for code, words, _ in _UNIT_MISTAKES)
_UNITS_OF_A_PARCEL = tuple(replace(cause, of_a_parcel=True) for cause in _UNITS)


class Figures:
    """The figures of bases; what is computed from outlines is computed of all at once.

    Parameters
    ----------
    bases : Mismatched
    by_hand : float
        Share of a figure by which it may be off where the area was measured another way.
    """

    def __init__(self, bases: Mismatched, by_hand: float) -> None:
        self._bases, self._shapes = bases, _Shapes(bases)
        self._by_hand = by_hand

    def of(self, number: int) -> Iterator[Family]:
        """The families of figures of a base, the commonest mistakes first."""
        surveyed = float(self._bases.surveyed_mu[number])
        for (_, _, by), cause in zip(_UNIT_MISTAKES, _UNITS, strict=True):
            yield Family([Figure(cause, surveyed * by, surveyed * by)], (self._by_hand, _EXACT))
        yield Family([*self._of_outline(number)], (_EXACT,))
        for figure in self._of_planes(number):
            yield Family([figure], (_EXACT,))
        parcels = self._parcels(number)
        only_one = Cause("HG401", "只报了其中一个地块")
        alone = [Figure(only_one, mu, mu) for mu in parcels]
        yield Family(alone, (self._by_hand, _EXACT))
        of_one = [
            Figure(cause, surveyed + mu * (by - 1), surveyed + mu * (by - 1))
            for (_, _, by), cause in zip(_UNIT_MISTAKES, _UNITS_OF_A_PARCEL, strict=True)
            for mu in parcels
        ]
        yield Family(of_one, (_EXACT,))

    def _parcels(self, number: int) -> list[float]:
        """亩 of the parcels of a base that has several: its records, or the parts of its land."""
        records, parts = self._bases.parcels_mu[number], self._shapes.parts_of(number)
        several = records if len(records) > 1 else parts
        return several.tolist() if len(several) > 1 else []

    def _of_outline(self, number: int) -> Iterator[Figure]:
        """Holes not cut out, overlaps counted twice; on the ellipsoid or the own zone's plane."""
        stretch = float(self._shapes.own_plane[number])
        surveyed = float(self._bases.surveyed_mu[number])
        filled = float(self._shapes.filled_mu[number])
        twice = float(self._bases.parcels_mu[number].sum())
        for code, words, mu in (
            ("HG404", "挖空部分没有扣除", filled),
            ("HG401", "地块重叠的部分计了两次", twice),
        ):
            if mu > surveyed:
                yield Figure(Cause(code, words), mu * _HANDY, mu * stretch)

    def _of_planes(self, number: int) -> Iterator[Figure]:
        """Areas on a plane that stretches: the web's, then those of zones, the nearest first."""
        web = float(self._shapes.web_mu[number])
        # Planes stretch; what a plane of a zone adds is mostly within the tolerance.
        most = float(self._bases.surveyed_mu[number] + self._bases.tolerated_mu[number]) * (
            1 - _EXACT
        )
        cause = Cause("HG403", "按网络地图投影 (EPSG:3857) 量的")
        yield Figure(cause, web * _HANDY, web)
        planes = ((of_base[number], meridian) for meridian, of_base in self._shapes.zones)
        for mu, meridian in sorted(plane for plane in planes if plane[0] > most):
            cause = Cause("HG401", "按 {meridian}° 中央经线的平面量的, 带号不对", meridian)
            yield Figure(cause, mu * _HANDY, mu)


class _Shapes:
    """What is computed from the outlines of all bases at once."""

    def __init__(self, bases: Mismatched) -> None:
        count = len(bases.land)
        self.parts, self._owner = shapely.get_parts(bases.land, return_index=True)
        self.parts_mu = to_mu(areas_m2(self.parts))
        self._whole = np.bincount(self._owner, self.parts_mu, count)
        lon, lat = shapely.get_coordinates(shapely.centroid(self.parts)).T
        self._lon, self._lat = lon, lat
        self._starts = np.searchsorted(self._owner, np.arange(count + 1))
        self.web_mu = self._stretched(stretch_of_web_mercator(lat))
        own = np.round(lon / 3) * 3
        #: By how much the plane of the own zone is wider than the land.
        self.own_plane = self._stretched(stretch_of_gauss_kruger(lon, lat, own)) / self._whole
        self.filled_mu = self._filled(bases.land)
        self.zones = [(meridian, mu.tolist()) for meridian, mu in self._zones()]

    def parts_of(self, number: int) -> Floats:
        """亩 of the parts of a base's land."""
        return self.parts_mu[self._starts[number] : self._starts[number + 1]]

    def _zones(self) -> Iterator[tuple[int, Floats]]:
        """Central meridians about the bases, and 亩 on their planes; NaN where too far."""
        count = len(self._whole)
        for zone in ZONES[3]:
            far = np.abs(self._lon - 3 * zone) > _NEAR_ZONES_DEG
            if not far.all():
                meridian = np.full(len(self._lon), 3.0 * zone)
                mu = self._stretched(stretch_of_gauss_kruger(self._lon, self._lat, meridian))
                mu[np.bincount(self._owner, far, count) > 0] = np.nan
                yield 3 * zone, mu

    def _stretched(self, stretch: Floats) -> Floats:
        mu = np.bincount(self._owner, self.parts_mu * stretch, len(self._whole))
        return np.asarray(mu, dtype=float)

    def _filled(self, land: Geometries) -> Floats:
        """亩 with holes filled; of land without holes its own."""
        holed = np.unique(self._owner[shapely.get_num_interior_rings(self.parts) > 0])
        filled = np.array(self._whole, dtype=float)
        for number in holed.tolist():
            shells = shapely.get_exterior_ring(shapely.get_parts(land[number]))
            whole = shapely.union_all(shapely.polygons(shells))
            filled[number] = to_mu(areas_m2(np.array([whole], dtype=object)))[0]
        return filled
