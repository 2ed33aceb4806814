"""Costs and distances of candidates, as people write them: 5,000, 5万元, 3千, ８００米."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from herbgis.foundation import resources
from herbgis.foundation.language import tr
from herbgis.foundation.units import Quantity, parse_quantity
from herbgis.geo.geodesy import Floats
from herbgis.reading.understanding.cells import clean_text

#: What is more is no cost and no distance, and its sums would be no numbers.
_MOST = 1e18


@dataclass(frozen=True, eq=False)
class Stated:
    """A column of numbers that people stated.

    Attributes
    ----------
    values : array of float, shape (rows,)
        In the column's unit; NaN where nothing, or no number, is stated.
    texts : list of str or None
        Cells as written; None where nothing is.
    trouble : list of str
        Why a cell that holds something was not read, in Chinese; else empty.
    worded : list of bool
        Whether a cell that was read is more than a plain number.
    """

    values: Floats
    texts: list[str | None]
    trouble: list[str]
    worded: list[bool]


def stated_numbers(cells: pd.Series, name: str) -> Stated:
    """Read a column of costs or distances by the parser that reads areas and yields.

    Parameters
    ----------
    cells : Series
        Numbers, or texts as people write them.
    name : str
        ``cost`` or ``distance_km``: which units are known.

    Returns
    -------
    Stated
        A bare number has the column's unit. Where some costs state a unit and some do not, what the
        bare ones are is open: these are not read.
    """
    units = resources.read_toml("facts/candidates.toml")["units"][name]
    texts = [clean_text(cell) for cell in cells]
    read = [parse_quantity(text) if text else None for text in texts]
    must_have_unit = name == "cost" and any(each and each.unit for each in read)
    trouble = [
        _trouble(quantity, units, must_have_unit=must_have_unit) if text else ""
        for text, quantity in zip(texts, read, strict=True)
    ]
    values = [
        np.nan if why or quantity is None else quantity.value * units.get(quantity.unit, 1.0)
        for why, quantity in zip(trouble, read, strict=True)
    ]
    worded = [
        bool(each and not each.plain and not why) for each, why in zip(read, trouble, strict=True)
    ]
    return Stated(np.array(values, dtype=np.float64), texts, trouble, worded)


def _trouble(quantity: Quantity | None, units: Mapping[str, float], *, must_have_unit: bool) -> str:
    """Why what is written cannot be used; empty where it can."""
    if quantity is None or not 0 <= quantity.value < _MOST:
        return tr("不是可用的数")
    if quantity.unit is None:
        return tr("没有写单位, 而别的写了") if must_have_unit else ""
    return "" if quantity.unit in units else tr("的单位 {unit} 不认识", unit=quantity.unit)


def with_unit_of_heading(cells: pd.Series, unit: str) -> pd.Series:
    """Cells of a column whose heading states a unit, which bare numbers are then written with."""
    return cells.map(
        lambda cell: f"{cell}{unit}" if _is_bare(clean_text(cell)) else cell, na_action="ignore"
    )


def _is_bare(text: str | None) -> bool:
    quantity = parse_quantity(text) if text else None
    return quantity is not None and quantity.unit is None
