"""What people read: Chinese as the code has it, or English from messages/english."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from herbgis.foundation import resources

LANGUAGES = ("zh", "en")
#: What chooses the language where a command's ``--lang`` does not.
VARIABLE = "HERBGIS_LANG"
_FOLDER = "messages/english"
_CHOSEN: ContextVar[str | None] = ContextVar("_CHOSEN", default=None)


def language() -> str:
    """The language that is spoken: what was chosen, else HERBGIS_LANG, else Chinese."""
    chosen = _CHOSEN.get() or os.environ.get(VARIABLE, "")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Speak a language of LANGUAGES for a while."""
    before = _CHOSEN.set(lang)
    try:
        yield
    finally:
        _CHOSEN.reset(before)


def tr(chinese: str, /, **values: object) -> str:
    """A text as it is read, its ``{name}`` places filled with `values`.

    Without values it is taken as it is, braces and all. What has no English stays Chinese;
    tests/test_english.py sees to it that there is none.
    """
    text = chinese if language() == "zh" else _english().get(chinese, chinese)
    return text.format(**values) if values else text


def heading(chinese: str) -> str:
    """A text as it stands over a column: in English it begins with a capital."""
    said = tr(chinese)
    return said if said == chinese else said[:1].upper() + said[1:]


def listed(names: Iterable[object]) -> str:
    """Names in a row, as a sentence lists them."""
    return ("、" if language() == "zh" else ", ").join(map(str, names))


@functools.cache
def _english() -> dict[str, str]:
    """The English of every Chinese text, one file a room."""
    known: dict[str, str] = {}
    for room in resources.names_in(_FOLDER, ".toml"):
        known |= resources.read_toml(f"{_FOLDER}/{room}.toml")
    return known
