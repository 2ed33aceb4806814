"""Which bases the targets count: eligible, reported, verified, pending, undecided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.counting.edited import refuse_edited
from herbgis.counting.row_order import total
from herbgis.counting.standing import NOT_BUILT, NOT_YET_VERIFIED, standing_on
from herbgis.foundation.errors import HerbgisError, MissingColumnError
from herbgis.foundation.language import listed, tr
from herbgis.foundation.units import round_mu
from herbgis.measuring.chances import near_threshold
from herbgis.reading.understanding.frames import as_base_table
from herbgis.terms import columns as cols
from herbgis.terms.control_columns import control_columns
from herbgis.terms.counting_rule import CountingRule
from herbgis.terms.policy import Policy, Tier

#: Stands wherever a count is shown of bases that nobody validated.
UNVALIDATED = "未校验: 这些基地没有经过 validate, 有没有须整改的问题不知道, 个数只供参考。"
#: Ids that an error names.
_NAMED = 5


def countable(
    bases: pd.DataFrame,
    policy: Policy,
    columns: Mapping[str, str] | None,
    as_of: dt.date | None = None,
) -> pd.DataFrame:
    """What counting looks at, of a frame of bases; see `frames.as_base_table`.

    ``validated`` tells whether anybody looked for errors, of which ``blocked_by`` is the trace;
    ``standing`` is what the bases' dates say of the day `as_of`; see `standing.standing_on`.
    """
    table = as_base_table(bases, policy=policy, columns=columns)
    if "counted_mu" not in table:
        raise MissingColumnError("count_progress", ["counted_mu"], [str(c) for c in bases.columns])
    refuse_edited(bases, table, "count_progress", policy=policy, columns=columns)
    known = cols.known_in(table, cols.READ, cols.OPTIONAL, cols.added())
    of_layers = control_columns(table.columns)  # those of layers of one's own too
    names = dict.fromkeys(column.name for column in (*known, *of_layers))
    table = pd.DataFrame(table[[*names]])
    if set(table.index.names) - {None, "base_id"}:  # columns by now, which would be named twice
        table.index = table.index.to_flat_index().rename(None)
    table["validated"] = "blocked_by" in table
    for column in (*cols.MEASURED, *cols.VALIDATED):
        if column.name not in table:
            table[column.name] = cols.missing(column.kind, table.index)
    if "contiguous_mu" not in table:
        table["contiguous_mu"] = table["counted_mu"]
    if "disputed_mu" not in table:
        table["disputed_mu"] = cols.missing("number", table.index)
    table["year"] = table["completed_on"].dt.year.astype("Int64")
    table["sound"] = ~table["blocked_by"].map(bool).astype(bool) & table["counted_mu"].notna()
    table["standing"] = ""
    if as_of is not None:
        table["standing"] = standing_on(table, as_of, bases.get("admitted_on"))
        table["sound"] &= table["standing"] == ""
    return table


def countable_by_id(
    bases: pd.DataFrame,
    policy: Policy,
    columns: Mapping[str, str] | None = None,
    as_of: dt.date | None = None,
) -> pd.DataFrame:
    """`countable` with the bases' ids as its index; the frame's own where it tells none."""
    table = countable(pd.DataFrame(bases), policy, columns, as_of)
    if bases.index.name != "base_id" and table["base_id"].notna().any():
        table.index = pd.Index(table["base_id"])
    return table


def refuse_twice(ids: pd.Series, step: str) -> None:
    """Refuse bases of which one stands in more than one row, and would count twice.

    Raises
    ------
    HerbgisError
    """
    known = ids.dropna()
    twice = sorted(set(known[known.duplicated()]))
    if twice:
        named = listed(twice[:_NAMED])
        msg = tr(
            "{step} 要一个基地一行, 重复的编号: {named}。请先 hg.classify。", step=step, named=named
        )
        raise HerbgisError(msg)


def is_eligible(table: pd.DataFrame, rule: CountingRule, policy: Policy) -> pd.Series:
    """Of a counted group and kind; where the rule asks, completed in the policy's year.

    What was not built on the day that is asked for is not eligible.
    """
    eligible = table["group"].isin(rule.groups) & table["kind"].isin(rule.counted_kinds)
    eligible &= table["standing"] != NOT_BUILT
    return eligible & ~is_of_another_year(table, rule, policy)


def is_of_another_year(table: pd.DataFrame, rule: CountingRule, policy: Policy) -> pd.Series:
    """Not completed in the policy's year, or nobody says when, where the rule asks for it."""
    in_year = table["year"].eq(policy.year).fillna(value=False).astype(bool)
    return ~in_year & (rule.year == "built")


def is_claimed(table: pd.DataFrame, rule: CountingRule, policy: Policy) -> pd.Series:
    """Eligible, or perhaps so: somebody has yet to tell of what group or kind it is."""
    groups, kinds = (*rule.groups, "unknown"), (*rule.counted_kinds, "unknown")
    claimed = table["group"].isin(groups) & table["kind"].isin(kinds)
    claimed &= table["standing"] != NOT_BUILT
    return claimed & ~is_of_another_year(table, rule, policy)


