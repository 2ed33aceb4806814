"""The earth under the bases: CGCS2000, Gauss-Krüger zones, ellipsoidal area, GCJ-02 and BD-09.

Floor 0. Longitudes and latitudes are degrees on CGCS2000 unless a name says otherwise, always
in the order longitude, latitude.

Sources
-------
CGCS2000 has GRS80's semi-major axis; its flattening (1/298.257222101) is GRS80's as well
(EPSG:1024 and EPSG:7019), so GRS80 stands for both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.intp]
Flags: TypeAlias = npt.NDArray[np.bool_]

CGCS2000 = "EPSG:4490"

#: GRS80: semi-major axis in metres and flattening (EPSG:7019).
SEMI_MAJOR_M = 6378137.0
FLATTENING = 1 / 298.257222101
_E2 = FLATTENING * (2 - FLATTENING)
_SEMI_MINOR_M = SEMI_MAJOR_M * (1 - FLATTENING)
#: Coefficients (k+1)/(2k+1)·e²ᵏ of the authalic series; the ninth is below 1e-18.
_AUTHALIC = tuple((k + 1) / (2 * k + 1) * _E2**k for k in range(9))
#: An edge longer than this is cut: the third-order term for geodesic edges is meant for survey
#: edges, and its error grows with the fifth power of the length.
_LONGEST_EDGE_M = 20_000.0
#: Rings that span no more than this are measured by Taylor polynomials; about 5 km.
SMALL_DEG = 0.05
#: Vertices that stay in the processor's cache.
_VERTICES_AT_ONCE = 1 << 16
_POLYGON = 3
#: A degree of latitude at the pole; no other is longer.
MOST_METRES_A_DEGREE = 111_700.0

#: Zones of 6 and of 3 degrees; no number is both, so a number tells its width.
_ZONES = {6: range(13, 24), 3: range(25, 46)}
#: EPSG codes of the first zone of a datum and width: with the zone number in front of the
#: easting, and without it; the other zones follow one by one.
_FIRST_EPSG = {
    ("CGCS2000", 3): (4513, 4534),
    ("CGCS2000", 6): (4491, 4502),
    ("Beijing 1954", 3): (2401, 2422),
    ("Beijing 1954", 6): (21413, 21453),
    ("Xian 1980", 3): (2349, 2370),
    ("Xian 1980", 6): (2327, 2338),
}


@dataclass(frozen=True, slots=True)
class GaussKruger:
    """A Gauss-Krüger system of China.

    Attributes
    ----------
    zone : int
        25 (75°E) to 45 (135°E) of 3 degrees, the central meridian three times the number; or 13
        (75°E) to 23 (135°E) of 6 degrees.
    prefixed : bool
        Whether eastings carry the zone number in front (36 500 000 m for 500 000 m).
    datum : {'CGCS2000', 'Beijing 1954', 'Xian 1980'}
    """

    zone: int
    prefixed: bool
    datum: str = "CGCS2000"

    @property
    def width(self) -> int:
        """Degrees of longitude in a zone: 3 or 6.

        Raises
        ------
        ValueError
            The zone lies outside China's.
        """
        for width, zones in _ZONES.items():
            if self.zone in zones:
                return width
        msg = f"带号须为 13 至 23 (6度带) 或 25 至 45 (3度带), 得到 {self.zone}"
        raise ValueError(msg)

    @property
    def epsg(self) -> int:
        """EPSG code; ValueError as `width`."""
        width = self.width
        first = _FIRST_EPSG[self.datum, width][0 if self.prefixed else 1]
        return first + self.zone - _ZONES[width].start

    @property
    def other_form(self) -> GaussKruger:
        """The same zone without the number in front where it has one, or the reverse."""
        return replace(self, prefixed=not self.prefixed)


def gauss_kruger_of(epsg: int) -> GaussKruger | None:
    """The Gauss-Krüger system that an EPSG code names, or None."""
    for (datum, width), firsts in _FIRST_EPSG.items():
        for first, prefixed in zip(firsts, (True, False), strict=True):
            if epsg - first in range(len(_ZONES[width])):
                return GaussKruger(_ZONES[width].start + epsg - first, prefixed, datum)
    return None


@dataclass(frozen=True, slots=True)
class SevenParameters:
    """Bursa-Wolf parameters from an old datum to CGCS2000.

    Attributes
    ----------
    shift_m, rotation_arcsec : tuple of float, length 3
        Along and about X, Y and Z.
    scale_ppm : float
    rotation : {'position_vector', 'coordinate_frame'}
        What the rotations turn (EPSG:9606 or EPSG:9607); their signs are opposite, and both are
        in use in China.
    """

    shift_m: tuple[float, float, float]
    rotation_arcsec: tuple[float, float, float]
    scale_ppm: float
    rotation: str

    @property
    def towgs84(self) -> tuple[float, ...]:
        """The seven numbers as PROJ takes them, rotations of the position vector."""
        sign = 1.0 if self.rotation == "position_vector" else -1.0
        turned = (sign * angle for angle in self.rotation_arcsec)
        return (*self.shift_m, *turned, self.scale_ppm)


def radii_m(lat: Floats) -> tuple[Floats, Floats]:
    """Meridian and prime-vertical radius of curvature, in metres, at latitudes in radians."""
    w2 = 1 - _E2 * np.sin(lat) ** 2
    prime_vertical = SEMI_MAJOR_M / np.sqrt(w2)
    return prime_vertical * (1 - _E2) / w2, prime_vertical


def _authalic_z(lat: Floats) -> Floats:
    """Area between the equator and a latitude, per radian of longitude, in m²."""
    sine = np.sin(lat)
    square = sine * sine
    total = np.full_like(sine, _AUTHALIC[-1])
    for coefficient in reversed(_AUTHALIC[:-1]):
        total = total * square + coefficient
    return np.asarray(_SEMI_MINOR_M**2 * sine * total)


def _edge_areas_m2(lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> Floats:
    """Signed area in m² between each geodesic edge and the meridian of longitude zero.

    Green's theorem in authalic space, less the sliver between the straight line there and the
    geodesic: tanB·dE·(dE² + 3dN²)/(12N), third order in the length of the edge.
    """
    trapezoid = (lon1 + lon2) / 2 * (_authalic_z(lat2) - _authalic_z(lat1))
    middle = (lat1 + lat2) / 2
    meridian, prime_vertical = radii_m(middle)
    east = prime_vertical * np.cos(middle) * (lon2 - lon1)
    north = meridian * (lat2 - lat1)
    sliver = np.tan(middle) * east * (east**2 + 3 * north**2) / (12 * prime_vertical)
    return trapezoid - sliver


def _wide_ring_areas_m2(rings: npt.NDArray[np.object_]) -> Floats:
    """Unsigned area in m² of rings of any size."""
    lonlat, ring = shapely.get_coordinates(_cut_long_edges(rings), return_index=True)
    first = np.searchsorted(ring, np.arange(len(rings)))
    origin = lonlat[first[ring], 0]
    lon = np.radians((lonlat[:, 0] - origin + 180) % 360 - 180)
    lat = np.radians(lonlat[:, 1])
    edge = np.flatnonzero(ring[:-1] == ring[1:])
    areas = _edge_areas_m2(lon[edge], lat[edge], lon[edge + 1], lat[edge + 1])
    return np.abs(np.bincount(ring[edge], weights=areas, minlength=len(rings)))


def small_ring_areas_m2(lonlat: Floats, starts: Ints) -> Floats:
    """Unsigned area in m² of closed rings that span no more than `SMALL_DEG`, from flat vertices.

    Parameters
    ----------
    lonlat : array of float, shape (v, 2)
        Vertices in degrees, ring after ring, the first of each repeated as its last.
    starts : array of int, shape (n + 1,)
        Where each ring begins, and where the last ends.

    Notes
    -----
    The formula of `areas_m2` with z(B) as its Taylor polynomial of third degree about each ring's
    first latitude, and the geodesic term with that latitude's radii, so that all that goes from
    vertex to vertex is sums and products. Within 1e-7 relative at `SMALL_DEG`, 1e-9 at 1 km.
    """
    areas = np.empty(len(starts) - 1)
    blocks = np.searchsorted(starts, np.arange(0, len(lonlat), _VERTICES_AT_ONCE))
    for first, last in pairwise(np.unique([*blocks, len(areas)])):
        begin = starts[first]
        block = lonlat[begin : starts[last]]
        areas[first:last] = _block_areas_m2(block, starts[first : last + 1] - begin)
    return areas


def _block_areas_m2(lonlat: Floats, starts: Ints) -> Floats:
    """`small_ring_areas_m2` of rings that fit in the processor's cache together."""
    lon, lat = np.ascontiguousarray(lonlat.T)
    east, north, lons, lats = np.empty((4, len(lon)))
    for values, steps, sums in ((lon, east, lons), (lat, north, lats)):
        np.subtract(values[1:], values[:-1], out=steps[:-1])
        np.add(values[1:], values[:-1], out=sums[:-1])
        sums[-1] = 0.0
    # The step from one ring to the next is no edge, and there is none behind the last: that all
    # rings have one such step keeps a ring's area the same to the bit wherever it stands.
    between = starts[1:] - 1
    east[between] = north[between] = 0.0
    coefficients = _taylor(np.radians(lat[starts[:-1]]))

    def summed(edges: Floats) -> Floats:
        return np.asarray(np.add.reduceat(edges, starts[:-1]))

    squared = north * north
    product = np.multiply(lons, north, out=north)
    areas = coefficients[0] * summed(product)
    areas += coefficients[1] * summed(np.multiply(product, lats, out=lons))
    # The whole difference of the cubes, so that the steps in z of a closed ring add up to nothing:
    # longitudes are far larger than the ring, and would magnify what is left.
    lats *= lats
    lats += squared * (1 / 3)
    areas += coefficients[2] * summed(np.multiply(product, lats, out=product))
    squared *= east
    areas -= coefficients[4] * summed(squared)
    np.multiply(east, east, out=squared)
    areas -= coefficients[3] * summed(np.multiply(squared, east, out=east))
    return np.abs(areas)


