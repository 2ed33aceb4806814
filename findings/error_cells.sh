#!/usr/bin/env bash
# calamine gives a cell in error as an empty text, the same as a blank one.
#
# Guessed: #REF! and #N/A come as their text (as openpyxl gives them), as an error value, or raise.
# Seen: all are '', as is a formula that was never computed and a cell that nobody filled in.
# Whom it touches: whoever sums areas from reported workbooks. Of 12.5, #REF! and #N/A comes the sum 12.5 as if
#   two fields had been left blank; only the sheet's XML (t="e") still tells an error from a blank.
# Versions: python-calamine 0.9.1; the workbook is written by openpyxl 3.1.5.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check python-calamine==0.9.1 openpyxl==3.1.5
venv/bin/python -I - <<'PY'
import sys
from importlib.metadata import version

import openpyxl
from python_calamine import CalamineWorkbook

print("versions: python-calamine", version("python-calamine"), "openpyxl", version("openpyxl"))
print("guessed:  the text of each error, an error value, or an exception")

cells = {
    "number": 12.5,
    "broken reference": "#REF!",
    "not found": "#N/A",
    "not computed": "=1+1",
    "blank": None,
}
book = openpyxl.Workbook()
book.active.append(list(cells))
book.active.append(list(cells.values()))
assert book.active["B2"].data_type == "e"  # an error in the file, no text
book.save("a.xlsx")

row = CalamineWorkbook.from_path("a.xlsx").get_sheet_by_index(0).to_python()[1]
seen = dict(zip(cells, row, strict=True))
other = [cell.value for cell in openpyxl.load_workbook("a.xlsx", data_only=True).active[2]]
print("openpyxl:", dict(zip(cells, other, strict=True)))
print("seen:    ", seen)
known = {"number": 12.5, "broken reference": "", "not found": "", "not computed": "", "blank": ""}
sys.exit("no longer as known" if seen != known else 0)
PY
