"""KML of every origin: folders, columns, tracks, 奥维's coordinate types, damage, hostile bytes."""

from __future__ import annotations

import json
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import herbgis as hg
from tests.helpers.damages import mutated
from tests.helpers.make import LAT, LON, assert_same_place, few, rectangle, with_hole
from tests.helpers.offsets import cgcs2000_to_bd09, cgcs2000_to_gcj02

KML = (
    '<?xml version="1.0" encoding="{encoding}"?>\n'
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>批次</name>{body}</Document></kml>'
)


def _ring(xy: np.ndarray, height: str = ",0") -> str:
    return " ".join(f"{lon!r},{lat!r}{height}" for lon, lat in xy.tolist())


def _polygon(shape: shapely.Polygon, height: str = ",0") -> str:
    outer, *inner = (_ring(shapely.get_coordinates(r), height) for r in shapely.get_rings(shape))
    ring = "<LinearRing><coordinates>{}</coordinates></LinearRing>".format
    holes = "".join(f"<innerBoundaryIs>{ring(hole)}</innerBoundaryIs>" for hole in inner)
    return f"<Polygon><outerBoundaryIs>{ring(outer)}</outerBoundaryIs>{holes}</Polygon>"


def _line(points: list[tuple[float, float]], tag: str = "LineString") -> str:
    return f"<{tag}><coordinates>{_ring(np.array(points))}</coordinates></{tag}>"


def _placemark(inside: str, name: str = "甲") -> str:
    return f"<Placemark><name>{name}</name>{inside}</Placemark>"


def _write(path: Path, body: str, *, encoding: str = "utf-8", declared: str = "UTF-8") -> Path:
    path.write_bytes(KML.format(body=body, encoding=declared).encode(encoding))
    return path


def _read(tmp_path: Path, body: str) -> hg.Survey:
    return hg.read_survey(_write(tmp_path / "批次.kml", body))


def test_every_folder_is_a_layer(tmp_path: Path) -> None:
    mark = _placemark(_polygon(rectangle()))
    inner = f"<Folder><name>木黄镇</name>{mark}</Folder>"
    survey = _read(tmp_path, f"{mark}<Folder><name>印江</name>{mark}{inner}</Folder>")
    assert survey.files["layer"].tolist() == ["批次", "印江", "印江/木黄镇"]
    assert survey.files["read"].tolist() == [1, 1, 1]
    assert survey.files["crs"].tolist() == ["EPSG:4326"] * 3
    assert len(survey.issues) == 0
    for shape in survey.bases.geometry:
        assert_same_place(shape, rectangle())


def test_holes_and_several_polygons(tmp_path: Path) -> None:
    both = (
        f"<MultiGeometry>{_polygon(with_hole())}{_polygon(rectangle(LON + 0.02))}</MultiGeometry>"
    )
    survey = _read(tmp_path, _placemark(both))
    assert_same_place(
        survey.bases.geometry[0], shapely.MultiPolygon([with_hole(), rectangle(LON + 0.02)])
    )


@pytest.mark.parametrize("prefix", ["", "kml:"])
@pytest.mark.parametrize("namespace", [True, False])
def test_any_namespace_or_none(tmp_path: Path, prefix: str, namespace: bool) -> None:
    uri = "http://earth.google.com/kml/2.1"
    stated = f' xmlns{":kml" if prefix else ""}="{uri}"' if namespace or prefix else ""
    body = _placemark(_polygon(rectangle())).replace("</", "\0").replace("<", f"<{prefix}")
    text = f"<{prefix}kml{stated}>{body}</{prefix}kml>".replace("\0", f"</{prefix}")
    path = tmp_path / "a.kml"
    path.write_text(text, encoding="utf-8")
    assert_same_place(hg.read_survey(path).bases.geometry[0], rectangle())


