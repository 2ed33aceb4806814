"""单位 is the unit of the area or the unit that reports, as its cells say."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

import herbgis as hg
from tests.helpers.make import rectangle

_HEADINGS = ["基地编号", "基地名称", "品种", "面积", "单位"]


def _rows(cells: list[str | None], value: float = 2.0) -> list[list[object]]:
    return [[f"D{n}", f"基地{n}", "黄精", value, cell] for n, cell in enumerate(cells, 1)]


def _book(path: Path, rows: list[list[object]], headings: list[str] = _HEADINGS) -> Path:
    book = openpyxl.Workbook()
    for row in [headings, *rows]:
        book.active.append(row)
    book.save(path)
    return path


def _codes(survey: hg.Survey) -> list[tuple[str, str]]:
    found = hg.validate(survey).table
    found = found[found["code"] == "HG514"]
    return list(zip(found["base_id"].fillna(""), found["message"], strict=True))


@pytest.mark.parametrize(
    ("cells", "mu"),
    [
        (["亩", "亩"], [2, 2]),
        (["公顷", "公顷"], [30, 30]),
        (["亩", "公顷"], [2, 30]),
        (["万亩", "亩"], [20_000, 2]),
        (["平方米", "㎡"], [0.003, 0.003]),
        (["hm²", "ha"], [30, 30]),
        (["分", "亩"], [0.2, 2]),
        (["千亩", "百亩"], [2000, 200]),
        (["亩", None], [2, 2]),
        (["公顷", "/"], [30, 2]),
        (["平方公里", "顷"], [3000, 200]),
        ([" 公 顷 ", "公顷："], [30, 30]),
    ],
)
def test_units_of_area_are_the_areas(
    tmp_path: Path, cells: list[str | None], mu: list[float]
) -> None:
    survey = hg.read_survey(_book(tmp_path / "a.xlsx", _rows(cells)))
    assert list(survey.bases["declared_mu"]) == pytest.approx(mu)
    assert survey.bases["reporting_unit"].isna().all()
    assert not _codes(survey)


@pytest.mark.parametrize(
    ("cells", "named"),
    [
        (["印江县", "江口县"], ["印江土家族苗族自治县", "江口县"]),
        (["印江", "印江自治县"], ["印江土家族苗族自治县"] * 2),
        (["碧江区", None], ["碧江区", None]),
        (["石阡县", "无"], ["石阡县", None]),
        (["德江县", "思南县"], ["德江县", "思南县"]),
        (["松桃县", "沿河县"], ["松桃苗族自治县", "沿河土家族自治县"]),
        (["万山区", "万山"], ["万山区", "万山区"]),
        (["玉屏县", "玉屏"], ["玉屏侗族自治县"] * 2),
    ],
)
def test_units_that_report_are_these(
    tmp_path: Path, cells: list[str | None], named: list[str | None]
) -> None:
    survey = hg.read_survey(_book(tmp_path / "a.xlsx", _rows(cells)))
    found = survey.bases["reporting_unit"]
    assert [cell if isinstance(cell, str) else None for cell in found] == named
    assert list(survey.bases["declared_mu"]) == [2, 2]
    assert "没有注明单位, 按亩" in survey.assumption_lines()[0]
    assert not _codes(survey)


@pytest.mark.parametrize(
    ("cells", "asked"),
    [
        (["亩", "堆"], ["D2"]),
        (["公顷", "某合作社"], ["D2"]),
        (["印江县", "亩"], ["D1"]),
        (["印江县", "碧江高新园"], ["D2"]),
        (["某合作社", "某公司"], ["D1", "D2"]),
        (["篙", "篙"], ["D1", "D2"]),
        (["江口县", "公顷"], ["D1"]),
        (["亩", "大龙开发区筹备组"], ["D2"]),
        (["甲", "亩"], ["D1"]),
        (["朗溪镇", "木黄镇"], ["D1", "D2"]),
        (["公顷/亩", "公顷"], ["D1"]),
    ],
)
def test_a_word_that_tells_nothing_is_named_and_makes_no_mu(
    tmp_path: Path, cells: list[str], asked: list[str]
) -> None:
    survey = hg.read_survey(_book(tmp_path / "a.xlsx", _rows(cells)))
    assert [base for base, _ in _codes(survey)] == asked
    bases = survey.bases.set_index("base_id")
    as_unit = bases["reporting_unit"].isna().all()
    assert bases.loc[asked, "declared_mu"].isna().all() == as_unit


def test_where_the_heading_states_the_unit_of_the_area_it_keeps_it(tmp_path: Path) -> None:
    headings = ["基地编号", "基地名称", "品种", "面积(亩)", "单位"]
    survey = hg.read_survey(_book(tmp_path / "a.xlsx", _rows(["某社", "某公司"]), headings))
    assert list(survey.bases["declared_mu"]) == [2, 2]
    assert survey.bases["reporting_unit"].isna().all()
    assert _codes(survey) == [("", "单位“某社”不认识, 是哪种单位看不出")]
    mixed = hg.read_survey(_book(tmp_path / "b.xlsx", _rows(["印江县", "亩"]), headings))
    assert list(mixed.bases["declared_mu"]) == [2, 2]
    assert [base for base, _ in _codes(mixed)] == ["D2"]


def test_a_note_above_states_the_unit_before_a_doubtful_column(tmp_path: Path) -> None:
    rows: list[list[object]] = [["单位：公顷"], [*_HEADINGS], *_rows(["某社", "某公司"])]
    survey = hg.read_survey(_book(tmp_path / "a.xlsx", rows, ["中药材基地"]))
    assert list(survey.bases["declared_mu"]) == [30, 30]
    assert [base for base, _ in _codes(survey)] == [""]


def test_both_kinds_stand_in_two_columns_of_one_heading(tmp_path: Path) -> None:
    rows = [[*row, unit] for row, unit in zip(_rows(["印江县"] * 2), ["公顷", "亩"], strict=True)]
    survey = hg.read_survey(_book(tmp_path / "a.xlsx", rows, [*_HEADINGS, "单位"]))
    assert list(survey.bases["declared_mu"]) == [30, 2]
    assert list(survey.bases["reporting_unit"]) == ["印江土家族苗族自治县"] * 2
    assert not _codes(survey)


@pytest.mark.parametrize("taken", ["填报单位", "面积单位"])
def test_a_column_that_has_its_own_heading_is_not_asked_for(tmp_path: Path, taken: str) -> None:
    own = {"填报单位": "印江县", "面积单位": "公顷"}[taken]
    other = {"填报单位": "公顷", "面积单位": "印江县"}[taken]
    rows = [[*row, own] for row in _rows([other] * 2)]
    survey = hg.read_survey(_book(tmp_path / "a.xlsx", rows, [*_HEADINGS, taken]))
    assert list(survey.bases["declared_mu"]) == [30, 30]
    assert list(survey.bases["reporting_unit"]) == ["印江土家族苗族自治县"] * 2


def test_a_frame_and_a_map_are_read_alike(tmp_path: Path) -> None:
    frame = pd.DataFrame(_rows(["公顷", "亩"]), columns=_HEADINGS)
    shapes = [rectangle(), rectangle(108.6)]
    drawn = gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4490")
    drawn.to_file(tmp_path / "a.gpkg")
    for bases in (hg.read_survey(tmp_path / "a.gpkg").bases, hg.validate(drawn).bases):
        assert list(bases["declared_mu"]) == [30, 2]


@pytest.mark.parametrize(
    "cells",
    [
        ["某某有限公司", "某某合作社"],
        ["印江县农业农村局", "朗溪镇政府"],
        ["朗溪镇农技站", "木黄镇林业站"],
        ["某某集团", None],
        ["国有林场", "无"],
        ["某某种植专业合作社", "红星村"],
        ["药材研究所", "科技园区"],
        ["供销社", "某药厂"],
        ["县中医院", "某某基地"],
        ["产业服务中心", "/"],
    ],
)
def test_beside_the_unit_that_reports_organisations_are_no_units_of_area(
    tmp_path: Path, cells: list[str | None]
) -> None:
    rows = [[*row, "印江县"] for row in _rows(cells)]
    survey = hg.read_survey(_book(tmp_path / "a.xlsx", rows, [*_HEADINGS, "填报单位"]))
    assert list(survey.bases["declared_mu"]) == [2, 2]
    assert not _codes(survey)


def test_beside_the_unit_that_reports_a_word_that_may_be_a_measure_is_asked(tmp_path: Path) -> None:
    rows = [[*row, "印江县"] for row in _rows(["某某公司", "篙"])]
    survey = hg.read_survey(_book(tmp_path / "a.xlsx", rows, [*_HEADINGS, "填报单位"]))
    assert [base for base, _ in _codes(survey)] == ["D1", "D2"]
