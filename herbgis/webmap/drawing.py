"""draw_map: bases, counties, progress and issues on one sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Unpack

import folium
import geopandas as gpd
import pandas as pd

from herbgis.counting.progress import Progress
from herbgis.foundation.errors import HerbgisError
from herbgis.foundation.keywords import options_given
from herbgis.foundation.language import language, speaking, tr
from herbgis.planning.choosing.plans import Plan
from herbgis.planning.visit.visit import Visit
from herbgis.reading.counties import edition_of
from herbgis.terms import columns as cols
from herbgis.terms.carried import policy_for
from herbgis.terms.columns import Role
from herbgis.terms.control_columns import internal_names
from herbgis.terms.policy import Policy
from herbgis.validating.report import ValidationReport
from herbgis.webmap.colouring import Colouring, colouring_of
from herbgis.webmap.counts import counts_of_bases, filters
from herbgis.webmap.frames import COLOURED_BY, tidy_bases
from herbgis.webmap.layers import (
    bases_layer,
    change_layer,
    county_layer,
    issue_layer,
    kinds_of,
    plan_layers,
    relief_layer,
    township_layer,
    visit_layer,
)
from herbgis.webmap.legend import make_legend
from herbgis.webmap.online import online_layers
from herbgis.webmap.options import PageKeywords, PageOptions
from herbgis.webmap.outlines import Bounds, bounds
from herbgis.webmap.page import OfflineMap
from herbgis.webmap.sheet import Sheet, Signed, make_sheet
from herbgis.webmap.symbols import Symbols, base_symbols
from herbgis.webmap.words import Wording

#: Where a map without anything on it looks.
_CHINA = (35.0, 105.0)


def draw_map(
    bases: gpd.GeoDataFrame,
    *,
    counties: gpd.GeoDataFrame | None = None,
    policy: Policy | None = None,
    progress: Progress | None = None,
    issues: ValidationReport | None = None,
    title: str | None = None,
    columns: Mapping[str, str] | None = None,
    visit: Visit | Sequence[str] | pd.DataFrame | None = None,
    plan: Plan | None = None,
    dem: str | Path | Sequence[str | Path] | None = None,
    page: PageOptions | None = None,
    **single: Unpack[PageKeywords],
) -> OfflineMap:
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
        Its targets and breakdowns stand in the panel; rows of a breakdown by one column filter
        the map and each other.
    issues : ValidationReport, optional
        Its errors and warnings that have a place become a layer of pins.
    title : str, optional
    columns : mapping of str to str, optional
        Column of the base table to the frame's heading.
    visit : sequence of str, or DataFrame, optional
        The bases of a site visit in their order: ids, or a table with ``base_id`` (a column or
        the index) whose other columns are each stop's facts, under their own headings.
    plan : Plan, optional
        As from `plan`: its chosen sites, and hidden at first the rejected ones.
    dem : path or sequence of paths, optional
        Elevation in metres in any coordinate system, for a shaded relief under the bases; where
        several files know a place, the first one counts.
    page : PageOptions, optional
        How the page behaves (for the public, language, base maps from the network), and the names
        of townships around the bases.
    **single
        The fields of `PageOptions` one by one, instead of `page`.

    Returns
    -------
    OfflineMap
        A `folium.Map`: further folium layers can be added, and ``save`` writes one file with
        everything inside.

    Raises
    ------
    MissingColumnError
        The frame has no geometry, or neither a tier nor a counted area.
    CrsError
        The frame has geometries and no coordinate system.
    UnknownNameError
        A language, an online map or a column to colour by that there is not, or a stop of the visit
        that is not drawn.
    RasterError
        An elevation file cannot be read, or lies elsewhere.
    HerbgisError
        Tianditu's key is missing, or a public map is to be coloured by what is not for the public.
    WrongCallError
        A keyword that there is not, or `page` beside one of its fields.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> progress = hg.count_progress(bases, by=["county", "variety"])
    >>> page = hg.draw_map(
    ...     bases, counties=hg.read_counties(), progress=progress, issues=report, title="现场会"
    ... )
    >>> page.save("现场会.html")  # 一个文件, 断网也能打开
    """
    page = options_given(draw_map, "page", PageOptions, page, single)
    public, lang = page.public, page.lang
    wording = Wording(policy_for(bases, policy), lang)
    table = tidy_bases(bases, wording.policy, columns, colour_by=page.colour_by)
    if public:  # what a layer that is mostly restricted tells of a base goes no further than here
        table = table.drop(columns=internal_names(table.columns))
        if isinstance(visit, pd.DataFrame):
            visit = visit.drop(columns=internal_names(visit.columns))
    colouring = _colouring(table, page, wording)
    drawn = _symbols(table, wording, progress, colouring=colouring, public=public)
    land = None if counties is None else county_layer(counties, drawn, wording)
    extent = (land and land.extent) or bounds(table["shape"].to_numpy())
    relief = None if dem is None or extent is None else relief_layer(dem, extent, counties, wording)
    layers: list[folium.map.Layer | None] = [
        *([] if page.online is None else online_layers(page.online, page.tianditu_key, lang=lang)),
        land,
        relief,
        None if page.townships is None else township_layer(page.townships, wording),
        bases_layer(drawn, wording),
        *([] if plan is None or public else plan_layers(plan, drawn, wording)),
        None if visit is None else visit_layer(visit, drawn, wording),
        None if issues is None or public else issue_layer(issues.table, wording),
    ]
    present = [layer for layer in layers if layer is not None]
    legend = make_legend(
        table[table["shape"].notna()],
        wording,
        kinds_of(present),
        colouring=colouring,
        public=public,
    )
    sheet = make_sheet(
        table,
        wording=wording,
        legend=legend,
        progress=progress,
        title=title,
        ids=drawn.ids,
        public=public,
        caveats=[] if relief is None else relief.data["caveats"],
        planned_for_show=plan is not None and bool(plan.caveats),
        boundaries=_edition(counties, wording),
        signed=Signed(page.approval, page.by_whom, page.date),
    )
    return _page(sheet, present, extent)


