"""The few pieces of Markdown that pages are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A pipe table; a bar within a cell is escaped, a line break is a space."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def toctree(names: Iterable[str], *, hidden: bool = False) -> str:
    """The table of contents of a page's subpages, by their names beside it."""
    options = ":hidden:\n" if hidden else ":maxdepth: 1\n"
    return "```{toctree}\n" + options + "\n" + "\n".join(names) + "\n```"


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")
