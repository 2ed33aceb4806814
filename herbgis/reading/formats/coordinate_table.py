"""Tables of coordinates: one boundary point a row, or one ring a cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from herbgis.foundation.language import listed, tr
from herbgis.reading.formats.coordinates import (
    AXES,
    Point,
    is_north_first,
    number_of,
    roles_of,
    shape_of,
)
from herbgis.reading.formats.grids import Cell
from herbgis.reading.formats.plot_rows import PointRow, label_of, plots_of
from herbgis.reading.formats.plot_titles import PlotTitles
from herbgis.reading.formats.rings import even_odd
from herbgis.reading.formats.sheets import Table
from herbgis.reading.formats.survey_file import Words
from herbgis.reading.formats.table_systems import Placed, put_in_system
from herbgis.reading.understanding.geometry_columns import RAW, UNREAD
from herbgis.reading.understanding.written_shapes import system_of, written_columns, written_shape
from herbgis.terms import columns as cols
from herbgis.terms.issues import Issue, Place

_MaybePoint: TypeAlias = tuple[float | None, float | None]
#: Marks of degrees, minutes and seconds that stand apart, so that no number is packed with them.
_PARTS = re.compile(r"[°º度′'’分:]|\d\s+\d")
_POINT_NUMBER = re.compile(r"[a-z]{1,3}-?\d{1,5}[a-z']?")
_ANY_NUMBER = re.compile(r"(?:[a-z]{1,3}|界址点)?-?\d{1,5}[a-z']?")
#: A base with fewer points is marked, not outlined.
_LEAST_POINTS = 3
_CENTRES = "坐标为中心点, 未作为图形"


@dataclass
class Drawn:
    """A table's records with what its coordinates draw.

    Attributes
    ----------
    table : DataFrame
        A row a base, without the columns of coordinates.
    shapes : list of geometry or None
        Beside the rows, x before y; None throughout where the table has no outlines.
    titles : list of PlotTitles
        Beside the rows where plots were told apart by their points; otherwise empty.
    """

    table: pd.DataFrame
    shapes: list[shapely.Geometry | None]
    crs: pyproj.CRS | None = None
    assumptions: list[str] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    titles: list[PlotTitles] = field(default_factory=list)

    def frame(self) -> gpd.GeoDataFrame:
        """Records and shapes together."""
        geometry = gpd.GeoSeries(self.shapes, index=self.table.index)
        return gpd.GeoDataFrame(self.table, geometry=geometry)


def drawn(table: Table, where: Place, words: Words) -> Drawn | None:
    """Outlines of a table's bases, or None where it has no coordinates.

    Parameters
    ----------
    table : Table
    where : Place
        File and layer, for the findings.
    words : Words
        For the titles of plots.
    """
    frame, matched = table.frame, table.matched
    headings = [str(heading) for heading in frame.columns]
    roles = {role: h for role, h in roles_of(headings).items() if h not in matched.values()}
    axes = next((pair for pair in AXES if set(pair) <= roles.keys()), None)
    if axes is not None:
        cells = frame[[roles[axis] for axis in axes]].to_numpy(dtype=object).ravel().tolist()
        found = _by_rows(table, roles, axes, where, words)
    elif whole := _whole(frame, roles):
        cells = frame[whole].tolist()
        found = _by_cells(frame, whole, where)
    else:
        return None
    texts = [cell for row in table.asides.values() for cell in row if isinstance(cell, str)]
    placed = put_in_system(
        found.shapes,
        " ".join([table.above, *headings, *texts]),
        [titles.area for titles in found.titles] or [None] * len(found.shapes),
        may_be_packed=not any(isinstance(cell, str) and _PARTS.search(cell) for cell in cells),
    )
    found.shapes, found.crs = placed.shapes, placed.crs or found.crs
    found.assumptions += placed.said
    found.issues += [
        Issue("HG001", where, {"why": doubt}, severity="warning") for doubt in placed.doubts
    ]
    found.issues += _contradictions(found, placed, where)
    return found


def _contradictions(found: Drawn, placed: Placed, where: Place) -> Iterator[Issue]:
    """HG008 where the area in the titles of a plot is not that of its points."""
    for row, (titles, square_metres) in enumerate(
        zip(found.titles, placed.areas(), strict=False), 1
    ):
        if titles.area is None or not square_metres or titles.area.agrees(square_metres):
            continue
        what = tr(
            "所写面积 {written} 与界址点围成的 {measured:.1f} ㎡ 不符",
            written=titles.area.written,
            measured=square_metres,
        )
        sheet_row = int(found.table["sheet_row"].iloc[row - 1])
        yield Issue("HG008", Place(where.file, where.layer, row, sheet_row), {"what": what})


# One boundary point a row


def _by_rows(
    table: Table, roles: Mapping[str, str], axes: tuple[str, str], where: Place, words: Words
) -> Drawn:
    frame, matched = table.frame, table.matched
    keys = [matched[name] for name in ("base_id", "name") if name in matched]
    keys += [roles["plot"]] if "plot" in roles else []
    by_points = not keys and (not matched.keys() - {"sheet_row"} or _are_numbered(frame, roles))
    if not keys and not by_points:
        return _centres(frame.drop(columns=[roles[axis] for axis in axes]))
    across, up = (roles[axis] for axis in axes)
    points = [(number_of(x), number_of(y)) for x, y in zip(frame[across], frame[up], strict=True)]
    kept = [_is_point(point, row, roles, keys) for point, row in _rows(frame, points)]
    lines = frame[np.array(kept, dtype=bool)].reset_index(drop=True)
    points = [point for point, keep in zip(points, kept, strict=True) if keep]
    found = Drawn(lines.drop(columns=[across, up]), [])
    ring = lines[roles["ring"]].astype(str).to_numpy() if "ring" in roles else None
    if by_points:
        plots = plots_of(_point_rows(lines, points, roles), _titles(table, kept), words)
        group, found.titles = np.array(plots.plot, dtype=int), plots.titles
        ring = np.array(list(map(str, plots.ring))) if ring is None else ring
    else:
        group = _groups(lines[keys])
    sizes = np.bincount(group, minlength=1)
    if sizes.max(initial=0) < _LEAST_POINTS:
        return _centres(frame.drop(columns=[across, up]))
    found.table = _first_of_each(found.table, group, roles)
    for name in dict.fromkeys(name for titles in found.titles for name in titles.columns):
        found.table[name] = pd.Series([t.columns.get(name) for t in found.titles], dtype=object)
    _say_points(found, len(frame), len(lines), len(sizes), by_points=by_points)
    found.issues += _unread(lines, points, group, where)
    good = [(x, y) for x, y in points if x is not None and y is not None]
    swap = axes == ("x", "y") and is_north_first(good)
    if swap:
        found.assumptions.append(tr("点坐标 X 为北、Y 为东(由数值判定)"))
    order = _order(lines, group, roles, ring)
    found.shapes = [
        even_odd(_rings(points, [int(at) for at in order[group[order] == base]], ring, swap=swap))
        for base in range(len(sizes))
    ]
    return found


def _rows(
    frame: pd.DataFrame, points: list[_MaybePoint]
) -> Iterator[tuple[_MaybePoint, dict[str, Cell]]]:
    yield from zip(points, frame.to_dict("records"), strict=True)


def _are_numbered(frame: pd.DataFrame, roles: Mapping[str, str]) -> bool:
    """Whether most rows bear the number of a boundary point, as J1, and are no bases."""
    if "point" not in roles:
        return False
    labels = [label_of(cell) for cell in frame[roles["point"]]]
    numbered = sum(bool(label and _POINT_NUMBER.fullmatch(label)) for label in labels)
    return 2 * numbered > len(labels)


def _is_point(
    point: _MaybePoint, row: Mapping[str, Cell], roles: Mapping[str, str], keys: Sequence[str]
) -> bool:
    """Whether a row is a boundary point, be it one that cannot be read: no edge, no title."""
    if point != (None, None):
        return True
    label = label_of(row[roles["point"]]) if "point" in roles else None
    if keys:
        return "point" not in roles or label is not None
    return label is not None and _ANY_NUMBER.fullmatch(label) is not None


def _point_rows(
    lines: pd.DataFrame, points: list[_MaybePoint], roles: Mapping[str, str]
) -> list[PointRow]:
    labels = lines[roles["point"]] if "point" in roles else [None] * len(lines)
    return [
        PointRow(None if x is None or y is None else (x, y), label_of(label), int(number))
        for (x, y), label, number in zip(points, labels, lines["sheet_row"], strict=True)
    ]


def _titles(table: Table, kept: Sequence[bool]) -> dict[int, Sequence[Cell]]:
    """Rows of the sheet that may be titles of plots."""
    rows: dict[int, Sequence[Cell]] = dict(table.asides)
    for keep, cells in zip(kept, table.frame.to_dict("split")["data"], strict=True):
        if not keep:
            *row, sheet_row = cells
            rows[int(sheet_row)] = [None if cell != cell else cell for cell in row]  # noqa: PLR0124
    return rows


def _say_points(found: Drawn, rows: int, points: int, plots: int, *, by_points: bool) -> None:
    if by_points and plots == 1:
        found.assumptions.append(tr("全部点按顺序连成一个图斑"))
    elif by_points:
        found.assumptions.append(tr("图斑按标题、点号和首尾相接分开"))
    told = dict.fromkeys(name for titles in found.titles for name in titles.columns)
    if told:
        found.assumptions.append(
            tr("{names}由标题行", names=listed(tr(cols.titles()[name]) for name in told))
        )
    if rows > points:
        found.assumptions.append(tr("{rows} 行是边长或标题, 不是界址点", rows=rows - points))
    found.assumptions.append(tr("{points} 行界址点连成 {plots} 个图斑", points=points, plots=plots))


def _unread(
    lines: pd.DataFrame, points: Sequence[_MaybePoint], group: np.ndarray, where: Place
) -> Iterator[Issue]:
    """HG001 on each plot of which a point cannot be read, since its outline lacks it."""
    unread = np.array([None in point for point in points], dtype=bool)
    for base in np.unique(group[unread]).tolist():
        rows = lines["sheet_row"].to_numpy(dtype=int)
        bad, first = rows[unread & (group == base)], rows[group == base][0]
        why = tr("第 {row} 行等 {count} 行坐标读不懂, 图斑缺顶点", row=bad[0], count=len(bad))
        place = Place(where.file, where.layer, base + 1, int(first))
        yield Issue("HG001", place, {"why": why})


def _groups(keys: pd.DataFrame) -> np.ndarray:
    """The number of each row's base; a row that names none belongs to the one above."""
    cells = keys.astype(object).where(keys.notna(), None)
    named = cells.notna().any(axis=1)
    filled = cells.where(named, cells[named].reindex(cells.index, method="ffill"), axis=0)
    labels = filled.astype(str).agg("\n".join, axis=1)
    return np.asarray(pd.factorize(labels)[0])


