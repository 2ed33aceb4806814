"""How planes stretch areas, beside the areas that PROJ's planes give."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely

from herbgis.geo.stretch import stretch_of_gauss_kruger, stretch_of_web_mercator
from tests.helpers.seeded import project
from tests.helpers.shapes import MU_M2, geod_mu, square


@pytest.mark.parametrize("lat", [18.0, 28.0, 41.0, 53.0])
def test_web_mercator(lat: float) -> None:
    there = project(square(10, 108.5, lat), pyproj.Transformer.from_crs(4490, 3857, always_xy=True))
    wanted = shapely.area(there) / MU_M2 / geod_mu(square(10, 108.5, lat))
    assert stretch_of_web_mercator(np.array([lat]))[0] == pytest.approx(wanted, rel=2e-7)


@pytest.mark.parametrize("lat", [18.0, 28.0, 53.0])
@pytest.mark.parametrize("east", [-6.0, -3.0, -0.5, 0.0, 1.5, 6.0])
def test_gauss_kruger(lat: float, east: float) -> None:
    lon = 108.0 + east
    to_plane = pyproj.Transformer.from_crs(4490, 4545, always_xy=True)
    wanted = shapely.area(project(square(10, lon, lat), to_plane)) / MU_M2
    wanted /= geod_mu(square(10, lon, lat))
    here = (np.array([value]) for value in (lon, lat, 108.0))
    assert stretch_of_gauss_kruger(*here)[0] == pytest.approx(wanted, rel=2e-7)
