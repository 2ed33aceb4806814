from __future__ import annotations

import shutil
import sqlite3
import struct
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import herbgis as hg
from herbgis.foundation.errors import InputNotFoundError
from herbgis.reading.readers import READERS
from herbgis.reading.sources import READ, UNREAD
from herbgis.terms import columns as cols
from tests.helpers.make import (
    LAT,
    LON,
    assert_same_place,
    few,
    gauss_kruger,
    project,
    rectangle,
    row_of,
    swapped,
    with_hole,
)
from tests.helpers.survey_files import (
    CASES,
    TEXTS,
    Writer,
    by_gdal,
    geojson,
    gpkg,
    parquet,
    shp,
    truth,
    zipped_shp,
)


def _assert_same_bases(survey: hg.Survey) -> None:
    """The records of `_truth`: to the last, the character, and the millimetre."""
    true = truth()
    bases = survey.bases.set_index("base_id")
    assert sorted(bases.index) == sorted(TEXTS["JDBH"])
    bases = bases.loc[TEXTS["JDBH"]]
    assert list(bases["name"]) == TEXTS["JDMC"]
    assert list(bases["variety"]) == ["天麻", "白芨", "天麻", "前胡"]
    assert list(bases["varieties"]) == [["天麻"], ["白芨"], ["天麻", "黄精"], ["前胡"]]
    assert list(bases["raw_variety"].isna()) == [True, False, True, True]
    assert list(bases["county_code"]) == ["520625"] * 4
    assert list(bases["declared_mu"]) == TEXTS["面积_亩"]
    assert list(bases["status"]) == ["built", "building", "planned", "built"]
    for found, shape in zip(bases.geometry, true.geometry, strict=True):
        assert_same_place(found, shape)
    assert survey.bases.crs == "EPSG:4490"
    assert list(survey.bases["source_row"]) == [1, 2, 3, 4]
    assert survey.bases.columns[:-1].tolist() == cols.names(cols.READ)
    assert (survey.files["records"].sum(), survey.files["read"].sum()) == (4, 4)


def _codes(survey: hg.Survey) -> list[str]:
    return list(survey.issues["code"])


def _said(survey: hg.Survey) -> str:
    return "\n".join(survey.assumption_lines())


# Layers and records


def test_a_swapped_record_keeps_its_coordinates(tmp_path: Path) -> None:
    frame = truth()
    shapes = list(frame.geometry)
    shapes[2] = swapped(rectangle())
    survey = hg.read_survey(gpkg(frame.set_geometry(shapes, crs="EPSG:4490"), tmp_path))
    assert list(survey.bases.geometry.isna()) == [False, False, True, False]
    kept = shapely.from_wkt(survey.bases["raw_geometry"].iloc[2])
    assert_same_place(kept, shapes[2], 1e-8)
    assert survey.bases["name"].iloc[2] == TEXTS["JDMC"][2]


def test_one_note_for_a_layer_with_heights(tmp_path: Path) -> None:
    frame = truth()
    survey = hg.read_survey(
        gpkg(frame.set_geometry(shapely.force_3d(frame.geometry, 600.0)), tmp_path)
    )
    assert _codes(survey) == ["HG110"]
    assert survey.issues["row"].isna().all()
    _assert_same_bases(survey)


def test_a_record_without_a_polygon_is_a_row(tmp_path: Path) -> None:
    frame = truth()
    shapes = [frame.geometry[0], None, *frame.geometry[2:]]
    survey = hg.read_survey(gpkg(frame.set_geometry(shapes, crs="EPSG:4490"), tmp_path))
    assert list(survey.bases["name"]) == TEXTS["JDMC"]
    assert list(survey.bases.geometry.isna()) == [False, True, False, False]


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet"])
def test_a_table_without_any_geometry_is_reported_bases(tmp_path: Path, suffix: str) -> None:
    plain = pd.DataFrame(TEXTS)
    path = tmp_path / f"台账{suffix}"
    if suffix == ".parquet":
        plain.to_parquet(path)
    else:
        pyogrio.write_dataframe(plain, path)
    survey = hg.read_survey(path)
    assert list(survey.bases["name"]) == TEXTS["JDMC"]
    assert survey.bases.geometry.isna().all()
    assert "HG004" not in _codes(survey)
    assert survey.bases.crs == "EPSG:4490"


