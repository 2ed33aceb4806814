"""What several tests share. The network stays shut: see the pytest section of pyproject.toml."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import pytest
from hypothesis import settings
from playwright.sync_api import Browser

import herbgis as hg
from tests.helpers.map_browser import chromium

# How long one example takes is no test's matter: a busy machine is slow.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


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
