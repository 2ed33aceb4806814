"""measure_terrain: how high, steep and wide the ground of each base is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from exactextract import exact_extract
from exactextract.feature import FeatureSource, JSONFeature
from exactextract.raster import NumPyRasterSource

from herbgis.foundation.errors import CrsError, RasterError
from herbgis.foundation.units import round_mu, to_mu
from herbgis.geo.geodesy import Floats, Ints, areas_m2
from herbgis.geo.gradients import rises_on, slopes
from herbgis.geo.rasters import Raster, open_raster, sample, steps_at
from herbgis.geo.systems import Geometries, to_cgcs2000
from herbgis.measuring.areas import land
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy

FOR_SHOW = "仅供演示"
#: Steeper than this no base is to be founded: 《水土保持法》第二十条.
STEEP_DEG = 25.0
#: Cells along the side of the tiles that are read at once; cells of bases that are kept at once.
_TILE = 1024
_MOST_CELLS = 2**21
#: Columns over which a grid keeps its direction: it turns by less than half a degree in as many of
#: the 1 km cells of a map of China, and not at all among degrees.
_STRIP = 128
#: Ground whose mean gradient is below this faces nowhere.
_LEVEL = 1e-6
#: A share this near to 1 is all: cells and polygons are not measured the same way.
_ALL = 0.9995
_COLUMNS = (
    *("elevation_m", "elevation_min_m", "elevation_max_m", "elevation_std_m"),
    *("slope_deg", "aspect_deg", "steep_share", "surface_mu", "dem_share"),
)
NOTE = "terrain_note"


def measure_terrain(
    bases: gpd.GeoDataFrame,
    dem: str | Path | Sequence[str | Path],
    *,
    policy: Policy | None = None,
) -> gpd.GeoDataFrame:
    """Measure the ground of each base on a DEM.

    A cell counts by the share of it that the base covers, as exactextract finds it (D. Baston,
    exactextract, github.com/isciences/exactextract). Slopes are Horn's, see
    `gradients.slopes`. The surface is the base's ellipsoidal area times the mean of
    √(1 + p² + q²) over its cells, p and q being the rise eastwards and northwards: the area of a
    surface z(x, y) is the integral of that root.

    Parameters
    ----------
    bases : GeoDataFrame
        Polygons in any coordinate system.
    dem : path, or sequence of paths
        Elevation in metres, in any system and resolution; where several know a place, the first
        counts.
    policy : Policy, optional
        For its ``datum_parameters``.

    Returns
    -------
    GeoDataFrame
        The frame with ``elevation_m`` (mean), ``elevation_min_m``, ``elevation_max_m``,
        ``elevation_std_m``; ``slope_deg`` (mean), ``aspect_deg`` (of the mean gradient, downhill,
        clockwise from north; missing where that is level), ``steep_share`` (steeper than 25°),
        ``surface_mu`` (亩); ``dem_share``, for how much of the base the DEM knows heights, on
        which all else rests; and ``terrain_note``, what is to be said of them: partly covered, or
        serving for demonstration only.

    Raises
    ------
    CrsError
        The frame states no system, or the DEM none that leads to CGCS2000.
    InputNotFoundError, RasterError
        As `rasters.open_raster`.
    """
    if bases.crs is None:
        msg = "measure_terrain: 表没有坐标系。请先 set_crs, 如 bases.set_crs(4490)。"
        raise CrsError(msg)
    paths = [dem] if isinstance(dem, str | Path) else list(dem)
    if not paths:
        msg = "没有给出高程数据 (DEM) 的路径。"
        raise RasterError(msg)
    parameters = (policy or load_policy()).datum_parameters
    rasters = [open_raster(p, elevation=True, datum_parameters=parameters) for p in paths]
    shapes = _polygons(to_cgcs2000(np.asarray(bases.geometry.array, dtype=object), bases.crs))
    sums = _Sums.none(len(bases))
    for number, raster in enumerate(rasters):
        beside = [other for other in rasters if other is not raster and _one_grid(raster, other)]
        for tile in _tiles(raster, shapes, rasters[:number], beside):
            sums.add(tile)
    measured = sums.measured(areas_m2(shapes))
    notes = _notes(measured["dem_share"], [c for raster in rasters for c in raster.caveats])
    return bases.assign(
        **{name: measured[name].to_numpy() for name in _COLUMNS},
        **{NOTE: pd.Series(notes, index=bases.index, dtype="str")},
    )


def _polygons(geometries: Geometries) -> Geometries:
    """The land of geometries, without the lines and points that it may be mixed with."""
    shapes = land(geometries)
    mixed = np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION)
    shapes[mixed] = shapely.buffer(shapes[mixed], 0.0)
    return shapes


def _one_grid(raster: Raster, other: Raster) -> bool:
    """Whether two rasters are parts of one grid: where these meet, slopes go on."""
    steps = np.array([[t.a, t.b, t.d, t.e] for t in (raster.transform, other.transform)])
    apart = np.abs(steps[1] - steps[0]).max()
    return bool(apart < 1e-6 * np.abs(steps).max()) and raster.crs == other.crs


@dataclass(frozen=True, eq=False)
class _Cells:
    """Cells of bases: whose, how much of each, and what is known of it.

    Attributes
    ----------
    base : array of int, shape (cells,)
    coverage : array of float, shape (cells,)
    m2, elevation, east, north : array of float, shape (cells,)
        Of the cell, its height, and its rise eastwards and northwards; known heights only.
    """

    base: Ints
    coverage: Floats
    m2: Floats
    elevation: Floats
    east: Floats
    north: Floats


def _tiles(
    raster: Raster, shapes: Geometries, before: Sequence[Raster], beside: Sequence[Raster]
) -> Iterator[_Cells]:
    """The bases' cells, tile by tile of a raster."""
    there = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))

    def placed(lonlat: Floats) -> Floats:
        columns, rows = raster.cells(lonlat[:, 0], lonlat[:, 1])
        return np.column_stack([columns, -rows])

    cells = np.asarray(shapely.transform(shapes[there], placed), dtype=object)
    sound = np.isfinite(shapely.bounds(cells)).all(axis=1)
    there, cells = there[sound], cells[sound]
    tree = shapely.STRtree(cells)
    height, width = raster.shape
    for top in range(0, height, _TILE):
        for left in range(0, width, _TILE):
            bottom, right = min(top + _TILE, height), min(left + _TILE, width)
            near = np.sort(tree.query(shapely.box(left, -bottom, right, -top)))
            for few in _groups(cells, near):
                west, low, east, high = shapely.total_bounds(cells[few])
                rows = slice(max(top, int(-high)), min(bottom, int(np.ceil(-low))))
                columns = slice(max(left, int(west)), min(right, int(np.ceil(east))))
                if rows.start < rows.stop and columns.start < columns.stop:
                    window = rows, columns
                    yield _cells_of(raster, cells[few], there[few], window, before, beside)


