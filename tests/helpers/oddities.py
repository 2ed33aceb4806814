"""One odd cell, shape, vertex or system in a random record of a random good file."""

from __future__ import annotations

import re
import sqlite3
import struct
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import numpy as np
import shapely

from tests.helpers.make import LAT, LON, project, rectangle, swapped, with_hole
from tests.helpers.shapes import geod_mu
from tests.helpers.survey_files import CASES, Case

#: Cells of the matrix that an odd thing is put into: every format once, some without a system.
FORMATS = (
    *("gpkg: stated", "gpkg: missing", "parquet: stated", "gdb: stated", "gdb.zip: stated"),
    *("shp utf8: stated", "shp gbk without cpg: missing", "zipped shp gbk: stated"),
    *("geojson: stated", "geojson gbk: stated", "kml: stated", "kmz: stated", "ovjsn: stated"),
    *("mif: stated", "tab gbk: stated", "xlsx: stated", "csv gbk: stated", "txt gbk: stated"),
    *("dat: missing", "dxf: missing", "points: missing", "points gbk: stated", "rings: missing"),
)
#: Formats whose writer here takes any geometry, not polygons alone.
_ANY_SHAPE = ("gpkg", "geojson", "parquet")
#: Formats in whose bytes a coordinate can be found, as eight bytes or as text.
_BINARY = ("gpkg", "shp")
_TEXTUAL = ("geojson", "kml", "ovjsn", "mif", "txt", "dat", "points", "rings")
#: Formats that hold no holes here.
_PLAIN = ("mif", "tab", "ovjsn", "dat", "dxf")

_DATES = (
    *("2020-02-30", "20200230", "2020-13-01", "三月三十二日", "1e99"),
    *("2020-06-31 12:00", "30/02/2020", "明年春天", "2020-00-10"),
)
_NUMBERS = (
    *("约五百", "abc", "12.3.4", "1e999", "500左右", "３００.x", "500/600"),
    *("=A1*2", "未测", "五百余亩", "0x1F"),
)
_STATES = ("半成品", "???", "<br>", "建成否", "y/n", "在建已建", "12")
_PRJS = (
    b"",
    b"nonsense",
    b"PROJCS[]",
    b"\xff\xfe\x00",
    b'GEOGCS["GCS_China',
    b'GEOGCS["a",DATUM["b"]]',
    b'LOCAL_CS["x",UNIT["metre",1]]',
    'PROJCS["北京",GEOGCS["国家"'.encode("gbk"),
)


@dataclass(frozen=True)
class Odd:
    """A good file with one odd thing in it.

    Attributes
    ----------
    path : Path
    record : int or None
        Position of the record that has it; None where it is the file's.
    what : str
        The format and the odd thing, for the message of a failing test.
    """

    path: Path
    record: int | None
    what: str


@dataclass(frozen=True)
class Drawn:
    """A good file, and the same some times over, each with one odd thing.

    Attributes
    ----------
    good : Path
    odd : list of Odd
    key : str
        The column of the base table by which records are told apart.
    keys : list of str
        What stands there, in the order of the records.
    """

    good: Path
    odd: list[Odd]
    key: str
    keys: list[str]


def draw_odd_files(seed: int, folder: Path, *, count: int) -> Drawn:
    """The files that a seed draws, below a folder."""
    rng = np.random.default_rng(seed)
    case = CASES[str(rng.choice(FORMATS))]
    bases = _good_bases(rng, case)
    (folder / "good").mkdir(parents=True)
    good = case.write(_as_written(bases, case), folder / "good")
    odd = []
    for number in range(count):
        draw = _Draw(rng, case, bases, int(rng.integers(len(bases))), folder / str(number))
        draw.folder.mkdir()
        spoil = draw.pick(_ways_to_spoil(case))
        what = f"{case.name}, record {draw.record}, {spoil(draw)}"
        record = None if spoil is _odd_system else draw.record
        odd.append(Odd(draw.folder / good.name, record, what))
    key, heading = next((k, h) for k, h in _KEYS.items() if k in case.kind.columns)
    return Drawn(good, odd, key, bases[heading].tolist())


_DEGREES = 4490
_KEYS = {"base_id": "JDBH", "name": "JDMC"}
_Choice = TypeVar("_Choice")


