"""Policy: thresholds, targets, counting rules, tolerances, and the words a survey is written in.

Everything a step needs to know beside its table travels in the policy, so steps open no
file; `herbgis.terms.policyfiles` reads one.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from herbgis.foundation.errors import PolicyError
from herbgis.foundation.language import tr
from herbgis.foundation.units import field_name, fold
from herbgis.geo.zones import SevenParameters
from herbgis.terms.control_rulings import ControlRulings
from herbgis.terms.counting_rule import CountingRule
from herbgis.terms.crops import Crop
from herbgis.terms.placeholders import Placeholders
from herbgis.terms.townships import Townships
from herbgis.terms.variety_words import VarietyWords
from herbgis.terms.yearly_rules import Rest, YearsRule


@dataclass(frozen=True)
class Tier:
    """A threshold and its target; the threshold itself belongs to the tier (“以上”含本数)."""

    label: str
    threshold_mu: float
    target: int
    title: str
    reach_title: str
    source: str


@dataclass(frozen=True)
class Variety:
    """A variety as the catalogue knows it; `growing` holds site conditions, see `unsourced`."""

    name: str
    group: str
    aliases: tuple[str, ...]
    source: str
    grade: str
    unsourced: tuple[str, ...]
    latin: str
    growth_form: str
    growing: Mapping[str, Any]
    years_to_harvest: str = ""


@dataclass(frozen=True)
class SurveyMethod:
    """Vertex error of a way of surveying: standard deviation and correlation length, metres."""

    name: str
    sigma_m: float
    correlation_m: float
    source: str


@dataclass(frozen=True)
class Word:
    """A value of a column: its name in code, the word printed for it, and other spellings."""

    name: str
    title: str
    aliases: tuple[str, ...]
    mu_per_unit: float | None = None
    code: str = ""


@dataclass(frozen=True)
class Units:
    """Which declared units are land area, and where a unit of area measures beds instead."""

    convertible: tuple[str, ...]
    bed_area_units: tuple[str, ...]
    bed_area_varieties: tuple[str, ...]


@dataclass(frozen=True)
class Quota:
    """How many bases of a variety or in a county a plan may choose, and what seedlings allow.

    Attributes
    ----------
    least : int
    most : float
        Infinity where there is no limit.
    seedling_mu : float or None
        New 亩 that there are seedlings for; None where the survey's own figures say.
    """

    least: int = 0
    most: float = math.inf
    seedling_mu: float | None = None


@dataclass(frozen=True)
class PlanningRule:
    """What a planned base costs where nobody gave its cost, and the quotas.

    The effort of a site is its new 亩 times ``1 + unsuited * (1 - suitability) + per_km * km``.

    Attributes
    ----------
    unsuited, per_km : float
    most_enlarged : float
        Where the land around is not known, a base grows by at most this share of itself.
    variety, county : mapping of str to Quota
        By canonical name.
    years : YearsRule
        What is asked of each year of a plan over several.
    rotation : mapping of str to Rest
        Varieties that cannot follow themselves, by canonical name.
    """

    unsuited: float
    per_km: float
    most_enlarged: float
    variety: Mapping[str, Quota]
    county: Mapping[str, Quota]
    years: YearsRule
    rotation: Mapping[str, Rest]


@dataclass(frozen=True)
class Policy:
    """What counts, and the words for it; made by `load_policy`, never changed.

    Attributes
    ----------
    year : int
        The year that the plan is for.
    tiers : tuple of Tier
        Ascending by threshold.
    words : mapping of str to mapping of str to Word
        Canonical values by column: status, kind, survey_method, unit, county, reporting_unit.
    columns : mapping of str to tuple of str
        Headings that counties write, by column of the base table.
    heading_units : mapping of str to str
        The unit that a heading states, by folded heading.
    heading_remarks : frozenset of str
        What may follow a heading and is no unit (年月日, 必填), folded.
    told_by_cells : frozenset of str
        Folded headings that fit two columns; which is meant the cells tell.
    measures : mapping of str to mapping of str to float
        What one of a folded unit is in a column's own, the first, by column.
    varieties : mapping of str to Variety
        What the policy and its facts know more of: the plan's, and some others.
    crops : mapping of str to Crop
        What else grows in bases by name: herbs, fungi, other crops, and words to be asked about.
    reports : mapping of str to frozenset of str
        Folded headings that tell a table of counts or findings from one of bases, ``always`` or
        where it is ``nameless``.
    placeholders : Placeholders
        Texts that stand in a cell for nothing.
    variety_words : VarietyWords
        What is written around the name of a variety.
    townships : Townships
        Registers by county.
    datum_parameters : mapping of str to SevenParameters
        Of the user's own place, by old datum (``Beijing 1954``, ``Xian 1980``); herbgis has none.
    controls : ControlRulings
        How grave it is to lie within a control layer.
    mismatch_by : {'share', 'perimeter'}
        What a declared area may differ by (HG401): a share of the surveyed one, or a strip along
        its boundary.
    rules_off : frozenset of str
        Codes whose rules `validate` leaves out.
    layers : tuple of mapping
        What its files say, from the one that extends none on; so it travels with a table.

    Examples
    --------
    >>> from pathlib import Path
    >>> import herbgis as hg
    >>> policy = hg.load_policy("tongren-2020")
    >>> [(tier.label, tier.threshold_mu, tier.target) for tier in policy.tiers]
    [('500', 500.0, 100), ('1000', 1000.0, 50)]
    >>> policy.tier_reached(499.99), policy.tier_reached(500.00)
    ('below', '500')
    >>> policy.canonical("status", "建成"), policy.group_of("天麻")
    ('built', 'key')
    >>> _ = Path("按最大连片.toml").write_text('''extends = "tongren-2020"
    ... title = "按最大连片"
    ... [counting]
    ... area = "contiguous"
    ... ''', encoding="utf-8")
    >>> own = hg.load_policy("按最大连片.toml")
    >>> own.counting.area, own.tier_labels == policy.tier_labels
    ('contiguous', True)
    """

    name: str
    title: str
    source: str
    year: int
    below_title: str
    tiers: tuple[Tier, ...]
    counting: CountingRule
    defaults: Mapping[str, str]
    tolerances: Mapping[str, float]
    survey_methods: Mapping[str, SurveyMethod]
    varieties: Mapping[str, Variety]
    crops: Mapping[str, Crop]
    words: Mapping[str, Mapping[str, Word]]
    columns: Mapping[str, tuple[str, ...]]
    heading_units: Mapping[str, str]
    heading_remarks: frozenset[str]
    told_by_cells: frozenset[str]
    measures: Mapping[str, Mapping[str, float]]
    reports: Mapping[str, frozenset[str]]
    placeholders: Placeholders
    variety_words: VarietyWords
    townships: Townships
    units: Units
    datum_parameters: Mapping[str, SevenParameters]
    planning: PlanningRule
    controls: ControlRulings
    mismatch_by: str
    rules_off: frozenset[str] = frozenset()
    layers: tuple[Mapping[str, Any], ...] = field(default=(), compare=False)

    def __repr__(self) -> str:
        targets = ", ".join(
            tr("{title} {target} 个", title=tr(tier.reach_title), target=tier.target)
            for tier in self.tiers
        )
        return f"<Policy {self.name}: {self.title}; {targets}>"

    @functools.cached_property
    def _spellings(self) -> Mapping[str, Mapping[str, str]]:
        tables = {column: _spellings(words.values()) for column, words in self.words.items()}
        tables["variety"] = _spellings([*self.varieties.values(), *self.crops.values()])
        tables["column"] = {
            fold(alias): name for name, aliases in self.columns.items() for alias in aliases
        }
        return tables

    def check_spellings(self) -> None:
        """Raise PolicyError where one spelling would lead to two names."""
        for name, aliases in self.columns.items():
            for alias in aliases:
                if self.canonical("column", alias) != name:
                    msg = tr(
                        "列名 {alias} 同时属于 {name} 和 {other}",
                        alias=alias,
                        name=name,
                        other=self.canonical("column", alias),
                    )
                    raise PolicyError(msg)

    @functools.cached_property
    def alias_ranks(self) -> Mapping[str, int]:
        """Folded headings in the order of the alias table."""
        return {heading: rank for rank, heading in enumerate(self._spellings["column"])}

    @functools.cached_property
    def field_names(self) -> Mapping[str, str]:
        """Headings as programs make field names of them to the folded heading; none for two."""
        table: dict[str, str] = {}
        columns = self._spellings["column"]
        for heading in columns:
            first = table.setdefault(field_name(heading), heading)
            if columns[first] != columns[heading]:
                msg = tr(
                    "列名 {heading} 和 {first} 去掉括号后相同, 却是两列",
                    heading=heading,
                    first=first,
                )
                raise PolicyError(msg)
        return {name: heading for name, heading in table.items() if name not in columns}

    def canonical(self, column: str, text: str) -> str | None:
        """The canonical value that the alias table gives for a text, or None; never by likeness."""
        return self._spellings[column].get(fold(text))

    def group_of(self, variety: str) -> str:
        """The group of a canonical variety name; ``unknown`` for one that no catalogue has."""
        known = self.varieties.get(variety) or self.crops.get(variety)
        return known.group if known else "unknown"

    def title_of(self, column: str, value: str) -> str:
        """The word printed for a value (``built`` → 已建); the value itself where it has none."""
        word = self.words.get(column, {}).get(value)
        return word.title if word else value

    @property
    def titles(self) -> Mapping[str, Mapping[str, str]]:
        """What is printed for a value, by column."""
        return {
            column: {word.name: word.title for word in words.values()}
            for column, words in self.words.items()
        }

    @property
    def table_note(self) -> str:
        """What stands under every official table, as the policy has it."""
        left_out = "" if "fungus" in self.counting.groups else tr("; 食用菌不计入")
        return tr("“以上”含本数{left_out}。", left_out=left_out)

    def tier_title(self, label: str) -> str:
        """What is printed for a tier label."""
        titles = {tier.label: tier.title for tier in self.tiers}
        return titles.get(label, self.below_title)

    def tier_reached(self, mu: float) -> str:
        """Label of the highest tier that an area in 亩 reaches, ``below`` for none."""
        reached = [tier.label for tier in self.tiers if mu >= tier.threshold_mu]
        return reached[-1] if reached else "below"

    @property
    def tier_labels(self) -> tuple[str, ...]:
        """``below`` and the tiers, ascending."""
        return ("below", *(tier.label for tier in self.tiers))


def _spellings(entries: Iterable[Word | Variety | Crop]) -> dict[str, str]:
    """Folded spelling to canonical name; two entries that share a spelling are a mistake."""
    table: dict[str, str] = {}
    for entry in entries:
        for text in (entry.name, *entry.aliases):
            if table.setdefault(fold(text), entry.name) != entry.name:
                msg = tr(
                    "别名 {text} 同时属于 {first} 和 {name}",
                    text=text,
                    first=table[fold(text)],
                    name=entry.name,
                )
                raise PolicyError(msg)
    return table
