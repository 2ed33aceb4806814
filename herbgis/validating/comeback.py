"""What has become of findings that were sent back: mended, still open, new, or not sent again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from herbgis.validating.report import ValidationReport

#: States in the order that people work through them, with the words for them.
STATES = {
    "open": "未整改",
    "new": "新出现",
    "added": "新报的基地",
    "absent": "没有重报",
    "withdrawn": "已按建议撤回",
    "mended": "已整改",
}
COMEBACK_COLUMNS = ("state", "severity", "code", "file", "row", "sheet_row", "base_id", "message")
#: Findings whose advice is to report the land once only: a base that is gone was withdrawn.
_TO_WITHDRAW = frozenset({"HG302"})


def compare_reports(before: Mapping[str, Any], report: ValidationReport) -> pd.DataFrame:
    """Errors and warnings of two validations of one survey, a row a finding, with its state.

    A record is known by its base_id, or where it has none by file, layer and row.

    Parameters
    ----------
    before : mapping
        An earlier report, as `read_report` gives it: ``issues`` as in
        ``ValidationReport.as_dict``, and ``records`` as `records_of` gives them.
    report : ValidationReport
        Of what came back.

    Returns
    -------
    DataFrame
        ``state`` (open; new, or added on a base that was not sent before; absent, or withdrawn
        where that was the advice; mended), ``severity``, ``code``, ``file``, ``row``,
        ``sheet_row``, ``base_id``, ``message``; what is still open first.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey / "2020-06-batch")
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> _ = hg.write_return_slips(report, "退回")
    >>> mended = hg.validate(report.repaired(), counties=hg.read_counties())
    >>> hg.compare_reports(hg.read_report("退回"), mended)["state"].value_counts().to_dict()
    {'open': 18, 'mended': 1}
    """
    now = [issue for issue in report.as_dict()["issues"] if issue["severity"] != "note"]
    then = [issue for issue in before["issues"] if issue["severity"] != "note"]
    keys_now, keys_then = {_key(i) for i in now}, {_key(i) for i in then}
    present = {_subject(record) for record in records_of(report)}
    for record in before.get("records", ()):
        # A file or layer is back under another name where one of its records is.
        if _subject(record) in present:
            present.add(_subject({**record, "base_id": None}))
    sent = {_subject(record) for record in [*before.get("records", ()), *then]}
    all_sent = bool(before.get("records"))
    rows = [(_state_now(issue, keys_then, sent if all_sent else None), issue) for issue in now]
    leave = {_subject(issue) for issue in then if issue["code"] in _TO_WITHDRAW}
    gone = [issue for issue in then if _key(issue) not in keys_now]
    rows += [(_state_then(_subject(issue), present, leave), issue) for issue in gone]
    table = pd.DataFrame(
        [
            {"state": state, **{n: issue.get(n) for n in COMEBACK_COLUMNS[1:]}}
            for state, issue in rows
        ],
        columns=list(COMEBACK_COLUMNS),
    )
    order = {state: place for place, state in enumerate(STATES)}
    return table.sort_values("state", key=lambda s: s.map(order), kind="stable", ignore_index=True)


def _state_now(
    issue: Mapping[str, Any], then: set[tuple[str, ...]], sent: set[tuple[str, ...]] | None
) -> str:
    """Of a finding that stands now; `sent` is None where nobody knows all that was sent before."""
    if _key(issue) in then:
        return "open"
    return "new" if sent is None or not issue["base_id"] or _subject(issue) in sent else "added"


def _state_then(
    subject: tuple[str, ...], present: set[tuple[str, ...]], leave: set[tuple[str, ...]]
) -> str:
    """Of an earlier finding that no longer stands; `leave` are those advised to be withdrawn."""
    if subject in present:
        return "mended"
    return "withdrawn" if subject in leave else "absent"


def records_of(report: ValidationReport) -> list[dict[str, Any]]:
    """The records and files of a report, named as in its issues, for `compare_reports`."""
    columns = (report.bases[name] for name in ("source_file", "base_id"))
    records = [{"file": file, "base_id": base_id} for file, base_id in zip(*columns, strict=True)]
    return [*records, *({"file": path, "base_id": None} for path in report.files["path"])]


def _subject(issue: Mapping[str, Any]) -> tuple[str, ...]:
    """What a finding speaks of: a base, or a file by its name."""
    if issue["base_id"]:
        return ("base", str(issue["base_id"]))
    return ("file", str(issue["file"]).replace("\\", "/").rsplit("/", 1)[-1])


def _key(issue: Mapping[str, Any]) -> tuple[str, ...]:
    return (*_subject(issue), str(issue["code"]))
