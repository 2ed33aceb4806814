"""Tables of web pages, which systems hand out under the suffix .xls: HTML, and MHT around it."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from herbgis.reading.formats.encodings import decode_text, text_of_file, title_of
from herbgis.reading.formats.grids import MOST_CELLS, Grid, Merged, make_grid
from herbgis.reading.formats.survey_file import SurveyFile
from herbgis.reading.formats.workbook import layers_of_grids
from herbgis.reading.understanding.survey import Layer

#: Widest and highest cell that a browser draws (HTML, 4.9.11 Attributes common to td and th).
_MOST_COLUMNS, _MOST_ROWS = 1_000, 65_534


def read_html(file: SurveyFile) -> Iterator[Layer]:
    """Every table of a page, as a sheet of a workbook."""
    text, encoding = text_of_file(file.path)
    yield from layers_of_grids(file, _grids(text), encoding=encoding)


def read_mht(file: SurveyFile) -> Iterator[Layer]:
    """Every table of every page that a single-file web page holds."""
    message = email.message_from_bytes(file.path.read_bytes(), policy=email.policy.default)
    texts, encoding = [], ""
    for part in message.walk():
        if part.get_content_type() == "text/html":
            text, found = decode_text(bytes(part.get_payload(decode=True) or b""))
            texts.append(text)
            encoding = encoding or title_of(found)
    yield from layers_of_grids(file, _grids("".join(texts)), encoding=encoding)


def _grids(text: str) -> dict[str, Grid]:
    reader = _Tables()
    reader.feed(text)
    reader.close()
    grids = [grid for grid in map(_grid, reader.tables) if grid.rows]
    return {_name(number): grid for number, grid in enumerate(grids, 1)}


def _name(number: int) -> str:
    """What a table, which has no name, is called."""
    return f"表{number}"


@dataclass
class _Cell:
    """A cell as it stands in its row."""

    across: int
    down: int
    text: str = ""


@dataclass
class _Table:
    """Rows of cells; whether one is still open decides where text goes."""

    rows: list[list[_Cell]] = field(default_factory=list)
    in_cell: bool = False


class _Tables(HTMLParser):
    """Tables in the order in which they begin; one within a cell is a table of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[_Table] = []
        self._open: list[_Table] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell; what was never ended ends here."""
        if tag == "table":
            self.tables.append(_Table())
            self._open.append(self.tables[-1])
        elif self._open and tag == "tr":
            self._open[-1].rows.append([])
            self._open[-1].in_cell = False
        elif self._open and tag in {"td", "th"}:
            table = self._open[-1]
            if not table.rows:
                table.rows.append([])
            spans = dict(attrs)
            across = _span(spans.get("colspan"), _MOST_COLUMNS)
            table.rows[-1].append(_Cell(across, _span(spans.get("rowspan"), _MOST_ROWS)))
            table.in_cell = True
        elif tag == "br":
            self.handle_data("\n")

    def handle_data(self, data: str) -> None:
        """Text of the innermost cell."""
        if self._open and self._open[-1].in_cell:
            self._open[-1].rows[-1][-1].text += data

    def handle_endtag(self, tag: str) -> None:
        """End a cell or a table."""
        if self._open and tag in {"td", "th", "tr"}:
            self._open[-1].in_cell = False
        elif self._open and tag == "table":
            self._open.pop()


def _span(written: str | None, most: int) -> int:
    """How many columns or rows a cell covers."""
    text = (written or "").strip()
    return min(max(int(text), 1), most) if text.isascii() and text.isdigit() else 1


def _grid(table: _Table) -> Grid:
    """Cells at their places: those that a cell above reaches into are passed over."""
    rows: list[list[str | None]] = []
    merged: list[Merged] = []
    reached: dict[int, int] = {}
    for top, cells in enumerate(table.rows):
        row: list[str | None] = []
        left = 0
        for cell in cells:
            while reached.get(left, 0) > top:
                left += 1
            row += [None] * (left - len(row)) + [cell.text.replace("\xa0", " ").strip()]
            bottom = min(top + cell.down, len(table.rows))
            reached.update(dict.fromkeys(range(left, left + cell.across), bottom))
            if cell.across > 1 or bottom > top + 1:
                merged.append(Merged(top, left, bottom - 1, left + cell.across - 1))
            left += cell.across
            if left * (top + 1) > MOST_CELLS:
                break
        rows.append(row)
    return make_grid(rows, merged)
