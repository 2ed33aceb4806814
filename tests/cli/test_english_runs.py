"""The program speaks English where it is asked to: what is Chinese then is data and names."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from herbgis.cli import main

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
