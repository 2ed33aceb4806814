"""Several tables in one grid: below each other, or side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from herbgis.foundation.units import fold
from herbgis.reading.formats.coordinates import roles_of
from herbgis.reading.formats.grids import Cell, Grid
from herbgis.reading.formats.survey_file import Words
from herbgis.reading.formats.table_headers import (
    Header,
    find_header,
    heading_of,
    is_number,
    score,
    units_in,
)

#: What tells the records of a table apart; where two headings name it, there are two tables.
RECORD_KEYS = frozenset({"base_id", "name"})
_AXES = frozenset({"x", "y", "across", "up"})
_LEAST_KNOWN_HEADINGS = 2
#: Headings of counts and sums, with a unit behind or without.
_SUM = re.compile(
    r"(?:.+(?:合计|小计|总计|个数|总数|基地数|总面积|占比)|(?:合计|总计|个数|占比|总面积|合计面积))(?:\(.*\))?"
)


# Side by side


def side_by_side(grid: Grid, words: Words) -> list[Grid]:
    """The parts of a grid that hold tables beside each other, or the grid itself."""
    columns = len(grid.rows[0]) if grid.rows else 0
    starts = _starts_behind_blanks(grid, words) or _starts_by_heading(grid, words)
    if not starts:
        return [grid]
    ends = [*starts[1:], columns]
    rows = range(len(grid.rows))
    return [grid.part(rows, range(a, b)) for a, b in zip([0, *starts[1:]], ends, strict=True)]


def _starts_behind_blanks(grid: Grid, words: Words) -> list[int]:
    """Where tables of their own begin behind a blank column; nothing if there are not two.

    One begins where headings tell records apart, or name again what those on the left have named,
    as a table of sums beside the list does.
    """
    columns = len(grid.rows[0]) if grid.rows else 0
    filled = [any(row[column] is not None for row in grid.rows) for column in range(columns)]
    if all(filled):
        return []
    runs = [at for at in range(columns) if filled[at] and (at == 0 or not filled[at - 1])]
    starts: list[int] = []
    named: set[str] = set()
    for start, end in zip(runs, [*runs[1:], columns], strict=True):
        header = find_header(grid.part(range(len(grid.rows)), range(start, end)), words)
        if header is None:
            continue
        names = words.match(header.headings).columns.keys()
        if _keys(header.headings, words) or (starts and named & names):
            starts.append(start)
        named |= names
    return starts if len(starts) > 1 else []


def _starts_by_heading(grid: Grid, words: Words) -> list[int]:
    """Where the headings of a table begin anew in the same row, all in the same order."""
    header = find_header(grid, words)
    if header is None or header.height != 1:
        return []
    headings = [fold(heading_of(cell)) for cell in grid.rows[header.row]]
    first = next((at for at, heading in enumerate(headings) if heading), 0)
    starts = [at for at in range(first, len(headings)) if headings[at] == headings[first]]
    if len(starts) < 2:
        return []
    parts = [headings[a:b] for a, b in zip(starts, [*starts[1:], len(headings)], strict=True)]
    whole = [[heading for heading in part if heading] for part in parts]
    same = all(part == whole[0] for part in whole)
    return starts if same and len(whole[0]) > 1 and _keys(whole[0], words) else []


def _keys(headings: Sequence[str], words: Words) -> bool:
    """Whether headings name what tells records apart, or both axes of points."""
    known = words.match(list(headings)).columns.keys() & RECORD_KEYS
    return bool(known) or len(roles_of(headings).keys() & _AXES) > 1


# Below each other


def below_each_other(grid: Grid, words: Words) -> list[Grid]:
    """The parts of a grid that hold a table each below the other, or the grid itself."""
    header = find_header(grid, words)
    if header is None:
        return [grid]
    starts = [0, *_starts_below(grid, header, words)]
    columns = range(len(grid.rows[0]))
    ends = [*starts[1:], len(grid.rows)]
    return [grid.part(range(a, b), columns) for a, b in zip(starts, ends, strict=True)]


def _starts_below(grid: Grid, header: Header, words: Words) -> Iterator[int]:
    """Rows from which another table goes on: its headings, and the titles above them."""
    own = [grid.rows[at] for at in range(header.row, header.end)]
    known = _spellings(own, words)
    floor = header.end
    for at in range(header.end, len(grid.rows)):
        row = grid.rows[at]
        near = known.intersection(cell for cell in row if isinstance(cell, str))
        alone = grid.rows[at - 1].count(None) >= len(row) - 1
        is_near = len(near) >= _LEAST_KNOWN_HEADINGS or alone
        if not (is_near and _is_header(row, words)) and not (near and _heads_sums(row)):
            continue
        start = at
        while start > floor and grid.rows[start - 1].count(None) >= len(row) - 1:
            start -= 1
        if row in own and not _states_unit(grid.rows[start:at], words):
            continue
        yield start
        own, floor = [row], at + 1


def _spellings(own: Sequence[Sequence[Cell]], words: Words) -> frozenset[Cell]:
    """Headings as they are mostly written, to pass by rows of records at once."""
    columns = words.policy.columns.values()
    return frozenset(
        [alias for aliases in columns for alias in aliases]
        + [cell for row in own for cell in row if isinstance(cell, str)]
    )


def _is_header(row: Sequence[Cell], words: Words) -> bool:
    """Whether a row is headings: words alone, of which two and most name columns."""
    cells = [cell for cell in row if cell is not None]
    if not all(isinstance(cell, str) and not is_number(cell) for cell in cells):
        return False
    headings = [heading_of(cell) for cell in cells]
    return score(headings, words) >= max(_LEAST_KNOWN_HEADINGS, (len(cells) + 1) // 2)


def _heads_sums(row: Sequence[Cell]) -> bool:
    """Whether a row is the headings of sums over the list above: words of which some count."""
    cells = [cell for cell in row if cell is not None]
    if not all(isinstance(cell, str) and not is_number(cell) for cell in cells):
        return False
    return any(_SUM.fullmatch(fold(cell)) for cell in cells)


def _states_unit(rows: Sequence[Sequence[Cell]], words: Words) -> bool:
    """Whether a note above repeated headings gives them a unit of land."""
    return any(units_in(cell, words.policy) for row in rows for cell in row)
