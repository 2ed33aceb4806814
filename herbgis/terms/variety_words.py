"""What may stand around the name of a variety: listed words and quantities (优质, 种植, 300亩)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from herbgis.foundation.units import fold

#: Texts longer than any cell of names are not taken apart.
_LONGEST = 40
_COUNT = r"(?:(?:约|共|各|计|近)?[0-9]+(?:\.[0-9]+)?|[一二三四五六七八九十两]+(?=年))"


@dataclass(frozen=True)
class VarietyWords:
    """What is said around a name without changing which variety it is.

    Attributes
    ----------
    around, behind : tuple of str
        Folded words that may stand on either side of a name, or behind it alone.
    quantity : re.Pattern
        A number, perhaps with its unit.
    """

    around: tuple[str, ...]
    behind: tuple[str, ...]
    quantity: re.Pattern[str]

    def name_in(self, text: str, named: Callable[[str], str | None]) -> str | None:
        """The name that is left of a text without what may stand around it.

        Parameters
        ----------
        text : str
        named : callable
            The canonical name of a spelling, or None.

        Returns
        -------
        str or None
            Canonical; empty where nothing is left, None where something unknown is.
        """
        start = fold(text)
        left, seen = [start], {start}
        while left and len(start) <= _LONGEST:
            rest = left.pop(0)
            name = named(rest)
            if name is not None:
                return name
            shorter = set(self._shortened(rest)) - seen
            seen |= shorter
            left += sorted(shorter)
        return "" if "" in seen else None

    def _shortened(self, text: str) -> Iterator[str]:
        """A text less one word or quantity at an end."""
        for word in (*self.around, *self.behind):
            if text.endswith(word):
                yield text.removesuffix(word).rstrip("-_的")
        for word in self.around:
            if text.startswith(word):
                yield text.removeprefix(word).lstrip("-_的")
        for found in self.quantity.finditer(text):
            if found.start() == 0:
                yield text[found.end() :]
            if found.end() == len(text):
                yield text[: found.start()]


def variety_words_of(table: Mapping[str, Any], units: Iterable[str]) -> VarietyWords:
    """The words that the facts, and a policy's own additions, list; `units` as in words.toml."""
    listed = (unicodedata.normalize("NFKC", unit) for unit in table["units"]["aliases"])
    names = sorted({*map(fold, units), *listed}, key=lambda unit: (-len(unit), unit))
    unit = "|".join(map(re.escape, names))
    return VarietyWords(
        around=tuple(fold(word) for word in table["around"]["aliases"]),
        behind=tuple(fold(word) for word in table["behind"]["aliases"]),
        quantity=re.compile(f"{_COUNT}[百千万]?(?:{unit})?(?:左右|以上|余|多)?"),
    )
