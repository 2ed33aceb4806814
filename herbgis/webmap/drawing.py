"""draw_map: bases, counties, progress and issues on one sheet. Floor 7."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.policy import Policy
from herbgis.policyfiles import load_policy
from herbgis.webmap import words
from herbgis.webmap.frames import tidy_bases, tidy_changes, tidy_counties, tidy_issues
from herbgis.webmap.layers import DataLayer
from herbgis.webmap.outlines import bounds
from herbgis.webmap.page import OfflineMap
from herbgis.webmap.payload import (
    Symbols,
    base_symbols,
    change_payload,
    county_payload,
    issue_payload,
)
from herbgis.webmap.sheet import Sheet, make_sheet

#: Where a map without anything on it looks.
_CHINA = (35.0, 105.0)


def draw_map(
    bases: gpd.GeoDataFrame,
    *,
    counties: gpd.GeoDataFrame | None = None,
    policy: Policy | None = None,
    progress: Any = None,
    issues: Any = None,
    title: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> folium.Map:
    """Draw the bases on a map that opens without a network.

    Parameters
    ----------
    bases : GeoDataFrame
        One row a base, as from `classify`, or an analyst's own frame in any coordinate system;
        it needs geometries and ``tier`` or ``counted_mu``, all else is shown where it is there.
        Measured records, as ``report.bases``, are drawn as the bases that they make up.
    counties : GeoDataFrame, optional
        As from `read_counties`.
    policy : Policy, optional
        ``tongren-2020`` by default.
    progress : Progress, optional
        Its targets and breakdowns stand in the panel.
    issues : ValidationReport, optional
        Its errors and warnings that have a place become a layer of pins.
    title : str, optional
    columns : mapping of str to str, optional
        Column of the base table to the frame's heading.

    Returns
    -------
    folium.Map
        Further folium layers can be added; ``save`` writes one file with everything inside.

    Raises
    ------
    MissingColumnError
        The frame has no geometry, or neither a tier nor a counted area.
    CrsError
        The frame has geometries and no coordinate system.
    """
    policy = policy or load_policy()
    pins = None if issues is None else tidy_issues(issues.table)
    table = tidy_bases(bases, policy, columns)
    sheet = make_sheet(
        table,
        policy=policy,
        progress=progress,
        title=title,
        pins=pins is not None and len(pins) > 0,
    )
    return _draw(table, sheet, counties, policy, pins=pins)


def draw_findings(
    bases: gpd.GeoDataFrame,
    findings: pd.DataFrame,
    changes: gpd.GeoDataFrame,
    *,
    counties: gpd.GeoDataFrame | None,
    policy: Policy,
    title: str,
) -> folium.Map:
    """Draw what is sent back: every defect as a pin, and shapes before and after their repair.

    Parameters
    ----------
    bases : GeoDataFrame
        One row a base, as from `classify`.
    findings : DataFrame
        Rows of a report's table.
    changes : GeoDataFrame
        Rows of a report's changes.
    counties : GeoDataFrame or None
    policy : Policy
    title : str
    """
    table = tidy_bases(bases, policy, None)
    pins = tidy_issues(findings)
    mended = tidy_changes(changes)
    sheet = make_sheet(
        table, policy=policy, progress=None, title=title, pins=len(pins) > 0, mended=len(mended) > 0
    )
    return _draw(table, sheet, counties, policy, pins=pins, mended=mended, show=True)


def _draw(
    table: pd.DataFrame,
    sheet: Sheet,
    counties: gpd.GeoDataFrame | None,
    policy: Policy,
    *,
    pins: pd.DataFrame | None,
    mended: pd.DataFrame | None = None,
    show: bool = False,
) -> folium.Map:
    """A page with its layers; `show` puts findings on it from the start, and looks at the bases."""
    page = OfflineMap(sheet=sheet, location=_CHINA, zoom_start=4, zoom_snap=0.1, zoom_delta=0.5)
    drawn = base_symbols(table, policy, sheet.keys)
    extent = bounds(table["shape"].to_numpy())
    if counties is not None:
        discs = np.column_stack([drawn.at, drawn.radius])
        borders = county_payload(tidy_counties(counties), discs)
        extent = (None if show else borders["bounds"]) or extent
        _layer("counties", borders).add_to(page)
    _base_layer(drawn).add_to(page)
    if pins is not None and len(pins):
        _layer("issues", issue_payload(pins), count=len(pins), show=show).add_to(page)
    if mended is not None and len(mended):
        _layer("changes", change_payload(mended), count=len(mended)).add_to(page)
    if extent:
        page.fit_bounds(extent, padding=(12, 12), max_zoom=15)
    return page


def _layer(kind: str, data: Any, *, count: int | None = None, show: bool = True) -> DataLayer:
    name = words.texts()["layers"][kind]
    return DataLayer(kind, data, name=name, switches=[_switch(name, count)], show=show)


def _base_layer(drawn: Symbols) -> DataLayer:
    """All bases in one layer, so that small symbols lie above large ones; a switch a group."""
    texts = words.texts()
    name = texts["layers"]["bases"]
    switches = [
        _switch(texts["groups"].get(group, name), count, group) for group, count in drawn.groups
    ]
    return DataLayer("bases", drawn.block, name=name, switches=switches)


def _switch(title: str, count: int | None, group: str | None = None) -> dict[str, Any]:
    shown = None if count is None else str(count)
    return {"title": title, "count": shown, "group": group}
