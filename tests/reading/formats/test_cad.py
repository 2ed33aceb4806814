from __future__ import annotations

import math
import tempfile
import warnings
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import ezdxf
import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from ezdxf.enums import TextEntityAlignment
from ezdxf.layouts import Modelspace
from hypothesis import given
from hypothesis import strategies as st

import herbgis as hg
from herbgis.foundation.units import MU_M2
from herbgis.reading.formats.dxf import read_dxf
from herbgis.reading.formats.survey_file import SurveyFile, Words
from herbgis.reading.understanding.survey import Layer
from tests.helpers.make import assert_same_place, few, gauss_kruger, project, rectangle, row_of

ZONE = gauss_kruger(36)
NAMES = ["凤仪村天麻基地", "喆淼犇骉药业"]
X, Y = 36_545_000.0, 3_093_000.0


def _corners(shape: shapely.Polygon) -> list[tuple[float, float]]:
    return [(x, y) for x, y in shapely.get_coordinates(project(shape, ZONE).exterior)[:-1]]


def _square(side: float, x: float = X, y: float = Y) -> list[tuple[float, float]]:
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]


def _dxf(path: Path, draw: Callable[[Modelspace], object], version: str = "R2000") -> Path:
    document = ezdxf.new(version)
    document.header["$DWGCODEPAGE"] = "ANSI_936"
    document.encoding = "gbk"
    draw(document.modelspace())
    document.saveas(path)
    return path


def _layers(path: Path) -> list[Layer]:
    return list(read_dxf(SurveyFile(path, path.name, Words(hg.load_policy()))))


def _named_parcels(space: Modelspace) -> None:
    for shape, name in zip(row_of(2), NAMES, strict=True):
        corners = _corners(shape)
        space.add_lwpolyline(corners, close=True, dxfattribs={"layer": "JZD"})
        centre = np.mean(corners, axis=0)
        space.add_text(name, dxfattribs={"layer": "注记", "insert": tuple(centre)})


def _classic_parcels(space: Modelspace) -> None:
    for shape, name in zip(row_of(2), NAMES, strict=True):
        corners = _corners(shape)
        space.add_polyline2d(corners, close=True, dxfattribs={"layer": "JZD"})
        text = space.add_text(name, dxfattribs={"layer": "注记", "height": 50})
        text.set_placement(tuple(np.mean(corners, axis=0)), align=TextEntityAlignment.MIDDLE_CENTER)


@pytest.mark.parametrize("version", ["R12", "R2000", "R2004", "R2007", "R2018"])
def test_parcels_come_back_with_the_names_inside_them(tmp_path: Path, version: str) -> None:
    draw = _classic_parcels if version == "R12" else _named_parcels
    survey = hg.read_survey(_dxf(tmp_path / "基地.dxf", draw, version))
    assert list(survey.bases["name"]) == NAMES
    for found, true in zip(survey.bases.geometry, row_of(2), strict=True):
        assert_same_place(found, true)
    assert list(survey.issues["code"]) == ["HG005"]
    assert list(survey.files["crs"]) == ["EPSG:4524"]
    assert list(survey.files["layer"]) == ["JZD"]
    assert list(survey.files["encoding"]) == ["GBK" if version < "R2007" else "UTF-8"]


@pytest.mark.parametrize("page", [b"ANSI_1252", b"ANSI_936"])
@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_the_bytes_tell_the_encoding(tmp_path: Path, page: bytes, encoding: str) -> None:
    path = _dxf(tmp_path / "a.dxf", _named_parcels)
    data = path.read_bytes().decode("gbk").encode(encoding)
    path.write_bytes(data.replace(b"ANSI_936", page))
    survey = hg.read_survey(path)
    assert list(survey.bases["name"]) == NAMES
    agrees = (page, encoding) == (b"ANSI_936", "gbk")
    assert ("HG003" in list(survey.issues["code"])) == (not agrees)


def test_letters_written_by_number_are_read(tmp_path: Path) -> None:
    path = _dxf(tmp_path / "a.dxf", _named_parcels)
    text = path.read_bytes().decode("gbk")
    text = "".join(c if c.isascii() else f"\\U+{ord(c):04X}" for c in text)
    path.write_bytes(text.encode("ascii"))
    (layer,) = _layers(path)
    assert list(layer.frame["name"]) == NAMES


