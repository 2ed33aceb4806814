"""Options that several commands share, and what their texts mean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from herbgis.foundation.errors import UnknownNameError

Paths = Annotated[
    list[Path], typer.Argument(metavar="PATH...", help="文件、文件夹或 zip, 可以多个")
]
PolicyOption = Annotated[
    str, typer.Option("--policy", metavar="NAME|FILE", help="工作要点: 名称或 TOML 文件")
]
CountiesOption = Annotated[
    str,
    typer.Option("--counties", metavar="FILE|none", help="县界文件; none 为不查县界; 默认铜仁十县"),
]
AgainstOption = Annotated[
    list[Path] | None, typer.Option("--against", metavar="LEDGER", help="已入库的基地, 用来查重")
]
FormatOption = Annotated[str, typer.Option("--format", metavar="text|json", help="输出格式")]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="截止日期, 如 2020-06-30")
]
TargetsOption = Annotated[
    Path | None, typer.Option("--targets", metavar="FILE", help="任务分解: 填报单位 × 规模 × 季度")
]
SHIPPED = "tongren"
LedgerArgument = Annotated[Path, typer.Argument(metavar="LEDGER", help="台账文件 (.gpkg)")]


def one_of(option: str, value: str, known: Sequence[str]) -> None:
    """Refuse a value that an option does not have."""
    if value not in known:
        what = f" {option} 的取值"
        raise UnknownNameError(what, value, known)


def targets_of(texts: Sequence[str]) -> dict[str, int]:
    """``500=100`` as a tier and its number."""
    targets = {}
    for text in texts:
        tier, _, number = text.partition("=")
        if not number.strip().isdecimal():
            raise UnknownNameError(" --target 的写法", text, ["500=100 这样的写法"])
        targets[tier.strip()] = int(number)
    return targets


def date(text: str | None) -> dt.date | None:
    """The day that an option names."""
    from herbgis.foundation.dates import parse_date

    if text is None:
        return None
    day = parse_date(text)
    if day is None:
        raise UnknownNameError(" --as-of 的日期", text, ["2020-06-30 这样的写法"])
    return day
