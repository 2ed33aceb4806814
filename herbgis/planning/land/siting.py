"""read_siting_rules: what each variety asks of the land, as data with its sources."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

from herbgis.foundation import resources
from herbgis.foundation.errors import InputNotFoundError, PolicyError, UnknownNameError
from herbgis.foundation.language import listed, tr
from herbgis.planning.land.factors import Factor, factors_of
from herbgis.planning.land.land_cover import Scheme, scheme_named, with_codes
from herbgis.terms.calls import answering
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy

_SHIPPED, _OWN_CODES = "facts/siting.toml", "land_cover_codes"
#: What a source is worth; see the head of the shipped file.
GRADES = ("A", "B", "C", "U")
#: The eight directions of slopes, clockwise from north.
ASPECTS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
#: The classes of suitability, the best first; what reaches none of them is unsuitable.
CLASSES = ("S1", "S2", "S3")


@dataclass(frozen=True)
class Range:
    """A trapezoid of suitability over a value.

    Attributes
    ----------
    corners : tuple of float, length 4
        Unsuitable below the first and above the last, fully suitable between the middle two.
    source, grade : str
        Grade ``U``: there is no source, or it is our own practice.
    """

    corners: tuple[float, float, float, float]
    source: str
    grade: str


@dataclass(frozen=True)
class Pattern:
    """Suitability by class: of aspect (``N`` … ``NW``) or of land cover; attributes as `Range`."""

    by_class: Mapping[str, float]
    source: str
    grade: str


Rule: TypeAlias = Range | Pattern


@answering
@dataclass(frozen=True)
class SitingRules:
    """What varieties ask of the land; made by `read_siting_rules`, never changed.

    Attributes
    ----------
    factors : tuple of Factor
        In the order by which a tie for the limiting factor is decided.
    varieties : mapping of str to mapping of str to Rule
        By canonical variety name and factor key. A factor that a variety lacks is not known and
        does not limit it.
    classes : mapping of str to float
        Least suitability of S1, S2 and S3.
    steepest_deg, flat_deg : float
        Land as steep as the first or steeper takes no base; below the second aspect is nothing.
    least_share : float
        Share of a site that must suit a variety before the site does.
    land_cover : Scheme
        What codes of a land cover raster mean.
    masks : tuple of str
        Titles of the land that must be left out.

    Examples
    --------
    >>> import herbgis as hg
    >>> rules = hg.read_siting_rules()
    >>> [factor.key for factor in rules.factors]
    ['elevation_m', 'slope_deg', 'aspect', 'mat_c', 'rain_mm', 'ph', 'land_cover']
    >>> rules.steepest_deg, rules.masks[0]
    (25.0, '永久基本农田')
    """

    factors: tuple[Factor, ...]
    varieties: Mapping[str, Mapping[str, Rule]]
    classes: Mapping[str, float]
    steepest_deg: float
    flat_deg: float
    least_share: float
    land_cover: Scheme
    masks: tuple[str, ...]

    @property
    def least(self) -> float:
        """The least suitability that is not unsuitable."""
        return self.classes[CLASSES[-1]]

    def of(self, variety: str) -> Mapping[str, Rule]:
        """The rules of a variety by factor key; UnknownNameError where there are none."""
        if variety not in self.varieties:
            raise UnknownNameError(tr("选址规则里的品种"), variety, self.varieties)
        return self.varieties[variety]

    def caveats(self, varieties: Iterable[str], keys: Iterable[str]) -> tuple[str, ...]:
        """What is to be said of results for some varieties by some factors.

        Parameters
        ----------
        varieties : iterable of str
        keys : iterable of str
            The factors that are looked at.

        Returns
        -------
        tuple of str
            By factor: varieties whose value has no source, varieties without a value, and the
            factors that nobody looked at.
        """
        asked, used = list(varieties), set(keys)
        said = []
        for factor in self.factors:
            rules = {name: self.of(name).get(factor.key) for name in asked}
            if factor.key not in used:
                if any(rules.values()):
                    line = "没有给出{factor}数据, 未计入适宜性"
                    said.append(tr(line, factor=tr(factor.title)))
                continue
            unsourced = [name for name, rule in rules.items() if rule and rule.grade == "U"]
            unknown = [name for name, rule in rules.items() if rule is None]
            if unsourced:
                line = "{varieties}的{factor}取值没有来源"
                said.append(tr(line, varieties=listed(unsourced), factor=tr(factor.title)))
            if unknown:
                line = "{varieties}没有{factor}取值, 不受其限制"
                said.append(tr(line, varieties=listed(unknown), factor=tr(factor.title)))
        return tuple(said)


def read_siting_rules(
    path: str | Path | None = None,
    *,
    policy: Policy | None = None,
    land_cover: str | None = None,
) -> SitingRules:
    """The siting rules of the package, with a file of one's own laid over them.

    Parameters
    ----------
    path : str or Path, optional
        A TOML file in the form of ``facts/siting.toml`` that states what differs: by variety
        and factor, by pattern, code or limit. Each value states its source.
    policy : Policy, optional
        Whose spellings of varieties are understood.
    land_cover : str, optional
        The scheme of codes by which a land cover raster is read: ``GlobeLand30`` (the default),
        ``WorldCover``, ``CLCD`` or ``GB/T 21010``.

    Returns
    -------
    SitingRules

    Raises
    ------
    InputNotFoundError
        There is no such file.
    PolicyError
        It is not TOML, or a value in it cannot be: says which, and what is allowed.
    UnknownNameError
        There is no such scheme.

    Examples
    --------
    >>> import herbgis as hg
    >>> rules = hg.read_siting_rules()
    >>> len(rules.varieties), sorted(rules.of("天麻"))
    (20, ['aspect', 'elevation_m', 'land_cover', 'ph', 'slope_deg'])
    >>> hg.read_siting_rules(land_cover="WorldCover").land_cover.codes[10]
    'forest'
    """
    policy = policy or load_policy()
    table = dict(resources.read_toml(_SHIPPED))
    own = {} if path is None else _own_table(Path(path))
    codes = own.pop(_OWN_CODES, {})
    table = _laid_over(table, own, policy)
    scheme = scheme_named(land_cover or str(table["land_cover_scheme"]))
    try:
        return _rules(
            table, with_codes(scheme, codes, Path(path).name) if path and codes else scheme
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = "选址规则 {path} 不完整或格式不对: {error!r}。请对照 {shipped} 补齐该项。"
        told = tr(msg, path=path or _SHIPPED, error=error, shipped=_SHIPPED)
        raise PolicyError(told) from error


def _own_table(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise InputNotFoundError(str(path))
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = tr("{source} 不是 UTF-8 的 TOML 文件: {error}", source=path, error=error)
        raise PolicyError(msg) from error


def _laid_over(base: dict[str, Any], own: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    """The table with what a user's own states: entries of a table, and factors of a variety."""
    unknown = [key for key in own if key not in base or key == "factor"]
    if unknown:
        known = [*(key for key in base if key != "factor"), _OWN_CODES]
        raise PolicyError(str(UnknownNameError(tr("选址规则的项目"), unknown[0], known)))
    varieties = {entry["name"]: entry for entry in base["variety"]}
    for entry in _named_entries(own.get("variety", [])):
        name = policy.canonical("variety", entry["name"]) or entry["name"]
        varieties[name] = {**varieties.get(name, {}), **entry, "name": name}
    tables = {
        key: {**base[key], **value} if isinstance(base[key], dict) else value
        for key, value in own.items()
        if key != "variety"
    }
    return {**base, **tables, "variety": list(varieties.values())}


