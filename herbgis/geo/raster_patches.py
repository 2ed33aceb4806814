"""The land of a raster's cells as polygons, along the sides of the cells.

A side that two cells share has the same vertices for both, so that neighbours neither leave a gap
nor lie on each other once they are on another system.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np
import shapely

from herbgis.foundation.input_errors import RasterError
from herbgis.foundation.language import tr
from herbgis.geo.geodesy import Floats, Ints
from herbgis.geo.land import land
from herbgis.geo.rasters import Raster
from herbgis.geo.systems import Geometries

#: Cells along the side of the windows that are read, and of the pieces that a polygon stays in.
_WINDOW, _PIECE = 2048, 128
#: A country of cells of 30 m is more; what takes minutes or gigabytes is refused.
_MOST_CELLS, _MOST_VERTICES = 400_000_000, 20_000_000
#: More values than any table of classes has.
MOST_CLASSES = 250
#: A side of a cell on another system is a curve: of 100 m it leaves its chord by a tenth of a
#: millimetre.
_STRAIGHT_M, _MOST_STEPS = 100.0, 50


def tally(raster: Raster) -> Counter[float]:
    """How many cells have each value, those without data left out.

    It stops where there are more than `MOST_CLASSES` values: they are measurements, not classes.

    Raises
    ------
    RasterError
        There are too many cells.
    """
    if np.prod(raster.shape, dtype=float) > _MOST_CELLS:
        raise _too_much(raster)
    counts: Counter[float] = Counter()
    for _, _, values in _windows(raster):
        told, number = np.unique(values[~np.isnan(values)], return_counts=True)
        counts.update(dict(zip(told.tolist(), number.tolist(), strict=True)))
        if len(counts) > MOST_CLASSES:
            break
    return counts


def patches_of(raster: Raster, kinds: Mapping[float, int]) -> tuple[Geometries, Ints]:
    """The land of the cells of each kind.

    Parameters
    ----------
    raster : Raster
    kinds : mapping of float to int
        The kind of each value, from 0; cells of other values are no land of any.

    Returns
    -------
    shapes : array of polygons, shape (m,)
        Longitude and latitude on CGCS2000; no two lie on each other.
    kind : array of int, shape (m,)

    Raises
    ------
    RasterError
        The outlines have too many vertices.
    """
    values, steps = np.array(sorted(kinds)), _steps(raster)
    own = np.array([*(kinds[value] for value in values), -1])
    shapes: list[Geometries] = []
    found: list[Ints] = []
    vertices = 0
    for top, left, window in _windows(raster):
        place = np.searchsorted(values, window)
        place[~np.isin(window, values)] = len(values)
        kind = own[place]
        for row in range(0, kind.shape[0], _PIECE):
            for column in range(0, kind.shape[1], _PIECE):
                joined, kinds_here = _joined(
                    kind[row : row + _PIECE, column : column + _PIECE], steps
                )
                vertices += int(shapely.get_num_coordinates(joined).sum())
                if vertices > _MOST_VERTICES:
                    raise _too_much(raster)
                shapes.append(_placed(raster, joined, (left + column, top + row), steps))
                found.append(kinds_here)
    return np.concatenate(shapes), np.concatenate(found)


def _windows(raster: Raster) -> Iterator[tuple[int, int, Floats]]:
    """Top row, left column and values of windows that cover a raster."""
    rows, columns = raster.shape
    for top in range(0, rows, _WINDOW):
        for left in range(0, columns, _WINDOW):
            bottom, right = min(top + _WINDOW, rows), min(left + _WINDOW, columns)
            yield top, left, raster.read(slice(top, bottom), slice(left, right))


def _steps(raster: Raster) -> int:
    """Into how many straight pieces the side of a cell is cut."""
    return int(np.clip(np.ceil(raster.cell_m / _STRAIGHT_M), 1, _MOST_STEPS))


def _joined(kind: Ints, steps: int) -> tuple[Geometries, Ints]:
    """One shape for each kind but -1 of a piece, in steps of its cells from its first corner."""
    boxes, own = _boxes(kind)
    # Their sides are whole numbers of steps: cutting them at each, rounding takes no place away.
    sides = shapely.segmentize(shapely.box(*(boxes * steps)), 1.0)
    cut: Geometries = np.asarray(shapely.transform(sides, np.rint), dtype=object)
    kinds = np.unique(own)
    shapes = np.full(len(kinds), None, dtype=object)
    for number, each in enumerate(kinds):
        shapes[number] = shapely.coverage_union_all(cut[own == each])
    # GEOS 3.13 makes one ring of cells that meet at a corner, which is no valid one.
    return land(shapes), kinds


def _boxes(kind: Ints) -> tuple[Ints, Ints]:
    """Boxes of cells of one kind, shape (4, n): left, top, right, bottom; and the kind of each.

    Runs of a row, and those of the rows below that begin and end as they do.
    """
    columns = kind.shape[1]
    row, left = np.nonzero(np.diff(kind, axis=1, prepend=-2))
    right = np.r_[left[1:], 0]
    right[right <= left] = columns
    own = kind[row, left]
    kept = own >= 0
    row, left, right, own = row[kept], left[kept], right[kept], own[kept]
    order = np.lexsort((row, right, left))
    runs = np.stack([left, right, own, row])[:, order]
    begins = np.ones(len(order) + 1, dtype=bool)
    begins[1:-1] = (np.diff(runs, axis=1) != [[0], [0], [0], [1]]).any(axis=0)
    first, last = np.flatnonzero(begins[:-1]), np.flatnonzero(begins[1:])
    boxes = np.stack([runs[0, first], runs[3, first], runs[1, first], runs[3, last] + 1])
    return boxes, runs[2, first]


def _placed(raster: Raster, shapes: Geometries, corner: tuple[int, int], steps: int) -> Geometries:
    """Shapes in steps of cells from a corner, by longitude and latitude."""
    start = np.array(corner) * steps

    def lonlat(xy: Floats) -> Floats:
        return np.column_stack(raster.lonlat(*((xy + start) / steps).T))

    return np.asarray(shapely.transform(shapes, lonlat), dtype=object)


def _too_much(raster: Raster) -> RasterError:
    rows, columns = raster.shape
    msg = tr(
        "{path} 有 {rows}×{columns} 格, 太大或太碎。请先裁到用得着的县: rio clip {path} 新文件.tif "
        "--bounds '西 南 东 北'。",
        path=raster.path,
        rows=rows,
        columns=columns,
    )
    return RasterError(msg)
