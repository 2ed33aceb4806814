"""HG514, HG515: are units and townships in the lists that the policy holds them against?"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import numpy as np

from herbgis.foundation.language import listed, tr
from herbgis.terms import columns as cols
from herbgis.terms.issues import Issue
from herbgis.validating.rules.context import Context
from herbgis.validating.rules.mojibake import mended

#: Columns whose words are held against the policy's: its table of them, and what it means if not.
_UNITS = (
    ("declared_unit", "unit", "没有换算成亩"),
    ("reporting_unit", "reporting_unit", "不知计在谁名下"),
)
_LIKENESS = 0.45


def unknown_unit(context: Context) -> Iterator[Issue]:
    """HG514: a 填报单位 that nobody knows, or a unit of area, of which no 亩 are made."""
    policy = context.policy
    for column, words, effect in _UNITS:
        cells = context.bases[column]
        # Garbled text is HG506; what it says is not known yet.
        unknown = [
            text
            for text in cells.dropna().unique()
            if policy.canonical(words, text) is None and mended(text) is None
        ]
        for record in np.flatnonzero(cells.isin(unknown)).tolist() if unknown else ():
            written = cells.iloc[record]
            values = {
                "column": tr(cols.titles()[column]),
                "written": written[:15],
                "effect": tr(effect),
                "hint": _hint(written, list(policy.words[words])),
            }
            yield Issue("HG514", context.place(record), values)


def unknown_township(context: Context) -> Iterator[Issue]:
    """HG515: not in the register of the county; the nearest, or the other county, is named."""
    policy, bases = context.policy, context.bases
    pairs = bases[["county", "county_code", "township"]].dropna()
    for county, code, township in pairs.drop_duplicates().itertuples(index=False):
        unknown = policy.townships.unknown_in(code, township)
        if unknown is None or mended(township) is not None:
            continue
        title = policy.title_of("county", county)
        elsewhere = [
            tr("{county}有{name}", county=_county_of(other, context), name=name)
            for other, name in policy.townships.named(unknown)
            if other != code
        ]
        near = _hint(unknown, list(policy.townships.names[code]))
        values = {
            "township": unknown[:12],
            "county": title[:8],
            "hint": tr("{places}。", places=listed(elsewhere)) if elsewhere else near,
        }
        same = (bases["county"] == county) & (bases["township"] == township)
        for record in np.flatnonzero(same & (bases["county_code"] == code)).tolist():
            yield Issue("HG515", context.place(record), values)


def _county_of(code: str, context: Context) -> str:
    """The title of a county, or its code where the policy has no such county."""
    counties = context.policy.words["county"].values()
    return next((county.title for county in counties if county.code == code), code)


def _hint(written: str, known: list[str]) -> str:
    near = difflib.get_close_matches(written, known, n=3, cutoff=_LIKENESS)
    return tr("是否为 {names}? ", names=listed(near)) if near else ""
