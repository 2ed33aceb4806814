#!/usr/bin/env bash
# Of a zip to which a file was added again GDAL reads the old one, whoever unpacks it the new one.
#
# Guessed: the entry added last, as Python's zipfile gives it and as unpacking leaves it; or an error.
# Seen: /vsizip lists the name once and gives the first entry, without a warning. A GeoJSON alone in its zip, read
#   by the zip's name, is refused once it stands there twice ("not recognized").
# Whom it touches: whoever reads zips without unpacking them: zipfile.ZipFile(path, "a") adds and never replaces, so
#   the corrected survey is in the archive and the one before is counted.
# Versions: pyogrio 0.13.0 with GDAL 3.12.4; the zip is written by Python's zipfile.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyogrio==0.13.0 shapely==2.2.0 numpy==2.4.6
venv/bin/python -I - <<'PY'
import sys
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import shapely

print("versions: pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__)
print("guessed:  the entry added last, or an error")


def add(name, driver, numbers):
    """Write a layer and add its files to a zip, as a program does that corrects one."""
    points = shapely.to_wkb(shapely.points([[108.0 + n / 10, 27.9] for n in numbers]))
    pyogrio.raw.write(
        name, points, [np.array(numbers)], ["n"], geometry_type="Point", crs="EPSG:4490", driver=driver
    )
    with zipfile.ZipFile(f"{name}.zip", "a") as made, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a name stands twice
        for part in sorted(Path().glob(f"{Path(name).stem}.???*")):
            if not part.name.endswith(".zip"):
                made.write(part)
                part.unlink()


def read(path):
    try:
        return pyogrio.raw.read(path)[3][0].tolist()
    except pyogrio.errors.DataSourceError as error:
        return "not recognized" if "not recognized" in str(error) else str(error)


warnings.simplefilter("error")
seen = {}
for name, driver in (("a.shp", "ESRI Shapefile"), ("b.geojson", "GeoJSON")):
    path = f"{name}.zip"
    add(name, driver, [1, 2, 3])
    once = read(f"/vsizip/{path}")
    add(name, driver, [1, 2])
    with zipfile.ZipFile(path) as both:
        both.extractall("unpacked")
    seen[name] = {
        "added once": once,
        "again, by the zip's name": read(f"/vsizip/{path}"),
        "again, by the entry's": read(f"/vsizip/{path}/{name}"),
        "unpacked": read(f"unpacked/{name}"),
    }
    print("seen:    ", name, seen[name])
old, new = [1, 2, 3], [1, 2]
known = {
    "a.shp": {"added once": old, "again, by the zip's name": old, "again, by the entry's": old, "unpacked": new},
    "b.geojson": {
        "added once": old,
        "again, by the zip's name": "not recognized",
        "again, by the entry's": old,
        "unpacked": new,
    },
}
sys.exit("no longer as known" if seen != known else 0)
PY
