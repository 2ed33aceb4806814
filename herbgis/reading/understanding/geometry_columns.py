"""Which of a table's columns holds the boundaries, whatever it is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from geopandas.array import GeometryDtype

from herbgis.geo.systems import Geometries

_AREAS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True)
class Drawn:
    """A table and its boundaries.

    Attributes
    ----------
    frame : GeoDataFrame
        The boundaries in ``geometry``, None where there are none; without a system.
    crs : pyproj.CRS or None
        What the column of boundaries states.
    said : tuple of str
        Which other columns of geometries there were.
    found : bool
        Whether the table has a column of geometries at all.
    """

    frame: gpd.GeoDataFrame
    crs: pyproj.CRS | None
    said: tuple[str, ...] = ()
    found: bool = True


def drawn(table: pd.DataFrame) -> Drawn:
    """A table with the one of its columns of geometries that holds the most polygons.

    Where several hold as many, the one in use is meant, else the first.
    """
    active = table.active_geometry_name if isinstance(table, gpd.GeoDataFrame) else None
    names = [name for name in table.columns.unique() if _holds_geometries(table[name])]
    if not names:
        return Drawn(_framed(table, np.full(len(table), None, dtype=object)), None, found=False)
    chosen = chosen_of(
        {str(name): np.asarray(table[name].array, dtype=object) for name in names}, str(active)
    )
    name = next(each for each in names if str(each) == chosen.name)
    crs = getattr(table[name].array, "crs", None)
    if name != active or (name != "geometry" and "geometry" in table):
        return Drawn(_framed(table.drop(columns=name), chosen.shapes), crs, chosen.said())
    frame = table if name == "geometry" else table.rename_geometry("geometry")
    return Drawn(frame.set_crs(None, allow_override=True), crs, chosen.said())


@dataclass(frozen=True)
class Chosen:
    """The column of boundaries, and the other columns of geometries."""

    name: str
    shapes: Geometries
    others: Sequence[str]

    def said(self) -> tuple[str, ...]:
        """What is to be said where there were others."""
        line = f"图形列用了“{self.name}”, 没有用“{'”“'.join(self.others)}”"
        return (line,) if self.others else ()


def chosen_of(columns: dict[str, Geometries], first: str) -> Chosen:
    """The column with the most polygons; of several the one named first, or the first."""

    def polygons(name: str) -> tuple[int, bool]:
        areas = np.isin(shapely.get_type_id(_only_shapes(columns[name])), _AREAS)
        return int(areas.sum()), name == first

    name = max(columns, key=polygons)
    return Chosen(name, _only_shapes(columns[name]), [n for n in columns if n != name])


def _only_shapes(cells: Geometries) -> Geometries:
    """Geometries, None for whatever else says that there is none (NaN, pd.NA)."""
    shapes = np.full(len(cells), None, dtype=object)
    known = np.asarray(shapely.is_geometry(cells))
    shapes[known] = cells[known]
    return shapes


def _holds_geometries(column: pd.Series | pd.DataFrame) -> bool:
    """Whether a column holds geometries and nothing else."""
    if isinstance(column, pd.DataFrame):  # a heading that stands twice
        return False
    if isinstance(column.dtype, GeometryDtype):
        return True
    if column.dtype != object:
        return False
    first = next((cell for cell in column if not _is_empty(cell)), None)
    if not isinstance(first, shapely.Geometry):
        return False
    return all(isinstance(cell, shapely.Geometry) or _is_empty(cell) for cell in column)


def _is_empty(cell: object) -> bool:
    return cell is None or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell))


def _framed(table: pd.DataFrame, shapes: Geometries) -> gpd.GeoDataFrame:
    """A table with its boundaries; another column that is called geometry gets another name."""
    cells = pd.DataFrame(table)
    if "geometry" in cells:
        cells = cells.rename(columns={"geometry": "geometry#2"})
    return gpd.GeoDataFrame(cells, geometry=gpd.GeoSeries(shapes, index=table.index))
