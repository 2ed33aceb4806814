"""Windows: some rows and some columns of a grid, by which a grid is read part by part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from herbgis.geo.geodesy import Floats

#: Rows and columns, each with a start and a stop within the grid.
Window: TypeAlias = tuple[slice, slice]


def window_around(bounds: Floats, shape: tuple[int, int], margin: float = 0.0) -> Window:
    """The window of all cells that bounds reach into.

    Parameters
    ----------
    bounds : array of float, shape (4,)
        Least column and row, largest column and row, as `shapely.total_bounds` tells those of
        polygons in cells. Bounds that are not finite reach into nothing.
    shape : tuple of int
        Rows and columns of the grid, which the window does not go beyond.
    margin : float
        Cells that the bounds are widened by on every side.

    Returns
    -------
    Window
        Without rows or columns where the bounds lie beyond the grid.
    """
    if not np.isfinite(bounds).all():
        return slice(0, 0), slice(0, 0)
    left, top, right, bottom = bounds
    spans = [
        np.clip([np.floor(low - margin), np.ceil(high + margin)], 0, size)
        for low, high, size in ((top, bottom, shape[0]), (left, right, shape[1]))
    ]
    rows, columns = (slice(int(first), int(last)) for first, last in spans)
    return rows, columns


def is_empty(window: Window) -> bool:
    """Whether a window holds no cell."""
    return any(part.start >= part.stop for part in window)


def cut_window(window: Window, side: int) -> Iterator[Window]:
    """A window cut into windows of at most so many rows and columns, row by row of them."""
    rows, columns = window
    for top in range(rows.start, rows.stop, side):
        for left in range(columns.start, columns.stop, side):
            yield (
                slice(top, min(top + side, rows.stop)),
                slice(left, min(left + side, columns.stop)),
            )
