"""The outline of pieces of a grid, along the sides of their cells."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from herbgis.geo.geodesy import Flags, Floats, Ints
from herbgis.geo.rasters import Raster
from herbgis.geo.systems import Geometries
from herbgis.planning.land.windows import Window

#: The four sides of a cell, walked around it clockwise as a map shows it (rows go down), so that
#: the cell lies on the right: along its north side eastwards, down its east side, along its south
#: side westwards, up its west side. The number of a side is the direction in which it is walked.
_SIDES = 4
#: By direction: the corner of the cell at which the side starts, in rows down and columns right.
_CORNERS = ((0, 0), (0, 1), (1, 1), (1, 0))
#: By direction: one step along it, in rows down and columns right.
_STEPS = ((0, 1), (1, 0), (0, -1), (-1, 0))
#: By direction: where the cell on the other side lies, in rows down and columns right.
_ACROSS = ((-1, 0), (0, 1), (1, 0), (0, -1))
#: What a turn adds to the direction, of which there are four.
_RIGHT, _STRAIGHT, _LEFT = 1, 0, 3


def outlines(pieces: npt.NDArray[np.int32]) -> tuple[Geometries, Ints]:
    """Polygons of equal numbers on a grid.

    Parameters
    ----------
    pieces : array of int32, shape (rows, columns)
        0 is left out. Cells of one number hang together by their sides.

    Returns
    -------
    array of polygons, shape (n,)
        Valid, in columns and rows, vertices where the outline turns.
    array of int, shape (n,)
        Their numbers, ascending.
    """
    sides = _sides_of(pieces)
    ring, order = _rings(sides.following)
    row, column = np.divmod(sides.start[order], pieces.shape[1] + 1)
    turns = _turns(sides.start[order], ring)
    row, column, ring = row[turns], column[turns], ring[turns]
    if not len(ring):
        return np.empty(0, dtype=object), ring
    first = np.flatnonzero(np.diff(ring, prepend=-1))
    numbers, place = np.unique(sides.piece[ring[first]], return_inverse=True)
    lines = shapely.linearrings(
        np.column_stack([column, row]).astype(float),
        indices=np.repeat(np.arange(len(first)), np.diff(np.r_[first, len(ring)])),
    )
    rings = np.asarray(lines, dtype=object)
    return np.asarray(shapely.polygons(rings, indices=place), dtype=object), numbers


class _Sides(NamedTuple):
    """Sides of cells between a piece and what is not of it, in order of their piece.

    Within a piece they are in order of where they start, row by row, and of direction: so the
    first side of a piece is the north side of its first cell, which lies on its shell.

    Attributes
    ----------
    piece : array of int, shape (sides,)
    start : array of int, shape (sides,)
        Number of the grid's corner where the side starts; corners are counted row by row.
    following : array of int, shape (sides,)
        The side that goes on where this one ends.
    """

    piece: Ints
    start: Ints
    following: Ints


def _sides_of(pieces: npt.NDArray[np.int32]) -> _Sides:
    """All sides of all outlines.

    Piece, start and direction of a side make up one whole number, its key, by which sides are put
    in order, and by which the side that goes on is found among them.
    """
    rows, columns = pieces.shape
    width = columns + 1
    corners = (rows + 1) * width
    around = np.pad(pieces, 1)
    keys = []
    for direction, ((down, right), (over, along)) in enumerate(zip(_CORNERS, _ACROSS, strict=True)):
        beyond = around[1 + over : 1 + over + rows, 1 + along : 1 + along + columns]
        row, column = np.nonzero((pieces != 0) & (beyond != pieces))
        start = (row + down) * width + column + right
        piece = pieces[row, column].astype(np.int64)
        keys.append((piece * corners + start) * _SIDES + direction)
    key = np.sort(np.concatenate(keys))
    number, start_of = np.divmod(key // _SIDES, corners)
    return _Sides(number, start_of, _following(key, width))


def _following(key: Ints, width: int) -> Ints:
    """For each side the one of its piece that starts where it ends.

    Two sides of a piece start at one corner where two of its cells touch by that corner only. The
    left turn is then taken, which goes over to the other cell: so the ring does not meet itself
    there. It comes last, and replaces the right turn that was found before it.
    """
    following = np.full(len(key), -1)
    if not len(key):
        return following
    place, direction = np.divmod(key, _SIDES)
    end = place + np.array([down * width + right for down, right in _STEPS])[direction]
    for turn in (_RIGHT, _STRAIGHT, _LEFT):
        wanted = end * _SIDES + (direction + turn) % _SIDES
        at = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
        found = key[at] == wanted
        following[found] = at[found]
    return following


def _rings(following: Ints) -> tuple[Ints, Ints]:
    """Sides in the order of walks around rings.

    A walk begins at the least side of its ring, and the walks are in the order of these: so the
    shell of a piece comes before its holes.

    Returns
    -------
    array of int, shape (sides,)
        The side at which the ring begins.
    array of int, shape (sides,)
        The sides.

    Notes
    -----
    By pointer jumping (Wyllie 1979): each side knows of ever more sides that follow it, twice as
    many a step.
    """
    number = np.arange(len(following))
    least, beyond = number, following
    while True:
        nearer = np.minimum(least, least[beyond])
        if np.array_equal(nearer, least):
            break
        least, beyond = nearer, beyond[beyond]
    last = following == least
    left, beyond = np.where(last, 0, 1), np.where(last, number, following)
    while left[beyond].any():
        left, beyond = left + left[beyond], beyond[beyond]
    return least[order := np.lexsort((-left, least))], order


def _turns(start: Ints, ring: Ints) -> Flags:
    """Whether a walk, from corner to corner of the grid, turns at each."""
    new = np.diff(ring, prepend=-1) != 0
    first = np.flatnonzero(new)
    last = np.r_[first[1:], len(ring)] - 1 if len(ring) else first
    ahead = np.roll(start, -1)
    ahead[last] = start[first]
    step = ahead - start
    before = np.roll(step, 1)
    before[first] = step[last]
    return np.asarray(step != before)


def on_earth(shapes: Geometries, window: Window, grid: Raster) -> Geometries:
    """Polygons in columns and rows of a window in longitude and latitude.

    Where sides of cells are not straight in longitude and latitude, there is a vertex at every
    cell, so that neighbours share all of their border.
    """
    if grid.crs.is_bound or not grid.crs.is_geographic:
        shapes = np.asarray(shapely.segmentize(shapes, 1.0))

    def moved(cells: Floats) -> Floats:
        column, row = np.rint(cells).T
        return np.column_stack(grid.lonlat(column + window[1].start, row + window[0].start))

    return np.asarray(shapely.transform(shapes, moved), dtype=object)
