"""The map in a browser without a network: what people see, and what must not run."""

from __future__ import annotations

from pathlib import Path

import folium
import geopandas as gpd
import pytest
from playwright.sync_api import Browser

import herbgis as hg
from tests.helpers.map_browser import BASES, HOSTILE, MAP, PHONE, PLACES, SHOWN, knowing, opened
from tests.helpers.shapes import LAT, frame, square

#: Longitude of the third base, of 900 亩.
THIRD_LON = 108.30 + 2 / 12


@pytest.fixture(scope="module")
def survey() -> gpd.GeoDataFrame:
    """Bases with markup in every text: five with a polygon, one without."""
    shapes = [*(square(300.0 * (n + 1), 108.30 + n / 12) for n in range(5)), None]
    texts = [*HOSTILE, HOSTILE[0]]
    return frame(
        shapes,
        base_id=[f"{text}-{n}" for n, text in enumerate(texts)],
        name=texts,
        variety=texts,
        township=texts,
        village=texts,
        operator=texts,
        reporting_unit=texts,
        data_note=HOSTILE[1],
        declared_value=600.0,
        surveyed_on="2020-06-15",
    )


@pytest.fixture(scope="module")
def walked(
    survey: gpd.GeoDataFrame, counties: gpd.GeoDataFrame, tmp_path_factory: pytest.TempPathFactory
) -> tuple[folium.Map, hg.Progress]:
    policy = knowing(survey, tmp_path_factory.mktemp("policy"))
    report = hg.validate(survey, counties=counties, policy=policy)
    bases = hg.classify(report.bases, policy=policy)
    by = ["county", "variety", "reporting_unit"]
    progress = hg.count_progress(bases, policy=policy, by=by)
    shown = {"counties": counties, "progress": progress, "issues": report}
    drawn = hg.draw_map(bases, policy=policy, title=HOSTILE[1], **shown)
    folium.FeatureGroup(name=HOSTILE[0]).add_to(drawn)
    return drawn, progress


def test_hostile_texts_show_as_text_everywhere(
    browser: Browser, walked: tuple[folium.Map, hg.Progress], tmp_path: Path
) -> None:
    here = opened(browser, walked[0], tmp_path)
    page = here.page
    assert page.title() == HOSTILE[1]
    assert page.inner_text("h1") == HOSTILE[1]
    assert HOSTILE[1] in page.inner_text(".hg-note")
    assert HOSTILE[1] in page.inner_text(".hg-foot")
    assert HOSTILE[0] in page.inner_text(".hg-switches")
    panel = page.inner_text(".hg-panel")
    assert all(text in panel for text in HOSTILE)
    page.click(".hg-missing summary")
    assert HOSTILE[0] in page.inner_text(".hg-missing li")
    page.evaluate("() => { L.Popup.prototype.options.autoPan = false; }")
    for number in range(5):
        place = page.evaluate(PLACES)[number]
        for step in (1, 0):  # Leaflet listens to the mouse every 32 ms
            page.wait_for_timeout(60)
            page.mouse.move(place["x"] + step, place["y"])
        assert page.inner_text(".hg-tip b") == place["name"]
        page.mouse.click(place["x"], place["y"])
        page.wait_for_selector(".hg-popup")
        assert page.inner_text(".hg-popup h3") == place["name"]
        assert page.inner_text(".hg-popup").count(place["name"]) >= 5
        page.keyboard.press("Escape")
        page.mouse.move(800, 10)
        page.wait_for_selector(".hg-popup", state="detached")
        page.wait_for_selector(".hg-tip", state="detached")
    assert page.locator("img[onerror], svg[onload], a[href^='javascript']").count() == 0
    assert here.faults == []


def test_the_panel_shows_the_figures_of_progress(
    browser: Browser, walked: tuple[folium.Map, hg.Progress], tmp_path: Path
) -> None:
    drawn, progress = walked
    page = opened(browser, drawn, tmp_path).page
    cards = page.locator(".hg-target").all()
    for card, row in zip(cards, progress.targets.to_dict("records"), strict=True):
        assert card.locator(".hg-verified").inner_text() == str(row["verified"])
        shown = dict(
            zip(
                card.locator("dt").all_inner_texts(),
                card.locator("dd").all_inner_texts(),
                strict=True,
            )
        )
        assert shown == {
            "尚差": str(row["gap"]),
            "待核实": str(row["pending"]),
            "临界待复测": str(row["undecided"]),
            "上报": str(row["reported"]),
        }
    assert "2,020" not in page.inner_text("body")
    assert "截至 2020-06-15" in page.inner_text(".hg-head")
    assert "“以上”含本数" in page.inner_text(".hg-panel")


def test_layers_are_switched_and_issues_are_pins(
    browser: Browser, walked: tuple[folium.Map, hg.Progress], tmp_path: Path
) -> None:
    here = opened(browser, walked[0], tmp_path)
    page = here.page
    assert page.locator(".hg-county").count() == 10
    pins = f"() => Object.values({MAP}._layers).filter(layer => layer.options.shape).length"
    assert page.evaluate(pins) == 0
    page.click("text=问题")
    assert page.evaluate(pins) > 0
    page.click("text=问题")
    assert page.evaluate(pins) == 0
    page.click("label:has-text('县界')")
    assert page.locator(".hg-county").count() == 0
    before = page.evaluate(SHOWN)
    page.click("text=其他药材")
    assert page.evaluate(SHOWN) < before
    assert here.faults == []


