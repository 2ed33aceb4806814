"""What all rooms of the sample share: places, seed, planes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyproj

Floats: TypeAlias = npt.NDArray[np.float64]
Texts: TypeAlias = dict[str, Any]

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "data" / "sample"
TRUTH = ROOT / "tests" / "data" / "sample_truth.csv"
COUNTIES = ROOT / "data" / "counties" / "tongren.geojson"

SEED = 520600
NOTE = "合成示例数据"
DESCRIPTION = "合成示例数据，非真实测量，不指任何真实基地和主体。Synthetic sample data."
MU_M2 = 10000 / 15
#: Goals that the whole sample is planned for: verified bases of at least 500 and 1,000 亩.
VERIFIED_500, VERIFIED_1000 = 96, 41
COUNTED_KINDS = ("planting", "demonstration")

#: Planning happens on the plane of zone 36, true to 0.02% over the whole city.
PLANE = "EPSG:4524"
DEGREES = "EPSG:4490"
TO_PLANE = pyproj.Transformer.from_crs(DEGREES, PLANE, always_xy=True)
TO_DEGREES = pyproj.Transformer.from_crs(PLANE, DEGREES, always_xy=True)
GEOD = pyproj.Geod(ellps="GRS80")
DECIMALS = {PLANE: 3, DEGREES: 8}

#: No base but the designed one comes nearer to a county line, or to another base.
FROM_LINE_M = 1600.0
FROM_BASE_M = 350.0
