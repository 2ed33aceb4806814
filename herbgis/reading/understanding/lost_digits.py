"""Identifiers that went through a float, which keeps 15 digits of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from herbgis.geo.geodesy import Flags
from herbgis.reading.understanding.cells import clean_text
from herbgis.terms.issues import Issue, Place

#: The first number that is longer than the 15 digits that a workbook, or a float, keeps.
_TOO_LONG = 1e15
#: How a workbook writes such a number into a CSV: 5.20627E+18.
_AS_POWER = re.compile(r"\s*[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{2}\s*")
#: Characters of an id that a message has room for.
_MOST_SHOWN = 20


def digits_lost(source: pd.Series) -> Flags:
    """Cells that hold a number of more than 15 digits as a float, or as text like 5.2E+18.

    As an identifier such a number is in no file: its last digits are those of the nearest float.
    Whole numbers of a column of integers are exact.
    """
    if pd.api.types.is_float_dtype(source.dtype):
        numbers = source.to_numpy(dtype=float, na_value=np.nan)
        return np.asarray(np.abs(numbers) >= _TOO_LONG)
    lost = np.zeros(len(source), dtype=bool)
    if isinstance(source.dtype, pd.StringDtype):
        power = pc.match_substring_regex(pa.array(source), f"^{_AS_POWER.pattern}$")
        written = np.flatnonzero(np.asarray(power.fill_null(False), dtype=bool))  # noqa: FBT003 - arrow
        lost[written] = [_is_lost(source.iloc[at]) for at in written]
    elif source.dtype == object:
        lost[:] = [_is_lost(cell) for cell in source]
    return lost


def _is_lost(cell: object) -> bool:
    if isinstance(cell, str):
        return _AS_POWER.fullmatch(cell) is not None and float(cell) >= _TOO_LONG
    return isinstance(cell, float) and abs(cell) >= _TOO_LONG


def _as_kept(cell: object) -> str:
    """The digits that are left: a float holds 15 of them, and those behind are in no file."""
    return f"{cell:.15g}" if isinstance(cell, float) else clean_text(cell) or ""


def lost_ids(given: pd.DataFrame, headings: Mapping[str, str], table: pd.DataFrame) -> list[Issue]:
    """HG512 for each record whose id has lost its last digits.

    Parameters
    ----------
    given : DataFrame
        The records under the headings that they came with.
    headings : mapping of str to str
        Column of the base table to such a heading.
    table : DataFrame
        The base table that they became, which knows their source.
    """
    ids = given[headings["base_id"]] if "base_id" in headings else None
    if ids is None:
        return []
    sources = table[["source_file", "source_layer", "source_row", "sheet_row"]]
    found = []
    for at in np.flatnonzero(digits_lost(ids)).tolist():
        file, layer, row, sheet = sources.astype(object).iloc[at]
        place = Place(
            file,
            layer if isinstance(layer, str) else None,
            int(row),
            None if pd.isna(sheet) else int(sheet),
        )
        written = _as_kept(ids.iloc[at])[:_MOST_SHOWN]
        found.append(Issue("HG512", place, {"written": written}))
    return found
