"""read_controls: a layer comes back from any format, or its file is refused in words."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

import herbgis as hg
from herbgis.reading.understanding.control_layers import control_layers
from tests.helpers import survey_files as write
from tests.helpers.make import MILLIMETRE_DEG, assert_same_place, rectangle

KINDS = {"DLBM": ["0103", "0301", "0201K"], "KCXS": [0.12, 0.0, 0.05]}
FORMATS = {
    "gpkg": write.gpkg,
    "geojson": write.geojson,
    "parquet": write.parquet,
    "gdb": write.gdb,
    "shp": write.shp("GBK", "GBK"),
    "zip": write.zipped_shp("GBK", "GBK"),
    "tab": write.mapinfo(".tab", "GBK"),
}


def _patches(crs: int = 4490) -> gpd.GeoDataFrame:
    shapes = [rectangle(108.9 + step / 100) for step in range(3)]
    return gpd.GeoDataFrame(KINDS, geometry=shapes, crs=4490).to_crs(crs)


@pytest.mark.parametrize("crs", [4490, 4545, 32649])
@pytest.mark.parametrize("name", FORMATS)
def test_a_layer_comes_back_as_it_went_in(tmp_path: Path, name: str, crs: int) -> None:
    path = FORMATS[name](_patches(crs), tmp_path)
    layer = hg.read_controls({"DLTB": path})["DLTB"]
    assert (layer.name, layer.title) == ("land_class", "三调地类")
    assert layer.codes is not None
    assert layer.deduction is not None
    assert layer.codes.tolist() == ["0103", "0301", "0201k"]
    assert layer.deduction.tolist() == KINDS["KCXS"]
    for found, sent in zip(layer.shapes, _patches().geometry, strict=True):
        assert_same_place(found, sent, 20 * MILLIMETRE_DEG)
    assert path.stem in layer.said[0]


def test_of_several_layers_the_one_is_read_that_is_called_so(tmp_path: Path) -> None:
    path = tmp_path / "国土.gpkg"
    _patches().head(1).to_file(path, layer="YJJBNTTB")
    _patches().to_file(path, layer="DLTB")
    layers = hg.read_controls({"永久基本农田": path, "三调": path})
    assert [len(layer.shapes) for layer in layers.values()] == [1, 3]
    with pytest.raises(hg.ControlsError, match=r"2 个图层 .*YJJBNTTB.*DLTB"):
        hg.read_controls({"公益林": path})


def test_lines_beside_the_areas_are_no_layer(tmp_path: Path) -> None:
    path = tmp_path / "红线.gpkg"
    lines = _patches()
    lines.geometry = lines.boundary
    lines.to_file(path, layer="界线")
    _patches().to_file(path, layer="图斑")
    assert len(hg.read_controls({"红线": path})["红线"].shapes) == 3


@pytest.mark.parametrize(
    ("given", "name", "title"),
    [
        ("YJJBNTTB", "basic_farmland", "永久基本农田"),
        ("25度以上", "steep_slope", "25°以上"),
        (" 水源地(一级) ", "水源地_一级", "水源地(一级)"),
    ],
)
def test_a_name_is_a_control_or_ones_own(tmp_path: Path, given: str, name: str, title: str) -> None:
    layer = hg.read_controls({given: write.gpkg(_patches(), tmp_path)})[given]
    assert (layer.name, layer.title) == (name, title)


def _torn(folder: Path) -> Path:
    path = write.geojson(_patches(), folder)
    path.write_bytes(path.read_bytes()[:500])
    return path


def _points(folder: Path) -> Path:
    points = _patches()
    points.geometry = points.representative_point()
    return write.gpkg(points, folder)


def _elsewhere(folder: Path) -> Path:
    far = gpd.GeoSeries(shapely.transform(_patches().geometry.array, lambda at: at * 1e7))
    return write.gpkg(gpd.GeoDataFrame(geometry=far, crs=4490), folder)


def _empty_zip(folder: Path) -> Path:
    path = folder / "空.zip"
    zipfile.ZipFile(path, "w").close()
    return path


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (_torn, "基地.geojson"),
        (_points, "没有面"),
        (_elsewhere, "坐标系认不出来"),
        (_empty_zip, "没有可读"),
    ],
)
def test_what_cannot_be_read_is_said(
    tmp_path: Path, make: Callable[[Path], Path], cause: str
) -> None:
    with pytest.raises(hg.ControlsError, match=cause) as refused:
        hg.read_controls({"公益林": make(tmp_path)})
    assert "管控图层 公益林" in str(refused.value)
    assert "HG001" in str(refused.value)


def test_a_missing_file_and_an_unclear_name_are_said(tmp_path: Path) -> None:
    path = write.gpkg(_patches(), tmp_path)
    with pytest.raises(hg.InputNotFoundError):
        hg.read_controls({"公益林": tmp_path / "没有.shp"})
    with pytest.raises(hg.ControlsError, match=r"“水源\(一\)”和“水源-一”"):
        hg.read_controls({"水源(一)": path, "水源-一": path})
    with pytest.raises(hg.ControlsError, match="名称是空的"):
        hg.read_controls({" ": path})


def test_a_survey_without_classes_is_no_survey_and_another_layer_needs_none(tmp_path: Path) -> None:
    path = write.gpkg(_patches().drop(columns="DLBM"), tmp_path)
    with pytest.raises(hg.ControlsError, match=r"DLBM.*KCXS"):
        hg.read_controls({"三调": path})
    path = write.geojson(_patches(), tmp_path)
    assert hg.read_controls({"永农": path})["永农"].codes is None


def test_layers_of_one_kind_are_several_files_of_one_name(tmp_path: Path) -> None:
    path = write.gpkg(_patches(), tmp_path)
    layers = hg.read_controls({"国家级公益林": path, "地方公益林": path})
    assert [layer.name for layer in layers.values()] == ["public_forest"] * 2


def test_records_without_land_are_counted(tmp_path: Path) -> None:
    patches = _patches()
    patches.loc[1, "geometry"] = None
    patches.loc[2, "geometry"] = patches.geometry[2].boundary
    layer = hg.read_controls({"公益林": write.geojson(patches, tmp_path)})["公益林"]
    told = "2 条不是面或没有图形, 不在其中"
    assert layer.said[-1] == told
    (own,) = control_layers({"公益林": patches}, policy=hg.load_policy())
    assert own.said == (told,)


def test_a_layer_shows_no_more_than_its_size(tmp_path: Path) -> None:
    layer = hg.read_controls({"公益林": write.gpkg(_patches(), tmp_path)})["公益林"]
    assert repr(layer) == "<ControlLayer 公益林: 3 个图形>"
    assert np.shape(layer.shapes) == (3,)


def test_a_layer_of_which_shapes_are_cut_off_is_none(tmp_path: Path) -> None:
    path = write.shp("GBK", "GBK")(_patches(), tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    for name in ("DLTB", "永久基本农田"):
        with pytest.raises(hg.ControlsError, match="写明 3 条记录, 完整的只有 1 条"):
            hg.read_controls({name: path})
