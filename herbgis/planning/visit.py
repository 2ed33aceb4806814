"""choose_visit: the stops of a site visit (观摩点), the way between them, and who stands in.

Floor just under webmap, tables and ledger.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from herbgis import columns as cols
from herbgis import display, resources
from herbgis.counting import countable, is_eligible, is_verified
from herbgis.errors import CrsError, HerbgisError, MissingColumnError, UnknownNameError
from herbgis.geodesy import CGCS2000
from herbgis.policy import Policy
from herbgis.policyfiles import load_policy
from herbgis.tiers import tier_of
from herbgis.units import round_mu

#: The order of stops is found exactly over all their orders: 2^12 subsets.
MOST_STOPS = 12
#: What nobody but the host knows.
HOSTS_COLUMNS = ("大巴可达", "停车位", "讲解人")
TABLE_COLUMNS = (
    *("观摩点", "品种", "规模", "亮点", "会期物候", "车程"),
    *HOSTS_COLUMNS,
    "备选",
)
#: Marks a value that rests on no source.
UNSOURCED = "仅供演示, 无来源"
_UNSOURCED_GRADE = "U"
_FLAGS = {
    "certified": "已认证",
    "traceable": "可追溯",
    "technical_standard": "有技术规程",
    "unified_seed": "统一供种",
}
_TRAVEL_HEADINGS = {"from": "起点", "to": "终点", "minutes": "分钟"}
#: Points and minutes are reckoned in whole hundredths, so that equal sums are equal.
_HUNDREDTHS = 100
_ERRORS_NAMED = 10


@dataclass(frozen=True)
class VisitRule:
    """What makes a choice of stops good, in points; our own practice, which no document prescribes.

    A choice is worth what its varieties and counties are worth, each once, and what each base is
    worth by itself. By default a base's own points are at most 100 and `MOST_STOPS` of them at
    most 1,200, so that no quality outweighs a variety or a county more.

    Attributes
    ----------
    variety : mapping of str to int
        For the first base of a variety, by the variety's group; a name that is in no catalogue may
        be a misspelt one of those already there, and is worth nothing.
    county : int
        For the first base in a county.
    tier : int
        For a base of the highest tier; of a lower one its share (the first of two tiers: half).
    certified, traceable, technical_standard, unified_seed : int
        For a column that says yes; a text that says anything else is shown and not judged.
    sure : int
        For an area that no threshold lies near.
    contiguous : int
        For a base in one block; otherwise the largest block's share of it.
    in_season : int
        For a base where something is known to stand in the field in the month of the visit.
    """

    variety: Mapping[str, int] = field(
        default_factory=lambda: {"key": 6000, "encouraged": 4000, "other": 2000}
    )
    county: int = 4000
    tier: int = 40
    certified: int = 10
    traceable: int = 10
    technical_standard: int = 5
    unified_seed: int = 5
    sure: int = 10
    contiguous: int = 10
    in_season: int = 10

    def __post_init__(self) -> None:
        """Raise HerbgisError for points below nothing, which the exact method does not hold for."""
        own = {name: value for name, value in vars(self).items() if name != "variety"}
        below = [name for name, value in {**own, **self.variety}.items() if value < 0]
        if below:
            msg = f"观摩点的分值不能是负数: {'、'.join(below)}。"
            raise HerbgisError(msg)


@dataclass(frozen=True, repr=False)
class Visit:
    """The stops of a site visit in their order.

    Attributes
    ----------
    table : DataFrame
        观摩点推荐表: a row a stop in order, index ``base_id``; columns `TABLE_COLUMNS`, all text.
        ``hg.draw_map(visit=visit.table)`` draws it.
    scores : DataFrame
        A row a base that could be chosen, index ``base_id`` in order: ``variety``, ``county``,
        ``variety_points`` and ``county_points`` (for the first of its kind), the points of
        `VisitRule` each in its column, their sum ``own``, ``chosen``.
    replacements : mapping of str to str
        The base that stands in for each stop (备选), if there is one.
    legs : tuple of float
        From stop to stop, beginning and ending with start and end where these are given: minutes,
        or kilometres as the crow flies (``unit``).
    unit : str
        ``分钟`` or ``公里``.
    worth : float
        Points of the choice.
    on : datetime.date or None
    start, end : str or None
    notes : tuple of str
        What stands under the table.
    """

    table: pd.DataFrame
    scores: pd.DataFrame
    replacements: Mapping[str, str]
    legs: tuple[float, ...]
    unit: str
    worth: float
    on: dt.date | None
    start: str | None
    end: str | None
    notes: tuple[str, ...]

    @property
    def stops(self) -> tuple[str, ...]:
        """Ids of the stops in order."""
        return tuple(self.table.index)

    def __repr__(self) -> str:
        return "\n".join([display.text_table(self.table), *self.notes])

    def _repr_html_(self) -> str:
        notes = [display.html_paragraph(line) for line in self.notes]
        return display.html_section("观摩点推荐表", display.html_table(self.table), *notes)


def choose_visit(
    bases: gpd.GeoDataFrame,
    *,
    stops: int = 6,
    must: Iterable[str] = (),
    never: Iterable[str] = (),
    order: Sequence[str] | None = None,
    travel: pd.DataFrame | None = None,
    start: str | None = None,
    end: str | None = None,
    places: Mapping[str, tuple[float, float]] | None = None,
    straight_kmh: float | None = None,
    facts: pd.DataFrame | None = None,
    on: dt.date | None = None,
    rule: VisitRule | None = None,
    policy: Policy | None = None,
    columns: Mapping[str, str] | None = None,
) -> Visit:
    """Choose the stops of a site visit among the verified bases, and their order.

    Parameters
    ----------
    bases : GeoDataFrame
        A row a base, as `classify` gives it.
    stops : int
        How many, 1 to `MOST_STOPS`. Where fewer bases can be chosen, all of these are, and the
        notes say why not more.
    must, never : iterable of str
        Ids of bases that are, or are not, to be visited.
    order : sequence of str, optional
        Ids of the stops in the order wanted: they are the visit, and `stops` and `must` are not
        asked. Without it the stops are chosen, and stand in the order of least travel.
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
    facts : DataFrame, optional
        Index ``base_id`` (or a column), any of 大巴可达, 停车位, 讲解人, and 会期物候, which goes
        before the shipped table.
    on : datetime.date, optional
        The day of the visit; without it phenology is neither shown nor judged.
    rule : VisitRule, optional
    policy : Policy, optional
    columns : mapping of str to str, optional
        Column of the base table to the frame's heading.

    Returns
    -------
    Visit
        The choice of the greatest worth under the rule, and of equals the one whose ids, sorted,
        come first; the order of least travel, and of equals the one whose ids come first.

    Raises
    ------
    UnknownNameError
        An id that no base has, or a column of `facts` that the table does not have.
    MissingColumnError
        No geometry, no ``counted_mu``, or a travel table without its columns.
    HerbgisError
        Wishes that contradict each other, a wanted base that is not verified, or pairs without
        travel times.
    """
    policy, rule = policy or load_policy(), rule or VisitRule()
    table = _tidy(bases, policy, columns)
    said = _host_facts(facts, table.index)
    table[["season", "grade", "source"]] = _seasons(table["variety"], said["会期物候"], on)
    reasons = _reasons(table, policy)
    wishes = _wishes(table.index, reasons, stops, must, never, order)
    possible = reasons.index[(reasons == "") & ~reasons.index.isin(wishes.never)]
    scores = _scores(table.loc[possible], rule, policy)
    count = min(wishes.stops, len(scores))
    chosen = _chosen(scores, count, wishes.must)
    scores["chosen"] = scores.index.isin(chosen)
    roads = _Roads(table.geometry, dict(places or {}), _minutes(travel), straight_kmh)
    itinerary = list(order) if order is not None else _least_travel(chosen, start, end, roads)
    way = [p for p in (start, *itinerary, end) if p is not None]
    roads.ask(list(pairwise(way)))
    replacements = _replacements(scores)
    notes = (
        *_choice_notes(scores, wishes, reasons),
        *roads.notes(way, ordered=wishes.ordered),
        *_season_notes(table.loc[itinerary], on),
        *_closing_notes(table.loc[[*itinerary, *replacements.values()]]),
    )
    return Visit(
        table=_in_words(table, itinerary, roads, start, replacements, said, policy),
        scores=scores,
        replacements={stop: replacements[stop] for stop in itinerary if stop in replacements},
        legs=tuple(roads.length(a, b) for a, b in pairwise(way)),
        unit=roads.unit,
        worth=_worth(scores, chosen) / _HUNDREDTHS,
        on=on,
        start=start,
        end=end,
        notes=notes,
    )


# Who may be chosen.


def _tidy(
    bases: gpd.GeoDataFrame, policy: Policy, columns: Mapping[str, str] | None
) -> gpd.GeoDataFrame:
    """The columns that a visit looks at, index ``base_id`` in order, on CGCS2000."""
    if not isinstance(bases, gpd.GeoDataFrame) or bases.active_geometry_name is None:
        raise MissingColumnError("choose_visit", ["geometry"], [str(c) for c in bases.columns])
    if bases.crs is None:
        msg = "choose_visit 的基地没有坐标系, 请先用 set_crs 指明, 或用 hg.classify 的结果。"
        raise CrsError(msg)
    table = countable(pd.DataFrame(bases), policy, columns)
    if bases.index.name != "base_id" and table["base_id"].notna().any():
        table.index = pd.Index(table["base_id"])
    table.index = pd.Index([_text(label) for label in table.index], name="base_id", dtype="str")
    if table.index.has_duplicates:
        twice = sorted(set(table.index[table.index.duplicated()]))[:_ERRORS_NAMED]
        msg = f"choose_visit 要一个基地一行, 重复的编号: {'、'.join(twice)}。请先 hg.classify。"
        raise HerbgisError(msg)
    table["tier"] = tier_of(table["counted_mu"], policy)
    table["variety"] = [_canonical("variety", v, policy) for v in table["variety"]]
    table["county"] = [_canonical("county", c, policy) for c in table["county"]]
    for name in [name for name in _FLAGS if name in table]:
        table[name] = [_canonical("answer", v, policy) for v in table[name]]
    for name in [name for name in ("households", "poor_households") if name in table]:
        table[name] = pd.to_numeric(table[name], errors="coerce")
    places = bases.geometry.to_crs(CGCS2000).to_numpy()
    return gpd.GeoDataFrame(table, geometry=places, crs=CGCS2000).sort_index()


def _canonical(column: str, value: object, policy: Policy) -> str:
    text = _text(value)
    return policy.canonical(column, text) or text


def _text(value: object) -> str:
    """A cell as one line of text; nothing where there is nothing."""
    if isinstance(value, bool | np.bool_):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if pd.isna(value) else " ".join(str(value).split())


def _reasons(table: gpd.GeoDataFrame, policy: Policy) -> pd.Series:
    """Why each base cannot be a stop, empty where it can: the first reason that applies."""
    rule = policy.counting
    marks = {
        "类别或类型不计入": ~is_eligible(table, rule),
        "在建、拟建或状态不明": table["status"] != "built",
        "有须整改的问题": table["blocked_by"].map(bool).astype(bool),
        "没有图斑": table.geometry.isna() | table.geometry.is_empty,
    }
    verified = np.logical_or.reduce(
        [is_verified(table, tier, rule, policy).to_numpy(dtype=bool) for tier in policy.tiers]
    )
    marks["核定面积不到规模线"] = pd.Series(~verified, index=table.index)
    reasons = pd.Series("", index=table.index, dtype="str")
    for reason, mark in marks.items():
        reasons = reasons.mask(mark.astype(bool) & (reasons == ""), reason)
    return reasons


@dataclass(frozen=True)
class _Wishes:
    """What the caller asks for, held against the bases there are."""

    stops: int
    must: tuple[str, ...]
    never: tuple[str, ...]
    ordered: bool


def _wishes(
    ids: pd.Index,
    reasons: pd.Series,
    stops: int,
    must: Iterable[str],
    never: Iterable[str],
    order: Sequence[str] | None,
) -> _Wishes:
    """The wishes, or an error that says which cannot be met."""
    banned = tuple(dict.fromkeys(never))
    wanted = tuple(dict.fromkeys(must)) if order is None else tuple(order)
    for base in (*wanted, *banned):
        if base not in ids:
            raise UnknownNameError("基地", base, ids)
    count = stops if order is None else len(wanted)
    if not 1 <= count <= MOST_STOPS and order is None:
        msg = f"观摩点要 1 至 {MOST_STOPS} 个, 给的是 {count} 个。"
        raise HerbgisError(msg)
    faults = {
        "顺序里重复的": [base for base, times in Counter(wanted).items() if times > 1],
        "又要去又不去的": [base for base in wanted if base in banned],
        "不能作观摩点的": [f"{b} ({reasons[b]})" for b in wanted if reasons[b]],
        f"必去的多于 {count} 个": wanted if len(wanted) > count else [],
    }
    told = [f"{fault}: {'、'.join(found)}" for fault, found in faults.items() if found]
    if told:
        msg = f"观摩点的要求有矛盾。{'; '.join(told)}。请改 must、never、order 或 stops。"
        raise HerbgisError(msg)
    return _Wishes(count, wanted, banned, order is not None)


# What they are worth, and the best choice.


def _scores(table: gpd.GeoDataFrame, rule: VisitRule, policy: Policy) -> pd.DataFrame:
    """What each base is worth under a rule, in points to the hundredth."""
    known = [v if v in policy.varieties else "" for v in table["variety"]]
    firsts = [rule.variety.get(policy.group_of(v), 0) if v else 0 for v in known]
    rank = table["tier"].cat.codes.to_numpy(dtype=float) / len(policy.tiers)
    share = (table["contiguous_mu"] / table["counted_mu"]).fillna(0.0).clip(0, 1)
    scores = pd.DataFrame(
        {
            "variety": pd.Series(known, index=table.index, dtype="str"),
            "county": table["county"].astype("str"),
            "variety_points": firsts,
            "county_points": np.where(table["county"] == "", 0, rule.county),
        }
    )
    own: dict[str, Any] = {
        "tier": rule.tier * rank,
        **{
            name: getattr(rule, name) * (table[name] == "yes") if name in table else 0
            for name in _FLAGS
        },
        "sure": rule.sure * (table["verdict"] == "sure") if "verdict" in table else 0,
        "contiguous": rule.contiguous * share,
        "in_season": rule.in_season * (table["season"] != ""),
    }
    for name, points in own.items():
        scores[name] = np.round(np.asarray(points, dtype=float) * _HUNDREDTHS) / _HUNDREDTHS
    scores["own"] = np.round(scores[list(own)].sum(axis=1), 2)
    return scores


def _worth(scores: pd.DataFrame, chosen: Sequence[str]) -> int:
    """What a choice is worth, in hundredths of a point."""
    rows = scores.loc[list(chosen)]
    firsts = sum(
        int(rows.drop_duplicates(name)[f"{name}_points"].sum()) for name in ("variety", "county")
    )
    return firsts * _HUNDREDTHS + sum(_hundredths(rows["own"]))


def _hundredths(values: pd.Series) -> list[int]:
    return [round(value * _HUNDREDTHS) for value in values.tolist()]


def _chosen(scores: pd.DataFrame, count: int, must: Sequence[str]) -> list[str]:
    """The ids of the best choice of so many bases, sorted.

    A base joins its variety to its county, and only the first join of either earns its points:
    the best choice is a flow of so many units from varieties to counties, exactly.
    """
    last = len(scores)
    firsts = (scores["variety_points"].to_numpy(), scores["county_points"].to_numpy())
    worth = [_node_worth(scores[n], p) for n, p in zip(("variety", "county"), firsts, strict=True)]
    own = _hundredths(scores["own"])
    # More than all points together, so that those that must be there come first.
    above = sum(own) + sum(sum(w.values()) for w in worth) + 1
    gains = [
        # Among equals the ids that sort first: a digit of their own below the points.
        ((gain + above * (base in must)) << last) + (1 << (last - 1 - number))
        for number, (base, gain) in enumerate(zip(scores.index, own, strict=True))
    ]
    left, right = ({node: value << last for node, value in w.items()} for w in worth)
    joins = list(zip(scores["variety"], scores["county"], gains, strict=True))
    return [scores.index[number] for number in best_joins(joins, left, right, count)]


def _node_worth(nodes: pd.Series, points: Any) -> dict[str, int]:
    return {n: int(p) * _HUNDREDTHS for n, p in zip(nodes, points, strict=True)}


def best_joins(
    joins: Sequence[tuple[Hashable, Hashable, int]],
    left: Mapping[Any, int],
    right: Mapping[Any, int],
    count: int,
) -> list[int]:
    """Choose joins of left to right nodes, where the first join of a node earns its worth.

    Parameters
    ----------
    joins : sequence of (left node, right node, int)
        What each joins, and what it earns by itself.
    left, right : mapping of node to int
        What the first join of a node earns, at least 0.
    count : int
        How many joins, at most all.

    Returns
    -------
    list of int
        Numbers of the joins chosen, ascending; the greatest sum there is.

    Notes
    -----
    A node's earnings are concave in its number of joins, so the choice is a flow of greatest gain
    through source, left, right and sink, found by successive best paths (Ahuja, Magnanti and
    Orlin, Network Flows, 1993, chapters 9 and 14). Whole numbers, hence exact.
    """
    source, sink = ("source", 0), ("sink", 0)
    arcs = _Arcs()
    numbers = [arcs.add(("left", a), ("right", b), gain, 1) for a, b, gain in joins]
    for node, worth in left.items():
        arcs.add(source, ("left", node), worth, 1)
        arcs.add(source, ("left", node), 0, count)
    for node, worth in right.items():
        arcs.add(("right", node), sink, worth, 1)
        arcs.add(("right", node), sink, 0, count)
    for _ in range(count):
        arcs.push(source, sink)
    return [number for number, arc in enumerate(numbers) if not arcs.room[arc]]


class _Arcs:
    """A network of arcs with room and gain; each has its way back as the arc after it."""

    def __init__(self) -> None:
        self.ends: list[tuple[Hashable, Hashable]] = []
        self.gain: list[int] = []
        self.room: list[int] = []

    def add(self, tail: Hashable, head: Hashable, gain: int, room: int) -> int:
        """Add an arc and its way back; its number."""
        self.ends += [(tail, head), (head, tail)]
        self.gain += [gain, -gain]
        self.room += [room, 0]
        return len(self.ends) - 2

    def push(self, source: Hashable, sink: Hashable) -> None:
        """Send one unit along the path of greatest gain (Bellman and Ford)."""
        best: dict[Hashable, int] = {source: 0}
        by: dict[Hashable, int] = {}
        changed = True
        while changed:
            changed = False
            for arc, (tail, head) in enumerate(self.ends):
                if not self.room[arc] or tail not in best:
                    continue
                reached = best[tail] + self.gain[arc]
                if head not in best or reached > best[head]:
                    best[head], by[head], changed = reached, arc, True
        at = sink
        while at != source:
            arc = by[at]
            self.room[arc] -= 1
            self.room[arc ^ 1] += 1
            at = self.ends[arc][0]


def _replacements(scores: pd.DataFrame) -> dict[str, str]:
    """For each stop the base that is best in its place, the others staying.

    Of the stop's own county or variety where there is one, so that the day hardly changes.
    """
    chosen, spare = scores[scores["chosen"]], scores[~scores["chosen"]]
    found: dict[str, str] = {}
    for stop, row in chosen.iterrows():
        others = chosen.drop(index=stop)
        worth = spare["own"].copy()
        for name in ("variety", "county"):
            worth += spare[f"{name}_points"].where(~spare[name].isin(others[name]), 0)
        alike = [(spare[name] == row[name]) & (row[name] != "") for name in ("county", "variety")]
        near = worth[alike[0] | alike[1]]
        ranked = (near if len(near) else worth).round(2)
        if len(ranked):
            found[str(stop)] = str(ranked.idxmax())
    return found


# The way between them.


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


def _least_travel(
    chosen: Sequence[str], start: str | None, end: str | None, roads: _Roads
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


class _Roads:
    """How far it is from place to place: by the travel table, or as the crow flies."""

    def __init__(
        self,
        geometry: gpd.GeoSeries,
        places: Mapping[str, tuple[float, float]],
        minutes: Mapping[tuple[str, str], int] | None,
        straight_kmh: float | None,
    ) -> None:
        if straight_kmh is not None and not (0 < straight_kmh < math.inf):
            msg = f"straight_kmh 要大于 0, 给的是 {straight_kmh}。"
            raise HerbgisError(msg)
        self.geometry, self.places, self.kmh = geometry, places, straight_kmh
        self.minutes = minutes
        self.unit = "公里" if minutes is None else "分钟"
        self.guessed: list[str] = []
        self.geod = pyproj.Geod(ellps="GRS80")

    def ask(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Raise HerbgisError naming the pairs that nothing is known about."""
        if self.minutes is None:
            return
        lacking = [f"{a}→{b}" for a, b in pairs if a != b and (a, b) not in self.minutes]
        self.guessed = list(dict.fromkeys([*self.guessed, *lacking]))
        if lacking and self.kmh is None:
            msg = (
                f"车程表缺 {_first_of(lacking)}。来回要各有一行; 请补上, "
                "或用 straight_kmh= 许可这些段按直线距离和该时速估。"
            )
            raise HerbgisError(msg)

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
            return f"直线 {self.length(a, b):.1f} 公里 (车程未给)"
        guess = "" if a == b or (a, b) in self.minutes else " (按直线距离估)"
        return f"{self.length(a, b):.0f} 分钟{guess}"

    def notes(self, way: Sequence[str], *, ordered: bool) -> list[str]:
        """What is to be said of a way, and of its length in all."""
        legs = list(pairwise(way))
        total = sum(self.cost(a, b) for a, b in legs)
        if self.minutes is None:
            what = "距离按直线" if ordered else "顺序按直线距离"
            line = f"车程未给, {what}, 仅供参考。全程直线 {total / 1000:.1f} 公里。"
            return [line] if legs else []
        lines = [f"全程行车 {total / _HUNDREDTHS:.0f} 分钟, 不含停留。"] if legs else []
        if self.guessed:
            lines.append(
                f"车程表没有 {_first_of(self.guessed)}, "
                f"按直线距离每小时 {self.kmh:g} 公里估, 仅供参考。"
            )
        return lines

    def _metres(self, a: str, b: str) -> float:
        *_, metres = self.geod.inv(*self._lonlat(a), *self._lonlat(b))
        return float(metres)

    def _lonlat(self, place: str) -> tuple[float, float]:
        if place in self.places:
            lon, lat = self.places[place]
            return float(lon), float(lat)
        if place not in self.geometry.index:
            msg = f"不知道 {place} 在哪里, 算不了直线距离。请在 places= 里给出它的经度、纬度。"
            raise HerbgisError(msg)
        point = self.geometry[place].representative_point()
        return float(point.x), float(point.y)


