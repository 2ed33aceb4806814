"""A folder a county, each with a list of its bases and their polygons: who is told what."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest

import herbgis as hg
from tests.helpers.books import save_book
from tests.helpers.shapes import east_of, square

_PLACES = {
    "德江县": (108.12, 28.26, "520626"),
    "印江县": (108.41, 27.99, "520625"),
    "石阡县": (108.23, 27.51, "520623"),
}
_HEADINGS = ["序号", "基地编号", "基地名称", "主栽品种", "上报面积(亩)", "建设状态", "测量日期"]


def _write_county(folder: Path, county: str, *, zipped: bool) -> None:
    lon, lat, code = _PLACES[county]
    ids = [f"{code}-2020-{n:03}" for n in (1, 2, 3)]
    rows: list[list[object]] = [["", *[""] * 6], _HEADINGS]
    rows[0][0] = "基地名单"
    told = [("黄晶草", 620, "2020-03-01"), ("黄精", 621, "2020-13-45"), ("黄精", 900, "2020-03-01")]
    for n, (base, (crop, mu, day)) in enumerate(zip(ids, told, strict=True), 1):
        rows.append([n, base, f"{n}号", crop, mu, "已建", day])
    rows.append([4, f"{code}-2020-009", "9号", "天麻", 550, "已建", "2020-03-01"])
    folder.mkdir(parents=True)
    book = save_book(folder / "名单.xlsx", rows)
    if zipped:
        with zipfile.ZipFile(folder / "名单.zip", "w") as package:
            package.write(book, "名单.xlsx")
        book.unlink()
    shapes = [east_of(square(620 + n, lon, lat), 2500 * n) for n in range(3)]
    gpd.GeoDataFrame({"基地编号": ids}, geometry=shapes, crs=4490).to_file(folder / "图斑.gpkg")


@pytest.fixture(scope="module", params=["folders", "places"])
def report(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    counties: gpd.GeoDataFrame,
) -> hg.ValidationReport:
    root = tmp_path_factory.mktemp(request.param)
    for number, county in enumerate(_PLACES):
        name = county if request.param == "folders" else f"第{number}批"
        _write_county(root / name, county, zipped=number == 0)
    return hg.validate(hg.read_survey(root), counties=counties)


def test_nothing_is_said_twice_and_all_stand_in_the_list(report: hg.ValidationReport) -> None:
    said = report.table[["base_id", "code", "message"]]
    assert not said.duplicated().any()
    assert report.table["file"].str.endswith("名单.xlsx").all()
    rows = {"001": 3, "002": 4, "003": 5, "009": 6}
    wanted = report.table["base_id"].str[-3:].map(rows)
    assert report.table["sheet_row"].tolist() == wanted.tolist()


def test_both_records_stay_blocked(report: hg.ValidationReport) -> None:
    assert report.bases["blocked_by"].map(lambda codes: "HG503" in codes).all()


def test_rows_of_a_list_stand_on_the_polygon(report: hg.ValidationReport) -> None:
    drawn = report.table[~report.table["base_id"].str.endswith("009")]
    shapes = report.bases[report.bases["source_file"].str.endswith("gpkg")].set_index("base_id")
    for issue in drawn.itertuples():
        point = gpd.points_from_xy([issue.lon], [issue.lat])[0]
        assert shapes.loc[issue.base_id].geometry.contains(point)
    assert report.table["lon"].isna().sum() == len(report.table) - len(drawn)


def test_each_county_gets_its_own(
    report: hg.ValidationReport, counties: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    written = hg.write_return_slips(report, tmp_path, counties=counties)
    packages = sorted(path.stem for path in written if path.suffix == ".zip")
    by_folder = "德江县/" in "".join(report.table["file"])
    unplaced = [] if by_folder else ["退回-未填单位"]  # a row of the list has no place
    assert packages == sorted(["退回-德江县", "退回-印江自治县", "退回-石阡县", *unplaced])
    with zipfile.ZipFile(tmp_path / "退回-德江县.zip") as package:
        package.extract("退回单.xlsx", tmp_path)
    page = openpyxl.load_workbook(tmp_path / "退回单.xlsx")["退回单"]
    cells = [str(cell) for row in page.iter_rows(values_only=True) for cell in row if cell]
    assert any("没有填填报单位" in text and "退回这里" in text for text in cells)
    assert any("德江县" in text for text in cells) or not by_folder
    assert not any("石阡" in text or "印江" in text for text in cells)
