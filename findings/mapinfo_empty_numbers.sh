#!/usr/bin/env bash
# A MapInfo table has no empty numbers: GDAL writes 0 for nothing and "no" for an unknown flag, and says nothing.
#
# Guessed: TAB and MIF are two spellings of one table: a missing number is null again, or the driver refuses it; corners
#   come back as they were, as from other formats of GDAL.
# Seen: a missing whole number and a missing number are 0, a missing flag is false, a missing text is empty, but a missing
#   day is null. A TAB keeps corners in whole numbers over the bounds of its system: a field of 28 ha in degrees comes
#   back some 0.02 % larger or smaller; a MIF, which is text, gives the same area.
# Whom it touches: whoever takes a table through MapInfo: areas that nobody declared become a declared 0.
# Versions: pyogrio 0.13.0 with GDAL 3.12.4, geopandas 1.2.0, shapely 2.2.0.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyogrio==0.13.0 geopandas==1.2.0 shapely==2.2.0 pandas==3.1.1
venv/bin/python -I - <<'PY'
import sys
import warnings

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

warnings.simplefilter("error")
print("versions: pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__)
print("guessed:  what is missing is missing again, and the area is the same")

days = pd.to_datetime(pd.Series(["2020-06-15", None]))
fields = gpd.GeoDataFrame(
    {
        "whole": pd.array([1, None], dtype="Int64"),
        "number": [1.5, None],
        "flag": pd.array([True, None], dtype="boolean"),
        "day": days.astype("datetime64[ms]"),
    },
    geometry=[shapely.box(108.4512345, 27.9512345, 108.4563579, 27.9563579)] * 2,
    crs=4490,
)
seen = {}
for suffix in ("tab", "mif", "gpkg"):
    driver = None if suffix == "gpkg" else "MapInfo File"
    fields.to_file(f"fields.{suffix}", driver=driver)
    back = gpd.read_file(f"fields.{suffix}")
    row = back.iloc[1]
    off = abs(back.geometry.iloc[0].area / fields.geometry.iloc[0].area - 1)
    empty = [None if pd.isna(row[name]) else float(row[name]) for name in ("whole", "number", "flag")]
    seen[suffix] = empty, bool(pd.isna(row["day"])), off
    print("seen:    ", f"{suffix}: missing numbers and flag {empty}, day missing {seen[suffix][1]}, area off by {off:.1e}")
known = all(seen[name][:2] == ([0.0, 0.0, 0.0], True) for name in ("tab", "mif"))
known &= seen["gpkg"][:2] == ([None, None, None], True)
known &= seen["tab"][2] > 1e-5 and seen["mif"][2] < 1e-9 and seen["gpkg"][2] < 1e-12
sys.exit(0 if known else "no longer as known")
PY
