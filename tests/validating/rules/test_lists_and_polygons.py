"""What is wrong with a row of a list is said of that row, also where its polygon is another file's.

A county finds the cell that it wrote by file and row; which of two files comes first by its name
is chance.
"""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

import herbgis as hg
from tests.helpers.shapes import east_of, frame, square

HEADINGS = ["基地编号", "填报单位", "主栽品种", "上报面积(亩)", "建设状态", "建成时间", "基地类型"]
ROWS = {
    "unknown words": (["A", "印江县", "没有的药", 600, "说不清", "2019-05-01", "乱类"],),
    "a bad day": (["A", "印江县", "黄精", 600, "已建", "2020-13-40", "种植"],),
    "a bad number": (["A", "印江县", "黄精", "约600", "已建", "2019-05-01", "种植"],),
    "another area": (["A", "印江县", "黄精", 90, "已建", "2019-05-01", "种植"],),
    "hectares": (["A", "印江县", "黄精", 45, "已建", "2019-05-01", "种植"],),
    "the threshold": (["A", "印江县", "黄精", 500, "已建", "2019-05-01", "种植"],),
    "no unit": (["A", None, "黄精", 600, "已建", "2019-05-01", "种植"],),
}
CODES = {
    "unknown words": {"HG501", "HG508", "HG510"},
    "a bad day": {"HG504"},
    "a bad number": {"HG505"},
    "another area": {"HG401"},
    "hectares": {"HG402"},
    "the threshold": {"HG509"},
    "no unit": {"HG503"},
}


@pytest.mark.parametrize(("first", "parcels"), [("list", 1), ("polygons", 2)])
@pytest.mark.parametrize("wrong", ROWS)
def test_a_finding_stands_on_the_row_that_says_it(
    wrong: str, first: str, parcels: int, tmp_path: Path
) -> None:
    names = ("1.xlsx", "2.gpkg") if first == "list" else ("2.xlsx", "1.gpkg")
    book = openpyxl.Workbook()
    for row in (["上报名单"], HEADINGS, ["Z", "印江县", "黄精"], *ROWS[wrong]):
        book.active.append(row)
    book.save(tmp_path / names[0])
    whole = 675.0 if wrong == "hectares" else 510.0 if wrong == "the threshold" else 600.0
    shapes = [east_of(square(whole / parcels), 2000 * n) for n in range(parcels)]
    drawn = frame(shapes, base_id=["A"] * parcels)[["base_id", "geometry"]]
    drawn.rename(columns={"base_id": "基地编号"}).to_file(tmp_path / names[1])
    found = hg.validate(hg.read_survey(tmp_path)).table
    said = found[found["base_id"].eq("A") & found["code"].isin(CODES[wrong])]
    assert set(said["code"]) == CODES[wrong]
    assert not said["code"].duplicated().any()
    assert said["file"].str.endswith(names[0]).all()
    assert set(said["sheet_row"]) == {4}
    assert said["lon"].notna().all()
