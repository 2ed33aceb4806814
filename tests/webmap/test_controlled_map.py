"""What restricted layers tell of bases: on the bureau's own page, and no trace of it in public."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import herbgis as hg
from tests.helpers.shapes import east_of, frame, square
from tests.webmap.test_public import texts_of

#: A corner of the layer that no base has.
CORNER = 108.437519
BASE = square(600, 108.4)
TRACES = ("内部资料", "永久基本农田", "地类耕地", "水源地", "耕地", "HG60", "control_", str(CORNER))
TRACES += ("387.65",)


@pytest.fixture(scope="module")
def report() -> hg.ValidationReport:
    """Two bases, the first with 387.65 亩 of cropland in what is not for the public."""
    first, second = BASE, east_of(square(700, 108.4), 5000)
    west, south, east, north = first.bounds
    part = east - (east - west) * (1 - 387.65 / 600)
    corners = [(west - 0.01, south - 0.01), (part, south - 0.01), (part, north + 0.01)]
    area = shapely.Polygon([*corners, (CORNER - 0.2, north + 0.02)])
    layer = gpd.GeoDataFrame({"DLBM": ["0103"]}, geometry=[area], crs=4490)
    controls = {"永久基本农田": layer, "水源地": layer, "三调": layer}
    records = frame(
        [first, second], base_id=["甲", "乙"], variety="杜仲", name=["甲基地", "乙基地"]
    )
    return hg.validate(records, controls=controls)


@pytest.fixture(scope="module")
def bases(report: hg.ValidationReport) -> gpd.GeoDataFrame:
    return hg.classify(report.bases)


def _page(bases: gpd.GeoDataFrame, **options: object) -> str:
    progress = hg.count_progress(bases, by=["county"])
    return texts_of(hg.draw_map(bases, progress=progress, **options).get_root().render())


def test_the_bureaus_page_tells_it_and_says_that_it_is_internal(
    bases: gpd.GeoDataFrame, report: hg.ValidationReport
) -> None:
    page = _page(bases, issues=report)
    for told in ("内部资料", "涉永久基本农田", "涉水源地", "地类耕地", "387.65", "HG602", "其中涉"):
        assert told in page, told
    english = _page(bases, lang="en")
    assert "Internal: it holds areas" in english
    assert "Within permanent basic farmland" in english


@pytest.mark.parametrize("kind", ["as classified", "in people's words", "records"])
def test_a_public_page_has_no_trace(
    kind: str, bases: gpd.GeoDataFrame, report: hg.ValidationReport
) -> None:
    given = {
        "as classified": bases,
        "in people's words": bases.rename(
            columns={"control_basic_farmland_mu": "涉永久基本农田(亩)", "cropland_mu": "地类耕地"}
        ),
        "records": report.bases,
    }[kind]
    progress = hg.count_progress(bases, by=["county"])
    drawn = hg.draw_map(given, progress=progress, issues=report, public=True)
    page = texts_of(drawn.get_root().render())
    assert [trace for trace in TRACES if trace in page] == []


def test_the_public_page_is_that_of_bases_without_layers(bases: gpd.GeoDataFrame) -> None:
    given = [name for name in bases if "control_" in name or name.endswith(("land_mu", "st_mu"))]
    plain = bases.drop(columns=[*given, "cropland_mu", "orchard_mu"])
    assert _page(bases, public=True) == _page(plain, public=True)


@pytest.mark.parametrize("column", ["control_basic_farmland_mu", "control_水源地_mu", "地类耕地"])
def test_a_public_page_is_not_coloured_by_it(bases: gpd.GeoDataFrame, column: str) -> None:
    with pytest.raises(hg.HerbgisError, match="不对外"):
        hg.draw_map(bases, public=True, colour_by=column)
    assert "387.65" in _page(bases, colour_by=column)


def test_facts_of_a_visit_keep_it_back_in_public(bases: gpd.GeoDataFrame) -> None:
    visit = pd.DataFrame(bases)[["control_水源地_mu", "cropland_mu"]].assign(看点="连片")
    assert "387.65" in _page(bases, visit=visit)
    page = _page(bases, visit=visit, public=True)
    assert "看点" in page
    assert [trace for trace in TRACES if trace in page] == []
