"""What all commands have in common: help in Chinese, version, quiet; and what files hold."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest

import herbgis as hg
from herbgis.cli import main
from herbgis.tables.data_files import write_bases
from tests.helpers.shapes import square

SAMPLE = hg.sample_paths()
#: Names that stay as they are: the program, its commands and options, values, file formats, codes.
_NAMES = re.compile(
    r"herbgis|HERBGIS_[A-Z_]+|--?[a-z-]+|HG204|CODE|\b[A-Z]+(?:\.\w+)?(?:[|=][A-Z.a-z]+)*\b|tongren(?:-2020)?|"
    r"\b[a-z]+(?:\|[a-z]+)+|\b(?:zip|gpkg|parquet|geojson|xlsx|csv|tif|county|variety|none|safe|text|"
    r"error|HG204|quantile|zh|herbgis-demo|issues\.json|ID|demo|validate|classify|progress|map|plan|visit|"
    r"production|info|template|explain|ledger|audit|admit|show|export|draw|estimate|compare)\b"
)


def run(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int, str, str]:
    """Status, standard output and standard error of a run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["herbgis", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            main.main()
    return int(ended.value.code or 0), *capsys.readouterr()


COMMANDS = [
    [],
    *([name] for name in main._COMMANDS),
    ["ledger"],
    *(["ledger", name] for name in main._LEDGER_COMMANDS),
    ["audit"],
    *(["audit", name] for name in main._AUDIT_COMMANDS),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("asked", ["-h", "--help"])
def test_the_help_is_in_chinese(
    capsys: pytest.CaptureFixture[str], command: list[str], asked: str
) -> None:
    status, out, err = run(capsys, *command, asked)
    assert (status, err) == (0, "")
    assert out.startswith(" ".join(["用法: herbgis", *command]))
    assert re.findall(r"[A-Za-z]{2,}", _NAMES.sub("", out)) == []


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--version") == (0, f"herbgis {hg.__version__}\n", "")


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("option", ["-q", "--quiet"])
def test_quiet_leaves_results_and_errors(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, place: int, option: str
) -> None:
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"编号": ["甲"]}, geometry=[square(600)], crs=4490).to_file(path)
    args: list[object] = ["progress", path]
    told = run(capsys, *args)
    quiet = run(capsys, *args[:place], option, *args[place:])
    assert told[2]
    assert quiet == (told[0], told[1], "")
    status, out, err = run(capsys, option, "progress", tmp_path / "b.gpkg")
    assert (status, out) == (2, "")
    assert "b.gpkg" in err


def test_info_tells_what_files_hold(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    columns = {"基地编号": ["甲", "乙"], "亩数": [600.0, 1.0], "药材名称": "黄精", "备用": 1}
    shapes = [square(600), None]
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4490).to_file(tmp_path / "a.gpkg")
    (tmp_path / "b.gpkg").write_bytes(b"SQLite format 3")
    status, out, err = run(capsys, "info", tmp_path)
    assert (status, err) == (2, "")
    first = out.split("\n\n")[0]
    assert "记录 2/2: 面 1、无图形 1" in first
    assert "UTF-8 EPSG:4490" in first
    assert "基地编号、药材名称→主栽品种、亩数→上报数值" in first
    assert "未用列: 备用" in first
    assert re.search(r"b\.gpkg\n  记录 0/0\n  HG001 须整改", out)
    told = json.loads(run(capsys, "info", tmp_path, "--format", "json")[1])
    assert told["files"][0]["headings"]["variety"] == "药材名称"
    assert told["files"][0]["shapes"] == {"Polygon": 1, "无图形": 1}


def test_info_of_the_sample_names_every_layer(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "info", SAMPLE.survey)
    survey = hg.read_survey(SAMPLE.survey)
    assert status == 0
    assert len(out.strip().split("\n\n")) == len(survey.files)
    assert "由内容判定" in out
    assert "HG003" in out


