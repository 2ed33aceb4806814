"""An odd thing in one record costs that record at most: every other comes back, and it is named."""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import herbgis as hg
from tests.helpers.oddities import Drawn, Odd, draw_odd_files, same_shape

#: Sixty by default, three hundred in CI's checks; HERBGIS_FIRST_ODDITY begins with others.
_FROM_ONE_FILE = 10
_COUNT = int(os.environ.get("HERBGIS_ODDITIES", "60")) // _FROM_ONE_FILE
_FIRST = int(os.environ.get("HERBGIS_FIRST_ODDITY", "0"))
_PROVENANCE = ("source_file", "source_layer", "source_row", "sheet_row")


@pytest.mark.parametrize("seed", range(_FIRST, _FIRST + _COUNT))
def test_an_odd_record_costs_itself_alone_and_is_named(
    tmp_path: Path, policy: hg.Policy, seed: int
) -> None:
    assert not faults_of(draw_odd_files(seed, tmp_path, count=_FROM_ONE_FILE), policy)


def faults_of(drawn: Drawn, policy: hg.Policy) -> dict[str, str]:
    """What is wrong with how odd files were read, by what is odd; nothing where all is right."""
    good = hg.read_survey(drawn.good, policy=policy).bases
    if good[drawn.key].tolist() != drawn.keys:
        return {f"{drawn.good.name} without anything odd": f"reads as {good[drawn.key].tolist()}"}
    faults = {odd.what: _fault_of(odd, drawn, good, policy) for odd in drawn.odd}
    return {what: fault for what, fault in faults.items() if fault}


def _fault_of(odd: Odd, drawn: Drawn, good: gpd.GeoDataFrame, policy: hg.Policy) -> str:
    survey = hg.read_survey(odd.path, policy=policy)
    found = survey.bases[drawn.key].tolist()
    for number, key in enumerate(drawn.keys):
        if number == odd.record:
            continue
        if found.count(key) != 1:
            return f"{key} stands there {found.count(key)} times"
        after = survey.bases.iloc[found.index(key)]
        difference = _difference(good.iloc[number], after, placed=odd.record is not None)
        if difference:
            return f"{key} differs in {difference}"
    if odd.record is None:
        return "" if len(survey.issues) else "the system is not named"
    return _passed_over(survey, good.iloc[odd.record], drawn.key, policy)


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


def _passed_over(survey: hg.Survey, good: pd.Series, key: str, policy: hg.Policy) -> str:
    """What was passed over in silence; nothing where no finding speaks of the odd thing."""
    after = survey.bases[survey.bases[key] == good[key]]
    if len(after) == 1 and not _difference(good, after.iloc[0], placed=True):
        return ""
    rows = {good["source_row"], *after["source_row"]}
    if _speaks_of(survey.issues, rows):
        return ""
    told = _speaks_of(hg.validate(survey, policy=policy).table, rows)
    return "" if told else "the odd record is not named"


def _speaks_of(issues: pd.DataFrame, rows: set[int]) -> bool:
    """Whether a finding stands on the file or on one of some rows; what was decided is none."""
    found = issues[~issues["code"].isin(["HG003", "HG005", "HG110"])]
    return bool((found["row"].isna() | found["row"].isin(rows)).any())
