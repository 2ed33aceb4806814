"""Files of which a cell, a ring, a system or a count is odd, and what each of them holds.

Four bases of 印江 in a row, or fewer; what no reader can know of a record is None.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from tests.helpers.make import row_of, table
from tests.helpers.odd_bytes import (
    dated,
    polygon,
    put_cells,
    put_geometry,
    spoil,
)
from tests.helpers.survey_files import by_gdal

IDS = ["YJ-2020-001", "YJ-2020-002", "YJ-2020-003", "YJ-2020-004"]
DAYS = ["2020-05-01", "2020-05-02", "2020-05-03", "2020-05-04"]
MU = [327.2, 327.1, 327.15, 327.25]
ZONE = 4524
_LONG = 5206271032040100011
_DATED = ["a0", "a1", "a2", "a3"]
_NAN = float("nan")


@dataclass(frozen=True)
class Held:
    """What stands in a file, record by record; None for what cannot be told from it.

    Attributes
    ----------
    names : sequence of str or None
        Ids, or names where the format has no ids.
    lands : sequence of shapely.Geometry or None
        The land, as sound polygons on CGCS2000.
    mu : sequence of float or None
        Declared areas in 亩.
    days : sequence of str or None
        Days of survey, as ISO 8601 has them.
    """

    names: Sequence[str | None]
    lands: Sequence[shapely.Geometry | None]
    mu: Sequence[float | None]
    days: Sequence[str | None]


@dataclass(frozen=True)
class OddFile:
    """An odd file: its maker, what it holds, and the code that it is named by, if any need be."""

    make: Callable[[Path], Path]
    held: Held
    code: str = ""


def held(
    *,
    names: Sequence[str | None] = IDS,
    lands: Sequence[shapely.Geometry | None] | None = None,
    mu: Sequence[float | None] | None = MU,
    days: Sequence[str | None] | None = DAYS,
) -> Held:
    """The four bases, with what a file has otherwise; None for a column that it has not."""
    nothing = [None] * len(names)
    shapes = row_of(len(names)) if lands is None else lands
    return Held(names, shapes, mu or nothing, days or nothing)


def but_second(values: Sequence[Any], value: Any) -> list[Any]:
    """The same values, the second one changed."""
    return [values[0], value, *values[2:]]


def sound(**columns: object) -> gpd.GeoDataFrame:
    """The four bases as nothing is to be said of them; columns override theirs."""
    told = {"县区": "印江县", "填报单位": "印江县", "品种": "黄精", "建设状态": "已建"}
    filled = {heading: [cell] * len(IDS) for heading, cell in told.items()}
    own = {"基地编号": IDS, "上报面积": MU, "测量日期": DAYS, "测量方式": ["RTK"] * len(IDS)}
    return table(**{**own, **filled, **columns})


def gpkg(folder: Path, frame: gpd.GeoDataFrame | None = None) -> Path:
    """A GeoPackage of bases, the four sound ones where none are given."""
    return by_gdal(sound() if frame is None else frame, folder / "基地.gpkg", layer="基地")


def shp(folder: Path, frame: gpd.GeoDataFrame | None = None) -> Path:
    """The same as a shapefile in GBK that says so."""
    return by_gdal(sound() if frame is None else frame, folder / "基地.shp", encoding="GBK")


def geojson(folder: Path, change: Callable[[list[dict[str, Any]]], object]) -> Path:
    """The same as GeoJSON whose members are changed."""
    data = json.loads(sound().to_json(drop_id=True))
    change(data["features"])
    path = folder / "基地.geojson"
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


# Dates


def _gpkg_day(folder: Path) -> Path:
    path = dated(folder / "基地.gpkg", "GPKG", DAYS, layer="基地")
    spoil(path, "update 基地 set 测量日期 = '2020-02-30' where fid = 2")
    return path


def _dbf_day(written: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = dated(folder / "基地.shp", "ESRI Shapefile", DAYS, encoding="GBK")
        cells = [day.replace("-", "").encode() for day in DAYS]
        put_cells(path.with_suffix(".dbf"), 1, but_second(cells, written))
        return path

    return make


def _geojson_day(folder: Path) -> Path:
    return geojson(folder, lambda rows: rows[1]["properties"].update(测量日期="2020-02-30"))


def _days(second: str | None) -> Held:
    return held(names=_DATED, mu=None, days=but_second(DAYS, second))


_DATES = {
    "GeoPackage, a date 2020-02-30": OddFile(_gpkg_day, _days(None), "HG504"),
    "DBF, a date 20200230": OddFile(_dbf_day(b"20200230"), _days(None), "HG504"),
    "DBF, a date 2020-5-2": OddFile(_dbf_day(b"2020-5-2"), _days("2020-05-02")),
    "GeoJSON, a text 2020-02-30 among dates": OddFile(
        _geojson_day, held(days=but_second(DAYS, None)), "HG504"
    ),
}

# Rings

_SECOND = row_of(2)[1]
_CORNERS = [*_SECOND.exterior.coords]
_MIDDLE = _SECOND.centroid.coords[0]


def _ring(*rings: Sequence[Sequence[float]]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = gpkg(folder)
        put_geometry(path, polygon(*rings), fid=2)
        return path

    return make


def _drawn(shape: shapely.Geometry) -> Callable[[Path], Path]:
    """The second record drawn otherwise."""

    def make(folder: Path) -> Path:
        return gpkg(folder, sound().set_geometry(but_second(row_of(4), shape), crs=4490))

    return make


def _at_second(*corners: tuple[float, float]) -> list[tuple[float, float]]:
    """Corners in parts of the second base's width and height."""
    west, south, east, north = _SECOND.bounds
    return [(west + x * (east - west), south + y * (north - south)) for x, y in corners]


