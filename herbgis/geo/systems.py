"""Coordinate systems: to CGCS2000 and back, and which datum a system stands on."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.crs import BoundCRS
from pyproj.crs.coordinate_operation import ToWGS84Transformation

from herbgis.foundation.errors import CrsError
from herbgis.foundation.language import tr
from herbgis.geo.datums import CGCS2000_EPSG, OLD_DATUMS, WGS84, WGS84_EPSG
from herbgis.geo.geodesy import CGCS2000, Floats
from herbgis.geo.zones import SevenParameters

Geometries = npt.NDArray[np.object_]
#: Datums that PROJ would shift by zero without a word (EPSG:6214, 6610, 1043), unless the system
#: carries its seven parameters (a bound system).
_SHIFTLESS_DATUMS = (*(datum.name for datum in OLD_DATUMS), "New Beijing")
#: Degrees that are longitude and latitude on CGCS2000 as they stand: flat, with heights, and
#: geocentric; of WGS84 too.
_SAME_AS_CGCS2000 = {CGCS2000_EPSG, 4479, 4480, WGS84_EPSG, 4979, 4978}


def to_cgcs2000(geometries: Geometries, crs: pyproj.CRS) -> Geometries:
    """Longitude and latitude on CGCS2000 of a system's geometries; infinite where none exist.

    Raises
    ------
    CrsError
        The system is on an old datum and brings no parameters.
    """
    refuse_shiftless(crs, tr("数据"))
    base = crs.geodetic_crs
    if crs.is_geographic and base is not None and base.to_epsg() in _SAME_AS_CGCS2000:
        return geometries
    return np.asarray(shapely.transform(geometries, lambda xy: transform(crs, xy)))


def to_layer(geometries: Geometries, system: str) -> Geometries | None:
    """Geometries on CGCS2000 in a projected system, named as in ``files.crs``; else None."""
    if not system.startswith("EPSG:") or not pyproj.CRS.from_user_input(system).is_projected:
        return None
    crs = pyproj.CRS.from_user_input(system)
    moved = shapely.transform(geometries, lambda xy: transform(crs, xy, "INVERSE"))
    return np.asarray(moved, dtype=object)


def transform(crs: pyproj.CRS, xy: Floats, direction: str = "FORWARD") -> Floats:
    """Coordinates (n, 2) of a system to CGCS2000, or back.

    The first point goes twice: pyproj takes an array of one for a number, which NumPy deprecates.
    """
    x, y = np.concatenate([xy[:1], xy]).T
    return np.column_stack(transformer(crs).transform(x, y, direction=direction))[1:]


def transformer(crs: pyproj.CRS) -> pyproj.Transformer:
    """From a system to longitude and latitude on CGCS2000, built once a system.

    A bound system brings parameters of its own, and these lead to WGS84, which PROJ knows as
    EPSG:4326 alone. WGS84 then stands for CGCS2000: the two differ by centimetres.
    """
    return _transformer_of(crs.to_wkt(), WGS84 if crs.is_bound else CGCS2000)


@functools.lru_cache(maxsize=64)
def _transformer_of(wkt: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(wkt, target, always_xy=True)


def shiftless_datum(crs: pyproj.CRS) -> str:
    """The datum of a system that PROJ would not shift, by its name or its ellipsoid; or nothing."""
    base = crs.geodetic_crs or crs
    folded = base.name.replace("_", " ").removeprefix("GCS ")
    by_name = next((datum for datum in _SHIFTLESS_DATUMS if folded.startswith(datum)), "")
    if by_name or base.to_epsg() is not None or base.ellipsoid is None:
        return by_name
    semi_major_m = round(base.ellipsoid.semi_major_metre)
    return next((datum.name for datum in OLD_DATUMS if datum.semi_major_m == semi_major_m), "")


def refuse_shiftless(crs: pyproj.CRS, what: str) -> None:
    """Refuse a system on an old datum that brings no parameters; `what` is in it.

    Raises
    ------
    CrsError
    """
    datum = "" if crs.is_bound else shiftless_datum(crs)
    if datum:
        msg = tr(
            "{what}的坐标系 {name} 在 {datum} 上, 没有转换参数, 硬转会偏出几十米到上百米。"
            "请先转换为 CGCS2000, 或在工作要点文件里写上本地的七参数 (datum_parameters)。",
            what=what,
            name=crs.name,
            datum=datum,
        )
        raise CrsError(msg)


def with_parameters(crs: pyproj.CRS, parameters: SevenParameters) -> pyproj.CRS:
    """A system on an old datum, bound to WGS84 by the seven parameters of a place."""
    shift = ToWGS84Transformation(crs.geodetic_crs, *parameters.towgs84)
    return BoundCRS(crs, WGS84, shift)


def is_null_shift(crs: pyproj.CRS) -> bool:
    """Whether a system is bound to another by a shift of nothing, as ``+towgs84=0,0,0`` writes."""
    if not crs.is_bound or crs.coordinate_operation is None:
        return False
    return not any(param.value for param in crs.coordinate_operation.params)
