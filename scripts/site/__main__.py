"""Build the site; a warning is an error. ``python -m scripts.site [FOLDER]``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import build_main

from scripts.site.pages import ROOT, write_pages

#: The folder to open or to hand on; nothing in it asks for a network.
OUT = ROOT / "build" / "site"


def build(out: Path = OUT) -> int:
    """Write all pages beside `out`, then turn them into HTML in it; the status is Sphinx's."""
    pages = out.with_name(f"{out.name}-pages")
    for folder in (out, pages):
        shutil.rmtree(folder, ignore_errors=True)
    write_pages(pages)
    options = ["--fail-on-warning", "--keep-going", "--quiet", "--fresh-env"]
    caches = ["--doctree-dir", str(pages / ".doctrees"), "--conf-dir", str(ROOT / "docs")]
    status = build_main(["-b", "html", *options, *caches, str(pages), str(out)])
    # Notes for Sphinx's own next build, with paths of this machine.
    (out / ".buildinfo").unlink(missing_ok=True)
    return status


if __name__ == "__main__":
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else OUT
    state = build(folder)
    if state == 0:
        print(f"已写出 {folder / 'index.html'}")
    sys.exit(state)
