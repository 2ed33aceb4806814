"""Tables in a grid of cells as people lay them out: titles, headings, records, totals, footers."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd

from herbgis.foundation.units import fold
from herbgis.reading.formats.coordinates import roles_of
from herbgis.reading.understanding.cells import clean_text
from herbgis.terms import columns as cols
from herbgis.terms.headings import match_headings
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy

Cell: TypeAlias = Any

#: More cells than this, blank ones between others included, are no list of bases.
MOST_CELLS = 10_000_000
_HEADER_WITHIN_ROWS = 20
#: Roles of columns that tables of other things have as well.
_NO_HEADING_ALONE = {"plot", "point", "ring"}
_LEAST_KNOWN_HEADINGS = 2
#: A word for a total stands in one of the first texts of its row.
_TOTAL_WITHIN_TEXTS = 4
_TOTAL = re.compile(
    r"(?:.*(?:合计|小计|总计|共计|累计)|全市|全县|全区|全乡|全镇|total)(?:[\d(:].*)?"
)
_FOOTER = re.compile(
    r"(?:填报人|填表人|制表|审核人|复核人|单位负责人|填报日期|填报时间|填报说明|填表说明).*"
    r"|(?:备注|说明|附注|注|审核|复核|负责人|联系人|联系电话|数据来源)(?:[:(\d、.].*)?"
)
_SECTION = re.compile(r"(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)).*")
_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)")
_UNIT_NOTE = re.compile(r"单位[:：]\s*([^\s()]+)")
_UNIT_IN_HEADING = re.compile(r"(?<=[(（])\s*单位\s*[:：]?\s*(?=.)")
_PLAIN_NUMBER = re.compile(r"[-+]?[\d,]*\.?\d+%?")
_COUNTERS = frozenset({"序号", "编号", "no", "no."})
_UNIT_HEADING = "面积单位"
#: Areas written once over several rows belong to all of them together, not to each.
_NOT_FILLED_DOWN = ("declared_value", "declared_mu")


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


@dataclass(frozen=True)
class Table:
    """A table found in a grid: its records, and what was decided about the rest.

    `matched` gives the headings that name columns of the base table; `above` is all that is
    written over the headings. The rows of a report count bases or list findings; none is a base.
    """

    frame: pd.DataFrame
    assumptions: tuple[str, ...]
    matched: Mapping[str, str]
    above: str
    is_report: bool = False


@dataclass(frozen=True, slots=True)
class _Header:
    """Headings, the first row of them, and how many rows they take."""

    headings: list[str]
    row: int
    height: int

    @property
    def end(self) -> int:
        return self.row + self.height


@functools.cache
def _policy() -> Policy:
    """The headings that tell a header; what they mean is understood later, by the call's policy."""
    return load_policy()


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


def known_headings(grid: Grid) -> int:
    """How many columns of the base table the best header row of a grid names."""
    header = _find_header(grid)
    return 0 if header is None else _score(header.headings)


def find_table(grid: Grid) -> Table | None:
    """The records of a grid under their headings, or None where no row is a header.

    The frame has the headings as written, made unique, and ``sheet_row``, counted from 1.
    """
    header = _find_header(grid)
    if header is None:
        return None
    matched, heading_unit = match_headings(header.headings, _policy())
    if _is_report(header.headings, matched):
        return Table(pd.DataFrame(), (), matched, "", is_report=True)
    above = sum(any(cell is not None for cell in row) for row in grid.rows[: header.row])
    said = [f"表头在第 {header.row + 1} 行, 以上 {above} 行未作记录"] if above else []
    filled = _filled_down(grid, header, matched, said)
    records = _records(grid, filled, header, said)
    frame = _frame(filled, header, records)
    if "declared_value" in matched and "declared_unit" not in matched and heading_unit is None:
        unit = _unit_above(grid, header)
        if unit is not None:
            frame[_UNIT_HEADING] = pd.Series([unit] * len(frame), dtype=object)
            said.append(f"面积单位={unit}(由表头上方)")
    written = " ".join(text for row in grid.rows[: header.row] for text in _texts(row))
    return Table(frame, tuple(said), matched, written)


# The header


