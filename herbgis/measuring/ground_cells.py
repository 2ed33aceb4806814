"""Cells of a DEM that bases cover: whose, how much of each, how high and steep the ground is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from exactextract import exact_extract
from exactextract.feature import FeatureSource, JSONFeature
from exactextract.raster import NumPyRasterSource

from herbgis.geo.geodesy import Floats, Ints
from herbgis.geo.gradients import rises_on, slopes
from herbgis.geo.raster_steps import strip_steps
from herbgis.geo.rasters import Raster, sample
from herbgis.geo.systems import Geometries

#: Cells along the side of the tiles that are read at once; cells of bases that are kept at once.
_TILE = 1024
_MOST_CELLS = 2**21


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells of bases: whose, how much of each, and what is known of it.

    Attributes
    ----------
    raster : int
        Which raster tells them.
    base : array of int, shape (cells,)
    coverage : array of float, shape (cells,)
    m2, elevation, east, north : array of float, shape (cells,)
        Of the cell, its height, and its rise eastwards and northwards; known heights only.
    """

    raster: int
    base: Ints
    coverage: Floats
    m2: Floats
    elevation: Floats
    east: Floats
    north: Floats


def cells_of_bases(rasters: Sequence[Raster], shapes: Geometries) -> Iterator[Cells]:
    """The cells that bases cover, tile by tile, each place told by the first raster that knows it.

    Parameters
    ----------
    rasters : sequence of Raster
        Elevation; those of one grid lend each other the heights beyond their edges, so that slopes
        go on from file to file.
    shapes : array of polygons, shape (n,)
        Land on CGCS2000; None is allowed.
    """
    for number, raster in enumerate(rasters):
        beside = [other for other in rasters if other is not raster and _one_grid(raster, other)]
        yield from _cells_by_tile(number, rasters, shapes, beside)


def _one_grid(raster: Raster, other: Raster) -> bool:
    """Whether two rasters are parts of one grid: where these meet, slopes go on."""
    steps = np.array([[t.a, t.b, t.d, t.e] for t in (raster.transform, other.transform)])
    apart = np.abs(steps[1] - steps[0]).max()
    return bool(apart < 1e-6 * np.abs(steps).max()) and raster.crs == other.crs


def _cells_by_tile(
    number: int, rasters: Sequence[Raster], shapes: Geometries, beside: Sequence[Raster]
) -> Iterator[Cells]:
    """Cells of one raster; those before it are asked first, `beside` are parts of its grid."""
    raster = rasters[number]
    there = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))

    def placed(lonlat: Floats) -> Floats:
        columns, rows = raster.cells(lonlat[:, 0], lonlat[:, 1])
        return np.column_stack([columns, -rows])

    cells = np.asarray(shapely.transform(shapes[there], placed), dtype=object)
    sound = np.isfinite(shapely.bounds(cells)).all(axis=1)
    there, cells = there[sound], cells[sound]
    tree = shapely.STRtree(cells)
    height, width = raster.shape
    for top in range(0, height, _TILE):
        for left in range(0, width, _TILE):
            bottom, right = min(top + _TILE, height), min(left + _TILE, width)
            near = np.sort(tree.query(shapely.box(left, -bottom, right, -top)))
            for few in _groups(cells, near):
                west, low, east, high = shapely.total_bounds(cells[few])
                rows = slice(max(top, int(-high)), min(bottom, int(np.ceil(-low))))
                columns = slice(max(left, int(west)), min(right, int(np.ceil(east))))
                if rows.start < rows.stop and columns.start < columns.stop:
                    window = rows, columns
                    yield _cells_of(number, rasters, cells[few], there[few], window, beside)


def _groups(cells: Geometries, near: Ints) -> list[Ints]:
    """Bases of a tile, as many at once as their cells may be kept; one at least."""
    if not len(near):
        return []
    west, low, east, high = shapely.bounds(cells[near]).T
    most = np.minimum(east - west + 1, _TILE) * np.minimum(high - low + 1, _TILE)
    group = np.cumsum(most) // _MOST_CELLS
    return np.split(near, np.flatnonzero(np.diff(group)) + 1)