def _where(variety: str, factor: str) -> str:
    return tr("{variety}的{factor}", variety=variety, factor=factor)


def _named_entries(entries: Any) -> Sequence[Mapping[str, Any]]:
    if not isinstance(entries, list) or not all(isinstance(e.get("name"), str) for e in entries):
        raise PolicyError(tr('选址规则的品种要写成 [[variety]], 并以 name = "品种名" 开头'))
    return entries


def _rules(table: Mapping[str, Any], land_cover: Scheme) -> SitingRules:
    factors = factors_of(table["factor"])
    known = {"aspect": ASPECTS, "land_cover": tuple(dict.fromkeys(land_cover.codes.values()))}
    patterns = {name: _pattern(name, entry) for name, entry in table["pattern"].items()}
    limits, cuts = table["limits"], {name: float(table["classes"][name]) for name in CLASSES}
    if not 1 >= cuts["S1"] > cuts["S2"] > cuts["S3"] > 0:
        msg = "适宜等级的分界须由高到低、在 0 与 1 之间, 写的是 {cuts}"
        raise PolicyError(tr(msg, cuts=cuts))
    return SitingRules(
        factors=factors,
        varieties={
            entry["name"]: {
                key: _rule(_where(entry["name"], key), key, value, patterns, known)
                for key, value in _factor_entries(entry, factors)
            }
            for entry in table["variety"]
        },
        classes=cuts,
        steepest_deg=_between("steepest_deg", limits, 0, 90),
        flat_deg=_between("flat_deg", limits, 0, 90),
        least_share=_between("least_share", limits, 0, 1),
        land_cover=land_cover,
        masks=tuple(entry["title"] for entry in table["mask"]),
    )


