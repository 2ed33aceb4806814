"""Files with what control layers tell say 内部资料, each sheet and each format; no other does."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

import herbgis as hg
from herbgis.tables.data_files import read_bases, write_bases
from tests.helpers.shapes import east_of, frame, square

LAYER = gpd.GeoDataFrame({"DLBM": ["0103"]}, geometry=[square(9000)], crs=4490)
CONTROLS = {"永久基本农田": LAYER, "水源地": LAYER, "三调": LAYER}


def _report(controls: Any) -> hg.ValidationReport:
    records = frame(
        [square(600), east_of(square(700), 1500), None],
        base_id=["甲", "乙", "丙"],
        name=["甲基地", "乙基地", "丙基地"],
        variety="杜仲",
        reporting_unit=["印江县", "印江县", "江口县"],
    )
    return hg.validate(records, controls=controls)


@pytest.fixture(scope="module")
def report() -> hg.ValidationReport:
    return _report(CONTROLS)


def _sheets(book: Path | BytesIO) -> dict[str, str]:
    """All that each sheet says."""
    loaded = openpyxl.load_workbook(book)
    return {
        sheet.title: "\n".join(str(cell.value) for row in sheet for cell in row if cell.value)
        for sheet in loaded
    }


def _texts(folder: Path) -> dict[str, str]:
    """All texts of what goes back, by file and sheet."""
    texts: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as package:
                inner = {name: package.read(name) for name in package.namelist()}
        else:
            inner = {path.name: path.read_bytes()}
        for name, content in inner.items():
            key = f"{path.name}/{name}"
            if name.endswith(".xlsx"):
                books = _sheets(BytesIO(content))
                texts |= {f"{key}/{sheet}": said for sheet, said in books.items()}
            elif not name.endswith(".gpkg"):
                texts[key] = content.decode("utf-8-sig")
    return texts


def test_everything_that_goes_back_says_that_it_is_internal(
    report: hg.ValidationReport, tmp_path: Path
) -> None:
    hg.write_return_slips(report, tmp_path)
    texts = _texts(tmp_path)
    assert len(texts) > 8
    assert [name for name, said in texts.items() if "内部资料" not in said] == []
    assert [name for name, said in texts.items() if "没有查的" not in said] == []
    of_land = texts["问题清单.xlsx/问题清单.xlsx/管控图层"]
    for told in (
        "涉永久基本农田",
        "水源地",
        "地类耕地",
        "地类园地",
        "地类林地",
        "地类其他",
        "甲基地",
    ):
        assert told in of_land, told
    slip = next(said for name, said in texts.items() if name.endswith("退回单.xlsx/管控图层"))
    assert "甲基地" in slip
    assert "丙基地" not in slip
    repaired = gpd.read_file(tmp_path / "修复后.gpkg", layer="基地")
    assert not {"cropland_mu", "地类耕地", "地类耕地(亩)"} & {*repaired.columns}


def test_sums_by_unit_are_those_of_the_bases(report: hg.ValidationReport, tmp_path: Path) -> None:
    hg.write_return_slips(report, tmp_path)
    table = pd.read_excel(
        tmp_path / "汇总.xlsx", sheet_name="管控图层", header=2, engine="openpyxl"
    ).set_index("填报单位")
    wanted = report.bases["cropland_mu"].sum()
    assert table.loc["印江自治县", "地类耕地"] == pytest.approx(wanted)


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "parquet", "csv", "xlsx"])
def test_a_data_file_says_it_and_comes_back(
    suffix: str, report: hg.ValidationReport, tmp_path: Path
) -> None:
    bases = hg.classify(report.bases)
    path = write_bases(bases, tmp_path / f"基地.{suffix}")
    again = read_bases(path)
    assert again is not None
    assert again["internal_note"].str.startswith("内部资料").all()
    counted = hg.count_progress(again, policy=hg.load_policy())
    pd.testing.assert_frame_equal(
        counted.controls, hg.count_progress(bases).controls, check_dtype=False
    )


def test_progress_books_say_it_on_each_sheet(report: hg.ValidationReport, tmp_path: Path) -> None:
    bases = hg.classify(report.bases)
    notes = hg.list_data_notes(bases)
    path = hg.write_progress_book(hg.count_progress(bases), tmp_path / "进度.xlsx", notes=notes)
    sheets = _sheets(path)
    assert "涉管控图层" in sheets
    assert [name for name, said in sheets.items() if said.count("内部资料") != 1] == []


def test_without_layers_no_file_speaks_of_them(tmp_path: Path) -> None:
    report = _report(None)
    hg.write_return_slips(report, tmp_path)
    spoken = [f"{n}: {w}" for n, said in _texts(tmp_path).items() for w in WORDS if w in said]
    assert spoken == []
    assert "internal" not in json.loads((tmp_path / "issues.json").read_text(encoding="utf-8"))
    written = write_bases(hg.classify(report.bases), tmp_path / "基地.csv").read_text("utf-8-sig")
    assert "internal" not in written
    sheets = _sheets(
        hg.write_progress_book(hg.count_progress(hg.classify(report.bases)), tmp_path / "进度.xlsx")
    )
    assert [name for name, said in sheets.items() if "内部资料" in said or "管控" in said] == []


WORDS = ("内部资料", "管控图层", "HG60")


def test_a_ledger_keeps_none_of_it(report: hg.ValidationReport, tmp_path: Path) -> None:
    path = tmp_path / "台账.gpkg"
    hg.admit(path, hg.classify(report.bases), on=dt.date(2020, 6, 30))
    fields = {*hg.read_ledger(path), *hg.read_ledger_history(path)}
    assert not [name for name in fields if "control" in name or "cropland" in name]
