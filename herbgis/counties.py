"""County boundaries, and which county a polygon lies in. Floor 2."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from herbgis import resources
from herbgis.cells import clean_text
from herbgis.errors import CrsError, InputNotFoundError, MissingColumnError
from herbgis.geodesy import CGCS2000, Floats, Ints, areas_m2, local_metres
from herbgis.headings import match_headings
from herbgis.issues import Place
from herbgis.placing import Geometries, place_layer
from herbgis.policy import Policy
from herbgis.policyfiles import load_policy

#: From so many records on, a grid of cells wholly in one county spares most of them the borders.
_MANY = 5000
_RECORDS_A_CELL, _MOST_CELLS = 2, 512
_NEAR_A_LINE, _IN_NONE = -1, -2
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
    if len(geometries) < _MANY:
        return _shares_by_shape(geometries, borders)
    county = _Cells.of(borders, len(geometries)).county_of(geometries)
    near = np.flatnonzero(county == _NEAR_A_LINE)
    cut = _shares_by_shape(geometries[near], borders)
    whole = np.flatnonzero(county >= 0)
    return _in_order(
        pd.DataFrame(
            {
                "record": np.concatenate([whole, near[cut["record"]]]),
                "county": np.concatenate([county[whole], cut["county"]]),
                "share": np.concatenate([np.ones(len(whole)), cut["share"]]),
            }
        )
    )


def _shares_by_shape(geometries: Geometries, borders: Geometries) -> pd.DataFrame:
    """`county_shares` by asking every border for the shapes that it meets."""
    shapely.prepare(borders)
    county, record = shapely.STRtree(geometries).query(borders, predicate="intersects")
    whole = shapely.covers(borders[county], geometries[record])
    share = np.ones(len(record))
    cut = np.flatnonzero(~whole)
    inside = shapely.intersection(borders[county[cut]], geometries[record[cut]])
    total = areas_m2(geometries[record[cut]])
    share[cut] = np.divide(areas_m2(inside), total, out=np.zeros(len(cut)), where=total > 0)
    table = pd.DataFrame({"record": record, "county": county, "share": share})
    return _in_order(table[table["share"] > 0])


def _in_order(shares: pd.DataFrame) -> pd.DataFrame:
    order = np.lexsort((shares["county"], -shares["share"], shares["record"]))
    return shares.take(order).reset_index(drop=True)


@dataclass(frozen=True)
class _Cells:
    """A grid over the counties whose cells know the county they lie in.

    Attributes
    ----------
    origin, size : array of float, shape (2,)
        South-west corner and size of a cell in degrees.
    county : array of int, shape (columns, rows)
        Position of the county; or a line passes through the cell, or it lies in none.
    """

    origin: Floats
    size: Floats
    county: Ints

    @classmethod
    def of(cls, borders: Geometries, records: int) -> _Cells:
        """A grid that costs little beside so many records."""
        west, south, east, north = shapely.total_bounds(borders)
        side = int(np.clip(np.sqrt(records / _RECORDS_A_CELL), 1, _MOST_CELLS))
        origin, size = np.array([west, south]), np.array([east - west, north - south]) / side
        county = np.full((side, side), _IN_NONE)
        for number, border in enumerate(borders):
            middles = [origin[axis] + size[axis] * (np.arange(side) + 0.5) for axis in (0, 1)]
            x, y = np.meshgrid(*middles, indexing="ij")
            inside = shapely.contains_xy(border, x, y)
            county[inside] = np.where(county[inside] == _IN_NONE, number, _NEAR_A_LINE)
        # A line cut to steps clearly shorter than a cell passes through the cells about its
        # steps' ends only.
        lines = shapely.segmentize(shapely.boundary(borders), float(size.min()) / 2)
        vertices, line = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
        at = np.clip(((vertices - origin) / size).astype(np.int64), 0, side - 1)
        for east_of, north_of in product((at[:-1, 0], at[1:, 0]), (at[:-1, 1], at[1:, 1])):
            same = line[:-1] == line[1:]
            county[east_of[same], north_of[same]] = _NEAR_A_LINE
        return cls(origin, size, county)

    def county_of(self, geometries: Geometries) -> Ints:
        """The county that each geometry is wholly in; near a line where that is not sure."""
        bounds = (shapely.bounds(geometries) - np.tile(self.origin, 2)) / np.tile(self.size, 2)
        side = len(self.county)
        # None has no bounds, and is asked for in the other way, too.
        held = (bounds >= 0).all(axis=1) & (bounds < side).all(axis=1)
        west, south, east, north = bounds[held].astype(np.int64).T
        county = self.county[west, south]
        for column, row in ((east, south), (west, north), (east, north)):
            county[self.county[column, row] != county] = _NEAR_A_LINE
        # Of a box over more cells than four, the inner ones are not looked at.
        county[(east - west > 1) | (north - south > 1)] = _NEAR_A_LINE
        found = np.full(len(geometries), _NEAR_A_LINE)
        found[held] = county
        return found


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
