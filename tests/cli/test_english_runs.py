"""The program speaks English where it is asked to: what is Chinese then is data and names."""

from __future__ import annotations

import contextlib
import functools
import io
import re
import shutil
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import herbgis as hg
from herbgis.cli import main
from herbgis.tables.template import template_fields
from herbgis.terms.issues import codes
from scripts.printed_books import measure_book
from tests.helpers.english import chinese_in

SAMPLE = hg.sample_paths()
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
COMMANDS = [
    [],
    *([name] for name in main._COMMANDS),
    ["ledger"],
    *(["ledger", name] for name in main._LEDGER_COMMANDS),
    ["audit"],
    *(["audit", name] for name in main._AUDIT_COMMANDS),
]


def run(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int, str, str]:
    """Status, standard output and standard error of a run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["herbgis", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            main.main()
    return int(ended.value.code or 0), *capsys.readouterr()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_help_is_in_english(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    status, out, err = run(capsys, *command, "--help", "--lang", "en")
    assert (status, err) == (0, "")
    assert out.startswith(" ".join(["Usage: herbgis", *command]))
    assert "..." not in out.partition("Commands:")[2]
    assert CHINESE.findall(out) == []


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ([], "Usage: herbgis"),
        (["validate"], "PATH... is missing"),
        (["valdate", "x"], "Did you mean validate? See herbgis --help."),
        (["harvest"], "Known are: demo, validate"),
        (["validate", "x", "--polcy", "y"], "Did you mean --policy? See herbgis validate"),
        (["visit", "x", "--stops", "many"], "--stops is not a whole number. See"),
        (["progress", "x", "--by"], "--by needs a value"),
        (["compare", "a", "b", "c d"], "Too many words: c d"),
        (["compare", "a", "b", *(["--as-of", "2020-01-01"] * 3)], "3 times"),
        (["map", "x", "--out", "y"], "must end in .html or .htm"),
        (["plan", "x", "--out", "y", "--target", "z"], "500=100"),
        (["progress", "x", "--as-of", "2020"], "2020-06-30"),
        (["ledger", "admit"], "LEDGER is missing"),
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_told_in_english(
    capsys: pytest.CaptureFixture[str], args: list[str], words: str
) -> None:
    status, out, err = run(capsys, "--lang", "en", *args)
    assert (status, out) == (2, "")
    assert words in err
    assert CHINESE.findall(err) == []


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("option", [["--lang", "en"], ["--lang=en"]], ids=" ".join)
def test_the_language_is_asked_for_anywhere(
    capsys: pytest.CaptureFixture[str], place: int, option: list[str]
) -> None:
    args = ["explain", "--help"]
    assert run(capsys, *args[:place], *option, *args[place:])[1].startswith("Usage: ")
    assert run(capsys, *args)[1].startswith("用法: ")


def test_the_environment_asks_too_and_the_option_wins(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HERBGIS_LANG", "en")
    assert run(capsys, "--help")[1].startswith("Usage: ")
    assert run(capsys, "--help", "--lang", "zh")[1].startswith("用法: ")
    monkeypatch.setenv("HERBGIS_LANG", "")
    assert run(capsys, "--help")[1].startswith("用法: ")


def test_a_language_that_there_is_not_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = [["--lang", "fr"], ["--lang=EN"], ["--lang"], ["--lang="]]
    for option in asked:
        status, out, err = run(capsys, "template", "--out", tmp_path / "x", *option)
        assert (status, out) == (2, "")
        assert "--lang" in err
    monkeypatch.setenv("HERBGIS_LANG", "english")
    status, out, err = run(capsys, "template", "--out", tmp_path / "x")
    assert (status, out) == (2, "")
    assert "HERBGIS_LANG" in err
    assert not (tmp_path / "x").exists()
    assert run(capsys, "--version", "--lang", "en")[0] == 0


def test_what_stands_behind_two_dashes_is_a_path(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "info", "--", "--lang")
    assert status == 2
    assert "找不到 --lang" in err


#: Columns of the sample's records that hold texts of its own.
_OWN = (
    *("base_id", "name", "variety", "varieties", "mode", "county", "township", "village"),
    *("operator", "reporting_unit", "data_note", "source_file", "source_layer", "survey_method"),
    *("declared_unit", "raw_variety", "raw_status", "raw_kind", "raw_declared_value", "evidence"),
    *("remark", "technical_support", "commissioner", "project_id"),
)
#: Of each run: standard output and error, and every file that it wrote.
RUNS: dict[str, list[str]] = {
    "validate": ["validate", "BATCH", "--out", "OUT/slips", "--fix", "safe"],
    "since": ["validate", "BATCH", "--since", "OUT/slips", "--out", "OUT/again", "--format=json"],
    "classify": ["classify", "SURVEY", "--out", "OUT/bases.gpkg"],
    "book": ["classify", "BATCH", "--out", "OUT/bases.xlsx"],
    "progress": ["progress", "OUT/bases.gpkg", "--by=county,variety", "--out", "OUT/progress.xlsx"],
    "json": ["progress", "OUT/bases.gpkg", "--format=json", "--as-of", "2020-03-31"],
    "compare": ["compare", "OUT/bases.xlsx", "OUT/bases.gpkg", "--out", "OUT/compare.xlsx"],
    "compare json": ["compare", "OUT/bases.xlsx", "OUT/bases.gpkg", "--format", "json"],
    "map": ["map", "BATCH", "--out", "OUT/map.html", "--dem", "DEM", "--colour-by", "operator"],
    "plan": ["plan", "LEDGER", "--out", "OUT/plan"],
    "visit": ["visit", "OUT/bases.gpkg", "--out", "OUT/visit.xlsx", "--on", "2020-06-01"],
    "production": ["production", "OUT/bases.gpkg", "--out", "OUT/production.xlsx"],
    "info": ["info", "LEDGER"],
    "info json": ["info", "BATCH", "--format", "json"],
    "template": ["template", "--out", "OUT/template"],
    "admit": ["ledger", "admit", "OUT/ledger.gpkg", "LEDGER", "--as-of", "2020-01-31"],
    "show": ["ledger", "show", "OUT/ledger.gpkg", "--targets", "OUT/template/任务分解.xlsx"],
    "export": ["ledger", "export", "OUT/ledger.gpkg", "--out", "OUT/exported"],
    "draw": ["audit", "draw", "LEDGER", "--count=20", "--seed=1", "--out", "OUT/form.xlsx"],
    "estimate": ["audit", "estimate", "OUT/form.xlsx"],
    **{code: ["explain", code] for code in codes()},
    "no file": ["progress", "nowhere.gpkg"],
    "no policy": ["info", "BATCH", "--policy", "tongren-2002"],
    "no code": ["explain", "HG999"],
    "no column": ["progress", "OUT/bases.gpkg", "--by", "colour"],
    "no map": ["map", "BATCH", "--out", "OUT/x.html", "--online", "bing"],
    "no ledger": ["ledger", "show", "OUT/bases.gpkg"],
    "no report": ["validate", "BATCH", "--since", "OUT/plan"],
    "no form": ["audit", "estimate", "OUT/visit.xlsx"],
    "no format": ["classify", "BATCH", "--out", "OUT/bases.txt"],
    "no targets": ["progress", "OUT/bases.gpkg", "--targets", "OUT/visit.xlsx"],
    "no boundaries": ["progress", "BATCH", "--counties", "OUT/visit.xlsx"],
    "no stop": ["visit", "OUT/bases.gpkg", "--must", "nobody"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("english")


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, dict[str, str]]:
    """What every run of `RUNS` says, and what stands in the files that it writes."""
    places = {
        "OUT": str(folder),
        "BATCH": str(SAMPLE.survey / "2020-06-batch"),
        "SURVEY": str(SAMPLE.survey),
        "LEDGER": str(SAMPLE.ledger),
        "DEM": str(SAMPLE.dem),
    }
    known: set[Path] = set()
    found: dict[str, dict[str, str]] = {}
    for name, args in RUNS.items():
        if name == "estimate":
            _fill_in(folder / "form.xlsx")
        said = _said([_placed(arg, places) for arg in args])
        written = {path for path in folder.rglob("*") if path.is_file()} - known
        known |= written
        texts = {path.relative_to(folder).as_posix(): _read(path) for path in sorted(written)}
        found[name] = {**said, **texts}
    return found


def _fill_in(form: Path) -> None:
    """As the crew does: the areas that the form has, all but the last."""
    book = openpyxl.load_workbook(form)
    page = book["Audit form"]
    heads = next(row for row in page.iter_rows() if row[0].value == "Base no.")
    places = {head.value: head.column - 1 for head in heads}
    for row in page.iter_rows(min_row=heads[0].row + 1, max_row=heads[0].row + 19):
        row[places["Area surveyed again (mu)"]].value = row[places["Counted area"]].value
    book.save(form)


def _placed(arg: str, places: Mapping[str, str]) -> str:
    return re.sub(r"^[A-Z]+(?=/|$)", lambda found: places.get(found[0], found[0]), arg)


def _said(args: list[str]) -> dict[str, str]:
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setattr(sys, "argv", ["herbgis", "--lang", "en", *args])
        with pytest.raises(SystemExit) as ended:
            main.main()
    return {"status": str(ended.value.code), "out": out.getvalue(), "err": err.getvalue()}


def _read(path: Path) -> str:
    """The texts of a file that people open."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as package:
            parts = [part for part in package.namelist() if not part.endswith(".gpkg")]
            return "\n".join(_read_part(part, package.read(part)) for part in parts)
    if path.suffix in {".xlsx", ".html", ".json", ".bat"}:
        return _read_part(path.name, path.read_bytes())
    return ""


