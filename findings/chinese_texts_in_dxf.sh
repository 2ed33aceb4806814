#!/usr/bin/env bash
# Chinese letters in a DXF up to version 2004: ezdxf does not read back what it wrote, GDAL only half.
#
# Guessed: letters outside the drawing's code page stand in the file as \U+5370, and readers turn them back.
# Seen: ezdxf writes them so, but readfile leaves them so, and plain_text() of an MTEXT then takes \U for a
#   command with an argument and drops what stands up to the next semicolon: the name is gone. recover.readfile
#   does turn them back. GDAL turns them back in an MTEXT and not in a TEXT of the same drawing.
# Whom it touches: whoever takes names of parcels or areas from texts in drawings: the base has no name, or half
#   of one, and nothing was reported.
# Versions: ezdxf 1.4.5, pyogrio 0.13.0 with GDAL 3.12.4.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check ezdxf==1.4.5 pyogrio==0.13.0 numpy==2.4.6
venv/bin/python -I - <<'PY'
import sys

import ezdxf
import pyogrio
from ezdxf import recover

print("versions: ezdxf", ezdxf.__version__)
print("          pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__)
print("guessed:  印江基地, 1500㎡; 太子参 and 500亩 from every reader")

drawing = ezdxf.new("R2000")
drawing.modelspace().add_mtext("印江基地\\P1500㎡; 太子参")
drawing.modelspace().add_text("500亩")
drawing.saveas("a.dxf")


def texts(document):
    return [entity.plain_text() for entity in document.modelspace()]


said, _, _, columns = pyogrio.raw.read("a.dxf")
seen = {
    "ezdxf.readfile": texts(ezdxf.readfile("a.dxf")),
    "ezdxf.recover.readfile": texts(recover.readfile("a.dxf")[0]),
    "GDAL": columns[list(said["fields"]).index("Text")].tolist(),
}
for who, what in seen.items():
    print("seen:    ", f"{who}: {what}")
known = {
    "ezdxf.readfile": [" \\U+592a\\U+5b50\\U+53c2", "500\\U+4ea9"],
    "ezdxf.recover.readfile": ["印江基地\n1500㎡; 太子参", "500亩"],
    "GDAL": ["印江基地\n1500㎡; 太子参", "500\\U+4ea9"],
}
sys.exit("no longer as known" if seen != known else 0)
PY
