"""The template that counties fill in: what it asks is what reading understands."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
from openpyxl.worksheet.worksheet import Worksheet

import herbgis as hg
from herbgis.tables.template import template_fields
from herbgis.terms.headings import match_headings
from tests.cli.test_cli import run
from tests.helpers.shapes import east_of, square

POLICY = hg.load_policy()
TOLD = {
    "基地名称": "第一种植基地",
    "乡镇": "合兴镇",
    "村": "朝阳村",
    "经营主体": "某某种植专业合作社",
    "其他品种": "丹参、玄参",
    "种植模式": "林下",
    "基地类型": "示范",
    "上报面积": 621.5,
    "计量单位": "亩",
    "测量方式": "RTK",
    "测量日期": dt.date(2020, 3, 15),
    "建成时间": dt.date(2019, 11, 30),
    "技术规程": "是",
    "统一供种": "否",
    "追溯": "是",
    "认证": "否",
    "技术依托单位": "某某研究院",
    "科技特派员": "张三",
    "项目编号": "TR-015",
    "带动农户(户)": 120,
    "其中贫困户(户)": 36,
    "生产年度": 2019,
    "采收面积(亩)": 300,
    "鲜品产量(吨)": 240.5,
    "干品产量(吨)": 60.25,
    "成本(万元)": 180,
    "产值(万元)": 312,
    "计划面积(亩)": 200,
    "年出圃种苗(万株)": 15,
    "每亩用苗(株)": 2500,
    "年产菌种(万瓶)": 8,
    "年产菌种(万袋)": 9,
    "佐证材料": "流转合同",
    "备注": "近公路",
}
#: What stands in a field of the form that the list above does not know.
ANYTHING = {"text": "某某", "flag": "是", "number": 7, "year": 2019, "date": dt.date(2020, 3, 1)}
CHOSEN = {"填报单位", "县(区)", "主栽品种", "建设状态"}
FILLED = {
    field.heading: TOLD.get(field.heading, ANYTHING.get(field.column.kind))
    for field in template_fields()
    if field.column.name != "base_id" and field.heading not in CHOSEN
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("template")
    hg.write_template(out)
    return out


def _headings(page: Worksheet) -> list[str]:
    return [str(cell.value) for cell in page[1]]


def _listed(book: openpyxl.Workbook, page: Worksheet, heading: str) -> list[str]:
    """What the drop-down under a heading offers."""
    letter = page.cell(1, _headings(page).index(heading) + 1).column_letter
    for check in page.data_validations.dataValidation:
        if str(check.sqref).startswith(f"{letter}2:"):
            if check.formula1.startswith('"'):
                return check.formula1.strip('"').split(",")
            sheet, _, cells = check.formula1.partition("!")
            rows = book[sheet.strip("'")][cells.replace("$", "")]
            return [str(cell.value) for row in rows for cell in row]
    raise AssertionError(heading)


def test_two_hundred_bases_filled_in_are_read_without_a_question(
    folder: Path, tmp_path: Path, counties: gpd.GeoDataFrame
) -> None:
    book = openpyxl.load_workbook(folder / "上报模板.xlsx")
    page = book["基地"]
    headings = _headings(page)
    units = _listed(book, page, "填报单位")
    places = _listed(book, page, "县(区)")
    varieties = _listed(book, page, "主栽品种")
    states = _listed(book, page, "建设状态")
    codes = {word.title: word.code for word in POLICY.words["county"].values()}
    for row in range(200):
        chosen = {
            "乡镇": POLICY.townships.names[codes[places[row % len(places)]]][0],
            "填报单位": units[row % len(units)],
            "县(区)": places[row % len(places)],
            "主栽品种": varieties[row % len(varieties)],
            "建设状态": states[row % len(states)],
        }
        for heading, value in {**FILLED, **chosen}.items():
            page.cell(row + 2, headings.index(heading) + 1, value)
    book.save(tmp_path / "已填.xlsx")
    survey = hg.read_survey(tmp_path / "已填.xlsx")
    assert len(survey.bases) == 200
    assert not len(survey.issues)
    said = survey.files["assumptions"].iloc[0]
    assert said == ["隐藏工作表 选项 未读", "工作表 填写说明 没有认出表头, 未读"]
    report = hg.validate(survey, counties=counties)
    assert set(report.table["code"]) == {"HG101"}
    first = survey.bases.iloc[0]
    told = {name: first[name] for name in ("harvested_mu", "cost_wan", "spawn_bags_wan")}
    assert told == {"harvested_mu": 300.0, "cost_wan": 180.0, "spawn_bags_wan": 9.0}
    assert first["varieties"] == ["天麻", "丹参", "玄参"]
    asked = {field.column.name for field in template_fields()} - {"base_id"}
    assert not survey.bases[sorted(asked)].iloc[0].isna().any()


def test_what_may_be_chosen_is_the_catalogue_and_is_understood(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "上报模板.xlsx")
    page = book["基地"]
    assert _listed(book, page, "主栽品种") == list(POLICY.varieties)
    for heading, column in (
        *(("填报单位", "reporting_unit"), ("县(区)", "county"), ("基地类型", "kind")),
        *(("建设状态", "status"), ("计量单位", "unit"), ("测量方式", "survey_method")),
        *(("认证", "answer"), ("追溯", "answer")),
    ):
        for choice in _listed(book, page, heading):
            assert POLICY.canonical(column, choice) is not None, choice
    for check in page.data_validations.dataValidation:
        assert check.errorStyle in {None, "stop"}
        assert check.showErrorMessage
    assert book["选项"].sheet_state == "hidden"
    assert book.active.title == "基地"


def test_no_line_of_the_instructions_is_ever_a_base(folder: Path) -> None:
    for name in ("上报模板.xlsx", "上报模板.gpkg", "上报模板shp"):
        survey = hg.read_survey(folder / name)
        assert not len(survey.bases), name
        assert not len(survey.issues), name


@pytest.mark.parametrize("name", ["上报模板.gpkg", "上报模板shp/上报模板.shp"])
def test_layers_have_the_same_fields_and_take_polygons(
    folder: Path, name: str, tmp_path: Path
) -> None:
    info = pyogrio.read_info(folder / name)
    matched = match_headings(list(info["fields"]), POLICY).columns
    asked = {field.column.name for field in template_fields()}
    assert matched.keys() == asked
    assert set(info["fields"]) == set(matched.values())
    assert info["crs"] == "EPSG:4490"
    short = name.endswith(".shp")
    values: dict[str, object] = {
        (field.short if short else field.heading): FILLED.get(field.heading)
        for field in template_fields()
    }
    values |= {"填报单位": "德江县", "县(区)": "德江县", "主栽品种": "天麻", "建设状态": "已建"}
    layer = gpd.GeoDataFrame(
        {heading: [value, value] for heading, value in values.items()},
        geometry=[square(620), east_of(square(620), 2000)],
        crs="EPSG:4490",
    ).assign(基地编号=["520626-2020-001", "520626-2020-002"])
    for heading in ("测量日期", "建成时间"):
        layer[heading] = pd.to_datetime(layer[heading])
    shutil.copytree(folder, tmp_path / "copy")
    filled = tmp_path / "copy" / name
    pyogrio.write_dataframe(layer, filled, append=True, promote_to_multi=not short)
    survey = hg.read_survey(filled)
    assert not len(survey.issues)
    assert survey.files["assumptions"].iloc[0] == []
    assert len(survey.bases) == 2
    assert not survey.bases[sorted(asked)].isna().any().any()
    assert survey.bases["surveyed_on"].tolist() == [pd.Timestamp("2020-03-15")] * 2


def test_the_script_quotes_what_is_dropped_on_it(folder: Path) -> None:
    raw = (folder / "校验.bat").read_bytes()
    script = raw.decode("gbk")
    assert script.count("\r\n") == script.count("\n")
    assert 'set ARGS=%ARGS% "%~1"' in script
    assert '--out "%OUT%"' in script


def test_headings_fit_a_dbf_and_every_text_is_gbk() -> None:
    for field in template_fields():
        assert len(field.short.encode("gbk")) <= 10, field.short
        (field.heading + field.how + field.example).encode("gbk")
        assert match_headings([field.short], POLICY)[0].keys() == {field.column.name}
        assert match_headings([field.heading], POLICY)[0].keys() == {field.column.name}
    # 产量 without a word on 鲜 or 干 is read, and not asked for.
    assert "yield_t" not in {field.column.name for field in template_fields()}


def test_same_bytes_every_time_and_the_command_line(folder: Path, tmp_path: Path) -> None:
    done = run("template", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if path.suffix != ".gpkg":
            assert (tmp_path / path.relative_to(folder)).read_bytes() == path.read_bytes(), path
    targets = hg.read_targets(tmp_path / "任务分解.xlsx")
    assert len(targets) == 24
