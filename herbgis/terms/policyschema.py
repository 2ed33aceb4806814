"""What a policy's file may say: the schema in `policies/schema.json`, and a file held against it.

The schema that editors and the documentation use is the one that the reader itself follows, so
that they cannot part. Of JSON Schema it uses what `_KEYWORDS` lists, and no more.

Sources
-------
JSON Schema, draft 2020-12 (json-schema.org).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from herbgis.foundation import resources
from herbgis.foundation.errors import PolicyError, nearest
from herbgis.foundation.language import listed, tr
from herbgis.terms import columns as cols

#: What of JSON Schema is understood here; a test holds that the schema uses nothing else.
KEYWORDS = frozenset(
    {
        *("$schema", "$defs", "$ref", "title", "description", "anyOf", "type", "enum", "pattern"),
        *("properties", "propertyNames", "additionalProperties", "required"),
        *("items", "minItems", "minLength", "minimum", "maximum", "exclusiveMinimum"),
    }
)
_TYPES = {
    "object": "一张表",
    "array": "一串, 写在 [ ] 里",
    "string": "文字, 写在引号里",
    "boolean": "true 或 false",
    "integer": "整数",
    "number": "数",
}
_DEFINED = "#/$defs/"
#: More choices than these are not listed one by one.
_MOST_LISTED = 12


def policy_schema() -> dict[str, Any]:
    """The JSON Schema of a policy's file, with the codes and columns that there are."""
    schema: dict[str, Any] = json.loads(
        resources.asset("policies/schema.json").read_text(encoding="utf-8")
    )
    schema["$defs"]["code"]["enum"] = list(resources.read_toml("messages/codes.toml"))
    schema["$defs"]["column"]["enum"] = [*cols.names(cols.READ, cols.OPTIONAL), "yield_state"]
    return schema


def check_table(table: Mapping[str, Any], file: str) -> None:
    """Hold what stands in a policy's file against the schema.

    Parameters
    ----------
    table : mapping
        As TOML gives it.
    file : str
        What the file is called, for the message.

    Raises
    ------
    PolicyError
        With all that is wrong, and the likely name of what is not known.
    """
    schema = policy_schema()
    wrong = list(_Reader(schema).findings(table, schema, ()))
    if wrong:
        msg = tr(
            "工作要点 {file} 有 {count} 处不对: {mistakes}",
            file=file,
            count=len(wrong),
            mistakes=" ".join(wrong),
        )
        raise PolicyError(msg)


