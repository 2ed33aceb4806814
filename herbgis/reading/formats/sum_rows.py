"""Rows below a list that sum it up by township, county or variety, under no headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from herbgis.foundation.language import tr
from herbgis.foundation.units import fold
from herbgis.reading.formats.grids import Cell
from herbgis.reading.formats.table_headers import is_number
from herbgis.terms.policy import Policy

_RECORD_KEYS = ("base_id", "name")
#: Columns of the policy's words that a list is summed up by.
_GROUPS = ("county", "reporting_unit", "variety", "kind", "status", "group")
_OF_WHICH = re.compile(r"其中:?")
_TITLE = re.compile(r"(?:.*[分按各].*)?(?:汇总|统计|情况)(?:表)?")
_PLACE = re.compile(r".+(?:村|社区|组|[乡镇县区]|街道|办|其[他它])|其[他它余]")
_COUNT = re.compile(r"\d+(?:\.\d+)?[个家户块亩]")


@dataclass
class SumRows:
    """What was found of sums below a list.

    Attributes
    ----------
    policy : Policy
    keys : mapping of str to int
        Columns that tell records apart; without any a row of sums looks like a record.
    are_near : bool
        Whether a blank row or a total stands between the list and the row that is looked at.
    is_open : bool
        Whether the row before was a sum or their title.
    """

    policy: Policy
    keys: Mapping[str, int]
    are_near: bool = False
    is_open: bool = False
    _titled: bool = False
    _rows: list[int] = field(default_factory=list)

    @classmethod
    def under(cls, headings: Sequence[str], matched: Mapping[str, str], policy: Policy) -> SumRows:
        """None found yet under some headings."""
        keys = {name: headings.index(matched[name]) for name in _RECORD_KEYS if name in matched}
        return cls(policy, keys)

    def is_sum(self, row: Sequence[Cell], number: int, list_rows: Iterable[Sequence[Cell]]) -> bool:
        """Whether a row, the sheet's `number`, is a sum: a word that names a group, and numbers.

        Where the rows of the list look like that too, none is. A name that is no place's ends sums
        that no title heads.
        """
        if not (self.keys and self.are_near):
            return False
        words, has_numbers = _parts(row)
        if len(words) != 1:
            self.is_open = False
        elif not self.is_open and self._begins_sums(words, has_numbers=has_numbers):
            at = _place_of_word(row) if has_numbers else -1
            if any(self._looks_like_sum(record, at) for record in list_rows):
                self.keys = {}
            self.is_open, self._titled = bool(self.keys), not has_numbers
        else:
            self.is_open = self.is_open and has_numbers and not self._is_named(row, words[0])
        if self.is_open:
            self._rows.append(number)
        return self.is_open

    def heads_section(self, row: Sequence[Cell]) -> bool:
        """Whether all that a row holds is the name of a group, where ids stand."""
        at = self.keys.get("base_id", -1)
        cell = row[at] if at >= 0 and row.count(None) == len(row) - 1 else None
        return isinstance(cell, str) and self._names_group(fold(cell))

    def _is_named(self, row: Sequence[Cell], word: str) -> bool:
        """Whether the word of a row stands where names do, and is no part of a sum."""
        is_place = self._names_group(word) or _PLACE.fullmatch(word)
        return not self._titled and not is_place and _place_of_word(row) == self.keys.get("name")

    def _begins_sums(self, words: Sequence[str], *, has_numbers: bool) -> bool:
        if has_numbers:
            return self._names_group(words[0])
        return _TITLE.fullmatch(words[0]) is not None

    def _looks_like_sum(self, row: Sequence[Cell], at: int) -> bool:
        """Whether a record is a word of a group and numbers, or has such a word for its key."""
        words, has_numbers = _parts(row)
        if len(words) == 1 and self._begins_sums(words, has_numbers=has_numbers):
            return True
        cell = row[at] if at in self.keys.values() else None
        return isinstance(cell, str) and self._names_group(fold(cell))

    def doubts(self) -> Iterator[str]:
        """Which rows were taken for sums."""
        if self._rows:
            first, last = self._rows[0], self._rows[-1]
            where = f"{first}" if first == last else f"{first}–{last}"
            yield tr("第 {rows} 行像是对上表的汇总, 未作记录", rows=where)

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


def _place_of_word(row: Sequence[Cell]) -> int:
    """Where the first word of a row stands; -1 where it has none."""
    cells = enumerate(row)
    return next((at for at, c in cells if isinstance(c, str) and not _is_count(c)), -1)


def _is_count(cell: str) -> bool:
    return is_number(cell) or _COUNT.fullmatch(fold(cell)) is not None
