"""The commands of the audit: which bases to survey again, and what their figures tell of all."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from herbgis.cli.chain import walk
from herbgis.cli.inputs import SHIPPED_POLICY, Inputs, takes
from herbgis.cli.options import (
    FormatOption,
    PolicyOption,
    ends_with,
    one_of,
)
from herbgis.cli.outcome import exit_status
from herbgis.cli.voice import say, tell
from herbgis.foundation.language import tr


@takes()
def draw_command(
    inputs: Inputs,
    count: Annotated[int, typer.Option("--count", metavar="N", help="抽多少个基地")],
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="随机数种子, 抽样前定下")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.xlsx", help="抽查复测表写到哪里")],
    format_: FormatOption = "text",
) -> None:
    """Draw the bases to survey again, and write the form for the crew."""
    import herbgis as hg
    from herbgis.tables.reports import as_json

    one_of("--format", format_, ("text", "json"))
    ends_with("--out", out, (".xlsx",))
    report, bases, rules, _ = walk(inputs)
    sample = hg.draw_audit_sample(bases, count, seed=seed, policy=rules)
    say(as_json(sample.as_dict()) if format_ == "json" else repr(sample))
    tell(tr("已写出 {path}", path=hg.write_audit_form(sample, out)))
    raise typer.Exit(exit_status(report))


def estimate_command(
    form: Annotated[Path, typer.Argument(metavar="FORM", help="填好的抽查复测表 (.xlsx)")],
    format_: FormatOption = "text",
    policy: PolicyOption = None,
) -> None:
    """Tell what the results of a filled form say of all bases that count."""
    import herbgis as hg
    from herbgis.tables.reports import as_json

    one_of("--format", format_, ("text", "json"))
    sample, found = hg.read_audit_form(form)
    told = hg.estimate_overclaim(sample, found, policy=hg.load_policy(policy or SHIPPED_POLICY))
    say(as_json(told.as_dict()) if format_ == "json" else repr(told))
