"""Which cells say that there is nothing to say: ``<Null>``, 待定, 同上, a dash.

A list in ``facts/placeholders.toml``, never a likeness: what is not in it is a text.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

import pyarrow as pa
import pyarrow.compute as pc

from herbgis.foundation.units import fold
from herbgis.terms.columns import Kind

_DITTO = "ditto"


@dataclass(frozen=True)
class Placeholders:
    """Words that stand in a cell for nothing.

    Attributes
    ----------
    around : str
        Characters that may stand around a word, or alone.
    words : mapping of str to frozenset of str
        Folded word to the kinds of column in which it says something.
    ditto : frozenset of str
        Folded words for what stands in the row above.
    """

    around: str
    words: Mapping[str, frozenset[str]]
    ditto: frozenset[str]

    def among(self, texts: pa.Array, kind: str) -> tuple[list[str], list[str]]:
        """Which of some distinct texts are placeholders in a column of a kind, and which dittos.

        Parameters
        ----------
        texts : pyarrow.Array of str
            Clean texts, none missing.
        kind : str
            Of the column, see `herbgis.terms.columns.Kind`.

        Returns
        -------
        list of str, list of str
            Placeholders, and those among them that refer to the row above.
        """
        # Most texts are longer than any placeholder, which is soon seen.
        bare = pc.utf8_trim(texts, characters=f"{self.around} ")
        texts = texts.filter(pc.less_equal(pc.utf8_length(bare), self.longest))
        if len(texts) == 0:
            return [], []
        folded = pc.utf8_lower(pc.utf8_normalize(texts, form="NFKC"))
        folded = pc.replace_substring_regex(folded, r"\s+", "")
        bare = pc.utf8_trim(folded, characters=self.around)
        words, said = self._words_by_kind[kind]
        empty = pc.or_(pc.is_in(folded, words), pc.is_in(bare, words))
        empty = pc.or_(empty, pc.equal(bare, ""))
        # A failed formula ends in a mark: without it, it is in no list.
        empty = pc.and_not(empty, pc.is_in(folded, said))
        ditto = pa.array(self.ditto)
        same = pc.or_(pc.is_in(folded, ditto), pc.is_in(bare, ditto))
        return texts.filter(empty).to_pylist(), texts.filter(pc.and_(empty, same)).to_pylist()

    @functools.cached_property
    def _words_by_kind(self) -> Mapping[str, tuple[pa.Array, pa.Array]]:
        """By kind of column the words that say nothing in it, and those that do."""
        return {
            kind: (
                pa.array([word for word, says in self.words.items() if kind not in says]),
                pa.array([word for word, says in self.words.items() if kind in says], pa.string()),
            )
            for kind in get_args(Kind)
        }

    @functools.cached_property
    def longest(self) -> int:
        """Characters of the longest word, with a blank or two in it."""
        return max(map(len, self.words)) + 2


def placeholders_of(table: Mapping[str, Any]) -> Placeholders:
    """The placeholders that the facts, and a policy's own additions, list."""
    groups = {name: entry for name, entry in table.items() if name != "marks"}
    marks = table["marks"]
    return Placeholders(
        around=marks["characters"] + marks["brackets"],
        words={
            word: frozenset(entry["words_of"])
            for entry in groups.values()
            for word in _folded(entry["aliases"])
        },
        ditto=frozenset(_folded(groups[_DITTO]["aliases"])),
    )


def _folded(words: Iterable[str]) -> list[str]:
    return [fold(word) for word in words]
