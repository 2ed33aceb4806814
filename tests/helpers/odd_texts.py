"""Odd files that are texts, drawings and archives: GeoJSON, KML, 界址点 TXT, DXF, MIF, zip."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ezdxf
import shapely

from tests.helpers.make import gauss_kruger, project, rectangle, row_of
from tests.helpers.odd_files import (
    DAYS,
    IDS,
    MU,
    Held,
    OddFile,
    but_second,
    geojson,
    gpkg,
    held,
    shp,
    sound,
)
from tests.helpers.other_files import CELLS, FILES
from tests.helpers.survey_files import kml

_ZONE = gauss_kruger(36)
_NAMES = ["凤仪一号基地", "凤仪二号基地", "凤仪三号基地", "凤仪四号基地"]

# GeoJSON


def _member(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], Path]:
    """The second member changed."""
    return lambda folder: geojson(folder, lambda rows: change(rows[1]))


def _half_a_geojson(folder: Path) -> Path:
    """Broken off within the fourth member."""
    path = geojson(folder, lambda _: None)
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index(IDS[3]) + 40], encoding="utf-8")
    return path


def _nest(rows: list[dict[str, Any]]) -> None:
    rows[1:] = [{"type": "FeatureCollection", "features": rows[1:]}]


def _bare(rows: list[dict[str, Any]]) -> None:
    rows[1] = rows[1]["geometry"]


_NAMELESS = Held(but_second(IDS, None), row_of(4), but_second(MU, None), but_second(DAYS, None))
_GEOJSON = {
    "GeoJSON, a member without a type": OddFile(_member(lambda row: row.pop("type")), held()),
    "GeoJSON, a type in small letters": OddFile(
        _member(lambda row: row.update(type="feature")), held()
    ),
    "GeoJSON, coordinates that are words": OddFile(
        _member(lambda row: row["geometry"].update(coordinates=[[["东", "北"]] * 4])),
        held(lands=but_second(row_of(4), None)),
        "HG103",
    ),
    "GeoJSON, a collection within the collection": OddFile(
        lambda folder: geojson(folder, _nest), held()
    ),
    "GeoJSON, a bare geometry among the members": OddFile(
        lambda folder: geojson(folder, _bare), _NAMELESS, "HG508"
    ),
    "GeoJSON, broken off": OddFile(_half_a_geojson, held(), "HG001"),
}

# KML


def _kml(odd: str) -> Callable[[Path], Path]:
    """KML of the bases, with something odd in the second placemark."""

    def make(folder: Path) -> Path:
        path = kml("utf-8")(sound()[["县区", "geometry"]], folder)
        begin = "<Placemark>"
        head, *marks = path.read_text(encoding="utf-8").split(begin)
        for number, (base_id, mark) in enumerate(zip(IDS, marks, strict=True)):
            told = odd if number == 1 else ""
            head += f"{begin}<name>{base_id}</name>{told}{mark}"
        path.write_text(head, encoding="utf-8")
        return path

    return make


_NAMED = held(mu=None, days=None)
_KML = {
    "KML, a prefix that nothing declares": OddFile(_kml("<gx:drawOrder>1</gx:drawOrder>"), _NAMED),
    "KML, a bare ampersand": OddFile(_kml("<Snippet>甲&乙</Snippet>"), _NAMED),
}

# 界址点 TXT


def _txt(head: str, before: Sequence[str] = ()) -> Callable[[Path], Path]:
    """A TXT of two plots, whose heads are of a layout, and what stands before them."""

    def make(folder: Path) -> Path:
        lines = ["[属性描述]", "坐标系=2000国家大地坐标系", "几度分带=3", "带号=36", "[地块坐标]"]
        lines += before
        for base_id, shape in zip(IDS[:2], row_of(2), strict=True):
            lines += [head.format(id=base_id, ha=project(shape, _ZONE).area / 1e4), *_points(shape)]
        path = folder / "基地.txt"
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return make


def _points(shape: shapely.Geometry) -> list[str]:
    around = shapely.get_coordinates(project(shape, _ZONE)).tolist()
    return [f"J{n},1,{north:.3f},{east:.3f}" for n, (east, north) in enumerate(around, 1)]


_ROAD = shapely.LineString([(108.46, 27.97), (108.48, 27.97), (108.48, 27.99)])
_TWO_PLOTS = held(names=IDS[:2], mu=None, days=None)
_PLOTS = {
    "TXT, a line before the plots": OddFile(
        _txt("5,{ha:.4f},{id},甲地,面,,,,@", ["3,0,1,机耕道,线,,,,@", *_points(_ROAD)]),
        held(names=["机耕道", *IDS[:2]], lands=[None, *row_of(2)], mu=None, days=None),
        "HG104",
    ),
    "TXT, a province's ten commas": OddFile(
        _txt("0,0,522222104,横桥村,{id},甲地,面,,,,@"), _TWO_PLOTS
    ),
    "TXT, areas with their unit": OddFile(_txt("5,{ha:.4f}公顷,{id},甲地,面,,,,@"), _TWO_PLOTS),
    "TXT, a head that is broken": OddFile(
        _txt("5,{ha:.4f},{id},甲地", ["5,0,0,前地,面,,,,@", *_points(rectangle(108.5))]),
        held(
            names=["前地", *IDS[:2]],
            lands=[rectangle(108.5), *row_of(2)],
            mu=None,
            days=None,
        ),
        "HG001",
    ),
}

# Drawings


def _drawing(name: Callable[[str], str], *, marks: bool = True) -> Callable[[Path], Path]:
    """Two outlines with MTEXT within them; a name may be written in escapes."""

    def make(folder: Path) -> Path:
        document = ezdxf.new("R2010")
        space = document.modelspace()
        for text, shape in zip(_NAMES, row_of(2), strict=False):
            drawn = project(shape, _ZONE)
            space.add_lwpolyline([*drawn.exterior.coords][:-1], close=True)
            at = (drawn.centroid.x, drawn.centroid.y)
            space.add_mtext("A", dxfattribs={"insert": at}).text = name(text)
        path = folder / "基地.dxf"
        document.saveas(path)
        if not marks:
            text = path.read_text(encoding="utf-8").replace("100\nAcDbEntity\n", "")
            path.write_text(text.replace("100\nAcDbPolyline\n", ""), encoding="utf-8")
        return path

    return make


def _escaped(text: str) -> str:
    """The last three letters by number, as CAD writes what a code page has not."""
    return text[:-3] + "".join(f"\\U+{ord(letter):04X}" for letter in text[-3:])


_TWO_NAMES = held(names=_NAMES[:2], mu=None, days=None)
_DRAWN = {
    "DXF, MTEXT with letters by number": OddFile(_drawing(_escaped), _TWO_NAMES, "HG005"),
    "DXF, MTEXT with marks of format": OddFile(
        _drawing(lambda text: f"{{\\fSimSun|b0;{text[:3]}}}\\H2x;{text[3:]}"), _TWO_NAMES, "HG005"
    ),
    "DXF, entities without subclass marks": OddFile(
        _drawing(str, marks=False), _TWO_NAMES, "HG005"
    ),
}

# Archives and folders


def _one_name_twice(folder: Path) -> Path:
    path = folder / "上报.zip"
    with zipfile.ZipFile(path, "w") as made, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a name stands twice
        for number, rows in enumerate((slice(0, 2), slice(2, 4))):
            inner = folder / str(number)
            inner.mkdir()
            shp(inner, sound().iloc[rows])
            for part in sorted(inner.iterdir()):
                made.write(part, part.name)
    return path


def _folder(*names: str) -> Callable[[Path], Path]:
    """The bases, and files of one base each beside them."""

    def make(folder: Path) -> Path:
        path = folder / "收件"
        path.mkdir()
        gpkg(path)
        for name in names:
            FILES[name](path / name)
        return path

    return make


def _beside(*lands: shapely.Geometry | None) -> Held:
    """The bases, and as many of one as there are files beside them."""
    number = len(lands)
    return held(
        names=[*IDS, *[str(CELLS[0])] * number],
        lands=[*row_of(4), *lands],
        mu=[*MU, *[float(str(CELLS[4]))] * number],
        days=[*DAYS, *[None] * number],
    )


_PACKED = {
    "zip, one name twice": OddFile(_one_name_twice, held()),
    "folder with .fgb, .gml and .geojsonl": OddFile(
        _folder("b.fgb", "c.gml", "e.geojsonl"), _beside(*[rectangle()] * 3), "HG302"
    ),
    "folder with .xlsm, .et and .ods": OddFile(
        _folder("h.xlsm", "k.et", "j.ods"), _beside(None, None, None)
    ),
    "folder with .topojson and .gpx": OddFile(
        _folder("f.topojson", "g.gpx"), _beside(rectangle(), rectangle()), "HG302"
    ),
    "folder with .tar.gz and .csv.gz": OddFile(
        _folder("n.tar.gz", "o.csv.gz"), _beside(rectangle(), None), "HG302"
    ),
}

ODD_TEXTS = {**_GEOJSON, **_KML, **_PLOTS, **_DRAWN, **_PACKED}
