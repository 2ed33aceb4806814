"""Contiguous blocks (连片): parts of a base that lie near to each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from herbgis.geo.geodesy import Floats, Ints, areas_m2, local_metres
from herbgis.geo.systems import Geometries

#: The length of a degree of longitude changes over a base by less than this factor.
_A_LITTLE_MORE = 1.01


def contiguous_blocks(
    geometry: Geometries, distance_m: float
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Largest contiguous block of each polygon's parts, and the number of blocks.

    Parameters
    ----------
    geometry : array of polygons, shape (n,)
        Longitude and latitude on CGCS2000; None is allowed.
    distance_m : float
        Parts this near to each other belong to one block.

    Returns
    -------
    array of float, array of int
        Square metres of the largest block, and blocks; 0 and 0 for None.
    """
    # What is one part is one block.
    whole = shapely.get_type_id(geometry) == shapely.GeometryType.POLYGON
    largest = np.zeros(len(geometry))
    largest[whole] = areas_m2(geometry[whole])
    blocks = (largest > 0).astype(np.int64)
    several = np.flatnonzero(~whole & ~shapely.is_missing(geometry))
    parts, owner = shapely.get_parts(geometry[several], return_index=True)
    area = areas_m2(parts)
    parts, owner, area = parts[area > 0], owner[area > 0], area[area > 0]
    block = connected(parts, owner, distance_m)
    block_area = np.bincount(block, weights=area, minlength=len(parts))
    of_several = np.zeros(len(several))
    np.maximum.at(of_several, owner, block_area[block])
    largest[several] = of_several
    blocks[several] = np.bincount(owner[np.unique(block)], minlength=len(several))
    return largest, blocks


def connected(parts: Geometries, owner: Ints, distance_m: float) -> Ints:
    """For each part the lowest part that it hangs together with, within its owner."""
    left, right = near_pairs(parts, owner, distance_m)
    # Each part takes the lowest number among those that it is near to, until none changes.
    label = np.arange(len(parts))
    while True:
        lower = label.copy()
        np.minimum.at(lower, left, label[right])
        np.minimum.at(lower, right, label[left])
        lower = lower[lower]
        if np.array_equal(lower, label):
            return label
        label = lower


def near_pairs(shapes: Geometries, owner: Ints, distance_m: float) -> tuple[Ints, Ints]:
    """Pairs of shapes of one owner that lie near to each other, by their positions.

    Shapes are held against each other on a plane of their owner's own.

    Parameters
    ----------
    shapes : array of polygons, shape (n,)
        Longitude and latitude on CGCS2000.
    owner : array of int, shape (n,)
    distance_m : float
        As near as this is near.

    Returns
    -------
    array of int, array of int
        The earlier and the later of each pair.
    """
    west, south, east, north = shapely.bounds(shapes).T
    count = np.maximum(np.bincount(owner), 1)
    middle = np.bincount(owner, (south + north) / 2, len(count)) / count
    metres = local_metres(np.ones((len(count), 2)), middle)[owner]
    reach = distance_m / metres.T * _A_LITTLE_MORE
    # Shapes whose boxes, grown by the distance, meet. A tree looks at the bounds of what it is
    # asked for and at nothing else, so each box is given by its diagonal: a line of two points is
    # made sooner than a polygon of five.
    diagonals = np.stack(
        [west - reach[0], south - reach[1], east + reach[0], north + reach[1]], axis=1
    )
    left, right = shapely.STRtree(shapes).query(shapely.linestrings(diagonals.reshape(-1, 2, 2)))
    pair = (owner[left] == owner[right]) & (left < right)
    asked, place = np.unique(np.concatenate([left[pair], right[pair]]), return_inverse=True)
    left, right = np.split(place, 2)
    scale = np.repeat(metres[asked], shapely.get_num_coordinates(shapes[asked]), axis=0)
    plane = np.asarray(shapely.transform(shapes[asked], lambda lonlat: lonlat * scale))
    near = shapely.dwithin(plane[left], plane[right], distance_m)
    return asked[left[near]], asked[right[near]]
