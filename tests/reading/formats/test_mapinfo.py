"""A MapInfo table of which a part was forgotten says which."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
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


@pytest.mark.parametrize("table", [".tab", ".mif"])
def test_a_zero_that_may_be_an_empty_cell_is_said(tmp_path: Path, table: str) -> None:
    """GDAL writes 0 for an empty number, and no for an empty flag: the format has neither."""
    path = tmp_path / f"a{table}"
    frame = sound()[["基地编号", "geometry"]].rename(columns=_ASCII).head(3)
    told = {
        "declared_value": pd.array([600.0, None, 0.0], dtype="Float64"),
        "households": pd.array([3, None, 2], dtype="Int64"),
        "certified": pd.array([True, None, True], dtype="boolean"),
    }
    by_gdal(frame.assign(**told), path, driver="MapInfo File", encoding="GBK")
    survey = hg.read_survey(path)
    assert survey.bases["declared_mu"].isna().tolist() == [False, True, True]
    said = "; ".join(survey.files["assumptions"].iloc[0])
    assert "上报数值为 0 的 2 条按没有填" in said
    assert "带动农户为 0 的 1 条分不清是 0 还是没有填" in said
    assert "认证为否的 1 条分不清是否还是没有填" in said
