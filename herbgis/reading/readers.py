"""From a data set to its layers: each format's reader, chosen by what the file is, not its name."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from herbgis.foundation.language import tr
from herbgis.geo.geopackages import is_locked
from herbgis.reading.file_kinds import suffix_of
from herbgis.reading.formats.content import Content, content_of, contents, is_blank, why_not_opened
from herbgis.reading.formats.dxf import read_dxf
from herbgis.reading.formats.geojson import read_geojson, read_geojson_lines
from herbgis.reading.formats.gpx import read_gpx
from herbgis.reading.formats.html_tables import read_html, read_mht
from herbgis.reading.formats.kml import read_kml
from herbgis.reading.formats.lone_table import read_lone_table
from herbgis.reading.formats.mapinfo import read_mapinfo
from herbgis.reading.formats.open_books import read_ods, read_xlsb
from herbgis.reading.formats.ovjsn import read_ovjsn
from herbgis.reading.formats.parquet import read_parquet
from herbgis.reading.formats.plot_txt import read_plot_txt
from herbgis.reading.formats.points import read_cass_points
from herbgis.reading.formats.survey_file import Reader, SurveyFile, UnreadableFileError, Words
from herbgis.reading.formats.vector import read_gdal
from herbgis.reading.formats.workbook import read_csv, read_workbook
from herbgis.reading.formats.xml_workbook import read_xml_workbook
from herbgis.reading.sources import Source
from herbgis.reading.understanding.geometry_columns import drawn
from herbgis.reading.understanding.survey import Layer
from herbgis.terms.issues import Place

#: The reader of each format, by suffix; a .gdb is a folder.
READERS: Mapping[str, Reader] = {
    ".csv": read_csv,
    ".dat": read_cass_points,
    ".dbf": read_lone_table,
    ".dxf": read_dxf,
    ".et": read_workbook,
    ".ett": read_workbook,
    ".fgb": read_gdal,
    ".gdb": read_gdal,
    ".geojson": read_geojson,
    ".geojsonl": read_geojson_lines,
    ".geojsons": read_geojson_lines,
    ".geoparquet": read_parquet,
    ".gml": read_gdal,
    ".gpkg": read_gdal,
    ".gpx": read_gpx,
    ".json": read_geojson,
    ".kml": read_kml,
    ".kmz": read_kml,
    ".mif": read_mapinfo,
    ".ods": read_ods,
    ".ots": read_ods,
    ".ovjsn": read_ovjsn,
    ".ovkml": read_kml,
    ".ovkmz": read_kml,
    ".parquet": read_parquet,
    ".shp": read_gdal,
    ".spatialite": read_gdal,
    ".sqlite": read_gdal,
    ".sqlite3": read_gdal,
    ".tab": read_mapinfo,
    ".topojson": read_gdal,
    ".tsv": read_csv,
    ".txt": read_plot_txt,
    ".xls": read_workbook,
    ".xlsb": read_xlsb,
    ".xlsm": read_workbook,
    ".xlsx": read_workbook,
    ".xlt": read_workbook,
    ".xltm": read_workbook,
    ".xltx": read_workbook,
}
#: Readers of what a file may be by its content, never by its name.
_BY_CONTENT: Mapping[str, Reader] = {
    ".html": read_html,
    ".mht": read_mht,
    ".xml": read_xml_workbook,
}
#: Formats beside which GDAL writes files of its own.
_READ_FROM_COPY = frozenset({".gml"})
#: Workbooks of WPS, which are mostly those of Excel under another suffix, but not all.
_WPS = frozenset({".et", ".ett"})
_SQLITE = frozenset({"gpkg", "sqlite"})


def why_unread(error: Exception, path: Path) -> str:
    """In the words of HG001, why a file that made a reader raise is not read."""
    if isinstance(error, UnreadableFileError):
        return str(error)
    if isinstance(error, OSError) and error.errno is not None:
        return why_not_opened(error)
    suffix = suffix_of(path.name)
    if suffix in _WPS:
        return tr("WPS 表格 {suffix} 读不了, 请另存为 .xlsx", suffix=suffix)
    return tr("文件损坏, 或不是 {suffix} 格式", suffix=suffix)


def layers_of(source: Source, words: Words) -> Iterator[Layer]:
    """The layers of a data set; whatever its format's reader raises is its own.

    A layer without any geometry has the boundaries that a column of it writes out.

    Raises
    ------
    UnreadableFileError
        It holds nothing, is held by another program, or is of a kind that no reader reads.
    """
    for layer in _as_read(source, words):
        outline = drawn(layer.frame)
        issues = outline.issues(Place(layer.file, layer.name or None))
        yield replace(
            layer,
            frame=outline.frame,
            crs=layer.crs or outline.crs,
            assumptions=(*layer.assumptions, *outline.said),
            issues=(*layer.issues, *issues),
        )


def _as_read(source: Source, words: Words) -> Iterator[Layer]:
    """The layers as their format's reader has them."""
    path = source.path
    suffix = suffix_of(path.name)
    if path.is_dir():
        yield from READERS[suffix](SurveyFile(path, source.shown, words))
        return
    if is_blank(path):
        size = path.stat().st_size
        what = tr("全部 {size} 字节都是 0", size=size) if size else tr("是空文件 (0 字节)")
        msg = tr("{what}, 没有拷完或没有同步到本机", what=what)
        raise UnreadableFileError(msg)
    kind = content_of(path)
    if kind in _SQLITE and is_locked(path):
        msg = tr("被其他程序锁定, 请关闭 QGIS、ArcGIS 后重试")
        raise UnreadableFileError(msg)
    file = SurveyFile(path, source.shown, words)
    found = contents().get(kind or "")
    if found is None or suffix in found.suffixes:
        yield from _read(suffix, file)
    elif kind == "text" and suffix in READERS:
        yield from _text_under(suffix, file)
    else:
        yield from _read_as(found, suffix, file)


