"""A table that `classify` wrote and somebody worked on: what it lacks now, or says in two ways.

Joining a table of one's own renames a column that both have to ``status_x``; a column that is away
gets the policy's default, which is right for a county's own table and wrong for one of ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from herbgis.foundation.errors import HerbgisError, MissingColumnError
from herbgis.foundation.language import tr
from herbgis.reading.understanding.frames import stated_columns
from herbgis.terms.carried import digests_in
from herbgis.terms.policy import Policy

#: Without these bases of ours would be classified, and counted, otherwise than they were.
DECIDING = ("kind", "status")
_COUNTED = (*DECIDING, "sigma_mu")


def refuse_edited(
    bases: pd.DataFrame,
    table: pd.DataFrame,
    step: str,
    *,
    policy: Policy,
    columns: Mapping[str, str] | None = None,
) -> None:
    """Refuse to count bases of ours that lost what decides, or have two stories of their tier.

    Parameters
    ----------
    bases, table : DataFrame
        As they were given, and the base table that they became.
    step : str
    policy : Policy
    columns : mapping of str to str, optional

    Raises
    ------
    MissingColumnError, HerbgisError
    """
    refuse_lost(bases, step, _COUNTED, policy=policy, columns=columns)
    _refuse_two_tiers(table, policy)


def refuse_lost(
    bases: pd.DataFrame,
    step: str,
    needed: Sequence[str],
    *,
    policy: Policy,
    columns: Mapping[str, str] | None = None,
) -> None:
    """Refuse bases of ours from which a column that decides was lost.

    Raises
    ------
    MissingColumnError
    """
    if not digests_in(bases):
        return
    stated = stated_columns(bases, policy=policy, columns=columns)
    lost = [name for name in needed if name not in stated]
    if lost:
        present = [str(name) for name in bases.columns]
        renamed = [name for name in present if name.startswith(tuple(f"{n}_" for n in lost))]
        advice = tr(
            "classify 写出的表有这些列, 后来没有了, 缺了就会算成别的数。"
            "请用原来的表; 与自己的表合并时, 同名的列会改叫 {example}, 先去掉自己的那一列, "
            "或用 columns= 指明。",
            example=next(iter(renamed), f"{lost[0]}_x"),
        )
        raise MissingColumnError(step, lost, present, advice)


def _refuse_two_tiers(table: pd.DataFrame, policy: Policy) -> None:
    """Refuse a base of ours whose counted area does not reach the tier it has, or passes it."""
    if "tier" not in table or not digests_in(table):
        return
    tiers, areas = (
        table["tier"].astype(object).to_numpy(),
        table["counted_mu"].to_numpy(dtype=float),
    )
    reached = np.searchsorted([tier.threshold_mu for tier in policy.tiers], areas, side="right")
    due = np.where(np.isnan(areas), "", np.array(policy.tier_labels, dtype=object)[reached])
    known = np.asarray(table["tier"].astype(object).isin(policy.tier_labels))
    apart = np.flatnonzero(known & (tiers != due))
    if not len(apart):
        return
    row = int(apart[0])
    mu, base = areas[row], table["base_id"].iloc[row]
    named = tr("第 {row} 行", row=row + 1)
    msg = tr(
        "{record}的核定面积 (counted_mu) 是 {mu}, 规模等级 (tier) 是 {tier}, "
        "两样不合。改了哪一列, 请把另一列的这一格清空。",
        record=named + (f" ({base})" if isinstance(base, str) else ""),
        mu=tr("空的") if np.isnan(mu) else tr("{mu:.2f} 亩", mu=mu),
        tier=tiers[row],
    )
    raise HerbgisError(msg)
