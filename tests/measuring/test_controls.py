"""亩 of bases within controls and classes of land: shapely's shares, each place once."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import box

from herbgis.foundation.errors import CrsError
from herbgis.measuring.controls import measure_controls
from herbgis.reading.understanding.control_layers import ControlLayer, control_layer
from herbgis.terms.land_rules import controls
from herbgis.terms.policyfiles import load_policy
from tests.helpers.land_patches import SIDE, SOUTH, WEST, outlines, patches
from tests.helpers.shapes import geod_mu

POLICY = load_policy()
CODES = ["0101", "0103", "0201K", "0301", "0307", "1006", "0702", "9999"]
GROUPS = {
    "cropland_mu": {"0101", "0103"},
    "orchard_mu": {"0201K"},
    "forest_mu": {"0301", "0307"},
    "other_land_mu": {"1006", "0702"},
    "unknown_land_mu": {"9999"},
}
SIZE = 12
HALF = SIZE * SIDE / 2


def _layer(name: str, shapes: Any, crs: int = 4490, **columns: Any) -> ControlLayer:
    table = gpd.GeoDataFrame(columns, geometry=list(shapes), crs=4490).to_crs(crs)
    return control_layer(name, table, policy=POLICY)


def _bases(*shapes: shapely.Geometry | None) -> np.ndarray:
    return np.array(shapes, dtype=object)


def _rect(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A rectangle in steps of about 10 m; a longer edge is not the same geodesic as its pieces."""
    return box(*(np.array([west, south, east, north]) / 10000 + [WEST, SOUTH, WEST, SOUTH]))


def _mu(base: shapely.Geometry, shapes: Any) -> float:
    """By shapely and pyproj alone: the land of shapes within a base, each place once."""
    polygons = shapely.make_valid([part for shape in shapes for part in shapely.get_parts(shape)])
    return geod_mu(shapely.intersection(base, shapely.union_all(np.asarray(polygons))))


