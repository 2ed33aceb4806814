"""The monthly schedule beside counts by hand, and targets broken down as units write them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import xlsxwriter

import herbgis as hg
from herbgis.counting.ledger import read_ledger_history
from herbgis.counting.schedule import make_ledger_schedule
from herbgis.foundation import resources
from herbgis.foundation.errors import InputNotFoundError, MissingColumnError
from herbgis.foundation.input_errors import TargetsError
from herbgis.tables.ledger_books import ledger_table, write_schedule_book

MONTHS = {
    dt.date(2020, 1, 31): "2020-01-ledger",
    dt.date(2020, 3, 31): "2020-03-batch",
    dt.date(2020, 6, 30): "2020-06-batch",
}
TIERS = {"500": 500.0, "1000": 1000.0}


@pytest.fixture(scope="module")
def months(
    tmp_path_factory: pytest.TempPathFactory, counties: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, dict[dt.date, gpd.GeoDataFrame]]:
    """The sample's three months as a ledger's history, and each batch as it was classified."""
    path = tmp_path_factory.mktemp("ledger") / "台账.gpkg"
    batches = {}
    for day, folder in MONTHS.items():
        against = hg.read_ledger(path) if path.exists() else None
        survey = hg.read_survey(resources.data(f"sample/{folder}"))
        report = hg.validate(survey, counties=counties, against=against)
        batches[day] = hg.classify(report.bases)
        hg.admit(path, batches[day], on=day)
    return read_ledger_history(path), batches


def _by_hand(
    batches: dict[dt.date, gpd.GeoDataFrame], day: dt.date, policy: hg.Policy
) -> pd.DataFrame:
    """Every cell counted row by row from the batches, which name no base twice."""
    known: list[dict[str, object]] = []
    for came, batch in batches.items():
        if came <= day:
            known += [{**row, "came": came} for row in batch.to_dict("records")]
    latest = max(came for came in batches if came <= day)
    rows: dict[str, dict[str, float]] = {}
    for base in known:
        if base["group"] == "fungus" or base["kind"] not in {"planting", "demonstration"}:
            continue
        unit = policy.title_of("reporting_unit", str(base["reporting_unit"]))
        if base["reporting_unit"] is None or base["reporting_unit"] != base["reporting_unit"]:
            unit = policy.title_of("county", str(base["county"]))
        good = base["status"] == "built" and not base["blocked_by"]
        for name in ("全市", unit):
            row = rows.setdefault(name, dict.fromkeys(_cells(), 0))
            for tier, threshold in TIERS.items():
                verified = good and float(base["counted_mu"]) >= threshold
                reported = (
                    base["status"] in {"built", "unknown"}
                    and float(base["declared_mu"]) >= threshold
                )
                row[f"verified_{tier}"] += verified
                row[f"new_{tier}"] += verified and base["came"] == latest
                row[f"reported_{tier}"] += reported
                if tier == "500":
                    row["mu"] += float(base["counted_mu"]) if verified else 0
                    waits = base["status"] == "unknown" or bool(base["blocked_by"])
                    row["pending"] += reported and not verified and waits
                    row["returned"] += reported and not verified and bool(base["blocked_by"])
                    area = base["counted_mu"]
                    area = base["declared_mu"] if pd.isna(area) else area
                    done = base["completed_on"]
                    row["forecast"] += verified or (
                        base["status"] == "building"
                        and float(area) >= threshold
                        and not pd.isna(done)
                        and done.year == day.year
                    )
    return pd.DataFrame.from_dict(rows, orient="index")


def _cells() -> list[str]:
    of_tiers = [f"{n}_{t}" for t in TIERS for n in ("verified", "new", "reported")]
    return [*of_tiers, "mu", "pending", "returned", "forecast"]


@pytest.mark.parametrize("day", MONTHS)
def test_every_cell_equals_a_count_by_hand(
    day: dt.date,
    months: tuple[gpd.GeoDataFrame, dict[dt.date, gpd.GeoDataFrame]],
    policy: hg.Policy,
) -> None:
    history, batches = months
    schedule = make_ledger_schedule(history, as_of=day, policy=policy)
    wanted = _by_hand(batches, day, policy)
    table = schedule.table.set_index("unit")
    assert schedule.as_of == day
    assert table.index[0] == "全市"
    for unit, row in table.iterrows():
        for name in _cells():
            by_hand = wanted[name].get(unit, 0)
            assert float(row[name]) == pytest.approx(by_hand, abs=0.006), (unit, name)
    assert table["new_500"].iloc[0] > 0
    assert table.loc["全市", "gap_500"] == 100 - table.loc["全市", "verified_500"]
    assert table["verified_500"].iloc[1:].sum() == table["verified_500"].iloc[0]


def test_units_stand_in_official_order_and_the_notes_under_the_table(
    months: tuple[gpd.GeoDataFrame, dict[dt.date, gpd.GeoDataFrame]], policy: hg.Policy
) -> None:
    schedule = make_ledger_schedule(months[0], policy=policy)
    assert schedule.table["unit"].tolist()[:13] == [
        *("全市", "碧江区", "万山区", "江口县", "玉屏自治县", "石阡县", "思南县", "印江自治县"),
        *("德江县", "沿河自治县", "松桃自治县", "大龙", "高新区"),
    ]
    assert any("“以上”含本数" in note and "食用菌不计入" in note for note in schedule.notes)
    assert "截止日期: 2020-06-30。" in schedule.notes
    assert "规模化基地建设进度表" in schedule._repr_html_()
    assert "<NA>" not in repr(schedule)


def _base(**columns: object) -> dict[str, object]:
    sound = {
        "reporting_unit": "德江县",
        "county": "德江县",
        "variety": "天麻",
        "status": "built",
        "kind": "planting",
        "declared_mu": 600.0,
        "counted_mu": 600.0,
        "contiguous_mu": 600.0,
        "sigma_mu": 1.0,
        "completed_on": None,
        "blocked_by": [],
    }
    return {**sound, **columns}


def _bases(*rows: dict[str, object]) -> pd.DataFrame:
    index = pd.Index([f"B{n}" for n in range(len(rows))], name="base_id", dtype="str")
    table = pd.DataFrame(list(rows), index=index)
    table["completed_on"] = pd.to_datetime(table["completed_on"])
    return table


def test_the_forecast_never_counts_what_has_no_completion_date() -> None:
    bases = _bases(
        _base(completed_on="2019-05-01"),
        _base(status="building", completed_on="2020-11-01"),
        _base(status="building", completed_on="2021-01-01"),
        _base(status="building"),
        _base(status="planned", completed_on="2020-11-01"),
        _base(status="building", completed_on="2020-11-01", counted_mu=499.99, declared_mu=499.0),
        _base(status="building", completed_on="2020-11-01", counted_mu=np.nan, declared_mu=1200.0),
    )
    schedule = hg.make_schedule(bases, as_of=dt.date(2020, 6, 30))
    assert schedule.table["forecast"][0] == 3
    assert schedule.table["remark"][0] == "预计年底1000亩以上 1 个"
    nobody_knows = hg.make_schedule(bases)
    assert nobody_knows.table["forecast"][0] == 1
    assert "没有上期台账, 本月新增未列。" in nobody_knows.notes
    assert nobody_knows.table["new_500"].isna().all()


def test_a_base_that_left_and_came_back_is_not_new_twice() -> None:
    before, now = _bases(_base(), _base(counted_mu=400.0)), _bases(_base(), _base())
    schedule = hg.make_schedule(now, before=before)
    assert schedule.table["new_500"][0] == 1


def test_a_rate_is_never_rounded_up(policy: hg.Policy) -> None:
    targets = pd.DataFrame([["德江县", "500", 2500, 0, 0, 0]], columns=_TARGET_COLUMNS)
    schedule = hg.make_schedule(_bases(*[_base()] * 2499), targets=targets, policy=policy)
    rates = schedule.table.set_index("unit")["rate_500"]
    assert rates["德江县"] == "99.9%"
    assert rates["碧江区"] == ""


_TARGET_COLUMNS = ["unit", "tier", "q1", "q2", "q3", "q4"]


def test_targets_that_do_not_add_up_are_said() -> None:
    targets = pd.DataFrame(
        [["德江县", "500", 10, 20, 30, 30], ["石阡县", "1000", 10, 20, 20, 5]],
        columns=_TARGET_COLUMNS,
    )
    notes = hg.make_schedule(_bases(_base()), targets=targets, as_of=dt.date(2020, 6, 30)).notes
    assert "500亩以上: 任务分解合计 90 个, 比全市目标 100 个少 10 个。" in notes
    assert "1000亩以上: 任务分解合计 55 个, 比全市目标 50 个多 5 个。" in notes
    assert "500亩以上: 到二季度末应完成 30 个。" in notes


def _workbook(path: Path, rows: list[list[object]]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return path


_ROWS: list[list[object]] = [
    ["铜仁市2020年规模化基地任务分解表"],
    ["单位：个"],
    ["填报单位", "规模", "一季度", "二季度", "三季度", "四季度", "全年"],
    ["德江县", "500亩以上", 2, 3, 4, 1, 10],
    ["", "1000亩以上", 1, 1, 2, 1, 5],
    ["大龙经济开发区", "500亩", 1, "", 1, "", 2],
    ["合计", "500亩以上", 3, 3, 5, 1, 12],
]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk"])
def test_targets_are_read_as_units_write_them(encoding: str, tmp_path: Path) -> None:
    text = "\n".join(",".join(str(cell) for cell in row) for row in _ROWS)
    (tmp_path / "任务.csv").write_text(text, encoding=encoding)
    from_text = hg.read_targets(tmp_path / "任务.csv")
    assert from_text.to_numpy().tolist() == [
        ["德江县", "500", 2, 3, 4, 1],
        ["德江县", "1000", 1, 1, 2, 1],
        ["大龙", "500", 1, 0, 1, 0],
    ]
    assert hg.read_targets(_workbook(tmp_path / "任务.xlsx", _ROWS)).equals(from_text)


def test_numbers_to_be_reached_by_a_quarters_end_become_the_quarters_own(tmp_path: Path) -> None:
    rows = [_ROWS[2], ["德江县", "500亩以上", 2, 5, 9, 10, 10]]
    targets = hg.read_targets(_workbook(tmp_path / "累计.xlsx", rows))
    assert targets.to_numpy().tolist() == [["德江县", "500", 2, 3, 4, 1]]


def test_targets_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    with pytest.raises(InputNotFoundError):
        hg.read_targets(tmp_path / "none.xlsx")
    with pytest.raises(MissingColumnError, match="一季度"):
        hg.read_targets(_workbook(tmp_path / "a.xlsx", [["县", "目标"], ["德江县", 3]]))
    with pytest.raises(TargetsError, match="不是整数个数"):
        hg.read_targets(_workbook(tmp_path / "b.xlsx", [_ROWS[2], ["德江县", "500", "若干"]]))
    twice = _workbook(tmp_path / "c.xlsx", [_ROWS[2], ["德江县", "500", 1], ["德江县", "500", 2]])
    with pytest.raises(TargetsError, match="列了两次"):
        hg.read_targets(twice)
    (tmp_path / "d.xlsx").write_bytes(b"no workbook")
    with pytest.raises(TargetsError, match="不能作为工作簿打开"):
        hg.read_targets(tmp_path / "d.xlsx")


def test_the_schedule_book_has_two_lines_of_headings(
    months: tuple[gpd.GeoDataFrame, dict[dt.date, gpd.GeoDataFrame]],
    policy: hg.Policy,
    tmp_path: Path,
) -> None:
    schedule = make_ledger_schedule(months[0], policy=policy)
    path = write_schedule_book(schedule, tmp_path / "进度表.xlsx", policy=policy)
    page = openpyxl.load_workbook(path, data_only=True)["进度表"]
    assert page.page_setup.orientation == "landscape"
    assert page.page_setup.paperSize == 9
    above = [cell.value for cell in page[3]]
    assert above[2] == "500亩以上"
    assert above[8] == "其中1000亩以上"
    below = [cell.value for cell in page[4]]
    assert below[2:8] == ["目标", "本月新增", "累计上报", "累计核实", "完成率", "尚差"]
    assert [cell.value for cell in page[5]][1:4] == ["全市", 100, 9]
    last = [row[0].value for row in page.iter_rows(min_row=6) if row[0].value]
    assert any(isinstance(v, str) and "审核人" in v for v in last)


def test_the_ledger_table_is_worded_and_within_gbk(
    months: tuple[gpd.GeoDataFrame, dict[dt.date, gpd.GeoDataFrame]], policy: hg.Policy
) -> None:
    state = months[0].drop_duplicates("base_id", keep="last").set_index("base_id")
    table = ledger_table(state, policy)
    assert list(table.columns[:10]) == [
        *("序号", "基地编号", "填报单位", "县(区)", "乡镇", "村", "基地名称", "经营主体"),
        *("主栽品种", "其他品种"),
    ]
    assert set(table["核实状态"]) == {"核实", "核实(临界待复测)", "待核实"}
    assert set(table["建设状态"].dropna()) <= {"已建", "在建", "拟建", "未填"}
    for cell in table.to_numpy(dtype=object).ravel():
        str(cell).encode("gbk")
