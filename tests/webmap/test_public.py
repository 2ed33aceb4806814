"""What a page keeps to itself: personal numbers always, more when it is public; languages."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import herbgis as hg
from herbgis.foundation import resources
from herbgis.foundation.errors import HerbgisError, UnknownNameError
from herbgis.webmap.privacy import masked
from tests.helpers.map_page import blocks_of, data_of, unpacked
from tests.helpers.shapes import frame, square

#: A made-up number whose date and check character are right.
IDENTITY = "52222619700101005X"


@pytest.mark.parametrize(
    "number",
    [
        *("13812345678", "138 1234 5678", "138-1234-5678", "１３８１２３４５６７８"),
        *("0856-5221234", "0856—5221234", "010-12345678", IDENTITY, IDENTITY.lower()),
    ],
)
def test_personal_numbers_are_masked_wherever_they_stand(number: str) -> None:
    assert masked(number) == "***"
    assert masked(f"张三({number})合作社") == "张三(***)合作社"


@pytest.mark.parametrize(
    "text",
    [
        *("522226197001010050", "522226197013011230", "520626-2020-021", "1234567890"),
        *("138123456789", "113812345678", "5206262020060100012", "面积 13812.34 亩", "2020-06-15"),
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert masked(text) == text


@pytest.fixture(scope="module")
def bases() -> gpd.GeoDataFrame:
    table = frame(
        [square(1200, 108.4), square(600, 108.5), None],
        base_id=["甲-1", "乙-2", "丙-3"],
        name=["甲基地", "乙基地 13812345678", "丙基地"],
        operator="张三农场",
        village="后坝村",
        township="沙溪乡",
        电话="13912345678",
        身份证=IDENTITY,
        declared_value=[1200.0, 600.0, 700.0],
        remark="联系人李四",
    )
    return hg.classify(hg.validate(table).bases)


def texts_of(page: str) -> str:
    """All that a page holds, its packed data unpacked."""
    data = [json.dumps(unpacked(json.loads(b)), ensure_ascii=False) for b in blocks_of(page)]
    return page + "".join(data)


def test_columns_of_personal_numbers_never_reach_a_page(bases: gpd.GeoDataFrame) -> None:
    page = texts_of(hg.draw_map(bases).get_root().render())
    assert not re.search(r"(?<![0-9])1[39]\d{9}(?![0-9])", page)
    assert IDENTITY not in page
    assert "乙基地 ***" in page


def test_the_public_sees_points_and_no_persons(bases: gpd.GeoDataFrame) -> None:
    report = hg.validate(frame([square(600, 108.4), square(600, 108.4)]))
    progress = hg.count_progress(bases, by=["county"])
    drawn = hg.draw_map(bases, progress=progress, issues=report, public=True)
    page = drawn.get_root().render()
    whole = texts_of(page)
    for private in ("张三农场", "甲-1", "李四", "丙基地", "最接近", "测量方式", "上报面积"):
        assert private not in whole, private
    data = data_of(page, "bases")
    assert [base["parts"] for base in data["bases"]] == [[], []]
    assert data["labels"][0] == "核定面积"
    at = np.array([base["at"] for base in data["bases"]])
    np.testing.assert_allclose(at * 1000, np.round(at * 1000), atol=1e-6)
    assert data["bases"][0]["lines"][0] == "1200.00 亩"
    assert "沙溪乡" in whole


def leaves(table: Any, path: str = "") -> Iterator[str]:
    if isinstance(table, dict):
        for key, value in table.items():
            yield from leaves(value, f"{path}.{key}")
    else:
        yield path


def test_both_languages_have_the_same_texts() -> None:
    zh, en = (resources.read_toml(f"webmap/texts/{lang}.toml") for lang in ("zh", "en"))
    # In Chinese these come from columns and the policy, and everybody knows what a mu is.
    own = ("columns", "values", "tier", "notes")
    there = {p for p in leaves(en) if p.split(".")[1] not in own}
    assert {p for p in leaves(zh) if p.split(".")[1] not in own} == there
    for path in there:
        a, b = zh, en
        for key in path.split(".")[1:]:
            a, b = a[key], b[key]
        if isinstance(a, str):
            assert sorted(re.findall(r"\{+\w+\}+", a)) == sorted(re.findall(r"\{+\w+\}+", b)), path


def test_an_unknown_language_and_an_unknown_stop_are_named(bases: gpd.GeoDataFrame) -> None:
    with pytest.raises(UnknownNameError, match="zh、en"):
        hg.draw_map(bases, lang="fr")
    with pytest.raises(HerbgisError, match=r"甲-9 不在图上.*甲-1"):
        hg.draw_map(bases, visit=["甲-9"])
    with pytest.raises(HerbgisError, match="丙-3 不在图上"):
        hg.draw_map(bases, visit=["丙-3"])
    with pytest.raises(HerbgisError, match="base_id"):
        hg.draw_map(bases, visit=pd.DataFrame({"亮点": ["甲"]}))


def test_townships_are_named_where_they_are_given(bases: gpd.GeoDataFrame) -> None:
    points = gpd.GeoDataFrame(
        {"乡镇": ["沙溪乡", None, "合兴镇"]},
        geometry=gpd.points_from_xy([108.1, 108.2, 108.3], [28.0, 28.1, 28.2]),
        crs=4490,
    )
    page = hg.draw_map(bases, townships=points).get_root().render()
    named = data_of(page, "townships")["townships"]
    assert named == [
        {"name": "沙溪乡", "at": [28.0, 108.1]},
        {"name": "合兴镇", "at": [28.2, 108.3]},
    ]


def test_the_public_sees_no_trace_of_what_is_to_be_settled() -> None:
    table = frame(
        [square(600, 108.4), square(600, 108.4), square(500.2, 108.6)],
        base_id=["甲-1", "乙-2", "丙-3"],
        declared_value=[600.0, 900.0, 500.0],
        surveyed_on="2020-06-15",
    )
    report = hg.validate(table)
    made = hg.classify(report.bases)
    assert made["blocked_by"].str.len().max() > 0
    assert (made["verdict"] == "undecided").any()
    shown = hg.draw_map(made, issues=report).get_root().render()
    public = hg.draw_map(made, issues=report, public=True).get_root().render()
    traces = ("须整改", "临界待复测", "须核实", "HG3")
    assert all(trace in texts_of(shown) for trace in traces)
    drawn = data_of(public, "bases")["bases"]
    assert {(base["look"], base["ring"]) for base in drawn} == {("solid", 0)}
    assert not any("临界" in tag for base in drawn for tag in base["tags"])
    legend = re.search(r'<template id="hg-legend">.*?</template>', public, re.DOTALL)
    assert legend
    assert not any(trace in legend[0] for trace in traces)


def test_a_page_says_what_it_is_published_under(bases: gpd.GeoDataFrame) -> None:
    page = hg.draw_map(bases).get_root().render()
    assert "审图号：〔待申领〕" in page
    assert "制图：herbgis" in page
    assert "制图日期" not in page
    for lang, told in (("zh", "制图日期：2026-11-30"), ("en", "Map of 2026-11-30")):
        page = (
            hg.draw_map(
                bases,
                approval="黔S(2026)001号",
                by_whom="<b>铜仁市农业农村局</b>",
                date=dt.date(2026, 11, 30),
                lang=lang,
            )
            .get_root()
            .render()
        )
        assert "黔S(2026)001号" in page
        assert "&lt;b&gt;铜仁市农业农村局&lt;/b&gt;" in page
        assert told in page
