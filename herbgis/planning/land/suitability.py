"""rate_land: how well land suits each variety, window by window over a DEM's own grid."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from herbgis.foundation.errors import CrsError, RasterError, UnknownNameError
from herbgis.geo.geodesy import Flags, Floats
from herbgis.geo.gradients import slopes_on
from herbgis.geo.raster_steps import cell_steps
from herbgis.geo.rasters import Raster, open_raster, sample
from herbgis.geo.systems import Geometries, to_cgcs2000
from herbgis.geo.zones import SevenParameters
from herbgis.measuring.areas import land as land_of
from herbgis.planning.land.footprints import Footprints
from herbgis.planning.land.siting import (
    ASPECTS,
    Pattern,
    Range,
    Rule,
    SitingRules,
)

Singles: TypeAlias = npt.NDArray[np.float32]
Bytes: TypeAlias = npt.NDArray[np.uint8]
Window: TypeAlias = tuple[slice, slice]
#: Told the steps done and all there are.
Tick: TypeAlias = Callable[[int, int], None]

#: What limits a cell beside the factors.
MASKED, UNKNOWN = "masked", "unknown"
#: Nothing limits.
UNLIMITED = ""
#: Scores are kept as hundredths in a byte: an eighth of the memory, and no decision is finer.
HUNDREDTHS = 100
#: Factors that the DEM itself gives, and that are sampled by class.
_OF_DEM = ("elevation_m", "slope_deg", "aspect")
_BY_CLASS = ("land_cover",)
_FLAT = len(ASPECTS)
_BASES = "现有基地"


@dataclass(frozen=True, eq=False)
class Rating:
    """Scores of a window.

    Attributes
    ----------
    scores : array of uint8, shape (varieties, rows, columns)
        Hundredths; 0 where masked or unknown.
    limiting : array of uint8, shape (varieties, rows, columns)
        Position in `Land.limits`.
    elevation_m : array of float, shape (rows, columns)
        NaN where unknown.
    within : array of bool, shape (rows, columns)
        Cells of the region.
    """

    scores: Bytes
    limiting: Bytes
    elevation_m: Floats
    within: Flags


@dataclass(frozen=True, eq=False)
class Land:
    """Rasters and polygons by which land is rated; nothing is read until a window is asked for.

    Attributes
    ----------
    dem : Raster
    rules : SitingRules
    varieties : tuple of str
    factors : mapping of str to Raster
        By factor key; those of the DEM are not among them.
    region, masks, bases : Footprints or None
        What is looked at, what must be left out, and bases that stand.
    mask_classes : tuple of (Raster, tuple of float)
        Classes of rasters that must be left out.
    window : tuple of slice
        Rows and columns of the DEM that are looked at.
    metres : array of float, shape (rows of the DEM, 2, 2)
        East and north of a step of one column, and of one row.
    cell_m2 : array of float, shape (rows of the DEM,)
    caveats : tuple of str
        Chinese reasons why what rests on it is not the last word.
    """

    dem: Raster
    rules: SitingRules
    varieties: tuple[str, ...]
    factors: Mapping[str, Raster]
    region: Footprints | None
    masks: Footprints | None
    bases: Footprints | None
    mask_classes: tuple[tuple[Raster, tuple[float, ...]], ...]
    window: Window
    metres: Floats
    cell_m2: Floats
    caveats: tuple[str, ...]

    @property
    def limits(self) -> tuple[str, ...]:
        """Names of what can limit a cell: the factors in order, masked, unknown, nothing."""
        return (*(factor.name for factor in self.rules.factors), MASKED, UNKNOWN, UNLIMITED)

    @property
    def least(self) -> int:
        """The least score that is suitable, in hundredths."""
        return round(self.rules.least * HUNDREDTHS)

    def rate(self, rows: slice, columns: slice, *, spare_bases: bool = True) -> Rating:
        """Rate a window; every cell gets the same scores in whatever window it lies.

        Parameters
        ----------
        rows, columns : slice
            Within the DEM.
        spare_bases : bool
            Whether land of existing bases is left out.
        """
        elevation, east, north = self._surface(rows, columns)
        slope = np.degrees(np.arctan(np.sqrt(east * east + north * north)))
        values: dict[str, npt.NDArray[Any]] = {
            "elevation_m": elevation.astype(np.float32),
            "slope_deg": slope.astype(np.float32),
            "aspect": _aspect_class(east, north, slope < self.rules.flat_deg),
        }
        for key, raster in self.factors.items():
            sampled = self._sampled(raster, rows, columns, nearest=key in _BY_CLASS)
            by_class = key in _BY_CLASS
            values[key] = self._cover_class(sampled) if by_class else sampled.astype(np.float32)
        within = self._within(rows, columns)
        masked = self._masked(rows, columns, spare_bases=spare_bases)
        steep = slope >= self.rules.steepest_deg
        scores, limiting = self._scored(values, np.isnan(slope))
        names = self.limits
        for place, name in ((steep, "slope"), (masked | ~within, MASKED)):
            scores[:, place] = 0
            limiting[:, place] = names.index(name)
        return Rating(scores, limiting, elevation, within)

    def windows(self, block: int) -> Iterator[Window]:
        """The window that is looked at, cut into blocks of so many rows and columns."""
        rows, columns = self.window
        for top in range(rows.start, rows.stop, block):
            for left in range(columns.start, columns.stop, block):
                yield (
                    slice(top, min(top + block, rows.stop)),
                    slice(left, min(left + block, columns.stop)),
                )

    def _surface(self, rows: slice, columns: slice) -> tuple[Floats, Floats, Floats]:
        """Elevation, and its rise eastwards and northwards in metres a metre."""
        around = slice(rows.start - 1, rows.stop + 1), slice(columns.start - 1, columns.stop + 1)
        elevation = self.dem.read(*around)
        steps = self.metres[rows]
        east, north = slopes_on(elevation, np.concatenate([steps[:1], steps, steps[-1:]]))
        return (
            np.ascontiguousarray(elevation[1:-1, 1:-1]),
            east[1:-1, 1:-1],
            north[1:-1, 1:-1],
        )

    def _sampled(self, raster: Raster, rows: slice, columns: slice, *, nearest: bool) -> Floats:
        """Another raster at the middles of a window's cells."""
        row, column = np.mgrid[rows, columns] + 0.5
        lon, lat = self.dem.lonlat(column.ravel(), row.ravel())
        return sample(raster, lon, lat, nearest=nearest).reshape(row.shape)

    def _cover_class(self, codes: Floats) -> npt.NDArray[np.intp]:
        """Position of each code's class among the classes of land cover; -1 where unknown."""
        known = np.array(sorted(self.rules.land_cover), dtype=float)
        classes = cover_classes(self.rules)
        place = np.array([classes.index(self.rules.land_cover[int(code)]) for code in known])
        at = np.clip(np.searchsorted(known, codes), 0, len(known) - 1)
        return np.where(known[at] == codes, place[at], -1)

    def _within(self, rows: slice, columns: slice) -> Flags:
        if self.region is None:
            return np.ones((rows.stop - rows.start, columns.stop - columns.start), dtype=bool)
        return self.region.holding(rows, columns)

    def _masked(self, rows: slice, columns: slice, *, spare_bases: bool) -> Flags:
        masked = np.zeros((rows.stop - rows.start, columns.stop - columns.start), dtype=bool)
        for polygons in (self.masks, self.bases if spare_bases else None):
            if polygons is not None:
                masked |= polygons.holding(rows, columns)
        for raster, classes in self.mask_classes:
            masked |= np.isin(self._sampled(raster, rows, columns, nearest=True), classes)
        return masked

    def _scored(
        self, values: Mapping[str, npt.NDArray[Any]], unknown: Flags
    ) -> tuple[Bytes, Bytes]:
        """Liebig's minimum over the factors, and the first factor that has it, by variety."""
        scores = np.empty((len(self.varieties), *unknown.shape), dtype=np.uint8)
        limiting = np.empty_like(scores)
        known: dict[tuple[str, object], Singles] = {}
        for number, variety in enumerate(self.varieties):
            least = np.where(unknown, np.float32(np.nan), np.float32(1))
            by = np.full(unknown.shape, self.limits.index(UNLIMITED), dtype=np.uint8)
            for position, factor in enumerate(self.rules.factors):
                rule = self.rules.of(variety).get(factor.key)
                if rule is None or factor.key not in values:
                    continue
                # Varieties share ranges and patterns; each is looked at once a window.
                key = (factor.key, rule.corners if isinstance(rule, Range) else id(rule.by_class))
                if key not in known:
                    known[key] = suitability(values[factor.key], rule, self.rules)
                lower = known[key] < least
                by[lower] = position
                np.minimum(least, known[key], out=least)
            nowhere = np.isnan(least)
            by[nowhere] = self.limits.index(UNKNOWN)
            scores[number] = np.where(nowhere, 0, least * HUNDREDTHS + np.float32(0.5))
            limiting[number] = by
        return scores, limiting