@dataclass(frozen=True)
class _Draw:
    """What is to be spoilt: a record among the bases of a case, written into a folder."""

    rng: np.random.Generator
    case: Case
    bases: gpd.GeoDataFrame
    record: int
    folder: Path

    @property
    def form(self) -> str:
        return _form(self.case)

    def pick(self, choices: Sequence[_Choice]) -> _Choice:
        return choices[int(self.rng.integers(len(choices)))]

    def write(self, bases: gpd.GeoDataFrame | None = None) -> Path:
        return self.case.write(
            _as_written(self.bases if bases is None else bases, self.case), self.folder
        )


def _form(case: Case) -> str:
    """The format's first word."""
    return case.name.split(":")[0].split()[0].removesuffix(".zip")


def _good_bases(rng: np.random.Generator, case: Case) -> gpd.GeoDataFrame:
    """Three to six good bases apart from each other, of shapes that the format holds."""
    count = int(rng.integers(3, 7))
    numbers = range(count)
    shapes = []
    for number in numbers:
        make = with_hole if _form(case) not in _PLAIN and rng.random() < 0.5 else rectangle
        width, height = rng.uniform(0.002, 0.006, 2)
        east, north = rng.uniform(0, 1e-3, 2)
        shapes.append(make(LON + 0.01 * number + east, LAT + north, width=width, height=height))
    days = zip(rng.integers(1, 10, count), rng.integers(1, 29, count), strict=True)
    texts = {
        "JDBH": [f"520625-2020-{rng.integers(100):02}{n}" for n in numbers],
        "JDMC": [f"{rng.choice(list('东南西北'))}坡{n}号基地" for n in numbers],
        "品种": rng.choice(["天麻", "黄精", "白及", "前胡"], count).tolist(),
        "县区": ["印江县"] * count,
        "面积_亩": [f"{geod_mu(shape):.2f}" for shape in shapes],
        "测量日期": [f"2020-{month:02}-{day:02}" for month, day in days],
        "状态": rng.choice(["已建", "在建", "拟建"], count).tolist(),
    }
    return gpd.GeoDataFrame(texts, geometry=shapes, crs="EPSG:4490")


def _as_written(bases: gpd.GeoDataFrame, case: Case) -> gpd.GeoDataFrame:
    """The bases in the coordinates of the case, with the system that its file states."""
    shapes = [
        shape if shape is None or shape.is_empty else project(shape, case.system.coordinates)
        for shape in bases.geometry
    ]
    return gpd.GeoDataFrame(bases.drop(columns="geometry"), geometry=shapes, crs=case.system.stated)


_Spoil = Callable[[_Draw], str]


def _ways_to_spoil(case: Case) -> list[_Spoil]:
    """What can be odd in a format; each way writes the odd file and says what it did."""
    found: list[_Spoil] = []
    if "declared_mu" in case.kind.columns:
        found += [_odd_cell("测量日期", _DATES), _odd_cell("面积_亩", _NUMBERS)]
        found += [_odd_cell("状态", _STATES)]
    if case.kind.tolerance_m is not None:
        found.append(_odd_shape)
    if _form(case) in (*_BINARY, *_TEXTUAL):
        found += [_odd_vertex] * 2
    if _form(case) in {"gpkg", "shp"}:
        found.append(_odd_system)
    return found


def _odd_cell(heading: str, words: Sequence[str]) -> _Spoil:
    def spoil(draw: _Draw) -> str:
        cells = draw.bases[heading].tolist()
        cells[draw.record] = draw.pick(words)
        draw.write(draw.bases.assign(**{heading: cells}))
        return f"{heading}={cells[draw.record]!r}"

    return spoil


def _odd_shape(draw: _Draw) -> str:
    shapes = list(draw.bases.geometry)
    odd = _odd_shapes(shapes[draw.record], any_shape=draw.form in _ANY_SHAPE)
    if draw.case.system.coordinates != _DEGREES:
        del odd["swapped axes"]  # which have no metres
    if draw.form == "dxf":  # whose lines are no records
        del odd["there and back"], odd["a point as a ring"]
    name = draw.pick(list(odd))
    shapes[draw.record] = odd[name]
    draw.write(draw.bases.set_geometry(gpd.GeoSeries(shapes, crs=draw.bases.crs)))
    return name


