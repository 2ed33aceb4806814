"""Classified bases as a data file: GeoPackage, GeoParquet, GeoJSON, workbook, CSV."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from herbgis.errors import UnknownNameError
from herbgis.tables.workbooks import Sheet, write_workbook, writing

_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON"}
_TABLES = (".xlsx", ".csv")
_FORMATS = (*_DRIVERS, ".parquet", *_TABLES)
#: What makes a spreadsheet take a cell for a formula.
_FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")
#: GeoPackage notes the hour of writing; a fixed one gives the same bytes for the same bases.
_FIXED_DATE = "2020-01-01T00:00:00Z"


def check_format(path: Path) -> Path:
    """The path, when its suffix is one that `write_bases` writes.

    Raises
    ------
    UnknownNameError
    """
    if path.suffix.lower() not in _FORMATS:
        raise UnknownNameError("输出格式", path.suffix or str(path), _FORMATS)
    return path


def write_bases(bases: gpd.GeoDataFrame, path: Path) -> Path:
    """Write bases to a file; the suffix decides the format, lists become 、-separated text.

    Parameters
    ----------
    bases : GeoDataFrame
        As from `herbgis.classify`; column names stay as they are.
    path : Path
        .gpkg, .parquet, .geojson, .xlsx or .csv; tables carry a point of each base instead of
        its polygon.

    Raises
    ------
    UnknownNameError, OutputError
    """
    suffix = check_format(path).suffix.lower()
    flat = _flat(bases)
    if suffix in _TABLES:
        return _write_table(flat, path, suffix)
    with writing(path):
        path.unlink(missing_ok=True)
        if suffix == ".parquet":
            flat.to_parquet(path)
            return path
        _write_layer(flat, path, _DRIVERS[suffix], path.stem)
    return path


def _flat(bases: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bases with the index as a column and without lists and categories, which few formats know."""
    flat = bases.reset_index() if bases.index.name else bases.copy()
    for name in flat.columns.drop(flat.geometry.name):
        if isinstance(flat[name].dtype, pd.CategoricalDtype):
            flat[name] = flat[name].astype("str")
        elif any(isinstance(value, (list, tuple)) for value in flat[name]):
            flat[name] = flat[name].map("、".join).astype("str")
        elif flat[name].dtype == object:
            flat[name] = flat[name].astype("str").where(flat[name].notna())
    return flat


def write_layers(layers: Mapping[str, gpd.GeoDataFrame], path: Path) -> Path:
    """Write frames as the layers of a GeoPackage, the same bytes for the same frames.

    Raises
    ------
    OutputError
    """
    with writing(path):
        path.unlink(missing_ok=True)
        for name, frame in layers.items():
            _write_layer(_flat(frame), path, "GPKG", name)
    return path


def _write_layer(flat: gpd.GeoDataFrame, path: Path, driver: str, layer: str) -> None:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _FIXED_DATE})
    more = {"append": True} if path.exists() else {}
    try:
        pyogrio.write_dataframe(
            flat, path, driver=driver, layer=layer, promote_to_multi=True, **more
        )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _write_table(flat: gpd.GeoDataFrame, path: Path, suffix: str) -> Path:
    points = flat.geometry.representative_point()
    table = pd.DataFrame(flat.drop(columns=flat.geometry.name))
    table["lon"], table["lat"] = points.x.round(6), points.y.round(6)
    if suffix == ".xlsx":
        return write_workbook(path, [Sheet("bases", "基地", table)])
    with writing(path):
        _without_formulas(table).to_csv(
            path, index=False, encoding="utf-8-sig", lineterminator="\r\n"
        )
    return path


def _without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Texts that a spreadsheet would run get an apostrophe in front."""
    safe = table.copy()
    for name in safe.columns:
        if pd.api.types.is_string_dtype(safe[name].dtype):
            risky = safe[name].str.startswith(_FORMULA_MARKS, na=False)
            safe[name] = safe[name].where(~risky, "'" + safe[name])
    return safe
