"""界址点 TXT in the layouts of many generators, with plots that are none, and typed by hand."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import herbgis as hg
from tests.helpers.make import (
    LAT,
    LON,
    assert_same_place,
    few,
    gauss_kruger,
    project,
    rectangle,
    row_of,
)

ZONE = gauss_kruger(36)
HEADER = ("[属性描述]", "坐标系=2000国家大地坐标系", "几度分带=3", "带号=36")
PLOTS = "[地块坐标]"
_LETTERED, _PREFIXED = "J{n},{ring},{north:.3f},{east:.3f}", "{:.4f}"


def _corners(shape: shapely.Geometry) -> list[tuple[float, float]]:
    return [(x, y) for x, y in shapely.get_coordinates(project(shape, ZONE)).tolist()]


def _points(shape: shapely.Geometry, form: str = _LETTERED, ring: int = 1) -> list[str]:
    return [
        form.format(n=n, ring=ring, north=north, east=east)
        for n, (east, north) in enumerate(_corners(shape), 1)
    ]


def _hectares(shape: shapely.Geometry) -> float:
    return float(project(shape, ZONE).area) / 10_000


def _txt(folder: Path, lines: Sequence[str], name: str = "基地.txt") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _codes(survey: hg.Survey) -> list[str]:
    return [str(code) for code in survey.issues["code"]]


# Heads: number and name stand right before 面, and what is left is no id.

_LAYOUTS = {
    "as prescribed": ("5,{ha},YJ-01,甲地,面,,林下,,@", "YJ-01", "甲地"),
    "as prescribed, sheet and codes": ("5,{ha},YJ-01,甲地,面,H48G03,林下,0307,@", "YJ-01", "甲地"),
    "a province's, ten commas": ("0,0,522222104,横桥村,YJ-01,甲地,面,,,,@", "YJ-01", "甲地"),
    "a province's, village empty": ("5,{ha},522222104,,YJ-01,甲地,面,,,,@", "YJ-01", "甲地"),
    "code alone before the number": ("5,{ha},522222104,YJ-01,甲地,面,,,,@", "YJ-01", "甲地"),
    "unit behind the area": ("5,{ha}公顷,,甲地,面,,,,@", None, "甲地"),
    "unit, no number of points": ("{ha}公顷,,甲地,面,,,,@", None, "甲地"),
    "no area": ("5,YJ-01,甲地,面,,,,@", "YJ-01", "甲地"),
    "six columns": ("5,{ha},YJ-01,甲地,面,@", "YJ-01", "甲地"),
    "seven columns": ("5,{ha},,甲地,面,,@", None, "甲地"),
    "farmland, thirteen": ("5,{ha},YJ-01,甲地,面,,旱地,0103,,1,B,C,备注,@", "YJ-01", "甲地"),
    "zeros of a script": ("5,{ha},1,甲地,面,0,0,,@", None, "甲地"),
    "tabs": ("5\t{ha}\tYJ-01\t甲地\t面\t\t林下\t\t@", "YJ-01", "甲地"),
    "blanks": ("5 {ha} YJ-01 甲地 面 @", "YJ-01", "甲地"),
    "no @": ("5,{ha},YJ-01,甲地,面,,,", "YJ-01", "甲地"),
    "a comma behind @": ("5,{ha},YJ-01,甲地,面,,,,@,", "YJ-01", "甲地"),
    "words behind @": ("5,{ha},YJ-01,甲地,面,,,,@ 第一块", "YJ-01", "甲地"),
    "quotes": ('"5","{ha}","YJ-01","甲地","面","","","","@"', "YJ-01", "甲地"),
    "full width": ("5，{ha}，YJ-01，甲地，面，，，，＠", "YJ-01", "甲地"),
    "empty kind": ("5,{ha},YJ-01,甲地,,,,,@", "YJ-01", "甲地"),
    "kind by another word": ("5,{ha},YJ-01,甲地,Polygon,,,,@", "YJ-01", "甲地"),
    "nothing but measures": ("5,{ha},面,@", None, None),
}


@pytest.mark.parametrize(("head", "base_id", "name"), _LAYOUTS.values(), ids=_LAYOUTS)
def test_fields_are_told_by_what_a_plot_is_drawn_as(
    tmp_path: Path, head: str, base_id: str | None, name: str | None
) -> None:
    first, second = row_of(2)
    lines = [*HEADER, PLOTS, head.format(ha=f"{_hectares(first):.4f}"), *_points(first)]
    lines += [f"5,{_hectares(second):.4f},YJ-02,乙地,面,,,,@", *_points(second)]
    survey = hg.read_survey(_txt(tmp_path, lines))
    assert _codes(survey) == []
    assert survey.bases["base_id"].tolist() == [base_id or "基地.txt#基地#1", "YJ-02"]
    assert survey.bases["name"].fillna("").tolist() == [name or "", "乙地"]
    for found, true in zip(survey.bases.geometry, (first, second), strict=True):
        assert_same_place(found, true)


def test_what_a_province_puts_before_the_number_is_kept_or_said(tmp_path: Path) -> None:
    head = "0,0,522222104,横桥村,D8-003,地块4,面,,,,@"
    survey = hg.read_survey(_txt(tmp_path, [*HEADER, PLOTS, head, *_points(rectangle())]))
    assert survey.bases["village"].tolist() == ["横桥村"]
    assert "未用列: 地块行其余字段" in survey.assumption_lines()[0]


# Points: however they are parted, and whatever stands behind their coordinates.

_POINTS = {
    "as prescribed": _LETTERED,
    "plain numbers": "{n},{ring},{north:.3f},{east:.3f}",
    "two digits": "J{n:02},{ring},{north:.3f},{east:.3f}",
    "a comma behind": _LETTERED + ",",
    "commas behind": _LETTERED + ",,,",
    "a height behind": _LETTERED + ",512.300",
    "an edge and a remark behind": _LETTERED + ",592.8,水泥桩",
    "a remark behind": _LETTERED + "  # 田坎",
    "east first": "J{n},{ring},{east:.3f},{north:.3f}",
    "blanks": "J{n} {ring} {north:.3f}   {east:.3f}",
    "tabs": "J{n}\t{ring}\t{north:.3f}\t{east:.3f}",
    "semicolons": "J{n};{ring};{north:.3f};{east:.3f}",
    "full width": "J{n}，{ring}，{north:.3f}，{east:.3f}",
    "blanks around commas": " J{n} , {ring} ,  {north:.3f} , {east:.3f} ",
    "blank between coordinates": "J{n},{ring},{north:.3f} {east:.3f}",
    "no ring": "J{n},{north:.3f},{east:.3f}",
    "ring empty": "J{n},,{north:.3f},{east:.3f}",
    "ring before the point": "{ring},J{n},{north:.3f},{east:.3f}",
    "plot, ring, point": "7,{ring},{n},{north:.3f},{east:.3f}",
    "coordinates alone": "{north:.3f},{east:.3f}",
}


@pytest.mark.parametrize("form", _POINTS.values(), ids=_POINTS)
def test_points_are_read_however_they_are_written(tmp_path: Path, form: str) -> None:
    shape = rectangle()
    lines = [*HEADER, PLOTS, "5,0,YJ-01,甲地,面,,,,@", *_points(shape, form)]
    survey = hg.read_survey(_txt(tmp_path, lines))
    assert _codes(survey) == []
    assert_same_place(survey.bases.geometry.iloc[0], shape)


@pytest.mark.parametrize("form", [_LETTERED, "{ring},J{n},{north:.3f},{east:.3f}"])
def test_a_hole_is_a_ring_of_its_own_wherever_its_number_stands(tmp_path: Path, form: str) -> None:
    outer = rectangle()
    inner = rectangle(LON + 0.002, LAT + 0.001, width=0.001, height=0.001)
    lines = [*_points(outer, form), *_points(inner, form, 2)]
    survey = hg.read_survey(_txt(tmp_path, [*HEADER, PLOTS, "10,0,YJ-01,甲,面,,,,@", *lines]))
    assert_same_place(
        survey.bases.geometry.iloc[0], shapely.Polygon(outer.exterior, [inner.exterior])
    )


@pytest.mark.parametrize("rings", [2, 3, 5])
def test_rings_that_bear_one_number_are_parted_where_they_close(tmp_path: Path, rings: int) -> None:
    true = row_of(rings)
    points = [line for shape in true for line in _points(shape)]
    lines = [*HEADER, PLOTS, f"{5 * rings},0,YJ-01,甲地,面,,,,@", *points]
    survey = hg.read_survey(_txt(tmp_path, lines))
    assert _codes(survey) == []
    assert_same_place(survey.bases.geometry.iloc[0], shapely.MultiPolygon(true))


@pytest.mark.parametrize(
    "remark",
    [
        "# 第二块",
        "// 第二块, 2020年测",
        "; 第二块",
        "以下为第二块地，面积约 40 公顷，2020-06-12 测",
        "说明：坐标为实测",
        "备注=实测",
        "------",
        "======",
        "* * *",
        "-- plot 2 --",
        "END",
        "\t",
        "权属单位：凤仪村 电话 13800000000",
    ],
)
def test_a_remark_costs_no_plot(tmp_path: Path, remark: str) -> None:
    lines = [*HEADER, remark, PLOTS, remark]
    true = row_of(2)
    for number, shape in enumerate(true, 1):
        points = _points(shape)
        lines += [remark, f"5,0,YJ-{number},甲地,面,,,,@", *points[:2], remark, *points[2:], remark]
    survey = hg.read_survey(_txt(tmp_path, lines))
    assert _codes(survey) == []
    assert survey.bases["base_id"].tolist() == ["YJ-1", "YJ-2"]
    for found, shape in zip(survey.bases.geometry, true, strict=True):
        assert_same_place(found, shape)


# Plots that are lines and points.

_ROAD = shapely.LineString([(LON, LAT), (LON + 0.01, LAT), (LON + 0.01, LAT + 0.01)])
_RING_ROAD = shapely.LineString(rectangle().exterior)
_NEARLY_CLOSED = shapely.LineString([*rectangle().exterior.coords[:-1], (LON + 0.00502, LAT)])


@pytest.mark.parametrize("word", ["线", "线状", "折线", "LINE", "Polyline"])
@pytest.mark.parametrize(
    "line", [_ROAD, _RING_ROAD, _NEARLY_CLOSED], ids=["open", "closed", "near"]
)
def test_a_line_is_no_base_and_stays_none(
    tmp_path: Path, word: str, line: shapely.LineString
) -> None:
    lines = [*HEADER, PLOTS, f"5,0,1,机耕道,{word},,,,@", *_points(line)]
    lines += ["5,0,YJ-2,甲地,面,,,,@", *_points(rectangle(LON + 0.02))]
    report = hg.validate(hg.read_survey(_txt(tmp_path, lines)))
    assert report.bases["name"].tolist() == ["机耕道", "甲地"]
    assert "HG104" in report.bases["blocked_by"].iloc[0]
    assert "HG104" not in report.bases["blocked_by"].iloc[1]
    repaired = report.repaired()
    road = repaired.geometry[repaired["name"] == "机耕道"]
    assert set(road.geom_type) <= {"LineString", "MultiLineString"}
    assert report.bases.geometry.iloc[0].length == pytest.approx(line.length, rel=1e-6)


@pytest.mark.parametrize("word", ["点", "点状", "Point"])
@pytest.mark.parametrize("count", [1, 3, 5])
def test_points_are_no_base(tmp_path: Path, word: str, count: int) -> None:
    lines = [*HEADER, PLOTS, f"{count},0,2,井,{word},,,,@", *_points(rectangle())[:count]]
    report = hg.validate(hg.read_survey(_txt(tmp_path, lines)))
    assert "HG104" in report.bases["blocked_by"].iloc[0]
    assert report.bases.geometry.iloc[0].geom_type in {"Point", "MultiPoint"}


# Numbers that programs give.


@pytest.mark.parametrize(
    "number",
    [
        *(
            "FID_0",
            "fid0",
            "FID 12",
            "OBJECTID_1",
            "地块1",
            "地块一",
            "地块 01",
            "1号地块",
            "图斑3",
        ),
        *(
            "宗地(2)",
            "区块1",
            "Polygon_1",
            "Polygon 2",
            "polygon",
            "DK001",
            "1",
            "001",
            "一号",
            "绘制地块",
        ),
        *("面1", "要素-4", "未命名", "Feature#7"),
    ],
)
def test_a_default_number_makes_two_files_no_one_base(tmp_path: Path, number: str) -> None:
    for name, shape in zip(("甲县.txt", "乙县.txt"), row_of(2), strict=True):
        head = f"5,{_hectares(shape):.4f},{number},,面,,,,@"
        _txt(tmp_path, [*HEADER, PLOTS, head, *_points(shape)], name)
    survey = hg.read_survey(tmp_path)
    assert survey.bases["base_id"].nunique() == 2
    assert len(hg.classify(hg.validate(survey).bases)) == 2


@pytest.mark.parametrize(
    "number",
    [
        "YJ-2020-001",
        "520625001",
        "D8-003",
        "A1",
        "木黄1",
        "天麻地块1",
        "HGA0000Z",
        "12345",
        "GZ地块",
        "FID_00001",
    ],
)
def test_a_number_that_somebody_gave_is_an_id(tmp_path: Path, number: str) -> None:
    head = f"5,0,{number},甲,面,,,,@"
    survey = hg.read_survey(_txt(tmp_path, [*HEADER, PLOTS, head, *_points(rectangle())]))
    assert survey.bases["base_id"].tolist() == [number]


# Areas with their unit.


@pytest.mark.parametrize(
    ("area", "agrees"),
    [
        (lambda ha: f"{ha:.4f}公顷", True),
        (lambda ha: f"{ha:.4f} hm2", True),
        (lambda ha: f"{ha:.4f}hm²", True),
        (lambda ha: f"{ha * 15:.2f}亩", True),
        (lambda ha: f"{ha * 1e4:.1f}㎡", True),
        (lambda ha: f"{ha * 1e4:.1f}平方米", True),
        (lambda ha: f"{ha * 1e4:.1f}m2", True),
        (lambda ha: f"约{ha:.3f}公顷", True),
        (lambda _: "0.0000 hm2", True),
        (lambda ha: f"{ha * 15:.2f}公顷", False),
        (lambda ha: f"{ha:.4f}亩", False),
        (lambda ha: f"{ha:.4f}㎡", False),
        (lambda ha: f"{ha * 1.02:.4f}公顷", False),
        (lambda ha: f"{ha * 15.3:.2f}亩", False),
    ],
)
def test_an_area_with_its_unit_is_compared_in_it(
    tmp_path: Path, area: Callable[[float], str], agrees: bool
) -> None:
    shape = rectangle()
    head = f"5,{area(_hectares(shape))},YJ-01,甲地,面,,,,@"
    survey = hg.read_survey(_txt(tmp_path, [*HEADER, PLOTS, head, *_points(shape)]))
    assert _codes(survey) == ([] if agrees else ["HG008"])
    assert survey.bases["base_id"].tolist() == ["YJ-01"]


# Degrees.


def _packed(degrees: float) -> float:
    seconds = round(degrees * 3600, 4)
    minutes, rest = divmod(seconds, 60)
    whole, minute = divmod(int(minutes), 60)
    return whole + minute / 100 + rest / 10_000


def _in_degrees(shape: shapely.Polygon, write: Callable[[float], str]) -> list[str]:
    corners = shapely.get_coordinates(shape)
    return [f"J{n},1,{write(lat)},{write(lon)}" for n, (lon, lat) in enumerate(corners, 1)]


_DEGREES_HEADER = ("[属性描述]", "坐标系=2000国家大地坐标系", "计量单位=度", "带号=")
#: Bases whose minutes and seconds could be read from their decimal degrees as well.
_UNCLEAR = [
    rectangle(lon, lat, width=0.003, height=0.002)
    for lon, lat in [(108.4512, 27.4512), (108.5111, 27.4211), (108.3501, 27.1502)]
]


def _head(shape: shapely.Polygon, *, stated: bool) -> str:
    return f"5,{_hectares(shape) if stated else 0:.4f},YJ-01,甲地,面,,,,@"


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize("packed", [True, False])
def test_the_area_tells_decimal_degrees_from_packed_ones(
    tmp_path: Path, at: int, packed: bool
) -> None:
    shape = _UNCLEAR[at]
    points = _in_degrees(shape, lambda d: f"{_packed(d) if packed else d:.8f}")
    survey = hg.read_survey(
        _txt(tmp_path, [*_DEGREES_HEADER, PLOTS, _head(shape, stated=True), *points])
    )
    assert _codes(survey) == []
    assert_same_place(survey.bases.geometry.iloc[0], shape)
    assert ("度.分秒" in survey.assumption_lines()[0]) == packed


@pytest.mark.parametrize("at", range(3))
def test_degrees_that_may_be_two_things_are_placed_nowhere(tmp_path: Path, at: int) -> None:
    points = _in_degrees(_UNCLEAR[at], "{:.8f}".format)
    survey = hg.read_survey(
        _txt(tmp_path, [*_DEGREES_HEADER, PLOTS, _head(_UNCLEAR[at], stated=False), *points])
    )
    assert _codes(survey) == ["HG001"]
    assert "度.分秒" in survey.issues["message"].iloc[0]
    report = hg.validate(survey)
    assert report.bases["name"].tolist() == ["甲地"]
    assert report.bases.geometry.isna().all()
    assert {"HG001", "HG101"} & set(report.bases["blocked_by"].iloc[0])


@pytest.mark.parametrize("unit", ["度分秒", "度.分秒", "ddd.mmss", "DMS"])
def test_a_header_that_says_packed_is_believed(tmp_path: Path, unit: str) -> None:
    shape = _UNCLEAR[0]
    header = [line.replace("=度", f"={unit}") for line in _DEGREES_HEADER]
    points = _in_degrees(shape, lambda d: f"{_packed(d):.8f}")
    survey = hg.read_survey(_txt(tmp_path, [*header, PLOTS, _head(shape, stated=False), *points]))
    assert_same_place(survey.bases.geometry.iloc[0], shape)


def test_a_second_above_sixty_says_decimal(tmp_path: Path) -> None:
    shape = rectangle(108.4567, 27.8765)
    points = _in_degrees(shape, "{:.8f}".format)
    lines = [*_DEGREES_HEADER, PLOTS, _head(shape, stated=False), *points]
    survey = hg.read_survey(_txt(tmp_path, lines))
    assert _codes(survey) == []
    assert_same_place(survey.bases.geometry.iloc[0], shape)


def test_degrees_with_their_signs_and_without_a_header(tmp_path: Path) -> None:
    shape = rectangle()

    def signs(degrees: float) -> str:
        minutes, seconds = divmod(degrees * 3600, 60)
        return f"{int(minutes) // 60}°{int(minutes) % 60}′{seconds:.5f}″"

    survey = hg.read_survey(
        _txt(tmp_path, [PLOTS, "5,0,YJ-01,甲地,面,,,,@", *_in_degrees(shape, signs)])
    )
    assert _codes(survey) == ["HG005"]
    assert_same_place(survey.bases.geometry.iloc[0], shape)


# Damage: a record's own, and no other's.


@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("label", ["J", "", "界址点", "P-"])
@pytest.mark.parametrize(
    "written", ["306548,36583839.1", "30923.1,36544000", "三百万,三千万", "3092931"]
)
def test_a_point_that_is_no_place_is_named_wherever_it_stands(
    tmp_path: Path, at: int, label: str, written: str
) -> None:
    first, second = row_of(2)
    points = _points(first, _LETTERED.replace("J", label))
    points[at] = f"{label}{at + 1},1,{written}"
    lines = [*HEADER, PLOTS, "0,0,YJ-01,甲地,面,,,,@", *points]
    lines += ["0,0,YJ-02,乙地,面,,,,@", *_points(second)]
    survey = hg.read_survey(_txt(tmp_path, lines))
    assert survey.bases["base_id"].tolist() == ["YJ-01", "YJ-02"]
    assert_same_place(survey.bases.geometry.iloc[1], second)
    assert shapely.get_num_coordinates(survey.bases.geometry.iloc[0]) <= 5
    (issue,) = survey.issues.itertuples()
    assert (issue.code, issue.row) == ("HG001", 1)


@pytest.mark.parametrize(
    "broken",
    [
        "{count},{ha},YJ-02,乙地",
        "{count},{ha},YJ-02",
        "{count},{ha},YJ-02,乙地,面积",
        "{count},{ha},YJ-02,乙地,?,,,",
        "@{count},{ha},YJ-02,乙地,面,,,,",
        "约五个点,{ha},YJ-02,乙地,面,,,,",
        ",,YJ-02,乙地,面,,,,",
        "一块地,名叫乙地,面",
    ],
)
def test_points_behind_a_broken_head_are_no_part_of_the_plot_before(
    tmp_path: Path, broken: str
) -> None:
    first, second, third = row_of(3)
    lines = [*HEADER, PLOTS, "5,0,YJ-01,甲地,面,,,,@", *_points(first)]
    lines += [broken.format(count=5, ha=_hectares(second)), *_points(second)]
    lines += ["5,0,YJ-03,丙地,面,,,,@", *_points(third)]
    survey = hg.read_survey(_txt(tmp_path, lines))
    assert len(survey.bases) == 3
    assert_same_place(survey.bases.geometry.iloc[0], first)
    assert_same_place(survey.bases.geometry.iloc[2], third)
    (issue,) = survey.issues.itertuples()
    assert (issue.code, issue.row) == ("HG001", 2)


def test_points_before_any_head_are_a_plot_of_their_own(tmp_path: Path) -> None:
    first, second = row_of(2)
    lines = [*HEADER, PLOTS, *_points(first), "5,0,YJ-02,乙地,面,,,,@", *_points(second)]
    survey = hg.read_survey(_txt(tmp_path, lines))
    for found, true in zip(survey.bases.geometry, (first, second), strict=True):
        assert_same_place(found, true)
    assert [(i.code, i.row) for i in survey.issues.itertuples()] == [("HG001", 1)]


@pytest.mark.parametrize("zone", [36, 37])
def test_files_joined_end_to_end_keep_their_own_headers(tmp_path: Path, zone: int) -> None:
    bare = gauss_kruger(zone, prefixed=False)
    first, second = row_of(2)
    xy = shapely.get_coordinates(project(second, bare))
    points = [f"J{n},1,{north:.3f},{east:.3f}" for n, (east, north) in enumerate(xy, 1)]
    lines = [*HEADER, PLOTS, "5,0,YJ-01,甲地,面,,,,@", *_points(first), *HEADER[:-1]]
    lines += [f"带号={zone}", PLOTS, "5,0,YJ-02,乙地,面,,,,@", *points]
    survey = hg.read_survey(_txt(tmp_path, lines))
    assert survey.files["layer"].tolist() == ["基地", "基地(2)"]
    for found, true in zip(survey.bases.geometry, (first, second), strict=True):
        assert_same_place(found, true)


@pytest.mark.parametrize("key", ["中央子午线=108", "中央经线=108度", "中央子午线=108°00′"])
def test_the_central_meridian_tells_the_zone(tmp_path: Path, key: str) -> None:
    shape = rectangle()
    xy = shapely.get_coordinates(project(shape, gauss_kruger(36, prefixed=False)))
    points = [f"J{n},1,{north:.3f},{east:.3f}" for n, (east, north) in enumerate(xy, 1)]
    lines = [*HEADER[:-1], key, PLOTS, "5,0,YJ-01,甲地,面,,,,@", *points]
    survey = hg.read_survey(_txt(tmp_path, lines))
    assert survey.files["crs"].tolist() == ["EPSG:4545"]
    assert_same_place(survey.bases.geometry.iloc[0], shape)


_SEEDED = [*HEADER, PLOTS]
for _number, _shape in enumerate(row_of(4), 1):
    _SEEDED += [f"5,{_hectares(_shape):.4f},YJ-0{_number},基地{_number},面,,,,@", *_points(_shape)]


@few
@given(
    st.integers(len(HEADER) + 1, len(_SEEDED) - 1),
    st.sampled_from(["", "三百万", "J3,1", "J3,1,nan,7"]),
)
def test_a_bad_line_spoils_its_own_plot_alone_and_is_named(at: int, line: str) -> None:
    plot = (at - len(HEADER) - 1) // 6
    is_head = (at - len(HEADER) - 1) % 6 == 0
    lines = [*_SEEDED]
    # The point that closes a ring says nothing of its own.
    at -= (at - len(HEADER) - 1) % 6 == 5
    lines[at] = line
    with tempfile.TemporaryDirectory() as folder:
        survey = hg.read_survey(_txt(Path(folder), lines))
    spoilt = {plot, plot - 1} if is_head else {plot}
    found = dict(zip(survey.bases["base_id"], survey.bases.geometry, strict=True))
    for number, true in enumerate(row_of(4)):
        if number not in spoilt:
            assert_same_place(found[f"YJ-0{number + 1}"], true)
    assert {"HG001", "HG008"} & set(_codes(survey))


@few
@given(st.text("0123456789.,@面线点JX-#度°[]地块坐标属性描述=\t\n ", max_size=300))
def test_any_text_ends_in_a_survey(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        survey = hg.read_survey(_txt(Path(folder), ["[地块坐标]", text]))
    assert len(survey.files) >= 1
    assert np.isfinite(survey.files["records"].to_numpy(dtype=float)).all()
