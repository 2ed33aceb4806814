"""问题清单: every finding as a row that a county can act on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from herbgis.foundation.language import tr
from herbgis.reading.counties import edition_of
from herbgis.tables.control_sheet import control_sheets
from herbgis.tables.sheets import Sheet
from herbgis.tables.workbooks import write_workbook
from herbgis.terms.control_columns import internal_lines
from herbgis.terms.issues import SEVERITIES, SEVERITY_TITLES
from herbgis.terms.policy import Policy
from herbgis.terms.reporting_units import in_policys_order, unit_titles
from herbgis.validating.report import ValidationReport


def issue_list(
    report: ValidationReport, policy: Policy, units: Sequence[str] | None = None
) -> pd.DataFrame:
    """The issues under the headings of the 问题清单, what must be mended first.

    `units` are those that the records go back to, by default as the records state them.
    """
    table = report.table
    rank = table["severity"].map({name: place for place, name in enumerate(SEVERITIES)})
    table = table.loc[rank.sort_values(kind="stable").index].reset_index(drop=True)
    concerned = units_of(report, policy, units)
    names = dict(zip(record_keys(report.bases), report.bases["name"], strict=True))
    keys = list(zip(table["file"], table["layer"].map(_text), table["row"], strict=True))
    return pd.DataFrame(
        {
            "序号": range(1, len(table) + 1),
            "填报单位": pd.Series(["、".join(concerned.get(key, ())) for key in keys], dtype="str"),
            "文件": table["file"],
            "工作表/图层": table["layer"],
            "行号": table["sheet_row"].fillna(table["row"]),
            "基地编号": table["base_id"],
            "基地名称": [_text(names.get(key)) for key in keys],
            "处理要求": table["severity"].map(SEVERITY_TITLES),
            "问题说明": table["message"],
            "修改建议": table["suggestion"],
            "涉及面积": table["mu_at_stake"],
            "经度": table["lon"],
            "纬度": table["lat"],
            "代码": table["code"],
        }
    )


#: How figures of the 问题清单 are printed.
LIST_FORMATS = {"涉及面积": "0.00", "经度": "0.000000", "纬度": "0.000000"}
LIST_UNIT = "亩、度"
#: Its columns of words.
LIST_WORDS = ("填报单位", "处理要求")
#: So that fourteen columns can still be read on paper.
LIST_WIDTHS = {"文件": 18, "工作表/图层": 12, "问题说明": 30, "修改建议": 34}

Key = tuple[str, str, Any]


def record_keys(bases: pd.DataFrame) -> list[Key]:
    """File, layer and row of each record of a report, as its issues name them."""
    columns = (bases[name] for name in ("source_file", "source_layer", "source_row"))
    return [(file, _text(layer), row) for file, layer, row in zip(*columns, strict=True)]


def units_of(
    report: ValidationReport, policy: Policy, units: Sequence[str] | None = None
) -> dict[Key, list[str]]:
    """The units that an issue goes back to, by its file, layer and row.

    An issue of a whole layer or file goes to every unit that has a record in it, and to nobody
    (`NO_UNIT`) where there is none.
    """
    found: dict[Key, set[str]] = {}
    told = unit_titles(report.bases, policy) if units is None else units
    for key, unit in zip(record_keys(report.bases), told, strict=True):
        file, layer, row = key
        for concerned in ((file, layer, row), (file, layer, pd.NA), (file, "", pd.NA)):
            found.setdefault(concerned, set()).add(unit)
    return {key: in_policys_order(own, policy) for key, own in found.items()}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def write_issue_list(
    report: ValidationReport,
    path: Path,
    *,
    policy: Policy,
    units: Sequence[str] | None = None,
) -> Path:
    """Write the 问题清单 as a workbook; the policy has the words for units."""
    summary = report.summary
    notes = [
        tr("共 {count} 条记录。", count=summary["records"]),
        tr(
            "须整改 {errors}: 改正前不计入。须核实 {warnings}: 计入, 但要看。",
            errors=summary["errors"],
            warnings=summary["warnings"],
        ),
        tr("提示 {count}: 程序所作的假设或修补。", count=summary["notes"]),
        *list_data_notes(report.bases),
    ]
    table = issue_list(report, policy, units)
    sheet = Sheet(
        *("问题清单", "基地测量数据问题清单", table, notes, LIST_FORMATS),
        unit=LIST_UNIT,
        widths=LIST_WIDTHS,
        frozen=1,
        words=LIST_WORDS,
    )
    told = unit_titles(report.bases, policy) if units is None else units
    more = control_sheets(
        report.bases, told, list_data_notes(report.bases), by="base_id", policy=policy
    )
    return write_workbook(path, [sheet, *more])


def list_data_notes(bases: pd.DataFrame) -> list[str]:
    """What is to be said of the records' origin, and what they were held against.

    Parameters
    ----------
    bases : DataFrame
        Records or bases; those without a ``data_note``, boundaries and control layers say nothing.

    Returns
    -------
    list of str
        A line each, for the ``notes=`` of the workbooks.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> hg.list_data_notes(survey.bases)
    ['数据说明: 合成示例数据']
    """
    known = bases["data_note"].dropna().unique() if "data_note" in bases else []
    edition = edition_of(bases)
    held = [] if edition is None else [tr("县界: {name}", name=edition)]
    origin = (tr("数据说明: {note}", note=note) for note in sorted(known))
    return [*origin, *held, *internal_lines(bases)]
