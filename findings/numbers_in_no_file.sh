#!/usr/bin/env bash
# GDAL makes numbers of cells that hold none.
#
# Guessed: text in a column of numbers is null, or an error.
# Seen: in a REAL column of a GeoPackage (SQLite keeps any text in any column) `约327` is 0, `3,270` is 3 and an
#   empty text 0; in a DBF field N(18,0), the width that GDAL gives to int64, `5206E2720` is 5206, `3,27.15` is 3 and
#   `约327` 0. No warning, and the same through Arrow. N(9,0) and fields of Real do warn ("parsed
#   incompletely"), but for `5206E2720` as Real, which is inf.
# Whom it touches: whoever sums areas or joins by ids from files that other programs than GDAL have edited: 3,270
#   counts as 3 and stands among the sound numbers; the id 5206 is in no file.
# Versions: pyogrio 0.13.0 with GDAL 3.12.4.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyogrio==0.13.0 pyarrow==26.0.1 shapely==2.2.0 numpy==2.4.6
venv/bin/python -I - <<'PY'
import sqlite3
import sys
import warnings
from contextlib import closing
from pathlib import Path

import numpy as np
import pyogrio
import shapely

print("versions: pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__)
print("guessed:  null, or an error")


def write(path, driver, numbers, **options):
    points = shapely.to_wkb(shapely.points([[108.0 + n / 10, 27.9] for n in range(len(numbers))]))
    pyogrio.raw.write(
        path, points, [numbers], ["n"], geometry_type="Point", crs="EPSG:4490", driver=driver, **options
    )


def put(path, width, texts):
    """Put texts into the DBF's one column, row by row."""
    data = bytearray(path.read_bytes())
    assert (data[32 + 16], chr(data[32 + 11])) == (width, "N")
    start = int.from_bytes(data[8:10], "little")
    for row, text in enumerate(texts):
        at = start + row * (1 + width) + 1
        data[at : at + width] = text.encode("gbk").rjust(width)
    path.write_bytes(data)


in_gpkg = ["327.2", "约327", "3,270", ""]
write("a.gpkg", "GPKG", np.full(4, 327.2), SPATIAL_INDEX="NO")
with closing(sqlite3.connect("a.gpkg")) as base, base:
    base.executemany("UPDATE a SET n = ? WHERE fid = ?", [(text, n) for n, text in enumerate(in_gpkg, 1)])

in_dbf = ["520625001", "5206E2720", "3,27.15", "约327"]
widths = {"narrow.shp": (9, np.int32), "wide.shp": (18, np.int64), "real.shp": (24, np.float64)}
for name, (width, kind) in widths.items():
    write(name, "ESRI Shapefile", np.arange(4).astype(kind))
    put(Path(name).with_suffix(".dbf"), width, in_dbf)

seen = {}
for name in ("a.gpkg", *widths):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        plain = pyogrio.raw.read(name)[3][0].tolist()
        by_arrow = pyogrio.raw.read_arrow(name)[1]["n"].to_pylist()
    assert plain == by_arrow, (plain, by_arrow)
    texts = in_gpkg if name == "a.gpkg" else in_dbf
    seen[name] = (dict(zip(texts, plain, strict=True)), f"warned: {bool(caught)}")
    print("seen:    ", name, *seen[name])
numbers = {"520625001": 520_625_001, "5206E2720": 5206, "3,27.15": 3, "约327": 0}
known = {
    "a.gpkg": ({"327.2": 327.2, "约327": 0, "3,270": 3, "": 0}, "warned: False"),
    "narrow.shp": (numbers, "warned: True"),
    "wide.shp": (numbers, "warned: False"),
    "real.shp": (numbers | {"5206E2720": float("inf")}, "warned: True"),
}
sys.exit("no longer as known" if seen != known else 0)
PY
