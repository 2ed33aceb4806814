#!/usr/bin/env bash
# A .prj whose name of the system is Chinese, in GBK, ends pyogrio with UnboundLocalError.
#
# Guessed: the coordinate system comes as None with a warning, or is understood; the records come in any case.
# Seen: the same text in UTF-8 is understood; in GBK (as programs on a Chinese Windows write it) read_info, read
#   and read_arrow all end with "local variable 'wkt' referenced before assignment", and no record is read.
#   Only the name is not ASCII; every parameter of the system stands in the file.
# Whom it touches: whoever reads shapefiles of counties that name a local system. Deleting the .prj makes the file
#   readable and its coordinates a guess.
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
print("guessed:  the system or None, and the record, in either encoding")

point = shapely.to_wkb(shapely.points([[500_000.0, 3_090_000.0]]))
pyogrio.raw.write(
    "a.shp", point, [np.array([1])], ["n"], geometry_type="Point", crs="EPSG:4545", driver="ESRI Shapefile"
)
prj = Path("a.prj")
wkt = prj.read_text().replace("CGCS2000_3_Degree_GK_CM_108E", "铜仁2000坐标系")
assert "铜仁" in wkt
seen = {}
for encoding in ("utf-8", "gbk"):
    prj.write_bytes(wkt.encode(encoding))
    for read in (pyogrio.read_info, pyogrio.raw.read, pyogrio.raw.read_arrow):
        try:
            found = read("a.shp")
        except UnboundLocalError as error:
            seen[encoding, read.__name__] = type(error).__name__
        else:
            said = found if isinstance(found, dict) else found[0]
            seen[encoding, read.__name__] = said["crs"].split(",")[0]
for how, what in seen.items():
    print("seen:    ", *how, what)
known = {
    **{("utf-8", name): 'PROJCS["铜仁2000坐标系"' for name in ("read_info", "read", "read_arrow")},
    **{("gbk", name): "UnboundLocalError" for name in ("read_info", "read", "read_arrow")},
}
sys.exit("no longer as known" if seen != known else 0)
PY
