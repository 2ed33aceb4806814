"""Growth of reporting units against last month and last year, and their rank among each other."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.counting.ledger import days_of, select_in_force
from herbgis.counting.marks import mark_bases
from herbgis.counting.row_order import total
from herbgis.counting.schedule import CITY
from herbgis.counting.trends import growth, growth_texts
from herbgis.foundation import display
from herbgis.foundation.language import heading, tr
from herbgis.foundation.units import round_mu
from herbgis.terms.calls import answering
from herbgis.terms.carried import policy_for
from herbgis.terms.policy import Policy
from herbgis.terms.reporting_units import in_policys_order, unit_titles

#: What is compared with, and how it is printed: 环比 and 同比.
_SPANS = {"month": ("环比", "上月"), "year": ("同比", "上年")}
_OF_A_SPAN = ("before", "growth", "same_bases", "same_value", "same_before", "same_growth", "rank")
_NOTES = (
    "位次: 按本期数从大到小, 相同的并列, 其后空出 (1、1、3)。",
    "增速位次: 按同一批基地的增减, 算不出增减的不排。",
    "同一批基地: 两个日子都在台账上 (核实的和待核实的) 的; 全部基地的增减还含新报的和不再报的。",
    "增减: 空格是那时没有数, “—”是那时为 0, 算不出百分比。单位: 个、亩。",
)


@answering
@dataclass(frozen=True, repr=False)
class UnitGrowth:
    """Verified bases of each reporting unit, beside last month and last year, and ranked.

    Attributes
    ----------
    table : DataFrame
        A row a measure and unit, the city first: ``measure`` (``verified_<tier>``, or ``mu``,
        counted area of the verified), ``unit``, ``value``, ``rank`` (the largest is 1; equal ones
        share a rank and the next is left out; the city has none). For ``month`` and ``year``:
        ``<span>_before`` and ``<span>_growth`` of all bases; of the bases that the ledger had on
        both days ``<span>_same_bases``, ``<span>_same_value``, ``<span>_same_before``,
        ``<span>_same_growth``, and ``<span>_rank`` by that growth. Growth is a share, missing
        where the ledger did not reach back or there was nothing to grow from.
    as_of : datetime.date or None
    before : dict of str to datetime.date
        The day that each span compares with.
    since : datetime.date or None
        The ledger's first day.
    titles : dict of str to str
        What is printed for a measure.

    Examples
    --------
    >>> import datetime as dt
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().ledger)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> hg.admit("台账.gpkg", bases, on=dt.date(2020, 1, 31))
    <Admission 第 1 批 2020-01-31: 新入库 108, 更新 0, 未变 0, 待核实 5>
    >>> units = hg.compare_units(hg.read_ledger_history("台账.gpkg"), as_of=dt.date(2020, 2, 29))
    >>> city = units.table.iloc[0]
    >>> city["unit"], float(city["value"]), float(city["month_growth"])
    ('全市', 67.0, 0.0)
    """

    table: pd.DataFrame
    as_of: dt.date | None
    before: dict[str, dt.date]
    since: dt.date | None
    titles: dict[str, str]

    def notes(self) -> list[str]:
        """What stands under the table."""
        lines = [tr("截止日期: {day}。", day=self.as_of.isoformat())] if self.as_of else []
        for span, day in self.before.items():
            name, then = map(tr, _SPANS[span])
            line = "{span}与 {day} 的台账相比。"
            if self.since is None or self.since > day:
                line = "{span}与 {day} 的台账相比; 那时还没有台账, {then}的数空着。"
            lines.append(tr(line, span=name, day=day.isoformat(), then=then))
        return [*lines, *map(tr, _NOTES)]

    def in_words(self) -> pd.DataFrame:
        """The table under the headings that people read, in two lines."""
        told = self.table
        columns: dict[tuple[str, str], object] = {
            ("", "指标"): [tr(self.titles[name]) for name in told["measure"]],
            ("", "填报单位"): told["unit"].map(tr),
            ("", "本期"): told["value"],
            ("", "位次"): told["rank"],
        }
        for span, (name, then) in _SPANS.items():
            own = {part: told[f"{span}_{part}"] for part in _OF_A_SPAN}
            same, every = (
                tr(text, span=heading(name)) for text in ("{span}·同一批基地", "{span}·全部基地")
            )
            columns |= {
                (same, "基地数"): own["same_bases"],
                (same, then): own["same_before"],
                (same, "本期"): own["same_value"],
                (same, "增减"): growth_texts(own["same_growth"], own["same_before"]),
                (same, "增速位次"): own["rank"],
                (every, then): own["before"],
                (every, "增减"): growth_texts(own["growth"], own["before"]),
            }
        said = {(group, heading(told)): cells for (group, told), cells in columns.items()}
        return pd.DataFrame(said)

    def __repr__(self) -> str:
        flat = display.in_one_line(self.in_words())
        return "\n".join([display.text_table(flat), *self.notes()])

    def _repr_html_(self) -> str:
        flat = display.in_one_line(self.in_words())
        notes = [display.html_paragraph(line) for line in self.notes()]
        return display.html_section(tr("环比、同比与位次"), display.html_table(flat), *notes)


def compare_units(
    history: gpd.GeoDataFrame,
    *,
    as_of: dt.date | None = None,
    policy: Policy | None = None,
) -> UnitGrowth:
    """Growth of each reporting unit against last month and last year, and its rank.

    Parameters
    ----------
    history : GeoDataFrame
        As `read_ledger_history` gives it.
    as_of : datetime.date, optional
        By default the ledger's last day.
    policy : Policy, optional

    Returns
    -------
    UnitGrowth

    Examples
    --------
    >>> import datetime as dt
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().ledger)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> hg.admit("台账.gpkg", bases, on=dt.date(2020, 1, 31))
    <Admission 第 1 批 2020-01-31: 新入库 108, 更新 0, 未变 0, 待核实 5>
    >>> units = hg.compare_units(hg.read_ledger_history("台账.gpkg"))
    >>> first = units.table.query("measure == 'verified_500' and rank == 1")
    >>> first[["unit", "value"]].to_dict("records")
    [{'unit': '印江自治县', 'value': 10.0}]
    """
    policy = policy_for(history, policy)
    days = days_of(history)
    day = as_of or (days[-1] if days else None)
    since = days[0] if days else None
    before = {} if day is None else {"month": month_before(day), "year": year_before(day)}
    now = _marks(history, day, policy)
    then = {
        span: _marks(history, was, policy) if since and since <= was else None
        for span, was in before.items()
    }
    known = [word.title for word in policy.words["reporting_unit"].values()]
    units = [CITY, *in_policys_order({*known, *now["unit"]}, policy)]
    titles = {f"verified_{tier.label}": tier.reach_title for tier in policy.tiers}
    titles["mu"] = "核定面积"
    rows = [_row(unit, measure, now, then) for measure in titles for unit in units]
    table = pd.DataFrame(rows, columns=_columns())
    for name, by in (("rank", "value"), *((f"{s}_rank", f"{s}_same_growth") for s in _SPANS)):
        for measure in titles:
            ranked = (table["measure"] == measure) & (table["unit"] != CITY)
            table.loc[ranked, name] = ranks(table.loc[ranked, by])
    counts = ["rank", *(f"{span}_{n}" for span in _SPANS for n in ("rank", "same_bases"))]
    table = table.astype(dict.fromkeys(counts, "Int64"))
    return UnitGrowth(table, day, before, since, titles)


def month_before(day: dt.date) -> dt.date:
    """The same day of the month before; of a month's last day its last day."""
    year, month = divmod(day.year * 12 + day.month - 2, 12)
    return _same_day(day, year, month + 1)


