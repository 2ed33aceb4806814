"""A policy's file is strict: one schema, in the documentation and in the reader."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from herbgis.foundation import resources
from herbgis.foundation.errors import HerbgisError, PolicyError
from herbgis.geo.datums import OLD_DATUMS
from herbgis.terms.counting_rule import AREAS, YEARS
from herbgis.terms.issues import codes
from herbgis.terms.policyfiles import load_policy
from herbgis.terms.policyschema import KEYWORDS, check_table, policy_schema

ROOT = Path(__file__).parents[2]
SHIPPED = resources.read_toml("policies/tongren-2020.toml")
FACTS = ("columns", "words", "varieties", "variety_words", "counties", "townships", "placeholders")
FACTS += ("herbs", "crops", "two_meanings")
SCHEMA = policy_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

_TIER = (
    'label = "300"\nthreshold_mu = 300\ntarget = 9\ntitle = "a"\nreach_title = "a"\nsource = "县"\n'
)

#: What a file says, and what the answer must name.
WRONG = {
    "a table misspelt": ("[countng]\nnested = true\n", "countng.*您要的是 counting"),
    "a table in the plural": ("[tolerances.overlap_mu]\nvalue = 3\n", "您要的是 tolerance"),
    "thresholds": ("thresholds = [300, 800]\n", "没有 thresholds"),
    "threshold": ("threshold_mu = 300\n", "没有 threshold_mu"),
    "a key of another table": ('area = "contiguous"\n', r"\[counting\] 下面的 area"),
    "areas": ('areas = "contiguous"\n', r"\[counting\] 下面的 area"),
    "areas in place": ('[counting]\nareas = "contiguous"\n', "您要的是 area"),
    "area of no kind": ('[counting]\narea = "contigous"\n', "您要的是 contiguous"),
    "area in Chinese": ('[counting]\narea = "最大连片"\n', "total、contiguous"),
    "year of no kind": ('[counting]\nyear = "2020"\n', "all、built"),
    "nested as a word": ('[counting]\nnested = "yes"\n', "true 或 false"),
    "nested as a number": ("[counting]\nnested = 1\n", "true 或 false"),
    "groups as a word": ('[counting]\ngroups = "key"\n', "一串"),
    "groups of numbers": ("[counting]\ngroups = [1]\n", "第 1 个"),
    "a factor below nothing": ('[counting]\nmode_factors = { "林下" = -0.8 }\n', "不小于 0"),
    "a factor in per cent": ('[counting]\nmode_factors = { "林下" = 80 }\n', "不大于 10"),
    "small parts below nothing": ("[counting]\nleast_part_mu = -1\n", "不小于 0"),
    "a code that there is not": ('[rules]\noff = ["HG999"]\n', "HG999"),
    "a code in small letters": ('[rules]\noff = ["hg107"]\n', "hg107"),
    "one code": ('[rules]\noff = "HG107"\n', "一串"),
    "rules on": ('[rules]\non = ["HG107"]\n', "rules.*on"),
    "a tolerance of five": ("[tolerance.area_mismatch_share]\nvalue = 5\n", "不大于 1"),
    "a tolerance in per cent": ("[tolerance.overlap_share]\nvalue = 10.0\n", "不大于 1"),
    "a tolerance below nothing": ("[tolerance.overlap_mu]\nvalue = -5\n", "不小于 0"),
    "a tolerance as text": ('[tolerance.overlap_mu]\nvalue = "5亩"\n', "5亩.*应当是数"),
    "a tolerance without end": ("[tolerance.contiguity_m]\nvalue = inf\n", "inf"),
    "a tolerance bare": (
        "[tolerance]\noverlap_share = -0.1\n",
        r"overlap_share 写的是 -0.1.*\[tolerance.overlap_share\] 下面写 value.*不小于 0、不大于 1",
    ),
    "a tolerance misspelt": ("[tolerance.overlap_m]\nvalue = 5\n", "您要的是 overlap_mu"),
    "a tolerance under another key": ("[tolerance.overlap_mu]\nval = 5\n", "您要的是 value"),
    "an angle of a half turn": ("[tolerance.spike_angle_deg]\nvalue = 180\n", "不大于 90"),
    "no tiers": ("tiers = []\n", "tiers 是空的"),
    "a tier without a threshold": ('[[tiers]]\nlabel = "300"\n', "threshold_mu"),
    "a tier at nothing": (f"[[tiers]]\n{_TIER}".replace("= 300", "= 0"), "大于 0"),
    "a target below nothing": (f"[[tiers]]\n{_TIER}".replace("= 9", "= -9"), "不小于 0"),
    "half a target": (f"[[tiers]]\n{_TIER}".replace("= 9", "= 9.5"), "整数"),
    "a tier named below": (f"[[tiers]]\n{_TIER}".replace('"300"', '"below"'), "below"),
    "a tier with more": (f'[[tiers]]\n{_TIER}unit = "亩"\n', "unit"),
    "year as text": ('year = "2020"\n', "整数"),
    "year of two digits": ("year = 20\n", "不小于 1949"),
    "an empty title": ('title = ""\n', "title 是空的"),
    "a day": ("title = 2020-03-06\n", "文字"),
    "a default status": ('[defaults]\nstatus = "建成"\n', "built"),
    "a default of another column": ('[defaults]\nvariety = "天麻"\n', "variety"),
    "a status that there is not": ('[status.finished]\naliases = ["挂牌"]\n', "finished"),
    "a column that there is not": ('[columns.varity]\naliases = ["作物"]\n', "您要的是 variety"),
    "a column in Chinese": ('[columns."主栽品种"]\naliases = ["作物"]\n', "主栽品种"),
    "one alias": ('[columns.variety]\naliases = "作物"\n', "一串"),
    "alias": ('[columns.variety]\nalias = ["作物"]\n', "您要的是 aliases"),
    "a variety without a name": ('[[variety]]\naliases = ["赤箭"]\n', "name"),
    "a variety's group": ('[[variety]]\nname = "天麻"\ngroup = "key"\n', "没有.*group"),
    "a table of varieties": ('[variety."天麻"]\naliases = ["赤箭"]\n', "一串"),
    "acid beyond all": (
        '[[variety]]\nname = "天麻"\n[variety.growing]\nph_max = 65\n',
        "不大于 14",
    ),
    "a reading of a word": ('[two_meanings."青椒"]\nreads = "spice"\n', "herb、crop、ask"),
    "an answer of mismatch": ('[mismatch]\nby = "perimetre"\n', "您要的是 perimeter"),
    "an error below nothing": ("[survey_method.rtk]\nsigma_m = -0.1\n", "不小于 0"),
    "a quota below nothing": ('[planning.county."德江县"]\nleast = -1\n', "不小于 0"),
    "a quota of another key": ('[planning.county."德江县"]\nminimum = 1\n', "minimum"),
    "a unit of nothing": ("[unit.mu]\nmu_per_unit = 0\n", "大于 0"),
    "a county's code": ('[[county]]\nname = "甲"\nshort_name = "甲"\ncode = "5206"\n', "5206"),
    "a county's short name": ('[[county]]\nname = "甲"\n', "short_name"),
    "an unknown datum": ("[datum_parameters.xian80]\ndx_m = 1\n", "您要的是 xian_1980"),
    "a rotation": ('[datum_parameters.xian_1980]\nrotation = "left"\n', "position_vector"),
    "a whole turn": ("[datum_parameters.xian_1980]\nrx_arcsec = 1296000\n", "不大于 1000"),
    "without of no table": ('[without]\nvarieties = ["赤箭"]\n', "您要的是 variety"),
    "without one": ('[without]\nvariety = "赤箭"\n', "一串"),
    "extends nothing": ("extends = 2020\n", "文字"),
    "kinds of placeholders": ('[placeholder.null]\nwords_of = ["words"]\n', "words"),
    "a place of variety words": ('[variety_words.before]\naliases = ["好"]\n', "before"),
}

#: What the schema cannot see: names that another table does not have.
CONTRADICTIONS = {
    "a list of no group": ('[groups]\nkye = ["天麻"]\n', "您要的是 key"),
    "a default kind": ('[defaults]\nkind = "plantng"\n', "您要的是 planting"),
    "a default method": ('[defaults]\nsurvey_method = "gps"\n', "测量方式 gps"),
    "a kind misspelt": ('[kind.plantng]\naliases = ["大田种植"]\n', r"\[kind.planting\]"),
    "a method misspelt": ("[survey_method.handhold]\nsigma_m = 2\n", r"\[survey_method.handheld\]"),
    "a unit misspelt": ('[units]\nconvertible = ["mu", "hectare"]\n', "hectare"),
    "counted kinds": ('[counting]\nkinds = ["plant"]\n', "plant"),
    "a quota's variety": ('[planning.variety."人参果"]\nleast = 1\n', "人参果"),
    "a datum without numbers": ("[datum_parameters.xian_1980]\ndx_m = 1\n", "缺少 dy_m"),
    "not a number": ("[tolerance.overlap_mu]\nvalue = nan\n", "nan"),
    "what is not there taken away": ('[without]\nvariety = ["红天嘛"]\n', "最像的是 红天麻"),
    "a title taken away": ('[without]\nstatus = ["built"]\n', "built"),
    "a column's title taken away": ('[without]\ncolumns = ["基地名称"]\n', "基地名称"),
    "a unit's title taken away": ('[without]\nunit = ["公顷"]\n', "公顷"),
    "a listed variety taken away": ('[without]\nvariety = ["羊肚菌"]\n', "羊肚菌"),
}


def _blocks() -> Iterator[tuple[str, str]]:
    """Policies that the documentation, and docstrings, show."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        for number, block in enumerate(
            re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
        ):
            if "extends" in block:
                yield f"{page.name}-{number}", block


