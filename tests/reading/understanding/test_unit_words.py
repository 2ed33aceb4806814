"""Units of area beside a number, in their column and in the heading: converted, or said."""

from __future__ import annotations

import math

import geopandas as gpd
import pandas as pd
import pytest

import herbgis as hg
from herbgis.reading.understanding.basetable import complete
from herbgis.terms.headings import match_headings
from tests.helpers.shapes import frame, square

POLICY = hg.load_policy()
#: 亩 in one of a unit, by hand: 1 公顷 = 15 亩, 1 亩 = 10 分 = 60 平方丈, 1 顷 = 100 亩.
UNITS = {
    "亩": 1,
    "市亩": 1,
    "百亩": 100,
    "千亩": 1000,
    "万亩": 10000,
    "分": 0.1,
    "厘": 0.01,
    "平方丈": 1 / 60,
    "顷": 100,
    "公亩": 0.15,
    "公顷": 15,
    "千公顷": 15000,
    "平方米": 0.0015,
    "万平方米": 15,
    "万㎡": 15,
    "平方公里": 1500,
}
COUNTS = ["窝", "万窝", "棒", "万棒", "株", "万株"]
NOBODYS = ["丈", "挑", "石", "斗", "垄", "片", "栋", "厢", "英亩", "筐"]


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_of_area_is_converted_wherever_it_stands(unit: str) -> None:
    for told in (
        {"上报面积": [600.0], "面积单位": [unit]},
        {"上报面积": [f"600{unit}"]},
        {f"上报面积({unit})": [600.0]},
        {f"上报面积_{unit}_": [600.0]},
    ):
        read = complete(pd.DataFrame(told), policy=POLICY)
        assert read["declared_mu"].iloc[0] == pytest.approx(600 * UNITS[unit], rel=1e-12)


@pytest.mark.parametrize("unit", [*COUNTS, *NOBODYS])
def test_what_is_no_area_is_never_taken_for_one(unit: str) -> None:
    report = hg.validate(frame([square(600)], 上报面积=[600.0], 面积单位=[unit]))
    assert math.isnan(report.bases["declared_mu"].iloc[0])
    codes = report.table["code"].tolist()
    assert codes == (["HG514"] if unit in NOBODYS else [])
    if unit in NOBODYS:
        assert unit in report.table["message"].iloc[0]
        assert report.table["severity"].tolist() == ["warning"]
        assert report.bases["blocked_by"].tolist() == [[]]


@pytest.mark.parametrize(
    "unit",
    [
        "碧江高新区",
        "铜仁市科技局",
        "某局",
        "重庆市",
        "高新",
        "凤凰县",
        "铜仁",
        "区农业农村局",
        "梵天菌业",
        "开发区",
    ],
)
def test_a_reporting_unit_that_nobody_knows_is_said(unit: str) -> None:
    report = hg.validate(frame([square(600)], reporting_unit=[unit]))
    assert report.table["code"].tolist() == ["HG514"]
    assert len(report.table["message"].iloc[0]) <= 40


LAUNDERED = {
    "面积_亩_": ("declared_value", "亩"),
    "面积_亩": ("declared_value", "亩"),
    "面积.亩.": ("declared_value", "亩"),
    "面积_公顷_": ("declared_value", "公顷"),
    "上报面积_万亩_": ("declared_value", "万亩"),
    "F面积_亩_": ("declared_value", "亩"),
    "县_区_": ("county", None),
    "县_区": ("county", None),
    "县_市_区_": ("county", None),
    "县.区.": ("county", None),
    "乡_镇_": ("township", None),
    "乡_镇_街道_": ("township", None),
    "村_社区_": ("village", None),
    "基地名称_": ("name", None),
    "_基地编号": ("base_id", None),
    "测量日期_年月日_": ("surveyed_on", None),
    "测量日期（年/月/日）": ("surveyed_on", None),
    "建成时间_yyyy_mm_dd_": ("completed_on", None),
    "主栽品种_必填_": ("variety", None),
    "产量_吨_": ("yield_t", None),
    "带动农户_户_": ("households", None),
    "其中_贫困户": ("poor_households", None),
}


@pytest.mark.parametrize("heading", LAUNDERED)
def test_headings_as_programs_make_field_names_of_them(heading: str) -> None:
    column, unit = LAUNDERED[heading]
    assert match_headings(["别的", heading], POLICY)[:2] == ({column: heading}, unit)


@pytest.mark.parametrize(
    "heading", ["面积_1", "实测_面积", "县_长", "品种_数", "F", "_", "面积_元_", "亩_"]
)
def test_what_is_in_no_list_is_no_column(heading: str) -> None:
    assert match_headings([heading], POLICY)[:2] == ({}, None)


def test_the_unit_in_a_laundered_heading_of_an_optional_number_counts() -> None:
    read = complete(pd.DataFrame({"产量_公斤_": [500.0], "计划面积_公顷_": [2.0]}), policy=POLICY)
    assert read["yield_t"].tolist() == [0.5]
    assert read["planned_mu"].tolist() == [30.0]


def test_beds_of_a_variety_counted_by_them_are_no_land_in_ten_thousands_either() -> None:
    told: gpd.GeoDataFrame = frame([square(600)], variety=["天麻"])
    read = complete(told.assign(上报面积=[40.0], 面积单位=["万平方米"]), policy=POLICY)
    assert math.isnan(read["declared_mu"].iloc[0])