def test_the_layer_of_boundaries_comes_first(tmp_path: Path) -> None:
    def draw(space: Modelspace) -> None:
        for at, layer in enumerate(["B", "JZD", "A"]):
            space.add_lwpolyline(_square(10, X + 20 * at), close=True, dxfattribs={"layer": layer})

    assert [layer.name for layer in _layers(_dxf(tmp_path / "a.dxf", draw))] == ["JZD", "A", "B"]


@pytest.mark.parametrize("radius", [5.0, 50.0, 2000.0])
@pytest.mark.parametrize("turn", [1, -1])
def test_a_circle_of_bulges_has_the_circles_area(tmp_path: Path, radius: float, turn: int) -> None:
    def draw(space: Modelspace) -> None:
        ends = [(X - radius, Y, turn), (X + radius, Y, turn)]
        space.add_lwpolyline(ends, format="xyb", close=True)

    (layer,) = _layers(_dxf(tmp_path / "a.dxf", draw))
    (shape,) = layer.frame.geometry
    assert shape.area == pytest.approx(math.pi * radius**2, rel=1e-4)
    assert math.pi * radius**2 - shape.area < max(0.01 * MU_M2, 1e-5 * shape.area)
    points = shapely.get_coordinates(shape) - (X, Y)
    assert np.abs(np.hypot(*points.T) - radius).max() < 1e-6
    middles = (points[1:] + points[:-1]) / 2
    assert radius - np.hypot(*middles.T).min() <= 0.01
    assert [(i.code, i.place.row) for i in layer.issues] == [("HG111", None)]
    assert layer.issues[0].values == {"count": 1}


@pytest.mark.parametrize("bulge", [1.0, -1.0, 0.2, -0.3])
def test_a_bulge_to_the_left_adds_its_segment(tmp_path: Path, bulge: float) -> None:
    def draw(space: Modelspace) -> None:
        corners = [(x, y, bulge if not at else 0) for at, (x, y) in enumerate(_square(100))]
        space.add_lwpolyline(corners, format="xyb", close=True)
        space.add_lwpolyline(_square(10, X + 500), close=True)

    (layer,) = _layers(_dxf(tmp_path / "a.dxf", draw))
    angle = 4 * math.atan(abs(bulge))
    radius = 50 / math.sin(angle / 2)
    segment = radius**2 * (angle - math.sin(angle)) / 2
    true = 10_000 + math.copysign(segment, bulge)
    assert layer.frame.geometry.iloc[0].area == pytest.approx(true, rel=1e-4)
    assert [(i.code, i.place.row) for i in layer.issues] == [("HG111", 1)]


@pytest.mark.parametrize(("gap", "closes"), [(0.0, True), (0.009, True), (0.02, False)])
def test_a_line_whose_ends_meet_is_a_ring(tmp_path: Path, gap: float, closes: bool) -> None:
    def draw(space: Modelspace) -> None:
        space.add_lwpolyline(_square(10), close=True)
        space.add_lwpolyline([*_square(10, X + 50), (X + 50, Y + gap)])

    (layer,) = _layers(_dxf(tmp_path / "a.dxf", draw))
    assert [shape.area for shape in layer.frame.geometry] == pytest.approx([100] * (1 + closes))
    assert any("1 条未闭合" in line for line in layer.assumptions) == (not closes)


def test_a_line_in_degrees_that_does_not_meet_is_no_ring(tmp_path: Path) -> None:
    """A hundredth of a degree is a kilometre."""

    def draw(space: Modelspace) -> None:
        corners = shapely.get_coordinates(rectangle().exterior)
        space.add_lwpolyline(corners[:-1], close=True)
        space.add_lwpolyline([*corners[:-1], corners[0] + (0, 0.001)])

    survey = hg.read_survey(_dxf(tmp_path / "a.dxf", draw))
    assert len(survey.bases) == 1
    assert_same_place(survey.bases.geometry.iloc[0], rectangle())