def _groups(cells: Geometries, near: Ints) -> list[Ints]:
    """Bases of a tile, as many at once as their cells may be kept; one at least."""
    if not len(near):
        return []
    west, low, east, high = shapely.bounds(cells[near]).T
    most = np.minimum(east - west + 1, _TILE) * np.minimum(high - low + 1, _TILE)
    group = np.cumsum(most) // _MOST_CELLS
    return np.split(near, np.flatnonzero(np.diff(group)) + 1)


def _cells_of(
    raster: Raster,
    cells: Geometries,
    base: Ints,
    window: tuple[slice, slice],
    before: Sequence[Raster],
    beside: Sequence[Raster],
) -> _Cells:
    """What is known of the bases' cells within a window."""
    rows, columns = window
    owner, place, coverage = _covered(cells, rows, columns)
    row, column = np.divmod(place, columns.stop - columns.start)
    elevation = raster.read(*(slice(s.start - 1, s.stop + 1) for s in window))
    heights = elevation[1:-1, 1:-1].ravel()[place]
    known = np.isfinite(heights)
    if before:
        lonlat = raster.lonlat(column + columns.start + 0.5, row + rows.start + 0.5)
        for other in before:
            known &= np.isnan(sample(other, *lonlat, nearest=True))
    whole = _filled(elevation, raster, window, beside)
    across, up = (rise[1:-1, 1:-1].ravel()[place[known]] for rise in slopes(whole, 1.0))
    steps = _steps(raster, rows, columns)
    strip = (column + columns.start) // _STRIP - columns.start // _STRIP
    here = row[known], strip[known]
    return _Cells(
        base[owner[known]],
        coverage[known],
        np.abs(np.linalg.det(steps))[here],
        heights[known],
        *rises_on(across, -up, steps[here]),
    )