def test_a_visit_is_chosen_and_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "推荐.xlsx"
    status, out, _ = run(
        capsys, "visit", SAMPLE.survey, "--stops", 3, "--never", "520621-2020-007", "--out", path
    )
    bases = hg.classify(
        hg.validate(hg.read_survey(SAMPLE.survey), counties=hg.read_counties()).bases
    )
    visit = hg.choose_visit(bases, stops=3, never=["520621-2020-007"])
    assert status == 0
    assert out.strip() == repr(visit).strip()
    cells = {str(cell) for row in openpyxl.load_workbook(path).active.values for cell in row}
    assert set(visit.table["规模"]) <= cells
    assert "--on" in run(capsys, "visit", SAMPLE.survey, "--on", "2020")[2]


def test_production_is_told_and_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "生产.xlsx"
    status, out, _ = run(capsys, "production", SAMPLE.production, "--by", "kind", "--out", path)
    assert status == 0
    assert "基地类型" in out.splitlines()[0]
    assert len(openpyxl.load_workbook(path).sheetnames) > 3


@pytest.mark.parametrize("suffix", ["gpkg", "parquet", "geojson", "csv", "xlsx"])
def test_what_was_classified_counts_as_it_was(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, suffix: str
) -> None:
    written = tmp_path / f"基地.{suffix}"
    assert run(capsys, "-q", "classify", SAMPLE.survey, "--out", written)[0] == 0
    told = run(capsys, "progress", SAMPLE.survey, "--format", "json")[1]
    status, again, said = run(capsys, "progress", written, "--format", "json")
    assert status == 0
    assert "没有重新校验" in said
    assert json.loads(again)["targets"] == json.loads(told)["targets"]


def _own_policy(folder: Path) -> Path:
    own = folder / "own.toml"
    tier = '[[tiers]]\nlabel = "{0}"\nthreshold_mu = {0}\ntarget = 9\n'
    words = 'title = "{0}亩"\nreach_title = "{0}亩以上"\nsource = "本市"\n'
    tiers = "".join((tier + words).format(mu) for mu in (300, 800))
    own.write_text(f'extends = "tongren-2020"\n{tiers}', encoding="utf-8")
    return own