def test_texts_of_the_rings_own_layer_come_before_others(tmp_path: Path) -> None:
    def draw(space: Modelspace) -> None:
        for at in range(3):
            corners = _square(10, X + 20 * at)
            space.add_lwpolyline(corners, close=True, dxfattribs={"layer": "地块"})
        texts = [("甲", 0, "注记"), ("乙", 0, "地块"), ("丙", 20, "注记"), ("丁", 20, "其他")]
        for words, at, layer in texts:
            place = (X + at + 5, Y + 5)
            space.add_mtext(f"{{\\fSimSun;{words}}}", dxfattribs={"insert": place, "layer": layer})

    (layer,) = _layers(_dxf(tmp_path / "a.dxf", draw))
    assert list(layer.frame["name"].fillna("")) == ["乙", "丙 丁", ""]


def test_a_ring_within_another_is_a_record_of_its_own(tmp_path: Path) -> None:
    def draw(space: Modelspace) -> None:
        space.add_lwpolyline(_square(100), close=True)
        space.add_lwpolyline(_square(10, X + 20, Y + 20), close=True)
        space.add_text("内", dxfattribs={"insert": (X + 25, Y + 25)})
        space.add_text("外", dxfattribs={"insert": (X + 75, Y + 75)})

    (layer,) = _layers(_dxf(tmp_path / "a.dxf", draw))
    assert [shape.area for shape in layer.frame.geometry] == pytest.approx([10_000, 100])
    assert list(layer.frame["name"]) == ["外", "内"]
    assert any("1 个图斑在同图层另一图斑之内" in line for line in layer.assumptions)


def test_mirrored_lines_and_heights_and_curve_frames(tmp_path: Path) -> None:
    def draw(space: Modelspace) -> None:
        mirrored = [(-x, y) for x, y in _square(10)]
        space.add_lwpolyline(
            mirrored, close=True, dxfattribs={"extrusion": (0, 0, -1), "elevation": 512}
        )
        space.add_polyline3d([(x, y, 512.0) for x, y in _square(10, X + 20)], close=True)
        fitted = space.add_polyline2d(_square(10, X + 40), close=True)
        fitted.append_vertex((X + 45, Y + 50), dxfattribs={"flags": 16})

    (layer,) = _layers(_dxf(tmp_path / "a.dxf", draw))
    for at, shape in enumerate(layer.frame.geometry):
        assert shape.equals(shapely.box(X + 20 * at, Y, X + 20 * at + 10, Y + 10))
        assert not shape.has_z


def test_blocks_and_paper_are_not_read_and_blocks_are_said(tmp_path: Path) -> None:
    def draw(space: Modelspace) -> None:
        document = space.doc
        inner, outer = document.blocks.new("地块"), document.blocks.new("分幅")
        inner.add_lwpolyline(_square(10), close=True)
        outer.add_blockref("地块", (0, 0))
        document.blocks.new("符号").add_line((0, 0), (1, 1))
        for name in ("分幅", "地块", "符号"):
            space.add_blockref(name, (0, 0))
        document.layout("Layout1").add_lwpolyline(_square(10), close=True)
        space.add_lwpolyline(_square(20), close=True)

    (layer,) = _layers(_dxf(tmp_path / "a.dxf", draw))
    assert [shape.area for shape in layer.frame.geometry] == pytest.approx([400])
    (issue,) = layer.issues
    assert (issue.code, issue.severity, issue.values["kind"]) == ("HG104", "warning", "图块 2 个")


def test_a_drawing_without_rings_is_a_finding(tmp_path: Path) -> None:
    path = _dxf(tmp_path / "a.dxf", lambda space: space.add_line((0, 0), (1, 1)))
    survey = hg.read_survey(path)
    assert list(survey.issues["code"]) == ["HG001", "HG104"]
    assert "直线 1 个" in survey.issues["message"].iloc[1]


@pytest.mark.parametrize("version", ["R2000", "R2010"])
def test_other_outlines_are_said_beside_the_rings(tmp_path: Path, version: str) -> None:
    def draw(space: Modelspace) -> None:
        _named_parcels(space)
        space.add_circle((X, Y), 30)
        space.add_circle((X, Y), 40)
        space.add_hatch()

    survey = hg.read_survey(_dxf(tmp_path / "a.dxf", draw, version))
    assert len(survey.bases) == 2
    (issue,) = survey.issues[survey.issues["code"] == "HG104"].itertuples()
    assert issue.message == "图形是圆 2 个、填充 1 个, 不是面"


