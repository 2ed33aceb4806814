"""The head of a plot in a 界址点 TXT: its fields, told by the one that says what it is drawn as.

The exchange format has nine: 界址点数, 地块面积, 地块编号, 地块名称, 记录图形属性 (面, 线 or 点),
图幅号, 地块用途, 地类编码 and ``@``. Generators leave some out or put others between; number and
name stand right before the word 面 in all of them:

======================================  ===============================================
``5,31.47,D8-003,地块4,面,,林下,,@``    as prescribed
``0,0,522222104,横桥村,D8-003,地块4,``  a province's, with 政区代码 and 村 before the number
``8,0.7655公顷,,地块1,面,,,,@``         web exporters, with the unit behind the area
``0.7655公顷,,地块1,面,,,,@``           the same without the number of points
``5,31.47,1,地块1,面,@``                six columns
``5,31.47,001,名称,面,,,0101,,1,B,,@``  high-standard farmland, with four more behind
``5,31.47,面,@``                        no number and no name
======================================  ===============================================
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from herbgis.foundation import resources
from herbgis.foundation.units import fold, parse_quantity

DrawnAs: TypeAlias = Literal["polygon", "line", "point"]
#: Square metres in a unit of land area as somebody wrote it; None for any other word.
UnitM2: TypeAlias = Callable[[str], float | None]

_FACTS = "facts/plot_numbers.toml"
#: Where 记录图形属性 stands as prescribed, and the last place it was ever seen at.
_PRESCRIBED, _LAST = 4, 6
_COUNTER = r"(?:\d{1,4}|[一二三四五六七八九十]{1,3})"
_VILLAGE = re.compile(r".+(?:村|社区|居委会|村委会)")
_AREA = re.compile(r"约?\s*[\d.].*")


@dataclass(frozen=True, slots=True)
class PlotHead:
    """What the head of a plot says.

    Attributes
    ----------
    points : int or None
        Boundary points that it promises.
    area : float or None
        As written.
    unit_m2 : float or None
        Square metres in the unit written behind the area; None without one.
    number, name, use, village : str or None
        地块编号, 地块名称, 地块用途; the village where it stands before the number.
    drawn_as : {'polygon', 'line', 'point'}
    beside : str
        Other fields that stand before the number, parted by commas.
    """

    points: int | None = None
    area: float | None = None
    unit_m2: float | None = None
    number: str | None = None
    name: str | None = None
    drawn_as: DrawnAs = "polygon"
    use: str | None = None
    village: str | None = None
    beside: str = ""


def head_of(fields: Sequence[str], unit_m2: UnitM2) -> PlotHead:
    """A head from its fields, without the ``@``."""
    drawn = _drawn_as_field(fields)
    at = min(len(fields), _PRESCRIBED) if drawn is None else drawn
    points, area, unit, rest = _measures(list(fields[:at]), unit_m2)
    name = rest.pop() if rest else None
    number = rest.pop() if rest else None
    village = rest.pop() if rest and _VILLAGE.fullmatch(rest[-1]) else None
    return PlotHead(
        points=points,
        area=area,
        unit_m2=unit,
        number=number or None,
        name=name or None,
        drawn_as="polygon" if drawn is None else _drawn_as()[fold(fields[drawn])],
        use=(fields[at + 2] or None) if len(fields) > at + 2 else None,
        village=village,
        beside=",".join(part for part in rest if part),
    )


def is_head(fields: Sequence[str], unit_m2: UnitM2) -> bool:
    """Whether fields without an ``@`` are a head all the same: measures, and what is drawn."""
    return draws(fields) and starts_as_head(fields, unit_m2)


def draws(fields: Sequence[str]) -> bool:
    """Whether a field says what a plot is drawn as."""
    return _drawn_as_field(fields) is not None


def starts_as_head(fields: Sequence[str], unit_m2: UnitM2) -> bool:
    """Whether the first field is a number of points or an area, as in every head."""
    return bool(fields) and (fields[0].isdecimal() or _area_of(fields[0], unit_m2)[0] is not None)


def is_default_number(number: str) -> bool:
    """Whether a plot's number is one that programs give by themselves, and names no base."""
    return _default_numbers().fullmatch(fold(number)) is not None


def _drawn_as_field(fields: Sequence[str]) -> int | None:
    """Which field says what a plot is drawn as: the prescribed one, else the last that can."""
    words = _drawn_as()
    able = [at for at, text in enumerate(fields[: _LAST + 1]) if at and fold(text) in words]
    if not able:
        return None
    return _PRESCRIBED if _PRESCRIBED in able else able[-1]


def _measures(
    before: list[str], unit_m2: UnitM2
) -> tuple[int | None, float | None, float | None, list[str]]:
    """Number of points, area and its unit, and the fields that are left: number and name last."""
    if not before:
        return None, None, None, []
    if not before[0].isdecimal():
        area, unit = _area_of(before[0], unit_m2)
        empty = not before[0] and len(before) > 2
        return None, area, unit, before[1:] if area is not None or empty else before
    points = int(before[0]) if len(before[0]) < 10 else None
    if len(before) == 1:
        return points, None, None, []
    area, unit = _area_of(before[1], unit_m2)
    # Three fields are points, number and name where the second is a whole number.
    counts = len(before) == 3 and unit is None and (area is None or before[1].isdecimal())
    if counts or (len(before) == 2 and area is None):
        return points, None, None, before[1:]
    return points, area, unit, before[2:]


def _area_of(text: str, unit_m2: UnitM2) -> tuple[float | None, float | None]:
    """The area that a field states, and the square metres in the unit behind it."""
    quantity = parse_quantity(text) if _AREA.fullmatch(text) else None
    if quantity is None:
        return None, None
    if quantity.unit is None:
        return quantity.value, None
    unit = unit_m2(quantity.unit)
    return (None, None) if unit is None else (quantity.value, unit)


@functools.cache
def _drawn_as() -> Mapping[str, DrawnAs]:
    """Folded word to what it means."""
    facts = resources.read_toml(_FACTS)["drawn_as"]
    return {fold(word): kind for kind in get_args(DrawnAs) for word in facts[kind]}


@functools.cache
def _default_numbers() -> re.Pattern[str]:
    facts = resources.read_toml(_FACTS)["default"]
    words = "|".join(re.escape(fold(word)) for word in facts["words"])
    parting = r"[\s_.#()\-]*"
    return re.compile(
        rf"{_COUNTER}号?|(?:{words})(?:{parting}{_COUNTER}{parting})?号?|{_COUNTER}号?{parting}(?:{words})"
    )
