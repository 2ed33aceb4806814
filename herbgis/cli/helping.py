"""The commands' help, in the language that is spoken."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

from typer.core import TyperCommand, TyperGroup

from herbgis.foundation.language import language, tr

#: What the parser writes about the kinds of values, which stand behind it in words.
_KINDS = {
    r"\{(PATH\.\.\.)\}\.\.\.": r"\1",
    r"\{([A-Z.]+)\}": r"\1",
    r" <(?:list\[)?\w+\]?>": "",
}
#: What the parser writes in English, as patterns, and what stands there in Chinese.
_WORDS = {
    r"^Usage: ": "用法: ",
    r"^Arguments:$": "参数:",
    r"^Options:$": "选项:",
    r"^Commands:$": "命令:",
    r"\[OPTIONS\]": "[选项]",
    r"COMMAND \[ARGS\]\.\.\.": "命令 ...",
    r"Show this message and exit\.": "显示这段说明",
    r"Install completion for the current shell\.": "把命令补全装进当前的命令行",
    r"Show completion for the current shell, to copy it or\s+customize the installation\.": (
        "显示补全的脚本, 供抄用"
    ),
    r"\[required\]": "[必填]",
    r"\[default: ": "[默认: ",
    r"^(?:Shells\.)?(\w+) completion installed in (.*)$": r"\1 的命令补全已装进 \2",
    r"^Completion will take effect once you restart the terminal$": "重新打开命令行窗口后生效",
    r"^Shell (\w+) (?:is )?not supported\.?$": (
        r"没有 \1 的补全: 只有 bash、zsh、fish、PowerShell 的"
    ),
}
#: The options whose answers the parser prints itself.
_OF_PARSER = frozenset({"--install-completion", "--show-completion"})


def as_read(text: str) -> str:
    """The help of a command as people read it."""
    patterns = {**(_WORDS if language() == "zh" else {}), **_KINDS}
    for pattern, words in patterns.items():
        text = re.sub(pattern, words, text, flags=re.MULTILINE)
    return text


@contextmanager
def in_words(arguments: Sequence[str]) -> Iterator[None]:
    """What the parser itself answers to a line, as people read it."""
    if not _OF_PARSER & {word.partition("=")[0] for word in arguments}:
        yield
        return
    out, err = io.StringIO(), io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            yield
    finally:
        sys.stdout.write(as_read(out.getvalue()))
        sys.stderr.write(as_read(err.getvalue()))


def put_into_words(command: Any) -> None:
    """Put the help of a command, of its options and its own commands into the language.

    Parameters
    ----------
    command : TyperGroup or TyperCommand
        As `typer.main.get_command` builds it, changed in place.
    """
    for each in _with_its_own(command):
        if getattr(each, "help", None):
            each.help = tr(each.help)


def _with_its_own(command: Any) -> Iterator[Any]:
    """A command, its arguments and options, and the same of its commands."""
    yield command
    yield from command.params
    for own in getattr(command, "commands", {}).values():
        yield from _with_its_own(own)


class Command(TyperCommand):
    """A command whose help has no words of the parser's in another language."""

    def get_help(self, ctx: Any) -> str:
        """The help as it is shown."""
        return as_read(super().get_help(ctx))


class Group(TyperGroup):
    """A group of commands whose help has no words of the parser's in another language."""

    def get_help(self, ctx: Any) -> str:
        """The help as it is shown."""
        return as_read(super().get_help(ctx))
