"""Workbooks of one sheet: formats, what is hidden, and cells that openpyxl would not write."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet


def save_book(
    path: Path,
    rows: Sequence[Sequence[object]],
    *,
    formats: Mapping[str, str] | None = None,
    hidden_rows: Sequence[int] = (),
    hidden_columns: Sequence[str] = (),
) -> Path:
    book = openpyxl.Workbook()
    sheet: Worksheet = book.active
    for row in rows:
        sheet.append(list(row))
    for cell, code in (formats or {}).items():
        sheet[cell].number_format = code
    for number in hidden_rows:
        sheet.row_dimensions[number].hidden = True
    for column in hidden_columns:
        sheet.column_dimensions[column].hidden = True
    book.save(path)
    return path


def put_xml(path: Path, cell: str, xml: str) -> Path:
    """The same workbook with the XML of one cell put in."""
    part = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = parts[part].decode()
    start = sheet.index(f'<c r="{cell}"')
    end = min(at for at in (sheet.find("</c>", start) + 4, sheet.find("/>", start) + 2) if at > 4)
    parts[part] = (sheet[:start] + xml + sheet[end:]).encode()
    with zipfile.ZipFile(path, "w") as book:
        for name, data in parts.items():
            book.writestr(name, data)
    return path


#: Sums of a column, and a rate of two cells: the formulas of totals, with nobody's words in them.
TOTALS = re.compile(r'=SUM\([A-Z]+\d+:[A-Z]+\d+\)|=IF\([A-Z0-9=<,/()."—]+\)')


def runs_nothing(page: Worksheet) -> bool:
    """Whether every text of a sheet is text: it has no formula but those of totals."""
    formulas = (cell.value for row in page.iter_rows() for cell in row if cell.data_type == "f")
    return all(TOTALS.fullmatch(formula) for formula in formulas)