def _find_header(grid: Grid) -> _Header | None:
    """The row, or the two rows merged, that name the most columns of the base table."""
    best: tuple[tuple[int, bool, int, int], _Header] | None = None
    last = min(_HEADER_WITHIN_ROWS, len(grid.rows))
    for row in range(last):
        for height in (1, 2) if row + 1 < last else (1,):
            names = _names(grid, row, height)
            score = _score(names)
            below = height == 2 and _is_below(grid.rows[row], grid.rows[row + 1])
            key = (score, below, -height, -row)
            if score >= _LEAST_KNOWN_HEADINGS and (best is None or key > best[0]):
                best = key, _Header(_unique(names), row, height)
    return None if best is None else best[1]


def _score(headings: list[str]) -> int:
    named = match_headings(headings, _policy())[0].keys() - set(cols.PROVENANCE)
    return len(named) + len(roles_of(headings).keys() - _NO_HEADING_ALONE)


@functools.cache
def is_known_heading(heading: str) -> bool:
    """Whether a heading names a column of the base table."""
    return bool(match_headings([heading], _policy())[0])


def _is_report(headings: list[str], matched: Mapping[str, str]) -> bool:
    """Whether a table counts bases, or lists what was found of them."""
    folded = [fold(heading) for heading in headings]
    if any(heading in _policy().reports["always"] for heading in folded):
        return True
    if {"base_id", "name"} & matched.keys():
        return False
    # Under a heading of two lines the words stand at the end: 500亩以上目标.
    return any(heading.endswith(w) for heading in folded for w in _policy().reports["nameless"])


def _names(grid: Grid, row: int, height: int) -> list[str]:
    """The headings that one row, or a row of parents over one of children, gives."""
    above = [_heading(cell) for cell in grid.rows[row]]
    if height == 1:
        return above
    below = [_heading(cell) for cell in grid.rows[row + 1]]
    parents = _filled_right(above, below, grid, row)
    times = Counter(map(fold, below))
    return [_joined(p, c, alone=times[fold(c)] == 1) for p, c in zip(parents, below, strict=True)]


def _heading(cell: Cell) -> str:
    return _UNIT_IN_HEADING.sub("", clean_text(cell) or "") if isinstance(cell, str) else ""


def _joined(parent: str, child: str, *, alone: bool) -> str:
    """One heading of two; 面积(亩) under 上报 and under 实测 are not the same."""
    if not parent or not child:
        return parent or child
    both = parent + child
    choices = [both, child + parent, *([child] if alone else [])]
    return next((name for name in choices if is_known_heading(name)), both)


def _filled_right(above: list[str], below: list[str], grid: Grid, row: int) -> list[str]:
    """Parents over all their children: as merged, or over blanks where the format does not say."""
    filled = list(above)
    for merged in grid.merged or ():
        if merged.top <= row <= merged.bottom and merged.left < len(above):
            top = _heading(grid.rows[merged.top][merged.left])
            for column in range(merged.left, min(merged.right + 1, len(above))):
                filled[column] = filled[column] or (top if merged.bottom == row else "")
    if grid.merged is None:
        for column in range(1, len(above)):
            if below[column] and not filled[column]:
                filled[column] = filled[column - 1]
    return filled


def _is_below(above: list[Cell], below: list[Cell]) -> bool:
    """Whether a row goes on with the headings above: words alone, and blank under known ones."""
    words = [cell for cell in below if cell is not None]
    if not words or not all(isinstance(w, str) and not _is_number(w) for w in words):
        return False
    open_below = [
        a for a, b in zip(above, below, strict=True) if b is None and is_known_heading(_heading(a))
    ]
    return len(open_below) >= _LEAST_KNOWN_HEADINGS


def _is_number(text: str) -> bool:
    return _PLAIN_NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None


def _unique(names: list[str]) -> list[str]:
    """Headings told apart, blank ones by their place; provenance is the reader's to say."""
    times = Counter({"geometry": 1, **dict.fromkeys(cols.PROVENANCE, 1)})
    result = []
    for number, name in enumerate(names, 1):
        heading = name or f"第{number}列"
        times[heading] += 1
        while times[heading] > 1:
            heading = f"{heading}#{times[heading]}"
            times[heading] += 1
        result.append(heading)
    return result


def _unit_above(grid: Grid, header: _Header) -> str | None:
    """The unit of land that a note like 单位：亩 above the table states, if it states just one."""
    found = {
        unit
        for row in grid.rows[: header.row]
        for cell in row
        if isinstance(cell, str)
        for note in _UNIT_NOTE.findall(cell)
        for word in re.split(r"[、,，;；/]", note)
        if (unit := _policy().canonical("unit", word)) is not None
    }
    return _policy().title_of("unit", found.pop()) if len(found) == 1 else None


