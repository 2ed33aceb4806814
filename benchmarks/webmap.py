"""The offline map beside folium.GeoJson and geopandas.explore: bytes, drawing, zooming, memory.

Run from the repository's root on Linux, with Chromium and playwright:

    python -m benchmarks.webmap [--runs 3] [--out benchmarks/MAP.md]

Every page is opened in a browser of its own. The peers' pages load Leaflet and more from the
network; here they are given the vendored files, and nothing for the rest. Times are the page's own,
from frame to frame.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import shapely
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Playwright, Route, sync_playwright

import herbgis as hg
from herbgis.foundation.errors import AssetError
from herbgis.webmap import vendor

OUT = Path(__file__).parent / "MAP.md"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--enable-precise-memory-info")
CORNERS = 41
LIMIT_MS = 600_000
OURS = "herbgis"
SVG, CANVAS, EXPLORE = "folium.GeoJson", "folium.GeoJson, prefer_canvas", "geopandas.explore"
MAP = "window[Object.keys(window).find(name => /^map_/.test(name))]"
#: Zooms by so much, and resolves to milliseconds when all that is in view is on the screen:
#: since the step, and since the page was asked for.
ZOOMED = f"""async step => {{
  const map = {MAP};
  const frame = () => new Promise(done => requestAnimationFrame(done));
  const ours = Object.values(window).find(f => window.L && f instanceof L.Renderer && f.visit);
  const began = performance.now();
  if (step) map.setZoom(map.getZoom() + step, {{animate: false}});
  await frame();
  while (ours && !ours.isDrawn()) await frame();
  await frame();
  return [performance.now() - began, performance.now()];
}}"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page took: megabytes, seconds; and what it did that it must not do."""

    file_mb: float
    made_s: float
    drawn_s: float
    zoomed_s: float
    heap_mb: float
    process_mb: float
    nodes: float
    requests: float
    faults: float


@dataclass(frozen=True)
class Drawing:
    """A page on the disk, and the seconds that Python took to write it."""

    path: Path
    made_s: float


def generated(count: int, seed: int = 7) -> gpd.GeoDataFrame:
    """Rough rings of 41 corners, 100 to 3,000 亩 log-uniform, with ten attributes."""
    rng = np.random.default_rng(seed)
    policy = hg.load_policy()
    mu = np.exp(rng.uniform(np.log(100), np.log(3000), count))
    turns = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    reach = np.sqrt(mu * 10000 / 15 / np.pi)[:, None] * rng.uniform(0.7, 1.3, (count, CORNERS))
    lon, lat = rng.uniform(107.8, 109.4, count), rng.uniform(27.2, 29.0, count)
    east = lon[:, None] + reach * np.cos(turns) / (111_320 * np.cos(np.radians(lat)))[:, None]
    north = lat[:, None] + reach * np.sin(turns) / 110_900
    number = np.arange(count)
    return gpd.GeoDataFrame(
        {
            "base_id": [f"52{n % 10:02}-2020-{n:06}" for n in number],
            "name": [f"第{n}号基地" for n in number],
            "county": rng.choice(list(policy.words["county"]), count),
            "township": rng.choice([f"{n}号乡" for n in range(170)], count),
            "operator": [f"第{n // 3}合作社" for n in number],
            "variety": rng.choice(list(policy.varieties)[:15], count),
            "status": rng.choice(["built", "building"], count, p=[0.9, 0.1]),
            "surveyed_on": "2020-06-15",
            "declared_mu": mu.round(0),
            "counted_mu": mu.round(2),
        },
        geometry=shapely.polygons(np.stack([east, north], axis=2)),
        crs=4490,
    )


def ours(bases: gpd.GeoDataFrame) -> folium.Map:
    """The map of herbgis."""
    return hg.draw_map(bases, counties=hg.read_counties())


def geojson(bases: gpd.GeoDataFrame, *, canvas: bool = False) -> folium.Map:
    """folium.GeoJson with tooltip and popup of the same attributes."""
    drawn = folium.Map([28.1, 108.6], zoom_start=9, tiles=None, prefer_canvas=canvas)
    names = [name for name in bases.columns if name != "geometry"]
    folium.GeoJson(
        bases, tooltip=folium.GeoJsonTooltip(["name"]), popup=folium.GeoJsonPopup(names)
    ).add_to(drawn)
    return drawn


