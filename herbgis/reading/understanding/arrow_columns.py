"""Columns of an analyst's frame that go to and fro between pandas and Arrow."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
import pyarrow as pa


def without_arrow_types(table: pd.DataFrame) -> pd.DataFrame:
    """A frame whose columns of Arrow types are numbers, dates, texts; others are left alone.

    Lists of words become lists, decimals and days text; empty cells stay empty.
    """
    kinds = enumerate(table.dtypes)
    strange = [at for at, kind in kinds if isinstance(kind, pd.ArrowDtype)]
    if not strange:
        return table
    plain = table.copy()
    for at in strange:
        column = table.iloc[:, at]
        plain.isetitem(at, pd.Series(_plain(column), index=table.index))
    return plain


def with_one_type(table: pd.DataFrame, known: Collection[str]) -> pd.DataFrame:
    """A frame whose own columns of numbers among texts are texts, so that Parquet takes them.

    Such are what `pandas.read_excel` makes of a column in which one cell is a word.

    Parameters
    ----------
    table : DataFrame or GeoDataFrame
    known : collection of str
        The base table's columns, which have their types.
    """
    own = [at for at, name in enumerate(table.columns) if name not in known]
    mixed = [at for at in own if _is_mixed(table.iloc[:, at])]
    if not mixed:
        return table
    plain = table.copy()
    for at in mixed:
        plain.isetitem(at, _texts(table.iloc[:, at]))
    return plain


def _is_mixed(column: pd.Series) -> bool:
    if not pd.api.types.is_object_dtype(column.dtype):
        return False
    kinds = set(map(type, column[column.notna()]))
    return len(kinds) > 1 and not kinds <= {int, float}


def _texts(column: pd.Series) -> pd.Series:
    texts = [None if empty else str(c) for c, empty in zip(column, column.isna(), strict=True)]
    return pd.Series(texts, index=column.index, dtype="str")


def _plain(column: pd.Series) -> pd.Series:
    kind = column.dtype.pyarrow_dtype
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
        column = column.astype(pd.ArrowDtype(kind))
    cells = pa.array(column).cast(kind)
    if pa.types.is_timestamp(kind):
        return (column.dt.tz_localize(None) if kind.tz else column).astype("datetime64[us]").array
    for is_kind, name in (
        (pa.types.is_boolean, "boolean"),
        (pa.types.is_unsigned_integer, "UInt64"),
        (pa.types.is_integer, "Int64"),
        (pa.types.is_floating, "Float64"),
    ):
        if is_kind(kind):
            return pd.array(cells.to_pylist(), dtype=name)
    if any(is_kind(kind) for is_kind in (pa.types.is_list, pa.types.is_large_list)):
        lists = np.empty(len(cells), dtype=object)
        lists[:] = cells.to_pylist()
        return lists
    texts = [None if cell is None else str(cell) for cell in cells.to_pylist()]
    return pd.array(texts, dtype="str")
