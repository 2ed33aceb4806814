"""Numbers that stand for a cell that is empty, in formats that cannot say so of numbers.

A MapInfo table holds no empty number at all: GDAL writes 0 for it, and a flag that is empty as no.
In a DBF some programs write the least number that there is.
"""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from herbgis.foundation.language import tr
from herbgis.reading.understanding.assumptions import Assumptions
from herbgis.terms import columns as cols

#: Below this nothing was measured: programs write -1.797693e+308, or as much as the field holds.
_NOTHING_BELOW = -1e38
#: Columns in which a zero is no statement: nobody reports a base of no land.
_NEVER_ZERO = ("declared_value", "declared_mu")
#: Columns that count from 1.
_FROM_ONE = ("source_row", "sheet_row")
#: What is measured of a shape, and has nothing where there is none.
_OF_SHAPES = ("surveyed_mu", "sigma_mu", "contiguous_mu", "disputed_mu", "counted_mu")
_NUMBERS = frozenset({"number", "integer", "year"})


def without_null_numbers(
    frame: gpd.GeoDataFrame, headings: Mapping[str, str], said: Assumptions
) -> gpd.GeoDataFrame:
    """A layer's records, empty where a number only stands for NULL.

    Source: Esri, Geoprocessing considerations for shapefile output: NULL is written as 0, or as
    the least number there is.

    Parameters
    ----------
    frame : GeoDataFrame
    headings : mapping of str to str
        Column of the base table to the frame's heading.
    said : Assumptions
        Takes how many areas are taken for not declared, and of how many other numbers nobody can
        say whether they are 0 or empty.
    """
    cells = {}
    for heading in frame.columns.drop("geometry"):
        column = frame[heading]
        if pd.api.types.is_float_dtype(column.dtype) and (column < _NOTHING_BELOW).any():
            cells[heading] = column.where(column >= _NOTHING_BELOW)
    for name in _NEVER_ZERO:
        heading = headings.get(name)
        column = None if heading is None else cells.get(heading, frame[heading])
        if column is None:
            continue
        zero = _zeros(column)
        if zero.any():
            cells[heading] = column.where(~zero)
            said.add(
                tr(
                    "{column}为 0 的 {count} 条按没有填(这种文件把空格存成 0)",
                    column=tr(cols.titles()[name]),
                    count=int(zero.sum()),
                )
            )
    for column in cols.OPTIONAL:
        heading = headings.get(column.name)
        if heading is None or frame[heading].isna().any():
            continue
        is_flag = pd.api.types.is_bool_dtype(frame[heading].dtype)
        if not is_flag and column.kind not in _NUMBERS:
            continue
        zero = _zeros(frame[heading])
        if zero.any():
            said.add(
                tr(
                    "{column}为{value}的 {count} 条分不清是{value}还是没有填"
                    "(这种文件把空格存成{value}), 按{value}用",
                    column=tr(column.title),
                    value=tr("否") if is_flag else " 0 ",
                    count=int(zero.sum()),
                )
            )
    return frame.assign(**cells) if cells else frame


def without_zeros_for_nulls(table: pd.DataFrame) -> pd.DataFrame:
    """A table of ours that a format without empty numbers was given, with these empty again.

    It is known by a 0 where no step writes one, a declared area, a row's number, the area of a
    base without a shape, while none of its numbers is empty.
    """
    numbers = [
        column.name
        for column in cols.every()
        if column.kind in _NUMBERS and column.name in table and _is_number(table[column.name])
    ]
    telling = [name for name in (*_NEVER_ZERO, *_FROM_ONE, "surveyed_mu") if name in numbers]
    if "declared_mu" not in telling or any(table[name].hasnans for name in numbers):
        return table
    if not any((table[name] == 0).any() for name in telling):
        return table
    optional = {column.name for column in cols.OPTIONAL}
    empty = [name for name in numbers if name in {*_NEVER_ZERO, *_FROM_ONE, *optional}]
    cells = {name: table[name].mask(table[name] == 0) for name in empty}
    if "surveyed_mu" in numbers:
        unmeasured = table["surveyed_mu"] == 0
        shaped = [name for name in _OF_SHAPES if name in numbers]
        cells |= {name: table[name].mask(unmeasured) for name in shaped}
    return table.assign(**cells)


def _is_number(column: pd.Series | pd.DataFrame) -> bool:
    """Whether a column is one, of numbers; flags are none."""
    return (
        isinstance(column, pd.Series)
        and pd.api.types.is_numeric_dtype(column.dtype)
        and not pd.api.types.is_bool_dtype(column.dtype)
    )


def _zeros(column: pd.Series) -> pd.Series:
    # A column of numbers is text where one cell of it is no number.
    return (pd.to_numeric(column, errors="coerce") == 0).fillna(value=False)