def _first_of(pairs: Sequence[str]) -> str:
    more = f" 等 {len(pairs)} 段" if len(pairs) > _ERRORS_NAMED else ""
    return "、".join(pairs[:_ERRORS_NAMED]) + more


def _minutes(travel: pd.DataFrame | None) -> dict[tuple[str, str], int] | None:
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
        if pd.isna(value) or _text(value) == "":
            continue
        pair = (_text(a), _text(b))
        minutes = pd.to_numeric(value, errors="coerce")
        if not 0 <= minutes < math.inf:
            wrong.append(f"{pair[0]}→{pair[1]} ({_text(value)})")
            continue
        if found.setdefault(pair, cost := round(float(minutes) * _HUNDREDTHS)) != cost:
            twice.append(f"{pair[0]}→{pair[1]}")
    for fault, pairs in (("不是分钟数", wrong), ("前后不一致", twice)):
        if pairs:
            msg = f"车程表里{fault}的: {'、'.join(pairs[:_ERRORS_NAMED])}。"
            raise HerbgisError(msg)
    return found


# What stands in the field, and what the host knows.


def _host_facts(facts: pd.DataFrame | None, ids: pd.Index) -> pd.DataFrame:
    """Texts by base of what the host knows, for every base; empty where nothing is said."""
    known = ("会期物候", *HOSTS_COLUMNS)
    if facts is None:
        return pd.DataFrame("", index=ids, columns=list(known))
    named = [name for name in ("base_id", cols.titles()["base_id"]) if name in facts]
    table = facts.set_index(named[0]) if named else facts
    for column in table.columns:
        if column not in known:
            raise UnknownNameError("观摩点的栏目", str(column), known)
    labels = [_text(label) for label in table.index]
    for label in labels:
        if label not in ids:
            raise UnknownNameError("基地", label, ids)
    table = table.map(_text).set_axis(pd.Index(labels, dtype="str"))
    if table.index.has_duplicates:
        msg = (
            f"facts 里重复的基地: {'、'.join(sorted(set(table.index[table.index.duplicated()])))}。"
        )
        raise HerbgisError(msg)
    return table.reindex(index=ids, columns=list(known), fill_value="")


