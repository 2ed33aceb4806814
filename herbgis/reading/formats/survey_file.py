"""What a reader is given: a file, the name people see, and the headings that the call knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from herbgis.reading.understanding.survey import Layer
from herbgis.terms.headings import match_headings
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

    def match(self, headings: Sequence[str]) -> tuple[dict[str, str], str | None]:
        """Column to heading, and the unit that the area's heading states."""
        own = {name: heading for name, heading in self.columns.items() if heading in headings}
        return match_headings(list(headings), self.policy, own)

    def know(self, heading: str) -> bool:
        """Whether a heading alone names a column of the base table."""
        if heading not in self._known:
            self._known[heading] = bool(self.match([heading])[0])
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
