"""What a workbook shows beside its values: units, months, errors, what is hidden."""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

import herbgis as hg
from herbgis.foundation.dates import parse_date
from tests.helpers.books import put_xml, save_book

DATA = Path(__file__).parents[2] / "data"
HEAD = ["基地编号", "基地名称", "填报单位", "品种", "面积", "测量日期", "建设状态"]
GOOD = ["H-9", "好", "江口县", "黄精", 512.5, dt.date(2020, 5, 6), "已建成"]


def _row(**cells: object) -> list[object]:
    return [cells.get(heading, cell) for heading, cell in zip(HEAD, GOOD, strict=True)]


def _assert_good_is_unharmed(survey: hg.Survey) -> None:
    """The last record is a good one, and comes back as it is."""
    last = survey.bases.iloc[-1]
    assert (last["base_id"], last["name"], last["variety"]) == ("H-9", "好", "黄精")
    assert (last["declared_mu"], last["status"]) == (512.5, "built")
    assert last["surveyed_on"].date() == dt.date(2020, 5, 6)


# Units


@pytest.mark.parametrize(
    ("value", "code", "mu"),
    [
        (40, '0.0"公顷"', 600),
        (600, '0"亩"', 600),
        (400_000, '0.00_ "㎡"', 600),
        (400_000, '#,##0"平方米"', 600),
        (40, 'General"公顷"', 600),
        (40, r"0.0\公\顷", 600),
        (40, "0.0!公!顷", 600),
        (0.06, '0.00"万亩"', 600),
        (6, '0" 百亩"', 600),
        (12_345, '0!.0,"万"', 12_345),
        (12_345, '0.0,"千亩"', 12_345),
        (600, "#,##0.00_ ", 600),
        (600, '[Red]0.0"亩";[Blue]-0.0"亩"', 600),
        (600, '[>=10000]0!.0,"万亩";0"亩"', 600),
        (0.4, '[<1]0.0"平方公里";0"亩"', 600),
        (600, '"约"0"亩"', 600),
        (40, "0.00公顷", 600),
    ],
)
def test_a_unit_in_the_number_format_is_the_cells(
    tmp_path: Path, value: float, code: str, mu: float
) -> None:
    rows = [HEAD, _row(面积=value), GOOD]
    survey = hg.read_survey(save_book(tmp_path / "a.xlsx", rows, formats={"E2": code}))
    assert survey.bases["declared_mu"].iloc[0] == pytest.approx(mu)
    assert survey.bases["raw_declared_value"].isna().all()
    _assert_good_is_unharmed(survey)
    assert len(survey.issues) == 0


@pytest.mark.parametrize(
    ("value", "code"), [(0.6, "0%"), (600, '0.0,"万亩"'), (6, '0"盆"'), (5, '0"窝"'), (0.6, "0.0%")]
)
def test_what_is_shown_and_no_area_is_said(tmp_path: Path, value: float, code: str) -> None:
    rows = [HEAD, _row(面积=value), GOOD]
    survey = hg.read_survey(save_book(tmp_path / "a.xlsx", rows, formats={"E2": code}))
    first = survey.bases.iloc[0]
    assert first["declared_mu"] != first["declared_mu"]
    said = isinstance(first["raw_declared_value"], str) or first["declared_unit"] in code
    assert said
    _assert_good_is_unharmed(survey)


@pytest.mark.parametrize("heading", ["面积(亩)", "面积"])
def test_a_unit_that_the_table_states_otherwise_is_named(tmp_path: Path, heading: str) -> None:
    head = [heading if name == "面积" else name for name in HEAD]
    rows = [["单位：亩"], head, _row(面积=40), GOOD]
    survey = hg.read_survey(save_book(tmp_path / "a.xlsx", rows, formats={"E3": '0"公顷"'}))
    assert survey.bases["declared_mu"].tolist() == [600, 512.5]
    issues = hg.validate(survey).table.query("code == 'HG505'")
    assert issues["sheet_row"].tolist() == [3]
    assert "40公顷" in issues["message"].iloc[0]


# Errors and formulas


