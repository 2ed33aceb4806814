"""What several tests share. The network stays shut: see the pytest section of pyproject.toml."""

from __future__ import annotations

import geopandas as gpd
import pytest

import herbgis as hg


@pytest.fixture(scope="session")
def policy() -> hg.Policy:
    return hg.load_policy()


@pytest.fixture(scope="session")
def counties() -> gpd.GeoDataFrame:
    return hg.read_counties()