def _seasons(varieties: pd.Series, said: pd.Series, on: dt.date | None) -> pd.DataFrame:
    """What stands in each base's field in the month of the visit, its grade and source.

    What the host says goes before the shipped table.
    """
    entries = resources.read_toml("facts/phenology.toml")["stage"] if on else []
    shipped = {e["variety"]: e for e in entries if on and on.month in e["months"]}
    unknown = {"stage": "", "grade": "", "source": ""}
    rows = [
        {**unknown, "stage": own} if own else shipped.get(variety, unknown)
        for variety, own in zip(varieties, said, strict=True)
    ]
    return pd.DataFrame(rows, index=varieties.index, columns=list(unknown), dtype="str")


# The table and what stands below it.


def _in_words(
    table: gpd.GeoDataFrame,
    itinerary: Sequence[str],
    roads: _Roads,
    start: str | None,
    replacements: Mapping[str, str],
    said: pd.DataFrame,
    policy: Policy,
) -> pd.DataFrame:
    """The stops as the table tells them."""
    rows = []
    before = start
    for base in itinerary:
        row = table.loc[base]
        other = replacements.get(base)
        rows.append(
            {
                "观摩点": _named(base, row, policy, with_variety=False),
                "品种": row["variety"],
                "规模": _size(row, policy),
                "亮点": "; ".join(_highlights(row, policy)),
                "会期物候": _season(row),
                "车程": "第一站" if before is None else _leg(before, base, start, roads),
                **{name: said[name][base] for name in HOSTS_COLUMNS},
                "备选": _named(other, table.loc[other], policy) if other else "",
            }
        )
        before = base
    index = pd.Index(list(itinerary), name="base_id", dtype="str")
    return pd.DataFrame(rows, index=index, columns=list(TABLE_COLUMNS), dtype="str")


