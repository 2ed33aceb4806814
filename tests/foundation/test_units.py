from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from herbgis.foundation.dates import parse_date
from herbgis.foundation.units import (
    MU_M2,
    Quantity,
    fold,
    parse_quantity,
    round_mu,
    to_mu,
)
from tests.helpers.make import few

#: Half-width ASCII to full-width forms (U+FF01 to U+FF5E).
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def test_fifteen_mu_are_a_hectare() -> None:
    assert pytest.approx(10_000, rel=1e-15) == 15 * MU_M2
    assert to_mu(np.array([10_000.0, 0.0, 1_000_000.0])) == pytest.approx([15, 0, 1500])


# Rounding


@pytest.mark.parametrize(
    ("mu", "rounded"),
    [
        (499.995, 500.00),
        (499.9949999, 499.99),
        (499.99, 499.99),
        (999.995, 1000.00),
        (999.994999, 999.99),
        (0.005, 0.01),
        (0.004999, 0.0),
        (0.0, 0.0),
        (2.675, 2.68),  # the float nearest to 2.675 lies below it
        (1.005, 1.01),
    ],
)
def test_round_mu_goes_half_up(mu: float, rounded: float) -> None:
    assert float(round_mu(np.array(mu))) == rounded


def test_round_mu_brings_whole_numbers_back_from_square_metres() -> None:
    whole = np.arange(100, 3001, dtype=float)
    there_and_back = whole * (10000 / 15) / (10000 / 15)
    assert (there_and_back < whole).sum() == 308  # what rounding is for
    np.testing.assert_array_equal(round_mu(there_and_back), whole)
    np.testing.assert_array_equal(round_mu(to_mu(whole * MU_M2)), whole)


def test_round_mu_keeps_what_is_not_known() -> None:
    assert np.isnan(round_mu(np.array([np.nan]))).all()


@few
@given(st.integers(0, 10**8), st.integers(-4999, 4999))
def test_round_mu_finds_the_nearest_hundredth(hundredths: int, ten_thousandths: int) -> None:
    mu = hundredths / 100 + ten_thousandths / 10**6
    assert float(round_mu(np.array(max(mu, 0.0)))) == pytest.approx(hundredths / 100, abs=1e-9)


@few
@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=20))
def test_round_mu_changes_nothing_twice_and_keeps_the_order(mu: list[float]) -> None:
    ordered = np.sort(np.array(mu))
    once = round_mu(ordered)
    np.testing.assert_array_equal(round_mu(once), once)
    assert (np.diff(once) >= 0).all()
    assert (np.abs(once - ordered) <= 0.005 + 1e-7).all()


# Numbers as people write them


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("５９０．０亩", 590.0, "亩"),
        ("1,200", 1200.0, None),
        ("1,200.5亩", 1200.5, "亩"),
        ("１，２００亩", 1200.0, "亩"),
        ("约500", 500.0, None),
        ("约500亩", 500.0, "亩"),
        ("500亩左右", 500.0, "亩"),
        ("500余亩", 500.0, "亩"),
        ("500多亩", 500.0, "亩"),
        ("500亩以上", 500.0, "亩"),
        ("共 500 亩", 500.0, "亩"),
        ("1.2万亩", 12_000.0, "亩"),
        ("1.2万余亩", 12_000.0, "亩"),
        ("5百亩", 500.0, "亩"),
        ("2千亩", 2000.0, "亩"),
        ("3.9公顷", 3.9, "公顷"),
        ("487200平方米", 487_200.0, "平方米"),
        ("2万平方米", 20_000.0, "平方米"),
        ("12万棒", 12.0, "万棒"),
        ("12 万棒", 12.0, "万棒"),
        ("30000窝", 30_000.0, "窝"),
        ("1,200,300窝", 1_200_300.0, "窝"),
    ],
)
def test_parse_quantity_reads_number_and_unit(text: str, value: float, unit: str | None) -> None:
    assert parse_quantity(text) == Quantity(value, unit, plain=False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("600㎡", 600.0),
        ("600 m²", 600.0),
        ("600m2", 600.0),
        ("487,200㎡", 487_200.0),
        ("3.9hm²", 3.9),
        ("0.5km2", 0.5),
    ],
)
def test_the_two_of_square_metres_is_no_second_number(text: str, value: float) -> None:
    read = parse_quantity(text)
    assert read is not None
    assert read.value == value
    assert read.unit is not None
    assert fold(read.unit).startswith(fold(text.lstrip("0123456789,. ")))


def test_ten_thousand_square_metres_are_multiplied() -> None:
    read = parse_quantity("2万㎡")
    assert read is not None
    assert (read.value, fold(read.unit or "")) == (20_000.0, "m2")


@pytest.mark.parametrize("text", ["500（平方米）", "500(平方米)", "500 (平方米)", "500【平方米】"])
def test_a_unit_in_brackets_behind_the_number_is_read(text: str) -> None:
    # A unit overlooked here would make 500 ㎡ into 500 亩 further on.
    read = parse_quantity(text)
    assert read is not None
    assert (read.value, read.unit) == (500.0, "平方米")


