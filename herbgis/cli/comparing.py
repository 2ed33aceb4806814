"""The command that compares two counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from herbgis.cli.chain import bases_of
from herbgis.cli.inputs import Inputs, takes
from herbgis.cli.options import (
    FormatOption,
    day_of,
    ends_with,
    one_of,
)
from herbgis.cli.voice import say, tell
from herbgis.foundation.language import tr
from herbgis.foundation.wrong_calls import WrongCallError

#: A comparison is of so many counts.
_TWO = 2


@takes("policy", "counties", "crs", "sheets")
def compare_command(
    a: Annotated[Path, typer.Argument(metavar="A", help="台账、classify 写出的文件, 或测量文件")],
    b: Annotated[Path, typer.Argument(metavar="B", help="与它相比的另一个, 写法相同")],
    inputs: Inputs,
    as_of: Annotated[
        list[str] | None,
        typer.Option(
            "--as-of", metavar="DATE", help="只计这一天已有的; 写两次则依次是 A、B 的日子"
        ),
    ] = None,
    format_: FormatOption = "text",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.xlsx", help="写成工作簿")
    ] = None,
) -> None:
    """Which bases make two counts differ, and which rule decides each."""
    import herbgis as hg
    from herbgis.tables.reports import as_json

    one_of("--format", format_, ("text", "json"))
    if out is not None:
        ends_with("--out", out, (".xlsx",))
    days = _two_days(as_of or [])
    counts, status = [], 0
    for path, day in zip((a, b), days, strict=True):
        bases, rules, ended = bases_of(replace(inputs, paths=(path,)), as_of=day)
        counts.append(hg.count_progress(bases, policy=rules, as_of=day))
        status = max(status, ended)
    compared = hg.compare_counts(*counts, names=_names((a, b), days))
    say(as_json(compared.as_dict()) if format_ == "json" else repr(compared))
    if out is not None:
        tell(tr("已写出 {path}", path=hg.write_comparison_book(compared, out)))
    raise typer.Exit(status)


def _two_days(texts: list[str]) -> tuple[dt.date | None, dt.date | None]:
    """The day of each count: one given is that of both."""
    if len(texts) > _TWO:
        msg = tr("--as-of 最多写两次 (A、B 各一个), 得到 {count} 次。", count=len(texts))
        raise WrongCallError(msg)
    days = [day_of(text) for text in texts] or [None]
    return days[0], days[-1]


def _names(
    paths: tuple[Path, Path], days: tuple[dt.date | None, dt.date | None]
) -> tuple[str, str]:
    """What the two are called: by their files, or their days where these tell more."""
    one, two = (path.name for path in paths)
    if one != two:
        return one, two
    if days[0] != days[1] and None not in days:
        return str(days[0]), str(days[1])
    return "A", "B"
