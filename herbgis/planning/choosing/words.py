"""The words of a plan: its tables as people read them, and what stands below."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from herbgis.foundation.language import heading, listed, tr
from herbgis.measuring.terrain import FOR_SHOW
from herbgis.planning.choosing.ladder import CHANCE, COUNTED, FOUND, NOTHING, RESERVE
from herbgis.planning.choosing.options import ENLARGE, NEW
from herbgis.planning.choosing.standing_steps import FINISH, MEND, REMEASURE
from herbgis.planning.land.rating import FORBIDDEN, MASKED, UNKNOWN
from herbgis.planning.land.siting import read_siting_rules
from herbgis.terms.policy import Policy

STATUSES = {"optimal": "最优 (已证明, 差距 0)", "infeasible": "无解"}
_STEPS = {MEND: "补正", REMEASURE: "复测", FINISH: "建成", ENLARGE: "扩建", FOUND: "新建"}
_ROLES = {COUNTED: "计入", CHANCE: "看复测结果", RESERVE: "备用", NOTHING: "不计"}
_CASES = {
    "counted": "补正、建成的都落实 (本规划)",
    "without": "一个都没有落实",
    "helped": "都落实, 复测也都达到",
}
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
            "补正、建成": table["free"],
            "扩建、新建": table["planned"] - table["free"],
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
        worded["replacement_cost"] = [_or_word(cost) for cost in worded["replacement_cost"]]
    return worded.rename(columns={name: heading(title) for name, title in _HEADINGS.items()})


def ladder_in_words(
    table: pd.DataFrame, titles: Mapping[str, str], words: Mapping[str, Mapping[str, str]]
) -> pd.DataFrame:
    """`Plan.ladder`; titles of tiers, and words by column and value."""
    made = pd.DataFrame(
        {
            "步骤": [tr(_STEPS[step]) for step in table["step"]],
            "编号": table["base"],
            "县区": [tr(words["county"].get(county, county)) for county in table["county"]],
            "做什么": [
                _with_day(what, by) for what, by in zip(table["what"], table["by"], strict=True)
            ],
            "达到的个数": [
                _moves(*each, titles) for each in zip(table["moves"], table["role"], strict=True)
            ],
            "把握": [
                _share(chance) if moves else ""
                for chance, moves in zip(table["chance"], table["moves"], strict=True)
            ],
            "成本": table["cost"],
            "没有它多花": [_or_word(cost) for cost in table["replacement_cost"]],
            "计入": [tr(_ROLES[role]) for role in table["role"]],
        }
    )
    return made.rename(columns=heading)


def steps_in_words(
    table: pd.DataFrame, titles: Mapping[str, str], words: Mapping[str, Mapping[str, str]]
) -> pd.DataFrame:
    """`YearlyPlan.dated`; titles of tiers, and words by column and value."""
    made = pd.DataFrame(
        {
            "开工": ["" if pd.isna(year) else str(year) for year in table["begun"]],
            "计入": [str(year) for year in table["counted"]],
            "首次采收": [
                _from_to(*each)
                for each in zip(table["harvest_from"], table["harvest_to"], strict=True)
            ],
            "步骤": [tr(_STEPS[step]) for step in table["step"]],
            "编号": table["base"],
            "县区": [tr(words["county"].get(county, county)) for county in table["county"]],
            "品种": table["variety"].where(table["variety"] != "", tr("待定")),
            "规模": [tr(titles.get(tier, tier)) for tier in table["tier"]],
            "新增面积": table["new_mu"],
            "成本": table["cost"],
        }
    )
    return made.rename(columns=heading)


def _from_to(first: Any, last: Any) -> str:
    if pd.isna(first):
        return ""
    return str(first) if first == last else f"{first}–{last}"


def _with_day(what: str, by: str) -> str:
    return tr("{what} (计划 {day})", what=what, day=by) if by else what


def _moves(moves: Iterable[Mapping[str, Any]], role: str, titles: Mapping[str, str]) -> str:
    """What a step moves: 500亩以上 96→97, or +1 where the plan does not count on it."""
    return listed(
        tr(titles[move["tier"]])
        + (
            f" {move['from']}→{move['to']}"
            if role == COUNTED
            else f" {move['to'] - move['from']:+d}"
        )
        for move in moves
    )


def _share(chance: float) -> str:
    """A probability in whole percent, never rounded up to certainty or down to nothing."""
    if pd.isna(chance):
        return tr("未测")
    percent = round(chance * 100)
    if 0 < chance < 1:
        percent = min(max(percent, 1), 99)
    return f"{percent}%"


def _or_word(cost: float) -> float | str:
    """What a plan costs more without something, or that there is none."""
    return tr("不可替代") if math.isinf(cost) else cost


def targets_in_lines(table: pd.DataFrame, titles: Mapping[str, str]) -> list[str]:
    """`Plan.targets` in a line each."""
    line = "{title}: 目标 {target}, 已核实 {have}, 补正、建成 {free:+d}, 扩建、新建 {bought:+d}"
    return [
        tr(line, title=tr(titles[row["tier"]]), bought=row["planned"] - row["free"], **row)
        for row in table.to_dict("records")
    ]


def outcomes_in_words(table: pd.DataFrame) -> list[str]:
    """`Plan.outcomes` in a line each; nothing where there is only the plan itself."""
    if len(table) < 2:
        return []
    said = []
    for row in table.to_dict("records"):
        told = tr(
            "扩建 {enlarge} 个、新建 {found} 个, 新增 {new_mu:.2f} 亩, 成本 {cost:.2f}", **row
        )
        if row["status"] != "optimal":
            told = tr("达不到, 共缺 {lacking} 个", lacking=row["lacking"])
        said.append(f"{tr(_CASES[row['case']])}: {told}")
    return said


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
