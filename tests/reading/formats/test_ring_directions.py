"""Shapefiles whose rings turn the wrong way, as writers leave them that copy GeoJSON's rings."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import shapely

import herbgis as hg
from tests.helpers.odd_bytes import turn_rings
from tests.helpers.shapes import LAT, LON, frame, geod_mu


def _box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A box by its corners in thousandths of a degree."""
    made = shapely.box(west, south, east, north)
    return shapely.transform(made, lambda xy: (LON, LAT) + xy / 1000)


def _field(west: float, *holes: shapely.Polygon) -> shapely.Polygon:
    return shapely.Polygon(_box(west, 0, west + 8, 8).exterior, [h.exterior for h in holes])


_HOLE, _ISLAND = _box(1, 1, 5, 5), _box(2, 2, 3, 3)
#: What is surveyed, by its rings.
_DRAWN: dict[str, shapely.Geometry] = {
    "one ring": _field(0),
    "a hole": _field(0, _HOLE),
    "two holes": _field(0, _HOLE, _box(6, 1, 7, 7)),
    "an island": shapely.MultiPolygon([_field(0, _HOLE), _ISLAND]),
    "two parts": shapely.MultiPolygon([_field(0), _field(10)]),
    "two parts, a hole": shapely.MultiPolygon([_field(0), _field(10, _box(11, 1, 13, 3))]),
}


def _turnings() -> list[tuple[str, tuple[bool, ...]]]:
    rings = {name: len(shapely.get_rings(shapely.get_parts(d))) for name, d in _DRAWN.items()}
    return [
        (name, turned)
        for name, count in rings.items()
        for turned in itertools.product((False, True), repeat=count)
    ]


@pytest.mark.parametrize(("name", "turned"), _turnings())
def test_holes_are_told_by_where_they_lie(
    name: str, turned: tuple[bool, ...], tmp_path: Path
) -> None:
    drawn, other = _DRAWN[name], _box(30, 0, 38, 8)
    path = tmp_path / "图斑.shp"
    frame([drawn, other])[["base_id", "name", "county", "geometry"]].to_file(path, encoding="UTF-8")
    turn_rings(path, turned)
    survey = hg.read_survey(path)
    report = hg.validate(survey)
    assert not report.table["code"].isin(["HG102", "HG103", "HG104", "HG112"]).any()
    assert report.bases["surveyed_mu"].iloc[0] == pytest.approx(geod_mu(drawn), abs=1e-4)
    mended = report.repaired()
    assert shapely.normalize(mended.geometry.iloc[0]).equals(shapely.normalize(drawn))
    assert shapely.equals(survey.bases.geometry.iloc[1], other)


def test_rings_that_cross_or_stand_twice_stay_as_they_are(tmp_path: Path) -> None:
    """Where nesting does not tell, nothing is decided."""
    crossing = shapely.MultiPolygon([_field(0), _field(4)])
    twice = shapely.MultiPolygon([_field(20), _field(20)])
    path = tmp_path / "图斑.shp"
    frame([crossing, twice])[["base_id", "geometry"]].to_file(path, encoding="UTF-8")
    report = hg.validate(hg.read_survey(path))
    told = report.table[["row", "code"]].to_numpy().tolist()
    assert [1, "HG112"] in told
    assert [2, "HG103"] in told
