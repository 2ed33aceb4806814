#!/usr/bin/env bash
# A view that no table of a GeoPackage registers is listed as a layer, until another table is registered.
#
# Guessed: GDAL lists what gpkg_contents registers, as the standard says, and nothing else.
# Seen: a view over a layer that gpkg_contents does not know is listed beside it, without a geometry type, its
#   geometries as bytes; with one more table registered as "attributes" the view is no longer listed.
# Whom it touches: whoever reads every layer of a file that QGIS or a database tool kept a view in: each base comes
#   twice, or not, by what else lies in the file.
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

import numpy as np
import pyogrio
import shapely

print("versions: pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__)
print("guessed:  what gpkg_contents registers, and nothing else")

pyogrio.raw.write(
    "a.gpkg",
    np.array([shapely.box(108, 28, 108.01, 28.01).wkb], dtype=object),
    [np.array(["base"], dtype=object)],
    ["id"],
    layer="bases",
    geometry_type="Polygon",
    crs="EPSG:4490",
    driver="GPKG",
)


def run(statement):
    with closing(sqlite3.connect("a.gpkg")) as base, base:
        base.execute(statement)


def listed():
    return [tuple(row) for row in pyogrio.list_layers("a.gpkg").tolist()]


run("CREATE VIEW large AS SELECT * FROM bases")
seen = {"with a view that is not registered": listed()}
run("CREATE TABLE notes (fid INTEGER PRIMARY KEY, note TEXT)")
run("INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('notes', 'attributes', 'notes')")
seen["with a table of attributes registered too"] = listed()
for what, value in seen.items():
    print("seen:    ", f"{what}: {value}")
known = {
    "with a view that is not registered": [("bases", "Polygon"), ("large", None)],
    "with a table of attributes registered too": [("bases", "Polygon"), ("notes", None)],
}
sys.exit("no longer as known" if seen != known else 0)
PY
