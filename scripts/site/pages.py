"""Lay out the site's sources: pages written by hand, what is made put in where they name it.

Pages by hand link to files of the repository, so that they can be read there too. In the site a
link to a page leads to that page, and one to any other file of the repository is its name only.
A line ``<!-- codes -->`` stands for the part of that name.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from scripts.site import api, codes, commands, decisions, formats, glossary, land, policies

ROOT = Path(__file__).resolve().parents[2]
#: Pages outside docs/, by where they stand in the site.
_ELSEWHERE = {"ARCHITECTURE.md": "architecture.md", "CHANGELOG.md": "changelog.md"}
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
_MARK = re.compile(r"^<!-- (?P<name>.+) -->$", re.MULTILINE)
_FENCE = re.compile(r"^(```.*?^```)", re.MULTILINE | re.DOTALL)


def write_pages(out: Path) -> None:
    """Write every source page of the site, and its pictures, into `out`."""
    written = dict(_places())
    made = {f"docs/{place}": text for maker in (api, codes) for place, text in maker.pages()}
    places = written | {source: source.removeprefix("docs/") for source in made}
    makers = (api, codes, commands, decisions, formats, glossary, land, policies)
    parts = {name: part for maker in makers for name, part in maker.parts().items()}
    for source, place in places.items():
        text = made.get(source) or linked(_text(ROOT / source), source, places)
        _write(out / place, _MARK.sub(lambda mark: parts[mark["name"]], text))
    shutil.copytree(ROOT / "docs" / "images", out / "images")


def linked(text: str, source: str, places: dict[str, str]) -> str:
    """The text with its links, relative in the repository, made relative in the site.

    Raises
    ------
    FileNotFoundError
        A link leads to nothing in the repository.
    """
    here = PurePosixPath(places[source]).parent

    def moved(match: re.Match[str]) -> str:
        picture, words, target = match.groups()
        path, _, anchor = target.partition("#")
        if not path or "://" in target or target.startswith("mailto:"):
            return match[0]
        aim = os.path.normpath(PurePosixPath(source).parent / path)
        place = places.get(aim) or _made(aim)
        if place is None and not (ROOT / aim).exists():
            msg = f"{source}: 链接 {target} 在仓库里没有"
            raise FileNotFoundError(msg)
        if place is None:
            return words if words.startswith("`") else f"`{words}`"
        relative = os.path.relpath(place, here) + (f"#{anchor}" if anchor else "")
        return f"{picture}[{words}]({relative})"

    parts = _FENCE.split(text)
    return "".join(part if part.startswith("```") else _LINK.sub(moved, part) for part in parts)


def _made(aim: str) -> str | None:
    """Where something of the repository stands in the site, if it is no page written by hand."""
    if aim.startswith("docs/images/"):
        return aim.removeprefix("docs/")
    made = {
        "docs": "index.md",
        "docs/decisions": "decisions.md",
        "herbgis/policies/tongren-2020.toml": "policies/tongren-2020.md",
        "herbgis/messages/codes.toml": "codes/index.md",
        "README.md": "index.md",
    }
    return made.get(aim)


def _places() -> Iterator[tuple[str, str]]:
    """Each page written by hand, and where it stands in the site."""
    yield from _ELSEWHERE.items()
    for path in sorted((ROOT / "docs").rglob("*.md")):
        name = path.relative_to(ROOT).as_posix()
        yield name, name.removeprefix("docs/")
    for path in sorted((ROOT / "benchmarks").glob("*.md")):
        yield f"benchmarks/{path.name}", f"benchmarks/{path.stem.lower()}.md"
    for path in sorted((ROOT / "data").glob("*/SOURCE.md")):
        yield path.relative_to(ROOT).as_posix(), f"data/{path.parent.name}.md"
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        yield f"notebooks/{path.name}", f"notebooks/{path.stem}.md"


def _text(path: Path) -> str:
    """A page's Markdown; of a notebook its cells, code as code."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(text)["cells"]]
    return "\n\n".join(
        f"```python\n{source}\n```" if kind == "code" else source for kind, source in cells
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
