"""Elevation from users' rasters, and grey pictures: the only raster reading. Floor 3.

A raster is read piece by piece onto the grid that is asked for, never as a whole. What it declares
about itself is looked at first: what would cost too much memory or time is refused.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyproj
import rasterio
import shapely
from pyproj.crs import BoundCRS
from pyproj.crs.coordinate_operation import ToWGS84Transformation
from pyproj.exceptions import CRSError as ProjError
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import NotGeoreferencedWarning, RasterioError, RasterioIOError
from rasterio.features import geometry_mask
from rasterio.io import DatasetReader, MemoryFile
from rasterio.warp import reproject

from herbgis.errors import CrsError, InputNotFoundError, RasterError
from herbgis.geodesy import (
    CGCS2000,
    SEMI_MAJOR_M,
    Flags,
    Floats,
    SevenParameters,
    local_metres,
    radii_m,
)
from herbgis.issues import Place
from herbgis.placing import place_layer

#: West, south, east, north.
Bounds: TypeAlias = tuple[float, float, float, float]

_WEB_MERCATOR = "EPSG:3857"
#: Formats of elevation that hold all they say; GDAL's others may fetch from the network, or from
#: files beside.
_DRIVERS = (
    *("GTiff", "COG", "HFA", "AAIGrid", "AIG", "SRTMHGT", "USGSDEM", "DTED", "ENVI", "EHdr"),
    *("GSAG", "GSBG", "GS7BG", "SAGA", "RST"),
)
#: What a raster may cost: memory while it is warped and kept of it, the size of one of its
#: blocks, and how many of its cells are looked at (a minute's work).
_WARP_MB = _CACHE_MB = 64
_LARGEST_BLOCK_BYTES = 512 * 2**20
_MOST_CELLS = 10**10
#: No ground lies outside these heights, the sea's included; voids often do (-32768, 3.4e38).
_HEIGHTS_M = (-11_000.0, 9_000.0)
#: Voids of rasters that declare none, and the type whose smallest number is one.
_USUAL_VOID, _SHORT, _SHORT_VOID = -9999, "int16", -32768
#: Points along each side of a box by which it is found in another coordinate system.
_POINTS_A_SIDE = 21
#: How many files a message names.
_NAMED = 3


@dataclass(frozen=True, eq=False)
class Elevation:
    """Heights on a grid of Web Mercator (EPSG:3857).

    Attributes
    ----------
    metres : array of float, shape (rows, columns)
        The northernmost row first; NaN where nothing is known.
    bounds : tuple of float
        West, south, east, north in degrees on CGCS2000.
    cell_m : array of float, shape (rows,)
        A cell's side on the ground, row by row: Web Mercator stretches with the latitude.
    source_cell_m : float
        Side of the raster's own cells on the ground; of the finest where there are several.
    """

    metres: Floats
    bounds: Bounds
    cell_m: Floats
    source_cell_m: float


def read_elevation(
    path: str | Path | Sequence[str | Path],
    bounds: Bounds,
    *,
    pixels: int,
    datum_parameters: Mapping[str, SevenParameters] | None = None,
) -> Elevation:
    """Heights within bounds, from a DEM in any coordinate system, or from several side by side.

    Cells are averaged where the grid is coarser than the DEM. Where it is finer, a cubic B-spline
    runs through them: its slopes are smooth, while those of a bilinear surface jump from cell to
    cell and show as facets.

    Parameters
    ----------
    path : str, Path, or sequence of these
        Where several know a place, the first one counts.
    bounds : tuple of float
        West, south, east, north in degrees on CGCS2000.
    pixels : int
        Cells along the longer side of the grid.
    datum_parameters : mapping of str to SevenParameters, optional
        By old datum, as `Policy` has them.

    Raises
    ------
    InputNotFoundError
        There is no such file.
    CrsError
        The DEM states no usable coordinate system, or an old datum without parameters.
    RasterError
        It is no DEM, is damaged, is too large to read, or lies elsewhere.
    """
    paths = [Path(path)] if isinstance(path, str | Path) else [Path(each) for each in path]
    if not paths:
        raise RasterError("没有给出高程数据 (DEM) 的路径。")
    grid = _Grid.over(bounds, pixels)
    tiles = [_Tile.of(each, bounds, datum_parameters or {}) for each in paths]
    within = [tile for tile in tiles if tile.cells]
    if not within:
        names = "、".join(map(str, paths[:_NAMED])) + (" 等" if len(paths) > _NAMED else "")
        lows, highs = np.hsplit(np.array([tile.bounds for tile in tiles]), 2)
        around = (*lows.min(axis=0).tolist(), *highs.max(axis=0).tolist())
        msg = (
            f"{names} 与地图不相交: 高程数据在 {_said(around)}, 地图在 {_said(bounds)}。"
            "请换用盖住地图的高程数据。"
        )
        raise RasterError(msg)
    metres = np.full(grid.shape, np.nan)
    for tile in within:
        metres = np.where(np.isnan(metres), tile.warped(grid), metres)
    return Elevation(metres, bounds, grid.cell_m, min(tile.cell_m for tile in within))


@dataclass(frozen=True)
class _Grid:
    """A grid of Web Mercator.

    Attributes
    ----------
    corners : tuple of float
        West, south, east, north in metres of the projection.
    shape : tuple of int
        Rows and columns.
    """

    corners: Bounds
    shape: tuple[int, int]

    @classmethod
    def over(cls, bounds: Bounds, pixels: int) -> _Grid:
        """The grid that fills bounds, with so many cells along its longer side."""
        (west, east), (south, north) = _web_mercator(np.reshape(bounds, (2, 2)).T).tolist()
        size = np.array([north - south, east - west])
        rows, columns = np.maximum(np.rint(size / size.max() * pixels), 1).astype(int).tolist()
        return cls((west, south, east, north), (rows, columns))

    @property
    def transform(self) -> Any:
        """From column and row to Web Mercator."""
        west, south, east, north = self.corners
        rows, columns = self.shape
        across, down = (east - west) / columns, (south - north) / rows
        return rasterio.Affine(across, 0.0, west, 0.0, down, north)

    @property
    def cell_m(self) -> Floats:
        """Side of a cell on the ellipsoid, row by row."""
        _, south, _, north = self.corners
        size = (north - south) / self.shape[0]
        lat = np.arcsin(np.tanh((north - size * (np.arange(self.shape[0]) + 0.5)) / SEMI_MAJOR_M))
        meridian, prime_vertical = radii_m(lat)
        stretched = SEMI_MAJOR_M / (np.cos(lat) * np.sqrt(meridian * prime_vertical))
        return np.asarray(size / stretched, dtype=np.float64)


@dataclass(frozen=True)
class _Tile:
    """What a raster says about itself, and about the part of it that lies within bounds.

    Attributes
    ----------
    crs : pyproj.CRS
        With transformation parameters where such were given.
    bounds : tuple of float
        Of the whole raster.
    cells : float
        How many of its cells lie within; none where it lies elsewhere.
    cell_m : float
        Side of a cell in the middle of that part, on the ground.
    """

    path: Path
    crs: pyproj.CRS
    bounds: Bounds
    cells: float
    cell_m: float

    @classmethod
    def of(cls, path: Path, bounds: Bounds, parameters: Mapping[str, SevenParameters]) -> _Tile:
        """Look at a raster without reading its cells."""
        if not path.exists():
            raise InputNotFoundError(str(path))
        with _opened(path) as raster:
            _check_kind(raster, path)
            crs = _usable_crs(raster, path, parameters)
            mapping = pyproj.Transformer.from_crs(
                crs, "EPSG:4326" if crs.is_bound else CGCS2000, always_xy=True
            )
            size = np.array([[raster.width], [raster.height]])
            there = mapping.transform(*_moved(raster.transform, _points((0, 0, *size.ravel()))))
            lon, lat = _points(bounds)
            own = np.array(mapping.transform(lon, lat, direction="INVERSE"))
            at = _moved(~raster.transform, own)
            at = np.clip(at[:, np.isfinite(at).all(axis=0)], 0, size)
            spans = np.ptp(at, axis=1) if at.size else np.zeros(2)
            middle = np.median(at, axis=1) if at.size else np.zeros(2)
            steps = middle[:, None] + np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
            lonlat = np.array(mapping.transform(*_moved(raster.transform, steps))).T
            return cls(path, crs, _around(there), float(np.prod(spans)), _cell_m(lonlat))

    def warped(self, grid: _Grid) -> Floats:
        """The raster's heights on a grid; NaN where it knows none."""
        level, factor = self._overview(float(np.median(grid.cell_m)) / self.cell_m)
        if self.cells / factor**2 > _MOST_CELLS:
            msg = (
                f"{self.path} 在地图范围内有 {self.cells:.1e} 个格网, 读不过来。"
                "请先用 gdaladdo -r average 建金字塔, 或用 gdalwarp 降低分辨率。"
            )
            raise RasterError(msg)
        finer = factor * self.cell_m < float(np.median(grid.cell_m))
        metres = np.full(grid.shape, np.nan)
        # GDAL's own name for it, and its own dialect: rasterio's ``src_crs`` is for arrays only.
        shifted = {"SRC_SRS": self.crs.to_wkt("WKT1_GDAL")} if self.crs.is_bound else {}
        with _opened(self.path, level) as raster:
            reproject(
                rasterio.band(raster, 1),
                metres,
                **shifted,
                src_nodata=_void(raster),
                dst_crs=_WEB_MERCATOR,
                dst_transform=grid.transform,
                dst_nodata=np.nan,
                resampling=Resampling.average if finer else Resampling.cubic_spline,
                warp_mem_limit=_WARP_MB,
            )
            metres = metres * raster.scales[0] + raster.offsets[0]
        lowest, highest = _HEIGHTS_M
        return np.where((metres >= lowest) & (metres <= highest), metres, np.nan)

    def _overview(self, wanted: float) -> tuple[int | None, int]:
        """The coarsest overview that is no coarser than wanted, and by what it is coarser."""
        with _opened(self.path) as raster:
            factors = raster.overviews(1)
        fitting = [(factor, level) for level, factor in enumerate(factors) if factor <= wanted]
        factor, level = max(fitting, default=(1, None))
        return level, factor


