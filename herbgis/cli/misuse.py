"""What the parser of the command line has against a call, in the language that is spoken."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import typer

from herbgis.foundation.errors import nearest
from herbgis.foundation.language import listed, tr

#: The parser's errors about a call; typer carries a click of its own, which has no public name.
MISUSE: type[Exception] = typer.BadParameter.__mro__[1]

_QUOTED = re.compile(r"'([^']*)'")
_EXTRA = re.compile(r"extra argument\S* \((.*)\)")
#: What a value should have been, by the words of the parser, which says int or integer.
_KINDS = {r"\bint(eger)?\b": "整数", r"\bfloat\b": "数", r"\bbool(ean)?\b": "是或否"}


def told(error: Any) -> str:
    """An error of the parser: what was written, what there is, and where to look.

    Parameters
    ----------
    error : UsageError
        As typer raises it.
    """
    command = error.ctx.command_path if error.ctx is not None else "herbgis"
    why = _BY_KIND.get(type(error).__name__, _of_words)
    return why(error) + tr("写法见 {command} --help。", command=command)


def empty_value(words: Sequence[str]) -> str | None:
    """What is said of a line on which a value is an empty text; None where none is.

    A shell leaves one of a variable that is not set, and the parser takes it: for a folder, that
    it is the one where the program runs.
    """
    before = ""
    for word in words:
        option, given, value = word.partition("=")
        of_option = bool(given) and option.startswith("--")
        if not (value if of_option else word).strip():
            name = option if of_option else before
            if name.startswith("-") and name != "--":
                return tr("选项 {name} 后面是空的: 请写取值, 或整个去掉。", name=name)
            return tr("有一处路径或名称是空的: 请写上, 或去掉空的引号。")
        before = word
    return None


def _unknown_option(error: Any) -> str:
    params = error.ctx.command.params if error.ctx is not None else []
    names = [name for param in params for name in param.opts if name.startswith("--")]
    known = [*names, "--help"]
    hint = nearest(error.option_name, known)
    if hint:
        return tr("没有选项 {name}。您要的是 {hint} 吗? ", name=error.option_name, hint=hint)
    return tr("没有选项 {name}。可用的有: {names}。", name=error.option_name, names=listed(known))


def _lacking(error: Any) -> str:
    name, words = _name(error.param), getattr(error.param, "help", None)
    if words:
        return tr("缺少 {name} ({words})。", name=name, words=words)
    return tr("缺少 {name}。", name=name)


def _bad_value(error: Any) -> str:
    """A value that is none of its kind; the newest parsers do not repeat the value."""
    name, said = _name(error.param), str(error.message)
    due = next((words for kind, words in _KINDS.items() if re.search(kind, said)), None)
    known = _QUOTED.findall(said.partition("one of")[2])
    if due is None and known:
        return tr("{name} 的取值不对, 可用的有: {names}。", name=name, names=listed(known))
    if due is None:
        return tr("{name} 的取值不对。", name=name)
    return tr("{name} 的取值不是{due}。", name=name, due=tr(due))


def _of_words(error: Any) -> str:
    """What the parser says in words alone: a command that there is not, or too many words."""
    message = str(error.message)
    quoted, extra = _QUOTED.search(message), _EXTRA.search(message)
    if extra:
        return tr("多写了 {words}; 含空格的路径要加引号。", words=extra[1])
    if "No such command" in message and quoted:
        return _unknown_command(quoted[1], list(error.ctx.command.commands))
    return tr("命令写错了 ({message})。", message=message)


def _unknown_command(name: str, known: Sequence[str]) -> str:
    hint = nearest(name, known)
    if hint:
        return tr("没有命令 {name}。您要的是 {hint} 吗? ", name=name, hint=hint)
    return tr("没有命令 {name}。可用的有: {names}。", name=name, names=listed(known))


def _name(param: Any) -> str:
    """An option by its name, an argument by what stands for it in the help."""
    if param is None:
        return tr("参数")
    names = [name for name in param.opts if name.startswith("--")]
    return names[0] if names else str(param.metavar or param.name)


def _without_value(error: Any) -> str:
    return tr("选项 {name} 后面要写取值。", name=error.option_name)


_BY_KIND: dict[str, Callable[[Any], str]] = {
    "NoSuchOption": _unknown_option,
    "MissingParameter": _lacking,
    "BadParameter": _bad_value,
    "BadOptionUsage": _without_value,
}
