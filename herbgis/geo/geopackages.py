"""Layers of data files, the same bytes for the same frames."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyogrio.errors import DataSourceError

from herbgis.foundation.errors import OutputError
from herbgis.foundation.language import tr
from herbgis.foundation.outputs import writing
from herbgis.geo.geodesy import CGCS2000

#: Layers that herbgis adds for itself begin so; reading a survey passes them over.
OWN_PREFIX = "herbgis_"
#: The layer of a repaired file that says what was changed.
CHANGES_LAYER = f"{OWN_PREFIX}改动"
#: GeoPackage notes the hour of writing; a fixed one gives the same bytes for the same bases.
_FIXED_DATE = "2020-01-01T00:00:00Z"
#: Seconds that a lock is waited for: a program that only writes is done by then.
_LOCK_S = 1.0
#: Where SQLite notes how a file is written, and its mark for a log kept apart (file format, 1.3).
_SQLITE_HEAD_BYTES, _WRITE_VERSION_AT, _WAL = 20, 18, 2


def flattened(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """A frame with its index as a column and without lists and categories, which few formats know.

    Lists become 、-separated text.
    """
    flat = (frame.reset_index() if frame.index.name else frame.copy()).rename(columns=str)
    for name in flat.columns.drop(flat.geometry.name):
        if isinstance(flat[name].dtype, pd.CategoricalDtype):
            flat[name] = flat[name].astype("str")
        elif any(isinstance(value, (list, tuple)) for value in flat[name]):
            flat[name] = flat[name].map("、".join).astype("str")
        elif flat[name].dtype == object:
            flat[name] = flat[name].astype("str").where(flat[name].notna())
    return flat


def write_layers(
    layers: Mapping[str, gpd.GeoDataFrame],
    path: Path,
    remarks: Mapping[str, str] | None = None,
) -> Path:
    """Write frames as the layers of a GeoPackage, with remarks by the first of them.

    Raises
    ------
    OutputError
        Also for a path that does not end in ``.gpkg``.
    """
    if path.suffix.lower() != ".gpkg":
        msg = tr("写不了 {name}: 台账和修复后的数据要以 .gpkg 结尾。", name=path.name)
        raise OutputError(msg)
    with writing(path):
        path.unlink(missing_ok=True)
        for name, frame in layers.items():
            write_layer(flattened(frame), path, "GPKG", name, remarks)
            remarks = None
    return path


def write_layer(
    flat: gpd.GeoDataFrame,
    path: Path,
    driver: str,
    layer: str,
    remarks: Mapping[str, str] | None = None,
) -> None:
    """Write a flattened frame as a layer, beside those that the file has already.

    Parameters
    ----------
    remarks : mapping of str to str, optional
        JSON texts by name, kept in the layer's metadata or, of GeoJSON, beside its features.

    Raises
    ------
    OSError
        The file cannot be made.
    """
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _FIXED_DATE})
    more: dict[str, Any] = {"append": True} if path.exists() else {}
    more |= _noting(remarks, driver) if remarks else {}
    try:
        pyogrio.write_dataframe(
            flat, path, driver=driver, layer=layer, promote_to_multi=True, **more
        )
    except DataSourceError as error:  # no OSError, though it is the file that cannot be made
        raise OSError(str(error)) from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _noting(remarks: Mapping[str, str], driver: str) -> dict[str, Any]:
    """How pyogrio is told to keep remarks with a layer."""
    if driver != "GeoJSON":
        return {"layer_metadata": dict(remarks)}
    beside = ",".join(f"{json.dumps(name)}:{text}" for name, text in remarks.items())
    native = f'{{"type":"FeatureCollection",{beside}}}'
    return {
        "layer_options": {"NATIVE_DATA": native, "NATIVE_MEDIA_TYPE": "application/vnd.geo+json"}
    }


def layer_remarks(path: Path) -> list[dict[str, str]]:
    """The remarks of each layer of a file, in order; none where it is no file of layers."""
    told = (pyogrio.read_info(path, layer=name)["layer_metadata"] for name in layer_names(path))
    return [dict(remarks or {}) for remarks in told]


def write_empty_layer(
    path: Path, driver: str, layer: str, fields: Mapping[str, str], encoding: str | None = None
) -> Path:
    """Write a layer of polygons on CGCS2000 that has fields and no records.

    Parameters
    ----------
    fields : mapping of str to str
        The numpy type of each field, by its name.
    encoding : str, optional
        Of the texts, where the format leaves a choice.

    Raises
    ------
    OutputError
    """
    nothing = [np.array([], dtype=object if t == "str" else t) for t in fields.values()]
    shapefile = driver == "ESRI Shapefile"
    kind = "Polygon" if shapefile else "MultiPolygon"
    dated = {"DBF_DATE_LAST_UPDATE": _FIXED_DATE[:10]} if shapefile else {}
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _FIXED_DATE})
    with writing(path):
        path.unlink(missing_ok=True)
        try:
            pyogrio.raw.write(
                *(path, np.array([], dtype=object), nothing, list(fields)),
                driver=driver,
                layer=layer,
                crs=CGCS2000,
                geometry_type=kind,
                encoding=encoding,
                layer_options=dated,
            )
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
    return path


def is_locked(path: Path) -> bool:
    """Whether another program holds an SQLite file so that nobody else may read it.

    A file that keeps its changes apart (WAL) can be read while it is written, and is not touched.
    """
    with path.open("rb") as file:
        head = file.read(_SQLITE_HEAD_BYTES)
    if _WAL in head[_WRITE_VERSION_AT:]:
        return False
    try:
        address = f"{path.resolve().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=_LOCK_S)) as database:
            database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        return "locked" in str(error)
    return False


def layer_names(path: Path) -> list[str]:
    """Layers of a file, in order; none where it is no file of layers."""
    try:
        return [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    except pyogrio.errors.DataSourceError:
        return []


def field_names(path: Path) -> set[str]:
    """The columns of a file's first layer; none where it is no file of layers."""
    names = layer_names(path)
    return set(pyogrio.read_info(path, layer=names[0])["fields"]) if names else set()


def read_layer(path: Path, layer: str) -> gpd.GeoDataFrame:
    """One layer as it was written."""
    return gpd.GeoDataFrame(pyogrio.read_dataframe(path, layer=layer))
