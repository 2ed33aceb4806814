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


@pytest.mark.parametrize(
    "beside",
    [
        [["乡镇", "面积(亩)"], ["木黄镇", 999]],
        [["乡镇", "个数", "面积(亩)"], ["木黄镇", 3, 999]],
        [["品种", "面积(亩)"], ["黄精", 999], ["白芨", 99]],
        [["填报单位", "面积(公顷)"], ["江口县", 999]],
        [["县区", "上报面积(亩)", "品种"], ["江口县", 999, "白芨"]],
        [["乡镇", "种植面积(亩)"], ["木黄镇", 999], ["朗溪镇", 1], ["合计", 1000]],
        [["品种", "面积"], ["黄精", 999]],
        [["县区", "品种", "面积(亩)", "备注"], ["江口县", "黄精", 999, "含在建"]],
    ],
)
@pytest.mark.parametrize("gap", [1, 3])
def test_sums_beside_a_list_are_none_of_its_cells(tmp_path: Path, beside: Rows, gap: int) -> None:
    rows = [HEAD, *_rows(1, 4)]
    wide = [row + [None] * gap + more for row, more in zip(rows, beside, strict=False)]
    survey = _read(tmp_path / "a.xlsx", [*wide, *rows[len(beside) :]])
    told = survey.issues
    assert set(zip(told["code"], told["severity"], strict=True)) <= {("HG001", "warning")}
    notes = [*told["message"], *survey.files["assumptions"].iloc[0]]
    assert any("旁边的表" in note or "统计表" in note for note in notes)
    bases = survey.bases
    assert bases["base_id"].tolist() == ["H-1", "H-2", "H-3", "H-4"]
    assert bases["declared_mu"].tolist() == [501, 502, 503, 504]


@pytest.mark.parametrize(
    "title",
    [
        *(
            "单位：公顷",
            "（单位：公顷）",
            "2020年基地名单（单位：公顷）",
            "面积单位: 公顷",
            "(单位:公顷)",
        ),
        *(
            "二、种苗基地（面积单位：公顷）",
            "【单位：公顷】",
            "单位：公顷、个",
            "单位： 公顷",
            "单位：ｈａ",
        ),
    ],
)
def test_a_title_that_states_the_unit_in_any_brackets(tmp_path: Path, title: str) -> None:
    head = [*HEAD[:4], "上报面积"]
    bases = _read(tmp_path / "a.xlsx", [[title], head, ["H-1", "甲", "江口县", "黄精", 40]]).bases
    assert bases["declared_mu"].tolist() == [600]


@pytest.mark.parametrize(
    ("row", "severity"),
    [
        ("H-2,基地2,江口县,黄精,1,200,", "error"),
        ("H-2,基地2,江口县,黄精,1,200.5,", "error"),
        ("H-2,基地2,江口县,黄精,12,345,好", "error"),
        ("H-2,基地2,江口县,黄精,1,200,,", "error"),
        ("H-2,基地2,江口县,黄精, 1, 200, ", "error"),
        ("H-2,基地,2,江口县,黄精,600,", None),
        ("H-2,基地2,江口县,黄精,600,好,看备注", "warning"),
        ("H-2,基地2,江口县,黄精,白芨,600,好,", "warning"),
        ("H-2,基地2,江口县,黄精,600,,,", None),
        ('H-2,基地2,江口县,黄精,"1,200"', None),
        ('H-2,"基地1,200号",江口县,黄精,600,', None),
        ("H-2,基地2,江口县,黄精,600", None),
    ],
)
def test_a_row_with_more_cells_than_headings_is_named(
    tmp_path: Path, row: str, severity: str | None
) -> None:
    """A comma of thousands makes 1 and 200 of 1,200."""
    path = tmp_path / "a.csv"
    good = [
        "H-1,基地1,江口县,黄精,501,",
        *(f"H-{n},基地{n},江口县,黄精,{500 + n}," for n in (3, 4)),
    ]
    lines = [",".join([*HEAD, "备注"]), good[0], row, *good[1:]]
    path.write_text("\n".join(lines), encoding="utf-8")
    survey = hg.read_survey(path)
    others = survey.bases[survey.bases["base_id"] != "H-2"]
    assert others["declared_mu"].tolist() == [501, 503, 504]
    found = survey.issues[survey.issues["code"] == "HG001"]
    assert found["severity"].tolist() == ([severity] if severity else [])
    assert found["sheet_row"].tolist() == ([3] if severity else [])


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "，"])
@pytest.mark.parametrize("end", ["", "\n", "\0\0\0\0"])
def test_delimiters_and_room_behind_the_end(tmp_path: Path, delimiter: str, end: str) -> None:
    path = tmp_path / "a.csv"
    rows = [HEAD, *_rows(1, 2)]
    path.write_text("\n".join(delimiter.join(map(str, row)) for row in rows) + end, "utf-8")
    _assert_bases(hg.read_survey(path), 2)


def test_a_column_without_a_heading_is_no_fault_of_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [",".join(HEAD), *(",".join(map(str, [*row, 120])) for row in _rows(1, 4))]
    path.write_text("\n".join(lines), "utf-8")
    _assert_bases(hg.read_survey(path), 4)


def test_cells_that_a_csv_states_as_formulas_of_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [HEAD, *([f'="{cell}"' for cell in row] for row in _rows(1, 2))]
    path.write_text("\n".join(",".join(map(str, row)) for row in rows), "utf-8")
    _assert_bases(hg.read_survey(path), 2)


@pytest.mark.parametrize(
    "between",
    [
        [["新建基地情况表"]],
        [[], ["新建基地情况表"]],
        [[], ["附件2"], ["新建基地情况表"]],
        [["朗溪镇"]],
        [["合计", None, None, 1], ["木黄镇基地"]],
        [[], [None, "二期"]],
        [["附件"], ["新建"], ["续表"]],
    ],
    ids=str,
)
def test_titles_above_headings_that_stand_again_are_no_bases(
    tmp_path: Path, between: list[list[object]]
) -> None:
    headings = ["基地编号", "基地名称", "品种", "面积(亩)"]
    book = openpyxl.Workbook()
    first, second = ["D1", "甲", "天麻", 500], ["D2", "乙", "黄精", 40]
    for row in [headings, first, *between, headings, second]:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    survey = hg.read_survey(tmp_path / "a.xlsx")
    assert list(survey.bases["base_id"]) == ["D1", "D2"]
    assert f"分段标题 {sum(map(any, between)) - ('合计' in str(between))} 行" in str(
        survey.assumption_lines()
    )
