"""How grave it is for a base to lie within a control layer: what a policy's ``[controls]`` says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.language import tr
from herbgis.foundation.units import fold
from herbgis.terms.issues import SEVERITIES
from herbgis.terms.land_rules import EFFECTS, Rule, control_named, controls

#: Said of land that no rule speaks of: its 亩 alone are told.
REPORTS = "reports"
#: All that can be said, the gravest first.
ANSWERS = (*EFFECTS, REPORTS)
#: Without a policy's word: nothing blocks, and what is forbidden or must be asked wants a look.
_DEFAULTS = {"forbids": "warning", "asks": "warning", "conditions": "note", REPORTS: "note"}


@dataclass(frozen=True)
class Ruling:
    """A severity that a policy gives to some findings; what it leaves empty is any.

    Attributes
    ----------
    severity : str
    control : str
        Name of a kind of control, or of a layer of one's own, folded.
    effect : str
        One of `EFFECTS`, or `REPORTS`.
    law : str
        A part of the law's name.
    since : int
        The year from which it holds.
    """

    severity: str
    control: str = ""
    effect: str = ""
    law: str = ""
    since: int = 0

    def holds(self, control: str, effect: str, rule: Rule | None, day: dt.date) -> bool:
        """Whether it speaks of what a rule of a control says on a day."""
        return (
            self.control in {"", fold(control)}
            and self.effect in {"", effect}
            and (not self.law or (rule is not None and fold(self.law) in fold(rule.law)))
            and self.since <= day.year
        )


@dataclass(frozen=True)
class ControlRulings:
    """Severities by effect, and the rulings that a policy makes beside; the last that holds wins.

    Attributes
    ----------
    by_effect : mapping of str to str
    rulings : tuple of Ruling
    """

    by_effect: Mapping[str, str]
    rulings: tuple[Ruling, ...]

    def severity(self, control: str, effect: str, rules: Sequence[Rule], day: dt.date) -> str:
        """The severity of what rules of a control say, the gravest of them."""
        asked: Sequence[Rule | None] = rules or [None]
        said = [self._of(control, effect, rule, day) for rule in asked]
        return min(said, key=SEVERITIES.index)

    def _of(self, control: str, effect: str, rule: Rule | None, day: dt.date) -> str:
        held = [each for each in self.rulings if each.holds(control, effect, rule, day)]
        return held[-1].severity if held else self.by_effect[effect]


def control_rulings(entry: Mapping[str, Any]) -> ControlRulings:
    """What the table ``[controls]`` of a policy says, which may be empty.

    Raises
    ------
    UnknownNameError
        A ruling for a control that there is not. Of a layer of one's own no rule speaks, so that
        one for it says ``effect = "reports"``.
    """
    by_effect = {effect: entry.get(effect, severity) for effect, severity in _DEFAULTS.items()}
    return ControlRulings(by_effect, tuple(map(_ruling, entry.get("rulings", ()))))


def _ruling(entry: Mapping[str, Any]) -> Ruling:
    said = {key: value for key, value in entry.items() if key != "source"}
    if "control" in said:
        kind = control_named(said["control"])
        if kind is None and said.get("effect") != REPORTS:
            known = [each.title for each in controls().values()]
            raise UnknownNameError(tr("管控图层"), said["control"], known)
        said["control"] = fold(kind.name if kind else said["control"])
    return Ruling(**said)
