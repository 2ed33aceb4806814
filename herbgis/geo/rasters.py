"""Users' rasters: opened, read window by window, sampled at points.

A raster is never read as a whole. What it declares about itself is looked at first: what would cost
too much memory or time is refused. Beside `elevation_grid`, nothing else reads a raster.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyproj
import rasterio
import shapely
from pyproj.exceptions import CRSError as ProjError
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning, RasterioError, RasterioIOError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from herbgis.foundation.errors import CrsError, InputNotFoundError, RasterError
from herbgis.geo.geodesy import CGCS2000, Floats, Ints, areas_m2, local_metres
from herbgis.geo.systems import shiftless_datum, with_parameters
from herbgis.geo.zones import SevenParameters

#: West, south, east, north.
Bounds: TypeAlias = tuple[float, float, float, float]

#: Formats of elevation that hold all they say; GDAL's others may fetch from the network, or from
#: files beside.
_DRIVERS = (
    *("GTiff", "COG", "HFA", "AAIGrid", "AIG", "SRTMHGT", "USGSDEM", "DTED", "ENVI", "EHdr"),
    *("GSAG", "GSBG", "GS7BG", "SAGA", "RST"),
)
#: What a raster may cost: memory kept of it, and the size of one of its blocks.
_CACHE_MB = 64
_LARGEST_BLOCK_BYTES = 512 * 2**20
#: No ground lies outside these heights, the sea's included; voids often do (-32768, 3.4e38).
HEIGHTS_M = (-11_000.0, 9_000.0)
#: Voids of rasters that declare none, and the type whose smallest number is one.
_USUAL_VOID, _SHORT, _SHORT_VOID = -9999, "int16", -32768
#: Points along each side of a box by which it is found in another coordinate system.
_POINTS_A_SIDE = 21
#: Cells along the side of the windows in which points are sampled.
_WINDOW = 1024
#: The mark of a raster that a script made up, and cells too large for choosing a place.
_SYNTHETIC = "HERBGIS_SYNTHETIC"
_COARSE_M = 1000.0


@dataclass(frozen=True, eq=False)
class Raster:
    """A raster's own grid and system, looked at without reading its cells.

    Attributes
    ----------
    path : Path
    crs : pyproj.CRS
        With transformation parameters where such were given.
    transform : affine.Affine
        From column and row to the system.
    shape : tuple of int
        Rows and columns.
    cell_m : float
        Side of a cell in the middle, on the ground.
    void : float or None
        The value that says "unknown".
    limits : tuple of float
        Values beyond are unknown too.
    caveats : tuple of str
        Why what rests on it serves for demonstration only; empty where it need not.
    """

    path: Path
    crs: pyproj.CRS
    transform: Any
    shape: tuple[int, int]
    cell_m: float
    void: float | None
    limits: tuple[float, float]
    caveats: tuple[str, ...]

    @functools.cached_property
    def _mapping(self) -> pyproj.Transformer:
        # Behind given parameters stands EPSG:4326, the name that PROJ has for their target.
        target = "EPSG:4326" if self.crs.is_bound else CGCS2000
        return pyproj.Transformer.from_crs(self.crs, target, always_xy=True)

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north in degrees on CGCS2000."""
        rows, columns = self.shape
        return _around(self.lonlat(*points_over((0, 0, columns, rows))))

    def lonlat(self, columns: Floats, rows: Floats) -> tuple[Floats, Floats]:
        """Longitude and latitude on CGCS2000 of cell positions; (0.5, 0.5) is a cell's middle."""
        return self._mapped(moved(self.transform, np.array([columns, rows], dtype=np.float64)))

    def cells(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Cell positions, columns and rows, of longitudes and latitudes; NaN where none."""
        there = self._mapped(np.array([lon, lat], dtype=np.float64), "INVERSE")
        columns, rows = moved(~self.transform, np.array(there))
        return columns, rows

    def _mapped(self, xy: Floats, direction: str = "FORWARD") -> tuple[Floats, Floats]:
        """Coordinates, shape (2, n), to longitude and latitude, or back.

        The first point goes twice: pyproj takes an array of one for a number, which NumPy
        deprecates.
        """
        x, y = np.concatenate([xy[:, :1], xy], axis=1)
        there = self._mapping.transform(x, y, direction=direction)
        return np.asarray(there[0])[1:], np.asarray(there[1])[1:]

    def read(self, rows: slice, columns: slice) -> Floats:
        """Values of a window, which may reach beyond the edges; NaN where nothing is known."""
        values = np.full((rows.stop - rows.start, columns.stop - columns.start), np.nan)
        top, left = max(rows.start, 0), max(columns.start, 0)
        bottom, right = min(rows.stop, self.shape[0]), min(columns.stop, self.shape[1])
        if top >= bottom or left >= right:
            return values
        window = Window(left, top, right - left, bottom - top)
        with opened(self.path) as raster:
            raw = raster.read(1, window=window)
            scale, offset = raster.scales[0], raster.offsets[0]
        known = np.isfinite(raw) if self.void is None else np.isfinite(raw) & (raw != self.void)
        told = raw * scale + offset
        lowest, highest = self.limits
        known &= (told >= lowest) & (told <= highest)
        inside = np.s_[top - rows.start : bottom - rows.start, left - columns.start :]
        values[inside][:, : right - left] = np.where(known, told, np.nan)
        return values


def open_raster(
    path: str | Path,
    *,
    elevation: bool = False,
    datum_parameters: Mapping[str, SevenParameters] | None = None,
) -> Raster:
    """Look at a raster of any coordinate system that leads to CGCS2000.

    Parameters
    ----------
    path : str or Path
    elevation : bool
        Values that no ground has are unknown.
    datum_parameters : mapping of str to SevenParameters, optional
        By old datum, as `Policy` has them.

    Raises
    ------
    InputNotFoundError
        There is no such file.
    CrsError
        It states no usable coordinate system, or an old datum without parameters (HG007).
    RasterError
        It is a picture, is damaged, or cannot be read in pieces.
    """
    path = Path(path)
    if not path.exists():
        raise InputNotFoundError(str(path))
    with opened(path) as raster:
        _check_kind(raster, path)
        crs = _usable_crs(raster, path, datum_parameters or {})
        found = Raster(
            path=path,
            crs=crs,
            transform=raster.transform,
            shape=(raster.height, raster.width),
            cell_m=0.0,
            void=void_of(raster),
            limits=HEIGHTS_M if elevation else (-np.inf, np.inf),
            caveats=(),
        )
        synthetic = raster.tags().get(_SYNTHETIC, "").lower() in {"yes", "true", "1"}
    rows, columns = found.shape
    side = cell_side_m(found, columns / 2, rows / 2)
    said = []
    if synthetic:
        said.append(f"{path.name} 是合成数据")
    if side > _COARSE_M:
        said.append(f"{path.name} 的格网约 {side / 1000:.0f} km, 只够看大势")
    if crs.is_bound:
        said.append(f"{path.name} 的坐标用给定的七参数转换")
    return replace(found, cell_m=side, caveats=tuple(said))


def sample(raster: Raster, lon: Floats, lat: Floats, *, nearest: bool = False) -> Floats:
    """A raster's values at points, each for itself, whatever others are asked for with it.

    Parameters
    ----------
    raster : Raster
    lon, lat : array of float
        Degrees on CGCS2000, of one shape.
    nearest : bool
        The value of the cell that holds the point, for classes; else bilinear between the middles
        of cells, over those that are known.

    Returns
    -------
    array of float
        NaN beyond the edges, and where the cell that holds the point is unknown.
    """
    columns, rows = raster.cells(np.ravel(lon), np.ravel(lat))
    inside = (columns >= 0) & (columns < raster.shape[1]) & (rows >= 0) & (rows < raster.shape[0])
    values = np.full(columns.shape, np.nan)
    at = np.flatnonzero(inside)
    windows = np.ravel_multi_index(
        ((rows[at] // _WINDOW).astype(int), (columns[at] // _WINDOW).astype(int)),
        (raster.shape[0] // _WINDOW + 1, raster.shape[1] // _WINDOW + 1),
    )
    order = np.argsort(windows, kind="stable")
    at = at[order]
    for group in np.split(at, np.flatnonzero(np.diff(windows[order])) + 1):
        if len(group):
            values[group] = _in_window(raster, columns[group], rows[group], nearest=nearest)
    return values.reshape(np.shape(lon))


def _in_window(raster: Raster, columns: Floats, rows: Floats, *, nearest: bool) -> Floats:
    """Values at cell positions that lie close to each other."""
    top, left = int(rows.min()) - 1, int(columns.min()) - 1
    window = raster.read(slice(top, int(rows.max()) + 2), slice(left, int(columns.max()) + 2))
    here = window[rows.astype(int) - top, columns.astype(int) - left]
    if nearest:
        return np.asarray(here, dtype=np.float64)
    row, column = np.floor(rows - 0.5), np.floor(columns - 0.5)
    down, across = rows - 0.5 - row, columns - 0.5 - column
    sums, weights = np.zeros(len(rows)), np.zeros(len(rows))
    for y, x in ((0, 0), (0, 1), (1, 0), (1, 1)):
        value = window[row.astype(int) + y - top, column.astype(int) + x - left]
        weight = np.where(y, down, 1 - down) * np.where(x, across, 1 - across)
        weight = np.where(np.isnan(value), 0.0, weight)
        sums += weight * np.where(np.isnan(value), 0.0, value)
        weights += weight
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(np.isnan(here), np.nan, sums / weights)


def cell_side_m(raster: Raster, column: float, row: float) -> float:
    """Side on the ground of a square as large as the cell at a position."""
    steps = np.array([[column, row], [column + 1, row], [column, row + 1]]).T
    lonlat = np.array(raster.lonlat(*steps)).T
    corner, *others = local_metres(lonlat, np.full(3, lonlat[0, 1]))
    across, down = (other - corner for other in others)
    return float(np.sqrt(abs(across[0] * down[1] - across[1] * down[0])))


@contextmanager
def opened(path: Path, overview: int | None = None) -> Iterator[DatasetReader]:
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
    datum = "" if crs.is_bound else shiftless_datum(crs)
    if not datum:
        return crs
    if datum not in parameters:
        msg = (
            f"{path} 的坐标系为 {datum}, 没有转换参数, 硬转会偏出几十米到上百米。"
            "请先转换为 CGCS2000, 或在工作要点文件里写上本地的七参数 (datum_parameters)。"
        )
        raise CrsError(msg)
    return with_parameters(crs, parameters[datum])


def void_of(raster: DatasetReader) -> float | None:
    """The value that says "unknown": the declared one, else the usual one of the type."""
    if raster.nodata is not None:
        return float(raster.nodata)
    if np.dtype(raster.dtypes[0]).kind == "u":
        return None
    return _SHORT_VOID if raster.dtypes[0] == _SHORT else _USUAL_VOID


def points_over(box: Bounds) -> Floats:
    """A grid of points over a box (west, south, east, north), shape (2, n)."""
    west, south, east, north = box
    x, y = np.linspace(west, east, _POINTS_A_SIDE), np.linspace(south, north, _POINTS_A_SIDE)
    return np.array(np.meshgrid(x, y)).reshape(2, -1)


def moved(transform: Any, points: Floats) -> Floats:
    """Points, shape (2, n), by an affine transformation, each for itself; NaN if not finite."""
    a, b, c, d, e, f = transform[:6]
    x, y = points
    with np.errstate(invalid="ignore"):
        return np.array([a * x + b * y + c, d * x + e * y + f])


def _around(lonlat: Sequence[Floats]) -> Bounds:
    """West, south, east, north of points; those that lie nowhere are left out."""
    points = np.ma.masked_invalid(np.array(lonlat))
    low, high = (np.ma.filled(end, np.nan) for end in (points.min(axis=1), points.max(axis=1)))
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def steps_at(raster: Raster, columns: Ints, rows: Ints) -> Floats:
    """What a step on the grid is on the ground, at cells.

    Parameters
    ----------
    raster : Raster
    columns, rows : array of int, shape (n,)

    Returns
    -------
    array of float, shape (n, 2, 2)
        Metres east and north of a step of one column, and of one row.
    """
    left, top = columns.astype(np.float64), rows.astype(np.float64)
    corners = [
        np.column_stack(raster.lonlat(left + across, top + down))
        for across, down in ((0, 0), (1, 0), (0, 1))
    ]
    middle = (corners[0][:, 1] + corners[2][:, 1]) / 2
    here, column, row = (local_metres(corner, middle) for corner in corners)
    return np.stack([column - here, row - here], axis=1)


def cell_steps(raster: Raster, rows: slice) -> tuple[Floats, Floats]:
    """What a step on the grid is on the ground, row by row, in the middle column.

    Returns
    -------
    array of float, shape (rows, 2, 2)
        Metres east and north of a step of one column, and of one row.
    array of float, shape (rows,)
        Square metres of a cell.
    """
    top = np.arange(rows.start, rows.stop)
    left = np.full_like(top, raster.shape[1] // 2)
    corners = [
        np.column_stack(raster.lonlat(left + across, top + down))
        for across, down in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    ]
    cells = shapely.polygons(np.stack([*corners, corners[0]], axis=1))
    return steps_at(raster, left, top), areas_m2(np.asarray(cells))
