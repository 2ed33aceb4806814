"""A page for each public name: its docstring, and a line in Chinese. All errors as a tree."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import herbgis as hg
from herbgis.foundation.errors import HerbgisError
from scripts.site.markdown import table, toctree

_SUMMARIES = Path(__file__).resolve().parents[2] / "docs" / "data" / "summaries.toml"
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: What the folders of the package are about, in the order of the way.
_SUBJECTS = {
    "terms": "工作要点",
    "reading": "读取",
    "validating": "校验",
    "measuring": "量算",
    "counting": "核定、统计、台账",
    "planning": "规划与观摩点",
    "webmap": "地图",
    "tables": "写出表格和文件",
    "foundation": "其他",
}
_KINDS = {"function": "函数", "class": "结果和设定", "error": "错误"}


def pages() -> Iterator[tuple[str, str]]:
    """Each page's place in the site, and its Markdown."""
    for name in hg.__all__:
        yield f"{place_of(name)}.md", _page(name)


def parts() -> dict[str, str]:
    """What stands in pages by hand: the list of names, and the tree of errors."""
    return {"api": _index(), "errors": _errors()}


def place_of(name: str) -> str:
    """A public name's page, without suffix; ``plan`` and ``Plan`` in folders of their own."""
    return f"api/{_kind(getattr(hg, name))}/{name}"


def summary_of(name: str, thing: object) -> str:
    """What a name is, in one Chinese line: the docstring's, else that of docs/data/summaries.toml.

    Raises
    ------
    KeyError
        Neither has one.
    """
    first = (inspect.getdoc(thing) or "").partition("\n")[0]
    if _CHINESE.match(first):
        return first.partition(": ")[0].rstrip("。.")
    summaries: dict[str, str] = tomllib.loads(_SUMMARIES.read_text(encoding="utf-8"))
    if name not in summaries:
        msg = f"{name}: 请在 docs/data/summaries.toml 里给它写一行中文"
        raise KeyError(msg)
    return summaries[name]


def every_error() -> list[type[HerbgisError]]:
    """HerbgisError and all below it, depth first, each before those below it."""
    for module in pkgutil.walk_packages(hg.__path__, "herbgis."):
        # The command line defines none, and its import starts the program's own libraries.
        if not module.name.startswith(("herbgis.cli", "herbgis.__main__")):
            importlib.import_module(module.name)
    return list(_below(HerbgisError))


def _below(error: type[HerbgisError]) -> Iterator[type[HerbgisError]]:
    yield error
    for child in sorted(error.__subclasses__(), key=lambda child: child.__name__):
        yield from _below(child)


def _kind(thing: object) -> str:
    if not inspect.isclass(thing):
        return "function"
    return "error" if issubclass(thing, BaseException) else "class"


def _page(name: str) -> str:
    thing = getattr(hg, name)
    directive = {
        "function": f".. autofunction:: {name}",
        "class": f".. autoclass:: {name}\n   :members:",
        "error": f".. autoexception:: {name}\n   :show-inheritance:",
    }[_kind(thing)]
    return f"""# {name}

{summary_of(name, thing)}。

```{{eval-rst}}
.. currentmodule:: herbgis

{directive}
```
"""


def _index() -> str:
    parts = []
    for kind, title in _KINDS.items():
        names = [name for name in hg.__all__ if _kind(getattr(hg, name)) == kind]
        parts.append(f"## {title}")
        for subject, said in _SUBJECTS.items():
            rows = [
                (f"[`{name}`]({kind}/{name}.md)", summary_of(name, getattr(hg, name)))
                for name in names
                if getattr(hg, name).__module__.split(".")[1] == subject
            ]
            if rows:
                heading = [] if kind == "error" else [f"### {said}"]
                parts += [*heading, table(("名称", "说明"), rows)]
    listed = [
        f"{kind}/{name}"
        for kind in _KINDS
        for name in hg.__all__
        if _kind(getattr(hg, name)) == kind
    ]
    return "\n\n".join([*parts, toctree([*listed, "errors"], hidden=True)])


def _errors() -> str:
    """All errors as a tree, those that are public with a link."""
    lines = []
    for error in every_error():
        name = error.__name__
        shown = f"[`{name}`](error/{name}.md)" if name in hg.__all__ else f"`{name}`"
        depth = len(error.__mro__) - len(HerbgisError.__mro__)
        others = [base.__name__ for base in error.__bases__ if not issubclass(base, HerbgisError)]
        also = f"（也是 `{'`、`'.join(others)}`）" if others and error is not HerbgisError else ""
        lines.append(f"{'  ' * depth}- {shown}：{summary_of(name, error)}{also}")
    return "\n".join(lines)
