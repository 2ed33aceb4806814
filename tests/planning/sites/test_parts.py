"""A part of a polygon about a point: its area beside closed forms, and that it hangs together."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from herbgis.planning.sites.parts import part_about
from tests.helpers.make import LAT, LON
from tests.helpers.shapes import MU_M2, east_of, geod_mu, square


@pytest.mark.parametrize("m2", [5.0, 100.0, 66_666.0, 150_000.0])
def test_a_part_has_what_is_asked_and_hardly_more(m2: float) -> None:
    land = square(300)
    side = shapely.Point(land.bounds[0], LAT)
    part = part_about(land, side.coords[0], m2, 20.0)
    assert m2 - 1e-6 <= geod_mu(part) * MU_M2 <= m2 + 1.0 + 1e-6
    assert part.difference(land.buffer(1e-9)).is_empty
    # Half a disc about the middle of a side, as long as it fits into the square.
    radius = np.sqrt(2 * m2 / np.pi)
    if radius < np.sqrt(300 * MU_M2) / 2:
        reach = np.radians(part.bounds[2] - side.x) * 6_378_137 * np.cos(np.radians(LAT))
        assert reach == pytest.approx(radius, rel=0.02, abs=0.6)


def test_land_that_the_circle_holds_and_that_hangs_on_elsewhere_is_left_out() -> None:
    """A horseshoe: its other arm is near to the point, but not by land."""
    arm, far = square(60), east_of(square(60), 300.0)
    top = shapely.box(arm.bounds[0], arm.bounds[3], far.bounds[2], arm.bounds[3] + 0.001)
    shoe = shapely.union_all([arm, far, top])
    point = (LON, arm.bounds[1])
    part = part_about(shoe, point, 55 * MU_M2, 20.0)
    assert part.geom_type == "Polygon"
    assert 55 <= geod_mu(part) <= 55.01
    assert part.bounds[2] <= arm.bounds[2] + 1e-9


def test_nearly_all_of_a_large_polygon_hangs_together_too() -> None:
    """The corner farthest from the point lies beyond the chords of a circle through it."""
    land = shapely.union(square(900), east_of(square(1), 560.0))
    part = part_about(land, (land.bounds[0], land.bounds[1]), 899.9 * MU_M2, 20.0)
    assert part.geom_type == "Polygon"
    assert 899.9 <= geod_mu(part) <= 899.91


def test_all_of_a_polygon_is_all_of_it() -> None:
    land = square(10)
    assert part_about(land, (LON, LAT), 10 * MU_M2 - 0.1, 20.0).equals(land)


def test_parts_that_never_hung_together_are_taken_by_the_circle_alone() -> None:
    both = shapely.union(square(10), east_of(square(10), 200.0))
    part = part_about(both, (LON, LAT), 15 * MU_M2, 20.0)
    assert 15 <= geod_mu(part) <= 15.01