def test_both_layers_of_a_file_are_read(tmp_path: Path) -> None:
    path = tmp_path / "两层.gpkg"
    by_gdal(truth().iloc[:3], path, layer="一季度")
    by_gdal(truth().iloc[3:].to_crs(4524), path, layer="二季度")
    survey = hg.read_survey(path)
    assert list(survey.files["layer"]) == ["一季度", "二季度"]
    assert list(survey.files["crs"]) == ["EPSG:4490", "EPSG:4524"]
    assert list(survey.bases["source_layer"]) == ["一季度"] * 3 + ["二季度"]
    assert list(survey.bases["source_row"]) == [1, 2, 3, 1]
    assert list(survey.bases["name"]) == TEXTS["JDMC"]
    assert "多个图层" in _said(survey)


def test_records_without_an_id_are_named_by_file_layer_and_row(tmp_path: Path) -> None:
    path = tmp_path / "批次.gpkg"
    frame = truth().drop(columns="JDBH")
    by_gdal(frame, path, layer="甲")
    by_gdal(frame.iloc[:1], path, layer="乙")
    survey = hg.read_survey(path)
    assert list(survey.bases["base_id"]) == [
        *("批次.gpkg#甲#1", "批次.gpkg#甲#2", "批次.gpkg#甲#3", "批次.gpkg#甲#4"),
        "批次.gpkg#乙#1",
    ]


def test_what_was_assumed_stands_in_one_line_a_layer(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"品种": ["天麻"], "面积": [500], "镇长": ["某"]}, geometry=[rectangle()], crs="EPSG:4490"
    )
    survey = hg.read_survey(shp("GBK", None)(frame, tmp_path))
    (line,) = survey.assumption_lines()
    assert line.startswith("基地.shp: ")
    for said in ("编码=GBK(由内容判定)", "建设状态", "基地类型", "按亩", "未用列: 镇长"):
        assert said in line
    assert line.endswith("记录 1/1")
    assert line in repr(survey)


@pytest.mark.parametrize("write", [gpkg, shp("GBK", None), geojson, parquet])
def test_columns_are_mapped_by_the_caller(tmp_path: Path, write: Writer) -> None:
    renamed = truth().rename(columns={"JDBH": "DM", "品种": "作物", "面积_亩": "S"})
    path = write(renamed, tmp_path)
    mapped = {"base_id": "DM", "variety": "作物", "declared_value": "S"}
    _assert_same_bases(hg.read_survey(path, columns=mapped))


def test_one_mapping_serves_files_that_lack_some_of_it(tmp_path: Path) -> None:
    (tmp_path / "一").mkdir()
    (tmp_path / "二").mkdir()
    one = gpkg(truth().rename(columns={"品种": "作物"}), tmp_path / "一")
    two = geojson(truth(), tmp_path / "二")
    survey = hg.read_survey([one, two], columns={"variety": "作物"})
    assert list(survey.bases["variety"]) == ["天麻", "白芨", "天麻", "前胡"] * 2


def test_a_text_cut_within_a_character_spoils_no_other(tmp_path: Path) -> None:
    # Fields of a DBF are so many bytes wide, and not every program cuts between characters.
    path = shp("GBK", None)(truth(), tmp_path)
    dbf = path.with_suffix(".dbf").read_bytes()
    whole, cut = "喆淼犇骉药业".encode("gbk"), "喆淼犇骉药".encode("gbk") + "业".encode("gbk")[:1]
    assert dbf.count(whole) == 1
    path.with_suffix(".dbf").write_bytes(dbf.replace(whole, cut + b" "))
    survey = hg.read_survey(path)
    assert list(survey.bases["base_id"]) == TEXTS["JDBH"]
    assert survey.bases["name"].iloc[2].startswith("喆淼犇骉药")
    assert [survey.bases["name"].iloc[n] for n in (0, 1, 3)] == [
        TEXTS["JDMC"][n] for n in (0, 1, 3)
    ]


