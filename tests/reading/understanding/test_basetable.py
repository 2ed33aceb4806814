from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st

from herbgis.foundation import resources
from herbgis.foundation.errors import UnknownNameError
from herbgis.reading.understanding.assumptions import Assumptions
from herbgis.reading.understanding.basetable import complete
from herbgis.reading.understanding.cells import clean_text
from herbgis.terms import columns as cols
from herbgis.terms.headings import match_headings
from herbgis.terms.policyfiles import load_policy
from tests.helpers.make import few, table

POLICY = load_policy()
_COLUMNS = resources.read_toml("facts/columns.toml")["columns"]


def _completed(said: Assumptions | None = None, **columns: list[object]) -> gpd.GeoDataFrame:
    return complete(table(**columns), policy=POLICY, assumptions=said)


def _plain(values: pd.Series) -> list[object]:
    return [None if not isinstance(v, list) and pd.isna(v) else v for v in values]


# Headings


@pytest.mark.parametrize("column", _COLUMNS)
def test_every_alias_of_a_column_finds_it(column: str) -> None:
    for heading in _COLUMNS[column]["aliases"]:
        assert match_headings(["别的", heading], POLICY)[0] == {column: heading}
        assert match_headings([f" {heading}： "], POLICY)[0] == {column: f" {heading}： "}


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("面积(亩)", "亩"),
        ("面积（亩）", "亩"),
        ("面 积 （ 亩 ）", "亩"),
        ("种植规模(亩)", "亩"),
        ("建设规模（公顷）", "公顷"),
        ("面积（㎡）", "平方米"),
        ("上报面积(m²)", "平方米"),
        ("申报面积[hm²]", "公顷"),
        ("种植面积（万棒）", "万棒"),
        ("亩数", "亩"),
        ("SCMJM", "亩"),
        ("SCMJ", "平方米"),
        ("面积", None),
        ("declared_value", None),
    ],
)
def test_a_heading_states_the_unit_in_its_brackets(heading: str, unit: str | None) -> None:
    matched, stated = match_headings(["名称", heading], POLICY)[:2]
    assert matched["declared_value"] == heading
    assert stated == unit


@pytest.mark.parametrize(
    "heading", ["实测面积", "序号", "单位", "说明", "面积说明", "品种数", "面积(元)", "县长"]
)
def test_a_heading_in_no_table_is_no_column(heading: str) -> None:
    assert match_headings([heading], POLICY)[:2] == ({}, None)


def test_of_two_headings_the_alias_listed_first_is_meant() -> None:
    for headings in (["面积", "上报面积"], ["上报面积", "面积"]):
        assert match_headings(headings, POLICY)[0] == {"declared_value": "上报面积"}


def test_the_name_in_code_goes_before_every_alias() -> None:
    assert match_headings(["品种", "variety"], POLICY)[0]["variety"] == "variety"


def test_the_callers_mapping_goes_before_all() -> None:
    frame = table(variety=["天麻"], 作物=["黄精"], 数=["500"])
    mapped = {"variety": "作物", "declared_value": "数"}
    found = complete(frame, policy=POLICY, columns=mapped)
    assert list(found["variety"]) == ["黄精"]
    assert list(found["declared_mu"]) == [500.0]


def test_a_mapping_to_a_heading_that_is_not_there_says_which_there_are() -> None:
    frame = table(作物名=["黄精"])
    with pytest.raises(UnknownNameError, match="作物名"):
        complete(frame, policy=POLICY, columns={"variety": "作物"})


# The table


def test_every_column_is_there_in_its_type() -> None:
    found = _completed(随便=["x", "y"])
    assert {"随便", "geometry"} <= set(found.columns)
    for column in cols.READ:
        expected = cols.missing(column.kind, found.index).dtype
        assert found[column.name].dtype == expected, column.name


def test_an_empty_table_keeps_columns_and_system() -> None:
    frame = table(品种=["天麻"], 面积=["5"]).iloc[:0]
    said = Assumptions()
    found = complete(frame, policy=POLICY, assumptions=said)
    assert len(found) == 0
    assert set(cols.names(cols.READ)) <= set(found.columns)
    assert found.crs == frame.crs
    assert said.lines == []


