"""What each base counts for, so that the page's tables can filter each other.

The page adds up marks and hundredths of 亩 that stand here; it decides nothing by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from herbgis.counting.marks import countable, is_verified
from herbgis.geo.geodesy import Ints
from herbgis.terms import columns as cols
from herbgis.terms.policy import Policy
from herbgis.webmap.packing import packed_column


@dataclass(frozen=True)
class CountsOfBases:
    """A row a base: ``marks``, a bit a tier in which it is verified, and ``hundredths`` of 亩."""

    table: pd.DataFrame

    def packed(self, index: pd.Index) -> dict[str, Any]:
        """The counts of the bases with these labels, in their order."""
        rows = self.table.loc[index]
        return {name: packed_column(rows[name].tolist()) for name in ("marks", "hundredths")}


def counts_of_bases(
    table: pd.DataFrame,
    breakdowns: Mapping[str, pd.DataFrame],
    policy: Policy,
    as_of: dt.date | None = None,
) -> CountsOfBases | None:
    """What each base counts for; None where that does not add up to the breakdowns.

    Parameters
    ----------
    table : DataFrame
        As `frames.tidy_bases` gives it.
    breakdowns : mapping of str to DataFrame
        Those of `Progress.by`, made by the caller and so perhaps of other bases.
    policy : Policy
    as_of : datetime.date, optional
        The day for which they were asked.
    """
    if "counted_mu" not in table or not table.index.is_unique:
        return None
    known = countable(table.drop(columns="shape"), policy, None, as_of)
    verified = [is_verified(known, tier, policy.counting, policy) for tier in policy.tiers]
    marks: Ints = np.sum([mark.to_numpy() << n for n, mark in enumerate(verified)], axis=0)
    hundredths = np.rint(known["counted_mu"].fillna(0).to_numpy(dtype=float) * 100)
    counted = known.assign(marks=marks, hundredths=np.where(marks > 0, hundredths, 0).astype(int))
    agree = all(
        _adds_up(counted, name, breakdown, policy)
        for name, breakdown in breakdowns.items()
        if name in filters(breakdowns, table)
    )
    outside = (counted["marks"] > 0) & table["shape"].isna()
    return CountsOfBases(counted) if agree and not outside.any() else None


def filters(breakdowns: Mapping[str, pd.DataFrame], table: pd.DataFrame) -> list[str]:
    """Columns whose breakdown can filter the map: of one key, and with a word on every base."""
    keys = cols.names(cols.with_role(cols.Role.GROUPING))
    return [name for name in breakdowns if name in keys and name in table]


def _adds_up(counted: pd.DataFrame, key: str, breakdown: pd.DataFrame, policy: Policy) -> bool:
    sums = pd.DataFrame({"hundredths": counted["hundredths"]})
    for n, tier in enumerate(policy.tiers):
        sums[tier.label] = (counted["marks"].to_numpy() >> n) & 1
    here = sums.groupby(counted[key].astype("str").fillna("")).sum()
    there = breakdown.set_axis(breakdown[key].astype("str").fillna(""), axis=0)
    there = there.assign(hundredths=np.rint(there["mu"] * 100))[list(here.columns)].astype(int)
    told = pd.concat([here, there], axis=1, keys=["here", "there"]).fillna(0)
    return bool(told["here"].eq(told["there"]).all(axis=None))
