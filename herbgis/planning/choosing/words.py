"""The words of a plan: its tables as people read them, and what stands below."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import pandas as pd

from herbgis.foundation.language import heading, tr
from herbgis.measuring.terrain import FOR_SHOW
from herbgis.planning.choosing.options import ENLARGE, NEW
from herbgis.planning.land.rating import FORBIDDEN, MASKED, UNKNOWN
from herbgis.planning.land.siting import read_siting_rules
from herbgis.terms.policy import Policy

STATUSES = {"optimal": "最优 (已证明, 差距 0)", "infeasible": "无解"}
_ACTIONS = {NEW: "新建", ENLARGE: "扩建"}
#: Kinds of demands that can fall short, as `Plan.blocking` tells them.
_WHAT_FALLS_SHORT = {"target": "目标", "variety": "品种指标", "county": "县区指标"}
_HEADINGS = {
    "id": "编号",
    "action": "做法",
    "county": "县区",
    "township": "乡镇",
    "variety": "品种",
    "tier": "规模",
    "mu": "建成后面积",
    "new_mu": "新增面积",
    "score": "适宜度",
    "limiting": "限制因素",
    "cost": "成本",
    "replacement_cost": "替换成本",
    "stability": "稳定度",
}


def targets_in_words(table: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """`Plan.targets`; titles of tiers by their label."""
    made = pd.DataFrame(
        {
            "规模": [tr(titles[tier]) for tier in table["tier"]],
            "目标": table["target"],
            "已有(核实)": table["have"],
            "规划新增": table["planned"],
            "尚差": (table["target"] - table["have"] - table["planned"]).clip(lower=0),
        }
    )
    return made.rename(columns=heading)


def sites_in_words(
    table: pd.DataFrame, titles: Mapping[str, str], words: Mapping[str, Mapping[str, str]]
) -> pd.DataFrame:
    """`Plan.chosen`, or rows of it; titles of tiers, and words by column and value."""
    worded = table[[name for name in _HEADINGS if name in table]].copy()
    said = {"action": _ACTIONS, "tier": titles, **{n: words[n] for n in ("county", "limiting")}}
    for name, words_of in said.items():
        if name in worded:
            worded[name] = worded[name].replace({v: tr(word) for v, word in words_of.items()})
    worded["variety"] = worded["variety"].where(worded["variety"] != "", tr("待定"))
    if "replacement_cost" in worded:
        worded["replacement_cost"] = [
            tr("不可替代") if math.isinf(cost) else cost for cost in worded["replacement_cost"]
        ]
    return worded.rename(columns={name: heading(title) for name, title in _HEADINGS.items()})


def blocking_in_words(table: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """`Plan.blocking`; titles of tiers by their label."""
    made = pd.DataFrame(
        {
            "指标": [tr(_WHAT_FALLS_SHORT[what]) for what in table["what"]],
            "名称": [tr(titles.get(name, name)) for name in table["name"]],
            "要求": table["wanted"],
            "还缺": table["lacking"],
        }
    )
    return made.rename(columns=heading)


def remarks(table_note: str, notes: Iterable[str], caveats: Iterable[str]) -> list[str]:
    """What stands under every table of a plan."""
    show = [f"· {why}" for why in caveats]
    return [
        *([tr("{for_show}, 因为:", for_show=heading(FOR_SHOW)), *show] if show else []),
        tr("{note}单位: 个、亩。", note=table_note),
        *(note if note.endswith(tr("。")) else note + tr("。") for note in notes),
    ]


def limits_in_words(policy: Policy) -> dict[str, str]:
    """What is printed for what limits a site."""
    factors = {factor.name: factor.title for factor in read_siting_rules(policy=policy).factors}
    return {**factors, MASKED: "不可用的土地", FORBIDDEN: "管控禁止", UNKNOWN: "数据缺失"}