def test_a_cut_drawing_keeps_its_whole_rings_and_no_part_of_one(tmp_path: Path) -> None:
    path = _dxf(tmp_path / "a.dxf", _named_parcels)
    data = path.read_bytes()
    second = data.rindex(b"AcDbPolyline")
    path.write_bytes(data[: data.index(b"\n 20", second) + 20])
    survey = hg.read_survey(path)
    assert list(survey.bases["name"]) == NAMES[:1]
    assert_same_place(survey.bases.geometry.iloc[0], row_of(2)[0])
    assert sorted(survey.issues["code"]) == ["HG001", "HG005"]


@pytest.mark.parametrize("wrong", [b"x.y", b"nan", b"1e999"])
def test_a_damaged_ring_spoils_no_other(tmp_path: Path, wrong: bytes) -> None:
    path = _dxf(tmp_path / "a.dxf", _named_parcels)
    data = path.read_bytes()
    x = data.index(b"\n 10", data.rindex(b"AcDbPolyline")) + 4
    start = data.index(b"\n", x) + 1
    path.write_bytes(data[:start] + wrong + data[data.index(b"\n", start) :])
    survey = hg.read_survey(path)
    assert list(survey.bases["name"]) == NAMES[:1]
    assert "1 个图元损坏" in " ".join(survey.issues["message"])


def test_a_binary_drawing_is_read(tmp_path: Path) -> None:
    document = ezdxf.new("R2010")
    _named_parcels(document.modelspace())
    document.saveas(tmp_path / "a.dxf", fmt="bin")
    assert list(hg.read_survey(tmp_path / "a.dxf").bases["name"]) == NAMES


@few
@given(st.booleans(), st.binary(max_size=200))
def test_any_bytes_end_in_a_survey(headed: bool, data: bytes) -> None:
    head = b"0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n8\nJZD\n70\n1\n10\n1\n20\n2\n"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "坏.dxf"
        path.write_bytes((head if headed else b"") + data)
        survey = hg.read_survey(path)
    assert list(survey.issues["code"]) == ["HG001"]


@pytest.fixture(scope="module")
def drawing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[bytes]:
    """The same bytes each time: without the hour of making."""
    ezdxf.options.write_fixed_meta_data_for_testing = True
    yield _dxf(tmp_path_factory.mktemp("dxf") / "a.dxf", _classic_parcels, "R12").read_bytes()
    ezdxf.options.write_fixed_meta_data_for_testing = False


@few
@given(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=8), st.booleans())
def test_a_damaged_drawing_is_read_or_found(
    drawing: bytes, where: float, patch: bytes, cut: bool
) -> None:
    at = int(len(drawing) * where)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.dxf"
        path.write_bytes(drawing[:at] + patch + (b"" if cut else drawing[at + len(patch) :]))
        survey = hg.read_survey(path)
    said = "".join(survey.files["assumptions"].explode().dropna())
    told = "HG001" in list(survey.issues["code"]) or "条未闭合" in said or "图纸空间" in said
    assert len(survey.bases) == 2 or told


@pytest.mark.parametrize("wrong", ["POLYL\0NE", "POLYLINF", "P", "ACAD_LINE"])
def test_a_polyline_under_a_wrong_name_is_not_lost_silently(
    drawing: bytes, tmp_path: Path, wrong: str
) -> None:
    path = tmp_path / "a.dxf"
    head, _, tail = drawing.rpartition(b"POLYLINE")
    path.write_bytes(head + wrong.encode() + tail)
    survey = hg.read_survey(path)
    assert list(survey.bases["name"]) == NAMES[:1]
    assert "1 个图元损坏" in " ".join(survey.issues["message"])


def test_a_light_polyline_under_a_wrong_name_is_not_lost_silently(tmp_path: Path) -> None:
    path = tmp_path / "a.dxf"
    whole = _dxf(path, _named_parcels, "R2010").read_bytes()
    head, _, tail = whole.rpartition(b"LWPOLYLINE")
    path.write_bytes(head + b"LWPOL\x01LINE" + tail)
    survey = hg.read_survey(path)
    assert len(survey.bases) == 1
    assert "1 个图元损坏" in " ".join(survey.issues["message"])