# Folders, lists, archives


def test_a_folder_is_read_in_a_fixed_order(tmp_path: Path) -> None:
    folder = tmp_path / "incoming"
    (folder / "德江").mkdir(parents=True)
    shp("GBK", None, stem="b")(truth(), folder)
    geojson(truth(), folder).rename(folder / "a.geojson")
    gpkg(truth(), folder / "德江")
    (folder / "readme.docx").write_bytes(b"not data")
    (folder / ".hidden.gpkg").write_bytes(b"not data")
    (folder / "~$a.xlsx").write_bytes(b"not data")
    survey = hg.read_survey(folder)
    shown = ["incoming/a.geojson", "incoming/b.shp", "incoming/德江/基地.gpkg"]
    assert list(survey.files["path"]) == [*shown, "incoming"]
    assert list(survey.files["skipped"]) == [0, 0, 0, 3]
    assert list(survey.bases["source_file"].unique()) == shown
    assert len(survey.bases) == 12
    assert list(survey.bases.index) == list(range(12))


def test_a_list_is_read_in_its_own_order(tmp_path: Path) -> None:
    first, second = tmp_path / "z.gpkg", tmp_path / "a.gpkg"
    gpkg(truth(), tmp_path).rename(first)
    shutil.copy(first, second)
    for given_paths in ([first, second], (str(first), str(second)), iter([first, second])):
        assert list(hg.read_survey(given_paths).files["path"]) == ["z.gpkg", "a.gpkg"]
    assert len(hg.read_survey([]).bases) == 0


def test_two_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    paths = []
    for county in ("印江", "德江"):
        (tmp_path / county).mkdir()
        paths.append(gpkg(truth().drop(columns="JDBH"), tmp_path / county))
    survey = hg.read_survey(paths)
    assert survey.files["path"].is_unique
    assert survey.bases["base_id"].is_unique


def test_a_zip_within_a_zip_is_read(tmp_path: Path) -> None:
    inner = zipped_shp("GBK", None, name_encoding="gbk")(truth(), tmp_path)
    outer = tmp_path / "汇总.zip"
    with zipfile.ZipFile(outer, "w") as made:
        made.write(inner, "五月/上报.zip")
        made.writestr("说明.docx", b"words")
    survey = hg.read_survey(outer)
    _assert_same_bases(survey)
    assert list(survey.files["path"]) == ["汇总.zip/五月/上报.zip/印江基地.shp", "汇总.zip"]
    assert list(survey.files["skipped"]) == [0, 1]


def test_zips_within_zips_end_somewhere(tmp_path: Path) -> None:
    path = tmp_path / "0.zip"
    path.write_bytes(b"PK\x05\x06" + bytes(18))
    for depth in range(1, 400):
        outer = tmp_path / f"{depth}.zip"
        with zipfile.ZipFile(outer, "w") as made:
            made.write(path, "i.zip")
        path.unlink()
        path = outer
    survey = hg.read_survey(path)
    assert set(_codes(survey)) == {"HG001"}


def test_nothing_of_an_archive_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "room"
    room.mkdir()
    path = zipped_shp("UTF-8", "UTF-8")(truth(), tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(room))
    _assert_same_bases(hg.read_survey(path))
    assert list(room.iterdir()) == []


@pytest.mark.parametrize("name", ["../基地.gpkg", "C:/基地.gpkg"])
def test_a_hostile_archive_is_a_finding_beside_good_files(tmp_path: Path, name: str) -> None:
    good = gpkg(truth(), tmp_path)
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(bad, "w") as made:
        made.writestr(name, good.read_bytes())
    survey = hg.read_survey([bad, good])
    assert _codes(survey) == ["HG001"]
    assert list(survey.issues["file"]) == ["bad.zip"]
    assert len(survey.bases) == 4


def test_an_archive_without_a_survey_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "照片.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("现场.jpg", b"jpg")
    assert _codes(hg.read_survey(path)) == ["HG001"]


