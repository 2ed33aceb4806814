"""1,200 in a table of commas is never 1."""

from __future__ import annotations

from pathlib import Path

import pytest

import herbgis as hg


def _read(folder: Path, *lines: str) -> hg.Survey:
    path = folder / "名单.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return hg.read_survey(path)


_CUT = {
    "an empty remark takes the second half": (
        *(
            "基地编号,基地名称,品种,面积,备注",
            "D1,甲,天麻,1,200",
            "D2,乙,天麻,500,",
            "D3,丙,天麻,30,",
        ),
    ),
    "every row is cut, into the remark": (
        *("基地编号,基地名称,品种,面积,备注", "D1,甲,天麻,1,200", "D2,乙,天麻,1,500"),
    ),
    "the headings end with a comma": (
        *("基地编号,基地名称,品种,面积,", "D1,甲,天麻,1,200", "D2,乙,天麻,500,"),
    ),
    "every row has one cell more than headings": (
        *(
            "基地编号,基地名称,品种,面积",
            "D1,甲,天麻,1,200",
            "D2,乙,天麻,1,500",
            "D3,丙,天麻,1,300",
        ),
    ),
    "one row has a cell more": (
        *("基地编号,基地名称,品种,面积", "D1,甲,天麻,1,200", "D2,乙,天麻,500", "D3,丙,天麻,30"),
    ),
    "the words behind move to the right": (
        *(
            "基地编号,基地名称,面积,品种,备注",
            "D1,甲,1,200,天麻",
            "D2,乙,500,天麻,",
            "D3,丙,9,天麻,",
        ),
    ),
    "a number stands behind the area, words behind that": (
        *(
            "基地编号,面积,带动农户,品种,备注",
            "D1,1,200,35,天麻",
            "D2,500,12,天麻,",
            "D3,9,120,天麻,",
        ),
    ),
    "with decimals": (
        *("基地编号,基地名称,品种,面积,备注", "D1,甲,天麻,1,200.5", "D2,乙,天麻,500,"),
    ),
    "with its unit": (
        *("基地编号,基地名称,品种,面积,备注", "D1,甲,天麻,1,200亩", "D2,乙,天麻,500,"),
    ),
    "two commas in one number": (
        *("基地编号,品种,面积(㎡),备注,来源", "D1,黄精,1,234,567", "D2,黄精,500,,", "D3,黄精,9,,"),
    ),
    "the unit stands behind": (
        *(
            "基地编号,品种,面积,面积单位,备注",
            "D1,天麻,1,200,亩",
            "D2,天麻,500,亩,",
            "D3,天麻,9,亩,",
        ),
    ),
    "an unknown column of words stands behind": (
        *(
            "基地编号,品种,面积,地类,备注",
            "D1,天麻,1,200,旱地",
            "D2,天麻,500,旱地,",
            "D3,天麻,9,园地,",
        ),
    ),
    "a day stands behind": (
        *("基地编号,品种,面积,测量日期,备注", "D1,天麻,1,200,2020-05", "D2,天麻,5,2020-05,"),
    ),
    "a yield before the area is cut": (
        *(
            "基地编号,产值(万元),面积,品种,备注",
            "D1,1,200,35,天麻",
            "D2,20,30,天麻,",
            "D3,9,7,天麻,",
        ),
    ),
    "a number that nobody knows is cut before the area": (
        *("基地编号,投资,面积,品种,备注", "D1,1,200,35,天麻", "D2,20,30,天麻,", "D3,9,7,天麻,"),
    ),
    "full-width commas": (
        *("基地编号，基地名称，品种，面积，备注", "D1，甲，天麻，1，200", "D2，乙，天麻，500，"),
    ),
}


@pytest.mark.parametrize("lines", _CUT.values(), ids=_CUT)
def test_a_number_that_a_comma_may_have_cut_is_named_and_none(
    tmp_path: Path, lines: tuple[str, ...]
) -> None:
    survey = _read(tmp_path, *lines)
    first = survey.bases.iloc[0]
    assert first["base_id"] == "D1"
    assert survey.bases["declared_mu"].isna().iloc[0]
    table = hg.validate(survey).table
    assert {"HG001", "HG505"} <= set(table.loc[table["row"] == 1, "code"])
    cut = table.loc[(table["code"] == "HG001"), "row"]
    whole = survey.bases[~survey.bases["source_row"].isin(cut)]
    assert whole["declared_mu"].notna().all()


_WHOLE = {
    "numbers of their own": (
        *("基地编号,面积,带动农户,品种", "D1,120,350,天麻", "D2,2,120,天麻", "D3,1,200,天麻"),
    ),
    "an id behind": ("面积,基地编号,品种", "12,101,天麻", "8,102,黄精", "1,103,白及"),
    "a counter before": ("序号,面积,品种", "1,200,天麻", "2,300,天麻", "3,999,黄精"),
    "an unknown column of numbers": (
        *("基地编号,面积,海拔,品种", "D1,12,800,天麻", "D2,9,650,天麻", "D3,1,1200,黄精"),
    ),
    "names that are numbers": (
        *(
            "序号,基地编号,基地名称,面积,品种",
            "1,101,7,800,天麻",
            "2,102,8,85,黄精",
            "3,103,9,1,白及",
        ),
    ),
    "villages that are numbers": (
        "面积,户数,村,品种",
        "12,101,3,天麻",
        "8,102,5,黄精",
        "1,103,9,白及",
    ),
    "a comma in marks": ("基地编号,面积,品种", 'D1,"1,200",天麻', "D2,9,天麻"),
    "a remark of words": ("基地编号,品种,面积,备注", "D1,天麻,1,约200", "D2,天麻,5,"),
    "four digits behind": ("基地编号,品种,面积,备注", "D1,天麻,1,2020", "D2,天麻,5,2019"),
    "a zero before": ("基地编号,品种,面积,备注", "D1,天麻,0,200", "D2,天麻,0.5,300"),
    "nothing that a base has": (
        "基地编号,品种,面积",
        "D1,天麻,501,120",
        "D2,天麻,502,120",
        "D3,天麻,509,120",
    ),
    "tabs": ("基地编号\t品种\t面积\t备注", "D1\t天麻\t1\t200", "D2\t天麻\t5\t300"),
    "semicolons": ("基地编号;品种;面积;备注", "D1;天麻;1;200", "D2;天麻;5;300"),
}


@pytest.mark.parametrize("lines", _WHOLE.values(), ids=_WHOLE)
def test_numbers_beside_each_other_stay_two(tmp_path: Path, lines: tuple[str, ...]) -> None:
    survey = _read(tmp_path, *lines)
    assert survey.bases["declared_mu"].notna().all()
    assert survey.issues.empty
