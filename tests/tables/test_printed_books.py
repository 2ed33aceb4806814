"""Workbooks on paper: the limits that scripts/printed_books.py measures, and totals that add up."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl.utils import range_boundaries

from herbgis.counting.progress import rate_text
from herbgis.tables.cells import Totals
from herbgis.tables.paper import A3, FONT, PAPERS, lay_out, lines_of, points
from herbgis.tables.sheets import Sheet
from herbgis.tables.workbooks import write_workbook
from scripts.printed_books import Printed, make_books, measure_book

_SUM = re.compile(r"=SUM\((.+)\)")


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return make_books(tmp_path_factory.mktemp("books"))


def _keeps_the_limits(printed: Printed) -> None:
    assert printed.fonts == (FONT,), printed
    assert printed.smallest >= 8, printed
    assert not printed.clipped, printed
    assert not printed.long, printed
    assert not printed.high, printed
    assert printed.numbered, printed
    assert printed.repeated, printed
    assert not printed.uncached, printed


def test_every_book_keeps_the_limits(books: list[Path]) -> None:
    sheets = [printed for book in books for printed in measure_book(book)]
    assert len(books) > 15
    assert len(sheets) > 40
    for printed in sheets:
        _keeps_the_limits(printed)


def test_every_total_is_the_sum_that_it_shows(books: list[Path]) -> None:
    seen = 0
    for path in books:
        shown, cached = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
        for page in shown.worksheets:
            values = cached[page.title]
            for cell in (c for row in page.iter_rows() for c in row if c.data_type == "f"):
                told = _SUM.fullmatch(cell.value)
                if told is None:
                    continue
                left, top, right, bottom = range_boundaries(told[1])
                parts = [values.cell(n, left).value or 0 for n in range(top, bottom + 1)]
                assert left == right == cell.column
                assert values[cell.coordinate].value == pytest.approx(sum(parts), abs=1e-6)
                seen += 1
    assert seen > 40


def test_every_sheet_tells_its_unit(books: list[Path]) -> None:
    for path in books:
        for page in openpyxl.load_workbook(path).worksheets:
            if page.sheet_state == "visible":
                texts = [str(c.value) for row in page.iter_rows(max_row=12) for c in row if c.value]
                assert any("单位" in t or "(亩)" in t for t in texts), (path, page.title)


def test_rates_are_numbers(books: list[Path]) -> None:
    for path in books:
        for page in openpyxl.load_workbook(path).worksheets:
            for cell in (cell for row in page.iter_rows() for cell in row):
                assert not (
                    isinstance(cell.value, str) and re.fullmatch(r"[-+]?[\d.]+%", cell.value)
                )


@pytest.mark.parametrize(
    ("verified", "target"),
    [(0, 7), (1, 3), (2, 3), (96, 100), (41, 50), (999, 1000), (1999, 2000), (100, 100)]
    + [(101, 100), (1, 8), (77, 80), (385, 400), (0, 0), (5, 0), (2001, 2000)],
)
def test_a_totals_rate_is_the_rate_that_is_told(verified: int, target: int, tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"单位": ["甲", "乙"], "核实": [verified, 0], "目标": [target, 0], "完成率": ["", ""]}
    )
    totals = Totals(["核实", "目标"], {"完成率": ("核实", "目标")})
    path = write_workbook(tmp_path / "a.xlsx", [Sheet("a", "a", table, unit="个", totals=totals)])
    page = openpyxl.load_workbook(path, data_only=True)["a"]
    value = page.cell(6, 4).value
    told = value if isinstance(value, str) else f"{value:.1%}"
    assert told == rate_text(verified, target)


_LONG = "基地北侧与邻村基地界线不清, 须重新测量。"
_ODD = {
    "nothing": pd.DataFrame({"编号": [], "面积": []}),
    "one column": pd.DataFrame({"编号": ["甲"]}),
    "eighty columns": pd.DataFrame({f"第{n}列的表头": [n * 1000.5] for n in range(80)}),
    "eighty texts": pd.DataFrame({f"第{n}列": [_LONG] for n in range(80)}),
    "a long text": pd.DataFrame({"说明": [_LONG * 60], "编号": ["甲"]}),
    "a text of many lines": pd.DataFrame({"说明": ["\n".join(map(str, range(24)))]}),
    "a word without an end": pd.DataFrame({"编号": ["A" * 300]}),
    "great numbers": pd.DataFrame({"面积": [123456789012.25, 0.5]}),
    "a heading longer than its cells": pd.DataFrame({"每亩平均干品产量与上年同期相比": [1, 2]}),
    "two lines of headings": pd.DataFrame({("", "单位"): ["甲"], ("500亩以上", "核实个数"): [3]}),
    "lists and dates": pd.DataFrame(
        {"品种": [["天麻", "黄精"]], "日期": [pd.Timestamp("2020-1-2")]}
    ),
    "no value": pd.DataFrame({"面积": [None, float("nan")], "是": [True, False]}),
}


@pytest.mark.parametrize("kind", _ODD)
def test_any_table_keeps_the_limits(kind: str, tmp_path: Path) -> None:
    sheet = Sheet("表", "一张表", _ODD[kind], [_LONG * 8], unit="亩", frozen=1)
    path = write_workbook(tmp_path / "a.xlsx", [sheet])
    (printed,) = measure_book(path)
    _keeps_the_limits(printed)
    texts = [c.value for row in openpyxl.load_workbook(path)["表"].iter_rows() for c in row]
    assert ("无。" in texts) == (kind == "nothing")


@pytest.mark.parametrize("length", [32_767, 32_768, 70_000])
def test_what_no_cell_can_hold_is_said(length: int, tmp_path: Path) -> None:
    table = pd.DataFrame({"说明": ["文" * length]})
    path = write_workbook(tmp_path / "a.xlsx", [Sheet("a", "a", table, unit="个")])
    cells = [c.value for row in openpyxl.load_workbook(path)["a"].iter_rows() for c in row]
    texts = [str(value) for value in cells if value]
    assert max(map(len, texts)) == min(length, 32_767)
    assert any("打印时有 1 行" in text for text in texts)
    assert any("超过一格" in text for text in texts) == (length > 32_767)


@pytest.mark.parametrize(
    ("text", "wide", "lines"),
    [("", 10, 1), ("一二三四", 9, 1), ("一二三四五", 9, 2), ("ab cd ef", 7, 2), ("a" * 20, 11, 2)]
    + [("a" * 21, 11, 3), ("一\n二\n三", 10, 3), ("文aaaaaaaa", 9, 2), ("一二 aaaaaaaaaaaa", 9, 3)],
)
def test_lines_that_a_text_takes(text: str, wide: float, lines: int) -> None:
    assert lines_of(text, wide) == lines


_HEADINGS = [
    "Reported to date",
    "Demonstration over others",
    "Expected by year's end",
    "declared_mu",
]


@pytest.mark.parametrize("heading", _HEADINGS)
@pytest.mark.parametrize("asked", [None, 7.0])
def test_no_word_of_a_heading_is_broken(heading: str, asked: float | None, tmp_path: Path) -> None:
    widths = {} if asked is None else {heading: asked}
    sheet = Sheet("a", "a", pd.DataFrame({heading: [1, 20]}), unit="个", widths=widths)
    page = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", [sheet]))["a"]
    wide = page.column_dimensions["A"].width - 0.71
    assert all(len(word) <= wide - 1 for word in heading.split())


@pytest.mark.parametrize("seed", range(20))
def test_pages_side_by_side_hold_columns_of_a_wider_font(seed: int) -> None:
    """As LibreOffice shows 宋体 in DejaVu Sans, whose digits are 1.16 times as wide."""
    rng = np.random.default_rng(seed)
    widths = rng.uniform(6, 26, rng.integers(20, 60)).tolist()
    layout = lay_out(widths, leading=2)
    assert (layout.paper, layout.scale is not None) == (A3, True)
    ends = [*layout.breaks, len(widths)]
    leading = sum(map(points, widths[:2]))
    for begin, end in zip([0, *layout.breaks], ends, strict=True):
        taken = sum(map(points, widths[begin:end])) + (leading if begin else 0.0)
        assert taken * (layout.scale or 100) / 100 * 1.16 <= PAPERS[A3]