# The records


def _filled_down(
    grid: Grid, header: _Header, matched: dict[str, str], said: list[str]
) -> list[list[Cell]]:
    """The rows with what is written once for several of them, as merged, in each; areas are not."""
    whole = {header.headings.index(matched[n]) for n in _NOT_FILLED_DOWN if n in matched}
    rows = list(grid.rows)
    # Ranges of a sound sheet do not overlap, so there is no more to fill than there are rows.
    left_to_fill = len(grid.rows) * len(header.headings)
    for merged in grid.merged or ():
        bottom = min(merged.bottom, len(grid.rows) - 1)
        left_to_fill -= bottom - merged.top
        if merged.top < header.end or bottom <= merged.top or left_to_fill < 0:
            continue
        if merged.left >= len(header.headings) or grid.rows[merged.top][merged.left] is None:
            continue
        if merged.left in whole:
            said.append(f"第 {merged.top + 1}–{bottom + 1} 行合并填写的面积只记在首行")
            continue
        for number in range(merged.top + 1, bottom + 1):
            if rows[number] is grid.rows[number]:
                rows[number] = list(rows[number])
            rows[number][merged.left] = grid.rows[merged.top][merged.left]
    return rows


def _records(
    grid: Grid, filled: list[list[Cell]], header: _Header, said: list[str]
) -> list[tuple[int, list[Cell]]]:
    """Rows that are records, with their numbers from 1; what the others are is said."""
    counters = {i for i, name in enumerate(header.headings) if fold(name) in _COUNTERS}
    across = {m.top for m in grid.merged or () if m.right - m.left >= 2}
    records: list[tuple[int, list[Cell]]] = []
    left_out = Counter[str]()
    footer = False
    for at in range(header.end, len(grid.rows)):
        # A row is judged by what is written in it, not by what a merged cell lends it.
        own = grid.rows[at]
        if all(cell is None for column, cell in enumerate(own) if column not in counters):
            continue
        kind = _kind_of_row(own, grid, header, across=at in across)
        if not kind and at == header.end and _counts_columns(own):
            kind = "栏次"
        if not kind and footer and len([c for c in own if c is not None]) == 1:
            kind = "表尾说明"
        footer = footer or kind == "表尾说明"
        if kind:
            left_out[kind] += 1
        else:
            records.append((at + 1, filled[at]))
    said += [f"{kind} {count} 行未作记录" for kind, count in left_out.items()]
    return records


def _kind_of_row(row: list[Cell], grid: Grid, header: _Header, *, across: bool) -> str:
    """What a row is that is no record; nothing for a record."""
    texts = [fold(text) for text in _texts(row)]
    if any(_TOTAL.fullmatch(text) for text in texts[:_TOTAL_WITHIN_TEXTS]):
        return "合计"
    if texts and _FOOTER.fullmatch(texts[0]) and isinstance(_first(row), str):
        return "表尾说明"
    alone = sum(cell is not None for cell in row) == 1
    if texts and alone and (across or _SECTION.fullmatch(texts[0])):
        return "分段标题"
    if any(row == grid.rows[n] for n in range(header.row, header.end)):
        return "重复表头"
    return ""


def _texts(row: list[Cell]) -> Iterator[str]:
    return (cell for cell in row if isinstance(cell, str))


def _first(row: list[Cell]) -> Cell:
    return next((cell for cell in row if cell is not None), None)


def _counts_columns(row: list[Cell]) -> bool:
    """Whether a row under the headings only numbers them: 1 2 3 …, or 甲 乙 1 2 …."""
    words = [clean_text(cell) for cell in row if cell is not None]
    numbers = [word for word in words if word not in {"甲", "乙", "丙", "丁"}]
    wanted = [str(number) for number in range(1, len(numbers) + 1)]
    return len(words) > 2 and len(numbers) > 1 and numbers == wanted


def _frame(
    rows: list[list[Cell]], header: _Header, records: list[tuple[int, list[Cell]]]
) -> pd.DataFrame:
    """Records under their headings, each cell of the type it has in the file."""
    data: dict[str, pd.Series] = {}
    for column, name in enumerate(header.headings):
        values = [row[column] for _, row in records]
        named = any(_heading(rows[n][column]) for n in range(header.row, header.end))
        if named or any(value is not None for value in values):
            data[name] = pd.Series(values, dtype=object)
    data["sheet_row"] = pd.Series([number for number, _ in records], dtype="Int64")
    return pd.DataFrame(data)
