"""Stories: systems that would explain coordinates which say nothing, or something wrong, of theirs.

A story is a guess, told with its name; who tries it looks whether it brings the coordinates to
where they may lie.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

from herbgis.foundation.language import tr
from herbgis.geo.china import CHINA, EASTINGS_M, NORTHINGS_M, extents
from herbgis.geo.datums import CGCS2000_EPSG, SEMI_MAJOR_M, WEB_MERCATOR_EPSG
from herbgis.geo.systems import Geometries, to_cgcs2000
from herbgis.geo.zones import GaussKruger, gauss_kruger_of


@dataclass(frozen=True, slots=True)
class Story:
    """A system that would explain coordinates."""

    epsg: int
    swapped: bool = False

    @property
    def title(self) -> str:
        """The system in words, for a message."""
        name = f"EPSG:{self.epsg}"
        return tr("{name}, 两轴对调", name=name) if self.swapped else name

    def place(self, geometries: Geometries) -> Geometries:
        """Geometries read in this system, as longitude and latitude on CGCS2000."""
        if self.swapped:
            geometries = shapely.transform(geometries, lambda xy: xy[:, ::-1])
        return to_cgcs2000(geometries, pyproj.CRS.from_epsg(self.epsg))


def stories(geometries: Geometries) -> Iterator[Story]:
    """Systems of use in China that the geometries' coordinates could be in, likeliest first.

    Eastings without a zone number in front fit every zone and are left to the counties. What
    speaks for the layer is the middle one of its records, which no odd one can be far from.
    """
    bounds = extents(geometries)
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return
    # Halved before they are added, so that the largest numbers do not overflow.
    centres = bounds[:, :2] / 2 + bounds[:, 2:] / 2
    x, y = np.quantile(centres, 0.5, axis=0, method="lower").tolist()
    for a, b, swapped in ((x, y, False), (y, x, True)):
        west, south, east, north = CHINA
        if west <= a <= east and south <= b <= north:
            yield Story(CGCS2000_EPSG, swapped)
    for a, b, swapped in ((x, y, False), (y, x, True)):
        epsg = _prefixed_gauss_kruger(a, b)
        if epsg:
            yield Story(epsg, swapped)
    if _is_web_mercator(x, y):
        yield Story(WEB_MERCATOR_EPSG)


def other_form(crs: pyproj.CRS) -> Iterator[Story]:
    """A Gauss-Krüger system with the zone number in front where it has none, or the reverse."""
    system = gauss_kruger_of(crs.to_epsg() or 0)
    if system is not None and system.datum == "CGCS2000":
        yield Story(system.other_form.epsg)


def _prefixed_gauss_kruger(easting: float, northing: float) -> int | None:
    zone, offset = divmod(easting, 1e6)
    low, high = EASTINGS_M
    if not (low <= offset <= high and NORTHINGS_M[0] <= northing <= NORTHINGS_M[1]):
        return None
    try:
        return GaussKruger(int(zone), prefixed=True).epsg
    except ValueError:
        return None


def _is_web_mercator(x: float, y: float) -> bool:
    west, south, east, north = CHINA
    with np.errstate(over="ignore"):
        lat = np.degrees(2 * np.arctan(np.exp(y / SEMI_MAJOR_M)) - np.pi / 2)
    return bool(west <= np.degrees(x / SEMI_MAJOR_M) <= east and south <= lat <= north)
