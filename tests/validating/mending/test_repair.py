"""What the repair mends, what it proposes, and what it leaves to people."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

import herbgis as hg
from tests.helpers.offsets import cgcs2000_to_bd09, cgcs2000_to_gcj02
from tests.helpers.shapes import LAT, LON, frame, geod_mu, square
from tests.validating.rules.test_rules import needle, twice


def _repaired(
    shape: shapely.Geometry, counties: gpd.GeoDataFrame | None = None
) -> hg.ValidationReport:
    others = [square(100 + 30 * n, LON, LAT + 0.03 * (n + 1)) for n in range(2)]
    return hg.validate(frame([shape, *others]), counties=counties)


MENDED = {
    "a spike": (needle(square(300), 60), "HG106"),
    "a spike inward": (needle(square(300), -60), "HG106"),
    "a vertex twice": (shapely.Polygon(twice(square(300).exterior.coords)), "HG105"),
    "a closed line": (shapely.LineString(square(300).exterior.coords), "HG104"),
    "a line all but closed": (
        shapely.LineString([*square(300).exterior.coords[:-1], (square(300).bounds[2], LAT)]),
        "HG104",
    ),
}


@pytest.mark.parametrize("name", [n for n in MENDED if n != "a line all but closed"])
def test_what_needs_no_decision_is_mended(name: str) -> None:
    shape, code = MENDED[name]
    report = _repaired(shape)
    assert code in set(report.table["code"])
    mended = report.repaired()
    assert geod_mu(mended.geometry.iloc[0]) == pytest.approx(300, abs=0.01)
    assert code in report.changes["code"].tolist()
    assert report.changes["applied"].all()
    again = hg.validate(mended)
    assert code not in set(again.table["code"])
    assert again.summary["errors"] == 0


def test_a_line_with_a_wide_gap_is_left() -> None:
    gap = shapely.LineString(square(300).exterior.coords[:-1])
    report = _repaired(gap)
    assert report.repaired().geometry.iloc[0].geom_type == "LineString"
    assert "HG104" in set(hg.validate(report.repaired()).table["code"])


def test_a_crossing_is_left_to_people() -> None:
    west, south, east, north = square(300).bounds
    bow = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
    report = _repaired(bow)
    assert report.repaired().geometry.iloc[0].equals_exact(bow, 0)
    assert "HG102" not in set(report.changes["code"])


def test_a_ring_that_touches_itself_becomes_its_parts() -> None:
    west, south, east, north = square(300).bounds
    middle = ((west + east) / 2, (south + north) / 2)
    corners = [(west, south), middle, (east, south), (east, north), middle, (west, north)]
    report = _repaired(shapely.Polygon(corners))
    assert "HG102" in set(report.table["code"])
    mended = report.repaired().geometry.iloc[0]
    assert mended.is_valid
    change = report.changes.set_index("code").loc["HG102"]
    assert change["mu_before"] == change["mu_after"] == pytest.approx(150, abs=0.1)


def test_rings_are_turned_and_the_change_is_told() -> None:
    shell = shapely.Polygon(square(300).exterior.coords[::-1])
    report = _repaired(shell)
    assert (
        report.repaired().geometry.iloc[0].exterior.is_ccw
        == report.repaired().geometry.iloc[1].exterior.is_ccw
    )


@pytest.mark.parametrize(("mu", "applied"), [(500.02, False), (499.5, True), (520.0, True)])
def test_no_repair_takes_a_base_across_a_threshold(mu: float, applied: bool) -> None:
    """An inward needle hides about 0.04 亩, an outward one adds it."""
    shape = needle(square(mu), 60)
    grown = geod_mu(shape)
    low = square(mu - (grown - mu) if mu != 500.02 else 499.98)
    report = _repaired(needle(low, 60) if not applied else shape)
    change = report.changes[report.changes["code"] == "HG106"].iloc[0]
    assert bool(change["applied"]) is applied
    if not applied:
        assert change["mu_before"] >= 500 > change["mu_after"]
        assert "500亩以上" in change["why"]
        assert report.repaired().geometry.iloc[0].equals_exact(report.bases.geometry.iloc[0], 0)


@pytest.mark.parametrize(
    ("offset", "code"), [(cgcs2000_to_gcj02, "HG204"), (cgcs2000_to_bd09, "HG209")]
)
def test_an_offset_known_from_the_ledger_is_undone(
    offset: object, code: str, counties: gpd.GeoDataFrame
) -> None:
    truth = frame([square(300), square(200, LON, LAT + 0.05), square(150, LON, LAT - 0.05)])
    moved = shapely.transform(truth.geometry[0], lambda xy: np.column_stack(offset(*xy.T)))
    batch = truth.set_geometry(gpd.GeoSeries([moved, *truth.geometry[1:]], crs=4490))
    report = hg.validate(batch, counties=counties, against=truth)
    found = report.table[report.table["severity"] != "note"]
    assert found["code"].tolist() == [code]
    assert found["row"].tolist() == [1]
    assert shapely.hausdorff_distance(report.bases.geometry.iloc[0], truth.geometry[0]) < 1e-9
    again = hg.validate(report.repaired(), counties=counties, against=truth)
    assert again.summary["errors"] == 0


def test_an_offset_is_known_by_the_outline_that_the_ledger_has(counties: gpd.GeoDataFrame) -> None:
    """Under another id and name, but line by line the same once the offset is undone."""
    truth = frame([square(300), square(200, LON, LAT + 0.05)])
    moved = shapely.transform(
        truth.geometry[0], lambda xy: np.column_stack(cgcs2000_to_gcj02(*xy.T))
    )
    batch = truth.set_geometry(gpd.GeoSeries([moved, truth.geometry[1]], crs=4490))
    ledger = truth.iloc[[0]].assign(base_id="520625-2018-001", name="旧名")
    report = hg.validate(batch, counties=counties, against=ledger)
    errors = report.table[report.table["severity"] == "error"]
    assert errors["code"].tolist() == ["HG204", "HG304"]


def test_a_whole_layer_displaced_is_one_finding(counties: gpd.GeoDataFrame) -> None:
    truth = frame([square(200 + n, LON, LAT + 0.03 * n) for n in range(4)])
    moved = shapely.transform(
        truth.geometry.array, lambda xy: np.column_stack(cgcs2000_to_gcj02(*xy.T))
    )
    report = hg.validate(truth.set_geometry(moved, crs=4490), counties=counties, against=truth)
    errors = report.table[report.table["severity"] == "error"]
    assert errors["code"].tolist() == ["HG006"]
    assert "GCJ-02" in errors["message"].iloc[0]
    assert all("HG006" in codes for codes in report.bases["blocked_by"])


def test_metres_of_another_zone_are_put_right(tmp_path: Path, counties: gpd.GeoDataFrame) -> None:
    """A record of zone 37 among those of zone 36, none with the number in front."""
    truth = frame([square(200 + n, LON, LAT + 0.03 * n) for n in range(3)])
    metres = truth.to_crs(4545)
    other = truth.to_crs(4546).geometry[1]
    mixed = metres.set_geometry(
        gpd.GeoSeries([metres.geometry[0], other, metres.geometry[2]], crs=4545)
    )
    mixed.to_file(tmp_path / "基地.gpkg")
    report = hg.validate(hg.read_survey(tmp_path / "基地.gpkg"), counties=counties)
    errors = report.table[report.table["severity"] == "error"]
    assert list(zip(errors["code"], errors["row"], strict=True)) == [("HG208", 2)]
    assert shapely.hausdorff_distance(report.bases.geometry.iloc[1], truth.geometry[1]) < 1e-7


def test_repairing_leaves_the_report_alone() -> None:
    report = _repaired(needle(square(300), 60))
    before = report.bases.copy()
    report.repaired()
    assert report.bases.geometry.equals(before.geometry)
    assert list(report.bases.columns) == list(before.columns)
