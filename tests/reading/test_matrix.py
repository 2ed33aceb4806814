"""The matrix: every format in every encoding, its system stated, missing or contradicted."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

import herbgis as hg
from tests.helpers.make import MILLIMETRE_DEG, assert_same_place
from tests.helpers.survey_files import CASES, TEXTS, Case, truth

#: What the columns of the base table say of each base.
EXPECTED = {
    "base_id": TEXTS["JDBH"],
    "name": TEXTS["JDMC"],
    "variety": ["天麻", "白芨", "天麻", "前胡"],
    "varieties": [["天麻"], ["白芨"], ["天麻", "黄精"], ["前胡"]],
    "county_code": ["520625"] * 4,
    "declared_mu": TEXTS["面积_亩"],
    "status": ["built", "building", "planned", "built"],
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_went_in_comes_back(tmp_path: Path, case: Case) -> None:
    survey = hg.read_survey(case.write(case.frame(), tmp_path))
    assert sorted(survey.issues["code"]) == sorted(case.codes)
    count = len(case.kind.records)
    assert (survey.files["records"].sum(), survey.files["read"].sum()) == (count, count)
    key = case.kind.columns[0]
    bases = survey.bases.set_index(key, drop=False)
    bases = bases.loc[[EXPECTED[key][record] for record in case.kind.records]]
    for column in case.kind.columns:
        assert bases[column].tolist() == [EXPECTED[column][r] for r in case.kind.records]
    if case.kind.tolerance_m is None:
        assert shapely.is_missing(bases.geometry.array).all()
        return
    tolerance = case.kind.tolerance_m * 1000 * MILLIMETRE_DEG
    for found, record in zip(bases.geometry, case.kind.records, strict=True):
        assert_same_place(found, truth().geometry[record], tolerance)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_was_decided_is_said(tmp_path: Path, case: Case) -> None:
    survey = hg.read_survey(case.write(case.frame(), tmp_path))
    (line,) = survey.assumption_lines()
    assert line.endswith(f"记录 {len(case.kind.records)}/{len(case.kind.records)}")
    assert ("由内容判定" in line) >= ("HG003" in case.codes)
    assert ("由坐标推断" in line) == ("HG005" in case.codes)
    assert ("与坐标不符" in line) == ("HG006" in case.codes)
