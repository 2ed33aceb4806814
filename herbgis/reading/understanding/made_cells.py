"""Cells that reading itself writes, where what a file holds is not what it shows or means.

No number can be read from them, so that a rule names them. In a table they are the same in every
language; `told` says them in the one that is spoken.
"""

from __future__ import annotations

import re

from herbgis.foundation.language import language, tr

#: A formula that nobody has calculated.
NO_RESULT = "公式没有结果"
#: What stands for an empty cell within others.
EMPTY = "空"
#: One number that a comma cut in two, and a cell that such a number moved.
CUT = "{a} 和 {b} 在两格"
MOVED = "{cell} 错位(第 {row} 行 {a} 和 {b})"
#: A number that its format shows as another; the text that a program stored beside it is another.
SHOWN_AS = "{value}(显示为 {shown})"
STORED_AS = "{value}, 显示为 {shown}"
#: What of a cell a message has room for; of one that reading wrote, what its words need elsewhere.
_MOST, _MOST_WORDS = 20, 60
_AT = "({place})"
_PLACE = re.compile(r"\\\{(\w+)\\\}")
#: What a cell may be: the first that fits is told.
TEXTS = (f"{NO_RESULT}{_AT}", f"{STORED_AS}{_AT}", MOVED, CUT, SHOWN_AS, EMPTY)
_MADE = {text: re.compile(_PLACE.sub(r"(?P<\1>.+)", re.escape(text))) for text in TEXTS}


def told(cell: str) -> str:
    """A cell as it is read, whoever wrote it."""
    for text, pattern in _MADE.items():
        found = pattern.fullmatch(cell)
        if found is not None:
            return tr(text, **{name: told(part) for name, part in found.groupdict().items()})
    return cell


def told_short(cell: str) -> str:
    """A cell as it is read, as much of it as a message has room for.

    What reading wrote is short in Chinese, and whole in a language that needs more letters.
    """
    words = told(cell)
    return words[: _MOST if words == cell or language() == "zh" else _MOST_WORDS]
