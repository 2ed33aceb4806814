"""Search for pages opened from a folder: every section's text in one script, looked through.

A list of words, as search usually has, needs Chinese to be cut into words, here and in the browser;
and a page opened from a folder may not fetch anything. The text of the whole site is small enough
to be looked through as it is, which finds any part of any word.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

_DATA = "search_data.js"


def setup(app: Sphinx) -> dict[str, Any]:
    """Take the place of Sphinx's own search."""
    sections = Sections()
    app.connect("builder-inited", _without_its_own)
    app.connect("html-page-context", sections.gather)
    app.connect("build-finished", sections.write)
    return {"parallel_read_safe": True, "parallel_write_safe": False}


def _without_its_own(app: Sphinx) -> None:
    if isinstance(app.builder, StandaloneHTMLBuilder):
        app.builder.search = False


class Sections:
    """Each section's address, its page's title, its own heading, and its text."""

    def __init__(self) -> None:
        self._found: list[tuple[str, str, str, str]] = []

    def gather(
        self,
        _app: Sphinx,
        name: str,
        _template: str,
        _context: dict[str, Any],
        page: nodes.document | None,
    ) -> None:
        """Take up the sections of a page that is about to be written."""
        sections = [] if page is None else list(page.findall(nodes.section))
        for section in sections:
            heading, *rest = (c for c in section.children if not isinstance(c, nodes.section))
            text = " ".join(" ".join(child.astext().split()) for child in rest)
            top = section is sections[0]
            address = f"{name}.html" if top else f"{name}.html#{section['ids'][0]}"
            self._found.append((address, sections[0][0].astext(), heading.astext(), text))

    def write(self, app: Sphinx, error: Exception | None) -> None:
        """Write all of it as a script, which a page may load from a folder."""
        if error is None:
            data = json.dumps(sorted(self._found), ensure_ascii=False)
            path = Path(app.outdir) / "_static" / _DATA
            path.write_text(f"window.herbgisSections = {data};\n", encoding="utf-8")
