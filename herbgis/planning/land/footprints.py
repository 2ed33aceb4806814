"""Polygons on a raster's grid: which cells have their middle in which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from herbgis.geo.geodesy import Flags, Floats, Ints
from herbgis.geo.rasters import Raster
from herbgis.geo.systems import Geometries

#: No polygon holds the middle of this cell.
NONE = -1


@dataclass(frozen=True, eq=False)
class Footprints:
    """Polygons that are asked window by window; the answer for a cell is the same in every window.

    Attributes
    ----------
    lonlat : array of polygons, shape (n,)
        On CGCS2000.
    cells : array of polygons, shape (n,)
        The same in columns and rows of the raster, shells counterclockwise.
    tree, lonlat_tree : shapely.STRtree
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
        return _wound(self.cells[self._within(rows, columns)], rows, columns) > 0

    def numbers(self, rows: slice, columns: slice) -> npt.NDArray[np.int32]:
        """Position of the first polygon that holds each cell's middle, or `NONE`."""
        found = np.full((rows.stop - rows.start, columns.stop - columns.start), NONE, np.int32)
        for number in self._within(rows, columns)[::-1]:
            found[_wound(self.cells[number : number + 1], rows, columns) > 0] = number
        return found

    def taken_from(self, polygon: shapely.Geometry) -> shapely.Geometry:
        """What is left of a polygon in longitude and latitude beside these."""
        meeting = np.sort(self.lonlat_tree.query(polygon, predicate="intersects"))
        if not len(meeting):
            return polygon
        return shapely.difference(polygon, shapely.union_all(self.lonlat[meeting]))

    def _within(self, rows: slice, columns: slice) -> Ints:
        window = shapely.box(columns.start, rows.start, columns.stop, rows.stop)
        return np.asarray(np.sort(self.tree.query(window)))


def _wound(polygons: Geometries, rows: slice, columns: slice) -> npt.NDArray[np.int32]:
    """How many of the polygons hold the middle of each cell of a window.

    Along the middle of a row, each edge that it crosses adds one or takes one off for all that
    lies east of it, by the direction of the edge. Where an edge crosses depends on nothing but the
    edge and the row, and is counted from its upper end, so that neighbours agree on their border.
    """
    height, width = rows.stop - rows.start, columns.stop - columns.start
    rings = shapely.get_rings(shapely.get_parts(polygons))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    edge = np.flatnonzero(ring[:-1] == ring[1:])
    start, end = xy[edge], xy[edge + 1]
    falls = end[:, 1] < start[:, 1]
    upper, lower = np.where(falls[:, None], end, start), np.where(falls[:, None], start, end)
    first = np.clip(np.ceil(upper[:, 1] - 0.5), rows.start, rows.stop).astype(np.int64)
    beyond = np.clip(np.ceil(lower[:, 1] - 0.5), rows.start, rows.stop).astype(np.int64)
    count = np.maximum(beyond - first, 0)
    which = np.repeat(np.arange(len(edge)), count)
    row = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + first[which]
    along = (row + 0.5 - upper[which, 1]) / (lower[which, 1] - upper[which, 1])
    x = upper[which, 0] + along * (lower[which, 0] - upper[which, 0])
    column = np.clip(np.ceil(x - 0.5), columns.start, columns.stop).astype(np.int64)
    at = (row - rows.start) * (width + 1) + column - columns.start
    steps = np.bincount(at, np.where(falls, 1, -1)[which], height * (width + 1))
    wound = np.cumsum(steps.reshape(height, width + 1)[:, :width], axis=1)
    return np.asarray(wound, dtype=np.int32)
