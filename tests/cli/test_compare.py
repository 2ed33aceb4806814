"""The command that compares two counts, and --as-of of the others."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from typer.testing import CliRunner, Result

import herbgis as hg
from herbgis.cli.main import app
from tests.helpers.shapes import LON, frame, square


def _run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


def _records() -> gpd.GeoDataFrame:
    shapes = [square(mu, LON + n * 0.03) for n, mu in enumerate((1200, 700, 600))]
    return frame(
        shapes,
        surveyed_on=["2020-01-10", "2020-02-10", "2020-06-10"],
        completed_on=["2019-05-01", "2020", "2019-05-01"],
        declared_mu=[1200.0, 700.0, 600.0],
    )


@pytest.fixture(name="survey")
def _survey(tmp_path: Path) -> Path:
    _records().to_file(tmp_path / "收件.geojson")
    return tmp_path / "收件.geojson"


def _counted(result: Result) -> list[int]:
    told = json.loads(result.stdout)
    row = told["targets"][0]
    return [row["verified"], told["would_count"]["500"], row["pending"]]


def test_progress_counts_what_stood_on_the_day(survey: Path) -> None:
    for day, right in {
        "2020-03-31": [1, 1, 1],
        "2020-12-31": [3, 0, 0],
        "2019-12-31": [0, 2, 0],
        "2018-12-31": [0, 0, 0],
    }.items():
        result = _run("progress", survey, "--as-of", day, "--format", "json")
        assert (result.exit_code, _counted(result)) == (0, right)
    whole = json.loads(_run("progress", survey, "--format", "json").stdout)
    assert whole["targets"][0]["verified"] == 3
    assert whole["as_of"] == "2020-06-10"


def test_two_days_of_one_file_and_a_file_that_was_classified(survey: Path, tmp_path: Path) -> None:
    bases = tmp_path / "分级.gpkg"
    assert _run("classify", survey, "--out", bases).exit_code == 0
    days = ("--as-of", "2020-03-31", "--as-of", "2020-12-31")
    told = json.loads(_run("compare", survey, survey, *days, "--format", "json").stdout)
    assert told["names"] == ["2020-03-31", "2020-12-31"]
    assert [row["rule"] for row in told["bases"]] == ["截止日期", "截止日期"]
    book = tmp_path / "对照.xlsx"
    result = _run("compare", survey, bases, "--out", book)
    assert result.exit_code == 0
    assert "每个基地都相同" in result.stdout
    assert openpyxl.load_workbook(book).sheetnames == ["个数", "不同的基地"]


def test_a_ledger_beside_files(survey: Path, tmp_path: Path) -> None:
    ledger = tmp_path / "台账.gpkg"
    assert _run("ledger", "admit", ledger, survey, "--as-of", "2020-06-30").exit_code == 0
    told = json.loads(_run("compare", ledger, survey, "--format", "json").stdout)
    assert told["bases"] == []
    late = ("--as-of", "2020-05-31", "--format", "json")
    before = json.loads(_run("progress", ledger, *late).stdout)
    assert [row["verified"] for row in before["targets"]] == [0, 0]
    now = _run("progress", ledger, "--as-of", "2020-06-30", "--format", "json")
    assert _counted(now) == [3, 0, 0]


def test_a_third_day_is_refused(survey: Path) -> None:
    with pytest.raises(hg.HerbgisError, match="最多写两次"):
        _run("compare", survey, survey, *(["--as-of", "2020-01-01"] * 3))


def test_a_day_before_the_surveys_is_an_error_of_the_batch(survey: Path, tmp_path: Path) -> None:
    told = json.loads(_run("validate", survey, "--as-of", "2020-03-31", "--format", "json").stdout)
    late = [issue["row"] for issue in told["issues"] if issue["code"] == "HG504"]
    assert late == [3]
    page = tmp_path / "图.html"
    assert _run("map", survey, "--as-of", "2020-03-31", "--out", page).exit_code == 0
    assert "2020-03-31" in page.read_text(encoding="utf-8")
    out = tmp_path / "规划"
    assert (
        _run(
            "plan",
            survey,
            "--as-of",
            "2020-03-31",
            "--out",
            out,
            "--target",
            "500=1",
            "--target",
            "1000=1",
        ).exit_code
        == 0
    )
    plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    assert [row["have"] for row in plan["targets"]] == [1, 1]
