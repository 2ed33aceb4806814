"""How bases are counted, from the policy: every number with its source; its file, its schema."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from herbgis.terms.policyschema import policy_schema
from scripts.site.markdown import table

_ROOT = Path(__file__).resolve().parents[2]
_FILE = _ROOT / "herbgis" / "policies" / "tongren-2020.toml"
#: Parts of the file that are keys and values, with one source.
_ENTRIES = ("counting", "groups", "defaults", "units", "planning")
_LABELS = _ROOT / "docs" / "data" / "policy_words.toml"


def parts() -> dict[str, str]:
    """What stands in pages by hand: each part of the policy as a table, and its file as it is."""
    text = _FILE.read_text(encoding="utf-8")
    policy = tomllib.loads(text)
    labels = tomllib.loads(_LABELS.read_text(encoding="utf-8"))
    tables = {name: _entries(policy[name], labels[name]) for name in _ENTRIES}
    tables["title"] = f"{policy['title']}。{policy['source']}。"
    tables["tiers"] = _tiers(policy["tiers"])
    tables["survey_method"] = _methods(policy["survey_method"], labels["survey_method"])
    tables["tolerance"] = _tolerances(policy["tolerance"], labels["tolerance"])
    schema = policy_schema()
    tables["tables"] = _whole_tables(schema)
    tables["schema"] = f"```json\n{json.dumps(schema, ensure_ascii=False, indent=2)}\n```"
    tables["file"] = f"```toml\n{text}```"
    return {f"policy {name}": made for name, made in tables.items()}


def _whole_tables(schema: dict[str, Any]) -> str:
    """Each table of a policy's file, with its own keys where they are fixed."""
    rows = [
        (f"`{name}`", rule.get("description", "依据"), "、".join(map(_code, _keys(rule, schema))))
        for name, rule in schema["properties"].items()
    ]
    return table(("名称", "是什么", "下面有哪些项"), rows)


def _keys(rule: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """Keys of a table, or of each of the entries that it lists under names of their own."""
    if "$ref" in rule:
        return _keys(schema["$defs"][rule["$ref"].removeprefix("#/$defs/")], schema)
    entry = rule.get("items", rule.get("additionalProperties"))
    inner = _keys(entry, schema) if isinstance(entry, dict) else []
    return [*rule.get("properties", {}), *inner]


def _code(name: str) -> str:
    return f"`{name}`"


def _tiers(tiers: list[dict[str, Any]]) -> str:
    rows = [
        (tier["reach_title"], tier["threshold_mu"], tier["target"], tier["source"])
        for tier in tiers
    ]
    return table(("规模", "亩", "目标（个）", "出处"), rows)


def _entries(entries: dict[str, Any], labels: dict[str, str]) -> str:
    rows = [
        (_label(key, labels), f"`{key}`", _said(value))
        for key, value in entries.items()
        if key != "source"
    ]
    return table(("项目", "名称", "取值"), rows) + f"\n\n出处：{entries['source']}"


def _methods(methods: dict[str, dict[str, Any]], labels: dict[str, str]) -> str:
    rows = [
        (_label(key, labels), f"`{key}`", entry["sigma_m"], entry["correlation_m"], entry["source"])
        for key, entry in methods.items()
    ]
    return table(("测量方式", "名称", "σ（米）", "相关长度（米）", "出处"), rows)


def _tolerances(tolerances: dict[str, dict[str, Any]], labels: dict[str, str]) -> str:
    rows = [
        (_label(key, labels), f"`{key}`", entry["value"], entry["unit"], entry["source"])
        for key, entry in tolerances.items()
    ]
    return table(("项目", "名称", "取值", "单位", "出处"), rows)


def _label(key: str, labels: dict[str, str]) -> str:
    if key not in labels:
        msg = f"{key}: 请在 {_LABELS.relative_to(_ROOT)} 里写明它的中文"
        raise KeyError(msg)
    return labels[key]


def _said(value: object) -> str:
    """A value of the file as people say it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(map(str, value))
    return str(value) if value != {} else "无"