def _own(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    head = "" if text.startswith("extends") else 'extends = "tongren-2020"\n'
    path.write_text(head + text, encoding="utf-8")
    return path


def _both(table: Mapping[str, Any]) -> tuple[bool, bool]:
    """Whether the schema by a library of its own, and the reader, take a table."""
    try:
        check_table(table, "own.toml")
    except PolicyError:
        return VALIDATOR.is_valid(table), False
    return VALIDATOR.is_valid(table), True


def test_the_schema_is_one_and_uses_what_the_reader_understands() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def keywords(rule: Any) -> Iterator[str]:
        if isinstance(rule, Mapping):
            for key, value in rule.items():
                yield key
                inner = value.values() if key in {"properties", "$defs"} else [value]
                for each in inner:
                    yield from keywords(each)
        elif isinstance(rule, list):
            for each in rule:
                yield from keywords(each)

    assert set(keywords(SCHEMA)) <= KEYWORDS


@pytest.mark.parametrize("name", resources.names_in("policies", ".toml"))
def test_what_is_shipped_is_as_the_schema_says(name: str) -> None:
    assert _both(resources.read_toml(f"policies/{name}.toml")) == (True, True)


@pytest.mark.parametrize("name", FACTS)
def test_facts_are_as_the_schema_says(name: str) -> None:
    table = {"extends": "tongren-2020", **resources.read_toml(f"facts/{name}.toml")}
    assert _both(table) == (True, True)


def test_the_schema_knows_what_the_code_knows() -> None:
    tables = SCHEMA["properties"]
    assert set(tables["tolerance"]["properties"]) == set(SHIPPED["tolerance"])
    assert tables["counting"]["properties"]["area"]["enum"] == list(AREAS)
    assert tables["counting"]["properties"]["year"]["enum"] == list(YEARS)
    assert set(tables["counting"]["properties"]) == set(SHIPPED["counting"])
    assert set(tables["datum_parameters"]["properties"]) == {datum.key for datum in OLD_DATUMS}
    assert SCHEMA["$defs"]["code"]["enum"] == list(codes())
    facts = {key for name in FACTS for key in resources.read_toml(f"facts/{name}.toml")}
    assert set(tables) == {
        *facts,
        *SHIPPED,
        "extends",
        "name",
        "rules",
        "controls",
        "datum_parameters",
        "without",
    }
    assert set(tables["without"]["properties"]) == facts


@pytest.mark.parametrize("name", [name for name, _ in _blocks()])
def test_policies_in_the_documentation_are_read(name: str, tmp_path: Path) -> None:
    text = dict(_blocks())[name]
    assert _both(tomllib.loads(text)) == (True, True)
    load_policy(_own(tmp_path, text))


@pytest.mark.parametrize("name", WRONG)
def test_what_no_policy_says_is_refused_by_schema_and_reader(name: str, tmp_path: Path) -> None:
    text, named = WRONG[name]
    table = tomllib.loads(_own(tmp_path, text).read_text("utf-8"))
    assert _both(table) == (False, False)
    with pytest.raises(PolicyError, match=named) as refused:
        load_policy(tmp_path / "own.toml")
    assert "own.toml" in str(refused.value)


def _numbers(rule: dict[str, Any], place: tuple[str, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place and the rule of every number that has a name of its own."""
    while "$ref" in rule:
        rule = SCHEMA["$defs"][rule["$ref"].removeprefix("#/$defs/")]
    for key, below in rule.get("properties", {}).items():
        yield from _numbers(below, (*place, key))
    if "minimum" in rule or "exclusiveMinimum" in rule:
        yield place, rule


@pytest.mark.parametrize(("place", "rule"), [*_numbers(SCHEMA)], ids=str)
@pytest.mark.parametrize("given", [-1e9, "五", True])
def test_a_number_out_of_its_range_is_told_with_the_range(
    place: tuple[str, ...], rule: dict[str, Any], given: object
) -> None:
    *tables, key = place
    table: dict[str, Any] = {key: given}
    for name in reversed(tables):
        table = {name: table}
    with pytest.raises(PolicyError) as refused:
        check_table({"extends": "tongren-2020", **table}, "own.toml")
    said = str(refused.value)
    assert key in said
    assert {True: "true", "五": "“五”"}.get(given, str(given)) in said
    limits = [rule[limit] for limit in ("minimum", "exclusiveMinimum", "maximum") if limit in rule]
    assert all(str(limit) in said for limit in limits)


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_names_that_lead_nowhere_are_refused(name: str, tmp_path: Path) -> None:
    text, named = CONTRADICTIONS[name]
    with pytest.raises(PolicyError, match=named) as refused:
        load_policy(_own(tmp_path, text))
    assert "own.toml" in str(refused.value)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = (
        '[countng]\nnested = true\n[tolerance.overlap_mu]\nvalue = -1\n[rules]\noff = ["HG999"]\n'
    )
    with pytest.raises(PolicyError, match="有 3 处不对") as refused:
        load_policy(_own(tmp_path, text))
    assert all(word in str(refused.value) for word in ("countng", "overlap_mu", "HG999"))


def test_a_file_that_extends_nothing_says_everything(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('title = "县级"\n[counting]\narea = "total"\n', encoding="utf-8")
    with pytest.raises(PolicyError, match=r"没有写 extends.*tiers.*extends = "):
        load_policy(path)


def test_a_base_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(HerbgisError, match="您要的是 tongren-2020"):
        load_policy(_own(tmp_path, 'extends = "tongren-2002"\n'))


def test_a_rule_made_by_hand_is_held_too() -> None:
    with pytest.raises(HerbgisError, match="您要的是 contiguous"):
        replace(load_policy().counting, area="contigous")


# Taken away


@pytest.mark.parametrize(
    ("table", "column", "text"),
    [
        ("variety", "variety", "赤箭"),
        ("variety", "variety", " 明天麻 "),
        ("columns", "column", "基地"),
        ("columns", "column", "JDMC"),
        ("status", "status", "完成"),
        ("kind", "kind", "规模化基地"),
        ("unit", "unit", "hm2"),
        ("county", "county", "印江"),
        ("reporting_unit", "reporting_unit", "高新区"),
        ("herbs", "variety", "一枝黄花"),
        ("crops", "variety", "抹茶"),
        ("two_meanings", "variety", "青椒"),
    ],
)
def test_a_spelling_can_be_taken_away(table: str, column: str, text: str, tmp_path: Path) -> None:
    assert load_policy().canonical(column, text) is not None
    own = load_policy(_own(tmp_path, f'[without]\n{table} = ["{text}"]\n'))
    assert own.canonical(column, text) is None
    assert load_policy().canonical(column, text) is not None


def test_a_word_for_nothing_can_be_a_text_again(tmp_path: Path) -> None:
    own = load_policy(_own(tmp_path, '[without]\nplaceholder = ["空", "null"]\n'))
    assert own.placeholders.words.keys() == load_policy().placeholders.words.keys() - {"空", "null"}


def test_a_spelling_moves_from_one_name_to_another(tmp_path: Path) -> None:
    text = '[without]\nstatus = ["完成"]\n[status.building]\naliases = ["完成"]\n'
    assert load_policy(_own(tmp_path, text)).canonical("status", "完成") == "building"


def test_a_file_takes_away_what_the_one_that_it_extends_added(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(
        'extends = "tongren-2020"\n[status.built]\naliases = ["挂牌"]\n', encoding="utf-8"
    )
    text = 'extends = "base.toml"\n[without]\nstatus = ["挂牌"]\n'
    assert load_policy(tmp_path / "base.toml").canonical("status", "挂牌") == "built"
    assert load_policy(_own(tmp_path, text)).canonical("status", "挂牌") is None


def test_a_name_taken_away_goes_with_its_spellings(tmp_path: Path) -> None:
    own = load_policy(_own(tmp_path, '[without]\ncrops = ["油茶"]\n'))
    assert "油茶" not in own.crops
    assert own.canonical("variety", "油茶树") is None
