"""Headings that reading itself gives to columns, and how they are told.

The headings are the same in every language: a caller's ``columns=`` may name them.
"""

from __future__ import annotations

import re

from herbgis.foundation.language import tr

#: What stands behind the heading of a hidden column where a visible one names the same.
HIDDEN = "(隐藏列)"
#: What else the head of a plot says.
BESIDE = "地块行其余字段"
_NAMELESS = re.compile(r"第(\d+)列((?:#\d+)?)")


def nameless(place: int) -> str:
    """The heading of a column without one, by its place in the sheet, from 1."""
    return f"第{place}列"


def is_nameless(heading: str) -> bool:
    """Whether a heading only tells the place of its column."""
    return _NAMELESS.fullmatch(heading) is not None


def told(heading: str) -> str:
    """A heading as it is read, whoever made it."""
    found = _NAMELESS.fullmatch(heading)
    if found is not None:
        return tr("第{place}列", place=found[1]) + found[2]
    return tr(heading) if heading == BESIDE else heading.replace(HIDDEN, tr(HIDDEN))
