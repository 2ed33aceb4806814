"""Layers that control land, as an option names them: ``--control 名称=文件``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from herbgis.cli.inputs import Inputs
from herbgis.foundation.language import tr

if TYPE_CHECKING:
    from herbgis.reading.understanding.control_layers import ControlLayer
    from herbgis.terms.policy import Policy

#: How a control layer is given.
_LAYER = "永久基本农田=YJJBNTTB.shp"


def controls_of(inputs: Inputs, policy: Policy) -> Mapping[str, ControlLayer] | None:
    """The layers that options name, as ``名称=文件`` or, of rasters, ``名称=文件=值``, if any.

    Raises
    ------
    WrongCallError
        An option without a name or a file, or a name that stands twice.
    ControlsError
        A file cannot be read.
    """
    import herbgis as hg
    from herbgis.foundation.wrong_calls import WrongCallError
    from herbgis.terms.land_rules import control_named

    files: dict[str, str] = {}
    for text in inputs.controls:
        name, given, file = (part.strip() for part in text.partition("="))
        if not (name and given and file):
            kind = control_named(Path(text.strip("= ")).stem)
            example = f"{kind.title}={text.strip('= ')}" if kind else _LAYER
            msg = tr(
                "--control 要写成 名称=文件, 写的是 {text}。请写 --control {example}。",
                text=text,
                example=example,
            )
            raise WrongCallError(msg)
        if name in files:
            msg = tr(
                "--control 的 {name} 写了两次: {one}、{other}。请去掉一个; 几个文件是同一种的, "
                "换一个叫法, 如 国家级公益林、地方公益林。",
                name=name,
                one=files[name],
                other=file,
            )
            raise WrongCallError(msg)
        files[name] = file
    meant = {name: _with_meaning(file) for name, file in files.items()}
    return hg.read_controls(meant, policy=policy) if files else None


def _with_meaning(file: str) -> str | tuple[str, str | list[int]]:
    """A file, or a raster with what its numbers mean: ``文件=4,5``, ``文件=三调``."""
    path, given, meaning = (part.strip() for part in file.rpartition("="))
    if not given or Path(file).exists():
        return file
    values = re.split(r"[,\uff0c]", meaning)
    whole = all(re.fullmatch(r"\s*-?\d+\s*", value) for value in values)
    return path, [int(value) for value in values] if whole else meaning
