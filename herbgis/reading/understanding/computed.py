"""Columns that steps add, in a table that comes back: from a frame, a file, a workbook.

What a step wrote is a number, a list of codes or one of a few words. Whatever else stands there was
put there by somebody, and is refused rather than counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import chain

import numpy as np
import pandas as pd

from herbgis.foundation.errors import UnknownNameError, UnreadableColumnError
from herbgis.foundation.language import tr
from herbgis.foundation.units import parse_quantity
from herbgis.reading.understanding.listed import members_of
from herbgis.terms import columns as cols
from herbgis.terms.issues import codes
from herbgis.terms.policy import Policy

_SEPARATORS = re.compile(r"[、,，;；\s]+")
#: The ellipsoid of CGCS2000 in 亩: a shape that is measured as the step found it may be wrong, and
#: is no larger than this.
_EARTH_MU = 510_065_622 * 1500.0
#: How programs write an empty cell of a column that a step fills.
_NOTHING = frozenset({"", "nan", "NaN", "None", "NaT", "<NA>", "null", "NULL"})


def with_computed(
    table: pd.DataFrame, *, policy: Policy, columns: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """A base table whose columns of later steps are in their types, under their names.

    Parameters
    ----------
    table : DataFrame
        With these columns under their names, the titles that people read (核定面积), or those of
        the mapping; as numbers, lists, or the texts that a file made of them.
    policy : Policy
        Its tiers.
    columns : mapping of str to str, optional
        Column that a step adds to the table's heading.

    Raises
    ------
    UnknownNameError
        The mapping names a heading that the table does not have.
    UnreadableColumnError
        A cell is no number, no list of codes, no tier, no verdict.
    """
    made = {}
    for column in cols.added():
        heading = (columns or {}).get(column.name)
        if heading is not None and heading not in table:
            raise UnknownNameError(tr("列"), heading, [str(c) for c in table.columns])
        stated = [n for n in (heading, *column.spellings) if n is not None and n in table]
        if stated:
            made[column.name] = _read(table[stated[0]], column, policy)
    return table.assign(**made) if made else table


def _read(cells: pd.Series, column: cols.Column, policy: Policy) -> pd.Series:
    if column.name == "tier":
        return _words(cells, column, {**_names(policy.tier_labels), **_tier_titles(policy)})
    if column.name == "verdict":
        told = {title: word for word, title in cols.VERDICT_TITLES.items()}
        return _words(cells, column, {**_names(tuple(cols.VERDICT_TITLES)), **told})
    if column.kind == "list":
        lists = cells.to_numpy(dtype=object)
        if set(map(type, lists)) <= {list} and _are_codes(chain(*lists)):
            return cells
        return cols.typed(_each(cells, column, _codes), "list", cells.index)
    if column.kind == "text":
        return cells
    numbers = read_numbers(cells, column)
    odd = (numbers < 0) | ((numbers > _EARTH_MU) & (column.unit == "亩"))
    if odd.any():
        row = int(np.flatnonzero(odd)[0])
        raise UnreadableColumnError(
            tr(column.title), str(cells.iloc[row]), row + 1, _expected(column)
        )
    return numbers


def _are_codes(texts: Iterable[object]) -> bool:
    known = codes()
    return all(isinstance(text, str) and text in known for text in texts)


def read_numbers(cells: pd.Series, column: cols.Column) -> pd.Series:
    """A column of numbers in its type, whatever a file made of it.

    Raises
    ------
    UnreadableColumnError
        A cell is no number, endless, or no whole one where the column holds such.
    """
    if pd.api.types.is_numeric_dtype(cells.dtype) and not pd.api.types.is_bool_dtype(cells.dtype):
        values = cells.to_numpy(dtype=float, na_value=np.nan)
    else:
        values = np.array(_each(cells, column, _number), dtype=float)
    odd = np.isinf(values) | ((values != np.round(values)) & (column.kind == "integer"))
    odd &= ~np.isnan(values)
    if odd.any():
        row = int(np.flatnonzero(odd)[0])
        raise UnreadableColumnError(
            tr(column.title), str(cells.iloc[row]), row + 1, _expected(column)
        )
    return cols.typed(values, column.kind, cells.index)


def _names(words: tuple[str, ...]) -> dict[str, str]:
    return {word: word for word in words}


def _tier_titles(policy: Policy) -> dict[str, str]:
    return {policy.tier_title(label): label for label in policy.tier_labels}


def _words(cells: pd.Series, column: cols.Column, known: Mapping[str, str]) -> pd.Series:
    """A column of few words; categories and their order are kept where they are these."""
    if isinstance(cells.dtype, pd.CategoricalDtype) and set(cells.cat.categories) <= set(known):
        return cells
    return cols.typed(_each(cells, column, lambda text: known[text]), "text", cells.index)


def _each(
    cells: pd.Series, column: cols.Column, read: Callable[[str], object]
) -> list[object | None]:
    """Each cell read, None where it is empty; the first that cannot be read is named."""
    values: list[object | None] = []
    for row, cell in enumerate(cells, 1):
        try:
            text = _joined(cell, column)
            values.append(None if text in _NOTHING else read(text))
        except (KeyError, ValueError) as error:
            raise UnreadableColumnError(
                tr(column.title), str(cell), row, _expected(column)
            ) from error
    return values


def _joined(cell: object, column: cols.Column) -> str:
    """A cell as text; the members of a list side by side, where the column is of codes."""
    members = members_of(cell)
    if members is None:
        return _text(cell)
    if column.kind != "list" or not _are_codes(members):
        raise ValueError(cell)
    return "、".join(members)


def _text(cell: object) -> str:
    """A cell as text, a whole number without its decimals; nothing of an empty one."""
    if cell is None or cell is pd.NA or cell != cell:  # noqa: PLR0124 - NaN and NaT
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _number(text: str) -> float:
    quantity = parse_quantity(text)
    if quantity is None or not quantity.plain:
        raise ValueError(text)
    return quantity.value


def _codes(text: str) -> list[str]:
    """The codes of a cell, however they are separated."""
    listed = [code for code in _SEPARATORS.split(text) if code]
    if not _are_codes(listed):
        raise ValueError(text)
    return listed


def _expected(column: cols.Column) -> str:
    """What should stand in a column, in words."""
    if column.kind == "list":
        return tr("问题代码 (如 HG101、HG303), 没有问题的留空")
    return tr("由 hg.classify 写出的数") if column.kind != "text" else tr("由 hg.classify 写出的词")
