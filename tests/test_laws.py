"""The laws of the house, each over every public step that takes bases."""

from __future__ import annotations

import builtins
import dataclasses
import functools
import io
import math
import os
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal

import herbgis as hg
from herbgis.foundation.language import speaking
from herbgis.terms import columns as cols
from tests.helpers import steps
from tests.helpers.english import CHINESE
from tests.helpers.steps import STEPS, TABLE_STEPS, World, laws_for, parts_of

#: A figure rounded to 0.01 may turn by the last digit that a transformation changes; a place by
#: some millimetres.
_ROUNDED, _PLACE_DEG = 0.0101, 1e-7
_OF_THE_SYSTEM = {
    "measure": (".geometry",),
    "measure_terrain": (".geometry",),
    "validate": (".files.crs",),
}


@pytest.fixture(scope="module")
def given(
    policy: hg.Policy, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, gpd.GeoDataFrame]:
    return steps.inputs(policy, tmp_path_factory.mktemp("ledger"))


@pytest.fixture(scope="module")
def world(
    counties: gpd.GeoDataFrame, policy: hg.Policy, tmp_path_factory: pytest.TempPathFactory
) -> World:
    return steps.world(counties, policy, tmp_path_factory.mktemp("laws"))


@pytest.fixture(scope="module")
def plain(given: dict[str, gpd.GeoDataFrame], world: World) -> Callable[[str], Any]:
    """What a step gives for its input as it stands, run once."""
    return functools.cache(lambda name: STEPS[name].run(_taken(name, given), world))


