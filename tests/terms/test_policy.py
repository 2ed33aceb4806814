from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from herbgis.foundation import resources
from herbgis.foundation.errors import InputNotFoundError, PolicyError, UnknownNameError
from herbgis.terms import columns as cols
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy

KEY = ("天麻", "杜仲", "黄精", "缬草", "石斛", "花椒")
ENCOURAGED = ("金银花", "何首乌", "白芨", "党参", "太子参", "玄参", "百合", "丹参", "鱼腥草")
FUNGUS = ("竹荪", "羊肚菌", "香菇", "黑木耳", "茶树菇")
GROUPS = {
    **dict.fromkeys(KEY, "key"),
    **dict.fromkeys(ENCOURAGED, "encouraged"),
    **dict.fromkeys(FUNGUS, "fungus"),
}
#: 民政部县级行政区划代码 of the ten counties, with what the contract prints.
COUNTIES = {
    "520602": "碧江区",
    "520603": "万山区",
    "520621": "江口县",
    "520622": "玉屏自治县",
    "520623": "石阡县",
    "520624": "思南县",
    "520625": "印江自治县",
    "520626": "德江县",
    "520627": "沿河自治县",
    "520628": "松桃自治县",
}

POLICY = load_policy()
_VARIETIES = resources.read_toml("facts/varieties.toml")["variety"]


# Facts, one by one


