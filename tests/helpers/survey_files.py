"""One set of bases as files of every format that counties send: the matrix of the tests.

Every writer takes a frame whose coordinates are those that go into the file and whose CRS is what
the file shall state, None for nothing, and gives back the path of what is to be read.
"""

from __future__ import annotations

import json
import shutil
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import ezdxf
import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import shapely

from tests.helpers.make import LAT, LON, project, rectangle, swapped, with_hole

Writer = Callable[[gpd.GeoDataFrame, Path], Path]

TEXTS = {
    "JDBH": ["520625-2020-001", "520625-2020-002", "520625-2020-003", "YJ/4"],
    "JDMC": [
        "木黄镇“凤仪村”基地（一期）",
        "<b>朗溪·甘川</b>&",
        "喆淼犇骉药业",
        "锠鑫堉堃、O'Hara",
    ],
    "品种": ["天麻", "白及", "天麻套种黄精", "前胡"],
    "县区": ["印江县"] * 4,
    "面积_亩": [512.5, 499.99, 1000.0, 38.25],
    "状态": ["已建", "在建", "拟建", "已建"],
}


def truth() -> gpd.GeoDataFrame:
    """Four bases: plain, with a hole, of two parcels, and a parcel of many points."""
    circle = shapely.Point(LON + 0.04, LAT).buffer(0.002, quad_segs=20)
    two = shapely.MultiPolygon([rectangle(LON + 0.02), rectangle(LON + 0.03)])
    shapes = [rectangle(), with_hole(LON + 0.01), two, circle]
    return gpd.GeoDataFrame(TEXTS, geometry=shapes, crs="EPSG:4490")


def by_gdal(frame: gpd.GeoDataFrame, path: Path, **options: object) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL's remarks on field widths and types
        pyogrio.write_dataframe(frame, path, **options)
    return path