TABLE = "<table><tr><td colspan=2>甲</td></tr>{rows}</table>"
ROWS = "<tr><td>品种</td><td>黄精、白芨</td></tr><tr><th>上报面积(亩)</th><td>512.5</td></tr>"
TOLD = {
    "table": f"<description><![CDATA[{TABLE.format(rows=ROWS)}]]></description>",
    "escaped table": "<description>"
    + TABLE.format(rows=ROWS).replace("<", "&lt;").replace(">", "&gt;")
    + "</description>",
    "table in a table": "<description><![CDATA[<table><tr><td>"
    + TABLE.format(rows=ROWS)
    + "</td></tr></table>]]></description>",
    "unended cells": "<description><![CDATA[<table><tr><td>品种<td>黄精、白芨"
    "<tr><td>上报面积(亩)<td>512.5</table>]]></description>",
    "lines": "<description>品种：黄精、白芨&lt;br&gt;上报面积(亩): 512.5</description>",
    "plain lines": "<description>品种=黄精、白芨\n上报面积(亩)：512.5\n无人认得：x</description>",
    "data": '<ExtendedData><Data name="品种"><value>黄精、白芨</value></Data>'
    '<Data name="上报面积(亩)"><value>512.5</value></Data></ExtendedData>',
    "schema": '<ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="品种">黄精、白芨'
    '</SimpleData><SimpleData name="上报面积(亩)">512.5</SimpleData></SchemaData></ExtendedData>',
}


@pytest.mark.parametrize("told", TOLD.values(), ids=TOLD)
def test_what_is_told_becomes_columns(tmp_path: Path, told: str) -> None:
    base = _read(tmp_path, _placemark(told + _polygon(rectangle()))).bases.iloc[0]
    assert base["name"] == "甲"
    assert base["varieties"] == ["黄精", "白芨"]
    assert base["declared_mu"] == 512.5


def test_a_name_in_the_data_is_taken_before_the_placemarks_number(tmp_path: Path) -> None:
    data = '<ExtendedData><Data name="name"><value>凤仪基地</value></Data></ExtendedData>'
    assert (
        _read(tmp_path, _placemark(data + _polygon(rectangle()), "1")).bases["name"][0]
        == "凤仪基地"
    )


CORNERS = [(LON, LAT), (LON + 0.005, LAT), (LON + 0.005, LAT + 0.004), (LON, LAT + 0.004)]


@pytest.mark.parametrize(
    ("gap_m", "kind"), [(0.0, "Polygon"), (29.0, "Polygon"), (31.0, "LineString")]
)
@pytest.mark.parametrize("tag", ["LineString", "LinearRing"])
def test_a_track_that_closes_is_a_polygon(
    tmp_path: Path, gap_m: float, kind: str, tag: str
) -> None:
    end = (LON, LAT + gap_m / 110_830)
    survey = _read(tmp_path, _placemark(_line([*CORNERS, end], tag)))
    assert survey.bases.geometry[0].geom_type == kind
    assert ("首尾最远相距" in survey.assumption_lines()[0]) == (kind == "Polygon")


def test_a_gps_track_closes_too(tmp_path: Path) -> None:
    points = "".join(f"<gx:coord>{lon} {lat} 0</gx:coord>" for lon, lat in [*CORNERS, CORNERS[0]])
    path = tmp_path / "a.kml"
    path.write_text(
        '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">'
        f"{_placemark(f'<gx:Track>{points}</gx:Track>')}</kml>",
        encoding="utf-8",
    )
    assert_same_place(hg.read_survey(path).bases.geometry[0], rectangle())


def _swapped(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(lat, lon) for lon, lat in points]


NEAR = (LON, LAT + 29 / 110_830)


@pytest.mark.parametrize("end", [CORNERS[0], NEAR], ids=["one point", "29 m"])
@pytest.mark.parametrize("tag", ["LineString", "Track"])
def test_a_track_with_swapped_axes_closes_and_its_story_is_told(
    tmp_path: Path, tag: str, end: tuple[float, float]
) -> None:
    walked = _swapped([*CORNERS, end])
    drawn = _line(walked) if tag == "LineString" else _paused(walked)
    survey = _read(tmp_path, _placemark(drawn))
    report = hg.validate(survey)
    assert report.table["code"].tolist().count("HG201") == 1
    assert "1 条首尾相接的航迹作为面" in survey.assumption_lines()[0]
    assert_same_place(report.bases.geometry[0], shapely.Polygon([*CORNERS, end]))


