"""A cell that says there is nothing to say is an empty cell; an id has one spelling."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import herbgis as hg
from herbgis.planning.sites.proposals import given_candidates
from herbgis.reading.understanding import frames
from herbgis.reading.understanding.assumptions import Assumptions
from herbgis.reading.understanding.basetable import complete
from herbgis.reading.understanding.frames import is_understood
from tests.helpers.shapes import east_of, square

POLICY = hg.load_policy()
#: What people and programs write where they have nothing to write.
NOTHING = [
    *("<Null>", "‹空>", "<空>", "NULL", "null", "(null)", "nan", "NaN", "None", "nil", "NaT"),
    *("N/A", "n/a", "#N/A", "NA", "#REF!", "#VALUE!", "#DIV/0!", "Undefined"),
    *("无", "没有", "否", "0", "00", "0.0", "000000", "-", "--", "—", "——", "－", "/", "／", "\\"),
    *("*", "****", ".", "…", "……", "、", "~", "_", "___", "?", "？", "(-)", "【待定】", "（无）"),
    *(
        "待定",
        "待补",
        "待编",
        "待编号",
        "待核实",
        "待 定",
        "未定",
        "未填",
        "未知",
        "不详",
        "不明",
        "暂无",
        "暂缺",
    ),
    *(
        "空",
        "空白",
        "缺",
        "略",
        "x",
        "xx",
        "XX",
        "XXX",
        "×××",
        "ｎｕｌｌ",
        "ＮＵＬＬ",
        "\u3000无\u3000",
    ),
]
DITTO = ["同上", "〃", '"', "″", "''", "”", "同 上", "（同上）", "ditto", "同前"]
SAID = [
    "甲",
    "黄精",
    "无名村",
    "未来村",
    "0号",
    "N1",
    "A/B",
    "空山",
    "待贤",
    "X1",
    "缺月",
    "同上坪",
    "#1",
]


def _bases(**columns: object) -> gpd.GeoDataFrame:
    shapes = [east_of(square(mu), 3000.0 * n) for n, mu in enumerate((301, 301, 301))]
    sound = {
        "县区": "印江县",
        "填报单位": "印江县",
        "品种": "黄精",
        "建设状态": "已建",
        "测量方式": "RTK",
    }
    table = pd.DataFrame({**sound, **columns}, index=range(3))
    return gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4490")


@pytest.mark.parametrize("cell", [*NOTHING[1::2], *DITTO])
def test_three_bases_without_an_id_are_three(cell: str) -> None:
    bases = hg.classify(_bases(基地编号=cell, 基地名称="黄精基地"))
    assert bases["tier"].tolist() == ["below"] * 3
    assert bases.index.tolist() == ["frame##1", "frame##2", "frame##3"]


@pytest.mark.parametrize("cell", [*NOTHING[::3], *DITTO])
def test_a_variety_that_nobody_stated_is_missing(cell: str) -> None:
    report = hg.validate(_bases(基地编号=["A", "B", "C"], 品种=cell))
    assert report.bases["variety"].isna().all()
    assert report.bases["blocked_by"].tolist() == [["HG503"]] * 3


@pytest.mark.parametrize("cell", NOTHING)
def test_texts_are_empty(cell: str) -> None:
    names = ["name", "operator", "township", "village", "mode", "county", "reporting_unit"]
    read = complete(pd.DataFrame({name: [cell, "甲"] for name in names}), policy=POLICY)
    assert read[names].isna().all(axis=1).tolist() == [True, False]
    assert read[names].notna().all(axis=1).tolist() == [False, True]


@pytest.mark.parametrize("cell", [c for c in NOTHING if c not in {"0", "00", "0.0", "000000"}])
def test_a_number_or_date_that_nobody_stated_is_none(cell: str) -> None:
    told = pd.DataFrame({"面积(亩)": [cell], "计划面积": [cell], "测量日期": [cell]})
    read = complete(told, policy=POLICY)
    assert read[["declared_mu", "planned_mu", "surveyed_on"]].isna().all(axis=None)
    failed = cell.startswith("#")  # somebody must look at a formula that failed
    assert read["raw_declared_value"].notna().all() == failed
    assert ("raw_planned_mu" in read) == failed
    assert read["raw_surveyed_on"].isna().all()


@pytest.mark.parametrize("cell", [c for c in NOTHING if c not in {"暂无", "待定"}])
def test_a_status_that_nobody_stated_is_pending(cell: str) -> None:
    read = complete(pd.DataFrame({"建设状态": [cell]}), policy=POLICY)
    assert read["status"].tolist() == ["unknown"]
    assert read["raw_status"].isna().all()


@pytest.mark.parametrize("cell", ["无", "否", "没有", "0", "-", "—", "×", "no"])
def test_in_a_column_of_answers_it_says_no(cell: str) -> None:
    read = complete(pd.DataFrame({"认证": [cell], "带动农户": ["0"]}), policy=POLICY)
    assert read["certified"].tolist() == ["no"]
    assert read["households"].tolist() == [0.0]


@pytest.mark.parametrize("cell", SAID)
def test_what_only_looks_like_one_is_a_text(cell: str) -> None:
    read = complete(pd.DataFrame({"基地编号": [cell], "村": [cell]}), policy=POLICY)
    assert read["base_id"].tolist() == read["village"].tolist() == [cell]


@pytest.mark.parametrize("cell", DITTO)
def test_the_row_above_is_not_filled_down_but_said(cell: str) -> None:
    said = Assumptions()
    told = pd.DataFrame({"经营主体": ["某甲合作社", cell, cell]})
    read = complete(told, policy=POLICY, assumptions=said)
    assert read["operator"].isna().tolist() == [False, True, True]
    assert any("经营主体: 第 2、3 条写" in line for line in said.lines)


def test_a_policy_may_list_more(tmp_path: Path) -> None:
    own = tmp_path / "本市.toml"
    own.write_text('extends = "tongren-2020"\n[placeholder.pending]\naliases = ["另报"]')
    read = complete(pd.DataFrame({"村": ["另报", "待定"]}), policy=hg.load_policy(own))
    assert read["village"].isna().all()


SPELLINGS = [
    *('="YJ-2020-1"', "'YJ-2020-1", "ＹＪ－２０２０－１", "YJ—2020—1", "YJ–2020–1", "YJ−2020−1"),
    *(
        "\u200bYJ-2020-1",
        "YJ-2020-1\ufeff",
        "YJ-\u00ad2020-1",
        "YJ\u200e-2020-1",
        "\u3000'YJ-2020-1",
    ),
    *("YJ-2020\u00a0-1", "“YJ-2020-1”", "YJ - 2020 - 1"),
]


@pytest.mark.parametrize("written", SPELLINGS)
def test_a_list_and_polygons_meet_however_the_id_is_written(written: str, tmp_path: Path) -> None:
    shape = gpd.GeoDataFrame({"基地编号": ["YJ-2020-1"]}, geometry=[square(600)], crs="EPSG:4490")
    shape.to_file(tmp_path / "图斑.gpkg")
    told = {"基地编号": [written], "县区": ["印江县"], "填报单位": ["印江县"], "品种": ["黄精"]}
    pd.DataFrame(told).assign(测量方式="RTK", 建设状态="已建").to_csv(
        tmp_path / "名单.csv", index=False
    )
    report = hg.validate(hg.read_survey(tmp_path))
    assert report.table.query("severity != 'note'").empty
    assert report.table["code"].tolist() == ["HG513"]
    assert report.table["file"].tolist() == [f"{tmp_path.name}/名单.csv"]
    bases = hg.classify(report.bases)
    assert (bases.index.tolist(), bases["tier"].tolist()) == (["YJ-2020-1"], ["500"])


@pytest.mark.parametrize("written", SPELLINGS)
def test_the_ledger_knows_it_too(written: str) -> None:
    ledger = _bases(基地编号=["YJ-2020-1", "B", "C"])
    report = hg.validate(_bases(基地编号=[written, "B", "C"]), against=ledger)
    assert report.table["code"].tolist().count("HG305") == 3
    assert "HG304" not in report.table["code"].tolist()
    noted = report.table[report.table["code"] == "HG513"]
    assert noted["row"].tolist() == [1]


def test_an_id_that_stands_alone_is_kept_as_written_and_said() -> None:
    survey = hg.validate(_bases(基地编号=["YJ—1", "B", "C"]))
    assert survey.bases["base_id"].tolist() == ["YJ-1", "B", "C"]
    assert survey.bases["raw_base_id"].tolist()[0] == "YJ—1"
    assert survey.table.empty
    assert "1 个基地编号去掉了" in " ".join(survey.files["assumptions"].iloc[0])


def test_what_was_understood_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "_SHORT", 0)
    told = pd.DataFrame({"基地编号": SPELLINGS, "村": "无", "经营主体": "同上", "品种": "N/A"})
    read = complete(told, policy=POLICY)
    assert is_understood(read[[c for c in read if c not in told]], policy=POLICY)
    pd.testing.assert_frame_equal(complete(read, policy=POLICY), read)
    for name, cell in (("base_id", "YJ—9"), ("base_id", "待定"), ("village", "无"), ("mode", "-")):
        edited = read.drop(columns=list(told))
        edited.loc[3, name] = cell
        assert not is_understood(edited, policy=POLICY)


@pytest.mark.parametrize("written", SPELLINGS)
def test_candidates_of_one_id_are_one(written: str, tmp_path: Path) -> None:
    shapes = [square(600), east_of(square(300), 540), east_of(square(200), 4000)]
    told = {"候选编号": ["YJ-2020-1", written, "待定"]}
    gpd.GeoDataFrame(told, geometry=shapes, crs="EPSG:4490").to_file(tmp_path / "候选.gpkg")
    read = hg.read_candidates(tmp_path / "候选.gpkg")
    assert read["candidate_id"].tolist() == ["YJ-2020-1", "YJ-2020-1", "候选.gpkg#候选#3"]
    candidates = given_candidates(read)
    assert len(candidates.sites) == 2
    assert any("按同一个编号 YJ-2020-1 计" in line for line in candidates.notes)


def test_candidates_without_an_id_are_not_one() -> None:
    shapes = [east_of(square(600), 2000.0 * n) for n in range(len(NOTHING))]
    given = gpd.GeoDataFrame({"candidate_id": NOTHING}, geometry=shapes, crs="EPSG:4490")
    assert len(given_candidates(given).sites) == len(NOTHING)


def test_large_tables_cost_little() -> None:
    ids = [f"520625-2020-{n:06}" for n in range(1000)]
    read = complete(pd.DataFrame({"基地编号": ids}), policy=POLICY)
    assert read["base_id"].tolist() == ids
    assert "raw_base_id" not in read
    assert np.all(read["variety"].isna())