def _factor_entries(
    entry: Mapping[str, Any], factors: Sequence[Factor]
) -> list[tuple[str, Mapping[str, Any]]]:
    """The factors of a variety in the order of factors."""
    keys = [factor.key for factor in factors]
    for key in entry:
        if key != "name" and key not in keys:
            raise PolicyError(
                str(UnknownNameError(tr("{name}的选址因子", name=entry["name"]), key, keys))
            )
    return [(key, entry[key]) for key in keys if key in entry]


def _rule(
    where: str,
    key: str,
    entry: Mapping[str, Any],
    patterns: Mapping[str, Mapping[str, float]],
    known: Mapping[str, Sequence[str]],
) -> Rule:
    source, grade = str(entry.get("source", "")).strip(), entry.get("grade")
    if not source:
        msg = '{where}没有写 source; 自己的做法请写 source = "herbgis" 一类的说明'
        raise PolicyError(tr(msg, where=where))
    if grade not in GRADES:
        msg = "{where}的 grade 写的是 {grade}; 可用的有: {grades}"
        raise PolicyError(tr(msg, where=where, grade=grade, grades=listed(GRADES)))
    if key not in known:
        return Range(_corners(where, entry.get("range")), source, grade)
    if entry.get("pattern") not in patterns:
        what = tr("{where}类型", where=where)
        raise PolicyError(str(UnknownNameError(what, str(entry.get("pattern")), patterns)))
    values = patterns[entry["pattern"]]
    lacking = [name for name in known[key] if name not in values]
    if lacking:
        msg = "{where}用的 {pattern} 缺少 {names}"
        raise PolicyError(tr(msg, where=where, pattern=entry["pattern"], names=listed(lacking)))
    return Pattern(values, source, grade)


def _corners(where: str, values: Any) -> tuple[float, float, float, float]:
    numbers = isinstance(values, list) and all(
        isinstance(v, int | float) and not isinstance(v, bool) for v in values
    )
    if not numbers or len(values) != len("abcd"):
        msg = "{where}的 range 要写四个数 [a, b, c, d], 写的是 {values}"
        raise PolicyError(tr(msg, where=where, values=values))
    a, b, c, d = map(float, values)
    if any(math.isnan(v) for v in (a, b, c, d)) or any(y < x for x, y in pairwise((a, b, c, d))):
        msg = "{where}的 range 要从小到大, 写的是 {values}"
        raise PolicyError(tr(msg, where=where, values=values))
    if (math.isinf(a) != math.isinf(b)) or (math.isinf(c) != math.isinf(d)):
        msg = "{where}的 range 一侧不设限时, 两个数都要写 inf, 写的是 {values}"
        raise PolicyError(tr(msg, where=where, values=values))
    return a, b, c, d


def _pattern(name: str, entry: Mapping[str, Any]) -> Mapping[str, float]:
    values = {key: float(value) for key, value in entry["classes"].items()}
    if any(not 0 <= value <= 1 for value in values.values()):
        msg = "{name} 的适宜程度要在 0 与 1 之间, 写的是 {values}"
        raise PolicyError(tr(msg, name=name, values=values))
    if not str(entry.get("source", "")).strip():
        raise PolicyError(tr("{name} 没有写 source", name=name))
    return values


def _between(name: str, table: Mapping[str, Any], low: float, high: float) -> float:
    value = float(table[name])
    if not low <= value <= high:
        msg = "{name} 要在 {low:g} 与 {high:g} 之间, 写的是 {value:g}"
        raise PolicyError(tr(msg, name=name, low=low, high=high, value=value))
    return value
