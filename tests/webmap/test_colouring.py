"""Colours by any column: classes of numbers beside brute force, words by how often they stand."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import herbgis as hg
from herbgis.foundation.errors import HerbgisError, UnknownNameError
from herbgis.webmap.colouring import CLASSES, SCHEMES, WORDS, colouring_of, natural_breaks
from herbgis.webmap.words import Wording
from tests.helpers.make import seeds
from tests.helpers.map_page import data_of
from tests.helpers.shapes import frame, square

WORDING = Wording(hg.load_policy())


def squares_of(values: np.ndarray, breaks: tuple[float, ...]) -> float:
    """Sum of squares about the means of the classes that breaks make."""
    place = np.searchsorted(breaks, values, side="right")
    return sum(float(((v := values[place == n]) - v.mean()) @ (v - v.mean())) for n in set(place))


@pytest.mark.parametrize("seed", seeds(20))
def test_natural_breaks_are_the_best_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.round(rng.lognormal(5, 1, int(rng.integers(6, 14))), 1)
    classes = int(rng.integers(2, 5))
    found = natural_breaks(values, classes)
    every = itertools.combinations(np.unique(values)[1:].tolist(), classes - 1)
    least = min(squares_of(values, breaks) for breaks in every)
    assert squares_of(values, tuple(found)) == pytest.approx(least)
    assert set(found) <= set(values)


def test_natural_breaks_of_many_values_part_what_lies_apart() -> None:
    rng = np.random.default_rng(1)
    values = np.concatenate([rng.normal(mean, 5, 3000) for mean in (100, 500, 900)])
    low, high = natural_breaks(values, 3)
    np.testing.assert_array_equal(np.searchsorted(np.sort(values), [low, high]), [3000, 6000])


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("classes", range(2, CLASSES + 1))
def test_classes_hold_what_their_labels_say(scheme: str, classes: int) -> None:
    values = np.random.default_rng(classes).lognormal(6, 1, 300)
    made = colouring_of(
        pd.Series(values, name="产量"), "产量", scheme=scheme, classes=classes, wording=WORDING
    )
    assert made.scale == "step"
    assert made.rest is None
    assert 2 <= len(made.labels) <= classes
    assert set(made.places) == set(range(len(made.labels)))
    for place, value in zip(made.places, values, strict=True):
        assert place is not None
        low, high = map(float, made.labels[place].split("–"))
        assert low <= value <= high


def test_quantiles_hold_equally_many_and_equal_classes_are_equally_wide() -> None:
    values = pd.Series(np.random.default_rng(0).lognormal(6, 1, 1000), name="x")
    many = colouring_of(values, "x", scheme="quantile", classes=5, wording=WORDING)
    counts = pd.Series(many.places).value_counts()
    assert counts.max() - counts.min() <= 30  # breaks are written in three figures
    wide = colouring_of(values, "x", scheme="equal", classes=4, wording=WORDING)
    ends = [float(end) for label in wide.labels for end in label.split("–")]
    widths = np.diff(ends)[::2]
    assert widths.max() / widths.min() < 1.1


def test_few_values_are_classes_of_their_own() -> None:
    made = colouring_of(
        pd.Series([3.0, 1.0, None, 3.0], name="x"),
        "x",
        scheme="quantile",
        classes=5,
        wording=WORDING,
    )
    assert made.labels == ("1", "3")
    assert made.places == (1, 0, None, 1)
    assert made.rest == "未填"


def test_dates_are_years() -> None:
    days = pd.Series(pd.to_datetime(["2019-05-01", "2020-06-01", None]), name="day")
    made = colouring_of(days, "day", scheme="equal", classes=5, wording=WORDING)
    assert made.labels == ("2019", "2020")
    assert made.places == (0, 1, None)


def test_words_stand_by_how_often_they_are_named_and_the_rest_together() -> None:
    cells = [f"词{n:02d}" for n in range(WORDS + 3) for _ in range(20 - n)]
    made = colouring_of(
        pd.Series([*cells, None], name="x", dtype="str"),
        "x",
        scheme="quantile",
        classes=5,
        wording=WORDING,
    )
    assert made.scale == "hue"
    assert made.labels == tuple(f"词{n:02d}" for n in range(WORDS))
    assert made.rest == "其余 3 种、未填"
    assert made.places.count(None) == sum(20 - n for n in range(WORDS, WORDS + 3)) + 1


@pytest.fixture(scope="module")
def bases() -> gpd.GeoDataFrame:
    table = frame(
        [square(300.0 * (n + 1), 108.30 + n / 12) for n in range(4)],
        base_id=[f"J-{n}" for n in range(4)],
        operator=["甲社", "乙社", "甲社", "丙社"],
        declared_value=[300.0 * (n + 1) for n in range(4)],
    )
    made = hg.classify(hg.validate(table).bases)
    return made.assign(土壤=["黄壤", "红壤", "黄壤", None], 评分=[1.5, 2.5, 3.5, 4.5])


@pytest.mark.parametrize(
    ("column", "scale", "places"),
    [
        ("土壤", "hue", [None, 0, 1, 0]),
        ("评分", "step", [3, 2, 1, 0]),
        ("operator", "hue", [1, 0, 2, 0]),
        ("经营主体", "hue", [1, 0, 2, 0]),
    ],
)
def test_a_page_is_coloured_by_any_column(
    bases: gpd.GeoDataFrame, column: str, scale: str, places: list[int | None]
) -> None:
    page = hg.draw_map(bases, colour_by=column).get_root().render()
    data = data_of(page, "own")
    own = data["own"]
    assert [own["of"][at] for at in own["at"]] if isinstance(own, dict) else own == places
    assert data["scale"] == scale
    assert 'value="own" checked' in page


def test_what_cannot_be_coloured_by_is_named(bases: gpd.GeoDataFrame) -> None:
    with pytest.raises(UnknownNameError, match="土壤"):
        hg.draw_map(bases, colour_by="土攘")
    with pytest.raises(UnknownNameError, match="quantile"):
        hg.draw_map(bases, colour_by="评分", scheme="jenks")
    with pytest.raises(UnknownNameError, match="7"):
        hg.draw_map(bases, colour_by="评分", classes=8)
    with pytest.raises(HerbgisError, match="不对外"):
        hg.draw_map(bases, colour_by="operator", public=True)
    assert "黄壤" in hg.draw_map(bases, colour_by="土壤", public=True).get_root().render()
