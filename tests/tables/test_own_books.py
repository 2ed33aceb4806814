"""What herbgis wrote lies among the files that come in: reports are no bases, a 台账 is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

import herbgis as hg
from herbgis.counting.ledger import read_ledger_history, select_in_force
from herbgis.counting.schedule import make_ledger_schedule
from herbgis.tables.issue_list import write_issue_list
from herbgis.tables.ledger_books import write_ledger_book, write_schedule_book
from herbgis.tables.production_book import write_production_book
from herbgis.tables.progress_book import write_progress_book
from tests.helpers.shapes import east_of, frame, square

_NUMBERS = ("declared_mu", "harvested_mu", "cost_wan", "output_value_wan", "dry_yield_t")


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory, counties: gpd.GeoDataFrame) -> Path:
    """Every book that herbgis writes of a batch with findings, in one folder."""
    folder = tmp_path_factory.mktemp("books")
    first = square(620)
    shapes = [first, east_of(first, 200), east_of(square(499.99), 3000), None]
    records = frame(
        shapes,
        variety=["黄精", "天麻", "丹参", "玄参"],
        kind=["示范", "种植", "种植", "种子种苗"],
        认证=["是", "否", "绿色食品", None],
        其他品种=["白芨", None, None, None],
        生产年度=2019,
        **{"采收面积(亩)": 300.0, "干品产量(吨)": 60.0, "成本(万元)": 50.0, "产值(万元)": 80.0},
        declared_mu=[620.0, 620.0, 500.0, 50.0],
    )
    report = hg.validate(records, counties=counties)
    bases = hg.classify(report.bases)
    hg.admit(folder / "l.gpkg", bases, on=dt.date(2020, 1, 31))
    history = read_ledger_history(folder / "l.gpkg")
    (folder / "l.gpkg").unlink()
    policy = report.policy
    progress = hg.count_progress(bases, by=["variety", "county", "reporting_unit"])
    write_progress_book(progress, folder / "a.xlsx", policy=policy)
    write_schedule_book(
        make_ledger_schedule(history), folder / "b.xlsx", policy=policy, progress=progress
    )
    write_production_book(bases, folder / "c.xlsx", policy=policy)
    write_issue_list(report, folder / "d.xlsx", policy=policy)
    hg.write_return_slips(report, folder / "slips")
    write_ledger_book(select_in_force(history), folder / "台账.xlsx", policy=policy)
    select_in_force(history).to_pickle(folder / "wanted.pkl")
    return folder


def test_reports_hold_no_bases(books: Path) -> None:
    for path in sorted(books.rglob("*.xlsx")):
        if path.name != "台账.xlsx":
            survey = hg.read_survey(path)
            assert not len(survey.bases), path
            assert len(survey.issues) or survey.assumption_lines()


def test_old_programs_know_every_character(books: Path) -> None:
    for path in sorted(books.rglob("*.xlsx")):
        for page in openpyxl.load_workbook(path).worksheets:
            page.title.encode("gbk")
            for row in page.iter_rows(values_only=True):
                "".join(str(value) for value in row).encode("gbk")


def test_a_ledger_book_is_read_back_as_it_was(books: Path) -> None:
    wanted: pd.DataFrame = pd.read_pickle(books / "wanted.pkl")  # noqa: S301 - our own
    survey = hg.read_survey(books / "台账.xlsx")
    assert not len(survey.issues)
    back = survey.bases.set_index("base_id").loc[wanted.index]
    for name in ("name", "variety", "varieties", "kind", "status", "county", "certified"):
        assert back[name].fillna("").tolist() == wanted[name].fillna("").tolist(), name
    for name in _NUMBERS:
        assert back[name].tolist() == wanted[name].tolist(), name
    assert "面积单位=亩(由表头上方)" in survey.files["assumptions"].iloc[0]


@pytest.mark.parametrize(
    "text",
    [
        "县区,基地数,面积\n德江县,12,8000\n石阡县,9,7000\n",
        "填报单位,500亩以上目标,完成率,备注\n德江县,12,50%,无\n",
        "县区,品种,规模化基地个数,种植面积\n德江县,天麻,3,2000\n",
    ],
)
def test_a_countys_statistics_are_no_bases(text: str, tmp_path: Path) -> None:
    (tmp_path / "统计.csv").write_bytes(text.encode("gbk"))
    survey = hg.read_survey(tmp_path / "统计.csv")
    assert not len(survey.bases)
    assert "统计表" in survey.issues["message"].iloc[0]


def test_a_list_of_named_bases_with_targets_is_still_one(tmp_path: Path) -> None:
    text = "基地名称,县区,面积(亩),目标,完成率\n甲,德江县,600,500,100%\n"
    (tmp_path / "名单.csv").write_text(text, encoding="utf-8-sig")
    assert hg.read_survey(tmp_path / "名单.csv").bases["name"].tolist() == ["甲"]
