"""The monthly schedule (调度): counts by reporting unit against targets broken down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.counting.ledger import days_of, select_in_force
from herbgis.counting.marks import UNVALIDATED, mark_bases
from herbgis.counting.progress import rate_text
from herbgis.counting.row_order import total
from herbgis.counting.standing import NOT_YET_VERIFIED, STANDINGS, newest_day
from herbgis.counting.unit_targets import notes_on_targets, targets_by_unit
from herbgis.foundation import display
from herbgis.foundation.language import heading, tr
from herbgis.foundation.units import round_mu
from herbgis.terms.calls import answering
from herbgis.terms.carried import policy_for
from herbgis.terms.policy import Policy, Tier
from herbgis.terms.reporting_units import in_policys_order, unit_titles

CITY = "全市"
_VERIFIED_NOTE = (
    "累计核实: 已建成, 有图斑, 没有须整改的问题, 核定面积达到该规模; "
    "退回整改: 待核实中有须整改问题的。"
)
_OF_A_TIER = {
    "target": "目标",
    "new": "本月新增",
    "reported": "累计上报",
    "verified": "累计核实",
    "rate": "完成率",
    "gap": "尚差",
}
_OF_A_UNIT = {
    "pending": "待核实",
    "returned": "退回整改",
    "mu": "核定面积",
    "forecast": "预计年底",
    "remark": "备注",
}


@answering
@dataclass(frozen=True, repr=False)
class Schedule:
    """进度表: a row a reporting unit, the city first.

    Attributes
    ----------
    table : DataFrame
        ``unit``; for every tier ``target_<tier>``, ``new_<tier>`` (verified now and not before),
        ``reported_<tier>``, ``verified_<tier>``, ``rate_<tier>``, ``gap_<tier>``; ``pending`` and
        ``returned`` (of these those with errors) of the lowest tier, ``mu`` of the verified,
        ``forecast`` and ``remark``. A target that nobody set is missing.
    notes : tuple of str
        What stands under the table.
    as_of : datetime.date or None
    titles : mapping of str to str
        What is printed for a tier.
    rules : Policy
        By which was counted.

    Examples
    --------
    >>> import datetime as dt
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().ledger)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> hg.admit("台账.gpkg", bases, on=dt.date(2020, 1, 31))
    <Admission 第 1 批 2020-01-31: 新入库 108, 更新 0, 未变 0, 待核实 5>
    >>> schedule = hg.make_ledger_schedule(hg.read_ledger_history("台账.gpkg"))
    >>> schedule.table[["unit", "verified_500", "new_500", "gap_500"]].iloc[0].to_dict()
    {'unit': '全市', 'verified_500': 67, 'new_500': 67, 'gap_500': 33}
    >>> schedule.as_of.isoformat(), schedule.titles["1000"]
    ('2020-01-31', '1000亩以上')
    """

    table: pd.DataFrame
    notes: tuple[str, ...]
    as_of: dt.date | None
    titles: Mapping[str, str]
    rules: Policy

    def in_words(self) -> pd.DataFrame:
        """The table under the headings that people read, in two lines."""
        columns: dict[tuple[str, str], pd.Series] = {
            ("", heading("序号")): pd.Series(range(1, len(self.table) + 1)),
            ("", heading("填报单位")): self._units,
        }
        for place, (label, title) in enumerate(self.titles.items()):
            group = tr("其中{title}", title=tr(title)) if place else heading(title)
            for name, told in _OF_A_TIER.items():
                columns[group, heading(told)] = self.table[f"{name}_{label}"]
        for name, told in _OF_A_UNIT.items():
            columns["", heading(told)] = self.table[name]
        return pd.DataFrame(columns)

    @property
    def _units(self) -> pd.Series:
        """The units as people read them."""
        return self.table["unit"].map(tr)

    def as_rows(self) -> list[dict[str, Any]]:
        """The table as plain values, for JSON."""
        return display.plain_rows(self.table.assign(unit=self._units))

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        day = self.as_of and self.as_of.isoformat()
        return {"as_of": day, "schedule": self.as_rows(), "notes": [*self.notes]}

    def __repr__(self) -> str:
        return "\n".join([display.text_table(display.in_one_line(self.in_words())), *self.notes])

    def _repr_html_(self) -> str:
        flat = display.in_one_line(self.in_words())
        notes = [display.html_paragraph(line) for line in self.notes]
        return display.html_section(tr("规模化基地建设进度表"), display.html_table(flat), *notes)


def make_schedule(
    bases: gpd.GeoDataFrame,
    *,
    before: gpd.GeoDataFrame | None = None,
    targets: pd.DataFrame | None = None,
    as_of: dt.date | None = None,
    policy: Policy | None = None,
) -> Schedule:
    """Count bases by reporting unit against the targets broken down.

    Parameters
    ----------
    bases : GeoDataFrame
        All bases as they stand, as `classify` gives them, index ``base_id``.
    before : GeoDataFrame, optional
        The same as it stood at the last count; what is verified now and was not then is new.
        Without it that column stays empty.
    targets : DataFrame, optional
        A row a unit and tier, as `read_targets` gives it.
    as_of : datetime.date, optional
        Count what stood on this day, as `count_progress` does. By default everything counts, and
        the newest ``surveyed_on`` is named. The year-end forecast is for the year of that day.
    policy : Policy, optional

    Returns
    -------
    Schedule

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> schedule = hg.make_schedule(bases)
    >>> schedule.table[["unit", "verified_500", "gap_500", "rate_500"]].iloc[0].to_dict()
    {'unit': '全市', 'verified_500': 96, 'gap_500': 4, 'rate_500': '96.0%'}
    """
    policy = policy_for(bases, policy)
    if before is not None:
        policy_for(before, policy)
    marks = mark_bases(bases, policy=policy, as_of=as_of)
    marks["unit"] = unit_titles(marks, policy)
    if before is not None:
        was = mark_bases(before, policy=policy)
        for tier in policy.tiers:
            already = _ids(was)[was[f"verified_{tier.label}"]]
            now = marks[f"verified_{tier.label}"]
            marks[f"new_{tier.label}"] = now & ~_ids(marks).isin(already)
    known = [word.title for word in policy.words["reporting_unit"].values()]
    units = in_policys_order({*known, *marks["unit"]}, policy)
    asked = targets_by_unit(targets)
    day = as_of or newest_day(marks["surveyed_on"], policy)
    year = day.year if day else None
    rows = [_row(CITY, marks, asked, year, policy)]
    rows += [_row(u, marks[marks["unit"] == u], asked, year, policy) for u in units]
    later, standing = int(marks[NOT_YET_VERIFIED].sum()), heading(STANDINGS[NOT_YET_VERIFIED])
    notes = (
        *([] if marks["validated"].all() else [tr(UNVALIDATED)]),
        *([tr("截止日期: {day}。", day=day.isoformat())] if day else []),
        *(
            [tr("{standing} {count} 个, 不在核实数内。", standing=standing, count=later)]
            if later
            else []
        ),
        tr("单位: 个、亩、%。"),
        policy.table_note,
        tr(_VERIFIED_NOTE),
        _forecast_note(year, policy),
        *([] if before is not None else [tr("没有上期台账, 本月新增未列。")]),
        *notes_on_targets(targets, day, policy),
    )
    titles = {tier.label: tier.reach_title for tier in policy.tiers}
    table = pd.DataFrame(rows)
    counts = [n for n in table if n.partition("_")[0] in {"target", "new", "gap"}]
    table = table.astype(dict.fromkeys(counts, "Int64"))
    return Schedule(table, notes, day, titles, policy)


def make_ledger_schedule(
    history: gpd.GeoDataFrame,
    *,
    targets: pd.DataFrame | None = None,
    as_of: dt.date | None = None,
    policy: Policy | None = None,
) -> Schedule:
    """The schedule of a ledger: new is what came with the latest of its days.

    Parameters
    ----------
    history : GeoDataFrame
        As `read_ledger_history` gives it.
    targets : DataFrame, optional
        A row a unit and tier, as `read_targets` gives it.
    as_of : datetime.date, optional
        By default the ledger's last day.
    policy : Policy, optional

    Returns
    -------
    Schedule

    Examples
    --------
    >>> import datetime as dt
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().ledger)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> hg.admit("台账.gpkg", bases, on=dt.date(2020, 1, 31))
    <Admission 第 1 批 2020-01-31: 新入库 108, 更新 0, 未变 0, 待核实 5>
    >>> history = hg.read_ledger_history("台账.gpkg")
    >>> schedule = hg.make_ledger_schedule(history)
    >>> schedule.table.set_index("unit").loc["德江县", ["verified_500", "verified_1000"]].tolist()
    [9, 4]
    """
    policy = policy_for(history, policy)
    days = [day for day in days_of(history) if as_of is None or day <= as_of]
    last = as_of or (days[-1] if days else None)
    # Before a ledger's first day nothing was counted.
    previous = days[-2] if len(days) > 1 else dt.date.min
    earlier = history["admitted_on"].dt.date <= previous
    return make_schedule(
        select_in_force(history, last),
        before=select_in_force(gpd.GeoDataFrame(history[earlier])),
        targets=targets,
        as_of=last,
        policy=policy,
    )


def _row(
    unit: str,
    marks: pd.DataFrame,
    targets: Mapping[tuple[str, str], int],
    year: int | None,
    policy: Policy,
) -> dict[str, Any]:
    row: dict[str, Any] = {"unit": unit}
    for tier in policy.tiers:
        row |= _tier_cells(unit, marks, targets, tier)
    lowest = policy.tiers[0].label
    pending = marks[f"pending_{lowest}"]
    any_tier = np.logical_or.reduce([marks[f"verified_{t.label}"] for t in policy.tiers])
    mu = np.array(total(marks.loc[any_tier, "counted_mu"]))
    forecasts = [_forecast(marks, tier, year) for tier in policy.tiers]
    rest = zip(policy.tiers[1:], forecasts[1:], strict=True)
    return row | {
        "pending": int(pending.sum()),
        "returned": int((pending & marks["blocked"]).sum()),
        "mu": float(round_mu(mu)),
        "forecast": forecasts[0],
        "remark": "; ".join(
            tr("预计年底{tier} {count} 个", tier=tr(t.reach_title), count=count)
            for t, count in rest
            if count
        ),
    }


def _tier_cells(
    unit: str, marks: pd.DataFrame, targets: Mapping[tuple[str, str], int], tier: Tier
) -> dict[str, Any]:
    label = tier.label
    verified = int(marks[f"verified_{label}"].sum())
    target = tier.target if unit == CITY else targets.get((unit, label))
    return {
        f"target_{label}": target,
        f"new_{label}": int(marks[f"new_{label}"].sum()) if f"new_{label}" in marks else None,
        f"reported_{label}": int(marks[f"reported_{label}"].sum()),
        f"verified_{label}": verified,
        f"rate_{label}": "" if target is None else rate_text(verified, target),
        f"gap_{label}": None if target is None else max(target - verified, 0),
    }


def _forecast(marks: pd.DataFrame, tier: Tier, year: int | None) -> int:
    """Verified, and in building with a completion date in the year."""
    in_year = (marks["year"] == year).fillna(value=False).astype(bool)
    building = marks[f"building_{tier.label}"] & in_year
    return int(marks[f"verified_{tier.label}"].sum() + building.sum())


def _forecast_note(year: int | None, policy: Policy) -> str:
    return tr(
        "预计年底: {tier}的累计核实加在建而建成时间在{within}的; 没有建成时间的不计。",
        tier=tr(policy.tiers[0].reach_title),
        within=tr(" {year} 年内", year=year) if year else tr("当年"),
    )


def _ids(marks: pd.DataFrame) -> pd.Series:
    """What tells a base from the others: its id, or its row where it has none."""
    rows = pd.Series(marks.index.astype(str), index=marks.index)
    return marks["base_id"].astype(object).where(marks["base_id"].notna(), rows)
