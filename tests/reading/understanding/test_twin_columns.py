"""Two headings of a table for one column."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

import herbgis as hg
from tests.helpers.make import rectangle

_PAIRS = [
    ("亩数", "面积(亩)", 40, "declared_value"),
    ("上报面积", "种植面积", 40, "declared_value"),
    ("主栽品种", "种植品种", "黄精", "variety"),
    ("品种", "药材名称", "黄精", "variety"),
    ("基地名称", "地块名称", "甲基地", "name"),
    ("县区", "所在县", "印江土家族苗族自治县", "county"),
    ("乡镇", "所在乡镇", "朗溪镇", "township"),
    ("经营主体", "业主名称", "某某合作社", "operator"),
    ("建设状态", "建设进度", "built", "status"),
    ("测量日期", "测绘时间", "2020-05-02", "surveyed_on"),
    ("填报单位", "上报单位", "江口县", "reporting_unit"),
    ("基地编号", "基地编码", "D2", "base_id"),
    ("带动农户", "带动户数", 35, "households"),
    ("测量方式", "测绘方式", "RTK", "survey_method"),
]
_WRITTEN = {"印江土家族苗族自治县": "印江县", "built": "已建"}


def _book(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def _rows(first: str, other: str, *pairs: tuple[object, object]) -> list[list[object]]:
    """A list in which two headings name one column, with what a list needs besides."""
    rest = {"基地名称": "乙", "品种": "天麻", "面积": 9}
    named = {first, other}
    twins = {heading for pair in _PAIRS if named <= set(pair[:2]) for heading in pair[:2]}
    column = next(pair[3] for pair in _PAIRS if named <= set(pair[:2]))
    of = {"基地名称": "name", "品种": "variety", "面积": "declared_value"}
    beside = [h for h in rest if h not in twins and of[h] != column]
    return [
        [first, other, *beside],
        *([one, two, *(rest[h] for h in beside)] for one, two in pairs),
    ]


@pytest.mark.parametrize(("first", "other", "value", "column"), _PAIRS)
def test_the_second_fills_what_the_first_leaves_empty(
    tmp_path: Path, first: str, other: str, value: object, column: str
) -> None:
    written = _WRITTEN.get(str(value), value)
    rows = _rows(first, other, (written, None), (None, written), ("无", written))
    survey = hg.read_survey(_book(tmp_path / "a.xlsx", rows))
    assert [str(cell) for cell in survey.bases[column]] == [str(survey.bases[column].iloc[0])] * 3
    assert str(survey.bases[column].iloc[0]).startswith(str(value))
    assert survey.issues.empty
    assert "未用列" not in survey.assumption_lines()[0]


@pytest.mark.parametrize(("first", "other", "value", "column"), _PAIRS)
def test_where_both_differ_the_first_is_taken_and_it_is_said(
    tmp_path: Path, first: str, other: str, value: object, column: str
) -> None:
    written = _WRITTEN.get(str(value), value)
    strange = {"declared_value": 77, "surveyed_on": "2019-01-01", "households": 77}
    rows = _rows(first, other, (written, written), (written, strange.get(column, "白及")))
    survey = hg.read_survey(_book(tmp_path / "a.xlsx", rows))
    assert survey.bases[column].nunique() == 1
    said = survey.issues[survey.issues["code"] == "HG001"]
    assert list(said["severity"]) == ["warning"]
    assert list(said["row"]) == [2]
    assert all(heading in said["message"].iloc[0] for heading in (first, other))


@pytest.mark.parametrize(
    ("headings", "cells", "mu"),
    [
        (("面积(公顷)", "亩数"), (2, 30), 30),
        (("面积(公顷)", "亩数"), (None, 30), 30),
        (("SCMJM", "SCMJ"), (1.5, 1000), 1.5),
        (("面积(亩)", "种植面积(公顷)"), (None, 2), 30),
        (("面积(平方米)", "面积(亩)"), (1000, 1.5), 1.5),
        (("上报面积", "面积"), ("30亩", 30), 30),
        (("上报面积(亩)", "面积"), (None, 30), 30),
        (("面积", "亩数"), (None, "30亩"), 30),
        (("上报面积", "面积(公顷)"), ("２公顷", 2), 30),
        (("面积(万亩)", "亩数"), (0.003, 30), 30),
    ],
)
def test_areas_are_the_same_in_any_unit(
    tmp_path: Path, headings: tuple[str, str], cells: tuple[object, object], mu: float
) -> None:
    rows = [["基地编号", "品种", *headings], ["D1", "黄精", *cells]]
    survey = hg.read_survey(_book(tmp_path / "a.xlsx", rows))
    assert survey.bases["declared_mu"].iloc[0] == pytest.approx(mu)
    assert survey.issues.empty


def test_one_heading_twice(tmp_path: Path) -> None:
    rows = [["基地编号", "品种", "面积", "面积"], ["D1", "天麻", None, 30], ["D2", "天麻", 5, 6]]
    survey = hg.read_survey(_book(tmp_path / "a.xlsx", rows))
    assert list(survey.bases["declared_mu"]) == [30, 5]
    assert list(survey.issues["row"]) == [2]


def test_the_records_of_a_map_use_either(tmp_path: Path) -> None:
    features = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": rectangle(108.5 + at / 50).__geo_interface__,
        }
        for at, properties in enumerate(
            [{"编号": 1, "面积": 30, "品种": "天麻"}, {"编号": 2, "亩数": 31, "药材名称": "白芨"}]
        )
    ]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    bases = hg.read_survey(path).bases
    assert list(bases["declared_mu"]) == [30, 31]
    assert list(bases["variety"]) == ["天麻", "白芨"]


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("2019-05-20", "2019", False),
        ("2019-05-20", "2019年5月", False),
        ("2019", "2019-05-20", False),
        ("2019年5月", "2019.05.20", False),
        ("2019/5/1", "2019-05-01", False),
        ("2019年12月3日", "2019年底", False),
        (2019, "2019年5月", False),
        ("2019-05-20", "2020", True),
        ("2019-05-20", "2019年6月", True),
        ("2019-05-20", "2019-05-21", True),
        ("2019-05-20", "去年", True),
    ],
)
def test_a_year_or_month_is_no_other_date_than_a_day_in_it(
    tmp_path: Path, one: object, other: object, differ: bool
) -> None:
    rows = [["基地名称", "品种", "建成时间", "建成日期"], ["乙", "天麻", one, other]]
    survey = hg.read_survey(_book(tmp_path / "a.xlsx", rows))
    assert list(survey.issues["code"]) == ["HG001"] * differ


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("朗溪", "朗溪镇", False),
        ("印江县朗溪镇", "朗溪镇", False),
        ("朗溪镇", "朗溪镇某某村", False),
        ("朗溪镇", "木黄镇", True),
        ("朗溪镇", "某某镇", True),
        ("某某乡", "某某乡", False),
    ],
)
def test_a_township_is_the_same_with_its_level_or_without(
    tmp_path: Path, one: str, other: str, *, differ: bool
) -> None:
    rows = [["基地名称", "品种", "乡镇", "所在乡镇"], ["乙", "天麻", one, other]]
    survey = hg.read_survey(_book(tmp_path / "a.xlsx", rows))
    assert list(survey.issues["code"]) == ["HG001"] * differ
