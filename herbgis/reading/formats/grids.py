"""Grids of cells, as a person sees them in a workbook or a table of text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from herbgis.foundation.language import tr
from herbgis.reading.formats.survey_file import UnreadableFileError

Cell: TypeAlias = Any
#: Row and column of a cell, counted from 0.
At: TypeAlias = tuple[int, int]

#: More cells than this, blank ones between others included, are no list of bases.
MOST_CELLS = 10_000_000
_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)|Err:\d{3}")

_ERROR_BEGINS = ("#", "E")


@dataclass(frozen=True, slots=True)
class Merged:
    """A range of merged cells; rows and columns count from 0, the last ones included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Marks:
    """What a sheet says of its cells beside their values; rows and columns count from 0.

    Attributes
    ----------
    formats : mapping of (row, column) to str
        Number formats under which a cell may show more than its number.
    faults : mapping of (row, column) to str
        Error values, and formulas that nobody has calculated.
    zeros : frozenset of (row, column)
        Formulas whose stored result is 0, as programs write it that do not calculate.
    hidden_rows, hidden_columns : frozenset of int
    since_1904 : bool
        Whether its days are counted from 1904, as old Excel for Macintosh does, not from 1900.
    constants : mapping of (row, column) to str
        Formulas that are a text or a number (``="YJ-1"``) and have no stored result: what they are.
    """

    formats: Mapping[At, str] = field(default_factory=dict)
    faults: Mapping[At, str] = field(default_factory=dict)
    zeros: frozenset[At] = frozenset()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    since_1904: bool = False
    constants: Mapping[At, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Grid:
    """Cells row by row as a person sees them.

    Attributes
    ----------
    rows : list of list
        As many cells in every row; None where there is nothing.
    merged : tuple of Merged or None
        None where the format does not say.
    marks : Marks
        By the places of the whole sheet.
    top, left : int
        Where in its sheet the grid begins, counted from 0.
    """

    rows: list[list[Cell]]
    merged: tuple[Merged, ...] | None
    marks: Marks = field(default_factory=Marks)
    top: int = 0
    left: int = 0

    def part(self, rows: range, columns: range) -> Grid:
        """The cells of some rows and columns that follow each other."""
        merged = self.merged and tuple(
            Merged(m.top - rows.start, m.left - columns.start, m.bottom - rows.start, right)
            for m in self.merged
            if m.top in rows and m.left in columns
            for right in [min(m.right, columns.stop - 1) - columns.start]
        )
        return replace(
            self,
            rows=[row[columns.start : columns.stop] for row in self.rows[rows.start : rows.stop]],
            merged=merged,
            top=self.top + rows.start,
            left=self.left + columns.start,
        )


def name_of(at: At) -> str:
    """A cell's place as workbooks write it: (2, 27) is AB3."""
    letters, number = "", at[1] + 1
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{at[0] + 1}"


def make_grid(
    rows: Sequence[Sequence[Cell]], merged: Sequence[Merged] | None, marks: Marks | None = None
) -> Grid:
    """Rows of any lengths as a grid; blanks become None, and error values, which are marked.

    Raises
    ------
    ValueError
        The grid is larger than any list of bases.
    """
    marks = marks or Marks()
    places = marks.constants
    width = max(*map(len, rows), *(column + 1 for _, column in places), 0)
    height = max(len(rows), *(row + 1 for row, _ in places), 0)
    check_size(height, width)
    rows = [*rows, *[[]] * (height - len(rows))]
    padded = [[*map(_cell, row), *[None] * (width - len(row))] for row in rows]
    for (row, column), text in places.items():
        padded[row][column] = text
    marks = replace(marks, faults={**_faults(rows), **marks.faults})
    return Grid(padded, None if merged is None else tuple(merged), marks)


def _faults(rows: Sequence[Sequence[Cell]]) -> dict[At, str]:
    """Error values that were written out as text."""
    return {
        (at, column): cell.strip()
        for at, row in enumerate(rows)
        for column, cell in enumerate(row)
        if isinstance(cell, str) and cell.lstrip()[:1] in _ERROR_BEGINS
        if _ERROR.fullmatch(cell.strip())
    }


def check_size(rows: int, columns: int) -> None:
    """Raise ValueError for a grid that is larger than any list of bases."""
    if rows * columns > MOST_CELLS:
        msg = tr("表有 {rows} 行 {columns} 列, 请删去表格以外的内容", rows=rows, columns=columns)
        raise UnreadableFileError(msg)


def _cell(value: Cell) -> Cell:
    if not isinstance(value, str):
        return value
    text = value.strip()
    return None if not text or (text[0] in _ERROR_BEGINS and _ERROR.fullmatch(text)) else value


def is_empty(grid: Grid) -> bool:
    """Whether no cell of a grid holds anything."""
    return all(cell is None for row in grid.rows for cell in row)
