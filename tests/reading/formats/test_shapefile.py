"""Shapefiles as they come by chat: headings cut at ten bytes, parts that are missing or short."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import pytest

import herbgis as hg
from herbgis.terms.headings import match_headings, uncut_headings
from tests.helpers.make import assert_same_place
from tests.helpers.shapes import square

HEADINGS = {
    "基地编号": ["YJ-1", "YJ-2"],
    "主栽品种名": ["黄精", "天麻"],
    "建设状态": ["已建", "在建"],
    "上报面积": [120.5, 80.0],
    "经营主体名称": ["甲社", "乙社"],
}


def _write(folder: Path, encoding: str) -> Path:
    path = folder / "基地.shp"
    shapes = [square(120), square(80, lat=28.0)]
    gpd.GeoDataFrame(HEADINGS, geometry=shapes, crs=4490).to_file(path, encoding=encoding)
    return path


@pytest.mark.filterwarnings("ignore:.*:UserWarning", "ignore:.*:RuntimeWarning")
@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_headings_cut_at_ten_bytes_are_known_by_their_beginning(
    tmp_path: Path, encoding: str
) -> None:
    survey = hg.read_survey(_write(tmp_path, encoding))
    bases = survey.bases
    assert bases["base_id"].tolist() == ["YJ-1", "YJ-2"]
    assert bases["status"].tolist() == ["built", "building"]
    assert bases["declared_mu"].tolist() == [120.5, 80.0]
    assert bases["operator"].tolist() == ["甲社", "乙社"]
    if encoding == "UTF-8":
        assert "列名被截断" in repr(survey)


@pytest.mark.parametrize(
    ("headings", "uncut"),
    [
        (["测量方"], {"survey_method": "测量方"}),
        (["测量"], {}),
        (["建设状", "状态"], {}),
    ],
)
def test_a_heading_that_begins_two_columns_is_not_guessed(
    headings: list[str], uncut: dict[str, str], policy: hg.Policy
) -> None:
    known = match_headings(headings, policy).columns
    assert uncut_headings(headings, "utf-8", policy, known) == uncut


@pytest.mark.filterwarnings("ignore:.*:UserWarning", "ignore:.*:RuntimeWarning")
def test_without_shx_every_record_is_kept_and_nothing_is_written_beside(tmp_path: Path) -> None:
    path = _write(tmp_path, "GBK")
    path.with_suffix(".shx").unlink()
    before = sorted(p.name for p in tmp_path.iterdir())
    survey = hg.read_survey(path)
    assert "缺 .shx" in repr(survey)
    assert survey.bases["base_id"].tolist() == ["YJ-1", "YJ-2"]
    for found, mu in zip(survey.bases.geometry, (120, 80), strict=True):
        assert_same_place(found, square(mu, lat=27.95 if mu == 120 else 28.0))
    assert sorted(p.name for p in tmp_path.iterdir()) == before


@pytest.mark.filterwarnings("ignore:.*:UserWarning", "ignore:.*:RuntimeWarning")
@pytest.mark.parametrize(
    "also", [(), (".shx",), (".cpg",), (".prj",), (".shx", ".cpg"), (".shx", ".cpg", ".prj")]
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_table_that_was_forgotten_is_asked_for(
    tmp_path: Path, also: tuple[str, ...], *, packed: bool
) -> None:
    folder = tmp_path / "收件"
    folder.mkdir()
    path = _write(folder, "GBK")
    for suffix in (".dbf", *also):
        path.with_suffix(suffix).unlink()
    given = Path(shutil.make_archive(str(folder), "zip", folder)) if packed else folder
    survey = hg.read_survey(given)
    told = survey.issues[survey.issues["code"] == "HG001"]
    assert told["severity"].tolist() == ["warning"]
    assert "缺同名的 .dbf" in told["message"].iloc[0]
    assert len(told["message"].iloc[0]) <= 40
    for found, mu in zip(survey.bases.geometry, (120, 80), strict=True):
        assert_same_place(found, square(mu, lat=27.95 if mu == 120 else 28.0))
