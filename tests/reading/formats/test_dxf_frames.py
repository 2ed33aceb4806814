"""Drawings: a sheet's frame is no base, and attributes of blocks name parcels as texts do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ezdxf
import pytest
import shapely
from ezdxf.document import Drawing
from ezdxf.layouts import Modelspace

import herbgis as hg

X, Y, SIDE = 36_440_000.0, 3_100_000.0, 500.0
NAMES = ["甲地", "乙地", "丙地"]
Corners = list[tuple[float, float]]


def _box(west: float, south: float, east: float, north: float) -> Corners:
    return [(west, south), (east, south), (east, north), (west, north)]


def _parcels(space: Modelspace, count: int = 3) -> None:
    for at, name in enumerate(NAMES[:count]):
        west = X + 700 * at
        corners = _box(west, Y, west + SIDE, Y + SIDE)
        space.add_lwpolyline(corners, close=True, dxfattribs={"layer": "JZD"})
        space.add_text(name, dxfattribs={"insert": (west + 100, Y + 100)})


def _line(space: Modelspace, corners: Corners, layer: str) -> None:
    space.add_lwpolyline(corners, close=True, dxfattribs={"layer": layer})


def _titles(space: Modelspace) -> None:
    for words, y in (("铜仁市基地分布图", Y + 650), ("比例尺 1:5000", Y - 50)):
        space.add_text(words, dxfattribs={"insert": (X + 600, y)})


def _save(path: Path, draw: Callable[[Modelspace], object], version: str = "R2010") -> Path:
    document = ezdxf.new(version)
    draw(document.modelspace())
    document.saveas(path)
    return path


OUTER = _box(X - 100, Y - 100, X + 2200, Y + 700)
INNER = _box(X - 80, Y - 80, X + 2180, Y + 680)
TURNED = shapely.get_coordinates(
    shapely.affinity.rotate(shapely.Polygon(OUTER), 5).exterior
).tolist()[:-1]


@pytest.mark.parametrize("layer", ["TK", "tk", "图框", "内图框", "A3图框线", "图廓", "Border"])
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    "frames", [[OUTER], [OUTER, INNER], [TURNED]], ids=["one", "two", "turned"]
)
def test_a_frame_by_its_layer_is_no_base(
    tmp_path: Path, layer: str, count: int, frames: list[Corners]
) -> None:
    def draw(space: Modelspace) -> None:
        for corners in frames:
            _line(space, corners, layer)
        _parcels(space, count)
        _titles(space)

    survey = hg.read_survey(_save(tmp_path / "图.dxf", draw))
    assert survey.bases["name"].tolist() == NAMES[:count]
    assert f"图层“{layer}”的 {len(frames)} 条闭合线是图框" in survey.assumption_lines()[0]
    assert "HG303" not in set(hg.validate(survey).table["code"])


@pytest.mark.parametrize("layer", ["0", "JZD", "图例", "标注"])
@pytest.mark.parametrize("frames", [[OUTER], [OUTER, INNER]], ids=["one", "two"])
def test_a_rectangle_around_all_parcels_and_texts_is_a_frame_to_be_confirmed(
    tmp_path: Path, layer: str, frames: list[Corners]
) -> None:
    def draw(space: Modelspace) -> None:
        _parcels(space)
        _titles(space)
        for corners in frames:
            _line(space, corners, layer)

    survey = hg.read_survey(_save(tmp_path / "图.dxf", draw))
    assert survey.bases["name"].tolist() == NAMES
    found = survey.issues[survey.issues["code"] == "HG001"]
    assert found["severity"].tolist() == ["warning"]
    assert "按图框未读" in found["message"].iloc[0]


#: Lines around parcels that nothing says to be frames: their corners, layer, and what lies within.
BASES: dict[str, tuple[Corners, str, int, bool]] = {
    "no texts beside": (OUTER, "0", 3, False),
    "one parcel": (OUTER, "0", 1, True),
    "no rectangle": ([*OUTER[:3], (X - 100, Y + 900)], "0", 3, True),
    "turned": (TURNED, "0", 3, True),
    "not around all": (_box(X - 100, Y - 100, X + 1350, Y + 700), "0", 3, True),
    "a layer of another name": (_box(X - 100, Y - 100, X + 1350, Y + 700), "TKJ", 3, True),
    "a field on the frames' layer": (
        [(X + 9000, Y), (X + 9500, Y), (X + 9600, Y + 300)],
        "TK",
        3,
        True,
    ),
}


@pytest.mark.parametrize("kind", BASES)
def test_what_nothing_says_to_be_a_frame_stays_a_record(tmp_path: Path, kind: str) -> None:
    corners, layer, count, titled = BASES[kind]

    def draw(space: Modelspace) -> None:
        _parcels(space, count)
        _line(space, corners, layer)
        if titled:
            _titles(space)

    survey = hg.read_survey(_save(tmp_path / "图.dxf", draw))
    assert len(survey.bases) == count + 1


@pytest.mark.parametrize("layer", ["图框村基地", "图框", "内图廓", "TK", "tuk", "border", "Frame"])
@pytest.mark.parametrize("own", [1, 3])
def test_rectangles_on_a_layer_of_frames_around_nothing_are_records(
    tmp_path: Path, layer: str, own: int
) -> None:
    def draw(space: Modelspace) -> None:
        _parcels(space)
        for at in range(own):
            _line(space, _box(X + 700 * at, Y + 900, X + 700 * at + 500, Y + 1400), layer)

    survey = hg.read_survey(_save(tmp_path / "图.dxf", draw))
    assert len(survey.bases) == 3 + own


def test_boxes_of_titles_beside_a_frame_are_no_bases(tmp_path: Path) -> None:
    def draw(space: Modelspace) -> None:
        _parcels(space)
        _line(space, OUTER, "TK")
        _line(space, _box(X + 2210, Y - 100, X + 2400, Y + 100), "TK")

    assert hg.read_survey(_save(tmp_path / "图.dxf", draw)).bases["name"].tolist() == NAMES


def test_rings_on_layers_of_frames_alone_are_read(tmp_path: Path) -> None:
    survey = hg.read_survey(_save(tmp_path / "图.dxf", lambda space: _line(space, OUTER, "TK")))
    assert len(survey.bases) == 1


def _by_attributes(document: Drawing, tag: Callable[..., object]) -> None:
    space = document.modelspace()
    block = document.blocks.new("注记块")
    block.add_attdef("NAME", (0, 0))
    for at, name in enumerate(NAMES):
        west = X + 700 * at
        space.add_polyline2d(_box(west, Y, west + SIDE, Y + SIDE), close=True)
        insert = space.add_blockref("注记块", (west + 100, Y + 100))
        tag(insert, name, (west + 100, Y + 100))


def _plainly(insert: ezdxf.entities.Insert, name: str, at: tuple[float, float]) -> None:
    insert.add_attrib("NAME", name, at)


def _elsewhere(insert: ezdxf.entities.Insert, name: str, at: tuple[float, float]) -> None:
    insert.dxf.insert = (X - 5000, Y)
    insert.add_attrib("NAME", name, at)


def _with_one_hidden(insert: ezdxf.entities.Insert, name: str, at: tuple[float, float]) -> None:
    insert.add_attrib("NAME", name, at)
    insert.add_attrib("CODE", "310", at).is_invisible = True


def _of_lines(insert: ezdxf.entities.Insert, name: str, at: tuple[float, float]) -> None:
    text = ezdxf.new().modelspace().add_mtext(rf"{{\fSimSun|b0;{name}}}")
    text.dxf.insert = at
    insert.add_attrib("NAME", "", at).set_mtext(text)


def _by_number(insert: ezdxf.entities.Insert, name: str, at: tuple[float, float]) -> None:
    insert.add_attrib("NAME", "".join(rf"\U+{ord(letter):04X}" for letter in name), at)


@pytest.mark.parametrize("version", ["R12", "R2000", "R2018"])
@pytest.mark.parametrize("tag", [_plainly, _elsewhere, _with_one_hidden, _of_lines, _by_number])
@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
def test_attributes_of_blocks_name_parcels(
    tmp_path: Path, version: str, tag: Callable[..., object], *, binary: bool
) -> None:
    document = ezdxf.new(version)
    _by_attributes(document, tag)
    path = tmp_path / "图.dxf"
    document.saveas(path, fmt="bin" if binary else "asc")
    assert hg.read_survey(path).bases["name"].tolist() == NAMES
