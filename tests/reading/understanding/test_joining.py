"""A workbook of bases beside the polygons of the same bases, as two files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import herbgis as hg
from tests.helpers.shapes import east_of, square


def _polygons(path: Path, mu: Sequence[float], **columns: Sequence[object]) -> None:
    shapes = [east_of(square(size), 3000.0 * n) for n, size in enumerate(mu)]
    gpd.GeoDataFrame(dict(columns), geometry=shapes, crs="EPSG:4490").to_file(path)


def _list(path: Path, **columns: Sequence[object]) -> None:
    pd.DataFrame(columns).to_csv(path, index=False, encoding="utf-8-sig")


def _validated(
    tmp_path: Path, counties: gpd.GeoDataFrame
) -> tuple[hg.ValidationReport, gpd.GeoDataFrame]:
    report = hg.validate(hg.read_survey(tmp_path), counties=counties)
    return report, hg.classify(report.bases)


@pytest.fixture
def apart(tmp_path: Path) -> Path:
    """Polygons that know their id alone, and the workbook that knows the rest."""
    _polygons(tmp_path / "图斑.gpkg", [300, 200.5, 620], 基地编号=["YJ-1", "YJ-1", "YJ-2"])
    _list(
        tmp_path / "名单.csv",
        基地编号=["YJ-1", "YJ-2", "YJ-3"],
        基地名称=["甲", "乙", "丙"],
        县区=["印江县"] * 3,
        品种=["黄精、白芨", "天麻", "花椒"],
        建设状态=["在建", "已建", "已建"],
        上报面积亩=[500.5, 620, 700],
        测量方式=["RTK", "RTK", ""],
    )
    return tmp_path


def test_a_polygon_takes_what_the_workbook_says(apart: Path) -> None:
    bases = hg.read_survey(apart).bases
    parcels = bases[bases["source_file"].str.endswith(".gpkg")]
    assert parcels["name"].tolist() == ["甲", "甲", "乙"]
    assert parcels["varieties"].tolist() == [["黄精", "白芨"], ["黄精", "白芨"], ["天麻"]]
    assert parcels["group"].tolist() == ["key"] * 3
    assert parcels["county"].tolist() == ["印江土家族苗族自治县"] * 3
    assert parcels["declared_mu"].isna().all()


def test_a_stated_status_stands_before_a_default(apart: Path) -> None:
    status = hg.read_survey(apart).bases["status"].tolist()
    assert status == ["building", "built", "built", *["building", "building", "built"]]


def test_a_status_of_the_polygons_stands_before_a_default_of_the_list(tmp_path: Path) -> None:
    _polygons(tmp_path / "图斑.gpkg", [600], 基地编号=["YJ-1"], 建设状态=["拟建"])
    _list(tmp_path / "名单.csv", 基地编号=["YJ-1"], 品种=["黄精"])
    assert hg.read_survey(tmp_path).bases["status"].tolist() == ["planned", "planned"]


def test_the_joined_base_has_no_defect(apart: Path, counties: gpd.GeoDataFrame) -> None:
    report, bases = _validated(apart, counties)
    assert set(report.table["code"]) - {"HG109", "HG405"} == {"HG101"}
    assert report.table.query("code == 'HG101'")["base_id"].tolist() == ["YJ-3"]
    assert bases["declared_mu"].tolist() == [500.5, 620, 700]
    assert bases["declared_value"].tolist() == [500.5, 620, 700]
    assert bases["name"].tolist() == ["甲", "乙", "丙"]
    assert bases["records"].tolist() == [3, 2, 1]
    target = hg.count_progress(bases).targets.query("tier == '500'").iloc[0]
    assert (target["reported"], target["verified"], target["pending"]) == (2, 1, 1)


def test_the_survey_error_is_that_of_the_polygons(
    tmp_path: Path, counties: gpd.GeoDataFrame
) -> None:
    _polygons(tmp_path / "图斑.gpkg", [620], 基地编号=["YJ-1"], 测量方式=["RTK"])
    _list(tmp_path / "名单.csv", 基地编号=["YJ-1"], 品种=["黄精"], 测量方式=["手持GPS"])
    _, bases = _validated(tmp_path, counties)
    alone = hg.classify(gpd.read_file(tmp_path / "图斑.gpkg"))
    assert bases["sigma_mu"].iloc[0] == pytest.approx(alone["sigma_mu"].iloc[0])


def test_the_lists_total_is_not_added_to_the_parcels(
    tmp_path: Path, counties: gpd.GeoDataFrame
) -> None:
    _polygons(
        tmp_path / "图斑.gpkg", [300, 200], 基地编号=["YJ-1", "YJ-1"], 上报面积亩=[300.0, 200.0]
    )
    _list(tmp_path / "名单.csv", 基地编号=["YJ-1"], 品种=["黄精"], 上报面积亩=[500])
    _, bases = _validated(tmp_path, counties)
    assert bases["declared_mu"].tolist() == [500]


def test_a_parcel_without_its_polygon_is_no_list(
    tmp_path: Path, counties: gpd.GeoDataFrame
) -> None:
    frame = gpd.GeoDataFrame(
        {"基地编号": ["YJ-1", "YJ-1"], "上报面积亩": [300.0, 200.0], "品种": ["黄精", "黄精"]},
        geometry=[square(300), None],
        crs="EPSG:4490",
    )
    frame.to_file(tmp_path / "图斑.gpkg")
    _, bases = _validated(tmp_path, counties)
    assert bases["declared_mu"].tolist() == [500]


def test_both_files_say_that_they_were_joined(apart: Path) -> None:
    lines = hg.read_survey(apart).assumption_lines()
    assert any("名单.csv" in line and "2 条按基地编号" in line for line in lines)
    assert any("图斑.gpkg" in line and "3 条按基地编号" in line for line in lines)


def test_two_batches_of_polygons_are_not_mixed(tmp_path: Path) -> None:
    _polygons(tmp_path / "1.gpkg", [300], 基地编号=["YJ-1"], 品种=["黄精"])
    _polygons(tmp_path / "2.gpkg", [300], 基地编号=["YJ-1"])
    assert hg.read_survey(tmp_path).bases["variety"].isna().tolist() == [False, True]


PLACES = {"县区": ["印江县"], "乡镇": ["木黄镇"], "基地名称": ["凤仪 基地"]}


@pytest.mark.parametrize(
    ("listed", "proposed"),
    [
        ({**PLACES}, True),
        ({**PLACES, "基地名称": ["凤仪基地"]}, True),
        ({**PLACES, "乡镇": ["朗溪镇"]}, False),
        ({**PLACES, "基地编号": ["YJ-9"]}, True),
    ],
    ids=["same", "blank in the name", "another township", "an id on one side"],
)
def test_without_an_id_names_are_proposed_and_never_taken(
    tmp_path: Path, counties: gpd.GeoDataFrame, listed: dict[str, list[str]], proposed: bool
) -> None:
    _polygons(tmp_path / "图斑.gpkg", [600], **PLACES)
    _list(tmp_path / "名单.csv", **listed, 品种=["黄精"], 上报面积亩=[600])
    report, bases = _validated(tmp_path, counties)
    assert len(bases) == 2
    issue = report.table.query("code == 'HG101'").iloc[0]
    drawn = [{"file": f"{tmp_path.name}/图斑.gpkg", "row": 1}]
    found = [{"file": o["file"], "row": o["row"]} for o in issue["other"]]
    assert found == (drawn if proposed else [])
    assert ("图斑.gpkg 第 1 条" in issue["suggestion"]) == proposed


def test_two_ids_are_two_bases_whatever_their_name(
    tmp_path: Path, counties: gpd.GeoDataFrame
) -> None:
    _polygons(tmp_path / "图斑.gpkg", [600], **PLACES, 基地编号=["YJ-1"])
    _list(tmp_path / "名单.csv", **PLACES, 基地编号=["YJ-2"], 品种=["黄精"])
    report, _ = _validated(tmp_path, counties)
    assert report.table.query("code == 'HG101'")["other"].tolist() == [[]]


def test_joining_touches_no_geometry(apart: Path) -> None:
    bases = hg.read_survey(apart).bases
    assert shapely.is_missing(bases.geometry.array).tolist() == [True] * 3 + [False] * 3
