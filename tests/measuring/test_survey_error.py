"""The standard deviation of areas: beside Monte Carlo, and free of how a ring is written down."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from herbgis.geo.geodesy import Floats
from herbgis.measuring.survey_error import area_sigmas_m2
from tests.helpers.shapes import LAT, LON, MU_M2, square

TOLERANCE_M = 0.05
_METRES = np.array([111320 * np.cos(np.radians(LAT)), 110880])


def _star(mu: float, corners: int, seed: int = 0, *, uneven: bool = False) -> shapely.Polygon:
    """A star-shaped polygon of about so many 亩; its corners never lie on a line."""
    rng = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    if uneven:
        angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
    reach = np.sqrt(mu * MU_M2 / np.pi) * rng.uniform(0.7, 1.2, corners)
    plane = reach[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return shapely.Polygon(plane / _METRES + (LON, LAT))


def _sigma(
    *shapes: shapely.Polygon,
    correlation_m: float,
    sigma_m: float = 1e-3,
    tolerance_m: float = TOLERANCE_M,
) -> Floats:
    """Standard deviations for a vertex error so small that products of errors tell nothing."""
    count = len(shapes)
    return area_sigmas_m2(
        np.array(shapes, dtype=object),
        np.full(count, sigma_m),
        np.full(count, correlation_m),
        tolerance_m=tolerance_m,
    )


def _plane(shape: shapely.Polygon) -> tuple[Floats, Floats]:
    """Corners in metres, and the metres between them along the ring, the shorter way."""
    xy = (shapely.get_coordinates(shape)[:-1] - (LON, LAT)) * _METRES
    steps = np.hypot(*(np.roll(xy, -1, axis=0) - xy).T)
    along = np.r_[0, np.cumsum(steps)[:-1]]
    apart = np.abs(along[:, None] - along)
    return xy, np.minimum(apart, steps.sum() - apart)


def _correlations(apart: Floats, correlation_m: float) -> Floats:
    return np.exp(-apart / correlation_m) if correlation_m else np.eye(len(apart))


@pytest.mark.parametrize("correlation_m", [0.0, 50.0])
@pytest.mark.parametrize("sigma_m", [0.1, 3.0])
@pytest.mark.parametrize("corners", [6, 24, 90])
@pytest.mark.parametrize("mu", [20, 200, 1000])
def test_beside_monte_carlo(mu: float, corners: int, sigma_m: float, correlation_m: float) -> None:
    shape = _star(mu, corners)
    xy, apart = _plane(shape)
    root = np.linalg.cholesky(_correlations(apart, correlation_m) + 1e-9 * np.eye(corners))
    rng = np.random.default_rng(5)
    x, y = (v + sigma_m * rng.standard_normal((20_000, corners)) @ root.T for v in xy.T)
    area = (x * (np.roll(y, -1, axis=1) - np.roll(y, 1, axis=1))).sum(axis=1) / 2
    (ours,) = _sigma(shape, sigma_m=sigma_m, correlation_m=correlation_m)
    assert ours == pytest.approx(area.std(), rel=0.03)


@pytest.mark.parametrize("correlation_m", [0.0, 5.0, 50.0, 500.0])
def test_beside_the_whole_matrix(correlation_m: float) -> None:
    """Small and large rings, even and uneven, of which some go around more than once in reach."""
    shapes, wanted = [], []
    for number, corners in enumerate([3, 4, 5, 30, 31, 90, 400]):
        for mu in (0.5, 30, 900, 20_000):
            shape = _star(mu, corners, number, uneven=bool(number % 2))
            xy, apart = _plane(shape)
            lever = (np.roll(xy, -1, axis=0) - np.roll(xy, 1, axis=0)) / 2
            alike = _correlations(apart, correlation_m)
            shapes.append(shape)
            wanted.append(1e-3 * np.sqrt((lever * (alike @ lever)).sum()))
    got = _sigma(*shapes, correlation_m=correlation_m, tolerance_m=0.0)
    assert got == pytest.approx(wanted, rel=2e-3)  # the plane here is true to 1e-3


@pytest.mark.parametrize("correlation_m", [0.0, 50.0])
@pytest.mark.parametrize("corners", [5, 30, 90])
def test_a_denser_track_is_no_surer(corners: int, correlation_m: float) -> None:
    shapes = [square(500), *(_star(mu, corners) for mu in (10, 100, 1000))]
    rng = np.random.default_rng(7)
    denser = [shapely.segmentize(shapes[0], 0.0001)]
    for shape in shapes[1:]:
        corner = shapely.get_coordinates(shape)
        share = np.sort(rng.random((corners, 6)), axis=1)[:, :, None] * [[[1.0, 1.0]]]
        edges = corner[:-1, None] + np.pad(share, ((0, 0), (1, 0), (0, 0))) * np.diff(
            corner, axis=0
        ).reshape(corners, 1, 2)
        denser.append(shapely.Polygon(edges.reshape(-1, 2)))
    coarse = _sigma(*shapes, correlation_m=correlation_m)
    assert _sigma(*denser, correlation_m=correlation_m) == pytest.approx(coarse, rel=0.01)


def test_a_smooth_curve_stays_one() -> None:
    """On a dense circle every vertex is near the line between its neighbours."""
    circle = _star(100, 2000)
    angle = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    plane = 146 * np.column_stack([np.cos(angle), np.sin(angle)])
    circle = shapely.Polygon(plane / _METRES + (LON, LAT))
    (sigma,) = _sigma(circle, correlation_m=50.0)
    wanted = _sigma(shapely.simplify(circle, 1e-7), correlation_m=50.0)[0]
    assert sigma == pytest.approx(wanted, rel=0.02)


def test_where_the_ring_begins_and_how_it_turns_makes_no_difference() -> None:
    corners = shapely.get_coordinates(_star(200, 11))[:-1]
    shapes = [
        shapely.Polygon(np.roll(corners, k, axis=0)[::way]) for k in range(11) for way in (1, -1)
    ]
    sigma = _sigma(*shapes, correlation_m=50.0)
    assert sigma == pytest.approx([sigma[0]] * 22, rel=1e-5)


def test_what_else_is_in_the_batch_makes_no_difference() -> None:
    shapes = np.array([_star(mu, n, n) for n in range(3, 60) for mu in (1, 500)], dtype=object)
    together = _sigma(*shapes, correlation_m=50.0)
    order = np.random.default_rng(1).permutation(len(shapes))
    assert _sigma(*shapes[order], correlation_m=50.0).tolist() == together[order].tolist()
    assert [_sigma(s, correlation_m=50.0)[0] for s in shapes] == together.tolist()


def test_holes_and_parts_add_up_as_variances() -> None:
    outer, inner = square(900), square(100)
    holed = shapely.difference(outer, shapely.affinity.translate(inner, 0.0005, 0.0005))
    apart = shapely.MultiPolygon([outer, shapely.affinity.translate(inner, 1.0, 0)])
    one, other, with_hole, in_parts = _sigma(outer, inner, holed, apart, correlation_m=50.0)
    assert with_hole == pytest.approx(np.hypot(one, other), rel=1e-3)
    assert in_parts == pytest.approx(np.hypot(one, other), rel=1e-3)


def test_no_ring_no_variance() -> None:
    shapes = np.array([None, shapely.Polygon(), square(1)], dtype=object)
    assert (_sigma(*shapes, correlation_m=50.0) > 0).tolist() == [False, False, True]
    assert _sigma(correlation_m=50.0).shape == (0,)
