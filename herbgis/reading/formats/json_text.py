"""JSON as programs and hands leave it: a slip costs the value that it stands in for, no more."""

from __future__ import annotations

import json
import re
from typing import Any

#: A text, whatever stands in it; a bare word, which is neither text, nor mark, nor blank; or a
#: comma that nothing follows.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s,:\[\]{}"]+|,(?=\s*[,\]}])', re.DOTALL)


def parse_json(text: str) -> tuple[Any, tuple[str, ...]]:
    """What a JSON text holds, and the bare words in it that are no JSON and were read as null.

    So are commas that nothing follows, which are left out.

    ``NaN`` and ``Infinity`` are numbers here, as Python and JavaScript write them.

    Raises
    ------
    ValueError
        The text is no JSON for another reason.
    RecursionError
        It is nested without end.
    """
    try:
        return json.loads(text), ()
    except json.JSONDecodeError as error:
        odd: list[str] = []
        healed = _TOKEN.sub(lambda match: _sound(match[0], odd), text)
        if not odd:
            raise
        try:
            return json.loads(healed), tuple(odd)
        except json.JSONDecodeError:
            # Where it breaks off in the text as it is, not in what was made of it.
            raise error from None


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
