#!/usr/bin/env bash
# force_feature_count=True does not count the records.
#
# Guessed: read_info(..., force_feature_count=True)["features"] is the number of records that reading gives.
# Seen: for a GeoPackage it repeats the number noted in gpkg_ogr_contents, however stale (24 for 4 rows, after a
#   deletion by a program that had dropped GDAL's triggers). For a MapInfo MIF it counts a Collection and each of
#   its parts (5 for 2 records). Reading gives every record and says nothing of the difference.
# Whom it touches: whoever holds what was read against what the file promises, to find lost records: 20 losses
#   that are none, or, where the noted number is too low, none where there are some.
# Versions: pyogrio 0.13.0 with GDAL 3.12.4.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyogrio==0.13.0 shapely==2.2.0 numpy==2.4.6
venv/bin/python -I - <<'PY'
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pyogrio
import shapely

print("versions: pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__)
print("guessed:  as many counted as read")

points = shapely.to_wkb(shapely.points([[108.0, 27.0 + n / 100] for n in range(24)]))
pyogrio.raw.write(
    "a.gpkg",
    points,
    [np.arange(24)],
    ["n"],
    geometry_type="Point",
    crs="EPSG:4490",
    driver="GPKG",
    SPATIAL_INDEX="NO",
)
with closing(sqlite3.connect("a.gpkg")) as base, base:
    base.execute("DROP TRIGGER trigger_delete_feature_count_a")
    base.execute("DELETE FROM a WHERE n >= 4")

ring = "Region 1\n  4\n108.{n}0 27.9\n108.{n}5 27.9\n108.{n}5 28.0\n108.{n}0 27.9\n"
Path("b.mif").write_text(
    'Version 300\nCharset "Neutral"\nDelimiter ","\nCoordSys Earth Projection 1, 104\n'
    + "Columns 1\n  id Char(9)\nData\n\n"
    + ring.format(n=1)
    + "Collection 3\n"
    + ring.format(n=2)
    + "Pline 2\n108.2 27.9\n108.3 28.0\nMultipoint 1\n108.2 27.9\n"
)
Path("b.mid").write_text('"a"\n"b"\n')

seen = {}
for path in ("a.gpkg", "b.mif"):
    counted = pyogrio.read_info(path, force_feature_count=True)["features"]
    seen[path] = {"counted": counted, "read": len(pyogrio.raw.read(path)[2])}
    print("seen:    ", path, seen[path])
known = {"a.gpkg": {"counted": 24, "read": 4}, "b.mif": {"counted": 5, "read": 2}}
sys.exit("no longer as known" if seen != known else 0)
PY
