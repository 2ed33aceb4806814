"""The standard 界址点成果表 in a workbook: titles, edge lengths between points, several plots."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest
import shapely

import herbgis as hg
from herbgis.reading.formats.coordinates import number_of
from tests.helpers.make import assert_same_place, project, rectangle, row_of, with_hole

Rows = list[list[object]]
EPSG = 4524
HEADS: Rows = [
    ["序 号", "点 号", "坐 标(2000国家大地坐标系)", None, "边 长(m)"],
    [None, None, "X(m)", "Y(m)", None],
]


def _corners(shape: shapely.Geometry, *, closed: bool = True) -> list[tuple[float, float]]:
    """North before east, to the millimetre."""
    xy = shapely.get_coordinates(shapely.get_rings(project(shape, EPSG))[0]).tolist()
    return [(round(y, 3), round(x, 3)) for x, y in (xy if closed else xy[:-1])]


def _points(
    corners: Sequence[tuple[float, float]], *, first: int = 1, edges: str = "between"
) -> Rows:
    """Rows of points J1, J2 … with the lengths of edges between them, beside them, or without."""
    rows: Rows = []
    for k, (north, east) in enumerate(corners):
        label = f"J{first}" if k and corners[k] == corners[0] else f"J{first + k}"
        length = round(math.dist(corners[k - 1], corners[k]), 2) if k else None
        if edges == "between" and k:
            rows.append([None, None, None, None, length])
        rows.append([k + 1, label, north, east, length if edges == "beside" else None])
    return rows


def _titles(number: str, *more: str) -> Rows:
    return [["界 址 点 成 果 表"], [f"    宗地号: {number}"], *([text] for text in more)]


def _read(path: Path, rows: Sequence[Sequence[object]], *merged: str) -> hg.Survey:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(path)
    return hg.read_survey(path)


def _assert_drawn(survey: hg.Survey, shapes: Sequence[shapely.Geometry]) -> None:
    """Each plot in its place, and nothing wrong said; the system may have been inferred."""
    assert len(survey.bases) == len(shapes)
    for found, true in zip(survey.bases.geometry, shapes, strict=True):
        assert_same_place(found, true)
    assert set(survey.issues["code"]) <= {"HG005"}
    assert survey.files["read"].sum() == survey.files["records"].sum() == len(shapes)


@pytest.mark.parametrize("edges", ["between", "beside", "none"])
@pytest.mark.parametrize("closed", [True, False], ids=["closed", "open"])
@pytest.mark.parametrize("foot", [[], [["制表:      校审:      2020 年 6 月 1 日"]]])
def test_a_form_is_one_plot(tmp_path: Path, edges: str, closed: bool, foot: Rows) -> None:
    rows = [
        *_titles("520625001001JC00012", "权利人:某合作社   宗地名称:朗溪基地"),
        *HEADS,
        *_points(_corners(rectangle(), closed=closed), edges=edges),
        *foot,
    ]
    survey = _read(tmp_path / "a.xlsx", rows)
    _assert_drawn(survey, [rectangle()])
    base = survey.bases.iloc[0]
    assert (base["base_id"], base["name"]) == ("520625001001JC00012", "朗溪基地")
    assert base["operator"] == "某合作社"


@pytest.mark.parametrize(
    "titles",
    [
        [["宗地号", "520625-1", None, "权利人", "某合作社"]],
        [["宗地号：520625-1", None, "权利人：某合作社"]],
        [["宗地代码:520625-1    权利人：某合作社    制图:甲"]],
        [["宗地号:", "520625-1"], ["权利人：", None, "某合作社"]],
        [["地块编号：５２０６２５－１"], ["承包方：某合作社"]],
    ],
)
def test_titles_stand_in_one_cell_or_beside_their_values(tmp_path: Path, titles: Rows) -> None:
    rows = [*titles, *HEADS, *_points(_corners(rectangle()))]
    survey = _read(tmp_path / "a.xlsx", rows)
    _assert_drawn(survey, [rectangle()])
    assert survey.bases["base_id"].tolist() == ["520625-1"]
    assert survey.bases["operator"].tolist() == ["某合作社"]


def test_titles_may_name_any_column_of_the_base_table(tmp_path: Path) -> None:
    titles = [["基地编号：YJ-1  品种：天麻"], ["填报单位：印江县", "建设状态：已建"]]
    survey = _read(tmp_path / "a.xlsx", [*titles, *HEADS, *_points(_corners(rectangle()))])
    base = survey.bases.iloc[0]
    assert (base["base_id"], base["variety"], base["status"]) == ("YJ-1", "天麻", "built")
    assert base["reporting_unit"] == "印江土家族苗族自治县"


# Several plots


def _two(between: Rows, first: int = 1, *, closed: bool = True, edges: str = "between") -> Rows:
    one, two = (_corners(shape, closed=closed) for shape in row_of(2))
    return [*_points(one, edges=edges), *between, *_points(two, first=first, edges=edges)]


_AGAIN: Rows = [[], *_titles("02"), *HEADS]
PLOTS: dict[str, Callable[[], Rows]] = {
    "titles and headings again": lambda: [*_titles("01"), *HEADS, *_two(_AGAIN)],
    "titles again": lambda: [*_titles("01"), *HEADS, *_two([[], *_titles("02")])],
    "headings again": lambda: [*HEADS, *_two([[], *HEADS])],
    "a blank row": lambda: [*HEADS, *_two([[]])],
    "nothing between": lambda: [*HEADS, *_two([])],
    "J1 again, open": lambda: [*HEADS, *_two([], closed=False)],
    "open, titles": lambda: [*_titles("01"), *HEADS, *_two(_AGAIN, closed=False)],
    "numbers go on": lambda: [*HEADS, *_two([], first=5)],
    "numbers go on, open, titles": lambda: [
        *_titles("01"),
        *HEADS,
        *_two(_AGAIN, first=5, closed=False),
    ],
    "no edges": lambda: [*HEADS, *_two([[]], edges="none")],
    "edges beside": lambda: [*_titles("01"), *HEADS, *_two(_AGAIN, edges="beside")],
    "one line of headings": lambda: [
        ["点号", "X坐标", "Y坐标"],
        *[row[1:4] for row in _two([], edges="none")],
    ],
    "without numbers, closed": lambda: [
        ["X(m)", "Y(m)"],
        *[row[2:4] for row in _two([], edges="none")],
    ],
    "without numbers, a blank row": lambda: [
        ["X(m)", "Y(m)"],
        *[row[2:4] for row in _two([[]], edges="none", closed=False)],
    ],
    "a remark of each point": lambda: [
        ["点号", "X(m)", "Y(m)", "备注"],
        *[[*row[1:4], "埋石" if row[1] else None] for row in _two([])],
    ],
}


@pytest.mark.parametrize("rows", PLOTS.values(), ids=PLOTS)
def test_plots_of_a_sheet_are_told_apart(tmp_path: Path, rows: Callable[[], Rows]) -> None:
    survey = _read(tmp_path / "a.xlsx", rows())
    _assert_drawn(survey, row_of(2))
    assert survey.bases["base_id"].nunique() == 2


def test_titles_over_all_columns_are_titles(tmp_path: Path) -> None:
    rows = [*_titles("01"), *HEADS, *_two(_AGAIN)]
    second = next(n for n, row in enumerate(rows, 1) if row == ["    宗地号: 02"])
    survey = _read(tmp_path / "a.xlsx", rows, "A1:E1", "A2:E2", f"A{second}:E{second}")
    _assert_drawn(survey, row_of(2))
    assert survey.bases["name"].tolist() == ["宗地01", "宗地02"]


def test_a_plot_goes_on_behind_a_page(tmp_path: Path) -> None:
    points = _points(_corners(rectangle()), edges="none")
    page = [[], ["界址点成果表", None, None, None, "第 2 页"], ["    宗地号: 01"], *HEADS]
    survey = _read(tmp_path / "a.xlsx", [*_titles("01"), *HEADS, *points[:2], *page, *points[2:]])
    _assert_drawn(survey, [rectangle()])


def test_a_plot_goes_on_in_columns_on_the_right(tmp_path: Path) -> None:
    points = [row[1:4] for row in _points(_corners(rectangle()), edges="none")]
    right = [*points[3:], [None, None, None]]
    rows = [
        ["    宗地号: 52062501"],
        ["点号", "X(m)", "Y(m)"] * 2,
        *([*a, *b] for a, b in zip(points[:3], right, strict=True)),
    ]
    survey = _read(tmp_path / "a.xlsx", rows)
    _assert_drawn(survey, [rectangle()])
    assert survey.bases["base_id"].tolist() == ["52062501"]


def test_a_boundary_inside_a_closed_one_is_its_hole(tmp_path: Path) -> None:
    shape = with_hole()
    outer, inner = (_corners(shapely.Polygon(ring)) for ring in shapely.get_rings(shape))
    rows = [*HEADS, *_points(outer), [], *_points(inner, first=len(outer))]
    _assert_drawn(_read(tmp_path / "a.xlsx", rows), [shape])


def test_a_point_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    rows = [*HEADS, *_points(_corners(rectangle()))]
    rows[4][2] = "见附图"
    survey = _read(tmp_path / "a.xlsx", rows)
    named = survey.issues.query("code == 'HG001'")
    assert len(named) == 1
    assert "第 5 行等 1 行" in named["message"].iloc[0]


def test_edges_between_points_of_named_bases_are_no_points(tmp_path: Path) -> None:
    head = ["基地编号", "点号", "X(m)", "Y(m)", "边长"]
    rows = [
        head,
        *[
            [f"YJ-{n}", *row[1:]]
            for n, shape in enumerate(row_of(2), 1)
            for row in _points(_corners(shape))
        ],
    ]
    _assert_drawn(_read(tmp_path / "a.xlsx", rows), row_of(2))


# Areas


@pytest.mark.parametrize(
    ("label", "factor", "suffix", "wrong"),
    [
        ("宗地面积(公顷)", 1e-4, "", False),
        ("宗地面积(亩)", 0.0015, "", False),
        ("宗地面积（平方米）", 1, "", False),
        ("宗地面积", 0.0015, "亩", False),
        ("地块面积", 1, "平方米", False),
        ("宗地面积", 1e-4, "公顷", False),
        ("宗地面积", 1e-4, "", False),
        ("宗地面积", 1, "", False),
        ("宗地面积(亩)", 1e-4, "", True),
        ("宗地面积", 0.0030, "亩", True),
        ("宗地面积", 0.9, "", True),
        ("面积(公顷)", 0.0015, "", True),
    ],
)
def test_a_stated_area_is_held_against_the_points(
    tmp_path: Path, label: str, factor: float, suffix: str, wrong: bool
) -> None:
    area = project(rectangle(), EPSG).area * factor
    titles = [["宗地号:52062501"], [f"  {label}:{area:.4f}{suffix}"]]
    survey = _read(tmp_path / "a.xlsx", [*titles, *HEADS, *_points(_corners(rectangle()))])
    assert_same_place(survey.bases.geometry[0], rectangle())
    named = survey.issues.query("code == 'HG008'")
    assert len(named) == wrong
    if wrong:
        assert named["row"].tolist() == [1]
        assert len(named["message"].iloc[0]) <= 40


# Degrees, minutes, seconds


def _packed(degrees: float) -> float:
    whole = int(degrees)
    minutes = int((degrees - whole) * 60)
    return whole + minutes / 100 + ((degrees - whole) * 60 - minutes) * 60 / 10_000


def _parts(degrees: float, form: str) -> str:
    whole = int(degrees)
    minutes = int((degrees - whole) * 60)
    return form.format(d=whole, m=minutes, s=((degrees - whole) * 60 - minutes) * 60)


_DEGREES = shapely.get_coordinates(rectangle()).tolist()


@pytest.mark.parametrize(
    "form",
    [
        "{d}°{m}′{s:.5f}″",
        "{d}°{m}'{s:.5f}\"",
        "{d}度{m}分{s:.5f}秒",
        "{d} {m} {s:.5f}",
        "{d}:{m}:{s:.5f}",
        "{d}-{m}-{s:.5f}",
        "{d}° {m}′ {s:.5f}″",
        "{d}º{m}’{s:.5f}”",
    ],
)
def test_degrees_in_parts(tmp_path: Path, form: str) -> None:
    rows = [["基地编号", "经度(度分秒)", "纬度(度分秒)"]]
    rows += [["YJ-1", _parts(x, form), _parts(y, form)] for x, y in _DEGREES]
    survey = _read(tmp_path / "a.xlsx", rows)
    _assert_drawn(survey, [rectangle()])


@pytest.mark.parametrize(
    ("above", "headings"),
    [
        ("坐标格式：度分秒", ["经度", "纬度"]),
        ("坐标 ddd.mmss", ["经度", "纬度"]),
        ("", ["经度(DDD.MMSS)", "纬度(DD.MMSS)"]),
        ("", ["经度(度.分秒)", "纬度(度.分秒)"]),
        ("", ["经度(dms)", "纬度(dms)"]),
        ("单位：度、分、秒", ["东经", "北纬"]),
    ],
)
def test_packed_degrees_are_unpacked_where_words_say_so(
    tmp_path: Path, above: str, headings: list[str]
) -> None:
    points = [["YJ-1", round(_packed(x), 10), round(_packed(y), 10)] for x, y in _DEGREES]
    survey = _read(tmp_path / "a.xlsx", [[above], ["基地编号", *headings], *points])
    _assert_drawn(survey, [rectangle()])
    assert "度.分秒(表中注明)" in survey.assumption_lines()[0]


@pytest.mark.parametrize("unit", ["亩", "公顷", "平方米"])
def test_packed_degrees_are_told_by_the_stated_area(tmp_path: Path, unit: str) -> None:
    per_m2 = {"亩": 0.0015, "公顷": 1e-4, "平方米": 1.0}[unit]
    area = project(rectangle(), EPSG).area * per_m2
    points = [[f"J{k}", _packed(x), _packed(y)] for k, (x, y) in enumerate(_DEGREES[:-1], 1)]
    rows = [[f"宗地号:52062501   宗地面积:{area:.4f}{unit}"], ["点号", "经度", "纬度"], *points]
    survey = _read(tmp_path / "a.xlsx", rows)
    assert_same_place(survey.bases.geometry[0], rectangle())
    assert "由所写面积判定" in survey.assumption_lines()[0]


def test_packed_degrees_that_nothing_tells_are_doubted(tmp_path: Path) -> None:
    circle = shapely.Point(108.5, 27.9).buffer(0.004, 8)
    points = [["YJ-1", _packed(x), _packed(y)] for x, y in shapely.get_coordinates(circle).tolist()]
    survey = _read(tmp_path / "a.xlsx", [["基地编号", "经度", "纬度"], *points])
    assert survey.issues[["code", "severity"]].to_numpy().tolist()[0] == ["HG001", "warning"]
    assert "度.分秒" in survey.issues["message"].iloc[0]


def test_decimal_degrees_are_not_doubted(tmp_path: Path) -> None:
    circle = shapely.Point(108.5, 27.9).buffer(0.004, 8)
    points = [["YJ-1", x, y] for x, y in shapely.get_coordinates(circle).tolist()]
    survey = _read(tmp_path / "a.xlsx", [["基地编号", "经度", "纬度"], *points])
    _assert_drawn(survey, [circle])


@pytest.mark.parametrize("cell", ["108°75′0″", "108:30:75", "108 60 00"])
def test_minutes_and_seconds_stay_below_sixty(cell: str) -> None:
    assert number_of(cell) is None
