"""HG501–HG508: are the words and numbers of a record understood?"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import pandas as pd

from herbgis import columns as cols
from herbgis.issues import Issue
from herbgis.rules.context import Context
from herbgis.rules.mojibake import mended
from herbgis.units import parse_quantity

#: Years that dates of bases may lie in.
_YEARS = range(1980, 2100)
#: Texts that are a base's, not a parcel's, and have no code of their own when they differ.
_SAME_FOR_A_BASE = ("operator", "kind", "status")


def unknown_variety(context: Context) -> Iterator[Issue]:
    """HG501: in no catalogue; the nearest names are suggested, never taken."""
    catalogue = context.policy.varieties
    for record, varieties in enumerate(context.bases["varieties"]):
        for variety in varieties:
            # Garbled text is HG506; what it says is not known yet.
            if variety not in catalogue and mended(variety) is None:
                near = _nearest_varieties(variety, context)
                hint = f"是否为 {'、'.join(near)}? " if near else ""
                yield Issue("HG501", context.place(record), {"variety": variety, "hint": hint})


def _nearest_varieties(variety: str, context: Context) -> list[str]:
    """Canonical names whose own spelling, or an alias, is like a text."""
    names = {
        spelling: entry.name
        for entry in context.policy.varieties.values()
        for spelling in (entry.name, *entry.aliases)
    }
    like = difflib.get_close_matches(variety, names, n=3, cutoff=0.45)
    return list(dict.fromkeys(names[spelling] for spelling in like))


def variety_alias(context: Context) -> Iterator[Issue]:
    """HG502: a synonym or spelling was mapped to the canonical name."""
    for record, raw in enumerate(context.texts("raw_variety")):
        if raw is not None:
            names = "、".join(context.bases["varieties"].iloc[record])
            yield Issue("HG502", context.place(record), {"written": raw, "canonical": names})


def missing_value(context: Context) -> Iterator[Issue]:
    """HG503: variety, or both reporting unit and county, are empty."""
    units, counties = context.texts("reporting_unit"), context.texts("county")
    for record, variety in enumerate(context.texts("variety")):
        if variety is None:
            yield Issue("HG503", context.place(record), {"columns": "品种"})
        if units[record] is None and counties[record] is None:
            yield Issue("HG503", context.place(record), {"columns": "填报单位和县区"})


def bad_date(context: Context) -> Iterator[Issue]:
    """HG504: a date that cannot be read, or that no survey of today has (0 in Excel is 1899)."""
    for name, title in (("surveyed_on", "测量日期"), ("completed_on", "建成时间")):
        raw = context.texts(f"raw_{name}")
        for record, day in enumerate(context.bases[name]):
            written = raw[record]
            if written is None and pd.notna(day) and day.year not in _YEARS:
                written = day.strftime("%Y-%m-%d")
            if written is not None:
                values = {"column": title, "written": written[:20]}
                yield Issue("HG504", context.place(record), values)


def bad_number(context: Context) -> Iterator[Issue]:
    """HG505: not a plain number; the value read is in the suggestion."""
    for record, raw in enumerate(context.texts("raw_declared_value")):
        if raw is None:
            continue
        row = context.bases.iloc[record]
        read = "读不出数值, 请改填纯数字。"
        if parse_quantity(raw) is not None:
            read = f"已读作 {row['declared_value']:g} {row['declared_unit']}, 请改填纯数字并核对。"
        yield Issue("HG505", context.place(record), {"written": raw[:20], "read": read})


def records_disagree(context: Context) -> Iterator[Issue]:
    """HG507: records of one base differ in a text; named on the later record.

    Records that are two bases under one id are HG301.
    """
    titles = cols.titles()
    identity = [context.texts(name) for name in ("name", "county", "variety")]
    texts = {name: context.texts(name) for name in _SAME_FOR_A_BASE}
    for record, number in enumerate(context.grouped.base):
        first = int(context.grouped.first[number])
        if any(_differ(cells[first], cells[record]) for cells in identity):
            continue
        differing = [
            titles[name] for name, cells in texts.items() if _differ(cells[first], cells[record])
        ]
        if differing:
            values = {"columns": "、".join(differing)}
            yield Issue("HG507", context.place(record), values, other=(context.place(first),))


def _differ(one: str | None, other: str | None) -> bool:
    return len({one, other} - {None, "unknown"}) > 1


def unknown_status(context: Context) -> Iterator[Issue]:
    """HG508: empty or not understood: pending until told."""
    raw = context.texts("raw_status")
    for record, status in enumerate(context.texts("status")):
        if status == "unknown":
            yield Issue("HG508", context.place(record), {"written": (raw[record] or "空")[:20]})
