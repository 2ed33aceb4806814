"""A column of the base table: its name, of what kind its values are, and what becomes of them."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Literal

#: A flag is ``yes``, ``no``, or the text as written where it is neither.
Kind = Literal["text", "list", "number", "date", "year", "integer", "flag"]


class Role(enum.Flag):
    """What becomes of a column's values, beside being read and kept."""

    #: A county may put it right: it stands in the repaired file that goes back.
    FORM = enum.auto()
    #: In the ledger, a base on which it is another is a new version of the base.
    COMPARED = enum.auto()
    #: An empty cell of a polygon is filled from the list of the same base, and the other way round.
    JOINED = enum.auto()
    #: Words that people wrote, so that they may be garbled (HG506).
    WRITTEN = enum.auto()
    #: A quantity of the base: summed over its records, or once where all state the same; of all
    #: other columns a base has what its record with the most 亩 says.
    AMOUNT = enum.auto()
    #: Told of a production year: never added to what another year's records tell.
    YEARLY = enum.auto()
    #: A base's, not a parcel's: records of one base that differ are named (HG507).
    AGREED = enum.auto()
    #: The policy has a value for tables that lack the column.
    DEFAULTED = enum.auto()
    #: Progress can be broken down by it, and the map filtered.
    GROUPING = enum.auto()
    #: In a line of the map's popup.
    POPUP = enum.auto()
    #: In that line also on a page for the public: no person, no operator, nothing of the survey.
    PUBLIC = enum.auto()
    #: The map's search looks at that line.
    SEARCHED = enum.auto()
    #: Said in the base's favour in the table of a visit (亮点).
    HIGHLIGHT = enum.auto()
    #: Of layers that are mostly restricted: nothing for the public has it, the rest says 内部资料.
    INTERNAL = enum.auto()
    #: Where a record came from; the reader's to say, whatever a table claims.
    SOURCE = enum.auto()


#: What a county tells of a base.
TOLD = Role.FORM | Role.COMPARED | Role.JOINED | Role.WRITTEN
#: The cell that was not understood, of a column that only some tables have.
_AS_WRITTEN = Role.COMPARED | Role.WRITTEN


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the base table.

    Attributes
    ----------
    name : str
        In code and in data files.
    title : str
        The heading that people read.
    kind : Kind
        Of value. Columns that only some tables have are of text, flag, number, year or date.
    roles : Role
    unit : str
        Of a number.
    words : str
        The table of the policy's words that its values are of (``policy.words``).
    follows : str
        The column that it goes along with where a cell is filled from another record.
    """

    name: str
    title: str
    kind: Kind
    roles: Role = TOLD
    unit: str = ""
    words: str = ""
    follows: str = ""

    @property
    def heading(self) -> str:
        """The title with the unit, as on a form."""
        behind = f"({self.unit})" if self.unit else ""
        return self.title if behind in self.title else f"{self.title}{behind}"

    @property
    def spellings(self) -> tuple[str, str, str]:
        """What our own tables write over it."""
        return self.name, self.title, self.heading

    @property
    def written(self) -> Column:
        """The column that keeps the cells of this one that were not understood."""
        return Column(f"raw_{self.name}", f"{self.title}原文", "text", _AS_WRITTEN)
