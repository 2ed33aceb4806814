"""The map's page without a browser: what stands in it, what does not, and its bytes."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import folium
import folium.plugins
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from branca.element import Element, Figure

import herbgis as hg
from herbgis.foundation import resources
from herbgis.foundation.errors import AssetError, CrsError, MissingColumnError
from herbgis.webmap import OfflineMap, vendor
from herbgis.webmap.labels import label_places
from herbgis.webmap.outlines import STEPS, rings, simplified_counties
from herbgis.webmap.page import PageReader
from herbgis.webmap.symbols import radius_px
from herbgis.webmap.templating import as_json
from tests.helpers.map_page import blocks_of, data_of
from tests.helpers.shapes import LAT, LON, east_of, frame, square

IMAGE = "<img src=x onerror=alert(1)>"
SCRIPT = "</script><script>alert(1)</script>"
TEMPLATE = "{{ 7 * 7 }}{% for %}${alert(1)}"
HOSTILE = [IMAGE, SCRIPT, TEMPLATE]


@pytest.fixture(scope="module")
def bases(policy: hg.Policy) -> gpd.GeoDataFrame:
    """Four bases in a row: one a tier, and one without a polygon."""
    shapes = [*(square(mu, 108.40 + n / 20) for n, mu in enumerate((1200, 600, 300))), None]
    records = frame(
        shapes,
        name=[*HOSTILE, "无图斑基地"],
        declared_value=[1200.0, 600.0, 300.0, 700.0],
        data_note="合成示例数据",
        surveyed_on="2020-06-15",
    )
    return hg.classify(hg.validate(records, policy=policy).bases, policy=policy)


@pytest.fixture(scope="module")
def progress(bases: gpd.GeoDataFrame) -> hg.Progress:
    return hg.count_progress(bases, by=["county", "variety"])


@pytest.fixture(scope="module")
def page(bases: gpd.GeoDataFrame, counties: gpd.GeoDataFrame, progress: hg.Progress) -> str:
    return html(hg.draw_map(bases, counties=counties, progress=progress, title=SCRIPT))


def html(drawn: folium.Map) -> str:
    text: str = drawn.get_root().render()
    return text


def own(mu: float = 600.0, **columns: Any) -> gpd.GeoDataFrame:
    """An analyst's own frame: a polygon and an area."""
    return gpd.GeoDataFrame({"counted_mu": [mu], **columns}, geometry=[square(mu)], crs=4490)


def test_same_input_same_bytes_in_fresh_processes(tmp_path: Path) -> None:
    code = (
        "import sys, folium, herbgis as hg\n"
        "from tests.helpers.shapes import frame, square\n"
        "bases = hg.classify(frame([square(600), square(1200, 108.5)]))\n"
        "page = hg.draw_map(bases, counties=hg.read_counties(),"
        " progress=hg.count_progress(bases, by=['variety']))\n"
        "folium.Marker([27.9, 108.5], popup='一', icon=folium.Icon()).add_to(page)\n"
        "folium.FeatureGroup().add_to(page)\n"
        "page.save(sys.argv[1])\n"
        "page.save(sys.argv[2])\n"
    )
    paths = [tmp_path / f"{n}.html" for n in range(4)]
    for seed, pair in (("1", paths[:2]), ("2", paths[2:])):
        subprocess.run(
            [sys.executable, "-c", code, *map(str, pair)],
            check=True,
            cwd=Path(__file__).parents[2],
            env={"PYTHONHASHSEED": seed, "PATH": "", "SYSTEMROOT": "C:\\Windows"},
        )
    assert len({path.read_bytes() for path in paths}) == 1


def test_the_page_names_nothing_outside_it(page: str) -> None:
    reader = PageReader(page)
    markup = re.sub(r"(<script[^>]*>).*?</script>", r"\1", page, flags=re.DOTALL)
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", markup)
    assert len(reader.scripts) >= 6


def test_the_policy_allows_the_page_s_own_scripts_and_no_network(page: str) -> None:
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert found
    rules = dict(rule.strip().split(" ", 1) for rule in found[1].split(";"))
    assert rules["default-src"] == rules["connect-src"] == "'none'"
    assert rules["img-src"] == "data: blob:"
    assert rules["script-src"].count("sha256-") == len(PageReader(page).scripts)
    assert "unsafe" not in rules["script-src"]


