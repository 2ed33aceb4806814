"""Offsets of map services: named where chance would not make them, else at most mentioned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

import herbgis as hg
from herbgis.validating.rules import offset_chances as chances
from tests.helpers.right_bases import SETTINGS, Land, Setting, parcels_apart, retraced
from tests.helpers.seeded import bd09, change, gcj02
from tests.helpers.shapes import frame, square

POLICY = hg.load_policy()
SERVICES = {"HG204": gcj02, "HG209": bd09}
_NAMING = ["HG006", "HG204", "HG209"]


def _land(seed: int) -> Land:
    return Land(np.random.default_rng(seed))


def _codes(report: hg.ValidationReport) -> list[str]:
    return [code for code in report.table["code"] if code in (*_NAMING, "HG211")]


def _unmoved(report: hg.ValidationReport, survey: gpd.GeoDataFrame) -> bool:
    pair = (np.asarray(f.geometry.array, dtype=object) for f in (report.bases, survey))
    return bool(shapely.equals_identical(*pair).all())


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("setting", SETTINGS)
def test_bases_that_lie_right_are_not_accused(
    setting: str, seed: int, counties: gpd.GeoDataFrame
) -> None:
    made = SETTINGS[setting](_land(seed), 150)
    report = hg.validate(made.survey, counties=counties, against=made.ledger)
    assert not set(_codes(report)) & set(_NAMING)
    assert _unmoved(report, made.survey)


def _displaced(
    survey: gpd.GeoDataFrame, rows: Any, forward: Callable[..., Any]
) -> gpd.GeoDataFrame:
    shapes = list(survey.geometry)
    for row in rows:
        shapes[row] = change(shapes[row], forward)
    return survey.set_geometry(gpd.GeoSeries(shapes, index=survey.index, crs=4490))


@pytest.mark.parametrize("code", SERVICES)
@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_the_ledgers_outline_names_an_offset(
    code: str, again: bool, seed: int, counties: gpd.GeoDataFrame
) -> None:
    """As it stands in the ledger, or surveyed once more with a handheld receiver's error."""
    land = _land(seed)
    at, county = land.places(12)
    ledger = land.frame(np.arange(12), county, land.fields(at, np.linspace(100, 1500, 12)))
    shapes = [retraced(land.rng, s) if again else s for s in ledger.geometry]
    truth = ledger.set_geometry(gpd.GeoSeries(shapes, crs=4490))
    report = hg.validate(
        _displaced(truth, range(6), SERVICES[code]), counties=counties, against=ledger
    )
    assert _codes(report) == [code] * 6
    away = [shapely.hausdorff_distance(*p) for p in zip(report.bases.geometry, shapes, strict=True)]
    assert max(away) < 1e-6


@pytest.mark.parametrize("code", SERVICES)
def test_parcels_of_many_bases_agree_on_one_shift(code: str, counties: gpd.GeoDataFrame) -> None:
    """Of fourteen bases the second parcel, moved back, lies beside the first."""
    first = [square(120, 108.2 + 0.03 * n, 27.9 + 0.002 * n) for n in range(14)]
    second = [change(s, lambda xy: xy + (0.003, 0.0)) for s in first]
    both = [s for pair in zip(first, second, strict=True) for s in pair]
    ids = np.repeat([f"B{n:03}" for n in range(14)], 2).tolist()
    truth = frame(both, base_id=ids, name=ids, county=None, reporting_unit=None)
    report = hg.validate(_displaced(truth, range(1, 28, 2), SERVICES[code]), counties=counties)
    assert _codes(report) == [code] * 14
    assert shapely.hausdorff_distance(report.bases.geometry.iloc[1], second[0]) < 1e-6


def test_a_few_parcels_that_agree_are_passed_over(counties: gpd.GeoDataFrame) -> None:
    first = [square(120, 108.2 + 0.03 * n, 27.9) for n in range(2)]
    second = [change(s, lambda xy: xy + (0.003, 0.0)) for s in first]
    both = [s for pair in zip(first, second, strict=True) for s in pair]
    truth = frame(both, base_id=["A", "A", "B", "B"], name=["A", "A", "B", "B"])
    moved = _displaced(truth, (1, 3), gcj02)
    report = hg.validate(moved, counties=counties)
    assert _codes(report) == []
    assert _unmoved(report, moved)


