"""Options that several commands share, and what their texts mean."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.language import LANGUAGES, VARIABLE, tr
from herbgis.foundation.wrong_calls import WrongCallError

PolicyOption = Annotated[
    str | None,
    typer.Option(
        "--policy",
        metavar="NAME|FILE",
        help="工作要点: 名称或 TOML 文件; 不给则用数据自己带的, 没有带的用 tongren-2020",
    ),
]
FormatOption = Annotated[str, typer.Option("--format", metavar="text|json", help="输出格式")]
HeadingsOption = Annotated[
    str | None,
    typer.Option(
        "--headings", metavar="zh|code", help="工作簿的表头和词: 中文 (不写时), 或列名和代码"
    ),
]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="只计这一天已有的, 如 2020-06-30; 不给则全计"),
]
BatchDayOption = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="这批数据的截止日, 晚于它的日期须整改"),
]
TargetsOption = Annotated[
    Path | None, typer.Option("--targets", metavar="FILE", help="任务分解: 填报单位 × 规模 × 季度")
]
LedgerArgument = Annotated[Path, typer.Argument(metavar="LEDGER", help="台账文件 (.gpkg)")]


def one_of(option: str, value: str, known: Sequence[str]) -> None:
    """Refuse a value that an option does not have."""
    if value not in known:
        what = tr(" {option} 的取值", option=option)
        raise UnknownNameError(what, value, known)


def language_of(asked: str | None) -> str:
    """The language to speak: of --lang, else of HERBGIS_LANG, else Chinese.

    Raises
    ------
    WrongCallError
        The option has no value.
    UnknownNameError
        There is no such language.
    """
    if asked == "":
        raise WrongCallError(tr("选项 {name} 后面要写取值。", name="--lang"))
    if asked is not None:
        one_of("--lang", asked, LANGUAGES)
        return asked
    chosen = os.environ.get(VARIABLE) or LANGUAGES[0]
    one_of(VARIABLE, chosen, LANGUAGES)
    return chosen


def ends_with(option: str, path: Path, known: Sequence[str]) -> None:
    """Refuse a file to write that nobody could open for its suffix, before anything is read."""
    if path.suffix.lower() not in known:
        msg = tr(
            "{option} 要以 {suffixes} 结尾, 写的是 {path}。",
            option=option,
            suffixes=tr(" 或 ").join(known),
            path=path,
        )
        raise WrongCallError(msg)


def targets_of(texts: Sequence[str]) -> dict[str, int]:
    """``500=100`` as a tier and its number."""
    targets = {}
    for text in texts:
        tier, _, number = text.partition("=")
        if not number.strip().isdecimal():
            msg = tr("--target 要写成 500=100 这样, 写的是 {text}。", text=text)
            raise WrongCallError(msg)
        targets[tier.strip()] = int(number)
    return targets


def years_of(text: str | None) -> tuple[int, int] | None:
    """``2021-2025`` as the first and the last year."""
    from herbgis.planning.choosing.horizons import checked_years

    if text is None:
        return None
    found = re.fullmatch(r"\s*(\d{4})\s*[-–—~]\s*(\d{4})\s*", text)
    if found is None:
        raise WrongCallError(tr("--years 要写成 2021-2025 这样, 写的是 {text}。", text=text))
    return checked_years((int(found[1]), int(found[2])))


def day_of(text: str | None, option: str = "--as-of") -> dt.date | None:
    """The day that an option names; less than a day is none."""
    from herbgis.foundation.dates import parse_whole_day

    if text is None:
        return None
    day = parse_whole_day(text)
    if day is None:
        msg = tr("{option} 要写到日, 如 2020-06-30, 写的是 {text}。", option=option, text=text)
        raise WrongCallError(msg)
    return day
