"""What GDAL reads: GeoPackage, shapefile, GeoJSON, file geodatabase; and GeoParquet."""

from __future__ import annotations

import contextlib
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyogrio
import pyproj

from herbgis.geo.geopackages import OWN_PREFIX
from herbgis.reading.formats import encodings
from herbgis.reading.formats.shapefile import (
    copied,
    cut_shapes,
    has_index,
    promised_records,
    text_encoding,
    with_sound_table,
)
from herbgis.reading.formats.survey_file import SurveyFile
from herbgis.reading.understanding.survey import Layer, bare_frame
from herbgis.terms.issues import Issue, Place

#: Every byte is a character of its own, so nothing is lost before it is decoded.
_BYTEWISE = "ISO-8859-1"
#: Layers that hold no data of the survey: styles and metadata that GIS programs add.
_NOT_DATA = frozenset({"layer_styles", "qgis_projects"})


def read_gdal(file: SurveyFile) -> Iterator[Layer]:
    """Every layer of a file that GDAL opens; tables without geometry too."""
    path, shown = file.path, file.shown
    if path.suffix.lower() == ".shp":
        with tempfile.TemporaryDirectory(prefix="herbgis-") as folder:
            yield _read_shapefile(path, shown, Path(folder))
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = [str(name) for name, _ in pyogrio.list_layers(path)]
    wanted = [name for name in names if name not in _NOT_DATA and not name.startswith(OWN_PREFIX)]
    for name in wanted:
        yield _read_layer(path, shown, name, alone=len(wanted) == 1)


def read_geojson(file: SurveyFile) -> Iterator[Layer]:
    """A GeoJSON file; one that is not UTF-8 is written so for GDAL, which takes it for granted."""
    text, encoding = encodings.decode_text(file.path.read_bytes())
    if encoding.startswith("UTF-8") and "\ufffd" not in text:
        yield from read_gdal(file)
        return
    title = encodings.title_of(encoding)
    with tempfile.TemporaryDirectory(prefix="herbgis-") as folder:
        copy = Path(folder, file.path.name)
        copy.write_text(text, encoding="utf-8", newline="")
        for layer in read_gdal(replace(file, path=copy)):
            issue = Issue("HG003", Place(file.shown, layer.name), {"encoding": title})
            said = (encodings.decided_line(title), *layer.assumptions)
            issues = (issue, *layer.issues)
            yield replace(layer, encoding=title, assumptions=said, issues=issues)


def _read_shapefile(path: Path, shown: str, folder: Path) -> Layer:
    """A shapefile whose parts may promise different numbers of records."""
    whole, rows = with_sound_table(path, folder)
    if has_index(path):
        layer = _read_layer(whole, shown, path.stem, alone=True)
    else:
        layer = _read_without_index(copied(path, folder), shown)
    promised = max(layer.promised, promised_records(path))
    layer = replace(layer, promised=promised, cut_headings=True)
    if rows is not None:
        layer = _lacking(layer, rows, f"属性表只有 {rows} 行, 其余记录没有属性")
    cut = cut_shapes(path)
    if cut and len(layer.frame) == promised:
        layer = _lacking(layer, promised - cut, f".shp 不完整, {cut} 条记录没有图形")
    return layer


def _lacking(layer: Layer, whole: int, note: str) -> Layer:
    """The layer with the finding that only so many of its records are whole."""
    counts = {"promised": layer.promised, "read": whole}
    where = Place(layer.file, layer.name)
    issue = Issue("HG002", where, counts, measured=whole, allowed=layer.promised)
    return replace(layer, issues=(*layer.issues, issue), assumptions=(*layer.assumptions, note))


def _read_without_index(path: Path, shown: str) -> Layer:
    """A shapefile without .shx, in a folder of ours where GDAL may write one anew."""
    before = pyogrio.get_gdal_config_option("SHAPE_RESTORE_SHX")
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})
    try:
        layer = _read_layer(path, shown, path.stem, alone=True)
    finally:
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": before})
    return replace(layer, assumptions=(*layer.assumptions, "缺 .shx, 已由 .shp 重建"))


def _read_layer(path: Path, shown: str, name: str, *, alone: bool) -> Layer:
    is_shapefile = path.suffix.lower() == ".shp"
    encoding, agrees = text_encoding(path) if is_shapefile else (None, True)
    options: dict[str, Any] = {"layer": name}
    if encoding is not None:
        options["encoding"] = encoding
    with warnings.catch_warnings():
        # What GDAL warns of (M values, curves) is found again on the geometries and reported.
        warnings.simplefilter("ignore")
        try:
            table, info = _read_table(path, options)
        except UnicodeDecodeError:
            table, info = _read_table(path, {**options, "encoding": _BYTEWISE})
            table, encoding, agrees = _decoded(table), encoding or encodings.GBK, False
    where = Place(shown, name)
    issues = () if agrees else (Issue("HG003", where, {"encoding": encodings.title_of(encoding)}),)
    assumptions = [] if agrees else [encodings.decided_line(encodings.title_of(encoding))]
    if not alone:
        assumptions.append(f"文件有多个图层, 图层“{name}”已读")
    return Layer(
        file=shown,
        name=name,
        frame=bare_frame(table),
        crs=pyproj.CRS(info["crs"]) if info["crs"] else None,
        promised=int(info["features"]) if info["features"] >= 0 else len(table),
        encoding=encodings.title_of(encoding),
        assumptions=tuple(assumptions),
        issues=issues,
    )


def _read_table(
    path: Path, options: Mapping[str, Any]
) -> tuple[gpd.GeoDataFrame | pd.DataFrame, Mapping[str, Any]]:
    """A layer's records, and what its file says of it.

    A GeoPackage goes through Arrow, which takes half the time; what Arrow cannot carry (curves,
    bytes that are no text) is read the slow way.
    """
    info = pyogrio.read_info(path, **options, force_feature_count=True)
    if path.suffix.lower() == ".gpkg":
        with contextlib.suppress(Exception):
            table = pyogrio.read_dataframe(path, **options, use_arrow=True)
            pa.Table.from_pandas(table.select_dtypes("str")).validate(full=True)
            return table, info
    return pyogrio.read_dataframe(path, **options), info


def _decoded(table: pd.DataFrame) -> pd.DataFrame:
    """Headings and texts that were read byte by byte, each decoded by what it holds."""
    decoded = table.rename(columns=_text_of_bytes)
    for heading in decoded.select_dtypes(["object", "string"]):
        decoded[heading] = decoded[heading].map(_text_of_bytes, na_action="ignore")
    return decoded


def _text_of_bytes(value: object) -> object:
    if not isinstance(value, str):
        return value
    return encodings.decode_text(value.encode(_BYTEWISE))[0]


def read_parquet(file: SurveyFile) -> Iterator[Layer]:
    """A GeoParquet file, or a plain Parquet table without geometry."""
    try:
        table: pd.DataFrame = gpd.read_parquet(file.path)
    except ValueError as error:
        if "geo metadata" not in str(error):
            raise
        table = pd.read_parquet(file.path)
    crs = table.crs if isinstance(table, gpd.GeoDataFrame) else None
    yield Layer(
        file=file.shown,
        name=file.path.stem,
        frame=bare_frame(table),
        crs=crs,
        promised=len(table),
        encoding="UTF-8",
    )
