#!/usr/bin/env bash
# One record without a shape ends the writing of a FlatGeobuf, where every other format keeps the record.
#
# Guessed: a record without a geometry is written without one, as to a GeoPackage, a GeoJSON or a shapefile.
# Seen: with the options that the format has by default the whole file is refused ("NULL geometry not supported with
#   spatial index"); without the index it is written, and the record is there.
# Whom it touches: whoever saves a list of bases of which one has not been surveyed yet.
# Versions: geopandas 1.2.0, pyogrio 0.13.0 with GDAL 3.12.4.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check geopandas==1.2.0 pandas==3.0.0 pyogrio==0.13.0 shapely==2.2.0 numpy==2.4.6
venv/bin/python -I - <<'PY'
import sys

import geopandas as gpd
import pyogrio
import shapely

print("versions: geopandas", gpd.__version__, "pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__)
print("guessed:  2 records from every file")

bases = gpd.GeoDataFrame({"id": ["a", "b"]}, geometry=[shapely.box(108, 28, 108.01, 28.01), None], crs=4490)


def kept(name, **options):
    try:
        bases.to_file(name, **options)
    except Exception as error:
        return str(error)
    return len(gpd.read_file(name))


seen = {name: kept(f"bases.{name}") for name in ("gpkg", "geojson", "shp", "fgb")}
seen["fgb without the index"] = kept("again.fgb", SPATIAL_INDEX="NO")
for what, value in seen.items():
    print("seen:    ", f"{what}: {value}")
known = all(seen[name] == 2 for name in ("gpkg", "geojson", "shp", "fgb without the index"))
sys.exit("no longer as known" if not known or "NULL geometry" not in str(seen["fgb"]) else 0)
PY
