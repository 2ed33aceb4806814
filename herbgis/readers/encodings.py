"""Which encoding a file's text is in, decided from its bytes."""

from __future__ import annotations

import codecs
from collections.abc import Iterable

#: Marks at the head of a text file that settle the question.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decide(pieces: Iterable[bytes]) -> str | None:
    """``'UTF-8'`` or ``'GB18030'`` for pieces of text, or None where all is ASCII.

    Strict UTF-8 first: Chinese text in GBK is as good as never valid UTF-8. A piece may end in
    the middle of a character, as fields of fixed width do.
    """
    foreign = [piece for piece in pieces if not piece.isascii()]
    if not foreign:
        return None
    return "UTF-8" if all(_is_utf8(piece) for piece in foreign) else "GB18030"


def _is_utf8(piece: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(piece, final=False)
    except UnicodeDecodeError:
        return False
    return True


def decode_text(data: bytes) -> tuple[str, str]:
    """A text file's content and the encoding it was read in; undecodable bytes become U+FFFD."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace"), encoding.upper()
    encoding = decide([data]) or "UTF-8"
    return data.decode(encoding, errors="replace"), encoding
