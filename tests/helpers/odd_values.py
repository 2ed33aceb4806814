"""Layers of which a cell, a heading or a count is odd, as files of GDAL's formats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from tests.helpers.make import row_of
from tests.helpers.odd_bytes import dated, delete_rows, put_cells, spoil
from tests.helpers.odd_files import (
    DAYS,
    IDS,
    MU,
    Held,
    OddFile,
    but_second,
    geojson,
    gpkg,
    held,
    shp,
    sound,
)

_DATED = ["a0", "a1", "a2", "a3"]

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

# Ids

_LONG = 5206271032040100011
_LONGS = [_LONG + number for number in range(4)]
_SPELT = [f"'{IDS[0]}", f"{IDS[0]}\u200b", IDS[0].replace("-", "—"), IDS[0]]


def _ids(ids: object, write: Callable[..., Path] = gpkg) -> Callable[[Path], Path]:
    return lambda folder: write(folder, sound(基地编号=ids))


def _long_json(folder: Path) -> Path:
    def change(rows: list[dict[str, Any]]) -> None:
        for number, row in zip(_LONGS, rows, strict=True):
            row["properties"]["基地编号"] = number * 10

    return geojson(folder, change)


def _named(*names: str | None) -> Held:
    return held(names=names)


_IDENTITY = {
    "shapefile, ids of 19 digits": OddFile(_ids(_LONGS, shp), _named(*map(str, _LONGS))),
    "GeoPackage, ids of 19 digits, one missing": OddFile(
        _ids(pd.array(but_second(_LONGS, None), dtype="Int64")),
        _named(*but_second([*map(str, _LONGS)], None)),
    ),
    "GeoPackage, ids of 19 digits as floats": OddFile(
        _ids([*map(float, _LONGS)]), _named(*[None] * 4), "HG512"
    ),
    "GeoJSON, ids of 20 digits": OddFile(_long_json, _named(*(f"{n}0" for n in _LONGS))),
    "GeoPackage, placeholders as ids": OddFile(
        _ids(["<Null>", "无", "—", "待定"]), _named(*[None] * 4)
    ),
    "GeoPackage, one id in four spellings": OddFile(_ids(_SPELT), _named(*[IDS[0]] * 4), "HG513"),
}

# What stands beside the records


def _twice(folder: Path) -> Path:
    """Two columns of one name, as of long headings cut to ten bytes."""
    path = shp(folder, sound(基地标注=["1", "2", "3", "4"]))
    dbf = path.with_suffix(".dbf")
    names = [name.encode("gbk") for name in ("基地标注", "基地编号")]
    dbf.write_bytes(dbf.read_bytes().replace(*names))
    return path


def _null_as_zero(folder: Path) -> Path:
    path = shp(folder)
    field = [*sound().columns].index("上报面积")
    put_cells(path.with_suffix(".dbf"), field, but_second([b"%7.2f" % mu for mu in MU], b"0.00"))
    return path


def _deleted(folder: Path) -> Path:
    path = shp(folder)
    delete_rows(path.with_suffix(".dbf"), [1])
    return path


def _stale_count(folder: Path) -> Path:
    path = gpkg(folder)
    spoil(path, "update gpkg_ogr_contents set feature_count = 7")
    return path


def _no_table(folder: Path) -> Path:
    path = shp(folder)
    path.with_suffix(".dbf").unlink()
    return path


_BESIDE = {
    "shapefile, .dbf forgotten": OddFile(
        _no_table, held(names=[None] * 4, mu=None, days=None), "HG001"
    ),
    "shapefile, a heading twice": OddFile(_twice, held(), "HG001"),
    "shapefile, NULL written as 0": OddFile(_null_as_zero, held(mu=but_second(MU, None))),
    "shapefile, a row deleted and not packed": OddFile(
        _deleted,
        Held(*([cells[0], *cells[2:]] for cells in (IDS, row_of(4), MU, DAYS))),
    ),
    "GeoPackage, a stale count": OddFile(_stale_count, held()),
}


ODD_VALUES = {**_DATES, **_IDENTITY, **_BESIDE}
