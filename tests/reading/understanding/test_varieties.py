"""Names of varieties as cells have them: lists, words and quantities around, never by likeness."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import herbgis as hg
from herbgis.reading.understanding.basetable import complete
from herbgis.reading.understanding.varieties import varieties_in
from tests.helpers.shapes import frame, square

POLICY = hg.load_policy()
BOTH = ["白芨", "黄精"]
ARRAYS = [
    '["白芨","黄精"]',
    '["白芨", "黄精"]',
    "['白芨', '黄精']",
    "['白芨' '黄精']",
    '[ "\\u767d\\u82a8", "\\u9ec4\\u7cbe" ]',
    "[白芨,黄精]",
    '{"白芨","黄精"}',
    "[“白芨”，“黄精”]",
    '["白芨", null, "黄精"]',
    '["白芨、黄精"]',
]
LISTS = [
    "白芨300亩、黄精300亩",
    "白芨300亩，黄精200.5亩",
    "白芨(300亩)、黄精(300亩)",
    "300亩白芨+300亩黄精",
    "白芨 300 黄精 200",
    "白芨300亩黄精300亩",
    "白芨各1,200亩；黄精约500亩左右",
    "白芨：3公顷；黄精：2公顷",
    "1、白芨 2、黄精",
    "白芨和黄精",
    "白芨 黄精",
    "白芨与黄精套种",
    "白及60%、黄精40%",
    "白芨、黄精等",
    "白芨、黄精等中药材",
    "白芨、黄精、无",
    "林下白芨、优质黄精",
    "白芨2万株、黄精三年生",
]
WORDED = [
    "黄精种植",
    "黄精（林下）",
    "优质黄精",
    "黄精基地",
    "黄精种植基地",
    "道地药材黄精",
    "林下仿野生黄精",
    "有机黄精示范基地",
    "黄精【间种】",
    "黄精(三年生)",
    "黄精600亩",
    "约600亩黄精",
    "黄精６００亩",
    "多花黄精种苗",
    "中药材（黄精）",
    "黄精-林下",
    "黄精为主",
    "黄精（2019年）",
]
UNKNOWN = [
    "野黄精",
    "黄精1号",
    "水黄精",
    "黄精酒",
    "黄金",
    "野果300亩",
    "土白芨",
    "川黄精种植",
    "某药",
    "雪莲基地",
]


@pytest.mark.parametrize("cell", ARRAYS)
def test_an_array_as_text_is_its_members(cell: str) -> None:
    assert varieties_in(cell, POLICY) == BOTH


@pytest.mark.parametrize("cell", LISTS)
def test_quantities_and_words_beside_names_are_left_off_and_kept(cell: str) -> None:
    read = complete(pd.DataFrame({"品种": [cell]}), policy=POLICY)
    assert read["variety"].tolist() == ["白芨"]
    assert read["varieties"].tolist() == [BOTH]
    assert read["raw_variety"].tolist() == [cell]


@pytest.mark.parametrize("cell", WORDED)
def test_listed_words_around_a_name_do_not_change_it(cell: str) -> None:
    report = hg.validate(frame([square(600)], variety=[cell]))
    assert report.bases["varieties"].tolist() == [["黄精"]]
    assert report.bases["raw_variety"].tolist() == [cell]
    assert report.table["code"].tolist() == ["HG502"]
    assert len(report.table["message"].iloc[0]) <= 40


@pytest.mark.parametrize("cell", UNKNOWN)
def test_what_is_in_no_list_stays_unknown(cell: str) -> None:
    report = hg.validate(frame([square(600)], variety=[cell]))
    assert report.bases["varieties"].tolist() == [[cell]]
    assert report.bases["variety"].tolist() == [cell]
    assert report.bases["raw_variety"].isna().all()
    assert {"HG501", "HG511"} & {*report.table["code"]}
    assert report.bases["group"].tolist() == ["unknown"]


@pytest.mark.parametrize("name", POLICY.varieties)
def test_every_name_of_the_catalogue_is_itself_and_taken_with_words_around(name: str) -> None:
    spellings = (name, *POLICY.varieties[name].aliases)
    assert [varieties_in(text, POLICY) for text in spellings] == [[name]] * len(spellings)
    assert varieties_in(f"优质{name}种植基地（300亩）", POLICY) == [name]


@pytest.mark.parametrize(
    "cell", [["白芨", "黄精"], ("白芨", "黄精"), np.array(["白芨", "黄精"]), ["白芨", None, "黄精"]]
)
def test_a_column_of_lists_is_read(cell: object) -> None:
    told = pd.DataFrame({"品种": pd.Series([cell], dtype=object)})
    assert complete(told, policy=POLICY)["varieties"].tolist() == [BOTH]


@pytest.mark.parametrize(
    "cell", [*ARRAYS, *LISTS, *WORDED, *UNKNOWN, "林下（种植）", "[1, 2]", "野果（林下）"]
)
def test_reading_again_changes_nothing(cell: str) -> None:
    read = complete(pd.DataFrame({"品种": [cell], "其他品种": [cell]}), policy=POLICY)
    again = complete(read.drop(columns=["品种", "其他品种"]), policy=POLICY)
    pd.testing.assert_frame_equal(again, read.drop(columns=["品种", "其他品种"]))
