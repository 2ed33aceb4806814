"""Boundaries displaced as map services displace them, and the edition that every result names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

import herbgis as hg
from herbgis.geo.geodesy import Floats
from herbgis.geo.offsets import gcj02_offset, gcj02_to_bd09
from herbgis.reading.counties import BOUNDARIES
from tests.helpers.shapes import frame, square

Moving = Callable[[Floats], Floats]


def _gcj(xy: Floats) -> Floats:
    return np.asarray(xy + np.column_stack(gcj02_offset(*xy.T)))


def _bd(xy: Floats) -> Floats:
    return np.column_stack(gcj02_to_bd09(*_gcj(xy).T))


def _redrawn(xy: Floats) -> Floats:
    """Another edition: its lines wave to and fro by 100 m."""
    return np.asarray(xy + 0.001 * np.sin(200 * xy))


def _moved(tmp_path: Path, move: Moving, shapes: np.ndarray | None = None) -> gpd.GeoDataFrame:
    counties = hg.read_counties()
    given = counties.geometry.array if shapes is None else shapes
    path = tmp_path / "县界.gpkg"
    counties.set_geometry(gpd.GeoSeries(shapely.transform(given, move), crs=4490)).to_file(path)
    return hg.read_counties(path)


@pytest.mark.parametrize("name", ["GCJ-02", "BD-09"])
@pytest.mark.parametrize("simplified", [0, 0.0005, 0.001, 0.002, 0.004])
def test_an_offset_is_told_by_our_lines_and_taken_off(
    tmp_path: Path, name: str, simplified: float
) -> None:
    ours = hg.read_counties().geometry.array
    shapes = shapely.simplify(ours, simplified)
    counties = _moved(tmp_path, {"GCJ-02": _gcj, "BD-09": _bd}[name], shapes)
    assert (
        np.abs(
            shapely.get_coordinates(counties.geometry.array) - shapely.get_coordinates(shapes)
        ).max()
        < 1e-8
    )
    assert name in counties.attrs[BOUNDARIES]
    assert "已换算" in counties.attrs[BOUNDARIES]


@pytest.mark.parametrize(
    "move",
    [
        lambda xy: xy,
        lambda xy: xy + [0.004, -0.003],
        lambda xy: xy + [0.0005, 0],
        lambda xy: _gcj(xy + [0.001, 0]),
        _redrawn,
        lambda xy: _redrawn(_redrawn(xy)),
    ],
)
def test_lines_that_are_only_others_stay_as_they_are(tmp_path: Path, move: Moving) -> None:
    counties = _moved(tmp_path, move)
    ours = hg.read_counties()
    assert counties.attrs[BOUNDARIES] == "县界.gpkg"
    expected = shapely.transform(ours.geometry.array, move)
    assert shapely.hausdorff_distance(counties.geometry.array, expected).max() < 1e-6


def test_weak_evidence_moves_nothing_and_is_said(tmp_path: Path) -> None:
    def partly(xy: Floats) -> Floats:
        kept = np.arange(len(xy)) % 10 < 3
        return np.where(kept[:, None], _gcj(xy), _gcj(_redrawn(xy)))

    ours = hg.read_counties().geometry.array
    open_rings = shapely.simplify(ours, 0)
    path = tmp_path / "县界.gpkg"
    rings = [
        partly(
            shapely.get_coordinates(
                shape.geoms[0].exterior if shape.geom_type == "MultiPolygon" else shape.exterior
            )[:-1]
        )
        for shape in open_rings
    ]
    table = hg.read_counties().set_geometry(
        gpd.GeoSeries([shapely.Polygon(r) for r in rings], crs=4490)
    )
    table.to_file(path)
    counties = hg.read_counties(path)
    assert "未换算" in counties.attrs[BOUNDARIES]
    assert np.allclose(counties.total_bounds, table.total_bounds)


def test_every_result_names_the_boundaries_that_it_used(tmp_path: Path) -> None:
    path = tmp_path / "自己的县界.gpkg"
    hg.read_counties().to_file(path)
    counties = hg.read_counties(path)
    report = hg.validate(frame([square(620)]), counties=counties)
    bases = hg.classify(report.bases)
    for table in (report.bases, bases):
        assert "县界: 自己的县界.gpkg" in hg.list_data_notes(table)
    assert "县界=自己的县界.gpkg" in report.as_dict()["files"][0]["assumptions"]
    page = tmp_path / "a.html"
    hg.draw_map(bases, counties=counties).save(page)
    assert "自己的县界.gpkg" in page.read_text(encoding="utf-8")
    alone = hg.validate(frame([square(620)]))
    assert hg.list_data_notes(alone.bases) == []
