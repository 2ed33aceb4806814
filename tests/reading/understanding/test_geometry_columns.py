"""Boundaries are found whatever their column is called, and cells whatever type they have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pytest
import shapely

import herbgis as hg
from tests.helpers.make import CGCS2000, row_of

IDS = ["a", "b", "c"]
CELLS = {
    "基地编号": IDS,
    "品种": ["黄精"] * 3,
    "县区": ["印江县"] * 3,
    "上报面积": [10.0, None, 30.0],
}
SHAPES = gpd.GeoSeries(row_of(3), crs=CGCS2000)
CENTRES = gpd.GeoSeries([shapely.centroid(shape) for shape in row_of(3)], crs=CGCS2000)


def _frame() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(CELLS, geometry=SHAPES)


NAMED: dict[str, Callable[[], pd.DataFrame]] = {
    "geometry": _frame,
    "another name": lambda: _frame().rename_geometry("shape"),
    "centres beside": lambda: _frame().assign(center=CENTRES),
    "centres in use": lambda: _frame().assign(center=CENTRES).set_geometry("center"),
    "centres called geometry": lambda: (
        _frame().rename_geometry("shape").assign(geometry=CENTRES).set_geometry("geometry")
    ),
    "none in use": lambda: gpd.GeoDataFrame({**CELLS, "图斑": SHAPES}),
    "a plain frame": lambda: pd.DataFrame({**CELLS, "geometry": row_of(3)}),
    "a plain frame, another name": lambda: pd.DataFrame({**CELLS, "图斑": row_of(3)}),
    "a plain frame, centres first": lambda: pd.DataFrame(
        {"点": list(CENTRES), **CELLS, "图斑": row_of(3)}
    ),
    "one is pd.NA": lambda: pd.DataFrame({**CELLS, "图斑": [*row_of(2), pd.NA]}),
    "one is NaN": lambda: pd.DataFrame({**CELLS, "图斑": [*row_of(2), float("nan")]}),
}


@pytest.mark.parametrize("kind", NAMED)
def test_boundaries_are_found_in_a_frame(kind: str) -> None:
    report = hg.validate(NAMED[kind]())
    assert report.bases["base_id"].tolist() == IDS
    known = 2 if kind.startswith("one is") else 3
    for found, true in zip(report.bases.geometry[:known], row_of(known), strict=True):
        assert found.equals(true)


@pytest.mark.parametrize("kind", [k for k in NAMED if "plain" not in k and "one is" not in k])
def test_boundaries_are_found_in_a_parquet(tmp_path: Path, kind: str) -> None:
    frame = NAMED[kind]()
    if kind == "none in use":
        frame = frame.set_geometry("图斑")
    frame.to_parquet(tmp_path / "基地.parquet")
    survey = hg.read_survey(tmp_path)
    assert survey.bases["base_id"].tolist() == IDS
    assert shapely.equals(survey.bases.geometry, row_of(3)).all()
    assert ("图形列用了" in repr(survey)) == ("centres" in kind)


def test_bytes_that_nothing_declares_are_boundaries(tmp_path: Path) -> None:
    frame = pd.DataFrame({**CELLS, "geom": [shape.wkb for shape in row_of(3)]})
    frame.to_parquet(tmp_path / "基地.parquet")
    survey = hg.read_survey(tmp_path)
    assert shapely.equals(survey.bases.geometry, row_of(3)).all()
    assert list(survey.issues["code"]) == ["HG005"]


def _arrow(values: list[object], kind: pa.DataType) -> pd.Series:
    return pd.Series(pd.array(pa.array(values, type=kind), dtype=pd.ArrowDtype(kind)))


WORDS = pa.dictionary(pa.int32(), pa.string())
TYPED = {
    "string": ("基地编号", _arrow(IDS, pa.string())),
    "large string": ("基地编号", _arrow(IDS, pa.large_string())),
    "dictionary": (
        "基地编号",
        pd.Series(pd.array(pa.array(IDS).dictionary_encode(), dtype=pd.ArrowDtype(WORDS))),
    ),
    "int64": ("基地编号", _arrow([5206271032040100011, None, 7], pa.int64())),
    "uint64": ("基地编号", _arrow([15206271032040100011, None, 7], pa.uint64())),
    "decimal": ("上报面积", _arrow([10, None, 30], pa.decimal128(12, 2))),
    "float": ("上报面积", _arrow([10, None, 30], pa.float32())),
    "small int": ("上报面积", _arrow([10, None, 30], pa.int16())),
    "date32": ("测量日期", _arrow([dt.date(2020, 5, 1), None, None], pa.date32())),
    "timestamp": ("测量日期", _arrow([dt.datetime(2020, 5, 1), None, None], pa.timestamp("us"))),  # noqa: DTZ001
    "timestamp with a zone": (
        "测量日期",
        _arrow([dt.datetime(2020, 5, 1, tzinfo=dt.UTC), None, None], pa.timestamp("us", "UTC")),
    ),
    "list": ("品种", _arrow([["黄精"], ["黄精"], ["黄精"]], pa.list_(pa.string()))),
    "large list": ("品种", _arrow([["黄精"], ["黄精"], ["黄精"]], pa.large_list(pa.string()))),
    "pandas' own": ("上报面积", pd.Series([10, pd.NA, 30], dtype="Float64")),
    "objects with pd.NA": ("上报面积", pd.Series([10, pd.NA, 30], dtype=object)),
    "texts with pd.NA": ("上报面积", pd.Series(["10", pd.NA, "30"], dtype="string")),
    "categories": ("品种", pd.Series(["黄精"] * 3, dtype="category")),
}


#: What pandas itself writes into no file.
UNWRITTEN = {"objects with pd.NA"}


@pytest.mark.parametrize(
    ("kind", "file"),
    [(kind, file) for kind in TYPED for file in (False, True) if not (file and kind in UNWRITTEN)],
)
def test_cells_of_any_type_say_the_same(tmp_path: Path, kind: str, *, file: bool) -> None:
    heading, cells = TYPED[kind]
    frame = _frame().assign(**{heading: cells})
    if file:
        frame.to_parquet(tmp_path / "基地.parquet")
    bases = hg.read_survey(tmp_path).bases if file else hg.validate(frame).bases
    assert bases["variety"].tolist() == ["黄精"] * 3
    assert bases["declared_mu"].fillna(0).tolist() == [10, 0, 30]
    if heading == "测量日期":
        assert bases["surveyed_on"].dt.strftime("%Y-%m-%d").tolist()[0] == "2020-05-01"
    if heading == "基地编号" and "int" in kind:
        assert bases["base_id"].tolist()[::2] == [str(cells[0]), "7"]
    elif heading == "基地编号":
        assert bases["base_id"].tolist() == IDS