def _leg(before: str, base: str, start: str | None, roads: _Roads) -> str:
    told = roads.told(before, base)
    return f"自{before} {told}" if before == start else told


def _named(base: str, row: pd.Series, policy: Policy, *, with_variety: bool = True) -> str:
    """A base's name with where it is, and for another than the row's what grows there."""
    county = policy.title_of("county", row["county"])
    place = f"{county}{_text(row['township'])}"
    beside = ", ".join(part for part in (row["variety"] if with_variety else "", place) if part)
    name = _text(row["name"]) or base
    return f"{name} ({beside})" if beside else name


def _size(row: pd.Series, policy: Policy) -> str:
    mu = float(round_mu(np.array([row["counted_mu"]]))[0])
    undecided = ", 临界待复测" if row.get("verdict") == "undecided" else ""
    return f"{mu:.2f} 亩, {policy.tier_title(str(row['tier']))}{undecided}"


def _season(row: pd.Series) -> str:
    mark = f" ({UNSOURCED})" if row["grade"] == _UNSOURCED_GRADE else ""
    return f"{row['season']}{mark}"


def _highlights(row: pd.Series, policy: Policy) -> list[str]:
    """What a base's own columns say in its favour."""
    titles = cols.titles()
    parts = [policy.title_of("kind", row["kind"])] if row["kind"] == "demonstration" else []
    for name, words in _FLAGS.items():
        answer = _text(row.get(name))
        if answer == "yes":
            parts.append(words)
        elif answer not in {"", "no"}:
            parts.append(f"{titles[name]}: {answer}")
    if pd.notna(row["contiguous_mu"]):
        parts.append(f"{titles['contiguous_mu']} {row['contiguous_mu']:.2f} 亩")
    if row.get("households", np.nan) > 0:
        poor = row.get("poor_households", np.nan)
        among = f" ({titles['poor_households']} {poor:.0f} 户)" if poor > 0 else ""
        parts.append(f"{titles['households']} {row['households']:.0f} 户{among}")
    told = {name: _text(row.get(name)) for name in ("technical_support", "commissioner")}
    return [*parts, *(f"{titles[name]}: {text}" for name, text in told.items() if text)]


