"""Polygons on a raster's grid: which cells have their middle in which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from herbgis.foundation.errors import CrsError
from herbgis.foundation.language import heading, tr
from herbgis.geo.geodesy import Flags, Floats, Ints
from herbgis.geo.land import land as land_of
from herbgis.geo.rasters import Raster
from herbgis.geo.systems import Geometries, to_cgcs2000

#: No polygon holds the middle of this cell.
NONE = -1


def polygons_of(frame: gpd.GeoDataFrame, what: str) -> Geometries:
    """The land of a frame in any system, valid, on CGCS2000.

    Raises
    ------
    CrsError
        The frame has no coordinate system; `what` names it in Chinese.
    """
    if frame.crs is None:
        msg = "{what}没有坐标系。请先 set_crs(…), 例如 EPSG:4490 或 EPSG:4524。"
        raise CrsError(tr(msg, what=heading(what)))
    return land_of(to_cgcs2000(np.asarray(frame.geometry.array, dtype=object), frame.crs))


@dataclass(frozen=True, eq=False)
class Footprints:
    """Polygons that are asked window by window; the answer for a cell is the same in every window.

    Attributes
    ----------
    lonlat : array of polygons, shape (n,)
        On CGCS2000.
    cells : array of polygons, shape (n,)
        The same in columns and rows of the raster. Shells run counterclockwise in the plane of
        x = column and y = row, holes clockwise.
    tree, lonlat_tree : shapely.STRtree
        Over `cells` and `lonlat`.
    """

    lonlat: Geometries
    cells: Geometries
    tree: shapely.STRtree
    lonlat_tree: shapely.STRtree

    @classmethod
    def of(cls, polygons: Geometries, raster: Raster) -> Footprints:
        """Valid polygons in longitude and latitude; None and what is empty is left out."""
        kept = polygons[~(shapely.is_missing(polygons) | shapely.is_empty(polygons))]

        def moved(lonlat: Floats) -> Floats:
            return np.column_stack(raster.cells(lonlat[:, 0], lonlat[:, 1]))

        cells = np.asarray(shapely.orient_polygons(shapely.transform(kept, moved)), dtype=object)
        return cls(kept, cells, shapely.STRtree(cells), shapely.STRtree(kept))

    def holding(self, rows: slice, columns: slice) -> Flags:
        """Cells of a window whose middle lies in any of the polygons."""
        return _held_by(self.cells[self._within(rows, columns)], rows, columns) > 0

    def numbers(self, rows: slice, columns: slice) -> npt.NDArray[np.int32]:
        """Position of the first polygon that holds each cell's middle, or `NONE`."""
        found = np.full((rows.stop - rows.start, columns.stop - columns.start), NONE, np.int32)
        for number in self._within(rows, columns)[::-1]:
            found[_held_by(self.cells[number : number + 1], rows, columns) > 0] = number
        return found

    def taken_from(self, polygon: shapely.Geometry) -> shapely.Geometry:
        """What is left of a polygon in longitude and latitude beside these."""
        meeting = np.sort(self.lonlat_tree.query(polygon, predicate="intersects"))
        if not len(meeting):
            return polygon
        return shapely.difference(polygon, shapely.union_all(self.lonlat[meeting]))

    def _within(self, rows: slice, columns: slice) -> Ints:
        """Positions of the polygons that may reach into a window, ascending."""
        window = shapely.box(columns.start, rows.start, columns.stop, rows.stop)
        return np.asarray(np.sort(self.tree.query(window)))


def _held_by(polygons: Geometries, rows: slice, columns: slice) -> npt.NDArray[np.int32]:
    """How many of the polygons hold the middle of each cell of a window.

    By scan lines: on the line through the middles of a row of cells, going east, one is in as
    many polygons as edges were crossed that lead in, less those that lead out. So the crossings
    are noted at the first cell whose middle they lie west of, and summed from west to east.
    """
    height, width = rows.stop - rows.start, columns.stop - columns.start
    crossings = _crossings(_edges_of(polygons), rows)
    # A crossing west of the window counts from its first cell on; one east of it is kept in one
    # further column, which is dropped.
    column = np.clip(np.ceil(crossings.x - 0.5), columns.start, columns.stop).astype(np.int64)
    at = (crossings.row - rows.start) * (width + 1) + column - columns.start
    entered = np.bincount(at, np.where(crossings.leads_in, 1, -1), height * (width + 1))
    held = np.cumsum(entered.reshape(height, width + 1)[:, :width], axis=1)
    return np.asarray(held, dtype=np.int32)


class _Edges(NamedTuple):
    """Edges of rings from their end of less row to that of greater, each (column, row).

    As shells run counterclockwise in columns and rows, an edge that was walked towards lesser
    rows has its polygon on the side of greater columns: who crosses it going east gets in.
    """

    top: Floats
    bottom: Floats
    leads_in: Flags


class _Crossings(NamedTuple):
    """Where edges cross the middles of rows: the row, how far along it, and whether one gets in."""

    row: Ints
    x: Floats
    leads_in: Flags


def _edges_of(polygons: Geometries) -> _Edges:
    rings = shapely.get_rings(shapely.get_parts(polygons))
    vertices, ring = shapely.get_coordinates(rings, return_index=True)
    first = np.flatnonzero(ring[:-1] == ring[1:])  # the last vertex of a ring begins no edge
    start, end = vertices[first], vertices[first + 1]
    backwards = end[:, 1] < start[:, 1]
    top = np.where(backwards[:, None], end, start)
    bottom = np.where(backwards[:, None], start, end)
    return _Edges(top, bottom, backwards)


def _crossings(edges: _Edges, rows: slice) -> _Crossings:
    """All crossings of edges with the middles of the rows of a window.

    An edge crosses the middles of rows from its top on and before its bottom: where one edge goes
    on from another in the middle of a row, only one of the two crosses it. Where an edge crosses
    depends on nothing but the edge and the row, and is reckoned from its top whichever way it was
    walked, so that two polygons agree on a border that they share.
    """
    first = np.clip(np.ceil(edges.top[:, 1] - 0.5), rows.start, rows.stop).astype(np.int64)
    beyond = np.clip(np.ceil(edges.bottom[:, 1] - 0.5), rows.start, rows.stop).astype(np.int64)
    count = np.maximum(beyond - first, 0)
    edge = np.repeat(np.arange(len(count)), count)
    # first, first + 1, … for each edge: its crossings are numbered, less the number of its first.
    row = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    (x, y), (x_end, y_end) = edges.top[edge].T, edges.bottom[edge].T
    along = (row + 0.5 - y) / (y_end - y)
    return _Crossings(row, x + along * (x_end - x), edges.leads_in[edge])
