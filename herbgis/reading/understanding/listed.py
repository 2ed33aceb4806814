"""Lists in the forms that files leave them in: an array, or the text that a program made of one."""

from __future__ import annotations

import json
import re

import numpy as np

#: A member in quotes, as JSON, Python and numpy write it.
_QUOTED = re.compile(r"""\"((?:[^"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|[“‘]([^“”‘’]*)[”’]""")
#: What else stands in the text of an array: separators, brackets, what holds nothing.
_AROUND = re.compile(r"(?:[\s,，、;；()\[\]{}]|array|set|dtype=object|dtype=str|None|null|nan)*")
_EMPTY_CALLS = frozenset({"set()", "frozenset()"})
_PAIRS = frozenset({"[]", "{}", "()"})
_BARE_SEPARATORS = re.compile("[,，、;；]")


def members_of(cell: object) -> list[str] | None:
    """The members of a list, in whatever form; None of a cell that is none.

    Raises
    ------
    ValueError
        The text of a list has no end: a field of 254 bytes cuts it.

    Examples
    --------
    >>> members_of("['HG101', 'HG303']"), members_of('["HG101"]'), members_of("['HG1' 'HG2']")
    (['HG101', 'HG303'], ['HG101'], ['HG1', 'HG2'])
    >>> members_of("HG101、HG303") is None
    True
    """
    if isinstance(cell, (list, tuple, np.ndarray)):
        return [str(member) for member in cell if not _is_nothing(member)]
    if isinstance(cell, (set, frozenset)):
        return sorted(str(member) for member in cell if not _is_nothing(member))
    if not isinstance(cell, str):
        return None
    text = cell.strip()
    if text.startswith(("array(", *_EMPTY_CALLS)) and text.endswith(")"):
        return _in_text(text[text.index("(") + 1 : -1].strip() or "[]")
    if text[:1] + text[-1:] in _PAIRS:
        return _in_text(text)
    if text[:2] in {"['", '["'}:
        raise ValueError(text)
    return None


def _in_text(text: str) -> list[str]:
    """The members that the text of an array names."""
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        listed = None
    if isinstance(listed, list):
        return [str(member) for member in listed if not _is_nothing(member)]
    if _AROUND.fullmatch(_QUOTED.sub("", text)):
        return [_unescaped(found) for found in _QUOTED.finditer(text)]
    bare = (part.strip() for part in _BARE_SEPARATORS.split(text[1:-1]))
    return [part for part in bare if part]


def _unescaped(found: re.Match[str]) -> str:
    return re.sub(r"\\(.)", r"\1", next(filter(None, found.groups()), ""))


def _is_nothing(member: object) -> bool:
    return member is None or (isinstance(member, float) and np.isnan(member))
