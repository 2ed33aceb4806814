#!/usr/bin/env bash
# A shapefile whose rings turn the GeoJSON way: GDAL takes the hole for the shell.
#
# Guessed: GDAL's warning says that it corrects rings of the wrong direction ("Autocorrecting them"), so a shell
#   drawn counter-clockwise with a clockwise hole comes back as that shell with that hole.
# Seen: it does so where the hole stands first. With the shell first, where writers usually put it, the hole
#   becomes the shell and the shell its hole: an invalid polygon, area 9 - 100 = -91 for 91, and no warning. With
#   two holes it is three polygons on top of each other, 113 for 87.
# Whom it touches: whoever reads shapefiles from a program that copies rings as GeoJSON, KML or its own screen
#   has them. Land with a pond or a village in it measures wrong, or is refused as invalid for no fault of its own.
# Versions: pyogrio 0.13.0 with GDAL 3.12.4, shapely 2.2.0; files written by pyshp 3.1.6, which keeps directions.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyogrio==0.13.0 shapely==2.2.0 pyshp==3.1.6 numpy==2.4.6
venv/bin/python -I - <<'PY'
import sys
import warnings

import pyogrio
import shapefile
import shapely

print("versions: pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__)
print("guessed:  area 91 or 87, as drawn, however the rings turn")


def square(low, high):  # counter-clockwise
    return [(low, low), (high, low), (high, high), (low, high), (low, low)]


shell, hole, other = square(0, 10), square(2, 5), square(6, 8)
drawn = {
    "as the format asks": [shell[::-1], hole],
    "turned": [shell, hole[::-1]],
    "turned, hole first": [hole[::-1], shell],
    "turned, two holes": [shell, hole[::-1], other[::-1]],
}
seen = {}
for name, rings in drawn.items():
    with shapefile.Writer("a") as file:
        file.field("id", "C")
        file.poly(rings)
        file.record("base")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        land = shapely.from_wkb(pyogrio.raw.read("a.shp")[2])[0]
    warned = any("Autocorrecting" in str(warning.message) for warning in caught)
    seen[name] = (land.geom_type, bool(land.is_valid), land.area, "warned" if warned else "silent")
for name, what in seen.items():
    print("seen:    ", f"{name}:", *what)
known = {
    "as the format asks": ("Polygon", True, 91.0, "silent"),
    "turned": ("Polygon", False, -91.0, "silent"),
    "turned, hole first": ("Polygon", True, 91.0, "warned"),
    "turned, two holes": ("MultiPolygon", False, 113.0, "silent"),
}
sys.exit("no longer as known" if seen != known else 0)
PY