def _along_the_line(count: int) -> gpd.GeoDataFrame:
    """Bases wholly in the city's east that GCJ-02 takes clear of it, far from each other."""
    land = _land(7)
    city = shapely.union_all(land.borders)
    found: list[Any] = []
    kept: list[np.ndarray] = []
    counties: list[int] = []
    while len(found) < count:
        at, county = land.places(400, deep=False)
        for middle, number in zip(at, county, strict=True):
            (shape,) = land.fields(middle[None], np.array([70.0]))
            there = middle + (427, -367)
            if (
                len(found) < count
                and shapely.contains(land.borders[number], shape.buffer(30))
                and shapely.distance(city, shapely.Point(there)) > 250
                and all(np.hypot(*(middle - other)) > 11_000 for other in kept)
            ):
                found.append(shape)
                kept.append(middle)
                counties.append(int(number))
    return land.frame(np.arange(count), np.array(counties), found)


@pytest.mark.parametrize(("count", "named"), [(1, False), (2, False), (5, True)])
def test_the_declared_county_alone_takes_several(
    count: int, named: bool, counties: gpd.GeoDataFrame
) -> None:
    truth = _along_the_line(count)
    moved = _displaced(truth, range(count), gcj02)
    report = hg.validate(moved, counties=counties)
    errors = set(report.table.loc[report.table["severity"] == "error", "code"])
    if named:
        assert _codes(report) == ["HG006"]
        assert "GCJ-02" in report.table["message"].str.cat()
    else:
        assert _codes(report) == ["HG211"] * count
        assert errors & {"HG205", "HG207"}
        assert _unmoved(report, moved)
        assert not report.bases["blocked_by"].map(lambda codes: "HG211" in codes).any()


@pytest.mark.parametrize("code", ["HG204", "HG209", "HG211"])
def test_a_policy_may_switch_it_off(code: str, counties: gpd.GeoDataFrame) -> None:
    policy = replace(POLICY, rules_off=frozenset({"HG204", "HG209", "HG211"} - {code}))
    everything_off = replace(POLICY, rules_off=frozenset({"HG204", "HG209", "HG211"}))
    land = _land(1)
    at, county = land.places(3)
    ledger = land.frame(np.arange(3), county, land.fields(at, np.array([200.0, 300, 400])))
    moved = _displaced(ledger, [0], SERVICES.get(code, gcj02))
    wanted = [] if code == "HG211" else [code]
    for rules, codes in ((policy, wanted), (everything_off, [])):
        report = hg.validate(moved, counties=counties, against=ledger, policy=rules)
        assert _codes(report) == codes


def test_rows_in_any_order_give_the_same(counties: gpd.GeoDataFrame) -> None:
    made: Setting = parcels_apart(_land(3), 40)
    moved = _displaced(made.survey, range(1, 80, 2), gcj02)
    one = hg.validate(moved, counties=counties, against=made.survey)
    other = hg.validate(moved.iloc[::-1], counties=counties, against=made.survey)
    assert sorted(_codes(one)) == sorted(_codes(other))
    assert _codes(one).count("HG204") == 40


@pytest.mark.parametrize("trials", [1, 5, 60, 2000])
@pytest.mark.parametrize("chance", [0.005, 0.2])
def test_the_binomial_tail_is_the_sum_of_its_terms(trials: int, chance: float) -> None:
    counts = np.random.default_rng(0).binomial(trials, chance, 200_000)
    for least in (0, 1, trials // 2, trials):
        seen = float((counts >= least).mean())
        assert chances.binomial_tail(least, trials, chance) == pytest.approx(seen, abs=4e-3)
    assert chances.binomial_tail(trials, trials, chance) == pytest.approx(chance**trials)


@pytest.mark.parametrize("seed", range(4))
def test_outlines_of_unrelated_bases_are_seldom_alike(seed: int) -> None:
    """The model's chances hold for outlines put on each other, whatever their size."""
    rng = np.random.default_rng(seed)
    land = _land(seed)
    mu = np.exp(rng.normal(np.log(500), 0.7, 3000))
    shapes = np.array(land.fields(np.zeros((3000, 2)), mu), dtype=object)
    one, other = shapes[::2], shapes[1::2]
    shared = shapely.area(shapely.intersection(one, other))
    alike = shared / (shapely.area(one) + shapely.area(other) - shared)
    for least, _, often in chances._ONE_OUTLINE:
        assert (alike >= least).mean() <= often + 3 * np.sqrt(often / len(one))
