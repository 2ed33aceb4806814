"""Which encoding a file's text is in, decided from its bytes, and how people are told of it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from pathlib import Path

from herbgis.foundation.language import tr
from herbgis.reading.formats.survey_file import UnreadableFileError

#: Python's codec for Chinese text that is not Unicode, which holds all of GBK and GB2312; and the
#: name that people know it under.
_CHINESE = "GB18030"
GBK = "GBK"
#: Other names of an encoding that decodes the same text.
_PARTS = {"gb2312": "gb18030", "gbk": "gb18030", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}
#: Marks at the head of a text file that settle the question.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_DAMAGED = re.compile("\ufffd+")
#: Chinese takes three bytes in UTF-8; GBK may by chance look like characters of two.
_SOUND = re.compile("[\u0800-\ufffc]")
_SOUND_PER_DAMAGED = 2
#: Characters of two bytes in UTF-8 that no survey has: all but signs as ° and ², and Greek. Where
#: there is nothing but these the two bytes are GBK: 亩 is the bytes of Ķ.
_OF_TWO_BYTES = re.compile("[\u0100-\u036f\u0400-\u07ff]")
#: No text of a survey is larger.
_MOST_BYTES = 256 * 1024**2


def decide(pieces: Iterable[bytes]) -> str | None:
    """``'UTF-8'`` or ``'GB18030'`` for pieces of text, or None where all is ASCII.

    Chinese text in GBK is as good as nowhere valid UTF-8, so a few damaged characters do not
    make UTF-8 GBK. A piece may end in the middle of a character, as fields of fixed width do.
    """
    foreign = [_as_utf8(piece) for piece in pieces if not piece.isascii()]
    if not foreign:
        return None
    damaged = sum(len(_DAMAGED.findall(text)) for text in foreign)
    sound = sum(len(_SOUND.findall(text)) for text in foreign)
    if not damaged and not sound and any(map(_OF_TWO_BYTES.search, foreign)):
        return _CHINESE
    return "UTF-8" if not damaged or sound >= _SOUND_PER_DAMAGED * damaged else _CHINESE


def _as_utf8(piece: bytes) -> str:
    return codecs.getincrementaldecoder("utf-8")("replace").decode(piece, final=False)


def decode_text(data: bytes) -> tuple[str, str]:
    """A text file's content and the encoding it was read in; undecodable bytes become U+FFFD."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace"), encoding.upper()
    encoding = decide([data]) or "UTF-8"
    return data.decode(encoding, errors="replace"), encoding


def text_of_file(path: Path) -> tuple[str, str]:
    """A file's text, and its encoding by the name that people know it under.

    Raises
    ------
    ValueError
        The file is larger than any survey.
    """
    size = path.stat().st_size
    if size > _MOST_BYTES:
        msg = tr("文件有 {size:.0f} MB, 超过限额; 请拆分后再交", size=size / 1e6)
        raise UnreadableFileError(msg)
    text, encoding = decode_text(path.read_bytes())
    return text, title_of(encoding)


def title_of(encoding: str | None) -> str:
    """The name that people know an encoding under; UTF-8 where the text is plain ASCII."""
    if encoding == _CHINESE:
        return GBK
    return (encoding or "UTF-8").removesuffix("-SIG")


def decided_line(title: str) -> str:
    """The assumption that says which encoding the bytes, and nothing else, told."""
    return tr("编码={title}(由内容判定)", title=title)


def names_encoding(stated: str, encoding: str) -> bool:
    """Whether what a file states (``'936'``, ``'GB2312'``, ``'utf8'``) is the encoding it is in."""
    found = _codec(stated)
    return found is not None and found == _codec(encoding)


def _codec(name: str) -> str | None:
    """Python's name for an encoding, those that decode the same text under one; None if unknown."""
    name = f"cp{name}" if name.isdigit() else name
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return None
    return _PARTS.get(found, found)
