"""Counties and units (villages, catchments) that no site goes beyond."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.geo.geodesy import Ints
from herbgis.geo.rasters import Raster
from herbgis.planning.land.footprints import Footprints, polygons_of
from herbgis.planning.land.windows import Window


@dataclass(frozen=True, eq=False)
class Zones:
    """Counties and units on a grid, and what they are called.

    Attributes
    ----------
    counties, units : Footprints or None
    county, township : tuple of str
        Names by position in `counties` and `units`.
    """

    counties: Footprints | None
    units: Footprints | None
    county: tuple[str, ...]
    township: tuple[str | None, ...]

    @classmethod
    def of(
        cls, grid: Raster, counties: gpd.GeoDataFrame | None, units: gpd.GeoDataFrame | None
    ) -> Zones:
        """Zones from a column ``county``, and one ``township`` where units have it."""
        made: list[Footprints | None] = []
        names: list[tuple[str | None, ...]] = []
        for frame, column, what in ((counties, "county", "县界"), (units, "township", "单元")):
            if frame is None:
                made.append(None)
                names.append(())
                continue
            polygons = polygons_of(frame, what)
            known = ~shapely.is_missing(polygons)
            told = frame[column] if column in frame else pd.Series([None] * len(frame))
            made.append(Footprints.of(polygons[known], grid))
            names.append(tuple(t if isinstance(t, str) else None for t in told[known]))
        return cls(made[0], made[1], tuple(str(n) for n in names[0]), names[1])

    def numbers(self, window: Window) -> tuple[Ints, Ints]:
        """County and unit of each cell; -1 where none, 0 where there are no counties."""
        size = tuple(part.stop - part.start for part in window)
        county = self.counties.numbers(*window) if self.counties else np.zeros(size, np.int32)
        unit = self.units.numbers(*window) if self.units else np.full(size, -1, np.int32)
        return county.astype(np.intp), unit.astype(np.intp)
