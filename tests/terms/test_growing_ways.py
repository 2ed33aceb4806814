"""Ways of growing by a table written by hand: what does not tell is every way that it may be."""

from __future__ import annotations

import pytest

from herbgis.terms.growing_ways import ways_of
from herbgis.terms.land_rules import ways_of_growing
from herbgis.terms.policyfiles import load_policy

POLICY = load_policy()


@pytest.mark.parametrize(
    ("variety", "mode", "ways"),
    [
        ("黄精", "林下", "under_forest"),
        ("黄精", "大田", "open_ground"),
        ("黄精", "大田 净作", "open_ground"),
        ("黄精", None, "open_ground under_forest"),
        ("黄精", "林下/大田遮阴", "open_ground under_forest"),
        ("黄精", "公司+农户", "open_ground under_forest"),
        ("石斛", "附树仿野生", "under_forest"),
        ("石斛", "大棚", "shed open_ground"),
        ("天麻", "林下仿野生", "under_forest"),
        ("杜仲", "林地", "tree_crop"),
        ("杜仲", None, "tree_crop"),
        ("杜仲", "大田", "tree_crop"),
        ("杜仲", "仿野生", "tree_crop under_forest"),
        ("厚朴", None, "tree_crop"),
        ("花椒", "坡地", "tree_crop"),
        ("香菇", "大棚", "shed"),
        ("竹荪", "林下", "under_forest"),
        ("羊肚菌", "大田", "open_ground shed"),
        ("香菇", None, "open_ground under_forest shed"),
        # A climber is of either kind, and of a herb of the catalogue the form is not known.
        ("金银花", "大田", "open_ground tree_crop"),
        ("前胡", "大田", "open_ground tree_crop"),
        ("前胡", "林下", "under_forest"),
        (None, None, "open_ground under_forest tree_crop shed"),
        ("无人认识的", "大棚", "shed open_ground"),
    ],
)
def test_variety_and_mode_tell_the_way(variety: str | None, mode: str | None, ways: str) -> None:
    assert ways_of(variety, mode, POLICY) == tuple(ways.split())


def test_every_variety_under_every_word_is_grown_somehow() -> None:
    known = ways_of_growing()
    words = [None, *(word for way in known.values() for word in way.modes)]
    for variety in (None, *POLICY.varieties):
        for mode in words:
            assert set(ways_of(variety, mode, POLICY)) <= set(known)
            assert ways_of(variety, mode, POLICY)