# What cannot be read


def _assert_unreadable(survey: hg.Survey, shown: str) -> None:
    assert _codes(survey) == ["HG001"]
    assert list(survey.issues["file"]) == [shown]
    assert list(survey.files["path"]) == [shown]
    assert list(survey.files["read"]) == [0]
    assert len(survey.bases) == 0
    assert survey.bases.crs == "EPSG:4490"
    assert set(cols.names(cols.READ)) <= set(survey.bases.columns)


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    good = gpkg(truth(), tmp_path)
    with pytest.raises(InputNotFoundError, match=r"没有\.gpkg"):
        hg.read_survey([good, tmp_path / "没有.gpkg"])


@pytest.mark.parametrize("suffix", sorted({*READ, ".zip"}))
@pytest.mark.parametrize("data", [b"", b"\x00" * 100, b"garbage"], ids=["empty", "nulls", "text"])
def test_a_file_that_is_none_is_a_finding(tmp_path: Path, suffix: str, data: bytes) -> None:
    path = tmp_path / f"坏{suffix}"
    path.write_bytes(data)
    _assert_unreadable(hg.read_survey(path), path.name)


@pytest.mark.parametrize("suffix", sorted({*READ, ".zip"}))
def test_why_a_file_is_not_read_fits_the_issue_list(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"坏{suffix}"
    path.write_bytes(b"garbage")
    (message,) = hg.read_survey(path).issues["message"]
    assert len(message) <= 40
    assert str(tmp_path) not in message


def test_every_format_that_is_read_has_its_reader() -> None:
    assert READERS.keys() == READ
    assert not READ & UNREAD


@pytest.mark.parametrize("suffix", [*sorted(UNREAD), ".docx", ""])
def test_a_format_that_is_not_read_is_a_finding(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"基地{suffix}"
    path.write_bytes(b"whatever")
    survey = hg.read_survey(path)
    _assert_unreadable(survey, path.name)
    assert (suffix or "无后缀") in survey.issues["message"].iloc[0]


@pytest.mark.parametrize("suffix", sorted(UNREAD))
def test_a_format_that_is_not_read_is_not_passed_over_in_a_folder(
    tmp_path: Path, suffix: str
) -> None:
    gpkg(truth(), tmp_path)
    (tmp_path / f"别的{suffix}").write_bytes(b"whatever")
    survey = hg.read_survey(tmp_path)
    assert _codes(survey) == ["HG001"]
    assert len(survey.bases) == 4


def test_a_file_without_any_layer_is_in_the_report(tmp_path: Path) -> None:
    path = tmp_path / "样式.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"styleName": ["a"]}), path, layer="layer_styles")
    survey = hg.read_survey(path)
    assert list(survey.files["path"]) == ["样式.gpkg"]
    assert _codes(survey) == ["HG001"]


_HEADS = {
    ".gpkg": b"SQLite format 3\x00",
    ".shp": struct.pack(">7i", 9994, 0, 0, 0, 0, 0, 50) + struct.pack("<2i", 1000, 5),
    ".geojson": b'{"type": "FeatureCollection", "features": [',
    ".json": b'{"type": "Feature", "geometry": ',
    ".parquet": b"PAR1",
    ".txt": "[地块坐标]\n4,1,1,a,面,,,,@\nJ1,1,".encode(),
    ".gdb": b"\x03\x00\x00\x00",
    ".zip": b"PK\x03\x04",
}


@few
@given(st.sampled_from(sorted(_HEADS)), st.booleans(), st.binary(max_size=120))
def test_garbage_is_a_finding_and_never_another_error(
    suffix: str, headed: bool, data: bytes
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"坏{suffix}"
        path.write_bytes((_HEADS[suffix] if headed else b"") + data)
        survey = hg.read_survey(path)
    assert "HG001" in _codes(survey)
    assert survey.bases.geometry.isna().all()


@few
@given(
    st.sampled_from([name for name in CASES if name.endswith(": stated") and "gdb" not in name]),
    st.floats(0, 1, exclude_max=True),
    st.binary(min_size=1, max_size=8),
    st.booleans(),
)
def test_a_damaged_file_is_read_or_found(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    where: float,
    instead: bytes,
    cut: bool,
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    path = CASES[name].write(CASES[name].frame(), folder)
    data = path.read_bytes()
    at = int(where * len(data))
    path.write_bytes(data[:at] + (b"" if cut else instead + data[at + len(instead) :]))
    survey = hg.read_survey(path)
    promised, read = survey.files["records"].sum(), survey.files["read"].sum()
    assert len(survey.bases) == read
    assert promised == read or {"HG001", "HG002"} & set(_codes(survey))


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300, 1.8e6], ids=str)
@pytest.mark.parametrize("ring", [0, 1], ids=["shell", "hole"])
def test_one_vertex_off_the_earth_spoils_no_other_record(
    tmp_path: Path, ring: int, value: float
) -> None:
    path = shp("UTF-8", "UTF-8")(truth(), tmp_path)
    x, y = shapely.get_coordinates(_rings(truth().geometry[1])[ring])[2]
    sound = path.read_bytes()
    assert sound.count(struct.pack("<2d", x, y)) == 1
    path.write_bytes(sound.replace(struct.pack("<2d", x, y), struct.pack("<2d", x, value)))
    bases = hg.validate(hg.read_survey(path)).bases
    assert list(bases["base_id"]) == TEXTS["JDBH"]
    assert [bool(codes) for codes in bases["blocked_by"]][1]
    assert list(bases["surveyed_mu"] > 0) == [True, False, True, True]


# Records lost


@pytest.mark.parametrize("count", [0, 3, 5, 7, 1_000_000])
def test_a_stale_count_in_a_geopackage_is_no_loss(tmp_path: Path, count: int) -> None:
    path = gpkg(truth(), tmp_path)
    with sqlite3.connect(path) as base:
        base.execute("UPDATE gpkg_ogr_contents SET feature_count = ?", [count])
    base.close()
    survey = hg.read_survey(path)
    assert len(survey.bases) == 4
    assert _codes(survey) == []
    assert "记录 4/4" in _said(survey)


def _end_of_shape(path: Path, records: int) -> int:
    """Where the last of a shapefile's first records ends in the .shp."""
    shx = path.with_suffix(".shx").read_bytes()
    start, length = struct.unpack_from(">2i", shx, 100 + 8 * (records - 1))
    return 2 * start + 8 + 2 * length


def _cut_to(path: Path, records: int) -> None:
    """Leave a shapefile's first records in .shp and .shx; the .dbf keeps promising all."""
    ends = {".shp": _end_of_shape(path, records), ".shx": 100 + 8 * records}
    for suffix, end in ends.items():
        data = bytearray(path.with_suffix(suffix).read_bytes()[:end])
        data[24:28] = struct.pack(">i", end // 2)
        path.with_suffix(suffix).write_bytes(data)


def test_records_that_a_shapefiles_table_has_and_its_shapes_lack(tmp_path: Path) -> None:
    path = shp("UTF-8", "UTF-8")(truth(), tmp_path)
    _cut_to(path, 2)
    _assert_lost(hg.read_survey(path), promised=4, read=2, or_kept=True)


def _assert_lost(survey: hg.Survey, *, promised: int, read: int, or_kept: bool = False) -> None:
    """HG002 says how many were lost; or every record is there, whole or without its half."""
    if or_kept and len(survey.bases) == promised:
        kept = survey.bases.geometry.isna() | survey.bases["name"].isna()
        assert kept.sum() >= promised - read
        return
    assert _codes(survey) == ["HG002"]
    (issue,) = survey.issues.itertuples()
    assert (issue.allowed, issue.measured) == (promised, len(survey.bases))
    assert len(survey.bases) == read
    assert f"记录 {read}/{promised}" in _said(survey)


# 界址点 TXT


def _points(
    rings: Sequence[shapely.LinearRing], *, close: bool, east_first: bool, comma: str = ","
) -> list[str]:
    lines = []
    for number, ring in enumerate(rings, 1):
        xy = shapely.get_coordinates(ring)
        for place, (east, north) in enumerate(xy if close else xy[:-1], 1):
            first, second = (east, north) if east_first else (north, east)
            label = f"J{1 if place == len(xy) else place}"
            lines.append(comma.join([label, str(number), f"{first:.3f}", f"{second:.3f}"]))
    return lines


def _rings(shape: shapely.Geometry) -> list[shapely.LinearRing]:
    return list(shapely.get_rings(shapely.get_parts(shape)))


def _txt(
    path: Path,
    plots: Sequence[shapely.Geometry],
    *,
    header: Sequence[str] = ("坐标系=2000国家大地坐标系", "几度分带=3", "带号=36"),
    close: bool = True,
    east_first: bool = False,
    area: Callable[[float], str] = "{:.4f}".format,
    extra_points: int = 0,
    brackets: str = "[]",
    comma: str = ",",
    head_comma: str = ",",
    encoding: str = "utf-8",
    newline: str = "\r\n",
) -> Path:
    """A survey file as 勘测定界 software writes it, of plots in metres."""
    left, right = brackets
    lines = [f"{left}属性描述{right}", "格式版本号=1.01版本", *header, f"{left}地块坐标{right}"]
    for number, plot in enumerate(plots, 1):
        points = _points(_rings(plot), close=close, east_first=east_first, comma=comma)
        head = [
            str(len(points) + extra_points),
            area(plot.area),
            f"YJ-2020-{number:03}",
            f"木黄{number}号地",
            "面",
            "",
            "林下",
            "",
        ]
        lines += [head_comma.join(head) + head_comma + "@", *points]
    path.write_bytes((newline.join(lines) + newline).encode(encoding))
    return path


_PREFIXED, _BARE = gauss_kruger(36), gauss_kruger(36, prefixed=False)


def _read_plots(path: Path, true: Sequence[shapely.Geometry]) -> hg.Survey:
    survey = hg.read_survey(path)
    assert list(survey.bases["base_id"]) == [f"YJ-2020-{n:03}" for n in range(1, len(true) + 1)]
    assert list(survey.bases["name"]) == [f"木黄{n}号地" for n in range(1, len(true) + 1)]
    assert set(survey.bases["mode"]) == {"林下"}
    for found, shape in zip(survey.bases.geometry, true, strict=True):
        assert_same_place(found, shape)
    return survey


_TWO_RINGS = shapely.MultiPolygon([rectangle(), rectangle(LON + 0.01)])
_ISLAND_IN_HOLE = shapely.MultiPolygon(
    [with_hole(), shapely.box(LON + 0.0022, LAT + 0.0018, LON + 0.0028, LAT + 0.0022)]
)


@pytest.mark.parametrize(
    "true",
    [
        pytest.param([rectangle()], id="one plot"),
        pytest.param(row_of(2), id="two plots"),
        pytest.param([with_hole()], id="a hole"),
        pytest.param([_TWO_RINGS], id="two rings apart"),
        pytest.param([_ISLAND_IN_HOLE], id="an island in a hole"),
        pytest.param([with_hole(), _TWO_RINGS, rectangle(LON + 0.03)], id="all of these"),
    ],
)
@pytest.mark.parametrize("close", [True, False], ids=["closed", "open"])
def test_plots_come_back_from_their_boundary_points(
    tmp_path: Path, true: list[shapely.Geometry], close: bool
) -> None:
    in_metres = [project(s, _PREFIXED) for s in true]
    survey = _read_plots(_txt(tmp_path / "印江.txt", in_metres, close=close), true)
    assert _codes(survey) == []
    assert list(survey.files["crs"]) == ["EPSG:4524"]
    assert list(survey.files["records"]) == [len(true)]
    assert "坐标系=CGCS2000 3度36带(由东坐标)" in _said(survey)


def test_land_inside_two_rings_is_no_land_whichever_ring_comes_first(tmp_path: Path) -> None:
    true = with_hole()
    outer, inner = _rings(project(true, _PREFIXED))
    for rings in (
        [outer, inner],
        [inner, outer],
        [outer.reverse(), inner],
        [outer, inner.reverse()],
    ):
        lines = _points(rings, close=True, east_first=False)
        path = tmp_path / "洞.txt"
        path.write_text(
            "\n".join(["[地块坐标]", "10,,YJ-2020-001,木黄1号地,面,,林下,,@", *lines]),
            encoding="utf-8",
        )
        _read_plots(path, [true])


@pytest.mark.parametrize(
    ("system", "header", "epsg"),
    [
        pytest.param(_PREFIXED, [], "EPSG:4524", id="zone in front"),
        pytest.param(_BARE, ["带号=36"], "EPSG:4545", id="zone in the header"),
        pytest.param(_BARE, ["带号=３６"], "EPSG:4545", id="zone in full width"),
        pytest.param(
            gauss_kruger(18, width_deg=6), ["几度分带=6"], "EPSG:4496", id="6 degrees in front"
        ),
        pytest.param(
            gauss_kruger(18, width_deg=6, prefixed=False),
            ["几度分带=6", "带号=18"],
            "EPSG:4507",
            id="6 degrees in the header",
        ),
    ],
)
@pytest.mark.parametrize("east_first", [False, True], ids=["north first", "east first"])
def test_the_zone_is_found_and_the_order_of_the_axes(
    tmp_path: Path, system: object, header: list[str], epsg: str, east_first: bool
) -> None:
    true = row_of(2)
    plots = [project(s, system) for s in true]
    survey = _read_plots(
        _txt(tmp_path / "a.txt", plots, header=header, east_first=east_first), true
    )
    assert list(survey.files["crs"]) == [epsg]
    assert _codes(survey) == []
    assert ("东坐标在前" in _said(survey)) == east_first


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"encoding": "gbk"}, id="gbk"),
        pytest.param({"encoding": "utf-8-sig"}, id="utf-8 with a mark"),
        pytest.param({"encoding": "utf-16"}, id="utf-16"),
        pytest.param({"newline": "\n"}, id="unix"),
        pytest.param({"newline": "\r\n\r\n"}, id="blank lines"),
        pytest.param({"brackets": "【】"}, id="full-width brackets"),
        pytest.param({"comma": "，"}, id="full-width commas in points"),
        pytest.param({"head_comma": "，"}, id="full-width commas in heads"),
        pytest.param({"comma": ", "}, id="blanks"),
    ],
)
def test_plots_are_read_however_they_are_typed(tmp_path: Path, options: dict[str, str]) -> None:
    true = [with_hole(), rectangle(LON + 0.02)]
    plots = [project(s, _PREFIXED) for s in true]
    survey = _read_plots(_txt(tmp_path / "a.txt", plots, **options), true)
    assert "HG008" not in _codes(survey)
    if options.get("encoding") == "gbk":
        assert list(survey.files["encoding"]) == ["GBK"]
        assert "编码=GBK(由内容判定)" in _said(survey)


