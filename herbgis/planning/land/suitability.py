"""How well values of one factor suit a variety: trapezoids over numbers, tables over classes."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from herbgis.geo.geodesy import Flags, Floats
from herbgis.planning.land.siting import ASPECTS, Pattern, Rule, SitingRules

Singles: TypeAlias = npt.NDArray[np.float32]
#: Behind the eight directions: land so flat that it has none.
_FLAT = len(ASPECTS)


def suitability(value: npt.NDArray[Any], rule: Rule, rules: SitingRules) -> Singles:
    """How well values of one factor suit, 0 to 1.

    Parameters
    ----------
    value : array
        Of a `Range`: values, NaN where unknown. Of a `Pattern`: positions of classes, in
        `ASPECTS` (and one more for flat land, where every aspect suits) or in the order of
        `cover_classes`; -1 where unknown.
    rule : Range or Pattern
    rules : SitingRules

    Returns
    -------
    array of float32
        NaN where unknown.
    """
    if isinstance(rule, Pattern):
        aspect = set(ASPECTS) <= set(rule.by_class)
        names = ASPECTS if aspect else cover_classes(rules)
        flat = [1.0] if aspect else []
        table = np.array([*(rule.by_class[n] for n in names), *flat, np.nan], np.float32)
        return np.asarray(table[value])
    a, b, c, d = rule.corners
    result = np.ones_like(value, dtype=np.float32)
    result[np.isnan(value)] = np.nan
    for low, high, sign in ((a, b, 1), (-d, -c, -1)):
        if np.isfinite(high):
            np.minimum(result, _rise(sign * value, low, high), out=result)
    return np.clip(result, 0, 1, out=result)


def _rise(value: Singles, low: float, high: float) -> Singles:
    """From 0 at `low` to 1 at `high` and on; a step where they are one, which is suitable."""
    if low == high:
        return np.where(value >= np.float32(high), np.float32(1), np.float32(0))
    return (value - np.float32(low)) * np.float32(1 / (high - low))


def cover_classes(rules: SitingRules) -> tuple[str, ...]:
    """The classes of land cover in the order of their codes, each once."""
    codes = rules.land_cover.codes
    return tuple(dict.fromkeys(codes[code] for code in sorted(codes)))


def aspect_class(east: Floats, north: Floats, flat: Flags) -> npt.NDArray[np.intp]:
    """Position in `ASPECTS` of the direction in which a surface falls; flat; -1 where unknown."""
    half = np.tan(np.pi / 8)
    eastern, northern = east <= 0, north <= 0
    wide, high = np.abs(east), np.abs(north)
    sector = np.where(eastern, np.where(northern, 1, 3), np.where(northern, 7, 5))
    sector[wide <= half * high] = np.where(northern, 0, 4)[wide <= half * high]
    sector[high < half * wide] = np.where(eastern, 2, 6)[high < half * wide]
    sector[flat] = _FLAT
    sector[np.isnan(east)] = -1
    return sector
