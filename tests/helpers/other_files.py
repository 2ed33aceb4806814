"""Files of kinds that few people send: each holds one base, 甲 of 512.5 亩, and is to be read."""

from __future__ import annotations

import gzip
import io
import json
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio

from tests.helpers.make import rectangle

HEADINGS = ["基地编号", "基地名称", "县区", "主栽品种", "面积(亩)", "建设状态"]
CELLS = ["520625-2020-001", "甲", "印江县", "黄精", 512.5, "已建"]
_LINES = ["\t".join(map(str, line)) for line in (HEADINGS, CELLS)]


_SUFFIXES = {
    "FlatGeobuf": ".fgb",
    "GML": ".gml",
    "SQLite": ".sqlite",
    "GeoJSONSeq": ".geojsonl",
    "GeoJSON": ".geojson",
    "GPKG": ".gpkg",
}


def _frame() -> gpd.GeoDataFrame:
    table = dict(zip(["JDBH", "JDMC", "县区", "品种", "面积_亩", "状态"], CELLS, strict=True))
    return gpd.GeoDataFrame({k: [v] for k, v in table.items()}, geometry=[rectangle()], crs=4490)


def _by_gdal(driver: str, **options: object) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        inner = path.with_name(f"ours{_SUFFIXES[driver]}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pyogrio.write_dataframe(_frame(), inner, driver=driver, **options)
        inner.rename(path)
        for extra in path.parent.glob("ours.*"):
            extra.unlink()

    return write


def _text(encoding: str) -> Callable[[Path], None]:
    return lambda path: path.write_bytes("\r\n".join(_LINES).encode(encoding)) and None


def _book(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    book.active.append(CELLS)
    stream = io.BytesIO()
    book.save(stream)
    path.write_bytes(stream.getvalue())


def _ods(path: Path) -> None:
    table = pd.DataFrame([CELLS], columns=HEADINGS)
    inner = path.with_name("ours.ods")
    pyogrio.write_dataframe(table, inner, driver="ODS")
    inner.rename(path)


def _record(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + bytes([len(body) & 0x7F | 0x80, len(body) >> 7]) + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(path: Path, *, row: int = 0) -> None:
    """A binary workbook (MS-XLSB) whose headings stand in a row."""
    lines = []
    for at, cells in ((row, HEADINGS), (row + 1, CELLS)):
        lines.append(_record(0, struct.pack("<I", at) + bytes(21)))
        lines += [
            _record(5, struct.pack("<IId", column, 0, cell))
            if isinstance(cell, float)
            else _record(6, struct.pack("<II", column, 0) + _wide(str(cell)))
            for column, cell in enumerate(cells)
        ]
    extent = _record(148, struct.pack("<4I", row, row + 1, 0, len(CELLS) - 1))
    sheet = [_record(129), extent, _record(145), *lines, _record(146), _record(130)]
    bundle = struct.pack("<II", 0, 1) + _wide("rId1") + _wide("上报")
    book = [_record(131), _record(143), _record(156, bundle), _record(144), _record(132)]
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="worksheets/sheet1.bin" Type="http://schemas.'
        'openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.bin", b"".join(book))
        made.writestr("xl/_rels/workbook.bin.rels", relation)
        made.writestr("xl/worksheets/sheet1.bin", b"".join(sheet))


def _gpx(path: Path) -> None:
    ring = list(rectangle().exterior.coords)
    points = "".join(f'<trkpt lat="{lat}" lon="{lon}"><ele>900</ele></trkpt>' for lon, lat in ring)
    told = "基地编号:520625-2020-001\n县区:印江县\n主栽品种:黄精\n面积(亩):512.5\n建设状态:已建"
    path.write_text(
        '<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><name>甲</name><desc>{told}</desc><trkseg>{points}</trkseg></trk></gpx>",
        encoding="utf-8",
    )


def _topojson(path: Path) -> None:
    row = dict(zip(["JDBH", "JDMC", "县区", "品种", "面积_亩", "状态"], CELLS, strict=True))
    ring = [list(xy) for xy in rectangle().exterior.coords]
    shape = {"type": "Polygon", "arcs": [[0]], "properties": row}
    objects = {"基地": {"type": "GeometryCollection", "geometries": [shape]}}
    topology = {"type": "Topology", "arcs": [ring], "objects": objects}
    path.write_text(json.dumps(topology, ensure_ascii=False), encoding="utf-8")


def _lone_dbf(encoding: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        table = _frame().drop(columns="geometry")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pyogrio.write_dataframe(
                table, path.with_name("ours.dbf"), driver="ESRI Shapefile", encoding=encoding
            )
        path.with_name("ours.dbf").rename(path)
        path.with_name("ours.cpg").unlink()

    return write


def _tar(how: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        inner = path.with_name("ours.gpkg")
        pyogrio.write_dataframe(_frame(), inner)
        with tarfile.open(path, how) as made:
            made.add(inner, "上报/基地.gpkg")
        inner.unlink()

    return write


def _packed_text(path: Path) -> None:
    path.write_bytes(gzip.compress("\n".join(_LINES).replace("\t", ",").encode("gbk")))


def _html(path: Path) -> None:
    rows = "".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in line) for line in (HEADINGS, CELLS)
    )
    title = f"<tr><td colspan={len(CELLS)}>上报表</td></tr>"
    page = f'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table>{title}{rows}</table>'
    path.write_bytes(page.encode("gbk"))


def _mht(path: Path) -> None:
    inner = path.with_name("page.html")
    _html(inner)
    page = inner.read_bytes().decode("gbk").encode("utf-8")
    inner.unlink()
    head = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n--x\r\n'
    part = b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    path.write_bytes(head + part + page + b"\r\n--x--\r\n")


def _xml2003(path: Path) -> None:
    def cell(value: object) -> str:
        kind = "Number" if isinstance(value, float) else "String"
        return f'<Cell><Data ss:Type="{kind}">{value}</Data></Cell>'

    rows = [f"<Row>{''.join(map(cell, HEADINGS))}</Row>"]
    rows.append(f'<Row ss:Index="4">{"".join(map(cell, CELLS))}</Row>')
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    path.write_text(
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        f'<Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="上报"><Table>'
        f"{''.join(rows)}</Table></Worksheet></Workbook>",
        encoding="utf-8",
    )


#: By name; those of another kind than their name says are `DISGUISED`.
FILES: dict[str, Callable[[Path], None]] = {
    "b.fgb": _by_gdal("FlatGeobuf"),
    "B.FGB": _by_gdal("FlatGeobuf"),
    "c.gml": _by_gdal("GML"),
    "d.sqlite": _by_gdal("SQLite"),
    "d.db": _by_gdal("SQLite"),
    "e.geojsonl": _by_gdal("GeoJSONSeq"),
    "f.topojson": _topojson,
    "g.gpx": _gpx,
    "G.GPX": _gpx,
    "h.xlsm": _book,
    "h.xltx": _book,
    "i.xlsb": xlsb,
    "j.ods": _ods,
    "k.et": _book,
    "k.ett": _book,
    "l.tsv": _text("utf-8"),
    "L.TSV": _text("gbk"),
    "m.dbf": _lone_dbf("UTF-8"),
    "M.DBF": _lone_dbf("GBK"),
    "n.tar": _tar("w"),
    "n.tgz": _tar("w:gz"),
    "n.tar.gz": _tar("w:gz"),
    "n.tar.xz": _tar("w:xz"),
    "o.csv.gz": _packed_text,
}
DISGUISED: dict[str, Callable[[Path], None]] = {
    "html.xls": _html,
    "mht.xls": _mht,
    "xml2003.xls": _xml2003,
    "xml2003.xml": _xml2003,
    "tsv.xls": _text("gbk"),
    "tsv.xlsx": _text("utf-8"),
    "ods.xlsx": _ods,
    "xlsb.xls": xlsb,
    "book.csv": _book,
    "book.zip": _book,
    "book.dat": _book,
    "gpkg.geojson": _by_gdal("GPKG"),
    "geojson.kml": _by_gdal("GeoJSON"),
    "geojson.gpkg": _by_gdal("GeoJSON"),
    "fgb.shp": _by_gdal("FlatGeobuf"),
    "gpx.txt": _gpx,
    "无后缀": _book,
}