def _everything() -> gpd.GeoDataFrame:
    return table(
        基地编号=["A-1", "A-2", None, "A-4", "A-5"],
        基地名称=[" 木黄 ", "二", "三", "四\x00", None],
        填报单位=["印江", "大龙", "江口县", None, "某乡"],
        县区=["印江县", "玉屏", "江口", None, "铜仁"],
        县区代码=[None, None, "520621", "520626000", "999999"],
        品种=["白及", "天麻套种黄精", "铁皮石斛、前胡", "云南重楼", None],
        状态=["已建成", "在建", "", "快了", None],
        基地类型=["示范基地", "育苗", "菌种厂", "别的", None],
        面积=["1,200", "3.9公顷", "487200平方米", "五百", None],
        计量单位=[None, "亩", None, None, "亩"],
        测量日期=["2020-05-18", "2020年5月", "2020-02-30", None, "去年"],
        建成年份=["2019", 2020, 2018.0, None, "明年"],
    )


def test_completed_twice_is_completed_once() -> None:
    once = complete(_everything(), policy=POLICY)
    assert_geodataframe_equal(complete(once, policy=POLICY), once)


_CELLS = st.sampled_from(
    ["天麻", "白及", "黄精、白及", "套种", "１２亩", "3.9公顷", "12万棒", "500-600", "500", 500.5]
    + ["已建", "拟建中", "2020-05-18", "20201399", "印江", "520625", "", " ", None, 0, 2020]
)
_HEADINGS = [
    "品种",
    "面积(公顷)",
    "状态",
    "类型",
    "基地类型",
    "县区",
    "县区代码",
    "建成年份",
    "单位",
]


@few
@given(st.lists(st.lists(_CELLS, min_size=9, max_size=9), min_size=1, max_size=4))
def test_completing_is_idempotent_whatever_the_cells_hold(rows: list[list[object]]) -> None:
    columns = {h: [row[n] for row in rows] for n, h in enumerate(_HEADINGS)}
    once = complete(table(**columns), policy=POLICY)
    assert_geodataframe_equal(complete(once, policy=POLICY), once)


def test_the_frame_given_is_left_alone() -> None:
    frame = _everything()
    before = frame.copy(deep=True)
    found = complete(frame, policy=POLICY)
    found["基地名称"] = "别的"
    assert_geodataframe_equal(frame, before)


@pytest.mark.parametrize(
    "index", [["c", "a", "b", "e", "d"], [7, 7, 7, 3, 3], [4, 3, 2, 1, 0]], ids=str
)
def test_index_geometry_and_values_stay_together(index: list[object]) -> None:
    frame = _everything()
    plain = complete(frame, policy=POLICY)
    found = complete(frame.set_axis(index), policy=POLICY)
    assert list(found.index) == index
    assert_geodataframe_equal(found.reset_index(drop=True), plain)
    assert found.geometry.to_wkb().tolist() == frame.geometry.to_wkb().tolist()


# Texts


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (" 木黄镇 ", "木黄镇"),
        ("一\x00二\x1f", "一二"),
        ("", None),
        ("  ", None),
        (None, None),
        (np.nan, None),
        (pd.NA, None),
        (pd.NaT, None),
        (520625.0, "520625"),
        (520625, "520625"),
        (3.5, "3.5"),
        ("<b>x</b>", "<b>x</b>"),
    ],
)
def test_a_cell_is_cleaned(cell: object, text: str | None) -> None:
    assert clean_text(cell) == text


# Varieties


@pytest.mark.parametrize(
    ("cell", "varieties", "group"),
    [
        ("天麻", ["天麻"], "key"),
        ("白及", ["白芨"], "encouraged"),
        ("天麻套种黄精", ["天麻", "黄精"], "key"),
        ("杜仲间作黄精", ["杜仲", "黄精"], "key"),
        ("杜仲、黄精", ["杜仲", "黄精"], "key"),
        ("前胡/花椒", ["前胡", "花椒"], "other"),
        ("黄精+天麻", ["黄精", "天麻"], "key"),
        ("黄精；天麻,白及", ["黄精", "天麻", "白芨"], "key"),
        ("多花黄精、黄精", ["黄精"], "key"),
        ("香菇", ["香菇"], "fungus"),
        ("山银花", ["山银花"], "other"),
        ("云南白药", ["云南白药"], "unknown"),
        ("黄精、云南白药", ["黄精", "云南白药"], "unknown"),
        ("云南白药+黄精", ["云南白药", "黄精"], "unknown"),
        ("黄精套种玉米", ["黄精", "玉米"], "key"),
    ],
)
def test_a_mixed_planting_is_split_and_mapped(cell: str, varieties: list[str], group: str) -> None:
    found = _completed(品种=[cell]).iloc[0]
    assert found["varieties"] == varieties
    assert found["variety"] == varieties[0]
    assert found["group"] == group


