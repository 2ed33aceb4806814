#!/usr/bin/env bash
# Two columns of a shapefile whose headings are cut to the same ten bytes: the first one's values are lost.
#
# Guessed: the second comes back under another name (as pandas does for a CSV), or geopandas refuses.
# Seen: pyshp cuts 上报面积亩数（申报） and 上报面积亩数（复核） to one heading, as DBF allows. geopandas.read_file gives
#   two columns of that name, both with the values of the second, without a warning. Through Arrow and from
#   pyogrio.raw.read each column has its own.
# Whom it touches: whoever reads shapefiles that GDAL did not write (GDAL numbers such headings, others do not):
#   what was declared is replaced by what was checked, hectares by mu.
# Versions: geopandas 1.2.0, pyogrio 0.13.0 with GDAL 3.12.4; the shapefile is written by pyshp 3.1.6.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
    geopandas==1.2.0 pyogrio==0.13.0 pyarrow==26.0.1 shapely==2.2.0 numpy==2.4.6 pandas==3.1.1 pyproj==3.7.2 pyshp==3.1.6
venv/bin/python -I - <<'PY'
import sys
import warnings
from importlib.metadata import version

import geopandas
import pyogrio
import shapefile

print(*("versions:", "geopandas", version("geopandas"), "pyogrio", version("pyogrio")), end=" ")
print("GDAL", pyogrio.__gdal_version_string__, "pyshp", version("pyshp"))
print("guessed:  two names, or an error")

headings = ["上报面积亩数（申报）", "上报面积亩数（复核）"]
rows = [[10.0, 99.0], [20.0, 98.0]]
with warnings.catch_warnings(), shapefile.Writer("a", encoding="gbk") as made:
    warnings.simplefilter("ignore")  # that headings are cut
    for heading in headings:
        made.field(heading, "N", 12, 2)
    for n, row in enumerate(rows):
        made.point(108 + n / 10, 27.9)
        made.record(*row)
    with open("a.cpg", "w") as page:
        page.write("GBK")


def by_geopandas(*, use_arrow):
    frame = geopandas.read_file("a.shp", use_arrow=use_arrow).drop(columns="geometry")
    return list(frame.columns), frame.to_numpy().tolist()


def by_raw():
    meta, _, _, columns = pyogrio.raw.read("a.shp")
    return list(meta["fields"]), [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]


with warnings.catch_warnings():
    warnings.simplefilter("error")
    seen = {
        "geopandas": by_geopandas(use_arrow=False),
        "through Arrow": by_geopandas(use_arrow=True),
        "pyogrio.raw": by_raw(),
    }
print("written: ", headings, rows)
for way, (names, cells) in seen.items():
    print("seen:    ", way, names, cells)
cut = ["上报面积亩"] * 2
known = {
    "geopandas": (cut, [[99.0, 99.0], [98.0, 98.0]]),
    "through Arrow": (cut, rows),
    "pyogrio.raw": (cut, rows),
}
sys.exit("no longer as known" if seen != known else 0)
PY
