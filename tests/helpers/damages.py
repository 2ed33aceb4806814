"""The eight damages that survey files come with, what is left in each to be read; hostile bytes."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
from hypothesis import strategies as st

from tests.helpers.make import project
from tests.helpers.survey_files import by_gdal, kml, shp, truth

_RECORDS = 4


@dataclass(frozen=True)
class Damage:
    """A damaged file.

    Attributes
    ----------
    make : callable
        Folder to the path of what is to be read.
    code : str
        What the report names it by; an empty string where an assumption line says it.
    line : str
        What the assumption line says.
    shapes, texts : tuple of int
        Records whose polygon, and whose attributes, are whole in the file.
    """

    make: Callable[[Path], Path]
    code: str = ""
    line: str = ""
    shapes: tuple[int, ...] = (0, 1, 2, 3)
    texts: tuple[int, ...] = (0, 1, 2, 3)


def _in(epsg: int, stated: int | None = None) -> gpd.GeoDataFrame:
    """The bases in a system; the file states another where one is given."""
    frame = truth()
    shapes = [project(shape, epsg) for shape in frame.geometry]
    return gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=shapes, crs=stated or epsg)


def without_prj(folder: Path) -> Path:
    """Metres of zone 36 that nothing says to be so."""
    path = shp("UTF-8", "UTF-8")(_in(4524), folder)
    path.with_suffix(".prj").unlink()
    return path


def gbk_without_cpg(folder: Path) -> Path:
    """GBK that nothing says to be so."""
    return shp("GBK", None)(truth(), folder)


def without_shx(folder: Path) -> Path:
    """The index forgotten."""
    path = shp("UTF-8", "UTF-8")(truth(), folder)
    path.with_suffix(".shx").unlink()
    return path


def truncated_shp(folder: Path) -> Path:
    """The polygons of the last two records cut off, one within."""
    path = shp("UTF-8", "UTF-8")(truth(), folder)
    shx = path.with_suffix(".shx").read_bytes()
    start, length = struct.unpack_from(">2i", shx, 100 + 8 * 1)
    path.write_bytes(path.read_bytes()[: 2 * start + 8 + 2 * length + 20])
    return path


def truncated_kml(folder: Path) -> Path:
    """Cut within the third placemark."""
    path = kml("utf-8")(truth(), folder)
    data = path.read_bytes()
    third = data.index(b"<Placemark", data.index(b"<Placemark", data.index(b"<Placemark") + 1) + 1)
    path.write_bytes(data[: third + 60])
    return path


def metres_under_wgs84(folder: Path) -> Path:
    """Metres of zone 36 with the .prj of WGS84."""
    return shp("UTF-8", "UTF-8")(_in(4524, 4326), folder)


def two_layers(folder: Path) -> Path:
    """Half of the bases in a second layer."""
    path = folder / "两层.gpkg"
    by_gdal(truth().iloc[:2], path, layer="一季度")
    return by_gdal(truth().iloc[2:], path, layer="二季度")


def short_dbf(folder: Path) -> Path:
    """The last two rows of attributes cut off."""
    path = shp("UTF-8", "UTF-8")(truth(), folder)
    dbf = path.with_suffix(".dbf")
    _, head, row = struct.unpack_from("<4xIHH", dbf.read_bytes())
    dbf.write_bytes(dbf.read_bytes()[: head + 2 * row])
    return path


DAMAGES = {
    "no .prj": Damage(without_prj, "HG005"),
    "GBK without .cpg": Damage(gbk_without_cpg, "HG003"),
    "no .shx": Damage(without_shx, line="缺 .shx"),
    "truncated .shp": Damage(truncated_shp, "HG002", shapes=(0, 1)),
    "truncated KML": Damage(truncated_kml, "HG001", shapes=(0, 1), texts=(0, 1)),
    "metres under a WGS84 .prj": Damage(metres_under_wgs84, "HG006"),
    "two layers": Damage(two_layers, line="多个图层"),
    "short .dbf": Damage(short_dbf, "HG002", texts=(0, 1)),
}


def mutated(
    data: st.DataObject, whole: bytes, *, times: int, longest: int, also: Sequence[bytes] = ()
) -> bytes:
    """A file with a few pieces cut out and others put in, as hypothesis draws them."""
    pieces = st.binary(max_size=longest)
    if also:
        pieces |= st.sampled_from(also)
    spoilt = bytearray(whole)
    for _ in range(data.draw(st.integers(1, times))):
        at = data.draw(st.integers(0, len(spoilt) - 1))
        spoilt[at : at + data.draw(st.integers(0, longest))] = data.draw(pieces)
    return bytes(spoilt)
