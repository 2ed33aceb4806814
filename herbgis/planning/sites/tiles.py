"""Tiles of a DEM's grid, and the ground of a tile split into pieces."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from herbgis.foundation.units import MU_M2
from herbgis.geo.geodesy import Flags, Floats, Ints
from herbgis.geo.rasters import Raster
from herbgis.planning.land.rating import Land
from herbgis.planning.land.windows import Window
from herbgis.planning.sites.partition import split_land
from herbgis.planning.sites.shapes import SiteShape

#: A tile is about so many sites of the largest aim wide and high. A DEM is too large to be split
#: at once, so it is split tile by tile. Tiles are counted from the DEM's first cell, wherever the
#: region lies that is looked at, and no site reaches from one tile into another: so the sites of
#: one place are the same, whichever part of the DEM is asked for.
_SITES_A_TILE = 12
#: Where cells are finer than this, sites are put together from square blocks of cells of about
#: this side, and a block is taken only if all of its cells are suitable. Nobody draws the border
#: of a site more finely in the field, and a DEM of 5 m has 25 times fewer blocks than cells.
_BLOCK_M = 25.0


def tile_side(shape: SiteShape, grid: Raster) -> int:
    """Rows and columns of a tile."""
    side_m = float(np.sqrt(max(shape.aims_mu) * MU_M2)) * _SITES_A_TILE
    block = block_side(grid)
    return max(1, round(side_m / grid.cell_m / block)) * block


def block_side(grid: Raster) -> int:
    """Cells along the side of the blocks that sites are made of: 1 unless cells are small."""
    return max(1, round(_BLOCK_M / grid.cell_m))


def tiles_of(land: Land, side: int) -> list[Window]:
    """Tiles of the DEM's whole grid that what is looked at reaches into."""
    rows, columns = (
        [
            slice(start, min(start + side, size))
            for start in range(part.start // side * side, part.stop, side)
        ]
        for part, size in zip(land.window, land.dem.shape, strict=True)
    )
    return [(row, column) for row in rows for column in columns]


def pieces_of_tile(
    land: Land,
    window: Window,
    elevation_m: Floats,
    ground: Flags,
    zone: tuple[Ints, Ints],
    shape: SiteShape,
) -> npt.NDArray[np.int32]:
    """The ground of a tile split into numbered pieces, block by block of cells."""
    pieces = np.zeros(ground.shape, dtype=np.int32)
    block = block_side(land.dem)
    height, width = (size // block for size in ground.shape)
    blocks = np.s_[: height * block, : width * block]
    if not ground[blocks].any():
        return pieces
    middle = np.s_[block // 2 :: block, block // 2 :: block]
    county, unit = (numbers[blocks][middle] for numbers in zone)
    steps = np.abs(land.metres[window[0]]).mean(axis=0)
    turn = sum(part.start for part in window) // tile_side(shape, land.dem)
    row_m2 = land.cell_m2[window[0]][: height * block]
    coarse = split_land(
        elevation_m[blocks][middle],
        np.asarray(ground[blocks].reshape(height, block, width, block).all(axis=(1, 3))),
        county * (unit.max() + 2) + unit + 1,
        (float(np.hypot(*steps[0])) * block, float(np.hypot(*steps[1])) * block),
        row_m2.reshape(height, block).sum(axis=1) * block,
        least_m2=shape.least_mu * MU_M2,
        target_m2=shape.aims_mu[turn % len(shape.aims_mu)] * MU_M2,
        most_m2=shape.most_mu * MU_M2,
    )
    pieces[blocks] = coarse.repeat(block, axis=0).repeat(block, axis=1)
    return pieces
