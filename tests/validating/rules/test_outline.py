"""Spikes are found, and mended, in a part among others as in a polygon of its own."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

import herbgis as hg
from tests.helpers.shapes import LAT, LON, east_of, frame, square

_STEP = 0.001


def _spiked(number: int) -> shapely.Polygon:
    """A field with a needle of its own length and width, outward or inward, on one of its sides."""
    length, width = (0.3 + 0.1 * number) * (-1) ** (number // 4), 0.001 * (number % 4)
    needle = [(2, 1), (2 + length, 1 + width), (2, 1 + 2 * width)]
    corners = [(0, 0), (2, 0), *needle, (2, 2), (0, 2)]
    turned = np.array(corners) @ np.linalg.matrix_power(np.array([[0, 1], [-1, 0]]), number % 3)
    return shapely.Polygon(np.array([LON, LAT]) + turned * _STEP)


_PARTS = {
    "alone": lambda field: field,
    "a multipart of one": lambda field: shapely.MultiPolygon([field]),
    "the first part": lambda field: shapely.MultiPolygon([field, east_of(square(200), 5000)]),
    "the last part": lambda field: shapely.MultiPolygon([east_of(square(200), 5000), field]),
}


@pytest.mark.parametrize("number", range(10))
@pytest.mark.parametrize("where", _PARTS)
def test_a_spike_is_found_in_every_part(where: str, number: int) -> None:
    field = _spiked(number)
    alone, found = (
        hg.validate(frame([shape])).table.query("code == 'HG106'")
        for shape in (field, _PARTS[where](field))
    )
    assert len(alone) == 1
    columns = ["message", "lon", "lat", "measured", "mu_at_stake"]
    assert found[columns].to_numpy().tolist() == alone[columns].to_numpy().tolist()


def test_spikes_of_several_records_stand_with_their_records() -> None:
    """Plain polygons and multiparts by turns: each spike at its own row."""
    fields = [east_of(_spiked(n), 3000 * n) for n in range(10)]
    shapes = [f if n % 2 else shapely.MultiPolygon([f]) for n, f in enumerate(fields)]
    table = hg.validate(frame(shapes)).table.query("code == 'HG106'")
    assert sorted(table["row"]) == list(range(1, 11))
    for row, lon in zip(table["row"], table["lon"], strict=True):
        west, _, east, _ = fields[row - 1].bounds
        assert west - 1e-6 <= lon <= east + 1e-6


@pytest.mark.parametrize("number", [0, 4])
@pytest.mark.parametrize("where", _PARTS)
def test_a_needle_without_land_is_cut_off_every_part(where: str, number: int) -> None:
    given = frame([_PARTS[where](_spiked(number))])
    report = hg.validate(given)
    assert "HG106" in set(report.changes["code"])
    after = hg.validate(report.repaired())
    assert "HG106" not in set(after.table["code"])
    assert after.bases["surveyed_mu"].iloc[0] == pytest.approx(
        report.bases["surveyed_mu"].iloc[0], abs=0.01
    )
