#!/usr/bin/env bash
# calamine refuses every .ods that GDAL writes.
#
# Guessed: a spreadsheet that one library of the field writes, another opens.
# Seen: GDAL puts line breaks between the cells, which XML and OpenDocument allow; calamine expects a cell there
#   and raises. Given the bytes (from_filelike), it even says that it cannot detect the format. GDAL reads its own.
# Whom it touches: whoever reads attribute tables that ogr2ogr or QGIS exported as .ods, by calamine or by
#   pandas.read_excel(engine="calamine"). The file is sound and looks broken.
# Versions: python-calamine 0.9.1; pyogrio 0.13.0 with GDAL 3.12.4.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check python-calamine==0.9.1 pyogrio==0.13.0 numpy==2.4.6
venv/bin/python -I - <<'PY'
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyogrio
from python_calamine import CalamineError, CalamineWorkbook

print("versions: python-calamine", version("python-calamine"))
print("          pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__)
print("guessed:  the same row from both")

ids = [np.array(["YJ-1"], dtype=object), np.array([12.5])]
pyogrio.raw.write("a.ods", None, ids, ["id", "mu"], driver="ODS", geometry_type=None)


def from_filelike():
    with Path("a.ods").open("rb") as file:
        return CalamineWorkbook.from_filelike(file)


def rows_of(opened):
    try:
        return str(opened().get_sheet_by_index(0).to_python())
    except CalamineError as error:
        return f"CalamineError: {str(error)[:35]}"


seen = {
    "GDAL": [column.tolist() for column in pyogrio.raw.read("a.ods", read_geometry=False)[3]],
    "calamine, from_path": rows_of(lambda: CalamineWorkbook.from_path("a.ods")),
    "calamine, from_filelike": rows_of(from_filelike),
}
for how, what in seen.items():
    print("seen:    ", f"{how}: {what}")
known = {
    "GDAL": [["YJ-1"], [12.5]],
    "calamine, from_path": "CalamineError: Expecting 'table-cell', found 'Text",
    "calamine, from_filelike": "CalamineError: Cannot detect file format",
}
sys.exit("no longer as known" if seen != known else 0)
PY
