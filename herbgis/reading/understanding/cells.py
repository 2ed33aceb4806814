"""Cells of a column as somebody wrote them: clean texts, numbers with their units."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from herbgis.foundation.dates import parse_date, parse_day_number, span_of, stated_parts
from herbgis.foundation.identifiers import ODD_ID, fold_id
from herbgis.foundation.language import listed, tr
from herbgis.foundation.units import parse_quantity
from herbgis.reading.understanding.assumptions import Assumptions
from herbgis.terms import columns as cols
from herbgis.terms.policy import Policy

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
#: How spreadsheets are told in a CSV that digits are text; ids are folded by a rule of their own.
_FORMULA_TEXT = r'^="([^"]*)"$'
_IDS = ("base_id", "candidate_id")
#: From here on a float is no exact whole number any more; no figure of a base is so large.
MOST_EXACT = 1e15
#: Rows named where some of a column are spoken of.
_ROWS_SAID = 5


def clean_text(value: object) -> str | None:
    """A cell as text without control characters and outer blanks; None where nothing is left."""
    if isinstance(value, str) and value.isprintable():  # so are most, and nothing is to be left out
        return value.strip() or None
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    if value is pd.NA:
        return None
    if isinstance(value, list | tuple | np.ndarray):
        return "、".join(filter(None, map(clean_text, value))) or None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = CONTROL.sub("", str(value)).strip()
    if not text.isascii():  # half a character, as a wrong decoding leaves it, cannot be written
        text = text.encode(errors="replace").decode()
    return text or None


def clean_texts(source: pd.Series) -> pd.Series:
    """`clean_text` over a column."""
    if not isinstance(source.dtype, pd.StringDtype):
        return cols.typed([clean_text(value) for value in source], "text", source.index)
    texts = source.astype("str")
    if not _is_any_unclean(
        pa.array(texts).unique().drop_null()
    ):  # so are most, and stay as they are
        return texts
    if texts.str.contains(CONTROL.pattern).any():
        texts = texts.str.replace(CONTROL.pattern, "", regex=True)
    texts = texts.str.strip()
    return texts.where(texts != "")


def _is_any_unclean(texts: pa.Array) -> bool:
    trimmed = pc.utf8_trim_whitespace(texts)
    shorter = pc.less(pc.binary_length(trimmed), pc.binary_length(texts))
    odd = pc.or_(shorter, pc.match_substring_regex(texts, CONTROL.pattern))
    return bool(pc.any(pc.or_(odd, pc.equal(trimmed, ""))).as_py())


def stated_cells(
    source: pd.Series, column: cols.Column, policy: Policy, said: Assumptions
) -> pd.Series:
    """A column's cells with none that stands for nothing; texts are clean, numbers as they are.

    What refers to the row above is said, since it is not filled down.
    """
    plain = pd.api.types.is_numeric_dtype(source.dtype) and column.kind in {"number", "integer"}
    if plain or column.kind == "list" or pd.api.types.is_datetime64_any_dtype(source.dtype):
        return source
    texts = clean_texts(source)
    distinct = pa.array(texts).unique()
    as_written = column.name in _IDS or _is_kept_as_written(column)
    if not as_written and pc.any(pc.starts_with(distinct, '="')).as_py():
        texts = texts.str.replace(_FORMULA_TEXT, r"\1", regex=True)
        distinct = pa.array(texts).unique()
    empty, ditto = placeholders_among(distinct, column, policy)
    if empty and not ditto and column in cols.READ:
        count = int(texts.isin(empty).sum())
        said.add(
            tr(
                "{column}: {count} 格写“{word}”等, 按空格处理",
                column=tr(column.title),
                count=count,
                word=empty[0],
            )
        )
    if ditto:
        rows = [str(row + 1) for row in np.flatnonzero(texts.isin(ditto))]
        more = tr(" 等 {count} 条", count=len(rows)) if len(rows) > _ROWS_SAID else tr(" 条")
        shown = listed(rows[:_ROWS_SAID])
        said.add(
            tr(
                "{column}: 第 {rows}{more}写“{word}”, 按空格处理, 没有照上一行填",
                column=tr(column.title),
                rows=shown,
                more=more,
                word=ditto[0],
            )
        )
    return texts.where(~texts.isin(empty)) if empty else texts


def _is_kept_as_written(column: cols.Column) -> bool:
    """Whether a column holds what a file says, word for word."""
    return column.name.startswith("raw_") or cols.Role.SOURCE in column.roles


def placeholders_among(
    texts: pa.Array, column: cols.Column, policy: Policy
) -> tuple[list[str], list[str]]:
    """The distinct texts of a column that stand for nothing, and of these those that say 同上."""
    if _is_kept_as_written(column):
        return [], []
    empty, ditto = policy.placeholders.among(texts.drop_null(), column.kind)
    if column.words:
        empty = [text for text in empty if policy.canonical(column.words, text) is None]
    return empty, ditto


def folded_ids(ids: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Ids spelt as they are compared, and those that were written otherwise as they were."""
    told = ids.to_numpy(dtype=object, na_value=None)
    written = np.full(len(ids), None, dtype=object)
    for row in np.flatnonzero(ids.str.contains(ODD_ID, na=False)).tolist():
        folded = fold_id(told[row])
        if folded != told[row]:
            told[row], written[row] = folded or None, told[row]
    return cols.typed(told, "text", ids.index), cols.typed(written, "text", ids.index)


