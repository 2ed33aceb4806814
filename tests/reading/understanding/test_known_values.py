"""Ids and areas in an odd form: what is known is used, what cannot be is named."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter

import herbgis as hg
from herbgis.foundation.identifiers import fold_id
from herbgis.foundation.units import MU_M2
from herbgis.geo.china import LARGEST_COUNTY_MU

_HEADINGS = ["基地编号", "基地名称", "品种", "面积(亩)"]


def _book(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in [_HEADINGS, *rows]:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("formula", "base_id"),
    [
        ('="YJ-1"', "YJ-1"),
        ('= "YJ-1" ', "YJ-1"),
        ('="00123"', "00123"),
        ('="520627-2020-001"', "520627-2020-001"),
        ('="印江"&"-2"', "印江-2"),
        ('="a"&"b" & "c"', "abc"),
        ('="<A&1>"', "<A&1>"),
        ('="A ""1"""', 'A "1"'),
        ("=101", "101"),
        ("=7", "7"),
        ('="123456789012345678"', "123456789012345678"),
    ],
)
@pytest.mark.parametrize("stored", ["nothing", "zero"])
def test_a_formula_that_is_a_text_is_known_without_a_result(
    tmp_path: Path, formula: str, base_id: str, stored: str
) -> None:
    path = tmp_path / "a.xlsx"
    if stored == "nothing":
        _book(path, [[formula, "甲", "天麻", 5]])
    else:
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, _HEADINGS)
            sheet.write_formula(1, 0, formula)
            sheet.write_row(1, 1, ["甲", "天麻", 5])
    survey = hg.read_survey(path)
    assert list(survey.bases["base_id"]) == [fold_id(base_id)]
    assert survey.issues.empty


def test_the_last_column_of_a_sheet_is_formulas(tmp_path: Path) -> None:
    path = _book(
        tmp_path / "a.xlsx", [["D1", "甲", "天麻", "=12.5"], ["D2", "乙", "天麻", "=A1+1"]]
    )
    survey = hg.read_survey(path)
    assert survey.bases["declared_mu"].iloc[0] == 12.5
    assert pd.isna(survey.bases["declared_mu"].iloc[1])
    assert list(hg.validate(survey).table.query("code == 'HG505'")["row"]) == [2]


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("101.0", "101"),
        ("101.00", "101"),
        ("0.0", "0"),
        ("0012.0", "0012"),
        ("５.０", "5"),
        ("101.5", "101.5"),
        ("1.10", "1.10"),
        ("A-1.0", "A-1.0"),
        ("1.0.0", "1.0.0"),
        ("101.", "101."),
        (".0", ".0"),
    ],
)
def test_a_whole_number_that_went_through_a_float(written: str, folded: str) -> None:
    assert fold_id(written) == folded


def test_one_id_in_two_files_is_one_and_said(tmp_path: Path) -> None:
    csv = tmp_path / "a.csv"
    csv.write_text("基地编号,基地名称,品种,面积(亩)\n101.0,甲,天麻,5\n102,乙,天麻,6\n", "utf-8")
    survey = hg.read_survey([csv, _book(tmp_path / "b.xlsx", [[101, "甲", "天麻", 5]])])
    assert list(survey.bases["base_id"]) == ["101", "102", "101"]
    said = hg.validate(survey).table.query("code == 'HG513'")
    assert list(said["base_id"]) == ["101"]


@pytest.mark.parametrize("cell", [1e300, 1e15, 1e9, 4e8, "1e300", "9e99", "五亿亩", -1e10])
def test_an_area_that_no_land_has_is_named_and_in_no_sum(tmp_path: Path, cell: object) -> None:
    rows = [["D1", "甲", "天麻", cell], ["D2", "乙", "天麻", 500.5]]
    survey = hg.read_survey(_book(tmp_path / "a.xlsx", rows))
    assert pd.isna(survey.bases["declared_mu"].iloc[0])
    report = hg.validate(survey)
    assert "HG505" in set(report.table.query("row == 1")["code"])
    progress = hg.count_progress(hg.classify(report.bases))
    assert "500" in repr(progress)
    assert hg.validate(report.bases).bases["declared_mu"].sum() == 500.5


@pytest.mark.parametrize(
    ("value", "unit", "known"),
    [
        (LARGEST_COUNTY_MU, "亩", True),
        (LARGEST_COUNTY_MU * 1.01, "亩", False),
        (LARGEST_COUNTY_MU / 15.1, "公顷", True),
        (LARGEST_COUNTY_MU / 14.9, "公顷", False),
        (3e4, "万亩", True),
        (4e4, "万亩", False),
        (LARGEST_COUNTY_MU * MU_M2 * 0.99, "平方米", True),
        (LARGEST_COUNTY_MU * MU_M2 * 1.01, "平方米", False),
        (1e14, "窝", True),
        (1e16, "窝", False),
    ],
)
def test_the_largest_county_is_the_limit(value: float, unit: str, *, known: bool) -> None:
    frame = pd.DataFrame(
        {"基地编号": ["D1"], "品种": ["黄精"], "面积": [value], "面积单位": [unit]}
    )
    assert bool(hg.validate(frame).bases["declared_value"].notna().iloc[0]) == known
