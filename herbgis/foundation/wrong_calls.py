"""WrongCallError, and how its text names what was given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Any

from herbgis.foundation.errors import HerbgisError, nearest
from herbgis.foundation.language import language, listed, tr

#: Which function gives a result.
MADE_BY = {
    "Survey": "hg.read_survey",
    "ValidationReport": "hg.validate",
    "Progress": "hg.count_progress",
    "Plan": "hg.plan",
    "YearlyPlan": "hg.plan",
    "Candidates": "hg.gather_candidates",
    "Schedule": "hg.make_schedule",
    "UnitGrowth": "hg.compare_units",
    "Visit": "hg.choose_visit",
    "Admission": "hg.admit",
    "AuditSample": "hg.draw_audit_sample",
    "CountComparison": "hg.compare_counts",
    "Overclaim": "hg.estimate_overclaim",
    "Production": "hg.compare_production",
    "SeedlingCover": "hg.cover_seedlings",
    "Standards": "hg.count_standards",
    "SitingRules": "hg.read_siting_rules",
    "ControlLayer": "hg.read_controls",
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


class NoAttributeError(HerbgisError, AttributeError):
    """A result, or herbgis itself, was asked for what it does not have.

    Raised where a name is written that there is not; the text lists those that there are. Also an
    `AttributeError`, which Python asks for.

    Examples
    --------
    >>> import herbgis as hg
    >>> try:
    ...     hg.classfy
    ... except hg.NoAttributeError as error:
    ...     print(str(error).split(" 可用的有")[0])
    herbgis 没有 classfy。您要的是 classify 吗?
    """


def no_attribute(owner: str, name: str, known: Iterable[str]) -> NoAttributeError:
    """What to raise where a name is asked for that there is not; of those that there are, the like.

    Parameters
    ----------
    owner : str
        Of what, as people write it.
    name : str
    known : iterable of str
    """
    names = [each for each in known if not each.startswith("_")]
    hint = nearest(name, names)
    like = tr("您要的是 {hint} 吗? ", hint=hint) if hint else ""
    text = "{owner} 没有 {name}。{like}可用的有: {names}。"
    return NoAttributeError(tr(text, owner=owner, name=name, like=like, names=listed(names)))


def called(name: str) -> str:
    """What a class of ours is called in a message: by the function that gives it."""
    return tr("{step} 的结果 ({name})", step=MADE_BY[name], name=name) if name in MADE_BY else name


def spaced(words: str) -> str:
    """Words to follow others: with a blank before them, in Chinese before Latin ones only."""
    return f" {words}" if language() != "zh" or words[:1].isascii() else words


def shown(value: Any) -> str:
    """What was given, for a message: its kind, and itself where it is short."""
    for kind, words in _WORDS.items():
        if isinstance(value, kind):
            return words(value)
    made = type(value).__name__
    if made == "GeoDataFrame" and value.active_geometry_name not in value.columns:
        return tr("没有图形列的 GeoDataFrame")
    name = tr(_PLAIN[made]) if made in _PLAIN else called(made)
    if isinstance(value, list | tuple | set | frozenset | Mapping):
        if not value:
            return tr("空的{name}", name=name)
        inside = listed(map(_short, list(value)[:3]))
        return f"{name} ({inside}{' …' if len(value) > 3 else ''})"
    return tr("函数 {name}", name=getattr(value, "__name__", name)) if callable(value) else name


def _text(value: str) -> str:
    return tr("文字“{text}”", text=_cut(value)) if value.strip() else tr("空的文字")


def _short(value: Any) -> str:
    """An item of a list: itself where it is a text or a number, else its kind."""
    if value is None or isinstance(value, str | int | float):
        return _cut(value)
    kind = type(value).__name__
    return tr(_PLAIN.get(kind, kind))


def _cut(value: Any) -> str:
    text = str(value).replace("\n", " ")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


#: How values of a kind are shown; the first kind that fits.
_WORDS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: tr("空的 (None)"),
    type: lambda value: tr("{name} 这个类, 不是它的结果", name=value.__name__),
    bool: str,
    dt.date: str,
    str: _text,
    int: lambda value: tr("数 {value}", value=value),
    float: lambda value: tr("数 {value}", value=value),
    PurePath: lambda value: tr("路径 {path}", path=_cut(value)),
    bytes: lambda _: tr("字节 (bytes)"),
}
