"""Asked of rows in whatever order they stand: what they sum to, and which of them is the last."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from herbgis.measuring.records import source_order


def total(values: pd.Series) -> float:
    """Sum of what is known; the same to the last digit in any order of rows."""
    return float(np.sort(values.dropna().to_numpy(dtype=float)).sum())


def last_of_each(
    table: pd.DataFrame, keys: Sequence[str], *, by: Sequence[str] = ()
) -> pd.DataFrame:
    """Of several rows with the same keys the last.

    Parameters
    ----------
    table : DataFrame
        With the columns of the base table that tell where a record came from.
    keys : sequence of str
    by : sequence of str
        Columns whose greatest value is the last; among equals the batch of a ledger's history
        decides, then the place in the source.
    """
    entered = table.iloc[source_order(table)]
    order = [*by, *(name for name in ("batch",) if name in table)]
    if order:
        entered = entered.sort_values(order, na_position="first", kind="stable")
    return entered.drop_duplicates(list(keys), keep="last")
