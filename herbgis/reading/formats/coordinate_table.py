"""Tables of coordinates: one boundary point a row, or one ring a cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from herbgis.geo.datums import BEIJING_1954, CGCS2000_EPSG, WGS84_EPSG, XIAN_1980
from herbgis.geo.geodesy import Floats
from herbgis.geo.offsets import OFFSETS, Undoing
from herbgis.geo.zones import GaussKruger
from herbgis.reading.formats.coordinates import (
    Point,
    is_north_first,
    number_of,
    roles_of,
    shape_of,
)
from herbgis.reading.formats.rings import even_odd
from herbgis.terms.issues import Issue, Place

_AXES = (("across", "up"), ("x", "y"))
#: A base with fewer points is marked, not outlined.
_LEAST_POINTS = 3
_CENTRES = "坐标为中心点, 未作为图形"
_OLD_DATUMS = (
    (re.compile(r"北京\s*(?:19)?54|1954年?北京|BEIJING"), BEIJING_1954),
    (re.compile(r"西安\s*(?:19)?80|1980年?西安|XI'?AN|国家80"), XIAN_1980),
)
_CGCS2000 = re.compile(r"CGCS\s*2000|2000\s*国家大地|国家\s*2000|大地\s*2000")
_WGS84 = re.compile(r"WGS[\s-]*84")
_MERIDIAN = re.compile(r"中央(?:经线|子午线)\D{0,6}(\d{2,3})")
_ZONE = re.compile(r"带号\D{0,4}(\d{2})|(\d{2})\s*(?:号)?带")
#: How words above a table name the offset of a map service.
_OFFSETS = (
    (re.compile(r"GCJ|火星坐标|高德坐标"), "GCJ-02"),
    (re.compile(r"BD[\s-]*09|百度坐标"), "BD-09"),
)


@dataclass
class Drawn:
    """A table's records with what its coordinates draw.

    Attributes
    ----------
    table : DataFrame
        A row a base, without the columns of coordinates.
    shapes : list of geometry or None
        Beside the rows, x before y; None throughout where the table has no outlines.
    """

    table: pd.DataFrame
    shapes: list[shapely.Geometry | None]
    crs: pyproj.CRS | None = None
    assumptions: list[str] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def frame(self) -> gpd.GeoDataFrame:
        """Records and shapes together."""
        geometry = gpd.GeoSeries(self.shapes, index=self.table.index)
        return gpd.GeoDataFrame(self.table, geometry=geometry)


def drawn(
    table: pd.DataFrame, matched: Mapping[str, str], above: str, where: Place
) -> Drawn | None:
    """Outlines of a table's bases, or None where it has no coordinates.

    Parameters
    ----------
    table : DataFrame
        Cells under their headings, and ``sheet_row``.
    matched : mapping of str to str
        Columns of the base table to the headings that name them.
    above : str
        What is written above the headings: it may state the system.
    where : Place
        File and layer, for the findings.
    """
    headings = [str(heading) for heading in table.columns]
    roles = {role: h for role, h in roles_of(headings).items() if h not in matched.values()}
    axes = next((pair for pair in _AXES if set(pair) <= roles.keys()), None)
    if axes is not None:
        found = _by_rows(table, matched, roles, axes, where)
    elif "whole" in roles and table[roles["whole"]].notna().any():
        found = _by_cells(table, roles["whole"], where)
    else:
        return None
    _put_in_system(found, above + " ".join(headings))
    return found


# One boundary point a row


def _by_rows(
    table: pd.DataFrame,
    matched: Mapping[str, str],
    roles: Mapping[str, str],
    axes: tuple[str, str],
    where: Place,
) -> Drawn:
    across, up = (roles[axis] for axis in axes)
    points = [(number_of(x), number_of(y)) for x, y in zip(table[across], table[up], strict=True)]
    rest = table.drop(columns=[across, up])
    keys = [matched[name] for name in ("base_id", "name") if name in matched]
    keys += [roles["plot"]] if "plot" in roles else []
    if not keys and not matched.keys() - {"sheet_row"}:
        group, note = np.zeros(len(table), dtype=int), ["全部点按顺序连成一个图斑"]
    elif not keys:
        return _centres(rest)
    else:
        group, note = _groups(table[keys]), []
    sizes = np.bincount(group, minlength=1)
    if sizes.max(initial=0) < _LEAST_POINTS:
        return _centres(rest)
    found = Drawn(_first_of_each(rest, group, roles), [], assumptions=note)
    unread = [row for row, point in enumerate(points) if None in point]
    if unread:
        rows = table["sheet_row"].iloc[unread]
        why = f"第 {rows.iloc[0]} 行等 {len(unread)} 行坐标读不懂"
        found.issues.append(Issue("HG001", where, {"why": why}))
    found.assumptions.append(f"{len(table)} 行界址点连成 {len(sizes)} 个图斑")
    good = [(x, y) for x, y in points if x is not None and y is not None]
    swap = axes == ("x", "y") and is_north_first(good)
    if swap:
        found.assumptions.append("点坐标 X 为北、Y 为东(由数值判定)")
    order = _order(table, group, roles)
    ring = table[roles["ring"]].astype(str).to_numpy() if "ring" in roles else None
    found.shapes = [
        even_odd(_rings(points, [int(at) for at in order[group[order] == base]], ring, swap=swap))
        for base in range(len(sizes))
    ]
    return found


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


def _order(table: pd.DataFrame, group: np.ndarray, roles: Mapping[str, str]) -> np.ndarray:
    """Rows in the order of their points: as numbered where the numbers tell all points apart."""
    rows = np.arange(len(table))
    if "point" not in roles:
        return rows
    numbers = pd.to_numeric(table[roles["point"]], errors="coerce").to_numpy(dtype=float)
    ring = table[roles["ring"]].astype(str) if "ring" in roles else ""
    labels = pd.DataFrame({"group": group, "ring": ring, "number": numbers})
    if np.isnan(numbers).any() or labels.duplicated().any():
        return rows
    return np.lexsort((rows, numbers))


def _rings(
    points: list[tuple[float | None, float | None]],
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
    return Drawn(rest, [None] * len(rest), assumptions=[_CENTRES])


# One ring a cell


def _by_cells(table: pd.DataFrame, heading: str, where: Place) -> Drawn:
    found = Drawn(table.drop(columns=heading), [])
    for row, cell in enumerate(table[heading], 1):
        shape = shape_of(cell)
        empty = cell is None or not str(cell).strip()
        if shape is None and not empty:
            place = Place(where.file, where.layer, row, int(table["sheet_row"].iloc[row - 1]))
            found.issues.append(Issue("HG001", place, {"why": "坐标串读不懂, 记录保留, 没有图形"}))
        found.shapes.append(shape)
    shapes = np.array(found.shapes, dtype=object)
    xy = shapely.get_coordinates(shapes)
    if is_north_first([(x, y) for x, y in xy.tolist()]):
        found.shapes = list(shapely.transform(shapes, lambda p: p[:, ::-1]))
        found.assumptions.append("坐标串中北坐标(纬度)在前(由数值判定)")
    if all(shape is None or len(shapely.get_coordinates(shape)) < 3 for shape in found.shapes):
        marked = any(shape is not None for shape in found.shapes)
        found.shapes = [None] * len(table)
        found.assumptions += [_CENTRES] if marked else []
    return found


# The system


def _put_in_system(found: Drawn, text: str) -> None:
    """Give the records the system that the words around the table state, or convert them."""
    shapes = np.array(found.shapes, dtype=object)
    xy = shapely.get_coordinates(shapes)
    if not len(xy):
        return
    words = unicodedata.normalize("NFKC", text).upper()
    degrees = bool((np.abs(xy) <= 180).all())
    for pattern, title in _OFFSETS:
        if degrees and pattern.search(words):
            found.shapes = [_moved(shape, OFFSETS[title]) for shape in found.shapes]
            found.crs = pyproj.CRS.from_epsg(CGCS2000_EPSG)
            found.assumptions.append(f"坐标由 {title} 换算(表中注明)")
            return
    found.crs, said = _stated(words, xy, degrees=degrees)
    found.assumptions += [said] if said else []


def _moved(shape: shapely.Geometry | None, undo: Undoing) -> shapely.Geometry | None:
    if shape is None:
        return None
    return shapely.transform(shape, lambda xy: np.column_stack(undo(xy[:, 0], xy[:, 1])))


def _stated(words: str, xy: Floats, *, degrees: bool) -> tuple[pyproj.CRS | None, str]:
    """The system that words name, and how that is said; nothing where they name none."""
    old = next((entry for entry in _OLD_DATUMS if entry[0].search(words)), None)
    datum, geographic = ("CGCS2000", CGCS2000_EPSG)
    if old:
        datum, geographic = old[1].name, old[1].degrees_epsg
    if degrees and not old and not _CGCS2000.search(words):
        return (pyproj.CRS.from_epsg(WGS84_EPSG), "") if _WGS84.search(words) else (None, "")
    if degrees:
        return pyproj.CRS.from_epsg(geographic), ""
    zone = _zone(words)
    try:
        system = GaussKruger(zone or 0, bool((xy[:, 0] > 1e7).all()), datum)
        said = f"坐标系={datum} {system.width}度{zone}带(表中注明)"
        return pyproj.CRS.from_epsg(system.epsg), said
    except ValueError:
        return (pyproj.CRS.from_epsg(geographic) if old else None), ""


def _zone(words: str) -> int | None:
    """The zone that a central meridian or a zone number gives; 3 degrees unless 6 are named."""
    meridian = _MERIDIAN.search(words)
    if meridian:
        degrees = int(meridian[1])
        six = re.search(r"(?:6|六)\s*度", words) is not None
        return (degrees + 3) // 6 if six else degrees // 3
    found = _ZONE.search(words)
    return int(found[1] or found[2]) if found else None
