"""What a file says of its records beside them: counts, codes, headings, deleted rows, NULL."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

import herbgis as hg
from tests.helpers.make import row_of, table
from tests.helpers.odd_bytes import delete_rows, put_cells, spoil

IDS = ["a0", "a1", "a2", "a3"]


def _shapefile(folder: Path, **columns: object) -> Path:
    path = folder / "基地.shp"
    frame = table(**{"基地编号": IDS, "品种": ["黄精"] * 4, "县区": ["印江县"] * 4, **columns})
    frame.to_file(path, encoding="GBK")
    return path


@pytest.mark.parametrize("rows", [[0], [1], [3], [0, 1], [0, 3], [1, 2], [0, 1, 2], [1, 2, 3]])
def test_rows_deleted_and_not_packed_are_no_loss(tmp_path: Path, rows: list[int]) -> None:
    path = _shapefile(tmp_path, 上报面积=[10.5, 20.5, 30.5, 40.5])
    delete_rows(path.with_suffix(".dbf"), rows)
    survey = hg.read_survey(path)
    kept = [at for at in range(4) if at not in rows]
    assert survey.bases["base_id"].tolist() == [IDS[at] for at in kept]
    assert survey.bases["declared_mu"].tolist() == [10.5 + 10 * at for at in kept]
    for found, at in zip(survey.bases.geometry, kept, strict=True):
        assert found.equals(row_of(4)[at])
    assert "HG002" not in set(survey.issues["code"])
    assert f"{len(rows)} 条已删除" in repr(survey)


@pytest.mark.parametrize(
    "cell", [b"0", b"0.00", b"0.00000000000", b"", b"-0", b"-1e+308", b"*****"]
)
def test_an_area_that_stands_for_null_is_not_declared(tmp_path: Path, cell: bytes) -> None:
    path = _shapefile(tmp_path, 上报面积=[10.5, 20.5, 30.5, 40.5])
    dbf = path.with_suffix(".dbf")
    length = dbf.read_bytes()[32 + 32 * 3 + 16]
    put_cells(dbf, 3, [cell.rjust(length), b"20.5".rjust(length)])
    report = hg.validate(hg.read_survey(path))
    assert report.bases["declared_mu"].isna().tolist() == [True, False, False, False]
    assert not ((report.table["code"] == "HG401") & (report.table["row"] == 1)).any()


def test_a_zero_of_another_format_stays(tmp_path: Path) -> None:
    table(基地编号=IDS, 上报面积=[0.0, 20.5, 30.5, 40.5]).to_file(tmp_path / "基地.gpkg")
    assert hg.read_survey(tmp_path).bases["declared_mu"].tolist() == [0, 20.5, 30.5, 40.5]


def _with_schema(folder: Path, codes: dict[str, str], cells: list[object]) -> Path:
    """A GeoPackage whose headings have aliases, and whose varieties are codes."""
    path = folder / "基地.gpkg"
    frame = table(BH=IDS, PZ=cells, XQ=["印江县"] * 4)
    frame.to_file(path, layer="jd")
    spoil(
        path,
        "create table gpkg_data_columns (table_name text, column_name text, name text,"
        " title text, description text, mime_type text, constraint_name text)",
    )
    spoil(
        path,
        "create table gpkg_data_column_constraints (constraint_name text, constraint_type text,"
        " value text, min numeric, min_is_inclusive boolean, max numeric,"
        " max_is_inclusive boolean, description text)",
    )
    for column, alias, words in (
        ("BH", "基地编号", None),
        ("PZ", "主栽品种", "pz"),
        ("XQ", "县区", None),
    ):
        spoil(
            path,
            "insert into gpkg_data_columns values ('jd', ?, ?, null, null, null, ?)",
            *(column, alias, words),
        )
    for code, word in codes.items():
        spoil(
            path,
            "insert into gpkg_data_column_constraints values"
            " ('pz', 'enum', ?, null, null, null, null, ?)",
            *(code, word),
        )
    spoil(
        path,
        "insert into gpkg_extensions values ('gpkg_data_columns', null, 'gpkg_schema',"
        " 'http://www.geopackage.org/spec121/#extension_schema', 'read-write')",
    )
    return path


@pytest.mark.parametrize(
    ("codes", "cells", "varieties"),
    [
        ({"1": "太子参", "2": "黄精"}, [1, 2, 2, 1], ["太子参", "黄精", "黄精", "太子参"]),
        (
            {"01": "天麻", "02": "黄精"},
            ["01", "02", "01", "黄精"],
            ["天麻", "黄精", "天麻", "黄精"],
        ),
        ({"1": "天麻"}, [1, 1, 1, 7], ["天麻", "天麻", "天麻", "7"]),
        ({}, ["黄精"] * 4, ["黄精"] * 4),
    ],
)
def test_aliases_and_coded_words_of_a_geopackage_are_used(
    tmp_path: Path, codes: dict[str, str], cells: list[object], varieties: list[str]
) -> None:
    bases = hg.read_survey(_with_schema(tmp_path, codes, cells)).bases
    assert bases["base_id"].tolist() == IDS
    assert bases["county"].notna().all()
    assert bases["variety"].tolist() == varieties


def test_a_heading_of_the_callers_own_beats_an_alias(tmp_path: Path) -> None:
    path = _with_schema(tmp_path, {}, ["黄精"] * 4)
    bases = hg.read_survey(path, columns={"name": "BH"}).bases
    assert bases["name"].tolist() == IDS


@pytest.mark.parametrize("empty", [False, True])
def test_a_geopackage_copied_without_its_journal_says_so(tmp_path: Path, *, empty: bool) -> None:
    path = tmp_path / "基地.gpkg"
    table(基地编号=IDS).to_file(path, layer="基地")
    if empty:
        spoil(path, "delete from gpkg_contents")
        spoil(path, "delete from gpkg_geometry_columns")
        spoil(path, "drop table 基地")
    with closing(sqlite3.connect(path)) as base:
        base.execute("pragma journal_mode=wal")
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    survey = hg.read_survey(path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before
    assert len(survey.bases) == (0 if empty else 4)
    said = " ".join([*survey.assumption_lines(), *survey.issues["message"]])
    assert "wal" in said
    assert ("HG001" in set(survey.issues["code"])) == empty


_REGION = """Region 1
  4