def _read_part(name: str, content: bytes) -> str:
    if not name.endswith(".xlsx"):
        return content.decode("gbk" if name.endswith(".bat") else "utf-8")
    return "\n".join(_cells(openpyxl.load_workbook(io.BytesIO(content))))


def _cells(book: openpyxl.Workbook) -> Iterator[str]:
    """Tabs, cells, feet, and what is said of cells that are filled in."""
    for page in book.worksheets:
        yield page.title
        yield str(page.oddFooter.right.text)
        yield from (
            cell
            for row in page.iter_rows(values_only=True)
            for cell in row
            if isinstance(cell, str)
        )
        for rule in page.data_validations.dataValidation:
            yield from filter(None, (rule.error, rule.errorTitle, rule.prompt, rule.promptTitle))


@functools.cache
def _names() -> frozenset[str]:
    """Texts of the sample, names of places, varieties and files: what no language changes."""
    policy = hg.load_policy()
    names = {policy.title, "任务分解", "上报模板", "校验", *policy.varieties, *policy.crops}
    for column in ("county", "reporting_unit"):
        names |= {
            text for word in policy.words[column].values() for text in (word.name, word.title)
        }
    names |= {field.example for field in template_fields()}
    for source in (SAMPLE.survey, SAMPLE.ledger):
        survey = hg.read_survey(source)
        bases = survey.bases
        names |= {heading for used in survey.files["headings"] for heading in used.values()}
        names |= {text for path in survey.files["path"] for text in path.split("/")}
        for name in bases.columns.intersection([*_OWN]):
            for value in bases[name].dropna():
                names |= {*map(str, value)} if isinstance(value, (list, tuple)) else {str(value)}
    for file in (
        "基地分布图",
        "进度表",
        "问题清单",
        "问题地图",
        "修复后",
        "退回",
        "退回单",
        "汇总",
    ):
        names.add(file)
    names |= {"台账", "生产统计", "规划表", "规划图", "herbgis_历次", "村→Village", '"村"'}
    return frozenset(names)


