"""The way between the stops of a visit: travel times, straight lines, least order."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypedDict

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.foundation.errors import HerbgisError, MissingColumnError
from herbgis.foundation.language import listed, tr
from herbgis.geo.geodesy import GEOD
from herbgis.terms.calls import checking

#: Minutes are reckoned in whole hundredths, so that equal sums are equal.
_HUNDREDTHS = 100
#: The order of stops is found exactly over all their orders: 2^12 subsets.
MOST_STOPS = 12
_TRAVEL_HEADINGS = {"from": "起点", "to": "终点", "minutes": "分钟"}
ERRORS_NAMED = 10


def text_of(value: object) -> str:
    """A cell as one line of text; nothing where there is nothing."""
    if isinstance(value, bool | np.bool_):
        return tr("是") if value else tr("否")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if pd.isna(value) else " ".join(str(value).split())


def least_order(
    steps: Sequence[Sequence[int]], first: Sequence[int], last: Sequence[int]
) -> list[int]:
    """The order of visiting all places with the least sum of steps.

    Parameters
    ----------
    steps : sequence of sequence of int
        From each place to each other; there and back may differ.
    first, last : sequence of int
        From the start to each place, and from each place to the end; zeros where there is none.

    Returns
    -------
    list of int
        Places in order; of orders with equal sums the first.

    Notes
    -----
    Held and Karp, A dynamic programming approach to sequencing problems (1962): for every set of
    places already seen and the place where one stands, the least way through the rest.
    """
    count = len(first)
    every = (1 << count) - 1
    rest = [[0] * count for _ in range(every)] + [list(last)]
    for seen in range(every - 1, 0, -1):
        ahead = [place for place in range(count) if not seen >> place & 1]
        for at in range(count):
            if seen >> at & 1:
                rest[seen][at] = min(steps[at][p] + rest[seen | 1 << p][p] for p in ahead)
    order: list[int] = []
    seen = 0
    while len(order) < count:
        step = steps[order[-1]] if order else first
        ahead = [place for place in range(count) if not seen >> place & 1]
        order.append(min(ahead, key=lambda p: (step[p] + rest[seen | 1 << p][p], p)))
        seen |= 1 << order[-1]
    return order


def least_travel(
    chosen: Sequence[str], start: str | None, end: str | None, roads: Roads
) -> list[str]:
    """The chosen in the order of least travel."""
    pairs = [(a, b) for a in chosen for b in chosen if a != b]
    begin = [(start, b) for b in chosen] if start is not None else []
    finish = [(a, end) for a in chosen] if end is not None else []
    roads.ask([*begin, *pairs, *finish])
    order = least_order(
        [[roads.cost(a, b) for b in chosen] for a in chosen],
        [roads.cost(start, b) if start is not None else 0 for b in chosen],
        [roads.cost(a, end) if end is not None else 0 for a in chosen],
    )
    return [chosen[number] for number in order]


@checking
@dataclass(frozen=True, eq=False)
class RouteOptions:
    """Where a visit sets out and ends, and how long it is from place to place.

    Attributes
    ----------
    travel : DataFrame, optional
        ``from``, ``to`` (ids of bases; `start`, `end`), ``minutes``, or 起点, 终点, 分钟; there and
        back may differ. Without it distances are as the crow flies, and the notes say so.
    start, end : str, optional
        Where the visit sets out and ends, a name in `travel` or `places`; without an end it ends
        at the last stop.
    places : mapping of str to (lon, lat), optional
        Degrees on CGCS2000 of start and end; asked where `travel` does not tell.
    straight_kmh : float, optional
        Allows pairs that `travel` lacks to be reckoned as the crow flies at so many km/h.

    Examples
    --------
    >>> import herbgis as hg
    >>> hg.RouteOptions(start="会议酒店", places={"会议酒店": (109.19, 27.72)}).end is None
    True
    """

    travel: pd.DataFrame | None = None
    start: str | None = None
    end: str | None = None
    places: Mapping[str, tuple[float, float]] | None = None
    straight_kmh: float | None = None


class RouteKeywords(TypedDict, total=False):
    """The fields of `RouteOptions`, as keywords of their own."""

    travel: pd.DataFrame | None
    start: str | None
    end: str | None
    places: Mapping[str, tuple[float, float]] | None
    straight_kmh: float | None


class Roads:
    """How far it is from place to place: by the travel table, or as the crow flies."""

    def __init__(self, geometry: gpd.GeoSeries, route: RouteOptions) -> None:
        self.minutes = travel_minutes(route.travel)
        kmh = route.straight_kmh
        if kmh is not None and not (0 < kmh < math.inf):
            msg = tr("straight_kmh 要大于 0, 给的是 {kmh}。", kmh=kmh)
            raise HerbgisError(msg)
        for name, (lon, lat) in (route.places or {}).items():
            if not (-180 <= lon <= 180 and -90 <= lat <= 90):
                msg = "places 里 {name} 的经纬度是 ({lon}, {lat}), 不在地球上。先写经度, 再写纬度。"
                raise HerbgisError(tr(msg, name=name, lon=lon, lat=lat))
        self.geometry, self.places, self.kmh = geometry, dict(route.places or {}), kmh
        self.unit = tr("公里") if self.minutes is None else tr("分钟")
        self.guessed: list[str] = []

    def ask(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Raise HerbgisError naming the pairs that nothing is known about."""
        if self.minutes is None:
            return
        lacking = [f"{a}→{b}" for a, b in pairs if a != b and (a, b) not in self.minutes]
        self.guessed = list(dict.fromkeys([*self.guessed, *lacking]))
        if lacking and self.kmh is None:
            msg = (
                "车程表缺 {legs}。来回要各有一行; 请补上, "
                "或用 straight_kmh= 许可这些段按直线距离和该时速估。"
            )
            raise HerbgisError(tr(msg, legs=_first_of(lacking)))

    def cost(self, a: str, b: str) -> int:
        """Hundredths of minutes, or metres; nothing where one already is."""
        if a == b:
            return 0
        if self.minutes is not None and (a, b) in self.minutes:
            return self.minutes[a, b]
        metres = self._metres(a, b)
        if self.minutes is None or self.kmh is None:
            return round(metres)
        return round(metres / 1000 / self.kmh * 60 * _HUNDREDTHS)

    def length(self, a: str, b: str) -> float:
        """Minutes, or kilometres."""
        return self.cost(a, b) / (1000 if self.minutes is None else _HUNDREDTHS)

    def told(self, a: str, b: str) -> str:
        """A way as it stands in the table."""
        if self.minutes is None:
            return tr("直线 {km:.1f} 公里 (车程未给)", km=self.length(a, b))
        given = a == b or (a, b) in self.minutes
        told = "{minutes:.0f} 分钟" if given else "{minutes:.0f} 分钟 (按直线距离估)"
        return tr(told, minutes=self.length(a, b))

    def notes(self, way: Sequence[str], *, ordered: bool) -> list[str]:
        """What is to be said of a way, and of its length in all."""
        legs = list(pairwise(way))
        total = sum(self.cost(a, b) for a, b in legs)
        if self.minutes is None:
            line = "车程未给, 顺序按直线距离, 仅供参考。全程直线 {km:.1f} 公里。"
            if ordered:
                line = "车程未给, 距离按直线, 仅供参考。全程直线 {km:.1f} 公里。"
            return [tr(line, km=total / 1000)] if legs else []
        driven = tr("全程行车 {minutes:.0f} 分钟, 不含停留。", minutes=total / _HUNDREDTHS)
        lines = [driven] if legs else []
        if self.guessed:
            line = "车程表没有 {legs}, 按直线距离每小时 {kmh:g} 公里估, 仅供参考。"
            lines.append(tr(line, legs=_first_of(self.guessed), kmh=self.kmh))
        return lines

    def _metres(self, a: str, b: str) -> float:
        *_, metres = GEOD.inv(*self._lonlat(a), *self._lonlat(b))
        return float(metres)

    def _lonlat(self, place: str) -> tuple[float, float]:
        if place in self.places:
            lon, lat = self.places[place]
            return float(lon), float(lat)
        if place not in self.geometry.index:
            msg = "不知道 {place} 在哪里, 算不了直线距离。请在 places= 里给出它的经度、纬度。"
            raise HerbgisError(tr(msg, place=place))
        point = self.geometry[place].representative_point()
        return float(point.x), float(point.y)


