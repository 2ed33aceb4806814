"""The page's scripts, a function at a time, against the same thing in Python."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pytest
import shapely
from playwright.sync_api import Browser

import herbgis as hg
from tests.helpers.map_browser import BASES, opened
from tests.helpers.map_page import data_of

Points = npt.NDArray[np.float64]


def rough(rng: np.random.Generator, parts: int) -> shapely.MultiPolygon:
    """Rough rings beside each other, every other one with a hole, anywhere in China."""
    middle = rng.uniform([75, 18], [135, 54])
    turns = np.linspace(0, 2 * np.pi, 30, endpoint=False)
    ring = np.column_stack([np.cos(turns), np.sin(turns)])
    polygons = []
    for n in range(parts):
        outer = ring * rng.uniform(0.006, 0.008, (30, 1)) + middle + (0.02 * n, 0)
        holes = [ring * 0.002 + middle + (0.02 * n, 0)] if n % 2 else []
        polygons.append(shapely.Polygon(outer, holes))
    return shapely.MultiPolygon(polygons)


@pytest.fixture(scope="module")
def shapes() -> list[shapely.MultiPolygon]:
    rng = np.random.default_rng(11)
    return [rough(rng, n % 4 + 1) for n in range(60)]


@pytest.fixture(scope="module")
def bases(shapes: list[shapely.MultiPolygon]) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(12)
    mu = rng.uniform(10, 3000, len(shapes)).round(2)
    return gpd.GeoDataFrame(
        {"counted_mu": mu, "name": [f"基地{n}" for n in range(len(shapes))]},
        geometry=shapes,
        crs=4490,
    )


def test_outlines_are_unpacked_as_python_reads_them(
    browser: Browser, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    drawn = hg.draw_map(bases)
    page = opened(browser, drawn, tmp_path).page
    found = page.evaluate(
        f"""() => {{
          const {{at}} = {BASES}.bases, {{vertices, rings, shapes}} = {BASES}.bases.outlines();
          return [at, vertices, rings, shapes].map(list => Array.from(list));
        }}"""
    )
    at, vertices, rings, ends = (np.array(values) for values in found)
    there = data_of(drawn.get_root().render(), "bases")["bases"]
    np.testing.assert_allclose(at.reshape(-1, 2) / 1e5, [base["at"] for base in there], atol=1e-9)
    for n, base in enumerate(there):
        wanted = [ring for part in base["parts"] for ring in part]
        for ring, r in zip(wanted, range(ends[n], ends[n + 1]), strict=True):
            here = vertices.reshape(-1, 2)[rings[r] : rings[r + 1]] / 1e5
            np.testing.assert_allclose(here, ring, atol=1e-9)
    assert rings[-1] * 2 == len(vertices)


def test_a_place_lies_in_the_bases_in_which_shapely_has_it(
    browser: Browser, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    """Holes are outside, and so is the land between the parts of a base."""
    page = opened(browser, hg.draw_map(bases), tmp_path).page
    rng = np.random.default_rng(13)
    points = []
    for shape in bases.geometry:
        west, south, east, north = shape.bounds
        points.append(rng.uniform([west, south], [east, north], (12, 2)))
    places: Points = np.concatenate(points)
    inside = page.evaluate(
        f"""(places) => {{
          const layer = {BASES}, steps = layer.bases.data.steps;
          const of = ([lon, lat]) => layer._around(lon * steps, lat * steps)
            .filter(i => layer._encloses(i, lon * steps, lat * steps))
            .map(i => layer.bases.get('name', i));
          return places.map(of);
        }}""",
        places.tolist(),
    )
    tree = shapely.STRtree(bases.geometry.to_numpy())
    edge = np.array([shapely.boundary(shape) for shape in bases.geometry], dtype=object)
    for place, names in zip(places, inside, strict=True):
        point = shapely.Point(place)
        if shapely.distance(edge, point).min() < 2e-5:
            continue  # a step from the line, where packing decides
        true = {str(bases["name"].iloc[n]) for n in tree.query(point, "intersects")}
        assert set(names) == true


def test_symbols_stand_where_the_map_has_their_places(
    browser: Browser, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    page = opened(browser, hg.draw_map(bases), tmp_path).page
    worst = page.evaluate(
        f"""() => {{
          const layer = {BASES}, map = layer._map;
          return Math.max(...Array.from({{length: layer.bases.count}}, (_, i) => {{
            const point = layer._point(i, layer._drawn);
            const there = map.latLngToLayerPoint(layer.bases.latLng(i));
            return there.distanceTo(L.point(point.x, point.y));
          }}));
        }}"""
    )
    assert worst < 1


def test_the_grid_finds_what_a_full_look_finds(
    browser: Browser, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    page = opened(browser, hg.draw_map(bases), tmp_path).page
    same = page.evaluate(
        f"""() => {{
          const layer = {BASES}, map = layer._map;
          const all = Array.from({{length: layer.bases.count}}, (_, i) => i);
          return all.every(i => {{
            const place = layer.bases.latLng(i), point = map.latLngToLayerPoint(place);
            const near = all.filter(n => layer._covers(n, 0, 0, point, false));
            return layer._hit(place) === Math.max(...near);
          }});
        }}"""
    )
    assert same