def _first_of_each(rest: pd.DataFrame, group: np.ndarray, roles: Mapping[str, str]) -> pd.DataFrame:
    """A row a base: the first cell of each column that holds anything."""
    kept = rest.drop(columns=[roles[r] for r in ("ring", "point") if r in roles])
    firsts = kept.groupby(group, sort=True).first()
    return (
        firsts.astype(object)
        .where(firsts.notna(), None)
        .assign(sheet_row=firsts["sheet_row"].astype("Int64"))
    )


def _order(
    table: pd.DataFrame, group: np.ndarray, roles: Mapping[str, str], ring: np.ndarray | None
) -> np.ndarray:
    """Rows in the order of their points: as numbered where the numbers tell all points apart."""
    rows = np.arange(len(table))
    if "point" not in roles:
        return rows
    numbers = pd.to_numeric(table[roles["point"]], errors="coerce").to_numpy(dtype=float)
    labels = pd.DataFrame({"group": group, "ring": "" if ring is None else ring, "number": numbers})
    if np.isnan(numbers).any() or labels.duplicated().any():
        return rows
    return np.lexsort((rows, numbers))


def _rings(
    points: Sequence[_MaybePoint],
    rows: Iterable[int],
    ring: np.ndarray | None,
    *,
    swap: bool,
) -> list[list[Point]]:
    """The points of some rows by ring, x before y."""
    found: dict[str, list[Point]] = {}
    for row in rows:
        x, y = points[row]
        if x is not None and y is not None:
            name = "" if ring is None else ring[row]
            found.setdefault(name, []).append((y, x) if swap else (x, y))
    return list(found.values())


