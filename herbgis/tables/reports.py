"""issues.json: a report as other programs, and a later validation, read it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from herbgis.foundation.errors import InputNotFoundError, UnreadableReportError
from herbgis.foundation.outputs import writing
from herbgis.validating.comeback import records_of
from herbgis.validating.report import ValidationReport

_REPORT_FILE = "issues.json"
#: What a later validation compares findings by.
_COMPARED = frozenset({"severity", "code", "file", "row", "base_id", "message"})


def as_json(value: Any) -> str:
    """Plain values as JSON that people can read too."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)


def write_report(report: ValidationReport, folder: Path) -> Path:
    """Write a report's files, issues, summary and records as issues.json into a folder.

    Raises
    ------
    OutputError
    """
    path = folder / _REPORT_FILE
    with writing(path):
        whole = {**report.as_dict(), "records": records_of(report)}
        path.write_text(as_json(whole), encoding="utf-8", newline="\n")
    return path


def read_report(folder: str | Path) -> dict[str, Any]:
    """The report that an earlier validation left in a folder.

    Parameters
    ----------
    folder : str or Path
        Where `write_return_slips`, or ``herbgis validate --out``, wrote.

    Returns
    -------
    dict
        ``files``, ``issues``, ``summary`` as in ``ValidationReport.as_dict``, and ``records``;
        for `compare_reports`.

    Raises
    ------
    InputNotFoundError
        The folder has no issues.json.
    UnreadableReportError
        That file is no report of herbgis.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey / "2020-06-batch")
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> _ = hg.write_return_slips(report, "退回")
    >>> hg.read_report("退回")["summary"]
    {'records': 31, 'errors': 15, 'warnings': 4, 'notes': 3}
    """
    path = Path(folder) / _REPORT_FILE
    if not path.is_file():
        raise InputNotFoundError(str(path))
    try:
        report = json.loads(path.read_text(encoding="utf-8-sig"))
        whole = all(issue.keys() >= _COMPARED for issue in report["issues"])
        whole &= all(r.keys() >= {"file", "base_id"} for r in report.get("records", ()))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableReportError(str(path)) from error
    if not whole:
        raise UnreadableReportError(str(path))
    return dict(report)
