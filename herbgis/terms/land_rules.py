"""Controls on land (管控图层): which kinds there are, and what rules say to a way of growing."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from herbgis.foundation import resources
from herbgis.foundation.units import fold

_FACTS = "facts/land_rules.toml"
#: The kind of layer that tells classes of land.
LAND_CLASS = "land_class"
#: What a rule may say to a way of growing, the gravest first.
EFFECTS = ("forbids", "asks", "conditions")


@dataclass(frozen=True)
class Way:
    """A way of growing: what it does to the ground.

    Attributes
    ----------
    name, title : str
    tells : str
        What of a variety and its mode tells that it is grown so.
    modes, forms, varieties : tuple of str
        What says so in a 种植模式 and in a growth form, and varieties of which nothing else does.
    """

    name: str
    title: str
    tells: str
    modes: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    varieties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """What an article says to those who grow on controlled land.

    Attributes
    ----------
    law, article : str
    says : str
        The article in short.
    since, until : date
        Days between which it holds; on `until` it does no longer, and None is without end.
    day_from : str
        Where these days are from.
    within : str
        The part of the control that it speaks of; empty for all of it.
    read : str
        Where its text was read; empty where it was not, and then it has no effects.
    effects : mapping of str to str
        One of `EFFECTS` by the way's name.
    lands : mapping of str to tuple of str
        Groups of land to which the effect is confined, by the way's name.
    """

    law: str
    article: str
    says: str
    since: dt.date
    until: dt.date | None
    day_from: str
    within: str
    read: str
    effects: Mapping[str, str]
    lands: Mapping[str, tuple[str, ...]]

    def holds_on(self, day: dt.date) -> bool:
        """Whether it is in force on a day."""
        return self.since <= day and (self.until is None or day < self.until)

    def effect(self, way: str, land: str | None = None) -> str | None:
        """What it says to a way of growing on land of a group; None where it says nothing.

        An effect that is confined to some groups of land is `asks` on land of an unknown group.
        """
        effect = self.effects.get(way)
        lands = self.lands.get(way)
        if effect is None or lands is None or land in lands:
            return effect
        return "asks" if land is None else None


@dataclass(frozen=True)
class Control:
    """A kind of control layer.

    Attributes
    ----------
    name : str
        As it stands in ``control_<name>_mu``.
    title : str
    aliases : tuple of str
        What such layers are called in files.
    boundary : str
        Whose drawing of it counts in law.
    rules : tuple of Rule
        In the order of the facts; none for a control of which only 亩 are told.
    """

    name: str
    title: str
    aliases: tuple[str, ...]
    boundary: str
    rules: tuple[Rule, ...]

    def rules_for(self, way: str, day: dt.date, land: str | None = None) -> list[tuple[str, Rule]]:
        """The effects that its rules have on a way of growing on a day, the gravest first."""
        said = [
            (effect, rule)
            for rule in self.rules
            if rule.holds_on(day) and (effect := rule.effect(way, land))
        ]
        return sorted(said, key=lambda each: EFFECTS.index(each[0]))


@functools.cache
def ways_of_growing() -> dict[str, Way]:
    """Ways of growing by name."""
    return {entry["name"]: _way(entry) for entry in resources.read_toml(_FACTS)["way"]}


@functools.cache
def controls() -> dict[str, Control]:
    """Kinds of control by name, in the order in which they are told."""
    return {
        entry["name"]: Control(
            name=entry["name"],
            title=entry["title"],
            aliases=tuple(entry["aliases"]),
            boundary=entry["boundary"],
            rules=tuple(_rule(rule) for rule in entry.get("rule", ())),
        )
        for entry in resources.read_toml(_FACTS)["control"]
    }


def control_named(text: str) -> Control | None:
    """The kind that a layer's name means, by its name, title or an alias; None for another."""
    spelt = fold(text)
    for control in controls().values():
        if spelt in map(fold, (control.name, control.title, *control.aliases)):
            return control
    return None


def _way(entry: Mapping[str, Any]) -> Way:
    words = {name: tuple(entry.get(name, ())) for name in ("modes", "forms", "varieties")}
    return Way(entry["name"], entry["title"], entry["tells"], **words)


def _rule(entry: Mapping[str, Any]) -> Rule:
    return Rule(
        law=entry["law"],
        article=entry["article"],
        says=entry["says"].strip(),
        since=entry["since"],
        until=entry.get("until"),
        day_from=entry["day_from"],
        within=entry.get("within", ""),
        read=entry["read"],
        effects=entry.get("effects", {}),
        lands={way: tuple(groups) for way, groups in entry.get("lands", {}).items()},
    )
