"""Raster files as GDAL opens them: by which drivers, what is refused, and what they declare.

Beside `elevation_grid`, which warps them, nothing else touches a raster's file.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj
import rasterio
from pyproj.exceptions import CRSError as ProjError
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning, RasterioError, RasterioIOError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from herbgis.foundation.errors import CrsError
from herbgis.foundation.input_errors import RasterError
from herbgis.foundation.language import tr
from herbgis.geo.geodesy import Floats
from herbgis.geo.raster_numbers import Numbers, looked_at, values_in
from herbgis.geo.stated_systems import usable
from herbgis.geo.systems import is_null_shift, refuse_shiftless, shiftless_datum, with_parameters
from herbgis.geo.zones import SevenParameters

#: Formats of elevation that hold all they say; GDAL's others may fetch from the network, or from
#: files beside.
_DRIVERS = (
    *("GTiff", "COG", "HFA", "AAIGrid", "AIG", "SRTMHGT", "USGSDEM", "DTED", "ENVI", "EHdr"),
    *("GSAG", "GSBG", "GS7BG", "SAGA", "RST"),
)
#: What a raster may cost: memory kept of it, and the size of one of its blocks.
_CACHE_MB = 64
_LARGEST_BLOCK_BYTES = 512 * 2**20
#: The driver of a raster whose system GDAL was not let to read.
_RENAMED = "VRT"
#: The mark of a raster that a script made up.
_SYNTHETIC = "HERBGIS_SYNTHETIC"


@contextmanager
def opened(path: Path, overview: int | None = None) -> Iterator[DatasetReader]:
    """A raster, read with a small cache; what GDAL says against it is a RasterError."""
    try:
        with rasterio.Env(GDAL_CACHEMAX=_CACHE_MB), _by_driver(path, overview) as raster:
            yield raster
    except (RasterioError, RasterioIOError) as error:
        msg = tr(
            "{path} 读不出来: {why}。可用的格式: GeoTIFF (.tif)、Erdas (.img)、ASCII 格网 (.asc)、"
            "SRTM (.hgt)、Surfer (.grd) 等; 其他格式请先用 Python 转换: import rasterio.shutil; "
            "rasterio.shutil.copy(r'{path}', '新文件.tif', driver='GTiff')。",
            path=path,
            why=_why_refused(path),
        )
        raise RasterError(msg) from error


def _why_refused(path: Path) -> str:
    """Why a file is none of the formats, as its suffix tells."""
    match path.suffix.lower():
        case ".nc" | ".nc4" | ".h5" | ".hdf" | ".hdf5":
            return tr("NetCDF、HDF 一个文件里有多个变量, 请先取出一个")
        case ".vrt":
            return tr("虚拟栅格 (.vrt) 的数据在别的文件里")
        case ".zip" | ".7z" | ".rar" | ".gz" | ".tgz":
            return tr("是压缩包, 请先解压")
    return tr("不是栅格高程数据, 或已损坏")


def _by_driver(path: Path, overview: int | None) -> DatasetReader:
    """A raster, opened by the first driver that knows it."""
    level = {} if overview is None else {"overview_level": overview}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        for driver in _DRIVERS:
            with suppress(RasterioError, RasterioIOError):
                try:
                    return rasterio.open(path, driver=driver, **level)
                except UnicodeDecodeError:
                    # Chinese in its system is no UTF-8: GDAL is given another, and the system is
                    # read by `_stated_crs`.
                    return rasterio.open(f"vrt://{path}?if={driver}&a_srs=EPSG:4490", **level)
    raise RasterioIOError(path)


def check_kind(raster: DatasetReader, path: Path, *, classes: bool = False) -> None:
    """Refuse what holds no heights, and what can be read only as a whole too large for it.

    With `classes`, colours by class (a palette) are what such rasters have.

    Raises
    ------
    RasterError
    """
    first, *others = raster.colorinterp
    plain = {ColorInterp.gray, ColorInterp.undefined, *([ColorInterp.palette] if classes else [])}
    if first not in plain or raster.dtypes[0].startswith("complex"):
        msg = tr("{path} 是图片或影像, 不是高程数据 (DEM)。请换用单波段的高程栅格。", path=path)
        raise RasterError(msg)
    bands = 1 + sum(other != ColorInterp.alpha for other in others)
    if bands > 1:
        msg = tr(
            "{path} 有 {bands} 个波段, 不知道用哪一个。请先只留一个: rio stack {path} --bidx 1 "
            "新文件.tif --driver GTiff (掩膜、单位和比例系数不会带过去)。",
            path=path,
            bands=bands,
        )
        raise RasterError(msg)
    if raster.transform.is_degenerate:
        msg = tr("{path} 的格网没有大小, 定不了位。请检查它的坐标参数 (如 .tfw 文件)。", path=path)
        raise RasterError(msg)
    block = np.prod(raster.block_shapes[0], dtype=float) * np.dtype(raster.dtypes[0]).itemsize
    if block > _LARGEST_BLOCK_BYTES:
        msg = tr(
            "{path} 没有分块, 只能整个读入, 要 {gigabytes:.1f} GB 内存。请先用 Python 转换: "
            "import rasterio.shutil; rasterio.shutil.copy(r'{path}', '新文件.tif', driver='GTiff', "
            "TILED='YES')。",
            path=path,
            gigabytes=block / 2**30,
        )
        raise RasterError(msg)


def usable_crs(
    raster: DatasetReader, path: Path, parameters: Mapping[str, SevenParameters]
) -> pyproj.CRS:
    """The system of a raster, bound to the parameters of its old datum where it stands on one.

    Raises
    ------
    CrsError
        It states none that leads to CGCS2000, or an old datum without `parameters`.
    """
    try:
        crs = _stated_crs(raster, path)
    except ProjError as error:
        msg = tr("{path} 的坐标系认不出来: {error}", path=path, error=error)
        raise CrsError(msg) from error
    if crs is None and raster.driver == _RENAMED:
        msg = tr(
            "{path} 的坐标系名称不是 UTF-8 文字, 认不出。请查清是哪个坐标系 (下面以 EPSG:4524 "
            "为例), 用 Python 注明: import rasterio.shutil; "
            "rasterio.shutil.copy(r'vrt://{path}?a_srs=EPSG:4524', '新文件.tif', driver='GTiff')",
            path=path,
        )
        raise CrsError(msg)
    if crs is None:
        msg = tr(
            "{path} 没有坐标系。请用 rio edit-info {path} --crs EPSG:4490 一类的办法注明。",
            path=path,
        )
        raise CrsError(msg)
    if crs.geodetic_crs is None:
        msg = tr(
            "{path} 的坐标系 {name} 与经纬度没有关系。请先转换为 CGCS2000。",
            path=path,
            name=crs.name,
        )
        raise CrsError(msg)
    datum = "" if crs.is_bound else shiftless_datum(crs)
    if not datum:
        return crs
    if datum not in parameters:
        refuse_shiftless(crs, f"{path} ")
    return with_parameters(crs, parameters[datum])


def _stated_crs(raster: DatasetReader, path: Path) -> pyproj.CRS | None:
    """The horizontal system that a raster states, also in a .prj whose Chinese GDAL cannot read."""
    crs: pyproj.CRS | None = None
    if raster.crs and raster.driver != _RENAMED:
        crs = pyproj.CRS.from_wkt(raster.crs.to_wkt())
    elif (beside := path.with_suffix(".prj")).is_file():
        crs = usable(_text_of(beside))[0]
    if crs is not None and crs.is_compound:
        crs = crs.sub_crs_list[0]
    return crs.source_crs if crs is not None and is_null_shift(crs) else crs


def _text_of(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def is_synthetic(raster: DatasetReader) -> bool:
    """Whether a raster says of itself that a script made it up."""
    return raster.tags().get(_SYNTHETIC, "").lower() in {"yes", "true", "1"}


@dataclass(frozen=True)
class Labels:
    """What a raster is called, and its palette.

    Attributes
    ----------
    texts : tuple of str
        The name of the file, tags and descriptions.
    colours : mapping of int to str
        In hexadecimal, by code; empty without a palette.
    """

    texts: tuple[str, ...]
    colours: Mapping[int, str]


def labels_of(path: Path) -> Labels:
    """What a raster is called, and its palette."""
    with opened(path) as raster:
        tags = (*raster.tags().values(), *raster.tags(1).values())
        texts = (path.name, *tags, raster.descriptions[0] or "")
        palette = raster.colorinterp[0] == ColorInterp.palette
        colours = raster.colormap(1) if palette else {}
    hexadecimal = {code: bytes(colour[:3]).hex() for code, colour in colours.items()}
    return Labels(tuple(map(str, texts)), hexadecimal)


def look(path: Path, numbers: Numbers) -> Floats:
    """Known values of squares spread evenly over a raster, as `looked_at`."""
    with opened(path) as raster:
        return looked_at(raster, numbers)


def read_window(path: Path, rows: slice, columns: slice, numbers: Numbers) -> Floats:
    """Values of a window that lies within a raster; NaN where they are unknown."""
    window = Window(columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)
    with opened(path, numbers.overview) as raster:
        return values_in(raster, window, numbers)
