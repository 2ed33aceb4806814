"""The program: its commands, and how it ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from typer.main import get_command

from herbgis import __version__
from herbgis.cli import (
    audit,
    comparing,
    counting,
    drawing,
    ledger,
    looking,
    planning,
    producing,
    starting,
)
from herbgis.cli.helping import Command, Group, as_read, in_words, put_into_words
from herbgis.cli.misuse import MISUSE, empty_value, told
from herbgis.cli.options import language_of
from herbgis.cli.voice import QUIET, complain, say, set_apart
from herbgis.foundation.errors import HerbgisError
from herbgis.foundation.language import speaking, tr

#: Of every command, so that `-h` is known too.
_SETTINGS = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="herbgis",
    cls=Group,
    context_settings=_SETTINGS,
    help="中药材与食用菌基地: 读取测量文件, 校验, 核定面积, 统计进度, 出图。",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
ledger_app = typer.Typer(
    cls=Group,
    context_settings=_SETTINGS,
    help="台账: 逐月入库, 查看进度, 导出工作簿。",
    no_args_is_help=True,
    rich_markup_mode=None,
)
audit_app = typer.Typer(
    cls=Group,
    context_settings=_SETTINGS,
    help="抽查: 抽取要复测的基地, 由复测结果估计多计多少。",
    no_args_is_help=True,
    rich_markup_mode=None,
)
#: By name, in the order in which they are listed: the command, and its help.
_COMMANDS: dict[str, tuple[Callable[..., None], str]] = {
    "demo": (starting.demo_command, "用自带的合成示例走一遍: 校验、统计、出图。"),
    "validate": (counting.validate_command, "逐行校验: 每条问题的位置、原因和改法。"),
    "classify": (
        counting.classify_command,
        "按 500、1000 亩分级, 一行一个基地, 写成数据文件。",
    ),
    "progress": (counting.progress_command, "离 100 个和 50 个的目标还差多少。"),
    "compare": (
        comparing.compare_command,
        "两次统计差在哪几个基地, 各由哪条规则决定: 两个月, 或一次读入与逐月入库。",
    ),
    "map": (drawing.draw_command, "一个 HTML 文件的地图, 断网也能打开。"),
    "plan": (
        planning.plan_command,
        "下一批基地建在哪里、扩哪些, 成本最低又达到目标: 已证明最优, 并说明理由。",
    ),
    "visit": (planning.visit_command, "现场会看哪几个基地、按什么次序, 每一个为什么。"),
    "production": (
        producing.production_command,
        "单产、成本、效益、种子种苗和标准化种植。",
    ),
    "info": (
        looking.info_command,
        "文件里有什么、会怎么读: 图层、条数、图形、编码、坐标系、每个表头认作哪一列。",
    ),
    "template": (
        starting.template_command,
        "上报模板: 带下拉选项的工作簿, 同样字段的空图层, 拖放即校验的脚本。",
    ),
    "explain": (
        starting.explain_command,
        "一个问题代码是什么意思, 为何要紧, 怎么查出, 怎么改。",
    ),
}
_LEDGER_COMMANDS: dict[str, tuple[Callable[..., None], str]] = {
    "admit": (
        ledger.admit_command,
        "校验一批数据并入库: 核实的入库, 其余记为待核实; 整批写入或完全不写。",
    ),
    "show": (ledger.show_command, "台账的进度表。"),
    "export": (ledger.export_command, "把台账和进度表写成工作簿。"),
}
_AUDIT_COMMANDS: dict[str, tuple[Callable[..., None], str]] = {
    "draw": (audit.draw_command, "从核实的基地里等概率抽取要复测的, 写出给测量队填的表。"),
    "estimate": (
        audit.estimate_command,
        "由复测结果估计全部核实基地里多计了几个、多少亩, 附上下限。",
    ),
}
for group, commands in (
    (app, _COMMANDS),
    (ledger_app, _LEDGER_COMMANDS),
    (audit_app, _AUDIT_COMMANDS),
):
    for name, (command, words) in commands.items():
        group.command(name, help=words, cls=Command, context_settings=_SETTINGS)(command)
app.add_typer(ledger_app, name="ledger")
app.add_typer(audit_app, name="audit")


def _tell_version(asked: bool) -> None:  # noqa: FBT001 - as typer calls it
    if asked:
        say(f"herbgis {__version__}")
        raise typer.Exit


@app.callback()
def program(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="显示版本", callback=_tell_version, is_eager=True)
    ] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="只说结果和错误; 写在哪里都可以")
    ] = False,
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang",
            metavar="zh|en",
            help="用中文还是英文说; 写在哪里都可以; 不写则依 HERBGIS_LANG, 再不然中文",
        ),
    ] = None,
) -> None:
    """The program itself."""


def main() -> None:
    """Run the command line; a wrong call is a line on standard error and status 2."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments, quiet, lang = set_apart(sys.argv[1:])
    QUIET.set(quiet)
    try:
        chosen = language_of(lang)
    except HerbgisError as error:
        complain(f"herbgis: {error}")
        sys.exit(2)
    with speaking(chosen):
        said = empty_value(sys.argv[1:])
        if said is not None:
            complain(f"herbgis: {said}")
            sys.exit(2)
        with in_words(arguments):
            sys.exit(_run(arguments))


def _run(arguments: Sequence[str]) -> int:
    """The exit status of a call."""
    program = get_command(app)
    put_into_words(program)
    try:
        return program(list(arguments), prog_name="herbgis", standalone_mode=False) or 0
    except HerbgisError as error:
        complain(f"herbgis: {error}")
    except MISUSE as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            complain(as_read(str(error)))
        else:
            complain(f"herbgis: {told(error)}")
    except typer.Abort:
        complain(tr("herbgis: 已中止。"))
        return 1
    return 2