def test_a_track_with_swapped_axes_and_open_ends_is_a_line(tmp_path: Path) -> None:
    far = (LON, LAT + 31 / 110_830)
    survey = _read(tmp_path, _placemark(_line(_swapped([*CORNERS, far]))))
    assert "首尾最远相距" not in survey.assumption_lines()[0]


def test_ends_that_are_one_point_meet_whatever_the_numbers_mean(tmp_path: Path) -> None:
    metres = [(x * 1e5, y * 1e5) for x, y in [*CORNERS, CORNERS[0]]]
    survey = _read(tmp_path, _placemark(_line(metres)))
    assert "1 条首尾相接的航迹作为面(首尾最远相距 0.0 m)" in survey.assumption_lines()[0]


@pytest.mark.parametrize("kind", ["GCJ-02", "BD-09"])
def test_an_offset_that_is_stated_is_undone_under_swapped_axes_too(
    tmp_path: Path, kind: str
) -> None:
    moved = shapely.transform(_moved(rectangle(), kind), lambda xy: xy[:, ::-1])
    mark = _placemark(f"<OvCoordType>{kind}</OvCoordType>{_polygon(moved)}")
    report = hg.validate(_read(tmp_path, mark))
    assert "HG201" in set(report.table["code"])
    assert_same_place(report.bases.geometry[0], rectangle())


def test_heights_are_dropped_and_said_only_where_there_are_some(tmp_path: Path) -> None:
    survey = _read(tmp_path, _placemark(_polygon(rectangle(), ",612.5")))
    assert list(survey.issues["code"]) == ["HG110"]
    assert not survey.bases.geometry[0].has_z
    assert_same_place(survey.bases.geometry[0], rectangle())


def test_points_and_lines_are_records_with_their_defect(tmp_path: Path) -> None:
    point = f"<Point><coordinates>{LON},{LAT}</coordinates></Point>"
    survey = _read(tmp_path, _placemark(point) + _placemark(_line(CORNERS)) + _placemark(""))
    report = hg.validate(survey, counties=None)
    assert report.table.query("code == 'HG104'")["row"].tolist() == [1, 2]
    assert report.table.query("code == 'HG101'")["row"].tolist() == [3]


def test_what_stands_beside_a_polygon_is_said(tmp_path: Path) -> None:
    point = f"<Point><coordinates>{LON},{LAT}</coordinates></Point>"
    survey = _read(
        tmp_path, _placemark(f"<MultiGeometry>{point}{_polygon(rectangle())}</MultiGeometry>")
    )
    assert_same_place(survey.bases.geometry[0], rectangle())
    assert "面旁边的 1 个线或点未用" in survey.assumption_lines()[0]


NO_COORDINATES = ["108.45,x,0", "108.45", "nan,27.9", "108.45,", "108.45,27.9, 108.46,27.9"]


@pytest.mark.parametrize("written", [*NO_COORDINATES, "1" + " " * 10**6])
def test_coordinates_that_are_none_leave_the_record(tmp_path: Path, written: str) -> None:
    bad = f"<Point><coordinates>{written}</coordinates></Point>"
    survey = _read(tmp_path, _placemark(bad) + _placemark(_polygon(rectangle())))
    assert survey.bases.geometry.isna().tolist() == [True, False]
    issue = survey.issues.iloc[0]
    assert (issue["code"], issue["row"]) == ("HG001", 1)


def test_blanks_and_wide_commas_between_numbers(tmp_path: Path) -> None:
    ring = " ".join(f"{lon} ， {lat} , 0" for lon, lat in CORNERS)
    survey = _read(
        tmp_path, _placemark(f"<LinearRing><coordinates>\n{ring}\t</coordinates></LinearRing>")
    )
    assert survey.bases.geometry[0].geom_type == "LineString"


def _moved(shape: shapely.Polygon, kind: str) -> shapely.Polygon:
    move = {"GCJ": cgcs2000_to_gcj02, "BD": cgcs2000_to_bd09}
    name = next((name for name in move if kind.upper().startswith(name)), None)
    if name is None:
        return shape
    return shapely.transform(shape, lambda xy: np.column_stack(move[name](xy[:, 0], xy[:, 1])))


