"""Two counts base by base: which rows are of one base, and what is said of it otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from herbgis.foundation.language import listed, tr
from herbgis.measuring.records import NameKey, name_keys

#: Areas that differ by less are the same: half of the last digit that is printed.
_SAME_MU = 0.005
#: A base in a count; None where it is not there.
Row = Mapping[str, Any] | None
#: What people read for a value, by column.
Words = Mapping[str, Mapping[str, str]]
_Said = tuple[str, tuple[str, str]]
#: What decides and the column that tells it, in the order of their weight.
_WORDS = (
    ("截止日期", "standing"),
    ("校验错误代码", "blocked_by"),
    ("校验", "validated"),
    ("建设状态", "status"),
    ("品种类别", "group"),
    ("基地类型", "kind"),
)
#: Areas: those that are measured, and those that follow from them and from the rules.
_MEASURED = (("重叠扣除", "disputed_mu"), ("实测面积", "surveyed_mu"))
_FOLLOWING = (("核定面积", "counted_mu"), ("最大连片", "contiguous_mu"))


def pairs_of(one: pd.DataFrame, two: pd.DataFrame) -> Iterator[tuple[Row, Row]]:
    """Rows of the same base in both; by id, and where a ledger gave the id, by place and name."""
    mine, other = (dict(zip(_ids(t), t.to_dict("records"), strict=True)) for t in (one, two))
    renamed = {**_renamed(one, two), **{v: k for k, v in _renamed(two, one).items()}}
    for base_id, row in mine.items():
        same = renamed.get(base_id, base_id)
        yield {**row, "base_id": base_id}, _with_id(other.pop(same, None), same)
    for base_id, row in other.items():
        yield None, _with_id(row, base_id)


def _with_id(row: dict[str, Any] | None, base_id: str) -> Row:
    return None if row is None else {**row, "base_id": base_id}


def _ids(table: pd.DataFrame) -> list[str]:
    """What tells a base from the others: its id, or its row where it has none."""
    rows = pd.Series(table.index.astype(str), index=table.index, dtype=object)
    return [str(base_id) for base_id in table["base_id"].where(table["base_id"].notna(), rows)]


def _renamed(table: pd.DataFrame, other: pd.DataFrame) -> dict[str, str]:
    """Bases without an id of their own, and the only ones of their place and name there.

    Also ids of digits whose zeros in front pandas dropped when it opened a file of one of the two.
    """
    made = [
        str(base_id).startswith(f"{file}#")
        for base_id, file in zip(table["base_id"], table["source_file"], strict=True)
    ]
    known = set(_ids(table))
    by_number: dict[int, list[str]] = {}
    for base_id in filter(str.isdecimal, _ids(other)):
        by_number.setdefault(int(base_id), []).append(base_id)
    there: dict[NameKey | None, list[str]] = {}
    for key, base_id in zip(name_keys(other), _ids(other), strict=True):
        there.setdefault(key, []).append(base_id)
    named = zip(name_keys(table), _ids(table), made, strict=True)
    found = {i: there.get(key, []) for key, i, is_made in named if is_made and key is not None}
    for base_id in known - set(_ids(other)):
        if base_id.isdecimal():
            found[base_id] = by_number.get(int(base_id), [])
    return {i: ids[0] for i, ids in found.items() if len(ids) == 1 and ids[0] not in known}


def differs(row: Mapping[str, Any], titles: Mapping[str, str]) -> bool:
    """Whether a base is on both sides, and the same for a count."""
    if any(row[f"a_{tier}"] != row[f"b_{tier}"] for tier in titles):
        return True
    if row["status_a"] is None or row["status_b"] is None:
        return True
    verdicts = [row[f"verdict_{side}"] for side in "ab"]
    if all(isinstance(word, str) for word in verdicts) and verdicts[0] != verdicts[1]:
        return True
    if _word(row["tier_a"], {}) != _word(row["tier_b"], {}):
        return True
    return not _is_same(row["counted_mu_a"], row["counted_mu_b"])


def causes_of(
    left: Row, right: Row, names: tuple[str, str], words: Words
) -> Iterator[tuple[str, str]]:
    """What is said of a base otherwise in the two, the weightiest first."""
    if left is None or right is None:
        yield tr("一方没有"), tr("只在{side}里", side=names[0] if right is None else names[1])
        return
    blocked = [bool(side["blocked_by"]) for side in (left, right)]
    found = dict(_said(left, right, words))
    if blocked[0] == blocked[1] and "校验错误代码" in found:  # another error, and none the less one
        found["校验错误代码"] = found.pop("校验错误代码")
    for rule, (one, two) in found.items():
        yield tr(rule), f"{names[0]} {one}, {names[1]} {two}"


def _said(left: Mapping[str, Any], right: Mapping[str, Any], words: Words) -> Iterator[_Said]:
    """What the two sides say of a base, where it is not the same."""
    for rule, name in _WORDS:
        one, two = (_word(side[name], words.get(name, {})) for side in (left, right))
        if one != two:
            yield rule, (one, two)
    measured = list(_figures(left, right, _MEASURED))
    yield from measured or _figures(left, right, _FOLLOWING)
    yield from _figures(left, right, [("面积标准差", "sigma_mu")])
    years = [_word(str(side["year"]), {"<NA>": tr("未填")}) for side in (left, right)]
    if years[0] != years[1]:
        yield "建成年份", (years[0], years[1])


def _figures(
    left: Mapping[str, Any], right: Mapping[str, Any], named: Iterable[tuple[str, str]]
) -> Iterator[_Said]:
    """Areas that are not the same."""
    for rule, name in named:
        figures = [side.get(name) for side in (left, right)]
        if not _is_same(*figures):
            yield rule, (_mu(figures[0]), _mu(figures[1]))


def _word(value: Any, words: Mapping[str, str]) -> str:
    if isinstance(value, list):
        return listed(value) or tr("无")
    if isinstance(value, bool | np.bool_):
        return tr("已校验") if value else tr("未校验")
    return tr(words.get(value, value)) if isinstance(value, str) else tr("未填")


def _mu(value: Any) -> str:
    return tr("没有") if value is None or pd.isna(value) else tr("{mu:.2f} 亩", mu=value)


def _is_same(one: Any, two: Any) -> bool:
    """Whether two areas are the same to the last digit printed, or both are none."""
    none = [value is None or pd.isna(value) for value in (one, two)]
    return all(none) if any(none) else abs(one - two) < _SAME_MU
