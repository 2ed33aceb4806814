"""Townships against the register of the county: spellings are known, the rest is said."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import herbgis as hg
from herbgis.foundation import resources
from tests.helpers.shapes import frame, square

POLICY = hg.load_policy()
REGISTERS = resources.read_toml("facts/townships.toml")["townships"]
SONGTAO = "松桃苗族自治县"


def _said(township: str, county: str = SONGTAO, policy: hg.Policy = POLICY) -> list[str]:
    told = frame([square(600)], township=[township], county=[county])
    table = hg.validate(told, policy=policy).table
    assert set(table["severity"]) <= {"warning"}
    return table.loc[table["code"] == "HG515", "suggestion"].tolist()


@pytest.mark.parametrize(
    "township",
    [
        *(
            "寨英镇",
            "寨英",
            "寨英乡",
            "寨英街道",
            "松桃县寨英镇",
            "松桃苗族自治县寨英镇",
            "寨 英 镇",
        ),
        *(
            "铜仁市松桃县寨英镇",
            "贵州省铜仁市松桃苗族自治县寨英镇",
            "寨英镇大水村",
            "寨英镇、乌罗镇",
            "寨英/乌罗",
        ),
    ],
)
def test_spellings_of_a_township_are_known(township: str) -> None:
    assert _said(township) == []


@pytest.mark.parametrize(
    ("township", "county"),
    [
        ("滑石乡", "碧江区"),
        ("滑石侗族苗族土家族乡", "碧江区"),
        ("和平乡", "碧江区"),
        ("桐木坪", "碧江区"),
        ("万山镇", "万山区"),
        ("大坪乡", "万山区"),
        ("谢桥办事处", "万山区"),
        ("谢桥街道办事处", "万山区"),
        ("沙溪乡", "德江县"),
        ("大龙", "玉屏侗族自治县"),
    ],
)
def test_level_and_peoples_are_not_told_apart(township: str, county: str) -> None:
    assert _said(township, county) == []


@pytest.mark.parametrize("code", [code for code in REGISTERS if code.isdigit()])
def test_every_name_is_in_its_own_register(code: str) -> None:
    names = REGISTERS[code]["names"]
    assert [POLICY.townships.unknown_in(code, name) for name in names] == [None] * len(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("township", "hint"),
    [
        ("朗溪镇", "印江自治县有朗溪镇。"),
        ("煎茶镇", "德江县有煎茶镇。"),
        ("印江县朗溪镇", "印江自治县有朗溪镇。"),
        ("寨应镇", "是否为 寨英镇"),
        ("普觉", ""),
        ("普角镇", "是否为 普觉镇"),
        ("某镇", ""),
        ("寨英村", ""),
        ("本庄镇", "石阡县有本庄镇。"),
        ("坝黄镇、寨英镇", "碧江区有坝黄镇。"),
        ("官舟", "沿河自治县有官舟镇。"),
    ],
)
def test_what_is_in_no_register_of_the_county_is_said(township: str, hint: str) -> None:
    said = _said(township)
    assert len(said) == (township != "普觉")
    assert all(line.startswith(hint) for line in said)


def test_a_county_without_a_register_is_not_judged(tmp_path: Path) -> None:
    own = tmp_path / "别处.toml"
    place = (
        '[[county]]\nname = "凤凰县"\nshort_name = "凤凰县"\ncode = "433123"\nsource = "区划代码"'
    )
    own.write_text(f'extends = "tongren-2020"\n{place}', encoding="utf-8")
    assert _said("某镇", "凤凰县", hg.load_policy(own)) == []
    listed = own.read_text("utf-8") + '\n[townships.433123]\nnames = ["沱江镇"]'
    own.write_text(listed, encoding="utf-8")
    assert len(_said("某镇", "凤凰县", hg.load_policy(own))) == 1
    assert _said("沱江", "凤凰县", hg.load_policy(own)) == []


def test_nothing_is_said_where_county_or_township_is_empty() -> None:
    told = frame([square(600)], township=[None])
    assert hg.validate(told).table.empty
    told = frame([square(600)], township=["某镇"], county=[None])
    assert "HG515" not in hg.validate(told).table["code"].tolist()


def test_the_register_counts_its_townships() -> None:
    counts = pd.Series({c: len(e["names"]) for c, e in REGISTERS.items() if c.isdigit()})
    assert (len(counts), counts.sum()) == (10, 180)
