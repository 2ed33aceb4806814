"""What was assumed while a table was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from herbgis.terms.issues import Issue, Place


@dataclass
class Assumptions:
    """What was assumed while a table was read, one line each, said once.

    Attributes
    ----------
    lines : list of str
    doubts : list of (str, list of int)
        What a person must look at, and the records that it is about, from 0.
    also_read : list of str
        Headings that filled cells of a column which another heading names.
    """

    lines: list[str] = field(default_factory=list)
    doubts: list[tuple[str, list[int]]] = field(default_factory=list)
    also_read: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        """Note a line that is not there yet."""
        if line not in self.lines:
            self.lines.append(line)

    def issues(self, where: Place) -> Iterator[Issue]:
        """The doubts as findings on the layer, on the record where there is but one."""
        for why, rows in self.doubts:
            place = replace(where, row=rows[0] + 1) if len(rows) == 1 else where
            yield Issue("HG001", place, {"why": why}, severity="warning")
