"""Workbooks (.xlsx, .xls) and CSV: lists of reported bases, or tables of their coordinates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from herbgis.foundation.language import tr
from herbgis.reading.formats.coordinate_table import drawn
from herbgis.reading.formats.csv_rows import longer_than, rows_of
from herbgis.reading.formats.cut_numbers import cut_numbers, numbers_from
from herbgis.reading.formats.encodings import GBK, decided_line, text_of_file
from herbgis.reading.formats.grids import Grid, is_empty, make_grid
from herbgis.reading.formats.sheets import Table, find_tables, known_headings
from herbgis.reading.formats.survey_file import SurveyFile, Words
from herbgis.reading.formats.table_headers import find_header
from herbgis.reading.formats.workbook_sheets import Sheets, read_sheets
from herbgis.reading.understanding.made_cells import CUT, EMPTY, MOVED
from herbgis.reading.understanding.survey import Layer, bare_frame
from herbgis.terms.issues import Issue, Place

_REPORT = "是统计表或问题清单, 行里不是基地"
_NO_HEADER = "没有认出表头, 至少要有两个通用列名"
_LOCKED = "工作簿有密码, 请取消密码后再交"
_DELIMITERS = (",", "\t", ";", "|", "，")
#: Of these the ones that stand between thousands as well.
_COMMAS = frozenset(",，")


def read_workbook(file: SurveyFile) -> Iterator[Layer]:
    """Every visible sheet of a workbook that has a header, a layer each."""
    with file.path.open("rb") as stream:
        sheets = read_sheets(stream, file.shown)
    if sheets is None:
        yield _unread(file.shown, tr(_LOCKED))
        return
    notes = [*_hidden_lines(sheets, file.words), *sheets.notes]
    yield from layers_of_grids(file, sheets.visible, notes=notes, issues=sheets.issues)


def _hidden_lines(sheets: Sheets, words: Words) -> Iterator[str]:
    """What is said of hidden sheets, with the records that are not read."""
    for name, grid in sheets.hidden.items():
        tables = [] if is_empty(grid) else find_tables(grid, words)
        count = sum(len(table.frame) for table in tables if not table.is_report)
        yield tr("隐藏工作表 {name} 未读", name=name) + (
            tr("(有 {count} 条记录)", count=count) if count else ""
        )


def layers_of_grids(
    file: SurveyFile,
    grids: Mapping[str, Grid],
    *,
    notes: Sequence[str] = (),
    issues: Sequence[Issue] = (),
    encoding: str = "",
) -> Iterator[Layer]:
    """Sheets by name, a layer each where one has a header; on the first what is said of the file.

    `notes` and `issues` are of sheets that were not made grids.
    """
    tables = _tables(grids, file.words)
    said = [
        tr("工作表 {name} 没有认出表头, 未读", name=name)
        for name, found in tables.items()
        if not found
    ]
    reports = [name for name, found in tables.items() if found and found.is_report]
    said += [tr("工作表 {name} {why}, 未读", name=name, why=tr(_REPORT)) for name in reports]
    layers = [
        _layer(file, name, found, encoding)
        for name, found in tables.items()
        if found and not found.is_report
    ]
    if not layers:
        layers = [_unread(file.shown, tr(_REPORT if reports else _NO_HEADER))]
        errors = [issue for issue in issues if issue.severity is None]
        layers = [replace(layers[0], issues=())] if errors else layers
    assumptions = (*layers[0].assumptions, *notes, *said)
    yield replace(layers[0], assumptions=assumptions, issues=(*layers[0].issues, *issues))
    yield from layers[1:]


def read_csv(file: SurveyFile) -> Iterator[Layer]:
    """A table of text; the delimiter is the one under which the most headings are known."""
    text, encoding = text_of_file(file.path)
    # Zeros behind the last line are room that a disk kept for more of them.
    text = text.rstrip("\0")
    read = [rows_of(text, delimiter) for delimiter in _DELIMITERS]
    grids = [make_grid(rows, None) for rows, _ in read]
    best = max(range(len(grids)), key=lambda at: known_headings(grids[at], file.words))
    name, opened = file.path.stem, read[best][1]
    issues = []
    if opened:
        more = tr("等 {count} 行", count=len(opened)) if len(opened) > 1 else ""
        why = tr("第 {row} 行{more}引号没有闭合, 已按一行一条读", row=opened[0], more=more)
        issues.append(Issue("HG001", Place(file.shown, name), {"why": why}, severity="warning"))
    notes = [decided_line(encoding)] if encoding == GBK else []
    grid = {name: grids[best]}
    header = find_header(grids[best], file.words)
    long = {} if header is None else longer_than(read[best][0], header.row)
    commas = _DELIMITERS[best] in _COMMAS
    for layer in layers_of_grids(file, grid, notes=notes, issues=issues, encoding=encoding):
        told = replace(layer, issues=(*layer.issues, *_out_of_line(layer, long)))
        yield _without_cut_numbers(told, file.words, long) if commas else told


def _out_of_line(layer: Layer, long: Mapping[int, bool]) -> Iterator[Issue]:
    """Records of rows with more cells than headings, whose cells may stand under wrong ones."""
    if "sheet_row" not in layer.frame:
        return
    for row, sheet_row in enumerate(map(int, layer.frame["sheet_row"]), 1):
        cut = long.get(sheet_row - 1)
        if cut is not None:
            place = Place(layer.file, layer.name, row, sheet_row)
            split = "比表头多出格子, 数字像是被逗号切开, 各栏错位"
            why = tr(split if cut else "比表头多出格子, 各栏可能错位")
            yield Issue("HG001", place, {"why": why}, severity=None if cut else "warning")


def _without_cut_numbers(layer: Layer, words: Words, long: Mapping[int, bool]) -> Layer:
    """A layer in which no number that a comma may have cut is taken for its first part."""
    if "sheet_row" not in layer.frame:
        return layer
    table = layer.frame.drop(columns=["geometry", "sheet_row"])
    matched = words.match([*table.columns]).columns
    frame, issues = layer.frame.copy(), [*layer.issues]
    for row, heading, behind in cut_numbers(table, matched):
        a, b = table[heading].iloc[row].strip(), table[behind].iloc[row].strip()
        at, sheet_row = frame.index[row], int(frame["sheet_row"].iloc[row])
        for moved in numbers_from(table, matched, heading):
            # Two numbers in a cell are none, so that a rule names the cell.
            written = table[moved].iloc[row] or EMPTY
            cell = CUT if moved == heading else MOVED
            frame.loc[at, moved] = cell.format(cell=written, row=sheet_row, a=a, b=b)
        if sheet_row - 1 not in long:
            place = Place(layer.file, layer.name, row + 1, sheet_row)
            why = tr("{a} 和 {b} 像是被逗号切开的一个数, 右边各栏可能错位", a=a, b=b)
            issues.append(Issue("HG001", place, {"why": why}, severity="warning"))
    return replace(layer, frame=frame, issues=tuple(issues))


def _tables(grids: Mapping[str, Grid], words: Words) -> dict[str, Table | None]:
    """Tables by the name of their sheet, the second of a sheet by a name of its own."""
    tables: dict[str, Table | None] = {}
    for name, grid in grids.items():
        if is_empty(grid):
            continue
        found = find_tables(grid, words)
        tables[name] = found[0] if found else None
        for number, table in enumerate(found[1:], 2):
            said = (
                tr("工作表 {name} 里的第 {number} 张表", name=name, number=number),
                *table.assumptions,
            )
            tables[_name_of_next(name, number)] = replace(table, assumptions=said)
    return tables


def _name_of_next(sheet: str, number: int) -> str:
    """What a further table of a sheet is called."""
    return f"{sheet}(表{number})"


def _layer(file: SurveyFile, name: str, table: Table, encoding: str) -> Layer:
    shown = file.shown
    found = drawn(table, Place(shown, name), file.words)
    frame = bare_frame(table.frame) if found is None else found.frame()
    return Layer(
        file=shown,
        name=name,
        frame=frame,
        crs=None if found is None else found.crs,
        promised=len(frame),
        encoding=encoding,
        assumptions=(*table.assumptions, *(found.assumptions if found else ())),
        issues=(
            *(found.issues if found else ()),
            *(
                Issue("HG001", Place(shown, name), {"why": doubt}, severity="warning")
                for doubt in table.doubts
            ),
        ),
    )


def _unread(shown: str, why: str) -> Layer:
    """A layer without records that says why there are none."""
    issue = Issue("HG001", Place(shown), {"why": why})
    return Layer(shown, "", bare_frame(pd.DataFrame()), None, 0, issues=(issue,))
