"""Options that belong together: given as one object, or one by one as keywords."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from herbgis.foundation.errors import nearest
from herbgis.foundation.language import listed, tr
from herbgis.foundation.wrong_calls import WrongCallError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Options = TypeVar("Options", bound="DataclassInstance")


def options_given(
    step: Callable[..., Any],
    parameter: str,
    kind: type[Options],
    given: Options | None,
    single: Mapping[str, Any],
) -> Options:
    """The options of a call, however they were given.

    Parameters
    ----------
    step : callable
        The function that was called.
    parameter : str
        Its parameter for the options as one object.
    kind : type
        A dataclass all of whose fields have defaults.
    given : kind or None
        What was given for `parameter`.
    single : mapping of str to Any
        Keywords that the function does not name itself: fields of `kind`, one by one.

    Raises
    ------
    WrongCallError
        A keyword that neither the function nor `kind` has, options of another type, or options
        given both ways.
    """
    own = [field.name for field in fields(kind)]
    known = [
        name
        for name, each in inspect.signature(step).parameters.items()
        if each.kind is not each.VAR_KEYWORD
    ]
    for name in single:
        if name not in own:
            hint = nearest(name, [*known, *own])
            like = (
                tr("最像的是 {hint}。", hint=hint)
                if hint
                else tr("可用的有: {names}。", names=listed([*known, *own]))
            )
            msg = tr("hg.{step} 没有参数 {name}。{like}", step=step.__name__, name=name, like=like)
            raise WrongCallError(msg)
    if given is not None and not isinstance(given, kind):
        msg = tr(
            "hg.{step} 的 {parameter} 要 {kind}({own}=…), 给的是 {given}。",
            step=step.__name__,
            parameter=parameter,
            kind=kind.__name__,
            own="=…, ".join(own),
            given=type(given).__name__,
        )
        raise WrongCallError(msg)
    if given is not None and single:
        msg = tr(
            "hg.{step} 已经给了 {parameter}, 就不能再单独给 {names}。请写进 {kind}({single}=…)。",
            step=step.__name__,
            parameter=parameter,
            names=listed(single),
            kind=kind.__name__,
            single="=…, ".join(single),
        )
        raise WrongCallError(msg)
    return kind(**single) if given is None else given
