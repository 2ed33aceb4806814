"""The laws of the house, each over every step."""

from __future__ import annotations

import builtins
import io
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
from herbgis.reading.understanding.survey import survey_of
from herbgis.terms import columns as cols
from tests.helpers.shapes import east_of, frame, square

Step = Callable[[gpd.GeoDataFrame, gpd.GeoDataFrame, hg.Policy], Any]


def _measure(bases: gpd.GeoDataFrame, _: gpd.GeoDataFrame, policy: hg.Policy) -> Any:
    return hg.measure(bases, policy=policy)


def _validate(bases: gpd.GeoDataFrame, counties: gpd.GeoDataFrame, policy: hg.Policy) -> Any:
    return hg.validate(bases, counties=counties, policy=policy).bases


def _classify(bases: gpd.GeoDataFrame, _: gpd.GeoDataFrame, policy: hg.Policy) -> Any:
    return hg.classify(bases, policy=policy)


def _count(bases: gpd.GeoDataFrame, _: gpd.GeoDataFrame, policy: hg.Policy) -> Any:
    return hg.count_progress(
        hg.classify(bases, policy=policy), policy=policy, by=["county", "variety"]
    )


def _draw(bases: gpd.GeoDataFrame, counties: gpd.GeoDataFrame, policy: hg.Policy) -> Any:
    classified = hg.classify(bases, policy=policy)
    return hg.draw_map(classified, counties=counties, policy=policy)


STEPS: dict[str, Step] = {
    "measure": _measure,
    "validate": _validate,
    "classify": _classify,
    "count_progress": _count,
    "draw_map": _draw,
}
TABLE_STEPS = ("measure", "validate", "classify")


@pytest.fixture
def bases(policy: hg.Policy) -> gpd.GeoDataFrame:
    """A base table of several bases: whole, split, overlapping, broken, without a polygon."""
    first = square(420)
    shapes = [
        first,
        east_of(first, 560),
        east_of(first, 1000),
        square(700, lat=28.05),
        shapely.Polygon([(108.4, 28.1), (108.41, 28.11), (108.41, 28.1), (108.4, 28.11)]),
        None,
        square(1200, lat=27.85),
    ]
    made = frame(
        shapes,
        base_id=["A", "A", "B", "C", "D", "E", "F"],
        declared_mu=[840.0, 840.0, 420.0, 700.0, 300.0, 600.0, None],
        status=["built"] * 5 + ["unknown", "planned"],
        survey_method=["RTK", "手持GPS", "RTK", "手持GPS", "RTK", "RTK", "RTK"],
    )
    made.index = pd.Index([10, 30, 20, 7, 8, 9, 50])
    # As read, so that the steps have nothing to understand and may only add.
    return survey_of(made, policy=policy).bases


def _bytes(result: Any) -> bytes:
    """A result as bytes that show any difference."""
    if isinstance(result, gpd.GeoDataFrame):
        wkb = "".join(
            shapely.to_wkb(g, hex=True) if g is not None else "-" for g in result.geometry
        )
        table = pd.DataFrame(result.drop(columns=result.geometry.name))
        return (table.to_csv() + wkb).encode()
    if isinstance(result, hg.Progress):
        return (repr(result.as_dict()) + result.near.to_csv() + result.uncounted.to_csv()).encode()
    return result.get_root().render().encode()


@pytest.mark.parametrize("name", STEPS)
def test_1_a_step_leaves_its_input_alone(
    name: str, bases: gpd.GeoDataFrame, counties: gpd.GeoDataFrame, policy: hg.Policy
) -> None:
    before, borders = _bytes(bases), _bytes(counties)
    STEPS[name](bases, counties, policy)
    assert _bytes(bases) == before
    assert _bytes(counties) == borders


