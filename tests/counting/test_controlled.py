"""其中涉…: verified bases within control layers, beside a count by hand; nothing without layers."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import herbgis as hg
from herbgis.tables.reports import as_json
from tests.helpers.shapes import frame, square

POLICY = hg.load_policy()


@pytest.fixture(scope="module")
def bases() -> gpd.GeoDataFrame:
    """Sixty bases with what a validation with layers would have told of them."""
    rng = np.random.default_rng(18)
    count = 60
    given = frame(
        [square(300)] * count,
        base_id=[f"B{n:02}" for n in range(count)],
        variety="黄精",
        declared_mu=600.0,
        counted_mu=rng.uniform(300, 1500, count).tolist(),
        status=rng.choice(["已建", "在建"], count).tolist(),
        blocked_by=[["HG102"] if rng.random() < 0.2 else [] for _ in range(count)],
    )
    parts = {
        "control_basic_farmland_mu": rng.choice([0.0, 0.04, 0.06, 200.0], count),
        "control_水源地_mu": rng.choice([0.0, 50.0, np.nan], count),
        "control_land_class_mu": 300.0,
        "cropland_mu": rng.choice([0.0, 120.5], count),
        "forest_mu": 100.0,
    }
    return given.assign(**parts)


def test_counts_are_those_by_hand(bases: gpd.GeoDataFrame) -> None:
    progress = hg.count_progress(bases, policy=POLICY)
    table = progress.controls.set_index("control")
    assert table["title"].to_dict() == {
        "basic_farmland": "永久基本农田",
        "cropland": "耕地",
        "水源地": "水源地",
    }
    columns = {"basic_farmland": "control_basic_farmland_mu", "水源地": "control_水源地_mu"}
    for control, column in (columns | {"cropland": "cropland_mu"}).items():
        counts, mu = {"500": 0, "1000": 0}, 0.0
        for row in bases.to_dict("records"):
            counted = row["status"] == "已建" and not row["blocked_by"]
            if not counted or not row[column] > 0.05 or row["counted_mu"] < 499.995:
                continue
            mu += row[column]
            for tier in counts:
                counts[tier] += row["counted_mu"] >= float(tier) - 0.005
        assert table.loc[control, ["500", "1000"]].to_dict() == counts
        assert table.loc[control, "mu"] == pytest.approx(mu, abs=0.01)


def test_it_stands_beside_the_headline_and_changes_nothing_of_it(bases: gpd.GeoDataFrame) -> None:
    plain = hg.count_progress(bases.drop(columns=[n for n in bases if n.endswith("land_mu")]))
    held = hg.count_progress(bases)
    pd.testing.assert_frame_equal(plain.targets, held.targets)
    counts = held.controls.set_index("control")["500"]
    verified = held.targets["verified"].iloc[0]
    line = (
        f"500亩以上核实 {verified} 个, 其中涉永久基本农田 {counts['basic_farmland']} 个、"
        f"涉耕地 {counts['cropland']} 个、涉水源地 {counts['水源地']} 个。"
    )
    assert line in repr(held)
    assert "内部资料" in repr(held)
    assert "没有给图层、没有查的: 生态保护红线、" in repr(held)
    told = json.loads(as_json(held.as_dict()))
    assert [row["control"] for row in told["controls"]] == list(held.controls["control"])
    assert "内部资料" in told["internal"][0]


def test_without_layers_nothing_is_said(bases: gpd.GeoDataFrame) -> None:
    kept = ["base_id", "variety", "declared_mu", "counted_mu", "status", "blocked_by", "geometry"]
    progress = hg.count_progress(bases[kept])
    assert progress.controls.empty
    assert {"controls", "internal"} & progress.as_dict().keys() == set()
    assert "管控" not in repr(progress)
    assert "内部资料" not in repr(progress)