def test_a_survey_s_text_is_data(page: str, bases: gpd.GeoDataFrame) -> None:
    for block in blocks_of(page):
        assert not set(block) & set("<>&\u2028\u2029")
    assert [base["name"] for base in data_of(page, "bases")["bases"]] == HOSTILE
    assert "<img src=x" not in page
    assert "<title>&lt;/script&gt;" in page
    assert "<h1>&lt;/script&gt;" in page
    assert len(bases) == 4


@pytest.mark.parametrize("text", [*HOSTILE, "\u2028\u2029", "&amp;", "\\u003c", "\"'`"])
def test_json_round_trips_and_ends_no_element(text: str) -> None:
    written = as_json({"name": text})
    assert json.loads(written) == {"name": text}
    assert not set(written) & set("<>&\u2028\u2029")


def test_text_that_is_no_unicode_is_still_written(tmp_path: Path) -> None:
    broken = pd.Series(["基地\ud800"], dtype=object)
    hg.draw_map(own(name=broken)).save(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert data_of(page, "bases")["bases"][0]["name"] == "基地?"


def test_figures_are_those_of_progress(page: str, progress: hg.Progress) -> None:
    for row in progress.targets.to_dict("records"):
        assert f'<b class="hg-verified">{row["verified"]}</b>' in page
        for word, name in (("尚差", "gap"), ("待核实", "pending"), ("上报", "reported")):
            assert f"<dt>{word}</dt><dd>{row[name]}</dd>" in page
    for row in progress.by["variety"].to_dict("records"):
        assert f'aria-pressed="false">{row["variety"]}</button>' in page
    assert "截至 2020-06-15" in page
    assert "无图斑 1 个" in page
    assert "印江自治县 · 无图斑基地" in page
    assert page.count("合成示例数据") >= 2


def test_popup_says_the_base_s_own_figures(page: str) -> None:
    data = data_of(page, "bases")
    first = dict(zip(data["labels"], data["bases"][0]["lines"], strict=True))
    assert first["核定面积"] == "1200.00 亩"
    assert first["上报面积"] == "1200.00 亩"
    assert first["位置"] == "印江自治县"
    assert data["bases"][0]["tags"][:2] == ["1000亩以上", "已建"]
    assert data["labels"][data["tip"]] == "核定面积"
    assert data["bases"][2]["lines"][data["tip"]] == "300.00 亩"


def test_absent_columns_leave_their_lines_out() -> None:
    data = data_of(html(hg.draw_map(own())), "bases")
    assert data["labels"] == ["核定面积"]
    assert data["bases"][0]["tags"] == ["500亩以上不足1000亩"]
    assert data["bases"][0]["look"] == "solid"


def test_columns_are_mapped_and_known_headings_found() -> None:
    given = own(基地名称=["甲"]).rename(columns={"counted_mu": "亩数"})
    data = data_of(html(hg.draw_map(given, columns={"counted_mu": "亩数"})), "bases")
    assert data["bases"][0]["name"] == "甲"
    assert data["bases"][0]["rank"] == 1


def test_a_frame_without_area_or_geometry_is_refused() -> None:
    with pytest.raises(MissingColumnError, match="counted_mu"):
        hg.draw_map(own().drop(columns="counted_mu"))
    with pytest.raises(MissingColumnError, match="geometry"):
        hg.draw_map(pd.DataFrame({"counted_mu": [1.0]}))
    with pytest.raises(CrsError):
        hg.draw_map(own().set_crs(None, allow_override=True))


def test_input_is_left_alone_and_its_system_does_not_matter(bases: gpd.GeoDataFrame) -> None:
    before = bases.copy(deep=True)
    there = data_of(html(hg.draw_map(bases)), "bases")["bases"]
    again = data_of(html(hg.draw_map(bases.to_crs(4545))), "bases")["bases"]
    assert bases.equals(before)
    assert [b["name"] for b in there] == [b["name"] for b in again]
    np.testing.assert_allclose([b["at"] for b in there], [b["at"] for b in again], atol=2e-5)


def test_an_empty_frame_gives_an_empty_map(bases: gpd.GeoDataFrame) -> None:
    assert data_of(html(hg.draw_map(bases.iloc[:0])), "bases")["bases"] == []


def test_errors_and_warnings_with_a_place_become_pins(policy: hg.Policy) -> None:
    report = hg.validate(frame([square(600), square(600)]), policy=policy)
    drawn = hg.draw_map(hg.classify(report.bases), issues=report)
    pins = data_of(html(drawn), "pins")["pins"]
    assert pins[0]["tags"] == ["须整改", "HG302"]
    assert {base["look"] for base in data_of(html(drawn), "bases")["bases"]} == {"dashed"}


def test_a_user_s_folium_layers_survive() -> None:
    drawn = hg.draw_map(own())
    group = folium.FeatureGroup(name=SCRIPT).add_to(drawn)
    folium.CircleMarker([27.9, 108.4], tooltip="圆").add_to(group)
    folium.GeoJson(own()[["geometry"]], name="面").add_to(drawn)
    folium.LayerControl().add_to(drawn)
    page = html(drawn)
    assert "L.circleMarker(" in page
    assert "L.control.layers(" in page
    assert "&lt;/script&gt;&lt;script&gt;alert(1)" in page
    assert "jQuery" not in page
    assert page == html(drawn)


def test_only_the_assets_of_the_layers_present_are_embedded() -> None:
    drawn = hg.draw_map(own())
    assert not any(name in html(drawn) for name in ("jQuery", "AwesomeMarkers", "Glyphicons"))
    folium.Marker([27.9, 108.4], popup="弹窗", icon=folium.Icon(color="red")).add_to(drawn)
    assert all(name in html(drawn) for name in ("jQuery", "AwesomeMarkers", "Glyphicons"))


@pytest.mark.parametrize(
    ("element", "said"),
    [
        (folium.TileLayer(), "openstreetmap"),
        (folium.plugins.MarkerCluster(), "markercluster"),
        (folium.Marker([27.9, 108.4], icon=folium.Icon(prefix="fa")), "Font Awesome"),
    ],
)
def test_what_would_have_to_be_loaded_fails_the_save(
    element: Element, said: str, tmp_path: Path
) -> None:
    drawn = hg.draw_map(own())
    element.add_to(drawn)
    path = tmp_path / "page.html"
    path.write_text("before")
    with pytest.raises(AssetError, match=said):
        drawn.save(str(path))
    assert path.read_text() == "before"


@pytest.mark.parametrize(
    "markup", ['<img src="//example.org/a.png">', "<script src=a.js></script>"]
)
def test_an_outside_address_in_a_user_s_markup_fails_the_save(markup: str) -> None:
    drawn = hg.draw_map(own())
    drawn.get_root().html.add_child(Element(markup))
    with pytest.raises(AssetError, match="要加载"):
        html(drawn)


def test_a_notebook_and_a_figure_of_one_s_own_show_the_page() -> None:
    drawn = hg.draw_map(own())
    assert isinstance(drawn, folium.Map)
    assert "srcdoc=" in drawn._repr_html_()
    figure = Figure(height=400)
    figure.add_child(drawn)
    assert "cdn.jsdelivr.net" not in figure.render()


def test_a_map_of_one_s_own_is_offline_too() -> None:
    drawn = OfflineMap(location=[27.9, 108.4])
    written = io.BytesIO()
    drawn.save(written, close_file=False)
    assert b"L.map(" in written.getvalue()


def test_every_vendored_file_is_listed_with_its_hash() -> None:
    folder = resources.asset("webmap/assets")
    listed = {asset.path: asset.sha256 for asset in vendor.assets()}
    files = [p for p in folder.rglob("*.*") if p.is_file() and p.parent.name != "herbgis"]
    present = {p.relative_to(folder).as_posix() for p in files if p.parent != folder}
    assert present == set(listed)
    for path, digest in listed.items():
        assert hashlib.sha256((folder / path).read_bytes()).hexdigest() == digest
        assert (folder / path.split("/")[0] / "LICENSE").exists()


@pytest.mark.parametrize("asset", vendor.assets(), ids=lambda asset: asset.path)
def test_vendored_code_ends_no_element_and_loads_nothing(asset: vendor.Asset) -> None:
    if asset.path.endswith((".js", ".css")):
        code = asset.code()
        assert "</script" not in code.lower()
        assert "</style" not in code.lower()
        assert "sourceMappingURL" not in code
        if not asset.is_script:
            assert re.findall(r"url\((?![\"']?(?:data:|#))", code) == []


def test_rings_are_differences_in_whole_steps() -> None:
    shell = [(108.0, 27.0), (108.01, 27.0), (108.01, 27.01), (108.0, 27.01)]
    hole = [(108.002, 27.002), (108.002, 27.004), (108.004, 27.004)]
    ((outer, inner),) = rings(shapely.Polygon(shell, [hole]))
    for ring, vertices in ((outer, shell), (inner, hole)):
        walked = np.cumsum(np.array(ring).reshape(-1, 2), axis=0) / STEPS
        assert {tuple(v) for v in walked.round(6)} == set(vertices)


@pytest.mark.parametrize("seed", range(5))
def test_outlines_come_back_within_a_step(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = np.array(
        [_rough(rng, holes=int(rng.integers(0, 3))) if n % 7 else None for n in range(60)],
        dtype=object,
    )
    shapes[3] = shapely.MultiPolygon([shapes[1], shapely.transform(shapes[2], lambda xy: xy + 9)])
    present = np.array([shape for shape in shapes if shape is not None], dtype=object)
    frame_ = gpd.GeoDataFrame({"counted_mu": [600.0] * len(present)}, geometry=present, crs=4490)
    data = data_of(html(hg.draw_map(frame_)), "bases")
    for shape, base in zip(present, data["bases"], strict=True):
        drawn = shapely.MultiPolygon(
            [shapely.Polygon(rings[0], rings[1:]) for rings in base["parts"]]
        )
        assert shapely.hausdorff_distance(shape.boundary, drawn.boundary) < 2e-5
        assert len(shapely.get_parts(drawn)) == len(shapely.get_parts(shape))
    assert data["rings"] == sum(len(r) for b in data["bases"] for r in b["parts"])


def _rough(rng: np.random.Generator, *, holes: int) -> shapely.Polygon:
    """A rough ring anywhere in China, with small holes."""
    middle = rng.uniform([75, 18], [135, 54])
    turns = np.sort(rng.uniform(0, 2 * np.pi, 41))
    ring = np.column_stack([np.cos(turns), np.sin(turns)]) * rng.uniform(0.006, 0.009, (41, 1))
    small = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * 4e-4
    inner = [small + middle + (n * 1.5e-3 - 1e-3, 0) for n in range(holes)]
    return shapely.Polygon(ring + middle, inner)


def test_simplified_counties_still_share_their_borders(counties: gpd.GeoDataFrame) -> None:
    shapes = counties.geometry.to_numpy()
    simple = simplified_counties(shapes)
    assert shapely.get_num_coordinates(simple).sum() < shapely.get_num_coordinates(shapes).sum()
    assert shapely.coverage_is_valid(simple)


def test_a_name_stands_inside_its_county_and_clear_of_a_symbol() -> None:
    county = shapely.box(108, 27, 109, 28)
    middle = np.array([[108.5, 27.5, 20.0]])
    ((lat, lon),) = label_places(np.array([county]), ["碧江区"], middle)
    assert shapely.contains_xy(county, lon, lat)
    assert abs(lat - 27.5) + abs(lon - 108.5) > 0.02
    ((lat, lon),) = label_places(np.array([county]), ["碧江区"], np.empty((0, 3)))
    assert (lat, lon) == pytest.approx((27.5, 108.5), abs=0.03)


def test_symbols_grow_with_area_and_stay_visible() -> None:
    assert radius_px(2000) == pytest.approx(np.sqrt(2) * radius_px(1000), abs=0.1)
    assert radius_px(1) == radius_px(None) == radius_px(float("nan")) == 5


def test_160_bases_fit_in_half_a_megabyte(counties: gpd.GeoDataFrame) -> None:
    turns = np.linspace(0, 2 * np.pi, 41)
    circle = np.column_stack([np.cos(turns), np.sin(turns)]) * 0.005
    shapes = [
        shapely.Polygon(circle + (108.2 + n % 16 / 20, 27.4 + n // 16 / 20)) for n in range(160)
    ]
    bases = hg.classify(frame(shapes))
    drawn = hg.draw_map(bases, counties=counties, progress=hg.count_progress(bases, by=["county"]))
    assert len(html(drawn).encode()) <= 500_000


def test_a_reports_records_are_drawn_as_bases() -> None:
    first, second = square(300), square(600, LON, LAT + 0.05)
    records = frame([first, east_of(first, 600), second], base_id=["A", "A", "B"], name="甲")
    report = hg.validate(records)
    page = hg.draw_map(report.bases, issues=report).get_root().render()
    whole = hg.draw_map(hg.classify(report.bases), issues=report).get_root().render()
    assert page == whole
