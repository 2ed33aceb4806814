"""How the command line speaks: bars, what goes to standard error, and how it is asked to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")
#: Whether nothing but results and errors is to be said.
QUIET: ContextVar[bool] = ContextVar("QUIET", default=False)
_QUIET, _LANG = ("-q", "--quiet"), "--lang"


def set_apart(arguments: Sequence[str]) -> tuple[list[str], bool, str | None]:
    """A line without the options that may stand anywhere on it; whether --quiet, and --lang.

    What stands behind ``--`` is names of files.
    """
    rest: list[str] = []
    quiet, lang = False, None
    words = iter(arguments)
    for word in words:
        option, given, value = word.partition("=")
        if word == "--":
            rest += [word, *words]
        elif word in _QUIET:
            quiet = True
        elif option == _LANG:
            lang = value if given else next(words, "")
        else:
            rest.append(word)
    return rest, quiet, lang


def progress_bar(title: str) -> Callable[[list[T]], Iterable[T]] | None:
    """A progress bar on a terminal, none in a pipe."""
    if QUIET.get() or not sys.stderr.isatty():
        return None
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return lambda items: track(items, description=title, console=console, transient=True)


@contextmanager
def meter(title: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on a terminal for work that tells how much of it is done; none in a pipe."""
    if QUIET.get() or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)


def say(text: str) -> None:
    """A result, to standard output."""
    print(text)  # noqa: T201 - the command line's one voice


def tell(*lines: str) -> None:
    """All else, to standard error; with --quiet it is not said."""
    if not QUIET.get():
        complain(*lines)


def complain(*lines: str) -> None:
    """What ends a run, to standard error."""
    for line in lines:
        print(line, file=sys.stderr)  # noqa: T201
