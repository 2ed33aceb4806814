"""HG502–HG508, HG513: are the words and numbers of a record understood?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from herbgis.foundation.dates import SEVERAL, parse_date
from herbgis.foundation.identifiers import fold_id, shown
from herbgis.foundation.language import listed, tr
from herbgis.foundation.units import parse_quantity
from herbgis.reading.understanding.made_cells import told_short
from herbgis.terms import columns as cols
from herbgis.terms.issues import Issue
from herbgis.validating.rules.context import Context

#: Years that dates of bases may lie in.
_YEARS = range(1980, 2100)


def variety_alias(context: Context) -> Iterator[Issue]:
    """HG502: a synonym or spelling was mapped to the canonical name."""
    for record in context.filled("raw_variety"):
        written = context.bases["raw_variety"].iloc[record]
        names = listed(context.bases["varieties"].iloc[record])
        yield Issue(
            "HG502", context.place(record), {"written": written[:20], "canonical": names[:12]}
        )


def missing_value(context: Context) -> Iterator[Issue]:
    """HG503: variety, or both reporting unit and county, are empty."""
    empty = context.bases[["variety", "reporting_unit", "county"]].isna()
    for title, missing in (
        ("品种", empty["variety"]),
        ("填报单位和县区", empty["reporting_unit"] & empty["county"]),
    ):
        for record in np.flatnonzero(missing).tolist():
            yield Issue("HG503", context.place(record), {"columns": tr(title)})


def bad_date(context: Context) -> Iterator[Issue]:
    """HG504: a date that cannot be read, that no survey has (0 in Excel is 1899), or too late."""
    nothing = cols.missing("text", context.bases.index)
    for column in cols.known_in(context.bases, cols.READ, cols.OPTIONAL):
        if column.kind != "date":
            continue
        days, raw = context.bases[column.name], context.bases.get(column.written.name, nothing)
        implausible = days.notna() & ~days.dt.year.isin(_YEARS)
        unread = raw.notna() & (days.isna() | ~raw.isin(_dates_among(raw)))
        late = days.gt(np.datetime64(context.last_day)) & ~(implausible | unread)
        if column.name == "completed_on":  # what is still to be built has its day ahead of it
            late &= context.bases["status"] == "built"
        elif column.name != "surveyed_on":
            late &= False
        for record in np.flatnonzero(unread | implausible | late).tolist():
            written = raw.iloc[record]
            if not isinstance(written, str):
                written = days.iloc[record].strftime("%Y-%m-%d")
            words = _late(context) if late.iloc[record] else _no_date()
            values = {"column": tr(column.title), "written": told_short(written), **words}
            yield Issue("HG504", context.place(record), values)


def _no_date() -> dict[str, str]:
    """What is said of a date that is none."""
    return {"why": tr("不是有效日期"), "advice": tr("请写成 2020-06-30 的样子。")}


def _late(context: Context) -> dict[str, str]:
    """What is said of a date that lies ahead."""
    if context.as_of is None:
        why = tr("晚于工作要点的 {year} 年", year=context.policy.year)
        advice = tr("请核对年份; 确已到这一天的, 请写明截止日 (--as-of)。")
    else:
        why = tr("晚于截止日 {day}", day=context.as_of.isoformat())
        advice = tr("请核对日期和截止日。")
    return {"why": why, "advice": advice}


def _dates_among(written: pd.Series) -> list[str]:
    """Cells that say less than a day, and are kept beside the first day that they mean."""
    return [text for text in written.dropna().unique() if parse_date(text.split(SEVERAL)[0])]


def bad_number(context: Context) -> Iterator[Issue]:
    """HG505: not a plain number, or a negative area; the value read is in the suggestion."""
    units = context.bases["declared_unit"]
    for record in context.filled("raw_declared_value"):
        yield _bad_number(context, record, "declared_value", "上报面积", str(units.iloc[record]))
    yield from _negative_areas(context)
    for column in cols.known_in(context.bases, cols.OPTIONAL):
        if column.kind in {"number", "year"} and column.written.name in context.bases:
            unit = "年" if column.kind == "year" else column.unit
            for record in context.filled(column.written.name):
                yield _bad_number(context, record, column.name, column.title, unit)


def _negative_areas(context: Context) -> Iterator[Issue]:
    """Plain numbers below 0, as a workbook shows them in brackets."""
    areas, raw = context.bases["declared_value"], context.bases["raw_declared_value"]
    for record in np.flatnonzero((areas < 0) & raw.isna()).tolist():
        written = f"{areas.iloc[record]:.15g}"
        values = {
            "column": tr("上报面积"),
            "written": written,
            "read": tr("面积不会是负数, 请核对后改填。"),
        }
        yield Issue("HG505", context.place(record), values)


def _bad_number(context: Context, record: int, name: str, title: str, unit: str) -> Issue:
    raw, value = context.bases[f"raw_{name}"].iloc[record], context.bases[name].iloc[record]
    read = tr("读不出数值, 请改填纯数字。")
    if pd.isna(value) and parse_quantity(raw) is not None:
        read = tr("没有这样大小的数, 请核对后改填。")
    if not pd.isna(value):
        read = tr("已读作 {value:g} {unit}, 请改填纯数字并核对。", value=value, unit=tr(unit))
    values = {"column": tr(title), "written": told_short(raw), "read": read}
    return Issue("HG505", context.place(record), values)


def records_disagree(context: Context) -> Iterator[Issue]:
    """HG507: records of one base differ in a text; named on the later record.

    Records that are two bases under one id are HG301.
    """
    two_bases = np.logical_or.reduce([context.differs(n) for n in ("name", "county", "variety")])
    agreed = cols.known_in(context.bases, cols.with_role(cols.Role.AGREED))
    differs = {column.title: context.differs(column.name) for column in agreed}
    leading = context.grouped.first[context.grouped.base]
    for record in np.flatnonzero(
        np.logical_or.reduce(list(differs.values())) & ~two_bases
    ).tolist():
        values = {"columns": listed(tr(title) for title, mask in differs.items() if mask[record])}
        other = context.place(int(leading[record]))
        yield Issue("HG507", context.place(record), values, other=(other,))


def unknown_status(context: Context) -> Iterator[Issue]:
    """HG508: empty or not understood: pending until told."""
    unknown = context.bases["status"] == "unknown"
    for record in np.flatnonzero(unknown).tolist():
        raw = context.bases["raw_status"].iloc[record]
        written = raw[:20] if isinstance(raw, str) and raw else tr("空")
        yield Issue("HG508", context.place(record), {"written": written})


def id_spelling(context: Context) -> Iterator[Issue]:
    """HG513: an id made one with another record's, or the ledger's, spelt otherwise."""
    own = _spelt_ids(context.bases)
    counted = _spelt_ids(context.against)
    if all(base_id == written for base_id, written in (*own, *counted)):
        return
    ways: dict[str, set[str]] = {}
    for base_id, written in (*own, *counted):
        ways.setdefault(base_id, set()).add(written)
    before = dict(counted)
    for record, (base_id, written) in enumerate(own):
        if len(ways[base_id]) == 1 or before.get(base_id, written) == written == base_id:
            continue
        values = {"other": base_id[:20], "written": shown(written)[:60]}
        yield Issue("HG513", context.place(record), values)


def _spelt_ids(table: pd.DataFrame | None) -> list[tuple[str, str]]:
    """Each record's id as it is compared, and as it was written."""
    if table is None:
        return []
    if "raw_base_id" not in table:
        return [(base_id, base_id) for base_id in table["base_id"]]
    raw = table["raw_base_id"]
    # An id that somebody corrected since is written as it stands.
    raw = raw.where(raw.map(fold_id, na_action="ignore") == table["base_id"], table["base_id"])
    return list(zip(table["base_id"], raw, strict=True))
