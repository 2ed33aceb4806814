"""Public functions that answer a wrong call: the door hands them out, and options check themselves.

One mechanism for all of them: what a function is given is held against its own annotations, and
against the few lists below.
"""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from herbgis.foundation.errors import nearest
from herbgis.foundation.wrong_calls import WrongCallError, shown, spaced
from herbgis.terms.how import AT_LEAST, NEEDED, TABLES, how_to
from herbgis.terms.kinds import MisfitError, due, fitted

F = TypeVar("F", bound=Callable[..., Any])
Class = TypeVar("Class", bound=type)


def checked(function: F, name: str | None = None) -> F:
    """A function that says what is due where it is called with something else.

    Parameters
    ----------
    function : callable
        Its annotations say what each parameter takes.
    name : str, optional
        What it is called under, its own name by default.

    Returns
    -------
    callable
        The same function by name, signature and docstring.

    Raises
    ------
    WrongCallError
        When it is called: a parameter that there is not, one that is missing, or a value that
        its annotation does not allow.
    """
    signature = inspect.signature(function)
    step = f"hg.{name or function.__name__}"

    @functools.wraps(function)
    def answering(*args: Any, **kwargs: Any) -> Any:
        try:
            call = signature.bind(*args, **kwargs)
        except TypeError as error:
            raise WrongCallError(_misfit(step, signature, args, kwargs)) from error
        kinds = _kinds(function)
        unknown = [key for key in call.kwargs if key not in kinds]
        if unknown:
            raise WrongCallError(_unknown(step, unknown[0], kinds))
        for parameter, value in call.arguments.items():
            if signature.parameters[parameter].kind is inspect.Parameter.VAR_KEYWORD:
                call.arguments[parameter] = {
                    key: _fitted(step, key, each, kinds) for key, each in value.items()
                }
            else:
                call.arguments[parameter] = _fitted(step, parameter, value, kinds)
        return function(*call.args, **call.kwargs)

    return typing.cast("F", answering)


def checking(options: Class) -> Class:
    """A class of options whose making answers a wrong call; a decorator above `dataclass`."""
    options.__init__ = checked(options.__init__, options.__name__)  # type: ignore[misc]
    return options


@functools.cache
def _kinds(function: Callable[..., Any]) -> Mapping[str, Any]:
    """What each parameter takes; of a set of keywords, what each of them takes."""
    kinds: dict[str, Any] = {}
    for parameter, kind in typing.get_type_hints(function).items():
        if typing.get_origin(kind) is typing.Unpack:
            kinds |= typing.get_type_hints(typing.get_args(kind)[0])
        else:
            kinds[parameter] = kind
    return kinds


def _fitted(step: str, parameter: str, value: Any, kinds: Mapping[str, Any]) -> Any:
    if parameter not in kinds:
        return value
    kind = kinds[parameter]
    start = f"{step} 的 {parameter}"
    try:
        fits = fitted(kind, value, plain=parameter in TABLES)
    except MisfitError as error:
        part = f", 其中{error}" if str(error) else ""
        msg = (
            f"{start} 要{spaced(due(kind))}, 给的是{spaced(shown(value))}{part}。"
            f"{how_to(step, parameter, value)}"
        )
        raise WrongCallError(msg) from error
    if value is not None:
        needed = NEEDED.get(f"{step}.{parameter}", NEEDED.get(parameter, ()))
        lacking = [name for name in needed if name not in fits]
        if lacking:
            msg = f"{start} 缺少{spaced('、'.join(lacking))}。{how_to(step, parameter, value)}"
            raise WrongCallError(msg)
        for number in fits.values() if isinstance(fits, dict) else [fits]:
            if parameter in AT_LEAST and isinstance(number, int) and number < AT_LEAST[parameter]:
                msg = f"{start} 要不小于 {AT_LEAST[parameter]} 的整数, 给的是 {number}。"
                raise WrongCallError(msg)
    return fits


def _misfit(
    step: str, signature: inspect.Signature, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> str:
    """Why arguments do not fit a signature."""
    parameters = [p for p in signature.parameters.values() if p.name != "self"]
    known = [p.name for p in parameters if p.kind is not p.VAR_KEYWORD]
    placed = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    for name in kwargs:
        if name not in known:
            return _unknown(step, name, known)
    given = len(args) - ("self" in signature.parameters)
    if given > len(placed):
        named = "、".join(f"{name}=" for name in known if name not in placed)
        more = f"别的请写出名称: {named}。" if named else ""
        only = f" ({'、'.join(placed)})" if placed else ""
        return f"{step} 按位置只收 {len(placed)} 个参数{only}, 给了 {given} 个。{more}"
    twice = [name for name in placed[:given] if name in kwargs]
    if twice:
        return f"{step} 的 {twice[0]} 给了两次, 请去掉一个。"
    lacking = list(_lacking(parameters, placed[:given], kwargs))
    told = "".join(how_to(step, name, None) for name in lacking)
    return f"{step} 缺少参数 {'、'.join(lacking)}。{told}"


def _unknown(step: str, name: str, known: Iterable[str]) -> str:
    names = [each for each in known if each != "return"]
    hint = nearest(name, names)
    like = f"最像的是 {hint}。" if hint else f"可用的有: {'、'.join(names)}。"
    return f"{step} 没有参数 {name}。{like}{how_to(step, '', None)}"


def _lacking(
    parameters: list[inspect.Parameter], placed: list[str], kwargs: Mapping[str, Any]
) -> Iterator[str]:
    for each in parameters:
        needed = each.default is each.empty and each.kind is not each.VAR_KEYWORD
        if needed and each.name not in placed and each.name not in kwargs:
            yield each.name
