"""The commands and their options, from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from herbgis.cli.main import app
from scripts.site.markdown import table


def parts() -> dict[str, str]:
    """What stands in pages by hand: every command, its usage and its options."""
    parts = []
    for name, command in _commands(get_command(app), "herbgis"):
        parts += [f"## {name}", (command.help or "").strip(), f"```\n{_usage(name, command)}\n```"]
        rows = [_row(parameter) for parameter in command.params]
        if rows:
            parts.append(table(("参数", "说明", "默认"), rows))
    return {"commands": "\n\n".join(parts)}


def _commands(group: TyperGroup, path: str) -> Iterator[tuple[str, TyperCommand]]:
    """Each command with its full name; a group's own commands one after the other."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def _usage(name: str, command: TyperCommand) -> str:
    context = command.make_context(name, [], resilient_parsing=True)
    return " ".join([name, *command.collect_usage_pieces(context)])


def _row(parameter: TyperOption | TyperArgument) -> tuple[str, str, str]:
    names = ", ".join(f"`{name}`" for name in parameter.opts)
    if parameter.param_type_name == "argument":
        names = f"`{parameter.metavar or parameter.name}`"
    elif parameter.metavar:
        names += f" {parameter.metavar}"
    default = parameter.default
    shown = "" if default in (None, False, (), []) or callable(default) else f"`{default}`"
    required = "必填" if parameter.required else shown
    return names, (getattr(parameter, "help", "") or "").strip(), required
