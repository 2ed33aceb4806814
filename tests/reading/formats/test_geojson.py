"""GeoJSON as programs and hands leave it: every member is read, or named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely

import herbgis as hg
from tests.helpers.make import row_of, table

IDS = ["a0", "a1", "a2", "a3"]
Member = dict[str, Any]


def _data() -> dict[str, Any]:
    frame = table(基地编号=IDS, 品种=["黄精"] * 4)
    found: dict[str, Any] = json.loads(frame.to_json(drop_id=True))
    return found


def _without(key: str) -> Callable[[Member], object]:
    return lambda member: member.pop(key)


def _put(path: str, value: object) -> Callable[[Member], object]:
    def change(member: Member) -> None:
        *parents, last = path.split(".")
        for parent in parents:
            member = member[parent]
        member[last] = value

    return change


#: What happens to the second member, whether its land stays, and whether its words do.
ODD = {
    "no type": (_without("type"), True, True),
    "a type in small letters": (_put("type", "feature"), True, True),
    "a type of its own": (_put("type", "Parcel"), True, True),
    "a geometry without a type": (lambda member: member["geometry"].pop("type"), True, True),
    "no geometry at all": (_without("geometry"), False, True),
    "a geometry that is null": (_put("geometry", None), False, True),
    "no properties": (_without("properties"), True, False),
    "properties that are null": (_put("properties", None), True, False),
    "a geometry that is a text": (_put("geometry", "POLYGON"), False, True),
    "coordinates that are words": (_put("geometry.coordinates", [[["东", "北"]] * 4]), False, True),
    "coordinates without depth": (_put("geometry.coordinates", [108.4, 27.9]), False, True),
    "no coordinates": (lambda member: member["geometry"].pop("coordinates"), False, True),
    "an unknown kind of geometry": (_put("geometry.type", "Kreis"), False, True),
}


def _write(folder: Path, data: object) -> Path:
    path = folder / "基地.geojson"
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_member_costs_itself_alone(tmp_path: Path, kind: str) -> None:
    change, drawn, worded = ODD[kind]
    data = _data()
    change(data["features"][1])
    survey = hg.read_survey(_write(tmp_path, data))
    assert len(survey.bases) == 4
    ids = survey.bases["base_id"].tolist()
    assert [ids[0], *ids[2:]] == [IDS[0], *IDS[2:]]
    assert (ids[1] == IDS[1]) == worded
    for at in (0, 2, 3):
        assert survey.bases.geometry[at].equals(row_of(4)[at])
    blocked = hg.validate(survey).bases["blocked_by"]
    land = survey.bases.geometry[1]
    assert (land is not None and land.equals(row_of(4)[1])) == drawn
    if not drawn:
        assert {"HG101", "HG103", "HG104"} & set(blocked[1])


@pytest.mark.parametrize(
    "number", [5206271032040100011, 52062710320401000119, 5206271032040100011987654321]
)
@pytest.mark.parametrize("beside", ["YJ-1", 1.5, 7])
def test_a_long_whole_number_keeps_its_digits(tmp_path: Path, number: int, beside: object) -> None:
    data = _data()
    for member, value in zip(data["features"], (number, number + 1, beside, None), strict=True):
        member["properties"]["基地编号"] = value
    bases = hg.read_survey(_write(tmp_path, data)).bases
    assert bases["base_id"][:3].tolist() == [str(number), str(number + 1), str(beside)]


@pytest.mark.parametrize("stated", [None, "urn:ogc:def:crs:EPSG::4490", "见说明"])
@pytest.mark.parametrize("odd", [False, True])
def test_heights_and_the_stated_system_are_told_either_way(
    tmp_path: Path, stated: str | None, *, odd: bool
) -> None:
    data = _data()
    ring = data["features"][2]["geometry"]["coordinates"][0]
    ring[:] = [[*point, 500.0] for point in ring]
    data.pop("crs", None)
    if stated:
        data["crs"] = {"type": "name", "properties": {"name": stated}}
    if odd:
        data["features"][1].pop("type")
    survey = hg.read_survey(_write(tmp_path, data))
    assert survey.bases["base_id"].tolist() == IDS
    deep = survey.issues[survey.issues["code"] == "HG110"]
    assert deep["row"].tolist() == [3]
    if stated is None or stated.startswith("urn"):
        # GDAL calls WGS84 with heights by a code of its own.
        known = {"EPSG:4490"} if stated else {"EPSG:4326", "EPSG:4979"}
        assert set(survey.files["crs"]) <= known


@pytest.mark.parametrize("whole", [0, 1, 2, 3])
def test_a_text_that_breaks_off_keeps_its_whole_members(tmp_path: Path, whole: int) -> None:
    path = _write(tmp_path, _data())
    text = path.read_text(encoding="utf-8")
    starts = [at for at in range(len(text)) if text.startswith('{"type": "Feature",', at)]
    starts = starts or [at for at in range(len(text)) if text.startswith('"type": "Feature"', at)]
    path.write_text(text[: starts[whole] + 40], encoding="utf-8")
    survey = hg.read_survey(path)
    assert survey.bases["base_id"].tolist() == IDS[:whole]
    assert "HG001" in set(survey.issues["code"])
    assert shapely.equals(survey.bases.geometry, row_of(4)[:whole]).all()


#: What the list of members becomes, and which of the four bases it still tells by their ids.
ASTRAY = {
    "a collection within": (lambda m: [m[0], {"type": "FeatureCollection", "features": m[1:]}], 4),
    "collections alone": (lambda m: [{"features": m[:2]}, {"features": m[2:]}], 4),
    "collections within each other": (lambda m: [{"features": [*m[:1], {"features": m[1:]}]}], 4),
    "a list within": (lambda m: [m[:2], *m[2:]], 4),
    "lists within lists": (lambda m: [[[m[0]], m[1]], [[[m[2], m[3]]]]], 4),
    "a bare geometry first": (lambda m: [m[0]["geometry"], *m[1:]], 3),
    "a bare geometry last": (lambda m: [*m[:3], m[3]["geometry"]], 3),
    "bare geometries alone": (lambda m: [each["geometry"] for each in m], 0),
    "a bare collection of geometries": (
        lambda m: [
            *m[:3],
            {"type": "GeometryCollection", "geometries": [m[3]["geometry"]]},
        ],
        3,
    ),
    "nothing between": (lambda m: [m[0], None, {}, m[1:]], 4),
    "words between": (lambda m: [m[0], "完", 5, {"features": m[1:]}], 4),
}


@pytest.mark.parametrize("kind", ASTRAY)
def test_members_that_lie_astray_are_read(tmp_path: Path, kind: str) -> None:
    change, named = ASTRAY[kind]
    data = _data()
    data["features"] = change(data["features"])
    survey = hg.read_survey(_write(tmp_path, data))
    assert len(survey.bases) == 4
    assert survey.bases["base_id"].isin(IDS).sum() == named
    for found, true in zip(survey.bases.geometry, row_of(4), strict=True):
        assert shapely.union_all(shapely.get_parts([found])).equals(true)


#: What may stand on a line in place of a member.
BROKEN = [
    "{",
    '{"type": "Feature", "prop',
    "null",
    "[]",
    "7",
    '"YJ"',
    "{}",
    "——",
    "}{",
    '{"a": 1}',
]


@pytest.mark.parametrize("separator", ["\r\n", "\n\x1e"])
@pytest.mark.parametrize("at", [0, 3])
@pytest.mark.parametrize("piece", BROKEN)
def test_a_broken_line_is_said_and_costs_itself(
    tmp_path: Path, piece: str, at: int, separator: str
) -> None:
    lines = [json.dumps(member, ensure_ascii=False) for member in _data()["features"]]
    whole = tmp_path / "whole.geojsonl"
    whole.write_text(separator.join(lines), encoding="utf-8", newline="")
    assert hg.read_survey(whole).issues.empty
    lines.insert(at, piece)
    path = tmp_path / "基地.geojsonl"
    path.write_text(separator.join(lines), encoding="utf-8", newline="")
    survey = hg.read_survey(path)
    assert survey.bases["base_id"].tolist() == hg.read_survey(whole).bases["base_id"].tolist()
    assert survey.issues["code"].tolist() == ["HG001"]


@pytest.mark.parametrize("stated", ["Polygon", "MultiPolygon"])
@pytest.mark.parametrize("deep", [False, True])
def test_a_polygon_is_told_by_the_depth_of_its_points(
    tmp_path: Path, stated: str, deep: bool
) -> None:
    members = _data()["features"]
    rings = members[1]["geometry"]["coordinates"]
    members[1]["geometry"] = {"type": stated, "coordinates": [rings] if deep else rings}
    found = hg.read_survey(_write(tmp_path, {"type": "FeatureCollection", "features": members}))
    whole = hg.read_survey(
        _write(tmp_path, {"type": "FeatureCollection", "features": _data()["features"]})
    )
    assert found.issues.empty
    assert found.bases.geometry.geom_equals(whole.bases.geometry).all()


def _doubled(key: str, other: object) -> Callable[[str], str]:
    """What says a key of the second member's properties again, with another value."""
    said = f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(other, ensure_ascii=False)}"
    return lambda text: text.replace('"基地编号": "a1"', f'"基地编号": "a1", {said}')


