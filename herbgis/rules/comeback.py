"""What has become of findings that were sent back: mended, still open, new, or not sent again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from herbgis.rules.validation import ValidationReport

#: States in the order that people work through them, with the words for them.
STATES = {"open": "未整改", "new": "新出现", "absent": "没有重报", "mended": "已整改"}
COMEBACK_COLUMNS = ("state", "severity", "code", "file", "row", "base_id", "message")


def compare(before: Mapping[str, Any], report: ValidationReport) -> pd.DataFrame:
    """Errors and warnings of two validations of one survey, a row a finding, with its state.

    A record is known by its base_id, or where it has none by file, layer and row.

    Parameters
    ----------
    before : mapping
        An earlier report as ``ValidationReport.as_dict`` gave it.
    report : ValidationReport
    """
    now = [issue for issue in report.as_dict()["issues"] if issue["severity"] != "note"]
    then = [issue for issue in before["issues"] if issue["severity"] != "note"]
    keys_now, keys_then = {_key(i) for i in now}, {_key(i) for i in then}
    present = {_subject(issue) for issue in _records(report)}
    rows = [("open" if _key(issue) in keys_then else "new", issue) for issue in now]
    rows += [
        ("mended" if _subject(issue) in present else "absent", issue)
        for issue in then
        if _key(issue) not in keys_now
    ]
    table = pd.DataFrame(
        [{"state": state, **{n: issue[n] for n in COMEBACK_COLUMNS[1:]}} for state, issue in rows],
        columns=list(COMEBACK_COLUMNS),
    )
    order = {state: place for place, state in enumerate(STATES)}
    return table.sort_values("state", key=lambda s: s.map(order), kind="stable", ignore_index=True)


def _records(report: ValidationReport) -> list[dict[str, Any]]:
    """The records and files of a report, as an issue would name them."""
    names = {"file": "source_file", "layer": "source_layer", "row": "source_row"}
    records = report.bases[["base_id", *names.values()]]
    table = pd.DataFrame(records.rename(columns={old: new for new, old in names.items()}))
    plain = table.astype(object).where(table.notna(), None).to_dict("records")
    files = [{"base_id": None, "file": path, "row": None} for path in report.files["path"]]
    return [*plain, *files]


def _subject(issue: Mapping[str, Any]) -> tuple[str, ...]:
    """What a finding speaks of: a base, or a file by its name."""
    if issue["base_id"]:
        return ("base", str(issue["base_id"]))
    return ("file", str(issue["file"]).replace("\\", "/").rsplit("/", 1)[-1])


def _key(issue: Mapping[str, Any]) -> tuple[str, ...]:
    return (*_subject(issue), str(issue["code"]))
