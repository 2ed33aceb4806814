"""Whom findings go back to: one county is one line, however its office is written."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

import herbgis as hg
from herbgis.tables.summary import by_unit_table
from herbgis.terms.reporting_units import NO_UNIT, is_some_office, office_of
from herbgis.validating.addressees import addressees
from tests.helpers.shapes import east_of, frame, square

POLICY = hg.load_policy()
OFFICES = {
    "印江县农业农村局": "印江土家族苗族自治县",
    "印江土家族苗族自治县农业农村局": "印江土家族苗族自治县",
    "印江农业农村局": "印江土家族苗族自治县",
    "印江县科技局": "印江土家族苗族自治县",
    "印江县人民政府": "印江土家族苗族自治县",
    "德江县中药材产业发展中心": "德江县",
    "碧江区农业农村局": "碧江区",
    "沿河县农业农村局药材办": "沿河土家族自治县",
    "松桃县扶贫办": "松桃苗族自治县",
    "思南县乡村振兴局": "思南县",
    "玉屏县中药材专班": "玉屏侗族自治县",
}
OTHERS = [
    "铜仁市农业农村局", "贵州某某药业有限公司", "印江镇农业服务中心", "江口合作社", "印江乡政府",
    "德江街道办", "县农业农村局", "某局", "石阡县城", "高新区", "中心",
]  # fmt: skip
SOME = [
    "县农业农村局", "农业农村局", "本县农业农村局", "我县科技局", "县政府", "县人民政府",
    "区农业农村局", "自治县农业农村局", "县中药材办公室", "县林业局", "县扶贫办", "县乡村振兴局",
]  # fmt: skip


@pytest.mark.parametrize("stated", OFFICES)
def test_an_office_is_its_countys(stated: str) -> None:
    assert office_of(stated, POLICY) == OFFICES[stated]
    assert not is_some_office(stated)


@pytest.mark.parametrize("stated", OTHERS)
def test_what_is_no_countys_office_is_left_alone(stated: str) -> None:
    assert office_of(stated, POLICY) is None


@pytest.mark.parametrize("stated", SOME)
@pytest.mark.parametrize("told_by", ["county", "folder", "place"])
def test_an_office_of_some_county_is_that_of_its_county_folder_or_place(
    stated: str, told_by: str
) -> None:
    """And one line of the summary, beside the county written with its name."""
    assert is_some_office(stated)
    shapes = [square(600), east_of(square(700), 3000)]
    records = frame(
        shapes,
        base_id=["A", "B"],
        reporting_unit=[stated, "印江县"],
        county=["印江" if told_by == "county" else None] * 2,
        source_file=["印江县/a.gpkg" if told_by == "folder" else "a.gpkg"] * 2,
        source_row=[1, 2],
    )
    counties = gpd.GeoDataFrame(
        {"county": ["印江土家族苗族自治县"]},
        geometry=[shapes[0].union(shapes[1]).buffer(0.05)],
        crs=records.crs,
    )
    report = hg.validate(records, counties=counties if told_by == "place" else None)
    told = addressees(report.bases, POLICY, counties)
    assert told["unit"].tolist() == ["印江自治县"] * 2
    table = by_unit_table(report, told["unit"].to_list())
    assert table[["填报单位", "基地数"]].to_numpy().tolist() == [["印江自治县", 2]]


def test_an_office_of_which_nothing_tells_the_county_keeps_its_name() -> None:
    report = hg.validate(frame([square(600)], reporting_unit="县农业农村局", county=None))
    assert addressees(report.bases, POLICY)["unit"].tolist() == ["县农业农村局"]


def test_a_list_of_no_county_is_told_where_to_look(tmp_path: Path) -> None:
    rows = {"基地编号": ["A", "B"], "主栽品种": ["黄精", None], "上报面积(亩)": [600, 700]}
    pd.DataFrame(rows).to_csv(tmp_path / "名单.csv", index=False)
    report = hg.validate(hg.read_survey(tmp_path / "名单.csv"))
    assert set(addressees(report.bases, POLICY)["unit"]) == {NO_UNIT}
    written = hg.write_return_slips(report, tmp_path / "退回")
    package = next(path for path in written if path.suffix == ".zip")
    with zipfile.ZipFile(package) as parts:
        book = openpyxl.load_workbook(io.BytesIO(parts.read("退回单.xlsx")))
    cells = [str(cell) for row in book["退回单"].iter_rows(values_only=True) for cell in row]
    assert any("有 2 条没有填填报单位和县区" in cell and "“行号”" in cell for cell in cells)
