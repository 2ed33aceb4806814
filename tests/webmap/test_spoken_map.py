"""The map speaks the language that is spoken, and so do its errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import folium
import folium.plugins
import geopandas as gpd
import pytest

import herbgis as hg
from herbgis.foundation.language import speaking
from herbgis.webmap.templating import figure_of
from tests.helpers.english import chinese_in
from tests.helpers.shapes import frame, square


@pytest.fixture(scope="module")
def bases() -> gpd.GeoDataFrame:
    records = frame([square(620), square(1100, lat=28.0)], declared_mu=[620.0, 1100.0])
    return hg.classify(hg.validate(records).bases)


def _with(layer: Any) -> Callable[[gpd.GeoDataFrame], object]:
    def call(bases: gpd.GeoDataFrame) -> object:
        page = hg.draw_map(bases)
        layer.add_to(page)
        return page.get_root().render()

    return call


def _framed(bases: gpd.GeoDataFrame) -> object:
    root = hg.draw_map(bases).get_root()
    root.html.add_child(folium.Element('<iframe src="https://pages.example/"></iframe>'))
    return root.render()


WRONG: dict[str, Callable[[gpd.GeoDataFrame], object]] = {
    "column": lambda bases: hg.draw_map(bases, colour_by="colour"),
    "scheme": lambda bases: hg.draw_map(bases, colour_by="counted_mu", scheme="best"),
    "classes": lambda bases: hg.draw_map(bases, colour_by="counted_mu", classes=99),
    "public": lambda bases: hg.draw_map(bases, colour_by="operator", public=True),
    "language": lambda bases: hg.draw_map(bases, lang="fr"),
    "online": lambda bases: hg.draw_map(bases, online="bing"),
    "key": lambda bases: hg.draw_map(bases, online="tianditu", tianditu_key="not a key"),
    "no key": lambda bases: hg.draw_map(bases, online="tianditu"),
    "stop": lambda bases: hg.draw_map(bases, visit=["nobody"]),
    "save": lambda bases: hg.draw_map(bases).save(3),
    "tiles": _with(folium.TileLayer("https://tiles.example/{z}/{x}/{y}.png", attr="-")),
    "icon": _with(folium.Marker([27.7, 109.2], icon=folium.Icon(icon="leaf", prefix="fa"))),
    "plugin": _with(folium.plugins.Draw()),
    "element": _framed,
    "layer": lambda _: figure_of(folium.FeatureGroup()),
}


@pytest.mark.parametrize("call", WRONG)
def test_errors_of_the_map_are_in_english(
    bases: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    monkeypatch.delenv("HERBGIS_TDT_KEY", raising=False)
    with speaking("en"), pytest.raises(hg.HerbgisError) as raised:
        WRONG[call](bases)
    assert chinese_in(str(raised.value)) == []
    assert raised.value.args


def test_a_map_is_in_the_language_that_is_spoken(bases: gpd.GeoDataFrame) -> None:
    page = hg.draw_map(bases).get_root().render()
    with speaking("en"):
        english = hg.draw_map(bases).get_root().render()
        chinese = hg.draw_map(bases, lang="zh").get_root().render()
    assert '<html lang="en">' in english
    assert '<html lang="zh-CN">' in page
    assert len(chinese) == len(page)