def _square_lines(space: Modelspace, *, layer: str = "0", missing: int = 0) -> None:
    corners = [*_square(700), _square(700)[0]]
    for start, end in list(pairwise(corners))[missing:]:
        space.add_line(start, end, dxfattribs={"layer": layer})


def _rectangle_of_arcs(space: Modelspace) -> None:
    for x, y, start in ((X, Y, 90), (X, Y, 270)):
        space.add_arc((x, y), 300, start, start + 180)
    space.add_line((X, Y), (X + 1, Y))


def _rounded(space: Modelspace) -> None:
    space.add_line((X, Y), (X + 100, Y))
    space.add_arc((X + 100, Y + 50), 50, 270, 90)
    space.add_line((X + 100, Y + 100), (X, Y + 100))
    space.add_arc((X, Y + 50), 50, 90, 270)


def _block(space: Modelspace) -> None:
    space.doc.blocks.new("地块").add_lwpolyline(_square(10), close=True)
    space.add_blockref("地块", (X, Y))


def _fan(space: Modelspace) -> None:
    for at in range(4):
        space.add_line((X, Y), (X + at, Y + 9))


def _spline(space: Modelspace) -> None:
    space.add_spline([(x, y, 0) for x, y in _square(9)])


def _mpolygon(space: Modelspace) -> None:
    space.add_mpolygon().paths.add_polyline_path(_square(9))


_GAP = "差一点未闭合的多段线 1 个"
_UNREAD = {
    "lines in a ring": (_square_lines, "直线 4 个(连成 1 圈)", True),
    "lines and arcs in a ring": (_rounded, "直线 2 个、圆弧 2 个(连成 1 圈)", True),
    "a ring with a gap": (lambda s: _square_lines(s, missing=1), "直线 3 个", False),
    "lines from one point": (_fan, "直线 4 个", False),
    "a circle as large as a field": (lambda s: s.add_circle((X, Y), 20), "圆 1 个", True),
    "a mark": (lambda s: s.add_circle((X, Y), 0.5), "圆 1 个", False),
    "two arcs and a line": (_rectangle_of_arcs, "圆弧 2 个、直线 1 个", False),
    "an ellipse": (lambda s: s.add_ellipse((X, Y), (9, 0), 0.5), "椭圆 1 个", False),
    "a spline": (_spline, "样条曲线 1 个", False),
    "a hatch": (lambda s: s.add_hatch().paths.add_polyline_path(_square(9)), "填充 1 个", False),
    "a filled polygon": (_mpolygon, "多边形填充 1 个", False),
    "a block": (_block, "图块 1 个", False),
    "a multiline": (lambda s: s.add_mline(_square(9), close=True), "多线 1 个", False),
    "a mesh": (lambda s: s.add_polymesh((3, 3)), "网格 1 个", False),
    "a gap": (lambda s: s.add_lwpolyline([*_square(9), (X, Y + 1)]), _GAP, False),
}


@pytest.mark.parametrize(("draw", "told", "closes"), _UNREAD.values(), ids=_UNREAD)
@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
def test_what_may_be_a_boundary_and_is_not_read_is_a_finding(
    tmp_path: Path, draw: Callable[[Modelspace], object], told: str, closes: bool, binary: bool
) -> None:
    document = ezdxf.new("R2010")
    space = document.modelspace()
    _named_parcels(space)
    draw(space)
    document.saveas(tmp_path / "a.dxf", fmt="bin" if binary else "asc")
    survey = hg.read_survey(tmp_path / "a.dxf")
    assert list(survey.bases["name"]) == NAMES
    (issue,) = survey.issues[survey.issues["code"] == "HG104"].itertuples()
    assert issue.message == f"图形是{told}, 不是面"
    assert issue.severity == ("error" if closes else "warning")
    assert "HG104" not in hg.validate(survey).bases["blocked_by"].explode().tolist()


