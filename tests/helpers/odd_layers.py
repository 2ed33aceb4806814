"""Layers of which a ring, a part, a curve or a system is odd, as files of GDAL's formats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyproj
import shapely

from tests.helpers.make import project, row_of, with_hole
from tests.helpers.odd_bytes import (
    circular,
    curve_polygon,
    polygon,
    put_geometry,
    spoil,
    turn_rings,
)
from tests.helpers.odd_files import (
    MU,
    ZONE,
    Held,
    OddFile,
    but_second,
    gpkg,
    held,
    in_metres,
    shp,
    sound,
)
from tests.helpers.shapes import MU_M2, geod_mu

_NAN = float("nan")

# Rings

_SECOND = row_of(2)[1]
_CORNERS = [*_SECOND.exterior.coords]
_MIDDLE = _SECOND.centroid.coords[0]


def _ring(*rings: Sequence[Sequence[float]]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = gpkg(folder)
        put_geometry(path, polygon(*rings), fid=2)
        return path

    return make


def _drawn(shape: shapely.Geometry) -> Callable[[Path], Path]:
    """The second record drawn otherwise."""

    def make(folder: Path) -> Path:
        return gpkg(folder, sound().set_geometry(but_second(row_of(4), shape), crs=4490))

    return make


def _at_second(*corners: tuple[float, float]) -> list[tuple[float, float]]:
    """Corners in parts of the second base's width and height."""
    west, south, east, north = _SECOND.bounds
    return [(west + x * (east - west), south + y * (north - south)) for x, y in corners]


_WEST_PART = shapely.Polygon(_at_second((0, 0), (0.6, 0), (0.6, 1), (0, 1)))
_EAST_PART = shapely.Polygon(_at_second((0.4, 0), (1, 0), (1, 1), (0.4, 1)))
_ON_BORDER = _at_second((0, 0.4), (0.3, 0.4), (0.3, 0.6), (0, 0.6))


def _lands(second: shapely.Geometry | None) -> Held:
    return held(lands=but_second(row_of(4), second), mu=MU)


_RINGS = {
    "GeoPackage, a ring not closed": OddFile(_ring(_CORNERS[:-1]), held(), "HG103"),
    "GeoPackage, a hole of two points": OddFile(
        _ring(_CORNERS, _at_second((0.4, 0.4), (0.6, 0.6))), held(), "HG103"
    ),
    "GeoPackage, a ring of two points": OddFile(_ring(_CORNERS[:2]), _lands(None), "HG103"),
    "GeoPackage, a ring of one point": OddFile(_ring(_CORNERS[:1]), _lands(None), "HG103"),
    "GeoPackage, a ring without points": OddFile(_ring([]), _lands(None), "HG101"),
    "GeoPackage, a vertex NaN": OddFile(
        _ring([_CORNERS[0], (_NAN, _NAN), *_CORNERS[2:]]), _lands(None), "HG205"
    ),
    "GeoPackage, parts that overlap": OddFile(
        _drawn(shapely.MultiPolygon([_WEST_PART, _EAST_PART])), held(), "HG112"
    ),
    "GeoPackage, a part twice": OddFile(
        _drawn(shapely.MultiPolygon([_SECOND, _SECOND])), held(), "HG103"
    ),
    "GeoPackage, a hole on the border": OddFile(
        _drawn(shapely.Polygon(_SECOND.exterior, [_ON_BORDER])),
        _lands(shapely.difference(_SECOND, shapely.Polygon(_ON_BORDER))),
        "HG103",
    ),
}


# Curves, and rings that turn the wrong way

_CENTRE = project(_SECOND, ZONE).centroid
_RADIUS_M = float(np.sqrt(MU[1] * MU_M2 / np.pi))


_HOLED = [with_hole(), *row_of(4)[1:]]
_LESS_HOLE = [round(geod_mu(with_hole()), 2), *MU[1:]]


def _circle(folder: Path) -> Path:
    """The second base a circle of arcs."""
    path = gpkg(folder, in_metres())
    turns = ((-1, 0), (0, 1), (1, 0), (0, -1), (-1, 0))
    around = [(_CENTRE.x + _RADIUS_M * x, _CENTRE.y + _RADIUS_M * y) for x, y in turns]
    put_geometry(path, curve_polygon(circular(around)), fid=2, srs=ZONE)
    return path


def _round() -> shapely.Geometry:
    back = pyproj.Transformer.from_crs(ZONE, 4490, always_xy=True)
    circle = _CENTRE.buffer(_RADIUS_M, quad_segs=512)
    return shapely.transform(circle, lambda xy: np.column_stack(back.transform(*xy.T)))


def _reversed(folder: Path) -> Path:
    """A base with a hole, both of its rings turned around."""
    path = shp(folder, sound(上报面积=_LESS_HOLE).set_geometry(_HOLED, crs=4490))
    turn_rings(path, [True, True])
    return path


_TURNED = {
    "GeoPackage, a circle of arcs": OddFile(_circle, _lands(_round()), "HG111"),
    "shapefile, reversed rings with a hole": OddFile(_reversed, held(lands=_HOLED, mu=_LESS_HOLE)),
}

# Systems

_GK = pyproj.CRS(ZONE).to_wkt("WKT1_ESRI")
_LOCAL = 'LOCAL_CS["Nonearth (Meter)",UNIT["Meter",1.0]]'


def _prj(text: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = shp(folder, in_metres())
        path.with_suffix(".prj").write_bytes(text.encode("gbk"))
        return path

    return make


def _no_system(folder: Path) -> Path:
    """A layer of the GeoPackage's own number for planes of no system."""
    path = gpkg(folder, in_metres())
    spoil(path, "update gpkg_geometry_columns set srs_id = -1")
    spoil(path, "update gpkg_contents set srs_id = -1")
    return path


_SYSTEMS = {
    "shapefile, .prj named in GBK": OddFile(
        _prj(_GK.replace(_GK.split('"')[1], "铜仁2000坐标系", 1)), held()
    ),
    "shapefile, .prj of a local plane": OddFile(_prj(_LOCAL), held(), "HG005"),
    "shapefile, .prj cut short": OddFile(_prj(_GK[:200]), held(), "HG005"),
    "GeoPackage, srs_id -1": OddFile(_no_system, held(), "HG005"),
}


ODD_LAYERS = {**_RINGS, **_TURNED, **_SYSTEMS}
