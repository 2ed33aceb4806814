"""Users' rasters: looked at, read window by window, sampled at points.

A raster is never read as a whole. What it declares about itself is looked at first: what would cost
too much memory or time is refused.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyproj

from herbgis.foundation.errors import InputNotFoundError
from herbgis.foundation.language import tr
from herbgis.geo.geodesy import Floats, local_metres
from herbgis.geo.quantities import Quantity
from herbgis.geo.raster_files import (
    check_kind,
    is_synthetic,
    opened,
    read_window,
    usable_crs,
)
from herbgis.geo.raster_numbers import Numbers, numbers_of
from herbgis.geo.systems import transformer
from herbgis.geo.zones import SevenParameters

#: West, south, east, north.
Bounds: TypeAlias = tuple[float, float, float, float]

#: Cells too large for choosing a place.
_COARSE_M = 1000.0
#: Points along each side of a box by which it is found in another coordinate system.
_POINTS_A_SIDE = 21
#: Cells along the side of the windows in which points are sampled.
_WINDOW = 1024


@dataclass(frozen=True, eq=False)
class Raster:
    """A raster's own grid and system, looked at without reading its cells.

    Attributes
    ----------
    path : Path
    crs : pyproj.CRS
        With transformation parameters where such were given.
    transform : affine.Affine
        From column and row to the system.
    shape : tuple of int
        Rows and columns.
    cell_m : float
        Side of a cell in the middle, on the ground.
    numbers : Numbers
        How its numbers are read.
    caveats : tuple of str
        Why what rests on it serves for demonstration only; empty where it need not.
    """

    path: Path
    crs: pyproj.CRS
    transform: Any
    shape: tuple[int, int]
    cell_m: float
    numbers: Numbers
    caveats: tuple[str, ...]

    @functools.cached_property
    def _mapping(self) -> pyproj.Transformer:
        return transformer(self.crs)

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north in degrees on CGCS2000."""
        rows, columns = self.shape
        return _around(self.lonlat(*points_over((0, 0, columns, rows))))

    def lonlat(self, columns: Floats, rows: Floats) -> tuple[Floats, Floats]:
        """Longitude and latitude on CGCS2000 of cell positions; (0.5, 0.5) is a cell's middle."""
        return self._mapped(moved(self.transform, np.array([columns, rows], dtype=np.float64)))

    def cells(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Cell positions, columns and rows, of longitudes and latitudes; NaN where none."""
        there = self._mapped(np.array([lon, lat], dtype=np.float64), "INVERSE")
        columns, rows = moved(~self.transform, np.array(there))
        return columns, rows

    def _mapped(self, xy: Floats, direction: str = "FORWARD") -> tuple[Floats, Floats]:
        """Coordinates, shape (2, n), to longitude and latitude, or back.

        The first point goes twice: pyproj takes an array of one for a number, which NumPy
        deprecates.
        """
        x, y = np.concatenate([xy[:, :1], xy], axis=1)
        there = self._mapping.transform(x, y, direction=direction)
        return np.asarray(there[0])[1:], np.asarray(there[1])[1:]

    def for_picture(self, level: int | None, factor: int) -> Raster:
        """The raster as a picture needs it, by an overview whose cells are `factor` times as large.

        Parameters
        ----------
        level : int or None
            Which overview; None for the raster's own cells.
        factor : int
        """
        numbers = replace(self.numbers, overview=level, bits=32)
        if level is None:
            return replace(self, numbers=numbers)
        with opened(self.path, level) as overview:
            shape = overview.height, overview.width
            transform = overview.transform
        return replace(
            self,
            shape=shape,
            transform=transform,
            cell_m=self.cell_m * factor,
            numbers=numbers,
        )

    def read(self, rows: slice, columns: slice) -> Floats:
        """Values of a window, which may reach beyond the edges; NaN where nothing is known."""
        top, left = max(rows.start, 0), max(columns.start, 0)
        bottom, right = min(rows.stop, self.shape[0]), min(columns.stop, self.shape[1])
        shape = rows.stop - rows.start, columns.stop - columns.start
        if top >= bottom or left >= right:
            return np.full(shape, np.nan)
        told = read_window(self.path, slice(top, bottom), slice(left, right), self.numbers)
        if told.shape == shape:
            return told
        values = np.full(shape, np.nan, dtype=told.dtype)
        inside = np.s_[top - rows.start : bottom - rows.start, left - columns.start :]
        values[inside][:, : right - left] = told
        return values


def open_raster(
    path: str | Path,
    *,
    elevation: bool = False,
    classes: bool = False,
    quantity: Quantity | None = None,
    datum_parameters: Mapping[str, SevenParameters] | None = None,
) -> Raster:
    """Look at a raster of any coordinate system that leads to CGCS2000.

    Parameters
    ----------
    path : str or Path
    elevation : bool
        Its numbers are heights: they are converted to metres, and what no land has is unknown.
    classes : bool
        Its numbers are codes of classes, which may have a palette.
    quantity : Quantity, optional
        What its numbers measure: those that cannot be are unknown.
    datum_parameters : mapping of str to SevenParameters, optional
        By old datum, as `Policy` has them.

    Raises
    ------
    InputNotFoundError
        There is no such file.
    CrsError
        It states no usable coordinate system, or an old datum without parameters (HG007).
    RasterError
        It is a picture, is damaged, cannot be read in pieces, or most of its numbers cannot be.
    """
    path = Path(path)
    if not path.exists():
        raise InputNotFoundError(str(path))
    with opened(path) as raster:
        check_kind(raster, path, classes=classes)
        crs = usable_crs(raster, path, datum_parameters or {})
        found = Raster(
            path=path,
            crs=crs,
            transform=raster.transform,
            shape=(raster.height, raster.width),
            cell_m=0.0,
            numbers=numbers_of(raster, path, elevation=elevation, quantity=quantity),
            caveats=(),
        )
        synthetic = is_synthetic(raster)
    rows, columns = found.shape
    side = cell_side_m(found, columns / 2, rows / 2)
    said = []
    if synthetic:
        said.append(tr("{name} 是合成数据", name=path.name))
    if side > _COARSE_M:
        said.append(tr("{name} 的格网约 {km:.0f} km, 只够看大势", name=path.name, km=side / 1000))
    if crs.is_bound:
        said.append(tr("{name} 的坐标用给定的七参数转换", name=path.name))
    return replace(found, cell_m=side, caveats=tuple(said))


def sample(raster: Raster, lon: Floats, lat: Floats, *, nearest: bool = False) -> Floats:
    """A raster's values at points, each for itself, whatever others are asked for with it.

    Parameters
    ----------
    raster : Raster
    lon, lat : array of float
        Degrees on CGCS2000, of one shape.
    nearest : bool
        The value of the cell that holds the point, for classes; else bilinear between the middles
        of cells, over those that are known.

    Returns
    -------
    array of float
        NaN beyond the edges, and where the cell that holds the point is unknown.
    """
    columns, rows = raster.cells(np.ravel(lon), np.ravel(lat))
    inside = (columns >= 0) & (columns < raster.shape[1]) & (rows >= 0) & (rows < raster.shape[0])
    values = np.full(columns.shape, np.nan)
    at = np.flatnonzero(inside)
    windows = np.ravel_multi_index(
        ((rows[at] // _WINDOW).astype(int), (columns[at] // _WINDOW).astype(int)),
        (raster.shape[0] // _WINDOW + 1, raster.shape[1] // _WINDOW + 1),
    )
    order = np.argsort(windows, kind="stable")
    at = at[order]
    for group in np.split(at, np.flatnonzero(np.diff(windows[order])) + 1):
        if len(group):
            values[group] = _in_window(raster, columns[group], rows[group], nearest=nearest)
    return values.reshape(np.shape(lon))


def _in_window(raster: Raster, columns: Floats, rows: Floats, *, nearest: bool) -> Floats:
    """Values at cell positions that lie close to each other."""
    top, left = int(rows.min()) - 1, int(columns.min()) - 1
    window = raster.read(slice(top, int(rows.max()) + 2), slice(left, int(columns.max()) + 2))
    here = window[rows.astype(int) - top, columns.astype(int) - left]
    if nearest:
        return np.asarray(here, dtype=np.float64)
    row, column = np.floor(rows - 0.5), np.floor(columns - 0.5)
    down, across = rows - 0.5 - row, columns - 0.5 - column
    sums, weights = np.zeros(len(rows)), np.zeros(len(rows))
    for y, x in ((0, 0), (0, 1), (1, 0), (1, 1)):
        value = window[row.astype(int) + y - top, column.astype(int) + x - left]
        weight = np.where(y, down, 1 - down) * np.where(x, across, 1 - across)
        weight = np.where(np.isnan(value), 0.0, weight)
        sums += weight * np.where(np.isnan(value), 0.0, value)
        weights += weight
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(np.isnan(here), np.nan, sums / weights)


def cell_side_m(raster: Raster, column: float, row: float) -> float:
    """Side on the ground of a square as large as the cell at a position."""
    steps = np.array([[column, row], [column + 1, row], [column, row + 1]]).T
    lonlat = np.array(raster.lonlat(*steps)).T
    corner, *others = local_metres(lonlat, np.full(3, lonlat[0, 1]))
    across, down = (other - corner for other in others)
    return float(np.sqrt(abs(across[0] * down[1] - across[1] * down[0])))


def points_over(box: Bounds) -> Floats:
    """A grid of points over a box (west, south, east, north), shape (2, n)."""
    west, south, east, north = box
    x, y = np.linspace(west, east, _POINTS_A_SIDE), np.linspace(south, north, _POINTS_A_SIDE)
    return np.array(np.meshgrid(x, y)).reshape(2, -1)


def moved(transform: Any, points: Floats) -> Floats:
    """Points, shape (2, n), by an affine transformation, each for itself; NaN if not finite."""
    a, b, c, d, e, f = transform[:6]
    x, y = points
    with np.errstate(invalid="ignore"):
        return np.array([a * x + b * y + c, d * x + e * y + f])


def _around(lonlat: Sequence[Floats]) -> Bounds:
    """West, south, east, north of points; those that lie nowhere are left out."""
    points = np.ma.masked_invalid(np.array(lonlat))
    low, high = (np.ma.filled(end, np.nan) for end in (points.min(axis=1), points.max(axis=1)))
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