def waits_for_word(table: pd.DataFrame) -> pd.Series:
    """What it grows, what it is, or whether it stands, is unknown: reported, never verified."""
    told = (table[name] == "unknown" for name in ("group", "kind", "status"))
    return pd.Series(np.logical_or.reduce(list(told)), index=table.index)


def area_of(table: pd.DataFrame, rule: CountingRule) -> pd.Series:
    """The area that a reading looks at: the whole counted one, or the largest block's."""
    return table["contiguous_mu" if rule.area == "contiguous" else "counted_mu"].astype(float)


def reaches(mu: pd.Series, tier: Tier, rule: CountingRule, policy: Policy) -> pd.Series:
    """Whether an area reaches a tier; under a disjoint reading, and not the next."""
    rounded = pd.Series(round_mu(mu.to_numpy(dtype=float)), index=mu.index)
    reached = rounded >= tier.threshold_mu
    higher = [t.threshold_mu for t in policy.tiers if t.threshold_mu > tier.threshold_mu]
    if higher and not rule.nested:
        reached &= rounded < min(higher)
    return reached


def is_verified(table: pd.DataFrame, tier: Tier, rule: CountingRule, policy: Policy) -> pd.Series:
    """Built, of a counted group and kind, nothing in the way, and the tier reached."""
    could = only_area_decides(table, rule, policy)
    return could & reaches(area_of(table, rule), tier, rule, policy)


def only_area_decides(table: pd.DataFrame, rule: CountingRule, policy: Policy) -> pd.Series:
    """Built, of a counted group and kind, and nothing in the way."""
    return is_eligible(table, rule, policy) & (table["status"] == "built") & table["sound"]


def could_be_verified(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Bases of which only the area decides, under the policy's reading."""
    return table[only_area_decides(table, policy.counting, policy)]


def marks_of(
    table: pd.DataFrame, tier: Tier, rule: CountingRule, policy: Policy
) -> dict[str, pd.Series]:
    """Which bases are reported, verified, pending and undecided for a tier."""
    could = only_area_decides(table, rule, policy)
    verified = could & reaches(area_of(table, rule), tier, rule, policy)
    reported = is_claimed(table, rule, policy) & table["status"].isin(["built", "unknown"])
    reported &= reaches(table["declared_mu"], tier, rule, policy)
    waits = ~table["sound"] & (table["standing"] != NOT_YET_VERIFIED) | waits_for_word(table)
    undecided = could & near_threshold(
        area_of(table, rule), table["sigma_mu"].astype(float), tier.threshold_mu
    )
    return {
        "reported": reported,
        "verified": verified,
        "pending": reported & ~verified & waits,
        "undecided": undecided,
    }


def mark_bases(
    bases: gpd.GeoDataFrame,
    *,
    policy: Policy,
    columns: Mapping[str, str] | None = None,
    as_of: dt.date | None = None,
) -> pd.DataFrame:
    """What each base is to the targets, as `count_progress` counts it.

    Parameters
    ----------
    bases, policy, columns, as_of
        As for `count_progress`.

    Returns
    -------
    DataFrame
        A row a base, with the frame's index: for every tier ``reported_<tier>``,
        ``verified_<tier>``, ``pending_<tier>``, ``undecided_<tier>`` and ``building_<tier>`` (in
        building, and its area, surveyed or else declared, reaches the tier); ``base_id``,
        ``reporting_unit``, ``county``, ``year`` of completion, ``surveyed_on``, ``counted_mu``,
        ``blocked``, ``validated``, ``unknown`` (of which crop or kind it is, or whether it stands,
        nobody knows) and ``not_yet_verified`` (built by `as_of`, surveyed later, and reaching the
        lowest tier).

    Raises
    ------
    HerbgisError
        A base stands in more than one row.
    """
    table = countable(pd.DataFrame(bases), policy, columns, as_of)
    refuse_twice(table["base_id"], "make_schedule")
    rule = policy.counting
    mu = area_of(table, rule).fillna(table["declared_mu"].astype(float))
    told = ["base_id", "reporting_unit", "county", "year", "surveyed_on", "counted_mu"]
    marks = table[told].copy()
    marks["blocked"] = table["blocked_by"].map(bool).astype(bool)
    marks["validated"] = table["validated"]
    marks["unknown"] = waits_for_word(table)
    reached = reaches(mu, policy.tiers[0], rule, policy) & is_eligible(table, rule, policy)
    marks[NOT_YET_VERIFIED] = reached & (table["standing"] == NOT_YET_VERIFIED)
    for tier in policy.tiers:
        for name, mark in marks_of(table, tier, rule, policy).items():
            marks[f"{name}_{tier.label}"] = mark
        building = is_eligible(table, rule, policy) & (table["status"] == "building")
        marks[f"building_{tier.label}"] = building & reaches(mu, tier, rule, policy)
    return marks


def sum_mu(mu: pd.Series) -> float:
    """Sum of areas to 0.01."""
    return float(np.round(total(mu), 2))
