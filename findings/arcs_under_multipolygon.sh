#!/usr/bin/env bash
# A geodatabase's layer that says MultiPolygon holds arcs, and one that says CurvePolygon cannot be written.
#
# Guessed: pyogrio writes arcs to a geodatabase in a layer that is declared of curves, and makes chords of them, or
#   an error, where the layer is declared MultiPolygon.
# Seen: the other way round. Declared CurvePolygon or MultiSurface it is refused ("Geometry type is not supported");
#   declared MultiPolygon it is written, the layer says MultiPolygon, and the arc comes back through Arrow as WKB of
#   type 12, MultiSurface.
# Whom it touches: whoever decides by the layer's geometry type whether there can be arcs in it, or writes curves to
#   hand them on.
# Versions: pyogrio 0.13.0 with GDAL 3.12.4.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyogrio==0.13.0 pyarrow==26.0.1 numpy==2.4.6
venv/bin/python -I - <<'PY'
import struct
import sys

import numpy as np
import pyogrio

print("versions: pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__)
print("guessed:  arcs where the layer is declared of curves; chords or an error where it says MultiPolygon")

x, y, radius = 500_000.0, 3_090_000.0, 460.0
corners = [(x - radius, y), (x, y + radius), (x + radius, y), (x, y - radius), (x - radius, y)]
circle = struct.pack("<BIIBII", 1, 10, 1, 1, 8, 5)  # a CurvePolygon of one CircularString
circle += b"".join(struct.pack("<2d", *corner) for corner in corners)


def written_as(kind):
    """What the layer says of its type, and of what type the geometry comes back."""
    path = f"{kind}.gdb"
    try:
        pyogrio.raw.write(
            path,
            np.array([circle], dtype=object),
            [np.array(["round"], dtype=object)],
            ["id"],
            geometry_type=kind,
            crs="EPSG:4545",
            driver="OpenFileGDB",
        )
    except pyogrio.errors.GeometryError as error:
        return f"GeometryError: {str(error).partition(':')[0]}"
    said, table = pyogrio.raw.read_arrow(path)
    blob = table[said["geometry_name"] or "wkb_geometry"].to_pylist()[0]
    return said["geometry_type"], struct.unpack_from("<I", blob, 1)[0]


seen = {kind: written_as(kind) for kind in ("MultiPolygon", "CurvePolygon", "MultiSurface")}
for what, value in seen.items():
    print("seen:    ", f"declared {what}: {value}")
known = {
    "MultiPolygon": ("MultiPolygon", 12),
    "CurvePolygon": "GeometryError: Geometry type is not supported",
    "MultiSurface": "GeometryError: Geometry type is not supported",
}
sys.exit("no longer as known" if seen != known else 0)
PY