def open_land(
    dem: str | Path,
    rules: SitingRules,
    *,
    varieties: Sequence[str],
    factors: Mapping[str, str | Path] | None = None,
    masks: Mapping[str, gpd.GeoDataFrame | tuple[str | Path, Sequence[float]]] | None = None,
    bases: gpd.GeoDataFrame | None = None,
    region: gpd.GeoDataFrame | None = None,
    datum_parameters: Mapping[str, SevenParameters] | None = None,
) -> Land:
    """Rasters and polygons by which land is rated, looked at without reading their cells.

    Parameters
    ----------
    dem : str or Path
        Elevation in metres, in any coordinate system; its grid is the grid of all results.
    rules : SitingRules
    varieties : sequence of str
        Canonical names.
    factors : mapping of str to path, optional
        Rasters by factor key (``mat_c``, ``rain_mm``, ``ph``, ``land_cover``), on their own grids.
    masks : mapping of str to GeoDataFrame or (path, classes), optional
        Land that must be left out, by title (永久基本农田, 生态保护红线, …): polygons, or a raster
        and its classes.
    bases : GeoDataFrame, optional
        Bases that stand.
    region : GeoDataFrame, optional
        What is looked at; the whole DEM by default.
    datum_parameters : mapping of str to SevenParameters, optional
        By old datum, as `Policy` has them.

    Raises
    ------
    InputNotFoundError, CrsError, RasterError
        A raster is missing, cannot be used or lies elsewhere; or polygons have no coordinate
        system.
    UnknownNameError
        A variety that has no rules, or a factor that there is not.
    """
    grid = open_raster(dem, datum_parameters=datum_parameters, elevation=True)
    for variety in varieties:
        rules.of(variety)
    others = [f.key for f in rules.factors if f.key not in _OF_DEM]
    for key in factors or {}:
        if key not in others:
            raise UnknownNameError("选址因子", key, others)
    opened = {
        key: open_raster((factors or {})[key], datum_parameters=datum_parameters)
        for key in others
        if key in (factors or {})
    }
    shapes, classes = [], []
    for title, mask in (masks or {}).items():
        if isinstance(mask, tuple):
            raster = open_raster(mask[0], datum_parameters=datum_parameters)
            classes.append((raster, tuple(map(float, mask[1]))))
        else:
            shapes.append(polygons_of(mask, title))
    looked_at = _footprints([polygons_of(region, "范围")] if region is not None else [], grid)
    metres, cell_m2 = cell_steps(grid, slice(0, grid.shape[0]))
    _check_meeting(grid, looked_at, [*opened.values(), *(raster for raster, _ in classes)])
    rasters = [grid, *opened.values(), *(raster for raster, _ in classes)]
    absent = [title for title in rules.masks if title not in (masks or {})]
    return Land(
        dem=grid,
        rules=rules,
        varieties=tuple(varieties),
        factors=opened,
        region=looked_at,
        masks=_footprints(shapes, grid),
        bases=_footprints([polygons_of(bases, _BASES)] if bases is not None else [], grid),
        mask_classes=tuple(classes),
        window=_window(looked_at, grid),
        metres=metres,
        cell_m2=cell_m2,
        caveats=(
            *dict.fromkeys(reason for raster in rasters for reason in raster.caveats),
            *rules.caveats(varieties, (*_OF_DEM, *opened)),
            *([f"没有给出{'、'.join(absent)}的范围, 未扣除"] if absent else []),
        ),
    )


