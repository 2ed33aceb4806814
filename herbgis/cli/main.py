"""The program: its commands, and how it ends."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from herbgis.cli import audit, comparing, counting, drawing, ledger, planning, starting
from herbgis.cli.misuse import MISUSE, told
from herbgis.cli.voice import tell
from herbgis.foundation.errors import HerbgisError

app = typer.Typer(
    name="herbgis",
    help="中药材与食用菌基地: 读取测量文件, 校验, 核定面积, 统计进度, 出图。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
ledger_app = typer.Typer(
    help="台账: 逐月入库, 查看进度, 导出工作簿。", no_args_is_help=True, rich_markup_mode=None
)
audit_app = typer.Typer(
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
    app.command(name)(command)
for name, command in _LEDGER_COMMANDS.items():
    ledger_app.command(name)(command)
for name, command in _AUDIT_COMMANDS.items():
    audit_app.command(name)(command)
app.add_typer(ledger_app, name="ledger")
app.add_typer(audit_app, name="audit")


def main() -> None:
    """Run the command line; a wrong call is a line on standard error and status 2."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        status = app(prog_name="herbgis", standalone_mode=False)
    except HerbgisError as error:
        tell(f"herbgis: {error}")
        sys.exit(2)
    except MISUSE as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            tell(str(error))
        else:
            tell(f"herbgis: {told(error)}")
        sys.exit(2)
    except typer.Abort:
        tell("herbgis: 已中止。")
        sys.exit(1)
    sys.exit(status or 0)
