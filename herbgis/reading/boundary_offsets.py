"""Whether boundaries are displaced as those of map services are, told by the lines that we ship."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from herbgis.geo.geodesy import CGCS2000, Floats
from herbgis.geo.offsets import OFFSETS

#: Vertices this near to a line of ours, about 5 m, are of its edition: editions of other origins
#: stand 172 m apart in the median, and GCJ-02 displaces by 560 m here (data/counties/SOURCE.md).
_NEAR_DEG = 5e-5
#: Vertices looked at of each county.
_MOST_VERTICES = 400
_FEWEST_VERTICES = 60
#: Shares of vertices near our lines: undone, they are nearly all of our edition and as given
#: nearly none, and chance makes no such thing; or some are, and somebody has to look.
_SURE, _NONE, _PERHAPS = 0.5, 0.05, 0.15


@dataclass(frozen=True, slots=True)
class Displacement:
    """An offset that boundaries seem to have.

    Attributes
    ----------
    offset : str
        Its name among `OFFSETS`.
    share : float
        Of the vertices, how many meet our lines once it is undone.
    sure : bool
        Whether nothing else explains this.
    """

    offset: str
    share: float
    sure: bool


def find_displacement(counties: gpd.GeoDataFrame, ours: gpd.GeoDataFrame) -> Displacement | None:
    """The offset under which boundaries meet ours and without which they do not; None without one.

    Parameters
    ----------
    counties, ours : GeoDataFrame
        As `read_counties` gives them; those that share a code are held against each other.
    """
    lines = dict(zip(ours["county_code"], ours.geometry.boundary, strict=True))
    pairs = [
        (_vertices(shape), lines[code])
        for code, shape in zip(counties["county_code"], counties.geometry, strict=True)
        if code in lines and shape is not None
    ]
    if sum(len(xy) for xy, _ in pairs) < _FEWEST_VERTICES:
        return None
    as_given = _share_near(pairs)
    shares = {
        name: _share_near([(np.column_stack(undo(*xy.T)), line) for xy, line in pairs])
        for name, undo in OFFSETS.items()
    }
    name = max(shares, key=lambda key: shares[key])
    if as_given > _NONE or shares[name] < _PERHAPS:
        return None
    return Displacement(name, shares[name], sure=shares[name] >= _SURE)


def undone(counties: gpd.GeoDataFrame, offset: str) -> gpd.GeoDataFrame:
    """Boundaries with an offset taken off."""
    undo = OFFSETS[offset]
    shapes = shapely.transform(counties.geometry.array, lambda xy: np.column_stack(undo(*xy.T)))
    return counties.set_geometry(gpd.GeoSeries(shapes, index=counties.index, crs=CGCS2000))


def _vertices(shape: shapely.Geometry) -> Floats:
    """Some of a boundary's vertices, evenly along it."""
    xy = shapely.get_coordinates(shape)
    return np.asarray(xy[:: max(len(xy) // _MOST_VERTICES, 1)])


def _share_near(pairs: list[tuple[Floats, shapely.Geometry]]) -> float:
    """How many of all vertices stand near the line of their county."""
    near = total = 0
    for xy, line in pairs:
        shapely.prepare(line)
        near += int(shapely.dwithin(line, shapely.points(xy), _NEAR_DEG).sum())
        total += len(xy)
    return near / total