def year_before(day: dt.date) -> dt.date:
    """The same day a year before; of a month's last day its last day."""
    return _same_day(day, day.year - 1, day.month)


def _same_day(day: dt.date, year: int, month: int) -> dt.date:
    last, own_last = (
        calendar.monthrange(year, month)[1],
        calendar.monthrange(day.year, day.month)[1],
    )
    return dt.date(year, month, last if day.day == own_last else min(day.day, last))


def ranks(values: pd.Series) -> pd.Series:
    """Places by size: the largest first, equal ones together, the places they take left out."""
    return values.astype(float).rank(method="min", ascending=False)


def _columns() -> list[str]:
    spans = [f"{span}_{name}" for span in _SPANS for name in _OF_A_SPAN]
    return ["measure", "unit", "value", "rank", *spans]


def _marks(history: gpd.GeoDataFrame, day: dt.date | None, policy: Policy) -> pd.DataFrame:
    """What each base was on a day, with its unit, and its 亩 if it was verified."""
    marks = mark_bases(select_in_force(history, day), policy=policy)
    marks["unit"] = unit_titles(marks, policy)
    verified = [marks[f"verified_{tier.label}"] for tier in policy.tiers]
    marks["mu"] = marks["counted_mu"].where(np.logical_or.reduce(verified), 0.0)
    return marks.set_index("base_id")


def _row(
    unit: str, measure: str, now: pd.DataFrame, then: dict[str, pd.DataFrame | None]
) -> dict[str, object]:
    """A unit's value, and beside it what it was."""
    own = _of_unit(now, unit)
    value = _sum_of(own[measure])
    row: dict[str, object] = {"measure": measure, "unit": unit, "value": value}
    for span, marks in then.items():
        if marks is not None:
            row |= {f"{span}_{k}": v for k, v in _beside(own, _of_unit(marks, unit), measure)}
    return row


def _beside(
    own: pd.DataFrame, was: pd.DataFrame, measure: str
) -> Iterator[tuple[str, float | int]]:
    """All bases then and now, and those that were there both times."""
    before = _sum_of(was[measure])
    yield "before", before
    yield "growth", growth(_sum_of(own[measure]), before)
    both = own.index.intersection(was.index)
    yield "same_bases", len(both)
    if len(both):
        value, before = _sum_of(own.loc[both, measure]), _sum_of(was.loc[both, measure])
        yield "same_value", value
        yield "same_before", before
        yield "same_growth", growth(value, before)


def _of_unit(marks: pd.DataFrame, unit: str) -> pd.DataFrame:
    return marks if unit == CITY else marks[marks["unit"] == unit]


def _sum_of(values: pd.Series) -> float:
    return float(round_mu(np.array(total(values))))
