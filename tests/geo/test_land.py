"""Land is the union of parts less holes: beside winding numbers and areas known beforehand."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pytest
import shapely

import herbgis as hg
from herbgis.geo.geodesy import areas_m2
from herbgis.geo.land import land
from herbgis.planning.land.footprints import polygons_of
from tests.helpers.shapes import LAT, LON, MU_M2, frame, geod_mu

#: A step of the grid that these shapes are drawn on, in degrees.
_STEP = 0.001


def _box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A box by its corners in steps of the grid."""
    corner = np.array([LON, LAT])
    return shapely.box(
        *(corner + (west * _STEP, south * _STEP)), *(corner + (east * _STEP, north * _STEP))
    )


def _polygon(*corners: tuple[float, float]) -> shapely.Polygon:
    """A polygon by its corners in steps of the grid."""
    return shapely.Polygon(np.array([LON, LAT]) + np.array(corners) * _STEP)


def _with_hole(shell: shapely.Polygon, *holes: shapely.Polygon) -> shapely.Polygon:
    return shapely.Polygon(shell.exterior, [hole.exterior for hole in holes])


def _turned(shape: shapely.Polygon) -> shapely.Polygon:
    return shapely.reverse(shape)


A, B, C = _box(0, 0, 6, 6), _box(4, 0, 10, 6), _box(5, 3, 8, 9)
INNER, ON_BORDER, ACROSS = _box(1, 1, 3, 3), _box(0, 2, 2, 4), _box(5, 2, 8, 4)
MULTI, COLLECTION = shapely.MultiPolygon, shapely.GeometryCollection
A_LESS_INNER = shapely.difference(A, INNER)

#: What is drawn, and the land that it is, as a sound polygon or parts that lie apart; None: none.
DRAWN: dict[str, tuple[shapely.Geometry, shapely.Geometry | None]] = {
    "two parts overlap": (MULTI([A, B]), _box(0, 0, 10, 6)),
    "one of them turned the other way": (MULTI([A, _turned(B)]), _box(0, 0, 10, 6)),
    "three parts overlap": (MULTI([A, B, C]), shapely.union_all([A, B, C])),
    "a part twice": (MULTI([A, A]), A),
    "a part three times": (MULTI([A, A, A]), A),
    "a part within another": (MULTI([A, INNER]), A),
    "parts with an edge in common": (MULTI([A, _box(6, 0, 9, 6)]), _box(0, 0, 9, 6)),
    "a part over another's hole": (
        MULTI([_with_hole(A, INNER), _box(1, 1, 2, 3)]),
        shapely.difference(A, _box(2, 1, 3, 3)),
    ),
    "a collection that overlaps": (COLLECTION([A, B]), _box(0, 0, 10, 6)),
    "a collection in a collection": (
        COLLECTION([A, COLLECTION([MULTI([A, B])])]),
        _box(0, 0, 10, 6),
    ),
    "a collection with a line": (COLLECTION([A, B.exterior]), A),
    "an empty part": (MULTI([A, shapely.Polygon()]), A),
    "a hole": (_with_hole(A, INNER), A_LESS_INNER),
    "a hole turned as its shell": (
        shapely.Polygon(A.exterior, [_turned(INNER).exterior]),
        A_LESS_INNER,
    ),
    "a hole twice": (_with_hole(A, INNER, INNER), A_LESS_INNER),
    "a hole in a hole": (_with_hole(A, INNER, _box(1.5, 1.5, 2, 2)), A_LESS_INNER),
    "a hole on the border": (_with_hole(A, ON_BORDER), shapely.difference(A, ON_BORDER)),
    "a hole across the border": (_with_hole(A, ACROSS), shapely.difference(A, ACROSS)),
    "a hole elsewhere": (_with_hole(A, _box(8, 8, 9, 9)), A),
    "an empty hole": (shapely.Polygon(A.exterior, [[]]), A),
    "the shell as its hole": (_with_hole(A, A), None),
    "a hole larger than the shell": (_with_hole(INNER, A), None),
    "there and back": (shapely.Polygon([(LON, LAT), (LON + _STEP, LAT), (LON, LAT)]), None),
    "walked around twice": (shapely.Polygon([*A.exterior.coords[:-1], *A.exterior.coords]), A),
    "a figure of eight": (
        _polygon((0, 0), (2, 2), (2, 0), (0, 2)),
        MULTI([_polygon((0, 0), (1, 1), (0, 2)), _polygon((2, 0), (1, 1), (2, 2))]),
    ),
    "a spike": (_polygon((0, 0), (6, 0), (9, 9), (6, 0), (6, 6), (0, 6)), A),
    "a line": (shapely.LineString(A.exterior.coords), None),
}