108.{n}5 27.95
108.{n}55 27.95
108.{n}55 27.955
108.{n}5 27.95
"""
_COLLECTION = f"Collection 3\n{_REGION}Pline 2\n108.5 27.9\n108.51 27.9\nMultipoint 1\n108.5 27.9\n"


@pytest.mark.parametrize("kinds", ["c", "rc", "crc", "ccc", "rnc", "nnn", "rrrr", "cccccccc"])
def test_a_collection_of_a_mif_is_one_record(tmp_path: Path, kinds: str) -> None:
    pieces = {"r": _REGION, "c": _COLLECTION, "n": "None\n"}
    body = "".join(pieces[kind].format(n=at + 1) for at, kind in enumerate(kinds))
    head = 'Version 450\nCharset "UTF-8"\nDelimiter ","\nCoordSys Earth Projection 1, 104\n'
    path = tmp_path / "基地.mif"
    path.write_text(f"{head}Columns 1\n  JDBH Char(20)\nData\n\n{body}", encoding="utf-8")
    ids = [f"YJ-{at}" for at in range(len(kinds))]
    path.with_suffix(".mid").write_text("".join(f'"{i}"\n' for i in ids), encoding="utf-8")
    survey = hg.read_survey(path)
    assert survey.bases["base_id"].tolist() == ids
    assert "HG002" not in set(survey.issues["code"])
    assert pd.notna(survey.bases.geometry).tolist() == [kind != "n" for kind in kinds]
