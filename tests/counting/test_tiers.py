"""classify: what counts of a base, and which tier it reaches."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

import herbgis as hg
from tests.helpers.shapes import MU_M2, east_of, frame, geod_mu, square


@pytest.mark.parametrize(
    ("mu", "tier", "counted"),
    [
        (499.99, "below", 499.99),
        (499.994, "below", 499.99),
        (499.996, "500", 500.0),
        (500.0, "500", 500.0),
        (999.99, "500", 999.99),
        (1000.0, "1000", 1000.0),
        (1.0, "below", 1.0),
    ],
)
def test_the_threshold_itself_belongs_to_the_tier(mu: float, tier: str, counted: float) -> None:
    base = hg.classify(frame([square(mu)])).iloc[0]
    assert (base["tier"], base["counted_mu"]) == (tier, counted)


def test_tiers_are_ordered_and_all_there() -> None:
    tiers = hg.classify(frame([square(10)]))["tier"]
    assert list(tiers.cat.categories) == ["below", "500", "1000"]
    assert tiers.cat.ordered


def test_records_of_one_base_are_one_row() -> None:
    first, width = square(300), np.sqrt(300 * MU_M2)
    second = east_of(first, width + 10)
    bases = frame(
        [first, second, square(40, lat=27.9)],
        base_id=["A", "A", "B"],
        name=["小", "小", "乙"],
        operator=["甲社", "甲社", "乙社"],
        varieties=[["黄精", "白芨"], ["黄精", "党参"], []],
        declared_mu=[300.0, 310.0, 40.0],
    )
    result = hg.classify(bases)
    assert result.index.name == "base_id"
    assert result.index.tolist() == ["A", "B"]
    a = result.loc["A"]
    assert a["records"] == 2
    assert a["counted_mu"] == pytest.approx(600, abs=0.02)
    assert a["declared_mu"] == 610
    assert a["blocks"] == 1
    assert a["varieties"] == ["黄精", "党参", "白芨"] or set(a["varieties"]) == {
        "黄精",
        "党参",
        "白芨",
    }
    assert result["records"].sum() == len(bases)


def test_a_declared_value_equal_on_all_records_is_the_bases_once() -> None:
    first = square(200)
    shapes = [first, east_of(first, 400)]
    same = hg.classify(frame(shapes, base_id="A", declared_mu=[400.0, 400.0]))
    half = hg.classify(frame(shapes, base_id="A", declared_mu=[400.0, None]))
    assert same.loc["A", "declared_mu"] == 400
    assert half.loc["A", "declared_mu"] == 400


def test_texts_come_from_the_record_with_the_most_mu() -> None:
    shapes = [square(10), square(30, lat=27.9), square(20, lat=27.8)]
    result = hg.classify(frame(shapes, base_id="A", operator=["甲", "乙", "丙"]))
    assert result.loc["A", "operator"] == "乙"


def test_own_overlaps_are_counted_once() -> None:
    first = square(400)
    both = [first, east_of(first, 100)]
    result = hg.classify(frame(both, base_id="A"))
    assert result.loc["A", "surveyed_mu"] == pytest.approx(
        geod_mu(shapely.union_all(both)), rel=1e-6
    )


def test_land_that_two_claim_is_taken_off_both() -> None:
    first = square(600)
    second = east_of(first, 500)
    shared = geod_mu(shapely.intersection(first, second))
    result = hg.classify(frame([first, second], base_id=["A", "B"]))
    assert result["disputed_mu"].tolist() == pytest.approx([shared] * 2, abs=0.01)
    assert result["counted_mu"].tolist() == pytest.approx([600 - shared] * 2, abs=0.02)
    assert result["surveyed_mu"].tolist() == pytest.approx([600, 600], abs=0.01)


def test_neighbours_that_share_a_border_dispute_nothing() -> None:
    first = square(500)
    west, south, east, north = first.bounds
    second = shapely.box(east, south, 2 * east - west, north)
    result = hg.classify(frame([first, second], base_id=["A", "B"]))
    assert result["disputed_mu"].tolist() == [0, 0]
    assert result["tier"].tolist() == ["500", "500"]


def test_a_base_without_a_polygon_has_no_tier() -> None:
    result = hg.classify(frame([None, square(700)], declared_mu=[800.0, 700.0]))
    assert result["tier"].isna().tolist() == [True, False]
    assert result["counted_mu"].isna().tolist() == [True, False]
    assert result["declared_mu"].tolist() == [800, 700]


@pytest.mark.parametrize(("method", "verdict"), [("手持GPS", "undecided"), ("RTK", "sure")])
def test_the_verdict_depends_on_how_it_was_surveyed(method: str, verdict: str) -> None:
    result = hg.classify(frame([square(501.5)], survey_method=method))
    assert result["verdict"].tolist() == [verdict]


def test_an_analysts_own_frame_needs_only_polygons() -> None:
    own = frame([square(550), square(20, lat=27.9)])[["geometry"]]
    result = hg.classify(own)
    assert result["tier"].tolist() == ["500", "below"]
    assert result["status"].tolist() == ["built", "built"]
    assert result["kind"].tolist() == ["planting", "planting"]


def test_columns_are_mapped_by_the_caller() -> None:
    own = frame([square(550)])[["geometry"]].assign(crop="天麻", code="X1")
    result = hg.classify(own, columns={"variety": "crop", "base_id": "code"})
    assert result.index.tolist() == ["X1"]
    assert result["group"].tolist() == ["key"]


def test_the_status_changes_neither_area_nor_tier() -> None:
    shapes = [square(1200, lat=27.7 + 0.05 * n) for n in range(4)]
    result = hg.classify(frame(shapes, status=["built", "building", "planned", "unknown"]))
    assert result["tier"].tolist() == ["1000"] * 4
