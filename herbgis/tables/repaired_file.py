"""The repaired data as a GeoPackage that a county can correct further and send in again."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from herbgis.geo.geopackages import CHANGES_LAYER, write_layers
from herbgis.terms import columns as cols
from herbgis.terms.policy import Policy

#: What the file begins with: the base, its place, what grows there.
_FIRST = (
    *("base_id", "name", "reporting_unit", "county", "township", "village", "operator"),
    *("variety", "mode"),
)
#: Beside the form's own columns; the file is read again, and speaks Chinese in every language.
_SURVEYED = "实测面积(亩)"
_FORMER = "原{}"
_ANSWERS = {True: "是", False: "否"}
_BASES = "基地"
CHANGE_TITLES = {
    "source_file": "文件",
    "source_layer": "图层",
    "source_row": "记录号",
    "base_id": "基地编号",
    "code": "代码",
    "change": "改动",
    "applied": "已改",
    "mu_before": "原面积(亩)",
    "mu_after": "改后面积(亩)",
    "why": "未改原因",
}


def write_repaired(
    repaired: gpd.GeoDataFrame, changes: gpd.GeoDataFrame, path: Path, *, policy: Policy
) -> Path:
    """Write repaired records, and what was changed on them, as two layers of a GeoPackage.

    Words stay as the county wrote them; only geometry was mended.

    Parameters
    ----------
    repaired, changes : GeoDataFrame
        As `ValidationReport.repaired` and ``changes`` give them.
    path : Path
        .gpkg
    policy : Policy
        For the words of units, counties, states and methods.

    Raises
    ------
    OutputError
    """
    titles = cols.titles()
    table = pd.DataFrame(
        {
            titles["declared_mu"] if column.name == "declared_value" else column.heading: (
                _as_written(repaired, column, policy)
            )
            for column in _filled_in(repaired)
        },
        index=repaired.index,
    )
    table[_SURVEYED] = repaired["surveyed_mu"].round(2)
    for name in ("source_file", "source_layer", "source_row"):
        table[_FORMER.format(titles[name])] = repaired[name]
    bases = gpd.GeoDataFrame(table, geometry=repaired.geometry)
    told = changes.drop(columns="before").rename(columns=CHANGE_TITLES)
    told[CHANGE_TITLES["applied"]] = [_ANSWERS[bool(applied)] for applied in changes["applied"]]
    return write_layers({_BASES: bases, CHANGES_LAYER: told}, path)


def _filled_in(table: gpd.GeoDataFrame) -> list[cols.Column]:
    """What a county fills in; of the columns that only some tables have, those with anything."""
    form = {column.name: column for column in cols.with_role(cols.Role.FORM, cols.READ)}
    told = [
        column
        for column in cols.known_in(table, cols.with_role(cols.Role.FORM, cols.OPTIONAL))
        if table[column.name].notna().any() or column.written.name in table
    ]
    return [*(form[name] for name in cols.led_by(_FIRST, form)), *told]


def _as_written(table: gpd.GeoDataFrame, column: cols.Column, policy: Policy) -> pd.Series:
    """A column's cells as the county wrote them, or in the policy's words."""
    name, cells = column.name, table[column.name]
    if name == "base_id":
        made = table["source_file"].astype("str") + "#"
        own = [not str(i).startswith(m) for i, m in zip(cells, made, strict=True)]
        return cells.where(own)
    if name == "variety":
        mixed = table["varieties"].map("、".join)
        cells = cells.where(mixed == "", mixed)
    elif column.words:
        cells = cells.map(lambda value: policy.title_of(column.words, value), na_action="ignore")
    raw = column.written.name
    if raw not in table or table[raw].isna().all():
        return cells
    written = cells.astype("str").where(cells.notna()).str.removesuffix(" 00:00:00")
    return table[raw].where(table[raw].notna(), written)
