"""Which rows of a grid are its headings, and what the headings are."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from herbgis.foundation.units import fold
from herbgis.reading.formats.coordinates import roles_of
from herbgis.reading.formats.grids import Cell, Grid
from herbgis.reading.formats.survey_file import Words
from herbgis.reading.understanding.cells import clean_text
from herbgis.reading.understanding.made_headings import HIDDEN, nameless
from herbgis.terms import columns as cols
from herbgis.terms.policy import Policy

_HEADER_WITHIN_ROWS = 20
#: Roles of columns that tables of other things have as well.
_NO_HEADING_ALONE = {"plot", "point", "ring"}
_LEAST_KNOWN_HEADINGS = 2
_UNIT_IN_HEADING = re.compile(r"(?<=[(（])\s*单位\s*[:：]?\s*(?=.)")
_UNIT_NOTE = re.compile(r"单位:\s*([^\s()\[\]【】]+)")
_PLAIN_NUMBER = re.compile(r"[-+]?[\d,]*\.?\d+%?")


@dataclass(frozen=True, slots=True)
class Header:
    """Headings, the first row of them, and how many rows they take."""

    headings: list[str]
    row: int
    height: int

    @property
    def end(self) -> int:
        """The first row behind them."""
        return self.row + self.height


def find_header(grid: Grid, words: Words) -> Header | None:
    """The row, or the two rows merged, that name the most columns of the base table."""
    best: tuple[tuple[int, int, bool, int, int], Header] | None = None
    last = min(_HEADER_WITHIN_ROWS, len(grid.rows))
    for row in range(last):
        for height in (1, 2) if row + 1 < last else (1,):
            names = _names(grid, row, height, words)
            known = score(names, words)
            below = height == 2 and _is_below(grid.rows[row], grid.rows[row + 1], words)
            beside = len(roles_of(names).keys() & _NO_HEADING_ALONE)
            key = (known, beside, below, -height, -row)
            if known >= _LEAST_KNOWN_HEADINGS and (best is None or key > best[0]):
                best = key, Header(_told_apart(names, grid, words), row, height)
    return None if best is None else best[1]


def score(headings: list[str], words: Words) -> int:
    """How many columns of the base table, or roles of coordinates, headings name."""
    sources = cols.names(cols.with_role(cols.Role.SOURCE))
    named = words.match(headings).columns.keys() - set(sources)
    return len(named) + len(roles_of(headings).keys() - _NO_HEADING_ALONE)


def is_report(headings: list[str], matched: Mapping[str, str], policy: Policy) -> bool:
    """Whether a table counts bases, or lists what was found of them."""
    folded = [fold(heading) for heading in headings]
    if any(heading in policy.reports["always"] for heading in folded):
        return True
    if {"base_id", "name"} & matched.keys():
        return False
    # Under a heading of two lines the words stand at the end: 500亩以上目标.
    return any(heading.endswith(w) for heading in folded for w in policy.reports["nameless"])


def _names(grid: Grid, row: int, height: int, words: Words) -> list[str]:
    """The headings that one row, or a row of parents over one of children, gives."""
    above = [heading_of(cell) for cell in grid.rows[row]]
    if height == 1:
        return above
    below = [heading_of(cell) for cell in grid.rows[row + 1]]
    parents = _filled_right(above, below, grid, row)
    times = Counter(map(fold, below))
    return [
        _joined(p, c, words, alone=times[fold(c)] == 1) for p, c in zip(parents, below, strict=True)
    ]


def heading_of(cell: Cell) -> str:
    """A cell as a heading; nothing where it is no text."""
    return _UNIT_IN_HEADING.sub("", clean_text(cell) or "") if isinstance(cell, str) else ""


def _joined(parent: str, child: str, words: Words, *, alone: bool) -> str:
    """One heading of two; 面积(亩) under 上报 and under 实测 are not the same."""
    if not parent or not child:
        return parent or child
    both = parent + child
    choices = [both, child + parent, *([child] if alone else [])]
    return next((name for name in choices if words.know(name) or roles_of([name])), both)


def _filled_right(above: list[str], below: list[str], grid: Grid, row: int) -> list[str]:
    """Parents over all their children: as merged, or over blanks where the format does not say."""
    filled = list(above)
    for merged in grid.merged or ():
        if merged.top <= row <= merged.bottom and merged.left < len(above):
            top = heading_of(grid.rows[merged.top][merged.left])
            for column in range(merged.left, min(merged.right + 1, len(above))):
                filled[column] = filled[column] or (top if merged.bottom == row else "")
    if grid.merged is None:
        for column in range(1, len(above)):
            if below[column] and not filled[column]:
                filled[column] = filled[column - 1]
    return filled


def _is_below(above: list[Cell], below: list[Cell], words: Words) -> bool:
    """Whether a row goes on with the headings above: words alone, and blank under known ones."""
    cells = [cell for cell in below if cell is not None]
    if not cells or not all(isinstance(c, str) and not is_number(c) for c in cells):
        return False
    open_below = [
        a for a, b in zip(above, below, strict=True) if b is None and words.know(heading_of(a))
    ]
    return len(open_below) >= _LEAST_KNOWN_HEADINGS


def is_number(text: str) -> bool:
    """Whether a text is written as a number."""
    return _PLAIN_NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None


def _told_apart(names: list[str], grid: Grid, words: Words) -> list[str]:
    """Headings told apart, blank ones by their place; provenance is the reader's to say.

    A visible column keeps its heading before a hidden one, and the hidden one loses what it names
    where a visible one names the same.
    """
    hidden = {at for at in range(len(names)) if grid.left + at in grid.marks.hidden_columns}
    seen = [name for at, name in enumerate(names) if at not in hidden]
    visible = _named(seen, words) if hidden else frozenset()
    times = Counter(["geometry", *cols.names(cols.with_role(cols.Role.SOURCE))])
    result = [""] * len(names)
    for at in sorted(range(len(names)), key=lambda at: at in hidden):
        heading = names[at] or nameless(grid.left + at + 1)
        if at in hidden and _named([heading], words) & visible:
            heading += HIDDEN
        times[heading] += 1
        while times[heading] > 1:
            heading = f"{heading}#{times[heading]}"
            times[heading] += 1
        result[at] = heading
    return result


def _named(headings: list[str], words: Words) -> frozenset[str]:
    """Columns of the base table and roles of coordinates that headings name."""
    return frozenset(words.match(headings).columns) | roles_of(headings).keys()


def units_in(cell: Cell, policy: Policy) -> set[str]:
    """The units of land that a note like 单位：亩 states."""
    if not isinstance(cell, str):
        return set()
    text = unicodedata.normalize("NFKC", cell)
    words = (word for note in _UNIT_NOTE.findall(text) for word in re.split(r"[、,;/]", note))
    return {unit for word in words if (unit := policy.canonical("unit", word)) is not None}
