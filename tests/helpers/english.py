"""What stays Chinese in English: names, and words that cells hold."""

from __future__ import annotations

import re
from collections.abc import Iterable

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
#: A cell quoted, and a word to be put into one with its meaning.
_OF_CELLS = re.compile(r"“[^”]*”|[\u4e00-\u9fff]+(?= \([a-z]+\))|(?<=hectares \()公顷(?=\))")


def chinese_in(text: str, names: Iterable[str] = ()) -> list[str]:
    """Chinese of a text but quoted cells, words for cells, and some names."""
    text = _OF_CELLS.sub("", text)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    return CHINESE.findall(text)
