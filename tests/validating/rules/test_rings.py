"""Valid or not as shapely says, and every crossing that a brute-force check finds."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

import herbgis as hg
from herbgis.geo.land import land
from herbgis.reading.understanding.survey import survey_of
from herbgis.terms.issues import issue_table
from herbgis.validating.rules import rings, shape
from herbgis.validating.rules.context import Context, shares_of
from herbgis.validating.rules.rings import MOST_CROSSINGS, crossings
from tests.helpers.shapes import LAT, LON, frame, square

POLICY = hg.load_policy()
#: Per seed; with 2000, 10,000 polygons in all, it holds as well and takes half a minute.
COUNT = 400
_NEAR_DEG = 2e-6
Corner = tuple[float, float]


def _ring(rng: np.random.Generator, corners: int) -> np.ndarray:
    """Corners about a point: at random, or in order of their angle, so that some do not cross."""
    if rng.random() < 0.5:
        return rng.uniform(0, 0.01, (corners, 2))
    angle, reach = np.sort(rng.uniform(0, 2 * np.pi, corners)), rng.uniform(1e-3, 5e-3, corners)
    return 0.005 + np.column_stack([reach * np.cos(angle), reach * np.sin(angle)])


def _polygon(rng: np.random.Generator, number: int) -> shapely.Geometry:
    """A polygon of one or two parts, with or without a hole, whole or broken; apart from others."""
    parts = []
    for part in range(1 + (rng.random() < 0.2)):
        shift = part * rng.uniform(0, 0.02, 2)
        shell = _ring(rng, int(rng.integers(3, 25))) + shift
        holes = [_ring(rng, 5) * 0.5 + shift] if rng.random() < 0.3 else []
        parts.append(shapely.Polygon(shell, holes))
    made = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    corner = (LON + 0.05 * (number % 40), LAT + 0.05 * (number // 40))
    return shapely.transform(made, lambda xy: xy + corner)


def _brute_force(polygon: shapely.Geometry) -> np.ndarray:
    """Where two edges cross in their insides, every pair of edges tried; shape (n, 2)."""
    edges = np.concatenate(
        [
            np.stack([xy[:-1], xy[1:]], axis=1)
            for xy in map(shapely.get_coordinates, shapely.get_rings(shapely.get_parts(polygon)))
        ]
    )
    one, other = np.triu_indices(len(edges), 1)
    p, r = edges[one, 0], edges[one, 1] - edges[one, 0]
    q, s = edges[other, 0], edges[other, 1] - edges[other, 0]
    cross = r[:, 0] * s[:, 1] - r[:, 1] * s[:, 0]
    step = q - p
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (step[:, 0] * s[:, 1] - step[:, 1] * s[:, 0]) / cross
        u = (step[:, 0] * r[:, 1] - step[:, 1] * r[:, 0]) / cross
    inside = (t > 1e-9) & (t < 1 - 1e-9) & (u > 1e-9) & (u < 1 - 1e-9)
    return p[inside] + t[inside, None] * r[inside]


def _context(bases: gpd.GeoDataFrame) -> Context:
    """A batch under the rules of shape alone."""
    shapes = np.asarray(bases.geometry.array, dtype=object)
    sound, whole = shapely.is_valid(shapes), land(shapes)
    return Context(bases, None, None, POLICY, whole, sound, shares_of(whole, None))


@pytest.mark.parametrize("seed", range(5))
def test_the_verdict_is_shapelys_and_every_crossing_is_told(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = [_polygon(rng, number) for number in range(COUNT)]
    bases = survey_of(frame(shapes), policy=POLICY).bases.assign(surveyed_mu=0.0)
    context = _context(bases)
    rules = (rings.self_intersection, rings.invalid_rings, rings.parts_overlap, shape.not_a_polygon)
    table = issue_table(issue for rule in rules for issue in rule(context))
    valid = np.array([each.is_valid for each in shapes])
    assert set(table["row"]) == set(np.flatnonzero(~valid) + 1)
    assert 0.2 < valid.mean() < 0.8
    told = dict(iter(table[table["code"] == "HG102"].groupby("row")[["lon", "lat"]]))
    for row in np.flatnonzero(~valid) + 1:
        # Where parts cross each other they overlap, which is told as such.
        found = np.vstack([_brute_force(part) for part in shapely.get_parts(shapes[row - 1])])
        points = told[row].to_numpy() if row in told else np.empty((0, 2))
        for point in found:
            assert np.abs(points - point).max(axis=1).min() < _NEAR_DEG, (row, point)


def test_a_scribble_is_told_up_to_a_limit() -> None:
    rng = np.random.default_rng(1)
    scribble = shapely.Polygon((LON, LAT) + rng.uniform(0, 0.01, (600, 2)))
    assert len(crossings(scribble)) == MOST_CROSSINGS


def test_rings_that_only_touch_are_no_crossing() -> None:
    shell = square(300)
    west, south, _, north = shell.bounds
    middle = (south + north) / 2
    touching = [(west, middle), (west + 0.001, middle - 0.001), (west + 0.001, middle + 0.001)]
    outside = square(1, LON + 0.05).exterior
    broken = shapely.Polygon(shell.exterior, [touching, outside])
    table = hg.validate(frame([broken])).table
    assert set(table.loc[table["severity"] == "error", "code"]) == {"HG103"}


def test_a_crossing_says_how_much_it_puts_in_doubt() -> None:
    """A bow-tie of a large and a small lobe: the small one is at stake."""
    west, south, east, north = square(900).bounds
    at = west + 0.75 * (east - west)
    bow = shapely.Polygon([(west, south), (at, north), (east, south), (east, north), (at, south)])
    report = hg.validate(frame([bow]))
    found = report.table[report.table["code"] == "HG102"]
    parts = gpd.GeoSeries(shapely.make_valid(bow), crs=4490).explode().to_crs(4545).area
    assert found["mu_at_stake"].sum() <= parts.sum() / (10000 / 15)
    assert (found["mu_at_stake"] > 0).all()


REASONS = {
    "同一圈重复": lambda s: shapely.MultiPolygon([s, s]),
    "洞在外圈之外": lambda s: shapely.Polygon(s.exterior, [square(1, LON + 0.05).exterior]),
    "洞比外圈大": lambda s: shapely.Polygon(s.exterior, [square(900).exterior]),
    "洞中有洞": lambda s: shapely.Polygon(s.exterior, [square(50).exterior, square(5).exterior]),
    "外圈套外圈": lambda s: shapely.MultiPolygon([s, square(5)]),
}


@pytest.mark.parametrize("reason", REASONS)
def test_rings_that_do_not_fit_together_are_told_by_reason(reason: str) -> None:
    table = hg.validate(frame([REASONS[reason](square(300))])).table
    found = table[table["code"] == "HG103"]
    assert [reason in message for message in found["message"]] == [True]


def test_a_record_with_two_reasons_is_told_both() -> None:
    broken = shapely.Polygon(
        square(300).exterior,
        [square(1, LON + 0.05).exterior, square(50).exterior, square(5).exterior],
    )
    table = hg.validate(frame([broken])).table
    assert len(table[table["code"] == "HG103"]) == 2


def _along(west: float, east: float, south: float = 0.25, north: float = 0.75) -> list[Corner]:
    """A rectangle by shares of a square field's width and height."""
    left, bottom, right, top = square(300).bounds
    low, high = (left + share * (right - left) for share in (west, east))
    one, other = (bottom + share * (top - bottom) for share in (south, north))
    return [(low, one), (low, other), (high, other), (high, one)]


