"""What a call says of its files: the system of those that state none, and which sheets are read."""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas as gpd
import openpyxl
import pyproj
import pytest
import shapely

import herbgis as hg

#: A square of 600 亩 on the plane of a zone without its number: metres that no system is told by.
SIDE = (600 * 10000 / 15) ** 0.5
ZONES = {"EPSG:4545": 108, 4546: 111, "4548": 117, "EPSG:4544": 105, pyproj.CRS(4547): 114}


def _shapefile(folder: Path, crs: int | None = None) -> Path:
    square = shapely.box(500_000, 3_060_000, 500_000 + SIDE, 3_060_000 + SIDE)
    path = folder / "基地.shp"
    frame = gpd.GeoDataFrame({"base_id": ["K1"], "品种": ["黄精"]}, geometry=[square], crs=crs)
    _write(frame, path)
    return path


def _write(frame: gpd.GeoDataFrame, path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the system that is lacking
        frame.to_file(path, encoding="utf-8")


def _book(folder: Path) -> Path:
    book = openpyxl.Workbook()
    for name, number in {"江口县": "A", "石阡县": "B", "说明": "C"}.items():
        sheet = book.create_sheet(name)
        for row in (["基地编号", "品种", "面积（亩）"], [f"{number}-1", "黄精", 520]):
            sheet.append(row)
    del book["Sheet"]
    book.save(folder / "报表.xlsx")
    return folder / "报表.xlsx"


@pytest.mark.parametrize("crs", ZONES, ids=str)
def test_a_layer_without_a_system_has_the_one_that_is_given(
    tmp_path: Path, crs: str | int | pyproj.CRS
) -> None:
    survey = hg.read_survey(_shapefile(tmp_path), crs=crs)
    (shape,) = survey.bases.geometry
    code = ZONES[crs]
    assert shape.centroid.x == pytest.approx(code, abs=0.02)
    assert any("按调用时给的" in line for line in survey.files["assumptions"][0])
    assert "HG004" not in set(survey.issues["code"])


def test_without_one_it_is_not_guessed(tmp_path: Path) -> None:
    assert "HG004" in set(hg.read_survey(_shapefile(tmp_path)).issues["code"])


def test_what_a_file_states_stands(tmp_path: Path) -> None:
    (shape,) = hg.read_survey(_shapefile(tmp_path, 4546), crs=4545).bases.geometry
    assert shape.centroid.x == pytest.approx(111, abs=0.02)


def test_coordinates_that_cannot_be_of_it_are_found(tmp_path: Path) -> None:
    zoned = shapely.box(36_500_000, 3e6, 36_501_000, 3.001e6)
    path = tmp_path / "两个.shp"
    _write(gpd.GeoDataFrame({"base_id": ["K1", "K2"]}, geometry=[zoned, zoned]), path)
    survey = hg.read_survey(path, crs="EPSG:4545")
    assert "HG006" in set(survey.issues["code"])


@pytest.mark.parametrize("crs", ["EPSG:99999", "贵州独立坐标", 0, "四五四五"])
def test_what_is_no_system_is_refused(tmp_path: Path, crs: str | int) -> None:
    with pytest.raises(hg.CrsError, match="EPSG"):
        hg.read_survey(_book(tmp_path), crs=crs)


def test_only_the_sheets_that_are_named_are_read(tmp_path: Path) -> None:
    survey = hg.read_survey(_book(tmp_path), sheets=["江口县", "石阡县"])
    assert survey.bases["base_id"].tolist() == ["A-1", "B-1"]
    left = survey.files.set_index("layer").loc["说明"]
    assert (left["records"], left["read"], left["skipped"]) == (1, 0, 0)
    assert left["assumptions"] == ["没有指名读这一层, 未读"]


def test_one_sheet_may_be_named_alone_and_files_without_sheets_are_read(tmp_path: Path) -> None:
    survey = hg.read_survey([_book(tmp_path), _shapefile(tmp_path, 4545)], sheets="石阡县")
    assert sorted(survey.bases["base_id"]) == ["B-1", "K1"]


def test_a_sheet_that_no_file_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(hg.UnknownNameError, match="您要的是 石阡县 吗"):
        hg.read_survey(_book(tmp_path), sheets="石千县")
