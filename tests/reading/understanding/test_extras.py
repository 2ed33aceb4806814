"""Columns that some tables have: their units, their words, and what becomes of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import herbgis as hg
from herbgis.counting.ledger import read_ledger_history
from herbgis.reading.understanding.assumptions import Assumptions
from herbgis.reading.understanding.basetable import complete
from herbgis.terms import columns as cols
from herbgis.terms.headings import match_headings
from tests.helpers.shapes import east_of, frame, square

POLICY = hg.load_policy()


def _read(**columns: list[object]) -> gpd.GeoDataFrame:
    rows = len(next(iter(columns.values())))
    return frame([square(600) for _ in range(rows)], **columns)


@pytest.mark.parametrize(
    ("heading", "cell", "column", "value"),
    [
        ("产量(吨)", 12.5, "yield_t", 12.5),
        ("产量（公斤）", 12500, "yield_t", 12.5),
        ("鲜品产量_斤", "3000", "fresh_yield_t", 1.5),
        ("干产量(吨)", 2, "dry_yield_t", 2.0),
        ("产量(干)", 2, "dry_yield_t", 2.0),
        ("产值(万元)", 30, "output_value_wan", 30.0),
        ("总产值(元)", 300000, "output_value_wan", 30.0),
        ("成本", "12万元", "cost_wan", 12.0),
        ("采收面积(公顷)", 2, "harvested_mu", 30.0),
        ("采收面积", "300", "harvested_mu", 300.0),
        ("年出圃种苗", "50万株", "seedlings_wan", 50.0),
        ("年出圃种苗(株)", 500000, "seedlings_wan", 50.0),
        ("每亩用苗(株)", 2500, "seedlings_per_mu", 2500.0),
        ("年产菌种(万瓶)", 8, "spawn_bottles_wan", 8.0),
        ("带动农户(户)", 120, "households", 120.0),
        ("其中：贫困户", 30, "poor_households", 30.0),
        ("计划面积(万亩)", 0.1, "planned_mu", 1000.0),
    ],
)
def test_a_number_is_read_in_the_unit_that_is_stated(
    heading: str, cell: object, column: str, value: float
) -> None:
    table = complete(_read(**{heading: [cell]}), policy=POLICY)
    assert table[column].iloc[0] == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("heading", ["产值(元/亩)", "亩均产值", "产量(亩)", "成本(吨)", "采收"])
def test_what_is_another_thing_is_left_alone(heading: str) -> None:
    assert match_headings([heading], POLICY)[:2] == ({}, None)


def test_a_missing_unit_is_said_and_a_strange_one_loses_nothing() -> None:
    said = Assumptions()
    raw = _read(产量=["12.5", "8筐", "-3", None], 成本=[1.0, 2.0, -3.0, np.nan])
    table = complete(raw, policy=POLICY, assumptions=said)
    assert "产量没有注明单位, 按吨" in said.lines
    assert "成本没有注明单位, 按万元" in said.lines
    assert table["yield_t"].tolist()[:1] == [12.5]
    assert table["yield_t"].isna().tolist() == [False, True, True, True]
    assert table["raw_yield_t"].tolist()[1:3] == ["8筐", "-3"]
    assert table["raw_cost_wan"].dropna().tolist() == ["-3"]
    again = Assumptions()
    pd.testing.assert_frame_equal(complete(table, policy=POLICY, assumptions=again), table)
    assert not again.lines
    issues = hg.validate(raw).table
    told = issues.loc[issues["code"] == "HG505", ["base_id", "message", "suggestion"]]
    assert told["message"].tolist() == ["产量(未注明鲜干)“8筐”不是规范的数字", *told["message"][1:]]
    assert len(told) == 3


def test_yes_and_no_are_understood_and_more_is_kept() -> None:
    table = complete(_read(认证=["有", "否", "绿色食品", None, "√"]), policy=POLICY)
    assert table["certified"].tolist()[:3] == ["yes", "no", "绿色食品"]
    assert table["certified"].isna().tolist() == [False, False, False, True, False]
    assert table["certified"].iloc[4] == "yes"


def test_a_yield_goes_where_fresh_or_dry_is_said() -> None:
    said = Assumptions()
    given = _read(**{"产量(吨)": [1, 2, 3, 4], "鲜或干": ["鲜品", "干", None, "半干"]})
    table = complete(given, policy=POLICY, assumptions=said)
    assert table["fresh_yield_t"].tolist()[0] == 1
    assert table["dry_yield_t"].tolist()[1] == 2
    assert table["yield_t"].dropna().tolist() == [3, 4]
    assert any("半干" in line for line in said.lines)


def test_the_year_of_production() -> None:
    table = complete(_read(生产年度=[2020, "2019年", "2019年度", "去年"]), policy=POLICY)
    assert table["production_year"].tolist()[:3] == [2020, 2019, 2019]
    assert pd.isna(table["production_year"].iloc[3])
    assert table["raw_production_year"].iloc[3] == "去年"


def test_other_varieties_are_listed_beside_the_main_one() -> None:
    table = complete(_read(variety=["黄精", None], 其他品种=["白及、玄参", "天麻"]), policy=POLICY)
    assert table["varieties"].tolist() == [["黄精", "白芨", "玄参"], ["天麻"]]
    assert table["variety"].iloc[0] == "黄精"
    assert table["variety"].isna().iloc[1]


def test_only_tables_that_have_them_get_them(tmp_path: Path) -> None:
    pd.DataFrame({"基地编号": ["A"], "品种": ["天麻"], "产值(万元)": [3], "备注": ["甲"]}).to_csv(
        tmp_path / "a.csv", index=False
    )
    pd.DataFrame({"基地编号": ["B"], "品种": ["黄精"]}).to_csv(tmp_path / "b.csv", index=False)
    both = hg.read_survey(tmp_path)
    assert both.bases.columns.tolist() == [
        *cols.names(cols.READ),
        *("output_value_wan", "remark", "geometry"),
    ]
    assert both.bases.set_index("base_id")["remark"].to_dict()["A"] == "甲"
    assert not any("未用列" in line for line in both.assumption_lines())
    one = hg.read_survey(tmp_path / "b.csv")
    assert one.bases.columns.tolist() == [*cols.names(cols.READ), "geometry"]


def test_a_base_of_several_records_has_its_amounts_once_or_summed() -> None:
    first = square(600)
    given = frame(
        [first, east_of(first, 3000)] * 2,
        base_id=["A", "A", "B", "B"],
        成本=[10.0, 10.0, 10.0, 20.0],
        每亩用苗=[2000, 2000, 2000, 2000],
        科技特派员=["甲", "甲", "乙", "乙"],
    )
    bases = hg.classify(given)
    assert bases["cost_wan"].to_dict() == {"A": 10.0, "B": 30.0}
    assert bases["seedlings_per_mu"].to_dict() == {"A": 2000.0, "B": 2000.0}
    assert bases["commissioner"].to_dict() == {"A": "甲", "B": "乙"}


def test_the_ledger_keeps_them_and_sees_them_change(tmp_path: Path) -> None:
    ledger = tmp_path / "台账.gpkg"
    plain = frame([square(620)], base_id=["A"], name="甲")
    hg.admit(ledger, hg.classify(hg.validate(plain).bases), on=dt.date(2020, 1, 31))
    assert "cost_wan" not in read_ledger_history(ledger)
    told = plain.assign(成本=[12.0], 认证=["有"])
    report = hg.validate(told, against=hg.read_ledger(ledger))
    done = hg.admit(ledger, hg.classify(report.bases), on=dt.date(2020, 2, 29))
    assert done.table["outcome"].tolist() == ["updated"]
    base = hg.read_ledger(ledger).loc["A"]
    assert (base["cost_wan"], base["certified"]) == (12.0, "yes")
    again = hg.validate(told, against=hg.read_ledger(ledger))
    once = hg.admit(ledger, hg.classify(again.bases), on=dt.date(2020, 3, 31))
    assert once.table["outcome"].tolist() == ["unchanged"]


def test_a_list_and_the_polygons_of_its_bases_are_joined(tmp_path: Path) -> None:
    frame([square(620)], base_id=["A"], name="甲").to_file(tmp_path / "图斑.gpkg")
    pd.DataFrame(
        {"基地编号": ["A"], "基地名称": ["甲"], "产值(万元)": [30], "科技特派员": ["张"]}
    ).to_csv(tmp_path / "名单.csv", index=False)
    survey = hg.read_survey(tmp_path)
    bases = hg.classify(survey.bases)
    assert bases["output_value_wan"].tolist() == [30.0]
    assert bases["commissioner"].tolist() == ["张"]
    assert bases["surveyed_mu"].notna().all()
