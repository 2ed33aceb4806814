"""An odd thing in one record costs that record at most: every other comes back, and it is named."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

import herbgis as hg
from tests.helpers.oddities import Odd, draw_odd_file, same_shape

#: Three hundred in the suite; HERBGIS_ODDITIES draws more, HERBGIS_FIRST_ODDITY others.
_FIRST = int(os.environ.get("HERBGIS_FIRST_ODDITY", "0"))
_SEEDS = range(_FIRST, _FIRST + int(os.environ.get("HERBGIS_ODDITIES", "300")))
_IN_ONE_TEST = 20
_PROVENANCE = ("source_file", "source_layer", "source_row", "sheet_row")


@pytest.mark.parametrize("first", _SEEDS[::_IN_ONE_TEST])
def test_an_odd_record_costs_itself_alone_and_is_named(tmp_path: Path, first: int) -> None:
    faults = {}
    for seed in range(first, first + _IN_ONE_TEST):
        odd = draw_odd_file(seed, tmp_path / str(seed))
        fault = fault_of(odd)
        if fault:
            faults[seed] = f"{odd.what}: {fault}"
    assert not faults


def fault_of(odd: Odd) -> str:
    """What is wrong with how an odd file was read; nothing where all is right."""
    good, survey = hg.read_survey(odd.good), hg.read_survey(odd.odd)
    before = good.bases.set_index(odd.key, drop=False)
    after = survey.bases.set_index(odd.key, drop=False)
    if before.index.tolist() != odd.keys:
        return f"the good file reads as {before.index.tolist()}"
    for number, key in enumerate(odd.keys):
        if number == odd.record:
            continue
        if after.index.tolist().count(key) != 1:
            return f"{key} stands there {after.index.tolist().count(key)} times"
        difference = _difference(before.loc[key], after.loc[key], placed=odd.record is not None)
        if difference:
            return f"{key} differs in {difference}"
    return _passed_over(odd, survey, before)


def _difference(one: pd.Series, other: pd.Series, *, placed: bool) -> str:
    """The first column in which two records differ, but for where they stand in the file."""
    # An id made of file, layer and row moves with the row.
    made = ["base_id"] if "#" in one["base_id"] else []
    for column in one.index.difference([*_PROVENANCE, *made, "geometry", "raw_geometry"]):
        pair = [
            value if isinstance(value, list) else [value] for value in (one[column], other[column])
        ]
        if not pd.Series(pair[0]).equals(pd.Series(pair[1])):
            return f"{column}: {one[column]!r}, {other[column]!r}"
    if placed and not same_shape(one.geometry, other.geometry):
        return "geometry"
    return ""


def _passed_over(odd: Odd, survey: hg.Survey, before: pd.DataFrame) -> str:
    """What was passed over in silence; nothing where no finding speaks of the odd thing."""
    if odd.record is None:
        return "" if len(survey.issues) else "the system is not named"
    key = odd.keys[odd.record]
    after = survey.bases[survey.bases[odd.key] == key]
    if len(after) == 1 and not _difference(before.loc[key], after.iloc[0], placed=True):
        return ""
    rows = {odd.record + 1, *after["source_row"]}
    if _speaks_of(survey.issues, rows) or _speaks_of(hg.validate(survey).table, rows):
        return ""
    return "the odd record is not named"


def _speaks_of(issues: pd.DataFrame, rows: set[int]) -> bool:
    """Whether a finding stands on the file or on one of some rows; what was decided is none."""
    found = issues[~issues["code"].isin(["HG003", "HG005", "HG110"])]
    return bool((found["row"].isna() | found["row"].isin(rows)).any())
