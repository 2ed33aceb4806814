#!/usr/bin/env bash
# make_valid, as it is by default, fills a hole that runs along its shell.
#
# Guessed: a hole is no land, so a square of 36 with a hole of 4 along its border is mended to 32, and a polygon
#   whose hole repeats its shell to nothing.
# Seen: 36 both times: the hole is land. A hole wholly inside stays a hole, 32; method="structure" gives 32 and
#   0, and buffer(0) too.
# Whom it touches: whoever mends survey polygons by the default method: a pond, a road or a village at the edge
#   of a base is counted as planted.
# Versions: shapely 2.2.0 with GEOS 3.14.1.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check shapely==2.2.0 numpy==2.4.6
venv/bin/python -I - <<'PY'
import sys

import shapely
from shapely import Polygon, box, make_valid

print("versions: shapely", shapely.__version__, "GEOS", shapely.geos_version_string)
print("guessed:  32, 32 and 0, by any method")

shell = box(0, 0, 6, 6).exterior
drawn = {
    "hole inside": box(1, 2, 3, 4).exterior,
    "hole along the shell": box(0, 2, 2, 4).exterior,
    "hole repeats the shell": shell,
}
seen = {}
for name, hole in drawn.items():
    land = Polygon(shell, [hole])
    seen[name] = [make_valid(land).area, make_valid(land, method="structure").area, land.buffer(0).area]
for name, areas in seen.items():
    print("seen:    ", f"{name}: default {areas[0]}, structure {areas[1]}, buffer(0) {areas[2]}")
known = {
    "hole inside": [32.0, 32.0, 32.0],
    "hole along the shell": [36.0, 32.0, 32.0],
    "hole repeats the shell": [36.0, 0.0, 0.0],
}
sys.exit("no longer as known" if seen != known else 0)
PY
