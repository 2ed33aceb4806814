"""Land rated for varieties, window by window over a DEM's own grid."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from herbgis.geo.geodesy import Flags, Floats
from herbgis.geo.gradients import rises_on, slopes
from herbgis.geo.raster_steps import strip_steps
from herbgis.geo.rasters import Raster, sample
from herbgis.planning.land.footprints import Footprints
from herbgis.planning.land.siting import Range, Rule, SitingRules
from herbgis.planning.land.suitability import Singles, aspect_class, cover_classes, suitability
from herbgis.planning.land.windows import Window

Bytes: TypeAlias = npt.NDArray[np.uint8]
#: A factor, and what tells rules for it apart.
_Key: TypeAlias = tuple[str, object]

#: What limits a cell beside the factors.
MASKED, FORBIDDEN, UNKNOWN = "masked", "forbidden", "unknown"
#: Nothing limits.
UNLIMITED = ""
#: Scores are kept as hundredths in a byte: an eighth of the memory of a float, and no decision
#: about land is finer.
HUNDREDTHS = 100
#: Cells that are rated at once, whose numbers take a hundred times the memory of a score; and rows,
#: as a file is read by blocks of rows.
_CELLS_AT_ONCE, _LEAST_ROWS = 2**16, 64
#: Factors that the DEM itself gives; all others need a raster of their own.
OF_DEM = ("elevation_m", "slope_deg", "aspect")
#: Factors whose rasters hold codes of classes, which have no mean between two cells.
_BY_CLASS = ("land_cover",)


def _corners_or_table(rule: Rule) -> object:
    """What tells rules for one factor apart."""
    return rule.corners if isinstance(rule, Range) else id(rule.by_class)


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
    forbidden : mapping of str to Footprints
        Where rules of controls forbid a way of growing, by the way's name.
    ways : tuple of tuple of str
        By variety: ways in which it may be grown, of those that are forbidden somewhere.
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
    forbidden: Mapping[str, Footprints]
    ways: tuple[tuple[str, ...], ...]
    mask_classes: tuple[tuple[Raster, tuple[float, ...]], ...]
    window: Window
    metres: Floats
    cell_m2: Floats
    caveats: tuple[str, ...]

    @property
    def limits(self) -> tuple[str, ...]:
        """Names of what can limit a cell: the factors in order, and what else does."""
        factors = (factor.name for factor in self.rules.factors)
        return (*factors, MASKED, FORBIDDEN, UNKNOWN, UNLIMITED)

    @property
    def least(self) -> int:
        """The least score that is suitable, in hundredths."""
        return round(self.rules.least * HUNDREDTHS)

    def grown_by(self, way: str) -> list[int]:
        """Positions of the varieties that may be grown in a way."""
        return [number for number, ways in enumerate(self.ways) if way in ways]

    def rate(self, rows: slice, columns: slice, *, spare_bases: bool = True) -> Rating:
        """Rate a window; every cell gets the same scores in whatever window it lies.

        Parameters
        ----------
        rows, columns : slice
            Within the DEM.
        spare_bases : bool
            Whether land of existing bases is left out.
        """
        shape = rows.stop - rows.start, columns.stop - columns.start
        of_varieties = len(self.varieties), *shape
        whole = Rating(
            np.empty(of_varieties, dtype=np.uint8),
            np.empty(of_varieties, dtype=np.uint8),
            np.empty(shape),
            np.empty(shape, dtype=bool),
        )
        height = max(_LEAST_ROWS, _CELLS_AT_ONCE // max(shape[1], 1))
        for top in range(rows.start, rows.stop, height):
            band = slice(top, min(top + height, rows.stop))
            here = slice(band.start - rows.start, band.stop - rows.start)
            part = self._rated(band, columns, spare_bases=spare_bases)
            whole.scores[:, here], whole.limiting[:, here] = part.scores, part.limiting
            whole.elevation_m[here], whole.within[here] = part.elevation_m, part.within
        return whole

    def _rated(self, rows: slice, columns: slice, *, spare_bases: bool) -> Rating:
        """A window rated at once."""
        elevation, east, north = self._surface(rows, columns)
        slope = np.degrees(np.arctan(np.sqrt(east * east + north * north)))
        values: dict[str, npt.NDArray[Any]] = {
            "elevation_m": elevation.astype(np.float32),
            "slope_deg": slope.astype(np.float32),
            "aspect": aspect_class(east, north, slope < self.rules.flat_deg),
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
        for way, polygons in self.forbidden.items():
            place = polygons.holding(rows, columns) & ~masked & within
            for variety in self.grown_by(way):
                scores[variety, place] = 0
                limiting[variety, place] = names.index(FORBIDDEN)
        return Rating(scores, limiting, elevation, within)

    def _surface(self, rows: slice, columns: slice) -> tuple[Floats, Floats, Floats]:
        """Elevation, and its rise eastwards and northwards in metres a metre."""
        around = slice(rows.start - 1, rows.stop + 1), slice(columns.start - 1, columns.stop + 1)
        elevation = self.dem.read(*around)
        across, up = (rise[1:-1, 1:-1] for rise in slopes(elevation, 1.0))
        east, north = np.empty_like(across), np.empty_like(across)
        for part, steps in self._steps(rows, columns):
            here = np.s_[:, part]
            east[here], north[here] = rises_on(across[here], -up[here], steps[:, None])
        return np.ascontiguousarray(elevation[1:-1, 1:-1]), east, north

    def _steps(self, rows: slice, columns: slice) -> Iterator[tuple[slice, Floats]]:
        """Parts of a window's columns, and what a step on the grid is there, row by row.

        Of degrees all cells of a row are alike; a projected grid turns against north.
        """
        grid = self.dem.transform
        if self.dem.crs.is_geographic and not grid.b and not grid.d:
            yield slice(None), self.metres[rows]
            return
        steps, strips = strip_steps(self.dem, rows, columns)
        for number in range(steps.shape[1]):
            first, beyond = np.searchsorted(strips, [number, number + 1]).tolist()
            yield slice(first, beyond), steps[:, number]

    def _sampled(self, raster: Raster, rows: slice, columns: slice, *, nearest: bool) -> Floats:
        """Another raster at the middles of a window's cells."""
        row, column = np.mgrid[rows, columns] + 0.5
        lon, lat = self.dem.lonlat(column.ravel(), row.ravel())
        return sample(raster, lon, lat, nearest=nearest).reshape(row.shape)

    def _cover_class(self, codes: Floats) -> npt.NDArray[np.intp]:
        """Position of each code's class among the classes of land cover; -1 where unknown."""
        known = np.array(sorted(self.rules.land_cover.codes), dtype=float)
        classes = cover_classes(self.rules)
        place = np.array([classes.index(self.rules.land_cover.codes[int(code)]) for code in known])
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

    @functools.cached_property
    def _asked(self) -> tuple[dict[_Key, tuple[int, Rule]], ...]:
        """What each variety asks of factors that are known: the factor's position, and the rule."""
        known = {*OF_DEM, *self.factors}
        factors = [factor.key for factor in self.rules.factors]
        return tuple(
            {
                (key, _corners_or_table(rules[key])): (position, rules[key])
                for position, key in enumerate(factors)
                if key in known and key in rules
            }
            for rules in map(self.rules.of, self.varieties)
        )

    @functools.cached_property
    def alike(self) -> tuple[int, ...]:
        """By variety, the position of the first that is rated as it is."""
        told = [(*asked, *ways) for asked, ways in zip(self._asked, self.ways, strict=True)]
        return tuple(map(told.index, told))

    def _scored(
        self, values: Mapping[str, npt.NDArray[Any]], unknown: Flags
    ) -> tuple[Bytes, Bytes]:
        """Liebig's minimum over the factors, and the first factor that has it, by variety."""
        scores = np.empty((len(self.varieties), *unknown.shape), dtype=np.uint8)
        limiting = np.empty_like(scores)
        known: dict[_Key, Singles] = {}
        for number, (first, asked) in enumerate(zip(self.alike, self._asked, strict=True)):
            if first < number:
                scores[number], limiting[number] = scores[first], limiting[first]
                continue
            least = np.where(unknown, np.float32(np.nan), np.float32(1))
            by = limiting[number]
            by[:] = self.limits.index(UNLIMITED)
            for key, (position, rule) in asked.items():
                # Varieties share ranges and patterns; each is looked at once a window.
                if key not in known:
                    known[key] = suitability(values[key[0]], rule, self.rules)
                np.copyto(by, np.uint8(position), where=known[key] < least)
                np.minimum(least, known[key], out=least)
            nowhere = np.isnan(least)
            np.copyto(by, np.uint8(self.limits.index(UNKNOWN)), where=nowhere)
            least *= HUNDREDTHS
            least += np.float32(0.5)
            np.copyto(least, np.float32(0), where=nowhere)
            scores[number] = least
        return scores, limiting
