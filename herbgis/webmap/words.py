"""Words and figures as they stand on the page, in its language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from herbgis.foundation import resources
from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.language import LANGUAGES, speaking, tr
from herbgis.foundation.units import round_mu
from herbgis.terms import columns as cols
from herbgis.terms.issues import SEVERITY_TITLES
from herbgis.terms.issues import texts as issue_texts
from herbgis.terms.policy import Policy
from herbgis.webmap.privacy import masked

_WAN = 10_000


@dataclass(frozen=True)
class Wording:
    """What a page says: the texts of its language, and in it the words of a policy.

    Names that people gave (bases, townships, operators) and the policy's own title stay as they are
    in every language.

    Raises
    ------
    UnknownNameError
        There are no texts in the language.
    """

    policy: Policy
    lang: str = "zh"

    def __post_init__(self) -> None:
        if self.lang not in LANGUAGES:
            raise UnknownNameError(tr("语言"), self.lang, LANGUAGES)

    @property
    def texts(self) -> Mapping[str, Any]:
        """The page's own texts; treat them as read-only."""
        return resources.read_toml(f"webmap/texts/{self.lang}.toml")

    def heading(self, column: str) -> str:
        """The heading of a column."""
        own = self.texts["columns"].get(column)
        return str(own or self.said(cols.titles().get(column, column)))

    def word(self, column: str, value: Any) -> str | None:
        """What is printed for a value of a column; None where it is empty."""
        shown = text(value)
        if shown is None:
            return None
        if column == "variety":
            return self._variety(shown)
        own = self.texts["values"].get(column, {})
        return str(own.get(shown) or self.said(self.policy.title_of(column, shown)))

    def said(self, chinese: str) -> str:
        """A text of the code or the facts in the page's language."""
        with speaking(self.lang):
            return tr(chinese)

    def words(self, column: str, values: Any) -> list[str | None]:
        """The word of each value of a column."""
        known: dict[str, str | None] = {}
        shown = [text(value) for value in values]
        for value in set(shown) - {None}:
            known[str(value)] = self.word(column, value)
        return [None if value is None else known[value] for value in shown]

    def tier(self, label: str) -> str:
        """What is printed for a tier: its own bases, or those below them all."""
        if self.lang == "zh":
            return self.policy.tier_title(label)
        lines = {tier.label: tier.threshold_mu for tier in self.policy.tiers}
        higher = [mu for mu in lines.values() if mu > lines.get(label, 0)]
        if label not in lines:
            return str(self.texts["tier"]["below"].format(mu=min(higher)))
        kind = "between" if higher else "above"
        top = min(higher, default=0)
        return str(self.texts["tier"][kind].format(mu=lines[label], top=top))

    def reach(self, label: str) -> str:
        """What is printed for all that reach a tier's threshold."""
        tier = next(tier for tier in self.policy.tiers if tier.label == label)
        if self.lang == "zh":
            return tier.reach_title
        return str(self.texts["tier"]["above"].format(mu=tier.threshold_mu))

    def mu(self, value: Any) -> str | None:
        """An area to 0.01 亩."""
        shown = plain_mu(value)
        return shown and self.texts["mu"].format(mu=shown)

    def wan_mu(self, value: Any) -> str | None:
        """An area of the city, in 万亩 with two decimals."""
        figure = number(value)
        return None if figure is None else self.texts["wan_mu"].format(mu=plain_mu(figure / _WAN))

    def issue(self, code: str) -> str:
        """The title of an issue's code."""
        return issue_texts(self.lang).get(code, {}).get("title", code)

    def severity(self, severity: str) -> str:
        """What is printed for a severity."""
        return str(self.texts["values"].get("severity", SEVERITY_TITLES)[severity])

    def _variety(self, name: str) -> str:
        """A variety by its name, in other languages behind genus and species."""
        variety = self.policy.varieties.get(name)
        if self.lang == "zh" or variety is None or not variety.latin:
            return name
        return f"{' '.join(variety.latin.split()[:2])} {name}"


def text(value: Any) -> str | None:
    """A cell as text that a page may show: no surrogates, no telephone or identity number.

    None where it is empty.
    """
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    shown = str(value).encode("utf-8", "replace").decode().strip()
    return masked(shown) or None


def listed(value: Any) -> list[str]:
    """The texts of a list cell; a text alone is a list of one."""
    if isinstance(value, (list, tuple, set, np.ndarray)):
        return [shown for item in value if (shown := text(item))]
    shown = text(value)
    return [shown] if shown else []


def number(value: Any) -> float | None:
    """A cell as a finite number, or None."""
    try:
        figure = float(value)
    except (TypeError, ValueError):
        return None
    return figure if np.isfinite(figure) else None


def plain_mu(value: Any) -> str | None:
    """An area to 0.01 亩, rounded half up, without its unit and without thousands marks."""
    figure = number(value)
    return None if figure is None else f"{round_mu(np.array([figure]))[0]:.2f}"


def day(value: Any) -> str | None:
    """A date as 2020-06-30; other texts as they are."""
    if isinstance(value, (dt.date, np.datetime64)) and not pd.isna(value):
        return str(pd.Timestamp(value).date().isoformat())
    return text(value)


def joined(parts: Iterable[str | None], between: str) -> str | None:
    """The parts that are there, in one text."""
    return between.join(part for part in parts if part) or None
