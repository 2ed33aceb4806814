"""The program: its commands, and how it ends."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer

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
from herbgis.cli.helping import Command, Group, in_chinese
from herbgis.cli.misuse import MISUSE, told
from herbgis.cli.voice import QUIET, complain, say
from herbgis.foundation.errors import HerbgisError

#: Of every command, so that `-h` is known too.
_SETTINGS = {"help_option_names": ["-h", "--help"]}
_QUIET = ("-q", "--quiet")

app = typer.Typer(
    name="herbgis",
    cls=Group,
    context_settings=_SETTINGS,
    help="中药材与食用菌基地: 读取测量文件, 校验, 核定面积, 统计进度, 出图。",
    no_args_is_help=True,
    add_completion=False,
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
#: By name, in the order in which they are listed.
_COMMANDS: dict[str, Callable[..., None]] = {
    "demo": starting.demo_command,
    "validate": counting.validate_command,
    "classify": counting.classify_command,
    "progress": counting.progress_command,
    "compare": comparing.compare_command,
    "map": drawing.draw_command,
    "plan": planning.plan_command,
    "visit": planning.visit_command,
    "production": producing.production_command,
    "info": looking.info_command,
    "template": starting.template_command,
    "explain": starting.explain_command,
}
_LEDGER_COMMANDS: dict[str, Callable[..., None]] = {
    "admit": ledger.admit_command,
    "show": ledger.show_command,
    "export": ledger.export_command,
}
_AUDIT_COMMANDS: dict[str, Callable[..., None]] = {
    "draw": audit.draw_command,
    "estimate": audit.estimate_command,
}
for name, command in _COMMANDS.items():
    app.command(name, cls=Command, context_settings=_SETTINGS)(command)
for name, command in _LEDGER_COMMANDS.items():
    ledger_app.command(name, cls=Command, context_settings=_SETTINGS)(command)
for name, command in _AUDIT_COMMANDS.items():
    audit_app.command(name, cls=Command, context_settings=_SETTINGS)(command)
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
) -> None:
    """中药材与食用菌基地: 读取测量文件, 校验, 核定面积, 统计进度, 出图。"""


def main() -> None:
    """Run the command line; a wrong call is a line on standard error and status 2."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = [each for each in sys.argv[1:] if each not in _QUIET]
    QUIET.set(len(arguments) < len(sys.argv) - 1)
    try:
        status = app(arguments, prog_name="herbgis", standalone_mode=False)
    except HerbgisError as error:
        complain(f"herbgis: {error}")
        sys.exit(2)
    except MISUSE as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            complain(in_chinese(str(error)))
        else:
            complain(f"herbgis: {told(error)}")
        sys.exit(2)
    except typer.Abort:
        complain("herbgis: 已中止。")
        sys.exit(1)
    sys.exit(status or 0)
