"""A workbook of bases in people's words: what it says, and that it is understood again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

import herbgis as hg
from herbgis.tables.data_files import write_bases
from tests.helpers.shapes import east_of, frame, square

_KINDS: dict[str, dict[str, Any]] = {
    "sound": {},
    "building": {"status": ["building", "built", "planned"]},
    "status untold": {"status": ["built", None, "未定"]},
    "kinds": {"kind": ["demonstration", "seedling", "spawn"]},
    "a kind that nobody knows": {"kind": ["planting", "观光", "planting"]},
    "fungus and crops": {"variety": ["香菇", "茶叶", "天麻"]},
    "a crop that nobody knows": {"variety": ["天麻", "黄晶草", "黄精"]},
    "several varieties": {"variety": ["天麻、黄精", "白芨", "丹参"]},
    "units of area": {
        "declared_value": [40.0, 2.0, 600.0],
        "declared_unit": ["ha", "wan_bang", "mu"],
    },
    "units that report": {"reporting_unit": ["大龙经济开发区", "碧江区", "某某公司"]},
    "dates": {
        "surveyed_on": ["2020-03-01", None, "2019-12-31"],
        "completed_on": ["2019", "2020-2", None],
    },
    "answers": {"认证": ["是", "否", None], "带动农户(户)": [12.0, None, 3.0]},
    "no polygon": {"geometry": [None, None, None]},
    "texts as formulas": {"name": ["=1+1", "@x", "+2"]},
}
_COUNTS = ["verified", "reported", "pending", "undecided"]


def _bases(told: dict[str, Any]) -> gpd.GeoDataFrame:
    shapes = [square(620), east_of(square(1040), 3000), east_of(square(499.9), 6000)]
    stated = {} if "declared_value" in told else {"declared_mu": [620.0, 1040.0, 500.0]}
    given = {**stated, **told}
    shapes = given.pop("geometry", shapes)
    return hg.classify(hg.validate(frame(shapes, **given)).bases)


@pytest.mark.parametrize("headings", ["zh", "code"])
@pytest.mark.parametrize("kind", _KINDS)
def test_a_workbook_of_bases_counts_the_same(kind: str, headings: str, tmp_path: Path) -> None:
    bases = _bases(_KINDS[kind])
    path = write_bases(bases, tmp_path / "基地.xlsx", headings=headings)
    again = pd.read_excel(path, engine="calamine")
    assert len(again) == len(bases)
    wanted, found = hg.count_progress(bases).targets, hg.count_progress(again).targets
    assert found[_COUNTS].to_numpy().tolist() == wanted[_COUNTS].to_numpy().tolist()
    read = hg.read_survey(path).bases.set_index("base_id").loc[bases.index]
    for name in ("name", "variety", "varieties", "kind", "status", "county", "reporting_unit"):
        assert read[name].fillna("").tolist() == bases[name].fillna("").tolist(), name
    for name in ("declared_mu", "surveyed_on", "completed_on"):
        pd.testing.assert_series_equal(read[name], bases[name], check_dtype=False)


def test_it_speaks_chinese_unless_asked_for_codes(tmp_path: Path) -> None:
    bases = _bases({})
    told = pd.read_excel(write_bases(bases, tmp_path / "a.xlsx"), engine="calamine")
    assert told["规模等级"].tolist() == ["500亩以上不足1000亩", "1000亩以上", "不足500亩"]
    assert told["基地类型"].unique().tolist() == ["种植"]
    assert told["核定面积(亩)"].tolist() == bases["counted_mu"].tolist()
    assert not [name for name in told if str(name).isascii()]
    codes = pd.read_excel(
        write_bases(bases, tmp_path / "b.xlsx", headings="code"), engine="calamine"
    )
    assert {"base_id", "counted_mu", "tier", "lon"} < set(codes.columns)
    assert codes["kind"].unique().tolist() == ["planting"]
    with pytest.raises(hg.UnknownNameError, match="zh"):
        write_bases(bases, tmp_path / "c.xlsx", headings="en")


def test_what_a_cell_cannot_hold_is_said_beside_it(tmp_path: Path) -> None:
    bases = _bases({"operator": ["文" * 40_000, None, None]})
    path = write_bases(bases, tmp_path / "a.xlsx")
    about = pd.read_excel(path, sheet_name="说明", header=None, engine="calamine")
    assert about[0].astype(str).str.contains("超过一格").any()


@pytest.mark.parametrize("headings", ["zh", "code"])
def test_a_polygon_in_words_makes_no_row_as_high_as_a_page(headings: str, tmp_path: Path) -> None:
    bases = hg.classify(frame([square(600)], base_id=["A"]))
    ring = ", ".join(f"{36_500_000 + n}.123 {3_000_000 + n}.456" for n in range(60))
    written = f"POLYGON (({ring}))"
    path = write_bases(bases.assign(raw_geometry=written), tmp_path / "a.xlsx", headings=headings)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    heads = {cell.value: cell.column_letter for cell in sheet[1]}
    column = heads["坐标原文" if headings == "zh" else "raw_geometry"]
    assert sheet[f"{column}2"].value == written
    assert sheet[f"{column}2"].alignment.horizontal == "fill"
    assert sheet.row_dimensions[2].height < 50
    assert sheet.column_dimensions[column].width < 30
    about = openpyxl.load_workbook(path).worksheets[1:]
    said = [str(cell.value) for page in about for row in page.iter_rows() for cell in row]
    assert any("坐标原文只显示开头" in text for text in said) == bool(about)
