"""What the records of a batch were held against: boundaries and control layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.foundation.language import listed, tr
from herbgis.geo.systems import Geometries
from herbgis.reading.understanding.control_layers import said_of
from herbgis.reading.understanding.file_entries import SKIPPED
from herbgis.terms.control_columns import control_columns
from herbgis.validating.rules.context import Context

#: Shapes that are looked at in one go for one within a county.
_AT_ONCE = 10_000


def with_controlled(measured: gpd.GeoDataFrame, context: Context) -> gpd.GeoDataFrame:
    """Records with what they have within the layers of this call, and of no earlier one."""
    earlier = [column.name for column in control_columns(measured.columns)]
    records = measured.drop(columns=earlier)
    figures = context.controlled if context.layers else pd.DataFrame()
    for column in control_columns(figures.columns):
        records[column.name] = figures[column.name].to_numpy()
    return records


def with_said(files: pd.DataFrame, edition: str | None, context: Context) -> pd.DataFrame:
    """What was opened, and which boundaries and layers its records were held against."""
    more = [] if edition is None else [tr("县界={title}", title=edition)]
    if context.layers:
        more += [said_of(context.layers), *_said_of_counties(context)]
    if not more:
        return files
    said = [
        lines if layer == SKIPPED else [*lines, *more]
        for lines, layer in zip(files["assumptions"], files["layer"], strict=True)
    ]
    return files.assign(assumptions=pd.Series(said, index=files.index, dtype=object))


def _said_of_counties(context: Context) -> Iterator[str]:
    """Layers without a shape in counties where bases lie: not given whole, or there is none.

    A base there has 0 亩 within them, of which nobody knows whether that is so.
    """
    shapes: dict[str, list[Geometries]] = {}
    for layer in context.layers:
        shapes.setdefault(layer.title, []).append(layer.shapes)
    if context.counties is None:
        yield from _said_of_elsewhere(shapes, context.geometry)
        return
    counties = context.counties.iloc[np.unique(context.shares["county"])]
    for title, several in shapes.items():
        drawn = np.concatenate(several)
        bare = [
            name
            for name, county in zip(counties["short_name"], counties.geometry, strict=True)
            if not _has_one_within(drawn, county)
        ]
        if bare:
            yield tr(
                "{layer}在{counties}没有图形: 是没有给全, 还是那里没有, 请核对",
                layer=tr(title),
                counties=listed(bare),
            )


def _said_of_elsewhere(shapes: Mapping[str, list[Geometries]], bases: Geometries) -> Iterator[str]:
    """Layers without a shape anywhere about the bases."""
    if shapely.is_missing(bases).all():
        return
    around = shapely.box(*shapely.total_bounds(bases))
    for title, several in shapes.items():
        if not _has_one_within(np.concatenate(several), around):
            line = "{layer}在这批基地的范围内没有图形: 是没有给全、给错了, 还是那里没有, 请核对"
            yield tr(line, layer=tr(title))


def _has_one_within(shapes: Geometries, county: shapely.Geometry) -> bool:
    """Whether any of some shapes meets a county."""
    west, south, east, north = shapely.bounds(shapes).T
    least_lon, least_lat, most_lon, most_lat = shapely.bounds(county)
    near = (west <= most_lon) & (east >= least_lon) & (south <= most_lat) & (north >= least_lat)
    shapely.prepare(county)
    chosen = shapes[near]
    return any(
        shapely.intersects(county, chosen[start : start + _AT_ONCE]).any()
        for start in range(0, len(chosen), _AT_ONCE)
    )
