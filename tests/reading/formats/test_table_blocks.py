"""Several tables on a sheet, and rows of text tables whose quotation marks stay open."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

import herbgis as hg
from herbgis.reading.formats.csv_rows import rows_of

HEAD = ["基地编号", "基地名称", "填报单位", "品种", "面积(亩)"]
Rows = list[list[object]]


def _rows(first: int, count: int) -> Rows:
    return [[f"H-{n}", f"基地{n}", "江口县", "黄精", 500 + n] for n in range(first, first + count)]


def _ordered(order: Sequence[int], rows: Rows) -> Rows:
    return [[row[at] for at in order] for row in rows]


def _read(path: Path, rows: Sequence[Sequence[object]]) -> hg.Survey:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return hg.read_survey(path)


def _assert_bases(survey: hg.Survey, count: int) -> None:
    """Every record once, each cell where it belongs."""
    bases = survey.bases.sort_values("base_id")
    assert bases["base_id"].tolist() == [f"H-{n}" for n in range(1, count + 1)]
    assert bases["name"].tolist() == [f"基地{n}" for n in range(1, count + 1)]
    assert bases["declared_mu"].tolist() == [500 + n for n in range(1, count + 1)]
    assert set(bases["variety"]) == {"黄精"}
    assert set(bases["reporting_unit"]) == {"江口县"}
    assert survey.files["read"].sum() == survey.files["records"].sum() == count
    assert len(survey.issues) == 0


@pytest.mark.parametrize("order", list(itertools.permutations(range(5)))[::11])
@pytest.mark.parametrize(
    "between", [[], [[]], [[], ["二、第二批"]], [["合计", None, None, None, 1003], []]]
)
def test_a_second_table_below_in_another_order(
    tmp_path: Path, order: tuple[int, ...], between: Rows
) -> None:
    rows = [HEAD, *_rows(1, 2), *between, *_ordered(order, [list(HEAD), *_rows(3, 2)])]
    survey = _read(tmp_path / "a.xlsx", rows)
    _assert_bases(survey, 4)
    rows_seen = survey.bases.sort_values("base_id")["sheet_row"].tolist()
    assert rows_seen == [2, 3, 5 + len(between), 6 + len(between)]


@pytest.mark.parametrize(
    ("heading", "factor"),
    [("面积(公顷)", 1 / 15), ("上报面积(平方米)", 10000 / 15), ("面积_亩", 1), ("面积(亩)", 1)],
)
def test_a_second_table_has_its_own_unit(tmp_path: Path, heading: str, factor: float) -> None:
    more = [[*row[:4], float(str(row[4])) * factor] for row in _rows(3, 2)]
    rows = [["一、第一批"], HEAD, *_rows(1, 2), [], ["二、第二批"], [*HEAD[:4], heading], *more]
    bases = _read(tmp_path / "a.xlsx", rows).bases
    assert bases["declared_mu"].tolist() == pytest.approx([501, 502, 503, 504])


def test_headings_that_come_again_with_another_unit_above_them(tmp_path: Path) -> None:
    head = [*HEAD[:4], "面积"]
    more = [[*row[:4], float(str(row[4])) / 15] for row in _rows(3, 2)]
    rows = [["单位：亩"], head, *_rows(1, 2), ["单位：公顷"], head, *more]
    bases = _read(tmp_path / "a.xlsx", rows).bases
    assert bases["declared_mu"].tolist() == pytest.approx([501, 502, 503, 504])


@pytest.mark.parametrize(
    ("gap", "order"),
    [
        (0, (0, 1, 2, 3, 4)),
        *itertools.product(
            (1, 2), [(0, 1, 2, 3, 4), (1, 0, 2, 4, 3), (4, 3, 2, 1, 0), (0, 4, 1, 2, 3)]
        ),
    ],
)
def test_two_tables_side_by_side(tmp_path: Path, gap: int, order: tuple[int, ...]) -> None:
    right = _ordered(order, [list(HEAD), *_rows(3, 2)])
    left: Rows = [list(HEAD), *_rows(1, 2)]
    rows = [["基地一览"], *([*a, *[None] * gap, *b] for a, b in zip(left, right, strict=True))]
    _assert_bases(_read(tmp_path / "a.xlsx", rows), 4)


def test_tables_side_by_side_may_begin_in_different_rows(tmp_path: Path) -> None:
    left: Rows = [list(HEAD), *_rows(1, 2), []]
    right: Rows = [["右表"], [], list(HEAD), *_rows(3, 1)]
    rows = [[*a, *[None] * (6 - len(a)), *b] for a, b in zip(left, right, strict=True)]
    _assert_bases(_read(tmp_path / "a.xlsx", rows), 3)


@pytest.mark.parametrize(
    "extra", [[None, "备注"], [None, "面积(公顷)"], ["面积(亩)"], [None, "乡镇", "村"]]
)
def test_one_table_with_a_blank_column_stays_one(tmp_path: Path, extra: Rows) -> None:
    rows = [[*HEAD, *extra], *([*row, *[None] * len(extra)] for row in _rows(1, 3))]
    survey = _read(tmp_path / "a.xlsx", rows)
    _assert_bases(survey, 3)
    assert len(survey.files) == 1


# Quotation marks


def _lines(count: int) -> list[str]:
    cells = [HEAD, *_rows(1, count)]
    return [",".join(map(str, row)) for row in cells]


@pytest.mark.parametrize("row", range(1, 11))
@pytest.mark.parametrize("where", ["H-", "江口", "黄精"])
def test_an_open_quotation_mark_costs_no_record(tmp_path: Path, row: int, where: str) -> None:
    lines = _lines(10)
    lines[row] = lines[row].replace(where, f'"{where}')
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    survey = hg.read_survey(path)
    assert sorted(survey.bases["base_id"]) == sorted(f"H-{n}" for n in range(1, 11))
    assert survey.bases["declared_mu"].tolist() == [500 + n for n in range(1, 11)]
    assert survey.issues[["code", "severity"]].to_numpy().tolist() == [["HG001", "warning"]]
    assert f"第 {row + 1} 行" in survey.issues["message"].iloc[0]


@pytest.mark.parametrize("rows", [(2, 5), (1, 10), (3, 4), (2, 5, 8)])
def test_so_do_several(tmp_path: Path, rows: tuple[int, ...]) -> None:
    lines = _lines(10)
    for row in rows:
        lines[row] = lines[row].replace("黄精", '"黄精')
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines), encoding="gbk")
    survey = hg.read_survey(path)
    assert survey.bases["declared_mu"].tolist() == [500 + n for n in range(1, 11)]
    assert set(survey.bases["variety"]) == {"黄精"}
    assert "HG001" in survey.issues["code"].tolist()


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('a,"b,\nc",d\n', [["a", "b,\nc", "d"]]),
        ('a,"b ""c""",d\n', [["a", 'b "c"', "d"]]),
        ('"a","b"\r\n"c","d"\r\n', [["a", "b"], ["c", "d"]]),
        ('a,5" 管,b\n', [["a", '5" 管', "b"]]),
        ("a,b\n\nc,d\n", [["a", "b"], [], ["c", "d"]]),
        ("", []),
    ],
)
def test_sound_quotation_marks_are_what_they_are(text: str, rows: list[list[str]]) -> None:
    assert rows_of(text, ",") == (rows, [])
