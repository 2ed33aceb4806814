"""Ways over ground: which seed a cell is nearest to, where climbing makes a way longer."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from herbgis.geo.geodesy import Flags, Floats, Ints

#: A metre up or down is as far as so many along: so pieces that grow from seeds meet on ridges,
#: steps and steep slopes, rather than reach over them.
_CLIMB = 8.0
#: Ways are whole centimetres. Their sums are exact, so a way over a neighbour is as long as it is
#: told to be, and a cell never stays with one seed while the way to it leads over another's cells.
_UNITS_A_METRE = 100
#: No way leads from a cell to its neighbour.
_FAR = np.iinfo(np.int32).max
#: Where no way leads, while ways are looked for, and what it costs to go where none does: their sum
#: is the largest number there is.
_NOWHERE, _NOT_OVER = 2**30 - 1, 2**30
#: What belongs to no piece.
NONE = 0
#: Length of the border in sides of cells, by piece and neighbour.
Borders: TypeAlias = defaultdict[int, defaultdict[int, int]]


class Ways:
    """What it costs to go from a cell to its neighbours over ground, in whole centimetres.

    Attributes
    ----------
    across : array of int32, shape (rows, columns - 1)
        From a cell to the next one of its row, and back.
    down : array of int32, shape (rows - 1, columns)
        From a cell to the next one of its column, and back.
    """

    def __init__(self, across: npt.NDArray[np.int32], down: npt.NDArray[np.int32]) -> None:
        self.across, self.down = across, down

    @classmethod
    def of(
        cls, elevation_m: Floats, ground: Flags, zone: Ints, cell_m: tuple[float, float]
    ) -> Ways:
        """Ways between cells of one zone, along and down."""
        costs = []
        for axis, side in ((1, cell_m[0]), (0, cell_m[1])):
            here, there = neighbours(elevation_m, axis)
            one = np.logical_and(*neighbours(ground, axis))
            one &= np.equal(*neighbours(zone, axis))
            climb = np.abs(np.where(one, there, 0.0) - np.where(one, here, 0.0))
            metres = np.maximum(np.rint((side + _CLIMB * climb) * _UNITS_A_METRE), 1)
            costs.append(np.where(one, metres, _FAR).astype(np.int32))
        return cls(*costs)

    def grown(
        self, seeds: tuple[Ints, Ints, Ints], within: npt.NDArray[np.int32] | None = None
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """The seed that each cell is nearest to along the ground, and how far that is.

        Bellman and Ford's method on all cells at once: by turns eastwards, westwards, southwards
        and northwards, each cell that is nearer to a seed by way of its neighbour goes that way,
        until no cell gets nearer. A cell belongs to its neighbour's seed: so what goes with one
        seed hangs together.

        Parameters
        ----------
        seeds : tuple of array of int
            Rows, columns and numbers of cells from which ways begin.
        within : array of int32, shape (rows, columns), optional
            Pieces that ways do not leave.

        Returns
        -------
        array of int32, array of int32, shape (rows, columns)
            Number of the seed, `NONE` where no way leads; and the way's length.
        """
        across, down = (
            np.where(cost == _FAR, np.int32(_NOT_OVER), cost) for cost in (self.across, self.down)
        )
        if within is not None:
            across[np.not_equal(*neighbours(within, 1))] = _NOT_OVER
            down[np.not_equal(*neighbours(within, 0))] = _NOT_OVER
        rows, columns, numbers = seeds
        way = np.full((len(across), down.shape[1]), _NOWHERE, dtype=np.int32)
        way[rows, columns] = 0
        steps = [(1, across, False), (1, across, True), (0, down, False), (0, down, True)]
        before, over = np.empty_like(way), [np.empty_like(cost) for _, cost, _ in steps]
        while not np.array_equal(before, way):
            before[:] = way
            for (axis, cost, back), reached in zip(steps, over, strict=True):
                first, second = neighbours(way, axis)
                if back:
                    first, second = second, first
                np.add(first, cost, out=reached)
                np.minimum(second, reached, out=second)
        piece = np.full(way.size, NONE, dtype=np.int32)
        piece[rows * way.shape[1] + columns] = numbers
        piece = piece[_origins(way, across, down)].reshape(way.shape)
        return piece, np.where(way == _NOWHERE, np.int32(_FAR), way)

    def borders(self, piece: npt.NDArray[np.int32]) -> Borders:
        """By piece and neighbour, how many sides of cells between them a way leads over."""
        pairs = []
        for axis, cost in ((1, self.across), (0, self.down)):
            here, there = neighbours(piece, axis)
            apart = (here != there) & (here != NONE) & (there != NONE) & (cost != _FAR)
            pairs.append(np.stack([here[apart], there[apart]], axis=1))
        met, count = np.unique(np.sort(np.concatenate(pairs), axis=1), axis=0, return_counts=True)
        found: Borders = defaultdict(lambda: defaultdict(int))
        for (one, other), length in zip(met.tolist(), count.tolist(), strict=True):
            found[one][other] += length
            found[other][one] += length
        return found


def _origins(
    way: npt.NDArray[np.int32], across: npt.NDArray[np.int32], down: npt.NDArray[np.int32]
) -> Ints:
    """The cell from which the way to each cell begins, counted row by row.

    Each cell's neighbour on its way is known by the lengths of both. By pointer jumping, each cell
    knows of a cell on its way twice as far off a step.
    """
    cell = np.arange(way.size).reshape(way.shape)
    origin = cell.copy()
    # Of ways as long that from the west counts, then from the east, the north and the south.
    for axis, cost in ((0, down), (1, across)):
        (first, second), (here, there) = neighbours(way, axis), neighbours(cell, axis)
        of_first, of_second = neighbours(origin, axis)
        np.copyto(of_first, there, where=(second + cost == first) & (first < _NOWHERE))
        np.copyto(of_second, here, where=(first + cost == second) & (second < _NOWHERE))
    found: Ints = origin.ravel()
    while not np.array_equal(found, beyond := found[found]):
        found = beyond
    return found


def neighbours(values: npt.NDArray[Any], axis: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Views of each cell that has a next one along an axis, and of that next one."""
    return (values[:, :-1], values[:, 1:]) if axis else (values[:-1], values[1:])
