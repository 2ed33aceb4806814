"""Candidates of a user's own: their numbers as people write them, and one id at several places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest

import herbgis as hg
from herbgis.planning.sites.candidates import Candidates
from herbgis.planning.sites.proposals import given_candidates
from tests.helpers.shapes import east_of, square


def given(folder: Path, apart_m: float = 5000.0, **columns: list[Any]) -> Candidates:
    """Candidates of 600 亩 in a row, from a file with some columns."""
    count = len(next(iter(columns.values())))
    told = {"候选编号": [f"C-{number}" for number in range(count)], **columns}
    shapes = [east_of(square(600), apart_m * number) for number in range(count)]
    gpd.GeoDataFrame(told, geometry=shapes, crs=4490).to_file(folder / "c.gpkg")
    return given_candidates(hg.read_candidates(folder / "c.gpkg"))


@pytest.mark.parametrize(
    ("heading", "cells", "costs"),
    [
        ("成本", [5, 0.25], [5, 0.25]),
        ("成本", ["5,000", "５０００", "3千", "约800"], [5000, 5000, 3000, 800]),
        ("成本", ["5万元", "50,000元", "0.5亿元"], [50_000, 50_000, 50_000_000]),
        ("成本(万元)", [5, 6.5], [50_000, 65_000]),
        ("成本_万元", ["5", "70000元"], [50_000, 70_000]),
        ("成本", ["1e-8", "1e12"], [1e-8, 1e12]),
    ],
)
def test_costs_are_read_as_areas_are(
    tmp_path: Path, heading: str, cells: list[Any], costs: list[float]
) -> None:
    sites = given(tmp_path, **{heading: cells}).sites
    assert sites["cost"].tolist() == pytest.approx(costs)


@pytest.mark.parametrize("cell", ["abc", "5-8万元", "-5元", "300元/亩", "3千", "1e300元", "5,00元"])
def test_a_cost_that_cannot_be_read_is_named_with_its_row(tmp_path: Path, cell: str) -> None:
    """Bare 3千 beside 5万元 too: nobody says of what."""
    found = given(tmp_path, 成本=["5万元", cell])
    assert found.sites["cost"].tolist() == pytest.approx([50_000, np.nan], nan_ok=True)
    assert any("C-1 (第 2 条)" in line and cell in line for line in found.notes)


def test_an_empty_cost_is_none_and_no_trouble(tmp_path: Path) -> None:
    found = given(tmp_path, 成本=["5", "待定", None])
    assert found.sites["cost"].tolist() == pytest.approx([5, np.nan, np.nan], nan_ok=True)
    assert not any("成本" in line for line in found.notes)


def test_distances_in_metres(tmp_path: Path) -> None:
    found = given(tmp_path, **{"距公路(米)": ["800", "1.2公里"]})
    assert found.sites["distance_km"].tolist() == pytest.approx([0.8, 1.2])


def test_one_id_at_different_places_is_several_sites_and_said(tmp_path: Path) -> None:
    found = given(tmp_path, 候选编号=["A", "B", "A"], 成本=[1, 2, 3])
    assert found.sites["cost"].to_dict() == {"A#1": 1.0, "A#2": 3.0, "B": 2.0}
    assert found.sites["mu"].tolist() == pytest.approx([600] * 3)
    assert any("候选编号 A 的 2 条记录在 2 处" in line for line in found.notes)


def test_parcels_of_one_site_beside_each_other_are_one(tmp_path: Path) -> None:
    side = np.sqrt(600 * 10_000 / 15)
    found = given(tmp_path, apart_m=side + 10, 候选编号=["A", "A"], 成本=[1, 3])
    assert found.sites["mu"].to_dict() == pytest.approx({"A": 1200})
    assert any("A 的几条记录成本不同" in line for line in found.notes)


def test_cells_that_are_lists_are_told_too() -> None:
    shapes = [square(600), east_of(square(600), 640)]
    told = {"candidate_id": ["A", "A"], "variety": [["黄精"], ["天麻"]]}
    found = given_candidates(gpd.GeoDataFrame(told, geometry=shapes, crs=4490))
    assert found.sites["variety"].to_dict() == {"A": "黄精"}
    assert any("A 的几条记录品种不同" in line for line in found.notes)
