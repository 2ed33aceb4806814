"""Zones and old datums beside what PROJ's registry says of their codes."""

from __future__ import annotations

import pyproj
import pytest

from herbgis.geo import datums, zones


@pytest.mark.parametrize("datum", ["CGCS2000", *(old.name for old in datums.OLD_DATUMS)])
@pytest.mark.parametrize("zone", [*range(13, 24), *range(25, 46)])
def test_zone_codes_name_the_datum_and_the_central_meridian(zone: int, datum: str) -> None:
    for prefixed in (True, False):
        system = zones.GaussKruger(zone, prefixed, datum)
        crs = pyproj.CRS.from_epsg(system.epsg)
        parameters = {p.name: p.value for p in crs.coordinate_operation.params}
        meridian = 3 * zone if system.width == 3 else 6 * zone - 3
        assert parameters["Longitude of natural origin"] == meridian
        assert parameters["False easting"] == (zone * 1e6 + 5e5 if prefixed else 5e5)
        assert crs.name.startswith(datum)
        assert zones.gauss_kruger_of(system.epsg) == system
        assert system.other_form.other_form == system


@pytest.mark.parametrize("zone", [12, 24, 46])
def test_zones_outside_china_are_refused(zone: int) -> None:
    with pytest.raises(ValueError, match="25 至 45"):
        _ = zones.GaussKruger(zone, prefixed=True).epsg


@pytest.mark.parametrize("epsg", [4490, 4326, 3857, 2348, 2391, 4512, 4555])
def test_other_codes_name_no_zone(epsg: int) -> None:
    found = zones.gauss_kruger_of(epsg)
    assert found is None or found.epsg == epsg
    assert (found is None) == (epsg in {4490, 4326, 3857, 2391, 4555})


@pytest.mark.parametrize("old", datums.OLD_DATUMS, ids=lambda old: old.key)
def test_an_old_datum_is_what_the_registry_says(old: datums.OldDatum) -> None:
    crs = pyproj.CRS.from_epsg(old.degrees_epsg)
    assert crs.is_geographic
    assert crs.name == old.name
    assert crs.ellipsoid is not None
    assert crs.ellipsoid.semi_major_metre == old.semi_major_m
    assert old.key == old.name.lower().replace(" ", "_")
    assert old.name.endswith(old.mark)


def test_the_ellipsoid_is_that_of_cgcs2000() -> None:
    ellipsoid = pyproj.CRS.from_epsg(datums.CGCS2000_EPSG).ellipsoid
    assert ellipsoid is not None
    assert ellipsoid.semi_major_metre == datums.SEMI_MAJOR_M
    assert 1 / ellipsoid.inverse_flattening == datums.FLATTENING
