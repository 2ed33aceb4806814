"""Rows of a text table, also where somebody left a quotation mark open."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence

from herbgis.reading.formats.cut_numbers import has_cut_number

_QUOTE = '"'
#: So few rows below the headings tell nothing of how long most are.
_FEW_ROWS = 2
#: Lines that the usual number of cells is taken from.
_SAMPLED = 500
#: More marks left open than this are no slips: from there on marks are text.
_MOST_OPEN = 200


def rows_of(text: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """Cells row by row, and the lines from 1 on which a quotation mark is never closed.

    A mark that is not closed would make all rows behind it one cell. A line on which one stands is
    read by its delimiters alone.
    """
    lines = list(io.StringIO(text, newline=""))
    if _QUOTE not in text:
        return list(csv.reader(lines, delimiter=delimiter)), []
    width = _usual_width(lines, delimiter)
    rows: list[list[str]] = []
    opened: list[int] = []
    start = 0
    while start < len(lines) and len(opened) <= _MOST_OPEN:
        for row, first, behind in _parsed(lines, start, delimiter):
            start = behind
            if row is None or _is_swallowed(row, lines[first:behind], width, delimiter):
                rows.append(_cut(lines[first], delimiter))
                opened.append(first + 1)
                start = first + 1
                break
            rows.append(row)
    rows += [_cut(line, delimiter) for line in lines[start:]]
    return rows, opened


def longer_than(rows: Sequence[Sequence[str]], header: int) -> dict[int, bool]:
    """Rows with more cells than the row of headings where most have not, counted from 0.

    Beside each stands whether a number in it looks cut at a comma. Blank cells behind the last
    heading are none, unless one does.
    """
    width = len(rows[header])
    long = {
        at: has_cut_number(row)
        for at, row in enumerate(rows[header + 1 :], header + 1)
        if len(row) > width
    }
    below = len(rows) - header - 1
    if 2 * len(long) > below > _FEW_ROWS:
        return {}
    return {at: cut for at, cut in long.items() if cut or any(map(str.strip, rows[at][width:]))}


def _parsed(
    lines: Sequence[str], start: int, delimiter: str
) -> Iterator[tuple[list[str] | None, int, int]]:
    """Rows from a line on, each with its first line and the one behind it; None for no row."""
    reader = csv.reader(lines[start:], delimiter=delimiter)
    first = start
    while first < len(lines):
        try:
            row = next(reader, None)
        except csv.Error:  # a cell without end
            row = None
        yield row, first, start + reader.line_num
        first = start + reader.line_num


def _usual_width(lines: Sequence[str], delimiter: str) -> int:
    """How many cells most lines have."""
    whole = [line for line in lines[:_SAMPLED] if line.count(_QUOTE) % 2 == 0 and line.strip()]
    widths = Counter(map(len, csv.reader(whole, delimiter=delimiter)))
    return widths.most_common(1)[0][0] if widths else 0


def _is_swallowed(row: list[str], lines: Sequence[str], width: int, delimiter: str) -> bool:
    """Whether a row holds others: its marks do not pair, or its lines are rows by themselves."""
    marks = sum(line.count(_QUOTE) for line in lines)
    if marks % 2:
        return len(lines) > 1 or _cut(lines[0], delimiter) != row
    if len(lines) == 1 or width <= 2:
        return False
    alone = [line for line in lines[1:] if line.count(_QUOTE) % 2 == 0]
    if any(len(one) == width for one in csv.reader(alone, delimiter=delimiter)):
        return True
    return all(len(_cut(line, delimiter)) == width for line in lines)


def _cut(line: str, delimiter: str) -> list[str]:
    """A line's cells by its delimiters alone, without the marks around them."""
    return [cell.strip().strip(_QUOTE) for cell in line.rstrip("\r\n").split(delimiter)]
