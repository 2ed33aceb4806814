"""A cell that was edited, and the column that a step made from it: never two stories in silence."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

import herbgis as hg
from herbgis.reading.understanding.frames import as_base_table
from herbgis.tables.data_files import read_bases, write_bases
from tests.helpers.shapes import east_of, frame, square

POLICY = hg.load_policy()


@pytest.fixture(scope="module")
def bases() -> gpd.GeoDataFrame:
    records = frame(
        [east_of(square(mu), 2500 * n) for n, mu in enumerate((600, 700, 800, 900))],
        base_id=["0012", "0013", "014", "15"],
        variety=["黄精", "黄精", "天麻", "黄精"],
        county="印江",
        declared_value=[600.0, 46.67, 533600.0, 600030.0],
        declared_unit=["亩", "公顷", "平方米", "平方米"],
    )
    return hg.classify(hg.validate(records).bases)


def _edited(bases: gpd.GeoDataFrame, base: str, **cells: Any) -> gpd.GeoDataFrame:
    edited = bases.copy()
    for name, cell in cells.items():
        edited.loc[base, name] = cell
    return edited


CONTRADICTIONS: list[tuple[str, dict[str, Any], str]] = [
    ("0012", {"declared_unit": "窝"}, "600 窝, 不折亩, declared_mu 是 600"),
    ("0012", {"declared_unit": "万棒"}, "600 万棒, 不折亩"),
    ("0012", {"declared_unit": "公顷"}, "合 9000.00 亩, declared_mu 是 600"),
    ("0012", {"declared_unit": "平方米"}, "合 0.90 亩, declared_mu 是 600"),
    ("0012", {"declared_unit": "块"}, "600 块, 不折亩"),
    ("0012", {"declared_value": 660.0}, "合 660.00 亩"),
    ("0012", {"declared_mu": 660.0}, "declared_mu 是 660.00 亩"),
    ("0013", {"declared_unit": "亩"}, "合 46.67 亩, declared_mu 是 700.05"),
    ("0013", {"declared_unit": "窝"}, "不折亩"),
    ("15", {"variety": "天麻"}, "平方米, 不折亩, declared_mu 是 900.0"),
    ("15", {"declared_unit": "亩"}, "合 600030.00 亩"),
]


@pytest.mark.parametrize(("base", "cells", "told"), CONTRADICTIONS)
def test_an_area_that_no_longer_agrees_with_its_unit_is_asked_about(
    base: str, cells: dict[str, Any], told: str, bases: gpd.GeoDataFrame
) -> None:
    hg.count_progress(bases)
    with pytest.raises(hg.HerbgisError, match=rf"{base}.*两个数.*{told}.*清空"):
        hg.count_progress(_edited(bases, base, **cells))
    emptied = "declared_value" if "declared_mu" in cells else "declared_mu"
    hg.count_progress(_edited(bases, base, **{**cells, emptied: float("nan")}))


def test_an_area_of_beds_has_no_mu_once_it_is_of_another_crop(bases: gpd.GeoDataFrame) -> None:
    assert pd.isna(bases.loc["014", "declared_mu"])
    table = as_base_table(_edited(bases, "014", variety="黄精"), policy=POLICY)
    assert table.loc["014", "declared_mu"] == pytest.approx(533600.0 * 0.0015)


@pytest.mark.parametrize(
    ("county", "code"),
    [("江口", "520621"), ("江口县", "520621"), ("碧江区", "520602"), ("松桃", "520628")],
)
def test_the_code_of_a_county_that_was_edited_is_its_own(
    county: str, code: str, bases: gpd.GeoDataFrame
) -> None:
    table = as_base_table(_edited(bases, "0012", county=county), policy=POLICY)
    assert table["county_code"].tolist() == [code, "520625", "520625", "520625"]


def test_a_file_whose_county_and_code_differ_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    frame([square(600)], county="印江", county_code="520621").to_file(path)
    survey = hg.read_survey(path)
    assert survey.bases["county_code"].tolist() == ["520625"]
    assert "县区代码 520621 不是印江" in survey.assumption_lines()[0]


MIXED: list[list[Any]] = [
    [1, "无", 2.5, None],
    [dt.date(2020, 1, 1), "不详", None, None],
    [True, "是", None, 0],
    [True, 3, 4, None],
    [[1], "一", None, None],
    [pd.Timestamp("2020-01-01"), dt.date(2020, 1, 1), "x", None],
    ["a", b"b", None, None],
    [1, "1", 2, "2"],
    [float("inf"), "大", None, None],
    [{"a": 1}, "a", None, 2],
]


@pytest.mark.parametrize("cells", MIXED, ids=str)
def test_own_columns_of_mixed_cells_can_be_saved(cells: list[Any], tmp_path: Path) -> None:
    records = frame(
        [east_of(square(mu), 2500 * n) for n, mu in enumerate((600, 700, 800, 900))],
        base_id=["a", "b", "c", "d"],
        own=cells,
    )
    report = hg.validate(records)
    for number, result in enumerate((report.bases, hg.classify(report.bases))):
        path = tmp_path / f"{number}.parquet"
        result.to_parquet(path)
        kept = gpd.read_parquet(path)["own"]
        assert kept.isna().tolist() == [cell is None for cell in cells]
        told = [str(cell) for cell in cells if cell is not None]
        assert sorted(map(str, kept.dropna())) == sorted(told)
    for suffix in ("gpkg", "geojson", "parquet", "csv", "xlsx"):
        write_bases(hg.classify(report.bases), tmp_path / f"own.{suffix}")


def test_own_columns_of_one_kind_are_left_alone(bases: gpd.GeoDataFrame) -> None:
    own = bases.assign(
        numbers=[1, 2.5, None, 3], words=["a", None, "b", "c"], lists=[[1], [2], [], []]
    )
    own["objects"] = pd.Series([1, 2.5, None, 3], dtype=object, index=own.index)
    table = as_base_table(own, policy=POLICY)
    for name in ("numbers", "words", "lists", "objects"):
        pd.testing.assert_series_equal(table[name], own[name])


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("headings", ["zh", "code"])
def test_ids_of_digits_keep_their_zeros_in_our_own_tables(
    suffix: str, headings: str, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = write_bases(bases, tmp_path / f"基地.{suffix}", headings=headings)
    again = read_bases(path)
    assert again is not None
    ids = as_base_table(again, policy=POLICY)["base_id"]
    assert ids.tolist() == bases.index.tolist()


@pytest.mark.parametrize("turned", [False, True])
def test_ids_whose_zeros_pandas_dropped_are_those_of_the_same_bases(
    *, turned: bool, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    again = pd.read_csv(write_bases(bases, tmp_path / "基地.csv"))
    assert again["base_id"].tolist() == [12, 13, 14, 15]
    pair = (again, bases) if turned else (bases, again)
    assert hg.compare_counts(*pair).table.empty
    fewer = again[again["base_id"] != 13]
    one_side = hg.compare_counts(fewer, bases)
    assert one_side.table["base_id"].tolist() == ["0013"]
    assert one_side.table["rule"].tolist() == ["一方没有"]
