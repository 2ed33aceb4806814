"""Columns that some tables have: standards, households, production, seedlings."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from herbgis.foundation.dates import parse_date
from herbgis.foundation.language import listed, tr
from herbgis.reading.understanding.assumptions import Assumptions
from herbgis.reading.understanding.cells import (
    MOST_EXACT,
    Distinct,
    clean_texts,
    read_dates,
    read_quantities,
)
from herbgis.terms import columns as cols
from herbgis.terms.headings import stated_measure
from herbgis.terms.policy import Policy

_YEARS = range(1980, 2100)


def read_extras(
    table: pd.DataFrame,
    cells: Mapping[str, pd.Series],
    matched: Mapping[str, str],
    policy: Policy,
    said: Assumptions,
) -> None:
    """Put the optional columns that a frame has into its base table.

    Parameters
    ----------
    table : DataFrame
        Base table of the frame, with its index; columns are added to it.
    cells : mapping of str to Series
        Its cells by column, as `cells.stated_cells` gives them.
    matched : mapping of str to str
        Column to the frame's heading.
    policy : Policy
    said : Assumptions
    """
    for column in cols.OPTIONAL:
        if column.name not in cells:
            continue
        heading, source = matched[column.name], cells[column.name]
        if column.kind == "number":
            _read_number(table, source, column, heading, policy, said)
        elif column.kind == "year":
            _read_year(table, source, column)
        elif column.kind == "date":
            _read_day(table, source, column)
        elif column.kind == "flag":
            table[column.name] = _answers(source, policy)
        else:
            table[column.name] = source
    if {"yield_t", "yield_state"} <= cells.keys():
        _settle_yields(table, cells["yield_state"], policy, said)


def _answers(source: pd.Series, policy: Policy) -> pd.Series:
    """Yes and no by the alias table; a text that says more stays."""
    given = Distinct.of(source)
    return given.spread(
        [text and (policy.canonical("answer", text) or text) for (text,) in given.rows], "text"
    )


def _read_number(
    table: pd.DataFrame,
    source: pd.Series,
    column: cols.Column,
    heading: str,
    policy: Policy,
    said: Assumptions,
) -> None:
    """A number in the column's unit; what is none, below nothing or absurd stays as written."""
    measure = policy.measures[column.name]
    own = next(iter(measure))
    stated = stated_measure(heading, column.name, policy)
    values, written, raws = read_quantities(source)
    if stated is None and heading != column.name and len(measure) > 1 and written.isna().any():
        said.add(tr("{heading}没有注明单位, 按{unit}", heading=heading, unit=tr(own)))
    given = Distinct.of(written)
    factors = [measure.get(unit or stated or own, np.nan) for (unit,) in given.rows]
    values = values * given.spread(factors, "number")
    none = (values < 0) | (values >= MOST_EXACT)
    raws = raws.where(~none, clean_texts(source))
    table[column.name] = values.where(~none)
    _keep_raws(table, column, raws)


def _read_year(table: pd.DataFrame, source: pd.Series, column: cols.Column) -> None:
    given = Distinct.of(source)
    days = [parse_date(text.removesuffix("度")) if text else None for (text,) in given.rows]
    years = [day.year if day and day.year in _YEARS else None for day in days]
    raws = [text if year is None else None for (text,), year in zip(given.rows, years, strict=True)]
    table[column.name] = given.spread(years, "year")
    _keep_raws(table, column, given.spread(raws, "text"))


def _read_day(table: pd.DataFrame, source: pd.Series, column: cols.Column) -> None:
    days, raws = read_dates(source)
    table[column.name] = days
    _keep_raws(table, column, raws)


def _keep_raws(table: pd.DataFrame, column: cols.Column, raws: pd.Series) -> None:
    """The cells that were not plain; a column of them only where there are any."""
    name = column.written.name
    if name in table:
        raws = raws.fillna(table[name])
    if raws.notna().any():
        table[name] = raws


def _settle_yields(
    table: pd.DataFrame, source: pd.Series, policy: Policy, said: Assumptions
) -> None:
    """A yield whose column of 鲜 or 干 says which goes to that one's column."""
    given = Distinct.of(source)
    states = given.spread(
        [text and policy.canonical("yield_state", text) for (text,) in given.rows], "text"
    )
    strange = sorted(set(source[states.isna()].dropna()))
    if strange:
        said.add(tr("鲜或干一列不认识: {names}; 这些产量不分鲜干", names=listed(strange[:5])))
    for state, name in (("fresh", "fresh_yield_t"), ("dry", "dry_yield_t")):
        before = table[name] if name in table else cols.missing("number", table.index)
        moved = np.asarray((states == state) & before.isna() & table["yield_t"].notna(), dtype=bool)
        if moved.any():
            table[name] = before.where(~moved, table["yield_t"])
            table["yield_t"] = table["yield_t"].where(~moved)