@pytest.mark.parametrize(
    ("cell", "raw"),
    [("白及", "白及"), ("杜仲、白及", "杜仲、白及"), ("白芨", None), ("杜仲、黄精", None)],
)
def test_the_cell_is_kept_where_an_alias_was_mapped(cell: str, raw: str | None) -> None:
    assert _plain(_completed(品种=[cell])["raw_variety"]) == [raw]


def test_no_variety_is_no_variety() -> None:
    found = _completed(品种=[None, " "])
    assert _plain(found["variety"]) == [None, None]
    assert list(found["varieties"]) == [[], []]
    assert list(found["group"]) == ["unknown", "unknown"]
    assert list(_completed(面积=[600])["group"]) == ["other"]


# Declared areas


def _declared(heading: str, cell: object, variety: str = "黄精", **more: object) -> pd.Series:
    columns = {"品种": [variety], heading: [cell], **{n: [v] for n, v in more.items()}}
    return _completed(**columns).iloc[0]


@pytest.mark.parametrize(
    ("heading", "cell", "unit", "mu"),
    [
        ("面积(亩)", "500", "亩", 500.0),
        ("面积（亩）", 500, "亩", 500.0),
        ("面积(公顷)", "40", "公顷", 600.0),
        ("面积（平方米）", "400000", "平方米", 600.0),
        ("面积（㎡）", 400000.0, "平方米", 600.0),
        ("面积", "3.9公顷", "公顷", 58.5),
        ("面积", "0.4平方公里", "平方公里", 600.0),
        ("面积", "1.2万亩", "亩", 12_000.0),
        ("面积", "2万平方米", "平方米", 30.0),
        ("面积(亩)", "40公顷", "公顷", 600.0),
        ("面积(公顷)", "600亩", "亩", 600.0),
        ("面积(亩)", "400000㎡", "平方米", 600.0),
        ("面积", "40hm²", "公顷", 600.0),
    ],
)
def test_a_unit_of_land_is_converted(heading: str, cell: object, unit: str, mu: float) -> None:
    found = _declared(heading, cell)
    assert found["declared_unit"] == unit
    assert found["declared_mu"] == pytest.approx(mu, rel=1e-12)


@pytest.mark.parametrize("cell", ["12万棒", "30000窝", "5000袋", "300筐", "12 万棒"])
def test_a_count_gives_no_mu(cell: str) -> None:
    found = _declared("面积(亩)", cell, "香菇")
    assert np.isnan(found["declared_mu"])
    assert not np.isnan(found["declared_value"])
    assert found["declared_unit"] != "亩"


def test_square_metres_of_gastrodia_are_beds() -> None:
    for variety in ("天麻", "乌天麻", "天麻套种杜仲"):
        found = _declared("面积", "487200平方米", variety)
        assert (found["declared_value"], found["declared_unit"]) == (487_200.0, "平方米")
        assert np.isnan(found["declared_mu"])
    assert _declared("面积", "487200平方米", "黄精")["declared_mu"] == pytest.approx(730.8)
    assert _declared("面积", "730.8亩", "天麻")["declared_mu"] == 730.8


def test_the_unit_of_the_cell_wins_then_its_column_then_the_heading() -> None:
    assert _declared("面积(亩)", "40公顷", 计量单位="平方米")["declared_mu"] == pytest.approx(600)
    assert _declared("面积(亩)", "40", 计量单位="公顷")["declared_mu"] == pytest.approx(600)
    assert _declared("面积(公顷)", "40", 计量单位=None)["declared_mu"] == pytest.approx(600)


def test_a_unit_in_brackets_in_the_cell_wins_too() -> None:
    assert _declared("面积(亩)", "400000（平方米）")["declared_mu"] == pytest.approx(600)


def test_an_area_without_any_unit_is_in_mu_and_this_is_said() -> None:
    said = Assumptions()
    found = _completed(said, 品种=["黄精", "黄精"], 面积=["500", "600"])
    assert list(found["declared_mu"]) == [500.0, 600.0]
    assert [line for line in said.lines if "单位" in line] == ["上报面积没有注明单位, 按亩"]
    said = Assumptions()
    _completed(said, 品种=["黄精"], 面积=["500亩"])
    assert [line for line in said.lines if "单位" in line] == []


