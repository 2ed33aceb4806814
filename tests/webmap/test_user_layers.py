"""What a user of folium puts on the map: texts in every character, and polygons over the bases."""

from __future__ import annotations

from pathlib import Path

import folium
import geopandas as gpd
import pytest
from playwright.sync_api import Browser

import herbgis as hg
from tests.helpers.map_browser import BASES, MAP, PLACES, opened
from tests.helpers.shapes import LAT, square

TEXTS = (
    r"C:\Users\new\u0041\x测绘\基地.shp",
    r"D:\unit",
    "一个 ` 和 ${1 + 1} 和 $ { }",
    "行一\n行二\r\n行三\u2028行四",
    "反斜杠在末尾 \\",
    "'单' \"双\" 引号 & 和",
)
MARKUP = "<b>粗</b> </script> <!-- 注 --> <script>1</script>"


def _own() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"counted_mu": [600.0], "name": ["甲基地"]}, geometry=[square(600)], crs=4490
    )


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_stands_as_it_was_given(browser: Browser, tmp_path: Path, text: str) -> None:
    drawn = hg.draw_map(_own())
    for lon, popup in ((108.44, text), (108.46, folium.Popup(text, parse_html=True))):
        folium.Marker([LAT, lon], popup=popup, tooltip=text).add_to(drawn)
    here = opened(browser, drawn, tmp_path)
    told = here.page.evaluate(
        f"""() => Object.values({MAP}._layers).filter((found) => found instanceof L.Marker)
        .map((found) => {{
          const tip = document.createElement('div');
          tip.innerHTML = found.getTooltip().getContent();
          return [found.getPopup().getContent().textContent, tip.textContent];
        }})"""
    )
    squeezed = " ".join(text.split())
    assert [[" ".join(part.split()) for part in pair] for pair in told] == [[squeezed] * 2] * 2
    assert here.faults == []
    assert drawn.get_root().render() == drawn.get_root().render()


def test_markup_is_markup_and_ends_no_script(browser: Browser, tmp_path: Path) -> None:
    drawn = hg.draw_map(_own())
    as_text = folium.Popup(MARKUP, parse_html=True)
    folium.Marker([LAT, 108.44], popup=as_text, tooltip="粗 <b>细</b>").add_to(drawn)
    folium.Marker([LAT, 108.46], popup="<b>粗</b> </i>").add_to(drawn)
    here = opened(browser, drawn, tmp_path)
    text, markup = here.page.evaluate(
        f"""() => Object.values({MAP}._layers).filter((found) => found instanceof L.Marker)
        .map((found) => found.getPopup().getContent())
        .map((content) => [content.textContent.trim(), content.querySelectorAll('*').length])"""
    )
    assert text == [MARKUP, 0]
    assert markup == ["粗", 1]
    assert here.faults == []


@pytest.mark.parametrize("canvas", [True, False])
def test_a_polygon_over_the_bases_takes_no_click_from_them(
    browser: Browser, tmp_path: Path, canvas: bool
) -> None:
    drawn = hg.draw_map(_own())
    drawn.options["prefer_canvas"] = canvas
    over = gpd.GeoDataFrame({"保护区": ["一"]}, geometry=[square(5000)], crs=4490)
    folium.GeoJson(over, popup=folium.GeoJsonPopup(["保护区"])).add_to(drawn)
    here = opened(browser, drawn, tmp_path)
    page = here.page
    (place,) = page.evaluate(PLACES)
    page.mouse.move(place["x"] + 1, place["y"])
    page.wait_for_timeout(60)
    page.mouse.click(place["x"], place["y"])
    page.wait_for_selector(".hg-popup")
    assert page.inner_text(".hg-popup h3") == "甲基地"
    assert page.locator(".leaflet-popup").count() == 1
    page.evaluate(f"() => {MAP}.closePopup()")
    page.wait_for_selector(".leaflet-popup", state="detached")  # it fades
    corner = page.evaluate(
        f"""() => {{
          const map = {MAP}, box = map.getContainer().getBoundingClientRect();
          const point = map.latLngToContainerPoint([{LAT} + 0.007, 108.45]);
          return {{x: box.x + point.x, y: box.y + point.y}};
        }}"""
    )
    page.mouse.move(corner["x"] + 1, corner["y"])
    page.wait_for_timeout(60)
    page.mouse.click(corner["x"], corner["y"])
    page.wait_for_selector(".leaflet-popup-content")
    assert "保护区" in page.inner_text(".leaflet-popup-content")
    assert here.faults == []


def test_a_point_over_a_base_keeps_its_click(browser: Browser, tmp_path: Path) -> None:
    drawn = hg.draw_map(_own())
    folium.CircleMarker([LAT, 108.45], radius=8, popup="会场").add_to(drawn)
    here = opened(browser, drawn, tmp_path)
    place = here.page.evaluate(
        f"""() => {{
          const map = {MAP}, box = map.getContainer().getBoundingClientRect();
          const point = map.latLngToContainerPoint([{LAT}, 108.45]);
          return {{x: box.x + point.x, y: box.y + point.y}};
        }}"""
    )
    here.page.mouse.move(place["x"] + 1, place["y"])
    here.page.wait_for_timeout(60)
    here.page.mouse.click(place["x"], place["y"])
    assert here.page.inner_text(".leaflet-popup-content").strip() == "会场"


def test_a_popup_goes_with_its_base_and_a_found_one_says_that_it_is_hidden(
    browser: Browser, tmp_path: Path
) -> None:
    table = gpd.GeoDataFrame(
        {"counted_mu": [600.0, 700.0], "name": ["甲", "乙"], "variety": ["天麻", "黄精"]},
        geometry=[square(600), square(700, 108.6)],
        crs=4490,
    )
    progress = hg.count_progress(hg.classify(hg.validate(table).bases), by=["variety"])
    here = opened(browser, hg.draw_map(table, progress=progress), tmp_path)
    page = here.page
    find = "name => { const bases = %s; const n = bases.bases.search(name)[0]; bases.visit(n); }"
    page.evaluate(find % BASES, "甲")
    assert page.inner_text(".hg-popup h3") == "甲"
    assert page.locator(".hg-popup .hg-hint").count() == 0
    page.click("table[data-key=variety] button:text-is('黄精')")
    page.wait_for_selector(".hg-popup", state="detached")
    page.evaluate(find % BASES, "甲")
    assert "没有显示" in page.inner_text(".hg-popup .hg-hint")
    page.evaluate(find % BASES, "乙")
    page.wait_for_function("() => document.querySelector('.hg-popup h3').textContent === '乙'")
    assert page.locator(".hg-popup .hg-hint").count() == 0
    assert here.faults == []
