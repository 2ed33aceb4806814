#!/usr/bin/env bash
# Of the Chinese names in a KML's ExtendedData GDAL keeps only the length, and of two alike one column.
#
# Guessed: <Data name="品种"> and <Data name="乡镇"> come back as columns 品种 and 乡镇.
# Seen: every byte of a name that is not ASCII becomes "_" (品种 is "______"), and names of the same length are one
#   column with the value that stands last: the variety is lost, no warning. Declared in a <Schema>, as
#   <SimpleData>, both names and both values come back.
# Whom it touches: whoever reads KML from phones and map programs, whose forms of two-letter Chinese names stand in
#   <Data>. A value read from "______" may be that of any of them.
# Versions: pyogrio 0.13.0 with GDAL 3.12.4. The wheel has the drivers KML and LIBKML and reads with LIBKML; KML
#   alone (OGR_SKIP=LIBKML) gives neither names nor values, but for name and description.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyogrio==0.13.0 shapely==2.2.0 numpy==2.4.6
cat > read.py <<'PY'
import sys
import warnings
from pathlib import Path

import pyogrio

print("versions: pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__)
print("drivers: ", {name: can for name, can in pyogrio.list_drivers().items() if "KML" in name})
print("guessed:  品种 黄精, 乡镇 堰塘, 上报面积 327.2")

told = {"品种": "黄精", "乡镇": "堰塘", "上报面积": "327.2"}
fields = "".join(f'<SimpleField type="string" name="{name}"/>' for name in told)
simple = "".join(f'<SimpleData name="{name}">{value}</SimpleData>' for name, value in told.items())
ways = {
    "Data": ("", "".join(f'<Data name="{name}"><value>{value}</value></Data>' for name, value in told.items())),
    "Schema": (
        f'<Schema name="s" id="s">{fields}</Schema>',
        f'<SchemaData schemaUrl="#s">{simple}</SchemaData>',
    ),
}
seen = {}
for way, (schema, data) in ways.items():
    Path("a.kml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"{schema}<Placemark><name>a</name><ExtendedData>{data}</ExtendedData>"
        "<Point><coordinates>108,27.9</coordinates></Point></Placemark></Document></kml>",
        encoding="utf-8",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        driver = pyogrio.read_info("a.kml")["driver"]
        meta, _, _, columns = pyogrio.raw.read("a.kml")
    texts = {str(name): str(column[0]) for name, column in zip(meta["fields"], columns, strict=True)}
    seen[driver, way] = {
        name: text for name, text in texts.items() if text in told.values() or name.startswith("_")
    }
    print("seen:    ", driver, way, seen[driver, way])
known = {
    ("LIBKML", "Data"): {"______": "堰塘", "____________": "327.2"},
    ("LIBKML", "Schema"): told,
    ("KML", "Data"): {},
    ("KML", "Schema"): {},
}
here = {key: value for key, value in known.items() if key[0] == sys.argv[1]}
sys.exit("no longer as known" if seen != here else 0)
PY
venv/bin/python -I read.py LIBKML
OGR_SKIP=LIBKML venv/bin/python -I read.py KML
