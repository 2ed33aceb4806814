"""measure: area in any system; contiguous blocks."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

import herbgis as hg
from herbgis.foundation.errors import CrsError
from herbgis.measuring.blocks import contiguous_blocks
from tests.helpers.shapes import LAT, LON, MU_M2, east_of, frame, geod_mu, square


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
