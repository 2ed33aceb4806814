"""Which county a polygon lies in, and with what share."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.geo.geodesy import Floats, Ints, areas_m2
from herbgis.geo.systems import Geometries

#: From so many records on, a grid of cells wholly in one county spares most of them the borders.
_MANY = 5000
#: How fine the grid is: a cell for so many records, and no more than so many along a side.
_RECORDS_A_CELL, _MOST_CELLS_A_SIDE = 2, 512
#: What stands in a cell instead of a county's position.
_NEAR_A_LINE, _IN_NONE = -1, -2


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
    county = _CountyGrid.over(borders, len(geometries)).county_of(geometries)
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
class _CountyGrid:
    """A grid over the counties whose cells know the county that they lie in.

    A polygon whose cells all lie in one county, with no line passing through them, lies in that
    county, and nothing has to be cut. Of all others the grid says nothing.

    Attributes
    ----------
    origin, size : array of float, shape (2,)
        South-west corner of the grid and size of a cell, east and north, in degrees.
    county : array of int, shape (columns, rows)
        Position of the county in which all of the cell lies; `_NEAR_A_LINE` where a line may pass
        through it, `_IN_NONE` outside all counties.
    """

    origin: Floats
    size: Floats
    county: Ints

    @classmethod
    def over(cls, borders: Geometries, records: int) -> _CountyGrid:
        """A grid so fine that making it costs little beside looking at so many records."""
        west, south, east, north = shapely.total_bounds(borders)
        side = int(np.clip(np.sqrt(records / _RECORDS_A_CELL), 1, _MOST_CELLS_A_SIDE))
        origin, size = np.array([west, south]), np.array([east - west, north - south]) / side
        county = _county_of_middles(borders, origin, size, side)
        county[_cells_on_lines(borders, origin, size, side)] = _NEAR_A_LINE
        return cls(origin, size, county)

    def county_of(self, geometries: Geometries) -> Ints:
        """The county that each geometry is wholly in; `_NEAR_A_LINE` where that is not sure.

        Only the four cells in which the corners of its box lie are looked at. That is all of the
        box where it spans no more than two cells either way; a larger one is not sure.
        """
        corners = (shapely.bounds(geometries) - np.tile(self.origin, 2)) / np.tile(self.size, 2)
        side = len(self.county)
        # None has no bounds: these are NaN, which lies neither above nor below.
        on_grid = (corners >= 0).all(axis=1) & (corners < side).all(axis=1)
        west, south, east, north = corners[on_grid].astype(np.int64).T
        county = self.county[west, south]
        for column, row in ((east, south), (west, north), (east, north)):
            county[self.county[column, row] != county] = _NEAR_A_LINE
        county[(east - west > 1) | (north - south > 1)] = _NEAR_A_LINE
        found = np.full(len(geometries), _NEAR_A_LINE)
        found[on_grid] = county
        return found


def _county_of_middles(borders: Geometries, origin: Floats, size: Floats, side: int) -> Ints:
    """By cell, the county that its middle lies in; where counties overlap, none of them is sure."""
    county = np.full((side, side), _IN_NONE)
    middles = (origin[axis] + size[axis] * (np.arange(side) + 0.5) for axis in (0, 1))
    x, y = np.meshgrid(*middles, indexing="ij")
    for number, border in enumerate(borders):
        inside = shapely.contains_xy(border, x, y)
        county[inside] = np.where(county[inside] == _IN_NONE, number, _NEAR_A_LINE)
    return county


def _cells_on_lines(
    borders: Geometries, origin: Floats, size: Floats, side: int
) -> tuple[Ints, Ints]:
    """Columns and rows of the cells that lines pass through, and of some beside them.

    The lines are cut into steps of no more than half a cell, so that a step from (column, row) to
    (column, row) passes through no cells but those of either column and either row: the two that
    its ends lie in, and the two across, of which one may be cut at a corner.
    """
    lines = shapely.segmentize(shapely.boundary(borders), float(size.min()) / 2)
    vertices, line = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    column, row = np.clip(((vertices - origin) / size).astype(np.int64), 0, side - 1).T
    step = np.flatnonzero(line[:-1] == line[1:])
    cells = [
        (columns[step], rows[step])
        for columns, rows in product((column[:-1], column[1:]), (row[:-1], row[1:]))
    ]
    columns, rows = zip(*cells, strict=True)
    return np.concatenate(columns), np.concatenate(rows)