def geojson_on_canvas(bases: gpd.GeoDataFrame) -> folium.Map:
    """The same with folium's faster renderer."""
    return geojson(bases, canvas=True)


def explore(bases: gpd.GeoDataFrame) -> folium.Map:
    """geopandas.explore, as an analyst calls it."""
    return bases.explore(column="variety", tiles=None)


def written(draw: Callable[[Any], folium.Map], bases: gpd.GeoDataFrame, path: Path) -> Drawing:
    """Draw and save a page."""
    began = time.perf_counter()
    draw(bases).save(str(path))
    return Drawing(path, time.perf_counter() - began)


def seen(playwright: Playwright, drawing: Drawing, *, helped: bool) -> Seen:
    """Open a page in a browser of its own, zoom it in and out twice, and ask for its memory.

    `helped`: what it asks of the network is given.
    """
    program = next(filter(None, map(shutil.which, BROWSERS)))
    browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
    page = browser.new_page(viewport={"width": 1600, "height": 900})
    page.set_default_timeout(LIMIT_MS)
    asked, faults = _listened(page)
    if helped:
        page.route("**/*", _given)
    page.goto(drawing.path.as_uri())
    _, drawn = page.evaluate(ZOOMED, 0)
    zooms = [page.evaluate(ZOOMED, step)[0] for step in (1, -1, 1, -1)]
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    told = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    held = renderer_mb()
    browser.close()
    return Seen(
        file_mb=drawing.path.stat().st_size / 1e6,
        made_s=drawing.made_s,
        drawn_s=drawn / 1000,
        zoomed_s=statistics.median(zooms) / 1000,
        heap_mb=told["JSHeapUsedSize"] / 1e6,
        process_mb=held,
        nodes=told["Nodes"],
        requests=len(asked),
        faults=len(faults),
    )


def _listened(page: Page) -> tuple[list[str], list[str]]:
    """Addresses that the page asks the network for, and its errors; both fill as it goes on."""
    asked: list[str] = []
    faults: list[str] = []
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(("file:", "data:", "blob:"))
            else asked.append(request.url)
        ),
    )
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    return asked, faults


def _given(route: Route) -> None:
    """A vendored file for a request, or an empty one."""
    url = route.request.url
    if url.startswith(("file:", "data:", "blob:")):
        route.continue_()
        return
    try:
        body = vendor.asset_for(url).code()
    except AssetError:
        body = ""
    kind = "text/css" if url.endswith(".css") else "application/javascript"
    route.fulfill(status=200, body=body, content_type=kind)


def renderer_mb() -> float:
    """Proportional memory of the largest process that shows a page, megabytes (Linux)."""
    held = [0.0]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if b"--type=renderer" in (process / "cmdline").read_bytes():
                told = (process / "smaps_rollup").read_text()
                held.append(int(told.partition("Pss:")[2].split()[0]) / 1000)
        except OSError:
            continue  # it has ended meanwhile, or is another's
    return max(held)


def compared(
    playwright: Playwright, count: int, peers: dict[str, Callable[[Any], folium.Map]], runs: int
) -> dict[str, list[Seen]]:
    """What ours and the peers took on the same bases, in turn, so many times."""
    bases = generated(count)
    taken: dict[str, list[Seen]] = {}
    with tempfile.TemporaryDirectory() as folder:
        drawings = {
            name: written(draw, bases, Path(folder) / f"{number}.html")
            for number, (name, draw) in enumerate({OURS: ours, **peers}.items())
        }
        for _ in range(runs):
            for name, drawing in drawings.items():
                try:
                    page = seen(playwright, drawing, helped=name != OURS)
                except PlaywrightError as error:  # a page that a browser gives up is a result too
                    print(count, name, str(error)[:200], flush=True)
                    continue
                taken.setdefault(name, []).append(page)
                print(count, name, page, flush=True)
    return taken


