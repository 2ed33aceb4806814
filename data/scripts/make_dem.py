"""Make data/dem/tongren_synthetic.tif: made-up mountains where Tongren lies.

Run from anywhere, with numpy and rasterio installed::

    python data/scripts/make_dem.py

Ridges and valleys are a seeded sum of folded waves, on a dome in the middle east where Fanjingshan
(梵净山) stands and a fall towards the rivers. No height is that of any real place.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio

TARGET = Path(__file__).resolve().parents[1] / "dem" / "tongren_synthetic.tif"
SEED = 520600
WEST, SOUTH, EAST, NORTH = 107.6, 27.0, 109.6, 29.2
CELL_DEG = 0.003
WAVES, RELIEF_M = 110, 260.0
LOWEST_M, HIGHEST_M = 205, 2560
#: Most land lies low.
BENT = 1.7
#: Where the dome stands, its width in degrees and its height.
DOME = (108.69, 27.92, 0.22, 1150.0)


def heights() -> npt.NDArray[np.int16]:
    """Metres, the northernmost row first."""
    rng = np.random.default_rng(SEED)
    lon = np.arange(WEST + CELL_DEG / 2, EAST, CELL_DEG)[None, :]
    lat = np.arange(NORTH - CELL_DEG / 2, SOUTH, -CELL_DEG)[:, None]
    east, north = (lon - WEST) * 0.885, lat - SOUTH
    z = 620.0 + 60.0 * np.sin(2.1 * east) + 0.0 * north
    for _ in range(WAVES):
        often = 2 ** rng.uniform(-0.5, 5.4)
        turn, phase = rng.uniform(0, 2 * np.pi, 2)
        along = np.cos(turn) * east + np.sin(turn) * north
        across = np.cos(turn) * north - np.sin(turn) * east
        bent = np.sin(2 * np.pi * often * 0.4 * across + phase)
        z += (
            RELIEF_M
            / often**0.5
            * (0.45 - np.abs(np.sin(np.pi * often * along + phase + 0.5 * bent)))
        )
    place, up, wide, high = DOME
    away = ((lon - place) * 0.885) ** 2 + (lat - up) ** 2
    z += high * np.exp(-away / wide**2)
    low, most = z.min(), z.max()
    share = ((z - low) / (most - low)) ** BENT
    return np.rint(LOWEST_M + share * (HIGHEST_M - LOWEST_M)).astype(np.int16)


def main() -> None:
    """Write the raster; the same bytes each time with the same GDAL and numpy."""
    metres = heights()
    rows, columns = metres.shape
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "width": columns,
        "height": rows,
        "count": 1,
        "dtype": "int16",
        "crs": "EPSG:4490",
        "transform": rasterio.Affine(CELL_DEG, 0, WEST, 0, -CELL_DEG, NORTH),
        "nodata": -32768,
        "compress": "deflate",
        "predictor": 2,
        "zlevel": 9,
        "tiled": True,
        "blockxsize": 256,
        "blockysize": 256,
    }
    TARGET.parent.mkdir(exist_ok=True)
    with rasterio.open(TARGET, "w", **profile) as raster:
        raster.write(metres, 1)
        raster.update_tags(
            HERBGIS_SYNTHETIC="yes",
            TIFFTAG_IMAGEDESCRIPTION="SYNTHETIC elevation, no real place; see SOURCE.md",
        )
    print(TARGET.name, metres.shape, metres.min(), metres.max(), TARGET.stat().st_size)


if __name__ == "__main__":
    main()
