"""choose_visit: the stops of a site visit (观摩点), the way, and who stands in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Unpack

import geopandas as gpd
import pandas as pd

from herbgis.counting.marks import countable_by_id
from herbgis.counting.tiers import tier_of
from herbgis.foundation import display
from herbgis.foundation.errors import HerbgisError, MissingColumnError
from herbgis.foundation.keywords import options_given
from herbgis.foundation.language import heading, listed, tr
from herbgis.geo.geodesy import CGCS2000
from herbgis.planning.visit.choice import best_choice, stand_ins
from herbgis.planning.visit.roads import (
    ERRORS_NAMED,
    Roads,
    RouteKeywords,
    RouteOptions,
    least_travel,
    text_of,
)
from herbgis.planning.visit.wishes import reasons_against, tidy_wishes
from herbgis.planning.visit.words import (
    choice_notes,
    closing_notes,
    host_facts,
    season_notes,
    seasons_of,
    visit_table,
)
from herbgis.planning.visit.worth import FLAGS, HUNDREDTHS, VisitRule, score_bases, worth_of
from herbgis.reading.understanding.survey import shapes_of
from herbgis.terms.calls import answering
from herbgis.terms.carried import policy_for
from herbgis.terms.policy import Policy


@answering
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

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> visit = hg.choose_visit(bases, stops=3)
    >>> visit.stops
    ('520602-2020-011', '520621-2020-007', '520603-2020-003')
    >>> visit.legs, visit.unit  # 没有给车程, 按直线
    ((39.946, 17.211), '公里')
    >>> visit.table["规模"].iloc[0]
    '1121.70 亩, 1000亩以上'
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

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON; the scores of every base that could be chosen among them."""
        return {
            "stops": display.plain_rows(self.table.reset_index()),
            "scores": display.plain_rows(self.scores.reset_index()),
            "replacements": dict(self.replacements),
            "legs": [*self.legs],
            "unit": self.unit,
            "worth": self.worth,
            "on": self.on and self.on.isoformat(),
            "start": self.start,
            "end": self.end,
            "notes": [*self.notes],
        }

    def __repr__(self) -> str:
        return "\n".join([display.text_table(self.table.rename(columns=heading)), *self.notes])

    def _repr_html_(self) -> str:
        notes = [display.html_paragraph(line) for line in self.notes]
        shown = display.html_table(self.table.rename(columns=heading))
        return display.html_section(tr("观摩点推荐表"), shown, *notes)


def choose_visit(
    bases: gpd.GeoDataFrame,
    *,
    stops: int = 6,
    must: Iterable[str] = (),
    never: Iterable[str] = (),
    order: Sequence[str] | None = None,
    route: RouteOptions | None = None,
    facts: pd.DataFrame | None = None,
    on: dt.date | None = None,
    rule: VisitRule | None = None,
    policy: Policy | None = None,
    columns: Mapping[str, str] | None = None,
    **single: Unpack[RouteKeywords],
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
    route : RouteOptions, optional
        Where the visit sets out and ends, and travel times; as the crow flies by default.
    facts : DataFrame, optional
        Index ``base_id`` (or a column), any of 大巴可达, 停车位, 讲解人, and 会期物候, which goes
        before the shipped table.
    on : datetime.date, optional
        The day of the visit; without it phenology is neither shown nor judged.
    rule : VisitRule, optional
    policy : Policy, optional
    columns : mapping of str to str, optional
        Column of the base table to the frame's heading.
    **single
        The fields of `RouteOptions` one by one, instead of `route`.

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
    WrongCallError
        A keyword that there is not, or `route` beside one of its fields.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> visit = hg.choose_visit(bases, stops=4, never=["520621-2020-007"])
    >>> len(visit.stops), visit.unit, round(sum(visit.legs), 1)
    (4, '公里', 112.8)
    """
    route = options_given(choose_visit, "route", RouteOptions, route, single)
    start, end = route.start, route.end
    policy, rule = policy_for(bases, policy), rule or VisitRule()
    table = _tidy(bases, policy, columns)
    said = host_facts(facts, table.index)
    table[["season", "grade", "source"]] = seasons_of(table["variety"], said["会期物候"], on)
    reasons = reasons_against(table, policy)
    wishes = tidy_wishes(table.index, reasons, stops, must, never, order)
    possible = reasons.index[(reasons == "") & ~reasons.index.isin(wishes.never)]
    scores = score_bases(table.loc[possible], rule, policy)
    count = min(wishes.stops, len(scores))
    chosen = best_choice(scores, count, wishes.must)
    scores["chosen"] = scores.index.isin(chosen)
    roads = Roads(table.geometry, route)
    itinerary = list(order) if order is not None else least_travel(chosen, start, end, roads)
    way = [p for p in (start, *itinerary, end) if p is not None]
    roads.ask(list(pairwise(way)))
    replacements = stand_ins(scores)
    notes = (
        *choice_notes(scores, wishes, reasons),
        *roads.notes(way, ordered=wishes.ordered),
        *season_notes(table.loc[itinerary], on),
        *closing_notes(table.loc[[*itinerary, *replacements.values()]], policy),
    )
    return Visit(
        table=visit_table(table, itinerary, roads, start, replacements, said, policy),
        scores=scores,
        replacements={stop: replacements[stop] for stop in itinerary if stop in replacements},
        legs=tuple(roads.length(a, b) for a, b in pairwise(way)),
        unit=roads.unit,
        worth=worth_of(scores, chosen) / HUNDREDTHS,
        on=on,
        start=start,
        end=end,
        notes=notes,
    )


def _tidy(
    bases: gpd.GeoDataFrame, policy: Policy, columns: Mapping[str, str] | None
) -> gpd.GeoDataFrame:
    """The columns that a visit looks at, index ``base_id`` in order, on CGCS2000."""
    if not isinstance(bases, gpd.GeoDataFrame) or bases.active_geometry_name is None:
        raise MissingColumnError("choose_visit", ["geometry"], [str(c) for c in bases.columns])
    table = countable_by_id(bases, policy, columns)
    table.index = pd.Index([text_of(label) for label in table.index], name="base_id", dtype="str")
    if table.index.has_duplicates:
        twice = sorted(set(table.index[table.index.duplicated()]))[:ERRORS_NAMED]
        msg = "choose_visit 要一个基地一行, 重复的编号: {names}。请先 hg.classify。"
        raise HerbgisError(tr(msg, names=listed(twice)))
    table["tier"] = tier_of(table["counted_mu"], policy)
    said = [name for name in ("variety", "county", *FLAGS) if name in table]
    table[said] = table[said].fillna("")
    places = shapes_of(bases, "choose_visit", policy=policy)
    return gpd.GeoDataFrame(table, geometry=places, crs=CGCS2000).sort_index()
