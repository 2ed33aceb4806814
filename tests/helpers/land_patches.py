"""Made-up land surveys and bases: patches that share their edges, and outlines that cross them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

WEST, SOUTH = 108.0, 27.5
#: Side of a patch in degrees, about 130 m.
SIDE = 0.0013
_PARTS = 4
#: Points of an outline are no farther apart, about 30 m, as surveyors walk.
_POINTS_DEG = 0.0003


def patches(side: int, rng: np.random.Generator) -> npt.NDArray[np.object_]:
    """A square of side × side patches without gaps, neighbours sharing every vertex."""
    node = np.stack(np.meshgrid(*[np.arange(side + 1.0)] * 2, indexing="ij"), axis=-1)
    node += rng.uniform(-0.25, 0.25, node.shape)
    along = np.linspace(0, 1, _PARTS + 1)[:-1, None]
    east = node[:-1, :, None] * (1 - along) + node[1:, :, None] * along
    north = node[:, :-1, None] * (1 - along) + node[:, 1:, None] * along
    for line in (east, north):
        line[:, :, 1:] += rng.uniform(-0.05, 0.05, line[:, :, 1:].shape)
    i, j = np.divmod(np.arange(side * side), side)
    back_west = np.concatenate([node[i + 1, j + 1][:, None], east[i, j + 1][:, :0:-1]], axis=1)
    down_south = np.concatenate([node[i, j + 1][:, None], north[i, j][:, :0:-1]], axis=1)
    ring = np.concatenate([east[i, j], north[i + 1, j], back_west, down_south], axis=1)
    return np.asarray(shapely.polygons(ring * SIDE + [WEST, SOUTH]), dtype=object)


def outlines(
    count: int, side: int, rng: np.random.Generator, *, vertices: int = 40
) -> npt.NDArray[np.object_]:
    """Bases of some hundred 亩 with uneven outlines, over and around the patches."""
    angle = np.sort(rng.uniform(0, 2 * np.pi, (count, vertices)), axis=1)
    reach = rng.uniform(0.0015, 0.004, (count, 1)) * rng.uniform(0.6, 1.1, (count, vertices))
    middle = rng.uniform(0, side * SIDE, (count, 2)) + [WEST, SOUTH]
    lonlat = np.stack(
        [middle[:, :1] + reach * np.cos(angle), middle[:, 1:] + reach * np.sin(angle)], axis=-1
    )
    return np.asarray(shapely.segmentize(shapely.polygons(lonlat), _POINTS_DEG), dtype=object)
