"""measure: area in any system, its survey error beside Monte Carlo, contiguous blocks."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

import herbgis as hg
from herbgis.areas import area_sigmas_m2, contiguous_blocks
from herbgis.errors import CrsError
from tests.shapes import LAT, LON, MU_M2, east_of, frame, geod_mu, square

TOLERANCE_M = 0.05


def _octagon(radius_m: float, corners: int = 8) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    dlon = np.degrees(radius_m * np.cos(angle) / 6378137 / np.cos(np.radians(LAT)))
    dlat = np.degrees(radius_m * np.sin(angle) / 6356752)
    return shapely.Polygon(np.column_stack([LON + dlon, LAT + dlat]))


@pytest.mark.parametrize("epsg", [4490, 4326, 4524, 4545, 4525, 3857, 32649])
def test_the_area_is_the_same_in_every_system(epsg: int) -> None:
    bases = frame([square(499.99), square(500.0), square(1000.0)])
    measured = hg.measure(bases.to_crs(epsg))
    assert measured.crs == f"EPSG:{epsg}"
    assert measured["surveyed_mu"].tolist() == pytest.approx([499.99, 500.0, 1000.0], abs=0.002)


def test_only_two_columns_are_added() -> None:
    bases = frame([square(10)], note="甲")
    measured = hg.measure(bases)
    assert [c for c in measured.columns if c not in bases.columns] == ["surveyed_mu", "sigma_mu"]
    assert measured.index.equals(bases.index)


def test_no_polygon_no_area() -> None:
    shapes = [None, shapely.Point(LON, LAT), shapely.Polygon(), square(1)]
    assert hg.measure(frame(shapes))["surveyed_mu"].isna().tolist() == [True, True, True, False]


def test_a_ring_that_crosses_itself_is_the_land_it_encloses() -> None:
    bow = shapely.Polygon(
        [(LON, LAT), (LON + 0.01, LAT + 0.01), (LON + 0.01, LAT), (LON, LAT + 0.01)]
    )
    lobes = shapely.make_valid(bow)
    assert hg.measure(frame([bow]))["surveyed_mu"][0] == pytest.approx(geod_mu(lobes), rel=1e-6)


def test_a_frame_without_a_system_is_refused() -> None:
    with pytest.raises(CrsError, match="set_crs"):
        hg.measure(gpd.GeoDataFrame(geometry=[square(1)]))


@pytest.mark.parametrize("correlation_m", [0.0, 50.0, 400.0])
def test_sigma_beside_monte_carlo(correlation_m: float) -> None:
    shape = _octagon(300, corners=24)
    lonlat = shapely.get_coordinates(shape)[:-1]
    xy = (lonlat - lonlat.mean(axis=0)) * [111320 * np.cos(np.radians(LAT)), 110880]
    steps = np.hypot(*(np.roll(xy, -1, axis=0) - xy).T)
    along = np.r_[0, np.cumsum(steps)[:-1]]
    apart = np.abs(along[:, None] - along)
    apart = np.minimum(apart, steps.sum() - apart)
    covariance = np.exp(-apart / correlation_m) if correlation_m else np.eye(len(xy))
    rng = np.random.default_rng(5)
    draws = 20_000
    root = np.linalg.cholesky(covariance + 1e-9 * np.eye(len(xy)))
    x = xy[:, 0] + rng.standard_normal((draws, len(xy))) @ root.T
    y = xy[:, 1] + rng.standard_normal((draws, len(xy))) @ root.T
    area = (x * (np.roll(y, -1, axis=1) - np.roll(y, 1, axis=1))).sum(axis=1) / 2
    ours = area_sigmas_m2(
        np.array([shape], dtype=object), np.array([correlation_m]), tolerance_m=TOLERANCE_M
    )[0]
    assert ours == pytest.approx(area.std(), rel=0.03)


@pytest.mark.parametrize("correlation_m", [0.0, 50.0])
def test_a_denser_track_is_no_surer(correlation_m: float) -> None:
    coarse = square(500)
    dense = shapely.segmentize(coarse, 0.0001)
    shapes = np.array([coarse, dense], dtype=object)
    sigma = area_sigmas_m2(shapes, np.full(2, correlation_m), tolerance_m=TOLERANCE_M)
    assert sigma[1] == pytest.approx(sigma[0], rel=0.01)


def test_sigma_does_not_depend_on_where_the_ring_begins_or_turns() -> None:
    corners = shapely.get_coordinates(_octagon(200, corners=11))[:-1]
    shapes = [
        shapely.Polygon(np.roll(corners, k, axis=0)[::way]) for k in range(11) for way in (1, -1)
    ]
    sigma = area_sigmas_m2(
        np.array(shapes, dtype=object), np.full(22, 50.0), tolerance_m=TOLERANCE_M
    )
    assert sigma == pytest.approx([sigma[0]] * 22, rel=1e-6)


def test_an_unknown_method_is_taken_for_the_least_sure() -> None:
    bases = frame([square(500)] * 3, survey_method=["RTK", "目测", None])
    sigma = hg.measure(bases)["sigma_mu"]
    assert sigma[0] < sigma[1] == sigma[2]


def test_parts_within_the_distance_are_one_block() -> None:
    first = square(100)
    width = np.sqrt(100 * MU_M2)
    near, far = east_of(first, width + 15), east_of(first, 2 * width + 60)
    shape = shapely.MultiPolygon([first, near, far])
    largest, blocks = contiguous_blocks(np.array([shape, None], dtype=object), 20.0)
    assert blocks.tolist() == [2, 0]
    assert largest[0] / MU_M2 == pytest.approx(200, rel=1e-4)
    assert contiguous_blocks(np.array([shape], dtype=object), 60.0)[1].tolist() == [1]


def test_blocks_beside_buffer_and_union() -> None:
    rng = np.random.default_rng(3)
    shapes = []
    for _ in range(40):
        parts = [square(5, LON + x, LAT + y) for x, y in rng.uniform(0, 0.01, (12, 2))]
        shapes.append(shapely.union_all(parts))
    geometry = np.array(shapes, dtype=object)
    plane = np.asarray(gpd.GeoSeries(shapes, crs=4490).to_crs(4545).array, dtype=object)
    grown = shapely.buffer(plane, 10.0, quad_segs=64)
    truth = [shapely.get_num_geometries(shape) for shape in grown]
    assert contiguous_blocks(geometry, 20.0)[1].tolist() == truth