def _first_of(pairs: Sequence[str]) -> str:
    more = tr(" 等 {count} 段", count=len(pairs)) if len(pairs) > ERRORS_NAMED else ""
    return listed(pairs[:ERRORS_NAMED]) + more


def travel_minutes(travel: pd.DataFrame | None) -> dict[tuple[str, str], int] | None:
    """Hundredths of minutes from place to place; a row without minutes is as good as none."""
    if travel is None:
        return None
    present = [str(column) for column in travel.columns]
    heading = {
        name: next((h for h in (name, title) if h in present), None)
        for name, title in _TRAVEL_HEADINGS.items()
    }
    if None in heading.values():
        lacking = [name for name, h in heading.items() if h is None]
        raise MissingColumnError("choose_visit(travel=…)", lacking, present)
    told = travel.set_axis(present, axis=1)[list(heading.values())]
    found: dict[tuple[str, str], int] = {}
    wrong, twice = [], []
    for a, b, value in told.itertuples(index=False, name=None):
        if pd.isna(value) or text_of(value) == "":
            continue
        pair = (text_of(a), text_of(b))
        minutes = pd.to_numeric(value, errors="coerce")
        if not 0 <= minutes < math.inf:
            wrong.append(f"{pair[0]}→{pair[1]} ({text_of(value)})")
            continue
        if found.setdefault(pair, cost := round(float(minutes) * _HUNDREDTHS)) != cost:
            twice.append(f"{pair[0]}→{pair[1]}")
    faults = {"车程表里不是分钟数的: {legs}。": wrong, "车程表里前后不一致的: {legs}。": twice}
    for fault, pairs in faults.items():
        if pairs:
            raise HerbgisError(tr(fault, legs=listed(pairs[:ERRORS_NAMED])))
    return found