#: Keys of one member that stand twice: the second value, the column, and whether it is used.
CONTENDING = {
    "a number": ("面积_亩", 500, "declared_mu", True),
    "a number and nothing": ("面积_亩", None, "declared_mu", True),
    "a number and a word": ("面积_亩", "三百", "declared_mu", True),
    "a number and its text": ("面积_亩", "300", "declared_mu", True),
    "a name": ("基地名称", "乙地", "name", True),
    "a herb": ("品种", "天麻", "variety", True),
    "a list of herbs": ("品种", ["黄精", "天麻"], "variety", True),
    "a county": ("县区", "印江县", "county", True),
    "a state": ("状态", "拟建", "status", True),
    "a day": ("建成日期", "2020-01-02", "completed_on", True),
    "what nobody reads": ("颜色", "红", None, False),
}
_SAID = {
    "面积_亩": 300,
    "基地名称": "甲地",
    "品种": "黄精",
    "县区": "石阡县",
    "状态": "已建",
    "建成日期": "2019-03-04",
    "颜色": "绿",
}


def _said_by_all() -> str:
    data = _data()
    for member in data["features"]:
        member["properties"] |= _SAID
    return json.dumps(data, ensure_ascii=False)


@pytest.mark.parametrize("suffix", [".geojson", ".geojsonl"])
@pytest.mark.parametrize("kind", CONTENDING)
def test_a_key_with_two_values_has_none_and_says_so(tmp_path: Path, kind: str, suffix: str) -> None:
    key, other, column, used = CONTENDING[kind]
    text = _said_by_all()
    if suffix == ".geojsonl":
        members = json.loads(text)["features"]
        text = "\n".join(json.dumps(member, ensure_ascii=False) for member in members)
    whole, path = tmp_path / f"whole{suffix}", tmp_path / f"基地{suffix}"
    whole.write_text(text, encoding="utf-8")
    path.write_text(_doubled(key, other)(text), encoding="utf-8")
    survey, truth = hg.read_survey(path), hg.read_survey(whole)
    found = survey.issues[survey.issues["code"] == "HG001"]
    assert found["row"].tolist() == [2]
    assert f"“{key}”写了两次" in found["message"].iloc[0]
    assert found["severity"].tolist() == ["error" if used else "warning"]
    but = survey.bases.columns.drop(["source_file", "source_layer", "geometry"])
    for at in (0, 2, 3):
        assert survey.bases[but].iloc[at].astype(str).equals(truth.bases[but].iloc[at].astype(str))
    if column in {"declared_mu", "name", "variety", "county", "completed_on"}:
        assert pd.isna(survey.bases[column].iloc[1])
        assert not pd.isna(truth.bases[column].iloc[1])


