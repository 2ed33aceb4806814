"""measure_terrain: how high, steep and wide the ground of each base is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.foundation import resources
from herbgis.foundation.input_errors import RasterError
from herbgis.foundation.language import tr
from herbgis.foundation.units import round_mu, to_mu
from herbgis.geo.geodesy import Flags, Floats, areas_m2
from herbgis.geo.land import land
from herbgis.geo.rasters import Raster, open_raster
from herbgis.geo.systems import Geometries
from herbgis.measuring.ground_cells import Cells, cells_of_bases
from herbgis.reading.understanding.survey import shapes_of
from herbgis.terms.carried import policy_for
from herbgis.terms.policy import Policy

FOR_SHOW = "仅供演示"
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

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> ground = hg.measure_terrain(bases, hg.sample_paths().dem).iloc[0]
    >>> round(ground["elevation_m"]), round(ground["steep_share"]), float(ground["surface_mu"])
    (809, 0, 254.31)
    >>> ground["terrain_note"]
    '仅供演示: tongren_synthetic.tif 是合成数据'
    """
    paths = [dem] if isinstance(dem, str | Path) else list(dem)
    if not paths:
        msg = tr("没有给出高程数据 (DEM) 的路径。")
        raise RasterError(msg)
    policy = policy or policy_for(bases)
    shapes = _polygons(shapes_of(bases, "measure_terrain", policy=policy))
    parameters = policy.datum_parameters
    rasters = [open_raster(p, elevation=True, datum_parameters=parameters) for p in paths]
    sums = _Sums.none(len(bases))
    told = np.zeros((len(bases), len(rasters)), dtype=bool)
    for cells in cells_of_bases(rasters, shapes):
        sums.add(cells)
        told[cells.base, cells.raster] = True
    measured = sums.measured(areas_m2(shapes))
    notes = _notes(measured["dem_share"], told, rasters)
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

    def add(self, cells: Cells) -> None:
        """Count the cells of a tile."""
        steepest = resources.read_toml("facts/siting.toml")["limits"]["steepest_deg"]
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
            ("steep", sloping * (slope > steepest)),
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


def _notes(shares: pd.Series, told: Flags, rasters: Sequence[Raster]) -> list[str]:
    """What is to be said of each base's terrain: of the rasters that tell it, and of their share.

    Parameters
    ----------
    shares : Series
    told : array of bool, shape (bases, rasters)
    rasters : sequence of Raster
    """
    of_rasters: dict[tuple[int, ...], list[str]] = {}
    notes = []
    for share, tells in zip(shares, told, strict=True):
        number = tuple(np.flatnonzero(tells).tolist())
        if number not in of_rasters:
            of_rasters[number] = _of_rasters([rasters[each] for each in number])
        said = [*of_rasters[number]]
        if share == 0:
            said.append(tr("高程数据没有盖到"))
        elif share < 1:
            said.append(tr("高程数据只盖住 {share:.1%}", share=min(share, 0.999)))
        notes.append("; ".join(said))
    return notes


def _of_rasters(rasters: Sequence[Raster]) -> list[str]:
    """What is to be said of ground that rasters tell."""
    caveats = dict.fromkeys(reason for raster in rasters for reason in raster.caveats)
    show = [f"{tr(FOR_SHOW)}: {'; '.join(caveats)}"] if caveats else []
    return [*show, *dict.fromkeys(line for raster in rasters for line in raster.numbers.said)]