def test_each_layers_unread_lines_are_told_apart(tmp_path: Path) -> None:
    def draw(space: Modelspace) -> None:
        _named_parcels(space)
        _square_lines(space, layer="界线")
        _square_lines(space, layer="等高线", missing=2)

    survey = hg.read_survey(_dxf(tmp_path / "a.dxf", draw))
    found = survey.issues[survey.issues["code"] == "HG104"]
    assert dict(zip(found["layer"], found["severity"], strict=True)) == {
        "界线": "error",
        "等高线": "warning",
    }


@pytest.mark.parametrize("version", ["R12", "R2000", "R2018"])
@pytest.mark.parametrize(
    ("off", "frozen", "said"), [(1, 0, "关闭"), (0, 1, "冻结"), (1, 1, "关闭、冻结"), (0, 0, "")]
)
@pytest.mark.parametrize("name", ["JZD", "基地界"])
def test_layers_that_are_not_shown_are_read_and_said(
    tmp_path: Path, version: str, off: int, frozen: int, said: str, name: str
) -> None:
    def draw(space: Modelspace) -> None:
        layer = space.doc.layers.add(name)
        if off:
            layer.off()
        if frozen:
            layer.freeze()
        for side in (10, 20):
            space.add_polyline2d(
                _square(side, X + side * 9), close=True, dxfattribs={"layer": name}
            )

    (layer,) = _layers(_dxf(tmp_path / "a.dxf", draw, version))
    assert len(layer.frame) == 2
    lines = [line for line in layer.assumptions if "在图中已" in line]
    assert lines == ([f"图层“{name}”在图中已{said}, 其 2 个图斑仍读"] if said else [])


def _numbered(text: str) -> str:
    return "".join(f"\\U+{ord(letter):04X}" for letter in text)


def _paged(text: str) -> str:
    return "".join(f"\\M+5{letter.encode('gbk').hex().upper()}" for letter in text)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (_numbered("印江基地"), "印江基地"),
        (_paged("印江基地"), "印江基地"),
        (
            r"{\fSimSun|b0|i0|c134|p2;"
            + _numbered("印江基地")
            + r"\P{\H0.7x;500"
            + _numbered("亩")
            + "}}",
            "印江基地 500亩",
        ),
        (_numbered("印江") + r"\P{\H0.7x;1500}", "印江 1500"),
        (r"印江基地\P1500\U+33A1; 太子参", "印江基地 1500㎡; 太子参"),
        (r"\A1;印江基地", "印江基地"),
        (r"印江\~基地", "印江 基地"),
        (r"{\C1;\L印江\l}\O基地\o", "印江基地"),
        (r"{\fSimSun|b0|i0|c134|p2;\W0.8;\T1.1;\Q15;印江}基地", "印江基地"),
        (r"\pxqc,i0,l2;印江基地", "印江基地"),
        (r"面积1000m\S2^ ;", "面积1000m2"),
        (r"占\S1/2;", "占1/2"),
        (r"占\S1#2;亩", "占1/2亩"),
        (r"甲\{乙\}\\丙", "甲{乙}\\丙"),
        (r"%%c500%%d%%p", "Ø500°±"),
        (
            "{\\fArial;" + _paged("天麻") + r"}\P" + _numbered("基地") + r"\P(500亩)",
            "天麻 基地 (500亩)",
        ),
    ],
)
def test_what_formats_a_text_takes_none_of_it(tmp_path: Path, written: str, read: str) -> None:
    def draw(space: Modelspace) -> None:
        space.add_lwpolyline(_square(100), close=True)
        text = space.add_mtext("A", dxfattribs={"insert": (X + 50, Y + 50)})
        text.text = written

    (layer,) = _layers(_dxf(tmp_path / "a.dxf", draw))
    assert list(layer.frame["name"]) == [read]


