#!/usr/bin/env bash
# `rio convert` drops what the numbers of a raster mean: unit, scale and offset; `rio stack` and `rio warp` its mask too.
#
# Guessed: a raster converted from TIFF to TIFF is the same raster, as gdal_translate leaves it.
# Seen: values as stored arrive without their unit ("ft"), their scale (0.1) and their offset (100), and nothing is said;
#   `rio convert` keeps an internal mask, `rio stack` and `rio warp` drop it, so that masked cells are ground at 0.
#   rasterio.shutil.copy keeps all of it.
# Whom it touches: whoever is told to convert or to tile an elevation model before it is read: feet become metres, and
#   tenths of a metre become metres.
# Versions: rasterio 1.4.4 with GDAL 3.10.3.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rasterio==1.4.4 numpy==2.4.6
venv/bin/python -I - <<'PY'
import subprocess
import sys

import numpy as np
import rasterio
from rasterio.shutil import copy

print("versions: rasterio", rasterio.__version__, "GDAL", rasterio.__gdal_version__)
print("guessed:  ft, scale 0.1, offset 100.0 and the mask in every copy")

shape = dict(width=64, height=64, count=1, dtype="int16", crs="EPSG:4490", blockxsize=64, blockysize=64, tiled=True)
place = rasterio.Affine(0.001, 0, 108, 0, -0.001, 28)
with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
    with rasterio.open("dem.tif", "w", driver="GTiff", transform=place, **shape) as raster:
        raster.write(np.full((64, 64), 5000, np.int16), 1)
        mask = np.full((64, 64), 255, np.uint8)
        mask[:8] = 0
        raster.write_mask(mask)
        raster.units, raster.scales, raster.offsets = ("ft",), (0.1,), (100.0,)


def told(name):
    with rasterio.open(name) as raster:
        return raster.units[0], raster.scales[0], raster.offsets[0], int((raster.dataset_mask() == 0).sum())


for command in (["convert"], ["stack"], ["warp", "--dst-crs", "EPSG:4490"]):
    out = f"{command[0]}.tif"
    subprocess.run(["venv/bin/rio", command[0], "dem.tif", out, *command[1:]], check=True)
copy("dem.tif", "copy.tif", driver="GTiff")
seen = {name: told(f"{name}.tif") for name in ("dem", "convert", "stack", "warp", "copy")}
for name, (unit, scale, offset, masked) in seen.items():
    print("seen:    ", f"{name}: unit {unit}, scale {scale}, offset {offset}, masked cells {masked}")
whole, bare = ("ft", 0.1, 100.0, 512), (None, 1.0, 0.0)
known = seen["dem"] == seen["copy"] == whole and all(seen[n][:3] == bare for n in ("convert", "stack", "warp"))
known &= seen["convert"][3] == 512 and seen["stack"][3] == seen["warp"][3] == 0
sys.exit(0 if known else "no longer as known")
PY
