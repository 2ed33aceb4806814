"""What became of each finding: open, new, of a base sent for the first time, absent, withdrawn."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import herbgis as hg
from herbgis.validating.comeback import compare_reports, records_of
from tests.helpers.shapes import east_of, frame, square

_ONE = square(620)
_OVER = square(620)
_FAR = east_of(square(700), 4000)


def _validated(shapes: list[Any], **columns: Any) -> hg.ValidationReport:
    return hg.validate(frame(shapes, **columns))


def _told(report: hg.ValidationReport) -> dict[str, Any]:
    return {**report.as_dict(), "records": records_of(report)}


_SOUND = ([_ONE, _FAR], {})
_NO_CROP = ([_ONE, _FAR], {"variety": [None, "黄精"]})
_ODD_DAY = ([_ONE, _FAR], {"surveyed_on": ["2020-13-45", "2020-03-01"]})
_TWICE = ([_ONE, _OVER, _FAR], {"base_id": ["A", "B", "C"]})
_KINDS = {
    "mended": (_NO_CROP, _SOUND, {"mended"}),
    "nothing done": (_NO_CROP, _NO_CROP, {"open"}),
    "not sent again": (_NO_CROP, ([_FAR], {"base_id": ["520625-2020-002"]}), {"absent"}),
    "another defect of a base sent before": (_SOUND, _ODD_DAY, {"new"}),
    "one mended, one new": (_NO_CROP, _ODD_DAY, {"mended", "new"}),
    "a base sent for the first time": (
        ([_ONE], {"base_id": ["A"]}),
        ([_ONE, _FAR], {"base_id": ["A", "B"], "variety": ["黄精", None]}),
        {"added"},
    ),
    "one of two alike withdrawn": (
        _TWICE,
        ([_ONE, _FAR], {"base_id": ["A", "C"]}),
        {"withdrawn"},
    ),
    "the other of two alike withdrawn": (
        _TWICE,
        ([_OVER, _FAR], {"base_id": ["B", "C"]}),
        {"mended"},
    ),
    "none of two alike withdrawn": (_TWICE, _TWICE, {"open"}),
    "one of two alike mended": (
        _TWICE,
        ([_ONE, east_of(_ONE, 9000), _FAR], {"base_id": ["A", "B", "C"]}),
        {"mended"},
    ),
    "sound before and after": (_SOUND, _SOUND, set()),
}


@pytest.mark.parametrize("kind", _KINDS)
def test_what_became_of_it(kind: str) -> None:
    before, after, states = _KINDS[kind]
    told = compare_reports(
        _told(_validated(before[0], **before[1])), _validated(after[0], **after[1])
    )
    assert set(told["state"]) == states


def test_rows_are_numbered_as_in_the_list_of_issues() -> None:
    report = _validated(_NO_CROP[0], **_NO_CROP[1])
    table = report.table.assign(sheet_row=pd.array([7] * len(report.table), dtype="Int64"))
    before = {**_told(report), "issues": table.astype(object).to_dict("records")}
    told = compare_reports(before, _validated(_SOUND[0]))
    assert told["sheet_row"].tolist() == [7] * len(told)