_FIELD = square(300).exterior
#: Rings that run along each other, and what is true of them.
ALONG = {
    "a hole along one side": (shapely.Polygon(_FIELD, [_along(0, 0.4)]), "洞与外圈共用一段边"),
    "a hole along another": (shapely.Polygon(_FIELD, [_along(0.6, 1)]), "洞与外圈共用一段边"),
    "a hole in a corner": (shapely.Polygon(_FIELD, [_along(0, 0.4, 0, 0.4)]), "洞与外圈共用一段边"),
    "a hole from side to side": (shapely.Polygon(_FIELD, [_along(0, 1)]), "洞与外圈共用一段边"),
    "two holes along the sides": (
        shapely.Polygon(_FIELD, [_along(0, 0.3), _along(0.7, 1)]),
        "洞与外圈共用一段边",
    ),
    "two holes": (
        shapely.Polygon(_FIELD, [_along(0.2, 0.4), _along(0.4, 0.6)]),
        "两个洞共用一段边",
    ),
    "two holes, in part": (
        shapely.Polygon(_FIELD, [_along(0.2, 0.4), _along(0.4, 0.6, 0.4, 0.9)]),
        "两个洞共用一段边",
    ),
    "two parts": (
        shapely.MultiPolygon([shapely.Polygon(_along(0, 0.5)), shapely.Polygon(_along(0.5, 1))]),
        "两部分共用一段边",
    ),
    "two parts, in part": (
        shapely.MultiPolygon(
            [shapely.Polygon(_along(0, 0.5)), shapely.Polygon(_along(0.5, 1, 0.5, 1))]
        ),
        "两部分共用一段边",
    ),
    "three parts": (
        shapely.MultiPolygon([shapely.Polygon(_along(n / 3, (n + 1) / 3)) for n in range(3)]),
        "两部分共用一段边",
    ),
    "a part and another's hole": (
        shapely.MultiPolygon(
            [
                shapely.Polygon(_FIELD, [_along(0.2, 0.8)]),
                shapely.Polygon(_along(0.2, 0.5, 0.4, 0.6)),
            ]
        ),
        "两部分共用一段边",
    ),
}


@pytest.mark.parametrize("kind", ALONG)
def test_rings_along_each_other_are_no_crossing(kind: str) -> None:
    shape, reason = ALONG[kind]
    assert not shape.is_valid
    report = hg.validate(frame([shape]))
    found = report.table[report.table["code"].isin(["HG102", "HG103", "HG112"])]
    assert found["code"].tolist() == ["HG103"]
    assert found["message"].tolist() == [f"内外圈不成立: {reason}"]
    point = shapely.Point(found["lon"].iloc[0], found["lat"].iloc[0])
    assert shapely.dwithin(shape.boundary, point, 2e-6)
    assert report.bases["blocked_by"].tolist() == [["HG103"]]


@pytest.mark.parametrize("middle", [[], [(0.3, 0.3)], [(0.2, 0.2), (0.7, 0.7)]])
@pytest.mark.parametrize("beside", [None, square(300)])
def test_a_ring_on_one_line_has_no_needle(
    middle: list[Corner], beside: shapely.Polygon | None
) -> None:
    there = [(LON + 0.05 + 0.01 * x, LAT + 0.01 * y) for x, y in [(0, 0), *middle, (1, 1)]]
    ring = shapely.Polygon([*there, *there[-2::-1], *([there[0]] * (not middle))])
    shape = ring if beside is None else shapely.MultiPolygon([beside, ring])
    codes = set(hg.validate(frame([shape])).table["code"])
    assert "HG106" not in codes
    assert {"HG102", "HG103"} & codes
