"""Books in English are those in Chinese: the same sheets, numbers, their formats, and formulas."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest

import herbgis as hg
from herbgis.foundation.language import LANGUAGES, speaking

DAY = dt.date(2020, 5, 31)


@pytest.fixture(scope="module")
def bases(counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    survey = hg.read_survey(hg.sample_paths().survey)
    return hg.classify(hg.validate(survey, counties=counties).bases)


def _schedule(bases: gpd.GeoDataFrame, path: Path) -> Path:
    hg.admit(path.with_suffix(".gpkg"), bases)
    history = hg.read_ledger_history(path.with_suffix(".gpkg"))
    growth, schedule = hg.compare_units(history), hg.make_ledger_schedule(history)
    return hg.write_schedule_book(schedule, path, growth=growth)


def _progress(bases: gpd.GeoDataFrame, path: Path) -> Path:
    by = ["reporting_unit", "variety", "kind", "county,variety"]
    return hg.write_progress_book(hg.count_progress(bases, by=by, as_of=DAY), path)


def _comparison(bases: gpd.GeoDataFrame, path: Path) -> Path:
    compared = hg.compare_counts(hg.count_progress(bases, as_of=DAY), bases.iloc[5:])
    return hg.write_comparison_book(compared, path)


def _production(_: gpd.GeoDataFrame, path: Path) -> Path:
    harvests = hg.read_survey(hg.sample_paths().production).bases
    return hg.write_production_book(harvests, path)


BOOKS: dict[str, Callable[[gpd.GeoDataFrame, Path], Path]] = {
    "schedule": _schedule,
    "progress": _progress,
    "comparison": _comparison,
    "production": _production,
    "plan": lambda bases, path: hg.write_plan_book(hg.plan(bases, runs=2), path),
    "visit": lambda bases, path: hg.write_visit_table(hg.choose_visit(bases, on=DAY), path),
    "audit": lambda bases, path: hg.write_audit_form(hg.draw_audit_sample(bases, 12, seed=1), path),
}


def _figures(path: Path) -> list[Counter[tuple[object, str]]]:
    """Of each sheet its numbers and formulas with their formats, wherever they stand."""
    return [
        Counter(
            (cell.value, cell.number_format)
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, int | float) or str(cell.value).startswith("=")
        )
        for sheet in openpyxl.load_workbook(path)
    ]


@pytest.mark.parametrize("name", BOOKS)
def test_a_book_has_the_same_figures_in_every_language(
    name: str, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    told = {}
    for lang in LANGUAGES:
        with speaking(lang):
            told[lang] = _figures(BOOKS[name](bases, tmp_path / f"{lang}.xlsx"))
    assert sum(map(len, told["zh"])) > 0 or name == "visit"
    # Notes of another length move what stands below them, and no figure.
    assert told["en"] == told["zh"]


def test_areas_of_the_growth_sheet_have_two_decimals_and_counts_none(
    bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    sheet = openpyxl.load_workbook(_schedule(bases, tmp_path / "进度表.xlsx"))["环比同比位次"]
    told = {"核定面积": set(), "500亩以上": set()}
    for row in sheet.iter_rows(min_row=5):
        for cell in row[2:]:
            if row[0].value in told and isinstance(cell.value, float | int):
                told[row[0].value].add((cell.number_format, float(cell.value).is_integer()))
    rates = {form for form, _ in told["核定面积"]} - {"0.00", "General"}
    assert all(form.endswith("%") for form in rates)
    assert all(whole for form, whole in told["核定面积"] if form == "General")
    assert ("0.00", False) in told["核定面积"]
    assert "0.00" not in {form for form, _ in told["500亩以上"]}
