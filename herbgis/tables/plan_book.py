"""规划表 as a workbook: the ladder, the targets, what is bought and why, the curve, the rest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from herbgis.foundation.language import heading, tr
from herbgis.measuring.terrain import FOR_SHOW
from herbgis.planning.choosing.plans import REJECTED, Plan
from herbgis.planning.choosing.yearly import YearlyPlan
from herbgis.tables.cells import Totals
from herbgis.tables.sheets import Sheet
from herbgis.tables.workbooks import write_workbook

_WHY = (
    "替换成本: 没有这块地时, 最好的规划要多花的成本; “不可替代”是没有它就达不到目标。",
    "稳定度: 各地块的成本随机上下浮动二成, 重新规划多次, 仍选中的份额。",
)
_LADDER = (
    "补正、复测、建成不用地, 排在前面; 补正、建成的都落实了还差的, 才扩建、新建。",
    "达到的个数: 照此做下去, 由几个到几个; +1 的没有计入。",
    "把握: 按测量误差, 面积达到规模线的概率; “未测”的没有图斑, 按上报面积; 补正、建成成不成另说。",
    "计入: “看复测结果”的不计; “备用”的, 补正、建成没有落实才做; “不计”的, 补正了也不增加个数。",
)
#: A cost is the candidates' own, in whatever unit they state it.
_UNIT = "个、亩; 成本为候选地块所填的单位, 没有填的由面积与适宜度推算"
#: Rejected candidates that are listed.
_NEAREST = 1000
_MU = dict.fromkeys(
    ("面积", "选它至少多花", "建成后面积", "新增面积", "成本", "替换成本", "没有它多花", "适宜度"),
    "0.00",
)


def write_plan_book(plan: Plan, path: str | Path, *, notes: Sequence[str] = ()) -> Path:
    """Write a plan as a workbook that prints on A4 landscape.

    Parameters
    ----------
    plan : Plan
    path : str or Path
        An .xlsx to write.
    notes : sequence of str
        Lines to stand under every table, such as where the data come from; see `list_data_notes`.

    Returns
    -------
    Path
        Of the workbook.

    Raises
    ------
    OutputError
        The file cannot be written, for example because WPS has it open.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> plan = hg.plan(bases, targets={"500": 106, "1000": 44})
    >>> hg.write_plan_book(plan, "规划表.xlsx", notes=hg.list_data_notes(bases)).name
    '规划表.xlsx'
    """
    below = [*plan.remarks(), *notes]
    sheets = [
        Sheet(
            *("先后步骤", "规模化基地规划: 先做不用地的, 再扩建, 再新建", plan.ladder_in_words()),
            [*map(tr, _LADDER), *below],
            _MU,
            unit=_UNIT,
            head=[
                *([heading(FOR_SHOW)] if plan.caveats else []),
                *plan.targets_in_lines(),
                *plan.outcomes_in_words(),
            ],
        ),
        Sheet("规划目标", "规模化基地规划", plan.targets_in_words(), below, unit=_UNIT),
    ]
    if isinstance(plan, YearlyPlan):
        sheets += _by_year(plan, below)
    if len(plan.blocking):
        lacking = plan.blocking_in_words()
        sheets.append(Sheet("达不到的指标", "不能同时达到的指标", lacking, below, unit=_UNIT))
    sheets += [
        Sheet(
            *("新建与扩建", "规划新建与扩建的基地", _chosen(plan), [*below, *map(tr, _WHY)], _MU),
            unit=_UNIT,
            totals=Totals(["新增面积", "成本"]),
        ),
        Sheet("目标与成本", "完成不同份额的最低成本", _curve(plan), below, _CURVE, unit=_UNIT),
        Sheet("未选地块", "未选的候选地块", _rejected(plan), below, _MU, unit=_UNIT),
    ]
    return write_workbook(path, sheets)


def _by_year(plan: YearlyPlan, below: Sequence[str]) -> list[Sheet]:
    return [
        Sheet("分年计划", "规模化基地分年计划", plan.years_in_words(), below, _MU, unit=_UNIT),
        Sheet("分年项目", "各年开工和计入的基地", plan.dated_in_words(), below, _MU, unit=_UNIT),
    ]


_CURVE = {"新增面积": "0.00", "成本": "0.00", "份额": "0%"}


def _chosen(plan: Plan) -> pd.DataFrame:
    worded = plan.chosen_in_words()
    stability = next(name for name in worded if name in {"稳定度", tr("稳定度")})
    worded[stability] = [f"{share:.0%}" for share in worded[stability]]
    return worded


def _curve(plan: Plan) -> pd.DataFrame:
    headings = {"share": "份额", "bases": "基地", "new_mu": "新增面积", "cost": "成本"}
    return plan.trade_off().rename(columns={**headings, **plan.titles})


def _rejected(plan: Plan) -> pd.DataFrame:
    """The candidates nearest to being chosen first."""
    rejected = plan.land[plan.land["role"] == REJECTED].head(_NEAREST)
    headings = {"id": "编号", "mu": "面积", "at_least": "选它至少多花"}
    return pd.DataFrame(rejected[list(headings)]).rename(columns=headings)
