"""Classified bases as a data file: GeoPackage, GeoParquet, GeoJSON, workbook, CSV."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.outputs import writing
from herbgis.geo.geopackages import flattened, write_layer
from herbgis.tables.workbooks import Sheet, write_workbook

_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON"}
_TABLES = (".xlsx", ".csv")
_FORMATS = (*_DRIVERS, ".parquet", *_TABLES)
#: What makes a spreadsheet take a cell for a formula.
_FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")


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
    flat = flattened(bases)
    if suffix in _TABLES:
        return _write_table(flat, path, suffix)
    with writing(path):
        path.unlink(missing_ok=True)
        if suffix == ".parquet":
            flat.to_parquet(path)
            return path
        write_layer(flat, path, _DRIVERS[suffix], path.stem)
    return path


def _write_table(flat: gpd.GeoDataFrame, path: Path, suffix: str) -> Path:
    points = flat.geometry.representative_point()
    table = pd.DataFrame(flat.drop(columns=flat.geometry.name))
    table["lon"], table["lat"] = points.x.round(6), points.y.round(6)
    if suffix == ".xlsx":
        return write_workbook(path, [Sheet("bases", "基地", table, unit="亩")])
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
