"""Templates of the page: files filled by Jinja, with every text escaped."""

from __future__ import annotations

import functools
import json
from typing import Any

import jinja2
from branca.element import Element, Figure
from markupsafe import Markup

from herbgis.foundation import resources
from herbgis.foundation.errors import HerbgisError
from herbgis.foundation.language import tr

#: What must not stand in a script element as it is, and how JSON spells it.
_ESCAPES = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


def template(name: str) -> jinja2.Template:
    """The template file `name` (``'panel.html'``)."""
    return _environment().get_template(f"{name}.j2")


class Verbatim(Element):
    """A text of the page that is final: branca's own elements read theirs as a template again."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **kwargs: Any) -> str:  # noqa: ARG002 - branca's signature
        """The text as it is."""
        return self.text


def figure_of(element: Element) -> Figure:
    """The page that an element stands in."""
    figure = element.get_root()
    if not isinstance(figure, Figure):
        msg = tr("只有放进地图页面的图层才能写出; 请先用 add_to 加到地图上。")
        raise HerbgisError(msg)
    return figure


def as_json(value: Any) -> Markup:
    """Plain values as JSON that cannot end, or start, an element of the page."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return Markup(text)  # noqa: S704 - escaped above


@functools.cache
def _environment() -> jinja2.Environment:
    folder = resources.asset("webmap/templates")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["as_json"] = as_json
    return environment