@functools.cache
def _name() -> re.Pattern[str]:
    """Any of the names, the longest first; one character alone is none within a text."""
    names = sorted((name for name in _names() if len(name) > 1), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, names)))


def _chinese(text: str) -> list[str]:
    """Chinese of a text but names, and cells that are names or lists of them."""
    cells = {cell for cell in text.splitlines() if CHINESE.search(cell)}
    told = (cell for cell in cells if not _names().issuperset(cell.split("、")))
    return chinese_in(_name().sub("", "\n".join(sorted(told))))


@pytest.mark.parametrize("name", RUNS)
def test_what_a_run_says_is_in_english(told: dict[str, dict[str, str]], name: str) -> None:
    left = {where: chinese[:9] for where, text in told[name].items() if (chinese := _chinese(text))}
    assert left == {}
    wrong = name.startswith("no ")
    assert told[name]["status"] in (("2",) if wrong else ("0", "None", "1"))
    assert "Traceback" not in told[name]["err"]


def test_english_books_fit_on_paper(told: dict[str, dict[str, str]], folder: Path) -> None:
    books = sorted(folder.rglob("*.xlsx"))
    printed = [sheet for book in books for sheet in measure_book(book)]
    assert len(told) == len(RUNS)
    assert len(printed) > 40
    for sheet in printed:
        assert sheet.smallest >= 8 or sheet.sheet == "bases", sheet
        assert (sheet.clipped, sheet.long, sheet.high, sheet.uncached) == ((), (), (), 0), sheet
        assert sheet.numbered, sheet


def test_the_english_template_is_read_as_the_chinese_one(
    told: dict[str, dict[str, str]], folder: Path, tmp_path: Path
) -> None:
    assert told["template"]["status"] == "0"
    path = shutil.copy(folder / "template" / "上报模板.xlsx", tmp_path)
    book = openpyxl.load_workbook(path)
    page = book["Bases"]
    row = {"base_id": "YJ-1", "variety": "天麻", "kind": "seedling", "status": "building"}
    row |= {"declared_value": 620.5, "declared_unit": "mu", "traceable": "yes", "cost_wan": 18}
    for head in page[1]:
        page.cell(2, head.column).value = row.get(head.value)
    book.save(path)
    survey = hg.read_survey(path)
    read = survey.bases.iloc[0]
    assert len(survey.bases) == 1
    assert [read[name] for name in ("base_id", "variety", "kind", "status")] == [*row.values()][:4]
    assert (read["declared_mu"], read["traceable"], read["cost_wan"]) == (620.5, "yes", 18)
    targets = hg.read_targets(folder / "template" / "任务分解.xlsx")
    assert set(targets["tier"]) == {"500", "1000"}
    assert len(targets) == 2 * len(hg.load_policy().words["reporting_unit"])


def test_english_bases_count_as_the_chinese_ones(
    told: dict[str, dict[str, str]], folder: Path
) -> None:
    assert told["book"]["status"] == "0"
    bases = hg.classify(hg.validate(hg.read_survey(SAMPLE.survey / "2020-06-batch")).bases)
    again = pd.read_excel(folder / "bases.xlsx", engine="calamine")
    assert again.set_index("base_id")["counted_mu"].to_dict() == pytest.approx(
        bases["counted_mu"].round(6).to_dict(), nan_ok=True
    )
