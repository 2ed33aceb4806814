"""OVJSN beyond its plain form: flags, folders, strange members, hostile bytes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import herbgis as hg
from herbgis.reading.formats.json_text import parse_json
from tests.helpers.damages import mutated
from tests.helpers.make import assert_same_place, few, rectangle
from tests.helpers.offsets import cgcs2000_to_gcj02

CORNERS = shapely.get_coordinates(rectangle().exterior)[:-1]
LATLNG = CORNERS[:, ::-1].ravel().tolist()
SHIFTED = np.column_stack(cgcs2000_to_gcj02(*CORNERS.T))[:, ::-1].ravel().tolist()


def _object(detail: dict[str, object], kind: int = 13, name: str = "甲") -> dict[str, object]:
    return {"Type": kind, "Object": {"Name": name, "ObjectDetail": detail}}


def _read(tmp_path: Path, *items: object, encoding: str = "utf-8") -> hg.Survey:
    path = tmp_path / "印江.ovjsn"
    path.write_text(json.dumps({"ObjItems": items}, ensure_ascii=False), encoding=encoding)
    return hg.read_survey(path)


@pytest.mark.parametrize("flag", [1, "1", True])
def test_the_flag_of_gcj02_in_any_form(tmp_path: Path, flag: object) -> None:
    survey = _read(tmp_path, _object({"Latlng": SHIFTED, "Gcj02": flag}))
    assert_same_place(survey.bases.geometry[0], rectangle())


@pytest.mark.parametrize(
    ("flag", "said"),
    [({}, "1 条记录未注明坐标类型"), ({"Gcj02": 7}, "Gcj02=7 不认识"), ({"Gcj02": 0}, "")],
)
def test_a_flag_that_says_nothing_is_said(
    tmp_path: Path, flag: dict[str, object], said: str
) -> None:
    survey = _read(tmp_path, _object({"Latlng": LATLNG, **flag}))
    assert_same_place(survey.bases.geometry[0], rectangle())
    assert said in survey.assumption_lines()[0]
    assert ("坐标类型" in survey.assumption_lines()[0]) == bool(said)


def test_the_flag_of_the_view_is_another(tmp_path: Path) -> None:
    detail = {"Latlng": LATLNG, "Gcj02": 0, "Obj3dView": {"Gcj02": 1}}
    assert_same_place(_read(tmp_path, _object(detail)).bases.geometry[0], rectangle())


def test_folders_within_folders_and_empty_ones(tmp_path: Path) -> None:
    base = _object({"Latlng": LATLNG, "Gcj02": 0})
    inner = _object({"ObjChildren": [base]}, 30, "木黄镇")
    empty = _object({"ObjChildren": []}, 30, "空")
    survey = _read(tmp_path, _object({"ObjChildren": [empty, inner, base]}, 30, "印江"), base)
    assert survey.files[["layer", "read"]].to_numpy().tolist() == [["印江/木黄镇", 1], ["印江", 2]]
    assert survey.bases["base_id"].is_unique


def test_members_that_are_no_objects_are_records(tmp_path: Path) -> None:
    base = _object({"Latlng": LATLNG, "Gcj02": 0})
    survey = _read(tmp_path, {"Type": 7, "Name": "乙"}, 5, None, base)
    assert survey.files["records"].tolist() == [4]
    assert survey.bases.geometry.isna().tolist() == [True, True, True, False]
    assert survey.bases["name"].tolist()[::3] == ["乙", "甲"]


@pytest.mark.parametrize("latlng", [[10**400, 1], [1.0], "x", {"a": 1}, [None, "nan"]])
def test_coordinates_that_are_none_leave_the_record(tmp_path: Path, latlng: object) -> None:
    good = _object({"Latlng": LATLNG, "Gcj02": 0})
    survey = _read(tmp_path, _object({"Latlng": latlng, "Gcj02": 0}), good)
    assert survey.bases.geometry.isna().tolist() == [True, False]
    assert survey.issues[["code", "row"]].to_numpy().tolist() == [["HG001", 1]]


def test_a_ring_of_two_points_is_points(tmp_path: Path) -> None:
    survey = _read(tmp_path, _object({"Latlng": LATLNG[:4], "Gcj02": 0}))
    assert survey.bases.geometry[0].geom_type == "MultiPoint"


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_the_bytes_decide_the_encoding(tmp_path: Path, encoding: str) -> None:
    survey = _read(tmp_path, _object({"Latlng": LATLNG, "Gcj02": 0}), encoding=encoding)
    assert survey.bases["name"].tolist() == ["甲"]
    assert ("HG003" in set(survey.issues["code"])) == (encoding == "gbk")


@pytest.mark.parametrize("metres", [0, 29])
def test_a_track_with_swapped_axes_closes_and_its_story_is_told(
    tmp_path: Path, metres: int
) -> None:
    end = CORNERS[:1] + (0, metres / 110_830)
    walked = np.vstack([CORNERS, end])
    survey = _read(tmp_path, _object({"Latlng": walked.ravel().tolist(), "Gcj02": 0}, 8))
    report = hg.validate(survey)
    assert report.table["code"].tolist().count("HG201") == 1
    assert "1 条首尾相接的航迹作为面" in survey.assumption_lines()[0]
    assert_same_place(report.bases.geometry[0], shapely.Polygon(walked))


@few
@given(data=st.data())
def test_mutated_files_end_in_a_survey(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("ovjsn") / "a.ovjsn"
    base = _object({"Latlng": LATLNG, "Gcj02": 1})
    items = [base, _object({"ObjChildren": [base]}, 30)]
    whole = json.dumps({"ObjItems": items}, ensure_ascii=False).encode()
    pieces = (b"[", b"{}", b"9", b"1e999")
    path.write_bytes(mutated(data, whole, times=3, longest=4, also=pieces))
    survey = hg.read_survey(path)
    assert len(survey.bases) or "HG001" in set(survey.issues["code"])


@pytest.mark.parametrize(
    "word",
    ["abc", "-", "108.45.1", "0x1F", "1e", "None", "undefined", "+108.4", "'108.4'", "#N/A"],
)
def test_a_word_where_a_number_was_due_costs_its_record_alone(tmp_path: Path, word: str) -> None:
    names = ["甲", "乙", "丙"]
    items = [_object({"Latlng": LATLNG, "Gcj02": 0}, name=name) for name in names]
    path = tmp_path / "印江.ovjsn"
    first, second, third = (json.dumps(item, ensure_ascii=False) for item in items)
    second = second.replace(str(LATLNG[2]), word, 1)
    path.write_text(f'{{"ObjItems": [{first}, {second}, {third}]}}', encoding="utf-8")
    survey = hg.read_survey(path)
    assert survey.bases["name"].tolist() == names
    for record in (0, 2):
        assert_same_place(survey.bases.geometry[record], rectangle())
    assert survey.bases.geometry[1] is None
    assert "HG101" in set(hg.validate(survey).table.query("row == 2")["code"])
    assert "1 个写法不合 JSON 的值未读" in survey.assumption_lines()[0]


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("[1, 2,]", [1, 2]),
        ("[1,, 2]", [1, 2]),
        ('{"a": 1,}', {"a": 1}),
        ('{"a,]": "x,}", "b": [,]}', {"a,]": "x,}", "b": []}),
        (r'["\\",nul, "\"no\""]', ["\\", None, '"no"']),
        ("[true, False, null]", [True, None, None]),
    ],
)
def test_a_slip_costs_what_it_stands_in_for(text: str, holds: object) -> None:
    read, odd = parse_json(text)
    assert (read, len(odd)) == (holds, 1)


@pytest.mark.parametrize("text", ["", "[1, 2", '{"a": "b', "[1 2]", '{"ObjItems": [abc'])
def test_what_is_broken_otherwise_is_no_json(text: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        parse_json(text)
