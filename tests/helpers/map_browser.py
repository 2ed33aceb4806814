"""A page in Chromium without a network, and what it did there that it must not do."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

import herbgis as hg

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
OWN = ("file:", "data:", "blob:")
SCREEN: ViewportSize = {"width": 1600, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
#: Texts that would be markup or script if the page took them as such.
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "${alert(1)}{{ 7 * 7 }}",
    "<svg onload=alert(1)>",
    "<a href='javascript:alert(1)'>基地</a>",
)


def knowing(table: gpd.GeoDataFrame, folder: Path) -> hg.Policy:
    """A policy that knows what a table grows as herbs, so that its bases stand in every table."""
    names = hg.validate(table).bases["varieties"].explode().dropna().unique()
    entries = "".join(f"[[variety]]\nname = {json.dumps(name)}\n" for name in names)
    path = folder / "knowing.toml"
    path.write_text(f'extends = "tongren-2020"\n{entries}', encoding="utf-8")
    return hg.load_policy(path)


#: The page's one folium map.
MAP = "window[Object.keys(window).find(name => name.startsWith('map_'))]"
#: The layer of the bases.
BASES = "Object.values(window).find(found => found instanceof L.Renderer && found.visit)"
#: How many bases are shown.
SHOWN = f"() => {BASES}.bases.shown.reduce((sum, shown) => sum + shown, 0)"
#: Where each base stands on the screen, in the order of drawing.
PLACES = f"""() => {{
  const map = {MAP}, box = map.getContainer().getBoundingClientRect(), bases = {BASES}.bases;
  return Array.from({{length: bases.count}}, (_, i) => {{
    const point = map.latLngToContainerPoint(bases.latLng(i));
    return {{name: bases.get('name', i), x: box.x + point.x, y: box.y + point.y}};
  }});
}}"""


@dataclass
class Opened:
    """A page that is open, and what it did that it must not do."""

    page: Page
    faults: list[str] = field(default_factory=list)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser; without one the test is skipped, or fails where one is required."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        reason = f"没有浏览器: {'、'.join(BROWSERS)} 都找不到"
        if os.environ.get("HERBGIS_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield running
        running.close()


def opened(
    browser: Browser, drawn: folium.Map, folder: Path, viewport: ViewportSize = SCREEN
) -> Opened:
    """Save a map and open it with the network off, listening for what it must not do."""
    path = folder / "map.html"
    drawn.save(str(path))
    result = offline(browser, viewport)
    result.page.goto(path.as_uri())
    result.page.wait_for_function(f"() => {MAP} && {MAP}._loaded")
    return result


def offline(browser: Browser, viewport: ViewportSize = SCREEN) -> Opened:
    """An empty page with the network off, listening for what it must not do."""
    context = browser.new_context(offline=True, viewport=viewport, accept_downloads=True)
    context.set_default_timeout(10_000)
    result = Opened(context.new_page())
    faults = result.faults

    def heard(message: Any) -> None:
        if message.type in {"error", "warning"}:
            faults.append(f"console: {message.text}")

    def asked(dialog: Any) -> None:
        faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def requested(request: Any) -> None:
        if not request.url.startswith(OWN):
            faults.append(f"request: {request.url}")

    result.page.on("console", heard)
    result.page.on("pageerror", lambda error: faults.append(f"error: {error}"))
    result.page.on("dialog", asked)
    result.page.on("request", requested)
    return result