@pytest.mark.parametrize(
    ("area", "unit"),
    [
        (lambda m2: f"{m2 / 10_000:.4f}", "公顷"),
        (lambda m2: f"{m2:.2f}", "平方米"),
        (lambda m2: f"{m2 * 15 / 10_000:.2f}", "亩"),
    ],
)
def test_the_points_tell_the_unit_of_the_headers_area(
    tmp_path: Path, area: Callable[[float], str], unit: str
) -> None:
    true = [with_hole()]
    survey = _read_plots(
        _txt(tmp_path / "a.txt", [project(s, _PREFIXED) for s in true], area=area), true
    )
    assert _codes(survey) == []
    assert f"按{unit}解读" in _said(survey)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"area": lambda m2: f"{1.02 * m2:.2f}"}, "面积"),
        ({"area": lambda m2: f"{m2 / 100:.2f}"}, "面积"),
        ({"extra_points": 3}, "界址点"),
        ({"header": ["带号=39"]}, "带号"),
    ],
    ids=["area", "unit of none", "points", "zone"],
)
def test_a_header_that_contradicts_its_points_is_a_finding(
    tmp_path: Path, options: dict[str, object], said: str
) -> None:
    true = row_of(2)
    plots = [project(s, _PREFIXED) for s in true]
    survey = _read_plots(_txt(tmp_path / "a.txt", plots, **options), true)
    assert set(_codes(survey)) == {"HG008"}
    assert survey.issues["message"].str.contains(said).all()