def test_symbols_give_way_to_polygons_when_close(
    browser: Browser, walked: tuple[folium.Map, hg.Progress], tmp_path: Path
) -> None:
    here = opened(browser, walked[0], tmp_path)
    inked = f"""() => {{
      const drawn = {BASES}._container, copy = new OffscreenCanvas(drawn.width, drawn.height);
      const ctx = copy.getContext('2d', {{willReadFrequently: true}});
      ctx.drawImage(drawn, 0, 0);
      const pixels = ctx.getImageData(0, 0, copy.width, copy.height).data;
      return pixels.filter((value, i) => i % 4 === 3 && value > 0).length;
    }}"""
    from_afar = here.page.evaluate(inked)
    assert 0 < from_afar < 5 * 30**2
    here.page.evaluate(f"() => {{ {MAP}.setView([{LAT}, {THIRD_LON}], 14, {{animate: false}}); }}")
    assert here.page.evaluate(inked) > 3 * from_afar
    box = here.page.locator(".folium-map").bounding_box()
    assert box
    here.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert "900.00 亩" in here.page.inner_text(".hg-popup")
    assert here.faults == []


def test_on_a_phone_the_panel_stands_below_the_map(
    browser: Browser, walked: tuple[folium.Map, hg.Progress], tmp_path: Path
) -> None:
    here = opened(browser, walked[0], tmp_path, PHONE)
    drawn = here.page.locator(".folium-map").bounding_box()
    panel = here.page.locator(".hg-panel").bounding_box()
    assert drawn
    assert panel
    assert panel["y"] >= drawn["y"] + drawn["height"]
    assert panel["width"] == PHONE["width"]
    wide = here.page.evaluate("() => document.documentElement.scrollWidth")
    assert wide == PHONE["width"]
    assert here.faults == []


def test_a_user_s_marker_popup_tooltip_and_control_work(browser: Browser, tmp_path: Path) -> None:
    own = gpd.GeoDataFrame({"counted_mu": [600.0]}, geometry=[square(600)], crs=4490)
    drawn = hg.draw_map(own)
    drawn.location, drawn.options["zoom"] = [LAT, 108.45], 13
    place = [LAT + 0.004, 108.453]
    folium.Marker(place, popup="弹窗", tooltip="提示", icon=folium.Icon()).add_to(drawn)
    folium.Marker([LAT, 108.447]).add_to(drawn)
    folium.GeoJson(own, name="面", tooltip=folium.GeoJsonTooltip(["counted_mu"])).add_to(drawn)
    folium.LayerControl().add_to(drawn)
    here = opened(browser, drawn, tmp_path)
    here.page.hover(".awesome-marker-icon-blue")
    assert here.page.inner_text(".leaflet-tooltip").strip() == "提示"
    here.page.click(".awesome-marker-icon-blue")
    assert here.page.inner_text(".leaflet-popup-content").strip() == "弹窗"
    icons = here.page.locator("img.leaflet-marker-icon")
    assert icons.evaluate_all("icons => icons.every(icon => icon.naturalWidth > 0)")
    assert here.faults == []


def test_the_policy_stops_markup_that_a_user_s_own_popup_runs(
    browser: Browser, tmp_path: Path
) -> None:
    own = gpd.GeoDataFrame({"counted_mu": [600.0]}, geometry=[square(600)], crs=4490)
    drawn = hg.draw_map(own)
    popup = folium.Popup("<img src=x onerror=alert(1)>", show=True)
    folium.CircleMarker([LAT, 108.45], popup=popup).add_to(drawn)
    here = opened(browser, drawn, tmp_path)
    here.page.wait_for_selector(".leaflet-popup-content")
    here.page.wait_for_timeout(200)
    assert here.faults
    assert all("Content Security Policy" in fault for fault in here.faults)


@pytest.mark.parametrize(("wide", "high"), [(1920, 1080), (1366, 768), (1024, 768), (390, 844)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_open_box_hides_a_base_and_names_stand_out_at_every_size(
    browser: Browser, counties: gpd.GeoDataFrame, lang: str, wide: int, high: int, tmp_path: Path
) -> None:
    shapes = [square(600.0, 108.0 + 0.12 * n, 27.3 + 0.12 * n) for n in range(12)]
    bases = hg.classify(frame([*shapes, square(600.0, 107.2, 28.0)]))
    drawn = hg.draw_map(bases, counties=counties, lang=lang)
    page = opened(browser, drawn, tmp_path, {"width": wide, "height": high}).page
    places = page.evaluate(PLACES)
    for box in page.locator(".hg-box[open]").all():
        at = box.bounding_box()
        assert at is not None
        across, down = (at["x"], at["x"] + at["width"]), (at["y"], at["y"] + at["height"])
        hidden = [
            p for p in places if across[0] < p["x"] < across[1] and down[0] < p["y"] < down[1]
        ]
        assert hidden == []
    order = page.evaluate(f"() => +{MAP}.getPane('hg-labels').style.zIndex")
    symbols = 400  # the pane of overlays, as Leaflet has it
    assert (order > symbols) == (wide < 1600)
    assert page.evaluate("() => document.documentElement.scrollWidth") == wide
