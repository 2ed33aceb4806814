"""The commands of the ledger."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from herbgis.cli.chain import asked_policy, walk
from herbgis.cli.inputs import Inputs, takes
from herbgis.cli.options import (
    AsOfOption,
    BatchDayOption,
    FormatOption,
    LedgerArgument,
    PolicyOption,
    TargetsOption,
    day_of,
    one_of,
)
from herbgis.cli.outcome import exit_status
from herbgis.cli.voice import say
from herbgis.foundation.language import tr

if TYPE_CHECKING:
    from herbgis.counting.admission import Admission

#: What the workbooks are called.
_LEDGER = "台账.xlsx"
_SCHEDULE = "进度表.xlsx"
_PRODUCTION = "生产统计.xlsx"


@takes("paths", "policy", "counties", "crs", "sheets")
def admit_command(
    ledger: LedgerArgument,
    inputs: Inputs,
    as_of: BatchDayOption = None,
    format_: FormatOption = "text",
) -> None:
    """Validate a batch and enter it into the ledger, whole or not at all."""
    from herbgis.counting.ledger import admit
    from herbgis.tables.reports import as_json

    one_of("--format", format_, ("text", "json"))
    day = day_of(as_of)
    counted = (ledger,) if ledger.exists() else ()
    kept = _kept_or(inputs.policy, ledger)
    report, bases, rules, _ = walk(replace(inputs, policy=kept, against=counted), as_of=day)
    admission = admit(ledger, bases, on=day, policy=rules)
    say(as_json(admission.as_dict()) if format_ == "json" else _in_text(admission))
    raise typer.Exit(exit_status(report))


def _in_text(admission: Admission) -> str:
    """What was entered, and a line for each base that waits."""
    from herbgis.foundation.display import text_table

    waiting = admission.in_words()[admission.table["why"] != ""]
    head = repr(admission)[len("<Admission ") : -1]
    return "\n".join([head, *([text_table(waiting)] if len(waiting) else [])])


def _kept_or(policy: str | None, ledger: Path) -> str | None:
    """Where no policy is named, the one that a ledger keeps; itself where it keeps none."""
    import herbgis as hg
    from herbgis.counting.ledger import is_ledger

    if policy is None and is_ledger(ledger):
        with contextlib.suppress(hg.PolicyError):
            hg.load_policy(ledger)
            return str(ledger)
    return policy


def show_command(
    ledger: LedgerArgument,
    as_of: AsOfOption = None,
    targets: TargetsOption = None,
    format_: FormatOption = "text",
    policy: PolicyOption = None,
) -> None:
    """The schedule of the ledger."""
    import herbgis as hg
    from herbgis.counting.ledger import read_ledger_history
    from herbgis.counting.schedule import make_ledger_schedule
    from herbgis.tables.reports import as_json
    from herbgis.terms.carried import policy_for

    one_of("--format", format_, ("text", "json"))
    day, given = day_of(as_of), asked_policy(policy)
    history = read_ledger_history(ledger, policy=given)
    rules = policy_for(history, given)
    asked = None if targets is None else hg.read_targets(targets, policy=rules)
    schedule = make_ledger_schedule(history, targets=asked, as_of=day, policy=rules)
    say(as_json(schedule.as_dict()) if format_ == "json" else repr(schedule))


def export_command(
    ledger: LedgerArgument,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写到哪个文件夹")],
    as_of: AsOfOption = None,
    targets: TargetsOption = None,
    policy: PolicyOption = None,
) -> None:
    """Write the ledger and its schedule as workbooks."""
    import herbgis as hg
    from herbgis.counting.ledger import known_on, read_ledger_history, select_in_force
    from herbgis.counting.schedule import make_ledger_schedule
    from herbgis.tables.issue_list import list_data_notes
    from herbgis.tables.ledger_books import write_ledger_book, write_schedule_book
    from herbgis.tables.production_book import write_production_book
    from herbgis.terms.carried import policy_for

    day, given = day_of(as_of), asked_policy(policy)
    history = read_ledger_history(ledger, policy=given)
    rules = policy_for(history, given)
    asked = None if targets is None else hg.read_targets(targets, policy=rules)
    schedule = make_ledger_schedule(history, targets=asked, as_of=day, policy=rules)
    bases = select_in_force(history, schedule.as_of)
    by = ["variety", "county,variety"]
    if bases["township"].notna().any():
        by.append("county,township")
    counted = hg.count_progress(bases, policy=rules, by=by, as_of=schedule.as_of)
    notes = list_data_notes(bases)
    written = [
        write_ledger_book(bases, out / _LEDGER, policy=rules, notes=notes),
        write_schedule_book(
            *(schedule, out / _SCHEDULE),
            policy=rules,
            progress=counted,
            growth=hg.compare_units(history, as_of=schedule.as_of, policy=rules),
            notes=notes,
        ),
        write_production_book(
            *(bases, out / _PRODUCTION),
            policy=rules,
            history=known_on(history, schedule.as_of),
            notes=notes,
        ),
    ]
    say("\n".join(tr("已写出 {path}", path=path) for path in written))
