"""What GDAL reads, where its own way would lose a file: text in another encoding, curves."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal

import herbgis as hg
from tests.helpers.make import rectangle, row_of, table


def _spoil(path: Path, statement: str, *values: object) -> None:
    """Change a GeoPackage behind GDAL's back; its triggers need functions that SQLite lacks."""
    with closing(sqlite3.connect(path)) as base, base:
        names = base.execute("select name from sqlite_master where type='trigger'").fetchall()
        for (name,) in names:
            base.execute(f'drop trigger "{name}"')
        base.execute(statement, values)


def _frame() -> gpd.GeoDataFrame:
    return table(
        基地编号=["YJ-1", "YJ-2", "YJ-3"],
        基地名称=["甲", "乙", "丙"],
        上报面积=[500, None, 61.5],
        测量日期=[dt.date(2020, 5, 1), None, dt.date(2020, 6, 1)],
        套数=pd.array([1, None, 3], dtype="Int64"),
    )


def test_a_cell_that_is_no_utf8_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "基地.gpkg"
    _frame().to_file(path, layer="基地")
    _spoil(path, "update 基地 set 基地名称 = cast(? as text) where fid = 2", "党参园".encode("gbk"))
    survey = hg.read_survey(path)
    assert survey.bases["name"].tolist() == ["甲", "党参园", "丙"]
    assert survey.bases["declared_value"].tolist()[::2] == [500, 61.5]
    assert list(survey.issues["code"]) == ["HG003"]
    assert "编码=GBK(由内容判定)" in survey.assumption_lines()[0]


def test_a_curve_in_a_geopackage_does_not_stop_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "基地.gpkg"
    _frame().to_file(path, layer="基地")
    curve = shapely.from_wkt("POLYGON ((108 27, 108.01 27, 108.01 27.01, 108 27))")
    wkb = bytearray(shapely.to_wkb(curve, byte_order=1))
    # A curve polygon of one line string: the ring gets a head of its own.
    ring = b"\x01\x02\x00\x00\x00" + bytes(wkb[9:])
    curved = b"\x01\x0a\x00\x00\x00\x01\x00\x00\x00" + ring
    head = b"GP\x00\x01" + (4490).to_bytes(4, "little")
    _spoil(path, "update 基地 set geom = ? where fid = 2", head + curved)
    survey = hg.read_survey(path)
    assert len(survey.bases) == 3
    assert survey.bases.geometry.iloc[1].equals(curve)


def test_a_geopackage_says_the_same_as_other_formats(tmp_path: Path) -> None:
    """Arrow and GDAL's own way give one table."""
    for name in ("基地.gpkg", "基地.geojson"):
        _frame().to_file(tmp_path / name)
    one, other = (hg.read_survey(tmp_path / name).bases for name in ("基地.gpkg", "基地.geojson"))
    texts = ["base_id", "name", "declared_value", "declared_mu", "surveyed_on", "sheet_row"]
    assert_frame_equal(pd.DataFrame(one[texts]), pd.DataFrame(other[texts]))


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-8-sig", "utf-8"])
def test_geojson_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "基地.geojson"
    # The second byte of 乗 in GBK is a backslash, which JSON would take for an escape.
    frame = table(基地名称=["乗马坳“一号”", "b"], 品种=["黄精", "天麻"])
    path.write_text(frame.to_json(ensure_ascii=False), encoding=encoding)
    survey = hg.read_survey(path)
    assert survey.bases["name"].tolist() == ["乗马坳“一号”", "b"]
    assert survey.bases["variety"].tolist() == ["黄精", "天麻"]
    said = [] if encoding.startswith("utf-8") else ["HG003"]
    assert list(survey.issues["code"]) == said
    assert shapely.equals(survey.bases.geometry, row_of(2)).all()
    assert survey.bases.geometry.iloc[0].equals(rectangle())
