"""What GDAL reads: GeoPackage, shapefile, file geodatabase."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from herbgis.foundation.language import tr
from herbgis.geo.geopackages import OWN_PREFIX
from herbgis.geo.stated_systems import usable
from herbgis.reading.formats import encodings, sqlite_files
from herbgis.reading.formats.dbf import DBF_SUFFIXES
from herbgis.reading.formats.gdal_tables import GdalTable, read_table
from herbgis.reading.formats.layer_views import without_doubles
from herbgis.reading.formats.rings import by_nesting
from herbgis.reading.formats.shapefile import (
    copied,
    cut_shapes,
    deleted_records,
    exact_cells,
    has_index,
    has_table,
    promised_records,
    text_encoding,
    with_sound_system,
    with_sound_table,
)
from herbgis.reading.formats.survey_file import SurveyFile, Words
from herbgis.reading.formats.wkb import UNREADABLE, Decoded
from herbgis.reading.understanding.survey import Layer, bare_frame
from herbgis.terms.issues import Issue, Place

_SQLITE_SUFFIXES = frozenset({".gpkg", ".sqlite", ".sqlite3", ".spatialite"})
#: Layers that hold no data of the survey: styles and metadata that GIS programs add.
_NOT_DATA = frozenset({"layer_styles", "qgis_projects"})


def read_gdal(file: SurveyFile) -> Iterator[Layer]:
    """Every layer of a file that GDAL opens; tables without geometry too."""
    path, shown = file.path, file.shown
    if path.suffix.lower() == ".shp":
        with tempfile.TemporaryDirectory(prefix="herbgis-") as folder:
            yield _read_shapefile(file, Path(folder))
        return
    lacking = path.is_file() and sqlite_files.journal_lacks(path)
    try:
        names = _layer_names(path)
    except pyogrio.errors.DataSourceError:
        if not lacking:
            raise
        names = []
    wanted = [name for name in names if name not in _NOT_DATA and not name.startswith(OWN_PREFIX)]
    if lacking and not wanted:
        issue = Issue("HG001", Place(shown), {"why": tr(sqlite_files.JOURNAL_LACKS)})
        yield Layer(shown, "", bare_frame(pd.DataFrame()), None, 0, issues=(issue,))
    said = (tr(sqlite_files.JOURNAL_LACKS),) if lacking else ()
    layers = (
        replace(layer, assumptions=(*said, *layer.assumptions))
        for name in wanted
        for layer in [_read_layer(path, shown, name, file.words, alone=len(wanted) == 1)]
    )
    is_sqlite = path.suffix.lower() in _SQLITE_SUFFIXES
    views = sqlite_files.views_of(path) if is_sqlite and len(wanted) > 1 else frozenset()
    yield from without_doubles(layers, views) if views else layers


def _layer_names(path: Path) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [str(name) for name, _ in pyogrio.list_layers(path)]


def _read_shapefile(file: SurveyFile, folder: Path) -> Layer:
    """A shapefile whose parts may promise different numbers of records."""
    path = file.path
    whole, rows = with_sound_table(path, folder)
    whole, stated = with_sound_system(whole, folder)
    if has_index(path):
        layer = _read_layer(whole, file.shown, path.stem, file.words, alone=True)
    else:
        layer = _read_without_index(copied(whole, folder), file)
    if stated is not None:
        crs, said = usable(stated)
        layer = replace(layer, crs=crs, assumptions=(*said, *layer.assumptions))
    layer = _with_rings_by_nesting(layer)
    deleted = deleted_records(path)
    promised = max(layer.promised, promised_records(path)) - deleted
    if deleted:
        note = tr("属性表里有 {count} 条已删除而未清理的记录, 不算", count=deleted)
        layer = replace(layer, assumptions=(*layer.assumptions, note))
    layer = replace(layer, promised=promised, cut_headings=True)
    if not has_table(path):
        why = {"why": tr("只有图斑, 缺同名的 .dbf, 没有属性, 请补交")}
        issue = Issue("HG001", Place(layer.file, layer.name), why, severity="warning")
        layer = replace(layer, issues=(*layer.issues, issue))
    if rows is not None:
        layer = _lacking(layer, rows, tr("属性表只有 {rows} 行, 其余记录没有属性", rows=rows))
    cut = cut_shapes(path)
    if cut and len(layer.frame) == promised:
        layer = _lacking(
            layer, promised - cut, tr(".shp 不完整, {count} 条记录没有图形", count=cut)
        )
    return layer


def _with_rings_by_nesting(layer: Layer) -> Layer:
    """The layer with holes that turn as shells do, or shells as holes, told by where they lie."""
    shapes = np.array(layer.frame.geometry.array, dtype=object)
    with np.errstate(over="ignore", invalid="ignore"):  # a vertex may lie at 1e300
        turned = len(by_nesting(shapes))
    if not turned:
        return layer
    note = tr("{count} 条记录的内外圈方向与规范不符, 按谁套着谁认作外圈和洞", count=turned)
    frame = layer.frame.set_geometry(gpd.GeoSeries(shapes, index=layer.frame.index))
    return replace(layer, frame=frame, assumptions=(*layer.assumptions, note))


def _lacking(layer: Layer, whole: int, note: str) -> Layer:
    """The layer with the finding that only so many of its records are whole."""
    counts = {"promised": layer.promised, "read": whole}
    where = Place(layer.file, layer.name)
    issue = Issue("HG002", where, counts, measured=whole, allowed=layer.promised)
    return replace(layer, issues=(*layer.issues, issue), assumptions=(*layer.assumptions, note))


def _read_without_index(path: Path, file: SurveyFile) -> Layer:
    """A shapefile without .shx, in a folder of ours where GDAL may write one anew."""
    before = pyogrio.get_gdal_config_option("SHAPE_RESTORE_SHX")
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})
    try:
        layer = _read_layer(path, file.shown, path.stem, file.words, alone=True)
    finally:
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": before})
    return replace(layer, assumptions=(*layer.assumptions, tr("缺 .shx, 已由 .shp 重建")))


def _read_layer(path: Path, shown: str, name: str, words: Words, *, alone: bool) -> Layer:
    is_shapefile = path.suffix.lower() == ".shp"
    encoding, agrees = text_encoding(path) if is_shapefile else (None, True)
    table = read_table(path, name, encoding=encoding)
    if path.suffix.lower() in DBF_SUFFIXES:
        for place, cells in exact_cells(path, len(table.cells)):
            table.cells.isetitem(place, cells)
    if path.suffix.lower() in _SQLITE_SUFFIXES:
        table = _as_its_file_says(table, path, name)
    where = Place(shown, name)
    issues = [] if table.shapes is None else [*table.shapes.issues(where)]
    crs, said = usable(table.crs)
    assumptions = [*said, *table.assumptions]
    if table.decided or not agrees:
        encoding = encoding or encodings.GBK
        title = encodings.title_of(encoding)
        issues.append(Issue("HG003", where, {"encoding": title}))
        assumptions.insert(0, encodings.decided_line(title))
    if not alone:
        assumptions.append(tr("文件有多个图层, 图层“{name}”已读", name=name))
    frame = table.frame()
    named = _named_by_aliases(table, words)
    return Layer(
        file=shown,
        name=name,
        frame=frame.rename(columns=named),
        crs=crs,
        promised=table.count if table.count >= 0 else len(frame),
        encoding=encodings.title_of(encoding),
        assumptions=tuple(assumptions),
        issues=tuple(issues),
    )


def _as_its_file_says(table: GdalTable, path: Path, layer: str) -> GdalTable:
    """The table with words for its codes, and with as many records promised as are counted.

    Columns of numbers in which something else stands are as they are written.
    """
    cells = table.cells.copy()
    numbers = [n for n in cells if pd.api.types.is_numeric_dtype(cells[n])]
    for heading, written in sqlite_files.odd_numbers(path, layer, numbers).items():
        if len(written) == len(cells):
            cells[heading] = written
    said = list(table.assumptions)
    for heading, words in sqlite_files.coded_words(path, layer).items():
        if heading in cells:
            codes = cells[heading].astype("str")
            cells[heading] = codes.map(words).fillna(codes)
            said.append(tr("列“{heading}”里的代码按文件自带的说明换成了文字", heading=heading))
    counted = sqlite_files.count_of(path, layer)
    return replace(
        table,
        cells=cells,
        shapes=_with_unread(table.shapes, path, layer),
        count=table.count if counted is None else counted,
        assumptions=tuple(said),
    )


def _with_unread(shapes: Decoded | None, path: Path, layer: str) -> Decoded | None:
    """The geometries with those named of which GDAL makes nothing, and which are not empty."""
    if shapes is None or not shapely.is_missing(shapes.geometry).any():
        return shapes
    filled = sqlite_files.filled_shapes(path, layer)
    if len(filled) != len(shapes.geometry):
        return shapes
    lost = np.flatnonzero(shapely.is_missing(shapes.geometry) & np.array(filled)).tolist()
    return replace(shapes, broken={**dict.fromkeys(lost, tr(UNREADABLE)), **shapes.broken})


def _named_by_aliases(table: GdalTable, words: Words) -> dict[str, str]:
    """Headings that nobody knows to the names that people see for them, where these are known."""
    taken = {*table.cells.columns}
    named: dict[str, str] = {}
    for heading, alias in table.aliases.items():
        if alias not in taken and not words.know(heading) and words.know(alias):
            named[heading] = alias
            taken.add(alias)
    return named
