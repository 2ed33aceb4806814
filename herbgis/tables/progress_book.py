"""进度表 as a workbook: the targets, the breakdowns, and the count under every reading."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from herbgis import columns as cols
from herbgis.policy import Policy
from herbgis.progress import Progress, rate_text
from herbgis.tables.workbooks import Sheet, write_workbook

_NOTE = "核实: 已建成, 有图斑, 没有须整改的问题, 核定面积达到该规模。"
_AREA_TITLES = {"total": "总面积", "contiguous": "最大连片"}
_WAN = 10_000


def write_progress_book(
    progress: Progress, path: Path, *, policy: Policy, notes: Sequence[str] = ()
) -> Path:
    """Write the progress tables as a workbook that prints on A4 landscape.

    Parameters
    ----------
    progress : Progress
    path : Path
    policy : Policy
        For the words of tiers, counties and units.
    notes : sequence of str
        Lines to stand under every table, such as where the data come from.
    """
    below = [*progress.notes(), _NOTE, f"依据: {policy.title}。", *notes]
    mu = {"核定面积": "0.00", "尚缺面积": "0.00"}
    sheets = [
        Sheet("进度", "规模化基地进度", _targets(progress), below, {"核定面积(万亩)": "0.00"})
    ]
    for keys, table in progress.by.items():
        titles = [_heading(key) for key in keys.split(",")]
        name = f"分{'、'.join(titles)}"
        sheets.append(Sheet(name, f"{name}进度", _breakdown(table, policy), below, mu))
    sheets += [
        Sheet("临近达标", "最接近达标线的基地", _near(progress, policy), below, mu),
        Sheet("口径对照", "各种口径下的核实个数", _readings(progress), below),
        Sheet("未计入", "未计入的基地", _uncounted(progress), below, mu),
    ]
    return write_workbook(path, sheets)


def _heading(key: str) -> str:
    titles = {**cols.titles(), "variety": "品种", "county": "县区", "year": "年份"}
    return titles.get(key, key)


def _targets(progress: Progress) -> pd.DataFrame:
    table = progress.targets
    rates = [rate_text(v, t) for v, t in zip(table["verified"], table["target"], strict=True)]
    return pd.DataFrame(
        {
            "规模": table["tier"].map(progress.titles),
            "目标": table["target"],
            "上报": table["reported"],
            "核实": table["verified"],
            "完成率": rates,
            "待核实": table["pending"],
            "临界待复测": table["undecided"],
            "尚差": table["gap"],
            "核定面积(万亩)": table["mu"] / _WAN,
        }
    )


def _worded(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Values of key columns in the words that people read."""
    worded = table.copy()
    for name in worded.columns.intersection(list(policy.words)):
        worded[name] = [
            policy.title_of(name, value) if isinstance(value, str) else "未填"
            for value in worded[name]
        ]
    return worded


def _breakdown(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    tiers = {tier.label: tier.reach_title for tier in policy.tiers}
    worded = _worded(table, policy)
    return worded.rename(
        columns=lambda n: tiers.get(n) or ("核定面积" if n == "mu" else _heading(n))
    )


def _near(progress: Progress, policy: Policy) -> pd.DataFrame:
    table = _worded(progress.near, policy).assign(tier=progress.near["tier"].map(progress.titles))
    table.columns = ["规模", "基地编号", "基地名称", "县区", "品种", "核定面积", "尚缺面积"]
    return table


def _readings(progress: Progress) -> pd.DataFrame:
    table = progress.readings
    shown = pd.DataFrame(
        {
            "千亩基地是否也算入500亩": ["是" if v else "否" for v in table["nested"]],
            "面积口径": table["area"].map(_AREA_TITLES),
            "含种苗基地": ["是" if v else "否" for v in table["seedling"]],
        }
    )
    for label, title in progress.titles.items():
        shown[title] = table[label]
    return shown


def _uncounted(progress: Progress) -> pd.DataFrame:
    renamed = progress.uncounted.copy()
    renamed.columns = ["原因", "基地数", "核定面积"]
    return renamed
