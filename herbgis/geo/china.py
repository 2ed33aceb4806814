"""Where China lies, in degrees and in the metres of its Gauss-Krüger zones."""

from __future__ import annotations

import numpy as np
import shapely

from herbgis.geo.geodesy import Flags, Floats
from herbgis.geo.systems import Geometries

#: Longitudes and latitudes that hold all of China (自然资源部: 73°33′–135°05′E, 3°51′–53°33′N):
#: west, south, east, north.
CHINA = (73.0, 3.0, 136.0, 54.0)
#: Northings of China; and those that no easting can be, with a zone number in front or without:
#: these leave out the sea south of 9°N.
NORTHINGS_M = (300_000.0, 6_100_000.0)
SURE_NORTHINGS_M = (1_000_000.0, 10_000_000.0)
#: Eastings in a zone of 6 degrees and around it, without the zone number in front.
EASTINGS_M = (100_000.0, 900_000.0)
#: 亩 of the largest county of China (若羌县, 202,298 km²): no base is larger.
LARGEST_COUNTY_MU = 3.04e8


def lies_in_china(geometries: Geometries) -> Flags:
    """Whether each geometry lies within the span of China's longitudes and latitudes.

    Parameters
    ----------
    geometries : array of geometries, shape (n,)
        Longitude and latitude; what is no number, or has no vertex, lies nowhere.
    """
    west, south, east, north = CHINA
    bounds = extents(geometries)
    with np.errstate(invalid="ignore"):
        inside = (bounds[:, :2] >= (west, south)).all(axis=1)
        return np.asarray(inside & (bounds[:, 2:] <= (east, north)).all(axis=1))


def has_extent(geometries: Geometries) -> Flags:
    """Whether each geometry has vertices, and all of them are numbers."""
    return np.asarray(np.isfinite(extents(geometries)).all(axis=1))


def extents(geometries: Geometries) -> Floats:
    """Bounds over every vertex, of holes too; NaN where one is no number, or there is none.

    Returns
    -------
    array of float, shape (n, 4)
        West, south, east, north.
    """
    xy, owner = shapely.get_coordinates(geometries, return_index=True)
    extents = np.full((len(geometries), 4), np.nan)
    present, first = np.unique(owner, return_index=True)
    if len(first):
        extents[present, :2] = np.minimum.reduceat(xy, first)
        extents[present, 2:] = np.maximum.reduceat(xy, first)
    return extents
