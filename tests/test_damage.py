"""Eight ways in which survey files are damaged: each named, and all that is readable kept."""

from __future__ import annotations

from pathlib import Path

import pytest

import herbgis as hg
from tests.damages import DAMAGES, Damage
from tests.make import assert_same_place
from tests.survey_files import TEXTS, truth


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damage_is_named_and_spoils_nothing_else(tmp_path: Path, damage: Damage) -> None:
    survey = hg.read_survey(damage.make(tmp_path))
    codes = set(survey.issues["code"])
    assert damage.code in codes if damage.code else not codes
    assert damage.line in survey.assumption_lines()[0]
    names = [TEXTS["JDMC"][record] for record in damage.texts]
    assert survey.bases["name"].dropna().tolist() == names
    drawn = survey.bases.geometry[survey.bases.geometry.notna()]
    assert len(drawn) == len(damage.shapes)
    for found, record in zip(drawn, damage.shapes, strict=True):
        assert_same_place(found, truth().geometry[record])


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_every_promised_record_is_kept_or_counted_as_lost(tmp_path: Path, damage: Damage) -> None:
    survey = hg.read_survey(damage.make(tmp_path))
    promised, read = survey.files["records"].sum(), survey.files["read"].sum()
    assert read == len(survey.bases)
    assert promised == read or "HG002" in set(survey.issues["code"])
