"""Areas beside pyproj.Geod, closed forms and laws; GCJ-02 there and back."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from herbgis.geo import geodesy, offsets, zones
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


@pytest.mark.parametrize("name", ["gcj02", "bd09"])
@given(
    lon=st.floats(73.5, 135.0),
    lat=st.floats(18.0, 53.5),
)
def test_offsets_go_there_and_back_within_a_millimetre(name: str, lon: float, lat: float) -> None:
    there = getattr(offsets, f"cgcs2000_to_{name}")(np.array([lon]), np.array([lat]))
    back = getattr(offsets, f"{name}_to_cgcs2000")(*there)
    assert GEOD.inv(lon, lat, back[0][0], back[1][0])[2] < 0.001


def test_gcj02_is_about_560_m_off_in_tongren() -> None:
    there = offsets.cgcs2000_to_gcj02(np.array([109.19]), np.array([27.72]))
    assert 500 < GEOD.inv(109.19, 27.72, there[0][0], there[1][0])[2] < 620


@pytest.mark.parametrize("name", ["gcj02", "bd09"])
def test_offsets_go_there_and_back_all_over_tongren(name: str) -> None:
    lon, lat = map(
        np.ravel, np.meshgrid(np.linspace(107.7, 109.6, 96), np.linspace(27.1, 29.1, 101))
    )
    there = getattr(offsets, f"cgcs2000_to_{name}")(lon, lat)
    back = getattr(offsets, f"{name}_to_cgcs2000")(*there)
    assert max(GEOD.inv(lon, lat, *back)[2]) < 0.001


def test_the_pair_that_a_published_converter_shows() -> None:
    # wandergis/coordtransform, README: 116.404, 39.915 from WGS84 to GCJ-02, GCJ-02 to BD-09.
    tiananmen = np.array([116.404]), np.array([39.915])
    gcj = offsets.cgcs2000_to_gcj02(*tiananmen)
    assert np.ravel(gcj) == pytest.approx([116.41024449916938, 39.91640428150164], abs=1e-9)
    bd = offsets.cgcs2000_to_bd09(*offsets.gcj02_to_cgcs2000(*tiananmen))
    assert np.ravel(bd) == pytest.approx([116.41036949371029, 39.92133699351021], abs=1e-9)


def test_bd09_is_about_1100_m_off_in_tongren() -> None:
    there = offsets.cgcs2000_to_bd09(np.array([109.19]), np.array([27.72]))
    assert 900 < GEOD.inv(109.19, 27.72, there[0][0], there[1][0])[2] < 1300


@pytest.mark.parametrize("datum", ["CGCS2000", "Beijing 1954", "Xian 1980"])
@pytest.mark.parametrize("zone", [*range(13, 24), *range(25, 46)])
def test_zone_codes_name_the_datum_and_the_central_meridian(zone: int, datum: str) -> None:
    for prefixed in (True, False):
        system = zones.GaussKruger(zone, prefixed, datum)
        crs = pyproj.CRS.from_epsg(system.epsg)
        parameters = {p.name: p.value for p in crs.coordinate_operation.params}
        meridian = 3 * zone if system.width == 3 else 6 * zone - 3
        assert parameters["Longitude of natural origin"] == meridian
        assert parameters["False easting"] == (zone * 1e6 + 5e5 if prefixed else 5e5)
        assert crs.name.startswith(datum)
        assert zones.gauss_kruger_of(system.epsg) == system
        assert system.other_form.other_form == system


@pytest.mark.parametrize("zone", [12, 24, 46])
def test_zones_outside_china_are_refused(zone: int) -> None:
    with pytest.raises(ValueError, match="25 至 45"):
        _ = zones.GaussKruger(zone, prefixed=True).epsg


@pytest.mark.parametrize("epsg", [4490, 4326, 3857, 2348, 2391, 4512, 4555])
def test_other_codes_name_no_zone(epsg: int) -> None:
    found = zones.gauss_kruger_of(epsg)
    assert found is None or found.epsg == epsg
    assert (found is None) == (epsg in {4490, 4326, 3857, 2391, 4555})


def test_an_area_is_the_same_to_the_bit_wherever_the_ring_stands() -> None:
    angle = np.linspace(0, 2 * np.pi, 23)[:-1]
    ring = np.column_stack([109.2 + 0.0003 * np.cos(angle), 28.4 + 0.0002 * np.sin(angle) ** 3])
    shape = shapely.Polygon(ring)
    areas = geodesy.areas_m2(np.array([shape] * 3000, dtype=object))
    assert len({*areas.tolist(), float(geodesy.areas_m2(np.array([shape], dtype=object))[0])}) == 1
