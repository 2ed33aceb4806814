"""Where map services show a true position: what herbgis only ever undoes."""

from __future__ import annotations

from herbgis.geo.geodesy import Floats
from herbgis.geo.offsets import gcj02_offset, gcj02_to_bd09


def cgcs2000_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """A true position in GCJ-02 (Amap, Tencent); CGCS2000 taken as WGS84."""
    east, north = gcj02_offset(lon, lat)
    return lon + east, lat + north


def cgcs2000_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """A true position in BD-09 (Baidu): GCJ-02 with Baidu's own offset on top."""
    return gcj02_to_bd09(*cgcs2000_to_gcj02(lon, lat))
