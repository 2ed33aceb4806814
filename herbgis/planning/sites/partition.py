"""Suitable land split into pieces that one cooperative could run, along the terrain.

Pieces grow from seeds over the ground (see `ways`), those that are too large are cut in two, and
those that are too small go with a neighbour.
"""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

from herbgis.geo.geodesy import Flags, Floats, Ints
from herbgis.planning.sites.ways import NONE, Borders, Ways

#: Seeds are moved to the middle of their pieces so often.
_MOVES = 2
#: A piece that is too large is cut in two, and its halves again, so often.
_CUTS = 8


def split_land(
    elevation_m: Floats,
    ground: Flags,
    zone: Ints,
    cell_m: tuple[float, float],
    row_m2: Floats,
    *,
    least_m2: float,
    target_m2: float,
    most_m2: float,
) -> npt.NDArray[np.int32]:
    """Number the pieces of suitable ground.

    Parameters
    ----------
    elevation_m : array of float, shape (rows, columns)
        Known wherever there is ground.
    ground : array of bool, shape (rows, columns)
    zone : array of int, shape (rows, columns)
        No piece reaches from one zone into another.
    cell_m : tuple of float
        East-west and north-south side of a cell.
    row_m2 : array of float, shape (rows,)
        Area of a cell.
    least_m2, target_m2, most_m2 : float
        Size of a piece: what is smaller and has no neighbour to go with belongs to none.

    Returns
    -------
    array of int32, shape (rows, columns)
        1, 2, … in the order of each piece's first cell; 0 for none. Each hangs together by sides
        of cells.
    """
    ways = Ways.of(elevation_m, ground, zone, cell_m)
    # Pieces begin as squares of the size aimed at. From their middles they grow along the ground,
    # and from the middles of what has grown they grow again, as in Lloyd's k-means.
    spacing = [max(1, round(np.sqrt(target_m2) / side)) for side in cell_m]
    piece = _sown(ground, zone, spacing[1], spacing[0])
    seeds = _middles(piece)
    for _ in range(_MOVES):
        piece, _ = ways.grown(seeds)
        seeds = _middles(piece)
    piece, _ = ways.grown(seeds)
    for _ in range(_CUTS):
        area = _areas(piece, row_m2)
        large = np.flatnonzero(area > most_m2)
        if not len(large[large != NONE]):
            break
        piece = _halved(ways, piece, large[large != NONE])
    area = _areas(piece, row_m2)
    area[NONE] = 0
    kept = _joined(ways.borders(piece), area, least_m2, most_m2)
    return _renumbered(kept[piece])


def _halved(ways: Ways, piece: npt.NDArray[np.int32], large: Ints) -> npt.NDArray[np.int32]:
    """Pieces with those that are too large cut in two across their longer axis.

    The two halves by the axis alone may fall apart; so each half gives a seed, its middle, and the
    piece is shared out anew between the two along the ground.
    """
    chosen = np.isin(piece, large)
    rows, columns = np.nonzero(chosen)
    number = piece[rows, columns]
    ahead = _along_axis(rows, columns, number.astype(np.intp))
    half = 2 * number + ahead  # a number of its own for each half
    mixed = np.full(piece.shape, NONE, dtype=np.int32)
    mixed[rows, columns] = half
    grown, _ = ways.grown(_middles(mixed), np.where(chosen, piece, NONE).astype(np.int32))
    # Numbers of halves are moved beyond those of the pieces that stay.
    return _renumbered(np.where(chosen, grown + piece.max(), piece).astype(np.int32))


def opened(ground: Flags, cells: int) -> Flags:
    """Ground less what is narrower than so many cells: what squares of that side can cover."""
    if cells <= 1:
        return ground.copy()
    # A square lies on ground where its sum is full; it is named by its north-western cell.
    full = _box_sums(np.pad(ground, ((0, cells - 1), (0, cells - 1))), cells) == cells * cells
    covered = _box_sums(np.pad(full, ((cells - 1, 0), (cells - 1, 0))), cells) > 0
    return np.asarray(covered)


def _box_sums(flags: Flags, cells: int) -> Ints:
    """Sums over squares of so many cells that lie wholly inside."""
    total = np.pad(np.cumsum(np.cumsum(flags, axis=0, dtype=np.int64), axis=1), ((1, 0), (1, 0)))
    across = total[:, cells:] - total[:, :-cells]
    return np.asarray(across[cells:] - across[:-cells])


def first_cells(pieces: npt.NDArray[np.int32]) -> tuple[Ints, Ints]:
    """Row and column of the first cell of each piece, in order of their numbers."""
    first = _first_places(pieces)
    row, column = np.divmod(first[1:][first[1:] < pieces.size], pieces.shape[1])
    return row, column


