"""Of the bases that are verified, how many lie within control layers (其中涉…)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from herbgis.counting.marks import is_verified, sum_mu
from herbgis.foundation.language import listed, tr
from herbgis.terms.control_columns import of_controls
from herbgis.terms.policy import Policy


def controlled_bases(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Verified bases within each control layer, and on cropland.

    Parameters
    ----------
    table : DataFrame
        As `marks.countable` gives it.
    policy : Policy
        Of which so many 亩 as outlines drawn anew make (``overlap_ignored_mu``) are none.

    Returns
    -------
    DataFrame
        A row a layer that the bases were held against: ``control``, ``title``, verified bases a
        tier, and ``mu`` of these within it.
    """
    verified = {
        tier.label: is_verified(table, tier, policy.counting, policy) for tier in policy.tiers
    }
    least = policy.tolerances["overlap_ignored_mu"]
    rows = []
    for column, title in of_controls(table.columns).items():
        within = table[column] > least
        counted = np.logical_or.reduce([mark & within for mark in verified.values()])
        rows.append(
            {
                "control": column.removesuffix("_mu").removeprefix("control_"),
                "title": title,
                **{label: int((mark & within).sum()) for label, mark in verified.items()},
                "mu": sum_mu(table.loc[counted, column]),
            }
        )
    return pd.DataFrame(rows, columns=["control", "title", *verified, "mu"])


def controlled_line(tier: str, verified: int, title: str, table: pd.DataFrame) -> str:
    """How many of a tier's verified bases lie within which layer."""
    parts = [
        tr("涉{control} {count} 个", control=tr(row["title"]), count=row[tier])
        for row in table.to_dict("records")
    ]
    return tr(
        "{title}核实 {verified} 个, 其中{parts}。",
        title=title,
        verified=verified,
        parts=listed(parts),
    )
