"""Shared areas equal those of the shapes that GEOS cuts, however polygons lie to each other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from shapely import Polygon, affinity, box

from herbgis.geo.geodesy import areas_m2
from herbgis.measuring import shared_areas
from herbgis.measuring.shared_areas import shared_areas_m2
from tests.helpers.land_patches import outlines

Shapes = np.ndarray


def _cut_m2(left: Shapes, right: Shapes) -> np.ndarray:
    return areas_m2(np.asarray(shapely.intersection(left, right), dtype=object))


def _found_m2(left: Shapes, right: Shapes) -> np.ndarray:
    at = np.arange(len(left))
    return shared_areas_m2(left, right, at, at)


def _check(left: Shapes, right: Shapes) -> None:
    cut = _cut_m2(left, right)
    for one, other in ((left, right), (right, left)):
        found = _found_m2(one, other)
        assert found == pytest.approx(cut, rel=1e-7, abs=1e-3)


def _shapes(*given: shapely.Geometry) -> Shapes:
    return np.array(given, dtype=object)


def _random(count: int, seed: int) -> tuple[Shapes, Shapes]:
    rng = np.random.default_rng(seed)
    return outlines(count, 2, rng), outlines(count, 2, rng, vertices=17)


def test_random_outlines() -> None:
    left, right = _random(400, 1)
    _check(left, right)
    assert (_cut_m2(left, right) > 0).sum() > 200


def _with_hole(shape: Polygon) -> Polygon:
    inner = affinity.scale(shape, 0.6, 0.6, origin=shape.representative_point())
    return Polygon(shape.exterior, [inner.exterior]) if shape.contains(inner) else shape


def _two_parts(shape: Polygon) -> shapely.Geometry:
    west, _, east, _ = shape.bounds
    return shapely.union(shape, affinity.translate(shape, (east - west) * 1.05))


@pytest.mark.parametrize("change", [_with_hole, _two_parts, shapely.reverse, shapely.normalize])
def test_holes_parts_and_directions(change: Callable[[Polygon], shapely.Geometry]) -> None:
    left, right = _random(150, 2)
    changed = np.array([change(shape) for shape in left], dtype=object)
    _check(changed, right)
    _check(changed, changed[::-1])


B = box(108, 27.5, 108.01, 27.51)
CORNER, MIDDLE = box(108.005, 27.505, 108.02, 27.52), box(108.002, 27.502, 108.008, 27.508)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(B, id="itself"),
        pytest.param(shapely.reverse(B), id="itself backwards"),
        pytest.param(shapely.segmentize(B, 0.003), id="itself with more vertices"),
        pytest.param(CORNER, id="a corner"),
        pytest.param(MIDDLE, id="inside"),
        pytest.param(box(107, 27, 109, 28), id="around"),
        pytest.param(box(108.01, 27.5, 108.02, 27.51), id="beside"),
        pytest.param(box(108.01, 27.51, 108.02, 27.52), id="corner to corner"),
        pytest.param(box(108.0, 27.5, 108.005, 27.51), id="half of it"),
        pytest.param(box(108.002, 27.5, 108.008, 27.505), id="inside along an edge"),
        pytest.param(box(108.02, 27.5, 108.03, 27.51), id="apart"),
        pytest.param(B.difference(MIDDLE), id="with a hole"),
        pytest.param(box(107, 27, 109, 28).difference(B), id="all around it"),
        pytest.param(box(107, 27, 109, 28).difference(MIDDLE), id="around with a hole in it"),
        pytest.param(Polygon([(108, 27.5), (108.01, 27.51), (108, 27.51)]), id="cut at corners"),
        pytest.param(Polygon([(108.005, 27.4), (108.02, 27.505), (108.005, 27.6)]), id="a wedge"),
        pytest.param(affinity.rotate(B, 45), id="turned"),
        pytest.param(affinity.translate(B, 1e-13, 1e-13), id="moved by next to nothing"),
        pytest.param(affinity.translate(B, 1e-9, 1e-9), id="moved by a tenth of a millimetre"),
        pytest.param(shapely.multipolygons([MIDDLE, CORNER.difference(B)]), id="two parts"),
        pytest.param(
            Polygon([*B.exterior.coords[:2], *B.exterior.coords[1:]]), id="a vertex twice"
        ),
    ],
)
def test_how_polygons_may_lie(other: shapely.Geometry) -> None:
    _check(_shapes(B), _shapes(other))
    _check(_shapes(B.difference(box(108.004, 27.504, 108.006, 27.506))), _shapes(other))


def test_outlines_that_follow_each_other_are_left_to_geos() -> None:
    left, _ = _random(60, 3)
    pieces = np.array([shape.intersection(box(*shape.bounds).buffer(-2e-4)) for shape in left])
    _check(left, pieces)


def test_groups_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    left, right = _random(120, 4)
    whole = _found_m2(left, right)
    monkeypatch.setattr(shared_areas, "_EDGES_AT_ONCE", 500)
    assert _found_m2(left, right) == pytest.approx(whole, rel=1e-12)


def test_pairs_are_by_position_and_none_is_asked_for_nothing() -> None:
    shapes = _shapes(B, CORNER, MIDDLE)
    left, right = np.array([0, 0, 2, 1]), np.array([2, 1, 1, 0])
    found = shared_areas_m2(shapes, shapes, left, right)
    assert found == pytest.approx(_cut_m2(shapes[left], shapes[right]), rel=1e-7)
    nothing = np.arange(0)
    assert len(shared_areas_m2(shapes, shapes, nothing, nothing)) == 0