def _cells_of(
    number: int,
    rasters: Sequence[Raster],
    cells: Geometries,
    base: Ints,
    window: tuple[slice, slice],
    beside: Sequence[Raster],
) -> Cells:
    """What is known of the bases' cells within a window."""
    raster, before = rasters[number], rasters[:number]
    rows, columns = window
    owner, place, coverage = _covered(cells, rows, columns)
    row, column = np.divmod(place, columns.stop - columns.start)
    elevation = raster.read(*(slice(s.start - 1, s.stop + 1) for s in window))
    heights = elevation[1:-1, 1:-1].ravel()[place]
    known = np.isfinite(heights)
    if before:
        lonlat = raster.lonlat(column + columns.start + 0.5, row + rows.start + 0.5)
        for other in before:
            known &= np.isnan(sample(other, *lonlat, nearest=True))
    whole = _filled(elevation, raster, window, beside)
    across, up = (rise[1:-1, 1:-1].ravel()[place[known]] for rise in slopes(whole, 1.0))
    steps, strips = strip_steps(raster, rows, columns)
    here = row[known], strips[column[known]]
    return Cells(
        number,
        base[owner[known]],
        coverage[known],
        np.abs(np.linalg.det(steps))[here],
        heights[known],
        *rises_on(across, -up, steps[here]),
    )


def _filled(
    elevation: Floats, raster: Raster, window: tuple[slice, slice], beside: Sequence[Raster]
) -> Floats:
    """Heights of a window and around it, with what other parts of the grid know."""
    row, column = np.nonzero(np.isnan(elevation))
    if not beside or not len(row):
        return elevation
    rows, columns = window
    lonlat = raster.lonlat(column + columns.start - 0.5, row + rows.start - 0.5)
    filled = elevation.copy()
    for other in reversed(beside):
        told = sample(other, *lonlat)
        filled[row, column] = np.where(np.isnan(told), filled[row, column], told)
    return filled


def _covered(cells: Geometries, rows: slice, columns: slice) -> tuple[Ints, Ints, Floats]:
    """Position of the base and of the cell within the window, and the share of it covered."""
    size = (rows.stop - rows.start, columns.stop - columns.start)
    blank = NumPyRasterSource(
        np.broadcast_to(np.zeros(1, dtype=np.int8), size),
        xmin=columns.start,
        xmax=columns.stop,
        ymin=-rows.stop,
        ymax=-rows.start,
    )
    found = exact_extract(
        blank,
        _Polygons(cells),
        ["cell_id", "coverage"],
        include_cols=[_Polygon.NUMBER],
        output="pandas",
    )
    counts = found["cell_id"].map(len).to_numpy(dtype=np.intp)
    if not counts.sum():
        nothing = np.empty(0, dtype=np.intp)
        return nothing, nothing, np.empty(0)
    return (
        np.repeat(found[_Polygon.NUMBER].to_numpy(dtype=np.intp), counts),
        np.concatenate(found["cell_id"].to_list()).astype(np.intp),
        np.concatenate(found["coverage"].to_list()).astype(np.float64),
    )


class _Polygons(FeatureSource):  # type: ignore[misc]
    """Polygons on a grid for exactextract, as WKB: GeoJSON would take half of the time."""

    def __init__(self, cells: Geometries) -> None:
        super().__init__()
        self._wkb = shapely.to_wkb(cells).tolist()

    def count(self) -> int:
        return len(self._wkb)

    def __iter__(self) -> Iterator[JSONFeature]:
        return (_Polygon(number, wkb) for number, wkb in enumerate(self._wkb))

    def srs_wkt(self) -> None:
        return None


class _Polygon(JSONFeature):  # type: ignore[misc]
    """A polygon with its number."""

    NUMBER = "number"

    def __init__(self, number: int, wkb: bytes) -> None:
        super().__init__({"type": "Feature", "properties": {self.NUMBER: number}})
        self._wkb = wkb

    def geometry(self) -> bytes:
        return self._wkb
