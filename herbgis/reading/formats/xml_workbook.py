"""XML Spreadsheet 2003, which systems hand out under the suffix .xls.

Source: Microsoft, XML Spreadsheet Reference (Office XP and 2003).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from herbgis.foundation.language import tr
from herbgis.reading.formats.grids import Cell, Grid, Merged, check_size, make_grid
from herbgis.reading.formats.survey_file import SurveyFile
from herbgis.reading.formats.workbook import layers_of_grids
from herbgis.reading.formats.xml_text import heal_xml, local, text_of
from herbgis.reading.formats.xml_walk import XmlWalk
from herbgis.reading.understanding.survey import Layer
from herbgis.terms.issues import Issue, Place


def read_xml_workbook(file: SurveyFile) -> Iterator[Layer]:
    """Every visible sheet; one that damage cuts off as far as it goes."""
    walk = XmlWalk(heal_xml(file.path), file.path.stem, {"Worksheet"}, passed_over={})
    grids: dict[str, Grid] = {}
    notes = []
    for event, name, element in walk:
        if event == "end" and name == "Worksheet":
            title = _title(element, len(grids) + 1)
            if _is_hidden(element):
                notes.append(tr("隐藏工作表 {name} 未读", name=title))
            else:
                grids[title] = _grid(element)
    issues = []
    if walk.findings.damage:
        notes.append(walk.findings.damage[:200])
        why = {"why": tr("文件不完整, 只读到能读的部分")}
        issues.append(Issue("HG001", Place(file.shown), why))
    encoding = walk.findings.encoding
    yield from layers_of_grids(file, grids, notes=notes, issues=issues, encoding=encoding)


def _title(sheet: Element, number: int) -> str:
    """A sheet's name, or one by its number."""
    return _attribute(sheet, "Name") or f"工作表{number}"


def _attribute(element: Element, name: str) -> str:
    """An attribute by its name without namespace."""
    return next((value for key, value in element.attrib.items() if local(key) == name), "")


def _number(element: Element, name: str, default: int) -> int:
    written = _attribute(element, name)
    return int(written) if written.isascii() and written.isdigit() else default


def _is_hidden(sheet: Element) -> bool:
    return any(
        local(each.tag) == "Visible" and text_of(each) != "SheetVisible" for each in sheet.iter()
    )


def _grid(sheet: Element) -> Grid:
    """Rows and cells at the places that they state, or behind those before them."""
    cells: dict[tuple[int, int], Cell] = {}
    merged: list[Merged] = []
    row = 0
    for line in (each for each in sheet.iter() if local(each.tag) == "Row"):
        row = _number(line, "Index", row + 1)
        column = 0
        for cell in (each for each in line if local(each.tag) == "Cell"):
            column = _number(cell, "Index", column + 1)
            right = column + _number(cell, "MergeAcross", 0)
            bottom = row + _number(cell, "MergeDown", 0)
            if (right, bottom) != (column, row):
                merged.append(Merged(row - 1, column - 1, bottom - 1, right - 1))
            cells[row, column] = _value(cell)
            column = right
    filled = [place for place, value in cells.items() if value not in {None, ""}]
    height = max((row for row, _ in filled), default=0)
    width = max((column for _, column in filled), default=0)
    check_size(height, width)
    rows = [[cells.get((r, c)) for c in range(1, width + 1)] for r in range(1, height + 1)]
    return make_grid(rows, merged)


def _value(cell: Element) -> Cell:
    """What a cell holds, in the type that it states."""
    data = next((each for each in cell if local(each.tag) == "Data"), None)
    if data is None:
        return None
    text = text_of(data)
    kind = _attribute(data, "Type")
    if kind == "Number":
        try:
            return float(text)
        except ValueError:
            return text
    if kind == "DateTime":
        try:
            return dt.datetime.fromisoformat(text.removesuffix("Z"))
        except ValueError:
            return text
    return text
