"""The glossary: one word, one thing, and what the code calls it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from herbgis.terms.issues import SEVERITY_TITLES, codes, texts
from scripts.site.markdown import table

_WORDS = Path(__file__).resolve().parents[2] / "docs" / "data" / "glossary.toml"


def parts() -> dict[str, str]:
    """What stands in pages by hand: the words by subject, and those of the codes."""
    parts = []
    for subject, words in tomllib.loads(_WORDS.read_text(encoding="utf-8")).items():
        rows = [(zh, f"`{code}`", said) for zh, (code, said) in words.items()]
        parts += [f"## {subject}", table(("词", "代码里", "意思"), rows)]
    known = texts()
    rows = [
        (known[code.code]["title"], f"`{code.name}`", f"[{code.code}](codes/{code.code}.md)")
        for code in codes().values()
    ]
    levels = [(title, f"`{name}`", "") for name, title in SEVERITY_TITLES.items()]
    parts += ["## 问题", table(("词", "代码里", "代码"), [*levels, *rows])]
    return {"glossary": "\n\n".join(parts)}
