"""What an odd file is: its maker, and what it holds; the sound bases that each is made of.

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

from tests.helpers.make import project, row_of, table
from tests.helpers.survey_files import by_gdal

IDS = ["YJ-2020-001", "YJ-2020-002", "YJ-2020-003", "YJ-2020-004"]
DAYS = ["2020-05-01", "2020-05-02", "2020-05-03", "2020-05-04"]
MU = [327.2, 327.1, 327.15, 327.25]
ZONE = 4524


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


def in_metres() -> gpd.GeoDataFrame:
    """The four bases in a zone of Gauss and Krüger."""
    return sound().set_geometry([project(shape, ZONE) for shape in row_of(4)], crs=ZONE)