@pytest.mark.parametrize(
    ("header", "system"),
    [
        ("1954年北京坐标系", "Beijing 1954"),
        ("北京54坐标系", "Beijing 1954"),
        ("1980西安坐标系", "Xian 1980"),
        ("西安80", "Xian 1980"),
    ],
)
def test_an_old_datum_in_the_header_is_not_shifted_by_guess(
    tmp_path: Path, header: str, system: str
) -> None:
    plots = [project(rectangle(), _PREFIXED)]
    survey = hg.read_survey(_txt(tmp_path / "a.txt", plots, header=[f"坐标系={header}", "带号=36"]))
    assert _codes(survey) == ["HG007"]
    assert system in survey.issues["message"].iloc[0]
    kept = shapely.from_wkt(survey.bases["raw_geometry"].iloc[0])
    assert kept.area == pytest.approx(plots[0].area, rel=1e-5)
    assert survey.bases.geometry.isna().all()


def test_without_a_zone_anywhere_the_system_is_missing(tmp_path: Path) -> None:
    path = _txt(tmp_path / "a.txt", [project(rectangle(), _BARE)], header=[])
    survey = hg.read_survey(path)
    assert _codes(survey) == ["HG004"]
    assert survey.bases["raw_geometry"].notna().all()
    assert list(survey.bases["name"]) == ["木黄1号地"]


