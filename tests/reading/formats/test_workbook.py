from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

import herbgis as hg
from tests.helpers.make import few, rectangle

DATA = Path(__file__).parents[2] / "data"
HEADINGS = ["基地编号", "基地名称", "填报单位", "品种", "面积(亩)"]
ROWS = [
    ["H-001", "朗溪·甘川", "印江县", "天麻", 512.5],
    ["H-002", "木黄<b>镇</b>", "江口县", "黄精", 38.25],
]
Rows = Sequence[Sequence[object]]


def _fill(sheet: Worksheet, rows: Rows, *merged: str) -> Worksheet:
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    return sheet


def _book(path: Path, sheets: dict[str, Rows], *merged: str, hidden: Sequence[str] = ()) -> Path:
    """A workbook; merged ranges are those of its first sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = _fill(book.create_sheet(name), rows, *(() if book.worksheets[1:] else merged))
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    book.save(path)
    return path


def _csv(path: Path, rows: Rows, *, comma: str = ",", encoding: str = "utf-8") -> Path:
    lines = [comma.join("" if c is None else str(c) for c in row) for row in rows]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def _read(folder: Path, rows: Rows, *merged: str) -> hg.Survey:
    """One sheet, read; whatever it is, its records are accounted for and lie nowhere."""
    survey = hg.read_survey(_book(folder / "台账.xlsx", {"一季度": rows}, *merged))
    assert list(survey.files["records"]) == list(survey.files["read"]) == [len(survey.bases)]
    assert survey.bases.geometry.isna().all()
    assert survey.bases.crs == "EPSG:4490"
    return survey


def _assert_both(survey: hg.Survey) -> None:
    """The two records of `ROWS`, to the character."""
    bases = survey.bases
    assert list(bases["base_id"]) == ["H-001", "H-002"]
    assert list(bases["name"]) == ["朗溪·甘川", "木黄<b>镇</b>"]
    assert list(bases["reporting_unit"]) == ["印江土家族苗族自治县", "江口县"]
    assert list(bases["variety"]) == ["天麻", "黄精"]
    assert list(bases["declared_mu"]) == [512.5, 38.25]
    assert list(survey.issues["code"]) == []


def _said(survey: hg.Survey) -> str:
    return "\n".join(survey.assumption_lines())


# Sheets as people lay them out


def test_a_plain_sheet(tmp_path: Path) -> None:
    survey = _read(tmp_path, [HEADINGS, *ROWS])
    _assert_both(survey)
    assert list(survey.bases["source_layer"]) == ["一季度"] * 2
    assert list(survey.bases["source_row"]) == [1, 2]
    assert list(survey.bases["sheet_row"]) == [2, 3]
    assert "未作记录" not in _said(survey)


def test_titles_totals_and_footers_are_no_records(tmp_path: Path) -> None:
    rows = [
        ["铜仁市中药材基地统计表(合成数据)"],
        ["填报单位：印江县", None, None, "单位：亩"],
        HEADINGS,
        [1, 2, 3, 4, 5],
        ["一、印江县"],
        ROWS[0],
        ["小 计", None, None, None, 512.5],
        [],
        HEADINGS,
        [*ROWS[1]],
        ["H-小计", "江口县小计", None, None, 38.25],
        [None, "合计：", None, None, 550.75],
        ["全市", None, None, None, 550.75],
        ["备注：1.面积以实测为准"],
        ["2.缺图的后补"],
        ["填报人：某某", None, "审核人：某某"],
        ["制表日期：2020年6月"],
    ]
    survey = _read(tmp_path, rows, "A1:E1", "A5:E5")
    _assert_both(survey)
    assert list(survey.bases["sheet_row"]) == [6, 10]
    for words in ("合计 4 行", "表尾说明 4 行", "分段标题 1 行", "重复表头 1 行", "栏次 1 行"):
        assert f"{words}未作记录" in _said(survey)


@pytest.mark.parametrize(
    "name", ["百合基地", "注溪镇基地", "说明书药业", "备用地", "全市示范基地", "制药厂基地"]
)
def test_a_base_whose_name_resembles_a_total_or_footer_is_kept(tmp_path: Path, name: str) -> None:
    survey = _read(tmp_path, [HEADINGS[1:], [name, "印江县", "天麻", 500]])
    assert list(survey.bases["name"]) == [name]


def test_a_heading_over_several_is_joined_with_them(tmp_path: Path) -> None:
    rows = [
        ["统计表"],
        ["序号", "基地编号", "基地名称", "基地情况", None, "面积(亩)", None],
        [None, None, None, "填报单位", "品种", "实测", "上报"],
        [1, *ROWS[0][:4], 1.0, ROWS[0][4]],
        [2, *ROWS[1][:4], 2.0, ROWS[1][4]],
        [3],
    ]
    merged = ("A1:G1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2")
    survey = _read(tmp_path, rows, *merged)
    _assert_both(survey)
    assert "未用列: 序号、面积(亩)实测" in _said(survey)
    _assert_both(hg.read_survey(_csv(tmp_path / "二.csv", rows)))


def test_one_heading_under_two_parents_is_two_headings(tmp_path: Path) -> None:
    rows = [
        ["基地编号", "基地名称", "填报单位", "品种", "实测", None, "上报", None],
        [None, None, None, None, "面积(亩)", "人", "面积(亩)", "人"],
        *([*row[:4], 1.0, "甲", row[4], "乙"] for row in ROWS),
    ]
    _assert_both(_read(tmp_path, rows, "E1:F1", "G1:H1"))


def test_what_is_merged_over_several_rows_belongs_to_each(tmp_path: Path) -> None:
    rows = [
        ["填报单位", "基地编号", "面积(亩)"],
        ["印江县", "H-001", 900],
        [None, "H-002", None],
        [None, "H-003", 3],
        [None, "H-004", 4],
    ]
    survey = _read(tmp_path, rows, "A2:A4", "C2:C3")
    units = ["印江土家族苗族自治县"] * 3
    assert list(survey.bases["reporting_unit"].fillna("")) == [*units, ""]
    # One area for two bases is not the area of each.
    assert survey.bases["declared_mu"].sum() == 907
    assert "第 2–3 行合并填写的面积只记在首行" in _said(survey)


@pytest.mark.parametrize(
    ("above", "heading", "unit", "mu"),
    [
        ("单位：公顷", "面积", "公顷", 15.0),
        ("单位:个、平方米", "面积", "平方米", 0.0015),
        ("填报单位：印江县", "面积", "亩", 1.0),
        ("单位：公顷", "面积（亩）", "亩", 1.0),
        ("统计表", "面积\n（单位：公顷）", "公顷", 15.0),
    ],
)
def test_the_unit_of_a_bare_heading_stands_above_the_table(
    tmp_path: Path, above: str, heading: str, unit: str, mu: float
) -> None:
    survey = _read(tmp_path, [[None, above], ["基地名称", heading], ["甲", 1]])
    assert list(survey.bases["declared_unit"]) == [unit]
    assert survey.bases["declared_mu"].iloc[0] == pytest.approx(mu)


def test_cells_keep_their_types(tmp_path: Path) -> None:
    heads = ["基地编号", "基地名称", "测量日期", "建成时间", "面积(亩)", "村"]
    rows = [
        heads,
        [520625001, "甲", dt.date(2020, 5, 6), "2019年", "５９０．０亩", "#REF!"],
        ["007", "乙", 43957, 2019, "1,200", 3],
    ]
    bases = _read(tmp_path, rows).bases
    assert list(bases["base_id"]) == ["520625001", "007"]
    assert bases["surveyed_on"].iloc[0].date() == dt.date(2020, 5, 6)
    # A day in a cell that is formatted as a number.
    assert bases["surveyed_on"].iloc[1].date() == dt.date(2020, 5, 6)
    assert bases["raw_surveyed_on"].isna().all()
    assert list(bases["completed_on"].dt.year) == [2019, 2019]
    assert list(bases["declared_mu"]) == [590, 1200]
    assert bases["raw_declared_value"].iloc[0] == "５９０．０亩"
    assert list(bases["village"].fillna("")) == ["", "3"]


def test_headings_that_the_table_of_columns_uses_itself_do_no_harm(tmp_path: Path) -> None:
    heads = [*HEADINGS, "面积(亩)", "geometry", "source_row", "sheet_row", None, "geometry"]
    survey = _read(tmp_path, [heads, *([*row, row[4], "x", "y", "z", "w", 5] for row in ROWS)])
    _assert_both(survey)
    assert list(survey.bases["sheet_row"]) == [2, 3]


def test_a_header_without_records_is_an_empty_list(tmp_path: Path) -> None:
    survey = _read(tmp_path, [HEADINGS])
    assert len(survey.bases) == 0
    assert len(survey.issues) == 0


# Several sheets


def test_every_visible_sheet_with_a_header_is_a_layer(tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {
        "封面": [["铜仁市"], ["二〇二〇年"]],
        "一季度": [HEADINGS, ROWS[0]],
        "空": [],
        "名录": [HEADINGS, ["H-9", "不该读", "印江县", "天麻", 9]],
        "二季度": [["标题"], HEADINGS, ROWS[1]],
    }
    survey = hg.read_survey(_book(tmp_path / "a.xlsx", sheets, hidden=["名录"]))
    _assert_both(survey)
    assert list(survey.files["layer"]) == ["一季度", "二季度"]
    assert list(survey.bases["sheet_row"]) == [2, 3]
    first, second = survey.assumption_lines()
    assert "隐藏工作表 名录 未读" in first
    assert "工作表 封面 没有认出表头, 未读" in first
    assert "未读" not in second


def test_a_workbook_without_any_header_is_a_finding(tmp_path: Path) -> None:
    survey = _read(tmp_path, [["会议通知"], ["请于5日前报"]])
    assert list(survey.issues["code"]) == ["HG001"]
    assert "没有认出表头" in survey.issues["message"].iloc[0]
    assert len(survey.issues["message"].iloc[0]) <= 40


def test_a_header_far_below_is_none(tmp_path: Path) -> None:
    assert len(_read(tmp_path, [*[["说明"]] * 20, HEADINGS, *ROWS]).bases) == 0


# The formats


def test_an_xls_is_read(tmp_path: Path) -> None:
    # Made by LibreOffice: title, 单位：亩, a merged 填报单位, 合计, a footer, a hidden sheet.
    path = tmp_path / "台账.XLS"
    path.write_bytes((DATA / "workbook.xls").read_bytes())
    survey = hg.read_survey(path)
    assert list(survey.bases["base_id"]) == ["H-001", "H-002"]
    assert list(survey.bases["reporting_unit"]) == ["印江土家族苗族自治县"] * 2
    assert list(survey.bases["declared_mu"]) == [512.5, 38.25]
    assert list(survey.bases["sheet_row"]) == [4, 5]
    assert len(survey.issues) == 0
    for words in ("合计 1 行未作记录", "面积单位=亩(由表头上方)", "隐藏工作表 名录 未读"):
        assert words in _said(survey)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("comma", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_a_csv_is_read_however_it_is_written(tmp_path: Path, encoding: str, comma: str) -> None:
    rows = [["统计表"], [], HEADINGS, *ROWS, ["合计", None, None, None, 550.75]]
    survey = hg.read_survey(_csv(tmp_path / "台账.csv", rows, comma=comma, encoding=encoding))
    _assert_both(survey)
    assert list(survey.bases["sheet_row"]) == [4, 5]
    assert list(survey.bases["source_layer"]) == ["台账"] * 2
    assert ("编码=GBK(由内容判定)" in _said(survey)) == (encoding == "gbk")
    assert (survey.files["encoding"].iloc[0] == "GBK") == (encoding == "gbk")


def test_a_quoted_cell_may_hold_commas_and_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('基地名称,面积(亩)\n"甲,\n乙","1,200"\n丙,#N/A\n', encoding="utf-8")
    bases = hg.read_survey(path).bases
    assert list(bases["name"]) == ["甲,\n乙", "丙"]
    assert bases["declared_mu"].iloc[0] == 1200
    assert list(bases["raw_declared_value"]) == ["1,200", "#N/A(B3)"]
    assert list(bases["sheet_row"]) == [2, 3]


# What cannot be read


def _message(path: Path) -> str:
    survey = hg.read_survey(path)
    assert list(survey.issues["code"]) == ["HG001"]
    assert len(survey.bases) == 0
    (message,) = survey.issues["message"]
    assert len(message) <= 40
    return str(message)


@pytest.mark.parametrize("suffix", [".xlsx", ".xls"])
def test_a_workbook_with_a_password_is_a_finding(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"密{suffix}"
    name = "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + name + bytes(900))
    assert "密码" in _message(path)


@pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".csv"])
def test_a_workbook_that_is_open_elsewhere_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    path = _book(tmp_path / "开.xlsx", {"a": [HEADINGS, *ROWS]}).rename(tmp_path / f"开{suffix}")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "请先关闭正在打开它的 WPS 或 Excel" in _message(path)


def test_cells_at_the_ends_of_a_sheet_do_not_exhaust_the_memory(tmp_path: Path) -> None:
    path = _book(tmp_path / "远.xlsx", {"a": [HEADINGS, *ROWS]})
    book = openpyxl.load_workbook(path)
    book["a"]["XFD1048576"] = 1
    book.save(path)
    _message(path)


@pytest.mark.parametrize("record", [b"\x7e\x02\x0a\0", b"\x00\x02\x0e\0"], ids=["cell", "size"])
def test_nor_do_those_of_an_xls(tmp_path: Path, record: bytes) -> None:
    sound = (DATA / "workbook.xls").read_bytes()
    at = sound.index(record) + len(record)
    path = tmp_path / "远.xls"
    path.write_bytes(sound[:at] + b"\xff" * 4 + sound[at + 4 :])
    _message(path)


def test_a_csv_of_one_long_row_and_many_short_ones_does_not_either(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"," * 100_000 + b"\n" * 100_000)
    _message(path)


def _xlsx_bytes() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        rows = [["统计表"], HEADINGS, *ROWS]
        return _book(Path(folder) / "a.xlsx", {"a": rows}, "A1:E1").read_bytes()


_SOUND: dict[str, Callable[[], bytes]] = {
    ".csv": lambda: "基地编号,面积\nH-1,500\n".encode("gbk"),
    ".xlsx": _xlsx_bytes,
    ".xls": (DATA / "workbook.xls").read_bytes,
}


@few
@given(
    st.sampled_from(sorted(_SOUND)),
    st.binary(max_size=60),
    st.floats(0, 1),
    st.sampled_from(["alone", "over", "cut"]),
)
def test_any_bytes_end_in_a_survey(suffix: str, data: bytes, where: float, how: str) -> None:
    sound = _SOUND[suffix]()
    at = int(where * len(sound))
    behind = b"" if how == "cut" else sound[at + len(data) :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"坏{suffix}"
        path.write_bytes(data if how == "alone" else sound[:at] + data + behind)
        survey = hg.read_survey(path)
    assert survey.files["records"].sum() == survey.files["read"].sum() == len(survey.bases)


# With polygons, from another file


def _drawn(path: Path, **columns: Sequence[object]) -> Path:
    count = len(columns["基地编号"])
    shapes = [rectangle(108.45 + 0.01 * number, 27.95) for number in range(count)]
    gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4490").to_file(path)
    return path


_TEXTS = {"基地名称": ["朗溪·甘川"], "填报单位": ["印江县"], "品种": ["天麻"]}


@pytest.mark.parametrize("declared", [{}, {"面积(亩)": [512.5]}], ids=["nothing", "the same"])
def test_a_row_and_a_polygon_of_one_id_are_one_base(
    tmp_path: Path, declared: dict[str, list[object]]
) -> None:
    drawn = _drawn(tmp_path / "图.gpkg", 基地编号=["H-001"], **_TEXTS, **declared)
    listed = _book(tmp_path / "表.xlsx", {"表": [HEADINGS, *ROWS]})
    for paths in ([drawn, listed], [listed, drawn]):
        report = hg.validate(hg.read_survey(paths))
        missing = report.table[report.table["code"] == "HG101"]
        assert list(missing["base_id"]) == ["H-002"]
        assert list(missing["sheet_row"]) == [3]
        bases = hg.classify(report.bases)
        assert list(bases.index) == ["H-001", "H-002"]
        assert list(bases["records"]) == [2, 1]
        assert list(bases["declared_mu"]) == [512.5, 38.25]
        assert list(bases.geometry.isna()) == [False, True]
        assert bases["counted_mu"].iloc[0] > 300
        assert bases["blocked_by"].iloc[1] == ["HG101"]


def test_rows_of_one_id_without_any_polygon_all_lack_it(tmp_path: Path) -> None:
    rows = [HEADINGS, ROWS[0], ROWS[0]]
    report = hg.validate(hg.read_survey(_book(tmp_path / "表.xlsx", {"表": rows})))
    assert list(report.table["code"]).count("HG101") == 2
    assert list(hg.classify(report.bases)["declared_mu"]) == [512.5]


def test_a_listed_base_counts_as_reported_and_pending(tmp_path: Path) -> None:
    report = hg.validate(hg.read_survey(_book(tmp_path / "表.xlsx", {"表": [HEADINGS, *ROWS]})))
    targets = hg.count_progress(hg.classify(report.bases)).targets.set_index("tier")
    assert list(targets.loc["500", ["reported", "verified", "pending"]]) == [1, 0, 1]


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_what_classify_writes_is_read_again(tmp_path: Path, suffix: str) -> None:
    from herbgis.tables.data_files import write_bases  # noqa: PLC0415 - only here

    survey = _read(tmp_path, [HEADINGS, *ROWS])
    again = hg.read_survey(write_bases(hg.classify(survey.bases), tmp_path / f"bases{suffix}"))
    _assert_both(again)
