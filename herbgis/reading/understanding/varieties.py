"""Which varieties a cell names, by the catalogue and a listed grammar, never by likeness.

A cell is names with separators between them; around a name may stand listed words (优质, 种植,
林下) and a quantity (300亩). What is left must be a spelling of the catalogue; else the part
is unknown.
"""

from __future__ import annotations

import re

import pandas as pd
import pyarrow as pa

from herbgis.reading.understanding.cells import Distinct
from herbgis.reading.understanding.listed import members_of
from herbgis.terms import columns as cols
from herbgis.terms.policy import Policy

_SEPARATORS = re.compile(r"[、,，;；/+|()（）\[\]【】\n]|套种|间作")
#: These part names only where each part is one, since names hold them too (白及).
_WEAK_SEPARATORS = re.compile(r"\s+|[和与及暨兼加&＆.。·:：-]")


def read_varieties(table: pd.DataFrame, policy: Policy, *, present: bool, listed: bool) -> None:
    """Split mixed plantings, map aliases, set the group; the cell stays where it was mapped.

    Parameters
    ----------
    table : DataFrame
        A base table with clean texts; variety, varieties, raw_variety and group are set.
    policy : Policy
    present : bool
        Whether the table has a column of varieties, so that an empty cell is one not filled in.
    listed : bool
        Whether it has lists of them; all are empty where not.
    """
    empty = "unknown" if present else "other"
    beside = table["varieties"].map(tuple) if listed else cols.missing("text", table.index)
    given = Distinct.of(table["variety"], beside, table["raw_variety"], table["group"])
    read = [_read_variety(*row, policy=policy, empty=empty) for row in given.rows]
    kinds: dict[str, cols.Kind] = {
        "variety": "text",
        "varieties": "list",
        "raw_variety": "text",
        "group": "text",
    }
    for place, (name, kind) in enumerate(kinds.items()):
        table[name] = given.spread([row[place] for row in read], kind)


def _read_variety(
    cell: str | None,
    listed: tuple[str, ...] | None,
    raw: str | None,
    group: str | None,
    *,
    policy: Policy,
    empty: str,
) -> tuple[str | None, list[str], str | None, str]:
    """Main variety, all of them, the cell where it was mapped, and the group."""
    others = (name for text in listed or () for name in varieties_in(text, policy))
    beside = list(dict.fromkeys(others))
    stated = policy.canonical("group", group) if group else None
    known = [] if cell is None else varieties_in(cell, policy)
    if cell is None or not known:
        return None, beside, None, stated or empty
    every = list(dict.fromkeys([*known, *beside]))
    kept = cell if parts_of(cell) != known else raw
    # The catalogue says the group, whatever stood there. Of a name that nobody knows none does:
    # beside a known one it may be what most of the land grows.
    groups = [policy.group_of(name) for name in every]
    return known[0], every, kept, "unknown" if "unknown" in groups else groups[0]


def parts_of(cell: str) -> list[str]:
    """The parts of a cell that lists several: text with separators, or an array as text."""
    text = cell.strip()
    parts = (part.strip() for member in _array(text) for part in _SEPARATORS.split(member))
    return [part for part in parts if part]


def _array(text: str) -> list[str]:
    """The members of a list that a file or a program wrote as text."""
    try:
        members = members_of(text)
    except ValueError:
        members = None
    return [text] if members is None else members


def varieties_in(cell: str, policy: Policy) -> list[str]:
    """The varieties that a cell names, canonical where the catalogue knows them.

    Nothing but listed words and quantities beside known names is left off; where no name is
    known, the cell is one unknown name, or several.
    """
    names: list[str] = []
    for part in parts_of(cell):
        found = _named(part, policy)
        names += [part] if found is None else found
    if not names and not _says_nothing(cell, policy):
        return [cell]
    return list(dict.fromkeys(names))


def _named(part: str, policy: Policy) -> list[str] | None:
    """The varieties of a part; none where it only speaks of one, None where it is unknown."""
    words = policy.variety_words
    name = words.name_in(part, lambda text: policy.canonical("variety", text))
    if name is not None:
        return [name] if name else []
    if _says_nothing(part, policy):
        return []
    for separator in (_WEAK_SEPARATORS, words.quantity):
        pieces = [piece for piece in separator.split(part) if piece]
        found = [_named(piece, policy) for piece in pieces] if len(pieces) > 1 else [None]
        if None not in found:
            return [name for names in found for name in names or ()]
    return None


def _says_nothing(text: str, policy: Policy) -> bool:
    return bool(policy.placeholders.among(pa.array([text]), "text")[0])
