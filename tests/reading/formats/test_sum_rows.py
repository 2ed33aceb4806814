"""Sums below a list are no bases."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

import herbgis as hg

_HEADINGS = ["基地编号", "基地名称", "品种", "面积(亩)", "乡镇"]
_LIST = [["D1", "甲", "天麻", 500, "朗溪镇"], ["D2", "乙", "黄精", 40, "木黄镇"]]
_BLANK: list[object] = []

_SUMS: dict[str, list[list[object]]] = {
    "a table of counts": [_BLANK, ["乡镇", "基地个数", "面积合计"], ["朗溪镇", 1, 500]],
    "right below": [["乡镇", "基地个数", "面积合计"], ["朗溪镇", 1, 500], ["木黄镇", 1, 40]],
    "under known headings": [_BLANK, ["乡镇", "品种", "面积(亩)"], ["朗溪镇", "天麻", 500]],
    "with a title": [_BLANK, ["按乡镇统计"], ["乡镇", "数量", "面积"], ["朗溪镇", 1, 500]],
    "by variety": [_BLANK, ["品种", "总面积(亩)"], ["天麻", 500], ["黄精", 40]],
    "by county": [_BLANK, ["县区", "个数", "占比"], ["印江县", 2, 1.0]],
    "without headings": [_BLANK, ["朗溪镇", None, None, 500], ["木黄镇", None, None, 40]],
    "under the column of names": [_BLANK, [None, "朗溪镇", None, 500], [None, "木黄镇", None, 40]],
    "under the column of townships": [_BLANK, [None, None, None, 500, "朗溪镇"]],
    "below a title alone": [_BLANK, ["分乡镇汇总"], ["朗溪镇", None, "1个", 500]],
    "of which": [_BLANK, ["其中:朗溪镇", None, None, 500], ["木黄镇", None, None, 40]],
    "below the total": [
        ["合计", None, None, 540],
        ["天麻", None, None, 500],
        ["黄精", None, None, 40],
    ],
    "of villages too": [_BLANK, ["朗溪镇", None, None, 500], ["某某村", None, None, 40]],
    "by county, unnamed": [_BLANK, ["印江县", None, None, 540], ["江口县", None, None, 0]],
}


def _read(folder: Path, rows: list[list[object]]) -> hg.Survey:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "a.xlsx")
    return hg.read_survey(folder / "a.xlsx")


@pytest.mark.parametrize("below", _SUMS.values(), ids=_SUMS)
def test_sums_below_a_list_are_no_bases_and_said(tmp_path: Path, below: list[list[object]]) -> None:
    survey = _read(tmp_path, [_HEADINGS, *_LIST, *below])
    assert list(survey.bases["base_id"]) == ["D1", "D2"]
    assert list(survey.bases["declared_mu"]) == [500, 40]
    said = [*survey.issues["message"], *survey.assumption_lines()]
    assert any("汇总" in line or "没有编号和名称" in line or "统计表" in line for line in said)


_BASES: dict[str, list[list[object]]] = {
    "behind a blank row": [_BLANK, ["D3", "丙", "天麻", 30, "朗溪镇"]],
    "of a township's name": [_BLANK, ["D3", "朗溪镇", "天麻", 30, None]],
    "named by its township and variety": [_BLANK, [None, "朗溪镇", "天麻", 30, None]],
    "without a name": [_BLANK, [None, None, "天麻", 30, "朗溪镇"]],
    "with an id alone": [_BLANK, ["D3", None, None, 30, None]],
    "with a name alone": [_BLANK, [None, "丙基地", None, 30, None]],
    "under a total": [["小计", None, None, 540], ["D3", "丙", "天麻", 30, "木黄镇"]],
    "of a township's name, no blank row": [[None, "朗溪镇", None, 30, None]],
    "a list below": [_BLANK, ["基地编号", "面积(亩)"], ["D3", 30]],
    "a name alone behind a sum": [["小计", None, None, 540], [None, "丙基地", None, 30, None]],
    "a number for an id": [_BLANK, [103, "朗溪镇", "天麻", 30, "朗溪镇"]],
}


@pytest.mark.parametrize("below", _BASES.values(), ids=_BASES)
def test_bases_below_a_blank_row_stay(tmp_path: Path, below: list[list[object]]) -> None:
    survey = _read(tmp_path, [_HEADINGS, *_LIST, *below])
    assert list(survey.bases["declared_mu"]) == [500, 40, 30]


_NUMBERED = ["序号", "基地名称", "品种", "面积(亩)", "乡镇"]


@pytest.mark.parametrize(
    "below",
    [
        [_BLANK, [3, None, "天麻", 30, None]],
        [_BLANK, [3, None, None, 30, "朗溪镇"]],
        [_BLANK, [3, "朗溪镇", None, 30, None]],
        [_BLANK, ["3", None, None, 30, "木黄镇"]],
        [["小计", None, None, 540], [3, None, None, 30, "朗溪镇"]],
        [["合计", None, None, 540], [3.0, "印江县", None, 30, None]],
    ],
    ids=str,
)
def test_a_row_whose_number_goes_on_is_a_record(tmp_path: Path, below: list[list[object]]) -> None:
    rows = [_NUMBERED, [1, "甲", "天麻", 500, "朗溪镇"], [2, "乙", "黄精", 40, "木黄镇"]]
    survey = _read(tmp_path, [*rows, *below])
    assert list(survey.bases["declared_mu"]) == [500, 40, 30]
    assert not len(survey.issues)


def test_sums_with_numbers_of_their_own_are_no_records(tmp_path: Path) -> None:
    rows = [_NUMBERED, [1, "甲", "天麻", 500, "朗溪镇"], [2, "乙", "黄精", 40, "木黄镇"]]
    sums = [[1, "朗溪镇", None, 500], [2, "木黄镇", None, 40], [3, "印江县", None, 540]]
    survey = _read(tmp_path, [*rows, _BLANK, *sums])
    assert list(survey.bases["declared_mu"]) == [500, 40]
    assert "汇总" in survey.issues["message"].item()


@pytest.mark.parametrize("name", ["木黄镇", "印江县", "天麻", "板场镇"])
def test_where_bases_are_named_as_groups_a_name_tells_no_sum(tmp_path: Path, name: str) -> None:
    rows = [_NUMBERED[1:], ["朗溪镇", "天麻", 500, None], ["乙", "黄精", 40, None]]
    survey = _read(tmp_path, [*rows, _BLANK, [name, None, 30, None]])
    assert list(survey.bases["declared_mu"]) == [500, 40, 30]


@pytest.mark.parametrize("name", ["丙基地", "黄精二号", "2号地", "某某公司"])
def test_a_name_ends_sums_that_no_title_heads(tmp_path: Path, name: str) -> None:
    rows = [_HEADINGS, *_LIST, _BLANK, [None, "朗溪镇", None, 500]]
    survey = _read(tmp_path, [*rows, [None, name, None, 30], [None, "丁", "天麻", 20]])
    assert list(survey.bases["declared_mu"]) == [500, 40, 30, 20]


def test_a_list_of_townships_has_blank_rows_between(tmp_path: Path) -> None:
    rows = [["基地名称", "面积"], ["朗溪镇", 500], _BLANK, ["木黄镇", 40]]
    assert list(_read(tmp_path, rows).bases["name"]) == ["朗溪镇", "木黄镇"]


@pytest.mark.parametrize(
    "title", ["朗溪镇", "朗溪", "印江县", "印江土家族苗族自治县", "黄精", "木黄镇"]
)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_group_alone_in_the_place_of_ids_heads_a_section(
    tmp_path: Path, title: str, ending: str
) -> None:
    rows = [_HEADINGS, [title], _LIST[0], [title], _LIST[1]]
    if ending == "xlsx":
        survey = _read(tmp_path, rows)
    else:
        lines = [",".join(map(str, [*row, *[""] * (5 - len(row))])) for row in rows]
        (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
        survey = hg.read_survey(tmp_path / "a.csv")
    assert list(survey.bases["base_id"]) == ["D1", "D2"]
    assert "分段标题 2 行" in survey.assumption_lines()[0]


@pytest.mark.parametrize("row", [["D3"], ["朗溪一号"], [None, "朗溪镇"], ["朗溪镇", "丙"]], ids=str)
def test_other_cells_alone_are_records(tmp_path: Path, row: list[object]) -> None:
    assert len(_read(tmp_path, [_HEADINGS, _LIST[0], row, _LIST[1]]).bases) == 3
