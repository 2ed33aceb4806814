"""Rings of polygons as flat arrays of metres, to be looked at all at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from herbgis.geo.geodesy import Ints, radii_m

#: Metres as float32, which tells a tenth of a millimetre in a kilometre.
Singles = npt.NDArray[np.float32]


def rings_of(geometry: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.object_], Ints]:
    """Rings that have vertices, and the position of the geometry that each belongs to.

    A polygon of one ring stands for its ring: making one costs more than all that is asked of it.
    """
    rings, owner, _ = rings_and_holes(geometry)
    return rings, owner


def rings_and_holes(
    geometry: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.object_], Ints, npt.NDArray[np.bool_]]:
    """`rings_of`, and which of them are holes."""
    polygonal = shapely.get_type_id(geometry) == shapely.GeometryType.POLYGON
    plain = polygonal & (shapely.get_num_interior_rings(geometry) == 0)
    plain &= ~shapely.is_empty(geometry)
    if plain.all():
        return geometry, np.arange(len(geometry)), np.zeros(len(geometry), dtype=bool)
    others = np.flatnonzero(~plain)
    parts, owner = shapely.get_parts(geometry[others], return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    hole = np.r_[False, part[1:] == part[:-1]][: len(rings)]
    drawn = ~shapely.is_empty(rings)
    return (
        np.concatenate([geometry[plain], rings[drawn]]),
        np.concatenate([np.flatnonzero(plain), others[owner[part[drawn]]]]),
        np.concatenate([np.zeros(np.count_nonzero(plain), dtype=bool), hole[drawn]]),
    )


def vertex_counts(rings: npt.NDArray[np.object_]) -> Ints:
    """Vertices of each ring, the closing one among them."""
    return np.asarray(shapely.get_num_coordinates(rings), dtype=np.int64)


@dataclass(frozen=True)
class FlatRings:
    """Closed rings, one behind the other, each on a plane of its own.

    Attributes
    ----------
    x, y : array of float32, shape (v,)
        Metres east and north of the middle of each ring; the first vertex is repeated as the last.
    starts : array of int, shape (r + 1,)
        Where each ring begins, and where the last ends.
    """

    x: Singles
    y: Singles
    starts: Ints

    @classmethod
    def of(cls, rings: npt.NDArray[np.object_]) -> FlatRings:
        """Rings in longitude and latitude, none of them without vertices."""
        count = vertex_counts(rings)
        lonlat = shapely.get_coordinates(rings)
        west, south, east, north = shapely.bounds(rings).T
        middle = np.radians((south + north) / 2)
        meridian, prime_vertical = radii_m(middle)
        axes = (
            ((west + east) / 2, np.radians(prime_vertical * np.cos(middle))),
            ((south + north) / 2, np.radians(meridian)),
        )
        x, y = (
            ((lonlat[:, axis] - np.repeat(origin, count)) * np.repeat(scale, count)).astype(
                np.float32
            )
            for axis, (origin, scale) in enumerate(axes)
        )
        return cls(x, y, np.r_[0, np.cumsum(count)])

    def closing(self) -> Ints:
        """Positions of the vertices that repeat the first of their ring."""
        return self.starts[1:] - 1

    def steps(self) -> tuple[Singles, Singles, Singles, Singles]:
        """From the vertex before to each, and from each to the next: east, north, east, north.

        What stands at closing vertices means nothing.
        """
        east, north = self._ahead(self.x), self._ahead(self.y)
        return self._behind(east), self._behind(north), east, north

    @staticmethod
    def _ahead(values: Singles) -> Singles:
        steps = np.empty_like(values)
        np.subtract(values[1:], values[:-1], out=steps[:-1])
        steps[-1:] = 0
        return steps

    def _behind(self, ahead: Singles) -> Singles:
        before = np.empty_like(ahead)
        before[1:] = ahead[:-1]
        before[self.starts[:-1]] = ahead[self.closing() - 1]
        return before
