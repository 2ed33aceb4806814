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

import pandas as pd

from herbgis.foundation.errors import nearest
from herbgis.foundation.language import listed, tr
from herbgis.foundation.wrong_calls import (
    WrongCallError,
    called,
    no_attribute,
    shown,
    spaced,
)
from herbgis.terms.headings import match_headings
from herbgis.terms.how import AT_LEAST, NEEDED, OF_BASES, TABLES, how_to
from herbgis.terms.kinds import MisfitError, due, fitted
from herbgis.terms.policyfiles import load_policy

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
    return _checked(function, f"hg.{name or function.__name__}")


def _checked(function: F, step: str) -> F:
    signature = inspect.signature(function)

    @functools.wraps(function)
    def checking_call(*args: Any, **kwargs: Any) -> Any:
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

    return typing.cast("F", checking_call)


def checking(options: Class) -> Class:
    """A class of options whose making answers a wrong call; a decorator above `dataclass`."""
    options.__init__ = checked(options.__init__, options.__name__)  # type: ignore[misc]
    return options


def answering(result: Class) -> Class:
    """A class of results whose methods answer a wrong call; a decorator above `dataclass`.

    What a result does not have is answered too, with what it has.

    A class knows this of itself, whatever function gave a result: pickle asks none of ours.
    """
    for name, method in list(vars(result).items()):
        if inspect.isfunction(method) and not name.startswith("_"):
            setattr(result, name, _checked(method, f"{result.__name__}.{name}"))
    result.__getattr__ = _unknown_attribute  # type: ignore[attr-defined]
    setattr(result, "__getitem__", _no_item)  # noqa: B010 - mypy takes it for an index
    return result


def _no_item(result: Any, _key: Any) -> Any:
    names = listed(name for name in dir(result) if not name.startswith("_"))
    owner = called(type(result).__name__)
    raise WrongCallError(
        tr("{owner} 不是一张表, 没有 [ ]。可用的有: {names}。", owner=owner, names=names)
    )


def _unknown_attribute(result: Any, name: str) -> Any:
    if name.startswith("_"):  # asked by Python, pickle and notebooks, of anything
        raise AttributeError(name)
    raise no_attribute(called(type(result).__name__), name, dir(result))


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
    start = tr("{step} 的 {parameter}", step=step, parameter=parameter)
    try:
        fits = fitted(kind, value, plain=parameter in TABLES)
    except MisfitError as error:
        part = tr(", 其中{error}", error=error) if str(error) else ""
        msg = tr(
            "{start} 要{due}, 给的是{given}{part}。{how_to}",
            start=start,
            due=spaced(due(kind)),
            given=spaced(shown(value)),
            part=part,
            how_to=how_to(step, parameter, value),
        )
        raise WrongCallError(msg) from error
    if value is not None:
        _refuse_other_table(start, step, parameter, value, fits)
        needed = NEEDED.get(f"{step}.{parameter}", NEEDED.get(parameter, ()))
        lacking = [name for name in needed if name not in fits]
        if lacking:
            msg = tr(
                "{start} 缺少{lacking}。{how_to}",
                start=start,
                lacking=spaced(listed(lacking)),
                how_to=how_to(step, parameter, value),
            )
            raise WrongCallError(msg)
        for number in fits.values() if isinstance(fits, dict) else [fits]:
            if parameter in AT_LEAST and isinstance(number, int) and number < AT_LEAST[parameter]:
                msg = tr(
                    "{start} 要不小于 {least} 的整数, 给的是 {given}。",
                    start=start,
                    least=AT_LEAST[parameter],
                    given=number,
                )
                raise WrongCallError(msg)
    return fits


def _refuse_other_table(start: str, step: str, parameter: str, value: Any, fits: Any) -> None:
    """Refuse bases where boundaries are due, and a list of issues where bases are."""
    if parameter == "counties" and (of_bases := _of_bases(fits)):
        msg = tr(
            "{start} 要县界, 给的是基地的表 (有 {columns} 列)。{how_to}",
            start=start,
            columns=listed(of_bases),
            how_to=how_to(step, parameter, value),
        )
        raise WrongCallError(msg)
    if parameter == "bases" and set(getattr(fits, "columns", ())) >= _OF_ISSUES:
        msg = tr(
            "{start} 要基地的表, 给的是问题清单 (report.table)。{how_to}",
            start=start,
            how_to=how_to(step, parameter, value),
        )
        raise WrongCallError(msg)


#: The headings that a list of issues has, and no table of bases.
_OF_ISSUES = frozenset({"code", "severity", "message", "suggestion"})


def _of_bases(frame: pd.DataFrame) -> list[str]:
    """The headings that tell that a frame holds bases: two of them, for one may be anybody's."""
    headings = [str(name) for name in frame.columns]
    named = {**match_headings(headings, load_policy()).columns, **{n: n for n in headings}}
    found = list(dict.fromkeys(named[name] for name in OF_BASES if name in named))
    return found if len(found) > 1 else []


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
        named = listed(f"{name}=" for name in known if name not in placed)
        more = tr("别的请写出名称: {named}。", named=named) if named else ""
        only = f" ({listed(placed)})" if placed else ""
        return tr(
            "{step} 按位置只收 {count} 个参数{only}, 给了 {given} 个。{more}",
            step=step,
            count=len(placed),
            only=only,
            given=given,
            more=more,
        )
    twice = [name for name in placed[:given] if name in kwargs]
    if twice:
        return tr("{step} 的 {parameter} 给了两次, 请去掉一个。", step=step, parameter=twice[0])
    lacking = list(_lacking(parameters, placed[:given], kwargs))
    told = "".join(how_to(step, name, None) for name in lacking)
    return tr("{step} 缺少参数 {names}。{told}", step=step, names=listed(lacking), told=told)


def _unknown(step: str, name: str, known: Iterable[str]) -> str:
    names = [each for each in known if each != "return"]
    hint = nearest(name, names)
    like = tr("它不收参数。") if not names else tr("可用的有: {names}。", names=listed(names))
    if hint:
        like = tr("最像的是 {hint}。", hint=hint)
    return tr(
        "{step} 没有参数 {name}。{like}{how_to}",
        step=step,
        name=name,
        like=like,
        how_to=how_to(step, "", None),
    )


def _lacking(
    parameters: list[inspect.Parameter], placed: list[str], kwargs: Mapping[str, Any]
) -> Iterator[str]:
    for each in parameters:
        needed = each.default is each.empty and each.kind is not each.VAR_KEYWORD
        if needed and each.name not in placed and each.name not in kwargs:
            yield each.name
