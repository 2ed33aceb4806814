"""Rows below a list that sum it up by township, county or variety, under no headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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

    def is_sum(self, row: Sequence[Cell], number: int, list_rows: Iterable[Sequence[Cell]]) -> bool:
        """Whether a row, the sheet's `number`, is a sum: a word that names a group, and numbers.

        Where the rows of the list look like that too, none is.
        """
        if not (self.is_list and self.are_near):
            return False
        words, has_numbers = _parts(row)
        if len(words) != 1:
            self._open = False
        elif not self._open and self._begins_sums(words, has_numbers=has_numbers):
            self.is_list = not any(self._looks_like_sum(record) for record in list_rows)
            self._open = self.is_list
        else:
            self._open = self._open and has_numbers
        if self._open:
            self._rows.append(number)
        return self._open

    def _begins_sums(self, words: Sequence[str], *, has_numbers: bool) -> bool:
        if has_numbers:
            return self._names_group(words[0])
        return _TITLE.fullmatch(words[0]) is not None

    def _looks_like_sum(self, row: Sequence[Cell]) -> bool:
        words, has_numbers = _parts(row)
        return len(words) == 1 and self._begins_sums(words, has_numbers=has_numbers)

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


def _parts(row: Sequence[Cell]) -> tuple[list[str], bool]:
    """The words of a row, folded, and whether it has numbers or counts as well."""
    filled = [cell for cell in row if cell is not None]
    words = [fold(cell) for cell in filled if isinstance(cell, str) and not _is_count(cell)]
    return words, len(filled) > len(words)


def _is_count(cell: str) -> bool:
    return is_number(cell) or _COUNT.fullmatch(fold(cell)) is not None
