"""Elevation on a grid of Web Mercator, for the map, and grey pictures of it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
import shapely
from pyproj.enums import WktVersion
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning
from rasterio.features import geometry_mask
from rasterio.io import MemoryFile
from rasterio.warp import reproject

from herbgis.foundation.input_errors import RasterError
from herbgis.foundation.language import listed, tr
from herbgis.geo.datums import SEMI_MAJOR_M, WEB_MERCATOR
from herbgis.geo.geodesy import Flags, Floats, radii_m
from herbgis.geo.raster_files import opened
from herbgis.geo.rasters import Bounds, Raster, cell_side_m, moved, open_raster, points_over
from herbgis.geo.zones import SevenParameters

#: What a raster may cost: memory while it is warped, and how many of its cells are looked at (a
#: minute's work).
_WARP_MB = 64
_STRIP_CELLS = 2**23
_MOST_CELLS = 10**10
#: Cells around a strip that smoothing reaches into.
_AROUND = 8
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
    caveats : tuple of str
        Why what rests on it serves for demonstration only; empty where it need not.
    """

    metres: Floats
    bounds: Bounds
    cell_m: Floats
    source_cell_m: float
    caveats: tuple[str, ...] = ()


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
        raise RasterError(tr("没有给出高程数据 (DEM) 的路径。"))
    grid = _Grid.over(bounds, pixels)
    tiles = [_Tile.of(each, bounds, datum_parameters or {}) for each in paths]
    within = [tile for tile in tiles if tile.cells]
    if not within:
        names = listed(paths[:_NAMED]) + (tr(" 等") if len(paths) > _NAMED else "")
        lows, highs = np.hsplit(np.array([tile.raster.bounds for tile in tiles]), 2)
        around = (*lows.min(axis=0).tolist(), *highs.max(axis=0).tolist())
        msg = tr(
            "{names} 与地图不相交: 高程数据在 {around}, 地图在 {bounds}。"
            "请换用盖住地图的高程数据。",
            names=names,
            around=_said(around),
            bounds=_said(bounds),
        )
        raise RasterError(msg)
    metres = np.full(grid.shape, np.nan)
    for tile in within:
        metres = np.where(np.isnan(metres), tile.warped(grid), metres)
    caveats = dict.fromkeys(reason for tile in within for reason in tile.raster.caveats)
    finest = min(tile.cell_m for tile in within)
    return Elevation(metres, bounds, grid.cell_m, finest, tuple(caveats))


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
    """A raster, and the part of it that lies within bounds.

    Attributes
    ----------
    cells : float
        How many of its cells lie within; none where it lies elsewhere.
    cell_m : float
        Side of a cell in the middle of that part, on the ground.
    """

    raster: Raster
    cells: float
    cell_m: float

    @classmethod
    def of(cls, path: Path, bounds: Bounds, parameters: Mapping[str, SevenParameters]) -> _Tile:
        """Look at a raster without reading its cells."""
        raster = open_raster(path, elevation=True, datum_parameters=parameters)
        size = np.array([[raster.shape[1]], [raster.shape[0]]])
        at = np.array(raster.cells(*points_over(bounds)))
        at = np.clip(at[:, np.isfinite(at).all(axis=0)], 0, size)
        spans = np.ptp(at, axis=1) if at.size else np.zeros(2)
        column, row = np.median(at, axis=1) if at.size else np.zeros(2)
        return cls(raster, float(np.prod(spans)), cell_side_m(raster, column, row))

    def warped(self, grid: _Grid) -> Floats:
        """The raster's heights on a grid; NaN where it knows none."""
        level, factor = self._overview(float(np.median(grid.cell_m)) / self.cell_m)
        cells = self.cells / factor**2
        if cells > _MOST_CELLS:
            msg = tr(
                "{path} 在地图范围内有 {cells:.1e} 个格网, 读不过来。请先用 rio overview {path} "
                "--build auto --resampling average 建金字塔。",
                path=self.raster.path,
                cells=self.cells,
            )
            raise RasterError(msg)
        finer = factor * self.cell_m < float(np.median(grid.cell_m))
        resampling = Resampling.average if finer else Resampling.cubic_spline
        source = self.raster.for_picture(level, factor)
        metres = np.full(grid.shape, np.nan)
        strips = np.array_split(
            np.arange(grid.shape[0]), int(np.ceil(max(cells / _STRIP_CELLS, 1)))
        )
        for rows in (strip for strip in strips if len(strip)):
            _warp_strip(source, grid, metres, slice(int(rows[0]), int(rows[-1]) + 1), resampling)
        return metres

    def _overview(self, wanted: float) -> tuple[int | None, int]:
        """The coarsest overview that is no coarser than wanted, and by what it is coarser."""
        with opened(self.raster.path) as raster:
            factors = raster.overviews(1)
        fitting = [(factor, level) for level, factor in enumerate(factors) if factor <= wanted]
        factor, level = max(fitting, default=(1, None))
        return level, factor


def _warp_strip(
    source: Raster, grid: _Grid, metres: Floats, rows: slice, resampling: Resampling
) -> None:
    """Fill some rows of a grid with what a raster knows of them, read with all around it."""
    columns = grid.shape[1]
    edges = moved(grid.transform, np.array(points_over((0, rows.start, columns, rows.stop))))
    across, down = source.cells(*_from_web_mercator(edges))
    if not (np.isfinite(across).any() and np.isfinite(down).any()):
        return
    near = _reach(across, source.shape[1]), _reach(down, source.shape[0])
    if any(part.start >= part.stop for part in near):
        return
    known = source.read(near[1], near[0])
    left, top = near[0].start, near[1].start
    # GDAL takes a bound system in its own dialect only.
    dialect = WktVersion.WKT1_GDAL if source.crs.is_bound else WktVersion.WKT2_2019
    reproject(
        known,
        metres[rows],
        src_transform=_starting_at(source.transform, left, top),
        src_crs=rasterio.CRS.from_wkt(source.crs.to_wkt(dialect)),
        src_nodata=np.nan if np.isnan(known).any() else None,  # looked for by GDAL cell by cell
        dst_crs=WEB_MERCATOR,
        dst_transform=_starting_at(grid.transform, 0, rows.start),
        dst_nodata=np.nan,
        resampling=resampling,
        warp_mem_limit=_WARP_MB,
    )


def _starting_at(transform: Any, column: int, row: int) -> Any:
    """The transformation of the part of a grid that begins at a cell."""
    (x,), (y,) = moved(transform, np.array([[column], [row]], dtype=np.float64)).tolist()
    return rasterio.Affine(transform.a, transform.b, x, transform.d, transform.e, y)


def _reach(places: Floats, size: int) -> slice:
    """Cells of a side of a raster that places need, with those around them."""
    low, high = np.nanmin(places), np.nanmax(places)
    margin = _AROUND + 0.02 * (high - low)
    return slice(max(int(low - margin), 0), min(int(high + margin) + 1, size))


def _from_web_mercator(xy: Floats) -> Floats:
    """Longitudes and latitudes of places on the plane of EPSG:3857, shape (2, n)."""
    x, y = xy / SEMI_MAJOR_M
    return np.asarray(np.degrees([x, np.arcsin(np.tanh(y))]), dtype=np.float64)


def _web_mercator(lonlat: Floats) -> Floats:
    """Longitudes and latitudes, shape (2, n), on the plane of EPSG:3857."""
    lon, lat = np.radians(lonlat)
    return SEMI_MAJOR_M * np.array([lon, np.arctanh(np.sin(lat))])


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
