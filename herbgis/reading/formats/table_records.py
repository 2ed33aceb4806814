"""Which rows under a table's headings are records; totals, titles and footers are none."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator

import pandas as pd

from herbgis.foundation.language import tr
from herbgis.foundation.units import fold
from herbgis.reading.formats.grids import Cell, Grid
from herbgis.reading.formats.sum_rows import SumRows
from herbgis.reading.formats.table_headers import Header, heading_of
from herbgis.reading.understanding.cells import clean_text

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
_COUNTERS = frozenset({"序号", "编号", "no", "no."})
#: Rows of a title above headings that stand again.
_MOST_TITLES = 3
#: Areas written once over several rows belong to all of them together, not to each.
_NOT_FILLED_DOWN = ("declared_value", "declared_mu")


def filled_down(
    grid: Grid, header: Header, matched: dict[str, str], said: list[str]
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
            first, last = grid.top + merged.top + 1, grid.top + bottom + 1
            said.append(tr("第 {first}–{last} 行合并填写的面积只记在首行", first=first, last=last))
            continue
        for number in range(merged.top + 1, bottom + 1):
            if rows[number] is grid.rows[number]:
                rows[number] = list(rows[number])
            rows[number][merged.left] = grid.rows[merged.top][merged.left]
    return rows


def records_of(
    grid: Grid, filled: list[list[Cell]], header: Header, said: list[str], sums: SumRows
) -> list[tuple[int, list[Cell]]]:
    """Rows that are records, with their places in the grid; what the others are is said."""
    counters = {i for i, name in enumerate(header.headings) if fold(name) in _COUNTERS}
    across = {m.top for m in grid.merged or () if m.right - m.left >= 2}
    records: list[tuple[int, list[Cell]]] = []
    left_out = Counter[str]()
    footer = False
    for at in range(header.end, len(grid.rows)):
        # A row is judged by what is written in it, not by what a merged cell lends it.
        own = grid.rows[at]
        if all(cell is None for column, cell in enumerate(own) if column not in counters):
            sums.are_near |= bool(records)
            continue
        kind = _kind_of_row(own, grid, header, across=at in across)
        if not kind and at == header.end and _counts_columns(own):
            kind = "栏次"
        if not kind and (_is_title(grid, header, at) or sums.heads_section(own)):
            kind = "分段标题"
        looks_back = records and sums.are_near and not sums.is_open
        goes_on = looks_back and _goes_on(own, grid.rows[records[-1][0]], counters)
        if not (kind or goes_on) and sums.is_sum(
            own, grid.top + at + 1, (grid.rows[n] for n, _ in records)
        ):
            continue
        sums.are_near |= kind == "合计"
        if not kind and footer and len([c for c in own if c is not None]) == 1:
            kind = "表尾说明"
        footer = footer or kind == "表尾说明"
        if kind:
            left_out[kind] += 1
        else:
            records.append((at, filled[at]))
    said += [
        tr("{kind} {count} 行未作记录", kind=tr(kind), count=count)
        for kind, count in left_out.items()
    ]
    return records


def _kind_of_row(row: list[Cell], grid: Grid, header: Header, *, across: bool) -> str:
    """What a row is that is no record; nothing for a record."""
    texts = [fold(text) for text in itertools.islice(texts_of(row), _TOTAL_WITHIN_TEXTS)]
    if any(map(_TOTAL.fullmatch, texts)):
        return "合计"
    if texts and _FOOTER.fullmatch(texts[0]) and isinstance(_first(row), str):
        return "表尾说明"
    alone = _is_alone(row)
    if texts and alone and (across or _SECTION.fullmatch(texts[0])):
        return "分段标题"
    if any(row == grid.rows[n] for n in range(header.row, header.end)):
        return "重复表头"
    return ""


def _is_title(grid: Grid, header: Header, at: int) -> bool:
    """Whether a row is a cell alone with the headings again below, or with such rows between."""
    near = grid.rows[at : at + _MOST_TITLES + 1]
    below = sum(1 for _ in itertools.takewhile(_is_alone, near))
    return 0 < below < len(near) and near[below] in grid.rows[header.row : header.end]


def _is_alone(row: list[Cell]) -> bool:
    return sum(cell is not None for cell in row) == 1


def texts_of(row: list[Cell]) -> Iterator[str]:
    """The cells of a row that are words."""
    return (cell for cell in row if isinstance(cell, str))


def _goes_on(row: list[Cell], before: list[Cell], counters: set[int]) -> bool:
    """Whether a row has the number behind that of the record before it."""
    pairs = ((clean_text(row[at]), clean_text(before[at])) for at in counters)
    return any(
        a and b and a.isdecimal() and b.isdecimal() and int(a) == int(b) + 1 for a, b in pairs
    )


def _first(row: list[Cell]) -> Cell:
    return next((cell for cell in row if cell is not None), None)


def _counts_columns(row: list[Cell]) -> bool:
    """Whether a row under the headings only numbers them: 1 2 3 …, or 甲 乙 1 2 …."""
    words = [clean_text(cell) for cell in row if cell is not None]
    numbers = [word for word in words if word not in {"甲", "乙", "丙", "丁"}]
    wanted = [str(number) for number in range(1, len(numbers) + 1)]
    return len(words) > 2 and len(numbers) > 1 and numbers == wanted


def frame_of(grid: Grid, header: Header, records: list[tuple[int, list[Cell]]]) -> pd.DataFrame:
    """Records under their headings, each cell of the type it has in the file.

    ``sheet_row`` counts from 1 in the whole sheet.
    """
    data: dict[str, pd.Series] = {}
    for column, name in enumerate(header.headings):
        values = [row[column] for _, row in records]
        named = any(heading_of(grid.rows[n][column]) for n in range(header.row, header.end))
        if named or any(value is not None for value in values):
            data[name] = pd.Series(values, dtype=object)
    data["sheet_row"] = pd.Series([grid.top + at + 1 for at, _ in records], dtype="Int64")
    return pd.DataFrame(data)
