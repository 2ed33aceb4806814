"""What the cells of a raster's grid are on the ground, where the grid lies as it will."""

from __future__ import annotations

import numpy as np
import shapely

from herbgis.geo.geodesy import Floats, Ints, areas_m2, local_metres
from herbgis.geo.rasters import Raster

#: How far a grid keeps its direction: in 13 km it turns by less than a tenth of a degree on maps of
#: China, and not at all among degrees; and how many columns that is at most.
_STRIP_M, _STRIP = 13_000.0, 128


def steps_at(raster: Raster, columns: Ints, rows: Ints) -> Floats:
    """What a step on the grid is on the ground, at cells.

    Parameters
    ----------
    raster : Raster
    columns, rows : array of int, shape (n,)

    Returns
    -------
    array of float, shape (n, 2, 2)
        Metres east and north of a step of one column, and of one row.
    """
    left, top = columns.astype(np.float64), rows.astype(np.float64)
    corners = [
        np.column_stack(raster.lonlat(left + across, top + down))
        for across, down in ((0, 0), (1, 0), (0, 1))
    ]
    middle = (corners[0][:, 1] + corners[2][:, 1]) / 2
    here, column, row = (local_metres(corner, middle) for corner in corners)
    return np.stack([column - here, row - here], axis=1)


def strip_steps(raster: Raster, rows: slice, columns: slice) -> tuple[Floats, Ints]:
    """What a step on the grid is on the ground, in the middle of each strip of columns.

    Strips are counted from the raster's first column, so that a cell has the same steps in whatever
    window it lies.

    Returns
    -------
    array of float, shape (rows, strips, 2, 2)
        Metres east and north of a step of one column, and of one row.
    array of int, shape (columns,)
        The strip of each column of the window.
    """
    wide = int(np.clip(_STRIP_M / raster.cell_m, 1, _STRIP))
    strips = np.arange(columns.start, columns.stop) // wide
    row, strip = np.mgrid[rows, strips[0] : strips[-1] + 1]
    steps = steps_at(raster, strip.ravel() * wide + wide // 2, row.ravel())
    return steps.reshape(*row.shape, 2, 2), strips - strips[0]


def cell_steps(raster: Raster, rows: slice) -> tuple[Floats, Floats]:
    """What a step on the grid is on the ground, row by row, in the middle column.

    Returns
    -------
    array of float, shape (rows, 2, 2)
        Metres east and north of a step of one column, and of one row.
    array of float, shape (rows,)
        Square metres of a cell.
    """
    top = np.arange(rows.start, rows.stop)
    left = np.full_like(top, raster.shape[1] // 2)
    corners = [
        np.column_stack(raster.lonlat(left + across, top + down))
        for across, down in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    ]
    cells = shapely.polygons(np.stack([*corners, corners[0]], axis=1))
    return steps_at(raster, left, top), areas_m2(np.asarray(cells))