def _entries() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every entry of the TOML files that states a fact."""
    plan = resources.read_toml("policies/tongren-2020.toml")
    yield "policy", plan
    for number, tier in enumerate(plan["tiers"]):
        yield f"tiers.{number}", tier
    for name in ("counting", "groups", "defaults", "units"):
        yield name, plan[name]
    for group in ("tolerance", "survey_method"):
        yield from ((f"{group}.{name}", entry) for name, entry in plan[group].items())
    for column, words in resources.read_toml("facts/words.toml").items():
        yield from ((f"words.{column}.{name}", word) for name, word in words.items())
    for kind, entries in resources.read_toml("facts/counties.toml").items():
        yield from ((f"{kind}.{entry['name']}", entry) for entry in entries)
    for name, entry in resources.read_toml("facts/columns.toml")["columns"].items():
        yield f"columns.{name}", entry
    yield from ((f"variety.{entry['name']}", entry) for entry in _VARIETIES)


@pytest.mark.parametrize("entry", [pytest.param(e, id=name) for name, e in _entries()])
def test_every_fact_has_its_source(entry: Mapping[str, Any]) -> None:
    assert entry["source"].strip()


def _has(entry: Mapping[str, Any], field: str) -> bool:
    for part in field.split("."):
        if part not in entry:
            return False
        entry = entry[part]
    return True


@pytest.mark.parametrize("entry", _VARIETIES, ids=lambda entry: entry["name"])
def test_a_variety_says_which_of_its_values_have_no_source(entry: Mapping[str, Any]) -> None:
    marked = entry.get("unsourced", [])
    assert len(set(marked)) == len(marked)
    for field in marked:
        assert _has(entry, field), f"{field} is marked and not there"
    if entry["name"] in GROUPS:
        # The plan's varieties came with a grade; what was not checked one by one is marked.
        assert entry["grade"].strip()
        assert {"latin", "aliases", "part", "growth_form"} <= set(marked)
    elif entry.get("latin"):
        assert "latin" in marked


@pytest.mark.parametrize("entry", _VARIETIES, ids=lambda entry: entry["name"])
def test_a_variety_is_in_the_group_that_the_plan_lists(entry: Mapping[str, Any]) -> None:
    name = entry["name"]
    group = GROUPS.get(name, "other")
    assert POLICY.varieties[name].group == group
    assert POLICY.group_of(name) == group


def test_the_plan_is_called_by_its_name_and_clauses() -> None:
    assert POLICY.title == "铜仁市科学技术局2020年工作要点"
    assert "2020-03-06" in POLICY.source
    assert all("工作要点 二(一)" in tier.source for tier in POLICY.tiers)
    assert "二(二)9" in resources.read_toml("policies/tongren-2020.toml")["groups"]["source"]


def test_the_plans_lists_are_complete() -> None:
    listed = {v.name: v.group for v in POLICY.varieties.values() if v.group != "other"}
    assert listed == GROUPS
    assert len(_VARIETIES) == len(POLICY.varieties)


@pytest.mark.parametrize("entry", _VARIETIES, ids=lambda entry: entry["name"])
def test_growing_conditions_are_ranges(entry: Mapping[str, Any]) -> None:
    growing = POLICY.varieties[entry["name"]].growing
    for low, high in (("elev_min_m", "elev_max_m"), ("ph_min", "ph_max")):
        if low in growing and high in growing:
            assert 0 < growing[low] < growing[high]


def _spelt() -> Iterator[tuple[str, str, str]]:
    """Column, spelling and canonical name of every entry that maps."""
    for entry in _VARIETIES:
        yield from (("variety", text, entry["name"]) for text in (entry["name"], *entry["aliases"]))
    for column, words in resources.read_toml("facts/words.toml").items():
        for name, word in words.items():
            spellings = (name, word["title"], *word["aliases"])
            yield from ((column, text, name) for text in spellings)
    for kind, entries in resources.read_toml("facts/counties.toml").items():
        for entry in entries:
            spellings = (entry["name"], entry["short_name"], *entry["aliases"])
            yield from ((kind, text, entry["name"]) for text in spellings)
    for name, entry in resources.read_toml("facts/columns.toml")["columns"].items():
        titles = [cols.titles()[name]] if name in cols.titles() else []
        yield from (("column", text, name) for text in (*titles, *entry["aliases"], name))


@pytest.mark.parametrize(("column", "text", "name"), sorted(set(_spelt())))
def test_every_spelling_maps_to_its_name(column: str, text: str, name: str) -> None:
    assert POLICY.canonical(column, text) == name
    assert POLICY.canonical(column, f" {text}：") == name


def test_headings_of_the_alias_table_are_columns() -> None:
    # Which of the two yields a number is goes to these, and is no column of its own.
    assert set(POLICY.columns) <= {*cols.names(cols.READ, cols.OPTIONAL), "yield_state"}


@pytest.mark.parametrize(("heading", "unit"), POLICY.heading_units.items())
def test_a_unit_stated_by_a_heading_is_a_unit(heading: str, unit: str) -> None:
    assert POLICY.canonical("column", heading) == "declared_value"
    assert POLICY.canonical("unit", unit) in POLICY.units.convertible


@pytest.mark.parametrize(("unit", "mu"), [("mu", 1), ("ha", 15), ("m2", 0.0015), ("km2", 1500)])
def test_units_of_land_are_in_mu(unit: str, mu: float) -> None:
    assert POLICY.words["unit"][unit].mu_per_unit == mu
    assert unit in POLICY.units.convertible


@pytest.mark.parametrize("unit", ["wo", "wanbang", "bang"])
def test_a_count_is_no_area(unit: str) -> None:
    assert POLICY.words["unit"][unit].mu_per_unit is None
    assert unit not in POLICY.units.convertible


@pytest.mark.parametrize(("code", "short"), COUNTIES.items())
def test_counties_have_their_codes_and_short_names(code: str, short: str) -> None:
    name = POLICY.canonical("county", short)
    assert name is not None
    assert POLICY.words["county"][name].code == code
    assert POLICY.title_of("county", name) == short
    assert POLICY.canonical("reporting_unit", short) == name


def test_reporting_units_stand_in_order() -> None:
    printed = [word.title for word in POLICY.words["reporting_unit"].values()]
    assert printed == [*COUNTIES.values(), "大龙", "高新区"]
    assert [word.title for word in POLICY.words["county"].values()] == list(COUNTIES.values())


# Names that are like each other


@pytest.mark.parametrize(
    ("column", "one", "other"),
    [
        ("county", "印江县", "江口县"),
        ("county", "印江", "江口"),
        ("county", "德江县", "印江县"),
        ("reporting_unit", "大龙", "玉屏县"),
        ("variety", "山银花", "金银花"),
        ("variety", "灰毡毛忍冬", "忍冬"),
        ("variety", "党参", "太子参"),
        ("status", "未建", "已建"),
        ("status", "未完工", "完工"),
        ("unit", "棒", "万棒"),
    ],
)
def test_likeness_decides_nothing(column: str, one: str, other: str) -> None:
    names = [POLICY.canonical(column, text) for text in (one, other)]
    assert None not in names
    assert names[0] != names[1]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("variety", "夜交藤"),  # the stem of 何首乌, another drug
        ("variety", "金银"),
        ("variety", "天麻种"),
        ("county", "铜仁市"),
        ("county", "口江县"),
        ("county", "大龙"),  # reports for itself, and is no county
        ("status", "建"),
        ("kind", "基地"),
        ("column", "实测面积"),  # stands beside 上报面积 and was not declared
        ("column", "说明"),
        ("unit", "万亩地"),
    ],
)
def test_what_is_in_no_table_maps_to_nothing(column: str, text: str) -> None:
    assert POLICY.canonical(column, text) is None


def test_the_plans_spelling_is_the_canonical_one() -> None:
    assert POLICY.canonical("variety", "白及") == "白芨"
    assert "白及" not in POLICY.varieties


def test_the_two_targets_of_the_plan() -> None:
    assert [(t.label, t.threshold_mu, t.target) for t in POLICY.tiers] == [
        ("500", 500, 100),
        ("1000", 1000, 50),
    ]
    assert POLICY.tier_labels == ("below", "500", "1000")
    printed = [POLICY.tier_title(label) for label in POLICY.tier_labels]
    assert printed == ["不足500亩", "500亩以上不足1000亩", "1000亩以上"]


def test_the_headline_reading() -> None:
    rule = POLICY.counting
    assert (rule.nested, rule.area, rule.seedling) == (True, "total", False)
    assert set(rule.groups) == {"key", "encouraged", "other"}
    assert set(rule.counted_kinds) == {"planting", "demonstration"}


@pytest.mark.parametrize("method", ["handheld", "rtk", "uav", "total_station", "imagery"])
def test_survey_methods_have_a_word_and_an_error(method: str) -> None:
    assert POLICY.survey_methods[method].sigma_m > 0
    assert POLICY.survey_methods[method].correlation_m >= 0
    assert POLICY.title_of("survey_method", method) != method


def test_the_errors_of_the_design() -> None:
    handheld, rtk = (POLICY.survey_methods[name] for name in ("handheld", "rtk"))
    assert (handheld.sigma_m, handheld.correlation_m) == (3, 50)
    assert (rtk.sigma_m, rtk.correlation_m) == (0.1, 0)
    assert POLICY.defaults["survey_method"] == "handheld"


@pytest.mark.parametrize(
    ("name", "value"),
    resources.read_toml("policies/tongren-2020.toml")["tolerance"].items(),
)
def test_tolerances_have_a_unit_and_a_size(name: str, value: Mapping[str, Any]) -> None:
    assert value["unit"].strip()
    assert POLICY.tolerances[name] == value["value"] > 0
    if name.endswith("_share"):
        assert value["value"] < 1


# A policy of one's own


def _own(folder: Path, text: str, name: str = "own.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _extending(folder: Path, text: str) -> Policy:
    return load_policy(_own(folder, f'extends = "tongren-2020"\n{text}'))


def _tier(label: str, threshold_mu: float, target: int = 1) -> str:
    return f"""
        [[tiers]]
        label = "{label}"
        threshold_mu = {threshold_mu}
        target = {target}
        title = "等级"
        reach_title = "达到"
        source = "县级要点"
        """


def test_a_policy_of_ones_own_states_only_what_differs(tmp_path: Path) -> None:
    own = _extending(
        tmp_path,
        """
        title = "县级要点"
        [tolerance.area_mismatch_share]
        value = 0.1
        [defaults]
        status = "unknown"
        [status.built]
        aliases = ["挂牌"]
        """,
    )
    assert (own.name, own.title) == ("own", "县级要点")
    assert own.tolerances == {**POLICY.tolerances, "area_mismatch_share": 0.1}
    assert own.defaults == {**POLICY.defaults, "status": "unknown"}
    assert own.canonical("status", "挂牌") == "built"
    assert own.canonical("status", "投产") == "built"
    assert own.tiers == POLICY.tiers
    assert own.varieties == POLICY.varieties


def test_loading_one_policy_leaves_the_others_alone(tmp_path: Path) -> None:
    _extending(tmp_path, '[status.built]\naliases = ["挂牌"]\n[defaults]\nkind = "spawn"\n')
    again = load_policy()
    assert again.canonical("status", "挂牌") is None
    assert again.defaults == POLICY.defaults


def test_tiers_of_ones_own_replace_the_plans_and_stand_in_order(tmp_path: Path) -> None:
    own = _extending(tmp_path, _tier("300", 300, 7) + _tier("100", 100, 9))
    assert own.tier_labels == ("below", "100", "300")
    assert [t.target for t in own.tiers] == [9, 7]


def test_a_variety_of_ones_own_joins_the_catalogue(tmp_path: Path) -> None:
    own = _extending(
        tmp_path,
        """
        [groups]
        key = ["天麻", "吴茱萸"]
        [[variety]]
        name = "吴茱萸"
        aliases = ["吴萸"]
        source = "县级名录"
        """,
    )
    assert own.canonical("variety", "吴萸") == "吴茱萸"
    assert own.group_of("吴茱萸") == "key"
    assert own.group_of("杜仲") == "other"
    assert own.group_of("金银花") == "encouraged"
    assert own.canonical("variety", "赤箭") == "天麻"


def test_an_alias_of_ones_own_is_added_to_a_varietys(tmp_path: Path) -> None:
    own = _extending(tmp_path, '[[variety]]\nname = "天麻"\naliases = ["德江天麻"]\n')
    assert own.canonical("variety", "德江天麻") == "天麻"
    assert own.canonical("variety", "赤箭") == "天麻"
    assert own.varieties["天麻"].latin == POLICY.varieties["天麻"].latin


def test_a_file_from_a_windows_editor_is_read(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('extends = "tongren-2020"\ntitle = "县级"\n', encoding="utf-8-sig")
    assert load_policy(str(path)).title == "县级"


def test_a_complete_policy_extends_nothing(tmp_path: Path) -> None:
    source = resources.asset("policies/tongren-2020.toml").read_text(encoding="utf-8")
    own = load_policy(_own(tmp_path, source, "county-2021.toml"))
    assert own.name == "county-2021"
    assert own.tiers == POLICY.tiers
    assert own.words == POLICY.words


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.toml"
    with pytest.raises(InputNotFoundError, match=r"nowhere\.toml"):
        load_policy(path)


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="您要的是 tongren-2020"):
        load_policy("tongren-2021")
    with pytest.raises(UnknownNameError, match="tongren-2020"):
        load_policy("guiyang")


@pytest.mark.parametrize("text", ["tiers = [", "= 1", "a = 1\na = 2"])
def test_broken_toml_is_a_policy_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(PolicyError, match=r"own\.toml"):
        load_policy(_own(tmp_path, text))


def test_a_file_in_gbk_is_a_policy_error(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes('title = "工作要点"'.encode("gbk"))
    with pytest.raises(PolicyError, match="UTF-8"):
        load_policy(path)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[groups]\nkey = ["天麻", "没有的药"]\n', "没有的药"),
        ("tiers = []\n", "tiers 是空的"),
        ("tiers = 3\n", "tiers 写的是 3"),
        ('[tolerance.area_mismatch_share]\nvalue = "五"\n', "五"),
        ('[[tiers]]\nlabel = "500"\n', "threshold_mu"),
    ],
)
def test_a_policy_that_contradicts_itself_is_an_error(
    tmp_path: Path, text: str, named: str
) -> None:
    with pytest.raises(PolicyError, match=named):
        _extending(tmp_path, text)


def test_two_tiers_of_one_threshold_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="threshold_mu"):
        _extending(tmp_path, _tier("a", 500) + _tier("b", 500))
    with pytest.raises(PolicyError, match="label"):
        _extending(tmp_path, _tier("a", 500) + _tier("a", 600))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[[variety]]\nname = "川芎"\naliases = ["赤箭"]\n', "赤箭"),
        ('[status.built]\naliases = ["在建"]\n', "在建"),
        ('[kind.spawn]\naliases = ["示范"]\n', "示范"),
        ('[columns.name]\naliases = ["基地编号"]\n', "基地编号"),
    ],
)
def test_a_spelling_of_two_names_is_an_error_at_once(tmp_path: Path, text: str, named: str) -> None:
    # Found only when a cell is read, it would look like a file that cannot be read.
    with pytest.raises(PolicyError, match=named):
        _extending(tmp_path, text)


def test_an_unknown_reading_of_area_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="contiguous"):
        _extending(tmp_path, '[counting]\narea = "contigous"\n')


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('groups = ["key", "unknown"]', "品种类别 unknown"),
        ('groups = ["herbs"]', "品种类别 herbs"),
        ('groups = ["重点"]', "品种类别 重点"),
        ('kinds = ["planting", "unknown"]', "基地类型 unknown"),
        ('kinds = ["种植"]', "基地类型 种植"),
        ('seedling_kinds = ["seedlings"]', "您要的是 seedling"),
    ],
)
def test_what_is_counted_must_be_known(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(PolicyError, match=named):
        _extending(tmp_path, f"[counting]\n{text}\n")
    _extending(
        tmp_path, '[counting]\ngroups = ["crop", "own"]\n[groups]\nown = ["天麻"]\nkey = []\n'
    )


def test_a_policy_that_extends_itself_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(f"extends = '{path}'\n", encoding="utf-8")
    with pytest.raises(PolicyError):
        load_policy(path)


def test_a_file_extends_another_beside_it(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(
        'extends = "tongren-2020"\ntitle = "甲"\n', encoding="utf-8"
    )
    own = tmp_path / "own.toml"
    own.write_text('extends = "base.toml"\nsource = "乙"\n', encoding="utf-8")
    policy = load_policy(own)
    assert (policy.title, policy.source, policy.name) == ("甲", "乙", "own")


def test_quotas_of_a_plan_are_kept_under_canonical_names(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    head = 'extends = "tongren-2020"\n'
    path.write_text(
        head + '[planning.variety."白及"]\nleast = 2\n[planning.county."印江县"]\nmost = 3\n',
        encoding="utf-8",
    )
    rule = load_policy(path).planning
    assert rule.variety["白芨"].least == 2
    assert rule.county["印江土家族苗族自治县"].most == 3
    for wrong, word in (
        ('[planning.variety."人参果"]\nleast = 2\n', "人参果"),
        ('[planning.county."江口县"]\nleast = 3\nmost = 2\n', "江口县"),
        ('[planning.county."江口县"]\nfewest = 3\n', "fewest"),
    ):
        path.write_text(head + wrong, encoding="utf-8")
        with pytest.raises(PolicyError, match=word):
            load_policy(path)
