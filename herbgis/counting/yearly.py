"""Figures of a base by year: what one year yields, costs and raises is not added to another's.

Where a base is one row, that row has its newest year's figures in their columns, and those of its
others as text in ``other_years``, a row each: ``[{"production_year": 2018, "cost_wan": 30.0}]``.
``"unsure": true`` says of a year that its figures may be a sum over several.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from herbgis.foundation.language import tr
from herbgis.measuring.declarations import amounts_of_bases
from herbgis.measuring.records import Bases, source_order
from herbgis.reading.understanding.cells import MOST_EXACT
from herbgis.terms import columns as cols
from herbgis.terms.columns import Role

Frame = TypeVar("Frame", bound=pd.DataFrame)

YEAR, OTHER_YEARS, UNSURE = "production_year", "other_years", "unsure"
#: Years have four digits.
_YEARS = 10_000


def figure_names() -> list[str]:
    """Columns that tell of a production year."""
    return cols.names(cols.with_role(Role.YEARLY))


def by_year(table: pd.DataFrame) -> pd.DataFrame:
    """What rows tell, a row a year of each.

    Parameters
    ----------
    table : DataFrame
        With those columns of the base table that it has.

    Returns
    -------
    DataFrame
        ``record`` (the row's position in the table), ``production_year`` (missing where none is
        stated), the figures of the year, and ``unsure``. Each row's own year comes first, even
        without a figure.
    """
    own = pd.DataFrame({"record": np.arange(len(table))})
    own[YEAR] = _column(table, YEAR, "year")
    for name in figure_names():
        own[name] = _column(table, name, "number")
    texts = _column(table, OTHER_YEARS, "text")
    written = np.flatnonzero(texts.notna())
    told = list(zip(written, map(_parsed, texts[written]), strict=True))
    # A text that somebody changed into no such rows leaves all in doubt.
    own[UNSURE] = own.index.isin([record for record, rows in told if rows is None])
    rows = [{"record": record, **row} for record, rows in told for row in rows or ()]
    if not rows:
        return own
    others = pd.DataFrame(rows, columns=own.columns).astype(own.dtypes.drop(UNSURE))
    others[UNSURE] = others[UNSURE].notna()
    same = others[YEAR].fillna(0).eq(own.loc[others["record"], YEAR].fillna(0).to_numpy())
    own.loc[others.loc[same & others[UNSURE], "record"], UNSURE] = True
    return pd.concat([own, others[~same]]).sort_values("record", kind="stable", ignore_index=True)


def last_told(table: pd.DataFrame) -> pd.DataFrame:
    """Of each base and year the figures that were told last, by batch, then by source.

    A figure that a later row leaves empty stays: production and seedlings may come apart.

    Parameters
    ----------
    table : DataFrame
        Rows of the base table, or versions of a ledger; ``base_id`` a column.

    Returns
    -------
    DataFrame
        Sorted by base and year, the year that nobody stated first: ``base_id``, ``record`` (the
        position of the last row that told of the year), ``production_year``, figures, ``unsure``.
    """
    order = source_order(table)
    if "batch" in table:
        batch = table["batch"].to_numpy(dtype=float, na_value=0)
        order = order[np.argsort(batch[order], kind="stable")]
    told = by_year(table.iloc[order])
    told = told[told[figure_names()].notna().any(axis=1)]
    told["record"] = order[told["record"]]
    told["base_id"] = table["base_id"].to_numpy(dtype=object)[told["record"]]
    # The year that nobody stated is a group of its own.
    grouped = told.assign(_year=told[YEAR].fillna(0)).groupby(["base_id", "_year"], sort=True)
    last = grouped.last().reset_index()
    return last[["base_id", "record", YEAR, *figure_names(), UNSURE]]


def of_bases(table: pd.DataFrame, bases: Bases) -> pd.DataFrame:
    """The figures of each base and year: equal on all its records of the year once, else summed.

    Parameters
    ----------
    table : DataFrame
        Records.
    bases : Bases
        The same, grouped.

    Returns
    -------
    DataFrame
        As `last_told` gives it, without ``record``.
    """
    told = by_year(table)
    owned = np.column_stack([bases.base[told["record"]], told[YEAR].fillna(0)]).astype(int)
    pairs, pair = np.unique(owned, axis=0, return_inverse=True)
    pair = pair.reshape(-1)
    of_pairs = replace(
        *(bases,),
        ids=pairs,
        base=pair,
        listed=bases.listed[told["record"]],
        earlier=np.zeros(len(told), dtype=bool),
    )
    made = pd.DataFrame({"base_id": bases.ids[pairs[:, 0]]})
    made[YEAR] = cols.typed([year or None for year in pairs[:, 1]], "year", made.index)
    said = _of_main(table, told, bases, pair)
    for column in cols.with_role(Role.YEARLY):
        if Role.AMOUNT in column.roles:
            made[column.name] = amounts_of_bases(told[column.name], of_pairs)
        else:
            made[column.name] = said[column.name]
    made[UNSURE] = told[UNSURE].groupby(pair).any() | _of_unread_years(table, told, pair)
    return made[made[figure_names()].notna().any(axis=1)]


def _of_unread_years(table: pd.DataFrame, told: pd.DataFrame, pair: np.ndarray) -> pd.Series:
    """Whether records of a base state years that cannot be read, and perhaps not the same."""
    written = _column(table, f"raw_{YEAR}", "text").fillna("")[told["record"]].to_numpy()
    states = told[figure_names()].notna().any(axis=1) & told[YEAR].isna()
    words = pd.Series(written).where(states.to_numpy())
    differs = words.notna() & (words != words.groupby(pair).transform("first"))
    return differs.groupby(pair).any()


def _of_main(
    table: pd.DataFrame, told: pd.DataFrame, bases: Bases, pair: np.ndarray
) -> pd.DataFrame:
    """What the main record of each base and year says, or the first of its source that says it."""
    place = np.empty(len(table), dtype=int)
    place[source_order(table)] = np.arange(len(table))
    place[bases.main] = -1
    first = np.argsort(place[told["record"]], kind="stable")
    return told.iloc[first].groupby(pair[first]).first()


def with_figures(table: Frame, figures: pd.DataFrame) -> Frame:
    """Rows of bases with their figures: the newest year's in its columns, the others' as text.

    Parameters
    ----------
    table : DataFrame
        A row a base.
    figures : DataFrame
        As `last_told` gives it; a base that is not in it keeps what it has.

    Returns
    -------
    DataFrame
        The table with these columns, where it or the figures have any.
    """
    made: Frame = table.copy()
    ids = pd.Index(table.get("base_id", table.index))
    of_base = figures.sort_values(["base_id", YEAR], na_position="first", kind="stable")
    newest = of_base.drop_duplicates("base_id", keep="last").set_index("base_id")
    texts = _texts(of_base)
    known = np.asarray(ids.isin(newest.index))
    for name in (YEAR, *figure_names()):
        if name in table or newest[name].notna().any():
            now = _column(table, name, "year" if name == YEAR else "number")
            now[known] = newest[name].reindex(ids[known]).to_numpy()
            made[name] = now.to_numpy() if name != YEAR else now.array
    if OTHER_YEARS in table or texts:
        before = _column(table, OTHER_YEARS, "text").tolist()
        told = zip(ids, known, before, strict=True)
        now = [texts.get(base) if new else text for base, new, text in told]
        made[OTHER_YEARS] = cols.typed(now, "text", made.index)
    return made


def with_doubt(history: Frame) -> Frame:
    """Versions of a ledger from before years were kept apart, where several records made a base.

    Their figures may be those of several years, added up; nobody can tell from the sum.
    """
    told = history[[name for name in figure_names() if name in history]].notna().any(axis=1)
    doubt = told & (history["records"] > 1)
    made: Frame = history.copy()
    made[OTHER_YEARS] = [
        json.dumps([_stated(year, unsure=True)]) if unsure else None
        for year, unsure in zip(_column(history, YEAR, "year"), doubt, strict=True)
    ]
    return made


def _stated(year: Any, *, unsure: bool) -> dict[str, Any]:
    """The beginning of a year's row."""
    return ({} if pd.isna(year) else {YEAR: int(year)}) | ({UNSURE: True} if unsure else {})


