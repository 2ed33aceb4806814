"""What a spreadsheet might run, or open, or call, stays text in every workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest

import herbgis as hg
from herbgis.counting.ledger import read_ledger_history
from herbgis.counting.schedule import make_ledger_schedule
from herbgis.tables.data_files import write_bases
from herbgis.tables.issue_list import write_issue_list
from herbgis.tables.ledger_books import write_ledger_book, write_schedule_book
from herbgis.tables.production_book import write_production_book
from herbgis.tables.progress_book import write_progress_book
from herbgis.terms import columns as cols
from tests.helpers.books import runs_nothing
from tests.helpers.shapes import east_of, frame, square

PAYLOADS = [
    *("=cmd|' /C calc'!A0", "=1+1", "+1+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0"),
    *("@SUM(1,1)", '=HYPERLINK("http://127.0.0.1","x")', "\t=1+1", "\r=1+1", "=DDE(1;2;3)"),
    *('=WEBSERVICE("http://127.0.0.1")', "http://127.0.0.1/x", "＝1+1"),
]
#: Status and kind are words of ours, or the default; their cells as written are payloads too.
_TEXTS = [
    column.name
    for column in (*cols.READ, *cols.OPTIONAL)
    if column.kind in {"text", "flag"} and column.name not in {"status", "kind", "group"}
]


@pytest.fixture(scope="module")
def records() -> gpd.GeoDataFrame:
    """Sound bases and two that overlap, with payloads wherever text may stand."""
    first = square(510)
    shapes = [east_of(first, 2500 * n) for n in range(len(PAYLOADS))]
    shapes[1] = east_of(first, 30)
    return frame(
        shapes,
        **dict.fromkeys(_TEXTS, PAYLOADS),
        harvested_mu=[10.0] * len(PAYLOADS),
        cost_wan=[*range(11), 1000],
        declared_mu=[510.0] * len(PAYLOADS),
        production_year=[2019] * len(PAYLOADS),
    )


@pytest.fixture(scope="module")
def report(records: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> hg.ValidationReport:
    return hg.validate(records, counties=counties)


@pytest.fixture(scope="module")
def ledger(report: hg.ValidationReport, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ledger") / "l.gpkg"
    hg.admit(path, hg.classify(report.bases), on=dt.date(2020, 1, 31))
    return path


def _ledger_book(report: hg.ValidationReport, ledger: Path, out: Path) -> list[Path]:
    state = read_ledger_history(ledger).set_index("base_id")
    return [write_ledger_book(state, out / "a.xlsx", policy=report.policy)]


def _schedule_book(report: hg.ValidationReport, ledger: Path, out: Path) -> list[Path]:
    history = read_ledger_history(ledger)
    progress = hg.count_progress(history.set_index("base_id"), by=["variety", "reporting_unit"])
    schedule = make_ledger_schedule(history)
    path = out / "a.xlsx"
    return [write_schedule_book(schedule, path, policy=report.policy, progress=progress)]


def _progress_book(report: hg.ValidationReport, _: Path, out: Path) -> list[Path]:
    # A crop that nobody knows stands in no breakdown.
    bases = hg.classify(report.bases)
    known = {"variety": "黄精", "varieties": [["黄精"]] * len(bases)}
    bases = bases.assign(**known, group="key", kind="planting")
    progress = hg.count_progress(bases, by=["variety", "reporting_unit", "township", "mode"])
    return [write_progress_book(progress, out / "a.xlsx", policy=report.policy)]


def _production_book(report: hg.ValidationReport, _: Path, out: Path) -> list[Path]:
    bases = hg.classify(report.bases)
    return [write_production_book(bases, out / "a.xlsx", policy=report.policy)]


def _data_book(report: hg.ValidationReport, _: Path, out: Path) -> list[Path]:
    return [write_bases(hg.classify(report.bases), out / "a.xlsx")]


def _issue_list(report: hg.ValidationReport, _: Path, out: Path) -> list[Path]:
    return [write_issue_list(report, out / "a.xlsx", policy=report.policy)]


def _return_slips(report: hg.ValidationReport, _: Path, out: Path) -> list[Path]:
    return hg.write_return_slips(report, out, fix="safe")


@pytest.mark.parametrize(
    "write",
    [
        *(_ledger_book, _schedule_book, _progress_book, _production_book),
        *(_data_book, _issue_list, _return_slips),
    ],
)
def test_formulas_stay_text(
    write: Callable[[hg.ValidationReport, Path, Path], list[Path]],
    report: hg.ValidationReport,
    ledger: Path,
    tmp_path: Path,
) -> None:
    books = [path for path in write(report, ledger, tmp_path) if path.suffix == ".xlsx"]
    assert books
    seen: set[str] = set()
    for book in books:
        for page in openpyxl.load_workbook(book).worksheets:
            cells = [cell for row in page.iter_rows() for cell in row if cell.value is not None]
            assert runs_nothing(page)
            assert all(cell.hyperlink is None for cell in cells)
            seen |= {str(cell.value) for cell in cells}
    assert any(payload.strip() in text for payload in PAYLOADS for text in seen)


def test_the_csv_puts_a_mark_before_them(report: hg.ValidationReport, tmp_path: Path) -> None:
    text = write_bases(hg.classify(report.bases), tmp_path / "a.csv").read_text("utf-8-sig")
    for payload in ("=1+1", "@SUM(1,1)", "=DDE(1;2;3)"):
        assert f",{payload}," not in text
        assert f'"{payload}"' not in text
        assert f"'{payload}" in text
