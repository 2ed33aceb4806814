"""An .xls is read as people see it, as an .xlsx is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

import herbgis as hg
from tests.helpers.xls_files import save_xls

_HEADINGS = ["基地编号", "品种", "面积", "测量日期"]
_DAY = 43_969  # 2020-05-18


def _twins(
    folder: Path, formats: dict[tuple[int, int], str], row: list[object]
) -> tuple[hg.Survey, hg.Survey]:
    """One sheet as .xls and as .xlsx."""
    book = openpyxl.Workbook()
    for cells in (_HEADINGS, row):
        book.active.append(cells)
    for (at, column), code in formats.items():
        book.active.cell(at + 1, column + 1).number_format = code
    book.save(folder / "a.xlsx")
    old = save_xls(folder / "a.xls", [_HEADINGS, row], formats)
    return hg.read_survey(old), hg.read_survey(folder / "a.xlsx")


@pytest.mark.parametrize(
    ("code", "value", "mu"),
    [
        ('0.0"公顷"', 40, 600),
        ('0.00"万亩"', 0.05, 500),
        ('#,##0"亩"', 1200, 1200),
        ("0.0!公!顷", 2, 30),
        ('0"平方米"', 2000, 3),
        ('0.0" hm²"', 2, 30),
        ('0.00"(公顷)"', 2, 30),
        ('0!.0,"万"', 20_000, 20_000),
        ('"约"0', 12, 12),
        ("0.00", 12.5, 12.5),
        ("General", 12.5, 12.5),
        ('[>100]0"亩";0"公顷"', 2, 30),
    ],
)
def test_the_unit_that_a_format_shows_is_the_cells(
    tmp_path: Path, code: str, value: float, mu: float
) -> None:
    for survey in _twins(tmp_path, {(1, 2): code}, ["D1", "黄精", value, _DAY]):
        assert survey.bases["declared_mu"].iloc[0] == pytest.approx(mu)
        assert survey.bases["surveyed_on"].iloc[0] == dt.datetime(2020, 5, 18)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("column", "code", "value", "name", "shown"),
    [
        (0, '"YJ-"000', 1, "base_id", "YJ-001"),
        (0, "000000", 123, "base_id", "000123"),
        (3, 'yyyy"年"m"月"', _DAY, "surveyed_on", "2020-05-01"),
        (3, "yyyy-mm-dd", _DAY, "surveyed_on", "2020-05-18"),
        (3, "0.00", 2020.1, "surveyed_on", "2020-10-01"),
        (3, "General", 2020.11, "surveyed_on", "2020-11-01"),
    ],
)
def test_ids_and_days_are_as_they_are_shown(
    tmp_path: Path, column: int, code: str, value: float, name: str, shown: str
) -> None:
    row: list[object] = ["D1", "黄精", 5, "2020-01-01"]
    row[column] = value
    for survey in _twins(tmp_path, {(1, column): code}, row):
        assert str(survey.bases[name].iloc[0])[:10] == shown


def test_what_is_hidden_is_said_and_days_count_from_1904(tmp_path: Path) -> None:
    rows = [[*_HEADINGS, "面积(亩)"], ["D1", "黄精", 5, _DAY - 1462, 7], ["D2", "黄精", 6, None, 8]]
    path = save_xls(
        tmp_path / "a.xls", rows, {}, hidden_rows=[2], hidden_columns=[2], since_1904=True
    )
    survey = hg.read_survey(path)
    assert list(survey.bases["declared_mu"]) == [7, 8]
    assert survey.bases["surveyed_on"].iloc[0] == dt.datetime(2020, 5, 18)  # noqa: DTZ001
    assert "隐藏的 1 行也作记录(第 3 行)" in survey.assumption_lines()[0]
