"""The layers of herbgis: folium layers whose data stand in the page as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.planning.choosing.plans import Plan
from herbgis.planning.visit.visit import Visit
from herbgis.webmap.frames import (
    tidy_changes,
    tidy_counties,
    tidy_issues,
    tidy_townships,
    tidy_visit,
)
from herbgis.webmap.outlines import Bounds, drawable
from herbgis.webmap.payload import (
    change_payload,
    county_payload,
    issue_payload,
    township_payload,
    visit_payload,
)
from herbgis.webmap.planned import chosen_payload, rejected_payload
from herbgis.webmap.relief import relief_payload
from herbgis.webmap.symbols import Symbols
from herbgis.webmap.templating import Verbatim, as_json, figure_of, template
from herbgis.webmap.words import Wording


class DataLayer(folium.map.Layer):
    """A layer drawn by the page's own script from plain values.

    Parameters
    ----------
    kind : str
        The function of the page's script that draws it.
    data : dict
        Plain values; they enter the page as JSON, and what they say as text.
    switches : list of dict
        What the layer control offers: ``title``, ``count`` and ``group`` (None: all of it).
    extent : list of list of float, optional
        South-west and north-east corner that the layer asks the page to look at.
    """

    def __init__(
        self,
        kind: str,
        data: Any,
        *,
        name: str,
        switches: list[dict[str, Any]] | None = None,
        show: bool = True,
        extent: Bounds | None = None,
    ) -> None:
        super().__init__(name=name, overlay=True, control=True, show=show)
        self._name = "herbgis_layer"
        self.kind = kind
        self.data = data
        self.switches = switches or []
        self.extent = extent

    def render(self, **kwargs: Any) -> Any:
        """Write the layer's data and its call into the page."""
        figure, name = figure_of(self), self.get_name()
        data = template("data.html").render(name=name, data=as_json(self.data))
        call = template("layer.js").render(name=name, kind=self.kind)
        figure.html.add_child(Verbatim(data), name=f"{name}_data")
        figure.script.add_child(Verbatim(call), name=f"{name}_call")
        return super().render(**kwargs)  # type: ignore[no-untyped-call]


def county_layer(counties: gpd.GeoDataFrame, drawn: Symbols, wording: Wording) -> DataLayer:
    """Counties, with their names clear of the bases' symbols."""
    discs = np.column_stack([drawn.at, drawn.radius])
    borders = county_payload(tidy_counties(counties), discs, wording)
    return _layer("counties", borders, wording, extent=borders["bounds"])


def relief_layer(
    dem: str | Path | Sequence[str | Path],
    extent: Bounds,
    counties: gpd.GeoDataFrame | None,
    wording: Wording,
) -> DataLayer:
    """Shaded relief, within the counties where there are any."""
    land = None if counties is None else shapely.union_all(drawable(counties))
    parameters = wording.policy.datum_parameters
    return _layer(
        "relief", relief_payload(dem, extent, land=land, datum_parameters=parameters), wording
    )


def township_layer(townships: gpd.GeoDataFrame, wording: Wording) -> DataLayer:
    """Names of townships."""
    return _layer("townships", township_payload(tidy_townships(townships)), wording)


def bases_layer(drawn: Symbols, wording: Wording) -> DataLayer:
    """All bases in one layer, so that small symbols lie above large ones; a switch a group."""
    texts = wording.texts
    name = texts["layers"]["bases"]
    switches = [
        _switch(texts["groups"].get(group, name), count, group) for group, count in drawn.groups
    ]
    return DataLayer("bases", drawn.block, name=name, switches=switches)


def visit_layer(
    visit: Visit | Sequence[str] | pd.DataFrame, drawn: Symbols, wording: Wording
) -> DataLayer:
    """The stops of a visit, numbered."""
    stops = tidy_visit(visit.table if isinstance(visit, Visit) else visit, drawn.ids)
    return _layer("visit", visit_payload(stops, drawn.ids), wording, count=len(stops))


def plan_layers(plan: Plan, drawn: Symbols, wording: Wording) -> list[DataLayer]:
    """The chosen sites of a plan, and under them, hidden at first, the rejected ones."""
    chosen = chosen_payload(plan, drawn, wording)
    layers = [_layer("plan", chosen, wording, count=len(chosen["sites"]))]
    rejected = rejected_payload(plan, wording)
    if rejected["sites"]:
        layers.insert(
            0, _layer("rejected", rejected, wording, count=len(rejected["sites"]), show=False)
        )
    return layers


def issue_layer(
    findings: pd.DataFrame, wording: Wording, *, show: bool = False
) -> DataLayer | None:
    """Errors and warnings as pins; None where none has a place."""
    pins = tidy_issues(findings)
    if not len(pins):
        return None
    return _layer("issues", issue_payload(pins, wording), wording, count=len(pins), show=show)


def change_layer(changes: gpd.GeoDataFrame, wording: Wording) -> DataLayer | None:
    """Shapes before and after their repair; None where nothing was changed."""
    mended = tidy_changes(changes)
    if not len(mended):
        return None
    return _layer("changes", change_payload(mended, wording), wording, count=len(mended))


def kinds_of(layers: Iterable[folium.map.Layer]) -> frozenset[str]:
    """The kinds of our own layers among some."""
    return frozenset(layer.kind for layer in layers if isinstance(layer, DataLayer))


def _layer(
    kind: str,
    data: Any,
    wording: Wording,
    *,
    count: int | None = None,
    show: bool = True,
    extent: Bounds | None = None,
) -> DataLayer:
    name = wording.texts["layers"][kind]
    switches = [_switch(name, count)]
    return DataLayer(kind, data, name=name, switches=switches, show=show, extent=extent)


def _switch(title: str, count: int | None, group: str | None = None) -> dict[str, Any]:
    shown = None if count is None else str(count)
    return {"title": title, "count": shown, "group": group}
