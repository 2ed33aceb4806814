"""Rules of controlled land: each has its source, and what was not read has no effect."""

from __future__ import annotations

import datetime as dt

import pytest

from herbgis.foundation.units import fold
from herbgis.terms.land_classes import LAND_GROUPS
from herbgis.terms.land_rules import (
    EFFECTS,
    Control,
    Rule,
    control_named,
    controls,
    ways_of_growing,
)

CONTROLS = controls()
RULES = [
    pytest.param(control, rule, id=f"{control.name}-{rule.law[:8]}-{rule.article}-{number}")
    for control in CONTROLS.values()
    for number, rule in enumerate(control.rules)
]
#: The plan's own days, and one after all that is known.
SPRING, LATER = dt.date(2020, 3, 31), dt.date(2026, 6, 30)


@pytest.mark.parametrize(("control", "rule"), RULES)
def test_a_rule_says_where_it_is_from(control: Control, rule: Rule) -> None:
    assert control.boundary
    assert rule.law
    assert rule.says
    assert rule.day_from
    assert rule.until is None or rule.since < rule.until
    assert rule.holds_on(rule.since)
    assert not rule.holds_on(rule.since - dt.timedelta(days=1))
    assert rule.until is None or not rule.holds_on(rule.until)


@pytest.mark.parametrize(("control", "rule"), RULES)
def test_a_rule_that_was_not_read_has_no_effect(control: Control, rule: Rule) -> None:
    assert bool(rule.read) == bool(rule.effects), control.name
    assert not rule.read or rule.article


@pytest.mark.parametrize(("control", "rule"), RULES)
def test_effects_speak_of_ways_and_lands_that_there_are(control: Control, rule: Rule) -> None:
    assert control.name
    assert set(rule.effects) <= set(ways_of_growing())
    assert set(rule.effects.values()) <= set(EFFECTS)
    assert set(rule.lands) <= set(rule.effects)
    assert all(set(groups) < set(LAND_GROUPS) for groups in rule.lands.values())


def _gravest(
    control: str, way: str, day: dt.date, land: str | None = None
) -> tuple[str, str] | None:
    said = CONTROLS[control].rules_for(way, day, land)
    return (said[0][0], said[0][1].article) if said else None


@pytest.mark.parametrize(
    ("control", "way", "day", "land", "said"),
    [
        ("basic_farmland", "tree_crop", SPRING, None, ("forbids", "第十七条")),
        ("basic_farmland", "open_ground", SPRING, None, None),
        ("basic_farmland", "open_ground", LATER, None, ("asks", "永久基本农田一段")),
        ("basic_farmland", "under_forest", LATER, None, None),
        ("ecological_redline", "open_ground", SPRING, "forest", None),
        ("ecological_redline", "open_ground", LATER, "forest", ("forbids", "有限人为活动第 2 项")),
        ("ecological_redline", "open_ground", LATER, "cropland", ("asks", "有限人为活动第 2 项")),
        ("ecological_redline", "open_ground", LATER, None, ("asks", "有限人为活动第 2 项")),
        ("public_forest", "under_forest", dt.date(2020, 7, 1), None, ("asks", "第十二条")),
        ("public_forest", "under_forest", LATER, None, ("conditions", "第四十九条")),
        ("public_forest", "open_ground", LATER, "forest", ("forbids", "第三十九条")),
        ("public_forest", "open_ground", LATER, "cropland", None),
        ("returned_farmland", "under_forest", SPRING, None, ("asks", "第二十九条")),
        ("nature_reserve", "open_ground", SPRING, None, ("forbids", "第二十六条")),
        ("nature_reserve", "open_ground", LATER, None, None),
        ("steep_slope", "open_ground", SPRING, None, ("forbids", "第二十条")),
        ("steep_slope", "tree_crop", SPRING, None, ("conditions", "第二十条")),
        ("steep_slope", "under_forest", SPRING, None, None),
        ("steep_slope", "shed", SPRING, None, None),
        ("slope_above_5", "open_ground", SPRING, None, ("conditions", "第二十三条")),
        ("land_class", "tree_crop", SPRING, "cropland", None),
        ("land_class", "open_ground", LATER, "forest", ("forbids", "第三十九条")),
        ("land_class", "open_ground", LATER, "orchard", None),
        ("land_class", "shed", LATER, "cropland", ("asks", "一般耕地一段")),
    ],
)
def test_what_a_control_says(
    control: str, way: str, day: dt.date, land: str | None, said: tuple[str, str] | None
) -> None:
    assert _gravest(control, way, day, land) == said


def test_every_way_on_every_land_is_answered_gravest_first() -> None:
    for control in CONTROLS.values():
        for way in ways_of_growing():
            for land in (None, *LAND_GROUPS):
                effects = [effect for effect, _ in control.rules_for(way, LATER, land)]
                assert effects == sorted(effects, key=EFFECTS.index)


def test_land_of_an_unknown_group_is_never_forbidden_by_a_rule_of_some_groups() -> None:
    confined = [
        (rule, way) for control in CONTROLS.values() for rule in control.rules for way in rule.lands
    ]
    assert confined
    assert {rule.effect(way) for rule, way in confined} == {"asks"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("永久基本农田", "basic_farmland"),
        ("基本农田", "basic_farmland"),
        ("生态红线", "ecological_redline"),
        ("公益林", "public_forest"),
        ("退耕还林", "returned_farmland"),
        ("自然保护区", "nature_reserve"),
        ("自然保护地", "protected_area"),
        ("风景名胜区", "protected_area"),
        ("25°以上", "steep_slope"),
        ("25度以上", "steep_slope"),
        ("dltb", "land_class"),
        ("三调地类", "land_class"),
        ("public_forest", "public_forest"),
        ("采石场", None),
        ("", None),
    ],
)
def test_a_layers_name_means_a_control(text: str, name: str | None) -> None:
    found = control_named(text)
    assert (found.name if found else None) == name


def test_a_name_means_one_control() -> None:
    spelt = [
        fold(word)
        for control in CONTROLS.values()
        for word in {control.name, control.title, *control.aliases}
    ]
    assert len(set(spelt)) == len(spelt)
