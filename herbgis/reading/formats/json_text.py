"""JSON as programs and hands leave it: a slip costs the value that it stands in for, no more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from herbgis.foundation.language import tr

#: A text, whatever stands in it; a bare word, which is neither text, nor mark, nor blank; or a
#: comma that nothing follows.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s,:\[\]{}"]+|,(?=\s*[,\]}])', re.DOTALL)
#: A text, or a comment as JavaScript and C have it.
_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\r\n]*|/\*.*?\*/', re.DOTALL)
_IN_LINE = re.compile(r"[^\r\n]")


@dataclass(frozen=True)
class Twice:
    """The values of a key that stands more than once in an object, where they differ.

    JSON leaves open which one is meant (RFC 8259, 4); most programs take the last.
    """

    said: tuple[Any, ...]


def kept_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, as a hook of the json module makes it, with `Twice` where values contend."""
    whole = dict(pairs)
    if len(whole) == len(pairs):
        return whole
    for key in whole:
        values = tuple(value for name, value in pairs if name == key)
        if any(value != values[0] for value in values):
            whole[key] = Twice(values)
    return whole


def parse_json(text: str, *, keep_twice: bool = False) -> tuple[Any, tuple[str, ...]]:
    """What a JSON text holds, and the pieces of it that are no JSON.

    Bare words are read as null; comments, and commas that nothing follows, are left out.
    ``NaN`` and ``Infinity`` are numbers here, as Python and JavaScript write them.

    Parameters
    ----------
    text : str
    keep_twice : bool
        Whether a key that stands twice with different values has both, as `Twice`; else the last.

    Raises
    ------
    ValueError
        The text is no JSON for another reason.
    RecursionError
        It is nested without end.
    """
    hook = kept_twice if keep_twice else None
    try:
        return json.loads(text, object_pairs_hook=hook), ()
    except json.JSONDecodeError:
        bare, comments = without_comments(text)
        odd = list(comments)
        healed = _TOKEN.sub(lambda match: _sound(match[0], odd), bare)
        if not odd:
            raise
    return json.loads(healed, object_pairs_hook=hook), tuple(odd)


def without_comments(text: str) -> tuple[str, tuple[str, ...]]:
    """A text with blanks where it has comments, so that lines stay lines; and the comments."""
    if "//" not in text and "/*" not in text:
        return text, ()
    comments: list[str] = []

    def blank(match: re.Match[str]) -> str:
        if match[0].startswith('"'):
            return match[0]
        comments.append(match[0])
        return _IN_LINE.sub(" ", match[0])

    return _COMMENT.sub(blank, text), tuple(comments)


def said_of(odd: Sequence[str]) -> Iterator[str]:
    """What is said of pieces that are no JSON."""
    comments = sum(piece.startswith(("//", "/*")) for piece in odd)
    commas = sum(piece == "," for piece in odd)
    if comments:
        yield tr("{count} 处注释不合 JSON, 已略去", count=comments)
    if commas:
        yield tr("{count} 处多余的逗号已略去", count=commas)
    if len(odd) > comments + commas:
        yield tr("{count} 处不合 JSON 的写法按空值读", count=len(odd) - comments - commas)


def damage_of(error: Exception) -> str:
    """In words, where a text ends to be JSON."""
    if not isinstance(error, json.JSONDecodeError):
        return tr("嵌套过深")
    broke_off = error.msg.startswith("Unterminated") or error.pos >= len(error.doc.rstrip())
    return tr("文件不完整") if broke_off else tr("第 {row} 行不合 JSON 写法", row=error.lineno)


def _sound(piece: str, odd: list[str]) -> str:
    """The piece; null where it is a bare word that JSON does not know, nothing for a comma."""
    if piece.startswith('"'):
        return piece
    try:
        json.loads(piece)
    except json.JSONDecodeError:
        odd.append(piece)
        return "" if piece == "," else "null"
    return piece
