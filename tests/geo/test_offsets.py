"""Offsets of map services there and back, and beside what a published converter shows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from herbgis.geo import offsets
from tests.helpers.offsets import cgcs2000_to_bd09, cgcs2000_to_gcj02
from tests.helpers.shapes import GEOD

FORWARD = {"GCJ-02": cgcs2000_to_gcj02, "BD-09": cgcs2000_to_bd09}


@pytest.mark.parametrize("name", ["GCJ-02", "BD-09"])
@given(
    lon=st.floats(73.5, 135.0),
    lat=st.floats(18.0, 53.5),
)
def test_offsets_go_there_and_back_within_a_millimetre(name: str, lon: float, lat: float) -> None:
    there = FORWARD[name](np.array([lon]), np.array([lat]))
    back = offsets.OFFSETS[name](*there)
    assert GEOD.inv(lon, lat, back[0][0], back[1][0])[2] < 0.001


def test_gcj02_is_about_560_m_off_in_tongren() -> None:
    there = cgcs2000_to_gcj02(np.array([109.19]), np.array([27.72]))
    assert 500 < GEOD.inv(109.19, 27.72, there[0][0], there[1][0])[2] < 620


@pytest.mark.parametrize("name", ["GCJ-02", "BD-09"])
def test_offsets_go_there_and_back_all_over_tongren(name: str) -> None:
    lon, lat = map(
        np.ravel, np.meshgrid(np.linspace(107.7, 109.6, 96), np.linspace(27.1, 29.1, 101))
    )
    there = FORWARD[name](lon, lat)
    back = offsets.OFFSETS[name](*there)
    assert max(GEOD.inv(lon, lat, *back)[2]) < 0.001


def test_the_pair_that_a_published_converter_shows() -> None:
    # wandergis/coordtransform, README: 116.404, 39.915 from WGS84 to GCJ-02, GCJ-02 to BD-09.
    tiananmen = np.array([116.404]), np.array([39.915])
    gcj = cgcs2000_to_gcj02(*tiananmen)
    assert np.ravel(gcj) == pytest.approx([116.41024449916938, 39.91640428150164], abs=1e-9)
    bd = cgcs2000_to_bd09(*offsets.gcj02_to_cgcs2000(*tiananmen))
    assert np.ravel(bd) == pytest.approx([116.41036949371029, 39.92133699351021], abs=1e-9)


def test_bd09_is_about_1100_m_off_in_tongren() -> None:
    there = cgcs2000_to_bd09(np.array([109.19]), np.array([27.72]))
    assert 900 < GEOD.inv(109.19, 27.72, there[0][0], there[1][0])[2] < 1300
