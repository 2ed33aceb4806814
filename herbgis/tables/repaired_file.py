"""The repaired data as a GeoPackage that a county can correct further and send in again."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from herbgis.geo.geopackages import CHANGES_LAYER, write_layers
from herbgis.terms import columns as cols
from herbgis.terms.policy import Policy

#: What a county fills in, under the headings that `read_survey` knows.
_FILLED_IN = (
    *("base_id", "name", "reporting_unit", "county", "township", "village", "operator"),
    *("variety", "mode", "kind", "status", "declared_value", "declared_unit"),
    *("survey_method", "surveyed_on", "completed_on", "data_note"),
)
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
    titles = cols.titles() | {"declared_value": cols.titles()["declared_mu"]}
    table = pd.DataFrame(
        {titles[name]: _as_written(repaired, name, policy) for name in _FILLED_IN},
        index=repaired.index,
    )
    table["实测面积(亩)"] = repaired["surveyed_mu"].round(2)
    for name in ("source_file", "source_layer", "source_row"):
        table[f"原{titles[name]}"] = repaired[name]
    bases = gpd.GeoDataFrame(table, geometry=repaired.geometry)
    told = changes.drop(columns="before").rename(columns=CHANGE_TITLES)
    told["已改"] = ["是" if applied else "否" for applied in changes["applied"]]
    return write_layers({"基地": bases, CHANGES_LAYER: told}, path)


def _as_written(table: gpd.GeoDataFrame, name: str, policy: Policy) -> pd.Series:
    """A column's cells as the county wrote them, or in the policy's words."""
    cells = table[name]
    if name == "base_id":
        made = table["source_file"].astype("str") + "#"
        own = [not str(i).startswith(m) for i, m in zip(cells, made, strict=True)]
        return cells.where(own)
    if name == "variety":
        mixed = table["varieties"].map("、".join)
        cells = cells.where(mixed == "", mixed)
    elif name in policy.words or name == "declared_unit":
        words = "unit" if name == "declared_unit" else name
        cells = cells.map(lambda value: policy.title_of(words, value), na_action="ignore")
    raw = f"raw_{name}"
    if raw not in table or table[raw].isna().all():
        return cells
    written = cells.astype("str").where(cells.notna()).str.removesuffix(" 00:00:00")
    return table[raw].where(table[raw].notna(), written)
