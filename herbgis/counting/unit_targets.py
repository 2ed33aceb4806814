"""Targets broken down by reporting unit, and whether they make the city's."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from herbgis.foundation.language import listed, tr
from herbgis.terms.policy import Policy

QUARTERS = ("q1", "q2", "q3", "q4")
QUARTER_TITLES = ("一季度", "二季度", "三季度", "四季度")


def targets_by_unit(targets: pd.DataFrame | None) -> dict[tuple[str, str], int]:
    """The year's target by unit and tier."""
    if targets is None:
        return {}
    years = targets[list(QUARTERS)].sum(axis=1).astype(int)
    keys = zip(targets["unit"], targets["tier"], strict=True)
    return dict(zip(keys, years.tolist(), strict=True))


def notes_on_targets(
    targets: pd.DataFrame | None, as_of: dt.date | None, policy: Policy
) -> list[str]:
    """Whether the units' targets make the city's, and what was to be reached by now."""
    if targets is None:
        return []
    known = {word.title for word in policy.words["reporting_unit"].values()}
    strange = sorted(set(targets["unit"]) - known)
    notes = (
        [tr("任务分解中的单位不认识, 仍列出: {names}。", names=listed(strange))] if strange else []
    )
    for tier in policy.tiers:
        title = tr(tier.reach_title)
        own = targets[targets["tier"] == tier.label]
        total = int(own[list(QUARTERS)].to_numpy().sum())
        if total != tier.target:
            line = "{tier}: 任务分解合计 {total} 个, 比全市目标 {target} 个少 {count} 个。"
            if total > tier.target:
                line = "{tier}: 任务分解合计 {total} 个, 比全市目标 {target} 个多 {count} 个。"
            count = abs(total - tier.target)
            notes.append(tr(line, tier=title, total=total, target=tier.target, count=count))
        if as_of is not None:
            quarter = (as_of.month - 1) // 3
            due = int(own[list(QUARTERS[: quarter + 1])].to_numpy().sum())
            line = "{tier}: 到{quarter}末应完成 {due} 个。"
            notes.append(tr(line, tier=title, quarter=tr(QUARTER_TITLES[quarter]), due=due))
    return notes
