"""HG501, HG510, HG511: is it known what a base grows, and what kind of base it is?

What is not known is never counted as one or the other: the base is pending until somebody answers.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import numpy as np

from herbgis.foundation.language import listed, tr
from herbgis.terms.issues import Issue
from herbgis.terms.policy import Policy
from herbgis.validating.rules.context import Context
from herbgis.validating.rules.mojibake import mended

#: How like a name must be to be suggested: of the plan's varieties, and of the many others.
_LIKE_LISTED, _LIKE_OTHERS = 0.45, 0.6
_MOST = 3


def unknown_variety(context: Context) -> Iterator[Issue]:
    """HG501: like a name of the catalogue, or a word to be asked about; never taken for one."""
    for record, variety, likely in _unknown(context):
        if likely:
            values = {
                "variety": variety[:20],
                "what": tr("不止一个意思")
                if variety in context.policy.crops
                else tr("不在品种名录"),
                "hint": tr("是否为 {names}? ", names=listed(likely)),
            }
            yield Issue("HG501", context.place(record), values)


def unknown_crop(context: Context) -> Iterator[Issue]:
    """HG511: in no catalogue and like no name; as a note, a word of two meanings."""
    for record, variety, likely in _unknown(context):
        if not likely:
            values = {
                "variety": variety[:20],
                "what": tr("不在任何名录, 待核实"),
                "hint": tr("请核对品种名; 确是药材请写药典或本省标准里的名称。"),
            }
            yield Issue("HG511", context.place(record), values)
    yield from _two_meanings(context)


def _two_meanings(context: Context) -> Iterator[Issue]:
    crops = context.policy.crops
    both = {name for name, crop in crops.items() if crop.likely and crop.group != "unknown"}
    for record in np.flatnonzero(context.bases["variety"].isin(sorted(both))).tolist():
        crop = crops[context.bases["variety"].iloc[record]]
        herb = crop.group == "other"
        likely = listed(crop.likely)
        values = {
            "variety": crop.name[:20],
            "what": tr("有两种意思, 按药材计") if herb else tr("有两种意思, 不按药材计"),
            "hint": tr("若种的是{likely}, 请改写品种。", likely=likely)
            if herb
            else tr("按{likely}; 确作药材种植的请说明。", likely=likely),
        }
        yield Issue("HG511", context.place(record), values, severity="note")


def _unknown(context: Context) -> Iterator[tuple[int, str, list[str]]]:
    """Records with a name that nobody knows, the name, and what it may be."""
    likely: dict[str, list[str] | None] = {}
    for record, varieties in enumerate(context.bases["varieties"]):
        for variety in varieties:
            if variety not in likely:
                likely[variety] = _likely(variety, context.policy)
            found = likely[variety]
            if found is not None:
                yield record, variety, found


def _likely(variety: str, policy: Policy) -> list[str] | None:
    """What a name may be; None where it is known, or garbled (HG506)."""
    if policy.group_of(variety) != "unknown" or mended(variety) is not None:
        return None
    asked = policy.crops.get(variety)
    if asked is not None:
        return list(asked.likely)
    listed, others = (
        {text: entry.name for entry in entries for text in (entry.name, *entry.aliases)}
        for entries in (policy.varieties.values(), policy.crops.values())
    )
    like = difflib.get_close_matches(variety, listed, n=_MOST, cutoff=_LIKE_LISTED)
    names = [listed[text] for text in like]
    like = difflib.get_close_matches(variety, others, n=_MOST, cutoff=_LIKE_OTHERS)
    return list(dict.fromkeys([*names, *(others[text] for text in like)]))[:_MOST]


def unknown_kind(context: Context) -> Iterator[Issue]:
    """HG510: a 基地类型 that nobody knows; an empty one is the policy's default, and no issue."""
    raw = context.texts("raw_kind")
    for record in np.flatnonzero(context.bases["kind"] == "unknown").tolist():
        written = raw[record] or context.policy.title_of("kind", "unknown")
        yield Issue("HG510", context.place(record), {"written": written[:15]})
