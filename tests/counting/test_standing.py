"""The count as of a day beside a count by hand: dates at every precision × days; ledgers."""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
import re
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest

import herbgis as hg
from tests.helpers.make import seeds
from tests.helpers.shapes import LON, frame, square


@pytest.fixture(scope="module")
def sample_bases(counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    survey = hg.read_survey(hg.sample_paths().survey)
    return hg.classify(hg.validate(survey, counties=counties).bases)


DAYS = [
    dt.date(2018, 12, 31),
    dt.date(2019, 1, 1),
    dt.date(2019, 6, 30),
    dt.date(2019, 12, 31),
    dt.date(2020, 1, 1),
    dt.date(2020, 2, 29),
    dt.date(2020, 3, 15),
    dt.date(2020, 3, 31),
    dt.date(2020, 12, 30),
    dt.date(2020, 12, 31),
]
Span = tuple[dt.date, dt.date]


def _day(rng: np.random.Generator) -> dt.date:
    return dt.date(2018, 11, 1) + dt.timedelta(days=int(rng.integers(0, 800)))


def _written(rng: np.random.Generator) -> tuple[str, Span | None]:
    """A date at one of several precisions, and the days that it may mean."""
    day = _day(rng)
    month_ends = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    half = (1, 6) if day.month < 7 else (7, 12)
    ways: list[Callable[[], tuple[str, Span | None]]] = [
        lambda: (day.isoformat(), (day, day)),
        lambda: (f"{day.year}年{day.month}月", (day.replace(day=1), month_ends)),
        lambda: (f"{day.year}.{day.month:02d}", (day.replace(day=1), month_ends)),
        lambda: (str(day.year), (dt.date(day.year, 1, 1), dt.date(day.year, 12, 31))),
        lambda: (
            f"{day.year}年{'上半年' if half[0] == 1 else '下半年'}",
            (
                dt.date(day.year, half[0], 1),
                dt.date(day.year, half[1], 30 if half[1] == 6 else 31),
            ),
        ),
        lambda: ("", None),
    ]
    return ways[int(rng.integers(0, len(ways)))]()


def _random(seed: int) -> tuple[pd.DataFrame, list[tuple[Span | None, Span | None]]]:
    rng = np.random.default_rng(seed)
    count = 40
    built, surveyed = ([_written(rng) for _ in range(count)] for _ in range(2))
    table = pd.DataFrame(
        {
            "variety": rng.choice(["天麻", "香菇"], count, p=[0.9, 0.1]),
            "status": rng.choice(
                ["built", "building", "planned", "unknown"], count, p=[0.7, 0.1, 0.1, 0.1]
            ),
            "blocked_by": [["HG102"] if rng.random() < 0.15 else [] for _ in range(count)],
            "declared_mu": rng.choice([400.0, 600.0, 1200.0], count),
            "counted_mu": rng.choice([499.99, 500.0, 1000.0, np.nan], count),
            "completed_on": [text for text, _ in built],
            "surveyed_on": [text for text, _ in surveyed],
        },
        index=pd.Index([f"B{n}" for n in range(count)], name="base_id"),
    )
    return table, list(zip((s for _, s in built), (s for _, s in surveyed), strict=True))


@pytest.mark.parametrize("seed", seeds(12))
def test_a_count_as_of_a_day_is_that_by_hand(seed: int) -> None:
    table, spans = _random(seed)
    for day in DAYS:
        verified = pending = reported = 0
        later, unknown = [], []
        for (base_id, row), (built, surveyed) in zip(table.iterrows(), spans, strict=True):
            stands = row["status"] in {"built", "unknown"}
            if row["variety"] == "香菇" or not stands or (built and built[0] > day):
                continue
            claims = row["declared_mu"] >= 500
            sound = not row["blocked_by"] and row["counted_mu"] == row["counted_mu"]
            reported += claims
            if row["status"] == "unknown" or not sound:
                pending += claims
            elif not built or built[1] > day or not surveyed or surveyed[0] <= day < surveyed[1]:
                pending += claims
                if claims or row["counted_mu"] >= 500:
                    unknown.append(base_id)
            elif surveyed[0] > day:
                if claims or row["counted_mu"] >= 500:
                    later.append(base_id)
            else:
                verified += row["counted_mu"] >= 500
        progress = hg.count_progress(table, as_of=day)
        row = progress.targets.iloc[0]
        assert (row["verified"], row["pending"], row["reported"]) == (verified, pending, reported)
        assert sorted(progress.not_yet_verified["base_id"]) == sorted(later)
        assert sorted(progress.date_unknown["base_id"]) == sorted(unknown)
        of_tier = progress.not_yet_verified["counted_mu"] >= 500
        assert progress.would_count["500"] == of_tier.sum()
    unit = hg.make_schedule(table, as_of=day).table.iloc[0]
    assert (unit["verified_500"], unit["pending"]) == (verified, pending)


def test_the_count_grows_with_the_day_and_ends_at_the_whole(sample_bases: gpd.GeoDataFrame) -> None:
    whole = hg.count_progress(sample_bases)
    counts = [hg.count_progress(sample_bases, as_of=day).targets["verified"] for day in DAYS]
    assert all((one <= two).all() for one, two in itertools.pairwise(counts))
    assert counts[0].sum() == 0
    assert counts[-1].tolist() == whole.targets["verified"].tolist() == [96, 41]
    assert whole.as_of == dt.date(2020, 6, 15)
    assert whole.as_dict()["not_yet_verified"] == []
    assert "当时尚未核实" not in repr(whole)


@pytest.mark.parametrize(
    ("written", "by", "straddles"),
    [
        ("2020", "2020-12-31", "2020-03-31"),
        ("2020年", "2020-12-31", "2020-12-30"),
        ("2020年度", "2020-12-31", "2020-01-01"),
        ("二〇二〇年五月", "2020-05-31", "2020-05-30"),
        ("2020年5月", "2020-05-31", "2020-05-01"),
        ("202002", "2020-02-29", "2020-02-28"),
        ("2020-02", "2020-02-29", "2020-02-01"),
        ("2020.10", "2020-10-31", "2020-10-30"),
        ("2020年上半年", "2020-06-30", "2020-06-29"),
        ("2020年第三季度", "2020-09-30", "2020-07-01"),
        ("2020Q4", "2020-12-31", "2020-10-01"),
        ("2019年底", "2019-12-31", "2019-12-30"),
        ("2020年底前建成", "2020-12-31", "2020-01-01"),
        ("2020年5月上旬", "2020-05-10", "2020-05-09"),
        ("2020年2月底", "2020-02-29", "2020-02-28"),
    ],
)
def test_a_date_keeps_the_precision_it_was_written_in(
    tmp_path: Path, written: str, by: str, straddles: str
) -> None:
    """Through files and back, at every step."""
    given = frame([square(740)], completed_on=written, declared_mu=740)
    given.to_file(tmp_path / "a.geojson")
    bases = hg.classify(hg.validate(hg.read_survey(tmp_path / "a.geojson")).bases)
    assert bases["blocked_by"].tolist() == [[]]
    for table in (bases, hg.classify(bases), pd.DataFrame(bases.drop(columns="geometry"))):
        counts = [_verified(table, dt.date.fromisoformat(day)) for day in (by, straddles)]
        assert counts == [1, 0]
        progress = hg.count_progress(table, as_of=dt.date.fromisoformat(straddles))
        assert progress.date_unknown["completed_on"].tolist() == [written.replace(".", "-")]
        assert progress.targets["pending"].tolist()[0] == 1
    csv = tmp_path / "b.csv"
    pd.DataFrame(bases.drop(columns="geometry")).to_csv(csv)
    assert _verified(pd.read_csv(csv), dt.date.fromisoformat(straddles)) == 0


def _verified(table: pd.DataFrame, day: dt.date) -> int:
    return int(hg.count_progress(table, as_of=day).targets["verified"].iloc[0])


def test_a_date_that_was_corrected_since_is_known_to_the_day(
    sample_bases: gpd.GeoDataFrame,
) -> None:
    table = sample_bases.copy()
    table["completed_on"] = "2020"
    assert hg.count_progress(table, as_of=dt.date(2020, 6, 30)).targets["verified"].iloc[0] == 0
    read = hg.classify(table)
    read["completed_on"] = pd.Timestamp(2020, 5, 18)
    assert hg.count_progress(read, as_of=dt.date(2020, 6, 30)).targets["verified"].iloc[0] == 96


def test_a_base_is_there_when_all_its_parcels_are() -> None:
    parcels = [square(400 if n % 2 else 410, LON + n * 0.02) for n in range(4)]
    records = frame(
        parcels,
        base_id=["A", "A", "B", "B"],
        completed_on=["2019-05-01", "2020-05-18", "2019-05-01", ""],
    )
    bases = hg.classify(records)
    told = {"A": "2019-05-01; 2020-05-18", "B": "2019-05-01; 未填"}
    assert bases["raw_completed_on"].to_dict() == told
    for day, counted in {"2019-12-31": [], "2020-05-17": [], "2020-05-18": ["A"]}.items():
        progress = hg.count_progress(bases, as_of=dt.date.fromisoformat(day))
        unknown = sorted({"A", "B"} - set(counted))
        assert sorted(progress.date_unknown["base_id"]) == unknown
        assert progress.targets["verified"].iloc[0] == len(counted)


def test_without_any_day_of_survey_only_completion_is_asked_for(
    sample_bases: gpd.GeoDataFrame,
) -> None:
    undated = pd.DataFrame(sample_bases.drop(columns=["geometry", "surveyed_on"]))
    progress = hg.count_progress(undated, as_of=dt.date(2020, 1, 31))
    assert progress.not_yet_verified.empty
    assert progress.targets["verified"].iloc[0] == 78 + 18
    assert "没有测量日期" in repr(progress)


@pytest.mark.parametrize("columns", [["completed_on"], ["completed_on", "surveyed_on"]], ids=str)
def test_without_any_day_of_completion_it_is_said_why_all_is_pending(
    columns: list[str], sample_bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    written = [f"raw_{name}" for name in columns]
    undated = pd.DataFrame(sample_bases.drop(columns=["geometry", *columns, *written]))
    progress = hg.count_progress(undated, as_of=dt.date(2020, 6, 30))
    assert progress.targets["verified"].tolist() == [0, 0]
    assert re.search(r"\d+ 个基地都没有建成日期.*请补填建成时间", repr(progress))
    book = hg.write_progress_book(progress, tmp_path / "进度表.xlsx")
    assert "都没有建成日期" in pd.read_excel(book, header=None, engine="openpyxl").to_string()
    assert "都没有建成日期" not in repr(hg.count_progress(undated))


def test_a_ledger_gives_the_version_in_force(tmp_path: Path, counties: gpd.GeoDataFrame) -> None:
    ledger = tmp_path / "台账.gpkg"
    known = []
    for day, folder in hg.sample_paths().batches.items():
        against = hg.read_ledger(ledger) if ledger.exists() else None
        survey = hg.read_survey(folder)
        report = hg.validate(survey, counties=counties, against=against, as_of=day)
        assert not report.table["message"].str.contains("晚于").any()
        hg.admit(ledger, hg.classify(report.bases), on=day)
        known.append((day, hg.count_progress(hg.read_ledger(ledger)).targets["verified"].tolist()))
    history = hg.read_ledger_history(ledger)
    for day, counted in known:
        for table in (history, hg.read_ledger(ledger, on=day)):
            told = hg.count_progress(table, as_of=day).targets
            assert told["verified"].tolist() == counted
    now = hg.read_ledger(ledger)
    january = hg.count_progress(now, as_of=known[0][0])
    assert january.targets["verified"].tolist() == known[0][1]
    later = now[now["admitted_on"] > pd.Timestamp(known[0][0])].index
    assert set(january.not_yet_verified["base_id"]) <= set(later)
    assert len(january.not_yet_verified)


def test_the_workbook_and_the_json_show_what_was_not_yet_verified(
    sample_bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    progress = hg.count_progress(sample_bases, as_of=dt.date(2020, 3, 31))
    book = openpyxl.load_workbook(hg.write_progress_book(progress, tmp_path / "p.xlsx"))
    assert {"当时尚未核实", "日期不明"} <= set(book.sheetnames)
    listed = [row[1].value for row in book["当时尚未核实"].iter_rows()]
    assert set(progress.not_yet_verified["base_id"]) <= set(listed)
    told = progress.as_dict()
    assert [row["base_id"] for row in told["not_yet_verified"]] == (
        progress.not_yet_verified["base_id"].tolist()
    )
    assert told["would_count"] == {"500": 9, "1000": 5}
    assert "当时尚未核实" in repr(progress)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2019-01-01", "当时尚未建成"),
        ("2020-01-31", "当时尚未核实"),
        ("2020-12-31", "不因日期而不计"),
    ],
)
def test_explain_count_says_what_the_day_makes_of_a_base(
    sample_bases: gpd.GeoDataFrame, day: str, said: str
) -> None:
    sound = sample_bases["blocked_by"].map(len).eq(0) & sample_bases["status"].eq("built")
    surveyed_late = sample_bases["surveyed_on"] > pd.Timestamp(2020, 3, 1)
    base = sample_bases[sound & surveyed_late].iloc[:1].copy()
    base["completed_on"] = pd.Timestamp(2019, 8, 8)
    asked = dt.date.fromisoformat(day)
    for given in (base, base.iloc[0]):
        step = hg.explain_count(given, as_of=asked).iloc[-1]
        assert step["步骤"] == f"截至 {day}"
        assert said in step["怎样得来"]
