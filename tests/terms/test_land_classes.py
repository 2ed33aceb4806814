"""Classes of land: every code has a group, and a code alone does not tell whose it is."""

from __future__ import annotations

import pytest

from herbgis.foundation import resources
from herbgis.terms.land_classes import LAND_GROUPS, land_class_tables, land_code, land_groups

FACTS = resources.read_toml("facts/land_classes.toml")
TABLES = {table.key: table for table in land_class_tables()}


@pytest.mark.parametrize("key", TABLES)
def test_a_table_has_its_source_and_every_code_a_group(key: str) -> None:
    table = TABLES[key]
    assert table.title
    assert table.source
    assert len(table.classes) == len(FACTS[key]["classes"])
    assert {each.group for each in table.classes.values()} == set(LAND_GROUPS) == {*FACTS["groups"]}
    assert set(FACTS[key]["groups"]) <= set(FACTS[key]["classes"])
    # No first class is named whose codes stand nowhere, and none is left out.
    assert {code[:2] for code in FACTS[key]["classes"]} == set(FACTS[key]["by_first"])


@pytest.mark.parametrize("key", TABLES)
def test_a_second_class_is_of_its_first_class_unless_it_is_wetland(key: str) -> None:
    classes = TABLES[key].classes
    apart = {code for code, each in classes.items() if each.group != classes[each.code[:2]].group}
    assert apart == ({"0303", "0304", "0306"} if key == "third_survey" else set())


@pytest.mark.parametrize(
    ("code", "name", "group"),
    [
        ("0101", "水田", "cropland"),
        ("0103", "旱地", "cropland"),
        ("0204K", "可调整其他园地", "orchard"),
        ("0301", "乔木林地", "forest"),
        ("0307K", "可调整其他林地", "forest"),
        ("0303", "红树林地", "other"),
        ("0403K", "可调整人工牧草地", "other"),
        ("1104K", "可调整养殖坑塘", "other"),
        ("1203", "田坎", "other"),
        ("08H2A", "高教用地", "other"),
        ("203", "村庄", "other"),
    ],
)
def test_the_third_surveys_codes(code: str, name: str, group: str) -> None:
    found = TABLES["third_survey"].classes[land_code(code)]
    assert (found.name, found.group) == (name, group)
    assert found.may_return == code.endswith("K")


@pytest.mark.parametrize(
    ("codes", "groups"),
    [
        (["0304", "0101", "0201K"], {"0304": "other", "0101": "cropland", "0201k": "orchard"}),
        (["0304", "0101", "05H1"], {"0304": "other", "0101": "cropland", "05h1": "other"}),
        (["0304", "0101", "0501"], {"0304": "forest", "0101": "cropland", "0501": "other"}),
        (["0303", "0604"], {"0303": "forest", "0604": "other"}),
        # Nothing tells the tables apart: 森林沼泽 is forest by one and wetland by the other.
        (["0304", "0101"], {"0101": "cropland"}),
        (["0306"], {}),
        (["011", "031", "203"], {"011": "cropland", "031": "forest", "203": "other"}),
        (["0101", "9999", "药材"], {"0101": "cropland"}),
        (["０１０１", " 0201k "], {"0101": "cropland", "0201k": "orchard"}),
        ([101, 301.0, None, ""], {}),
        # A spreadsheet took the noughts away: 201 is 城市 of one survey, and of the other 果园.
        (["101", "103", "201", "1006"], {"1006": "other"}),
        (["11", "12"], {}),
        (["203", "1107"], {"1107": "other"}),
        (["9999"], {}),
        ([], {}),
    ],
)
def test_codes_together_tell_the_table(codes: list[object], groups: dict[str, str]) -> None:
    assert land_groups(codes) == groups
    assert land_groups(reversed(codes * 2)) == groups


@pytest.mark.parametrize("key", TABLES)
def test_a_whole_table_is_read_as_itself(key: str) -> None:
    table = TABLES[key]
    assert land_groups(FACTS[key]["classes"]) == {
        code: each.group for code, each in table.classes.items()
    }