def gpkg(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    return by_gdal(frame, folder / "基地.gpkg", layer="基地")


def geojson(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    return by_gdal(frame, folder / "基地.geojson", COORDINATE_PRECISION=9)


def parquet(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    frame.to_parquet(folder / "基地.parquet")
    return folder / "基地.parquet"


def gdb(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    options = {"layer": "jd", "geometry_type": "MultiPolygon"}
    return by_gdal(frame, folder / "基地.gdb", driver="OpenFileGDB", **options)


def zipped_gdb(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    gdb(frame, folder)
    made = shutil.make_archive(str(folder / "基地"), "zip", folder, "基地.gdb")
    shutil.rmtree(folder / "基地.gdb")
    return Path(made)


def shp(
    encoding: str, cpg: str | None, *, language: int | None = None, stem: str = "基地"
) -> Writer:
    """A writer of shapefiles; `cpg` is what the sidecar says, None for no sidecar."""

    def write(frame: gpd.GeoDataFrame, folder: Path) -> Path:
        path = by_gdal(frame, folder / f"{stem}.shp", encoding=encoding)
        path.with_suffix(".cpg").unlink()
        if cpg is not None:
            path.with_suffix(".cpg").write_text(cpg, encoding="ascii")
        if language is not None:
            dbf = bytearray(path.with_suffix(".dbf").read_bytes())
            dbf[29] = language
            path.with_suffix(".dbf").write_bytes(dbf)
        return path

    return write


def zipped_shp(encoding: str, cpg: str | None, *, name_encoding: str | None = None) -> Writer:
    """The same in a zip, its Chinese names in an encoding that the zip does not state."""

    def write(frame: gpd.GeoDataFrame, folder: Path) -> Path:
        name = "印江基地"
        raw = name.encode(name_encoding or "utf-8")
        stem = name if name_encoding is None else "x" * len(raw)
        inner = folder / "inner"
        inner.mkdir()
        shp(encoding, cpg, stem=stem)(frame, inner)
        path = folder / "上报.zip"
        with zipfile.ZipFile(path, "w") as made:
            for file in sorted(inner.iterdir()):
                made.write(file, file.name)
        if name_encoding is not None:
            path.write_bytes(path.read_bytes().replace(stem.encode(), raw))
        shutil.rmtree(inner)
        return path

    return write


# Text formats, written here as the programs of the field write them


def _rings(shape: shapely.Geometry, *, close: bool = True) -> Iterator[list[tuple[float, float]]]:
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        corners = shapely.get_coordinates(ring).tolist()
        yield [(x, y) for x, y in corners[: None if close else -1]]


def kml(encoding: str, *, suffix: str = ".kml") -> Writer:
    """A writer of KML; texts stand in ExtendedData, and the declaration says UTF-8 regardless."""

    def ring(points: list[tuple[float, float]], boundary: str) -> str:
        numbers = " ".join(f"{x!r},{y!r},0" for x, y in points)
        inner = f"<LinearRing><coordinates>{numbers}</coordinates></LinearRing>"
        return f"<{boundary}>{inner}</{boundary}>"

    def polygon(shape: shapely.Polygon) -> str:
        outer, *holes = _rings(shape)
        inner = "".join(ring(hole, "innerBoundaryIs") for hole in holes)
        return f"<Polygon>{ring(outer, 'outerBoundaryIs')}{inner}</Polygon>"

    def placemark(row: dict[str, object], shape: shapely.Geometry) -> str:
        data = "".join(
            f'<Data name="{heading}"><value><![CDATA[{value}]]></value></Data>'
            for heading, value in row.items()
        )
        parts = "".join(polygon(part) for part in shapely.get_parts(shape))
        shapes = f"<MultiGeometry>{parts}</MultiGeometry>"
        return f"<Placemark><ExtendedData>{data}</ExtendedData>{shapes}</Placemark>"

    def write(frame: gpd.GeoDataFrame, folder: Path) -> Path:
        rows = frame.drop(columns="geometry").to_dict("records")
        marks = "".join(map(placemark, rows, frame.geometry))
        text = (
            '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
            f"<Document><name>基地</name>{marks}</Document></kml>"
        )
        path = folder / f"基地{suffix}"
        if suffix.endswith("kml"):
            path.write_bytes(text.encode(encoding))
        else:
            with zipfile.ZipFile(path, "w") as book:
                book.writestr("doc.kml", text.encode(encoding))
        return path

    return write


def ovjsn(encoding: str) -> Writer:
    """A writer of OVJSN; texts stand in the comment, a line each."""

    def write(frame: gpd.GeoDataFrame, folder: Path) -> Path:
        items = []
        for row, shape in zip(frame.to_dict("records"), frame.geometry, strict=True):
            comment = "\n".join(
                f"{k}：{v}" for k, v in row.items() if k not in {"geometry", "JDMC"}
            )
            (points,) = _rings(shape, close=False)
            detail = {"Latlng": [n for x, y in points for n in (y, x)], "Gcj02": 0}
            body = {"Name": row["JDMC"], "Comment": comment, "ObjectDetail": detail}
            items.append({"Type": 13, "Object": body})
        path = folder / "基地.ovjsn"
        text = json.dumps({"Version": "V10.6.2", "ObjItems": items}, ensure_ascii=False)
        path.write_text(text, encoding=encoding)
        return path

    return write


def plot_txt(encoding: str, zone: str) -> Writer:
    """A writer of 界址点 TXT, north first; `zone` is what its header says."""

    def write(frame: gpd.GeoDataFrame, folder: Path) -> Path:
        lines = [
            "[属性描述]",
            "坐标系=2000国家大地坐标系",
            "几度分带=3",
            f"带号={zone}",
            "[地块坐标]",
        ]
        for base_id, name, shape in zip(frame["JDBH"], frame["JDMC"], frame.geometry, strict=True):
            points = [
                f"J{place},{number},{y:.4f},{x:.4f}"
                for number, ring in enumerate(_rings(shape), 1)
                for place, (x, y) in enumerate(ring, 1)
            ]
            lines += [f"{len(points)},{shape.area:.4f},{base_id},{name},面,,林下,,@", *points]
        path = folder / "基地.txt"
        path.write_bytes("\r\n".join(lines).encode(encoding))
        return path

    return write


def cass(encoding: str) -> Writer:
    """A writer of CASS points, east first, the base's name as their code."""

    def write(frame: gpd.GeoDataFrame, folder: Path) -> Path:
        lines = []
        for name, shape in zip(frame["JDMC"], frame.geometry, strict=True):
            (points,) = _rings(shape, close=False)
            lines += [
                f"{len(lines) + n},{name},{x:.4f},{y:.4f},600" for n, (x, y) in enumerate(points)
            ]
        path = folder / "基地.dat"
        path.write_bytes("\r\n".join(lines).encode(encoding))
        return path

    return write


def dxf(version: str) -> Writer:
    """A writer of drawings; each base's name stands within its ring."""

    def write(frame: gpd.GeoDataFrame, folder: Path) -> Path:
        document = ezdxf.new(version)
        if version == "R2000":
            document.encoding = "gbk"
            document.header["$DWGCODEPAGE"] = "ANSI_936"
        space = document.modelspace()
        for name, shape in zip(frame["JDMC"], frame.geometry, strict=True):
            (points,) = _rings(shape, close=False)
            space.add_lwpolyline(points, close=True, dxfattribs={"layer": "JZD"})
            place = shapely.point_on_surface(shape)
            space.add_text(name, dxfattribs={"layer": "JZD", "insert": (place.x, place.y)})
        path = folder / "基地.dxf"
        document.saveas(path)
        return path

    return write


def mapinfo(suffix: str, encoding: str) -> Writer:
    """A writer of MapInfo tables."""

    def write(frame: gpd.GeoDataFrame, folder: Path) -> Path:
        options = {"FORMAT": suffix[1:].upper(), "ENCODING": encoding}
        if frame.crs is None:
            options["BOUNDS"] = "30000000,0,50000000,10000000"
        return by_gdal(frame, folder / f"基地{suffix}", driver="MapInfo File", **options)

    return write


def workbook(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    """A list of bases under a title, without their polygons."""
    table = pd.DataFrame(frame.drop(columns="geometry"))
    book = openpyxl.Workbook()
    for row in [["印江县基地统计表"], list(table.columns), *table.to_numpy(dtype=object).tolist()]:
        book.active.append(row)
    path = folder / "基地.xlsx"
    book.save(path)
    return path


def csv(encoding: str) -> Writer:
    """A writer of the same list as text."""

    def write(frame: gpd.GeoDataFrame, folder: Path) -> Path:
        path = folder / "基地.csv"
        pd.DataFrame(frame.drop(columns="geometry")).to_csv(path, index=False, encoding=encoding)
        return path

    return write


def point_table(encoding: str, above: str, axes: tuple[str, str]) -> Writer:
    """A writer of tables with a boundary point a row; what stands above may state the system."""

    def write(frame: gpd.GeoDataFrame, folder: Path) -> Path:
        texts = frame.drop(columns="geometry")
        rows: list[list[object]] = [[above], [*texts.columns, "圈号", *axes]]
        for row, shape in zip(texts.to_numpy(dtype=object), frame.geometry, strict=True):
            for number, ring in enumerate(_rings(shape, close=False), 1):
                rows += [[*row, number, x, y] for x, y in ring]
        path = folder / "界址点.csv"
        text = "\r\n".join(",".join(str(cell) for cell in row) for row in rows)
        path.write_bytes(text.encode(encoding))
        return path

    return write


def ring_table(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    """A workbook with the whole polygon of a base in one cell."""
    table = pd.DataFrame(frame.drop(columns="geometry")).assign(
        WKT=frame.geometry.to_wkt(rounding_precision=-1)
    )
    return workbook(gpd.GeoDataFrame(table, geometry=frame.geometry), folder)


def encoded(writer: Writer, encoding: str) -> Writer:
    """The same file in another encoding, said nowhere."""

    def write(frame: gpd.GeoDataFrame, folder: Path) -> Path:
        path = writer(frame, folder)
        path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
        return path

    return write


# The matrix


@dataclass(frozen=True)
class Kind:
    """What a format carries of the bases.

    Attributes
    ----------
    columns : tuple of str
        Columns of the base table that come back; `base_id` or `name` among them.
    records : tuple of int
        Which of the bases it can hold: a format of single rings has no holes and no second parcel.
    tolerance_m : float or None
        How near every vertex comes back; None where the format has no geometry.
    """

    columns: tuple[str, ...]
    records: tuple[int, ...] = (0, 1, 2, 3)
    tolerance_m: float | None = 0.001


_ALL = ("base_id", "name", "variety", "varieties", "county_code", "declared_mu", "status")
WHOLE, LISTED = Kind(_ALL), Kind(_ALL, tolerance_m=None)
#: MapInfo keeps coordinates as whole numbers over the whole earth.
COARSE = Kind(_ALL, tolerance_m=0.15)
PLOTS, OUTLINES = Kind(("base_id", "name")), Kind(("name",), records=(0, 3))
RINGS = Kind(_ALL, records=(0, 3))


@dataclass(frozen=True)
class System:
    """The system that coordinates are in, the one that the file states, and what is to be found."""

    coordinates: int
    stated: int | None
    codes: tuple[str, ...] = ()
    swapped: bool = False


SYSTEMS = {
    "stated": System(4490, 4490),
    "stated WGS84": System(4326, 4326),
    "stated in metres": System(4524, 4524),
    "missing": System(4524, None, ("HG005",)),
    "missing, degrees": System(4490, None, ("HG005",)),
    "contradicted by metres": System(4524, 4490, ("HG006",)),
    "contradicted by degrees": System(4490, 4524, ("HG006",)),
    "contradicted by another zone": System(4524, 4527, ("HG006",)),
    "contradicted by swapped axes": System(4490, 4490, ("HG006",), swapped=True),
}
_EVERY = tuple(SYSTEMS)
_DEGREES = ("stated", "contradicted by swapped axes")


@dataclass(frozen=True)
class Case:
    """A cell of the matrix: a format in an encoding, and what it says of its system."""

    name: str
    write: Writer
    kind: Kind
    system: System
    codes: tuple[str, ...] = ()

    def frame(self) -> gpd.GeoDataFrame:
        """The bases as they go into the file."""
        frame = truth().iloc[list(self.kind.records)]
        shapes = [project(shape, self.system.coordinates) for shape in frame.geometry]
        if self.system.swapped:
            shapes = [swapped(shape) for shape in shapes]
        texts = frame.drop(columns="geometry")
        return gpd.GeoDataFrame(texts, geometry=shapes, crs=self.system.stated)


#: Format and encoding: writer, kind, the systems that make sense, codes found in every one of them.
_FORMATS: dict[str, tuple[Writer, Kind, tuple[str, ...], tuple[str, ...]]] = {
    "gpkg": (gpkg, WHOLE, _EVERY, ()),
    "parquet": (parquet, WHOLE, _EVERY, ()),
    # Degrees in a file geodatabase that is not told so are rounded to its grid of metres.
    "gdb": (gdb, WHOLE, tuple(name for name in _EVERY if "degrees" not in name), ()),
    "gdb.zip": (zipped_gdb, WHOLE, ("stated", "missing"), ()),
    "shp utf8": (shp("UTF-8", "UTF-8"), WHOLE, _EVERY, ()),
    "shp utf8 without cpg": (shp("UTF-8", None), WHOLE, ("stated", "missing"), ("HG003",)),
    "shp utf8 cpg says gbk": (shp("UTF-8", "GBK"), WHOLE, ("stated",), ("HG003",)),
    "shp utf8 language byte says gbk": (
        *(shp("UTF-8", None, language=0x4D), WHOLE),
        *(("stated",), ("HG003",)),
    ),
    "shp gbk": (shp("GBK", "GBK"), WHOLE, _EVERY, ()),
    "shp gbk cpg 936": (shp("GBK", "936"), WHOLE, ("stated",), ()),
    "shp gbk without cpg": (shp("GBK", None), WHOLE, _EVERY, ("HG003",)),
    "shp gbk cpg says utf8": (shp("GBK", "UTF-8"), WHOLE, ("stated",), ("HG003",)),
    "shp gbk cpg says nonsense": (shp("GBK", "??"), WHOLE, ("stated",), ("HG003",)),
    "shp gbk language byte says ansi": (
        *(shp("GBK", None, language=0x57), WHOLE),
        *(("stated",), ("HG003",)),
    ),
    "zipped shp": (zipped_shp("UTF-8", "UTF-8"), WHOLE, ("stated", "missing"), ()),
    "zipped shp gbk": (
        *(zipped_shp("GBK", None, name_encoding="gbk"), WHOLE),
        *(("stated", "missing", "contradicted by metres"), ("HG003",)),
    ),
    "geojson": (geojson, WHOLE, _DEGREES, ()),
    "geojson gbk": (encoded(geojson, "gbk"), WHOLE, _DEGREES, ("HG003",)),
    "geojson utf16": (encoded(geojson, "utf-16"), WHOLE, ("stated",), ("HG003",)),
    "kml": (kml("utf-8"), WHOLE, _DEGREES, ()),
    "kml gbk": (kml("gbk"), WHOLE, _DEGREES, ("HG003",)),
    "kmz": (kml("utf-8", suffix=".kmz"), WHOLE, _DEGREES, ()),
    "ovkml": (kml("utf-8", suffix=".ovkml"), WHOLE, _DEGREES, ()),
    "ovkmz": (kml("utf-8", suffix=".ovkmz"), WHOLE, _DEGREES, ()),
    "ovjsn": (ovjsn("utf-8-sig"), RINGS, _DEGREES, ()),
    "ovjsn gbk": (ovjsn("gbk"), RINGS, ("stated",), ("HG003",)),
    "mif": (mapinfo(".mif", "UTF-8"), WHOLE, ("stated", "missing"), ()),
    "mif gbk": (mapinfo(".mif", "CP936"), WHOLE, ("stated", "missing"), ()),
    "tab": (mapinfo(".tab", "UTF-8"), COARSE, ("stated", "missing"), ()),
    "tab gbk": (mapinfo(".tab", "CP936"), COARSE, ("stated", "missing"), ()),
    "xlsx": (workbook, LISTED, ("stated",), ()),
    "csv": (csv("utf-8-sig"), LISTED, ("stated",), ()),
    "csv utf8": (csv("utf-8"), LISTED, ("stated",), ()),
    "csv gbk": (csv("gbk"), LISTED, ("stated",), ()),
}
_PREFIXED, _BARE = System(4524, None), System(4545, None)
_INFERRED = System(4524, None, ("HG005",))
_LONLAT = ("经度", "纬度")
#: Formats that state their system in words of their own, or never.
_OWN_WORDS: dict[str, tuple[Writer, Kind, System]] = {
    "txt: stated": (plot_txt("utf-8", "36"), PLOTS, _PREFIXED),
    "txt gbk: stated": (plot_txt("gbk", "36"), PLOTS, _PREFIXED),
    "txt utf16: stated": (plot_txt("utf-16", "36"), PLOTS, _PREFIXED),
    "txt: stated, no zone in front": (plot_txt("utf-8", "36"), PLOTS, _BARE),
    "txt gbk: missing": (plot_txt("gbk", ""), PLOTS, _PREFIXED),
    "txt: contradicted": (plot_txt("utf-8", "37"), PLOTS, System(4524, None, ("HG008",))),
    "dat: missing": (cass("utf-8"), OUTLINES, _INFERRED),
    "dat gbk: missing": (cass("gbk"), OUTLINES, _INFERRED),
    "dxf: missing": (dxf("R2010"), OUTLINES, _INFERRED),
    "dxf gbk: missing": (dxf("R2000"), OUTLINES, _INFERRED),
    "points: missing": (point_table("utf-8", "", _LONLAT), WHOLE, SYSTEMS["missing, degrees"]),
    "points gbk: stated": (
        *(point_table("gbk", "坐标系：CGCS2000", _LONLAT), WHOLE),
        System(4490, None),
    ),
    "points gbk: stated, no zone in front": (
        *(point_table("gbk", "CGCS2000 3度带 中央经线108°", ("X", "Y")), WHOLE),
        _BARE,
    ),
    "points: missing, metres": (point_table("utf-8", "", ("X", "Y")), WHOLE, _INFERRED),
    "rings: missing": (ring_table, WHOLE, SYSTEMS["missing, degrees"]),
    "rings: missing, metres": (ring_table, WHOLE, _INFERRED),
}


def cases() -> Iterator[Case]:
    """Every cell of the matrix."""
    for format_, (write, kind, systems, codes) in _FORMATS.items():
        for name in systems:
            system = SYSTEMS[name]
            yield Case(f"{format_}: {name}", write, kind, system, (*codes, *system.codes))
    for name, (write, kind, system) in _OWN_WORDS.items():
        yield Case(name, write, kind, system, system.codes)


CASES = {case.name: case for case in cases()}