def years_in_words(text: str) -> str:
    """``other_years`` as people read it: 2018 年: 采收面积 100 亩, 成本 30 万元。"""
    rows = _parsed(text)
    if rows is None:
        return text
    titles = {column.name: column for column in cols.with_role(Role.YEARLY)}
    said = []
    for row in rows:
        figures = [
            f"{tr(column.title)} {row[name]:g} {tr(column.unit)}"
            for name, column in titles.items()
            if name in row
        ]
        doubt = [tr("可能是几年相加")] if UNSURE in row else []
        year = tr("{year} 年", year=row[YEAR]) if YEAR in row else tr("未注明年度")
        said.append(f"{year}: {', '.join([*figures, *doubt])}")
    return "; ".join(said)


def _texts(figures: pd.DataFrame) -> dict[str, str]:
    """All years of a base but its newest, and that the newest is unsure; bases by year."""
    names = figure_names()
    newest = ~figures.duplicated("base_id", keep="last")
    other = ~newest | figures[UNSURE]
    told: dict[str, list[dict[str, Any]]] = {}
    for row, last in zip(figures[other].to_dict("records"), newest[other], strict=True):
        entry = _stated(row[YEAR], unsure=row[UNSURE])
        if not last:
            entry |= {name: row[name] for name in names if not math.isnan(row[name])}
        told.setdefault(row["base_id"], []).append(entry)
    return {base: json.dumps(rows) for base, rows in told.items()}


def _parsed(text: str) -> list[dict[str, Any]] | None:
    """The years of a text; None where it is no such text."""
    try:
        rows = [dict(row) for row in json.loads(text)]
    except (ValueError, TypeError):
        return None
    figures = set(figure_names())
    for row in rows:
        year = row.get(YEAR, 0)
        numbers = [value for name, value in row.items() if name != UNSURE]
        known = row.keys() <= {YEAR, UNSURE, *figures} and set(map(type, numbers)) <= {int, float}
        if not known or not all(abs(number) < MOST_EXACT for number in numbers):
            return None
        if not 0 <= year < _YEARS or year != int(year):
            return None
    return rows


def _column(table: pd.DataFrame, name: str, kind: cols.Kind) -> pd.Series:
    """A column by position, empty where the table has none."""
    index = pd.RangeIndex(len(table))
    return (
        cols.typed(table[name].array, kind, index) if name in table else cols.missing(kind, index)
    )
