"""How a table fits on paper: widths, heights, the sheet of paper, and where a page ends.

Nothing is printed smaller than 8 pt. A table that A4 across does not hold at that size takes A3,
and one that A3 does not hold takes several pages side by side, each with its leading columns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from herbgis.foundation.display import width

#: 宋体 comes with every Windows, whatever its language, and with WPS; 等线 only with newer Office.
#: The charset tells a program that lacks it, such as WPS on Linux, to take another Chinese one.
FONT = "宋体"
_SONG = {"font_name": FONT, "font_family": 3, "font_charset": 134, "font_scheme": "none"}
SIZE, TITLE_SIZE = 11, 16
FONT_PROPERTIES = {**_SONG, "font_size": SIZE}
_SMALLEST_PRINTED = 8
#: Percent of its size at which text is 8 pt, rounded up.
_LEAST_SCALE = -(-100 * _SMALLEST_PRINTED // SIZE)
#: Pixels of a digit in 宋体 of 11 pt, by which programs show the widths of columns; and, as widths
#: are written to a file, of a digit and around a cell.
_DIGIT, _WRITTEN_DIGIT, _PADDING = 8, 7, 5
_POINTS = 0.75
A3, A4 = 8, 9
MARGIN = 0.4
_MARGINS = 2 * MARGIN * 72
#: Points between the margins of a sheet of paper that lies across.
PAPERS = {A4: 841.9 - _MARGINS, A3: 1190.6 - _MARGINS}
NARROWEST, WIDEST = 6.0, 26.0
#: Figures are short; their headings take several lines.
_WIDEST_OF_FIGURES = 12.0
#: Of a page that columns side by side may take. Where 宋体 lacks, LibreOffice shows columns by the
#: digits of another font, of DejaVu Sans 1.16 times as wide, and would break a column early.
_SAFE = 0.85
#: A column is made so wide rather than a row too high.
_MOST = 100.0
_LINE_HEIGHT, _ABOVE = 15, 3
#: By how much a bold word may be wider than its letters are reckoned.
_BOLD = 1.15
#: Excel's own limits: points of a row, characters of a cell.
HIGHEST = 409
MOST_CHARACTERS = 32_767
MOST_LINES = (HIGHEST - _ABOVE) // _LINE_HEIGHT
#: What a line can break within: a Chinese character stands for itself, a word stays whole.
_PIECES = re.compile(r"[\u1100-\uffff]|[^\s\u1100-\uffff]+|\s")


@dataclass(frozen=True)
class Layout:
    """How a sheet is printed.

    Attributes
    ----------
    paper : int
        As workbooks number papers.
    scale : int or None
        Percent; None where the table is fitted to one page's width.
    breaks : tuple of int
        Columns that a new page begins with.
    """

    paper: int
    scale: int | None = None
    breaks: tuple[int, ...] = ()


def points(wide: float) -> float:
    """Points that a column takes, of its width in characters."""
    written = (int(wide * _WRITTEN_DIGIT + 0.5) + _PADDING) / _WRITTEN_DIGIT
    return round(written * _DIGIT) * _POINTS


def lay_out(widths: Sequence[float], leading: int = 0) -> Layout:
    """Paper, scale and page breaks of columns; the leading ones stand on every page."""
    taken = [points(wide) for wide in widths]
    for paper, room in PAPERS.items():
        if sum(taken) * _LEAST_SCALE / 100 <= room:
            return Layout(paper)
    room = PAPERS[A3] * 100 / _LEAST_SCALE * _SAFE
    breaks, used = [], 0.0
    for place, own in enumerate(taken):
        if used + own > room:
            breaks.append(place)
            used = sum(taken[:leading])
        used += own
    return Layout(A3, _LEAST_SCALE, tuple(breaks))


def least_width(heading: str) -> float:
    """The width of a column in which no word of its heading is broken; headings are bold."""
    longest = max((width(word) for word in _PIECES.findall(heading)), default=0)
    return min(longest * _BOLD + 1.0, WIDEST)


def lines_of(text: str, wide: float) -> int:
    """Lines that a text takes in a cell of a width, at its own line ends and where it is full."""
    room = max(int(wide) - 1, 2)
    return sum(_wrapped(line, room) for line in text.split("\n"))


def _wrapped(line: str, room: int) -> int:
    if width(line) <= room:
        return 1
    lines, used = 1, 0
    for piece in _PIECES.findall(line):
        own = width(piece)
        if used + own <= room:
            used += own
        elif own <= room:
            lines, used = lines + 1, own
        else:  # A word longer than the line goes on in the next.
            beginning = used > 0
            lines += -(-own // room) - 1 + beginning
            used = own % room or room
    return lines


def height_of(lines: int) -> float:
    """Points of a row with some lines."""
    return float(min(_LINE_HEIGHT * lines + _ABOVE, HIGHEST))


def column_width(heading: str, texts: Sequence[str], *, whole: bool = False) -> float:
    """Width of a column for what its cells show.

    Parameters
    ----------
    heading : str
    texts : sequence of str
    whole : bool
        No cell can take a second line, as numbers cannot.
    """
    longest = max((width(line) for text in texts for line in text.split("\n")), default=0)
    if whole:
        heads = max(min(width(heading) + 2.0, _WIDEST_OF_FIGURES), least_width(heading))
        return max(longest + 3.0, heads, NARROWEST)
    wide = min(max(longest + 2.0, width(heading) + 2.0, NARROWEST), WIDEST)
    return high_enough(texts, wide)


def high_enough(texts: Sequence[str], wide: float) -> float:
    """A width, made larger where a text in it would take more lines than a row can have."""
    while wide < _MOST and any(lines_of(text, wide) > MOST_LINES for text in texts):
        wide = min(wide * 1.25, _MOST)
    return wide
