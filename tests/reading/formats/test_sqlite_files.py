"""GeoPackage and other SQLite files: views beside their tables, and geometries that are none."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

import herbgis as hg
from herbgis.reading.formats.gdal_tables import read_table
from tests.helpers.make import row_of, table

IDS = ["a0", "a1", "a2"]


def _write(folder: Path, **more: object) -> Path:
    path = folder / "基地.gpkg"
    frame = table(基地编号=IDS, 品种=["黄精"] * 3, 面积_亩=[300.0, 301.0, 302.0])
    pyogrio.write_dataframe(frame, path, layer="jd", **more)
    return path


def _change(path: Path, *statements: str, values: tuple[object, ...] = ()) -> None:
    """Change a GeoPackage as a program does that knows nothing of its functions."""
    with closing(sqlite3.connect(path)) as base:
        triggers = [
            name
            for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ]
        for name in triggers:
            base.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            base.execute(statement, values)
        base.commit()


#: Puts a view beside a layer in a GeoPackage's lists of layers.
_REGISTER = (
    """INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)
    SELECT '%', 'features', '%', srs_id FROM gpkg_contents WHERE table_name = 'jd'""",
    """INSERT INTO gpkg_geometry_columns
    SELECT '%', column_name, geometry_type_name, srs_id, z, m
    FROM gpkg_geometry_columns WHERE table_name = 'jd'""",
)


def _register(view: str) -> list[str]:
    return [statement.replace("%", view) for statement in _REGISTER]


#: Views of a layer: their name, what they select, and whether they are registered as layers.
VIEWS = {
    "all of it": ("v", "SELECT fid AS OGC_FID, * FROM jd", True),
    "before it in the alphabet": ("a", "SELECT * FROM jd", True),
    "some records": ("v", "SELECT * FROM jd WHERE fid < 3", True),
    "no record": ("v", "SELECT * FROM jd WHERE fid > 9", True),
    "in another order": ("v", "SELECT * FROM jd ORDER BY fid DESC", True),
    "some columns": ("v", "SELECT fid, geom, 基地编号 FROM jd", True),
    "the shapes alone": ("v", "SELECT fid, geom FROM jd", True),
    "a Chinese name": ("基地视图", "SELECT * FROM jd", True),
    "records twice": ("v", "SELECT * FROM jd UNION ALL SELECT * FROM jd", True),
    "not registered": ("v", "SELECT * FROM jd", False),
    "not registered, without shapes": ("v", "SELECT 基地编号, 品种 FROM jd", False),
    "not registered, sums": ("v", "SELECT DISTINCT 品种 FROM jd", False),
}


@pytest.mark.parametrize("kind", VIEWS)
def test_a_view_is_not_read_beside_its_table(tmp_path: Path, kind: str) -> None:
    name, query, registered = VIEWS[kind]
    path = _write(tmp_path)
    _change(path, f'CREATE VIEW "{name}" AS {query}', *(_register(name) if registered else ()))
    survey = hg.read_survey(path)
    assert survey.bases["base_id"].tolist() == IDS
    assert survey.files["layer"].tolist() == ["jd"]
    assert f"图层“{name}”" in survey.assumption_lines()[0]
    assert not {"HG301", "HG302"} & set(hg.validate(survey).table["code"])


def test_a_view_that_says_more_is_read_for_its_table(tmp_path: Path) -> None:
    path = _write(tmp_path)
    query = "SELECT *, '印江县' AS 县区 FROM jd"
    _change(path, f"CREATE VIEW v AS {query}", *_register("v"))
    survey = hg.read_survey(path)
    assert survey.files["layer"].tolist() == ["v"]
    assert survey.bases["county"].tolist() == ["印江土家族苗族自治县"] * 3
    assert "图层“jd”" in survey.assumption_lines()[0]


def test_a_view_that_says_more_of_some_leaves_its_columns(tmp_path: Path) -> None:
    path = _write(tmp_path)
    query = "SELECT *, '印江县' AS 县区 FROM jd WHERE fid = 1"
    _change(path, f"CREATE VIEW v AS {query}", *_register("v"))
    survey = hg.read_survey(path)
    assert survey.bases["base_id"].tolist() == IDS
    assert "前者多出的列没有用: 县区" in survey.assumption_lines()[0]


@pytest.mark.parametrize("kept", ["MAX", "MIN"])
def test_a_view_of_one_record_a_shape_says_more_and_its_table_stays(
    tmp_path: Path, kept: str
) -> None:
    path = _write(tmp_path)
    change = "UPDATE jd SET geom = (SELECT geom FROM jd WHERE fid = 1) WHERE fid = 2"
    view = "CREATE VIEW v AS SELECT %(fid) AS fid, geom, 基地编号, COUNT(*) AS 次数 FROM jd"
    _change(path, change, f"{view.replace('%', kept)} GROUP BY HEX(geom)", *_register("v"))
    survey = hg.read_survey(path)
    assert survey.bases["base_id"].tolist() == IDS
    assert "前者多出的列没有用: 次数" in survey.assumption_lines()[0]


def test_a_view_of_two_tables_is_not_read_beside_them(tmp_path: Path) -> None:
    path = _write(tmp_path)
    other = table(基地编号=["b0", "b1"], 品种=["天麻"] * 2, 面积_亩=[1.0, 2.0])
    other.geometry = [shapely.affinity.translate(shape, 0.2) for shape in other.geometry]
    pyogrio.write_dataframe(other, path, layer="yj")
    query = "SELECT * FROM jd UNION ALL SELECT * FROM yj"
    _change(path, f"CREATE VIEW v AS {query}", *_register("v"))
    assert hg.read_survey(path).bases["base_id"].tolist() == [*IDS, "b0", "b1"]


def test_a_view_of_a_table_that_is_no_layer_is_read(tmp_path: Path) -> None:
    path = _write(tmp_path)
    hidden = "CREATE TABLE gpkg_x AS SELECT * FROM jd"
    change = "UPDATE gpkg_x SET 基地编号 = 'b' || fid, geom = NULL"
    _change(path, hidden, change, "CREATE VIEW v AS SELECT * FROM gpkg_x", *_register("v"))
    found = hg.read_survey(path).bases["base_id"]
    assert set(found) == {*IDS, "b1", "b2", "b3"}


def _header(srs: int = 4490) -> bytes:
    return b"GP\0\1" + struct.pack("<i", srs)


#: What may stand where a geometry should (OGC 12-128r17, 2.1.3).
GARBAGE: dict[str, object] = {
    "bytes": b"\x12garbage and more",
    "one byte": b"G",
    "no byte": b"",
    "zeros": bytes(60),
    "a picture": b"\xff\xd8\xff\xe0" + bytes(50),
    "a text": "POLYGON",
    "a number": 7,
    "a header alone": _header(),
    "a header and half a shape": _header() + shapely.to_wkb(row_of(1)[0])[:40],
    "a header and an unknown kind": _header() + struct.pack("<BI", 1, 99) + bytes(40),
    "well-known binary without header": shapely.to_wkb(row_of(1)[0]),
    "a header of another magic": b"PG" + _header()[2:] + shapely.to_wkb(row_of(1)[0]),
}


@pytest.mark.parametrize("bad", [1, 3])
@pytest.mark.parametrize("kind", GARBAGE)
def test_what_is_no_geometry_is_said_of_its_record(tmp_path: Path, kind: str, bad: int) -> None:
    path = _write(tmp_path)
    _change(path, "UPDATE jd SET geom = ? WHERE fid = ?", values=(GARBAGE[kind], bad))
    survey = hg.read_survey(path)
    assert survey.bases["base_id"].tolist() == IDS
    assert survey.bases["declared_mu"].tolist() == [300.0, 301.0, 302.0]
    for at, (found, true) in enumerate(zip(survey.bases.geometry, row_of(3), strict=True)):
        assert found is None if at == bad - 1 else found.equals(true)
    said = survey.issues[survey.issues["code"] == "HG103"]
    assert said["row"].tolist() == [bad]
    assert "读不出来" in said["message"].iloc[0]


def test_no_geometry_is_only_none(tmp_path: Path) -> None:
    path = _write(tmp_path)
    _change(path, "UPDATE jd SET geom = NULL WHERE fid = 2")
    survey = hg.read_survey(path)
    assert survey.issues.empty
    assert set(hg.validate(survey).table.query("row == 2")["code"]) >= {"HG101"}


def _arc_with_height(numbers: int, code: int) -> bytes:
    """A circle of two arcs around 108.4, 27.9."""
    corners = [(108.41, 27.9), (108.4, 27.91), (108.39, 27.9), (108.4, 27.89), (108.41, 27.9)]
    points = b"".join(struct.pack(f"<{numbers}d", *c, *[500.0] * (numbers - 2)) for c in corners)
    arcs = struct.pack("<BII", 1, 8 + code, 5) + points
    return struct.pack("<BII", 1, 10 + code, 1) + arcs


@pytest.mark.parametrize(("numbers", "code"), [(2, 0), (3, 1000), (3, 2000), (4, 3000)])
def test_the_heights_of_arcs_are_said(tmp_path: Path, numbers: int, code: int) -> None:
    path = _write(tmp_path)
    curve = _header() + _arc_with_height(numbers, code)
    _change(path, "UPDATE jd SET geom = ? WHERE fid = 2", values=(curve,))
    survey = hg.read_survey(path)
    expected = ["HG111"] if numbers == 2 else ["HG110", "HG111"]
    assert sorted(survey.issues["code"]) == expected
    assert survey.issues["row"].tolist() == [2] * len(expected)
    assert not shapely.has_z(survey.bases.geometry).any()


@pytest.mark.parametrize("suffix", [".gpkg", ".fgb"])
def test_headings_that_are_no_utf8_are_read_by_what_they_hold(tmp_path: Path, suffix: str) -> None:
    frame = gpd.GeoDataFrame(
        pd.DataFrame({"abcdefgh": IDS, "wxyz": ["黄精"] * 3}), geometry=row_of(3), crs=4490
    )
    path = tmp_path / f"jd{suffix}"
    pyogrio.write_dataframe(frame, path, layer="jd")
    data = path.read_bytes().replace(b"abcdefgh", "基地编号".encode("gbk"))
    path.write_bytes(data.replace(b"wxyz", "品种".encode("gbk")))
    found = read_table(path, "jd")
    assert list(found.cells) == ["基地编号", "品种"]
    assert found.decided
    survey = hg.read_survey(path)
    assert sorted(survey.bases["base_id"]) == IDS  # FlatGeobuf sorts them by place
    assert "HG003" in set(survey.issues["code"])
