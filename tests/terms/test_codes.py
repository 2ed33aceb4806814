from __future__ import annotations

import re
import string

import pytest

from herbgis.foundation import resources
from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.language import speaking
from herbgis.terms.issues import SEVERITIES, Issue, Place, codes, issue_table, texts
from herbgis.validating.validation import RULES
from tests.helpers.english import chinese_in

#: Codes that reading and placing find, beside the table of rules.
FOUND_BEFORE = (
    *("HG001", "HG002", "HG003", "HG004", "HG005", "HG006", "HG007", "HG008", "HG110", "HG111"),
    *("HG201", "HG202", "HG203", "HG204", "HG208", "HG209", "HG210"),
    *("HG211", "HG512"),
)
FOUND = (*FOUND_BEFORE, *RULES)

#: Names and severities as the contract states them.
CONTRACT = {
    "HG001": ("unreadable-file", "error"),
    "HG002": ("records-lost", "error"),
    "HG003": ("encoding-decided", "note"),
    "HG006": ("crs-contradicted", "error"),
    "HG008": ("header-contradicted", "warning"),
    "HG101": ("missing-geometry", "error"),
    "HG106": ("spike", "warning"),
    "HG110": ("z-dropped", "note"),
    "HG201": ("swapped-axes", "error"),
    "HG206": ("straddles-counties", "warning"),
    "HG210": ("web-mercator-metres", "error"),
    "HG211": ("offset-possible", "note"),
    "HG303": ("overlap", "error"),
    "HG305": ("update", "note"),
    "HG401": ("area-mismatch", "error"),
    "HG405": ("threshold-undecided", "warning"),
    "HG406": ("declared-by-parcel", "note"),
    "HG501": ("unknown-variety", "warning"),
    "HG502": ("variety-alias", "note"),
    "HG508": ("unknown-status", "warning"),
    "HG509": ("exactly-the-threshold", "note"),
    "HG601": ("controlled-land", "error"),
    "HG602": ("cropland-used", "error"),
    "HG603": ("land-class-unknown", "warning"),
}
LANGUAGES = ("zh", "en")
HUNDREDS = sorted({code[2] for code in codes()})

