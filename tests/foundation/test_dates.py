"""Dates in whatever precision people write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

import herbgis as hg
from herbgis.foundation.dates import parse_date, parse_day_number
from tests.helpers.make import few
from tests.helpers.shapes import frame, square

WRITTEN = {
    "2019年底": (2019, 12, 1),
    "2019年末": (2019, 12, 1),
    "2019年年底": (2019, 12, 1),
    "2019底": (2019, 12, 1),
    "2020年底前建成": (2020, 12, 1),
    "2020年初": (2020, 1, 1),
    "2020年上半年": (2020, 1, 1),
    "2020上半年": (2020, 1, 1),
    "2020年下半年": (2020, 7, 1),
    "2020年第三季度": (2020, 7, 1),
    "2020年二季度": (2020, 4, 1),
    "2020Q4": (2020, 10, 1),
    "2020年春季": (2020, 3, 1),
    "2020年度": (2020, 1, 1),
    "2020年": (2020, 1, 1),
    "2020": (2020, 1, 1),
    "2020年5月": (2020, 5, 1),
    "2020年5月份": (2020, 5, 1),
    "2020年5月上旬": (2020, 5, 1),
    "2020年5月中旬": (2020, 5, 11),
    "2020年5月底": (2020, 5, 21),
    "2020.10": (2020, 10, 1),
    "2020-5": (2020, 5, 1),
    "202010": (2020, 10, 1),
    "20200518": (2020, 5, 18),
    "2020/5/18 0:00:00": (2020, 5, 18),
    "2020-05-18 00:00:00": (2020, 5, 18),
    "2020-05-18T16:00:00Z": (2020, 5, 18),
    "2020年5月18日 10:30": (2020, 5, 18),
    "2020年5月18日10时": (2020, 5, 18),
    "2020年5月18号": (2020, 5, 18),
    "2020 5 18": (2020, 5, 18),
    "2020、5、18": (2020, 5, 18),
    "二〇二〇年五月": (2020, 5, 1),
    "二○二○年五月": (2020, 5, 1),
    "二零二零年十二月三十一日": (2020, 12, 31),
    "二〇二〇年十月二十日": (2020, 10, 20),
    "二〇一九年底": (2019, 12, 1),
    "2020年廿五日": None,
    "约2020年5月": (2020, 5, 1),
    "预计2020年底建成": (2020, 12, 1),
    "2020年左右": (2020, 1, 1),
}
NONE = [
    "2020年2月30日",
    "20200230",
    "2020年13月",
    "2020年十三月",
    "底",
    "上半年",
    "年底",
    "5月底",
    "二〇二〇",
    "2020年前",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_dates_are_read_in_their_precision(text: str) -> None:
    right = WRITTEN[text]
    assert parse_date(text) == (dt.date(*right) if right else None)


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_date_stays_unread(text: str) -> None:
    assert parse_date(text) is None


@few
@given(st.dates(dt.date(1982, 3, 1), dt.date(2064, 1, 1)))
def test_a_day_number_is_its_day(day: dt.date) -> None:
    number = (day - dt.date(1899, 12, 30)).days
    assert parse_day_number(str(number)) == parse_day_number(f"{number}.75") == day


@pytest.mark.parametrize("text", ["0", "2020", "29999", "60001", "202005", "20200518", "43969亩"])
def test_other_numbers_are_no_day_numbers(text: str) -> None:
    assert parse_day_number(text) is None


@pytest.mark.parametrize(
    "cell", [*(t for t, day in WRITTEN.items() if day), "43969", 43969, 43969.0]
)
def test_no_error_is_made_of_them(cell: object) -> None:
    report = hg.validate(frame([square(600)], 测量日期=[cell], 建成时间=[cell]))
    assert report.table.empty
    assert report.bases[["surveyed_on", "completed_on"]].notna().all(axis=None)


@pytest.mark.parametrize(
    "cell", ["2020年2月30日", "去年", "2020-13-01", "20200230", "2020年前", 29999]
)
def test_an_impossible_date_is_said_with_its_text(cell: object) -> None:
    report = hg.validate(frame([square(600)], 测量日期=[cell]))
    assert report.table["code"].tolist() == ["HG504"]
    assert str(cell) in report.table["message"].iloc[0]
