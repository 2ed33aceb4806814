"""Grids of cells, as a person sees them in a workbook or a table of text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Cell: TypeAlias = Any

#: More cells than this, blank ones between others included, are no list of bases.
MOST_CELLS = 10_000_000
_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)")


@dataclass(frozen=True, slots=True)
class Merged:
    """A range of merged cells; rows and columns count from 0, the last ones included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Grid:
    """Cells row by row as a person sees them.

    Attributes
    ----------
    rows : list of list
        As many cells in every row; None where there is nothing.
    merged : tuple of Merged or None
        None where the format does not say.
    """

    rows: list[list[Cell]]
    merged: tuple[Merged, ...] | None


def make_grid(rows: Sequence[Sequence[Cell]], merged: Sequence[Merged] | None) -> Grid:
    """Rows of any lengths as a grid; blanks and error values become None.

    Raises
    ------
    ValueError
        The grid is larger than any list of bases.
    """
    width = max(map(len, rows), default=0)
    check_size(len(rows), width)
    padded = [[*map(_cell, row), *[None] * (width - len(row))] for row in rows]
    return Grid(padded, None if merged is None else tuple(merged))


def check_size(rows: int, columns: int) -> None:
    """Raise ValueError for a grid that is larger than any list of bases."""
    if rows * columns > MOST_CELLS:
        msg = f"表有 {rows} 行 {columns} 列, 超过限额; 请删去表格以外的内容后再交"
        raise ValueError(msg)


def _cell(value: Cell) -> Cell:
    if not isinstance(value, str):
        return value
    return None if not value.strip() or _ERROR.fullmatch(value.strip()) else value


def is_empty(grid: Grid) -> bool:
    """Whether no cell of a grid holds anything."""
    return all(cell is None for row in grid.rows for cell in row)
