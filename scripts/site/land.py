"""Rules of controlled land with their sources, and classes of land by group."""

from __future__ import annotations

from collections.abc import Iterator

from herbgis.foundation import resources
from herbgis.terms.land_classes import LAND_GROUPS, land_class_tables
from herbgis.terms.land_rules import Rule, controls, ways_of_growing
from scripts.site.markdown import table

_EFFECTS = {"forbids": "禁止", "conditions": "有条件", "asks": "要问"}


def parts() -> dict[str, str]:
    """What stands in a page by hand."""
    rows = [(way.title, f"`{way.name}`", way.tells) for way in ways_of_growing().values()]
    ways = ["## 种法", table(("种法", "代码里", "怎样认出"), rows)]
    return {"land_rules": "\n\n".join([*ways, *_controls(), *_classes()])}


def _controls() -> Iterator[str]:
    for control in controls().values():
        yield (
            f"## {control.title}\n\n`{control.name}`。图层名也认：{'、'.join(control.aliases)}。"
            f"以哪条线为准：{control.boundary}。"
        )
        if control.rules:
            heads = ("规定", "起止", "说什么", "对哪种种法", "读自")
            yield table(heads, [_row(rule) for rule in control.rules])
        else:
            yield "没有读到有出处的规定：只报涉及多少亩。"


def _row(rule: Rule) -> tuple[str, ...]:
    until = f" 至 {rule.until} 前" if rule.until else " 起"
    within = f"（{rule.within}）" if rule.within else ""
    return (
        f"{rule.law} {rule.article}{within}",
        f"{rule.since}{until}；{rule.day_from}",
        rule.says,
        "；".join(map(_effect, rule.effects, [rule] * len(rule.effects))) or "只列名",
        rule.read or "没有读到",
    )


def _effect(way: str, rule: Rule) -> str:
    titles = resources.read_toml("facts/land_classes.toml")["groups"]
    lands = "、".join(titles[group] for group in rule.lands.get(way, ()))
    where = f"（{lands}）" if lands else ""
    return f"{ways_of_growing()[way].title}{where}：{_EFFECTS[rule.effects[way]]}"


def _classes() -> Iterator[str]:
    titles = resources.read_toml("facts/land_classes.toml")["groups"]
    yield (
        "## 地类\n\n几张表共用编码。0303、0304、0306 在国标里是林地，在三调里是湿地，归其他；"
        "一个图层用的是哪张表，由它全部的编码一起认，认不出来的不归类。编码后面的 K 是可调整："
        "由耕地改成、耕作层没有破坏，按现状归类。数字列里的编码丢了前面的 0，101 可以是水田也可以是"
        "铁路用地，不认。"
    )
    for shipped in land_class_tables():
        yield f"### {shipped.title}\n\n出处：{shipped.source}。"
        yield table(
            ("归入", "地类"),
            [
                (titles[group], "、".join(f"{c.code} {c.name}" for c in classes))
                for group in LAND_GROUPS
                if (classes := [c for c in shipped.classes.values() if c.group == group])
            ],
        )