@pytest.mark.parametrize(
    "kind", ["CGCS2000", "WGS84", "wgs-84", "GCJ02", "GCJ-02", "gcj-02", "BD09", "BD-09"]
)
@pytest.mark.parametrize("suffix", [".kml", ".ovkml"])
def test_each_placemark_says_its_system(tmp_path: Path, kind: str, suffix: str) -> None:
    marks = [
        _placemark(f"<OvCoordType>{kind}</OvCoordType>{_polygon(_moved(with_hole(), kind))}"),
        _placemark(_polygon(rectangle())),
    ]
    survey = hg.read_survey(_write(tmp_path / f"a{suffix}", "".join(marks)))
    assert_same_place(survey.bases.geometry[0], with_hole())
    assert_same_place(survey.bases.geometry[1], rectangle())
    converted = kind.upper()[:1] in "GB"
    assert ("1 条记录坐标由" in survey.assumption_lines()[0]) == converted


def test_a_system_of_the_folder_holds_for_its_placemarks(tmp_path: Path) -> None:
    mark = _placemark(_polygon(_moved(rectangle(), "GCJ")))
    folder = f"<Folder><OvCoordType>GCJ-02</OvCoordType>{mark}</Folder>"
    for shape in _read(tmp_path, folder + _placemark(_polygon(rectangle()))).bases.geometry:
        assert_same_place(shape, rectangle())


def test_an_unknown_system_is_said(tmp_path: Path) -> None:
    survey = _read(tmp_path, _placemark(f"<OvCoordType>MARS</OvCoordType>{_polygon(rectangle())}"))
    assert "坐标类型 MARS 不认识, 按 WGS84" in survey.assumption_lines()[0]


@pytest.mark.parametrize(
    ("encoding", "declared", "decided"),
    [
        ("utf-8", "UTF-8", False),
        ("utf-8-sig", "UTF-8", False),
        ("gbk", "GBK", False),
        ("gbk", "gb2312", False),
        ("gbk", "UTF-8", True),
        ("utf-8", "GBK", True),
        ("utf-16", "UTF-16", False),
    ],
)
def test_the_bytes_decide_the_encoding(
    tmp_path: Path, encoding: str, declared: str, decided: bool
) -> None:
    mark = _placemark(_polygon(rectangle()), "木黄镇凤仪基地")
    path = _write(tmp_path / "a.kml", mark, encoding=encoding, declared=declared)
    survey = hg.read_survey(path)
    assert survey.bases["name"].tolist() == ["木黄镇凤仪基地"]
    assert (list(survey.issues["code"]) == ["HG003"]) == decided


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8, 0.97])
def test_a_cut_file_keeps_every_whole_placemark(tmp_path: Path, share: float) -> None:
    marks = "".join(_placemark(_polygon(rectangle(LON + n / 100)), f"基地{n}") for n in range(20))
    path = _write(tmp_path / "a.kml", marks)
    data = path.read_bytes()[: int(path.stat().st_size * share)]
    path.write_bytes(data)
    survey = hg.read_survey(path)
    assert survey.bases["name"].tolist() == [f"基地{n}" for n in range(data.count(b"</Placemark>"))]
    assert survey.files["records"].tolist() == [data.count(b"<Placemark>")]
    lost = data.count(b"<Placemark>") > data.count(b"</Placemark>")
    assert sorted(survey.issues["code"]) == ["HG001", "HG002"] if lost else ["HG001"]


def test_damage_in_the_middle_counts_what_stands_behind_it(tmp_path: Path) -> None:
    mark = _placemark(_polygon(rectangle()))
    survey = _read(tmp_path, f"{mark}</b>{mark}{mark}")
    assert survey.files[["records", "read"]].to_numpy().tolist() == [[3, 1]]
    assert sorted(survey.issues["code"]) == ["HG001", "HG002"]


def test_signs_that_xml_forbids_spoil_nothing(tmp_path: Path) -> None:
    survey = _read(
        tmp_path, _placemark(_polygon(rectangle()), "甲 & 乙&nbsp;&copy;\x01&lt;b&gt;&#20013;")
    )
    assert survey.bases["name"].tolist() == ["甲 & 乙\xa0©<b>中"]
    assert len(survey.issues) == 0


