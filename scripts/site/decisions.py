"""The list of the decision records."""

from __future__ import annotations

import re
from pathlib import Path

from scripts.site.markdown import table, toctree

_FOLDER = Path(__file__).resolve().parents[2] / "docs" / "decisions"
_HEAD = re.compile(r"# (?P<title>.+)\n+Date: (?P<date>.+)\nStatus: (?P<status>.+)")


def parts() -> dict[str, str]:
    """What stands in pages by hand: each decision with its date and what became of it."""
    rows, names = [], []
    for path in sorted(_FOLDER.glob("*.md")):
        head = _HEAD.match(path.read_text(encoding="utf-8"))
        if head is None:
            msg = f"{path.name}: 开头应为 # 标题, Date:, Status:"
            raise ValueError(msg)
        names.append(f"decisions/{path.stem}")
        number = path.stem.partition("-")[0]
        status = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", head["status"])
        rows.append((f"[{number}](decisions/{path.name})", head["title"], head["date"], status))
    listed = table(("编号", "决定", "日期", "状态"), rows)
    return {"decisions": f"{listed}\n\n{toctree(names, hidden=True)}"}
