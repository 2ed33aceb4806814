"""The commands from survey files to a count: validate, classify, progress."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from herbgis.cli.chain import bases_of, validated, walk
from herbgis.cli.inputs import Inputs, takes
from herbgis.cli.options import (
    AsOfOption,
    BatchDayOption,
    FormatOption,
    HeadingsOption,
    TargetsOption,
    day_of,
    ends_with,
    one_of,
)
from herbgis.cli.outcome import exit_status
from herbgis.cli.voice import say, tell
from herbgis.foundation.language import tr

if TYPE_CHECKING:
    import pandas as pd

    from herbgis.counting.progress import Progress
    from herbgis.counting.schedule import Schedule
    from herbgis.terms.policy import Policy
    from herbgis.validating.report import ValidationReport


@takes()
def validate_command(
    inputs: Inputs,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="把退回单和问题清单写到此文件夹")
    ] = None,
    fix: Annotated[
        str, typer.Option("--fix", metavar="none|safe", help="safe: 不需要决定的一并修复")
    ] = "none",
    since: Annotated[
        Path | None, typer.Option("--since", metavar="DIR", help="与上次 --out 的结果相比")
    ] = None,
    format_: FormatOption = "text",
    fail_on: Annotated[
        str, typer.Option("--fail-on", metavar="error|warning", help="遇到哪一级以状态 1 结束")
    ] = "error",
    as_of: BatchDayOption = None,
) -> None:
    """Check every row: where each finding stands, why, and what to do."""
    from herbgis.tables.reports import read_report
    from herbgis.validating.comeback import compare_reports

    one_of("--format", format_, ("text", "json"))
    one_of("--fail-on", fail_on, ("error", "warning"))
    one_of("--fix", fix, ("none", "safe"))
    day = day_of(as_of)
    before = None if since is None else read_report(since)
    report, borders = validated(inputs, as_of=day, go_on=True)
    told = None if before is None else compare_reports(before, report)
    say(_report_json(report, told) if format_ == "json" else _report_text(report, fix, told))
    if out is not None:
        from herbgis.tables.return_slips import write_return_slips

        for path in write_return_slips(report, out, counties=borders, fix=fix, since=told):
            tell(tr("已写出 {path}", path=path))
    graver = {"error": ["error"], "warning": ["error", "warning"]}[fail_on]
    failed = bool(report.table["severity"].isin(graver).any())
    raise typer.Exit(exit_status(report) or int(failed))


@takes()
def classify_command(
    inputs: Inputs,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="gpkg、parquet、geojson、xlsx 或 csv")
    ],
    headings: HeadingsOption = None,
    as_of: BatchDayOption = None,
    format_: FormatOption = "text",
) -> None:
    """Write a data file of a row a base, with its tier."""
    from herbgis.tables.data_files import HEADINGS, check_format, write_bases

    one_of("--format", format_, ("text", "json"))
    if headings is not None:
        one_of("--headings", headings, HEADINGS)
    check_format(out)
    report, bases, rules, _ = walk(inputs, as_of=day_of(as_of))
    write_bases(bases, out, headings=headings, policy=rules)
    say(_tiers_json(bases, rules) if format_ == "json" else _tiers_text(bases, rules))
    tell(tr("已写出 {path}", path=out))
    raise typer.Exit(exit_status(report))


@takes()
def progress_command(
    inputs: Inputs,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="COLUMN", help="分组的列, 可以多个; county,variety 为交叉"),
    ] = None,
    targets: TargetsOption = None,
    as_of: AsOfOption = None,
    format_: FormatOption = "text",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.xlsx", help="写成工作簿")
    ] = None,
) -> None:
    """How far the bases are from the targets."""
    one_of("--format", format_, ("text", "json"))
    if out is not None:
        ends_with("--out", out, (".xlsx",))
    day = day_of(as_of)
    import herbgis as hg
    from herbgis.tables.issue_list import list_data_notes

    asked = None
    if targets is not None:
        asked = hg.read_targets(targets, policy=hg.load_policy(inputs.policy_name))
    bases, rules, status = bases_of(inputs, as_of=day)
    counted = hg.count_progress(bases, policy=rules, by=by or [], as_of=day)
    schedule = None
    if asked is not None:
        schedule = hg.make_schedule(bases, targets=asked, as_of=day, policy=rules)
    if format_ == "json":
        from herbgis.tables.reports import as_json

        units = {} if schedule is None else {"schedule": schedule.as_rows()}
        say(as_json({**counted.as_dict(), **units}))
    else:
        notes = [note for note in list_data_notes(bases) if note not in counted.notes()]
        say("\n\n".join([_progress_text(counted, schedule), *notes]))
    if out is not None:
        _save_progress(out, counted, schedule, rules, list_data_notes(bases))
        tell(tr("已写出 {path}", path=out))
    raise typer.Exit(status)


def _tiers_json(bases: pd.DataFrame, policy: Policy) -> str:
    """How many bases each tier has, and every base without its shape."""
    from herbgis.foundation.display import plain_rows
    from herbgis.tables.reports import as_json
    from herbgis.terms.control_columns import internal_lines

    counts = bases["tier"].value_counts()
    rows = bases.drop(columns=["geometry", "policy"], errors="ignore").reset_index()
    told = internal_lines(bases)
    return as_json(
        {
            **({"internal": told} if told else {}),
            "policy": policy.name,
            "tiers": {label: int(counts.get(label, 0)) for label in policy.tier_labels},
            "without_polygon": int(bases["tier"].isna().sum()),
            "bases": plain_rows(rows),
        }
    )


def _tiers_text(bases: pd.DataFrame, policy: Policy) -> str:
    counts = bases["tier"].value_counts()
    lines = [
        f"{tr(policy.tier_title(label))}: {counts.get(label, 0)}" for label in policy.tier_labels
    ]
    return "\n".join([*lines, tr("没有图斑: {count}", count=int(bases["tier"].isna().sum()))])


def _report_json(report: ValidationReport, told: pd.DataFrame | None) -> str:
    from herbgis.tables.reports import as_json

    since = {} if told is None else {"since": told.astype(object).to_dict("records")}
    return as_json({**report.as_dict(), **since})


def _report_text(report: ValidationReport, fix: str, told: pd.DataFrame | None) -> str:
    """The issues a line each, then the counts, the repairs, and what became of earlier findings."""
    from herbgis.tables.issue_list import list_data_notes
    from herbgis.terms.issues import SEVERITY_TITLES
    from herbgis.validating.comeback import STATES

    lines = []
    for issue in report.as_dict()["issues"]:
        row = f":{issue['sheet_row'] or issue['row']}" if issue["row"] else ""
        lines.append(
            tr(
                "{place} {code} {severity} {base} {message}。{suggestion}",
                place=f"{issue['file']}{row}",
                code=issue["code"],
                severity=tr(SEVERITY_TITLES[issue["severity"]]),
                base=issue["base_id"] or "",
                message=issue["message"],
                suggestion=issue["suggestion"],
            )
        )
    lines.append(repr(report)[len("<ValidationReport ") : -1])
    lines += list_data_notes(report.bases)
    if fix == "safe":
        # Without a code is what changes nothing on the map, such as the turn of a ring.
        repairs = report.changes[report.changes["code"] != ""]
        made = int(repairs["applied"].sum())
        lines.append(
            tr(
                "修复 {made} 处, 另有 {left} 处须由人决定, 未改",
                made=made,
                left=len(repairs) - made,
            )
        )
    if told is not None:
        counts = told["state"].value_counts()
        lines.append(", ".join(f"{tr(words)} {counts.get(s, 0)}" for s, words in STATES.items()))
    return "\n".join(lines)


def _progress_text(counted: Progress, schedule: Schedule | None) -> str:
    from herbgis.foundation.display import text_table

    tables = [text_table(counted.in_words(table)) for table in counted.by.values()]
    return "\n\n".join([repr(counted), *tables, *([] if schedule is None else [repr(schedule)])])


def _save_progress(
    out: Path,
    counted: Progress,
    schedule: Schedule | None,
    policy: Policy,
    notes: Sequence[str],
) -> None:
    """The progress tables as a workbook; with targets broken down, the schedule in front."""
    from herbgis.tables.ledger_books import write_schedule_book
    from herbgis.tables.progress_book import write_progress_book

    if schedule is None:
        write_progress_book(counted, out, policy=policy, notes=notes)
    else:
        write_schedule_book(schedule, out, policy=policy, progress=counted, notes=notes)
