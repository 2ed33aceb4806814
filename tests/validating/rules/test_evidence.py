"""Parcels of one base: near or apart, and apart they are no evidence of an offset."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import herbgis as hg
from herbgis.reading.understanding.survey import survey_of
from herbgis.validating.rules.evidence import Batch
from tests.helpers.offsets import cgcs2000_to_bd09, cgcs2000_to_gcj02
from tests.helpers.shapes import frame, square

POLICY = hg.load_policy()
_DIRECTIONS = range(0, 360, 30)


def _moved(shape: shapely.Geometry, metres: float, direction_deg: float) -> shapely.Geometry:
    """A shape moved; directions are counted from the east, counterclockwise."""
    lat = np.radians(shapely.get_coordinates(shape)[:, 1].mean())
    turn = np.radians(direction_deg)
    east = np.degrees(metres * np.cos(turn) / (6378137 * np.cos(lat)))
    north = np.degrees(metres * np.sin(turn) / 6356752)
    return shapely.transform(shape, lambda xy: xy + (east, north))


def _one_base(*parcels: shapely.Geometry) -> gpd.GeoDataFrame:
    return frame(parcels, base_id="520625-2020-001", name="基地")


@pytest.mark.parametrize("direction", _DIRECTIONS)
@pytest.mark.parametrize("apart_m", [600, 850, 1100])
def test_two_parcels_apart_are_right_as_they_are(
    apart_m: float, direction: float, counties: gpd.GeoDataFrame
) -> None:
    here = square(270)
    parcels = [here, _moved(here, apart_m, direction)]
    report = hg.validate(_one_base(*parcels), counties=counties)
    assert not report.table["code"].str.startswith("HG2").any()
    assert shapely.equals_identical(np.asarray(report.bases.geometry.array), parcels).all()


@pytest.mark.parametrize("forward", [cgcs2000_to_gcj02, cgcs2000_to_bd09])
@pytest.mark.parametrize("direction", _DIRECTIONS)
def test_what_an_offset_parted_is_said_to_be_apart(
    forward: object, direction: float, counties: gpd.GeoDataFrame
) -> None:
    """Beside its other parcel alone nobody knows: it stays, and somebody looks at it."""
    here = square(270)
    there = _moved(here, 430, direction)
    displaced = shapely.transform(there, lambda xy: np.column_stack(forward(*xy.T)))  # type: ignore[operator]
    report = hg.validate(_one_base(here, displaced), counties=counties)
    assert not report.table["code"].isin(["HG204", "HG209"]).any()
    assert shapely.equals_identical(report.bases.geometry.iloc[1], displaced)


@pytest.mark.parametrize(("apart_m", "lonely"), [(19.0, False), (21.0, True)])
@pytest.mark.parametrize("direction", [0, 90, 180, 270])
@pytest.mark.parametrize("lat", [24.0, 28.0, 50.0])
def test_near_is_as_many_metres_in_every_direction(
    lat: float, direction: float, apart_m: float, lonely: bool
) -> None:
    here = square(100, lat=lat)
    side = float(np.sqrt(100 * 10000 / 15))
    bases = survey_of(_one_base(here, _moved(here, side + apart_m, direction)), policy=POLICY).bases
    texts, flags = pd.Series(["EPSG:4490"] * 2), pd.Series([False] * 2)
    batch = Batch(bases, None, None, texts, flags, POLICY)
    assert batch.lonely.tolist() == [lonely] * 2
