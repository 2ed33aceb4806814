"""Texts of folium's popups and tooltips, made safe for the script that holds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from branca.element import Element, Html
from folium.map import Popup, Tooltip

#: folium writes these texts between backticks: there a backslash begins an escape and `${` an
#: expression. Its own escape of a backtick comes first.
_SPECIAL = re.compile(r"\\`|\\|`|\$\{")
#: What would end or open a script where the text stands in one.
_TAG = re.compile(r"<(?=[!/]|script)", re.IGNORECASE)


def in_backticks(text: str) -> str:
    """A text, markup or not, as a script's template literal holds it."""
    return _TAG.sub(r"\\x3c", _SPECIAL.sub(_escaped, text))


def _escaped(found: re.Match[str]) -> str:
    return found[0] if found[0] == "\\`" else f"\\{found[0]}"


@contextmanager
def escaped_texts(elements: Iterable[Element]) -> Iterator[None]:
    """Within it, the texts of popups and tooltips are such as a script may hold."""
    kept: list[tuple[Element, str, str]] = []
    for element in elements:
        if isinstance(element, Tooltip):
            kept.append((element, "text", element.text))
        elif isinstance(element, Popup):
            parts = element.html._children.values()  # noqa: SLF001
            kept.extend((part, "data", part.data) for part in parts if isinstance(part, Html))
    try:
        for element, name, text in kept:
            as_text = isinstance(element, Html) and not element.script  # folium escapes its markup
            setattr(element, name, _SPECIAL.sub(_escaped, text) if as_text else in_backticks(text))
        yield
    finally:
        for element, name, text in kept:
            setattr(element, name, text)
