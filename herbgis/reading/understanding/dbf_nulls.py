"""Numbers that stand in a DBF for a cell that is empty, which it cannot say of numbers."""

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


def without_null_numbers(
    frame: gpd.GeoDataFrame, headings: Mapping[str, str], said: Assumptions
) -> gpd.GeoDataFrame:
    """A shapefile's records, empty where a number only stands for NULL.

    Source: Esri, Geoprocessing considerations for shapefile output: NULL is written as 0, or as
    the least number there is.

    Parameters
    ----------
    frame : GeoDataFrame
    headings : mapping of str to str
        Column of the base table to the frame's heading.
    said : Assumptions
        Takes how many areas are taken for not declared.
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
        # A column of numbers is text where one cell of it is no number.
        zero = (pd.to_numeric(column, errors="coerce") == 0).fillna(value=False)
        if zero.any():
            cells[heading] = column.where(~zero)
            said.add(
                tr(
                    "{column}为 0 的 {count} 条按没有填(这种文件把空格存成 0)",
                    column=tr(cols.titles()[name]),
                    count=int(zero.sum()),
                )
            )
    return frame.assign(**cells) if cells else frame
