"""The links of a folder of HTML pages, and those that lead nowhere."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: What a browser fetches by itself when it shows a page.
FETCHED = {"img", "script", "link", "iframe", "source", "video", "audio"}


class Page(HTMLParser):
    """A page's anchors, where its links lead, and what it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.anchors |= {told[key] for key in ("id", "name") if told.get(key)}
        target = told.get("href") or told.get("src")
        if target is not None:
            (self.loads if tag in FETCHED else self.links).append(target)


def faulty_links(folder: Path) -> list[str]:
    """Links to a page or anchor that is not there, and what would be loaded from elsewhere."""
    pages = {path: Page(path) for path in sorted(folder.rglob("*.html"))}
    faults = []
    for path, page in pages.items():
        name = path.relative_to(folder).as_posix()
        faults += [f"{name} 从外面取 {load}" for load in page.loads if urlsplit(load).netloc]
        for target in page.links + page.loads:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            aim = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchors = pages[aim].anchors if aim in pages else set()
            if not aim.is_file() or (parts.fragment and unquote(parts.fragment) not in anchors):
                faults.append(f"{name} → {target}")
    return faults
