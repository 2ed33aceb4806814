"""Areas beside pyproj.Geod, closed forms and laws; GCJ-02 there and back."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from herbgis.geo import geodesy
from tests.helpers.shapes import GEOD, MU_M2, geod_mu


def _ring(rng: np.random.Generator, lon: float, lat: float, radius_m: float) -> np.ndarray:
    """A rough ring about a point, turning either way."""
    corners = int(rng.integers(3, 60))
    angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
    radius = radius_m * rng.uniform(0.8, 1.2, corners)
    dlon = np.degrees(radius * np.cos(angle) / 6371000 / np.cos(np.radians(lat)))
    dlat = np.degrees(radius * np.sin(angle) / 6371000)
    ring = np.column_stack([lon + dlon, lat + dlat])
    return ring if rng.random() < 0.5 else ring[::-1]


def _star_with_hole(rng: np.random.Generator) -> shapely.Polygon:
    """1 to 10⁷ 亩 anywhere in China, half of them with a hole of up to half the shell."""
    radius = np.sqrt(10 ** rng.uniform(0, 7) * MU_M2 / np.pi)
    lon, lat = rng.uniform(75, 134), rng.uniform(18, 54)
    shell = _ring(rng, lon, lat, radius)
    if rng.random() < 0.5:
        return shapely.Polygon(shell)
    hole = (shell - (lon, lat)) * rng.uniform(0.05, np.sqrt(0.5)) + (lon, lat)
    return shapely.Polygon(shell, [hole if rng.random() < 0.5 else hole[::-1]])


def test_area_agrees_with_geod_on_2000_random_polygons() -> None:
    rng = np.random.default_rng(20201123)
    polygons = np.array([_star_with_hole(rng) for _ in range(2000)], dtype=object)
    truth = np.array([geod_mu(polygon) for polygon in polygons]) * MU_M2
    error = np.abs(geodesy.areas_m2(polygons) / truth - 1)
    assert error.max() < 1e-6


@pytest.mark.parametrize("lat", [18.0, 28.0, 54.0])
def test_long_thin_quadrilateral_of_1000_mu(lat: float) -> None:
    width = np.sqrt(1000 * MU_M2 / 10)
    for bearing in (0.0, 33.0, 90.0, 147.0):
        lon1, lat1, _ = GEOD.fwd(108.5, lat, bearing, 10 * width)
        lon2, lat2, _ = GEOD.fwd(lon1, lat1, bearing + 90, width)
        lon3, lat3, _ = GEOD.fwd(108.5, lat, bearing + 90, width)
        shape = shapely.Polygon([(108.5, lat), (lon1, lat1), (lon2, lat2), (lon3, lat3)])
        area = geodesy.areas_m2(np.array([shape], dtype=object))[0]
        assert area / MU_M2 == pytest.approx(geod_mu(shape), rel=1e-6)


def test_a_cell_between_parallels_has_the_area_of_the_closed_form() -> None:
    # Between parallels Σ ½(L₁+L₂)(z₂−z₁) is exact; a fine polyline follows the parallel.
    e2 = geodesy.FLATTENING * (2 - geodesy.FLATTENING)
    e = np.sqrt(e2)
    polar = geodesy.SEMI_MAJOR_M * (1 - geodesy.FLATTENING)

    def to_equator(lat_deg: float) -> float:
        s = np.sin(np.radians(lat_deg))
        return polar**2 / 2 * (s / (1 - e2 * s * s) + np.arctanh(e * s) / e)

    lon = np.linspace(108, 109, 2001)
    south, north = np.full(2001, 27.0), np.full(2001, 28.0)
    ring = np.r_[np.c_[lon, south], np.c_[lon[::-1], north]]
    truth = np.radians(1) * (to_equator(28) - to_equator(27))
    area = geodesy.areas_m2(np.array([shapely.Polygon(ring)], dtype=object))[0]
    assert area == pytest.approx(truth, rel=1e-9)


def test_area_adds_over_parts_and_takes_holes_off() -> None:
    outer, inner, beside = (
        shapely.box(108.0, 27.0, 108.02, 27.02),
        shapely.box(108.005, 27.005, 108.01, 27.01),
        shapely.box(108.1, 27.0, 108.11, 27.01),
    )
    ring = outer.exterior.coords
    for hole in (inner.exterior.coords, inner.exterior.coords[::-1]):
        shape = shapely.MultiPolygon([shapely.Polygon(ring, [hole]), beside])
        parts = geodesy.areas_m2(np.array([outer, inner, beside, shape], dtype=object))
        assert parts[3] == pytest.approx(parts[0] - parts[1] + parts[2], rel=1e-12)


def test_nothing_points_and_lines_have_no_area() -> None:
    shapes = [None, shapely.Point(108, 27), shapely.LineString([(108, 27), (109, 28)])]
    assert geodesy.areas_m2(np.array(shapes, dtype=object)).tolist() == [0.0, 0.0, 0.0]
    assert geodesy.areas_m2(np.array([], dtype=object)).tolist() == []


def test_z_is_ignored_and_the_antimeridian_is_no_edge_of_the_world() -> None:
    flat = shapely.box(179.9, -40.1, 180.1, -40.0)
    wrapped = shapely.transform(flat, lambda xy: np.c_[(xy[:, 0] + 180) % 360 - 180, xy[:, 1]])
    deep = shapely.force_3d(flat, 900.0)
    areas = geodesy.areas_m2(np.array([flat, wrapped, deep], dtype=object))
    assert areas == pytest.approx([areas[0]] * 3, rel=1e-9)


def test_an_area_is_the_same_to_the_bit_wherever_the_ring_stands() -> None:
    angle = np.linspace(0, 2 * np.pi, 23)[:-1]
    ring = np.column_stack([109.2 + 0.0003 * np.cos(angle), 28.4 + 0.0002 * np.sin(angle) ** 3])
    shape = shapely.Polygon(ring)
    areas = geodesy.areas_m2(np.array([shape] * 3000, dtype=object))
    assert len({*areas.tolist(), float(geodesy.areas_m2(np.array([shape], dtype=object))[0])}) == 1
