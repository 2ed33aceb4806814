"""Ids as they are compared: one id has one spelling, however it was typed or exported."""

from __future__ import annotations

import re
import unicodedata

#: Full-width forms of ASCII, and the blank of their width.
_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_DASHES = re.compile("[\u2010-\u2015\u2212\u2500\u2501\ufe58\ufe63]+")
#: A formula that gives a text, as Excel is made to keep the digits of an id: ``="5206"``.
_FORMULA = re.compile(
    r"""=\s*(?:T\()?\s*["\u201c\u201d]+(.*?)["\u201c\u201d]+\s*\)?""", re.DOTALL | re.IGNORECASE
)
_QUOTED = re.compile(r"""(["'])(.+)\1|([\u201c\u201d])(.+)[\u201c\u201d]""", re.DOTALL)
#: What Excel puts before a number that is to stay text, and what it is typed as.
_TEXT_MARKS = "'\u2018\u2019`\u00b4\u2032"
#: A blank tells apart only what would otherwise run together.
_BLANK = re.compile(r"(?<![0-9A-Za-z])\s+|\s+(?![0-9A-Za-z])")
#: Ids made of a record's file, layer and row are compared as they are.
_MADE = re.compile(r".+#.*#[0-9]+", re.DOTALL)

#: Ids without a match are spelt as they are compared; also in RE2's syntax.
ODD_ID = "[^0-9A-Za-z_./()#\u4e00-\u9fff-]|^[0-9]+[.]0+$"
#: A whole number that went through a float on its way into a text.
_AS_FLOAT = re.compile(r"([0-9]+)\.0+")


def fold_id(text: str) -> str:
    """An id without what typing, formulas and exports add to it; case is kept.

    Full-width forms, long dashes, invisible characters, ``="…"``, quotes around, an apostrophe in
    front, blanks beside marks and the ``.0`` of a whole number are folded. Nothing is left of a
    text of these alone.

    Examples
    --------
    >>> fold_id('="５２０６２７－２０２０—001"')
    '520627-2020-001'
    >>> fold_id("'A 1 - 2"), fold_id("a1-2")
    ('A 1-2', 'a1-2')
    """
    if _MADE.fullmatch(text):
        return text
    shown = (c for c in text.translate(_HALF) if unicodedata.category(c) not in {"Cf", "Cc"})
    folded, before = _DASHES.sub("-", "".join(shown)), ""
    while folded != before:
        before = folded
        wrapped = _FORMULA.fullmatch(folded) or _QUOTED.fullmatch(folded)
        folded = (
            (wrapped[wrapped.lastindex or 0] if wrapped else folded).strip().lstrip(_TEXT_MARKS)
        )
        folded = _BLANK.sub("", re.sub(r"\s+", " ", folded))
    number = _AS_FLOAT.fullmatch(folded)
    return number[1] if number else folded


def shown(text: str) -> str:
    """A text whose invisible characters can be seen, as ``[U+200B]``."""
    return "".join(
        f"[U+{ord(c):04X}]" if unicodedata.category(c) in {"Cf", "Cc", "Zs"} and c != " " else c
        for c in text
    )
