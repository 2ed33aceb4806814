"""Boundaries that a column of texts writes out are read as drawn ones are, in any table."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

import herbgis as hg
from herbgis.reading.understanding.geometry_columns import drawn
from herbgis.reading.understanding.written_shapes import looks_written, written_shape
from tests.helpers.make import row_of

IDS = ["a", "b", "c"]
SHAPES = row_of(3)


def _table(heading: str, cells: list[object]) -> pd.DataFrame:
    return pd.DataFrame({"基地编号": IDS, "品种": ["黄精"] * 3, heading: cells})


def _parquet(table: pd.DataFrame, folder: Path) -> Path:
    pq.write_table(pa.Table.from_pandas(table), folder / "基地.parquet")
    return folder / "基地.parquet"


def _csv(table: pd.DataFrame, folder: Path) -> Path:
    table.to_csv(folder / "基地.csv", index=False)
    return folder / "基地.csv"


def _workbook(table: pd.DataFrame, folder: Path) -> Path:
    book = openpyxl.Workbook()
    for row in [list(table.columns), *table.astype(object).to_numpy().tolist()]:
        book.active.append(row)
    book.save(folder / "基地.xlsx")
    return folder / "基地.xlsx"


def _sqlite(table: pd.DataFrame, folder: Path) -> Path:
    with closing(sqlite3.connect(folder / "基地.sqlite")) as base:
        table.to_sql("jd", base, index=False)
    return folder / "基地.sqlite"


FILES: dict[str, Callable[[pd.DataFrame, Path], Path]] = {
    "parquet": _parquet,
    "csv": _csv,
    "workbook": _workbook,
    "sqlite": _sqlite,
}
HEADINGS = ["geometry", "wkt", "the_geom", "边界", "Shape_WKT"]
#: How a shape is written out.
WRITTEN: dict[str, Callable[[shapely.Geometry], str]] = {
    "WKT": shapely.to_wkt,
    "WKT in small letters": lambda shape: shape.wkt.lower(),
    "WKT with a system": lambda shape: f"SRID=4490;{shape.wkt}",
    "WKT of several parts": lambda shape: shapely.multipolygons([shape]).wkt,
    "WKT with heights": lambda shape: shapely.to_wkt(shapely.force_3d(shape, 500)),
    "WKB": lambda shape: shape.wkb_hex,
    "WKB in small letters": lambda shape: shape.wkb_hex.lower(),
    "WKB of the other order": lambda shape: shapely.to_wkb(shape, hex=True, byte_order=0),
    "WKB with a system": lambda shape: shapely.to_wkb(
        shapely.set_srid(shape, 4490), hex=True, include_srid=True
    ),
    "WKB as PostgreSQL shows bytes": lambda shape: rf"\x{shape.wkb_hex}",
    "GeoJSON": shapely.to_geojson,
}


def _assert_drawn(survey: hg.Survey, known: tuple[int, ...] = (0, 1, 2)) -> None:
    bases = survey.bases
    assert bases["base_id"].tolist() == IDS
    assert bases["variety"].tolist() == ["黄精"] * 3
    assert [at for at, shape in enumerate(bases.geometry) if shape is not None] == list(known)
    for at in known:
        assert shapely.hausdorff_distance(bases.geometry[at], SHAPES[at]) < 1e-9


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("heading", HEADINGS)
def test_whatever_the_column_is_called(tmp_path: Path, file: str, heading: str) -> None:
    path = FILES[file](_table(heading, [shape.wkt for shape in SHAPES]), tmp_path)
    survey = hg.read_survey(path)
    _assert_drawn(survey)
    assert survey.issues["code"].tolist() == ["HG005"]
    assert "未用列" not in survey.assumption_lines()[0]
    assert "不止一列" not in survey.assumption_lines()[0]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("kind", WRITTEN)
def test_however_it_is_written(tmp_path: Path, file: str, kind: str) -> None:
    path = FILES[file](_table("geom", [WRITTEN[kind](shape) for shape in SHAPES]), tmp_path)
    survey = hg.read_survey(path)
    _assert_drawn(survey)
    stated = "system" in kind
    assert survey.files["crs"].tolist() == ["EPSG:4490"]
    assert ("HG005" in set(survey.issues["code"])) != stated


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize("kind", WRITTEN)
def test_in_a_frame_too(heading: str, kind: str) -> None:
    table = _table(heading, [WRITTEN[kind](shape) for shape in SHAPES])
    report = hg.validate(table)
    assert report.bases["base_id"].tolist() == IDS
    assert report.bases["surveyed_mu"].notna().all()
    assert "HG101" not in set(report.table["code"])
    bytes_ = hg.validate(_table(heading, [shape.wkb for shape in SHAPES]))
    assert bytes_.bases["surveyed_mu"].tolist() == pytest.approx(report.bases["surveyed_mu"])


#: What a cell may be that is no shape, among others that are.
BAD = [
    "POLYGON ((108.4 27.9, 108.5",
    "POLYGON ((108.4 27.9, 108.5 27.9, 108.5 28, 108.4 27.9)) x",
    "POLYGON ((东 北, 108.5 27.9, 108.5 28, 东 北))",
    "CURVEPOLYGON (CIRCULARSTRING (0 0, 1 1, 2 0, 1 -1, 0 0))",
    "见附图",
    "01030000000100000005000000",
    "FF" * 60,
    '{"type": "Polygon", "coordinates": 1}',
    "108.4",
    "POLYGON",
]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("bad", BAD)
def test_a_cell_that_cannot_be_read_costs_its_record(tmp_path: Path, file: str, bad: str) -> None:
    cells: list[object] = [SHAPES[0].wkt, bad, SHAPES[2].wkt]
    survey = hg.read_survey(FILES[file](_table("geom", cells), tmp_path))
    _assert_drawn(survey, (0, 2))
    found = survey.issues[survey.issues["code"] == "HG001"]
    assert found["row"].tolist() == [2]
    assert "HG001" in hg.validate(survey).bases["blocked_by"][1]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("blank", [None, "", "  "])
def test_an_empty_cell_is_a_record_without_outline(
    tmp_path: Path, file: str, blank: str | None
) -> None:
    cells: list[object] = [SHAPES[0].wkt, blank, SHAPES[2].wkt]
    survey = hg.read_survey(FILES[file](_table("geom", cells), tmp_path))
    _assert_drawn(survey, (0, 2))
    assert "HG001" not in set(survey.issues["code"])


@pytest.mark.parametrize("file", FILES)
def test_a_ring_that_does_not_close_is_closed(tmp_path: Path, file: str) -> None:
    corners = shapely.get_coordinates(SHAPES[1])[:-1]
    is_open = f"POLYGON (({', '.join(f'{x} {y}' for x, y in corners)}))"
    cells: list[object] = [SHAPES[0].wkt, is_open, SHAPES[2].wkt]
    _assert_drawn(hg.read_survey(FILES[file](_table("geom", cells), tmp_path)))


@pytest.mark.parametrize("file", FILES)
def test_two_systems_are_none(tmp_path: Path, file: str) -> None:
    cells = [f"SRID={code};{s.wkt}" for code, s in zip((4490, 4490, 4326), SHAPES, strict=True)]
    survey = hg.read_survey(FILES[file](_table("geom", [*cells]), tmp_path))
    assert "SRID 不止一个" in survey.assumption_lines()[0]
    assert survey.issues["code"].tolist() == ["HG005"]


@pytest.mark.parametrize("file", FILES)
def test_of_two_columns_the_one_with_polygons_is_used(tmp_path: Path, file: str) -> None:
    table = _table("边界", [shape.wkt for shape in SHAPES])
    table.insert(1, "中心", [shape.centroid.wkt for shape in SHAPES])
    _assert_drawn(hg.read_survey(FILES[file](table, tmp_path)))


def test_points_alone_are_no_boundaries(tmp_path: Path) -> None:
    table = _table("geom", [shape.centroid.wkt for shape in SHAPES])
    for name, write in FILES.items():
        folder = tmp_path / name
        folder.mkdir()
        assert hg.read_survey(write(table, folder)).bases.geometry.isna().all()


def test_drawn_ones_go_before_written_ones() -> None:
    words = [shapely.affinity.translate(shape, 0.1).wkt for shape in SHAPES]
    frame = gpd.GeoDataFrame(_table("wkt", [*words]), geometry=SHAPES, crs=4490)
    bases = hg.validate(frame).bases
    assert all(found.equals(true) for found, true in zip(bases.geometry, SHAPES, strict=True))


@pytest.mark.parametrize("heading", ["raw_geometry", "坐标原文"])
def test_what_fitted_no_place_is_no_boundary(heading: str) -> None:
    table = _table(heading, [shape.wkt for shape in SHAPES])
    assert drawn(table).frame.geometry.isna().all()


@pytest.mark.parametrize("file", FILES)
def test_candidates_too(tmp_path: Path, file: str) -> None:
    table = _table("边界", [shape.wkt for shape in SHAPES]).rename(columns={"基地编号": "候选编号"})
    table["县区"] = "印江县"
    found = hg.read_candidates(FILES[file](table, tmp_path))
    assert found["candidate_id"].tolist() == IDS
    assert found.geometry.geom_equals_exact(gpd.GeoSeries(SHAPES, crs=4490), 1e-9).all()


@pytest.mark.parametrize(
    "text", ["多边形", "POLYGONAL", "01", "520625", "{}", '{"a": 1}', "point of view", "0103"]
)
def test_words_are_no_shapes(text: str) -> None:
    assert not looks_written(text)
    assert written_shape(text) is None
