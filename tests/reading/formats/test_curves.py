"""Arcs of a GeoPackage become points, and the land is right to a hundredth of a 亩."""

from __future__ import annotations

import struct
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

import herbgis as hg
from herbgis.foundation.units import MU_M2
from herbgis.reading.formats.arcs import points_of_bulge, points_through
from herbgis.reading.formats.wkb import decode
from tests.helpers.odd_bytes import COMPOUND, circular, curve_polygon, line, put_geometry

X, Y = 525_000.0, 3_165_000.0
SYSTEM = "EPSG:4545"


def _circle(radius: float, x: float = X) -> bytes:
    """A circle as programs write it: two half circles."""
    around = [(x - radius, Y), (x, Y + radius), (x + radius, Y), (x, Y - radius), (x - radius, Y)]
    return circular(around)


def _track(length: float, radius: float) -> bytes:
    """Two straight sides and two half circles."""
    right, top = X + length, Y + 2 * radius
    pieces = [
        struct.pack("<BI", 1, 2) + line([(X, Y), (right, Y)]),
        circular([(right, Y), (right + radius, Y + radius), (right, top)]),
        struct.pack("<BI", 1, 2) + line([(right, top), (X, top)]),
        circular([(X, top), (X - radius, Y + radius), (X, Y)]),
    ]
    return struct.pack("<BII", 1, COMPOUND, len(pieces)) + b"".join(pieces)


def _surfaces(*curves: bytes) -> bytes:
    return struct.pack("<BII", 1, 12, len(curves)) + b"".join(curves)


def _radius(mu: float) -> float:
    return float(np.sqrt(mu * MU_M2 / np.pi))


#: Well-known binary, and its area in 亩 on the plane by its formula.
CURVES = {
    **{f"a circle of {mu} 亩": (curve_polygon(_circle(_radius(mu))), mu) for mu in (0.5, 10, 500)},
    "a circle at the threshold": (curve_polygon(_circle(_radius(1000.7))), 1000.7),
    "a circle of 3,000 亩": (curve_polygon(_circle(_radius(3000))), 3000),
    "one point and its opposite": (
        curve_polygon(circular([(X, Y), (X + 600, Y), (X, Y)])),
        np.pi * 300**2 / MU_M2,
    ),
    "a track": (curve_polygon(_track(900, 250)), (900 * 500 + np.pi * 250**2) / MU_M2),
    "a circle with a round hole": (
        curve_polygon(_circle(_radius(1000)), _circle(_radius(100))),
        900,
    ),
    "two circles": (
        _surfaces(
            curve_polygon(_circle(_radius(400))), curve_polygon(_circle(_radius(600), X + 2000))
        ),
        1000,
    ),
    "a circle the other way": (
        curve_polygon(
            circular([(X, Y), (X + 300, Y - 300), (X + 600, Y), (X + 300, Y + 300), (X, Y)])
        ),
        np.pi * 300**2 / MU_M2,
    ),
    "arcs that are straight": (
        curve_polygon(
            circular(
                [
                    *[(X, Y), (X + 300, Y), (X + 600, Y)],
                    *[(X + 600, Y + 200), (X + 600, Y + 400), (X + 300, Y + 200), (X, Y)],
                ]
            )
        ),
        None,
    ),
}


@pytest.mark.parametrize("kind", CURVES)
def test_land_within_arcs_is_right_to_a_hundredth(kind: str) -> None:
    wkb, mu = CURVES[kind]
    found = decode(np.array([None, wkb], dtype=object))
    assert found.curved == [1]
    assert shapely.is_valid(found.geometry[1])
    if mu is not None:
        assert abs(shapely.area(found.geometry[1]) / MU_M2 - mu) < 0.01


def _file(folder: Path, curves: int) -> Path:
    path = folder / "基地.gpkg"
    shapes = [shapely.box(X + 3000 * n, Y, X + 3000 * n + 500, Y + 500) for n in range(3)]
    frame = gpd.GeoDataFrame({"基地编号": ["a", "b", "c"]}, geometry=shapes, crs=SYSTEM)
    frame.to_file(path, layer="基地")
    for fid in range(1, curves + 1):
        put_geometry(path, curve_polygon(_circle(_radius(1000.7))), fid=fid, srs=4545)
    return path


@pytest.mark.parametrize(("curves", "rows"), [(0, []), (1, [1]), (2, [1, 2]), (3, [None])])
def test_records_with_arcs_are_named(tmp_path: Path, curves: int, rows: list[int | None]) -> None:
    survey = hg.read_survey(_file(tmp_path, curves))
    found = survey.issues[survey.issues["code"] == "HG111"]
    assert [None if pd.isna(row) else int(row) for row in found["row"]] == rows
    bases = hg.validate(survey).bases
    # 25 km from its meridian the plane of a zone is larger by the square of that over the radius.
    true = 1000.7 / (1 + (25_000 / 6_371_000) ** 2)
    assert all(abs(mu - true) < 0.01 for mu in bases["surveyed_mu"][:curves])


@pytest.mark.parametrize("bulge", [0.05, 0.4142135623730951, 1.0, -1.0, 2.0, -0.3])
def test_an_arc_by_its_bulge_is_the_arc_through_its_middle(bulge: float) -> None:
    start, end = np.array([0.0, 0.0]), np.array([100.0, 30.0])
    by_bulge = points_of_bulge(start, end, bulge)
    chord = end - start
    middle = start + chord / 2 + bulge / 2 * np.array([chord[1], -chord[0]])
    through = points_through(start, middle, end)
    ring = shapely.LineString(np.vstack([start, by_bulge, end]))
    other = shapely.LineString(np.vstack([start, through, end]))
    assert shapely.hausdorff_distance(ring, other) < 0.01


@pytest.mark.parametrize("corners", [2, 4, 6])
def test_arcs_that_lack_a_corner_are_said(corners: int) -> None:
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    ring = circular(np.column_stack([np.cos(angles), np.sin(angles)]).tolist())
    found = decode(np.array([curve_polygon(ring)], dtype=object))
    assert found.geometry.tolist() == [None]
    assert [*found.broken] == [0]


@pytest.mark.parametrize("kind", CURVES)
def test_arcs_of_a_geodatabase_are_read_as_those_of_a_geopackage(tmp_path: Path, kind: str) -> None:
    curve, mu = CURVES[kind]
    path = tmp_path / "基地.gdb"
    # GDAL writes arcs into a layer only where it is declared to have none.
    pyogrio.raw.write(
        path,
        np.array([curve], dtype=object),
        [np.array(["A1"], dtype=object)],
        ["基地编号"],
        layer="jd",
        driver="OpenFileGDB",
        geometry_type="MultiPolygon",
        crs=SYSTEM,
    )
    survey = hg.read_survey(path)
    assert survey.issues["code"].tolist() == ["HG111"]
    land = gpd.GeoSeries(survey.bases.geometry).to_crs(SYSTEM)
    expected = shapely.area(decode(np.array([curve], dtype=object)).geometry)[0] / MU_M2
    assert land.area.sum() / MU_M2 == pytest.approx(expected if mu is None else mu, abs=0.01)
