"""What commands are given to read, and by which rules: options that they share, as one value."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from inspect import Parameter
from pathlib import Path
from typing import Annotated, Any

import typer

from herbgis.cli.options import PolicyOption

SHIPPED = "tongren"
SHIPPED_POLICY = "tongren-2020"


@dataclass(frozen=True)
class Inputs:
    """What a command reads.

    Attributes
    ----------
    paths : tuple of Path
        Survey files, a ledger, or a file of classified bases.
    policy : str or None
        Name or file; None for what ledgers and classified bases carry, else `SHIPPED_POLICY`.
    counties : str
        File of the boundaries, `SHIPPED`, or ``none``.
    against : tuple of Path
        Bases already counted.
    crs : str or None
        The system of files that state none.
    sheets : tuple of str
        Sheets or layers to read; empty for all.
    controls : tuple of str
        Layers that control land, each ``名称=文件``.
    """

    paths: tuple[Path, ...] = ()
    policy: str | None = None
    counties: str = SHIPPED
    against: tuple[Path, ...] = ()
    crs: str | None = None
    sheets: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()

    @property
    def policy_name(self) -> str:
        """The policy of survey files."""
        return self.policy or SHIPPED_POLICY


#: The option of each attribute, and what stands for one that is not given.
_OPTIONS: dict[str, tuple[Any, Any]] = {
    "paths": (
        Annotated[
            list[Path], typer.Argument(metavar="PATH...", help="文件、文件夹或 zip, 可以多个")
        ],
        Parameter.empty,
    ),
    "policy": (PolicyOption, None),
    "counties": (
        Annotated[
            str,
            typer.Option(
                "--counties", metavar="FILE|none", help="县界文件; none 为不查县界; 默认铜仁十县"
            ),
        ],
        SHIPPED,
    ),
    "against": (
        Annotated[
            list[Path] | None,
            typer.Option("--against", metavar="LEDGER", help="已入库的基地, 用来查重"),
        ],
        None,
    ),
    "crs": (
        Annotated[
            str | None,
            typer.Option("--crs", metavar="EPSG", help="没有写坐标系的文件是哪一种, 如 EPSG:4545"),
        ],
        None,
    ),
    "sheets": (
        Annotated[
            list[str] | None,
            typer.Option(
                "--sheet", metavar="NAME", help="只读这个工作表或图层, 可以多个; 默认都读"
            ),
        ],
        None,
    ),
    "controls": (
        Annotated[
            list[str] | None,
            typer.Option(
                "--control",
                metavar="NAME=FILE",
                help="管控图层: 名称=文件, 如 永久基本农田=YJJBNTTB.shp; 栅格可写值或编码, 如 "
                "25°以上=坡度分级.tif=5; 可以多个",
            ),
        ],
        None,
    ),
}


def takes(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command that takes `inputs` the options that make it up: all, or those named.

    Paths stand where the command has `inputs`, the options behind the command's own.
    """
    taken = names or tuple(_OPTIONS)

    def with_options(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def run(**values: Any) -> None:
            given = {name: values.pop(name) for name in taken}
            lists = {name: tuple(v or ()) for name, v in given.items() if name in _LISTS}
            command(inputs=Inputs(**{**given, **lists}), **values)

        run.__signature__ = _signature(command, taken)  # type: ignore[attr-defined]
        return run

    return with_options


_LISTS = ("paths", "against", "sheets", "controls")


def _signature(command: Callable[..., None], taken: tuple[str, ...]) -> inspect.Signature:
    options = {
        name: Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in _OPTIONS.items()
        if name in taken
    }
    parameters: list[Parameter] = []
    for name, own in inspect.signature(command, eval_str=True).parameters.items():
        if name != "inputs":
            parameters.append(own.replace(kind=Parameter.KEYWORD_ONLY))
        elif "paths" in options:
            parameters.append(options.pop("paths"))
    return inspect.Signature([*parameters, *options.values()])
