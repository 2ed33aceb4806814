"""Rasters that are parts of one grid, as elevation is distributed sheet by sheet: read as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from herbgis.geo.geodesy import Floats
from herbgis.geo.rasters import Raster, moved

#: Grids whose cells lie apart by no more than this share of a cell are one.
_APART = 0.01


class Sheet(NamedTuple):
    """A raster, and the row and column of a grid at which it begins."""

    raster: Raster
    row: int
    column: int

    @property
    def rows(self) -> slice:
        """Rows of the grid that it fills."""
        return slice(self.row, self.row + self.raster.shape[0])

    @property
    def columns(self) -> slice:
        """Columns of the grid that it fills."""
        return slice(self.column, self.column + self.raster.shape[1])


@dataclass(frozen=True, eq=False)
class Mosaic(Raster):
    """Several rasters of one grid, attributes as `Raster`.

    Attributes
    ----------
    sheets : tuple of Sheet
        Where several know a cell, the first one counts.
    """

    sheets: tuple[Sheet, ...] = ()

    def read(self, rows: slice, columns: slice) -> Floats:
        """Values of a window, which may reach beyond the edges; NaN where nothing is known."""
        values = np.full((rows.stop - rows.start, columns.stop - columns.start), np.nan)
        for sheet in self.sheets:
            top, bottom = max(rows.start, sheet.rows.start), min(rows.stop, sheet.rows.stop)
            left = max(columns.start, sheet.columns.start)
            right = min(columns.stop, sheet.columns.stop)
            if top >= bottom or left >= right:
                continue
            here = np.s_[
                top - rows.start : bottom - rows.start, left - columns.start : right - columns.start
            ]
            if not np.isnan(values[here]).any():
                continue
            told = sheet.raster.read(
                slice(top - sheet.row, bottom - sheet.row),
                slice(left - sheet.column, right - sheet.column),
            )
            values[here] = np.where(np.isnan(values[here]), told, values[here])
        return values


def mosaics_of(rasters: Sequence[Raster]) -> list[Raster]:
    """Rasters, those as one that are of one grid and touch each other.

    Parameters
    ----------
    rasters : sequence of Raster
        Where several know a place, the first one counts.

    Returns
    -------
    list of Raster
        In the order of the first of each.
    """
    groups: list[list[Raster]] = []
    for raster in rasters:
        touching = [group for group in groups if any(_touch(raster, each) for each in group)]
        groups = [group for group in groups if group not in touching]
        groups.append([*(each for group in touching for each in group), raster])
    order = {id(raster): number for number, raster in enumerate(rasters)}
    for group in groups:
        group.sort(key=lambda raster: order[id(raster)])
    groups.sort(key=lambda group: order[id(group[0])])
    return [group[0] if len(group) == 1 else _joined(group) for group in groups]


def _touch(raster: Raster, other: Raster) -> bool:
    """Whether two rasters are of one grid, and meet or overlap."""
    sheet = _sheet(raster, other)
    if sheet is None:
        return False
    rows, columns = raster.shape
    down = sheet.row <= rows and sheet.rows.stop >= 0
    return bool(down and sheet.column <= columns and sheet.columns.stop >= 0)


def _sheet(raster: Raster, other: Raster) -> Sheet | None:
    """Another raster on the grid of one; None where its cells are others."""
    mine, its = raster.transform, other.transform
    steps = np.array([[t.a, t.b, t.d, t.e] for t in (mine, its)])
    if raster.crs != other.crs or np.abs(steps[1] - steps[0]).max() > _APART * np.abs(steps).max():
        return None
    corners = np.array([[0.0, other.shape[1]], [0.0, other.shape[0]]])
    begin, end = moved(~mine, moved(its, corners)).T
    at = np.rint(begin)
    if max(np.abs(begin - at).max(), np.abs(end - corners[:, 1] - at).max()) > _APART:
        return None
    return Sheet(other, int(at[1]), int(at[0]))


def _joined(rasters: Sequence[Raster]) -> Mosaic:
    first = rasters[0]
    sheets = [sheet for each in rasters if (sheet := _sheet(first, each))]
    top, left = min(s.row for s in sheets), min(s.column for s in sheets)
    bottom, right = max(s.rows.stop for s in sheets), max(s.columns.stop for s in sheets)
    (x,), (y,) = moved(first.transform, np.array([[left], [top]], dtype=np.float64)).tolist()
    grid = first.transform
    said = dict.fromkeys(line for each in rasters for line in each.numbers.said)
    return Mosaic(
        path=first.path,
        crs=first.crs,
        transform=type(grid)(grid.a, grid.b, x, grid.d, grid.e, y),
        shape=(bottom - top, right - left),
        cell_m=first.cell_m,
        numbers=replace(first.numbers, said=tuple(said)),
        caveats=tuple(dict.fromkeys(reason for each in rasters for reason in each.caveats)),
        sheets=tuple(Sheet(s.raster, s.row - top, s.column - left) for s in sheets),
    )