#: Long but plausible values for the texts of each code.
VALUES: dict[str, dict[str, object]] = {
    "HG001": {"why": "压缩包内 五月批次/印江县基地.shp 有密码, 请解密后再交"},
    "HG002": {"promised": 1250, "read": 1238},
    "HG003": {"encoding": "GBK"},
    "HG004": {},
    "HG005": {"crs": "EPSG:4524, 两轴对调"},
    "HG006": {"stated": "EPSG:4326", "fitting": "EPSG:4524, 两轴对调"},
    "HG007": {"datum": "Beijing 1954"},
    "HG008": {"what": "文件头面积 57.089 与界址点围成的 570889.5 ㎡ 不符"},
    "HG101": {"hint": "是否即 图斑.gpkg 第 12 条图斑? 是则填同一编号; 否则"},
    "HG102": {"number": 12, "count": 24},
    "HG103": {"reason": "洞把地块隔断"},
    "HG104": {"kind": "混合图形(其中的面已计)"},
    "HG105": {"count": 120},
    "HG106": {"length": "1234.5", "angle": "4.9"},
    "HG107": {"count": 12, "width": "3.9"},
    "HG108": {"count": 12, "mu": "0.099"},
    "HG109": {"blocks": 12, "distance": "20", "mu": "1234.56"},
    "HG110": {"count": 1250},
    "HG111": {"count": 100},
    "HG112": {"count": 12, "mu": "1234.56"},
    "HG201": {"system": "EPSG:4524, 两轴对调", "stated": "EPSG:4490"},
    "HG202": {"system": "EPSG:4524", "stated": "EPSG:4490"},
    "HG203": {"system": "EPSG:4545", "stated": "EPSG:4524"},
    "HG204": {"distance": "1234"},
    "HG205": {"where": "越出全部县界 123456 m"},
    "HG206": {"parts": "印江自治县 45%、沿河自治县 30%、松桃自治县 25%"},
    "HG207": {"declared": "印江自治县", "actual": "松桃自治县", "distance": "12345"},
    "HG208": {"system": "EPSG:4524", "stated": "EPSG:4525"},
    "HG209": {"distance": "1234"},
    "HG210": {"system": "EPSG:3857", "stated": "EPSG:4326"},
    "HG211": {"system": "GCJ-02 或 BD-09", "why": "落在台账的地上"},
    "HG301": {"differing": "名称、县区、品种"},
    "HG302": {"other": "520625-2020-012"},
    "HG303": {"other": "520625-2020-012", "mu": "123.45", "share": "100.0%", "effect": ""},
    "HG304": {"other": "520625-2019-012", "mu": "123.45", "share": "100.0%", "effect": ""},
    "HG305": {"before": "1234.56", "after": "1345.67 亩"},
    "HG401": {
        "declared": "1234.56",
        "surveyed": "1034.56",
        "difference": "+19.3%",
        "hint": "",
        "allowed": "实测的 5% 为 51.73 亩 (按周长为 6.22 亩)",
    },
    "HG402": {"declared": "1234.56", "surveyed": "18518.40"},
    "HG403": {"declared": "1234.56", "surveyed": "1034.56"},
    "HG404": {"declared": "1234.56", "surveyed": "1034.56"},
    "HG405": {"surveyed": "1001.23", "sigma": "12.34", "threshold": "1000", "chance": "54%"},
    "HG406": {"count": 12, "total": "1234.56", "surveyed": "1230.12"},
    "HG501": {
        "variety": "铁皮石斛金钗石斛霍山石斛鼓槌石斛流苏石斛"[:20],
        "what": "不止一个意思",
        "hint": "是否为 石斛? ",
    },
    "HG502": {"written": "白及、多花黄精", "canonical": "白芨、黄精"},
    "HG503": {"columns": "填报单位和县区"},
    "HG504": {
        "column": "测量日期",
        "written": "二〇二〇年五月十八日上午",
        "why": "晚于截止日 2020-03-31",
        "advice": "请核对年份; 确已到这一天的, 请写明截止日 (--as-of)。",
    },
    "HG505": {
        "column": "产量(未注明鲜干)",
        "written": "约500亩(含林下部分约120亩)",
        "read": "读不出数值, 请改填纯数字。",
    },
    "HG506": {
        "columns": "基地名称、经营主体、填报单位、乡镇、村",
        "hint": "原文已丢失, 无法还原; ",
    },
    "HG507": {"columns": "经营主体、基地类型、建设状态"},
    "HG508": {"written": "部分建成部分在建"},
    "HG509": {"threshold": "1000"},
    "HG510": {"written": "农业科技园区核心区与星创天地"},
    "HG511": {
        "variety": "铁皮石斛金钗石斛霍山石斛鼓槌石斛流苏石斛"[:20],
        "what": "有两种意思, 不按药材计",
        "hint": "请核对品种名。",
    },
    "HG512": {"written": "52062710320401000000"},
    "HG515": {
        "township": "滑石侗族苗族土家族乡桐木村",
        "county": "松桃苗族自治县",
        "hint": "碧江区有和平乡。",
    },
    "HG514": {
        "column": "填报单位",
        "written": "贵州铜仁高新技术产业开发区管委会"[:15],
        "effect": "不知计在谁名下",
        "hint": "是否为 高新区? ",
    },
    "HG601": {
        "mu": "1234.56",
        "control": "风景名胜区核心景区外",
        "share": "100.0%",
        "answer": "规定禁止",
        "told": "黄精按“林下种植”: 没有读到这方面的规定, 只报亩数。",
    },
    "HG602": {
        "mu": "1234.56",
        "share": "100.0%",
        "answer": "只报亩数",
        "told": "黄精按“林下种植”: 没有读到这方面的规定, 只报亩数。",
    },
    "HG603": {"parts": "1234.56 亩的编码不认识或有两种、123.45 亩没有图斑"},
    "HG513": {"other": "520625198001012345-0", "written": "[U+200B]５２０６２５－２０２０－０１２"},
}


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("code", codes())
def test_every_code_has_texts(code: str) -> None:
    words = texts("zh")[code]
    for part in ("title", "what", "why", "how", "fix"):
        assert words[part].strip(), part
    assert codes()[code].source.strip()