def _edition(counties: gpd.GeoDataFrame | None, wording: Wording) -> str | None:
    with speaking(wording.lang):
        return None if counties is None else edition_of(counties)


def draw_findings(
    bases: gpd.GeoDataFrame,
    findings: pd.DataFrame,
    changes: gpd.GeoDataFrame,
    *,
    counties: gpd.GeoDataFrame | None,
    policy: Policy,
    title: str,
) -> OfflineMap:
    """Draw what is sent back: every defect as a pin, and shapes before and after their repair.

    The page speaks the language that is spoken.

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
    wording = Wording(policy, language())
    table = tidy_bases(bases, policy, None)
    drawn = _symbols(table, wording, None, public=False)
    layers: list[folium.map.Layer | None] = [
        None if counties is None else county_layer(counties, drawn, wording),
        bases_layer(drawn, wording),
        issue_layer(findings, wording, show=True),
        change_layer(changes, wording),
    ]
    present = [layer for layer in layers if layer is not None]
    legend = make_legend(table[table["shape"].notna()], wording, kinds_of(present))
    sheet = make_sheet(
        table, wording=wording, legend=legend, progress=None, title=title, ids=drawn.ids
    )
    return _page(sheet, present, bounds(table["shape"].to_numpy()))


def _colouring(table: pd.DataFrame, page: PageOptions, wording: Wording) -> Colouring | None:
    """The colours of the column that was asked for, of the bases that have a shape."""
    if page.colour_by is None:
        return None
    cells = table.loc[table["shape"].notna(), COLOURED_BY]
    column = str(table.attrs[COLOURED_BY])
    known = next((known for known in cols.every() if known.name == column), None)
    private = known is not None and Role.PUBLIC not in known.roles
    if page.public and (private or internal_names([column])):
        title = wording.heading(column)
        msg = tr(
            "公开的地图不能按“{title}”着色: 这一列不对外。请换一列, 或去掉 public。", title=title
        )
        raise HerbgisError(msg)
    return colouring_of(
        cells.rename(column),
        wording.heading(column),
        scheme=page.scheme,
        classes=page.classes,
        wording=wording,
    )


def _symbols(
    table: pd.DataFrame,
    wording: Wording,
    progress: Progress | None,
    *,
    colouring: Colouring | None = None,
    public: bool,
) -> Symbols:
    """The bases, with what the panel's tables filter and count by."""
    breakdowns = {} if progress is None else progress.by
    day = progress.as_of if progress is not None and progress.day_note else None
    counts = counts_of_bases(table, breakdowns, wording.policy, day) if breakdowns else None
    keys = filters(breakdowns, table)
    return base_symbols(
        table, wording, keys=keys, counts=counts, colouring=colouring, public=public
    )


def _page(sheet: Sheet, layers: Sequence[folium.map.Layer], extent: Bounds | None) -> OfflineMap:
    """A page with its layers, looking at an extent."""
    view = {"location": _CHINA, "zoom_start": 4, "zoom_snap": 0.1, "zoom_delta": 0.5}
    page = OfflineMap(sheet=sheet, extent=extent, **view)
    for layer in layers:
        layer.add_to(page)
    if extent:
        fit = folium.FitBounds(extent, padding=(12, 12), max_zoom=15)
        fit.options["animate"] = False  # what is drawn first is what stays
        fit.add_to(page)
    return page
