"""Sheet: one table of a workbook as people read it, in the language that is spoken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from herbgis.foundation.language import heading, language, listed, tr
from herbgis.tables.cells import Totals

#: Characters that a tab can have.
_LONGEST_TAB = 31


@dataclass(frozen=True)
class Sheet:
    """One table of a workbook as people read it.

    Attributes
    ----------
    name, title : str
        The tab, and the line above the table, or nothing where programs look for the headings
        in the first row.
    table : DataFrame
        Its column names are the headings; pairs are a heading and the one above it, which
        spans its like, or is empty.
    notes : sequence of str
        Lines under the table.
    formats : mapping of str to str
        Number format by heading.
    unit : str
        Of the figures, as it stands right above the table: ``个、亩``; or nothing
        where every heading has its own.
    head : sequence of str
        Lines between the title and the unit.
    reply : sequence of str
        Headings of columns that somebody else fills in.
    widths : mapping of str to float
        Width by heading, in characters, where the longest cell should not decide.
    frozen : int
        Columns on the left that stay in sight.
    totals : Totals, optional
        The columns that add up.
    words : sequence of str
        Headings of columns whose cells hold our own words, one or several to a cell.
    one_line : sequence of str
        Headings of columns whose cells show their beginning alone: what programs read, which
        would make a row as high as a page.
    row_formats : sequence of str or None
        Number format by row, of figures that need not be whole, where rows are of different
        measures; empty where columns alone tell.

    Tab, title, unit, headings, words and notes that are texts of the code stand in Chinese, and
    are said in the language when the sheet is written; a sheet for programs stays as it is.
    """

    name: str
    title: str
    table: pd.DataFrame
    notes: Sequence[str] = ()
    formats: Mapping[str, str] = field(default_factory=dict)
    unit: str = field(kw_only=True)
    head: Sequence[str] = ()
    reply: Sequence[str] = ()
    widths: Mapping[str, float] = field(default_factory=dict)
    frozen: int = 0
    totals: Totals | None = None
    words: Sequence[str] = ()
    one_line: Sequence[str] = ()
    row_formats: Sequence[str | None] = ()


def in_language(sheet: Sheet) -> Sheet:
    """A sheet as it is read: Chinese as the code has it, or with its English."""
    if language() == "zh" or not sheet.title:
        return sheet
    table = sheet.table.copy()
    for name in set(sheet.words) & set(table.columns):
        table[name] = [_said(value) for value in table[name]]
    totals = sheet.totals
    if totals is not None:
        rates = {_headed(key): tuple(map(_headed, of)) for key, of in totals.rates.items()}
        totals = replace(totals, sums=[_headed(key) for key in totals.sums], rates=rates)
    return replace(
        sheet,
        name=heading(sheet.name)[:_LONGEST_TAB],
        title=heading(sheet.title),
        table=table.set_axis(_spoken_columns(table), axis=1),
        notes=[tr(note) for note in sheet.notes],
        formats={_headed(key): form for key, form in sheet.formats.items()},
        unit=tr(sheet.unit),
        head=[tr(line) for line in sheet.head],
        reply=[_headed(key) for key in sheet.reply],
        one_line=[_headed(key) for key in sheet.one_line],
        widths={_headed(key): wide for key, wide in sheet.widths.items()},
        totals=totals,
    )


def _spoken_columns(table: pd.DataFrame) -> pd.Index:
    heads = [_headed(key) for key in table.columns]
    return pd.MultiIndex.from_tuples(heads) if table.columns.nlevels > 1 else pd.Index(heads)


def _headed(key: Any) -> Any:
    """A heading, or a pair of them, in the language."""
    if isinstance(key, tuple):
        return tuple(map(_headed, key))
    return heading(str(key))


def _said(value: Any) -> Any:
    """A cell that holds words of ours, in the language."""
    if not isinstance(value, str):
        return value
    said = tr(value)
    return listed(map(tr, value.split("、"))) if said == value else said
