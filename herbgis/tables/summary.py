"""The office's summary of a validation: a workbook, and a page for the screen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import jinja2
import pandas as pd

from herbgis.foundation import display, resources
from herbgis.foundation.language import heading, language, tr
from herbgis.foundation.outputs import writing
from herbgis.tables.cells import Totals
from herbgis.tables.control_sheet import control_sheets
from herbgis.tables.issue_list import issue_list, list_data_notes
from herbgis.tables.repaired_file import CHANGE_TITLES
from herbgis.tables.sheets import Sheet, in_language
from herbgis.tables.workbooks import write_workbook
from herbgis.terms.issues import SEVERITY_TITLES
from herbgis.terms.reporting_units import NO_UNIT, unit_titles
from herbgis.validating.comeback import STATES
from herbgis.validating.report import ValidationReport

_PATTERN_TITLES = {
    "pattern": "情况",
    "reporting_unit": "填报单位",
    "base_id": "基地编号",
    "figure": "数值",
    "words": "说明",
}
_SINCE_TITLES = {
    "state": "进展",
    "severity": "处理要求",
    "code": "代码",
    "file": "文件",
    "row": "行号",
    "base_id": "基地编号",
    "message": "问题说明",
}
#: What the files are called.
_BOOK_FILE = "汇总.xlsx"
_PAGE_FILE = "汇总.html"
_HTML_LANG = {"zh": "zh-CN", "en": "en"}
_TEMPLATE = "tables/templates/summary.html.j2"
_NOTE = "核减率 = (上报 - 实测) / 上报, 按两者都有的基地合计。"
_SHARED = "一条涉及几个单位的问题在每个单位各列一次, 所以各类问题不合计。"
_FORMATS = dict.fromkeys(("上报面积", "实测面积", "涉及面积", "原面积(亩)", "改后面积(亩)"), "0.00")


def write_summary(
    report: ValidationReport,
    folder: Path,
    *,
    since: pd.DataFrame | None = None,
    units: Sequence[str] | None = None,
) -> list[Path]:
    """Write 汇总.xlsx and 汇总.html: by unit, what is worth a look, repairs, progress of mending.

    Parameters
    ----------
    report : ValidationReport
    folder : Path
    since : DataFrame, optional
        As from `compare_reports`.
    units : sequence of str, optional
        The unit that each record goes back to; by default the one that it states.

    Raises
    ------
    OutputError
    """
    sheets = list(_sheets(report, since, units))
    page = folder / _PAGE_FILE
    sections = [
        display.html_section(
            sheet.title,
            "".join(display.html_paragraph(note) for note in sheet.notes),
            display.html_table(_printed(sheet), most=len(sheet.table))
            if len(sheet.table)
            else display.html_paragraph(tr("没有。")),
        )
        for sheet in map(in_language, sheets)
    ]
    with writing(page):
        template = jinja2.Template(resources.asset(_TEMPLATE).read_text(encoding="utf-8"))
        html = template.render(
            title=tr("基地测量数据校验汇总"), lang=_HTML_LANG[language()], sections=sections
        )
        page.write_text(html, encoding="utf-8", newline="\n")
    return [write_workbook(folder / _BOOK_FILE, sheets), page]


def _sheets(
    report: ValidationReport, since: pd.DataFrame | None, units: Sequence[str] | None
) -> list[Sheet]:
    about = list_data_notes(report.bases)
    notes = [_NOTE, *about]
    by_unit = (
        "按单位",
        "各单位校验结果",
        by_unit_table(report, units),
        [*notes, _SHARED],
        _FORMATS,
    )
    totals = Totals(["基地数", "上报面积", "实测面积", "退回基地"])
    sheets = [Sheet(*by_unit, unit="个、条、亩", totals=totals, words=("填报单位",))]
    if since is not None:
        counts = since["state"].value_counts()
        told = [f"{tr(words)} {int(counts.get(state, 0))}" for state, words in STATES.items()]
        table = since.assign(
            state=since["state"].map(STATES),
            severity=since["severity"].map(SEVERITY_TITLES),
            row=since["sheet_row"].fillna(since["row"]),
        )[[*_SINCE_TITLES]].rename(columns=_SINCE_TITLES)
        became = [tr("{counts}。", counts="; ".join(told)), *about]
        sheets.append(
            Sheet(
                *("整改进展", "与上次相比", table, became),
                unit="条",
                words=("进展", "处理要求"),
            )
        )
    patterns = report.patterns.rename(columns=_PATTERN_TITLES)
    called = report.changes[report.changes["code"] != ""]
    changes = pd.DataFrame(called)[[*CHANGE_TITLES]].rename(columns=CHANGE_TITLES)
    of_records = unit_titles(report.bases, report.policy) if units is None else list(units)
    return [
        *sheets,
        *control_sheets(report.bases, of_records, about, by="unit", policy=report.policy),
        Sheet("值得留意", "值得留意的情况", patterns, about, unit="个、亩"),
        Sheet(*("自动修复", "不需要决定的修复, 与未作的建议", changes, about, _FORMATS), unit="亩"),
    ]


def by_unit_table(report: ValidationReport, units: Sequence[str] | None = None) -> pd.DataFrame:
    """A row a unit: bases, declared and surveyed 亩, findings by severity, bases sent back."""
    issues = issue_list(report, report.policy, units)
    concerned = issues["填报单位"].replace("", NO_UNIT).str.split("、")
    counts = issues.assign(填报单位=concerned).explode("填报单位", ignore_index=True)
    by_severity = pd.crosstab(counts["填报单位"], counts["处理要求"])
    errors = counts[counts["处理要求"] == "须整改"]
    sent_back = errors.groupby("填报单位")["基地编号"].nunique()
    table = report.units.set_index("reporting_unit")
    names = [*table.index, *sorted(set(by_severity.index) - set(table.index))]
    table = table.reindex(names)
    rate = table["reduction"]
    return pd.DataFrame(
        {
            "填报单位": names,
            "基地数": table["bases"].fillna(0).astype(int).to_numpy(),
            "上报面积": table["declared_mu"].round(2).to_numpy(),
            "实测面积": table["surveyed_mu"].round(2).to_numpy(),
            "核减率": ["" if pd.isna(value) else f"{round(value, 3) + 0.0:.1%}" for value in rate],
            **{
                title: by_severity.get(title, pd.Series(dtype=int))
                .reindex(names, fill_value=0)
                .astype(int)
                .to_numpy()
                for title in SEVERITY_TITLES.values()
            },
            "退回基地": sent_back.reindex(names, fill_value=0).to_numpy(),
        }
    )


def _printed(sheet: Sheet) -> pd.DataFrame:
    """A sheet's table with its areas as they are printed."""
    table = sheet.table.copy()
    for name in set(sheet.formats) & set(table.columns):
        table[name] = ["" if pd.isna(value) else f"{value:.2f}" for value in table[name]]
    plain = table.astype(object).where(table.notna(), "")
    repaired = heading("已改")
    if repaired in plain:
        plain[repaired] = plain[repaired].map({True: tr("是"), False: tr("否")})
    return plain