def _odd_shapes(good: shapely.Polygon, *, any_shape: bool) -> dict[str, shapely.Geometry | None]:
    """Odd shapes in place of a good one, in degrees."""
    west, south, east, north = good.bounds
    corners = [(west, south), (east, north), (east, south), (west, north)]
    needle = [(west + 1e-9, north), (west, north + 0.01), (west, south)]
    polygons: dict[str, shapely.Geometry | None] = {
        "bow tie": shapely.Polygon(corners),
        "there and back": shapely.Polygon([corners[0], corners[1], corners[0]]),
        "a point as a ring": shapely.Polygon([corners[0]] * 4),
        "swapped axes": swapped(good),
        "far away": shapely.transform(good, lambda xy: xy + (-20.0, 10.0)),
        "tiny": shapely.box(west, south, west + 1e-7, south + 1e-7),
        "a needle": shapely.Polygon([(west, south), (east, south), (east, north), *needle]),
    }
    if not any_shape:
        return polygons
    parts = struct.pack("<BII", 1, 6, 2) + good.wkb + struct.pack("<BII", 1, 3, 0)
    return polygons | {
        "none": None,
        "empty": shapely.Polygon(),
        "a point": shapely.Point(west, south),
        "a line": shapely.LineString(corners[:2]),
        "a collection": shapely.GeometryCollection([good, shapely.Point(west, south)]),
        "an empty part": shapely.from_wkb(parts),
        "many points": shapely.MultiPoint(corners),
    }


def _odd_vertex(draw: _Draw) -> str:
    """One number of one vertex of the record replaced in the bytes of the file."""
    path = draw.write()
    path = next(iter(draw.folder.rglob("*.shp")), path)
    shape = _as_written(draw.bases, draw.case).geometry.iloc[draw.record]
    number = draw.pick(shapely.get_coordinates(shape).ravel().tolist())
    data = path.read_bytes()
    if draw.form in _BINARY:
        word = draw.pick(["nan", "inf", "-1e308", "0"])
        spellings, new = [struct.pack("<d", number)], struct.pack("<d", float(word))
    else:
        word = draw.pick(["NaN", "abc", "1e400", "-", "0"])
        written = (repr(number), f"{number:.15g}", f"{number:.4f}", f"{number:.9f}".rstrip("0"))
        spellings, new = [text.encode() for text in written], word.encode()
    found = next(filter(None, (_places(data, old, draw.form) for old in spellings)), None)
    if found is None:
        return "a vertex that is not found in the bytes"
    at, end = draw.pick(found)
    path.write_bytes(data[:at] + new + data[end:])
    return f"{number} became {word} at byte {at}"


def _places(data: bytes, old: bytes, form: str) -> list[tuple[int, int]]:
    """Where a number begins and ends in a file; a text's digits may be part of a longer one."""
    whole = re.escape(old) if form in _BINARY else rb"(?<![\d.])" + re.escape(old) + rb"(?!\d)"
    return [match.span() for match in re.finditer(whole, data, re.DOTALL)]


def _odd_system(draw: _Draw) -> str:
    path = draw.write()
    if path.suffix == ".gpkg":
        srs_id = draw.pick([-1, 0, 99999])
        with closing(sqlite3.connect(path)) as book:
            book.execute("UPDATE gpkg_geometry_columns SET srs_id = ?", [srs_id])
            book.commit()
        return f"srs_id {srs_id}"
    words = draw.pick(_PRJS)
    if path.suffix == ".shp":
        path.with_suffix(".prj").write_bytes(words)
    return f".prj {words!r}"


def same_shape(one: shapely.Geometry | None, other: shapely.Geometry | None) -> bool:
    """Whether two geometries have the same vertices in the same order, or there are none.

    A polygon and a geometry of that one part are the same: some formats know no other.
    """
    if one is None or other is None:
        return one is other
    parts = shapely.get_parts(one), shapely.get_parts(other)
    if len(parts[0]) != len(parts[1]):
        return False
    return bool(shapely.equals_exact(*parts, tolerance=1e-10).all())
