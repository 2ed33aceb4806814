"""Base maps from the network: what is asked of whom, and where it is drawn. No host is reached."""

from __future__ import annotations

import base64
import math
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import folium
import numpy as np
import numpy.typing as npt
import pytest
import shapely
from playwright.sync_api import Browser, BrowserContext, Page, Route

from herbgis.foundation.errors import AssetError, HerbgisError, UnknownNameError
from herbgis.geo import offsets
from herbgis.webmap.online import KEY_VARIABLE, OnlineLayer, online_layers
from herbgis.webmap.page import OfflineMap
from tests.helpers.map_browser import MAP
from tests.helpers.offsets import cgcs2000_to_gcj02

KEY = "0123456789abcdef0123456789abcdef"
GREEN = (0, 160, 90)
VIEWPORT = {"width": 1000, "height": 700}
#: Corners and middle of the city, lat and lon.
PLACES = [(27.2, 107.8), (29.0, 107.8), (28.1, 108.6), (27.2, 109.4), (29.0, 109.4)]
ZOOMS = [*range(8, 17), 10.3, 13.7, 15.4]
POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]*)"')
#: A tile's corners on the screen, by the transforms of the elements that it stands in.
TILES = f"""() => {{
  const container = {MAP}.getContainer();
  return Array.from(container.querySelectorAll('img.leaflet-tile'), (tile) => {{
    let chain = new DOMMatrix();
    for (let at = tile; at !== container; at = at.parentElement) {{
      chain = new DOMMatrix(getComputedStyle(at).transform).multiply(chain);
    }}
    const box = tile.getBoundingClientRect();
    const {{a, b, c, d, e, f}} = chain;
    return {{
      url: tile.src, loaded: tile.naturalWidth > 0, matrix: [a, b, c, d, e, f],
      box: [box.left, box.top, box.right, box.bottom],
    }};
  }});
}}"""
#: Every tile that is wanted has its answer, and what stood there before is gone.
SETTLED = f"""() => Object.values({MAP}._layers).filter(layer => layer._tiles).every(layer =>
  Object.values(layer._tiles).every(tile => tile.loaded && tile.current))"""
#: Where the map has places, not rounded to pixels as latLngToContainerPoint is.
ON_SCREEN = f"""(places) => places.map((place) => {{
  const point = {MAP}.layerPointToContainerPoint(
    {MAP}.project(place).subtract({MAP}.getPixelOrigin()));
  return [point.x, point.y];
}})"""


@dataclass
class Online:
    """A page with base maps, what it asked of the network, and what it must not do."""

    page: Page
    urls: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def look(self, place: tuple[float, float], zoom: float) -> None:
        """Go to a place and wait for the tiles."""
        self.page.evaluate(
            f"([at, zoom]) => {{ {MAP}.setView(at, zoom, {{animate: false}}); }}", [place, zoom]
        )
        self.page.wait_for_function(SETTLED)


def png(colour: tuple[int, int, int]) -> bytes:
    """A tile of one colour."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", 256, 256, 8, 2, 0, 0, 0)
    lines = (b"\0" + bytes(colour) * 256) * 256
    image = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + image


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Online]]:
    """Opens a map with a provider's base maps; `answer` stands for every host."""
    contexts: list[BrowserContext] = []
    tile = png(GREEN)

    def opened(
        layers: list[OnlineLayer],
        answer: Callable[[Route], None] = lambda route: route.fulfill(
            body=tile, content_type="image/png"
        ),
    ) -> Online:
        drawn = OfflineMap(location=PLACES[2], zoom_start=10, zoom_snap=0.1)
        for layer in layers:
            layer.add_to(drawn)
        path = tmp_path / "map.html"
        drawn.save(str(path))
        context = browser.new_context(viewport=VIEWPORT)
        contexts.append(context)
        here = Online(context.new_page())

        def answered(route: Route) -> None:
            here.urls.append(route.request.url)
            answer(route)

        context.route(re.compile(r"^(https?|wss?):"), answered)
        _listen(here)
        here.page.goto(path.as_uri())
        here.page.wait_for_function(f"() => {MAP} && {MAP}._loaded")
        return here

    yield opened
    for context in contexts:
        context.close()


def _listen(here: Online) -> None:
    def heard(message: Any) -> None:
        if message.type in {"error", "warning"}:
            here.faults.append(message.text)

    here.page.on("console", heard)
    here.page.on("pageerror", lambda error: here.faults.append(f"error: {error}"))


def asked(urls: list[str]) -> list[dict[str, str]]:
    """Addresses as one flat table of parameters."""
    return [
        {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()} for url in urls
    ]


