"""An id that went through a float is no id: nothing is merged by digits that are in no file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import herbgis as hg
from tests.helpers.make import row_of, table

LONG = 5206271032040100011
IDS = [LONG, LONG + 1, LONG + 2, LONG + 10]
FLOATS = [float(number) for number in IDS]


def _frame(ids: object) -> pd.DataFrame:
    return table(基地编号=ids, 品种=["黄精"] * 4, 县区=["印江县"] * 4, geometry=row_of(4))


def _file(suffix: str, ids: object) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / f"基地{suffix}"
        frame = _frame(ids)
        if suffix == ".parquet":
            frame.to_parquet(path)
        elif suffix == ".xlsx":
            pd.DataFrame(frame.drop(columns="geometry")).to_excel(path, index=False)
        elif suffix == ".csv":
            pd.DataFrame(frame.drop(columns="geometry")).to_csv(path, index=False)
        else:
            frame.to_file(path)
        return path

    return write


LOST = {
    "GeoPackage": _file(".gpkg", FLOATS),
    "GeoJSON": _file(".geojson", FLOATS),
    "Parquet": _file(".parquet", FLOATS),
    "workbook": _file(".xlsx", FLOATS),
    "workbook, 16 digits": _file(".xlsx", [1e15 + number for number in range(4)]),
    "workbook, 18 digits": _file(".xlsx", [number / 10 for number in FLOATS]),
    "CSV, as a workbook saves it": _file(".csv", ["5.20627E+18"] * 4),
    "CSV, of 16 digits": _file(".csv", ["5.206E15"] * 4),
    "CSV, full of floats": _file(".csv", FLOATS),
    "text of a GeoPackage": _file(".gpkg", ["5.20627103204010E+18"] * 4),
}
KEPT = {
    "whole numbers": IDS,
    "texts": [str(number) for number in IDS],
    "short floats": [5.0, 6.0, 7.0, 8.0],
    "15 digits": [520627103204010.0 + number for number in range(4)],
    "an id with an E": ["12E3", "1E2", "5E-3", "E18"],
}


@pytest.mark.parametrize("kind", LOST)
def test_lost_digits_are_said_and_no_records_become_one(kind: str, tmp_path: Path) -> None:
    survey = hg.read_survey(LOST[kind](tmp_path))
    found = survey.issues[survey.issues["code"] == "HG512"]
    assert found["row"].tolist() == [1, 2, 3, 4]
    assert found["message"].str.contains(r"“[\d.]+[eE]\+?\d\d”").all()
    assert survey.bases["base_id"].nunique() == 4
    assert survey.bases["base_id"].str.contains("#").all()
    blocked = hg.validate(survey).bases["blocked_by"]
    assert all("HG512" in codes for codes in blocked)


@pytest.mark.parametrize("kind", KEPT)
def test_an_id_that_kept_its_digits_stays(kind: str, tmp_path: Path) -> None:
    given = pd.Series(KEPT[kind])
    survey = hg.read_survey(_file(".gpkg", given)(tmp_path))
    assert "HG512" not in set(survey.issues["code"])
    known = given.notna()
    written = given[known].map(lambda value: str(int(value) if isinstance(value, float) else value))
    assert survey.bases["base_id"][known].tolist() == written.tolist()


@pytest.mark.parametrize("source", [None, "年报.xlsx"])
def test_a_frame_is_told_too(source: str | None) -> None:
    frame = _frame(FLOATS)
    if source:
        frame = frame.assign(source_file=source, source_row=[11, 12, 13, 14])
    report = hg.validate(frame)
    assert report.table["code"].tolist().count("HG512") == 4
    assert all("HG512" in codes for codes in report.bases["blocked_by"])
    assert len(hg.classify(report.bases)) == 4


def test_a_long_table_of_ours_is_looked_at_again() -> None:
    report = hg.validate(hg.read_survey(hg.sample_paths().survey))
    many = pd.concat([report.bases] * 3, ignore_index=True)
    many = many.assign(base_id="5.20627E+18", source_row=range(len(many)))
    assert len(hg.classify(many)) == len(many)
