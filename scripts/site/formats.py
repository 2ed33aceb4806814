"""What is read and what is not yet, from the one list of it: the README's."""

from __future__ import annotations

import re
from pathlib import Path

_README = Path(__file__).resolve().parents[2] / "README.md"
#: From the heading of the list to the end of the paragraph under its table.
_LIST = re.compile(r"^## 读什么，不读什么\n+(\|.*?\n\n.+?)\n\n", re.MULTILINE | re.DOTALL)


def parts() -> dict[str, str]:
    """What stands in pages by hand: the table of formats, and what is not read yet.

    Raises
    ------
    LookupError
        README has no such list.
    """
    found = _LIST.search(_README.read_text(encoding="utf-8"))
    if found is None:
        msg = "README.md 里没有“读什么，不读什么”的表格"
        raise LookupError(msg)
    return {"formats": found[1]}
