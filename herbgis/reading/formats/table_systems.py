"""Which system a table's coordinates are in, by the words around it, and degrees unpacked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from herbgis.foundation.language import tr
from herbgis.geo.datums import BEIJING_1954, CGCS2000_EPSG, WGS84_EPSG, XIAN_1980
from herbgis.geo.geodesy import Floats, areas_m2
from herbgis.geo.offsets import OFFSETS, Undoing
from herbgis.geo.zones import GaussKruger
from herbgis.reading.formats.plot_systems import unpacked
from herbgis.reading.formats.plot_titles import StatedArea

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


_PACKED = re.compile(r"度\W*分\W*秒|D+\.?MM\.?SS|DMS")
_MAY_BE_PACKED = "坐标可能是度.分秒(如 108.3015), 已按十进制度读, 请确认"
#: Chance below which seconds that all stay below 60 are no accident.
_NO_ACCIDENT = 1e-4


@dataclass(frozen=True)
class Placed:
    """Shapes in the system that the words around a table state.

    Attributes
    ----------
    shapes : list of geometry or None
        x before y.
    crs : pyproj.CRS or None
    said : tuple of str
    doubts : tuple of str
        What a person must look at.
    """

    shapes: list[shapely.Geometry | None]
    crs: pyproj.CRS | None = None
    said: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    def areas(self) -> Floats:
        """Square metres of each shape: in the plane that surveyors write, or on the ellipsoid."""
        return _areas(np.array(self.shapes, dtype=object))


def put_in_system(
    shapes: Sequence[shapely.Geometry | None],
    text: str,
    stated: Sequence[StatedArea | None],
    *,
    may_be_packed: bool,
) -> Placed:
    """Give shapes the system that words around their table state, or convert them.

    Parameters
    ----------
    shapes : sequence of geometry or None
        x before y.
    text : str
        All that is written around the table.
    stated : sequence of StatedArea or None
        Beside the shapes.
    may_be_packed : bool
        Whether the coordinates are plain numbers, so that degrees may stand as ddd.mmss.
    """
    known = np.array(shapes, dtype=object)
    xy = shapely.get_coordinates(known)
    if not len(xy):
        return Placed(list(shapes))
    words = unicodedata.normalize("NFKC", text).upper()
    degrees = bool((np.abs(xy) <= 180).all())
    said: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    if degrees and may_be_packed:
        packed, told = _are_packed(known, xy, words, stated)
        if packed:
            known = shapely.transform(known, lambda some: np.asarray(unpacked(some), dtype=float))
            said = (told,)
        elif told:
            doubts = (told,)
    for pattern, title in _OFFSETS:
        if degrees and pattern.search(words):
            moved = [_moved(shape, OFFSETS[title]) for shape in known]
            told = tr("坐标由 {title} 换算(表中注明)", title=title)
            return Placed(moved, pyproj.CRS.from_epsg(CGCS2000_EPSG), (*said, told), doubts)
    crs, told = _stated(words, xy, degrees=degrees)
    return Placed(list(known), crs, (*said, told) if told else said, doubts)


def _are_packed(
    shapes: npt.NDArray[np.object_], xy: Floats, words: str, stated: Sequence[StatedArea | None]
) -> tuple[bool, str]:
    """Whether degrees are written as ddd.mmss, and what tells that, or that they may be."""
    turned = unpacked(xy)
    if turned is None:
        return False, ""
    if _PACKED.search(words):
        return True, tr("坐标为度.分秒(表中注明)")
    as_packed = shapely.transform(shapes, lambda some: np.asarray(unpacked(some), dtype=float))
    agreeing = [
        sum(
            area is not None and area.agrees(square_metres)
            for area, square_metres in zip(stated, _areas(taken), strict=True)
        )
        for taken in (shapes, as_packed)
    ]
    if agreeing[0] != agreeing[1]:
        return agreeing[1] > agreeing[0], (
            tr("坐标为度.分秒(由所写面积判定)") if agreeing[1] > agreeing[0] else ""
        )
    return False, tr(_MAY_BE_PACKED) if _chance_of_decimals(xy) < _NO_ACCIDENT else ""


def _chance_of_decimals(xy: Floats) -> float:
    """How likely decimal degrees would show no minute and no second of 60 and more.

    Vertices of one plot share their minutes, so only seconds that differ are counted.
    """
    seconds = [len(np.unique(np.floor(axis * 10_000))) for axis in xy.T]
    return float(0.6 ** (2 + sum(seconds)))


def _areas(shapes: npt.NDArray[np.object_]) -> Floats:
    xy = shapely.get_coordinates(shapes)
    if len(xy) and (np.abs(xy) <= 180).all():
        return areas_m2(shapely.make_valid(shapes))
    return np.asarray(np.nan_to_num(shapely.area(shapes)), dtype=float)


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
        said = tr(
            "坐标系={datum} {width}度{zone}带(表中注明)", datum=datum, width=system.width, zone=zone
        )
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
