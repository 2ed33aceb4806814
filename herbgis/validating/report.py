"""What validation gives: every record and every finding."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from herbgis.foundation import display
from herbgis.foundation.language import tr
from herbgis.terms.calls import answering
from herbgis.terms.control_columns import internal_lines
from herbgis.terms.issues import (
    SEVERITY_TITLES,
)
from herbgis.terms.policy import Policy
from herbgis.validating.mending.repair import Repair, repair

#: Of what a notebook shows.
_HEADINGS = ("处理要求", "文件", "行号", "基地编号", "问题说明", "修改建议", "代码")


@answering
@dataclass(frozen=True, repr=False)
class ValidationReport:
    """What `validate` found.

    Attributes
    ----------
    table : DataFrame
        A row an issue, with place, message and suggestion.
    bases : GeoDataFrame
        Every record, measured; location errors of a named cause corrected; ``blocked_by`` holds
        the codes of a record's errors.
    files : DataFrame
        What was opened; see `Survey.files`.
    summary : dict
        Numbers of records, errors, warnings and notes.
    units : DataFrame
        A row a 填报单位: bases, declared_mu, surveyed_mu, reduction (核减率).
    patterns : DataFrame
        What is worth a look; see `herbgis.validating.patterns`.
    given : GeoDataFrame
        The base table as it came in.
    policy : Policy

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> report.summary
    {'records': 216, 'errors': 16, 'warnings': 17, 'notes': 9}
    >>> issue = report.table[report.table["code"] == "HG207"].iloc[0]
    >>> print(issue["message"])
    填的是印江自治县, 实际在江口县, 越界 7005 m
    >>> int(report.bases["blocked_by"].map(bool).sum())  # 有须整改问题的记录
    17
    >>> len(report.changes), len(report.repaired())  # 不需人决定的改动, 改后的记录
    (91, 216)
    """

    table: pd.DataFrame
    bases: gpd.GeoDataFrame
    files: pd.DataFrame
    summary: dict[str, int]
    units: pd.DataFrame
    patterns: pd.DataFrame
    given: gpd.GeoDataFrame
    policy: Policy

    def repaired(self) -> gpd.GeoDataFrame:
        """The base table with all mended that needs no decision, measured anew.

        Location errors of a named cause, unclosed lines, repeated vertices, self-touches, spikes
        below the tolerance and the orientation of rings are mended; `changes` lists each. What
        would take a base across a threshold is left as it is. Validate it again before counting.
        """
        return self._repair.bases

    @property
    def changes(self) -> gpd.GeoDataFrame:
        """What `repaired` changed, or proposes: see `herbgis.validating.mending.repair.Repair`."""
        return self._repair.changes

    @functools.cached_property
    def _repair(self) -> Repair:
        return repair(self.given, self.bases, self.policy)

    def __repr__(self) -> str:
        counts = ", ".join(
            f"{tr(SEVERITY_TITLES[name])} {self.summary[f'{name}s']}" for name in SEVERITY_TITLES
        )
        records = self.summary["records"]
        said = tr("{records} 条记录: {counts}", records=records, counts=counts)
        return f"<ValidationReport {said}>"

    def as_dict(self) -> dict[str, Any]:
        """Files, issues and summary as plain values, null where a field does not apply."""
        told = internal_lines(self.bases)
        return {
            **({"internal": told} if told else {}),
            "files": _plain_rows(self.files.drop(columns=["skipped", "headings"])),
            "issues": _plain_rows(self.table),
            "summary": dict(self.summary),
        }

    def _repr_html_(self) -> str:
        shown = self.table.assign(
            severity=self.table["severity"].map(SEVERITY_TITLES).map(tr),
            row=self.table["row"].astype("str"),
        )[["severity", "file", "row", "base_id", "message", "suggestion", "code"]]
        shown.columns = [tr(title) for title in _HEADINGS]
        head = display.html_paragraph(repr(self)[len("<ValidationReport ") : -1])
        return display.html_section(tr("校验结果"), head, display.html_table(shown))


def _plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dicts of JSON's own types."""
    plain = table.astype(object).where(table.notna(), None)
    return [dict(zip(plain.columns, row, strict=True)) for row in plain.itertuples(index=False)]
