"""Columns of Arrow's own types in an analyst's frame, as pandas' types that say the same."""

from __future__ import annotations

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
