"""Cells of a column as somebody wrote them: clean texts, numbers with their units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from herbgis.foundation.units import parse_date, parse_quantity
from herbgis.terms import columns as cols

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def clean_text(value: object) -> str | None:
    """A cell as text without control characters and outer blanks; None where nothing is left."""
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    if value is pd.NA:
        return None
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
    if texts.str.contains(CONTROL.pattern).any():
        texts = texts.str.replace(CONTROL.pattern, "", regex=True)
    texts = texts.str.strip()
    return texts.where(texts != "")


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
        picked = [column.iloc[first].astype(object) for column in columns]
        cells = [column.where(column.notna(), None) for column in picked]
        return cls(list(zip(*cells, strict=True)), at, columns[0].index)

    def spread(self, values: Sequence[Any], kind: cols.Kind) -> pd.Series:
        """A value for each distinct row, put back to all rows."""
        short = cols.typed(values, kind, pd.RangeIndex(len(self.rows)))
        long = short.take(self.at).set_axis(self.index)
        return long.map(list) if kind == "list" else long


def read_quantities(source: pd.Series) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Values, the units written beside them, and the cells that are no plain numbers."""
    index = source.index
    if pd.api.types.is_float_dtype(source.dtype) or pd.api.types.is_integer_dtype(source.dtype):
        values = cols.typed(source.to_numpy(dtype=float, na_value=np.nan), "number", index)
        return values, cols.missing("text", index), cols.missing("text", index)
    given = Distinct.of(clean_texts(source))
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


def read_dates(source: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Days, and the cells that are none; a column of dates has no such cells."""
    if pd.api.types.is_datetime64_any_dtype(source):
        naive = source.dt.tz_localize(None) if source.dt.tz is not None else source
        return naive.astype("datetime64[s]"), cols.missing("text", source.index)
    given = Distinct.of(clean_texts(source))
    days = [parse_date(text) if text else None for (text,) in given.rows]
    raws = [text if day is None else None for (text,), day in zip(given.rows, days, strict=True)]
    return given.spread(days, "date"), given.spread(raws, "text")
