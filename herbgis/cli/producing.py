"""The command that tells what bases yield, cost and bring."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from herbgis.cli.chain import bases_of
from herbgis.cli.options import (
    SHIPPED,
    AgainstOption,
    CountiesOption,
    Paths,
    PolicyOption,
    ends_with,
)
from herbgis.cli.voice import say, tell
from herbgis.foundation.language import tr


def production_command(
    paths: Paths,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="COLUMN", help="分组的列, 可以多个; 默认品种"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.xlsx", help="写成生产统计工作簿")
    ] = None,
    policy: PolicyOption = "tongren-2020",
    counties: CountiesOption = SHIPPED,
    against: AgainstOption = None,
) -> None:
    """What bases yield, cost and bring."""
    if out is not None:
        ends_with("--out", out, (".xlsx",))
    bases, rules, status = bases_of(paths, policy, counties, against)
    import herbgis as hg
    from herbgis.tables.issue_list import list_data_notes

    for key in by or ["variety"]:
        say(repr(hg.compare_production(bases, policy=rules, by=key)))
    if out is not None:
        hg.write_production_book(bases, out, policy=rules, notes=list_data_notes(bases))
        tell(tr("已写出 {path}", path=out))
    raise typer.Exit(status)