_WEST_PART = shapely.Polygon(_at_second((0, 0), (0.6, 0), (0.6, 1), (0, 1)))
_EAST_PART = shapely.Polygon(_at_second((0.4, 0), (1, 0), (1, 1), (0.4, 1)))
_ON_BORDER = _at_second((0, 0.4), (0.3, 0.4), (0.3, 0.6), (0, 0.6))


def _lands(second: shapely.Geometry | None) -> Held:
    return held(lands=but_second(row_of(4), second), mu=MU)


_RINGS = {
    "GeoPackage, a ring not closed": OddFile(_ring(_CORNERS[:-1]), held(), "HG103"),
    "GeoPackage, a hole of two points": OddFile(
        _ring(_CORNERS, _at_second((0.4, 0.4), (0.6, 0.6))), held(), "HG103"
    ),
    "GeoPackage, a ring of two points": OddFile(_ring(_CORNERS[:2]), _lands(None), "HG103"),
    "GeoPackage, a ring of one point": OddFile(_ring(_CORNERS[:1]), _lands(None), "HG103"),
    "GeoPackage, a ring without points": OddFile(_ring([]), _lands(None), "HG101"),
    "GeoPackage, a vertex NaN": OddFile(
        _ring([_CORNERS[0], (_NAN, _NAN), *_CORNERS[2:]]), _lands(None), "HG205"
    ),
    "GeoPackage, parts that overlap": OddFile(
        _drawn(shapely.MultiPolygon([_WEST_PART, _EAST_PART])), held(), "HG112"
    ),
    "GeoPackage, a part twice": OddFile(
        _drawn(shapely.MultiPolygon([_SECOND, _SECOND])), held(), "HG103"
    ),
    "GeoPackage, a hole on the border": OddFile(
        _drawn(shapely.Polygon(_SECOND.exterior, [_ON_BORDER])),
        _lands(shapely.difference(_SECOND, shapely.Polygon(_ON_BORDER))),
        "HG102",
    ),
}

#: By what is odd in them.
ODD_FILES = {**_DATES, **_RINGS}
