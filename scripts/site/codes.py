"""A page for each validation code, from the same facts as ``herbgis explain``; their list."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from herbgis.terms.issues import SEVERITY_TITLES, Code, codes, texts
from scripts.site.markdown import table, toctree

_SCOPES = {"file": "整个文件", "layer": "整个图层", "record": "一条记录"}
_SEVERITIES = {
    "error": "照现在这样不能计入，要改好重报，或书面确认采用修复后的文件",
    "warning": "照常计入，但要有人看过",
    "note": "作了什么假设，或已经顺手修好了什么，看一眼即可",
}
_HUNDREDS = {
    "HG0": "文件与图层",
    "HG1": "图形",
    "HG2": "位置",
    "HG3": "重复与重叠",
    "HG4": "面积",
    "HG5": "属性",
    "HG6": "用地",
}


def pages() -> Iterator[tuple[str, str]]:
    """Each page's place in the site, and its Markdown."""
    for code, words in zip(codes().values(), texts().values(), strict=True):
        yield f"codes/{code.code}.md", _page(code, words)


def parts() -> dict[str, str]:
    """What stands in pages by hand: the list of codes, by hundreds."""
    return {"codes": _index()}


def _page(code: Code, words: dict[str, str]) -> str:
    severity = SEVERITY_TITLES[code.severity]
    unchecked = "" if "message" in words else "\n:::{note}\n本版本还不检查这一项。\n:::\n"
    return f"""# {code.code} {words["title"]}

**{severity}** · 针对{_SCOPES[code.scope]} · `{code.name}`
{unchecked}
## 是什么

{words["what"]}

## 为何要紧

{words["why"]}

## 怎样查出

{words["how"]}

## 怎么改

{words["fix"]}

## 依据

{code.source}

---

{severity}：{_SEVERITIES[code.severity]}。命令行里看同样的内容：`herbgis explain {code.code}`。
[全部代码](index.md)
"""


def _index() -> str:
    known, words = codes(), texts()
    parts = []
    for hundred, group in groupby(known.values(), key=lambda code: code.code[:3]):
        rows = [
            (
                f"[{code.code}]({code.code}.md)",
                words[code.code]["title"],
                SEVERITY_TITLES[code.severity],
                _SCOPES[code.scope],
                f"`{code.name}`",
            )
            for code in group
        ]
        parts += [
            f"## {_HUNDREDS[hundred]}",
            table(("代码", "名称", "程度", "针对", "英文名"), rows),
        ]
    return "\n\n".join([*parts, toctree(known, hidden=True)])
