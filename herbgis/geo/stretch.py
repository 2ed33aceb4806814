"""By how much planes stretch areas on the ellipsoid, at a place."""

from __future__ import annotations

import numpy as np

from herbgis.geo.datums import FLATTENING, SEMI_MAJOR_M
from herbgis.geo.geodesy import Floats, radii_m

_E2 = FLATTENING * (2 - FLATTENING)
_SECOND_E2 = _E2 / (1 - _E2)


def stretch_of_web_mercator(lat: Floats) -> Floats:
    """Area on the plane of EPSG:3857 as a multiple of the area on CGCS2000's ellipsoid.

    EPSG:3857 takes ellipsoidal latitudes for those of a sphere of radius a: a step north becomes
    a/(M·cos B) times as long, one east a/(N·cos B) (EPSG Guidance Note 7-2, method 1024).

    Parameters
    ----------
    lat : array of float
        Degrees.
    """
    radians = np.radians(lat)
    meridian, prime_vertical = radii_m(radians)
    return np.asarray((SEMI_MAJOR_M / np.cos(radians)) ** 2 / (meridian * prime_vertical))


def stretch_of_gauss_kruger(lon: Floats, lat: Floats, meridian: Floats) -> Floats:
    """Area on a Gauss-Krüger plane as a multiple of the area on CGCS2000's ellipsoid.

    The square of the point scale with k₀ = 1 (Snyder 1987, Map Projections, eq. 8-11); within 1e-7
    up to 6 degrees from the central meridian.

    Parameters
    ----------
    lon, lat, meridian : array of float
        Degrees.
    """
    radians = np.radians(lat)
    cosine = np.cos(radians)
    t, c = np.tan(radians) ** 2, _SECOND_E2 * cosine**2
    a2 = (cosine * np.radians(lon - meridian)) ** 2
    fourth = 5 - 4 * t + 42 * c + 13 * c**2 - 28 * _SECOND_E2
    sixth = 61 - 148 * t + 16 * t**2
    scale = 1 + (1 + c) * a2 / 2 + fourth * a2**2 / 24 + sixth * a2**3 / 720
    return np.asarray(scale**2)