@pytest.fixture(scope="module")
def survey() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Patches, their codes, and bases of which some reach over the edge."""
    rng = np.random.default_rng(5)
    shapes = patches(SIZE, rng)
    return shapes, rng.choice(CODES, len(shapes)), outlines(200, SIZE, rng)


def test_shares_are_those_of_shapely(survey: tuple[np.ndarray, ...]) -> None:
    shapes, codes, bases = survey
    found = measure_controls(bases, [_layer("三调地类", shapes, DLBM=codes)]).table
    assert (found["control_land_class_mu"] > 0).all()
    for column, of_group in GROUPS.items():
        some = shapes[np.isin(codes, list(of_group))]
        wanted = [_mu(base, some) for base in bases]
        assert found[column].to_numpy() == pytest.approx(wanted, rel=1e-6, abs=1e-6), column
    added = found[list(GROUPS)].sum(axis=1).to_numpy()
    assert added == pytest.approx(found["control_land_class_mu"].to_numpy(), rel=1e-12)


def test_controls_that_lie_on_each_other_count_once(survey: tuple[np.ndarray, ...]) -> None:
    *_, bases = survey
    areas = outlines(60, SIZE, np.random.default_rng(6))
    found = measure_controls(bases, [_layer("公益林", areas)]).table["control_public_forest_mu"]
    wanted = [_mu(base, areas) for base in bases]
    assert found.to_numpy() == pytest.approx(wanted, rel=1e-6, abs=1e-6)
    alone = sum(np.array([_mu(base, [area]) for base in bases]) for area in areas)
    assert alone.sum() > 1.2 * found.sum()


SQUARE = _rect(0, 0, 6, 6)
FOUR = [_rect(0, 0, 3, 3), _rect(3, 0, 6, 3), _rect(0, 3, 3, 6), _rect(3, 3, 6, 6)]


@pytest.mark.parametrize(
    "shapes",
    [
        pytest.param([SQUARE, SQUARE], id="the same twice"),
        pytest.param([SQUARE, shapely.segmentize(SQUARE, 0.0002)], id="the same otherwise drawn"),
        pytest.param([_rect(-9, -9, 9, 9), _rect(-8, -8, 8, 8)], id="both around"),
        pytest.param([*FOUR, *FOUR], id="a coverage twice"),
        pytest.param([*FOUR, SQUARE], id="a coverage and its whole"),
        pytest.param([*FOUR, _rect(-3, -3, 12, 12)], id="a coverage and what is around"),
        pytest.param(
            [*FOUR[:3], _rect(2.9, 2.9, 5.9, 5.9)], id="a shifted one: as much is lacking"
        ),
        pytest.param([*FOUR, _rect(1, 1, 2, 2)], id="one within another"),
        pytest.param(FOUR, id="neighbours alone"),
        pytest.param(
            [shapely.segmentize(FOUR[0], 0.0001), *FOUR[1:]], id="neighbours with other vertices"
        ),
        pytest.param(
            [shapely.MultiPolygon([_rect(0, 0, 4, 4), _rect(2, 2, 6, 6)])],
            id="a multipart on itself",
        ),
        pytest.param(
            [shapely.Polygon([*_rect(0, 0, 6, 2).exterior.coords[:2], (WEST, SOUTH)][::-1])],
            id="no area",
        ),
        pytest.param(
            [shapely.Polygon(np.array([(0, 0), (6, 6), (6, 0), (0, 6)]) / 10000 + [WEST, SOUTH])],
            id="a bow tie",
        ),
    ],
)
@pytest.mark.parametrize("base", [_rect(1, 1, 5, 5), _rect(-1, 2, 3, 7), SQUARE])
def test_each_place_counts_once(shapes: list[shapely.Geometry], base: shapely.Geometry) -> None:
    found = measure_controls(_bases(base), [_layer("生态红线", shapes)])
    wanted = _mu(base, shapes)
    measured = found.table["control_ecological_redline_mu"][0]
    assert measured == pytest.approx(wanted, rel=1e-6, abs=1e-6)


def test_two_classes_at_one_place_are_no_known_class() -> None:
    base = _rect(0, 0, 4, 1)
    shapes = [_rect(0, 0, 2, 1), _rect(1, 0, 3, 1), _rect(2.5, 0, 4, 1)]
    layer = _layer("三调", shapes, DLBM=["0101", "0301", "0305"])
    found = measure_controls(_bases(base), [layer]).table.iloc[0]
    whole = geod_mu(base)
    assert found["control_land_class_mu"] == pytest.approx(whole, rel=1e-6)
    assert found["cropland_mu"] == pytest.approx(whole / 4, rel=1e-6)
    assert found["unknown_land_mu"] == pytest.approx(whole / 4, rel=1e-6)
    assert found["forest_mu"] == pytest.approx(whole / 2, rel=1e-6)


@pytest.mark.parametrize("crs", [4490, 4326, 4545, 4524, 3857, 32649])
def test_a_layer_of_any_system(survey: tuple[np.ndarray, ...], crs: int) -> None:
    shapes, _, bases = survey
    here = measure_controls(bases, [_layer("永农", shapes[::3])]).table
    there = measure_controls(bases, [_layer("永农", shapes[::3], crs)]).table
    # Degrees come back from a plane to a micrometre or so.
    assert there.to_numpy() == pytest.approx(here.to_numpy(), rel=1e-5, abs=1e-4)


@pytest.mark.parametrize(
    ("heading", "cells", "net"),
    [
        ("KCXS", [0.1, 0.2], [0.9, 0.8]),
        ("kcxs", [0.1, 0.0], [0.9, 1.0]),
        ("TKXS", ["0.1", "0.25"], [0.9, 0.75]),
        ("KCXS", [0.1, None], [0.9, np.nan]),
        ("KCXS", [0.1, 12.5], [0.9, np.nan]),
        ("KCXS", [-0.1, 1.0], [np.nan, np.nan]),
        ("KCXS", ["无", 0], [np.nan, 1.0]),
    ],
)
def test_cropland_is_told_gross_and_net(heading: str, cells: list[Any], net: list[float]) -> None:
    crops = [_rect(0, 0, 2, 2), _rect(4, 0, 6, 2)]
    layer = _layer(
        "dltb",
        [*crops, _rect(2, 0, 4, 2)],
        **{"dlbm": ["0103", "0101", "0301"], heading: [*cells, None]},
    )
    bases = _bases(_rect(0, 0, 3, 1), _rect(3, 0, 6, 1))
    found = measure_controls(bases, [layer]).table
    gross = np.array([_mu(base, crops) for base in bases])
    assert found["cropland_mu"].to_numpy() == pytest.approx(gross, rel=1e-6)
    wanted = gross * net
    assert found["cropland_net_mu"].to_numpy() == pytest.approx(wanted, rel=1e-6, nan_ok=True)
    assert found["ridge_mu"].to_numpy() == pytest.approx(gross - wanted, rel=1e-6, nan_ok=True)


def test_without_deductions_there_is_no_net() -> None:
    found = measure_controls(_bases(SQUARE), [_layer("三调", FOUR, DLBM=["0101"] * 4)])
    assert list(found.table) == ["control_land_class_mu", *GROUPS]


def test_cropland_told_twice_is_deducted_once() -> None:
    layer = _layer("三调", [SQUARE, SQUARE], DLBM=["0101"] * 2, KCXS=[0.1, 0.1])
    found = measure_controls(_bases(_rect(1, 1, 4, 4)), [layer]).table.iloc[0]
    whole = geod_mu(_rect(1, 1, 4, 4))
    assert found["cropland_mu"] == pytest.approx(whole, rel=1e-6)
    assert found["cropland_net_mu"] == pytest.approx(0.9 * whole, rel=1e-6)


def test_what_classes_do_not_cover_is_said_and_missing_layers_named() -> None:
    bases = _bases(_rect(0, 0, 2, 2), _rect(1, 0, 5, 1), _rect(8, 8, 9, 9), None)
    found = measure_controls(
        bases,
        [_layer("三调", [_rect(0, 0, 4, 4)], DLBM=["0101"]), _layer("退耕", [_rect(0, 0, 1, 1)])],
    )
    assert found.notes == ["", "三调地类只盖住 75.0%", "三调地类只盖住 0.0%", ""]
    assert found.missing == tuple(
        kind.title for kind in controls().values() if kind.name != "land_class"
    )
    assert "control_退耕_mu" in found.table
    assert found.table.loc[3].tolist() == [0.0] * found.table.shape[1]


def test_what_only_touches_a_base_is_nothing() -> None:
    base = _rect(0, 0, 2, 2)
    shapes = [_rect(0, 0, 1, 2), _rect(0.5, 0, 1, 2), _rect(2, 0, 3, 2), _rect(1, 2, 4, 3)]
    layer = _layer("三调", shapes, DLBM=["0101", "0301", "0201", "0301"])
    found = measure_controls(_bases(base), [layer]).table.iloc[0]
    half = geod_mu(base) / 2
    assert found["control_land_class_mu"] == pytest.approx(half, rel=1e-6)
    assert found["orchard_mu"] == found["forest_mu"] == 0


def test_layers_of_one_kind_are_one() -> None:
    base, shapes = _rect(0, 0, 4, 4), [_rect(-1, -1, 2, 5), _rect(1, -1, 3, 5)]
    layers = [_layer("国家级公益林", shapes[:1]), _layer("地方公益林", shapes[1:])]
    found = measure_controls(_bases(base), layers).table
    assert list(found) == ["control_public_forest_mu"]
    assert found.iloc[0, 0] == pytest.approx(_mu(base, shapes), rel=1e-6)


def test_joined_surveys_keep_their_codes_and_deductions() -> None:
    layers = [
        _layer("三调", [_rect(0, 0, 2, 2)], DLBM=["0101"], KCXS=[0.1]),
        _layer("dltb", [_rect(2, 0, 4, 2)], DLBM=["0301"]),
        _layer("国土调查", [_rect(4, 0, 6, 2)], DLBM=[None]),
    ]
    base = _rect(0, 0, 6, 1)
    found = measure_controls(_bases(base), layers).table.iloc[0]
    third = geod_mu(base) / 3
    for column in ("cropland_mu", "forest_mu", "unknown_land_mu"):
        assert found[column] == pytest.approx(third, rel=1e-6), column
    assert found["cropland_net_mu"] == pytest.approx(0.9 * third, rel=1e-6)


def test_a_shape_of_many_vertices() -> None:
    bases = outlines(80, SIZE, np.random.default_rng(7))
    middle = shapely.Point(WEST + HALF, SOUTH + HALF)
    large = middle.buffer(HALF, quad_segs=1500) - middle.buffer(HALF / 2, quad_segs=900)
    found = measure_controls(bases, [_layer("自然保护区", [large])]).table
    wanted = [_mu(base, [large]) for base in bases]
    assert found.iloc[:, 0].to_numpy() == pytest.approx(wanted, rel=1e-6, abs=1e-6)


def test_order_does_not_matter(survey: tuple[np.ndarray, ...]) -> None:
    shapes, codes, bases = survey
    found = measure_controls(bases, [_layer("三调", shapes, DLBM=codes)]).table
    turned = measure_controls(bases[::-1], [_layer("三调", shapes[::-1], DLBM=codes[::-1])]).table
    assert turned[::-1].to_numpy() == pytest.approx(found.to_numpy(), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("shapes", [[], [None], [shapely.Point(WEST, SOUTH)], [shapely.Polygon()]])
def test_layers_without_land(shapes: list[Any]) -> None:
    layer = ControlLayer("public_forest", "公益林", np.array(shapes, dtype=object))
    assert measure_controls(_bases(SQUARE), [layer]).table.iloc[0].tolist() == [0.0]
    assert measure_controls(_bases(), [layer]).table.shape == (0, 1)
    assert measure_controls(_bases(SQUARE), []).table.shape == (1, 0)


def test_a_layer_without_a_system_is_refused() -> None:
    table = gpd.GeoDataFrame(geometry=[SQUARE])
    with pytest.raises(CrsError):
        control_layer("公益林", table, policy=POLICY)