def test_a_ledger_counts_under_the_policy_that_it_keeps(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    ledger = tmp_path / "台账.gpkg"
    own = _own_policy(tmp_path)
    run(capsys, "-q", "ledger", "admit", ledger, SAMPLE.ledger, "--policy", own)
    own.unlink()
    for command in (["ledger", "show", ledger], ["progress", ledger]):
        status, out, _ = run(capsys, *command)
        assert status == 0
        assert "300亩以上" in out
    assert "未变 113" in run(capsys, "ledger", "admit", ledger, SAMPLE.ledger)[1]
    status, _, said = run(capsys, "ledger", "show", ledger, "--policy", _own_policy(tmp_path))
    assert status == 0, said


def test_what_was_classified_under_other_tiers_counts_under_these(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    own = _own_policy(tmp_path)
    written = tmp_path / "基地.gpkg"
    run(capsys, "-q", "classify", SAMPLE.survey, "--policy", own, "--out", written)
    status, out, _ = run(capsys, "progress", written, "--format", "json")
    assert status == 0
    assert [row["tier"] for row in json.loads(out)["targets"]] == ["300", "800"]
    status, _, said = run(capsys, "progress", written, "--policy", "tongren-2020")
    assert (status, "300 亩" in said) == (2, True)


def test_of_two_layers_none_is_counted_alone(
    capsys: pytest.CaptureFixture[str], classified: dict[str, Path], tmp_path: Path
) -> None:
    both = tmp_path / "两个.gpkg"
    bases = gpd.read_file(classified["gpkg"])
    for layer in ("甲", "乙"):
        bases.to_file(both, layer=layer)
    status, _, said = run(capsys, "progress", both)
    assert (status, "2 个图层: 甲、乙" in said) == (2, True)


@pytest.mark.parametrize("asked", [["--sheet", "江口县"], ["--crs", "EPSG:4545"]])
def test_what_is_said_of_survey_files_is_refused_of_classified_ones(
    capsys: pytest.CaptureFixture[str], classified: dict[str, Path], asked: list[str]
) -> None:
    status, _, said = run(capsys, "progress", classified["gpkg"], *asked)
    assert (status, "只管测量文件" in said) == (2, True)


@pytest.fixture(scope="module")
def classified(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The bases of the sample in every format that `classify` writes."""
    folder = tmp_path_factory.mktemp("classified")
    bases = hg.classify(hg.validate(hg.read_survey(SAMPLE.survey)).bases)
    return {
        suffix: write_bases(bases, folder / f"基地.{suffix}")
        for suffix in ("gpkg", "parquet", "geojson", "csv", "xlsx")
    }


_WRITTEN = ["gpkg", "parquet", "geojson", "csv", "xlsx"]


@pytest.mark.parametrize("suffix", _WRITTEN)
@pytest.mark.parametrize("command", ["validate", "classify", "ledger admit", "audit draw"])
def test_what_was_classified_is_no_survey_to_validate_again(
    capsys: pytest.CaptureFixture[str],
    classified: dict[str, Path],
    tmp_path: Path,
    suffix: str,
    command: str,
) -> None:
    """Records were merged: of two that are the same, none is left to be found."""
    given = classified[suffix]
    arguments = {
        "validate": [given],
        "classify": [given, "--out", tmp_path / "x.csv"],
        "ledger admit": [tmp_path / "x.gpkg", given],
        "audit draw": [given, "--count", "3", "--seed", "1", "--out", tmp_path / "x.xlsx"],
    }
    status, out, said = run(capsys, *command.split(), *arguments[command])
    assert (status, out, [*tmp_path.iterdir()]) == (2, "", [])
    assert "是 classify 写出的结果" in said
    assert "progress、map、plan" in said


@pytest.mark.parametrize("suffix", _WRITTEN)
def test_what_was_classified_says_so_when_it_is_read_as_a_survey(
    classified: dict[str, Path], suffix: str
) -> None:
    survey = hg.read_survey(classified[suffix])
    assert "重新读: 不采用里面算出的" in survey.assumption_lines()[0]
    doubted = survey.issues[survey.issues["code"] == "HG001"]
    assert doubted["severity"].tolist() == ["warning"]
    assert re.search(r"\d+ 个基地是 classify 由几条记录合成的", doubted["message"].iloc[0])


def test_classified_bases_say_so_when_they_are_validated_again(classified: dict[str, Path]) -> None:
    bases = gpd.read_file(classified["gpkg"])
    told = hg.validate(bases).table.query("code == 'HG001'")
    assert told["message"].str.contains("由几条记录合成").tolist() == [True]
    single = bases[bases["records"] == 1]
    assert "HG001" not in set(hg.validate(single).table["code"])


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_what_was_classified_without_shapes_is_not_drawn(
    capsys: pytest.CaptureFixture[str], classified: dict[str, Path], tmp_path: Path, suffix: str
) -> None:
    status, _, said = run(capsys, "map", classified[suffix], "--out", tmp_path / "x.html")
    assert status == 2
    assert "只有数字的表能计数" in said


@pytest.mark.parametrize("suffix", ["gpkg", "parquet", "geojson"])
def test_what_was_classified_is_drawn_and_planned_as_it_stands(
    capsys: pytest.CaptureFixture[str], classified: dict[str, Path], tmp_path: Path, suffix: str
) -> None:
    page = tmp_path / "map.html"
    status, _, said = run(capsys, "map", classified[suffix], "--out", page)
    assert status == 0
    assert "没有重新校验" in said
    assert "counted" in page.read_text(encoding="utf-8")
    status, _, said = run(capsys, "plan", classified[suffix], "--out", tmp_path / "plan")
    assert status == 0
    assert "没有重新校验" in said
    assert (tmp_path / "plan" / "plan.json").is_file()


def test_a_table_classified_under_another_policy_says_so_when_it_is_read_again(
    classified: dict[str, Path], tmp_path: Path
) -> None:
    own = tmp_path / "own.toml"
    own.write_text('extends = "tongren-2020"\ntitle = "本市"\n', encoding="utf-8")
    other = hg.read_survey(classified["gpkg"], policy=hg.load_policy(own))
    assert "原来按另一份工作要点分级" in other.assumption_lines()[0]
    assert "另一份" not in hg.read_survey(classified["gpkg"]).assumption_lines()[0]
