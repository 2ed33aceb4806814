"""The commands that plan: where the next bases are to be, and which ones are shown."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from herbgis.cli.chain import bases_of, drawn_of
from herbgis.cli.drawing import save_page
from herbgis.cli.inputs import Inputs, takes
from herbgis.cli.layers import controls_of
from herbgis.cli.options import (
    AsOfOption,
    FormatOption,
    day_of,
    ends_with,
    one_of,
    targets_of,
    years_of,
)
from herbgis.cli.outcome import exit_status
from herbgis.cli.voice import meter, say, tell
from herbgis.foundation.language import tr

#: What the workbook and the map of a plan are called.
_BOOK = "规划表.xlsx"
_MAP = "规划图.html"


@takes()
def plan_command(
    inputs: Inputs,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写到哪个文件夹")],
    candidates: Annotated[
        Path | None, typer.Option("--candidates", metavar="FILE", help="候选地块: 图斑和候选编号")
    ] = None,
    dem: Annotated[
        list[Path] | None,
        typer.Option("--dem", metavar="FILE", help="高程栅格, 用来评价土地; 可以多个"),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option("--target", metavar="TIER=N", help="改目标个数, 如 500=100; 可以多个"),
    ] = None,
    years: Annotated[
        str | None,
        typer.Option("--years", metavar="FROM-TO", help="分年规划的起止年份, 如 2021-2025"),
    ] = None,
    as_of: AsOfOption = None,
    format_: FormatOption = "text",
) -> None:
    """Where to found and enlarge bases, at the least cost that reaches the targets."""
    import herbgis as hg
    from herbgis.foundation.outputs import writing
    from herbgis.tables.issue_list import list_data_notes
    from herbgis.tables.reports import as_json

    one_of("--format", format_, ("text", "json"))
    targets, horizon = targets_of(target or []), years_of(years)
    rules = hg.load_policy(inputs.policy_name)
    own = None if candidates is None else hg.read_candidates(candidates, policy=rules)
    controls = controls_of(inputs, rules)
    day = day_of(as_of)
    bases, rules, borders, report = drawn_of(inputs, as_of=day)
    with meter(tr("评价土地")) as progress:
        planned = hg.plan(
            bases,
            candidates=own,
            dem=dem or None,
            counties=borders,
            policy=rules,
            targets=targets,
            as_of=day,
            years=horizon,
            controls=controls,
            progress=progress,
        )
    counted = hg.count_progress(bases, policy=rules, by=["county", "variety"], as_of=day)
    page = hg.draw_map(
        bases, counties=borders, policy=rules, progress=counted, plan=planned, dem=dem or None
    )
    report_path = out / "plan.json"
    told = as_json(planned.as_dict())
    with writing(report_path):
        report_path.write_text(told, encoding="utf-8", newline="\n")
    written = [
        report_path,
        hg.write_plan_book(planned, out / _BOOK, notes=list_data_notes(bases)),
        save_page(page, out / _MAP),
    ]
    say(told if format_ == "json" else repr(planned))
    tell(*(tr("已写出 {path}", path=path) for path in written))
    raise typer.Exit(exit_status(report))


@takes()
def visit_command(
    inputs: Inputs,
    stops: Annotated[int, typer.Option("--stops", metavar="N", help="看几个基地")] = 6,
    must: Annotated[
        list[str] | None, typer.Option("--must", metavar="ID", help="一定要看的基地, 可以多个")
    ] = None,
    never: Annotated[
        list[str] | None, typer.Option("--never", metavar="ID", help="不看的基地, 可以多个")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="哪一天去, 用来看物候")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.xlsx", help="写成观摩点推荐表")
    ] = None,
    format_: FormatOption = "text",
) -> None:
    """Which bases to show, in which order, and why each."""
    one_of("--format", format_, ("text", "json"))
    if out is not None:
        ends_with("--out", out, (".xlsx",))
    day = day_of(on, "--on")
    import herbgis as hg
    from herbgis.tables.reports import as_json
    from herbgis.tables.visit_table import write_visit_table

    bases, rules, status = bases_of(inputs)
    visit = hg.choose_visit(
        bases, stops=stops, must=must or (), never=never or (), on=day, policy=rules
    )
    say(as_json(visit.as_dict()) if format_ == "json" else repr(visit))
    if out is not None:
        tell(tr("已写出 {path}", path=write_visit_table(visit, out)))
    raise typer.Exit(status)
