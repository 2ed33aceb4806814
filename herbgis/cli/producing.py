"""The command that tells what bases yield, cost and bring."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from herbgis.cli.chain import bases_of
from herbgis.cli.inputs import Inputs, takes
from herbgis.cli.options import FormatOption, ends_with, one_of
from herbgis.cli.voice import say, tell
from herbgis.foundation.language import tr


@takes()
def production_command(
    inputs: Inputs,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="COLUMN", help="分组的列, 可以多个; 默认品种"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.xlsx", help="写成生产统计工作簿")
    ] = None,
    format_: FormatOption = "text",
) -> None:
    """What bases yield, cost and bring."""
    one_of("--format", format_, ("text", "json"))
    if out is not None:
        ends_with("--out", out, (".xlsx",))
    bases, rules, status = bases_of(inputs)
    import herbgis as hg
    from herbgis.tables.issue_list import list_data_notes
    from herbgis.tables.reports import as_json

    told = [hg.compare_production(bases, policy=rules, by=key) for key in by or ["variety"]]
    if format_ == "json":
        say(as_json({"production": [each.as_dict() for each in told]}))
    else:
        say("\n".join(map(repr, told)))
    if out is not None:
        hg.write_production_book(bases, out, policy=rules, notes=list_data_notes(bases))
        tell(tr("已写出 {path}", path=out))
    raise typer.Exit(status)
