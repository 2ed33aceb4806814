"""Parquet whose bytes, or what it says of them, are odd."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

import herbgis as hg
from tests.helpers.odd_files import IDS, sound

WKB = [shapely.to_wkb(shape) for shape in sound().geometry]
_COLUMN = {"encoding": "WKB", "geometry_types": []}
#: What a file states of its geometries; None for nothing.
STATED: dict[str, Any] = {
    "nothing": None,
    "another column": {"primary_column": "geom", "columns": {"geom": _COLUMN}},
    "no columns": {"primary_column": "geometry"},
    "columns as a list": {"primary_column": "geometry", "columns": ["geometry"]},
    "a column of nothing": {"primary_column": "geometry", "columns": {"geometry": None}},
    "a list": [],
    "a number": 1,
    "itself": {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": _COLUMN}},
}


def _write(folder: Path, shapes: pa.Array, stated: object = None) -> Path:
    cells = sound().drop(columns="geometry")
    table = pa.table({**{name: cells[name].tolist() for name in cells}, "geometry": shapes})
    if stated is not None:
        table = table.replace_schema_metadata({"geo": json.dumps(stated)})
    pq.write_table(table, folder / "基地.parquet")
    return folder / "基地.parquet"


@pytest.mark.parametrize("bad", [0, 1, 3])
@pytest.mark.parametrize("stated", STATED)
def test_a_shape_of_odd_bytes_costs_its_record(tmp_path: Path, stated: str, bad: int) -> None:
    shapes = [b"\x01\x03" if at == bad else wkb for at, wkb in enumerate(WKB)]
    survey = hg.read_survey(_write(tmp_path, pa.array(shapes, pa.binary()), STATED[stated]))
    assert survey.bases["base_id"].tolist() == IDS
    assert survey.bases.geometry.notna().tolist() == [at != bad for at in range(len(IDS))]
    found = hg.validate(survey).table.query("code == 'HG103'")
    assert found["row"].tolist() == [bad + 1]


@pytest.mark.parametrize(
    "kind", [pa.binary(), pa.large_binary(), pa.binary_view(), pa.binary(len(WKB[0]))], ids=str
)
def test_bytes_of_every_type_are_shapes(tmp_path: Path, kind: pa.DataType) -> None:
    shapes = pa.array(WKB, kind)
    bases = hg.read_survey(_write(tmp_path, shapes)).bases
    assert bases.geometry.geom_equals_exact(sound().geometry, tolerance=1e-9).all()


@pytest.mark.parametrize("bytes_", [b"\xff\xd8\xff\xe0", b"", b"\x00" * 40])
def test_pictures_are_no_shapes(tmp_path: Path, bytes_: bytes) -> None:
    survey = hg.read_survey(_write(tmp_path, pa.array([bytes_] * len(WKB), pa.binary())))
    assert survey.bases["base_id"].tolist() == IDS
    assert hg.validate(survey).table["code"].tolist() == ["HG101"] * len(IDS)