def test_a_key_that_says_the_same_twice_is_said_once(tmp_path: Path) -> None:
    path = tmp_path / "基地.geojson"
    path.write_text(_doubled("面积_亩", 300)(_said_by_all()), encoding="utf-8")
    survey = hg.read_survey(path)
    assert survey.issues.empty
    assert survey.bases["declared_mu"].tolist() == [300] * 4


def test_properties_in_two_pieces_are_one_record_and_two_outlines_are_none(tmp_path: Path) -> None:
    text = _said_by_all()
    path = tmp_path / "基地.geojson"
    pieces = '"properties": {"备注": "甲"}, "properties": {"基地编号": "a1"'
    path.write_text(text.replace('"properties": {"基地编号": "a1"', pieces), encoding="utf-8")
    bases = hg.read_survey(path).bases
    assert bases["base_id"].tolist() == IDS
    assert bases["variety"].tolist() == ["黄精"] * 4
    again = '"geometry": null, "properties": {"基地编号": "a1"'
    path.write_text(text.replace('"properties": {"基地编号": "a1"', again), encoding="utf-8")
    survey = hg.read_survey(path)
    assert survey.issues.query("row == 2")["code"].tolist() == ["HG001", "HG103"]
    assert survey.bases.geometry.notna().tolist() == [True, False, True, True]


