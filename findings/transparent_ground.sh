#!/usr/bin/env bash
# Zonal statistics count cells that a band of transparency hides: ground at 0 m.
#
# Guessed: what a GeoTIFF hides by an alpha band is unknown to tools that leave out masked cells.
# Seen: rasterstats and exactextract leave out the cells of an internal mask, and count the same cells where an alpha
#   band hides them: a base half on hidden cells is at half its height, without a word.
# Whom it touches: whoever measures the ground of bases on an elevation model that was cut out along a border by a
#   program that writes alpha (gdalwarp -dstalpha, many web services).
# Versions: rasterstats 0.21.0, exactextract 0.3.0, rasterio 1.4.4 with GDAL 3.10.3.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rasterstats==0.21.0 exactextract==0.3.0 rasterio==1.4.4 \
  geopandas==1.2.0 pandas==3.0.0 shapely==2.2.0 numpy==2.4.6
venv/bin/python -I - <<'PY'
import sys
import warnings

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from exactextract import exact_extract
from rasterio.enums import ColorInterp
from rasterstats import zonal_stats

warnings.simplefilter("ignore")
print("versions: rasterio", rasterio.__version__, "GDAL", rasterio.__gdal_version__)
print("guessed:  1400 from every file and tool")

heights = np.full((100, 100), 1400, np.float32)
heights[:, 50:] = 0
hidden = np.where(heights > 0, 255, 0)
place = rasterio.Affine(0.001, 0, 108, 0, -0.001, 28)
common = dict(driver="GTiff", width=100, height=100, dtype="float32", crs="EPSG:4490", transform=place)
with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open("mask.tif", "w", count=1, **common) as raster:
    raster.write(heights, 1)
    raster.write_mask(hidden.astype(np.uint8))
with rasterio.open("alpha.tif", "w", count=2, **common) as raster:
    raster.write(heights, 1)
    raster.write(hidden.astype(np.float32), 2)
    raster.colorinterp = (ColorInterp.gray, ColorInterp.alpha)

base = gpd.GeoDataFrame(geometry=[shapely.box(108.03, 27.93, 108.07, 27.97)], crs=4490)
seen = {}
for name in ("mask", "alpha"):
    path = f"{name}.tif"
    seen["rasterstats", name] = zonal_stats(base, path, stats=["mean"])[0]["mean"]
    seen["exactextract", name] = exact_extract(path, base, ["mean"], output="pandas").iloc[0, 0]
for (tool, name), mean in seen.items():
    print("seen:    ", f"{tool}, {name}: {mean:.0f}")
known = all(abs(mean - (1400 if name == "mask" else 700)) < 1 for (_, name), mean in seen.items())
sys.exit(0 if known else "no longer as known")
PY
