"""What several tests share. The network stays shut: see the pytest section of pyproject.toml."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import pytest
from playwright.sync_api import Browser

import herbgis as hg
from tests.helpers.map_browser import chromium


@pytest.fixture(scope="session")
def policy() -> hg.Policy:
    return hg.load_policy()


@pytest.fixture(scope="session")
def counties() -> gpd.GeoDataFrame:
    return hg.read_counties()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running
