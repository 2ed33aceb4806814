"""Which bases can be stops of a visit, and what its caller wishes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.counting.marks import is_eligible, is_of_another_year, is_verified
from herbgis.foundation.errors import HerbgisError, UnknownNameError
from herbgis.foundation.language import listed, tr
from herbgis.planning.visit.roads import MOST_STOPS
from herbgis.terms.policy import Policy


def reasons_against(table: gpd.GeoDataFrame, policy: Policy) -> pd.Series:
    """Why each base cannot be a stop, empty where it can: the first reason that applies."""
    rule = policy.counting
    marks = {
        "不是当年建成": is_of_another_year(table, rule, policy),
        "类别或类型不计入": ~is_eligible(table, rule, policy),
        "在建、拟建或状态不明": table["status"] != "built",
        "有须整改的问题": table["blocked_by"].map(bool).astype(bool),
        "没有图斑": table.geometry.isna() | table.geometry.is_empty,
    }
    verified = np.logical_or.reduce(
        [is_verified(table, tier, rule, policy).to_numpy(dtype=bool) for tier in policy.tiers]
    )
    marks["核定面积不到规模线"] = pd.Series(~verified, index=table.index)
    reasons = pd.Series("", index=table.index, dtype="str")
    for reason, mark in marks.items():
        reasons = reasons.mask(mark.astype(bool) & (reasons == ""), reason)
    return reasons


@dataclass(frozen=True)
class Wishes:
    """What the caller asks for, held against the bases there are."""

    stops: int
    must: tuple[str, ...]
    never: tuple[str, ...]
    ordered: bool


def tidy_wishes(
    ids: pd.Index,
    reasons: pd.Series,
    stops: int,
    must: Iterable[str],
    never: Iterable[str],
    order: Sequence[str] | None,
) -> Wishes:
    """The wishes, or an error that says which cannot be met."""
    banned = tuple(dict.fromkeys(never))
    wanted = tuple(dict.fromkeys(must)) if order is None else tuple(order)
    for base in (*wanted, *banned):
        if base not in ids:
            raise UnknownNameError(tr("基地"), base, ids)
    count = stops if order is None else len(wanted)
    if not 1 <= count <= MOST_STOPS and order is None:
        msg = tr("观摩点要 1 至 {most} 个, 给的是 {count} 个。", most=MOST_STOPS, count=count)
        raise HerbgisError(msg)
    faults = {
        "顺序里重复的": [base for base, times in Counter(wanted).items() if times > 1],
        "又要去又不去的": [base for base in wanted if base in banned],
        "不能作观摩点的": [f"{b} ({tr(reasons[b])})" for b in wanted if reasons[b]],
        "必去的多于 {count} 个": wanted if len(wanted) > count else [],
    }
    told = [
        f"{tr(fault, count=count)}: {listed(found)}" for fault, found in faults.items() if found
    ]
    if told:
        msg = "观摩点的要求有矛盾。{faults}。请改 must、never、order 或 stops。"
        raise HerbgisError(tr(msg, faults="; ".join(told)))
    return Wishes(count, wanted, banned, order is not None)