@pytest.fixture
def bases(given: dict[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    return given["records"]


def _taken(name: str, given: dict[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    return given[STEPS[name].takes].copy()


def _bytes(result: Any) -> bytes:
    """A result as bytes that show any difference."""
    if isinstance(result, hg.Policy):
        return b""
    if hasattr(result, "get_root"):
        return str(result.get_root().render()).encode()
    return repr([(name, _told(value)) for name, value in parts_of(result)]).encode()


def _told(value: Any) -> Any:
    if isinstance(value, list):
        return [_told(each) for each in value]
    return value.wkb if isinstance(value, shapely.Geometry) else value


def test_every_public_step_that_takes_bases_is_under_the_laws() -> None:
    assert set(STEPS) == steps.public_steps()


@pytest.mark.parametrize("name", STEPS)
def test_1_a_step_leaves_its_input_alone(
    name: str, given: dict[str, gpd.GeoDataFrame], world: World
) -> None:
    taken = _taken(name, given)
    before, borders, sites = _bytes(taken), _bytes(world.counties), _bytes(world.sites)
    STEPS[name].run(taken, world)
    assert _bytes(taken) == before
    assert _bytes(world.counties) == borders
    assert _bytes(world.sites) == sites


@pytest.mark.parametrize(
    ("name", "added"),
    [
        ("measure", cols.names(cols.MEASURED)),
        ("validate", cols.names(cols.MEASURED, cols.VALIDATED)),
    ],
)
def test_1_a_step_keeps_its_index_and_adds_only_what_it_declares(
    name: str, added: list[str], bases: gpd.GeoDataFrame, world: World
) -> None:
    result = _table(STEPS[name].run(bases, world))
    assert result.index.equals(bases.index)
    assert [c for c in result.columns if c not in bases.columns] == added
    kept = [c for c in bases.columns if c != "geometry"]
    assert_frame_equal(pd.DataFrame(result[kept]), pd.DataFrame(bases[kept]))


def _table(result: Any) -> gpd.GeoDataFrame:
    return result.bases if isinstance(result, hg.ValidationReport) else result


def test_1_classify_keeps_records_and_mu_less_own_overlaps(
    bases: gpd.GeoDataFrame, policy: hg.Policy
) -> None:
    measured, result = hg.measure(bases, policy=policy), hg.classify(bases, policy=policy)
    assert result["records"].sum() == len(bases)
    sums = measured.groupby("base_id")["surveyed_mu"].sum(min_count=1)
    own = bases[bases["base_id"] == "A"].geometry
    overlap = hg.measure(
        gpd.GeoDataFrame(geometry=[own.iloc[0].intersection(own.iloc[1])], crs=4490)
    )
    sums["A"] -= overlap["surveyed_mu"].fillna(0).iloc[0]
    assert result["surveyed_mu"].tolist() == pytest.approx(sums[result.index].tolist(), nan_ok=True)


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("seed", [1, 2])
def test_2_row_order_does_not_matter(
    name: str,
    seed: int,
    given: dict[str, gpd.GeoDataFrame],
    world: World,
    plain: Callable[[str], Any],
) -> None:
    taken, first = _taken(name, given), plain(name)
    order = np.random.default_rng(seed).permutation(len(taken))
    if (order == np.arange(len(taken))).all():
        order = order[::-1]
    second = STEPS[name].run(taken.iloc[order], world)
    # Tables of records keep the order that these had; that is put back, and all else is the same.
    if isinstance(second, hg.ValidationReport):
        bases, before = (getattr(second, n).loc[taken.index] for n in ("bases", "given"))
        second = dataclasses.replace(second, bases=bases, given=before)
    elif name in TABLE_STEPS and name != "classify":
        second = second.loc[taken.index]
    assert _bytes(first) == _bytes(second)


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("epsg", [4326, 4524, 4545, 32649])
def test_2_the_inputs_system_does_not_matter(
    name: str,
    epsg: int,
    given: dict[str, gpd.GeoDataFrame],
    world: World,
    plain: Callable[[str], Any],
) -> None:
    moved = STEPS[name].run(_taken(name, given).to_crs(epsg), world.in_system(epsg))
    first, second = (dict(parts_of(result)) for result in (plain(name), moved))
    # These tell of the system that came in, or give the geometry back in it.
    for part in _OF_THE_SYSTEM.get(name, ()):
        del first[part], second[part]
    assert list(first) == list(second)
    for part, value in first.items():
        _assert_alike(value, second[part], part)


def _assert_alike(one: Any, other: Any, where: str) -> None:
    if isinstance(one, list):
        assert len(one) == len(other), where
        for a, b in zip(one, other, strict=True):
            _assert_alike(a, b, where)
    elif isinstance(one, dict):
        assert list(one) == list(other), where
        for key, value in one.items():
            _assert_alike(value, other[key], f"{where}[{key}]")
    elif isinstance(one, shapely.Geometry):
        assert shapely.hausdorff_distance(one, other) < _PLACE_DEG, where
    elif isinstance(one, float) and math.isfinite(one):
        assert other == pytest.approx(one, rel=1e-6, abs=_ROUNDED), where
    else:
        assert repr(one) == repr(other), where


@pytest.mark.parametrize("name", laws_for("empty"))
def test_3_empty_in_empty_out(
    name: str, given: dict[str, gpd.GeoDataFrame], world: World, plain: Callable[[str], Any]
) -> None:
    full, empty = plain(name), STEPS[name].run(_taken(name, given).iloc[:0], world)
    if name in TABLE_STEPS:
        full, empty = _table(full), _table(empty)
        assert len(empty) == 0
        assert empty.crs == full.crs
        assert empty.dtypes.astype(str).to_dict() == full.dtypes.astype(str).to_dict()
    if name != "draw_map":  # a page without bases has no block of bases
        of_full, of_empty = (
            [part for part, value in parts_of(result) if isinstance(value, list)]
            for result in (full, empty)
        )
        assert of_full == of_empty


@pytest.mark.parametrize("name", TABLE_STEPS)
def test_4_nothing_is_lost(name: str, bases: gpd.GeoDataFrame, world: World) -> None:
    result = _table(STEPS[name].run(bases, world))
    ids = result.index if name == "classify" else result["base_id"]
    assert set(ids) == set(bases["base_id"])


@pytest.mark.parametrize("name", STEPS)
def test_5_the_same_input_gives_the_same_bytes(
    name: str, given: dict[str, gpd.GeoDataFrame], world: World, plain: Callable[[str], Any]
) -> None:
    assert _bytes(STEPS[name].run(_taken(name, given), world)) == _bytes(plain(name))


@pytest.mark.parametrize("name", laws_for("language"))
def test_6_the_language_changes_what_is_said_alone(
    name: str, given: dict[str, gpd.GeoDataFrame], world: World, plain: Callable[[str], Any]
) -> None:
    with speaking("en"):
        result = STEPS[name].run(_taken(name, given), world)
    spoken, first = [*parts_of(result)], [*parts_of(plain(name))]
    if not name.startswith("write_"):  # sheets of books are named in the language
        assert [part for part, _ in spoken] == [part for part, _ in first]
    pairs = zip(first, spoken, strict=True)
    assert [part for (part, a), (_, b) in pairs if not _is_same_but_said(a, b)] == []
    if name in {"measure", "validate", "classify"}:
        bases, before = _table(result), _table(plain(name))
        assert _bytes(bases) == _bytes(before)


def _is_same_but_said(one: Any, other: Any) -> bool:
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_is_same_but_said, one, other))
    if isinstance(one, str) and isinstance(other, str):
        return one == other or CHINESE.search(one) is not None
    return repr(_told(one)) == repr(_told(other))


@pytest.mark.parametrize("name", laws_for("opens no file"))
def test_computing_opens_no_file(
    name: str,
    given: dict[str, gpd.GeoDataFrame],
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = _taken(name, given)
    STEPS[name].run(taken, world)  # what is loaded lazily is loaded now

    def refuse(*args: object, **_: object) -> None:
        msg = f"a computing step opened {args[0]!r}"
        raise AssertionError(msg)

    for module, function in ((builtins, "open"), (io, "open"), (os, "open")):
        monkeypatch.setattr(module, function, refuse)
    STEPS[name].run(taken, world)
