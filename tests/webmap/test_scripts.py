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
    # From far away symbols are pointed at, and the outlines around are too many to be asked for.
    page.evaluate(f"() => {BASES}._map.setZoom(14, {{animate: false}})")
    rng = np.random.default_rng(13)
    boxes = bases.geometry.bounds.to_numpy()
    places: Points = np.concatenate([rng.uniform(box[:2], box[2:], (12, 2)) for box in boxes])
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
    shapes, edges = bases.geometry.to_numpy(), shapely.boundary(bases.geometry.to_numpy())
    points = shapely.points(places)
    # A step from the line, where packing decides.
    unsure = set(shapely.STRtree(edges).query(points, "dwithin", distance=2e-5)[0])
    true: list[set[str]] = [set() for _ in places]
    for place, base in shapely.STRtree(shapes).query(points, "intersects").T:
        true[place].add(str(bases["name"].iloc[base]))
    sure = [place for place in range(len(places)) if place not in unsure]
    assert len(sure) > 0.9 * len(places)
    assert [set(inside[place]) for place in sure] == [true[place] for place in sure]


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
