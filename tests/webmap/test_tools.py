"""The page's tools in a browser: tables that filter, search, lists, years, the visit, paper."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

import herbgis as hg
from herbgis.foundation import resources
from tests.helpers.map_browser import BASES, HOSTILE, MAP, PHONE, SHOWN, knowing, opened
from tests.helpers.shapes import frame, square

BY = ["reporting_unit", "county", "variety"]
GEOD = pyproj.Geod(ellps="GRS80")  # that of CGCS2000 but for 0.1 mm
GREEN = (29, 82, 64)
#: A picture of the page lies nowhere on the ground.
UNPLACED = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
TABLE = """(key) => Array.from(
  document.querySelectorAll(`table[data-key=${key}] tbody tr`),
  (row) => [row.querySelector('button').textContent,
            ...Array.from(row.querySelectorAll('td'), (cell) => cell.textContent)])"""


@pytest.fixture(scope="module")
def bases() -> gpd.GeoDataFrame:
    survey = hg.read_survey(resources.data("sample"))
    return hg.classify(hg.validate(survey, counties=hg.read_counties()).bases)


@pytest.fixture(scope="module")
def progress(bases: gpd.GeoDataFrame) -> hg.Progress:
    return hg.count_progress(bases, by=BY)


@pytest.fixture(scope="module")
def drawn(bases: gpd.GeoDataFrame, progress: hg.Progress, counties: gpd.GeoDataFrame) -> folium.Map:
    visit = pd.DataFrame({"base_id": bases.index[[3, 1, 2]], "亮点": ["一", "二", "三"]})
    return hg.draw_map(bases, counties=counties, progress=progress, visit=visit, title="现场会")


def rows_of(table: pd.DataFrame, key: str, policy: hg.Policy) -> dict[str, list[str]]:
    """A breakdown as the page has it: word to counts and 亩, without rows that say nothing."""
    found = {}
    for row in table.to_dict("records"):
        word = "未填" if pd.isna(row[key]) else policy.title_of(key, row[key])
        found[word] = [*(str(row[tier.label]) for tier in policy.tiers), f"{row['mu']:.2f}"]
    return {word: told for word, told in found.items() if word != "未填" or told[-1] != "0.00"}


def shown_rows(page: Page, key: str) -> dict[str, list[str]]:
    return {word: told for word, *told in page.evaluate(TABLE, key)}


def test_every_table_says_what_progress_says(
    browser: Browser, drawn: folium.Map, progress: hg.Progress, policy: hg.Policy, tmp_path: Path
) -> None:
    here = opened(browser, drawn, tmp_path)
    for key in BY:
        assert shown_rows(here.page, key) == rows_of(progress.by[key], key, policy)
    assert here.faults == []


@pytest.mark.parametrize("county", ["德江县", "印江自治县", "玉屏自治县"])
def test_a_picked_row_filters_the_map_and_the_other_tables(
    browser: Browser,
    drawn: folium.Map,
    bases: gpd.GeoDataFrame,
    policy: hg.Policy,
    county: str,
    tmp_path: Path,
) -> None:
    here = opened(browser, drawn, tmp_path)
    page = here.page
    before = {key: shown_rows(page, key) for key in BY}
    there = bases[bases["county"].map(lambda name: policy.title_of("county", str(name))) == county]
    page.click(f"table[data-key=county] >> text={county}")
    assert page.evaluate(SHOWN) == there.geometry.notna().sum()
    assert county in page.inner_text(".hg-chip")
    assert shown_rows(page, "county") == before["county"]
    counted = hg.count_progress(there, by=BY)
    for key in ("variety", "reporting_unit"):
        told = rows_of(counted.by[key], key, policy)
        for word, cells in shown_rows(page, key).items():
            assert cells == told.get(word, ["0", "0", "0.00"]), word
    variety = counted.by["variety"].sort_values("mu")["variety"].iloc[-1]
    page.click(f"table[data-key=variety] >> text='{variety}'")
    both = there[there["variety"] == variety]
    assert page.evaluate(SHOWN) == both.geometry.notna().sum()
    counted = hg.count_progress(bases[bases["variety"] == variety], by=["county"])
    told = rows_of(counted.by["county"], "county", policy)
    for word, cells in shown_rows(page, "county").items():
        assert cells == told.get(word, ["0", "0", "0.00"]), word
    page.click("text=清除")
    assert {key: shown_rows(page, key) for key in BY} == before
    assert here.faults == []


def test_tables_of_other_bases_filter_and_do_not_count(
    browser: Browser, bases: gpd.GeoDataFrame, progress: hg.Progress, tmp_path: Path
) -> None:
    fewer = bases.iloc[:40]
    page = opened(browser, hg.draw_map(fewer, progress=progress), tmp_path).page
    before = shown_rows(page, "variety")
    page.click("table[data-key=county] >> text=德江县")
    assert shown_rows(page, "variety") == before
    assert page.evaluate(SHOWN) < len(fewer)


def test_popups_say_every_number_of_the_bases(
    browser: Browser, drawn: folium.Map, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    page = opened(browser, drawn, tmp_path).page
    told = page.evaluate(
        f"""() => {{
          const all = {BASES}.bases;
          const cells = (row) => Array.from(row.cells, (cell) => cell.textContent);
          return Array.from({{length: all.count}}, (_, i) =>
            Object.fromEntries(Array.from(all.popup(i).querySelectorAll('tr'), cells)));
        }}"""
    )
    said = {popup["基地编号"]: popup for popup in told}
    seen = bases[bases.geometry.notna()]
    assert set(said) == set(seen.index)
    for name, title in (("counted_mu", "核定面积"), ("declared_mu", "上报面积")):
        for base, mu in seen[name].dropna().items():
            assert said[base][title] == f"{mu:.2f} 亩"
    for base, row in seen.iterrows():
        surveyed = f"{row['surveyed_mu']:.2f} 亩（标准差 {row['sigma_mu']:.2f} 亩）"
        assert said[base]["实测面积"] == surveyed


def test_lists_name_the_nearest_and_go_there(
    browser: Browser, drawn: folium.Map, progress: hg.Progress, tmp_path: Path
) -> None:
    here = opened(browser, drawn, tmp_path)
    page = here.page
    summaries = page.locator(".hg-list summary").all_inner_texts()
    assert len(summaries) == 3
    page.click(".hg-list summary >> nth=0")
    lines = page.locator(".hg-list >> nth=0").locator("button").all()
    near = progress.near[progress.near["tier"] == "500"]
    assert len(lines) == len(near)
    for line, row in zip(lines, near.to_dict("records"), strict=True):
        assert row["name"] in line.inner_text()
        assert f"{row['counted_mu']:.2f} 亩，差 {row['lacks_mu']:.2f} 亩" in line.inner_text()
    lines[0].click()
    assert near.iloc[0]["name"] == page.inner_text(".hg-popup h3")
    assert page.evaluate(f"() => {MAP}.getZoom()") >= 12
    assert here.faults == []


def test_search_finds_by_name_township_and_operator_from_the_keyboard(
    browser: Browser, drawn: folium.Map, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    here = opened(browser, drawn, tmp_path)
    page = here.page
    seen = bases[bases.geometry.notna()]
    for column in ("name", "township", "operator"):
        word = str(seen[column].iloc[0])
        page.fill(".hg-search input", word.lower())
        whole = seen[["name", "township", "operator", "village"]].fillna("").agg(" ".join, axis=1)
        found = int(whole.str.contains(word, regex=False).sum())
        assert f"找到 {found} 个" in page.inner_text(".hg-search [role=status]")
    page.fill(".hg-search input", "没有这个基地")
    assert page.inner_text(".hg-search [role=status]") == "没有找到"
    page.fill(".hg-search input", str(seen["name"].iloc[0]))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.inner_text(".hg-popup h3") == seen["name"].iloc[0]
    assert page.locator(".hg-search li").count() == 0
    assert here.faults == []


def test_years_show_what_stood_by_then(
    browser: Browser, drawn: folium.Map, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    page = opened(browser, drawn, tmp_path).page
    years = bases.loc[bases.geometry.notna(), "completed_on"].dt.year
    whole = page.evaluate(SHOWN)
    page.locator(".hg-year input").fill(str(int(years.min())))
    assert page.evaluate(SHOWN) == (years <= years.min()).sum() < whole
    assert page.inner_text(".hg-year output") == f"{int(years.min())} 年及以前"
    page.click("text=清除")
    assert page.evaluate(SHOWN) == whole == len(years)
    assert page.inner_text(".hg-year output") == "全部年份"


def test_the_visit_stands_in_its_order_with_its_facts(
    browser: Browser, drawn: folium.Map, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    here = opened(browser, drawn, tmp_path)
    stops = here.page.locator(".hg-stop")
    assert stops.all_inner_texts() == ["1", "2", "3"]
    stops.nth(1).press("Enter")
    popup = here.page.inner_text(".hg-popup")
    assert bases["name"].iloc[1] in popup
    assert "亮点\t二" in popup
    assert here.faults == []


def test_colours_by_variety_have_their_legend(
    browser: Browser, drawn: folium.Map, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    page = opened(browser, drawn, tmp_path).page
    assert page.locator("[data-colours=hue]").is_hidden()
    page.click("text=按品种")
    legend = page.locator("[data-colours=hue] li").all_inner_texts()
    most = bases.loc[bases.geometry.notna(), "variety"].value_counts().index[0]
    assert most in legend
    assert len(legend) == 10
    assert legend[-1].startswith("其余")
    assert page.locator("[data-colours=rank]").is_hidden()


def test_measuring_follows_the_ground(browser: Browser, drawn: folium.Map, tmp_path: Path) -> None:
    here = opened(browser, drawn, tmp_path)
    page = here.page
    page.click("[data-tool=measure]")
    box = page.locator(".folium-map").bounding_box()
    assert box
    places = [(box["x"] + 300, box["y"] + 300), (box["x"] + 700, box["y"] + 300)]
    for x, y in places:
        page.mouse.click(x, y)
    length = f"""() => {{
      const at = [[300, 300], [700, 300]].map(p => {MAP}.containerPointToLatLng(p));
      return {MAP}.distance(...at) / 1000;
    }}"""
    assert page.inner_text(".leaflet-tooltip") == f"{page.evaluate(length):.2f} km"
    assert page.locator(".hg-popup").count() == 0
    page.click("[data-tool=measure]")
    page.wait_for_selector(".leaflet-tooltip", state="detached")
    assert here.faults == []


@UNPLACED
def test_the_picture_has_title_map_and_legend(
    browser: Browser, drawn: folium.Map, tmp_path: Path
) -> None:
    here = opened(browser, drawn, tmp_path)
    page = here.page
    before = page.evaluate(f"() => [{MAP}.getZoom(), {MAP}.getCenter()]")
    with page.expect_download() as download:
        page.click("text=导出图片")
    download.value.save_as(tmp_path / "map.png")
    assert download.value.suggested_filename == "现场会.png"
    with rasterio.open(tmp_path / "map.png") as picture:
        pixels = picture.read()[:3]
    _, height, width = pixels.shape
    assert width / height == pytest.approx(400 / 276, rel=0.01)
    assert width >= 3000
    head = (pixels[:, 30, :] == np.array(GREEN)[:, None]).all(axis=0).mean()
    assert head > 0.5
    dark = (pixels == np.array((134, 32, 58))[:, None, None]).all(axis=0)
    assert dark[:, int(width * 0.8) :].any()  # the legend and the cards
    assert pixels[:, 200:, : width // 2].std() > 10
    assert page.evaluate(f"() => [{MAP}.getZoom(), {MAP}.getCenter()]") == before
    assert page.locator(".hg-paper").count() == 0
    assert here.faults == []


@UNPLACED
def test_a_hostile_picture_is_only_a_picture(
    browser: Browser, counties: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    """Markup and characters that no XML may hold, in every text that an export copies."""
    texts = [f"{text}\x01\x0b\ufffe&amp;]]>" for text in HOSTILE]
    columns = ("name", "township", "operator", "variety", "reporting_unit", "data_note", "county")
    table = frame([square(600, 108.3 + n / 10) for n in range(5)], **dict.fromkeys(columns, texts))
    policy = knowing(table, tmp_path)
    report = hg.validate(table, counties=counties, policy=policy)
    bases = hg.classify(report.bases, policy=policy)
    progress = hg.count_progress(bases, policy=policy, by=["county", "variety"])
    visit = pd.DataFrame({"base_id": bases.index, HOSTILE[0]: texts})
    shown = {"counties": counties, "progress": progress, "visit": visit}
    drawn = hg.draw_map(bases, policy=policy, title="".join(HOSTILE), **shown)
    here = opened(browser, drawn, tmp_path)
    page = here.page
    page.click("text=按品种")
    page.fill(".hg-search input", "onerror")
    assert page.locator(".hg-search li").count() > 0
    page.locator(".hg-search li button").first.click()
    assert HOSTILE[0] in page.inner_text(".hg-popup")
    page.locator(".hg-stop").last.press("Enter")
    page.locator("table[data-key=variety] button").first.click()
    with page.expect_download() as download:
        page.click("text=导出图片")
    download.value.save_as(tmp_path / "map.png")
    with rasterio.open(tmp_path / "map.png") as picture:
        assert picture.read().std() > 10
    assert "<" not in download.value.suggested_filename
    page.pdf(path=str(tmp_path / "map.pdf"))
    assert here.faults == []


def test_the_print_is_one_sheet_and_the_view_comes_back(
    browser: Browser, drawn: folium.Map, tmp_path: Path
) -> None:
    here = opened(browser, drawn, tmp_path)
    page = here.page
    page.evaluate(f"() => {{ {MAP}.setView([27.8, 108.4], 11, {{animate: false}}); }}")
    before = page.evaluate(f"() => [{MAP}.getZoom(), {MAP}.getCenter()]")
    page.pdf(path=str(tmp_path / "map.pdf"), prefer_css_page_size=True, print_background=True)
    written = (tmp_path / "map.pdf").read_bytes()
    assert written.count(b"/Type /Page\n") == 1
    assert page.evaluate(f"() => [{MAP}.getZoom(), {MAP}.getCenter()]") == before
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    seen = page.evaluate(
        f"() => {{ const b = {MAP}.getBounds(); return [b.getWest(), b.getEast()]; }}"
    )
    assert seen[0] < 108.4 < seen[1]
    sheet = page.locator("body").bounding_box()
    legend = page.locator(".hg-legend").bounding_box()
    panel = page.locator(".hg-panel").bounding_box()
    assert sheet
    assert legend
    assert panel
    assert sheet["width"] / sheet["height"] == pytest.approx(400 / 276, rel=0.01)
    assert legend["x"] >= panel["x"]
    assert legend["y"] + legend["height"] <= panel["y"] + panel["height"]
    assert page.locator(".hg-tools").is_hidden()
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(".hg-tools").is_visible()
    assert here.faults == []


def test_tables_too_long_for_a_sheet_follow_it(
    browser: Browser, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    many = bases.assign(township=[f"第{n}乡" for n in range(len(bases))])
    progress = hg.count_progress(many, by=["township", "variety", "county", "county,variety"])
    here = opened(browser, hg.draw_map(many, progress=progress), tmp_path)
    here.page.pdf(path=str(tmp_path / "map.pdf"), prefer_css_page_size=True)
    assert (tmp_path / "map.pdf").read_bytes().count(b"/Type /Page\n") > 1
    assert here.faults == []


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["screen", "phone"])
def test_the_page_is_accessible(
    browser: Browser, drawn: folium.Map, viewport: Any, tmp_path: Path
) -> None:
    page = opened(browser, drawn, tmp_path, *([viewport] if viewport else [])).page
    page.click(".hg-list summary >> nth=0")
    page.fill(".hg-search input", "天麻")
    page.locator(".hg-search li button").first.click()
    page.click("table[data-key=county] >> text=德江县")
    page.wait_for_timeout(500)  # until the popup has faded in
    found = Axe().run(page).response["violations"]
    grave = [f for f in found if f["impact"] in {"serious", "critical"}]
    assert [(f["id"], [node["html"] for node in f["nodes"]][:3]) for f in grave] == []


def test_the_page_in_english_says_the_same_numbers(
    browser: Browser, bases: gpd.GeoDataFrame, progress: hg.Progress, tmp_path: Path
) -> None:
    here = opened(browser, hg.draw_map(bases, progress=progress, lang="en"), tmp_path)
    page = here.page
    assert page.locator("html").get_attribute("lang") == "en"
    verified = page.locator(".hg-verified").all_inner_texts()
    assert verified == [str(n) for n in progress.targets["verified"]]
    assert "500 mu and more" in page.inner_text(".hg-panel")
    assert "Gastrodia elata 天麻" in page.inner_text(".hg-panel")
    page.click("table[data-key=county] >> text=Dejiang")
    assert "Dejiang" in page.inner_text(".hg-chip")
    assert here.faults == []


@pytest.mark.parametrize("count", [160, 2_000, 20_000])
def test_many_bases_open_without_a_fault(browser: Browser, count: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(count)
    middles = np.column_stack([rng.uniform(107.8, 109.4, count), rng.uniform(27.2, 29.0, count)])
    turns = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    ring = np.column_stack([np.cos(turns), np.sin(turns)]) * 0.004
    shapes = shapely.polygons(middles[:, None, :] + ring)
    many = gpd.GeoDataFrame(
        {"counted_mu": rng.uniform(100, 3000, count).round(2), "name": "基地"},
        geometry=shapes,
        crs=4490,
    )
    own = hg.draw_map(many)
    folium.Marker([28.0, 108.5], tooltip="标记").add_to(own)
    choropleth = folium.Choropleth(
        many.iloc[:20].reset_index().to_json(),
        data=many.iloc[:20].reset_index(),
        columns=["index", "counted_mu"],
        key_on="feature.properties.index",
    )
    choropleth.add_to(own)
    folium.LayerControl().add_to(own)
    here = opened(browser, own, tmp_path)
    here.page.wait_for_function(f"() => {BASES}.isDrawn()")
    assert here.page.evaluate(SHOWN) == count
    here.page.evaluate(f"() => {{ {MAP}.setZoom({MAP}.getZoom() + 4, {{animate: false}}); }}")
    here.page.wait_for_function(f"() => {BASES}.isDrawn()")
    assert here.faults == []


def test_over_a_base_map_counties_are_borders_and_one_map_is_shown(
    browser: Browser, drawn: folium.Map, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    online = hg.draw_map(bases, counties=hg.read_counties(), online="amap")
    page = opened(browser, online, tmp_path).page  # its tiles fail: the network is off
    filled = "() => getComputedStyle(document.querySelector('.hg-land')).fillOpacity"
    assert page.evaluate(filled) == "0"
    shown = f"() => Object.values({MAP}._layers).filter(l => l instanceof L.TileLayer).length"
    radios = page.locator(".hg-switches input[type=radio]")
    before = page.evaluate(shown)
    radios.nth(1).check()
    assert page.evaluate(shown) > 0
    assert page.evaluate(filled) == "0"
    radios.nth(0).check()
    assert page.evaluate(shown) == before
    with_none = opened(browser, drawn, tmp_path).page
    assert with_none.evaluate(filled) == "1"


def test_an_area_is_measured_on_the_ellipsoid(
    browser: Browser, drawn: folium.Map, tmp_path: Path
) -> None:
    here = opened(browser, drawn, tmp_path)
    for lat in (18.0, 27.9, 45.0):
        for mu in (1.0, 500.0, 20000.0):
            shape = square(mu, 108.5, lat)
            ring = [{"lng": lon, "lat": at} for lon, at in list(shape.exterior.coords)[:-1]]
            expected = abs(GEOD.geometry_area_perimeter(shape)[0])
            told = here.page.evaluate("(ring) => herbgis.areaOf(ring)", ring)
            assert told == pytest.approx(expected, rel=2e-6)


def test_the_measuring_tool_says_length_area_and_that_lines_cross(
    browser: Browser, drawn: folium.Map, tmp_path: Path
) -> None:
    here = opened(browser, drawn, tmp_path)
    page = here.page
    page.click("[data-tool=measure]")
    click = """(point) => {
      const map = %s;
      map.fire('click', {latlng: map.containerPointToLatLng(point)});
    }"""
    said = []
    for point in ([300, 300], [500, 300], [500, 500], [300, 500], [600, 400]):
        page.evaluate(click % MAP, point)
        said.append(page.inner_text(".leaflet-tooltip").split("\n"))
    assert said[0] == ["0 m"]
    assert said[1][0].endswith("km")
    assert [len(lines) for lines in said] == [1, 1, 2, 2, 2]
    assert re.fullmatch(r"面积 \d+\.\d\d 亩", said[2][1])
    assert said[4][1] == "边线相交，没有面积"
    page.click("[data-tool=measure]")
    page.wait_for_selector(".leaflet-tooltip", state="detached")
    assert here.faults == []