@pytest.mark.parametrize("name", DRAWN)
def test_land_is_the_union_of_parts_less_holes(name: str) -> None:
    drawn, expected = DRAWN[name]
    found = land(np.array([drawn], dtype=object))[0]
    if expected is None:
        assert found is None
        return
    assert found.is_valid
    apart = shapely.symmetric_difference(found, expected)
    assert areas_m2(np.array([apart]))[0] < 0.01
    assert geod_mu(found) == pytest.approx(geod_mu(expected), abs=1e-4)


def _one_record(drawn: shapely.Geometry) -> float:
    return float(hg.measure(frame([drawn]))["surveyed_mu"].iloc[0])


def _one_base(drawn: shapely.Geometry) -> float:
    return float(hg.classify(frame([drawn]))["surveyed_mu"].iloc[0])


def _two_records(drawn: shapely.Geometry) -> float:
    records = frame([drawn, drawn], base_id="520625-2020-001")
    return float(hg.classify(records)["surveyed_mu"].iloc[0])


def _mask(drawn: shapely.Geometry) -> float:
    return float(areas_m2(polygons_of(frame([drawn]), "遮罩"))[0] / MU_M2)


def _ledger(drawn: shapely.Geometry) -> float:
    """What a base shares with a ledger that has the same land: all of it."""
    table = hg.validate(frame([drawn]), against=frame([drawn], base_id="520625-2020-900")).table
    return float(table.loc[table["code"] == "HG304", "mu_at_stake"].iloc[0])


def _county(drawn: shapely.Geometry) -> float:
    """Area of a base as large as the county that lies in it; the county has the drawn border."""
    counties = gpd.GeoDataFrame(
        {"county": ["印江土家族苗族自治县"]}, geometry=[drawn], crs="EPSG:4490"
    )
    inside = hg.validate(frame([_box(-1, -1, 11, 11)]), counties=counties).table
    stake = inside.loc[inside["code"] == "HG205", "mu_at_stake"].iloc[0]
    return geod_mu(_box(-1, -1, 11, 11)) - float(stake)


@pytest.mark.parametrize("way", [_one_record, _one_base, _two_records, _mask, _ledger, _county])
@pytest.mark.parametrize("name", [name for name, (_, known) in DRAWN.items() if known])
def test_land_is_the_same_for_all_who_ask(
    name: str, way: Callable[[shapely.Geometry], float]
) -> None:
    drawn, expected = DRAWN[name]
    assert way(drawn) == pytest.approx(geod_mu(expected), abs=0.011)


def _wound_around(ring: np.ndarray, point: np.ndarray) -> bool:
    """Whether the direction to a ring, followed once around, turns by a full angle or more."""
    directions = np.unwrap(np.arctan2(*(ring - point).T))
    return round((directions[-1] - directions[0]) / (2 * np.pi)) != 0


@pytest.mark.parametrize("seed", range(3))
def test_a_ring_encloses_what_it_winds_around(seed: int) -> None:
    """Rings on a coarse grid, where many vertices lie on edges and many edges on each other."""
    rng = np.random.default_rng(seed)
    for _ in range(100):
        grid = rng.integers(0, 8, (int(rng.integers(4, 9)), 2))
        drawn = shapely.Polygon((LON, LAT) + grid * _STEP)
        ring = shapely.get_coordinates(drawn)
        points = (LON, LAT) + rng.uniform(0, 7, (20, 2)) * _STEP
        far = shapely.distance(shapely.LineString(ring), shapely.points(points)) > 1e-7
        found = land(np.array([drawn], dtype=object))[0]
        assert found is None or found.is_valid
        for point in points[far]:
            inside = found is not None and bool(shapely.contains_xy(found, *point))
            assert inside == _wound_around(ring, point), shapely.to_wkt(drawn)


def test_what_is_sound_comes_back_as_it_is() -> None:
    given = np.array([A, _with_hole(A, INNER), MULTI([A, _box(8, 8, 9, 9)]), None], dtype=object)
    found = land(given)
    assert all(one is other for one, other in zip(found, given, strict=True))