def main() -> int:
    """Print the table, and write it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--out", type=Path, default=OUT)
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--most", type=int, default=100_000)
    given = asked.parse_args()
    folium_s = {SVG: geojson, CANVAS: geojson_on_canvas}
    sizes: list[tuple[int, dict[str, Callable[[Any], folium.Map]], int]] = [
        (160, folium_s, given.runs),
        (2_000, folium_s, given.runs),
        (20_000, folium_s, given.runs),
        (100_000, {EXPLORE: explore}, 1),
    ]
    rows = []
    with sync_playwright() as playwright:
        bare = {name: median(s) for name, s in _bare(playwright).items()}
        for count, peers, runs in sizes:
            if count <= given.most:
                rows += _rows(count, compared(playwright, count, peers, runs), bare)
        version = playwright.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, BROWSERS))), args=["--no-sandbox"]
        ).version
    text = _text(rows, given.runs, version, bare)
    given.out.write_text(text, encoding="utf-8")
    print(text)
    return 0


def _bare(playwright: Playwright) -> dict[str, list[Seen]]:
    """Pages with a single base: what map, counties and panel take by themselves."""
    return compared(playwright, 1, {SVG: geojson}, 3)


def median(pages: list[Seen]) -> Seen:
    """The median of each figure."""
    return Seen(*(statistics.median(getattr(p, f.name) for p in pages) for f in fields(Seen)))


def _rows(count: int, taken: dict[str, list[Seen]], bare: dict[str, Seen]) -> list[str]:
    """A line a page with medians, and what a peer took for one of ours."""
    own = median(taken[OURS])
    rows = []
    for name, pages in taken.items():
        page = median(pages)
        beyond = page.process_mb - bare.get(name, bare[SVG]).process_mb
        times = [p.zoomed_s for p in pages]
        cells = [
            f"{count:,}",
            name,
            f"{page.file_mb:.2f}",
            f"{page.made_s:.1f}",
            f"{page.drawn_s:.2f}",
            f"{page.zoomed_s:.3f} ({min(times):.3f}–{max(times):.3f})",
            f"{page.heap_mb:.1f}",
            f"{page.process_mb:.0f} ({beyond:+.0f})",
            f"{page.nodes:,.0f}",
            f"{page.requests:.0f}, {page.faults:.0f}",
        ]
        if name == OURS:
            cells.append("")
        else:
            own_beyond = max(own.process_mb - bare[OURS].process_mb, 1.0)
            ratios = [
                getattr(page, key) / getattr(own, key)
                for key in ("file_mb", "drawn_s", "zoomed_s", "heap_mb")
            ]
            cells.append(" / ".join(f"{ratio:.1f}" for ratio in (*ratios, beyond / own_beyond)))
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def _text(rows: list[str], runs: int, chromium: str, bare: dict[str, Seen]) -> str:
    made_with = (
        f"Python {platform.python_version()}, {platform.machine()}, Chromium {chromium}, "
        f"folium {folium.__version__}, geopandas {gpd.__version__}"
    )
    return f"""# The map beside other ways to draw it

Rough rings of {CORNERS} corners, 100 to 3,000 亩 log-uniform, ten attributes; 1600 by 900 pixels,
headless, without a graphics card, the peers given their scripts from disk. Medians of {runs}
interleaved runs (one at 100,000), each in a browser of its own: `python -m benchmarks.webmap`.

- made: seconds of Python to write the file.
- drawn: from asking for the page until all stands on the screen. zoomed: one step, likewise
  (least and most of the runs' medians).
- heap: JavaScript's, after collecting garbage. process: proportional memory of the page's process,
  and in brackets what it is beyond the same page with a single base ({bare[OURS].process_mb:.0f}
  for herbgis with its panel and counties, {bare[SVG].process_mb:.0f} for folium).
- asked: requests to a network, and errors on the console. Those of the peers are for what was not
  vendored.
- The last column: what the peer takes for one of ours, in file, drawn, zoomed, heap, and process
  beyond the single base.

{made_with}.

| bases | | MB | made, s | drawn, s | zoomed, s | heap, MB | process, MB | nodes | asked | ratios |
|---|---|---|---|---|---|---|---|---|---|---|
{chr(10).join(rows)}
"""


if __name__ == "__main__":
    sys.exit(main())
