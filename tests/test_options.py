"""Options objects of public steps: the old keywords mean the same, and wrong ones are told."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

import geopandas as gpd
import pytest
import shapely

import herbgis as hg
from herbgis.planning.sites.gathering import LandKeywords
from herbgis.planning.visit.roads import RouteKeywords
from herbgis.webmap.options import PageKeywords
from tests.helpers.make import LAT, LON
from tests.planning.land.test_suitability import DEGREE, frame, plane, write_raster
from tests.planning.visit.test_visit import HOTEL, classified, minutes

SETS: dict[str, tuple[Callable[..., Any], str, type, Any]] = {
    "choose_visit": (hg.choose_visit, "route", hg.RouteOptions, RouteKeywords),
    "gather_candidates": (hg.gather_candidates, "land", hg.LandOptions, LandKeywords),
    "draw_map": (hg.draw_map, "page", hg.PageOptions, PageKeywords),
}


@pytest.mark.parametrize("name", SETS)
def test_keywords_are_the_fields_of_the_options(name: str) -> None:
    _, _, options, keywords = SETS[name]
    assert get_type_hints(options) == get_type_hints(keywords)
    assert not keywords.__required_keys__


@pytest.mark.parametrize("name", SETS)
def test_a_misspelt_keyword_names_the_likely_one(name: str) -> None:
    step, parameter, options, _ = SETS[name]
    for known in (parameter, "policy", *(field.name for field in fields(options))):
        with pytest.raises(TypeError, match=f"{name} 没有参数 {known}x。最像的是 {known}。"):
            step(classified(3), **{f"{known}x": None})


@pytest.mark.parametrize("name", SETS)
def test_options_beside_one_of_their_keywords_are_refused(name: str) -> None:
    step, parameter, options, _ = SETS[name]
    for field in fields(options):
        with pytest.raises(TypeError, match=f"已经给了 {parameter}.*{field.name}"):
            step(
                classified(3), **{parameter: options(), field.name: getattr(options(), field.name)}
            )


def test_a_route_means_the_same_either_way() -> None:
    bases = classified(8)
    asked: dict[str, Any] = {
        "travel": minutes([*bases.index, HOTEL]).iloc[1:],
        "start": HOTEL,
        "end": HOTEL,
        "places": {HOTEL: (109.19, 27.72)},
        "straight_kmh": 40.0,
    }
    single = hg.choose_visit(bases, stops=4, **asked)
    together = hg.choose_visit(bases, stops=4, route=hg.RouteOptions(**asked))
    assert single.table.equals(together.table)
    assert (single.legs, single.notes) == (together.legs, together.notes)
    assert single.start == HOTEL
    assert single.legs != hg.choose_visit(bases, stops=4).legs


def test_land_means_the_same_either_way(tmp_path: Path) -> None:
    size = 80
    dem = write_raster(tmp_path / "dem.tif", plane(0.02, 180, size=size))
    half = size / 2 * DEGREE
    asked: dict[str, Any] = {
        "masks": {"水域": frame(shapely.box(LON, LAT - half, LON + half, LAT + half))},
        "units": frame(shapely.box(LON - half, LAT - half, LON + half, LAT + half)),
    }
    bases = classified(1)
    single = hg.gather_candidates(bases, dem=dem, **asked)
    together = hg.gather_candidates(bases, dem=dem, land=hg.LandOptions(**asked))
    assert len(single.sites)
    assert single.sites.equals(together.sites)
    assert single.caveats == together.caveats
    assert single.sites.union_all().bounds[2] <= LON + 1e-9
    assert hg.gather_candidates(bases, dem=dem).sites["mu"].sum() > single.sites["mu"].sum()


def test_a_page_means_the_same_either_way(counties: gpd.GeoDataFrame) -> None:
    bases = classified(3)
    asked: dict[str, Any] = {
        "public": True,
        "lang": "en",
        "online": "osm",
        "townships": bases[["name", "geometry"]],
    }
    single, together = (
        hg.draw_map(bases, counties=counties, **given).get_root().render()
        for given in (asked, {"page": hg.PageOptions(**asked)})
    )
    assert _without_ids(single) == _without_ids(together)
    assert "openstreetmap" in single.lower()


def _without_ids(page: str) -> str:
    """A page without the numbers that folium gives its elements."""
    return re.sub(r"[0-9a-f]{32}", "", page)
