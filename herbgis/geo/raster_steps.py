"""What the cells of a raster's grid are on the ground, where the grid lies as it will."""

from __future__ import annotations

import numpy as np
import shapely

from herbgis.geo.geodesy import Floats, Ints, areas_m2, local_metres
from herbgis.geo.rasters import Raster


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