@dataclass(frozen=True)
class Distinct:
    """The distinct rows of some columns, each understood once however often it stands there.

    A city's table has thousands of rows and dozens of words.
    """

    rows: list[tuple[Any, ...]]
    at: npt.NDArray[np.intp]
    index: pd.Index

    @classmethod
    def of(cls, *columns: pd.Series) -> Distinct:
        """Distinct rows of columns of one index, None for missing cells."""
        code = np.zeros(len(columns[0]), dtype=np.int64)
        for column in columns:
            own, known = pd.factorize(column, use_na_sentinel=False)
            code = code * (len(known) + 1) + own
        _, first, at = np.unique(code, return_index=True, return_inverse=True)
        cells = [column.iloc[first].astype(object).to_numpy(na_value=None) for column in columns]
        return cls(list(zip(*cells, strict=True)), at, columns[0].index)

    def spread(self, values: Sequence[Any], kind: cols.Kind) -> pd.Series:
        """A value for each distinct row, put back to all rows."""
        if kind == "list":  # each row its own
            return cols.typed([values[at] for at in self.at.tolist()], kind, self.index)
        short = cols.typed(values, kind, pd.RangeIndex(len(self.rows)))
        return short.take(self.at).set_axis(self.index)


def read_quantities(source: pd.Series) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Values, the units written beside them, and the cells that are no plain numbers.

    `source` is of numbers, or of clean texts.
    """
    index = source.index
    if pd.api.types.is_float_dtype(source.dtype) or pd.api.types.is_integer_dtype(source.dtype):
        values = cols.typed(source.to_numpy(dtype=float, na_value=np.nan), "number", index)
        endless = np.isinf(values)
        raws = values.astype("str").where(endless) if endless.any() else cols.missing("text", index)
        return values.mask(endless), cols.missing("text", index), raws
    given = Distinct.of(source)
    read = [parse_quantity(text) if text else None for (text,) in given.rows]
    raws = [
        text if quantity is None or not quantity.plain else None
        for (text,), quantity in zip(given.rows, read, strict=True)
    ]
    return (
        given.spread([quantity.value if quantity else np.nan for quantity in read], "number"),
        given.spread([quantity.unit if quantity else None for quantity in read], "text"),
        given.spread(raws, "text"),
    )


def _no_number(text: str) -> str:
    """A date as written; 2020.10 as 2020-10, which a table of numbers does not take for 2020.1."""
    parts = stated_parts(text) if re.fullmatch(r"\d{4}\.\d\d?", text) else None
    return "-".join(f"{part:02}" for part in parts) if parts else text


def read_dates(source: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Days, and the cells that are none, or say less than a day; of dates, those of no calendar.

    `source` is of dates, or of clean texts.
    """
    if pd.api.types.is_datetime64_any_dtype(source):
        naive = source.dt.tz_localize(None) if source.dt.tz is not None else source
        days = naive.astype("datetime64[s]")
        endless = days.notna() & ~days.dt.year.between(dt.MINYEAR, dt.MAXYEAR)
        if not endless.any():
            return days, cols.missing("text", source.index)
        written = np.datetime_as_string(days.to_numpy(), unit="D")
        return days.mask(endless), pd.Series(written, source.index, "str").where(endless)
    given = Distinct.of(source)
    days = [parse_date(text) or parse_day_number(text) if text else None for (text,) in given.rows]
    raws = [
        None if text is None or (day and span_of(day, text) == (day, day)) else _no_number(text)
        for (text,), day in zip(given.rows, days, strict=True)
    ]
    return given.spread(days, "date"), given.spread(raws, "text")