def _taylor(lat: Floats) -> tuple[Floats, ...]:
    """What sums over a ring's edges are multiplied with, from its latitude in radians.

    The edge sums are, in degrees, of (L₁+L₂)(B₂−B₁) times the powers 0, 1 and 2 of (B₁+B₂), of
    (L₂−L₁)³, and of (L₂−L₁)(B₂−B₁)².
    """
    degree = np.pi / 180
    sine, cosine = np.sin(lat), np.cos(lat)
    sine2, cosine2 = sine * sine, cosine * cosine
    w2 = 1 - _E2 * sine2
    scale = SEMI_MAJOR_M**2 * (1 - _E2) / (w2 * w2)
    # Derivatives of the authalic z by latitude.
    bend = 4 * _E2 / w2
    first = scale * cosine
    second = scale * sine * (bend * cosine2 - 1)
    third = bend * (cosine2 - 2 * sine2) - 1 - bend * sine2 * (1 - 6 * _E2 * cosine2 / w2)
    third *= first
    # Of the geodesic term tanB·dE·(dE² + 3dN²)/(12N); N² is a²/w², M is N(1 - e²)/w².
    prime_vertical2 = SEMI_MAJOR_M**2 / w2
    shrink = (1 - _E2) / w2
    geodesic = sine * prime_vertical2 * degree**3 / 12
    return (
        (first - second * lat + third * lat**2 / 2) * degree**2 / 2,
        (second - third * lat) * degree**3 / 4,
        third * degree**4 / 16,
        geodesic * cosine2,
        geodesic * 3 * shrink * shrink,
    )


