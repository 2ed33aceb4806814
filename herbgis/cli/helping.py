"""The commands' help, in Chinese and without the parser's own words."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

#: What the parser writes, as patterns, and what stands there instead.
_WORDS = {
    r"^Usage: ": "用法: ",
    r"^Arguments:$": "参数:",
    r"^Options:$": "选项:",
    r"^Commands:$": "命令:",
    r"\[OPTIONS\]": "[选项]",
    r"COMMAND \[ARGS\]\.\.\.": "命令 ...",
    r"Show this message and exit\.": "显示这段说明",
    r"\[required\]": "[必填]",
    r"\[default: ": "[默认: ",
    r"\{(PATH\.\.\.)\}\.\.\.": r"\1",
    r"\{([A-Z.]+)\}": r"\1",
    r" <(?:list\[)?\w+\]?>": "",
}


def in_chinese(text: str) -> str:
    """The help of a command as people read it."""
    for pattern, words in _WORDS.items():
        text = re.sub(pattern, words, text, flags=re.MULTILINE)
    return text


class Command(TyperCommand):
    """A command whose help is in Chinese."""

    def get_help(self, ctx: Any) -> str:
        """The help as it is shown."""
        return in_chinese(super().get_help(ctx))


class Group(TyperGroup):
    """A group of commands whose help is in Chinese."""

    def get_help(self, ctx: Any) -> str:
        """The help as it is shown."""
        return in_chinese(super().get_help(ctx))