def suitability(value: npt.NDArray[Any], rule: Rule, rules: SitingRules) -> Singles:
    """How well values of one factor suit, 0 to 1.

    Parameters
    ----------
    value : array
        Of a `Range`: values, NaN where unknown. Of a `Pattern`: positions of classes, in
        `ASPECTS` (and one more for flat land, where every aspect suits) or in the order of
        `cover_classes`; -1 where unknown.
    rule : Range or Pattern
    rules : SitingRules

    Returns
    -------
    array of float32
        NaN where unknown.
    """
    if isinstance(rule, Pattern):
        aspect = set(ASPECTS) <= set(rule.by_class)
        names = ASPECTS if aspect else cover_classes(rules)
        flat = [1.0] if aspect else []
        table = np.array([*(rule.by_class[n] for n in names), *flat, np.nan], np.float32)
        return np.asarray(table[value])
    a, b, c, d = rule.corners
    result = np.ones_like(value, dtype=np.float32)
    result[np.isnan(value)] = np.nan
    for low, high, sign in ((a, b, 1), (-d, -c, -1)):
        if np.isfinite(high):
            np.minimum(result, _rise(sign * value, low, high), out=result)
    return np.clip(result, 0, 1, out=result)


def cover_classes(rules: SitingRules) -> tuple[str, ...]:
    """The classes of land cover in the order of their codes, each once."""
    return tuple(dict.fromkeys(rules.land_cover[code] for code in sorted(rules.land_cover)))


