"""County boundaries, and which county a polygon lies in. Floor 2."""

from __future__ import annotations

import functools
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from herbgis import resources
from herbgis.basetable import clean_text, match_headings
from herbgis.errors import CrsError, InputNotFoundError, MissingColumnError
from herbgis.geodesy import CGCS2000, areas_m2, local_metres
from herbgis.issues import Place
from herbgis.placing import Geometries, place_layer
from herbgis.policy import Policy
from herbgis.policyfiles import load_policy

#: The ten counties of Tongren; see data/counties/SOURCE.md.
_SHIPPED = "counties/tongren.geojson"


def read_counties(
    source: str | Path | None = None, *, policy: Policy | None = None
) -> gpd.GeoDataFrame:
    """County boundaries in CGCS2000, in code order.

    Parameters
    ----------
    source : str or Path, optional
        A file with a polygon a county and a column of names or codes; by default the ten of
        Tongren that herbgis ships. Those carry no 审图号: a map to be published needs boundaries
        that do.
    policy : Policy, optional
        Whose names and codes of counties are used.

    Returns
    -------
    GeoDataFrame
        Columns ``county_code``, ``county`` (full name), ``short_name``, ``geometry``.

    Raises
    ------
    InputNotFoundError, MissingColumnError, CrsError
    """
    path = resources.data(_SHIPPED) if source is None else Path(source)
    if not path.exists():
        raise InputNotFoundError(str(source or path))
    return tidy_counties(gpd.GeoDataFrame(pyogrio.read_dataframe(path)), policy=policy)


def tidy_counties(frame: gpd.GeoDataFrame, *, policy: Policy | None = None) -> gpd.GeoDataFrame:
    """A frame of counties in the form that `read_counties` gives; any headings, any system."""
    policy = policy or load_policy()
    headings = [str(column) for column in frame.columns if column != frame.geometry.name]
    matched, _ = match_headings(headings, policy)
    by_code = {word.code: word for word in policy.words["county"].values()}
    name_of, code_of = matched.get("county") or matched.get("name"), matched.get("county_code")
    if name_of is None and code_of is None:
        raise MissingColumnError("县界文件", ["county"], headings)
    rows = []
    for position in range(len(frame)):
        text = clean_text(frame[name_of].iloc[position]) if name_of else None
        code = clean_text(frame[code_of].iloc[position]) if code_of else None
        known = policy.canonical("county", text) if text else None
        word = policy.words["county"][known] if known else by_code.get((code or "")[:6])
        rows.append(
            {
                "county_code": word.code if word else (code or "")[:6],
                "county": word.name if word else text,
                "short_name": word.title if word else text,
            }
        )
    geometry = np.asarray(frame.geometry.array, dtype=object)
    placed = place_layer(geometry, frame.crs, Place("counties"))
    if any(text is not None for text in placed.raw):
        msg = "县界的坐标系没有注明, 或与坐标不符; 请给出 CGCS2000 (EPSG:4490) 的县界文件。"
        raise CrsError(msg)
    counties = gpd.GeoDataFrame(rows, geometry=placed.geometry, crs=CGCS2000)
    counties = counties[["county_code", "county", "short_name", "geometry"]]
    return counties.sort_values(["county_code", "county"], kind="stable", ignore_index=True)


def county_shares(geometries: Geometries, counties: gpd.GeoDataFrame) -> pd.DataFrame:
    """How much of each polygon lies in which county.

    Parameters
    ----------
    geometries : array of valid geometries, shape (n,)
        Longitude and latitude; None is allowed.
    counties : GeoDataFrame
        As `read_counties` gives it.

    Returns
    -------
    DataFrame
        ``record`` and ``county`` (positions) and ``share`` of the polygon's area, largest first
        within a record. A polygon outside all counties has no row.
    """
    borders = np.asarray(counties.geometry.array, dtype=object)
    shapely.prepare(borders)
    tree = shapely.STRtree(geometries)
    county, record = tree.query(borders, predicate="intersects")
    whole = shapely.covers(borders[county], geometries[record])
    share = np.ones(len(record))
    cut = np.flatnonzero(~whole)
    inside = shapely.intersection(borders[county[cut]], geometries[record[cut]])
    total = areas_m2(geometries[record[cut]])
    share[cut] = np.divide(areas_m2(inside), total, out=np.zeros(len(cut)), where=total > 0)
    table = pd.DataFrame({"record": record, "county": county, "share": share})
    return table[table["share"] > 0].sort_values(
        ["record", "share", "county"], ascending=[True, False, True], ignore_index=True
    )


def overreach_m(geometry: shapely.Geometry, border: shapely.Geometry) -> float:
    """How far a polygon reaches out of a border, in metres: its farthest vertex from it.

    The plane is true to 1e-3 of a distance at the polygon's latitude.
    """
    lonlat = shapely.get_coordinates(geometry)
    lat = float(np.round(lonlat[:, 1].mean(), 1))
    inside, edges = _on_plane(border, lat)
    plane = local_metres(lonlat, np.full(len(lonlat), lat))
    vertices: Geometries = np.asarray(shapely.points(plane), dtype=object)
    out = vertices[~shapely.intersects(inside, vertices)]
    if not len(out):
        return 0.0
    _, distances = edges.query_nearest(out, return_distance=True, all_matches=False)
    return float(distances.max())


@functools.lru_cache(maxsize=128)
def _on_plane(border: shapely.Geometry, lat: float) -> tuple[shapely.Geometry, shapely.STRtree]:
    """A border in metres on the plane of a latitude, and a tree of its edges."""
    plane = shapely.transform(border, lambda xy: local_metres(xy, np.full(len(xy), lat)))
    shapely.prepare(plane)
    corners, ring = shapely.get_coordinates(
        shapely.get_rings(shapely.get_parts(plane)), return_index=True
    )
    ends = np.stack([corners[:-1], corners[1:]], axis=1)[ring[:-1] == ring[1:]]
    return plane, shapely.STRtree(shapely.linestrings(ends))


def distance_km(one: shapely.Geometry, other: shapely.Geometry) -> float:
    """Kilometres between the middles of two polygons, as a plane sees it."""
    ends = np.array([shapely.get_coordinates(shapely.centroid(g))[0] for g in (one, other)])
    plane = local_metres(ends, ends[:, 1].mean().repeat(2))
    return float(np.hypot(*(plane[1] - plane[0])) / 1000)
