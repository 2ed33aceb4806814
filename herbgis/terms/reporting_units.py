"""Which unit a record is reported by (填报单位), and the order in which units stand."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from herbgis.terms.policy import Policy

NO_UNIT = "未填单位"
#: How offices of a county are called, behind its name or alone.
_OFFICE = re.compile("(?:人民)?政府|(?!镇|街|村|乡(?!村)).*(?:局|委|办|办公室|中心|站|专班)")
_BARE = re.compile(
    "[本我]?(?:县|区|自治县)?(?:(?:人民)?政府|农业农村局|农业局|农牧科技局|科技局|科学技术局|林业局|"
    "扶贫办|乡村振兴局|(?:中药材|药材).{0,8}(?:办|办公室|中心|局|站|专班))"
)


def office_of(stated: str, policy: Policy) -> str | None:
    """The unit whose office a text names, as 印江县农业农村局; None where it names none so."""
    for end in range(len(stated) - 1, 1, -1):
        start = stated[:end]
        unit = policy.canonical("reporting_unit", start) or policy.canonical("county", start)
        if unit is not None:
            return unit if _OFFICE.fullmatch(stated[end:]) else None
    return None


def is_some_office(stated: str) -> bool:
    """Whether a text names an office that every county has, and not of which (县农业农村局)."""
    return _BARE.fullmatch(stated) is not None


def unit_titles(bases: pd.DataFrame, policy: Policy) -> list[str]:
    """The unit that each record goes back to: its 填报单位, or else its county.

    An office of a county is that county's, be its name written with it or in the record.
    """
    titles = np.full(len(bases), NO_UNIT, dtype=object)
    for column in ("county", "reporting_unit"):
        number, names = pd.factorize(bases[column])
        units = [office_of(name, policy) or name for name in names]
        words = np.array([policy.title_of(column, unit) for unit in units], dtype=object)
        told = number >= 0
        if column == "reporting_unit":
            bare = np.array([is_some_office(unit) for unit in units], dtype=bool)
            told[told] &= ~bare[number[told]] | (titles[told] == NO_UNIT)
        titles[told] = words[number[told]]
    return titles.tolist()


def in_policys_order(units: Iterable[str], policy: Policy) -> list[str]:
    """Units in the order of the policy's words, others behind, the unnamed last."""
    order = [word.title for word in policy.words["reporting_unit"].values()]
    place = {title: number for number, title in enumerate(order)}
    last = len(order)
    return sorted(units, key=lambda u: (u == NO_UNIT, place.get(u, last), u))