def _choice_notes(scores: pd.DataFrame, wishes: _Wishes, reasons: pd.Series) -> list[str]:
    """How the stops came about, and why there are no more of them."""
    chosen = scores[scores["chosen"]]
    varieties, counties = (chosen[n][chosen[n] != ""].nunique() for n in ("variety", "county"))
    how = "观摩点由使用者指定" if wishes.ordered else "先看品种和县区覆盖, 再看规模、质量和物候"
    cover = f"{varieties} 个品种, {counties} 个县区"
    lines = [f"从 {len(scores)} 个核实基地中选 {len(chosen)} 个: {cover}; {how}。"]
    if len(chosen) < wishes.stops:
        left = Counter(reason for reason in reasons if reason)
        told = [f"{reason} {count} 个" for reason, count in left.items()]
        told += [f"指明不去 {len(wishes.never)} 个"] if wishes.never else []
        why = f"不能选的: {'、'.join(told)}。" if told else "没有别的基地。"
        lines.append(f"要 {wishes.stops} 个观摩点, 可选的只有 {len(scores)} 个。{why}")
    return lines


def _season_notes(stops: gpd.GeoDataFrame, on: dt.date | None) -> list[str]:
    if on is None:
        return ["没有给会期, 会期物候未列。"]
    unsourced = (stops["grade"] == _UNSOURCED_GRADE).any()
    lines = [f"会期物候标“{UNSOURCED}”的没有可靠来源, 须由技术单位核对。"] if unsourced else []
    return [*lines, *(f"会期物候来源: {source}。" for source in sorted({*stops["source"]} - {""}))]


def _closing_notes(named: gpd.GeoDataFrame) -> list[str]:
    """What the host fills in, what stands under every table, and where the data come from."""
    lines = [
        f"{'、'.join(HOSTS_COLUMNS)}由承办单位填写, 空白的没有资料。",
        "“以上”含本数; 食用菌不计入。面积为核定面积。",
    ]
    notes = sorted({_text(note) for note in named["data_note"]} - {""})
    return [*lines, *(f"数据说明: {note}" for note in notes)]