def areas_m2(geometries: npt.NDArray[np.object_]) -> Floats:
    """Ellipsoidal area of polygons on CGCS2000, edges being geodesics.

    Parameters
    ----------
    geometries : array of shapely geometries, shape (n,)
        Longitude and latitude in degrees. Rings may turn either way; Z is ignored; None, points
        and lines have area 0. Polygons must be valid (see `herbgis.areas`).

    Returns
    -------
    array of float, shape (n,)
        Square metres.

    Notes
    -----
    With z(B) = b²·Σₖ (k+1)/(2k+1)·e²ᵏ·sin²ᵏ⁺¹B, the area of a ring is Σ ½(L₁+L₂)(z₂−z₁) less the
    term for geodesic edges; see docs/decisions. Agrees with ``pyproj.Geod`` on oriented rings
    to 1e-6 relative.
    """
    total = np.zeros(len(geometries))
    # Most parcels are one ring, and need no ring of their own to be made.
    plain = (shapely.get_type_id(geometries) == _POLYGON) & ~shapely.is_empty(geometries)
    plain &= shapely.get_num_interior_rings(geometries) == 0
    total[plain] = _ring_areas_m2(geometries[plain])
    polygons, owner = shapely.get_parts(geometries[~plain], return_index=True)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    is_hole = np.r_[False, polygon[1:] == polygon[:-1]][: len(rings)]
    areas = _ring_areas_m2(rings)
    signed = np.where(is_hole, -areas, areas)
    count = int((~plain).sum())
    total[~plain] = np.bincount(owner[polygon], weights=signed, minlength=count)
    return total


def _ring_areas_m2(rings: npt.NDArray[np.object_]) -> Floats:
    """Unsigned area in m² of rings, or of polygons of one ring."""
    areas = np.zeros(len(rings))
    west, south, east, north = shapely.bounds(rings).T
    small = np.maximum(east - west, north - south) <= SMALL_DEG
    starts = np.r_[0, np.cumsum(shapely.get_num_coordinates(rings[small]))]
    areas[small] = small_ring_areas_m2(shapely.get_coordinates(rings[small]), starts)
    wide = rings[~small]
    if len(wide):
        areas[~small] = _wide_ring_areas_m2(wide)
    return areas