@pytest.mark.parametrize(
    ("name", "added"),
    [
        ("measure", cols.names(cols.MEASURED)),
        ("validate", cols.names(cols.MEASURED, cols.VALIDATED)),
    ],
)
def test_1_a_step_keeps_its_index_and_adds_only_what_it_declares(
    name: str,
    added: list[str],
    bases: gpd.GeoDataFrame,
    counties: gpd.GeoDataFrame,
    policy: hg.Policy,
) -> None:
    result = STEPS[name](bases, counties, policy)
    assert result.index.equals(bases.index)
    assert [c for c in result.columns if c not in bases.columns] == added
    kept = [c for c in bases.columns if c != "geometry"]
    assert_frame_equal(pd.DataFrame(result[kept]), pd.DataFrame(bases[kept]))


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
    name: str, seed: int, bases: gpd.GeoDataFrame, counties: gpd.GeoDataFrame, policy: hg.Policy
) -> None:
    order = np.random.default_rng(seed).permutation(len(bases))
    first = STEPS[name](bases, counties, policy)
    second = STEPS[name](bases.iloc[order], counties, policy)
    if name in {"measure", "validate"}:
        second = second.loc[first.index]
    assert _bytes(first) == _bytes(second)


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("epsg", [4326, 4524, 4545, 4525, 32649])
def test_2_the_inputs_system_does_not_matter(
    name: str, epsg: int, bases: gpd.GeoDataFrame, counties: gpd.GeoDataFrame, policy: hg.Policy
) -> None:
    first = STEPS[name](bases, counties, policy)
    second = STEPS[name](bases.to_crs(epsg), counties.to_crs(epsg), policy)
    if isinstance(first, gpd.GeoDataFrame):
        for column in ("surveyed_mu", "sigma_mu"):
            expected = pytest.approx(first[column].tolist(), abs=2e-5, nan_ok=True)
            assert second[column].tolist() == expected
        for column in {"counted_mu", "contiguous_mu", "disputed_mu"} & set(first.columns):
            # Rounded to 0.01: the transformation's last digits may turn a half.
            expected = pytest.approx(first[column].tolist(), abs=0.0101, nan_ok=True)
            assert second[column].tolist() == expected
    elif isinstance(first, hg.Progress):
        counts = first.targets.drop(columns="mu")
        assert_frame_equal(second.targets.drop(columns="mu"), counts)
        assert second.targets["mu"].tolist() == pytest.approx(
            first.targets["mu"].tolist(), abs=0.05
        )


@pytest.mark.parametrize("name", STEPS)
def test_3_empty_in_empty_out(
    name: str, bases: gpd.GeoDataFrame, counties: gpd.GeoDataFrame, policy: hg.Policy
) -> None:
    full = STEPS[name](bases, counties, policy)
    empty = STEPS[name](bases.iloc[:0], counties, policy)
    if isinstance(full, gpd.GeoDataFrame):
        assert len(empty) == 0
        assert list(empty.columns) == list(full.columns)
        assert empty.crs == full.crs
        assert empty.dtypes.astype(str).to_dict() == full.dtypes.astype(str).to_dict()
    elif isinstance(full, hg.Progress):
        assert empty.targets["verified"].tolist() == [0, 0]
        assert list(empty.by) == list(full.by)
        for key, table in full.by.items():
            assert list(empty.by[key].columns) == list(table.columns)


@pytest.mark.parametrize("name", TABLE_STEPS)
def test_4_nothing_is_lost(
    name: str, bases: gpd.GeoDataFrame, counties: gpd.GeoDataFrame, policy: hg.Policy
) -> None:
    result = STEPS[name](bases, counties, policy)
    ids = result.index if name == "classify" else result["base_id"]
    assert set(ids) == set(bases["base_id"])


@pytest.mark.parametrize("name", STEPS)
def test_5_the_same_input_gives_the_same_bytes(
    name: str, bases: gpd.GeoDataFrame, counties: gpd.GeoDataFrame, policy: hg.Policy
) -> None:
    assert _bytes(STEPS[name](bases, counties, policy)) == _bytes(
        STEPS[name](bases, counties, policy)
    )


@pytest.mark.parametrize("name", ["measure", "validate", "classify", "count_progress"])
def test_computing_opens_no_file(
    name: str,
    bases: gpd.GeoDataFrame,
    counties: gpd.GeoDataFrame,
    policy: hg.Policy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    STEPS[name](bases, counties, policy)  # what is loaded lazily is loaded now

    def refuse(*args: object, **_: object) -> None:
        msg = f"a computing step opened {args[0]!r}"
        raise AssertionError(msg)

    for module, function in ((builtins, "open"), (io, "open"), (os, "open")):
        monkeypatch.setattr(module, function, refuse)
    STEPS[name](bases, counties, policy)