@contextmanager
def _opened(path: Path, overview: int | None = None) -> Iterator[DatasetReader]:
    """A raster, read with a small cache; what GDAL says against it is a RasterError."""
    try:
        with rasterio.Env(GDAL_CACHEMAX=_CACHE_MB), _by_driver(path, overview) as raster:
            yield raster
    except (RasterioError, RasterioIOError) as error:
        msg = (
            f"{path} 读不出来: 不是栅格高程数据, 或已损坏。可用的格式: GeoTIFF (.tif)、"
            "Erdas (.img)、ASCII 格网 (.asc)、SRTM (.hgt)、Surfer (.grd) 等; "
            "其他格式请先用 gdal_translate 转换。"
        )
        raise RasterError(msg) from error


def _by_driver(path: Path, overview: int | None) -> DatasetReader:
    """A raster, opened by the first driver that knows it."""
    level = {} if overview is None else {"overview_level": overview}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        for driver in _DRIVERS:
            with suppress(RasterioError, RasterioIOError):
                return rasterio.open(path, driver=driver, **level)
    raise RasterioIOError(path)


def _check_kind(raster: DatasetReader, path: Path) -> None:
    """Refuse what holds no heights, and what can be read only as a whole too large for it."""
    picture = raster.colorinterp[0] not in {ColorInterp.gray, ColorInterp.undefined}
    if picture or raster.dtypes[0].startswith("complex"):
        msg = f"{path} 是图片或影像, 不是高程数据 (DEM)。请换用单波段的高程栅格。"
        raise RasterError(msg)
    if raster.transform.is_degenerate:
        msg = f"{path} 的格网没有大小, 定不了位。请检查它的坐标参数 (如 .tfw 文件)。"
        raise RasterError(msg)
    block = np.prod(raster.block_shapes[0], dtype=float) * np.dtype(raster.dtypes[0]).itemsize
    if block > _LARGEST_BLOCK_BYTES:
        msg = (
            f"{path} 没有分块, 只能整个读入, 要 {block / 2**30:.1f} GB 内存。"
            "请先用 gdal_translate -co TILED=YES 转换。"
        )
        raise RasterError(msg)