def test_a_document_type_is_found_behind_anything(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    for head in ("<!DOC\x01TYPE kml>", "<?a?><!-- <x> --> <?b?>\n<!DOCTYPE kml>"):
        path.write_text(f"{head}<kml>{_placemark(_polygon(rectangle()))}</kml>", encoding="utf-8")
        assert "DOCTYPE" in hg.read_survey(path).issues["message"][0]


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    entity = '<!DOCTYPE kml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    path.write_text(f'<?xml version="1.0"?><!-- x -->{entity}<kml>&b;</kml>', encoding="utf-8")
    survey = hg.read_survey(path)
    assert list(survey.issues["code"]) == ["HG001"]
    assert "DOCTYPE" in survey.issues["message"][0]


def test_a_document_type_within_a_description_is_text(tmp_path: Path) -> None:
    told = "<description><![CDATA[<!DOCTYPE html>品种：黄精]]></description>"
    assert len(_read(tmp_path, _placemark(told + _polygon(rectangle()))).bases) == 1


def test_elements_within_elements_end_somewhere(tmp_path: Path) -> None:
    mark = _placemark(_polygon(rectangle()))
    survey = _read(tmp_path, mark + "<a>" * 100_000)
    assert len(survey.bases) == 1
    assert "HG001" in set(survey.issues["code"])


def test_links_and_pictures_are_said(tmp_path: Path) -> None:
    survey = _read(tmp_path, f"<NetworkLink/><GroundOverlay/>{_placemark(_polygon(rectangle()))}")
    assert "1 个网络链接未读" in survey.assumption_lines()[0]
    assert "1 个叠加图片未读" in survey.assumption_lines()[0]


@pytest.mark.parametrize("suffix", [".kmz", ".ovkmz", ".kml"])
def test_archives_of_kml(tmp_path: Path, suffix: str) -> None:
    inner = _write(tmp_path / "inner.txt", _placemark(_polygon(rectangle())))
    path = tmp_path / f"a{suffix}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.write(inner, "doc.kml")
        book.writestr("images/photo.jpg", b"x")
    survey = hg.read_survey(path)
    assert survey.files["layer"].tolist() == ["批次"]
    assert_same_place(survey.bases.geometry[0], rectangle())


def test_every_kml_of_an_archive_is_read(tmp_path: Path) -> None:
    inner = _write(tmp_path / "inner.txt", _placemark(_polygon(rectangle())))
    path = tmp_path / "a.kmz"
    with zipfile.ZipFile(path, "w") as book:
        book.write(inner, "doc.kml")
        book.write(inner, "附/乙.kml")
    assert hg.read_survey(path).files["layer"].tolist() == ["doc/批次", "乙/批次"]


def _archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as book:
        for name, data in members.items():
            book.writestr(name, data)
    return path


def test_a_spoilt_kml_of_an_archive_leaves_the_others_alone(tmp_path: Path) -> None:
    data = _write(tmp_path / "inner.txt", _placemark(_polygon(rectangle()))).read_bytes()
    path = _archive(tmp_path / "a.kmz", {"1.kml": data, "2.kml": b"<kml><x", "3.kml": data})
    survey = hg.read_survey(path)
    assert survey.files[["layer", "read"]].to_numpy().tolist() == [
        ["1/批次", 1],
        ["2", 0],
        ["3/批次", 1],
    ]
    assert survey.issues[["code", "layer"]].to_numpy().tolist() == [["HG001", "2"]]


def test_no_two_records_have_one_id(tmp_path: Path) -> None:
    mark = _placemark(_polygon(rectangle()))
    data = KML.format(body=mark, encoding="UTF-8").encode()
    twins = hg.read_survey(_archive(tmp_path / "a.kmz", {"甲/doc.kml": data, "乙/doc.kml": data}))
    path = tmp_path / "印江.kml"
    folder = f"<Folder><name>印江</name>{mark}</Folder>"
    path.write_text(f"<kml><Document>{mark}{folder}</Document></kml>", encoding="utf-8")
    for survey in (twins, hg.read_survey(path)):
        assert len(survey.bases) == 2
        assert survey.bases["base_id"].is_unique


def test_a_kml_of_links_alone_is_a_finding(tmp_path: Path) -> None:
    survey = _read(tmp_path, "<NetworkLink/><NetworkLink/>")
    assert list(survey.issues["code"]) == ["HG001"]
    assert "2 个网络链接未读" in survey.assumption_lines()[0]


@pytest.mark.parametrize("suffix", [".kml", ".ovkml"])
def test_an_ovkml_that_states_no_system_is_said(tmp_path: Path, suffix: str) -> None:
    survey = hg.read_survey(_write(tmp_path / f"a{suffix}", _placemark(_polygon(rectangle()))))
    assert_same_place(survey.bases.geometry[0], rectangle())
    assert ("1 条记录未注明坐标类型" in survey.assumption_lines()[0]) == (suffix == ".ovkml")


@pytest.mark.parametrize("kind", ["GCJ-02", "BD-09"])
def test_numbers_that_are_no_degrees_are_not_converted(tmp_path: Path, kind: str) -> None:
    far = [(x * 1e300, y) for x, y in CORNERS]
    marks = _placemark(f"<OvCoordType>{kind}</OvCoordType>{_line(far)}") + _placemark(
        _polygon(rectangle())
    )
    survey = _read(tmp_path, marks)
    assert "e+302" in survey.bases["raw_geometry"][0]
    assert_same_place(survey.bases.geometry[1], rectangle())


def _paused(*pieces: list[tuple[float, float]]) -> str:
    tracks = "".join(
        "<Track>" + "".join(f"<coord>{lon} {lat} 0</coord>" for lon, lat in piece) + "</Track>"
        for piece in pieces
    )
    return f"<MultiTrack>{tracks}</MultiTrack>"


def test_a_paused_walk_is_one_track(tmp_path: Path) -> None:
    survey = _read(tmp_path, _placemark(_paused(CORNERS[:2], [*CORNERS[2:], CORNERS[0]])))
    assert_same_place(survey.bases.geometry[0], rectangle())


def test_a_rest_on_a_walk_is_no_base(tmp_path: Path) -> None:
    rest = [(LON, LAT), (LON + 1e-5, LAT), (LON + 1e-5, LAT + 1e-5)]
    survey = _read(tmp_path, _placemark(_paused(rest, CORNERS)))
    assert survey.bases.geometry[0].geom_type == "LineString"


def test_pieces_that_close_by_themselves_stay_apart(tmp_path: Path) -> None:
    beside = [(lon + 0.02, lat) for lon, lat in CORNERS]
    rings = [[*ring, ring[0]] for ring in (CORNERS, beside)]
    assert_same_place(
        _read(tmp_path, _placemark(_paused(*rings))).bases.geometry[0],
        shapely.MultiPolygon([rectangle(), rectangle(LON + 0.02)]),
    )


def test_more_headings_than_any_table_has_are_refused(tmp_path: Path) -> None:
    marks = "".join(
        _placemark(f'<ExtendedData><Data name="k{n}"><value/></Data></ExtendedData>')
        for n in range(3500)
    )
    assert list(_read(tmp_path, marks).issues["code"]) == ["HG001"]


#: Texts that patterns could go through again and again: minutes where they do.
SLOW = {
    "instructions": ("<?a?>" * 100, ""),
    "comments": ("<!---->" * 100, ""),
    "cdata": ("", "<![CDATA[" * 60_000),
    "breaks": ("", f"<description>{'&lt;br' * 200_000}</description>"),
    "cells": ("", f"<description>{'&lt;td ' * 200_000}</description>"),
    "html comments": ("", f"<description>{'&lt;table>&lt;!--' * 100_000}</description>"),
}


@pytest.mark.parametrize(("head", "inside"), SLOW.values(), ids=SLOW)
def test_no_text_takes_more_than_one_look(tmp_path: Path, head: str, inside: str) -> None:
    path = tmp_path / "a.kml"
    mark = _placemark(_polygon(rectangle()))
    path.write_text(f"{head}<kml>{mark}{_placemark(inside)}</kml>", encoding="utf-8")
    begun = time.process_time()
    survey = hg.read_survey(path)
    assert time.process_time() - begun < 5
    assert_same_place(survey.bases.geometry[0], rectangle())


def test_a_kml_named_kmz_is_read(tmp_path: Path) -> None:
    survey = hg.read_survey(_write(tmp_path / "a.kmz", _placemark(_polygon(rectangle()))))
    assert len(survey.bases) == 1


# OVJSN


def _item(shape: shapely.Polygon, **body: object) -> dict[str, object]:
    corners = shapely.get_coordinates(shape.exterior)[:-1, ::-1]
    detail = {"Latlng": corners.ravel().tolist(), "Gcj02": 0}
    return {"Type": 13, "Object": {"Name": "甲", "ObjectDetail": detail, **body}}


def _ovjsn(path: Path, *items: object) -> hg.Survey:
    text = json.dumps({"Version": "V10.6.2", "Type": 1, "ObjItems": items}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8-sig")
    return hg.read_survey(path)


def test_ovjsn_has_latitude_first_and_leaves_rings_open(tmp_path: Path) -> None:
    survey = _ovjsn(tmp_path / "a.ovjsn", _item(rectangle(), Comment="品种：天麻"))
    assert_same_place(survey.bases.geometry[0], rectangle())
    assert survey.bases[["name", "variety"]].to_numpy().tolist() == [["甲", "天麻"]]


def test_ovjsn_in_gcj02(tmp_path: Path) -> None:
    item = _item(_moved(rectangle(), "GCJ"))
    item["Object"]["ObjectDetail"]["Gcj02"] = 1  # type: ignore[index]
    survey = _ovjsn(tmp_path / "a.ovjsn", item)
    assert_same_place(survey.bases.geometry[0], rectangle())
    assert "由 GCJ-02 换算" in survey.assumption_lines()[0]


def test_ovjsn_folders_points_and_tracks(tmp_path: Path) -> None:
    point = {"Type": 7, "Object": {"Name": "p", "ObjectDetail": {"Lat": LAT, "Lng": LON}}}
    track = {
        "Type": 8,
        "Object": {"ObjectDetail": {"Latlng": [[lat, lon] for lon, lat in [*CORNERS, CORNERS[0]]]}},
    }
    broken = {"Type": 13, "Object": {"Name": "b", "ObjectDetail": {"Latlng": [1.0, 2.0, "x"]}}}
    folder = {"Type": 30, "Object": {"Name": "印江", "ObjChildren": [track, broken]}}
    survey = _ovjsn(tmp_path / "a.ovjsn", point, folder)
    assert survey.files["layer"].tolist() == ["a", "印江"]
    assert survey.files["read"].tolist() == [1, 2]
    assert survey.bases.geometry[0].geom_type == "Point"
    assert_same_place(survey.bases.geometry[1], rectangle())
    assert survey.bases.geometry[2] is None
    assert survey.issues[["code", "row"]].to_numpy().tolist() == [["HG001", 2]]


@pytest.mark.parametrize("text", ["", "{}", "[]", "{", '{"ObjItems": 3}', "[" * 100_000])
def test_what_is_no_ovjsn_is_a_finding(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.ovjsn"
    path.write_text(text, encoding="utf-8")
    assert list(hg.read_survey(path).issues["code"]) == ["HG001"]


# Hostile bytes


@few
@given(data=st.data())
def test_mutated_files_end_in_a_survey(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("kml") / "a.kml"
    mark = _placemark(TOLD["table"] + _polygon(with_hole()))
    _write(path, f"<Folder><name>印江</name>{mark}{mark}</Folder>")
    path.write_bytes(mutated(data, path.read_bytes(), times=6, longest=20))
    survey = hg.read_survey(path)
    assert len(survey.bases) or "HG001" in set(survey.issues["code"])


@few
@given(data=st.data())
def test_mutated_archives_end_in_a_survey(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("kmz") / "a.kmz"
    text = KML.format(body=_placemark(_polygon(with_hole())), encoding="UTF-8")
    whole = _archive(path, {"doc.kml": text.encode(), "2.kml": b"<kml/>"}).read_bytes()
    path.write_bytes(mutated(data, whole, times=4, longest=8))
    survey = hg.read_survey(path)
    assert len(survey.bases) or "HG001" in set(survey.issues["code"])


# Prefixes that nothing declares, as Google Earth and 奥维 write them.

_SOUND_MARK = _placemark(_polygon(rectangle()))
_FOREIGN = {
    "an element in a placemark": "<gx:drawOrder>1</gx:drawOrder>",
    "an empty element": "<gx:altitudeMode/>",
    "an element within the geometry": "<Style><gx:labelVisibility>1</gx:labelVisibility></Style>",
    "two prefixes": "<gx:drawOrder>1</gx:drawOrder><atom:author><atom:name/></atom:author>",
    "prefix within prefix": "<gx:Tour><ov:list><gx:Wait/></ov:list></gx:Tour>",
    "an attribute": '<Snippet xsi:type="x">1</Snippet>',
    "an attribute in quotes of another kind": "<Snippet maxLines='0' xlink:href='#a'/>",
    "attribute and element": '<gx:x ov:type="1" name="2"/>',
    "a Chinese prefix": "<奥维:类型>1</奥维:类型>",
    "a prefix with signs": "<ns-1.a:b>1</ns-1.a:b>",
    "declared further in": '<z:a xmlns:z="urn:z"/><z:b/>',
}


@pytest.mark.parametrize("inside", _FOREIGN.values(), ids=_FOREIGN)
@pytest.mark.parametrize("packed", [False, True], ids=["kml", "kmz"])
def test_prefixes_that_are_not_declared_cost_nothing(
    tmp_path: Path, inside: str, packed: bool
) -> None:
    odd = _placemark(inside + _polygon(rectangle()), "乙")
    path = _write(tmp_path / "批次.kml", f"{_SOUND_MARK}{odd}{_SOUND_MARK}")
    if packed:
        with zipfile.ZipFile(tmp_path / "批次.kmz", "w") as archive:
            archive.write(path, "doc.kml")
        path = tmp_path / "批次.kmz"
    survey = hg.read_survey(path)
    assert survey.bases["name"].tolist() == ["甲", "乙", "甲"]
    for shape in survey.bases.geometry:
        assert_same_place(shape, rectangle())
    assert len(survey.issues) == 0
    assert ("未声明" in survey.assumption_lines()[0]) == ("xmlns:z" not in inside)


@pytest.mark.parametrize(
    "text",
    [
        "<description>a b:c='1' &lt;gx:x&gt;</description>",
        "<description><![CDATA[<gx:x y:z='1'>]]></description>",
        "<!-- <gx:x> --><name>甲</name>",
        '<x xml:lang="zh"/>',
        '<gx:x xmlns:gx="urn:gx"/>',
    ],
)
def test_what_only_looks_like_a_prefix_is_not_said(tmp_path: Path, text: str) -> None:
    survey = _read(tmp_path, f"<Placemark>{text}{_polygon(rectangle())}</Placemark>")
    assert len(survey.bases) == 1
    assert "未声明" not in survey.assumption_lines()[0]


@pytest.mark.parametrize(
    "root",
    [
        "<kml:kml>{}</kml:kml>",
        "<!-- a > b --><?x y?><kml:kml>{}</kml:kml>",
        "<kml xsi:a='1'>{}</kml>",
    ],
)
def test_the_outermost_element_may_have_the_prefix_itself(tmp_path: Path, root: str) -> None:
    path = tmp_path / "批次.kml"
    path.write_text(root.format(f"<Document>{_SOUND_MARK}</Document>"), encoding="utf-8")
    survey = hg.read_survey(path)
    assert_same_place(survey.bases.geometry.iloc[0], rectangle())
    assert "未声明" in survey.assumption_lines()[0]


def test_a_track_of_an_undeclared_prefix_is_read(tmp_path: Path) -> None:
    corners = shapely.get_coordinates(rectangle()).tolist()
    track = "".join(f"<gx:coord>{lon!r} {lat!r} 0</gx:coord>" for lon, lat in corners)
    survey = _read(tmp_path, _placemark(f"<gx:Track>{track}</gx:Track>"))
    assert_same_place(survey.bases.geometry.iloc[0], rectangle())
