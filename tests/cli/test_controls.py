"""--control: layers given to commands, what they print, and what stays out of a public page."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio

import herbgis as hg
from tests.cli.test_inputs import FEW
from tests.cli.test_program import run
from tests.helpers.shapes import square
from tests.webmap.test_public import texts_of


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half of what the file's bases lie on, as a survey of land."""
    bases = hg.read_survey(FEW).bases
    west, south, east, north = bases.total_bounds
    half = gpd.GeoSeries.from_wkt(
        [f"POLYGON (({west} {south}, {east} {south}, {east} {north}, {west} {south}))"], crs=4490
    )
    path = tmp_path_factory.mktemp("controls") / "DLTB.gpkg"
    gpd.GeoDataFrame({"DLBM": ["0103"]}, geometry=half).to_crs(4545).to_file(path)
    return path


def test_commands_hold_bases_against_layers(
    layer: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--control", f"三调={layer}", "--control", f"永农={layer}"]
    _, out, _ = run(capsys, "validate", FEW, *given, "--format", "json")
    told = json.loads(out)
    assert {"HG601", "HG602", "HG603"} <= {issue["code"] for issue in told["issues"]}
    assert "内部资料" in told["internal"][0]
    assert any("管控图层=" in line for line in told["files"][0]["assumptions"])
    file = tmp_path / "基地.gpkg"
    _, out, _ = run(capsys, "classify", FEW, *given, "--out", file, "--format", "json")
    assert "内部资料" in json.loads(out)["internal"][0]
    _, out, _ = run(capsys, "progress", file)
    assert "其中涉永久基本农田" in out
    assert out.count("内部资料") == 1
    _, direct, _ = run(capsys, "progress", FEW, *given)
    assert [line for line in direct.splitlines() if "其中涉" in line] == [
        line for line in out.splitlines() if "其中涉" in line
    ]
    run(capsys, "map", file, "--public", "--out", tmp_path / "公开.html")
    page = texts_of((tmp_path / "公开.html").read_text(encoding="utf-8"))
    assert [word for word in ("内部", "地类耕地", "永久基本农田", "control_") if word in page] == []
    ended, _, err = run(capsys, "progress", file, *given)
    assert (ended, "--control" in err) == (2, True)


def test_a_layer_that_cannot_be_read_is_reported_beside_all_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torn = tmp_path / "红线.geojson"
    torn.write_text('{"type": "FeatureColl', encoding="utf-8")
    ended, out, err = run(capsys, "validate", FEW, "--control", f"红线={torn}", "--format", "json")
    assert ended == 2
    assert "管控图层 红线" in err
    (unread,) = (issue for issue in json.loads(out)["issues"] if issue["code"] == "HG001")
    assert "没有查管控图层" in unread["message"]
    ended, _, err = run(capsys, "progress", FEW, "--control", f"红线={torn}")
    assert (ended, "管控图层 红线" in err) == (2, True)


def test_a_plan_keeps_off_land_on_which_growing_is_forbidden(
    layer: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sites = gpd.GeoSeries([square(600, 108.6, 27.9), square(600, 108.7, 27.9)], crs=4490)
    told = {"候选编号": ["C-1", "C-2"], "品种": ["黄精", "黄精"], "成本": [1, 2]}
    gpd.GeoDataFrame(told, geometry=sites).to_file(tmp_path / "候选.gpkg")
    steep = tmp_path / "陡坡.gpkg"
    gpd.GeoDataFrame({"x": [1]}, geometry=sites[:1]).to_file(steep)
    given = ["--candidates", tmp_path / "候选.gpkg", "--target", "500=6", "--target", "1000=2"]
    chosen = []
    for more in ([], ["--control", f"25°以上={steep}", "--control", f"三调={layer}"]):
        out = tmp_path / f"规划{len(more)}"
        run(capsys, "plan", FEW, "--out", out, *given, *more)
        plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
        chosen.append({row["id"] for row in plan["chosen"]} & {"C-1", "C-2"})
    assert chosen[1] <= {"C-2"}
    assert "C-1" in chosen[0]
    assert any("C-1" in note and "禁止种植黄精" in note for note in plan["notes"])


def test_a_raster_is_given_with_its_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    west, south, east, north = hg.read_survey(FEW).bases.total_bounds
    # A name may have a mark of its own.
    path = tmp_path / "坡度=2.tif"
    grid = rasterio.Affine((east - west) / 2, 0, west, 0, (south - north) / 2, north)
    place = {"crs": "EPSG:4490", "transform": grid}
    size = {"height": 2, "width": 2, "count": 1, "dtype": "uint16"}
    with rasterio.open(path, "w", driver="GTiff", **size, **place) as raster:
        raster.write(np.array([[4, 999], [4, 103]], dtype=np.uint16), 1)
    given = ["--control", f"25°以上={path}=4,999", "--control", f"三调={path}=GB/T 21010-2017"]
    _, out, _ = run(capsys, "validate", FEW, *given, "--format", "json")
    told = json.loads(out)
    assert {"HG601", "HG602", "HG603"} <= {issue["code"] for issue in told["issues"]}
    assert any("值是 4、999 的格在里面" in line for line in told["files"][0]["assumptions"])
    _, _, err = run(capsys, "validate", FEW, "--control", f"红线={path}")
    assert "值是 4、103、999" in err
