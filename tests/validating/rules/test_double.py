"""One judge of land claimed twice: within a batch, against counted bases, and on admission."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import shapely.affinity

import herbgis as hg
from herbgis.foundation.language import speaking
from tests.helpers.shapes import east_of, frame, geod_mu, square

#: What becomes of a base that laps onto another: its code, severity, and 亩 at stake.
Judged = tuple[str, str, float]
Way = Callable[[gpd.GeoDataFrame, gpd.GeoDataFrame], Judged]


def _column(mu: float, lapping_mu: float) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Two bases of four square parcels each, parcel beside parcel, each pair lapping so much."""
    first = square(mu / 4)
    west, south, east, north = first.bounds
    own = [shapely.affinity.translate(first, 0, row * 1.01 * (north - south)) for row in range(4)]
    step = (east - west) * (1 - lapping_mu / mu)
    lapped = [shapely.affinity.translate(shape, step) for shape in own]
    common = [shapely.intersection(a, b) for a, b in zip(own, lapped, strict=True)]
    assert sum(map(geod_mu, common)) == pytest.approx(lapping_mu, rel=1e-3)
    return (
        frame(own, base_id="甲", name="甲", declared_mu=mu),
        frame(lapped, base_id="乙", name="乙", declared_mu=mu),
    )


def _only(report: hg.ValidationReport, blocked: int) -> Judged:
    """The one finding, and that it blocks nothing but itself where it is no error."""
    found = report.table.iloc[0]
    assert len(report.table) == 1
    graves = blocked if found["severity"] == "error" else 0
    assert report.bases["blocked_by"].map(bool).sum() == graves
    return found["code"], found["severity"], found["mu_at_stake"]


def _in_one_batch(known: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> Judged:
    both = pd.concat([known, new], ignore_index=True)
    return _only(hg.validate(gpd.GeoDataFrame(both)), 2)


def _against_records(known: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> Judged:
    return _only(hg.validate(new, against=known), 1)


def _against_bases(known: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> Judged:
    return _only(hg.validate(new, against=hg.classify(known)), 1)


WAYS: dict[str, tuple[str, Way]] = {
    "in one batch": ("HG303", _in_one_batch),
    "against records": ("HG304", _against_records),
    "against bases": ("HG304", _against_bases),
}
#: 亩 of each base, and what they share: by the policy 1% of the smaller, or 5 亩.
TOLERATED = [(400.0, 3.98), (2000.0, 4.98)]
TOO_MUCH = [(400.0, 4.02), (2000.0, 5.02), (2000.0, 17.16)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("mu", "lapping", "severity"),
    [(*case, "note") for case in TOLERATED] + [(*case, "error") for case in TOO_MUCH],
)
def test_a_base_is_judged_by_all_its_land_whichever_way_it_is_met(
    way: str, mu: float, lapping: float, severity: str
) -> None:
    code, judge = WAYS[way]
    found, gravity, at_stake = judge(*_column(mu, lapping))
    assert (found, gravity) == (code, severity)
    assert at_stake == pytest.approx(lapping, rel=1e-3, abs=0.005)


@pytest.mark.parametrize(
    ("mu", "lapping", "outcome"),
    [(*case, "new") for case in TOLERATED] + [(*case, "pending") for case in TOO_MUCH],
)
def test_admission_judges_alike(mu: float, lapping: float, outcome: str, tmp_path: Path) -> None:
    known, new = _column(mu, lapping)
    ledger, day = tmp_path / "台账.gpkg", dt.date(2020, 1, 31)
    hg.admit(ledger, hg.classify(hg.validate(known).bases), on=day)
    admitted = hg.admit(ledger, hg.classify(hg.validate(new).bases), on=day).table.iloc[0]
    assert admitted["outcome"] == outcome
    said = f"与台账中 甲 重叠 {lapping:.2f} 亩"
    assert admitted["why"] == (said if outcome == "pending" else "")


def test_land_that_parcels_of_one_base_share_is_lapped_once() -> None:
    """Two parcels of 乙 upon each other reach 3 亩 into 甲: 3 亩 are in question, not 6."""
    known, new = _column(2000, 12)
    twice = pd.concat([new.iloc[[0]], new.iloc[[0]]], ignore_index=True)
    report = hg.validate(gpd.GeoDataFrame(twice), against=known)
    found = report.table[report.table["code"] == "HG304"]
    assert found["mu_at_stake"].tolist() == pytest.approx([3.0], abs=0.01)
    assert found["severity"].tolist() == ["note"]


def test_before_and_after_are_measured_alike() -> None:
    """HG305 counts a ledger's own overlaps once, as those of the batch."""
    parcel = square(300)
    base = frame([parcel, east_of(parcel, 300)], base_id="甲", name="甲", declared_mu=600.0)
    report = hg.validate(base, against=base)
    update = report.table[report.table["code"] == "HG305"].iloc[0]
    assert update["measured"] == update["allowed"] < 600


def test_a_tier_that_is_lost_is_named_in_the_language() -> None:
    records = frame([square(520.0), square(260.0)], base_id=["A", "B"])
    with speaking("en"):
        told = hg.validate(records).table.query("code == 'HG303'")["suggestion"].str.cat()
    assert "“500 to below 1,000 mu” becomes “below 500 mu”" in told
