"""Values that a call gives, held against the kinds that a function's annotations name.

A value that can mean one thing only is taken for it: a policy's name for the policy, a day as text
for the day, a numpy number for the number, one text for a list of one.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import os
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.foundation.dates import parse_whole_day
from herbgis.foundation.language import tr
from herbgis.foundation.wrong_calls import MADE_BY, called, shown, spaced
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy

#: What a kind is called where it is due.
_DUE: dict[Any, str] = {
    str: "文字",
    int: "整数",
    float: "数",
    bool: "True 或 False",
    dt.date: "日期 (如 2020-06-30)",
    Path: "路径",
    Any: "任何值",
    Policy: "工作要点 (名称、TOML 文件或 hg.load_policy 的结果)",
    pd.DataFrame: "表 (DataFrame)",
    pd.Series: "一行或一列 (Series)",
    gpd.GeoDataFrame: "带图形的表 (GeoDataFrame)",
}


#: What annotations of callbacks are of.
_CALLBACK: type = typing.cast("type", typing.get_origin(Callable[[], None]))


class MisfitError(Exception):
    """A value is not of a kind; the text says what of it, where that is a part of the value."""


def fitted(kind: Any, value: Any, *, plain: bool = False) -> Any:
    """A value as a kind of value.

    Parameters
    ----------
    kind : type or typing construct
        As `typing.get_type_hints` gives it.
    value : Any
    plain : bool
        Whether a table without shapes will do where one with shapes is annotated.

    Raises
    ------
    MisfitError
        It is not of that kind, and cannot be taken for it.
    """
    members = list(_members(kind))
    exact = [m for m in members if isinstance(m, type) and _is_exactly(m, value)]
    part = ""
    for member in [*exact, *members]:
        try:
            return _as(member, value, plain=plain)
        except MisfitError as error:
            part = part or str(error)
    raise MisfitError(part)


def due(kind: Any) -> str:
    """What a kind of value is called."""
    members = [member for member in _members(kind) if member is not type(None)]
    return tr("或").join(dict.fromkeys(map(_due, members)))


def _due(kind: Any) -> str:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is not None:
        if issubclass(origin, _CALLBACK):
            return tr("函数")
        if issubclass(origin, Mapping):
            return tr("字典 {{{key}: {value}}}", key=due(inner[0]), value=due(inner[1]))
        return (
            f"({', '.join(map(due, inner))})"
            if origin is tuple
            else tr("一串{kind}", kind=due(inner[0]))
        )
    name = getattr(kind, "__name__", str(kind))
    if kind in _DUE:
        return tr(_DUE[kind])
    return called(name) if name in MADE_BY else f"hg.{name}(…)"


def _members(kind: Any) -> typing.Iterator[Any]:
    """The kinds that a union names, or the kind itself; a text is a path where it may be one."""
    if typing.get_origin(kind) not in {typing.Union, types.UnionType}:
        yield kind
        return
    members = typing.get_args(kind)
    for member in members:
        if not (member is str and Path in members):
            yield from _members(member)


def _is_exactly(kind: type, value: Any) -> bool:
    return type(value) is kind


def _as(kind: Any, value: Any, *, plain: bool) -> Any:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is not None:
        return _generic(origin, inner, value)
    if kind is gpd.GeoDataFrame:
        return _table(value, plain=plain)
    made = _MADE.get(kind)
    return made(value) if made else _if(kind is Any or isinstance(value, kind), value)


def _generic(origin: Any, inner: tuple[Any, ...], value: Any) -> Any:
    """A callback, a mapping, a tuple or a list, with what is in it."""
    if issubclass(origin, _CALLBACK):
        return _if(callable(value) and not isinstance(value, type), value)
    if issubclass(origin, Mapping):
        return _mapping(value, *inner)
    return tuple(_each(value, inner)) if origin is tuple else _listed(value, inner[0])


def _if(holds: object, value: Any) -> Any:
    if not holds:
        raise MisfitError
    return value


def _policy(value: Any) -> Policy:
    if isinstance(value, str | os.PathLike):
        return load_policy(os.fspath(value))
    return typing.cast("Policy", _if(isinstance(value, Policy), value))


def _day(value: Any) -> dt.date:
    """A day; a text may be one that people write, but not less than a day."""
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if isinstance(value, str):
        value = parse_whole_day(value)
    _if(isinstance(value, dt.date) and value is not pd.NaT, value)
    return value.date() if isinstance(value, dt.datetime) else value


def _path(value: Any) -> Any:
    return _if(isinstance(value, os.PathLike) or (isinstance(value, str) and value.strip()), value)


def _number(value: Any) -> float:
    number = isinstance(value, int | float | np.integer | np.floating)
    _if(number and not isinstance(value, bool) and math.isfinite(value), value)
    return typing.cast("float", value.item() if isinstance(value, np.generic) else value)


def _whole(value: Any) -> int:
    number = _number(value)
    return int(_if(float(number).is_integer(), number))


def _listed(value: Any, kind: Any) -> list[Any]:
    """A list of a kind; one text or path is a list of one."""
    if isinstance(value, str | os.PathLike):
        return [fitted(kind, value)]
    _if(isinstance(value, Iterable), value)
    _if(not isinstance(value, bytes | Mapping | pd.DataFrame | io.IOBase), value)
    items = list(value)
    return _each(items, [kind] * len(items))


def _each(value: Any, kinds: Sequence[Any]) -> list[Any]:
    """The items of a list, each as a kind of its own."""
    _if(isinstance(value, list | tuple) and len(value) == len(kinds), value)
    items = []
    for number, (item, kind) in enumerate(zip(value, kinds, strict=True), start=1):
        try:
            items.append(fitted(kind, item))
        except MisfitError as error:
            msg = tr("第 {number} 个是{shown}", number=number, shown=spaced(shown(item)))
            raise MisfitError(msg) from error
    return items


def _mapping(value: Any, key_kind: Any, kind: Any) -> dict[Any, Any]:
    _if(isinstance(value, Mapping), value)
    fits = {}
    for key, item in value.items():
        try:
            # A number written bare stands for its text, as tiers are labelled: {500: 3}.
            bare = str(key) if key_kind is str and type(key) is int else key
            fits[fitted(key_kind, bare)] = fitted(kind, item)
        except MisfitError as error:
            msg = tr("{key}对的是{shown}", key=shown(key), shown=spaced(shown(item)))
            raise MisfitError(msg) from error
    return fits


def _table(value: Any, *, plain: bool) -> Any:
    """A table with shapes; its one column of shapes is used where none was named as theirs."""
    _if(isinstance(value, pd.DataFrame), value)
    # A renamed column of shapes is still said to be the active one, under its old name.
    if isinstance(value, gpd.GeoDataFrame) and value.active_geometry_name in value.columns:
        return value
    shapes = [name for name, dtype in value.dtypes.items() if str(dtype) == "geometry"]
    if len(shapes) == 1:
        return gpd.GeoDataFrame(value, geometry=shapes[0])
    return pd.DataFrame(_if(plain, value))


_MADE: dict[Any, Callable[[Any], Any]] = {
    Policy: _policy,
    dt.date: _day,
    Path: _path,
    int: _whole,
    float: _number,
    bool: lambda value: bool(_if(isinstance(value, bool | np.bool_), value)),
}
