"""Numbers that a comma of thousands cut in two: 1,200 without marks around it is 1 and 200."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from herbgis.reading.formats.table_headers import is_number
from herbgis.reading.understanding.made_headings import is_nameless
from herbgis.terms import columns as cols

#: What stands before and behind a comma of thousands, with a unit or without.
_HEAD = re.compile(r"\s*[1-9]\d{0,2}\s*")
_THOUSANDS = re.compile(r"\s*\d{3}(?:\.\d+)?\s*[^\d\s.]{0,4}\s*")
#: Columns of text whose cells may be three digits.
_CODES = frozenset({"base_id", "county_code", "project_id", "raw_base_id"})
_KINDS: Mapping[str, cols.Kind] = {c.name: c.kind for c in (*cols.READ, *cols.OPTIONAL)}
_NUMBERS = frozenset({"number", "integer", "year"})
#: Columns of words that a plain number is never one of.
_NEVER_NUMBERS = frozenset(
    c.name for c in (*cols.READ, *cols.OPTIONAL) if c.words or c.kind == "list"
)
#: Digits before the comma of more 亩 than a base has; of square metres they are usual.
_TOO_MANY = 3
_SMALL_UNIT = re.compile("平方?米|㎡|m", re.IGNORECASE)


def is_cut(a: str, b: str) -> bool:
    """Whether two cells beside each other may be one number at a comma of thousands."""
    return _HEAD.fullmatch(a) is not None and _THOUSANDS.fullmatch(b) is not None


def has_cut_number(row: Sequence[str]) -> bool:
    """Whether two cells beside each other may be one number, anywhere in a row."""
    return any(is_cut(a, b) for a, b in itertools.pairwise(row))


def cut_numbers(frame: pd.DataFrame, matched: Mapping[str, str]) -> Iterator[tuple[int, str, str]]:
    """Numbers of a table of text that may be cut in two although the cells of the row fit.

    A row that lacks a cell, or has one more than there are headings, shows nothing of the comma.
    Two cells are doubted where the second stands under no heading, or under one whose cells are
    no numbers; or where one further right is a number under a heading of words, of names only where
    most of them are none. Under a heading that nobody knows only the latter tells, and a column
    without any is not taken for thousands of an area that no base has.

    Parameters
    ----------
    frame : DataFrame
        Cells as texts under their headings, in the order of the table.
    matched : mapping of str to str
        Columns of the base table to the headings that name them.

    Yields
    ------
    int, str, str
        The row from 0, the heading of the number, and that of the cell behind it.
    """
    names = {heading: name for name, heading in matched.items()}
    headings = [str(heading) for heading in frame.columns]
    for heading, behind in itertools.pairwise(headings):
        is_known = _KINDS.get(names.get(heading, "")) == "number"
        if not is_known and (
            heading in names or not _takes_numbers(frame[heading], heading, names)
        ):
            continue
        right = [
            h for h in headings[headings.index(behind) + 1 :] if _holds_words(frame[h], h, names)
        ]
        takes_numbers = not is_known or _takes_numbers(frame[behind], behind, names)
        in_mu = names.get(heading) == "declared_value" and not _SMALL_UNIT.search(heading)
        for row, (a, b) in enumerate(zip(frame[heading], frame[behind], strict=True)):
            if not (isinstance(a, str) and isinstance(b, str) and is_cut(a, b)):
                continue
            if is_nameless(behind) and in_mu and len(a.strip()) == _TOO_MANY:
                continue
            if not takes_numbers or any(_is_number(frame[h].iloc[row]) for h in right):
                yield row, heading, behind


def numbers_from(frame: pd.DataFrame, matched: Mapping[str, str], heading: str) -> list[str]:
    """The headings of numbers from one on to the right: where a cell too many moves them all."""
    right = [str(h) for h in frame.columns][[*frame.columns].index(heading) :]
    numbers = {h for name, h in matched.items() if _KINDS.get(name) == "number"}
    return [h for h in right if h in numbers]


def _takes_numbers(cells: pd.Series, heading: str, names: Mapping[str, str]) -> bool:
    """Whether a column may hold a whole number of three digits."""
    if is_nameless(heading):
        return False
    name = names.get(heading)
    if name is not None and name not in _CODES:
        return _KINDS[name] in _NUMBERS
    return _are_mostly_numbers(cells)


def _holds_words(cells: pd.Series, heading: str, names: Mapping[str, str]) -> bool:
    name = names.get(heading)
    words = {"text", "list", "flag"}
    if name is None or name in _CODES | {"remark"} or _KINDS[name] not in words:
        return False
    return name in _NEVER_NUMBERS or not _are_mostly_numbers(cells)


def _are_mostly_numbers(cells: pd.Series) -> bool:
    texts = [cell for cell in cells if isinstance(cell, str)]
    return 2 * sum(map(_is_number, texts)) > len(texts)


def _is_number(cell: object) -> bool:
    return isinstance(cell, str) and is_number(cell)
