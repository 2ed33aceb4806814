"""Coordinates in workbooks and CSV: a boundary point a row, or a ring a cell."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import herbgis as hg
from herbgis.geo.zones import GaussKruger
from herbgis.reading.formats.coordinates import number_of, shape_of
from tests.helpers.make import (
    LAT,
    LON,
    assert_same_place,
    few,
    project,
    rectangle,
    row_of,
    with_hole,
)
from tests.helpers.offsets import cgcs2000_to_bd09, cgcs2000_to_gcj02

Rows = Sequence[Sequence[object]]


def _csv(path: Path, rows: Rows, encoding: str = "utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def _xlsx(path: Path, rows: Rows) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def _corners(shape: shapely.Geometry, *, close: bool = False) -> list[tuple[float, float]]:
    xy = shapely.get_coordinates(shapely.get_rings(shape)[0]).tolist()
    return [(x, y) for x, y in (xy if close else xy[:-1])]


def _points(shapes: Sequence[shapely.Geometry], *, close: bool = False) -> list[list[object]]:
    return [
        [f"YJ-{n}", f"J{k}", x, y]
        for n, shape in enumerate(shapes, 1)
        for k, (x, y) in enumerate(_corners(shape, close=close), 1)
    ]


HEAD = ["基地编号", "点号", "经度", "纬度"]


@pytest.mark.parametrize("close", [True, False], ids=["closed", "open"])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_points_by_base_are_outlines(tmp_path: Path, suffix: str, close: bool) -> None:
    write = _csv if suffix == ".csv" else _xlsx
    survey = hg.read_survey(
        write(tmp_path / f"a{suffix}", [HEAD, *_points(row_of(3), close=close)])
    )
    assert survey.bases["base_id"].tolist() == ["YJ-1", "YJ-2", "YJ-3"]
    for found, true in zip(survey.bases.geometry, row_of(3), strict=True):
        assert_same_place(found, true)
    count = 5 if close else 4
    assert survey.bases["sheet_row"].tolist() == [2, 2 + count, 2 + 2 * count]
    assert survey.files["records"].tolist() == [3]
    assert "3 个图斑" in survey.assumption_lines()[0]
    assert "未用列" not in survey.assumption_lines()[0]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig"])
def test_attributes_are_the_first_of_each_base(tmp_path: Path, encoding: str) -> None:
    rows = [
        [name, variety if k == 0 else "", x, y]
        for name, variety, shape in zip(["甲", "乙"], ["黄精", "天麻"], row_of(2), strict=True)
        for k, (x, y) in enumerate(_corners(shape))
    ]
    survey = hg.read_survey(
        _csv(tmp_path / "a.csv", [["基地名称", "品种", "东经", "北纬"], *rows], encoding)
    )
    assert survey.bases[["name", "variety"]].to_numpy().tolist() == [["甲", "黄精"], ["乙", "天麻"]]
    assert survey.bases.geometry.notna().all()


def test_a_blank_belongs_to_the_base_above(tmp_path: Path) -> None:
    rows = _points(row_of(2))
    rows = [[base if k % 4 == 0 else None, *rest] for k, (base, *rest) in enumerate(rows)]
    survey = hg.read_survey(_csv(tmp_path / "a.csv", [HEAD, *rows]))
    assert survey.bases["base_id"].tolist() == ["YJ-1", "YJ-2"]
    assert_same_place(survey.bases.geometry[1], row_of(2)[1])


def test_points_stand_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    rows = [[b, int(str(j)[1:]), x, y] for b, j, x, y in _points([rectangle()])]
    rows = [rows[at] for at in (2, 0, 3, 1)]
    survey = hg.read_survey(_csv(tmp_path / "a.csv", [HEAD, *rows]))
    assert_same_place(survey.bases.geometry[0], rectangle())


def test_rings_combine_even_odd(tmp_path: Path) -> None:
    rings = shapely.get_rings(with_hole())
    rows = [
        ["YJ-1", number, x, y]
        for number, ring in enumerate(rings, 1)
        for x, y in shapely.get_coordinates(ring).tolist()
    ]
    survey = hg.read_survey(_csv(tmp_path / "a.csv", [["基地编号", "圈号", "经度", "纬度"], *rows]))
    assert_same_place(survey.bases.geometry[0], with_hole())


@pytest.mark.parametrize("prefixed", [True, False], ids=["zone in front", "bare"])
@pytest.mark.parametrize("north_first", [True, False], ids=["X north", "X east"])
@pytest.mark.parametrize("above", ["坐标系：CGCS2000 3度带 中央经线108°", "带号：36", ""])
def test_x_and_y_are_told_apart_by_their_numbers(
    tmp_path: Path, prefixed: bool, north_first: bool, above: str
) -> None:
    shape = project(rectangle(), GaussKruger(36, prefixed).epsg)
    rows = [
        ["YJ-1", k, *((y, x) if north_first else (x, y))]
        for k, (x, y) in enumerate(_corners(shape))
    ]
    path = _csv(tmp_path / "a.csv", [[above], ["基地编号", "点号", "X(m)", "Y(m)"], *rows])
    survey = hg.read_survey(path)
    if not above and not prefixed:
        assert list(survey.issues["code"]) == ["HG004"]
        return
    assert_same_place(survey.bases.geometry[0], rectangle())
    assert ("X 为北" in survey.assumption_lines()[0]) == north_first
    assert list(survey.issues["code"]) == ([] if above else ["HG005"])


@pytest.mark.parametrize(("words", "datum"), [("北京54坐标系", "Beijing"), ("1980西安", "Xian")])
def test_an_old_datum_is_refused_until_its_parameters_are_given(
    tmp_path: Path, words: str, datum: str
) -> None:
    shape = project(rectangle(), 4524)
    rows = [["YJ-1", x, y] for x, y in _corners(shape)]
    path = _csv(tmp_path / "a.csv", [[f"{words} 中央经线108"], ["基地编号", "X", "Y"], *rows])
    survey = hg.read_survey(path)
    assert list(survey.issues["code"]) == ["HG007"]
    assert datum in survey.issues["message"][0]


@pytest.mark.parametrize(
    ("words", "move"), [("坐标系：GCJ-02", cgcs2000_to_gcj02), ("百度坐标", cgcs2000_to_bd09)]
)
def test_offset_systems_are_undone_where_the_table_names_them(
    tmp_path: Path, words: str, move: object
) -> None:
    moved = shapely.transform(rectangle(), lambda xy: np.column_stack(move(xy[:, 0], xy[:, 1])))  # type: ignore[operator]
    survey = hg.read_survey(_csv(tmp_path / "a.csv", [[words], HEAD, *_points([moved])]))
    assert_same_place(survey.bases.geometry[0], rectangle())
    assert "换算(表中注明)" in survey.assumption_lines()[0]


def test_a_point_that_cannot_be_read_is_named_and_the_others_kept(tmp_path: Path) -> None:
    rows = _points(row_of(2))
    rows[2][2] = "约108度"
    survey = hg.read_survey(_csv(tmp_path / "a.csv", [HEAD, *rows]))
    assert shapely.get_num_coordinates(survey.bases.geometry[0]) == 4
    assert_same_place(survey.bases.geometry[1], row_of(2)[1])
    (issue,) = survey.issues[survey.issues["code"] == "HG001"].itertuples()
    assert (issue.row, "第 4 行等 1 行" in issue.message) == (1, True)


def test_a_base_with_two_points_stays_points(tmp_path: Path) -> None:
    rows = [*_points([rectangle()]), ["YJ-2", "J1", LON, LAT], ["YJ-2", "J2", LON + 0.1, LAT]]
    survey = hg.read_survey(_csv(tmp_path / "a.csv", [HEAD, *rows]))
    assert survey.bases.geometry.geom_type.tolist() == ["Polygon", "MultiPoint"]


def test_a_centre_a_base_is_no_outline(tmp_path: Path) -> None:
    rows = [
        ["YJ-1", "甲", LON, LAT, 500],
        ["YJ-2", "乙", LON, LAT, 600],
        ["YJ-3", "丙", None, None, 7],
    ]
    head = ["基地编号", "基地名称", "经度", "纬度", "上报面积(亩)"]
    survey = hg.read_survey(_csv(tmp_path / "a.csv", [head, *rows]))
    assert survey.bases["declared_mu"].tolist() == [500, 600, 7]
    assert survey.bases.geometry.isna().all()
    assert "坐标为中心点" in survey.assumption_lines()[0]


def test_points_that_name_no_base_are_one_ring(tmp_path: Path) -> None:
    rows = [row[1:] for row in _points([rectangle()])]
    survey = hg.read_survey(_csv(tmp_path / "凤仪.csv", [HEAD[1:], *rows]))
    assert_same_place(survey.bases.geometry[0], rectangle())
    assert "连成一个图斑" in survey.assumption_lines()[0]


PAIRS = _corners(rectangle())
CELLS = {
    "wkt": rectangle().wkt,
    "wkt with srid": f"SRID=4490;{rectangle().wkt}",
    "semicolons": ";".join(f"{x},{y}" for x, y in PAIRS),
    "wide signs": "；".join(f"{x}，{y}" for x, y in PAIRS),
    "bars": "|".join(f"{x},{y}" for x, y in PAIRS),
    "lines": "\n".join(f"{x} {y}" for x, y in PAIRS),
    "blank in a pair": ", ".join(f"{x} {y}" for x, y in PAIRS),
    "comma in a pair": " ".join(f"{x},{y}" for x, y in PAIRS),
    "flat": ",".join(f"{x},{y}" for x, y in PAIRS),
    "json": str([[x, y] for x, y in PAIRS]),
    "json of rings": str([[[x, y] for x, y in PAIRS]]),
    "geojson": shapely.to_geojson(rectangle()),
    "latitude first": ";".join(f"{y},{x}" for x, y in PAIRS),
}


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
@pytest.mark.parametrize("heading", ["坐标串", "WKT", "拐点坐标"])
def test_a_ring_in_a_cell(tmp_path: Path, cell: str, heading: str) -> None:
    head = ["基地编号", "品种", heading]
    survey = hg.read_survey(_xlsx(tmp_path / "a.xlsx", [head, ["YJ-1", "黄精", cell]]))
    assert_same_place(survey.bases.geometry[0], rectangle())
    assert survey.bases["variety"].tolist() == ["黄精"]


def test_a_ring_that_cannot_be_read_leaves_its_record(tmp_path: Path) -> None:
    rows = [["YJ-1", "黄精", CELLS["flat"]], ["YJ-2", "天麻", "见附图"], ["YJ-3", "花椒", None]]
    survey = hg.read_survey(_xlsx(tmp_path / "a.xlsx", [["基地编号", "品种", "坐标"], *rows]))
    assert survey.bases.geometry.isna().tolist() == [False, True, True]
    issues = survey.issues.query("code == 'HG001'")
    assert issues[["row", "sheet_row"]].to_numpy().tolist() == [[2, 3]]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (108.5, 108.5),
        ("１０８．５", 108.5),
        ("108°30′0″", 108.5),
        ("108°30'00\"", 108.5),
        ("108度30分0秒", 108.5),
        ("E108°30′", 108.5),
        ("东经108°30.0′", 108.5),
        ("108.5°E", 108.5),
        ("108°30′18.36″", 108.5051),
        ("3,092,944.93", 3092944.93),
        ("36500000m", 36500000.0),
        ("约108", None),
        ("", None),
        (None, None),
        (True, None),
        (float("nan"), None),
        ("1e400", None),
    ],
)
def test_numbers_as_people_write_them(cell: object, value: float | None) -> None:
    assert number_of(cell) == (None if value is None else pytest.approx(value, abs=1e-9))


@few
@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.floats(), st.text(max_size=8)), min_size=4, max_size=4),
        max_size=8,
    )
)
def test_any_cells_end_in_a_survey(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[object]]
) -> None:
    path = _csv(tmp_path_factory.mktemp("table") / "a.csv", [HEAD, *rows], "utf-8")
    survey = hg.read_survey(path)
    assert survey.files["read"].sum() == len(survey.bases)


@few
@given(st.one_of(st.text(alphabet="0123456789,;.[]{} |\n-POLYGN()", max_size=60), st.text()))
def test_any_text_as_a_ring_is_a_shape_or_none(text: str) -> None:
    assert shape_of(text) is None or isinstance(shape_of(text), shapely.Geometry)


def test_parcels_of_one_base_stay_apart(tmp_path: Path) -> None:
    rows = [
        ["YJ-1", plot, x, y]
        for plot, shape in zip(itertools.count(1), row_of(2), strict=False)
        for x, y in _corners(shape)
    ]
    survey = hg.read_survey(
        _csv(tmp_path / "a.csv", [["基地编号", "地块编号", "经度", "纬度"], *rows])
    )
    assert survey.bases["base_id"].tolist() == ["YJ-1", "YJ-1"]
    assert survey.bases.geometry.notna().all()


@pytest.mark.parametrize("bad", ["丢失", "见图", "—", "2O8.4", "#REF!", "?", "", None])
@pytest.mark.parametrize("keyed", [True, False])
def test_a_plot_that_lacks_a_point_is_itself_blocked(
    tmp_path: Path, bad: object, *, keyed: bool
) -> None:
    """Its outline without the point is another: a square becomes a triangle of half the land."""
    shapes = [project(shape, 4524) for shape in row_of(2)]
    rows = [[n, p, round(y, 3), round(x, 3)] for n, p, x, y in _points(shapes, close=True)]
    rows[2][2] = bad
    head = ["基地编号", "点号", "X", "Y"]
    whole = [head, *rows] if keyed else [head[1:], *(row[1:] for row in rows)]
    survey = hg.read_survey(_xlsx(tmp_path / "a.xlsx", whole))
    found = survey.issues[survey.issues["code"] == "HG001"]
    assert found["row"].tolist() == [1]
    assert "第 4 行等 1 行坐标读不懂" in found["message"].iloc[0]
    blocked = hg.validate(survey, counties=None).bases["blocked_by"].tolist()
    assert ["HG001" in codes for codes in blocked] == [True, False]


@pytest.mark.parametrize(
    ("north", "east"),
    [
        *(("纵坐标X", "横坐标Y"), ("纵坐标X(m)", "横坐标Y(m)"), ("X纵坐标", "Y横坐标")),
        *(
            ("纵坐标", "横坐标"),
            ("北坐标X", "东坐标Y"),
            ("X（纵坐标）", "Y（横坐标）"),
            ("Ｘ", "Ｙ"),
        ),
        *(("纵坐标 X", "横坐标 Y"), ("X坐标", "Y坐标"), ("x（米）", "y（米）")),
    ],
)
def test_axes_by_their_names_in_surveying(tmp_path: Path, north: str, east: str) -> None:
    shapes = row_of(2)
    rows = [[n, p, y, x] for n, p, x, y in _points([project(shape, 4524) for shape in shapes])]
    survey = hg.read_survey(_xlsx(tmp_path / "a.xlsx", [["地块编号", "点号", north, east], *rows]))
    assert len(survey.bases) == 2
    for found, true in zip(survey.bases.geometry, shapes, strict=True):
        assert_same_place(found, true)