def _rise(value: Singles, low: float, high: float) -> Singles:
    """From 0 at `low` to 1 at `high` and on; a step where they are one, which is suitable."""
    if low == high:
        return np.where(value >= np.float32(high), np.float32(1), np.float32(0))
    return (value - np.float32(low)) * np.float32(1 / (high - low))


def _aspect_class(east: Floats, north: Floats, flat: Flags) -> npt.NDArray[np.intp]:
    """Position in `ASPECTS` of the direction in which a surface falls; flat; -1 where unknown."""
    half = np.tan(np.pi / 8)
    eastern, northern = east <= 0, north <= 0
    wide, high = np.abs(east), np.abs(north)
    sector = np.where(eastern, np.where(northern, 1, 3), np.where(northern, 7, 5))
    sector[wide <= half * high] = np.where(northern, 0, 4)[wide <= half * high]
    sector[high < half * wide] = np.where(eastern, 2, 6)[high < half * wide]
    sector[flat] = _FLAT
    sector[np.isnan(east)] = -1
    return sector


def polygons_of(frame: gpd.GeoDataFrame, what: str) -> Geometries:
    """The land of a frame in any system, valid, on CGCS2000."""
    if frame.crs is None:
        msg = f"{what}没有坐标系。请先 set_crs(…), 例如 EPSG:4490 或 EPSG:4524。"
        raise CrsError(msg)
    return land_of(to_cgcs2000(np.asarray(frame.geometry.array, dtype=object), frame.crs))


def _check_meeting(grid: Raster, region: Footprints | None, others: Sequence[Raster]) -> None:
    """Raise RasterError where the DEM lies beyond the region, or a raster beyond the DEM."""
    places = [("范围", tuple(shapely.total_bounds(region.lonlat)))] if region else []
    for what, bounds in [*places, *((other.path.name, other.bounds) for other in others)]:
        (west, south, east, north), (w, s, e, n) = grid.bounds, bounds
        if not (w < east and e > west and s < north and n > south):
            msg = (
                f"{what}与高程数据 {grid.path.name} 不相交: "
                f"前者在 {w:.2f}–{e:.2f}°E, {s:.2f}–{n:.2f}°N, "
                f"后者在 {west:.2f}–{east:.2f}°E, {south:.2f}–{north:.2f}°N。"
            )
            raise RasterError(msg)


def _footprints(shapes: Sequence[Geometries], grid: Raster) -> Footprints | None:
    return Footprints.of(np.concatenate(shapes), grid) if shapes else None


def _window(region: Footprints | None, grid: Raster) -> Window:
    """Rows and columns of a grid that a region touches."""
    if region is None:
        return slice(0, grid.shape[0]), slice(0, grid.shape[1])
    west, north, east, south = np.nan_to_num(shapely.total_bounds(region.cells))
    ends = []
    for low, high, size in ((north, south, grid.shape[0]), (west, east, grid.shape[1])):
        first, last = np.clip([np.floor(low), np.ceil(high)], 0, size)
        ends.append(slice(int(first), int(max(first, last))))
    return ends[0], ends[1]