@pytest.mark.parametrize("code", codes())
def test_english_says_what_chinese_says(code: str) -> None:
    chinese, english = texts("zh")[code], texts("en")[code]
    assert chinese.keys() == english.keys()
    for part, text in english.items():
        assert text.strip(), part
        assert _fields(text) == _fields(chinese[part]), part
        assert chinese_in(text) == []


def test_english_has_no_code_of_its_own() -> None:
    assert list(texts("en")) == list(texts("zh"))


@pytest.mark.parametrize("code", FOUND)
def test_findings_are_told_in_the_language_that_is_spoken(code: str) -> None:
    issue = Issue(code, Place("f"), VALUES[code])
    said = {lang: (issue.as_row(lang)["message"], texts(lang)[code]["title"]) for lang in LANGUAGES}
    assert len(set(said.values())) == len(LANGUAGES)
    for lang, words in said.items():
        with speaking(lang):
            assert (issue.as_row()["message"], texts()[code]["title"]) == words


@pytest.mark.parametrize("code", codes())
def test_every_code_has_a_valid_entry(code: str) -> None:
    entry = codes()[code]
    assert re.fullmatch(r"HG\d{3}", code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry.name)
    assert entry.severity in SEVERITIES
    assert entry.scope in {"file", "layer", "record"}
    assert (entry.scope in {"file", "layer"}) == code.startswith("HG00")


def test_codes_stand_in_order_and_none_twice() -> None:
    written = list(resources.read_toml("messages/codes.toml"))
    assert written == sorted(set(written))
    assert len({entry.name for entry in codes().values()}) == len(written)
    assert list(texts("zh")) == written


@pytest.mark.parametrize("code", CONTRACT)
def test_names_and_severities_are_the_contracts(code: str) -> None:
    assert (codes()[code].name, codes()[code].severity) == CONTRACT[code]


@pytest.mark.parametrize("hundred", HUNDREDS)
def test_each_hundred_is_numbered_without_gaps(hundred: str) -> None:
    """A code is never reused, and new ones go to the end of their hundred."""
    numbers = [int(code[3:]) for code in codes() if code[2] == hundred]
    assert numbers == list(range(1, len(numbers) + 1))


def test_no_code_is_found_twice_over() -> None:
    assert len(set(FOUND)) == len(FOUND)
    assert set(FOUND) <= set(codes())
    assert set(FOUND) == set(VALUES)


@pytest.mark.parametrize("code", FOUND)
def test_every_code_that_is_found_has_message_and_suggestion(code: str) -> None:
    words = texts("zh")[code]
    assert words["message"].strip()
    assert words["suggestion"].strip()
    assert _fields(words["message"]) | _fields(words["suggestion"]) <= set(VALUES[code])


@pytest.mark.parametrize("code", FOUND)
def test_messages_fit_the_issue_list(code: str) -> None:
    row = Issue(code, Place("批次.gpkg"), VALUES[code]).as_row()
    assert len(row["message"]) <= 40
    assert "{" not in row["message"] + row["suggestion"]


def test_a_code_that_is_never_found_has_no_message_yet() -> None:
    silent = {code for code, words in texts("zh").items() if "message" not in words}
    assert silent == set(codes()) - set(FOUND)


def test_an_issue_may_be_milder_than_its_code() -> None:
    issue = Issue("HG205", Place("f"), VALUES["HG205"], severity="warning")
    assert issue.as_row()["severity"] == "warning"


def test_an_unknown_language_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownNameError, match="zh"):
        texts("fr")


def test_issues_stand_by_place_then_gravity() -> None:
    issues = [
        Issue("HG502", Place("b", "l", 1), VALUES["HG502"]),
        Issue("HG101", Place("b", "l", 1), {"hint": ""}),
        Issue("HG508", Place("b", "l", 1), VALUES["HG508"]),
        Issue("HG101", Place("a", "l", 10), {"hint": ""}),
        Issue("HG101", Place("a", "l", 9), {"hint": ""}),
        Issue("HG004", Place("a", "l")),
    ]
    table = issue_table(issues)
    assert list(table["code"]) == ["HG004", "HG101", "HG101", "HG101", "HG508", "HG502"]
    assert list(table["row"].fillna(0)) == [0, 9, 10, 1, 1, 1]
    assert table.equals(issue_table(reversed(issues)))
