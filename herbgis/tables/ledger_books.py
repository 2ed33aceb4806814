"""The ledger as the bureau keeps it in workbooks: 台账, and the monthly 进度表 beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.counting.marks import mark_bases
from herbgis.counting.progress import Progress
from herbgis.counting.schedule import Schedule
from herbgis.counting.unit_growth import UnitGrowth
from herbgis.counting.yearly import OTHER_YEARS, years_in_words
from herbgis.foundation.language import heading, listed, tr
from herbgis.tables.cells import Totals
from herbgis.tables.progress_book import breakdown_sheets
from herbgis.tables.sheets import Sheet
from herbgis.tables.workbooks import write_workbook
from herbgis.terms import columns as cols
from herbgis.terms.carried import policy_counted_by, policy_for
from herbgis.terms.policy import Policy
from herbgis.terms.reporting_units import unit_titles

_MU = "0.00"
#: Of the columns that only some tables have, those that always stand in a 台账, at its end.
_LAST = ("evidence", "remark")
_AREAS = ("declared_mu", "surveyed_mu", "counted_mu", "contiguous_mu")
#: So that a row is not higher than it need be.
_WIDTHS = {"其他年度": 60}
_SIGNED = "填报人:                    审核人:                    填报单位 (盖章):"


def write_schedule_book(
    schedule: Schedule,
    path: str | Path,
    *,
    policy: Policy | None = None,
    progress: Progress | None = None,
    growth: UnitGrowth | None = None,
    notes: Sequence[str] = (),
) -> Path:
    """Write 进度表.xlsx, ready to print on A4 landscape.

    Parameters
    ----------
    schedule : Schedule
    path : str or Path
        An .xlsx to write.
    policy : Policy, optional
        Whose title is named under the table; that of the count by default.
    progress : Progress, optional
        Whose readings (口径对照), breakdowns and bases nearest to the line stand on further sheets.
    growth : UnitGrowth, optional
        Growth and ranks of the units, on a sheet of its own.
    notes : sequence of str
        Lines to stand under every table, such as where the data come from; see `list_data_notes`.

    Returns
    -------
    Path
        Of the workbook.

    Raises
    ------
    PolicyMismatchError
        The policy, or that of the progress, has other tiers than the schedule.
    OutputError
        The file cannot be written, for example because WPS has it open.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> schedule = hg.make_schedule(bases)
    >>> hg.write_schedule_book(schedule, "进度表.xlsx", notes=hg.list_data_notes(bases)).name
    '进度表.xlsx'
    """
    policy = policy_counted_by(schedule.rules, policy)
    if progress is not None:
        policy_counted_by(progress.rules, policy)
    below = [*schedule.notes, tr("依据: {title}。", title=policy.title), *notes, _SIGNED]
    table = schedule.in_words()
    narrow = dict.fromkeys((heading for _, heading in table.columns), 7.0)
    widths = narrow | {"填报单位": 12.0, "核定面积": 11.0, "备注": 26.0, "序号": 5.0}
    sheets = [
        Sheet(
            *("进度表", "规模化基地建设进度表", table, below, {"核定面积": _MU}),
            unit="个、亩、%",
            widths=widths,
            frozen=2,
            totals=_city_first(table),
        )
    ]
    if growth is not None:
        below = [*growth.notes(), *notes]
        sheets.append(
            Sheet(
                *("环比同比位次", "环比、同比与位次", growth.in_words(), below),
                unit="个、亩",
                frozen=2,
                row_formats=[_MU if name == "mu" else None for name in growth.table["measure"]],
            )
        )
    if progress is not None:
        sheets += breakdown_sheets(progress, [*progress.notes(), *notes])
    return write_workbook(path, sheets)


def _city_first(table: pd.DataFrame) -> Totals:
    """Of a schedule's table, whose first row is the city's: what its units add up to."""
    counted = {"本月新增", "累计上报", "累计核实", "待核实", "退回整改", "核定面积", "预计年底"}
    sums = set(map(heading, counted))
    rate, verified, target = map(heading, ("完成率", "累计核实", "目标"))
    tiers = {group for group, _ in table.columns if group}
    return Totals(
        [key for key in table.columns if key[1] in sums],
        {(t, rate): ((t, verified), (t, target)) for t in sorted(tiers)},
        on_top=True,
    )


def write_ledger_book(
    bases: gpd.GeoDataFrame,
    path: str | Path,
    *,
    policy: Policy | None = None,
    notes: Sequence[str] = (),
) -> Path:
    """Write 台账.xlsx: a row a base, those in force and those that wait.

    Parameters
    ----------
    bases : GeoDataFrame
        As `select_in_force` gives it.
    path : str or Path
        An .xlsx to write.
    policy : Policy, optional
        For the words of units, kinds, states and tiers.
    notes : sequence of str
        Lines to stand under the table, such as where the data come from; see `list_data_notes`.

    Returns
    -------
    Path
        Of the workbook.

    Raises
    ------
    OutputError
        The file cannot be written, for example because WPS has it open.

    Examples
    --------
    >>> import datetime as dt
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().ledger)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> hg.admit("台账.gpkg", bases, on=dt.date(2020, 1, 31))
    <Admission 第 1 批 2020-01-31: 新入库 108, 更新 0, 未变 0, 待核实 5>
    >>> state = hg.select_in_force(hg.read_ledger_history("台账.gpkg"))
    >>> hg.write_ledger_book(state, "台账.xlsx", notes=hg.list_data_notes(state)).name
    '台账.xlsx'
    """
    policy = policy_for(bases, policy)
    return write_workbook(
        path,
        [
            Sheet(
                "台账",
                "中药材与食用菌基地台账",
                ledger_table(bases, policy),
                [policy.table_note, *notes],
                {cols.titles()[name]: _MU for name in _AREAS},
                unit="亩",
                widths=_WIDTHS,
                frozen=2,
                totals=Totals([cols.titles()[name] for name in _AREAS]),
                words=_worded(),
            )
        ],
    )


def _worded() -> list[str]:
    """Headings of the columns whose cells hold words."""
    own = [column for column in cols.every() if column.words or column.name == "tier"]
    return [*(name for column in own for name in (column.heading, column.title)), "核实状态"]


def ledger_table(bases: gpd.GeoDataFrame, policy: Policy) -> pd.DataFrame:
    """The ledger under the headings of the 台账, by unit, then by id."""
    marks = mark_bases(bases, policy=policy)
    units = unit_titles(bases, policy)
    order = [word.title for word in policy.words["reporting_unit"].values()]
    rank = {title: place for place, title in enumerate(order)}
    titles = cols.titles()
    table = pd.DataFrame(
        {
            titles["base_id"]: bases.index.astype("str"),
            titles["reporting_unit"]: units,
            **_cells(bases, ["county", "township", "village", "name", "operator"], policy),
            **_cells(bases, ["variety"], policy),
            "其他品种": [
                listed(v for v in every if v != main)
                for main, every in zip(bases["variety"], bases["varieties"], strict=True)
            ],
            **_cells(bases, ["mode", "kind", "status"], policy),
            "建成年份": bases["completed_on"].dt.year.astype("Int64").to_numpy(dtype=object),
            **_cells(bases, _AREAS, policy),
            titles["tier"]: [None if pd.isna(t) else policy.tier_title(t) for t in bases["tier"]],
            "核实状态": _states(bases, marks, policy),
            **_cells(bases, ["survey_method", "surveyed_on"], policy),
            "入库日期": bases["admitted_on"].dt.date.to_numpy(dtype=object),
            **_told_by_some(bases, policy),
            **_cells(bases, ["data_note"], policy),
            titles["blocked_by"]: bases["blocked_by"].map(listed).to_numpy(),
            **_cells(bases, _LAST, policy),
        }
    )
    place = table["填报单位"].map(rank).fillna(len(rank))
    ordered = table.assign(_unit=place).sort_values(["_unit", "基地编号"], kind="stable")
    ordered = ordered.drop(columns="_unit").reset_index(drop=True)
    ordered.insert(0, "序号", range(1, len(ordered) + 1))
    return ordered


def _told_by_some(bases: gpd.GeoDataFrame, policy: Policy) -> dict[str, np.ndarray]:
    """The optional columns that any base fills, under the headings of the form."""
    told = [
        column
        for column in cols.known_in(bases, cols.OPTIONAL)
        if column.name not in _LAST and bases[column.name].notna().any()
    ]
    return {column.heading: _told(bases, column, policy) for column in told}


def _cells(bases: gpd.GeoDataFrame, names: Iterable[str], policy: Policy) -> dict[str, np.ndarray]:
    """Columns under their titles."""
    known = {column.name: column for column in cols.every()}
    return {known[name].title: _told(bases, known[name], policy) for name in names}


def _told(bases: gpd.GeoDataFrame, column: cols.Column, policy: Policy) -> np.ndarray:
    """A column's values in people's words; None where there are none, or is no column."""
    if column.name not in bases:
        return np.full(len(bases), None, dtype=object)
    values = bases[column.name]
    if column.kind == "number":
        return np.asarray(values)
    if column.kind == "date":
        return np.asarray(values.dt.date, dtype=object)
    told = np.array(values.astype(object).where(values.notna(), None), dtype=object)
    if column.name == OTHER_YEARS:
        told = np.array([text and years_in_words(text) for text in told], dtype=object)
    if column.words:
        told = np.array([_title(policy, column.words, value) for value in told], dtype=object)
    return told


def _states(bases: gpd.GeoDataFrame, marks: pd.DataFrame, policy: Policy) -> list[str]:
    """核实, 临界待复测 where a threshold lies within the survey error, or 待核实.

    What an earlier version or another policy admitted under a word that this one does not know
    waits, as it does in the count.
    """
    undecided = pd.Series(data=False, index=marks.index)
    for tier in policy.tiers:
        undecided |= marks[f"undecided_{tier.label}"]
    sure = bases["verified"].eq(1).to_numpy() & ~marks["unknown"].to_numpy()
    return [
        "待核实" if not verified else "核实(临界待复测)" if near else "核实"
        for verified, near in zip(sure, undecided, strict=True)
    ]


def _title(policy: Policy, column: str, value: object) -> str | None:
    if value == "unknown" and column == "status":
        return "未填"
    return policy.title_of(column, value) if isinstance(value, str) else None