@pytest.mark.parametrize("letters", [249, 250, 251, 499, 600])
@pytest.mark.parametrize("start", ["", "a"])
def test_a_text_cut_within_a_letter_is_whole(tmp_path: Path, letters: int, start: str) -> None:
    path = _dxf(tmp_path / "a.dxf", _named_parcels)
    name = start + ("印江基地天麻" * 100)[:letters]
    data = name.encode("gbk")
    pieces = [data[at : at + 250] for at in range(0, len(data), 250)]
    written = b"".join(b"  3\r\n%b\r\n" % piece for piece in pieces[:-1]) + b"  1\r\n" + pieces[-1]
    x, y = np.mean(_corners(row_of(2)[0]), axis=0)
    mtext = (
        b"  0\r\nMTEXT\r\n  8\r\nJZD\r\n 10\r\n%f\r\n 20\r\n%f\r\n 40\r\n5\r\n" % (x, y)
        + written
        + b"\r\n"
    )
    whole = path.read_bytes()
    at = whole.index(b"LWPOLYLINE", whole.index(b"ENTITIES"))
    at = whole.rindex(b"  0", 0, at)
    path.write_bytes(whole[:at] + mtext + whole[at:])
    (layer,) = _layers(path)
    assert layer.frame["name"].iloc[0] == name


_SQUARE = "".join(f"10\n{x}\n20\n{y}\n" for x, y in _square(500))
_VERTICES = "".join(f"0\nVERTEX\n{{mark}}8\nJZD\n10\n{x}\n20\n{y}\n" for x, y in _square(500))
_ENTITY, _LINE, _TEXT = "100\nAcDbEntity\n", "100\nAcDbPolyline\n", "100\nAcDbText\n"
_PLACE = f"10\n{X + 50}\n20\n{Y + 50}\n40\n5\n1\n甲\n"
_NINETY = "90\n4\n70\n1\n"
_BARE_TEXT = f"0\nTEXT\n8\nJZD\n{_PLACE}"
_OTHER_HALF = f"0\nTEXT\n8\nJZD\n{_TEXT}{_PLACE}"
_MTEXT = "100\nAcDbMText\n"
_HALF_TEXT = f"0\nTEXT\n{_ENTITY}8\nJZD\n{_PLACE}"
_OLD, _OLD_END = "0\nPOLYLINE\n{mark}8\nJZD\n66\n1\n70\n1\n" + _VERTICES, "0\nSEQEND\n"
_BY_HAND = {
    "no marks": f"0\nLWPOLYLINE\n8\nJZD\n{_NINETY}{_SQUARE}0\nMTEXT\n8\nJZD\n{_PLACE}",
    "entity alone": f"0\nLWPOLYLINE\n5\nA1\n{_ENTITY}8\nJZD\n{_NINETY}{_SQUARE}{_HALF_TEXT}",
    "kind alone": f"0\nLWPOLYLINE\n8\nJZD\n{_LINE}{_NINETY}{_SQUARE}{_OTHER_HALF}",
    "no handle": f"0\nLWPOLYLINE\n{_ENTITY}8\nJZD\n{_LINE}{_NINETY}{_SQUARE}{_HALF_TEXT}",
    "colour and owner": f"0\nLWPOLYLINE\n330\n1F\n62\n3\n70\n1\n8\nJZD\n{_SQUARE}{_BARE_TEXT}",
    "no number of vertices": f"0\nLWPOLYLINE\n8\nJZD\n70\n1\n{_SQUARE}{_BARE_TEXT}",
    "width": f"0\nLWPOLYLINE\n8\nJZD\n43\n0.5\n70\n1\n38\n512\n{_SQUARE}{_BARE_TEXT}",
    "old polyline": _OLD.format(mark="") + _OLD_END + _BARE_TEXT,
    "old polyline, entity alone": _OLD.format(mark=_ENTITY) + _OLD_END + _HALF_TEXT,
    "old polyline without an end": _OLD.format(mark="") + _BARE_TEXT,
    "text alone": f"0\nLWPOLYLINE\n8\nJZD\n70\n1\n{_SQUARE}0\nMTEXT\n8\nJZD\n{_MTEXT}{_PLACE}",
}


