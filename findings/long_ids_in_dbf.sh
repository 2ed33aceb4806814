#!/usr/bin/env bash
# Whole numbers of 19 digits do not come back from the shapefile that GDAL itself wrote.
#
# Guessed: an int64 column written to a shapefile and read again holds the same numbers.
# Seen: GDAL writes it as N(19,0), every digit in its place, but reads a width of 19 as Real: four parcels become
#   one number, and the column is float64. N(18,0) is read as Integer64 and keeps its digits.
# Whom it touches: whoever keys records by the 19-digit codes of parcels (county, zone, parcel) in a DBF: distinct
#   records merge, joins miss. The bytes of the DBF still have the digits.
# Versions: pyogrio 0.13.0 with GDAL 3.12.4.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyogrio==0.13.0 pyarrow==26.0.1 shapely==2.2.0 numpy==2.4.6
venv/bin/python -I - <<'PY'
import sys
from pathlib import Path

import numpy as np
import pyogrio
import shapely

print("versions: pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__)
print("guessed:  int64 out, the same int64 in")

points = shapely.to_wkb(shapely.points([[108.0 + n / 10, 27.9] for n in range(4)]))
seen = {}
for first in (206_271_032_040_100_011, 5_206_271_032_040_100_011):
    codes = np.arange(first, first + 4)
    pyogrio.raw.write(
        "a.shp", points, [codes], ["parcel"], geometry_type="Point", crs="EPSG:4490", driver="ESRI Shapefile"
    )
    back = pyogrio.raw.read("a.shp")[3][0]
    width = Path("a.dbf").read_bytes()[32 + 16]
    in_bytes = all(str(code).encode() in Path("a.dbf").read_bytes() for code in codes)
    seen[f"N({width},0)"] = (str(back.dtype), [int(code) for code in back], f"digits in the DBF: {in_bytes}")
for width, what in seen.items():
    print("seen:    ", width, *what)
known = {
    "N(18,0)": ("int64", [206_271_032_040_100_011 + n for n in range(4)], "digits in the DBF: True"),
    "N(19,0)": ("float64", [5_206_271_032_040_099_840] * 4, "digits in the DBF: True"),
}
sys.exit("no longer as known" if seen != known else 0)
PY
