"""Eastings without a zone: the one zone that lies in the counties, where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

import herbgis as hg
from tests.helpers.make import (
    LAT,
    LON,
    assert_same_place,
    gauss_kruger,
    project,
    rectangle,
    row_of,
    swapped,
)

_BARE = gauss_kruger(36, prefixed=False)
#: A place in each county of Tongren, all in zone 36, and one more.
_PLACES = [(point.x, point.y) for point in hg.read_counties().geometry.representative_point()] + [
    (LON, LAT)
]


def _dat(folder: Path, shapes: Sequence[shapely.Geometry], name: str = "a.dat") -> Path:
    lines = []
    for code, shape in zip("ABCDEFGH", shapes, strict=False):
        corners = shapely.get_coordinates(shape)[:-1].tolist()
        lines += [f"{n},{code},{x:.4f},{y:.4f},512.3" for n, (x, y) in enumerate(corners, 1)]
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("lon", "lat"), _PLACES)
def test_points_without_a_zone_lie_in_the_one_that_leads_into_the_counties(
    tmp_path: Path, lon: float, lat: float
) -> None:
    true = row_of(2, lon=lon - 0.005, lat=lat)
    survey = hg.read_survey(_dat(tmp_path, [project(shape, _BARE) for shape in true]))
    assert list(survey.issues["code"]) == ["HG004"]
    report = hg.validate(survey, counties=hg.read_counties())
    for found, shape in zip(report.bases.geometry, true, strict=True):
        assert_same_place(found, shape)
    assert "HG004" not in set(report.table["code"])
    told = report.table[report.table["code"] == "HG005"]
    assert told["message"].str.contains("36带").tolist() == [True]
    assert report.files["crs"].tolist() == ["EPSG:4545"]
    assert "只有这一带落在县界内" in " ".join(report.files["assumptions"].iloc[0])
    assert report.bases["raw_geometry"].isna().all()
    assert not {"HG004", "HG101"} & set(report.bases["blocked_by"].explode())


def test_northings_first_too(tmp_path: Path) -> None:
    true = row_of(2)
    path = _dat(tmp_path, [swapped(project(shape, _BARE)) for shape in true])
    report = hg.validate(hg.read_survey(path), counties=hg.read_counties())
    for found, shape in zip(report.bases.geometry, true, strict=True):
        assert_same_place(found, shape)
    assert "两轴对调" in " ".join(report.table["message"])


def _counties(*lons: float) -> gpd.GeoDataFrame:
    squares = [shapely.box(lon - 0.2, LAT - 0.2, lon + 0.2, LAT + 0.2) for lon in lons]
    names = ["碧江区", "万山区", "江口县"][: len(lons)]
    return gpd.GeoDataFrame({"county": names}, geometry=squares, crs="EPSG:4490")


@pytest.mark.parametrize(
    "lons", [(LON, LON + 3), (LON - 3, LON), (LON - 3, LON, LON + 3), (LON + 1,)]
)
def test_two_zones_or_none_that_do_leave_it_open(tmp_path: Path, lons: tuple[float, ...]) -> None:
    path = _dat(tmp_path, [project(rectangle(), _BARE)])
    report = hg.validate(hg.read_survey(path), counties=_counties(*lons))
    assert "HG004" in set(report.bases["blocked_by"].iloc[0])
    assert report.bases["raw_geometry"].notna().all()


def test_without_counties_it_stays_open(tmp_path: Path) -> None:
    report = hg.validate(hg.read_survey(_dat(tmp_path, [project(rectangle(), _BARE)])))
    assert "HG004" in set(report.bases["blocked_by"].iloc[0])


@pytest.mark.parametrize(("x", "y"), [(5.0, 7.0), (545_000.0, 93.0), (36.0, 3_093_000.0)])
def test_numbers_of_no_zone_stay_open(tmp_path: Path, x: float, y: float) -> None:
    path = _dat(tmp_path, [shapely.box(x, y, x + 2, y + 2)])
    report = hg.validate(hg.read_survey(path), counties=hg.read_counties())
    assert report.bases.geometry.isna().all()


def test_several_files_each_have_their_zone_and_others_are_left_alone(tmp_path: Path) -> None:
    true = row_of(3)
    _dat(tmp_path, [project(true[0], _BARE)], "a.dat")
    _dat(tmp_path, [project(true[1], gauss_kruger(36))], "b.dat")
    _dat(tmp_path, [project(true[2], _BARE)], "c.dat")
    survey = hg.read_survey(tmp_path)
    before = survey.bases.copy(), survey.issues.copy(), survey.files.copy()
    report = hg.validate(survey, counties=hg.read_counties())
    for found, shape in zip(report.bases.geometry, true, strict=True):
        assert_same_place(found, shape)
    assert report.files["crs"].tolist() == ["EPSG:4545", "EPSG:4524", "EPSG:4545"]
    assert report.table["code"].tolist().count("HG005") == 3
    assert survey.bases.equals(before[0])
    assert survey.issues.equals(before[1])
    assert survey.files["crs"].equals(before[2]["crs"])
