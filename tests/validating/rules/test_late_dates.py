"""HG504 of a day that lies ahead: after the batch's day, or after the policy's year."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import herbgis as hg
from tests.helpers.shapes import LON, frame, square

LATE = ["2029-03-12", "2021-01-01", "2021", "2021年1月", "二〇二九年三月", "2029年上半年"]
IN_YEAR = ["2020-12-31", "2020", "2020年12月", "2020年底", "2019-06-01", "2020年下半年"]


def _records(*days: str, **columns: object) -> gpd.GeoDataFrame:
    shapes = [square(600, LON + n * 0.02) for n in range(len(days))]
    return frame(shapes, **{"surveyed_on": list(days), "declared_mu": 600.0, **columns})


def _said(report: hg.ValidationReport) -> dict[int, str]:
    found = report.table[report.table["code"] == "HG504"]
    return dict(zip(found["row"].astype(int), found["message"], strict=True))


@pytest.mark.parametrize("written", [*LATE, *IN_YEAR])
@pytest.mark.parametrize("column", ["surveyed_on", "completed_on"])
def test_a_day_after_the_policys_year_is_an_error(written: str, column: str) -> None:
    days = {"surveyed_on": ["2020-03-10", "2020-03-11"], "completed_on": ["2019-01-01"] * 2}
    days[column][1] = written
    given = _records(*days["surveyed_on"], completed_on=days["completed_on"])
    report = hg.validate(given)
    said = _said(report)
    assert set(said) == ({2} if written in LATE else set())
    assert all("晚于工作要点的 2020 年" in text and written in text for text in said.values())
    bases = hg.classify(report.bases)
    assert bases["blocked_by"].map(len).tolist() == [0, int(written in LATE)]
    assert hg.count_progress(bases).as_of <= dt.date(2020, 12, 31)


@pytest.mark.parametrize("status", ["building", "planned", "unknown"])
def test_what_is_still_to_be_built_has_its_day_ahead(status: str) -> None:
    given = _records("2020-03-10", completed_on="2021-11-30", status=status)
    assert not _said(hg.validate(given))
    assert not _said(hg.validate(given, as_of=dt.date(2020, 3, 31)))


@pytest.mark.parametrize(
    ("as_of", "late"),
    [("2020-03-09", {1, 2, 3}), ("2020-03-10", {2, 3}), ("2020-06-30", {3}), ("2030-01-01", set())],
)
def test_a_day_after_the_batchs_is_an_error(as_of: str, late: set[int]) -> None:
    given = _records("2020-03-10", "2020-06-30", "2029-03-12")
    report = hg.validate(given, as_of=dt.date.fromisoformat(as_of))
    said = _said(report)
    assert set(said) == late
    assert all(f"晚于截止日 {as_of}" in text for text in said.values())


def test_another_year_of_the_policy_takes_its_days(policy: hg.Policy) -> None:
    given = _records("2029-03-10", "2029-12-31", "2030-01-01")
    of_2029 = dataclasses.replace(policy, year=2029)
    report = hg.validate(given, policy=of_2029)
    assert set(_said(report)) == {3}
    bases = hg.classify(report.bases, policy=of_2029)
    assert hg.count_progress(bases, policy=of_2029).as_of == dt.date(2029, 12, 31)


@pytest.mark.parametrize("validated", [True, False])
def test_a_day_ahead_never_names_the_count_or_a_batch(tmp_path: Path, *, validated: bool) -> None:
    given = _records("2020-03-10", "2029-03-12", "2020-03-11")
    bases = hg.classify(hg.validate(given).bases if validated else given)
    progress = hg.count_progress(bases)
    assert progress.as_of == dt.date(2020, 3, 11)
    assert "2029" not in repr(progress)
    assert hg.make_schedule(bases).as_of == dt.date(2020, 3, 11)
    assert hg.count_progress(bases[bases["surveyed_on"] > pd.Timestamp(2021, 1, 1)]).as_of is None
    if validated:
        admission = hg.admit(tmp_path / "台账.gpkg", bases)
        assert admission.on == dt.date(2020, 3, 11)
        assert admission.table["outcome"].tolist() == ["new", "pending", "new"]
        only_late = bases[bases["surveyed_on"] > pd.Timestamp(2021, 1, 1)]
        with pytest.raises(hg.LedgerError, match="都晚于 2020 年"):
            hg.admit(tmp_path / "另一本.gpkg", only_late)
