"""A polygon whose outline was drawn beside it as a line: one field, and a note."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

import herbgis as hg
from tests.helpers.shapes import LAT, LON, east_of, frame, geod_mu, square

_FIELD = square(600)
_HOLED = shapely.Polygon(_FIELD.exterior, [square(50).exterior])
_ROUND = shapely.Point(LON, LAT).buffer(0.003, quad_segs=6)
#: Polygons, and a closed line along the outer ring of each.
_BESIDE: dict[str, tuple[shapely.Geometry, shapely.Geometry]] = {
    "a square": (_FIELD, shapely.LineString(_FIELD.exterior)),
    "the line turns the other way": (_FIELD, shapely.LineString(_FIELD.exterior.coords[::-1])),
    "the line begins elsewhere": (
        _FIELD,
        shapely.LineString(np.roll(_FIELD.exterior.coords[:-1], 2, 0)[[0, 1, 2, 3, 0]]),
    ),
    "a polygon with a hole": (_HOLED, shapely.LineString(_HOLED.exterior)),
    "many corners": (_ROUND, shapely.LineString(_ROUND.exterior)),
}


def _kml(path: Path, shapes: list[shapely.Geometry], *, in_one: bool = False) -> Path:
    def ring(line: shapely.Geometry) -> str:
        spots = " ".join(f"{lon!r},{lat!r},0" for lon, lat in line.coords)
        return f"<coordinates>{spots}</coordinates>"

    def drawn(shape: shapely.Geometry) -> str:
        if shape.geom_type == "LineString":
            return f"<LineString>{ring(shape)}</LineString>"
        shell = (
            f"<outerBoundaryIs><LinearRing>{ring(shape.exterior)}</LinearRing></outerBoundaryIs>"
        )
        holes = "".join(
            f"<innerBoundaryIs><LinearRing>{ring(hole)}</LinearRing></innerBoundaryIs>"
            for hole in shape.interiors
        )
        return f"<Polygon>{shell}{holes}</Polygon>"

    each = [drawn(shape) for shape in shapes]
    if in_one:
        each = [f"<MultiGeometry>{''.join(each)}</MultiGeometry>"]
    marks = "".join(f"<Placemark><name>基地</name>{one}</Placemark>" for one in each)
    path.write_text(
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>',
        encoding="utf-8",
    )
    return path


def _as_kml(path: Path, shapes: list[shapely.Geometry]) -> hg.Survey:
    return hg.read_survey(_kml(path / "图斑.kml", shapes))


def _as_geojson(path: Path, shapes: list[shapely.Geometry]) -> hg.Survey:
    table = gpd.GeoDataFrame({"名称": ["a", "b"]}, geometry=shapes, crs="EPSG:4326")
    table.to_file(path / "图斑.geojson", COORDINATE_PRECISION=17)
    return hg.read_survey(path / "图斑.geojson")


def _as_geopackage(path: Path, shapes: list[shapely.Geometry]) -> hg.Survey:
    table = gpd.GeoDataFrame({"名称": ["a", "b"]}, geometry=shapes, crs="EPSG:4490")
    table.to_file(path / "图斑.gpkg")
    return hg.read_survey(path / "图斑.gpkg")


@pytest.mark.parametrize("read", [_as_kml, _as_geojson, _as_geopackage])
@pytest.mark.parametrize("line_first", [False, True])
@pytest.mark.parametrize("name", _BESIDE)
def test_an_outline_beside_its_polygon_is_a_note(
    name: str,
    line_first: bool,
    read: Callable[[Path, list[shapely.Geometry]], hg.Survey],
    tmp_path: Path,
) -> None:
    field, line = _BESIDE[name]
    report = hg.validate(read(tmp_path, [line, field] if line_first else [field, line]))
    assert len(report.bases) == 2
    shape = report.table[report.table["code"].str.startswith(("HG1", "HG3"))]
    assert shape[["code", "severity"]].to_numpy().tolist() == [["HG104", "note"]]
    assert shape["row"].tolist() == [1 if line_first else 2]
    for table in (report.bases, report.repaired(), hg.classify(report.repaired())):
        assert table["surveyed_mu"].sum() == pytest.approx(geod_mu(field), abs=0.01)


@pytest.mark.parametrize("name", _BESIDE)
def test_an_outline_in_its_polygons_own_placemark_is_left_out(name: str, tmp_path: Path) -> None:
    field, line = _BESIDE[name]
    survey = hg.read_survey(_kml(tmp_path / "图斑.kml", [line, field], in_one=True))
    assert survey.bases.geometry.iloc[0].geom_type == "Polygon"
    assert any("1 个线或点未用" in said for said in survey.files["assumptions"].iloc[0])
    assert hg.measure(survey.bases)["surveyed_mu"].sum() == pytest.approx(geod_mu(field), abs=0.01)


def test_another_closed_line_is_a_field_as_before(tmp_path: Path) -> None:
    other = shapely.LineString(east_of(_FIELD, 5000).exterior)
    report = hg.validate(_as_kml(tmp_path, [_FIELD, other]))
    assert report.bases.geometry.geom_type.tolist() == ["Polygon", "Polygon"]
    beside = hg.validate(frame([_FIELD, other]))
    assert beside.table.loc[beside.table["code"] == "HG104", "severity"].tolist() == ["error"]
    assert beside.repaired()["surveyed_mu"].notna().all()
