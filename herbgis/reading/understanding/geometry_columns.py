"""Which of a table's columns holds the boundaries, whatever it is called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from geopandas.array import GeometryDtype

from herbgis.foundation.errors import MissingColumnError
from herbgis.foundation.language import tr
from herbgis.geo.systems import Geometries
from herbgis.reading.understanding.written_shapes import (
    Written,
    is_blank,
    system_of,
    written_columns,
    written_shape,
)
from herbgis.terms import columns as cols
from herbgis.terms.issues import Issue, Place

#: What to do about a table whose boundaries did not come along.
_NO_SHAPES = (
    "这张表没有图斑: csv、xlsx 存不下图形和坐标系。请用 gpd.read_file 打开原来的 .gpkg、.geojson, "
    "或 gpd.read_parquet; 只有数字的表能计数, 不能量面积、画图。"
)
#: What is said of a boundary that is written out and makes no sense.
UNREAD = "坐标串读不懂, 记录保留, 没有图形"
#: The name of a column that is called as that of the boundaries, and is another.
_OTHER_GEOMETRY = "geometry#2"
#: Where our own tables keep shapes that fit no place.
RAW = frozenset({"raw_geometry", cols.titles()["raw_geometry"]})
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
    unread, closed : tuple of int
        Positions whose boundary is written out and cannot be read, or whose rings were closed.
    """

    frame: gpd.GeoDataFrame
    crs: pyproj.CRS | None
    said: tuple[str, ...] = ()
    found: bool = True
    unread: tuple[int, ...] = ()
    closed: tuple[int, ...] = ()

    def issues(self, where: Place) -> Iterator[Issue]:
        """What is to be said of single records whose boundary is written out."""
        for row in self.unread:
            yield Issue("HG001", replace(where, row=row + 1), {"why": tr(UNREAD)})
        for row in self.closed:
            values = {"reason": tr("首尾不合的圈, 已闭合")}
            yield Issue("HG103", replace(where, row=row + 1), values, "note")


def drawn(table: pd.DataFrame) -> Drawn:
    """A table with the one of its columns that holds the most polygons, drawn or written out.

    Where several hold as many, the one in use is meant, else the first.
    """
    outline = drawn_as_shapes(table)
    return _drawn_in_words(outline) if outline.frame.geometry.isna().all() else outline


def _drawn_in_words(outline: Drawn) -> Drawn:
    """The boundaries that a table without any writes out in a column of texts, if one does."""
    texts = pd.DataFrame(outline.frame.drop(columns="geometry"))
    names = [name for name in written_columns(texts) if name not in RAW]
    written = {str(name): list(map(written_shape, texts[name])) for name in names}
    shapes = {name: _shapes(cells) for name, cells in written.items()}
    if not any((shapely.get_dimensions(each) > 0).any() for each in shapes.values()):
        return outline
    chosen = chosen_of(shapes, "")
    name, cells = chosen.name, written[chosen.name]
    crs, said = system_of(cell.srid for cell in cells if cell)
    shown = name.removesuffix("#2") if name == _OTHER_GEOMETRY else name
    blank = [is_blank(cell) for cell in texts[name]]
    return Drawn(
        _framed(texts.drop(columns=name), chosen.shapes),
        crs,
        (*outline.said, tr("图形由列“{heading}”的文字读出", heading=shown), *chosen.said(), *said),
        unread=tuple(at for at, cell in enumerate(cells) if cell is None and not blank[at]),
        closed=tuple(at for at, cell in enumerate(cells) if cell and cell.closed),
    )


def _shapes(cells: Sequence[Written | None]) -> Geometries:
    shapes = np.full(len(cells), None, dtype=object)
    shapes[:] = [cell and cell.shape for cell in cells]
    return shapes


def drawn_as_shapes(table: pd.DataFrame) -> Drawn:
    """The same by columns of geometries alone."""
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


def without_shapes(frame: pd.DataFrame, step: str) -> MissingColumnError:
    """The error of a step that needs shapes and was given a table without."""
    return MissingColumnError(step, ["geometry"], list(map(str, frame.columns)), tr(_NO_SHAPES))


def was_drawn(frame: pd.DataFrame) -> bool:
    """Whether a table without polygons is one of ours that had them: bases on a list have not."""
    headings = {*cols.names(cols.MEASURED), *(n for c in cols.MEASURED for n in c.spellings)}
    measured = any(frame[name].notna().any() for name in headings & set(map(str, frame.columns)))
    return measured or set(cols.names(cols.READ)) <= set(frame.columns)


@dataclass(frozen=True)
class Chosen:
    """The column of boundaries, and the other columns of geometries."""

    name: str
    shapes: Geometries
    others: Sequence[str]

    def said(self) -> tuple[str, ...]:
        """What is to be said where there were others."""
        line = tr(
            "图形列用了“{name}”, 没有用“{names}”", name=self.name, names="”“".join(self.others)
        )
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
    first = next((cell for cell in column if not is_blank(cell)), None)
    if not isinstance(first, shapely.Geometry):
        return False
    return all(isinstance(cell, shapely.Geometry) or is_blank(cell) for cell in column)


def _framed(table: pd.DataFrame, shapes: Geometries) -> gpd.GeoDataFrame:
    """A table with its boundaries; another column that is called geometry gets another name."""
    cells = pd.DataFrame(table)
    if "geometry" in cells:
        cells = cells.rename(columns={"geometry": _OTHER_GEOMETRY})
    return gpd.GeoDataFrame(cells, geometry=gpd.GeoSeries(shapes, index=table.index))
