"""What a reader is given: a file, the name people see, and the headings that the call knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import pandas as pd

from herbgis.reading.understanding.matching import match_table
from herbgis.reading.understanding.survey import Layer
from herbgis.terms.headings import Matched, match_headings
from herbgis.terms.policy import Policy


class UnreadableFileError(ValueError):
    """A file that is not read, and why in the words of HG001: what it is, or what to do."""


@dataclass(frozen=True, eq=False)
class Words:
    """The headings that a call knows.

    Attributes
    ----------
    policy : Policy
        Whose aliases are used.
    columns : mapping of str to str
        The caller's own, column of the base table to heading; a file need not have all of them.
    """

    policy: Policy
    columns: Mapping[str, str] = field(default_factory=dict)
    _known: dict[str, bool] = field(default_factory=dict, repr=False)

    def match(self, headings: Sequence[str]) -> Matched:
        """Column to heading, and the unit that the area's heading states."""
        return match_headings(list(headings), self.policy, self._own(headings))

    def match_table(self, frame: pd.DataFrame, *, area_unit: str | None) -> Matched:
        """`match` of a table's headings, where these fit two columns by the cells below them."""
        own = self._own([*frame.columns])
        return match_table(frame, self.policy, own, area_unit=area_unit)

    def _own(self, headings: Sequence[str]) -> dict[str, str]:
        return {name: heading for name, heading in self.columns.items() if heading in headings}

    def know(self, heading: str) -> bool:
        """Whether a heading alone names a column of the base table."""
        if heading not in self._known:
            self._known[heading] = bool(self.match([heading]).columns)
        return self._known[heading]


@dataclass(frozen=True, eq=False)
class SurveyFile:
    """A file to be read.

    Attributes
    ----------
    path : Path
        Where it lies; in a folder of ours where it came out of an archive.
    shown : str
        The path that people see, for `Layer.file` and the place of every finding.
    words : Words
        For formats whose headings have to be told from other cells, or from running text.
    """

    path: Path
    shown: str
    words: Words


#: A reader of one format.
Reader: TypeAlias = Callable[[SurveyFile], Iterator[Layer]]
