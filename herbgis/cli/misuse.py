"""What the parser of the command line has against a call, in Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import typer

from herbgis.foundation.errors import nearest

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
    return f"{why(error)}写法见 {command} --help。"


def _unknown_option(error: Any) -> str:
    params = error.ctx.command.params if error.ctx is not None else []
    names = [name for param in params for name in param.opts if name.startswith("--")]
    return f"没有选项 {error.option_name}。{_likely(error.option_name, [*names, '--help'])}"


def _lacking(error: Any) -> str:
    words = getattr(error.param, "help", None)
    return f"缺少 {_name(error.param)}{f' ({words})' if words else ''}。"


def _bad_value(error: Any) -> str:
    """A value that is none of its kind; the newest parsers do not repeat the value."""
    said = str(error.message)
    due = next((words for kind, words in _KINDS.items() if re.search(kind, said)), None)
    return f"{_name(error.param)} 的取值" + (f"不是{due}。" if due else "不对。")


def _of_words(error: Any) -> str:
    """What the parser says in words alone: a command that there is not, or too many words."""
    message = str(error.message)
    quoted, extra = _QUOTED.search(message), _EXTRA.search(message)
    if extra:
        return f"多写了 {extra[1]}; 含空格的路径要加引号。"
    if "No such command" in message and quoted:
        return f"没有命令 {quoted[1]}。{_likely(quoted[1], error.ctx.command.commands)}"
    return f"命令写错了 ({message})。"


def _likely(name: str, known: Iterable[str]) -> str:
    names = list(known)
    hint = nearest(name, names)
    return f"您要的是 {hint} 吗? " if hint else f"可用的有: {'、'.join(names)}。"


def _name(param: Any) -> str:
    """An option by its name, an argument by what stands for it in the help."""
    if param is None:
        return "参数"
    names = [name for name in param.opts if name.startswith("--")]
    return names[0] if names else str(param.metavar or param.name)


_BY_KIND: dict[str, Callable[[Any], str]] = {
    "NoSuchOption": _unknown_option,
    "MissingParameter": _lacking,
    "BadParameter": _bad_value,
    "BadOptionUsage": lambda error: f"选项 {error.option_name} 后面要写取值。",
}
