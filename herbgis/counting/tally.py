"""count_progress: the bases counted against the targets, under every reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.counting.breakdowns import break_down, keys_of, readings_of
from herbgis.counting.controlled import controlled_bases
from herbgis.counting.ledger import select_in_force
from herbgis.counting.marks import (
    area_of,
    countable,
    is_claimed,
    is_eligible,
    is_verified,
    marks_of,
    reaches,
    refuse_twice,
    sum_mu,
)
from herbgis.counting.outlook import (
    bases_of_standing,
    expected_bases,
    nearest_below,
    pipeline_of,
    uncounted_bases,
    undecided_bases,
)
from herbgis.counting.progress import Progress
from herbgis.counting.standing import DATE_UNKNOWN, NOT_YET_VERIFIED, newest_day, note_of
from herbgis.counting.tiers import tier_of
from herbgis.terms.carried import policy_for
from herbgis.terms.counting_rule import CountingRule
from herbgis.terms.policy import Policy, Tier


def count_progress(
    bases: gpd.GeoDataFrame,
    *,
    policy: Policy | None = None,
    by: Sequence[str | Sequence[str]] | str = (),
    as_of: dt.date | None = None,
    columns: Mapping[str, str] | None = None,
) -> Progress:
    """Count the bases against the targets of a policy.

    Parameters
    ----------
    bases : GeoDataFrame or DataFrame
        One row a base with ``counted_mu``, as from `classify`; other columns that are absent
        get the policy's defaults.
    policy : Policy, optional
        ``tongren-2020`` by default.
    by : sequence of str or of pairs
        Columns to break down by; a pair, or ``'county,variety'``, is crossed.
    as_of : datetime.date, optional
        Count what stood on this day: built and surveyed by then, as far as the dates say in the
        precision in which they were written; of a ledger's bases the versions in force that day.
        By default everything counts, and the day named under the tables is the newest
        ``surveyed_on`` within the policy's year, never today.
    columns : mapping of str to str, optional
        Column of the base table to the frame's heading.

    Returns
    -------
    Progress

    Raises
    ------
    MissingColumnError
        There is no counted area.
    UnknownNameError
        A column that progress cannot be broken down by.
    HerbgisError
        A base stands in more than one row.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> progress = hg.count_progress(bases, by="county")
    >>> progress.targets[["tier", "target", "reported", "verified", "gap"]].iloc[0].to_dict()
    {'tier': '500', 'target': 100, 'reported': 104, 'verified': 96, 'gap': 4}
    >>> progress.by["county"].iloc[0].to_dict()
    {'county': '碧江区', '500': 2, '1000': 1, 'mu': 1916.19}
    """
    policy = policy_for(bases, policy)
    table = countable(_in_force(bases, as_of), policy, columns, as_of)
    refuse_twice(table["base_id"], "count_progress")
    rule = policy.counting
    targets = pd.DataFrame([_target_row(table, tier, rule, policy) for tier in policy.tiers])
    later = table[table["standing"] == NOT_YET_VERIFIED]
    asked = [by] if isinstance(by, str) else list(by)
    breakdowns = [keys_of(entry, policy) for entry in asked]
    return Progress(
        policy=policy.name,
        as_of=as_of or newest_day(table["surveyed_on"], policy),
        day_note=note_of(table, as_of),
        targets=targets,
        by={",".join(keys): break_down(table, keys, policy) for keys in breakdowns},
        readings=readings_of(table, policy),
        near=nearest_below(table, policy),
        undecided=undecided_bases(table, policy),
        expected=expected_bases(table, policy),
        pipeline=pipeline_of(table, policy),
        uncounted=uncounted_bases(table, policy),
        controls=controlled_bases(table, policy),
        would_count={tier.label: _would_be(later, tier, policy) for tier in policy.tiers},
        not_yet_verified=bases_of_standing(table, NOT_YET_VERIFIED, policy),
        date_unknown=bases_of_standing(table, DATE_UNKNOWN, policy),
        bases=_marked(table, policy),
        rules=policy,
        validated=bool(table["validated"].all()),
        without_declared_mu=_without_declared_mu(table, rule, policy),
        undated=_undated(table, policy),
        year=policy.year,
        table_note=policy.table_note,
        titles={tier.label: tier.reach_title for tier in policy.tiers},
        words=policy.titles,
    )


def _in_force(bases: gpd.GeoDataFrame, as_of: dt.date | None) -> pd.DataFrame:
    """The bases; of a ledger's history, a row a version, those in force on the day."""
    is_history = {"base_id", "batch", "admitted_on", "verified"} <= set(bases.columns)
    if is_history and bases["base_id"].duplicated().any():
        return pd.DataFrame(select_in_force(bases, as_of))
    return pd.DataFrame(bases)


def _would_be(later: pd.DataFrame, tier: Tier, policy: Policy) -> int:
    """How many of some bases a tier would count, were they surveyed by now."""
    rule = policy.counting
    reached = reaches(area_of(later, rule), tier, rule, policy)
    return int((is_eligible(later, rule, policy) & reached).sum())


def _marked(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The bases as they were looked at, and what each is to every tier."""
    marks = {
        f"{name}_{tier.label}": mark
        for tier in policy.tiers
        for name, mark in marks_of(table, tier, policy.counting, policy).items()
    }
    marked = table.assign(**marks, tier=tier_of(table["counted_mu"], policy).astype("str"))
    return marked.iloc[marked["base_id"].argsort(kind="stable")]


def _target_row(
    table: pd.DataFrame, tier: Tier, rule: CountingRule, policy: Policy
) -> dict[str, Any]:
    marks = marks_of(table, tier, rule, policy)
    counts = {name: int(mark.sum()) for name, mark in marks.items()}
    return {
        "tier": tier.label,
        "target": tier.target,
        **counts,
        "gap": max(tier.target - counts["verified"], 0),
        "mu": sum_mu(table.loc[marks["verified"], "counted_mu"]),
    }


def _undated(table: pd.DataFrame, policy: Policy) -> int:
    rule = replace(policy.counting, year="all")
    reached = [is_verified(table, tier, rule, policy) for tier in policy.tiers]
    return int((np.logical_or.reduce(reached) & table["year"].isna()).sum())


def _without_declared_mu(table: pd.DataFrame, rule: CountingRule, policy: Policy) -> int:
    reports = is_claimed(table, rule, policy) & table["status"].isin(["built", "unknown"])
    return int((reports & table["declared_mu"].isna()).sum())
