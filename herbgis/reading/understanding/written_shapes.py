"""Boundaries written out in a column of texts: WKT, WKB as hexadecimal digits, GeoJSON."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyproj
import shapely

from herbgis.foundation.language import listed, tr
from herbgis.geo.stated_systems import usable

_WKT = re.compile(
    r"(?:SRID=(?P<srid>\d+);)?\s*(?P<wkt>(?:(?:MULTI)?(?:POLYGON|LINESTRING|POINT|SURFACE|CURVE)"
    r"|LINEARRING|CURVEPOLYGON|COMPOUNDCURVE|CIRCULARSTRING|GEOMETRYCOLLECTION)"
    r"\s*(?:Z|M|ZM)?\s*(?:\(.*|EMPTY))",
    re.IGNORECASE | re.DOTALL,
)
#: Byte order and kind, with PostGIS' flags, and what follows; a point is the shortest.
_WKB_HEX = re.compile(r"(?:\\x|0x)?(0[01](?:[0-9a-fA-F]{2}){20,})")
_GEOJSON = re.compile(r'\{(?=.*"(?:coordinates|geometries)")', re.DOTALL)
#: Cells by which a column is known.
_LOOKED_AT = 100


class Written(NamedTuple):
    """A shape as it is written, the EPSG code beside it (0 for none), and whether it was closed."""

    shape: shapely.Geometry
    srid: int = 0
    closed: bool = False


def looks_written(cell: object) -> bool:
    """Whether a cell is meant to be a shape, be it one that cannot be read."""
    if isinstance(cell, bytes):
        return cell[:1] in {b"\0", b"\1"} and len(cell) > 20
    if not isinstance(cell, str):
        return False
    text = cell.strip()
    return any(kind.match(text) is not None for kind in (_WKT, _GEOJSON)) or bool(
        _WKB_HEX.fullmatch(text)
    )


def written_shape(cell: object) -> Written | None:
    """The shape that a cell writes out; None where it writes none, or one that cannot be read."""
    if isinstance(cell, bytes):
        return _of_bytes(cell)
    if not isinstance(cell, str):
        return None
    text = unicodedata.normalize("NFKC", cell).strip()
    digits = _WKB_HEX.fullmatch(text)
    if digits:
        return _of_bytes(bytes.fromhex(digits[1]))
    wkt = _WKT.fullmatch(text)
    if wkt is not None:
        found = _closed(shapely.from_wkt, wkt["wkt"])
        return found and found._replace(srid=int(wkt["srid"] or 0))
    try:
        return Written(shapely.from_geojson(text)) if _GEOJSON.match(text) else None
    except shapely.errors.ShapelyError:
        return None


def _of_bytes(data: bytes) -> Written | None:
    found = _closed(shapely.from_wkb, data)
    return found and found._replace(srid=int(shapely.get_srid(found.shape)))


def _closed(read: Callable[..., shapely.Geometry | None], data: str | bytes) -> Written | None:
    """What a reader of shapely's makes of a shape, with its rings closed where they are not."""
    try:
        with np.errstate(invalid="ignore"):
            shape = read(data, on_invalid="ignore")
            whole = read(data, on_invalid="fix") if shape is None else shape
    except (NotImplementedError, shapely.errors.ShapelyError):  # of which arcs are the first
        return None
    return None if whole is None else Written(whole, closed=shape is None)


def written_columns(frame: pd.DataFrame) -> list[str]:
    """Columns of which most cells are meant to be shapes."""
    texts = [name for name in frame.columns.unique() if _may_hold_texts(frame[name])]
    return [name for name in texts if _is_written(frame[name])]


def _may_hold_texts(column: pd.Series | pd.DataFrame) -> bool:
    if isinstance(column, pd.DataFrame):  # a heading that stands twice
        return False
    return column.dtype == object or isinstance(column.dtype, pd.StringDtype)


def _is_written(column: pd.Series) -> bool:
    looked = [looks_written(cell) for cell in islice(_filled(column), _LOOKED_AT)]
    return 2 * sum(looked) > len(looked)


def _filled(cells: Iterable[object]) -> Iterator[object]:
    return (cell for cell in cells if not is_blank(cell))


def is_blank(cell: object) -> bool:
    """Whether a cell holds nothing."""
    if isinstance(cell, str):
        return not cell.strip()
    return cell is None or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell))


def system_of(srids: Iterable[int]) -> tuple[pyproj.CRS | None, tuple[str, ...]]:
    """The system that is written beside shapes, and what is to be said of it."""
    codes = sorted({srid for srid in srids if srid})
    if len(codes) > 1:
        return None, (tr("写明的 SRID 不止一个({codes}), 都没有用", codes=listed(codes)),)
    return usable(f"EPSG:{codes[0]}" if codes else None)
