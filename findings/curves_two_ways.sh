#!/usr/bin/env bash
# Curves come as curves through Arrow and as chords without it, and both ways call the layer Polygon.
#
# Guessed: one layer, one geometry, whichever way it is read; what shapely cannot take is None with
#   on_invalid="ignore".
# Seen: through Arrow the WKB is a CurvePolygon (type 10) and shapely.from_wkb refuses the whole array for one of
#   it, "ignore" or not: every good polygon beside it is lost. Without Arrow the circle has become chords of 4
#   degrees, 0.081 % less land, without a word. The layer's geometry type is "Polygon" both ways.
# Whom it touches: whoever reads GeoPackages or geodatabases in which CAD arcs or buffers stayed curves. A round
#   base of 1000.7 mu (667,133 m2) measures 999.9, below a threshold of 1000.
# Versions: pyogrio 0.13.0 with GDAL 3.12.4, shapely 2.2.0 with GEOS 3.14.1.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyogrio==0.13.0 pyarrow==26.0.1 shapely==2.2.0 numpy==2.4.6
venv/bin/python -I - <<'PY'
import math
import sqlite3
import struct
import sys
from contextlib import closing

import numpy as np
import pyogrio
import shapely

print("versions: pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__)
print("          shapely", shapely.__version__, "GEOS", shapely.geos_version_string)
print("guessed:  the same geometry both ways; None for what shapely cannot take")

MU = 10_000 / 15  # square metres
radius = math.sqrt(1000.7 * MU / math.pi)
x, y = 500_000.0, 3_090_000.0
corners = [(x - radius, y), (x, y + radius), (x + radius, y), (x, y - radius), (x - radius, y)]
circle = struct.pack("<BIIBII", 1, 10, 1, 1, 8, 5)  # a CurvePolygon of one CircularString
circle += b"".join(struct.pack("<2d", *corner) for corner in corners)
pyogrio.raw.write(
    "a.gpkg",
    np.array([circle, shapely.box(x, y, x + 900, y + 900).wkb], dtype=object),
    [np.array(["round", "square"], dtype=object)],
    ["id"],
    geometry_type="Unknown",
    crs="EPSG:4545",
    driver="GPKG",
)
with closing(sqlite3.connect("a.gpkg")) as base, base:  # a type that pyogrio reads and does not write
    base.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'CURVEPOLYGON'")

said, table = pyogrio.raw.read_arrow("a.gpkg")
curved = table[said["geometry_name"]].to_pylist()
told, _, chords, _ = pyogrio.raw.read("a.gpkg")
polygon = shapely.from_wkb(chords)[0]
try:
    refused = str(shapely.from_wkb(curved, on_invalid="ignore"))
except NotImplementedError as error:
    refused = f"NotImplementedError: {error}"
seen = {
    "geometry type said": (said["geometry_type"], told["geometry_type"]),
    "WKB type through Arrow": struct.unpack_from("<I", curved[0], 1)[0],
    "from_wkb of both, ignoring": refused,
    "vertices without Arrow": int(shapely.get_num_coordinates(polygon)),
    "mu without Arrow": round(polygon.area / MU, 1),
}
for what, value in seen.items():
    print("seen:    ", f"{what}: {value}")
known = {
    "geometry type said": ("Polygon", "Polygon"),
    "WKB type through Arrow": 10,
    "from_wkb of both, ignoring": "NotImplementedError: Nonlinear geometry types are not currently supported",
    "vertices without Arrow": 91,
    "mu without Arrow": 999.9,
}
sys.exit("no longer as known" if seen != known else 0)
PY
