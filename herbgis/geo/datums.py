"""Datums of China: their ellipsoids, their names, and the codes of their systems, each told once.

Sources
-------
The EPSG registry (epsg.org), by the codes given.
"""

from __future__ import annotations

from dataclasses import dataclass

#: GRS80: semi-major axis in metres and flattening (EPSG:7019). CGCS2000's ellipsoid has the same
#: (EPSG:1024), so that GRS80 stands for both.
SEMI_MAJOR_M = 6378137.0
FLATTENING = 1 / 298.257222101

#: Degrees on CGCS2000, degrees on WGS84, and the plane of web maps.
CGCS2000_EPSG, WGS84_EPSG, WEB_MERCATOR_EPSG = 4490, 4326, 3857
WGS84, WEB_MERCATOR = f"EPSG:{WGS84_EPSG}", f"EPSG:{WEB_MERCATOR_EPSG}"


@dataclass(frozen=True, slots=True)
class OldDatum:
    """A datum from before CGCS2000, to which only a place's own parameters lead.

    Attributes
    ----------
    name : str
        EPSG's.
    key : str
        In a policy's file.
    mark : str
        Two digits by which surveyors name it.
    degrees_epsg : int
        Its system of longitudes and latitudes.
    semi_major_m : float
        Of its ellipsoid, which tells the datum where a system has a name of its own.
    """

    name: str
    key: str
    mark: str
    degrees_epsg: int
    semi_major_m: float


#: On Krasovsky 1940 (EPSG:7024).
BEIJING_1954 = OldDatum("Beijing 1954", "beijing_1954", "54", 4214, 6378245.0)
#: On IAG 1975 (EPSG:7049).
XIAN_1980 = OldDatum("Xian 1980", "xian_1980", "80", 4610, 6378140.0)
OLD_DATUMS = (BEIJING_1954, XIAN_1980)
