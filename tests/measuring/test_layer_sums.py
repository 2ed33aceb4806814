"""Sums over bases equal those over the shapes that GEOS cuts, however polygons may lie."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from shapely import Polygon, affinity

from herbgis.geo.geodesy import areas_m2
from herbgis.measuring import crossings, layer_sums
from herbgis.measuring.layer_sums import sums_within
from tests.helpers.land_patches import outlines

Shapes = np.ndarray


def _cut_m2(left: Shapes, right: Shapes) -> np.ndarray:
    return areas_m2(np.asarray(shapely.intersection(left, right), dtype=object))


def _found_m2(left: Shapes, right: Shapes) -> np.ndarray:
    return sums_within(left, right, np.zeros(len(right), dtype=np.intp), np.ones((1, 1))).m2[:, 0]


def _check(left: Shapes, right: Shapes) -> None:
    """Pairs are put beside each other, so that each meets its own alone."""
    beside = [
        affinity.translate(shape, 0.2 * number)
        for shapes in (left, right)
        for number, shape in enumerate(shapes)
    ]
    left, right = np.array(beside, dtype=object).reshape(2, -1)
    cut = _cut_m2(left, right)
    for one, other in ((left, right), (right, left)):
        found = _found_m2(one, other)
        assert found == pytest.approx(cut, rel=5e-7, abs=1e-3)


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


def box(west: float, south: float, east: float, north: float) -> Polygon:
    """In steps of some 50 m; a longer edge is not the same geodesic as its pieces."""
    return shapely.segmentize(shapely.box(west, south, east, north), 0.0005)


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
        pytest.param(
            shapely.segmentize(Polygon([(108, 27.5), (108.01, 27.51), (108, 27.51)]), 0.0005),
            id="cut at corners",
        ),
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


def test_outlines_that_follow_each_other() -> None:
    left, _ = _random(60, 3)
    pieces = np.array(
        [shape.intersection(shapely.box(*shape.bounds).buffer(-2e-4)) for shape in left],
        dtype=object,
    )
    _check(left, pieces)


def test_where_crossings_are_not_sure_geos_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    left, right = _random(60, 3)
    monkeypatch.setattr(crossings, "_SURE", 0.1)
    _check(left, right)


def test_long_edges_are_geodesics_from_crossing_to_crossing() -> None:
    # A side of 9 km: taken as one geodesic, it would put 30 亩 to the wrong side of it.
    large = Polygon([(107.95, 27.43), (108.05, 27.508), (108.04, 27.58), (107.96, 27.56)])
    rng = np.random.default_rng(8)
    small = np.array(
        [shapely.box(*low, *(low + 0.01)) for low in rng.uniform(27.47, 27.53, (20, 2))]
    )
    small = shapely.transform(small, lambda lonlat: lonlat + [80.5, 0])
    _check(small, np.repeat(_shapes(large), len(small)))
    assert (_cut_m2(small, np.repeat(_shapes(large), len(small))) > 0).sum() > 10


def test_sums_are_of_all_shapes_and_by_their_weights() -> None:
    bases, shapes = _random(30, 4)
    kind = np.arange(30) % 3
    weights = np.array([[1.0, 0.5], [2.0, 0.0], [0.0, 0.1]])
    cut = np.array([_cut_m2(np.repeat(_shapes(base), 30), shapes) for base in bases])
    found = sums_within(bases, shapes, kind, weights)
    assert found.m2 == pytest.approx(cut @ weights[kind], rel=1e-7, abs=1e-3)
    assert found.twice[(cut > 1).sum(axis=1) > 1].any()
    assert not found.twice[(cut > 0).sum(axis=1) < 2].any()


def test_groups_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    bases, shapes = _random(30, 4)
    whole = _found_m2(bases, shapes)
    monkeypatch.setattr(layer_sums, "_PAIRS_AT_ONCE", 40)
    assert _found_m2(bases, shapes) == pytest.approx(whole, rel=1e-9)


def test_nothing_shares_nothing() -> None:
    none = np.array([None], dtype=object)
    for bases, shapes in ((none, _shapes(B)), (_shapes(B), none), (none[:0], none[:0])):
        found = sums_within(bases, shapes, np.zeros(len(shapes), dtype=np.intp), np.ones((1, 1)))
        assert not found.m2.any()
        assert not found.twice.any()
