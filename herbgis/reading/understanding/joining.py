"""Lists of bases and polygons of the same bases, from different files, by base_id.

A county sends a workbook of its bases and the polygons apart. Records of one base_id are one base
anyway; here each side's empty cells are filled with what the other says, so that a polygon is not
called nameless whose name stands in the workbook.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.foundation.language import tr
from herbgis.geo.geodesy import Flags
from herbgis.terms import columns as cols


def of_lists(table: gpd.GeoDataFrame) -> Flags:
    """Which records come from a layer that holds no geometry at all: a list of reported bases."""
    shapes = np.asarray(table.geometry.array, dtype=object)
    blank = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    drawn = ~blank | np.asarray(table["raw_geometry"].notna(), dtype=bool)
    layers = [table["source_file"].fillna(""), table["source_layer"].fillna("")]
    has_any = pd.Series(drawn, index=table.index).groupby(layers, sort=False).transform("any")
    return ~np.asarray(has_any, dtype=bool)


def join_lists(
    table: gpd.GeoDataFrame, defaulted: Mapping[str, Flags]
) -> tuple[gpd.GeoDataFrame, Flags]:
    """Fill the empty cells of polygons from the lists, and those of the lists from the polygons.

    Parameters
    ----------
    table : GeoDataFrame
        The base table of all layers, RangeIndex.
    defaulted : mapping of str to array of bool, shape (n,)
        By column, the records whose layer has no such column: their value is the policy's default
        and gives way.

    Returns
    -------
    GeoDataFrame, array of bool
        The table, and the records that have their base on the other side too.
    """
    listed = of_lists(table)
    if listed.all() or not listed.any():
        return table, np.zeros(len(table), dtype=bool)
    ids = table["base_id"]
    both = np.asarray(np.where(listed, ids.isin(ids[~listed]), ids.isin(ids[listed])), dtype=bool)
    if not both.any():
        return table, both
    filled = table.copy()
    for name in cols.names(cols.with_role(cols.Role.JOINED)):
        if name not in table:
            continue
        empty = np.asarray(table[name].isna()) | defaulted.get(name, np.zeros(len(table), bool))
        for side in (listed, ~listed):
            donors = table[~side & both & ~empty].drop_duplicates("base_id").set_index("base_id")
            wanting = side & both & empty & np.asarray(ids.isin(donors.index))
            for column in (name, *cols.following(name)):
                given = wanting
                if column.startswith("raw_"):  # a cell that was not understood is still to be named
                    given = wanting & np.asarray(table[column].isna())
                filled.loc[given, column] = donors[column].reindex(ids[given]).to_numpy()
    return filled, both


def say_joined(entries: list[dict[str, Any]], joined: gpd.GeoDataFrame) -> None:
    """Say of each layer how many of its records were joined to a list, or to polygons."""
    counts = joined.groupby(["source_file", "source_layer"], dropna=False).size()
    for (file, layer), count in counts.items():
        for entry in entries:
            if (entry["path"], entry["layer"]) == (file, None if pd.isna(layer) else layer):
                line = tr("{count} 条按基地编号与其他文件的名单或图斑合为一个基地", count=count)
                entry["assumptions"] = [*entry["assumptions"], line]
