"""Areas on CGCS2000's ellipsoid, its radii, and planes that are true near a place.

Longitudes and latitudes are degrees on CGCS2000 unless a name says otherwise, always in the order
longitude, latitude.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from herbgis.geo.datums import CGCS2000_EPSG, FLATTENING, SEMI_MAJOR_M

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.intp]
Flags: TypeAlias = npt.NDArray[np.bool_]

#: The system of all coordinates within the package.
CGCS2000 = f"EPSG:{CGCS2000_EPSG}"
#: Geodesics on the ellipsoid.
GEOD = pyproj.Geod(ellps="GRS80")
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


def edge_areas_m2(lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> Floats:
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
    areas = edge_areas_m2(lon[edge], lat[edge], lon[edge + 1], lat[edge + 1])
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
    """`small_ring_areas_m2` of rings that fit in the processor's cache together.

    An edge from (L₁, B₁) to (L₂, B₂), in degrees, is known by its steps ΔL = L₂−L₁ and ΔB = B₂−B₁
    and its sums ΣL = L₁+L₂ and ΣB = B₁+B₂; `_taylor` says what the area is of these. So that all
    stays in the cache, an array that was read for the last time is taken for another use, which
    then has a name of its own.
    """
    lon, lat = np.array(lonlat.T, order="C")  # a copy, to be written over
    step_lon, step_lat, sum_lon, sum_lat = np.empty((4, len(lon)))
    for values, steps, sums in ((lon, step_lon, sum_lon), (lat, step_lat, sum_lat)):
        np.subtract(values[1:], values[:-1], out=steps[:-1])
        np.add(values[1:], values[:-1], out=sums[:-1])
        sums[-1] = 0.0
    # From the last vertex of a ring to the first of the next is no edge, and behind the last ring
    # stands nothing: such places, one a ring, are made to add zero. Were the last ring's left out
    # instead, numpy would add up its edges in another order, and its area would differ by a bit
    # from that of the same ring standing elsewhere.
    between = starts[1:] - 1
    step_lon[between] = step_lat[between] = 0.0

    def summed(edges: Floats) -> Floats:
        return np.asarray(np.add.reduceat(edges, starts[:-1]))

    level, slope, bend, lon_cubed, lat_squared = _taylor(np.radians(lat[starts[:-1]]))
    strip = np.multiply(sum_lon, step_lat, out=sum_lon)
    term = lon  # what is summed, written anew each time
    areas = level * summed(strip)
    areas += slope * summed(np.multiply(strip, sum_lat, out=term))
    # ΔB·(ΣB² + ΔB²/3) is 4/3 of the difference of the cubes of the latitudes. With ΣB² alone the
    # steps in z of a closed ring would not add up to nothing, and longitudes, which are far larger
    # than the ring, would magnify what is left.
    step_lat2 = np.multiply(step_lat, step_lat, out=step_lat)
    cubes = np.multiply(sum_lat, sum_lat, out=sum_lat)
    cubes += np.multiply(step_lat2, 1 / 3, out=term)
    areas += bend * summed(np.multiply(strip, cubes, out=term))
    areas -= lat_squared * summed(np.multiply(step_lat2, step_lon, out=term))
    np.multiply(step_lon, step_lon, out=term)
    areas -= lon_cubed * summed(np.multiply(term, step_lon, out=term))
    return np.abs(areas)


def _taylor(lat: Floats) -> tuple[Floats, ...]:
    """What sums over a ring's edges are multiplied with, from its latitude in radians.

    In the order of the result, the sums are of

    ========================  ==================================================================
    ΣL·ΔB                     the ring as a figure of straight edges on a plane
    ΣL·ΔB·ΣB                  the plane's scale changing with the latitude
    ΣL·ΔB·(ΣB² + ΔB²/3)       and that change changing
    ΔL³, ΔL·ΔB²               to be taken off: between the straight edges and the geodesics
    ========================  ==================================================================
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
        and lines have area 0. Polygons must be valid (see `herbgis.measuring.areas`).

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
    vertices: list[tuple[float, float]] = []
    for (lon1, lat1), (lon2, lat2) in pairwise(lonlat):
        vertices.append((lon1, lat1))
        _, _, length = GEOD.inv(lon1, lat1, lon2, lat2)
        pieces = int(length // _LONGEST_EDGE_M)
        if pieces:
            vertices += GEOD.npts(lon1, lat1, lon2, lat2, pieces)
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