@pytest.mark.parametrize("text", ["500.", "500。", "500，"])
def test_punctuation_at_the_end_is_no_unit(text: str) -> None:
    read = parse_quantity(text)
    assert read is not None
    assert (read.value, read.unit) == (500.0, None)


@pytest.mark.parametrize("text", ["590", " 590 ", "590.0", "-5", "+5", "0", "1e3", "1.5E-3"])
def test_parse_quantity_knows_plain_numbers(text: str) -> None:
    assert parse_quantity(text) == Quantity(float(text), None, plain=True)


@pytest.mark.parametrize("text", ["５９０", "５９０．５", "1,200", "590亩", "约590"])
def test_parse_quantity_knows_what_is_not_plain(text: str) -> None:
    read = parse_quantity(text)
    assert read is not None
    assert not read.plain


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "无", "-", "/", "五百亩", "待测", "nan", "inf"),
        *("500-600", "500~600亩", "500至600亩", "300+200", "500亩(其中林下200亩)", "1.2.3"),
        *("1,20", "12 34"),
    ],
)
def test_parse_quantity_reads_nothing_where_there_is_not_one_number(text: str) -> None:
    assert parse_quantity(text) is None


@few
@given(
    st.decimals(0, 10**6, places=2),
    st.sampled_from(["", "亩", "公顷", "平方米", "窝", "万棒"]),
    st.sampled_from(["", "约", "共"]),
    st.booleans(),
)
def test_parse_quantity_brings_back_what_was_written(
    number: object, unit: str, before: str, full_width: bool
) -> None:
    text = f"{before}{number:,}{unit}"
    read = parse_quantity(text.translate(_FULL_WIDTH) if full_width else text)
    assert read is not None
    assert read.value == float(str(number))
    assert read.unit == (unit or None)


@few
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_parse_quantity_brings_back_every_float(number: float) -> None:
    assert parse_quantity(repr(number)) == Quantity(number, None, plain=True)


@few
@given(st.text(max_size=30))
def test_parse_quantity_takes_any_text(text: str) -> None:
    read = parse_quantity(text)
    assert read is None or (np.isfinite(read.value) and read.unit != "")


# Dates as people write them


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2020-05-18", dt.date(2020, 5, 18)),
        ("2020 年 5 月 18 日", dt.date(2020, 5, 18)),
        ("202005", dt.date(2020, 5, 1)),
        ("2020.0", dt.date(2020, 1, 1)),
        ("2020/5/18", dt.date(2020, 5, 18)),
        ("2020.5.18", dt.date(2020, 5, 18)),
        ("2020年5月18日", dt.date(2020, 5, 18)),
        ("２０２０年５月１８日", dt.date(2020, 5, 18)),
        ("20200518", dt.date(2020, 5, 18)),
        ("2020-05-18 00:00:00", dt.date(2020, 5, 18)),
        ("2020-05-18T09:30:00", dt.date(2020, 5, 18)),
        (" 2020-05-18 ", dt.date(2020, 5, 18)),
        ("2020-02-29", dt.date(2020, 2, 29)),
        ("2020年5月", dt.date(2020, 5, 1)),
        ("2020-05", dt.date(2020, 5, 1)),
        ("2020年", dt.date(2020, 1, 1)),
        ("2020", dt.date(2020, 1, 1)),
    ],
)
def test_parse_date_reads_what_people_write(text: str, date: dt.date) -> None:
    assert parse_date(text) == date


@pytest.mark.parametrize(
    "text",
    ["", "待定", "2019-02-29", "2020-13-01", "2020-00-10", "20201345", "5月18日", "18", "2020-5-"],
)
def test_parse_date_reads_no_day_that_does_not_exist(text: str) -> None:
    assert parse_date(text) is None


@few
@given(
    st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"]),
)
def test_parse_date_brings_back_every_day(day: dt.date, form: str) -> None:
    assert parse_date(day.strftime(form)) == day
    assert parse_date(day.strftime(form).translate(_FULL_WIDTH)) == day


@few
@given(st.text(alphabet="0123456789-/.年月日T: ", max_size=20))
def test_parse_date_takes_any_text(text: str) -> None:
    read = parse_date(text)
    assert read is None or f"{read.year:04d}" in text


# Words as they are compared


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("县（区）：", "县(区)"),
        (" 主 栽 品 种 ", "主栽品种"),
        ("ＪＤＢＨ", "jdbh"),
        ("㎡", "m2"),
        ("*基地名称", "基地名称"),
        ("基地名称。", "基地名称"),
        ("面积\n（亩）", "面积(亩)"),
    ],
)
def test_fold_is_how_words_are_compared(written: str, folded: str) -> None:
    assert fold(written) == folded


@few
@given(st.text(alphabet="天麻（）() ：:，,。*　亩㎡ｍ²ABｃ１1\n\t", max_size=12))
def test_fold_changes_nothing_twice(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(f"  {text}\t") == fold(text)
