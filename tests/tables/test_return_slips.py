"""What goes back to the counties, and what has come back."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

import herbgis as hg
from herbgis.foundation.language import LANGUAGES, speaking
from herbgis.geo.geopackages import CHANGES_LAYER
from herbgis.tables.reports import read_report
from herbgis.validating.comeback import compare_reports
from tests.cli.test_cli import run
from tests.helpers.books import runs_nothing
from tests.helpers.offsets import cgcs2000_to_gcj02
from tests.helpers.shapes import LAT, LON, frame, square
from tests.validating.rules.test_rules import needle

HOSTILE = "=cmd|' /C calc'!A0"


def batch() -> gpd.GeoDataFrame:
    """Six bases: sound, a spike, GCJ-02, no variety, a bow-tie, another unit."""
    shapes = [square(110 + 50 * n, LON, LAT + 0.03 * n) for n in range(6)]
    west, south, east, north = shapes[4].bounds
    bow = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
    shapes[1], shapes[4] = needle(shapes[1], 60), bow
    bases = frame(shapes, name=[HOSTILE, "乙", "丙", "丁", "戊", "己"])
    bases.loc[3, "variety"] = None
    bases.loc[5, ["reporting_unit", "status"]] = ["松桃苗族自治县", "推进中"]
    return bases


def ledger() -> gpd.GeoDataFrame:
    return batch().iloc[[2]]


def displaced() -> gpd.GeoDataFrame:
    bases = batch()
    shapes = list(bases.geometry)
    shapes[2] = shapely.transform(shapes[2], lambda xy: np.column_stack(cgcs2000_to_gcj02(*xy.T)))
    return bases.set_geometry(gpd.GeoSeries(shapes, crs=bases.crs))


@pytest.fixture
def sent(tmp_path: Path, counties: gpd.GeoDataFrame) -> Path:
    report = hg.validate(displaced(), counties=counties, against=ledger())
    hg.write_return_slips(report, tmp_path / "退回", counties=counties)
    return tmp_path / "退回"


def _slip(folder: Path, unit: str, name: str) -> bytes:
    with zipfile.ZipFile(folder / f"退回-{unit}.zip") as package:
        return package.read(name)


def _rows(folder: Path, unit: str, tmp_path: Path) -> list[dict[str, object]]:
    path = tmp_path / "读.xlsx"
    path.write_bytes(_slip(folder, unit, "退回单.xlsx"))
    page = openpyxl.load_workbook(path)["退回单"]
    cells = [[cell.value for cell in row] for row in page.iter_rows()]
    head = next(n for n, row in enumerate(cells) if row[0] == "序号")
    rows = [row for row in cells[head + 1 :] if isinstance(row[0], int)]
    return [dict(zip(cells[head], row, strict=True)) for row in rows]


def test_each_unit_gets_its_own_and_all_of_it(sent: Path, tmp_path: Path) -> None:
    packages = sorted(path.name for path in sent.glob("退回-*.zip"))
    assert packages == ["退回-印江自治县.zip", "退回-松桃自治县.zip"]
    mine = _rows(sent, "印江自治县", tmp_path)
    assert [row["基地编号"][-3:] for row in mine] == ["003", "004", "005", "002"]
    assert [row["处理要求"] for row in mine] == ["须整改"] * 3 + ["须核实"]
    assert {"整改情况", "整改后面积", "整改人", "整改日期", "市级复核意见"} <= mine[0].keys()
    (other,) = _rows(sent, "松桃自治县", tmp_path)
    assert other["代码"] == "HG508"


def test_a_package_holds_slip_map_and_repaired_data(sent: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(sent / "退回-印江自治县.zip") as package:
        assert package.namelist() == ["退回单.xlsx", "问题地图.html", "修复后.gpkg"]
    page = _slip(sent, "印江自治县", "问题地图.html").decode()
    assert "修复前后" in page
    assert "http-equiv" in page
    path = tmp_path / "修复后.gpkg"
    path.write_bytes(_slip(sent, "印江自治县", "修复后.gpkg"))
    assert len(hg.read_survey(path).bases) == 5
    changes = gpd.read_file(path, layer=CHANGES_LAYER)
    assert set(changes["代码"].dropna()) >= {"HG106", "HG204"}


def test_the_repaired_file_has_only_what_needs_a_decision(
    sent: Path, counties: gpd.GeoDataFrame
) -> None:
    again = hg.validate(hg.read_survey(sent / "修复后.gpkg"), counties=counties, against=ledger())
    errors = again.table[again.table["severity"] == "error"]
    assert sorted(errors["code"]) == ["HG102", "HG503"]
    assert again.bases["base_id"].tolist() == batch()["base_id"].tolist()
    assert again.bases["name"].iloc[0] == HOSTILE


def test_words_of_a_survey_stay_text(sent: Path, tmp_path: Path) -> None:
    bases = displaced()
    bases.loc[0, "variety"] = None
    report = hg.validate(bases)
    hg.write_return_slips(report, tmp_path / "x")
    for path in (tmp_path / "x").glob("*.xlsx"):
        for page in openpyxl.load_workbook(path).worksheets:
            assert runs_nothing(page)
    assert "<script" not in (sent / "汇总.html").read_text(encoding="utf-8")


def test_the_same_report_gives_the_same_bytes(tmp_path: Path, counties: gpd.GeoDataFrame) -> None:
    for name in ("a", "b"):
        report = hg.validate(displaced(), counties=counties, against=ledger())
        hg.write_return_slips(report, tmp_path / name, counties=counties)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_a_unit_may_bear_any_name(tmp_path: Path) -> None:
    bases = batch().assign(reporting_unit=["../../etc", "a/b", "a:b", "CON", "", ".hg."])
    bases["variety"] = None
    written = hg.write_return_slips(hg.validate(bases), tmp_path / "退回")
    assert all(path.parent == tmp_path / "退回" for path in written)
    names = [path.name.casefold() for path in written if path.suffix == ".zip"]
    assert len(names) == len(set(names)) >= 5


def test_a_file_that_cannot_be_read_is_sent_back_too(tmp_path: Path) -> None:
    (tmp_path / "坏.gpkg").write_bytes(b"no")
    report = hg.validate(hg.read_survey(tmp_path / "坏.gpkg"))
    hg.write_return_slips(report, tmp_path / "退回")
    (row,) = _rows(tmp_path / "退回", "未填单位", tmp_path)
    assert row["代码"] == "HG001"


def test_an_empty_survey_makes_an_empty_report(tmp_path: Path) -> None:
    report = hg.validate(batch().iloc[:0])
    written = hg.write_return_slips(report, tmp_path / "退回")
    assert not [path for path in written if path.suffix == ".zip"]


def test_what_has_come_back(sent: Path, counties: gpd.GeoDataFrame) -> None:
    mended = batch().drop(index=5)
    mended.loc[3, "variety"] = "黄精"
    mended.loc[0, "county"] = "松桃苗族自治县"
    report = hg.validate(mended, counties=counties, against=ledger())
    told = compare_reports(read_report(sent), report)
    states = {(row.base_id[-3:], row.code): row.state for row in told.itertuples()}
    assert states[("005", "HG102")] == "open"
    assert states[("004", "HG503")] == "mended"
    assert states[("003", "HG204")] == "mended"
    assert states[("001", "HG207")] == "new"
    assert states[("006", "HG508")] == "absent"
    assert told["state"].is_monotonic_increasing or told["state"].tolist() == sorted(
        told["state"], key=["open", "new", "absent", "mended"].index
    )


def test_since_on_the_command_line(tmp_path: Path, sent: Path) -> None:
    batch().to_file(tmp_path / "批次.gpkg")
    shown = run("validate", tmp_path / "批次.gpkg", "--since", sent, "--fix", "safe")
    assert "未整改 " in shown.stdout
    assert "修复 " in shown.stdout
    plain = run("validate", tmp_path / "批次.gpkg", "--since", sent, "--format", "json")
    assert {"state", "code", "base_id"} <= json.loads(plain.stdout)["since"][0].keys()
    missing = run("validate", tmp_path / "批次.gpkg", "--since", tmp_path / "没有")
    assert missing.returncode == 2
    assert "issues.json" in missing.stderr


@pytest.mark.parametrize("text", ["", "[]", '{"issues": 1}', '{"issues": [{}]}', "{" * 100_000])
def test_a_report_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "issues.json").write_text(text, encoding="utf-8")
    with pytest.raises(hg.HerbgisError, match=r"issues\.json"):
        read_report(tmp_path)


def test_patterns_worth_a_look() -> None:
    bases = batch().iloc[:4].assign(declared_mu=[500.0, 500.0, 500.0, 260.0], variety="黄精")
    known = bases.set_geometry(bases.geometry.translate(0.2))
    found = hg.validate(bases, against=known).patterns
    assert set(found["pattern"]) == {"核减率偏大", "上报恰为规模线", "同编号换了地方"}
    units = hg.validate(bases).units
    surveyed = units["surveyed_mu"].iloc[0]
    assert units["reduction"].iloc[0] == pytest.approx((1760 - surveyed) / 1760)
    assert isinstance(found, pd.DataFrame)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_slip_is_one_sheet_of_paper_across(
    lang: str, counties: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    """What the county fills in stands beside what is to be done."""
    with speaking(lang):
        report = hg.validate(displaced(), counties=counties)
        hg.write_return_slips(report, tmp_path / "退回", counties=counties)
    for package in (tmp_path / "退回").glob("退回-*.zip"):
        path = tmp_path / "读.xlsx"
        with zipfile.ZipFile(package) as opened:
            path.write_bytes(opened.read("退回单.xlsx"))
        page = openpyxl.load_workbook(path).worksheets[0]
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert not page.col_breaks.brk