class _Reader:
    """Reads a table as the schema says; each finding is a sentence."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema

    def findings(
        self, value: Any, rule: Mapping[str, Any], place: Sequence[str | int]
    ) -> Iterator[str]:
        """What of a value a rule does not allow."""
        rule = self._meant(rule)
        kinds = _kinds(rule)
        if kinds and not any(_is_a(value, kind) for kind in kinds):
            yield tr(
                "{at} 写的是 {shown}, 应当是{due}。",
                at=_at(place),
                shown=_shown(value),
                due=self._due(rule, place),
            )
        elif isinstance(value, Mapping):
            yield from self._of_table(value, rule, place)
        elif isinstance(value, list):
            if len(value) < rule.get("minItems", 0):
                yield tr("{at} 是空的, 至少要有一个。", at=_at(place))
            for number, item in enumerate(value, start=1):
                yield from self.findings(item, rule.get("items", {}), (*place, number))
        else:
            yield from _of_value(value, rule, place)

    def _of_table(
        self, table: Mapping[str, Any], rule: Mapping[str, Any], place: Sequence[str | int]
    ) -> Iterator[str]:
        own, more = rule.get("properties", {}), rule.get("additionalProperties", True)
        lacking = [key for key in rule.get("required", ()) if key not in table]
        if lacking:
            yield tr("{at} 缺少 {names}。", at=_at(place), names=listed(lacking))
        ways = [way["required"] for way in rule.get("anyOf", ())]
        if ways and not any(set(way) <= table.keys() for way in ways):
            lacking = [key for key in ways[-1] if key not in table]
            yield tr(
                "没有写 extends, 又缺少 {names}。只写不同的几项的, 请在开头写 "
                'extends = "tongren-2020"。',
                names=listed(lacking),
            )
        names = self._meant(rule.get("propertyNames", {}))
        for key, value in table.items():
            here = (*place, key)
            if key in own:
                yield from self.findings(value, own[key], here)
            elif more is False:
                yield self._unknown(key, list(own), place)
            elif "enum" in names and key not in names["enum"]:
                yield self._unknown(key, names["enum"], place)
            elif "pattern" in names and not re.search(names["pattern"], key):
                yield tr(
                    "{at} 的名称不合写法: {rule}。",
                    at=_at(here),
                    rule=tr(names.get("description", names["pattern"])),
                )
            elif more is not True:
                yield from self.findings(value, more, here)

    def _meant(self, rule: Mapping[str, Any]) -> Mapping[str, Any]:
        """A rule itself, where another only refers to it."""
        while "$ref" in rule:
            rule = self._schema["$defs"][rule["$ref"].removeprefix(_DEFINED)]
        return rule

    def _due(self, rule: Mapping[str, Any], place: Sequence[str | int]) -> str:
        """What may stand somewhere, in words: of which kind, in which range, under which key."""
        rule = self._meant(rule)
        words = tr("或").join(tr(_TYPES[kind]) for kind in _kinds(rule))
        if "enum" in rule:
            return tr(" {choices} 里的一个", choices=_choices(rule["enum"]))
        if "items" in rule:
            return tr("{words}, 每个是{due}", words=words, due=self._due(rule["items"], place))
        own = rule.get("properties", {})
        if "value" in own:
            table = ".".join(str(part) for part in place)
            due = self._due(own["value"], (*place, "value"))
            return tr(
                "{words}: 请在 [{table}] 下面写 value = …, value 是{due}",
                words=words,
                table=table,
                due=due,
            )
        if own:
            return tr("{words}, 里面可以写 {names}", words=words, names=_choices(list(own)))
        if isinstance(more := rule.get("additionalProperties"), Mapping):
            return tr("{words}, 每一项是{due}", words=words, due=self._due(more, place))
        limits = _range(rule)
        if "pattern" in rule and "description" in rule:
            limits = tr(rule["description"])
        return f"{words}, {limits}" if limits else words

    def _unknown(self, key: str, known: Sequence[str], place: Sequence[str | int]) -> str:
        """A key that there is not, and which was probably meant: beside it, or in another table."""
        start = tr("没有 {at} 这一项", at=_at((*place, key)))
        deeper = {
            name: table
            for table, rule in self._schema["properties"].items()
            if table not in place
            for name in rule.get("properties", {})
        }
        hint = nearest(key, [*known, *deeper])
        if hint is None:
            return tr("{start}, 可以写的有: {choices}。", start=start, choices=_choices(known))
        where = "" if hint in known else tr(" [{table}] 下面的", table=deeper[hint])
        return tr("{start}, 您要的是{where} {hint} 吗?", start=start, where=where, hint=hint)


def _of_value(value: Any, rule: Mapping[str, Any], place: Sequence[str | int]) -> Iterator[str]:
    """What of a text or number a rule does not allow."""
    if "enum" in rule and value not in rule["enum"]:
        hint = nearest(str(value), rule["enum"])
        like = tr("您要的是 {hint} 吗? ", hint=hint) if hint else ""
        yield tr(
            "{at} 没有 {shown} 这种写法。{like}可以写的有: {choices}。",
            at=_at(place),
            shown=_shown(value),
            like=like,
            choices=_choices(rule["enum"]),
        )
    if isinstance(value, str):
        if len(value) < rule.get("minLength", 0):
            yield tr("{at} 是空的。", at=_at(place))
        elif "pattern" in rule and not re.search(rule["pattern"], value):
            due = tr(rule.get("description", rule["pattern"]))
            yield tr("{at} 不能写 {shown}, 要{due}。", at=_at(place), shown=_shown(value), due=due)
    elif _is_a(value, "number"):
        low, high = rule.get("minimum", -math.inf), rule.get("maximum", math.inf)
        above = rule.get("exclusiveMinimum", -math.inf)
        if not (low <= value <= high and value > above):
            yield tr(
                "{at} 写的是 {value}, 应当{due}。", at=_at(place), value=value, due=_range(rule)
            )


def _kinds(rule: Mapping[str, Any]) -> list[str]:
    kinds = rule.get("type", ())
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _is_a(value: Any, kind: str) -> bool:
    """Whether a value of TOML is of a type of JSON, which knows no days, no NaN and no infinity."""
    if kind in {"integer", "number"}:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and math.isfinite(value) and (kind == "number" or float(value).is_integer())
    python = {"object": Mapping, "array": list, "string": str, "boolean": bool}
    return isinstance(value, python[kind])


def _range(rule: Mapping[str, Any]) -> str:
    parts = [
        f"{tr(word)} {rule[keyword]}"
        for keyword, word in (("exclusiveMinimum", "大于"), ("minimum", "不小于"))
        if keyword in rule
    ]
    if "maximum" in rule:
        parts.append(tr("不大于 {most}", most=rule["maximum"]))
    return listed(parts)


def _choices(known: Sequence[str]) -> str:
    return listed(known[:_MOST_LISTED]) + (tr(" 等") if len(known) > _MOST_LISTED else "")


def _at(place: Sequence[str | int]) -> str:
    """Where something stands: ``[tolerance.overlap_mu] value``, a key at the top, a list's item."""
    if not place:
        return tr("文件")
    *above, last = place
    table = [part for part in above if isinstance(part, str)]
    head = f"[{'.'.join(table)}] " if table else ""
    items = [tr("第 {number} 个的 ", number=part) for part in above if isinstance(part, int)]
    named = last if isinstance(last, str) else tr("第 {number} 个", number=last)
    return f"{head}{''.join(items)}{named}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return tr("一张表")
    return f"“{value}”" if isinstance(value, str) else str(value)
