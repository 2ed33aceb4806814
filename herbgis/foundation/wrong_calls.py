"""WrongCallError, and how its text names what was given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from herbgis.foundation.errors import HerbgisError

#: Which function gives a result.
MADE_BY = {
    "Survey": "hg.read_survey",
    "ValidationReport": "hg.validate",
    "Progress": "hg.count_progress",
    "Plan": "hg.plan",
    "Candidates": "hg.gather_candidates",
    "Schedule": "hg.make_schedule",
    "UnitGrowth": "hg.compare_units",
    "Visit": "hg.choose_visit",
    "AuditSample": "hg.draw_audit_sample",
    "SitingRules": "hg.read_siting_rules",
}
#: A longer text is cut in a message.
_LONGEST = 40
_PLAIN = {
    "list": "列表",
    "tuple": "元组",
    "set": "集合",
    "dict": "字典",
    "Series": "一列或一行 (Series)",
    "GeoSeries": "一列图形 (GeoSeries)",
    "DataFrame": "没有图形的表 (DataFrame)",
    "GeoDataFrame": "带图形的表 (GeoDataFrame)",
    "ndarray": "数组 (ndarray)",
}


class WrongCallError(HerbgisError, TypeError):
    """A function was called with what it does not take.

    Raised by every public function: a parameter that there is not, one that is missing, or a
    value of another kind; the text says what is due, what was given, and what to write instead.
    Also a `TypeError`, which Python raises for such calls.

    Examples
    --------
    >>> import herbgis as hg
    >>> try:
    ...     hg.validate("收件/印江.gpkg")
    ... except hg.WrongCallError as error:
    ...     print(error.__class__.__mro__[1].__name__, "hg.read_survey" in str(error))
    HerbgisError True
    """


def called(name: str) -> str:
    """What a class of ours is called in a message: by the function that gives it."""
    return f"{MADE_BY[name]} 的结果 ({name})" if name in MADE_BY else name


def spaced(words: str) -> str:
    """Words to follow Chinese, with a blank before Latin letters and digits."""
    return f" {words}" if words[:1].isascii() else words


def shown(value: Any) -> str:
    """What was given, for a message: its kind, and itself where it is short."""
    for kind, words in _WORDS.items():
        if isinstance(value, kind):
            return words(value)
    name = _PLAIN.get(type(value).__name__) or called(type(value).__name__)
    if isinstance(value, list | tuple | set | frozenset | Mapping):
        inside = "、".join(map(_short, list(value)[:3]))
        return f"{name} ({inside}{' …' if len(value) > 3 else ''})" if value else f"空的{name}"
    return f"函数 {getattr(value, '__name__', name)}" if callable(value) else name


def _text(value: str) -> str:
    return f"文字“{_cut(value)}”" if value.strip() else "空的文字"


def _short(value: Any) -> str:
    """An item of a list: itself where it is a text or a number, else its kind."""
    if value is None or isinstance(value, str | int | float):
        return _cut(value)
    return _PLAIN.get(type(value).__name__, type(value).__name__)


def _cut(value: Any) -> str:
    text = str(value).replace("\n", " ")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


#: How values of a kind are shown; the first kind that fits.
_WORDS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "空的 (None)",
    type: lambda value: f"{value.__name__} 这个类, 不是它的结果",
    bool: str,
    dt.date: str,
    str: _text,
    int: lambda value: f"数 {value}",
    float: lambda value: f"数 {value}",
    PurePath: lambda value: f"路径 {_cut(value)}",
    bytes: lambda _: "字节 (bytes)",
}
