"""What is no number in a column of numbers, of which GDAL makes 0 or what it begins with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import herbgis as hg
from tests.helpers.odd_bytes import put_cells, spoil
from tests.helpers.odd_files import IDS, MU, gpkg, shp, sound
from tests.helpers.survey_files import by_gdal

#: Under 上报面积: what is written, and what it says in 亩.
WRITTEN = {
    "三百": None,
    "约327": 327.0,
    "3,270": 3270.0,
    "327.2亩": 327.2,
    "327.2 mu": 327.2,
    "32 7.2": None,
    "300-330": None,
    "327,2": None,
    "未测": None,
    "1.2.3": None,
}
_AREA = "上报面积"


def _in_gpkg(folder: Path, text: str, row: int) -> Path:
    path = gpkg(folder)
    spoil(path, f"update 基地 set {_AREA} = ? where fid = ?", text, row + 1)  # noqa: S608
    return path


def _in_sqlite(folder: Path, text: str, row: int) -> Path:
    path = by_gdal(sound(), folder / "基地.sqlite", driver="SQLite")
    spoil(path, f"update 基地 set {_AREA} = ? where ogc_fid = ?", text, row + 1)  # noqa: S608
    return path


def _in_dbf(folder: Path, text: str, row: int) -> Path:
    path = shp(folder)
    cells = [str(mu).encode() for mu in MU]
    cells[row] = text.encode("gbk")
    put_cells(path.with_suffix(".dbf"), list(sound().columns).index(_AREA), cells)
    return path


@pytest.mark.parametrize("row", [0, 3])
@pytest.mark.parametrize("text", WRITTEN)
@pytest.mark.parametrize("write", [_in_gpkg, _in_sqlite, _in_dbf])
def test_a_word_among_numbers_is_kept_and_said(
    tmp_path: Path, write: Callable[[Path, str, int], Path], text: str, row: int
) -> None:
    path = write(tmp_path, text, row)
    survey = hg.read_survey(path)
    bases = survey.bases
    assert bases["base_id"].tolist() == IDS
    others = [at for at in range(len(IDS)) if at != row]
    assert bases["declared_mu"].iloc[others].tolist() == [MU[at] for at in others]
    value = WRITTEN[text]
    if text != "未测":
        assert bases["raw_declared_value"].iloc[row] == text
        found = hg.validate(survey).table.query("code == 'HG505'")
        assert found["row"].tolist() == [row + 1]
    assert bases["declared_mu"].fillna(-1).iloc[row] == (-1 if value is None else value)


@pytest.mark.parametrize("zero", [b"0.00", b"0", b"0.000000"])
def test_an_empty_area_is_empty_beside_a_word_too(tmp_path: Path, zero: bytes) -> None:
    path = shp(tmp_path)
    cells = [zero, "约327".encode("gbk"), b"327.15", b""]
    put_cells(path.with_suffix(".dbf"), list(sound().columns).index(_AREA), cells)
    declared = hg.read_survey(path).bases["declared_mu"]
    assert declared.isna().tolist() == [True, False, False, True]


@pytest.mark.parametrize("number", ["1e400", "-1e999", float("inf"), -float("inf")])
def test_a_number_without_end_is_none(number: object) -> None:
    frame = sound(**{_AREA: [number, *MU[1:]]})
    report = hg.validate(frame)
    assert pd.isna(report.bases["declared_mu"].iloc[0])
    assert report.table.query("code == 'HG505'")["row"].tolist() == [1]


@pytest.mark.parametrize("years", [(30489, 1), (-26550, 2), (292_000, 0), (10_000, 3), (0, 1)])
def test_a_day_that_no_calendar_has_is_no_date(years: Sequence[int]) -> None:
    year, row = years
    days: Any = np.array(["2020-05-01"] * len(IDS), dtype="datetime64[s]")
    days[row] = np.datetime64(0, "s") + np.timedelta64((year - 1970) * 31_556_952, "s")
    report = hg.validate(sound(测量日期=days))
    assert report.table.query("code == 'HG504'")["row"].tolist() == [row + 1]
    assert report.bases["surveyed_on"].isna().sum() == 1
    hg.count_progress(hg.classify(report.bases))
