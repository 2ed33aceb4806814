"""What the description of a placemark tells: rows of a table, or lines of heading and value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from herbgis.reading.formats.survey_file import Words

_LINE = re.compile(r"(?P<heading>[^:：=]{1,20})[:：=]\s*(?P<value>.*)")
_LINE_BREAK = re.compile(r"<\s*(?:br|/p|/div)\b[^<>]*>|\r\n|\r|\n", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
#: What only looks like a tag; the parser would go through the rest of the text at each of them.
_BARE = re.compile(r"<(?!/?[a-z][^<>]*>)", re.IGNORECASE)


def told_by(description: str, words: Words) -> dict[str, str]:
    """Heading to text of a description's table or lines; all of it where it has neither."""
    told = dict(_table(description)) or dict(_lines(description, words))
    return told or ({"description": description} if description else {})


def _table(description: str) -> Iterator[tuple[str, str]]:
    """Rows of two cells in a description's HTML table."""
    if "<t" not in description.lower():
        return
    reader = _Rows()
    reader.feed(_BARE.sub("&lt;", _COMMENT.sub("", description)))
    reader.close()
    for row in reader.rows:
        if len(row) == 2 and row[0]:
            yield row[0], row[1]


def _lines(description: str, words: Words) -> Iterator[tuple[str, str]]:
    """Lines such as 品种：黄精 whose heading the alias table knows."""
    for line in _LINE_BREAK.split(description):
        found = _LINE.fullmatch(_TAG.sub("", line).strip())
        if found and words.know(found["heading"].strip()):
            yield found["heading"].strip(), found["value"].strip()


class _Rows(HTMLParser):
    """Cells row by row; a table within a cell has rows of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._open: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a row or a cell; cells and rows that were never ended end here."""
        del attrs
        if tag == "table":
            self._open.append([])
        elif tag == "tr":
            self._end_row()
            self._open = self._open or [[]]
        elif tag in {"td", "th"} and self._open:
            self._open[-1].append("")

    def handle_data(self, data: str) -> None:
        """Text of the innermost cell."""
        if self._open and self._open[-1]:
            self._open[-1][-1] += data

    def handle_endtag(self, tag: str) -> None:
        """End a row, or a table with its last row."""
        if tag == "tr":
            self._end_row()
        elif tag == "table" and self._open:
            self._end_row()
            self._open.pop()

    def close(self) -> None:
        """End what the text left open."""
        super().close()
        while self._open:
            self._end_row()
            self._open.pop()

    def _end_row(self) -> None:
        if self._open and self._open[-1]:
            self.rows.append([cell.strip() for cell in self._open[-1]])
            self._open[-1] = []