FAULTS = {
    **{
        error: f'<c r="E2" t="e"><v>{error}</v></c>'
        for error in ("#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!")
    },
    "an error of a formula": '<c r="E2" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
    "an error of a shared formula": '<c r="E2" t="e"><f t="shared" si="0"/><v>#REF!</v></c>',
    "no value": '<c r="E2"><f>D2*2</f></c>',
    "an empty value": '<c r="E2"><f>D2*2</f><v></v></c>',
    "a closed value": '<c r="E2"><f>D2*2</f><v/></c>',
    "a shared formula": '<c r="E2"><f t="shared" si="0"/></c>',
    "single quotes": "<c r='E2' t='e'><v>#REF!</v></c>",
}


@pytest.mark.parametrize("xml", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("column", ["E", "F"])
def test_an_error_or_a_formula_without_a_value_is_named(
    tmp_path: Path, xml: str, column: str
) -> None:
    path = save_book(tmp_path / "a.xlsx", [HEAD, _row(面积=1), GOOD])
    survey = hg.read_survey(put_xml(path, f"{column}2", xml.replace("E2", f"{column}2")))
    _assert_good_is_unharmed(survey)
    code = "HG505" if column == "E" else "HG504"
    issues = hg.validate(survey).table.query(f"code == '{code}'")
    assert issues["sheet_row"].tolist() == [2]
    assert f"({column}2)" in issues["message"].iloc[0]


@pytest.mark.parametrize("column", ["A", "B", "D"])
def test_an_error_in_a_text_is_said(tmp_path: Path, column: str) -> None:
    path = save_book(tmp_path / "a.xlsx", [HEAD, _row(), GOOD])
    xml = f'<c r="{column}2" t="e"><v>#N/A</v></c>'
    survey = hg.read_survey(put_xml(path, f"{column}2", xml))
    _assert_good_is_unharmed(survey)
    assert survey.issues["code"].tolist() == ["HG001"]
    assert survey.issues["severity"].tolist() == ["warning"]
    assert f"{column}2" in survey.issues["message"].iloc[0]


def test_an_empty_text_is_a_result_and_a_zero_is_said(tmp_path: Path) -> None:
    path = save_book(tmp_path / "a.xlsx", [HEAD, _row(), _row(), GOOD])
    put_xml(path, "E2", '<c r="E2" t="str"><f>IF(1,"",2)</f><v></v></c>')
    put_xml(path, "E3", '<c r="E3"><f>D3*2</f><v>0</v></c>')
    survey = hg.read_survey(path)
    _assert_good_is_unharmed(survey)
    assert survey.bases["declared_mu"].fillna(-1).tolist() == [-1, 0, 512.5]
    assert survey.bases["raw_declared_value"].isna().all()
    assert "E3的公式结果是 0" in survey.assumption_lines()[0]


# Days and months


@pytest.mark.parametrize(
    ("cell", "code", "day"),
    [
        (2020.10, "0.00", dt.date(2020, 10, 1)),
        (2020.10, "#,##0.00", dt.date(2020, 10, 1)),
        (2020.10, "0.00_ ", dt.date(2020, 10, 1)),
        (2020.1, "0.0", dt.date(2020, 1, 1)),
        (2020.1, "General", dt.date(2020, 1, 1)),
        (2020.12, "General", dt.date(2020, 12, 1)),
        (2020.05, "0.00", dt.date(2020, 5, 1)),
        (2020, "0.00", dt.date(2020, 1, 1)),
        (2020, "General", dt.date(2020, 1, 1)),
        (202005, "General", dt.date(2020, 5, 1)),
        (20200506, "General", dt.date(2020, 5, 6)),
        (43957, "General", dt.date(2020, 5, 6)),
        (43957.75, "0.00", dt.date(2020, 5, 6)),
        ("43957", "@", dt.date(2020, 5, 6)),
        (43957, "yyyy-mm-dd", dt.date(2020, 5, 6)),
        (43957, 'yyyy"年"m"月"', dt.date(2020, 5, 1)),
        (43957, "yyyy.mm", dt.date(2020, 5, 1)),
    ],
)
def test_a_date_is_read_as_it_is_shown(
    tmp_path: Path, cell: object, code: str, day: dt.date
) -> None:
    rows = [HEAD, _row(测量日期=cell), GOOD]
    survey = hg.read_survey(save_book(tmp_path / "a.xlsx", rows, formats={"F2": code}))
    assert survey.bases["surveyed_on"].iloc[0].date() == day
    assert all(map(parse_date, survey.bases["raw_surveyed_on"].dropna()))
    _assert_good_is_unharmed(survey)


def test_days_may_be_counted_from_1904(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = dt.datetime(1904, 1, 1)  # noqa: DTZ001 - as a workbook has it
    for row in [HEAD, _row(测量日期=43957 - 1462), GOOD]:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    survey = hg.read_survey(tmp_path / "a.xlsx")
    assert survey.bases["surveyed_on"].iloc[0].date() == dt.date(2020, 5, 6)
    _assert_good_is_unharmed(survey)


# What is hidden


@pytest.mark.parametrize("hidden", [[2], [3], [2, 3], [2, 3, 4], [4]])
def test_hidden_rows_are_records_and_said(tmp_path: Path, hidden: list[int]) -> None:
    rows = [HEAD, _row(基地编号="H-1"), _row(基地编号="H-2"), GOOD]
    survey = hg.read_survey(save_book(tmp_path / "a.xlsx", rows, hidden_rows=hidden))
    assert survey.bases["base_id"].tolist() == ["H-1", "H-2", "H-9"]
    _assert_good_is_unharmed(survey)
    assert f"隐藏的 {len(hidden)} 行也作记录" in survey.assumption_lines()[0]


@pytest.mark.parametrize(
    ("headings", "hidden"),
    [
        (["面积(亩)", "面积(亩)"], "H"),
        (["面积(亩)", "面积(亩)"], "I"),
        (["面积(亩)", "面积"], "H"),
        (["面积", "上报面积(亩)"], "H"),
        (["上报面积(亩)", "面积"], "I"),
    ],
)
def test_a_visible_column_beats_a_hidden_one(
    tmp_path: Path, headings: list[str], hidden: str
) -> None:
    head = [*(name if name != "面积" else "旧数" for name in HEAD), *headings]
    good = [*(cell if cell != 512.5 else None for cell in GOOD)]
    cells = [1, 512.5] if hidden == "H" else [512.5, 1]
    path = save_book(tmp_path / "a.xlsx", [head, [*good, *cells]], hidden_columns=[hidden])
    survey = hg.read_survey(path)
    _assert_good_is_unharmed(survey)
    assert "未用列: 旧数、" in survey.assumption_lines()[0]


@pytest.mark.parametrize("hidden", ["A", "D", "E", "F", "G"])
def test_a_hidden_column_alone_is_read_and_said(tmp_path: Path, hidden: str) -> None:
    survey = hg.read_survey(save_book(tmp_path / "a.xlsx", [HEAD, GOOD], hidden_columns=[hidden]))
    _assert_good_is_unharmed(survey)
    heading = HEAD["ABCDEFG".index(hidden)]
    assert f"隐藏的列也已读: {heading}" in survey.assumption_lines()[0]


def test_records_of_a_hidden_sheet_are_counted(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, rows in {"表": [HEAD, GOOD], "旧": [HEAD, _row(), _row()]}.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book["旧"].sheet_state = "hidden"
    book.remove(book["Sheet"])
    book.save(tmp_path / "a.xlsx")
    survey = hg.read_survey(tmp_path / "a.xlsx")
    assert survey.bases["base_id"].tolist() == ["H-9"]
    assert "隐藏工作表 旧 未读(有 2 条记录)" in survey.assumption_lines()[0]


ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


@pytest.mark.parametrize("code", ERRORS)
@pytest.mark.parametrize("row", [3, 4])
def test_an_error_in_an_xls_is_named(tmp_path: Path, code: int, row: int) -> None:
    """The RK record of an area becomes a BoolErr record of the same length."""
    data = (DATA / "workbook.xls").read_bytes()
    at = data.index(struct.pack("<HHHH", 0x027E, 10, row, 4))
    body = data[at : at + 10].replace(b"\x7e\x02", b"\x05\x02", 1) + bytes([code, 1, 0, 0])
    path = tmp_path / "a.xls"
    path.write_bytes(data[:at] + body + data[at + len(body) :])
    report = hg.validate(hg.read_survey(path), counties=None)
    found = report.table[report.table["code"] == "HG505"]
    assert found["sheet_row"].tolist() == [row + 1]
    assert f"{ERRORS[code]}(E{row + 1})" in found["message"].iloc[0]
    areas = report.bases["declared_mu"].tolist()
    kept = {3: 38.25, 4: 512.5}[row]
    assert [area for area in areas if area == area] == [kept]  # noqa: PLR0124


_ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
    "<office:body><office:spreadsheet><table:table table:name='a'>{}</table:table>"
    "</office:spreadsheet></office:body></office:document-content>"
)


@pytest.mark.parametrize("error", [*ERRORS.values(), "Err:502", "Err:522", "Err:508"])
def test_an_error_in_an_ods_is_named(tmp_path: Path, error: str) -> None:
    """LibreOffice writes an empty text, and shows what is wrong."""
    empty = 'table:formula="of:=1/0" office:string-value="" calcext:value-type="error"'

    def line(cells: Sequence[object], at: int | None = None) -> str:
        kinds = [empty if column == at else "" for column in range(len(cells))]
        texts = (
            f'<table:table-cell {kind} office:value-type="string">'
            f"<text:p>{cell}</text:p></table:table-cell>"
            for cell, kind in zip(cells, kinds, strict=True)
        )
        return f"<table:table-row>{''.join(texts)}</table:table-row>"

    bad = line(_row(基地编号="H-1", 面积=error), HEAD.index("面积"))
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("META-INF/manifest.xml", "<manifest/>")
        book.writestr("content.xml", _ODS.format(line(HEAD) + bad + line(GOOD)))
    survey = hg.read_survey(path)
    _assert_good_is_unharmed(survey)
    table = hg.validate(survey, counties=None).table
    found = table[table["code"] == "HG505"]
    assert found["base_id"].tolist() == ["H-1"]
    assert f"{error}(E2)" in found["message"].iloc[0]
    assert "读不出数值" in found["suggestion"].iloc[0]


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        (1, '"YJ-"000', "YJ-001"),
        (12, r"\Y\J\-000", "YJ-012"),
        (12, "!编!号-000", "编号-012"),
        (7, "00000", "00007"),
        (5206251, "000-0000", "520-6251"),
        (12, 'General"号"', "12号"),
        (3, '"A"0;"B"0', "A3"),
        (123, '"基"00"-"00', "基01-23"),
        (1234567, '"N"000', "N1234567"),
        (5, '[Red]"N"0_ ', "N5"),
        (5, "0_ ", "5"),
        (5, "General", "5"),
        (520625001, "#,##0", "520625001"),
        (520625001, "0.00", "520625001"),
    ],
)
def test_an_id_is_read_as_its_format_shows_it(
    tmp_path: Path, number: int, code: str, shown: str
) -> None:
    rows = [HEAD, _row(基地编号=number), GOOD]
    survey = hg.read_survey(save_book(tmp_path / "a.xlsx", rows, formats={"A2": code}))
    _assert_good_is_unharmed(survey)
    assert survey.bases["base_id"].iloc[0] == shown
    said = " ".join(survey.files["assumptions"].iloc[0])
    assert ("格按单元格格式读" in said) == (shown != str(number))


def test_an_id_that_became_a_day_is_doubted(tmp_path: Path) -> None:
    days = [dt.date(2020, 1, 2), dt.date(2020, 1, 3)]
    rows = [HEAD, *(_row(基地编号=day) for day in days), GOOD]
    survey = hg.read_survey(save_book(tmp_path / "a.xlsx", rows))
    _assert_good_is_unharmed(survey)
    (issue,) = survey.issues.itertuples()
    assert (issue.code, issue.severity) == ("HG001", "warning")
    assert "基地编号 2 格是日期(第 2 行)" in issue.message