def _usable_crs(
    raster: DatasetReader, path: Path, parameters: Mapping[str, SevenParameters]
) -> pyproj.CRS:
    """The system of a raster, as far as it leads to CGCS2000."""
    if not raster.crs:
        msg = f"{path} 没有坐标系。请用 gdal_edit.py -a_srs EPSG:4490 一类的办法注明。"
        raise CrsError(msg)
    try:
        crs = pyproj.CRS.from_wkt(raster.crs.to_wkt())
    except ProjError as error:
        msg = f"{path} 的坐标系认不出来: {error}"
        raise CrsError(msg) from error
    if crs.geodetic_crs is None:
        msg = f"{path} 的坐标系 {crs.name} 与经纬度没有关系。请先转换为 CGCS2000。"
        raise CrsError(msg)
    placed = place_layer(np.array([None], dtype=object), crs, Place(path.name))
    datums = [issue.values["datum"] for issue in placed.issues if issue.code == "HG007"]
    if not datums:
        return crs
    if datums[0] not in parameters:
        msg = (
            f"{path} 的坐标系为 {datums[0]}, 没有转换参数, 硬转会偏出几十米到上百米。"
            "请先转换为 CGCS2000, 或在工作要点文件里写上本地的七参数 (datum_parameters)。"
        )
        raise CrsError(msg)
    shift = ToWGS84Transformation(crs.geodetic_crs, *parameters[datums[0]].towgs84)
    return BoundCRS(crs, "EPSG:4326", shift)


