"""Which system the points of a 界址点 TXT are in, by what its header says and by their numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyproj

from herbgis.foundation.language import tr
from herbgis.geo.datums import CGCS2000_EPSG, OLD_DATUMS, WGS84_EPSG, OldDatum
from herbgis.geo.geodesy import Floats
from herbgis.geo.zones import GaussKruger
from herbgis.reading.formats.coordinates import is_north_first
from herbgis.reading.formats.plot_lines import Point

#: What no easting with the number of a zone in front is below.
_LEAST_WITH_ZONE_M = 10_000_000.0
_MOST_DEGREES = 180.0
#: Keys of the header.
_SYSTEM, _ZONE_NUMBER, _WIDTH, _UNIT = "坐标系", "带号", "几度分带", "计量单位"
_MERIDIAN = ("中央子午线", "中央经线")
_PACKED_WORDS = re.compile(r"度\W*分\W*秒|d+\.?mm\.?ss|dms", re.IGNORECASE)
#: A second that rounding made whole stands as 60.
_ROUNDED_S = 1e-6


@dataclass(frozen=True, slots=True)
class PlotSystem:
    """The system of a file's points.

    Attributes
    ----------
    crs : pyproj.CRS or None
    said : tuple of str
        How it was found.
    contradiction : str
        What the header says against the numbers; empty where it agrees.
    """

    crs: pyproj.CRS | None
    said: tuple[str, ...] = ()
    contradiction: str = ""


def is_east_first(points: Sequence[Point]) -> bool:
    """Whether the first number of a point is its easting, or longitude."""
    return not is_north_first(points) and is_north_first([(b, a) for a, b in points])


def are_degrees(xy: Floats) -> bool:
    """Whether coordinates, shape (n, 2), are degrees: most of them are no larger."""
    return bool(len(xy) and np.median(np.abs(xy).max(axis=1)) <= _MOST_DEGREES)


def system_in_degrees(header: Mapping[str, str]) -> PlotSystem:
    """The system of longitudes and latitudes that the header names; none where it names none."""
    written = header.get(_SYSTEM, "")
    old = _old_datum(written)
    if old is not None:
        return PlotSystem(pyproj.CRS.from_epsg(old.degrees_epsg))
    if not written:
        return PlotSystem(None)
    is_wgs84 = "84" in written and "2000" not in written
    epsg, title = (WGS84_EPSG, "WGS84") if is_wgs84 else (CGCS2000_EPSG, "CGCS2000")
    return PlotSystem(
        pyproj.CRS.from_epsg(epsg), (tr("坐标系={title} 经纬度(由数值判定)", title=title),)
    )


def system_in_metres(header: Mapping[str, str], eastings: Floats) -> PlotSystem:
    """The system that header and eastings agree on."""
    prefixed = len(eastings) > 0 and float(np.median(eastings)) > _LEAST_WITH_ZONE_M
    in_front = int(np.median(eastings) // 1e6) if prefixed else None
    stated = _stated_zone(header)
    zone = in_front or stated
    written = header.get(_SYSTEM, "")
    old = _old_datum(written)
    if zone is None:
        return PlotSystem(None if old is None else pyproj.CRS.from_epsg(old.degrees_epsg))
    system = GaussKruger(zone, in_front is not None, old.name if old else "CGCS2000")
    try:
        crs = pyproj.CRS.from_epsg(system.epsg)
    except ValueError:
        return PlotSystem(None, (), tr("带号 {zone} 不在中国范围", zone=zone))
    how = tr("由东坐标") if in_front else tr("由文件头带号")
    wrong = in_front and stated and in_front != stated
    contradiction = (
        tr("文件头带号 {stated}, 东坐标带号 {in_front}", stated=stated, in_front=in_front)
        if wrong
        else ""
    )
    title = written if old else "CGCS2000"
    return PlotSystem(
        crs,
        (
            tr(
                "坐标系={title} {width}度{zone}带({how})",
                title=title,
                width=system.width,
                zone=zone,
                how=how,
            ),
        ),
        contradiction,
    )


def _old_datum(written: str) -> OldDatum | None:
    marked = (datum for datum in OLD_DATUMS if datum.mark in written and "2000" not in written)
    return next(marked, None)


def _stated_zone(header: Mapping[str, str]) -> int | None:
    """The zone by its number, or by its central meridian."""
    digits = re.search(r"\d+", header.get(_ZONE_NUMBER, ""))
    if digits:
        return int(digits.group())
    meridian = re.search(r"\d+", next((header[key] for key in _MERIDIAN if header.get(key)), ""))
    if meridian is None:
        return None
    of_six = header.get(_WIDTH, "").startswith("6")
    return (int(meridian.group()) + 3) // 6 if of_six else int(meridian.group()) // 3


def unpacked(degrees: Floats) -> Floats | None:
    """Degrees written as ddd.mmss; None where a minute or a second would be more than 60."""
    whole = np.floor(degrees)
    minutes_and_more = np.round((degrees - whole) * 100, 10)
    minutes = np.floor(minutes_and_more)
    seconds = np.round((minutes_and_more - minutes) * 100, 8)
    if (minutes >= 60).any() or (seconds > 60 + _ROUNDED_S).any():
        return None
    return np.asarray(whole + minutes / 60 + seconds / 3600)


def are_packed(
    header: Mapping[str, str],
    xy: Floats,
    agreeing: Callable[[Callable[[Floats], Floats]], int],
) -> tuple[bool | None, str]:
    """Whether degrees are written as ddd.mmss, and what tells; None where nothing does.

    A minute or a second above 60 says no. That there is none says little: the vertices of a small
    plot share their minutes, and their seconds lie close together.

    Parameters
    ----------
    header : mapping of str to str
    xy : array of float, shape (n, 2)
        All of a file's coordinates.
    agreeing : callable
        How many plots have the area that their heads state when a function is put to their
        coordinates.
    """
    turned = unpacked(xy)
    stated = bool(_PACKED_WORDS.search(header.get(_UNIT, "")))
    if turned is None:
        return False, tr("文件头写度分秒, 但有的分或秒超过 60") if stated else ""
    if stated:
        return True, tr("坐标为度.分秒(文件头注明)")
    decimal, packed = agreeing(lambda xy: xy), agreeing(_unpacked_or_same)
    if decimal != packed:
        return packed > decimal, tr("坐标为度.分秒(由地块面积判定)") if packed > decimal else ""
    return None, ""


def _unpacked_or_same(xy: Floats) -> Floats:
    turned = unpacked(xy)
    return xy if turned is None else turned
