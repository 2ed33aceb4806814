r"""Texts of a DXF as people see them: letters written by number, and what only formats them.

``\U+5370`` is 印, ``\M+5D3A1`` a letter of a code page, ``\P`` a new line, ``\~`` a blank,
``\S1/2;`` a fraction, ``{\fSimSun|b0;…}`` a font; ``%%d`` stands for a degree sign.
"""

from __future__ import annotations

import re

from ezdxf.entities import Attrib, MText, Text
from ezdxf.lldxf.encoding import decode_dxf_unicode, decode_mif_to_unicode
from ezdxf.tools.text import plain_mtext

#: Signs that mean something to MTEXT; written by number they are letters.
_SIGNS = {ord(sign): None for sign in "\\{}"}
_FORMATTING = frozenset("\\{}%^")
_STACKED = re.compile(r"\\S((?:\\.|[^;\\])*);")
_PARTS = re.compile(r"\s*(?<!\\)[\^/#]\s*")


def words_of(entity: Text | MText) -> str:
    """What a text says, on one line."""
    if isinstance(entity, Attrib) and entity.has_embedded_mtext_entity:
        return plain(entity.plain_mtext())
    if isinstance(entity, Text):
        return plain(entity.plain_text())
    if _FORMATTING.isdisjoint(entity.text):
        return plain(entity.text)
    # Letters come first: the parser takes \U for a command that it does not know.
    whole = _STACKED.sub(_unstacked, _letters(entity.text, but=_SIGNS))
    return plain(str(plain_mtext(whole)))


def plain(text: str) -> str:
    """Text with its letters resolved, and without what no file of ours could hold."""
    whole = _letters(text).encode("utf-8", "replace").decode("utf-8")
    return " ".join(whole.split())


def _letters(text: str, *, but: dict[int, None] | None = None) -> str:
    r"""Text with \U+XXXX and \M+nXXXX as letters; those in `but` are left out."""
    if "\\" not in text:
        return text
    pieces = re.split(r"(\\U\+[A-Fa-f0-9]{4}|\\M\+[1-5][A-Fa-f0-9]{4})", text)
    for at in range(1, len(pieces), 2):
        letter = decode_mif_to_unicode(decode_dxf_unicode(pieces[at]))
        pieces[at] = letter.translate(but) if but else letter
    return "".join(pieces)


def _unstacked(found: re.Match[str]) -> str:
    """A fraction or an exponent on one line."""
    parts = [part for part in _PARTS.split(found[1], maxsplit=1) if part]
    return "/".join(parts)
