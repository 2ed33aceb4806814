"""Layers in Gauss-Krüger metres that say nothing of their zone: the one that lies in the counties.

An easting without the number of a zone in front fits every zone, three degrees apart. Read in all
of them a layer comes to lie once in each; where one of these places alone is in the counties that
a batch is from, that is its zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.foundation.language import tr
from herbgis.geo.china import EASTINGS_M, SURE_NORTHINGS_M
from herbgis.geo.geodesy import Flags
from herbgis.geo.systems import Geometries
from herbgis.geo.zones import ZONES, GaussKruger
from herbgis.reading.understanding.stories import Story
from herbgis.reading.understanding.survey import Survey
from herbgis.terms.issues import Issue, Place, in_order, issue_table


def in_their_zone(survey: Survey, counties: gpd.GeoDataFrame | None) -> Survey:
    """A survey whose layers without a system stand in the one zone that leads into the counties.

    What was HG004 is then HG005; where no zone does, or two do, all is as before.
    """
    wanting = survey.issues[survey.issues["code"] == "HG004"]
    if counties is None or not len(counties) or wanting.empty:
        return survey
    region = shapely.union_all(np.asarray(counties.geometry.array, dtype=object))
    shapely.prepare(region)
    layers = wanting["layer"].fillna("").tolist()
    for file, layer in zip(wanting["file"], layers, strict=True):
        here = _of_layer(survey.bases, ("source_file", "source_layer"), file, layer)
        found = list(_zones_into(_raw(survey.bases, here), region))
        if len(found) == 1:
            survey = _placed(survey, Place(file, layer or None), here, found[0])
    return survey


@dataclass(frozen=True)
class _InZone:
    """A layer read in a zone."""

    story: Story
    title: str
    geometry: Geometries


def _of_layer(table: pd.DataFrame, columns: tuple[str, str], file: str, layer: str | None) -> Flags:
    """Which rows of a table are of a layer."""
    files, layers = (table[column] for column in columns)
    return np.asarray((files == file) & (layers.fillna("") == (layer or "")), dtype=bool)


def _raw(bases: gpd.GeoDataFrame, here: Flags) -> Geometries:
    """Geometries of a layer in its own coordinates; None where there are none."""
    written = bases.loc[here, "raw_geometry"].to_numpy(dtype=object, na_value=None)
    return np.asarray(shapely.from_wkt(written, on_invalid="ignore"), dtype=object)


def _zones_into(raw: Geometries, region: shapely.Geometry) -> Iterator[_InZone]:
    """Zones in which some of a layer lies in a region, and where all of it lies then.

    Zones of 6 degrees have the meridians of every other one of 3, and the same eastings.
    """
    bounds = shapely.total_bounds(raw)
    for swapped in (False, True):
        west, south, east, north = bounds[[1, 0, 3, 2]] if swapped else bounds
        in_zone = EASTINGS_M[0] <= west and east <= EASTINGS_M[1]
        if not (in_zone and SURE_NORTHINGS_M[0] <= south and north <= SURE_NORTHINGS_M[1]):
            continue
        for zone in ZONES[3]:
            story = Story(GaussKruger(zone, prefixed=False).epsg, swapped)
            placed = story.place(raw)
            if shapely.intersects(region, placed).any():
                yield _InZone(
                    story, tr("{system} (3度{zone}带)", system=story.title, zone=zone), placed
                )


def _placed(survey: Survey, where: Place, here: Flags, found: _InZone) -> Survey:
    """The survey with a layer in its zone, and HG005 in the place of HG004."""
    bases = survey.bases.copy()
    geometry = np.asarray(bases.geometry.array, dtype=object).copy()
    geometry[here] = found.geometry
    bases = bases.set_geometry(gpd.GeoSeries(geometry, index=bases.index, crs=bases.crs))
    bases.loc[here, "raw_geometry"] = None
    files = survey.files.copy()
    own = _of_layer(files, ("path", "layer"), where.file, where.layer)
    note = tr("坐标系={system}(没有带号, 只有这一带落在县界内)", system=found.title)
    files.loc[own, "crs"] = f"EPSG:{found.story.epsg}"
    files["assumptions"] = [
        [*lines, note] if mine else lines
        for lines, mine in zip(files["assumptions"], own, strict=True)
    ]
    answered = _of_layer(survey.issues, ("file", "layer"), where.file, where.layer)
    answered = answered & np.asarray(survey.issues["code"] == "HG004", dtype=bool)
    told = issue_table([Issue("HG005", where, {"crs": found.title})])
    others = survey.issues[~answered]
    issues = in_order(pd.concat([others, told])) if len(others) else told
    return replace(survey, bases=bases, files=files, issues=issues)
