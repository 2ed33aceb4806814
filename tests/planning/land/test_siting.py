"""Siting rules: every record with its source, numbers of the catalogue, files of one's own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from herbgis.foundation import resources
from herbgis.foundation.errors import InputNotFoundError, PolicyError, UnknownNameError
from herbgis.planning.land.siting import GRADES, Pattern, Range, read_siting_rules
from herbgis.terms.policyfiles import load_policy

POLICY = load_policy()
RULES = read_siting_rules()
TABLE = resources.read_toml("facts/siting.toml")
LISTED = [v.name for v in POLICY.varieties.values() if v.group != "other"]


def _records() -> Iterator[Any]:
    for entry in TABLE["variety"]:
        for key in entry:
            if key != "name":
                yield pytest.param(entry["name"], key, entry[key], id=f"{entry['name']}.{key}")


@pytest.mark.parametrize(("variety", "key", "entry"), list(_records()))
def test_a_record_is_a_range_or_a_pattern_with_its_source(
    variety: str, key: str, entry: dict[str, Any]
) -> None:
    assert entry["source"].strip()
    assert entry["grade"] in GRADES
    if entry["source"].startswith("herbgis") or "没有来源" in entry["source"]:
        assert entry["grade"] == "U"
    rule = RULES.of(variety)[key]
    assert rule.source == entry["source"]
    if isinstance(rule, Range):
        assert rule.corners == tuple(entry["range"])
        assert all(low <= high for low, high in pairwise(rule.corners))
    else:
        assert rule.by_class == TABLE["pattern"][entry["pattern"]]["classes"]


@pytest.mark.parametrize("variety", LISTED)
def test_numbers_are_those_of_the_catalogue(variety: str) -> None:
    growing, rules = POLICY.varieties[variety].growing, RULES.of(variety)
    for key, low, high in (
        ("elevation_m", "elev_min_m", "elev_max_m"),
        ("ph", "ph_min", "ph_max"),
    ):
        assert (key in rules) == (low in growing or high in growing)
        if key in rules:
            rule = rules[key]
            assert isinstance(rule, Range)
            assert rule.corners[1] == growing.get(low, -math.inf)
            assert rule.corners[2] == growing.get(high, math.inf)
    marked = POLICY.varieties[variety].unsourced
    for field, key in (("elev_max_m", "elevation_m"), ("ph_max", "ph")):
        if f"growing.{field}" in marked:
            assert rules[key].grade == "U"
    for key in ("mat_c", "rain_mm"):
        assert (key in rules) <= (key in growing)


def test_the_plans_varieties_have_rules_and_no_others() -> None:
    assert sorted(RULES.varieties) == sorted(LISTED)


def test_classes_have_their_source() -> None:
    assert TABLE["classes"]["source"].strip()


@pytest.mark.parametrize("entry", TABLE["mask"], ids=lambda entry: entry["title"])
def test_masks_have_their_source(entry: dict[str, str]) -> None:
    assert entry["source"].strip()


@pytest.mark.parametrize("name", ["steepest", "flat", "least_share"])
def test_limits_have_their_source(name: str) -> None:
    assert TABLE["limits"][f"{name}_source"].strip()


def test_what_rests_on_no_source_is_said() -> None:
    said = RULES.caveats(["何首乌", "百合", "黄精"], ["elevation_m", "slope_deg", "aspect"])
    assert "何首乌的海拔取值没有来源" in said
    assert "百合没有海拔取值, 不受其限制" in said
    assert "没有给出土壤pH数据, 未计入适宜性" in said
    assert not any("黄精" in text and "海拔" in text for text in said)
    assert "没有给出年均温数据, 未计入适宜性" not in said  # none of the three asks for it


def _file(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


OWN = """
[[variety]]
name = "白及"
[variety.elevation_m]
range = [500, 700, 1200, 1400]
source = "本县试验站 2021"
grade = "A"

[[variety]]
name = "前胡"
[variety.ph]
range = [-inf, -inf, 7.0, 8.0]
source = "本县试验站 2021"
grade = "A"

[limits]
flat_deg = 3.0
"""


def test_a_file_of_ones_own_is_laid_over_by_variety_and_factor(tmp_path: Path) -> None:
    rules = read_siting_rules(_file(tmp_path, OWN))
    own = rules.of("白芨")["elevation_m"]
    assert isinstance(own, Range)
    assert own.corners == (500, 700, 1200, 1400)
    assert rules.of("白芨")["ph"] == RULES.of("白芨")["ph"]
    assert list(rules.of("前胡")) == ["ph"]
    assert (rules.flat_deg, rules.steepest_deg) == (3.0, RULES.steepest_deg)
    assert read_siting_rules() == RULES


BAD = {
    "是 UTF-8": "[[variety",
    "四个数": '[[variety]]\nname = "天麻"\nph = {range = [1, 2, 3], source = "x", grade = "A"}',
    "从小到大": '[[variety]]\nname = "天麻"\n'
    'ph = {range = [1, 3, 2, 4], source = "x", grade = "A"}',
    "两个数都要写 inf": '[[variety]]\nname = "天麻"\n'
    'ph = {range = [-inf, 1, 2, 3], source = "x", grade = "A"}',
    "没有写 source": '[[variety]]\nname = "天麻"\nph = {range = [1, 2, 3, 4], grade = "A"}',
    "grade": '[[variety]]\nname = "天麻"\nph = {range = [1, 2, 3, 4], source = "x", grade = "好"}',
    "没有天麻的选址因子 elevation。您要的是 elevation_m": '[[variety]]\nname = "天麻"\n'
    'elevation = {range = [1, 2, 3, 4], source = "x", grade = "A"}',
    "类型": '[[variety]]\nname = "天麻"\naspect = {pattern = "sun", source = "x", grade = "A"}',
    "缺少 N": '[[variety]]\nname = "天麻"\naspect = {pattern = "woods", source = "x", grade = "A"}',
    "0 与 1 之间": '[pattern.mine]\nclasses = {N = 2.0}\nsource = "x"',
    "由高到低": "[classes]\nS1 = 0.3",
    "steepest_deg": "[limits]\nsteepest_deg = 120",
    "项目": '[varieties]\nname = "天麻"',
    "以 name": '[[variety]]\nph = {range = [1, 2, 3, 4], source = "x", grade = "A"}',
    "格式不对": '[land_cover_codes]\nten = "cropland"',
}


@pytest.mark.parametrize("said", BAD)
def test_a_wrong_file_is_refused_with_the_reason(said: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=said):
        read_siting_rules(_file(tmp_path, BAD[said]))


def test_a_missing_file_and_an_unknown_variety(tmp_path: Path) -> None:
    with pytest.raises(InputNotFoundError):
        read_siting_rules(tmp_path / "none.toml")
    with pytest.raises(UnknownNameError, match="您要的是 天麻"):
        RULES.of("天麻x")


def test_patterns_name_all_their_classes() -> None:
    for rules in RULES.varieties.values():
        for key, rule in rules.items():
            assert isinstance(rule, Pattern) == (key in {"aspect", "land_cover"})
