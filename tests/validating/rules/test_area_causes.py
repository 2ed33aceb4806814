"""A cause of a mismatched area: named where it is the cause, and not where chance would name it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

import herbgis as hg
from herbgis.foundation.units import half_units
from tests.helpers.right_bases import Land, declarations, shapes_of_a_base
from tests.helpers.seeded import mu_of, project, web_mu
from tests.helpers.shapes import MU_M2, frame, square

_UNKNOWN = "原因不明"
POLICY = hg.load_policy()


def _said(survey: gpd.GeoDataFrame, policy: hg.Policy = POLICY) -> tuple[str, str]:
    table = hg.validate(survey, policy=policy).table
    (found,) = table[table["code"].isin(["HG401", "HG402", "HG403", "HG404"])].to_dict("records")
    return found["code"], found["suggestion"]


def _one(declared: float, shape: Any = None, **columns: Any) -> gpd.GeoDataFrame:
    return frame([square(540.27) if shape is None else shape], declared_mu=[declared], **columns)


@pytest.mark.parametrize("decimals", [0, 1, 2])
@pytest.mark.parametrize("mu_m2", [10000 / 15, 667.0])
@pytest.mark.parametrize("mu", [660.4, 940.27, 1388.8])
def test_web_mercator(mu: float, mu_m2: float, decimals: int) -> None:
    declared = round(web_mu(square(mu)) * MU_M2 / mu_m2, decimals)
    assert _said(_one(declared, square(mu)))[0] == "HG403"


@pytest.mark.parametrize("off", [0.99, 0.997, 1.003, 1.01])
def test_near_web_mercator_is_not_it(off: float) -> None:
    declared = round(web_mu(square(540.27)) * off, 2)
    code, suggestion = _said(_one(declared))
    assert code == "HG401"
    assert _UNKNOWN in suggestion


@pytest.mark.parametrize("share", [0.06, 0.1, 0.2, 0.4])
@pytest.mark.parametrize("on", ["ellipsoid", "plane"])
def test_holes(share: float, on: str) -> None:
    outer = square(700.37, 108.9)
    middle = shapely.get_coordinates(outer.centroid)[0]
    inner = shapely.transform(outer, lambda xy: (xy - middle) * np.sqrt(share) + middle)
    plane = pyproj.Transformer.from_crs(4490, 4545, always_xy=True)
    filled = mu_of(outer) if on == "ellipsoid" else shapely.area(project(outer, plane)) / MU_M2
    assert _said(_one(round(filled, 2), outer.difference(inner)))[0] == "HG404"


@pytest.mark.parametrize(
    ("factor", "code", "words"),
    [
        (1 / 15, "HG402", ""),
        (MU_M2, "HG401", "平方米数填成了亩"),
        (15.0, "HG401", "亩数的单位写成了公顷"),
        (10.0, "HG401", "小数点右移了一位"),
        (0.1, "HG401", "小数点左移了一位"),
    ],
)
@pytest.mark.parametrize("measured_otherwise", [0.997, 1.0, 1.003])
def test_units(factor: float, code: str, words: str, measured_otherwise: float) -> None:
    declared = round(540.27 * factor * measured_otherwise, 2)
    found, suggestion = _said(_one(declared))
    assert found == code
    assert words in suggestion


@pytest.mark.parametrize("share", [0.2, 0.35, 0.6, 0.7])
def test_one_parcel_of_two(share: float) -> None:
    parcels = [square(800 * share), square(800 * (1 - share), 108.6)]
    survey = frame(parcels, base_id="A", name="甲", declared_mu=[round(800 * share, 2), None])
    code, suggestion = _said(survey)
    assert code == "HG401"
    assert "只报了其中一个地块" in suggestion


def test_planes_of_near_zones_alone() -> None:
    """Within 6 degrees a plane stretches by less than 1%: a cause only under a tight tolerance."""
    tight = replace(POLICY, tolerances={**POLICY.tolerances, "area_mismatch_share": 0.001})
    shape = square(1200.5, 108.9, 27.9)
    for meridian, epsg in ((105, 4544), (111, 4546)):
        plane = pyproj.Transformer.from_crs(4490, epsg, always_xy=True)
        declared = round(shapely.area(project(shape, plane)) / MU_M2, 2)
        assert f"{meridian}°" in _said(_one(declared, shape), tight)[1]
    far = pyproj.Transformer.from_crs(4490, 4534, always_xy=True)
    declared = round(shapely.area(project(shape, far)) / MU_M2, 2)
    for policy in (tight, POLICY):
        assert _UNKNOWN in _said(_one(declared, shape), policy)[1]


@pytest.mark.parametrize("kind", ["plain", "hole", "two", "ten"])
@pytest.mark.parametrize("decimals", [0, 1, 2])
@pytest.mark.parametrize(("least", "most"), [(0.05, 0.75), (-0.9, -0.05)])
def test_declarations_without_a_cause_are_given_none(
    kind: str, decimals: int, least: float, most: float
) -> None:
    """At most one in a hundred; of 300 draws more than 9 would come once in a thousand times."""
    rng = np.random.default_rng(11)
    base, shapes = [], []
    for number, records in enumerate(shapes_of_a_base(Land(rng), 300, kind)):
        base += [number] * len(records)
        shapes += records
    surveyed = np.bincount(base, [mu_of(shape) for shape in shapes])
    declared = declarations(rng, surveyed, least, most, decimals)[base]
    ids = [f"P{number:03}" for number in base]
    table = hg.validate(frame(shapes, base_id=ids, name=ids, declared_mu=declared.tolist())).table
    asked = table[table["code"].isin(["HG401", "HG402", "HG403", "HG404"])]
    assert len(asked) > 250
    assert (~asked["suggestion"].str.contains(_UNKNOWN)).sum() <= 9


def test_an_unknown_cause_says_by_how_much() -> None:
    code, suggestion = _said(_one(655.73))
    assert code == "HG401"
    assert suggestion.startswith("差 +21.4%, 原因不明; ")


@pytest.mark.parametrize(
    ("figure", "half"), [(540.0, 0.5), (540.3, 0.05), (540.27, 0.005), (540.2718, 0.005), (0, 0.5)]
)
def test_what_rounding_hides(figure: float, half: float) -> None:
    assert half_units(np.array([figure])).tolist() == [half]
