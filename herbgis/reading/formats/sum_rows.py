"""Rows below a list that sum it up by township, county or variety, under no headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from herbgis.foundation.units import fold
from herbgis.reading.formats.grids import Cell
from herbgis.reading.formats.table_headers import is_number
from herbgis.terms.policy import Policy

_RECORD_KEYS = ("base_id", "name")
#: Columns of the policy's words that a list is summed up by.
_GROUPS = ("county", "reporting_unit", "variety", "kind", "status", "group")
_OF_WHICH = re.compile(r"其中:?")
_TITLE = re.compile(r"(?:.*[分按各].*)?(?:汇总|统计|情况)(?:表)?")
_COUNT = re.compile(r"\d+(?:\.\d+)?[个家户块亩]")


@dataclass
class SumRows:
    """What was found of sums below a list.

    Attributes
    ----------
    policy : Policy
    is_list : bool
        Whether the headings above tell records apart; else a row of sums looks like any other.
    are_near : bool
        Whether a blank row or a total stands between the list and the row that is looked at.
    """

    policy: Policy
    is_list: bool
    are_near: bool = False
    _open: bool = False
    _rows: list[int] = field(default_factory=list)

    @classmethod
    def under(cls, matched: Mapping[str, str], policy: Policy) -> SumRows:
        """None found yet under some headings."""
        return cls(policy, any(name in matched for name in _RECORD_KEYS))

    def is_sum(self, row: Sequence[Cell], number: int) -> bool:
        """Whether a row, the sheet's `number`, is a sum: a word that names a group, and numbers.

        Where the list itself has such rows, none is.
        """
        if not self.is_list:
            return False
        words = [fold(cell) for cell in row if isinstance(cell, str) and not _is_count(cell)]
        has_numbers = any(cell is not None and not _is_word(cell) for cell in row)
        if len(words) != 1:
            self._open = False
            return False
        named = (has_numbers and self._names_group(words[0])) or (
            not has_numbers and _TITLE.fullmatch(words[0]) is not None
        )
        if not self.are_near:
            self.is_list = not named
            return False
        self._open = named or (self._open and has_numbers)
        if self._open:
            self._rows.append(number)
        return self._open

    def doubts(self) -> Iterator[str]:
        """Which rows were taken for sums."""
        if self._rows:
            first, last = self._rows[0], self._rows[-1]
            where = f"{first}" if first == last else f"{first}–{last}"
            yield f"第 {where} 行像是对上表的汇总, 未作记录"

    def _names_group(self, word: str) -> bool:
        text = _OF_WHICH.sub("", word, count=1)
        if text != word:
            return True
        known = any(self.policy.canonical(column, text) for column in _GROUPS)
        return known or bool(self.policy.townships.named(text))


def _is_count(cell: str) -> bool:
    return is_number(cell) or _COUNT.fullmatch(fold(cell)) is not None


def _is_word(cell: Cell) -> bool:
    return isinstance(cell, str) and not _is_count(cell)