def _cut_long_edges(rings: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Put vertices on the geodesics of edges longer than 20 km; survey edges are untouched."""
    lonlat, ring = shapely.get_coordinates(rings, return_index=True)
    step = np.abs(np.diff(lonlat, axis=0)).max(axis=1, initial=0.0)
    degrees = np.degrees(_LONGEST_EDGE_M / SEMI_MAJOR_M)
    long = np.unique(ring[:-1][(step > degrees) & (ring[:-1] == ring[1:])])
    if not len(long):
        return rings
    cut = rings.copy()
    for number in long:
        cut[number] = _densified(lonlat[ring == number])
    return cut


def _densified(lonlat: Floats) -> shapely.LinearRing:
    geod = pyproj.Geod(ellps="GRS80")
    vertices: list[tuple[float, float]] = []
    for (lon1, lat1), (lon2, lat2) in pairwise(lonlat):
        vertices.append((lon1, lat1))
        _, _, length = geod.inv(lon1, lat1, lon2, lat2)
        pieces = int(length // _LONGEST_EDGE_M)
        if pieces:
            vertices += geod.npts(lon1, lat1, lon2, lat2, pieces)
    return shapely.LinearRing([*vertices, vertices[0]])


def local_metres(lonlat: Floats, reference_lat: Floats) -> Floats:
    """Degrees to metres on a plane that is true at each point's reference latitude (degrees).

    For distances of up to some kilometres around the reference, as between the parcels of one
    base; points with different references do not share a plane.
    """
    meridian, prime_vertical = radii_m(np.radians(reference_lat))
    east = np.radians(lonlat[:, 0]) * prime_vertical * np.cos(np.radians(reference_lat))
    north = np.radians(lonlat[:, 1]) * meridian
    return np.column_stack([east, north])


#: The ellipsoid that GCJ-02's published formula computes with (Krasovsky 1940).
_KRASOVSKY_A = 6378245.0
_KRASOVSKY_E2 = 0.00669342162296594323


def _waves(x: Floats, along: Floats, slow: float, slower: float) -> Floats:
    """The three pairs of sine waves that GCJ-02 adds to an offset `along` one axis."""
    pi = np.pi
    quick = 20 * np.sin(6 * x * pi) + 20 * np.sin(2 * x * pi)
    middle = 20 * np.sin(along * pi) + 40 * np.sin(along / 3 * pi)
    long = slow * np.sin(along / 12 * pi) + slower * np.sin(along / 30 * pi)
    return np.asarray((quick + middle + long) * 2 / 3)


def gcj02_offset(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Degrees that GCJ-02 adds to a true position (the published reverse-engineered formula)."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east = east + _waves(x, x, 150, 300)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north = north + _waves(x, y, 160, 320)
    radians = np.radians(lat)
    magic = 1 - _KRASOVSKY_E2 * np.sin(radians) ** 2
    meridian = _KRASOVSKY_A * (1 - _KRASOVSKY_E2) / (magic * np.sqrt(magic))
    parallel = _KRASOVSKY_A / np.sqrt(magic) * np.cos(radians)
    return np.degrees(east / parallel), np.degrees(north / meridian)


def cgcs2000_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Where a true position stands in GCJ-02 (Amap, Tencent); CGCS2000 taken as WGS84."""
    east, north = gcj02_offset(lon, lat)
    return lon + east, lat + north


def gcj02_to_cgcs2000(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """The true position of a GCJ-02 one, by fixed-point iteration to below 1e-10 degree."""
    true_lon, true_lat = lon, lat
    for _ in range(8):
        east, north = gcj02_offset(true_lon, true_lat)
        true_lon, true_lat = lon - east, lat - north
    return true_lon, true_lat


#: The wave that BD-09's published formula adds to GCJ-02, and its fixed offsets in degrees.
_BD09_WAVE = np.pi * 3000 / 180
_BD09_EAST, _BD09_NORTH = 0.0065, 0.006


def _gcj02_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _BD09_WAVE)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _BD09_WAVE)
    return radius * np.cos(angle) + _BD09_EAST, radius * np.sin(angle) + _BD09_NORTH


def cgcs2000_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Where a true position stands in BD-09 (Baidu): GCJ-02 with Baidu's own offset on top."""
    return _gcj02_to_bd09(*cgcs2000_to_gcj02(lon, lat))


def bd09_to_cgcs2000(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """The true position of a BD-09 one; the forward formula is iterated, not approximated."""
    gcj_lon, gcj_lat = lon - _BD09_EAST, lat - _BD09_NORTH
    for _ in range(8):
        there_lon, there_lat = _gcj02_to_bd09(gcj_lon, gcj_lat)
        gcj_lon, gcj_lat = gcj_lon + lon - there_lon, gcj_lat + lat - there_lat
    return gcj02_to_cgcs2000(gcj_lon, gcj_lat)
