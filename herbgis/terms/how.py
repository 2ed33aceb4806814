"""What to write instead: for each parameter of the public functions, where its value comes from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from herbgis.foundation.language import tr

#: Tables of records and bases: those without shapes are understood too, as csv and xlsx leave them.
TABLES = frozenset({"bases", "history", "before", "survey"})
#: Columns or entries without which a value is another thing, by parameter or call and parameter.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "history": ("batch", "admitted_on", "verified"),
    "hg.write_ledger_book.bases": ("verified",),
    "hg.make_schedule.targets": ("unit", "tier", "q1", "q2", "q3", "q4"),
    "hg.make_ledger_schedule.targets": ("unit", "tier", "q1", "q2", "q3", "q4"),
    "hg.write_return_slips.since": ("state", "severity"),
    "hg.compare_reports.before": ("issues",),
}
#: Columns of bases, which boundaries of counties do not have.
OF_BASES = ("counted_mu", "blocked_by", "variety", "declared_value")
#: The least number that makes sense.
AT_LEAST: Mapping[str, int] = {"steps": 1, "seed": 0, "targets": 0, "runs": 0}

#: Steps whose bases are records, as files and reports have them, not yet one row a base.
_OF_RECORDS = frozenset({"hg.measure", "hg.classify", "hg.validate"})
_CHAIN = "请先 report = hg.validate(hg.read_survey(路径)), 再用 hg.classify(report.bases)。"
_HOW: Mapping[str, str] = {
    "survey": "请先 survey = hg.read_survey(路径), 或给自己的 GeoDataFrame。",
    "bases": _CHAIN,
    "hg.measure.bases": "请给 hg.read_survey(路径).bases, 或自己的 GeoDataFrame。",
    "hg.write_ledger_book.bases": "请给 hg.read_ledger(台账)。",
    "base": "请给一个基地: bases.loc[基地编号], bases 由 hg.classify 得来。",
    "history": "请先 history = hg.read_ledger_history(台账)。",
    "before": "请给上一批 hg.classify 的结果。",
    "hg.compare_reports.before": "请给 hg.read_report(上次 --out 的文件夹)。",
    "since": "请写 since=hg.compare_reports(hg.read_report(文件夹), report)。",
    "counties": "请写 counties=hg.read_counties() 或 hg.read_counties(县界文件)。",
    "townships": "请先用 geopandas.read_file(文件) 读出来。",
    "units": "请先用 geopandas.read_file(文件) 读出来。",
    "controls": '请写 controls=hg.read_controls({"DLTB": 路径})。',
    "hg.read_controls.sources": '请写 hg.read_controls({"DLTB": 路径}), 左边是图层的名称; 栅格可写 '
    '("坡度分级.tif", [5])、("地类.tif", "三调")。',
    "against": "请写 against=hg.read_ledger(台账), 或 hg.read_survey(文件).bases。",
    "policy": '请写 policy="tongren-2020"、TOML 文件的路径, 或 hg.load_policy(…) 的结果。',
    "hg.load_policy": "口径、规模线、容差写在一个 TOML 文件里, 再给这个文件的路径。",
    "hg.load_policy.source": "请给名称 (如 tongren-2020) 或 TOML 文件的路径。",
    "columns": '请写 columns={"variety": "您的列名"}, 左边是基地表的列, 右边是您表里的列名。',
    "by": '请写 by="county" 或 by=["county", "variety"]; 交叉写 by=[["county", "variety"]]。',
    "paths": "请给文件、文件夹、压缩包的路径, 或由它们组成的列表。",
    "dem": "请给高程文件的路径, 可以是几个的列表。",
    "progress": "请写 progress=hg.count_progress(bases)。",
    "report": "请先 report = hg.validate(survey)。",
    "issues": "请写 issues=report, report = hg.validate(survey)。",
    "plan": "请先 plan = hg.plan(bases)。",
    "hg.plan.progress": "它是报告进度的函数, 收已完成数和总数。",
    "hg.gather_candidates.progress": "它是报告进度的函数, 收已完成数和总数。",
    "schedule": "请先 schedule = hg.make_schedule(bases)。",
    "growth": "请写 growth=hg.compare_units(history)。",
    "sample": "请先 sample = hg.draw_audit_sample(bases, 个数, seed=种子)。",
    "visit": "请写 visit=hg.choose_visit(bases), 或一串基地编号。",
    "hg.write_visit_table.visit": "请先 visit = hg.choose_visit(bases)。",
    "candidates": "请写 candidates=hg.read_candidates(文件)。",
    "proposals": "请写 proposals=hg.read_candidates(文件)。",
    "rules": "请写 rules=hg.read_siting_rules(文件)。",
    "targets": '请写各等级的个数, 如 {"500": 100}。',
    "hg.make_schedule.targets": "请写 targets=hg.read_targets(任务分解表)。",
    "hg.make_ledger_schedule.targets": "请写 targets=hg.read_targets(任务分解表)。",
    "found": "请写基地编号对复测亩数, 如 {编号: 512.3}, 或 hg.read_audit_form(文件) 的第二项。",
    "letter": "请写 letter=hg.Letter(contact=…)。",
    "rule": "请写 rule=hg.VisitRule(…)。",
    "must": "请给基地编号的列表。",
    "never": "请给基地编号的列表。",
    "order": "请给基地编号的列表, 按先后。",
    "seed": "请给一个整数, 抽样前定下。",
    "count": "请给要抽多少个基地。",
    "path": "请写文件的路径。",
    "Progress.in_words.table": '请给它自己的一张表, 如 progress.near、progress.by["county"]。',
    "Plan.forced_cost.site": "请给一个候选地块的编号。",
    "steps": "请给分几步的整数, 如 steps=10。",
    "as_of": "请写到日。",
    "on": "请写到日。",
}


def how_to(step: str, parameter: str, value: Any) -> str:
    """What to write instead of a value, empty where the text before says it.

    Parameters
    ----------
    step : str
        The call, as ``hg.classify``.
    parameter : str
        Empty for the call itself.
    value : Any
        What was given.
    """
    given = type(value).__name__
    if parameter in {"bases", "survey"}:
        if step == "hg.measure" and given == "Survey":
            return tr("请写 {step}(survey.bases)。", step=step)
        if step in _OF_RECORDS and given == "ValidationReport":
            return tr("请写 {step}(report.bases)。", step=step)
        if given in {"Series", "dict"} and step not in _OF_RECORDS:
            return tr("一行或一列不是一张表; 只要一个基地的, 请写 bases.loc[[基地编号]]。")
    if isinstance(value, str) and value.isdecimal():
        return tr("请去掉引号。")
    if parameter in TABLES and isinstance(value, str | os.PathLike):
        return tr("文件要先读。{told}", told=_told(step, parameter))
    return _told(step, parameter)


def _told(step: str, parameter: str) -> str:
    of_call = f"{step}.{parameter}" if parameter else step
    return tr(_HOW.get(of_call, _HOW.get(parameter, "")))
