"""A bad cell, ring, heading or system costs itself alone: every other record stays as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import pytest
import shapely

import herbgis as hg
from tests.helpers.make import CGCS2000, assert_same_place, project, row_of, table
from tests.helpers.odd_bytes import dated, polygon, put_cells, put_geometry, spoil

IDS = ["a0", "a1", "a2", "a3"]
DAYS = ["2020-05-01", "2020-05-02", "2020-05-03", "2020-05-04"]


def _frame() -> gpd.GeoDataFrame:
    return table(基地编号=IDS, 品种=["黄精"] * 4, 县区=["印江县"] * 4)


def _codes(report: hg.ValidationReport, row: int) -> set[str]:
    return set(report.table["code"][report.table["row"] == row])


# Dates


def _in_gpkg(folder: Path, written: str) -> Path:
    path = dated(folder / "基地.gpkg", "GPKG", DAYS, layer="基地")
    spoil(path, "update 基地 set 测量日期 = ? where fid = 2", written)
    return path


def _in_dbf(folder: Path, written: str) -> Path:
    path = dated(folder / "基地.shp", "ESRI Shapefile", DAYS, encoding="GBK")
    whole = [day.replace("-", "").encode() for day in DAYS]
    put_cells(path.with_suffix(".dbf"), 1, [whole[0], written.encode(), *whole[2:]])
    return path


def _in_geojson(folder: Path, written: str) -> Path:
    data = json.loads(_frame().assign(测量日期=DAYS).to_json(drop_id=True))
    data["features"][1]["properties"]["测量日期"] = written
    path = folder / "基地.geojson"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def _in_mif(folder: Path, written: str) -> Path:
    path = dated(folder / "基地.mif", "MapInfo File", DAYS, encoding="UTF-8", ascii_names=True)
    rows = path.with_suffix(".mid")
    rows.write_bytes(rows.read_bytes().replace(b"20200502", written.encode()))
    head = path.read_bytes().replace(b"JDBH", "基地编号".encode("gbk"))
    path.write_bytes(head.replace(b"CLRQ", "测量日期".encode("gbk")))
    return path


@pytest.mark.parametrize(
    ("write", "written"),
    [
        (_in_gpkg, "2020-02-30"),
        (_in_gpkg, "2020-13-01"),
        (_in_gpkg, "五月某日"),
        (_in_gpkg, "年中某日"),
        (_in_dbf, "20200230"),
        (_in_dbf, "20201301"),
        (_in_dbf, "2020-5-x"),
        (_in_dbf, "99999999"),
        (_in_geojson, "2020-02-30"),
        (_in_geojson, "2020-06-31T10:00:00Z"),
        (_in_geojson, "2021-02-29"),
        (_in_geojson, "待定日期"),
        (_in_mif, "20200230"),
    ],
)
def test_a_day_that_is_none_costs_its_cell(
    tmp_path: Path, write: Callable[[Path, str], Path], written: str
) -> None:
    survey = hg.read_survey(write(tmp_path, written))
    days = survey.bases["surveyed_on"].dt.strftime("%Y-%m-%d")
    assert survey.bases["base_id"].tolist() == IDS
    assert days[[0, 2, 3]].tolist() == [DAYS[0], *DAYS[2:]]
    assert pd.isna(days[1])
    raw = survey.bases["raw_surveyed_on"]
    digits = [c for c in raw[1] if c.isdigit()]
    assert digits == [c for c in written if c.isdigit()]
    assert raw[[0, 2, 3]].isna().all()
    report = hg.validate(survey)
    assert "HG504" in _codes(report, 2)
    assert not {"HG504"} & (_codes(report, 1) | _codes(report, 3))


@pytest.mark.parametrize("written", ["2020    ", "202005  ", "20200501", "2020-5-1"])
def test_a_day_in_a_dbf_is_read_as_people_write_it(tmp_path: Path, written: str) -> None:
    bases = hg.read_survey(_in_dbf(tmp_path, written)).bases
    assert bases["surveyed_on"].dt.year.tolist() == [2020] * 4
    assert set(bases["raw_surveyed_on"].dropna()) <= {written.strip()}


@pytest.mark.parametrize("written", ["", "00000000", "18991230", "0", "********"])
def test_a_day_that_stands_for_none_is_an_empty_cell(tmp_path: Path, written: str) -> None:
    bases = hg.read_survey(_in_dbf(tmp_path, written)).bases
    assert bases["surveyed_on"].isna().tolist() == [False, True, False, False]
    assert bases["raw_surveyed_on"].isna().all()


# Rings

SQUARE = [*row_of(2)[1].exterior.coords]
NAN = float("nan")
HOLE = [(x * 0.5 + 108.4625 * 0.5, y * 0.5 + 27.952 * 0.5) for x, y in SQUARE]

#: Rings of the second record, the codes that name it, and whether its land is whole.
RINGS = {
    "not closed": ([SQUARE[:-1]], {"HG103"}, True),
    "not closed, the hole": ([SQUARE, HOLE[:-1]], {"HG103"}, True),
    "a hole of two points": ([SQUARE, HOLE[:2]], {"HG103"}, True),
    "a hole of one point": ([SQUARE, HOLE[:1]], {"HG103"}, True),
    "two points": ([SQUARE[:2]], {"HG103", "HG104"}, False),
    "two points and back": ([[*SQUARE[:2], SQUARE[0]]], {"HG103", "HG104"}, False),
    "one point": ([SQUARE[:1]], {"HG103", "HG104"}, False),
    "a vertex that is no number": (
        [[SQUARE[0], (NAN, NAN), *SQUARE[2:]]],
        {"HG103", "HG205"},
        False,
    ),
    "the first vertex is no number": (
        [[(NAN, NAN), *SQUARE[1:-1], (NAN, NAN)]],
        {"HG103"},
        False,
    ),
    "no vertex is a number": ([[(NAN, NAN)] * 4], {"HG101"}, False),
    "no point": ([[]], {"HG101"}, False),
    "no ring": ([], {"HG101"}, False),
}


def _gpkg_of(folder: Path, wkb: bytes) -> Path:
    path = folder / "基地.gpkg"
    _frame().to_file(path, layer="基地")
    put_geometry(path, wkb, fid=2)
    return path


def _parquet_of(folder: Path, wkb: bytes) -> Path:
    path = folder / "基地.parquet"
    _frame().to_parquet(path)
    cells = pq.read_table(path)
    blobs = cells.column("geometry").to_pylist()
    at = cells.column_names.index("geometry")
    pq.write_table(
        cells.set_column(at, cells.schema.field(at), pa.array([blobs[0], wkb, *blobs[2:]])), path
    )
    return path


@pytest.mark.parametrize("kind", RINGS)
@pytest.mark.parametrize("write", [_gpkg_of, _parquet_of])
def test_a_bad_ring_costs_its_record_alone(
    tmp_path: Path, write: Callable[[Path, bytes], Path], kind: str
) -> None:
    rings, named, whole = RINGS[kind]
    survey = hg.read_survey(write(tmp_path, polygon(*rings)))
    assert survey.bases["base_id"].tolist() == IDS
    for at in (0, 2, 3):
        assert survey.bases.geometry[at].equals(row_of(4)[at])
    report = hg.validate(survey)
    assert named & _codes(report, 2)
    blocked = [bool(codes) for codes in report.bases["blocked_by"]]
    assert blocked == [False, not whole, False, False]
    if whole:
        assert report.bases["surveyed_mu"][1] > 0


@pytest.mark.parametrize("cut", [1, 5, 9, 20, 60, 90])
def test_bytes_that_break_off_cost_their_record_alone(tmp_path: Path, cut: int) -> None:
    survey = hg.read_survey(_parquet_of(tmp_path, polygon(SQUARE)[:cut]))
    assert survey.bases.geometry.notna().tolist() == [True, False, True, True]
    report = hg.validate(survey)
    assert "HG103" in _codes(report, 2)
    assert [bool(codes) for codes in report.bases["blocked_by"]] == [False, True, False, False]


# Systems

PLANE = (
    'ENGCRS["工地",EDATUM["x"],CS[Cartesian,2],'
    'AXIS["e",east],AXIS["n",north],LENGTHUNIT["metre",1]]'
)
GK36 = pyproj.CRS("EPSG:4545").to_wkt("WKT1_ESRI")
SYSTEMS = {
    "cut short": GK36[:200],
    "a method misspelt": GK36.replace("Gauss_Kruger", "Gauss_Krueger_x"),
    "a local plane": 'LOCAL_CS["Unknown",UNIT["Meter",1.0]]',
    "no system at all": "见说明.doc",
    "an unknown EPSG code": "EPSG:999999",
    "half a word": "PROJ",
    "a plane of a vendor": 'LOCAL_CS["Nonearth (Meter)",UNIT["Meter",1]]',
    "a spheroid without numbers": GK36.replace(",6378137.0,298.257222101", ""),
    "brackets astray": GK36.replace("]", "", 3),
    "blanks": "   ",
    "an engineering plane": PLANE,
}


def _shapefile(folder: Path, epsg: int, prj: bytes) -> Path:
    path = folder / "基地.shp"
    shapes = [project(shape, epsg) for shape in row_of(4)]
    frame = _frame().set_geometry(gpd.GeoSeries(shapes, crs=epsg))
    frame.to_file(path, encoding="GBK")
    path.with_suffix(".prj").write_bytes(prj)
    return path


@pytest.mark.parametrize("kind", SYSTEMS)
def test_a_system_that_cannot_be_used_costs_itself_alone(tmp_path: Path, kind: str) -> None:
    path = _shapefile(tmp_path, 4490, SYSTEMS[kind].encode())
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    survey = hg.read_survey(path)
    assert survey.bases["base_id"].tolist() == IDS
    told = set(survey.issues["code"])
    assert told & {"HG005", "HG006", "HG004"} or "范围" in repr(survey)
    if "HG005" in told:
        for found, true in zip(survey.bases.geometry, row_of(4), strict=True):
            assert_same_place(found, true)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("epsg", [4545, 4524])
def test_a_system_named_in_chinese_is_used(tmp_path: Path, encoding: str, epsg: int) -> None:
    crs = pyproj.CRS(epsg)
    prj = crs.to_wkt("WKT1_ESRI").replace(crs.to_wkt("WKT1_ESRI").split('"')[1], "铜仁2000坐标系")
    survey = hg.read_survey(_shapefile(tmp_path, epsg, prj.encode(encoding)))
    for found, true in zip(survey.bases.geometry, row_of(4), strict=True):
        assert_same_place(found, true)
    assert not {"HG004", "HG005"} & set(survey.issues["code"])


@pytest.mark.parametrize("srs", [-1, 0])
def test_a_geopackage_of_no_system_is_one_without(tmp_path: Path, srs: int) -> None:
    path = tmp_path / "基地.gpkg"
    _frame().to_file(path, layer="基地")
    spoil(path, "update gpkg_geometry_columns set srs_id = ?", srs)
    spoil(path, "update gpkg_contents set srs_id = ?", srs)
    survey = hg.read_survey(path)
    assert list(survey.issues["code"]) == ["HG005"]
    assert shapely.equals(survey.bases.geometry, row_of(4)).all()


def test_a_parquet_on_an_engineering_plane_is_one_without(tmp_path: Path) -> None:
    path = tmp_path / "基地.parquet"
    _frame().set_crs(PLANE, allow_override=True).to_parquet(path)
    survey = hg.read_survey(path)
    assert list(survey.issues["code"]) == ["HG005"]
    assert "工地" in repr(survey)
    assert list(hg.validate(_frame().set_crs(PLANE, allow_override=True)).bases.index) == [
        *range(4)
    ]


# Headings


@pytest.mark.parametrize("kind", ["shapefile", "Parquet"])
def test_a_heading_that_stands_twice_is_said(tmp_path: Path, kind: str) -> None:
    frame = _frame().assign(备注一=["x"] * 4)
    if kind == "shapefile":
        path = tmp_path / "基地.shp"
        frame.to_file(path, encoding="GBK")
        data = bytearray(path.with_suffix(".dbf").read_bytes())
        data[32 + 3 * 32 : 32 + 3 * 32 + 11] = "品种".encode("gbk").ljust(11, b"\0")
        path.with_suffix(".dbf").write_bytes(data)
    else:
        path = tmp_path / "基地.parquet"
        frame.to_parquet(path)
        cells = pq.read_table(path)
        names = ["品种" if name == "备注一" else name for name in cells.column_names]
        renamed = cells.rename_columns(names).replace_schema_metadata(cells.schema.metadata)
        pq.write_table(renamed, path)
    survey = hg.read_survey(path)
    assert survey.bases["variety"].tolist() == ["黄精"] * 4
    assert "不止一列" in repr(survey)
    assert survey.bases.crs == CGCS2000


# Digits


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp", ".parquet"])
def test_whole_numbers_keep_their_digits_beside_an_empty_cell(tmp_path: Path, suffix: str) -> None:
    numbers = [5206271032040100011, 520627103204010002, None, 7]
    path = tmp_path / f"基地{suffix}"
    frame = _frame().assign(基地编号=pd.array(numbers, dtype="Int64"))
    if suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, **({"encoding": "GBK"} if suffix == ".shp" else {}))
    bases = hg.read_survey(path).bases
    known = [str(number) for number in numbers if number is not None]
    assert bases["base_id"][[0, 1, 3]].tolist() == known
    assert "#" in bases["base_id"][2]


@pytest.mark.parametrize("digits", [15, 16, 17, 18])
def test_digits_of_a_dbf_come_from_its_bytes(tmp_path: Path, digits: int) -> None:
    path = tmp_path / "基地.shp"
    frame = _frame().assign(基地编号=np.arange(4).astype("int64") + 5_206_271_032_040_100_011)
    frame.to_file(path, encoding="GBK")
    dbf = path.with_suffix(".dbf")
    data = bytearray(dbf.read_bytes())
    texts = ["5206271032040100011987654"[: digits - 1] + str(n) for n in range(4)]
    length = data[32 + 16]
    assert digits <= length
    put_cells(dbf, 0, [text.rjust(length).encode() for text in texts])
    survey = hg.read_survey(path)
    assert survey.bases["base_id"].tolist() == texts
    assert "HG512" not in set(survey.issues["code"])