def _filled(
    elevation: Floats, raster: Raster, window: tuple[slice, slice], beside: Sequence[Raster]
) -> Floats:
    """Heights of a window and around it, with what other parts of the grid know."""
    row, column = np.nonzero(np.isnan(elevation))
    if not beside or not len(row):
        return elevation
    rows, columns = window
    lonlat = raster.lonlat(column + columns.start - 0.5, row + rows.start - 0.5)
    filled = elevation.copy()
    for other in reversed(beside):
        told = sample(other, *lonlat)
        filled[row, column] = np.where(np.isnan(told), filled[row, column], told)
    return filled


def _steps(raster: Raster, rows: slice, columns: slice) -> Floats:
    """Steps on the grid, shape (rows, strips, 2, 2), in the middle of each strip of columns."""
    first, last = columns.start // _STRIP, (columns.stop - 1) // _STRIP
    row, strip = np.mgrid[rows, first : last + 1]
    steps = steps_at(raster, strip.ravel() * _STRIP + _STRIP // 2, row.ravel())
    return steps.reshape(*row.shape, 2, 2)


def _covered(cells: Geometries, rows: slice, columns: slice) -> tuple[Ints, Ints, Floats]:
    """Position of the base and of the cell within the window, and the share of it covered."""
    size = (rows.stop - rows.start, columns.stop - columns.start)
    blank = NumPyRasterSource(
        np.broadcast_to(np.zeros(1, dtype=np.int8), size),
        xmin=columns.start,
        xmax=columns.stop,
        ymin=-rows.stop,
        ymax=-rows.start,
    )
    found = exact_extract(
        blank,
        _Polygons(cells),
        ["cell_id", "coverage"],
        include_cols=[_Polygon.NUMBER],
        output="pandas",
    )
    counts = found["cell_id"].map(len).to_numpy(dtype=np.intp)
    if not counts.sum():
        nothing = np.empty(0, dtype=np.intp)
        return nothing, nothing, np.empty(0)
    return (
        np.repeat(found[_Polygon.NUMBER].to_numpy(dtype=np.intp), counts),
        np.concatenate(found["cell_id"].to_list()).astype(np.intp),
        np.concatenate(found["coverage"].to_list()).astype(np.float64),
    )


class _Polygons(FeatureSource):  # type: ignore[misc]
    """Polygons on a grid for exactextract, as WKB: GeoJSON would take half of the time."""

    def __init__(self, cells: Geometries) -> None:
        super().__init__()
        self._wkb = shapely.to_wkb(cells).tolist()

    def count(self) -> int:
        return len(self._wkb)

    def __iter__(self) -> Iterator[JSONFeature]:
        return (_Polygon(number, wkb) for number, wkb in enumerate(self._wkb))

    def srs_wkt(self) -> None:
        return None


class _Polygon(JSONFeature):  # type: ignore[misc]
    """A polygon with its number."""

    NUMBER = "number"

    def __init__(self, number: int, wkb: bytes) -> None:
        super().__init__({"type": "Feature", "properties": {self.NUMBER: number}})
        self._wkb = wkb

    def geometry(self) -> bytes:
        return self._wkb


@dataclass(eq=False)
class _Sums:
    """Sums over the cells of each base; heights are summed from a height of the base's own."""

    reference: Floats
    least: Floats
    most: Floats
    known: Floats
    known_m2: Floats
    height: Floats
    height2: Floats
    sloping: Floats
    slope: Floats
    steep: Floats
    surface: Floats
    east: Floats
    north: Floats

    @classmethod
    def none(cls, count: int) -> _Sums:
        nothing = np.zeros(count)
        ends = np.full(count, np.nan), np.full(count, np.inf), np.full(count, -np.inf)
        return cls(*ends, *(nothing.copy() for _ in range(10)))

    def add(self, cells: _Cells) -> None:
        """Count the cells of a tile."""
        base, share, count = cells.base, cells.coverage, len(self.known)
        first = np.full(count, np.nan)
        first[base[::-1]] = cells.elevation[::-1]
        self.reference = np.where(np.isnan(self.reference), first, self.reference)
        np.minimum.at(self.least, base, cells.elevation)
        np.maximum.at(self.most, base, cells.elevation)
        above = cells.elevation - self.reference[base]
        rise = np.hypot(cells.east, cells.north)
        sloping = np.where(np.isnan(rise), 0.0, share)
        rise = np.where(np.isnan(rise), 0.0, rise)
        slope = np.degrees(np.arctan(rise))
        for name, values in (
            ("known", share),
            ("known_m2", share * cells.m2),
            ("height", share * above),
            ("height2", share * above**2),
            ("sloping", sloping),
            ("slope", sloping * slope),
            ("steep", sloping * (slope > STEEP_DEG)),
            ("surface", sloping * np.sqrt(1 + rise**2)),
            ("east", np.where(sloping > 0, share * cells.east, 0.0)),
            ("north", np.where(sloping > 0, share * cells.north, 0.0)),
        ):
            getattr(self, name)[:] += np.bincount(base, values, count)

    def measured(self, m2: Floats) -> pd.DataFrame:
        """The terrain of bases of some square metres; missing where nothing is known."""
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = self.height / self.known
            spread = np.sqrt(np.maximum(self.height2 / self.known - mean**2, 0.0))
            east, north = self.east / self.sloping, self.north / self.sloping
            downhill = np.degrees(np.arctan2(-east, -north)) % 360
            share = np.where(m2 > 0, self.known_m2 / m2, np.nan)
            surface = to_mu(m2) * self.surface / self.sloping
        known = self.known > 0
        faces = known & (np.hypot(east, north) > _LEVEL)
        table = {
            "elevation_m": self.reference + mean,
            "elevation_min_m": np.where(known, self.least, np.nan),
            "elevation_max_m": np.where(known, self.most, np.nan),
            "elevation_std_m": spread,
            "slope_deg": self.slope / np.where(self.sloping > 0, self.sloping, np.nan),
            "aspect_deg": np.where(faces, downhill, np.nan),
            "steep_share": self.steep / np.where(self.sloping > 0, self.sloping, np.nan),
            "surface_mu": round_mu(surface),
            "dem_share": np.where(share >= _ALL, 1.0, share),
        }
        return pd.DataFrame(table)


def _notes(shares: pd.Series, caveats: Sequence[str]) -> list[str]:
    """What is to be said of each base's terrain."""
    show = f"{FOR_SHOW}: {'; '.join(dict.fromkeys(caveats))}" if caveats else ""
    notes = []
    for share in shares:
        said = [show] if show and share > 0 else []
        if share == 0:
            said.append("高程数据没有盖到")
        elif share < 1:
            said.append(f"高程数据只盖住 {min(share, 0.999):.1%}")
        notes.append("; ".join(said))
    return notes