def test_a_number_that_counts_plots_names_no_base(tmp_path: Path) -> None:
    path = _txt(tmp_path / "a.txt", [project(s, _PREFIXED) for s in row_of(2)])
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("YJ-2020-00", ""), encoding="utf-8")
    assert list(hg.read_survey(path).bases["base_id"]) == ["a.txt#a#1", "a.txt#a#2"]


def test_plots_before_a_line_that_cannot_be_read_are_kept(tmp_path: Path) -> None:
    true = row_of(2)
    path = _txt(tmp_path / "a.txt", [project(s, _PREFIXED) for s in true])
    text = path.read_text(encoding="utf-8")
    broken = text.rindex("J3,")
    path.write_text(text[:broken] + "J3,1,三百万,三千六百万\r\n", encoding="utf-8")
    survey = hg.read_survey(path)
    assert "HG001" in _codes(survey)
    assert_same_place(survey.bases.geometry.iloc[0], true[0])
    # A plot that lacks one of its points is not another plot, to be counted as if it were whole.
    bases = hg.validate(survey).bases
    assert len(bases) == 1 or bases["blocked_by"].iloc[1] or bases["surveyed_mu"].isna().iloc[1]


def test_points_too_few_for_a_ring_are_kept_as_points(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "[地块坐标]\n2,0,YJ-2020-001,两点,面,,,,@\nJ1,1,3093000,36544000\nJ2,1,3093100,36544100\n"
        "0,0,YJ-2020-002,无点,面,,,,@\n",
        encoding="utf-8",
    )
    survey = hg.read_survey(path)
    assert list(survey.bases["name"]) == ["两点", "无点"]
    assert survey.bases.geometry.iloc[0].geom_type == "MultiPoint"
    assert survey.bases.geometry.iloc[1] is None


def test_a_plot_that_crosses_itself_is_kept_as_drawn(tmp_path: Path) -> None:
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    drawn = shapely.transform(bow, lambda xy: xy + np.array([36_544_000.0, 3_093_000.0]))
    survey = hg.read_survey(_txt(tmp_path / "a.txt", [drawn], area=lambda _: "0"))
    found = survey.bases.geometry.iloc[0]
    assert not found.is_valid
    assert shapely.get_num_coordinates(found) == 5


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    survey = hg.read_survey(tmp_path)
    assert _codes(survey) == ["HG001"]
    assert "没有可读的测量文件" in survey.issues["message"].iloc[0]
