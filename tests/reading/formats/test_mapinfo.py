"""A MapInfo table of which a part was forgotten says which."""

from __future__ import annotations

from pathlib import Path

import pytest

import herbgis as hg
from tests.helpers.odd_files import IDS, sound
from tests.helpers.survey_files import by_gdal

#: Headings that MapInfo's files hold as they are.
_ASCII = {"基地编号": "JDBH"}


def _without(folder: Path, table: str, part: str) -> Path:
    path = folder / f"a{table}"
    frame = sound()[["基地编号", "geometry"]].rename(columns=_ASCII)
    by_gdal(frame, path, driver="MapInfo File", encoding="GBK")
    for file in folder.iterdir():
        if file.suffix.lower() == part:
            file.unlink()
    return path


@pytest.mark.parametrize("in_folder", [False, True])
@pytest.mark.parametrize("part", [".dat", ".id"])
def test_a_tab_that_cannot_be_read_says_what_lacks(
    tmp_path: Path, part: str, *, in_folder: bool
) -> None:
    path = _without(tmp_path, ".tab", part)
    issues = hg.read_survey(tmp_path if in_folder else path).issues
    assert issues["code"].tolist() == ["HG001"]
    assert part in issues["message"].iloc[0]
    assert len(issues["message"].iloc[0]) <= 40


def test_a_mif_without_its_words_says_so(tmp_path: Path) -> None:
    survey = hg.read_survey(_without(tmp_path, ".mif", ".mid"))
    assert survey.bases.geometry.notna().sum() == len(IDS)
    assert survey.issues["code"].tolist() == ["HG001"]
    assert ".mid" in survey.issues["message"].iloc[0]


@pytest.mark.parametrize("table", [".tab", ".mif"])
def test_a_whole_table_says_nothing(tmp_path: Path, table: str) -> None:
    survey = hg.read_survey(_without(tmp_path, table, ".none"))
    assert survey.bases["base_id"].tolist() == IDS
    assert survey.issues.query("code == 'HG001'").empty
