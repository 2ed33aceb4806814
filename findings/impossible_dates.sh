#!/usr/bin/env bash
# Impossible dates, read through Arrow, become other days.
#
# Guessed: a day that is none (30 February, a year alone) comes as null or raises, whichever way it is read.
# Seen: through Arrow 30 February is 1 March, from a DBF and from a GeoPackage alike, and a year alone in a DBF is
#   1970-01-01, without a warning. Without Arrow one such cell raises and no record of the file comes back, even
#   with datetime_as_string=True, which does nothing for columns of dates without a time.
# Whom it touches: whoever reads planting or survey dates that people typed. A year 1970 or a day moved into the
#   next month changes which season a base counts in; the other way loses the file.
# Versions: pyogrio 0.13.0 with GDAL 3.12.4, pyarrow 26.0.1.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyogrio==0.13.0 pyarrow==26.0.1 shapely==2.2.0 numpy==2.4.6
venv/bin/python -I - <<'PY'
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pyogrio
import shapely

print("versions: pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__)
print("guessed:  null or an error for each impossible day, both ways")

points = shapely.to_wkb(shapely.points([[108.0, 27.9], [108.1, 27.9], [108.2, 27.9]]))
days = np.array(["2020-02-28", "2020-05-01", "2020-05-02"], dtype="datetime64[D]")
shape = {"geometry_type": "Point", "crs": "EPSG:4490"}
pyogrio.raw.write("a.shp", points, [days], ["planted"], driver="ESRI Shapefile", **shape)
pyogrio.raw.write("a.gpkg", points, [days], ["planted"], driver="GPKG", SPATIAL_INDEX="NO", **shape)
dbf = Path("a.dbf")
dbf.write_bytes(dbf.read_bytes().replace(b"20200228", b"20200230").replace(b"20200501", b"2020    "))
with closing(sqlite3.connect("a.gpkg")) as base, base:
    base.execute("UPDATE a SET planted = '2020-02-30' WHERE fid = 1")


def without_arrow(path, **options):
    try:
        return str(pyogrio.raw.read(path, **options)[3][0])
    except ValueError as error:
        return f"ValueError: {error}"


seen = {}
for path in ("a.shp", "a.gpkg"):
    seen[path, "Arrow"] = [str(day) for day in pyogrio.raw.read_arrow(path)[1]["planted"].to_pylist()]
    seen[path, "no Arrow"] = without_arrow(path)
    seen[path, "no Arrow, as string"] = without_arrow(path, datetime_as_string=True)
for how, what in seen.items():
    print("seen:    ", *how, what)
raised = "ValueError: day is out of range for month"
known = {
    ("a.shp", "Arrow"): ["2020-03-01", "1970-01-01", "2020-05-02"],
    ("a.shp", "no Arrow"): raised,
    ("a.shp", "no Arrow, as string"): raised,
    ("a.gpkg", "Arrow"): ["2020-03-01", "2020-05-01", "2020-05-02"],
    ("a.gpkg", "no Arrow"): raised,
    ("a.gpkg", "no Arrow, as string"): raised,
}
sys.exit("no longer as known" if seen != known else 0)
PY