def _void(raster: DatasetReader) -> float | None:
    """The value that says "unknown": the declared one, else the usual one of the type."""
    if raster.nodata is not None:
        return float(raster.nodata)
    if np.dtype(raster.dtypes[0]).kind == "u":
        return None
    return _SHORT_VOID if raster.dtypes[0] == _SHORT else _USUAL_VOID


def _web_mercator(lonlat: Floats) -> Floats:
    """Longitudes and latitudes, shape (2, n), on the plane of EPSG:3857."""
    lon, lat = np.radians(lonlat)
    return SEMI_MAJOR_M * np.array([lon, np.arctanh(np.sin(lat))])


def _points(box: Bounds) -> Floats:
    """A grid of points over a box (west, south, east, north), shape (2, n)."""
    west, south, east, north = box
    x, y = np.linspace(west, east, _POINTS_A_SIDE), np.linspace(south, north, _POINTS_A_SIDE)
    return np.array(np.meshgrid(x, y)).reshape(2, -1)


def _moved(transform: Any, points: Floats) -> Floats:
    """Points, shape (2, n), by an affine transformation."""
    a, b, c, d, e, f = transform[:6]
    return np.asarray(np.array([[a, b], [d, e]]) @ points + np.array([[c], [f]]), dtype=np.float64)


def _around(lonlat: Sequence[Floats]) -> Bounds:
    """West, south, east, north of points; those that lie nowhere are left out."""
    points = np.ma.masked_invalid(np.array(lonlat))
    low, high = (np.ma.filled(end, np.nan) for end in (points.min(axis=1), points.max(axis=1)))
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def _cell_m(lonlat: Floats) -> float:
    """Side of a square as large as a cell: its corner, the next column's, the next row's."""
    corner, *others = local_metres(lonlat, np.full(3, lonlat[0, 1]))
    column, row = (other - corner for other in others)
    return float(np.sqrt(abs(column[0] * row[1] - column[1] * row[0])))


def _said(bounds: Sequence[float]) -> str:
    west, south, east, north = bounds
    return f"{west:.2f}–{east:.2f}°E, {south:.2f}–{north:.2f}°N"


def covered(bounds: Bounds, shape: tuple[int, int], land: shapely.Geometry) -> Flags:
    """Which cells of a grid of Web Mercator polygons on CGCS2000 touch; the grid fills bounds."""
    plane = shapely.transform(land, lambda lonlat: _web_mercator(lonlat.T).T)
    transform = _Grid.over(bounds, max(shape)).transform
    return np.asarray(geometry_mask([plane], shape, transform, all_touched=True, invert=True))


def grey_jpeg(picture: npt.NDArray[np.uint8], quality: int) -> bytes:
    """A grey picture, shape (rows, columns), as JPEG; the same picture gives the same bytes."""
    rows, columns = picture.shape
    options = {"driver": "JPEG", "dtype": "uint8", "count": 1, "PROGRESSIVE": "YES"}
    with warnings.catch_warnings(), MemoryFile() as file:
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with file.open(width=columns, height=rows, QUALITY=quality, **options) as jpeg:
            jpeg.write(picture, 1)
        return bytes(file.read())
