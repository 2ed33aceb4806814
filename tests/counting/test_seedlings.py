"""Seedlings raised beside the area planned, and spawn for the fungi."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import herbgis as hg
from herbgis.counting.seedlings import SeedlingCover

_HERBS = [
    *("天麻", "杜仲", "黄精", "缬草", "石斛", "花椒"),
    *("金银花", "何首乌", "白芨", "党参", "太子参", "玄参", "百合", "丹参", "鱼腥草"),
]


def _table(*rows: dict[str, object]) -> pd.DataFrame:
    sound = {"基地类型": "种植", "建设状态": "已建", "县区": "德江县"}
    return pd.DataFrame([{"基地编号": f"B{n}", **sound, **row} for n, row in enumerate(rows)])


def _row(cover: SeedlingCover, variety: str) -> dict[str, float]:
    return dict(cover.herbs.set_index("variety").loc[variety])


def test_every_listed_variety_has_its_row_and_nothing_is_nothing() -> None:
    cover = hg.cover_seedlings(_table({"品种": "黄精"}))
    assert cover.herbs["variety"].tolist() == _HERBS
    assert cover.fungi["variety"].tolist() == ["竹荪", "羊肚菌", "香菇", "黑木耳", "茶树菇"]
    assert cover.herbs["bases"].sum() == 0
    assert cover.herbs["lacks_mu"].tolist() == [0.0] * 15
    assert cover.herbs["seedlings_wan"].tolist() == [0.0] * 15


def test_seedlings_cover_what_they_can_plant() -> None:
    seedling = {"品种": "黄精", "基地类型": "种子种苗"}
    cover = hg.cover_seedlings(
        _table(
            {**seedling, "上报面积(亩)": 20, "年出圃种苗(万株)": 100, "每亩用苗(株)": 2000},
            {**seedling, "上报面积(亩)": 30.5, "年出圃种苗(万株)": 50, "每亩用苗(株)": 2500},
            {**seedling, "建设状态": "在建", "年出圃种苗(万株)": 900},
            {"品种": "黄精", "计划面积(亩)": 600},
            {"品种": "黄精", "建设状态": "拟建", "上报面积(亩)": 500},
            {"品种": "黄精", "上报面积(亩)": 800},
        )
    )
    row = _row(cover, "黄精")
    assert (row["bases"], row["reported"], row["mu"]) == (2, 2, 50.5)
    assert (row["seedlings_wan"], row["per_mu"]) == (150.0, 2250.0)
    assert row["plantable_mu"] == 1_500_000 / 2250
    assert row["planned_mu"] == 1100.0
    assert row["lacks_mu"] == 1100 - 1_500_000 / 2250
    assert np.isclose(row["lacks_wan"], 1100 * 2250 / 10_000 - 150)


def test_what_nobody_told_is_not_known() -> None:
    cover = hg.cover_seedlings(
        _table(
            {"品种": "天麻", "基地类型": "种子种苗"},
            {"品种": "丹参", "基地类型": "种子种苗", "年出圃种苗(万株)": 10},
            {"品种": "天麻", "计划面积(亩)": 100},
            {"品种": "丹参", "计划面积(亩)": 100},
            {"品种": "玄参", "计划面积(亩)": 100},
        )
    )
    herbs = cover.herbs.set_index("variety")
    assert herbs.loc[["天麻", "丹参"], "lacks_mu"].isna().all()
    assert "1 个基地没有填年出圃种苗" in herbs.loc["天麻", "remark"]
    assert "没有基地填每亩用苗" in herbs.loc["丹参", "remark"]
    # No seedling base at all: everything planned lacks its seedlings.
    assert herbs.loc["玄参", "lacks_mu"] == 100.0


def test_spawn_and_varieties_outside_the_lists() -> None:
    cover = hg.cover_seedlings(
        _table(
            {"品种": "香菇", "基地类型": "菌种繁育", "年产菌种(万袋)": 80},
            {"品种": "竹荪", "基地类型": "菌种", "菌种(万瓶)": 5},
            {"品种": "羊肚菌", "基地类型": "菌种"},
            {"品种": "前胡", "基地类型": "种苗", "年育苗量(株)": 10_000},
        )
    )
    fungi = cover.fungi.set_index("variety")
    assert fungi.loc["香菇", ["spawn_bags_wan", "spawn_bottles_wan"]].tolist() == [80.0, 0.0]
    assert fungi.loc["竹荪", "spawn_bottles_wan"] == 5.0
    assert np.isnan(fungi.loc["羊肚菌", "spawn_bags_wan"])
    assert cover.herbs["variety"].tolist() == [*_HERBS, "前胡"]
    assert _row(cover, "前胡")["seedlings_wan"] == 1.0
    assert "种苗与菌种保障" in cover._repr_html_()
    assert "年出圃种苗" in repr(cover)


def test_of_several_years_the_last_is_taken() -> None:
    nursery = {"基地编号": "S", "品种": "黄精", "基地类型": "种苗"}
    cover = hg.cover_seedlings(
        _table(
            {**nursery, "生产年度": 2020, "年出圃种苗(万株)": 30},
            {**nursery, "生产年度": 2019, "年出圃种苗(万株)": 500},
        )
    )
    assert (_row(cover, "黄精")["bases"], _row(cover, "黄精")["seedlings_wan"]) == (1, 30.0)


@pytest.mark.parametrize(
    ("figures", "headline"),
    [
        ({}, "所列15个品种中 0 个有供给基地。"),
        ({"黄精": [100]}, "所列15个品种中 1 个有供给基地。"),
        ({"黄精": [100, None], "天麻": [3.5]}, "所列15个品种中 2 个有供给基地。"),
        ({"黄精": [0]}, "所列15个品种中 1 个有供给基地 (其中 1 个填的是 0)。"),
        ({"黄精": [0, 0], "天麻": [8]}, "所列15个品种中 2 个有供给基地 (其中 1 个填的是 0)。"),
        (
            {"黄精": [None], "杜仲": [0, None], "丹参": [1]},
            "所列15个品种中 3 个有供给基地 (其中 2 个没有填全年出圃种苗, 不知道有没有苗)。",
        ),
        ({"前胡": [100]}, "所列15个品种中 0 个有供给基地。"),
    ],
)
def test_the_headline_tells_nought_from_not_told(
    figures: dict[str, list[float | None]], headline: str
) -> None:
    rows: list[dict[str, object]] = [{"品种": "黄精"}]
    for variety, told in figures.items():
        seedling = {"品种": variety, "基地类型": "种子种苗"}
        rows += [{**seedling, "年出圃种苗(万株)": figure} for figure in told]
    cover = hg.cover_seedlings(_table(*rows))
    assert cover.headline == headline
    assert cover.notes()[0] == headline