def whole_layers_of(source: Source, words: Words) -> list[Layer]:
    """The layers of a data set that must be read whole, as boundaries and candidates must.

    Raises
    ------
    UnreadableFileError
        It cannot be read, or only in part.
    """
    if source.trouble:
        raise UnreadableFileError(source.trouble)
    try:
        layers = [*layers_of(source, words)]
    except Exception as error:
        raise UnreadableFileError(why_unread(error, source.path)) from error
    for layer in layers:
        if layer.promised > len(layer.frame):
            msg = tr(
                "写明 {promised} 条记录, 只读到 {read} 条",
                promised=layer.promised,
                read=len(layer.frame),
            )
            raise UnreadableFileError(msg)
        for issue in layer.issues:
            if issue.code == "HG001" and issue.severity is None:
                raise UnreadableFileError(str(issue.values["why"]))
            if issue.code == "HG002":
                line = "写明 {promised} 条记录, 完整的只有 {read} 条"
                raise UnreadableFileError(tr(line, **issue.values))
    return layers


def _read_as(found: Content, suffix: str, file: SurveyFile) -> Iterator[Layer]:
    """A file whose content is of another kind than its suffix says, read as what it is."""
    if not found.reader:
        msg = tr("内容是{title}, 请{advice}", title=tr(found.title), advice=tr(found.advice))
        raise UnreadableFileError(msg)
    line = tr(
        "后缀是 {suffix}, 内容是{title}, 已按内容读",
        suffix=suffix or tr("空的"),
        title=tr(found.title),
    )
    for layer in _read(found.reader, file):
        yield replace(layer, assumptions=(line, *layer.assumptions))
        line = tr("内容是{title}", title=tr(found.title))


def _text_under(suffix: str, file: SurveyFile) -> Iterator[Layer]:
    """A text where its suffix promises no text: a table where the suffix is a workbook's."""
    if READERS[suffix] not in {read_workbook, read_xlsb, read_ods}:
        msg = tr("内容是文本, 不是 {suffix}, 请交原来的数据文件", suffix=suffix)
        raise UnreadableFileError(msg)
    yield from _read_as(contents()["text"], suffix, file)


def _read(suffix: str, file: SurveyFile) -> Iterator[Layer]:
    """A file by the reader of a suffix, from a copy under that suffix where the reader needs it."""
    reader = READERS.get(suffix) or _BY_CONTENT[suffix]
    by_name = reader in {read_gdal, read_geojson, read_mapinfo, read_kml}
    if suffix not in _READ_FROM_COPY and (not by_name or suffix_of(file.path.name) == suffix):
        yield from reader(file)
        return
    with tempfile.TemporaryDirectory(prefix="herbgis-") as folder:
        copy = Path(folder, f"{file.path.stem}{suffix}")
        shutil.copyfile(file.path, copy)
        yield from reader(replace(file, path=copy))