@pytest.mark.parametrize("entities", _BY_HAND.values(), ids=_BY_HAND)
@pytest.mark.parametrize("version", [None, "AC1009", "AC1015", "AC1032"])
def test_entities_without_the_marks_of_their_parts_are_read_as_gdal_reads_them(
    tmp_path: Path, entities: str, version: str | None
) -> None:
    head = f"0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\n{version}\n0\nENDSEC\n" if version else ""
    path = tmp_path / "a.dxf"
    path.write_text(
        f"{head}0\nSECTION\n2\nENTITIES\n{entities}0\nENDSEC\n0\nEOF\n", encoding="utf-8"
    )
    (layer,) = _layers(path)
    assert layer.name == "JZD"
    assert list(layer.frame["name"]) == ["甲"]
    assert [shape.area for shape in layer.frame.geometry] == pytest.approx([250_000])
    assert not [issue for issue in layer.issues if issue.code == "HG001"]
    if "\n90\n4\n70" in entities or "SEQEND" in entities:  # else GDAL refuses the file
        assert len(pyogrio.read_dataframe(path)) == 2


# MapInfo


def _mapinfo(path: Path, frame: gpd.GeoDataFrame, encoding: str = "CP936") -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bounds = "36000000,3000000,36999999,3999999" if frame.total_bounds[0] > 180 else None
        options = {"BOUNDS": bounds} if bounds else {}
        pyogrio.write_dataframe(frame, path, driver="MapInfo File", ENCODING=encoding, **options)
    return path


def _parcels() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"基地名称": NAMES}, geometry=row_of(2), crs="EPSG:4490")


def _assert_parcels(survey: hg.Survey) -> None:
    assert list(survey.bases["name"]) == NAMES
    for found, true in zip(survey.bases.geometry, row_of(2), strict=True):
        assert_same_place(found, true)
    assert survey.files["read"].sum() == 2


@pytest.mark.parametrize("suffix", [".tab", ".mif"])
@pytest.mark.parametrize(("encoding", "title"), [("CP936", "GBK"), ("UTF-8", "UTF-8")])
def test_a_mapinfo_table_comes_back(tmp_path: Path, suffix: str, encoding: str, title: str) -> None:
    _mapinfo(tmp_path / f"基地{suffix}", _parcels(), encoding)
    survey = hg.read_survey(tmp_path)
    _assert_parcels(survey)
    assert len(survey.issues) == 0
    assert list(survey.files["encoding"]) == [title]


@pytest.mark.parametrize("suffix", [".tab", ".mif"])
def test_a_mapinfo_table_without_an_earth_is_placed_by_its_numbers(
    tmp_path: Path, suffix: str
) -> None:
    plane = gpd.GeoSeries([project(shape, ZONE) for shape in row_of(2)])
    frame = gpd.GeoDataFrame({"基地名称": NAMES}, geometry=plane)
    _mapinfo(tmp_path / f"基地{suffix}", frame)
    survey = hg.read_survey(tmp_path)
    _assert_parcels(survey)
    assert list(survey.issues["code"]) == ["HG005"]


@pytest.mark.parametrize("suffix", [".tab", ".mif"])
def test_a_mapinfo_table_that_states_no_charset(tmp_path: Path, suffix: str) -> None:
    path = _mapinfo(tmp_path / f"基地{suffix}", _parcels())
    path.write_bytes(path.read_bytes().replace(b"WindowsSimpChinese", b"Neutral"))
    before = path.read_bytes()
    survey = hg.read_survey(tmp_path)
    _assert_parcels(survey)
    assert list(survey.issues["code"]) == ["HG003"]
    assert path.read_bytes() == before


@few
@given(st.sampled_from([".tab", ".mif"]), st.booleans(), st.binary(max_size=120))
def test_any_bytes_as_a_mapinfo_table_end_in_a_survey(
    suffix: str, headed: bool, data: bytes
) -> None:
    head = b"!table\n!version 300\n!charset Neutral\n" if suffix == ".tab" else b"Version 300\n"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"坏{suffix}"
        path.write_bytes((head if headed else b"") + data)
        survey = hg.read_survey(path)
    assert list(survey.issues["code"]) == ["HG001"]


def test_a_cut_mif_is_held_against_its_table(tmp_path: Path) -> None:
    path = _mapinfo(tmp_path / "基地.mif", _parcels())
    data = path.read_bytes()
    path.write_bytes(data[: data.rindex(b"Region")])
    survey = hg.read_survey(tmp_path)
    assert list(survey.bases["name"]) == NAMES[:1]
    assert list(survey.issues["code"]) == ["HG002"]
