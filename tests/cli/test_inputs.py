"""What commands are given to read, results as JSON, and completion in the shell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

import herbgis as hg
from herbgis.cli.main import main
from herbgis.tables.data_files import write_bases
from tests.cli.test_program import run

SAMPLE = hg.sample_paths()
#: One survey file of the sample, with few records.
FEW = SAMPLE.survey / "2020-03-batch" / "yanhe.geojson"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    made = openpyxl.Workbook()
    del made["Sheet"]
    for name, letter in {"江口县": "A", "石阡县": "B"}.items():
        sheet = made.create_sheet(name)
        for row in (["基地编号", "品种", "面积（亩）", "县区"], [f"{letter}-1", "黄精", 520, name]):
            sheet.append(row)
    made.save(tmp_path / "报表.xlsx")
    return tmp_path / "报表.xlsx"


@pytest.mark.parametrize("command", ["validate", "progress", "info", "production"])
def test_a_sheet_is_named_to_any_command(
    command: str, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, err = run(capsys, command, book, "--sheet", "石阡县", "--format", "json")
    assert "没有指名读这一层, 未读" in out + err
    ended, _, err = run(capsys, command, book, "--sheet", "石迁县")
    assert (ended, "您要的是 石阡县 吗" in err) == (2, True)


@pytest.mark.parametrize(
    ("crs", "status", "words"),
    [
        ("EPSG:4545", 0, "EPSG:4545"),
        ("4545", 0, "EPSG:4545"),
        ("铜仁坐标系", 2, "认不出坐标系 铜仁坐标系"),
    ],
)
def test_a_system_is_given_to_a_command(
    crs: str,
    status: int,
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "图斑.csv"
    corners = "500000 3060000, 500632 3060000, 500632 3060632, 500000 3060632, 500000 3060000"
    path.write_text(f'编号,品种,WKT\nK1,黄精,"POLYGON (({corners}))"\n', encoding="utf-8")
    ended, out, err = run(capsys, "info", path, "--crs", crs)
    assert (ended, words in out + err) == (status, True)


def test_a_column_is_named_as_it_is_headed(capsys: pytest.CaptureFixture[str]) -> None:
    _, by_name, _ = run(capsys, "progress", FEW, "--by", "county", "--format", "json")
    _, by_title, _ = run(capsys, "progress", FEW, "--by", "县区", "--format", "json")
    assert json.loads(by_name)["by"] == json.loads(by_title)["by"]


def _results(folder: Path) -> dict[str, list[object]]:
    """Commands that can tell their result as JSON, and an entry that must be in it."""
    ledger = folder / "台账.gpkg"
    return {
        "bases": ["classify", FEW, "--out", folder / "基地.csv"],
        "targets": ["plan", SAMPLE.survey, "--out", folder / "规划", "--target", "500=97"],
        "scores": ["visit", SAMPLE.survey, "--stops", 2],
        "production": ["production", SAMPLE.production],
        "batch": ["ledger", "admit", ledger, FEW, "--as-of", "2020-06-30"],
        "schedule": ["ledger", "show", ledger],
        "seed": [
            *("audit", "draw", SAMPLE.survey, "--count", 5, "--seed", 1),
            *("--out", folder / "抽查复测表.xlsx"),
        ],
    }


def test_every_result_is_told_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for entry, command in _results(tmp_path).items():
        ended, out, err = run(capsys, *command, "--format", "json")
        assert (ended, entry in json.loads(out)) == (0, True), err


def test_classified_bases_are_told_whole(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, out, _ = run(capsys, "classify", FEW, "--out", tmp_path / "a.csv", "--format", "json")
    told = json.loads(out)
    bases = hg.classify(hg.validate(hg.read_survey(FEW), counties=hg.read_counties()).bases)
    assert [base["base_id"] for base in told["bases"]] == bases.index.tolist()
    assert [base["counted_mu"] for base in told["bases"]] == pytest.approx(
        bases["counted_mu"].tolist(), nan_ok=True
    )
    assert sum(told["tiers"].values()) + told["without_polygon"] == len(bases)


@pytest.mark.parametrize(
    ("begun", "words"), [("herbgis v", "validate visit"), ("herbgis le", "ledger")]
)
def test_the_shell_completes_commands(begun: str, words: str) -> None:
    ask = {"_HERBGIS_COMPLETE": "complete_bash", "COMP_WORDS": begun, "COMP_CWORD": "1"}
    told = subprocess.run(
        [sys.executable, "-m", "herbgis"],
        env={**os.environ, **ask},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.split() == words.split()


def _retitled(book: Path) -> None:
    made = openpyxl.load_workbook(book)
    made.worksheets[0].insert_rows(1)
    made.worksheets[0]["A1"] = "2020年6月基地表"
    made.save(book)


def _renamed(book: Path) -> None:
    made = openpyxl.load_workbook(book)
    made.worksheets[0].title = "改过"
    made.save(book)


def _covered(book: Path) -> None:
    made = openpyxl.load_workbook(book)
    made.create_sheet("封面", 0)
    made.save(book)


def _separated(separator: str) -> Callable[[Path], None]:
    return lambda table: pd.read_csv(table).to_csv(table, sep=separator, index=False)


#: How a result is saved anew so that no command takes it as it stands.
_ANEW: dict[str, tuple[str, Callable[[Path], None]]] = {
    "a title above the headings": (".xlsx", _retitled),
    "another name of the sheet": (".xlsx", _renamed),
    "a sheet before it": (".xlsx", _covered),
    "semicolons": (".csv", _separated(";")),
    "tabs": (".csv", _separated("\t")),
}


@pytest.fixture(scope="module")
def few() -> gpd.GeoDataFrame:
    return hg.classify(hg.validate(hg.read_survey(FEW), counties=hg.read_counties()).bases)


@pytest.mark.parametrize("how", _ANEW)
@pytest.mark.parametrize("command", ["progress", "production"])
def test_a_result_saved_anew_is_refused_or_counted_the_same(
    how: str,
    command: str,
    few: gpd.GeoDataFrame,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    suffix, change = _ANEW[how]
    path = write_bases(few, tmp_path / f"基地{suffix}")
    change(path)
    status, out, err = run(capsys, command, path)
    assert (status, out) == (2, "")
    assert "是 classify 写出的结果, 后来另存成别的格式" in err


def test_a_result_saved_as_a_shapefile_is_refused(
    few: gpd.GeoDataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL tells of headings that it cuts
        few.to_file(tmp_path / "基地.shp", encoding="utf-8")
    status, out, err = run(capsys, "progress", tmp_path / "基地.shp")
    assert (status, out, "后来另存成别的格式" in err) == (2, "", True)


def test_a_csv_that_excel_saved_in_its_code_page_counts_the_same(
    few: gpd.GeoDataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_bases(few, tmp_path / "基地.csv")
    _, before, _ = run(capsys, "progress", path, "--format", "json")
    path.write_bytes(path.read_text(encoding="utf-8-sig").encode("gb18030"))
    status, after, _ = run(capsys, "progress", path, "--format", "json")
    assert (status, json.loads(after)) == (0, json.loads(before))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_the_parser_answers_to_completion_is_in_the_language(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for shell, ends in (("zsh", 0), ("foo", 2)):
        monkeypatch.setattr(sys, "argv", ["herbgis", "--lang", lang, "--install-completion", shell])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == ends
    said = capsys.readouterr()
    assert (tmp_path / ".zfunc" / "_herbgis").exists()
    is_chinese = lang == "zh"
    assert ("命令补全已装进" in said.out) == is_chinese
    assert ("installed in" in said.out) != is_chinese
    assert "bash" in said.err
    assert ("可用的有" in said.err) == is_chinese


@pytest.mark.parametrize("suffix", [".gpkg", ".xlsx", ".csv"])
def test_results_beside_others_are_refused_with_what_to_do(
    suffix: str, few: gpd.GeoDataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A result and the survey that it came from would count a base twice."""
    folder = tmp_path / "收件"
    folder.mkdir()
    paths = [write_bases(few, folder / f"{name}{suffix}") for name in ("甲", "乙")]
    for given, advice in (
        (paths, "原来的测量文件一起交来"),
        ([paths[0], FEW], "原来的测量文件一起交来"),
        ([folder], "移到别的文件夹"),
    ):
        status, out, err = run(capsys, "progress", *given)
        assert (status, out) == (2, "")
        assert advice in err
        assert "会把同一个基地算两遍" in err or "同一个基地会算两遍" in err
