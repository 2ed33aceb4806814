from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import herbgis as hg
from tests.helpers.make import assert_same_place, few, gauss_kruger, project, rectangle, row_of

ZONE = gauss_kruger(36)


def _lines(shape: shapely.Polygon, code: str = "", *, start: int = 1) -> list[str]:
    """Points of a shape in a zone with its number in front, as CASS writes them."""
    corners = shapely.get_coordinates(project(shape, ZONE).exterior)[:-1]
    return [f"{n},{code},{x:.4f},{y:.4f},512.300" for n, (x, y) in enumerate(corners, start)]


def _dat(folder: Path, lines: Sequence[str], encoding: str = "gbk", end: str = "\r\n") -> Path:
    path = folder / "凤仪村基地.dat"
    path.write_bytes((end.join(lines) + end).encode(encoding))
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_points_without_codes_make_one_ring(tmp_path: Path, end: str) -> None:
    survey = hg.read_survey(_dat(tmp_path, _lines(rectangle()), end=end))
    assert list(survey.bases["name"]) == ["凤仪村基地"]
    assert_same_place(survey.bases.geometry.iloc[0], rectangle())
    assert list(survey.issues["code"]) == ["HG005"]
    assert "EPSG:4524" in survey.issues["message"].iloc[0]
    assert "全部点按顺序连成一个图斑" in survey.files["assumptions"].iloc[0]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig", "utf-16"])
def test_points_of_several_codes_make_a_ring_each(tmp_path: Path, encoding: str) -> None:
    shapes = row_of(2)
    names = ["天麻一号", "喆淼犇"]
    lines = [line for s, n in zip(shapes, names, strict=True) for line in _lines(s, n)]
    survey = hg.read_survey(_dat(tmp_path, lines, encoding))
    assert list(survey.bases["name"]) == names
    for found, true in zip(survey.bases.geometry, shapes, strict=True):
        assert_same_place(found, true)
    assert list(survey.files["records"]) == [2]
    said = survey.files["assumptions"].iloc[0]
    assert ("编码=GBK(由内容判定)" in said) == (encoding == "gbk")


def test_points_of_no_ring_are_counted(tmp_path: Path) -> None:
    first, second = row_of(2)
    lines = [*_lines(first, "A"), *_lines(second, "B"), "9,K1,36544775.5,3092984.1,0"]
    survey = hg.read_survey(_dat(tmp_path, lines))
    assert list(survey.bases["name"]) == ["A", "B"]
    (odd,) = survey.issues[survey.issues["code"] == "HG001"].itertuples()
    assert (odd.severity, "1 个点没有连成图斑" in odd.message) == ("warning", True)


def test_one_code_alone_does_not_group(tmp_path: Path) -> None:
    lines = _lines(rectangle(), "A")
    lines[2] = lines[2].replace(",A,", ",K,")
    survey = hg.read_survey(_dat(tmp_path, lines))
    assert list(survey.bases["name"]) == ["凤仪村基地"]
    assert_same_place(survey.bases.geometry.iloc[0], rectangle())


@pytest.mark.parametrize("code", ["K1", "", "控制点", "A1", "a"])
@pytest.mark.parametrize("at", [0, 2, 4])
def test_a_point_of_another_code_in_the_only_ring_is_said(
    tmp_path: Path, code: str, at: int
) -> None:
    """A control point among the points of a boundary would change its area without a word."""
    lines = _lines(rectangle(), "A")
    lines.insert(at, f"9,{code},36544775.5,3092984.1,0")
    survey = hg.read_survey(_dat(tmp_path, lines))
    (odd,) = survey.issues[survey.issues["code"] == "HG001"].itertuples()
    assert (odd.severity, "1 个点编码不同" in odd.message) == ("warning", True)
    alike = hg.read_survey(_dat(tmp_path, _lines(rectangle(), "A")))
    assert "HG001" not in set(alike.issues["code"])


def test_what_is_no_point_is_a_finding_and_the_rest_is_kept(tmp_path: Path) -> None:
    lines = ["5", *_lines(rectangle()), "读不懂的一行", "7,,nan,1,2"]
    survey = hg.read_survey(_dat(tmp_path, lines))
    assert_same_place(survey.bases.geometry.iloc[0], rectangle())
    assert sorted(survey.issues["code"]) == ["HG001", "HG005", "HG103"]
    assert "第 6 行等 2 行读不懂" in " ".join(survey.issues["message"])


@pytest.mark.parametrize("east", ["nan", "inf", "abc", "", "1e999", "36 544", "--", "=A1", "#N/A"])
@pytest.mark.parametrize("coded", [True, False])
def test_a_point_that_is_not_read_stands_on_its_ring(
    tmp_path: Path, east: str, *, coded: bool
) -> None:
    first, second = row_of(2)
    lines = [*_lines(first, "A"), *(_lines(second, "B") if coded else [])]
    number, code, _, north, height = lines[-1].split(",")
    lines[-1] = f"{number},{code},{east},{north},{height}"
    report = hg.validate(hg.read_survey(_dat(tmp_path, lines)))
    odd = report.table.query("code == 'HG103' and severity == 'error'")
    assert list(odd["row"]) == [len(report.bases)]
    assert f"第 {len(lines)} 行的点" in odd["message"].iloc[0]
    if coded:
        assert_same_place(report.bases.geometry.iloc[0], first)


def test_points_too_few_for_a_ring_are_kept_as_points(tmp_path: Path) -> None:
    survey = hg.read_survey(_dat(tmp_path, _lines(rectangle())[:2]))
    assert list(survey.bases.geometry.geom_type) == ["MultiPoint"]


def test_a_table_of_mapinfo_is_not_taken_for_points(tmp_path: Path) -> None:
    path = _dat(tmp_path, _lines(rectangle()))
    path.with_suffix(".MAP").write_bytes(b"")
    assert "缺同名的 .tab" in hg.read_survey(tmp_path).issues["message"].iloc[0]
    path.with_suffix(".MAP").unlink()
    assert len(hg.read_survey(tmp_path).bases) == 1


@few
@given(st.binary(max_size=200) | st.text("0123456789.,-eE甲\n", max_size=200).map(str.encode))
def test_any_bytes_end_in_a_survey(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "坏.dat"
        path.write_bytes(data)
        survey = hg.read_survey(path)
    assert len(survey.files) == 1