@pytest.mark.parametrize(
    ("cell", "value", "raw"),
    [
        ("500", 500.0, None),
        (500, 500.0, None),
        ("1,200", 1200.0, "1,200"),
        ("约500", 500.0, "约500"),
        ("５９０", 590.0, "５９０"),
        ("五百", None, "五百"),
        ("500-600", None, "500-600"),
        (None, None, None),
    ],
)
def test_what_is_no_plain_number_is_kept(
    cell: object, value: float | None, raw: str | None
) -> None:
    found = _completed(面积=[cell, "1"])
    assert _plain(found["declared_value"])[0] == value
    assert _plain(found["raw_declared_value"])[0] == raw


def test_mu_declared_by_an_analyst_stays() -> None:
    found = _completed(declared_mu=[512.5, None])
    assert _plain(found["declared_mu"]) == [512.5, None]
    assert _plain(found["declared_value"]) == [512.5, None]
    assert _plain(found["declared_unit"]) == ["亩", None]


# Status, kind, dates, places


def test_a_column_that_is_not_there_gets_the_default_and_this_is_said() -> None:
    said = Assumptions()
    found = _completed(said, 品种=["天麻", "黄精"])
    assert list(found["status"]) == ["built", "built"]
    assert list(found["kind"]) == ["planting", "planting"]
    assert said.lines == [
        "没有建设状态列, 全部按“已建”",
        "没有基地类型列, 全部按“种植”",
    ]


def test_a_status_that_is_not_understood_is_unknown_and_kept() -> None:
    found = _completed(状态=["已建成", "建设中", "规划", "快了", "", None, "unknown"])
    assert list(found["status"]) == ["built", "building", "planned", *["unknown"] * 4]
    assert _plain(found["raw_status"]) == [None, None, None, "快了", None, None, None]


def test_a_kind_that_is_not_understood_is_unknown_and_kept() -> None:
    found = _completed(基地类型=["种苗繁育", "菌种厂", "示范点", "别的", None])
    assert list(found["kind"]) == ["seedling", "spawn", "demonstration", "unknown", "planting"]
    assert _plain(found["raw_kind"]) == [None, None, None, "别的", None]


def test_dates_are_read_and_what_is_none_is_kept() -> None:
    found = _completed(测量日期=["2020年5月", "2020-02-30", None], 建成年份=[2019, "2020.5.1", ""])
    assert _plain(found["surveyed_on"]) == [pd.Timestamp(2020, 5, 1), None, None]
    assert _plain(found["raw_surveyed_on"]) == ["2020年5月", "2020-02-30", None]
    assert _plain(found["completed_on"]) == [
        pd.Timestamp(2019, 1, 1),
        pd.Timestamp(2020, 5, 1),
        None,
    ]


@pytest.mark.parametrize(
    "values",
    [
        [dt.date(2020, 5, 18), None],
        [dt.datetime(2020, 5, 18, 9, 30, tzinfo=dt.UTC), None],
        pd.to_datetime(pd.Series(["2020-05-18", None])),
        pd.to_datetime(pd.Series(["2020-05-18", None])).dt.tz_localize("Asia/Shanghai"),
    ],
    ids=["dates", "datetimes", "timestamps", "with a zone"],
)
def test_dates_that_are_dates_already_are_taken(values: object) -> None:
    found = _completed(测量日期=list(values) if isinstance(values, list) else values)
    assert found["surveyed_on"].iloc[0].date() == dt.date(2020, 5, 18)
    assert pd.isna(found["surveyed_on"].iloc[1])
    assert _plain(found["raw_surveyed_on"]) == [None, None]


def test_county_and_code_are_made_from_each_other() -> None:
    found = _completed(
        县区=["印江", None, "松桃自治县", "外县", None],
        县区代码=[None, "520621", None, None, 520626105.0],
    )
    assert _plain(found["county"]) == [
        "印江土家族苗族自治县",
        "江口县",
        "松桃苗族自治县",
        "外县",
        "德江县",
    ]
    assert _plain(found["county_code"]) == ["520625", "520621", "520628", None, "520626"]


def test_who_reports_is_mapped_by_its_own_table() -> None:
    found = _completed(填报单位=["印江县", "大龙开发区", "铜仁高新区", "某乡", None])
    assert _plain(found["reporting_unit"]) == [
        "印江土家族苗族自治县",
        "大龙经济开发区",
        "高新区",
        "某乡",
        None,
    ]
