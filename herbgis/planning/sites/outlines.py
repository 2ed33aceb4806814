"""The outline of pieces of a grid, along the sides of their cells."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import shapely

from herbgis.geo.geodesy import Ints
from herbgis.geo.systems import Geometries

#: Directions of sides, each a quarter turn on from the one before: with the cell on the right.
_TURNS = 4
_STEPS = ((0, 1), (1, 0), (0, -1), (-1, 0))


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
    number, start, onward = _sides(pieces)
    polygons: list[shapely.Polygon] = []
    numbers: list[int] = []
    rings: list[list[tuple[int, int]]] = []
    for piece, ring in _rings(number, start, onward, pieces.shape[1] + 1):
        if numbers and numbers[-1] == piece:
            rings.append(ring)
            continue
        if rings:
            polygons.append(shapely.Polygon(rings[0], rings[1:]))
        numbers.append(piece)
        rings = [ring]
    if rings:
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    found = np.empty(len(polygons), dtype=object)
    found[:] = polygons
    return found, np.array(numbers, dtype=np.intp)


def _sides(pieces: npt.NDArray[np.int32]) -> tuple[Ints, Ints, Ints]:
    """Sides between a piece and another: its number, where it starts, and the side that follows.

    In order of piece, start (row by row) and direction, so that the first side of a piece is on its
    shell. Where two cells of a piece touch by a corner only, the outline goes over to the other
    cell: so no ring meets itself.
    """
    around = np.pad(pieces, 1)
    width = pieces.shape[1] + 1
    keys = []
    vertices = (pieces.shape[0] + 1) * width
    for turn, (down, right) in enumerate(((0, 0), (0, 1), (1, 1), (1, 0))):
        # The neighbour on the left of a side: north, east, south, west of the cell.
        over_row, over_column = _STEPS[(turn + 3) % _TURNS]
        beyond = around[
            1 + over_row : 1 + over_row + pieces.shape[0],
            1 + over_column : 1 + over_column + pieces.shape[1],
        ]
        row, column = np.nonzero((pieces != 0) & (beyond != pieces))
        vertex = (row + down) * width + column + right
        keys.append((pieces[row, column].astype(np.int64) * vertices + vertex) * _TURNS + turn)
    key = np.sort(np.concatenate(keys))
    corner, side = np.divmod(key, _TURNS)
    steps = np.array([down * width + right for down, right in _STEPS])
    end = corner + steps[side]
    following = np.full(len(key), -1)
    for to in (1, 0, 3):  # to the right, straight on, and over to the other cell at the left
        wanted = end * _TURNS + (side + to) % _TURNS
        at = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
        found = key[at] == wanted if len(key) else np.zeros(0, dtype=bool)
        following[found] = at[found]
    number, start = np.divmod(corner, vertices)
    return number, start, following


def _rings(
    number: Ints, start: Ints, onward: Ints, width: int
) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Closed rings of the corners of outlines, each with its piece."""
    follows, starts, numbers = onward.tolist(), start.tolist(), number.tolist()
    seen = bytearray(len(follows))
    for first in range(len(follows)):
        if seen[first]:
            continue
        ring, side, before = [], first, None
        while not seen[side]:
            seen[side] = 1
            step = starts[follows[side]] - starts[side]
            if step != before:
                row, column = divmod(starts[side], width)
                ring.append((column, row))
                before = step
            side = follows[side]
        if len(ring) > 1 and starts[follows[first]] - starts[first] == before:
            ring.pop(0)
        yield numbers[first], ring