_FIRST, _SECOND = '{"基地编号": "a0"', '{"基地编号": "a1"'
#: What may stand in a text of JSON by hand: where, and what is said of it.
REMARKS = {
    "a line above": ("{", "// 印江县, 2020 年\n{", "1 处注释"),
    "a block above": ("{", "/* 印江县\n 2020 年 */{", "1 处注释"),
    "a line between": (_SECOND, f"// 第二块\n{_SECOND}", "1 处注释"),
    "a block between": (_SECOND, f"/* 第二块, 见图 */ {_SECOND}", "1 处注释"),
    "a block with marks of JSON": (_SECOND, '/* {"a": [1, }] */' + _SECOND, "1 处注释"),
    "a line with one quotation mark": (_SECOND, f'// 6" 管\n{_SECOND}', "1 处注释"),
    "two lines": (_SECOND, f"// 甲\r\n// 乙\r\n{_SECOND}", "2 处注释"),
    "an empty block": (_SECOND, f"/**/{_SECOND}", "1 处注释"),
    "behind a comma too many": ('"a1"', '"a1", // 还有\n', "1 处注释"),
    "beside a bare word": ('"a0"', '"a0", "x": nul /* 空 */', "1 处注释"),
}


@pytest.mark.parametrize("kind", REMARKS)
def test_remarks_are_left_out_and_said(tmp_path: Path, kind: str) -> None:
    old, new, said = REMARKS[kind]
    path = tmp_path / "基地.geojson"
    path.write_text(_said_by_all().replace(old, new, 1), encoding="utf-8", newline="")
    survey = hg.read_survey(path)
    assert survey.bases["base_id"].tolist() == IDS
    assert survey.issues.empty
    assert said in survey.assumption_lines()[0]


def test_an_address_in_a_text_is_no_remark(tmp_path: Path) -> None:
    path = tmp_path / "基地.geojson"
    text = _said_by_all().replace('"甲地"', '"http://a/*b*/"', 2).replace("{", "// 甲\n{", 1)
    path.write_text(text, encoding="utf-8")
    assert hg.read_survey(path).bases["name"].tolist() == ["http://a/*b*/"] * 2 + ["甲地"] * 2


#: What makes the second member no JSON.
SLIPS = ["}{", "]", '"', "：", "{", "# 第二块\n", "--", "a b", "[1 2]", '"x" "y"']


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_costs_its_member_and_its_line_is_said(tmp_path: Path, slip: str) -> None:
    data = _data()
    lines = [json.dumps(member, ensure_ascii=False) for member in data["features"]]
    lines[1] = lines[1].replace('"a1"', f'"a1", {slip}')
    path = tmp_path / "基地.geojson"
    head = '{"type": "FeatureCollection", "features": [\n'
    path.write_text(head + ",\n".join(lines) + "\n]}", encoding="utf-8")
    survey = hg.read_survey(path)
    assert [each for each in survey.bases["base_id"] if each in IDS] == [IDS[0], *IDS[2:]]
    [why] = survey.issues["message"][survey.issues["code"] == "HG001"]
    assert "不合 JSON 写法" in why
    assert "文件不完整" not in why