def _centres(rest: pd.DataFrame) -> Drawn:
    return Drawn(rest, [None] * len(rest), assumptions=[tr(_CENTRES)])


# One ring a cell


def _whole(frame: pd.DataFrame, roles: Mapping[str, str]) -> str | None:
    """The column with a whole outline a cell, by its heading or by what it holds; None for none."""
    heading = roles.get("whole")
    if heading is not None and frame[heading].notna().any():
        return heading
    return next((name for name in map(str, written_columns(frame)) if name not in RAW), None)


def _by_cells(table: pd.DataFrame, heading: str, where: Place) -> Drawn:
    found = Drawn(table.drop(columns=heading), [])
    beside = [written.srid for written in map(written_shape, table[heading]) if written]
    found.crs, told = system_of(beside)
    found.assumptions += told
    for row, cell in enumerate(table[heading], 1):
        shape = shape_of(cell)
        empty = cell is None or not str(cell).strip()
        if shape is None and not empty:
            place = Place(where.file, where.layer, row, int(table["sheet_row"].iloc[row - 1]))
            found.issues.append(Issue("HG001", place, {"why": tr(UNREAD)}))
        found.shapes.append(shape)
    shapes = np.array(found.shapes, dtype=object)
    xy = shapely.get_coordinates(shapes)
    if is_north_first([(x, y) for x, y in xy.tolist()]):
        found.shapes = list(shapely.transform(shapes, lambda p: p[:, ::-1]))
        found.assumptions.append(tr("坐标串中北坐标(纬度)在前(由数值判定)"))
    if all(shape is None or len(shapely.get_coordinates(shape)) < 3 for shape in found.shapes):
        marked = any(shape is not None for shape in found.shapes)
        found.shapes = [None] * len(table)
        found.assumptions += [tr(_CENTRES)] if marked else []
    return found
