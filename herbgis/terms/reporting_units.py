"""Which unit a record is reported by (填报单位), and the order in which units stand."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from herbgis.terms.policy import Policy

NO_UNIT = "未填单位"


def unit_titles(bases: pd.DataFrame, policy: Policy) -> list[str]:
    """The unit that each record goes back to: its 填报单位, or else its county."""
    titles = np.full(len(bases), NO_UNIT, dtype=object)
    for column in ("county", "reporting_unit"):
        number, names = pd.factorize(bases[column])
        words = np.array([policy.title_of(column, name) for name in names], dtype=object)
        titles[number >= 0] = words[number[number >= 0]]
    return titles.tolist()


def in_policys_order(units: Iterable[str], policy: Policy) -> list[str]:
    """Units in the order of the policy's words, others behind, the unnamed last."""
    order = [word.title for word in policy.words["reporting_unit"].values()]
    place = {title: number for number, title in enumerate(order)}
    last = len(order)
    return sorted(units, key=lambda u: (u == NO_UNIT, place.get(u, last), u))