def _first_places(pieces: npt.NDArray[np.int32]) -> Ints:
    """Position of the first cell of each number from 0, counted row by row; beyond all for none."""
    first = np.full(pieces.max(initial=0) + 1, pieces.size)
    # Of several values for one place the last is kept: from the last cell to the first.
    first[pieces.ravel()[::-1]] = np.arange(pieces.size)[::-1]
    return first


def _sown(ground: Flags, zone: Ints, tall: int, wide: int) -> npt.NDArray[np.int32]:
    """Ground by squares of a grid and by zone: the first guess at pieces."""
    row, column = (np.arange(size) for size in ground.shape)
    square = (row // tall)[:, None] * (ground.shape[1] // wide + 1) + column // wide
    key = square * (zone.max(initial=0) + 2) + zone + 1
    number = np.cumsum(np.bincount(key.ravel()) > 0)[key]
    return np.where(ground, number, NONE).astype(np.int32)


def _middles(piece: npt.NDArray[np.int32]) -> tuple[Ints, Ints, Ints]:
    """Row, column and number of the cell of each piece that is nearest to its middle."""
    rows, columns = np.nonzero(piece)
    number = piece[rows, columns]
    count = np.maximum(np.bincount(number), 1)
    middle = [np.bincount(number, at) / count for at in (rows, columns)]
    off = (rows - middle[0][number]) ** 2 + (columns - middle[1][number]) ** 2
    least = np.full(len(count), np.inf)
    np.minimum.at(least, number, off)
    nearest = np.flatnonzero(off == least[number])
    told, first = np.unique(number[nearest], return_index=True)
    return rows[nearest[first]], columns[nearest[first]], told.astype(np.intp)


def _along_axis(rows: Ints, columns: Ints, number: Ints) -> Flags:
    """Which cells lie beyond the middle of their piece, seen along its longer axis.

    The axis is that of the greatest second moment: it is turned from the row by half the angle
    whose tangent is 2 xy / (xx - yy), of the sums of products about the middle.
    """
    count = np.maximum(np.bincount(number), 1)
    y = rows - (np.bincount(number, rows) / count)[number]
    x = columns - (np.bincount(number, columns) / count)[number]
    xx, xy, yy = (np.bincount(number, product) for product in (x * x, x * y, y * y))
    turn = 0.5 * np.arctan2(2 * xy, xx - yy)
    return np.asarray(x * np.cos(turn)[number] + y * np.sin(turn)[number] > 0)


def _areas(piece: npt.NDArray[np.int32], row_m2: Floats) -> Floats:
    weight = np.broadcast_to(row_m2[:, None], piece.shape)
    return np.bincount(piece.ravel(), weight.ravel()).astype(np.float64)


def _joined(
    borders: Borders, area: Floats, least_m2: float, most_m2: float
) -> npt.NDArray[np.int32]:
    """The piece that each piece goes with; `NONE` for what stays too small or too large.

    The smallest goes first, with the neighbour of the longest common border that does not become
    too large by it; of equals with the one of the least number.
    """
    goes_with = np.arange(len(area), dtype=np.int32)
    waiting = [(size, number) for number, size in enumerate(area) if 0 < size < least_m2]
    heapq.heapify(waiting)
    while waiting:
        size, number = heapq.heappop(waiting)
        if goes_with[number] != number or size != area[number]:
            continue  # it has gone with another, or grown, since it was put in the queue
        fitting = [
            (length, -other)
            for other, length in borders[number].items()
            if area[other] + size <= most_m2
        ]
        if not fitting:
            continue
        other = -max(fitting)[1]
        goes_with[number] = other
        area[other] += size
        area[number] = 0
        # The borders of the one that goes become those of the one that it goes with.
        for third, length in borders.pop(number).items():
            del borders[third][number]
            if third != other:
                borders[other][third] += length
                borders[third][other] += length
        if area[other] < least_m2:
            heapq.heappush(waiting, (area[other], other))
    # What a piece went with may have gone with another in turn: the last one counts.
    for number in range(len(goes_with)):
        root = number
        while goes_with[root] != root:
            root = goes_with[root]
        goes_with[number] = root
    fits = (area >= least_m2) & (area <= most_m2)
    return np.where(fits[goes_with], goes_with, NONE).astype(np.int32)


def _renumbered(piece: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """1, 2, … in the order of first cells."""
    first = _first_places(piece)
    first[NONE] = -1
    rank = np.empty(len(first), dtype=np.int32)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return np.asarray(rank[piece])