def lonlat_of_tiles(x: Any, y: Any, z: Any) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Where a place of the tiles' grid lies, as OpenStreetMap's slippy maps and Amap count."""
    count = 2.0 ** np.asarray(z)
    lon = np.asarray(x) / count * 360 - 180
    lat = np.degrees(np.arctan(np.sinh(math.pi * (1 - 2 * np.asarray(y) / count))))
    return lon, lat


def policy_of(layers: list[OnlineLayer]) -> str:
    drawn = OfflineMap()
    for layer in layers:
        layer.add_to(drawn)
    found = POLICY.search(drawn.get_root().render())
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("shown", "names"), [(0, ("vec", "cva")), (1, ("img", "cia")), (2, ("ter", "cta"))]
)
def test_tianditu_is_asked_as_its_service_wants(
    visit: Callable[..., Online], shown: int, names: tuple[str, str]
) -> None:
    here = visit([online_layers("tianditu", KEY)[shown]])
    if shown:
        assert here.urls == []  # only the first is shown unasked
        here.page.evaluate(
            f"""() => Object.values(window).find(
                found => found instanceof L.LayerGroup).addTo({MAP})"""
        )
    here.page.wait_for_function(SETTLED)
    assert here.urls
    expected = set()
    for query in asked(here.urls):
        x, y, z = query["TILECOL"], query["TILEROW"], query["TILEMATRIX"]
        assert z == "10"
        name = query["LAYER"]
        expected.add(
            f"https://t{(int(x) + int(y)) % 8}.tianditu.gov.cn/{name}_w/wmts?SERVICE=WMTS"
            f"&REQUEST=GetTile&VERSION=1.0.0&LAYER={name}&STYLE=default&TILEMATRIXSET=w"
            f"&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={KEY}"
        )
    assert set(here.urls) == expected
    assert len(here.urls) == len(expected)
    assert {query["LAYER"] for query in asked(here.urls)} == set(names)
    assert "天地图" in here.page.inner_text(".leaflet-control-attribution")
    assert here.faults == []


def test_openstreetmap_is_asked_for_the_tiles_of_the_view_and_named(
    visit: Callable[..., Online],
) -> None:
    here = visit(online_layers("osm"))
    here.page.wait_for_function(SETTLED)
    lat, lon = PLACES[2]
    x = math.floor((lon + 180) / 360 * 1024)
    y = math.floor((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 1024)
    assert f"https://tile.openstreetmap.org/10/{x}/{y}.png" in here.urls
    pattern = re.compile(r"https://tile\.openstreetmap\.org/10/\d+/\d+\.png")
    assert all(pattern.fullmatch(url) for url in here.urls)
    credit = here.page.locator(".leaflet-control-attribution a").last
    assert credit.get_attribute("href") == "https://www.openstreetmap.org/copyright"
    assert "OpenStreetMap" in credit.inner_text()
    assert here.faults == []


def test_amap_is_asked_on_its_own_grid(visit: Callable[..., Online]) -> None:
    layers = online_layers("amap")
    here = visit(layers)
    here.page.wait_for_function(SETTLED)
    for url, query in zip(here.urls, asked(here.urls), strict=True):
        x, y = int(query["x"]), int(query["y"])
        assert url == (
            f"https://webrd0{(x + y) % 4 + 1}.is.autonavi.com/appmaptile"
            f"?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z=10"
        )
    here.urls.clear()
    here.page.evaluate(
        f"""() => {{
          const maps = Object.values(window).filter(found => found instanceof L.LayerGroup);
          maps[0].remove();
          maps[1].addTo({MAP});
        }}"""
    )
    here.page.wait_for_function(SETTLED)
    parts = [urlsplit(url) for url in here.urls]
    assert {part.hostname for part in parts} <= {f"webst0{n}.is.autonavi.com" for n in range(1, 5)}
    assert {
        (part.path, query["style"]) for part, query in zip(parts, asked(here.urls), strict=True)
    } == {
        ("/appmaptile", "6"),
        ("/appmaptile", "8"),
    }
    assert here.faults == []


@pytest.mark.parametrize("zoom", ZOOMS)
def test_amap_s_tiles_lie_where_they_belong_and_cover_the_view(
    visit: Callable[..., Online], zoom: float
) -> None:
    here = visit(online_layers("amap"))
    for place in PLACES:
        here.look(place, zoom)
        assert checked(here) < 1
    assert here.faults == []


def test_amap_s_tiles_stay_in_place_through_moves_and_zooms(visit: Callable[..., Online]) -> None:
    here = visit(online_layers("amap"))
    here.look(PLACES[2], 13.8)
    for move in ("panBy([250, -180])", "setZoom(14.3)", "zoomIn(0.1)", "panBy([-900, 40])"):
        here.page.evaluate(
            f"""() => new Promise((done) => {{
              {MAP}.once("moveend", () => done());
              {MAP}.{move};
            }})"""
        )
        here.page.wait_for_timeout(400)  # tiles of the zoom before fade out
        here.page.wait_for_function(SETTLED)
        assert checked(here) < 1
    assert here.faults == []


@pytest.mark.parametrize("zoom", [12, 15.4])
def test_no_seam_shows_between_amap_s_tiles(visit: Callable[..., Online], zoom: float) -> None:
    here = visit(online_layers("amap"))
    here.page.add_style_tag(content=".leaflet-control-container { display: none; }")
    here.look(PLACES[2], zoom)
    here.page.wait_for_timeout(600)  # tiles fade in
    size = here.page.evaluate(f"() => {MAP}.getSize()")
    clip = {"x": 0, "y": 0, "width": size["x"], "height": size["y"]}
    assert farthest_from_green(here.page, here.page.screenshot(clip=clip)) <= 16


def test_outside_china_nothing_is_shifted(visit: Callable[..., Online]) -> None:
    here = visit(online_layers("amap"))
    for place in [(40.7, -74.0), (-33.9, 151.2), (28.1, 108.6 + 360)]:
        here.look(place, 12)
        for tile in here.page.evaluate(TILES):
            query = asked([tile["url"]])[0]
            lon, lat = lonlat_of_tiles(*(int(query[name]) + 0.5 for name in "xy"), int(query["z"]))
            if place[1] > 180:
                lon, lat = offsets.gcj02_to_cgcs2000(lon, lat)
                lon += 360
            wanted = here.page.evaluate(ON_SCREEN, [[float(lat), float(lon)]])[0]
            assert at(tile["matrix"], 128, 128) == pytest.approx(wanted, abs=1)


def test_the_page_converts_as_the_library_does(visit: Callable[..., Online]) -> None:
    here = visit(online_layers("amap"))
    lon, lat = map(np.ravel, np.meshgrid(np.linspace(74, 135, 40), np.linspace(4, 53, 40)))
    near = np.meshgrid(np.linspace(107.8, 109.4, 30), np.linspace(27.2, 29.0, 30))
    lon, lat = np.r_[lon, near[0].ravel()], np.r_[lat, near[1].ravel()]
    for name, function in (
        ("toGcj02", cgcs2000_to_gcj02),
        ("fromGcj02", offsets.gcj02_to_cgcs2000),
    ):
        found = here.page.evaluate(
            f"""(places) => places.map(([lat, lng]) => {{
              const place = herbgis.{name}({{lat, lng}});
              return [place.lng, place.lat];
            }})""",
            np.column_stack([lat, lon]).tolist(),
        )
        assert np.abs(np.array(found) - np.column_stack(function(lon, lat))).max() < 1e-8


@pytest.mark.parametrize("provider", ["tianditu", "amap", "osm"])
def test_a_page_whose_hosts_cannot_be_reached_still_shows(
    visit: Callable[..., Online], provider: str
) -> None:
    here = visit(online_layers(provider, KEY), lambda route: route.abort())
    here.page.wait_for_function(SETTLED)
    assert here.urls
    assert here.page.locator(".leaflet-control-zoom-in").is_visible()
    tiles = here.page.locator("img.leaflet-tile")
    assert tiles.evaluate_all(
        "tiles => tiles.every(tile => getComputedStyle(tile).visibility === 'hidden')"
    )
    assert set(here.faults) == {"Failed to load resource: net::ERR_FAILED"}


@pytest.mark.parametrize("provider", ["tianditu", "amap", "osm"])
def test_the_page_s_policy_opens_its_maps_hosts_and_nothing_more(provider: str) -> None:
    layers = online_layers(provider, KEY)
    hosts = list(dict.fromkeys(host for layer in layers for host in layer.hosts))
    policy = dict(part.strip().split(" ", 1) for part in policy_of(layers).split(";"))
    plain = dict(part.strip().split(" ", 1) for part in policy_of([]).split(";"))
    assert policy["img-src"] == " ".join(["data: blob:", *hosts])
    assert plain["img-src"] == "data: blob:"
    assert all(re.fullmatch(r"https://[a-z0-9.]+", host) for host in hosts)
    same = [name for name in plain if name not in {"img-src", "script-src"}]
    assert {name: policy[name] for name in same} == {name: plain[name] for name in same}
    assert set(policy) == set(plain)
    assert "http" not in policy["script-src"]


def test_only_online_maps_bring_their_script_and_their_like_from_folium_stay_out() -> None:
    assert "herbgis.tiles" not in OfflineMap().get_root().render()
    drawn = OfflineMap()
    online_layers("osm")[0].add_to(drawn)
    assert "herbgis.tiles" in drawn.get_root().render()
    assert drawn.get_root().render() == drawn.get_root().render()
    folium.TileLayer().add_to(drawn)
    with pytest.raises(AssetError):
        drawn.get_root().render()


@pytest.mark.parametrize("provider", ["tianditu", "amap", "osm"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_one_base_map_is_shown_and_each_has_a_switch(provider: str, lang: str) -> None:
    layers = online_layers(provider, KEY, lang=lang)
    assert [layer.show for layer in layers] == [True, *[False] * (len(layers) - 1)]
    assert all(layer.base for layer in layers)
    assert all(layer.switches == [{"title": layer.layer_name}] for layer in layers)
    assert len({layer.layer_name for layer in layers}) == len(layers)


def test_tianditu_s_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    assert online_layers("tianditu")[0].data["options"]["key"] == KEY
    assert online_layers("tianditu", "Own1")[0].data["options"]["key"] == "Own1"
    monkeypatch.delenv(KEY_VARIABLE)
    with pytest.raises(HerbgisError, match=KEY_VARIABLE):
        online_layers("tianditu")


@pytest.mark.parametrize("wrong", [f"{KEY}&x=1", f"{KEY} {KEY}", f"{KEY}<", f"密{KEY}", "{s}"])
def test_a_wrong_key_is_refused_and_no_key_is_told(wrong: str) -> None:
    with pytest.raises(HerbgisError) as caught:
        online_layers("tianditu", wrong)
    told = f"{caught.value} {caught.value!r} {caught.value.__context__!r}"
    assert KEY not in told
    assert wrong not in told
    layer = online_layers("tianditu", KEY)[0]
    assert KEY not in f"{layer} {layer!r} {layer.to_json()} {layer.get_name()}"


def test_an_unknown_provider_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="tianditu"):
        online_layers("tiandi")


def checked(here: Online) -> float:
    """Check that tiles cover the view; the pixels by which places are off at the worst."""
    tiles = here.page.evaluate(TILES)
    assert tiles
    quads = [quad_of(tile) for tile in tiles]
    for tile, quad in zip(tiles, quads, strict=True):
        assert tile["loaded"]
        assert quad.bounds == pytest.approx(tile["box"], abs=0.01)
    size = here.page.evaluate(f"() => {MAP}.getSize()")
    assert shapely.union_all(quads).covers(shapely.box(0, 0, size["x"], size["y"]))
    return largest_error(here, tiles)


def quad_of(tile: dict[str, Any]) -> shapely.Polygon:
    corners = [(0, 0), (256, 0), (256, 256), (0, 256)]
    return shapely.Polygon([at(tile["matrix"], u, v) for u, v in corners])


def at(matrix: list[float], u: Any, v: Any) -> tuple[Any, Any]:
    a, b, c, d, e, f = matrix
    return a * u + c * v + e, b * u + d * v + f


def largest_error(here: Online, tiles: list[dict[str, Any]]) -> float:
    """Pixels between where tiles show places, and where the map has them on CGCS2000."""
    steps = np.linspace(0, 256, 9)
    u, v = map(np.ravel, np.meshgrid(steps, steps))
    drawn, places = [], []
    for tile, query in zip(tiles, asked([tile["url"] for tile in tiles]), strict=True):
        x, y, z = (int(query[name]) for name in "xyz")
        lon, lat = offsets.gcj02_to_cgcs2000(*lonlat_of_tiles(x + u / 256, y + v / 256, z))
        drawn.append(np.column_stack(at(tile["matrix"], u, v)))
        places.append(np.column_stack([lat, lon]))
    wanted = np.array(here.page.evaluate(ON_SCREEN, np.concatenate(places).tolist()))
    away = np.hypot(*(np.concatenate(drawn) - wanted).T)
    return float(away.max())


def farthest_from_green(page: Page, picture: bytes) -> int:
    """The most by which red, green or blue of a PNG's pixels differ from the tiles' colour."""
    found: int = page.evaluate(
        """async ([base64, colour]) => {
          const image = new Image();
          image.src = "data:image/png;base64," + base64;
          await image.decode();
          const ctx = new OffscreenCanvas(image.width, image.height).getContext("2d");
          ctx.drawImage(image, 0, 0);
          const pixels = ctx.getImageData(0, 0, image.width, image.height).data;
          const away = (value, i) => (i % 4 > 2 ? 0 : Math.abs(value - colour[i % 4]));
          return pixels.reduce((most, value, i) => Math.max(most, away(value, i)), 0);
        }""",
        [base64.b64encode(picture).decode(), list(GREEN)],
    )
    return found
