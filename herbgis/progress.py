"""count_progress: how far the bases are from the targets, under every reading. Floor 5."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis import columns as cols
from herbgis import display
from herbgis.chances import chances_of_tiers, expected_count
from herbgis.errors import MissingColumnError, UnknownNameError
from herbgis.headings import match_headings
from herbgis.policy import CountingRule, Policy, Tier
from herbgis.policyfiles import load_policy
from herbgis.tiers import near_threshold
from herbgis.units import round_mu

#: Columns that progress can be broken down by; year is that of completed_on.
BREAKDOWNS = (
    *("variety", "group", "kind", "status", "county", "reporting_unit", "township", "mode"),
    "year",
)
_NEAREST = 10
#: Headings of what progress itself counts.
_HEADINGS = {"year": "年份", "mu": "核定面积", "lacks_mu": "尚缺面积", "tier": "规模"}
_WAN = 10_000


@dataclass(frozen=True, repr=False)
class Progress:
    """Counts against the targets.

    Attributes
    ----------
    targets : DataFrame
        A row a tier under the policy's reading: target, reported, verified, pending, undecided,
        gap, mu (counted area of the verified).
    by : dict of str to DataFrame
        A breakdown an entry of `by`: its keys, verified bases a tier, and their 亩.
    readings : DataFrame
        Verified bases a tier under every reading of the rules.
    near : DataFrame
        Bases that could be verified, nearest below each threshold, and the 亩 each lacks.
    expected : DataFrame
        A row a tier: how many of the bases that could be verified truly reach it, given the survey
        error: expected number and a 90% interval; and the count if every undecided base fell
        short (least) or reached it (most). No official figure.
    pipeline : DataFrame
        A row a tier: bases in building and planned whose area, surveyed or else declared, would
        reach it, beside the verified.
    uncounted : DataFrame
        Bases that no target counts, or not yet: why, how many, their 亩.
    without_declared_mu : int
        Bases that count and were reported in a unit that is no 亩 (窝, 万棒, 平方米 of beds), or
        without an area; no tier lists them as reported.
    as_of : datetime.date or None
    policy : str
    titles : mapping of str to str
        What is printed for a tier.
    words : mapping of str to mapping of str to str
        What is printed for a value, by column.
    """

    policy: str
    as_of: dt.date | None
    targets: pd.DataFrame
    by: dict[str, pd.DataFrame]
    readings: pd.DataFrame
    near: pd.DataFrame
    expected: pd.DataFrame
    pipeline: pd.DataFrame
    uncounted: pd.DataFrame
    without_declared_mu: int
    titles: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]

    def as_dict(self) -> dict[str, Any]:
        """All but the lists of bases as plain values, for JSON."""
        return {
            "policy": self.policy,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "targets": _plain(self.targets),
            "by": {name: _plain(table) for name, table in self.by.items()},
            "readings": _plain(self.readings),
        }

    def targets_in_words(self) -> pd.DataFrame:
        """The targets under the headings that people read, with the completion rate."""
        table = self.targets
        rates = [rate_text(v, t) for v, t in zip(table["verified"], table["target"], strict=True)]
        return pd.DataFrame(
            {
                "规模": table["tier"].map(self.titles),
                "目标": table["target"],
                "上报": table["reported"],
                "核实": table["verified"],
                "完成率": rates,
                "待核实": table["pending"],
                "临界待复测": table["undecided"],
                "尚差": table["gap"],
                "核定面积(万亩)": table["mu"] / _WAN,
            }
        )

    def __repr__(self) -> str:
        return "\n".join([display.text_table(self.targets_in_words()), *self.notes()])

    def in_words(self, table: pd.DataFrame) -> pd.DataFrame:
        """One of the result's tables with the headings and the words that people read."""
        worded = table.copy()
        for name in worded.columns.intersection(BREAKDOWNS):
            words = self.words.get(name, {})
            worded[name] = [
                "未填" if pd.isna(value) else words.get(value, value) for value in worded[name]
            ]
        headings = {
            **cols.titles(),
            "county": "县区",
            "variety": "品种",
            **_HEADINGS,
            **self.titles,
        }
        return worded.rename(columns=headings)

    def notes(self) -> list[str]:
        """What stands under every table of the targets."""
        lines = [f"截至 {self.as_of.isoformat()}。"] if self.as_of else []
        lines.append("“以上”含本数; 食用菌不计入。单位: 个、亩、%。")
        if self.without_declared_mu:
            lines.append(f"另有 {self.without_declared_mu} 个基地没有按亩上报, 不在上报数内。")
        return lines

    def _repr_html_(self) -> str:
        bars = [
            display.html_bar(
                row["verified"] / row["target"] if row["target"] else 1.0,
                f"{self.titles[row['tier']]}: 核实 {row['verified']} / 目标 {row['target']}"
                f" ({rate_text(row['verified'], row['target'])}), 尚差 {row['gap']},"
                f" 待核实 {row['pending']}, 临界待复测 {row['undecided']}",
            )
            for row in self.targets.to_dict("records")
        ]
        tables = [display.html_table(self.in_words(table)) for table in self.by.values()]
        notes = [display.html_paragraph(line) for line in self.notes()]
        return display.html_section("规模化基地进度", *bars, *tables, *notes)


def rate_text(part: int, whole: int) -> str:
    """A completion rate to one decimal, never rounded up to 100.0%."""
    if not whole:
        return "—"
    tenths = part * 1000 / whole
    shown = min(round(tenths), 999) if part < whole else int(tenths)
    return f"{shown / 10:.1f}%"


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    objects = table.astype(object).where(table.notna(), None)
    return [dict(zip(objects.columns, row, strict=True)) for row in objects.itertuples(index=False)]


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
        The day the count stands for; by default the newest ``surveyed_on``, never today.
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
    """
    policy = policy or load_policy()
    table = _countable(pd.DataFrame(bases), policy, columns)
    rule = policy.counting
    targets = pd.DataFrame([_target_row(table, tier, rule, policy) for tier in policy.tiers])
    asked = [by] if isinstance(by, str) else list(by)
    breakdowns = [_breakdown_keys(entry) for entry in asked]
    return Progress(
        policy=policy.name,
        as_of=as_of or _newest(table["surveyed_on"]),
        targets=targets,
        by={",".join(keys): _breakdown(table, keys, policy) for keys in breakdowns},
        readings=_readings(table, policy),
        near=_nearest(table, policy),
        expected=_expected(table, policy),
        pipeline=_pipeline(table, policy),
        uncounted=_uncounted(table, policy),
        without_declared_mu=_without_declared_mu(table, rule),
        titles={tier.label: tier.reach_title for tier in policy.tiers},
        words={
            name: {word.name: word.title for word in words.values()}
            for name, words in policy.words.items()
        },
    )


def _countable(
    bases: pd.DataFrame, policy: Policy, columns: Mapping[str, str] | None
) -> pd.DataFrame:
    """The columns that counting needs, those absent filled with the policy's defaults."""
    matched, _ = match_headings([str(c) for c in bases.columns], policy, _known_only(columns))
    own = {n: n for n in cols.names(cols.MEASURED, cols.VALIDATED, cols.CLASSIFIED) if n in bases}
    heading = {**matched, **own, **(columns or {})}
    if "counted_mu" not in heading:
        raise MissingColumnError("count_progress", ["counted_mu"], [str(c) for c in bases.columns])
    table = pd.DataFrame({name: bases[column] for name, column in heading.items()})
    for column in (*cols.READ, *cols.MEASURED, *cols.VALIDATED):
        if column.name not in table:
            table[column.name] = cols.missing(column.kind, table.index)
    for name in ("status", "kind"):
        if name not in heading:
            table[name] = policy.defaults[name]
    if "group" not in heading:
        table["group"] = [
            policy.group_of(v) if isinstance(v, str) else "other" for v in table["variety"]
        ]
    if "contiguous_mu" not in table:
        table["contiguous_mu"] = table["counted_mu"]
    table["year"] = table["completed_on"].dt.year.astype("Int64")
    table["sound"] = ~table["blocked_by"].map(bool).astype(bool) & table["counted_mu"].notna()
    return table


def _known_only(columns: Mapping[str, str] | None) -> dict[str, str]:
    read = set(cols.names(cols.READ))
    return {name: heading for name, heading in (columns or {}).items() if name in read}


def _newest(dates: pd.Series) -> dt.date | None:
    newest = pd.to_datetime(dates).max()
    return None if pd.isna(newest) else newest.date()


def _eligible(table: pd.DataFrame, rule: CountingRule) -> pd.Series:
    """Of a counted group and kind."""
    return table["group"].isin(rule.groups) & table["kind"].isin(rule.counted_kinds)


def _area(table: pd.DataFrame, rule: CountingRule) -> pd.Series:
    return table["contiguous_mu" if rule.area == "contiguous" else "counted_mu"].astype(float)


def _reaches(mu: pd.Series, tier: Tier, rule: CountingRule, policy: Policy) -> pd.Series:
    """Whether an area reaches a tier; under a disjoint reading, and not the next."""
    rounded = pd.Series(round_mu(mu.to_numpy(dtype=float)), index=mu.index)
    reached = rounded >= tier.threshold_mu
    higher = [t.threshold_mu for t in policy.tiers if t.threshold_mu > tier.threshold_mu]
    if higher and not rule.nested:
        reached &= rounded < min(higher)
    return reached


def _verified(table: pd.DataFrame, tier: Tier, rule: CountingRule, policy: Policy) -> pd.Series:
    could = _eligible(table, rule) & (table["status"] == "built") & table["sound"]
    return could & _reaches(_area(table, rule), tier, rule, policy)


def _target_row(
    table: pd.DataFrame, tier: Tier, rule: CountingRule, policy: Policy
) -> dict[str, Any]:
    marks = _marks(table, tier, rule, policy)
    counts = {name: int(mark.sum()) for name, mark in marks.items()}
    return {
        "tier": tier.label,
        "target": tier.target,
        **counts,
        "gap": max(tier.target - counts["verified"], 0),
        "mu": _sum_mu(table.loc[marks["verified"], "counted_mu"]),
    }


def _marks(
    table: pd.DataFrame, tier: Tier, rule: CountingRule, policy: Policy
) -> dict[str, pd.Series]:
    """Which bases are reported, verified, pending and undecided for a tier."""
    eligible = _eligible(table, rule)
    verified = _verified(table, tier, rule, policy)
    reported = eligible & table["status"].isin(["built", "unknown"])
    reported &= _reaches(table["declared_mu"], tier, rule, policy)
    waits = ~table["sound"] | (table["status"] == "unknown")
    could = eligible & (table["status"] == "built") & table["sound"]
    undecided = could & near_threshold(
        _area(table, rule), table["sigma_mu"].astype(float), tier.threshold_mu
    )
    return {
        "reported": reported,
        "verified": verified,
        "pending": reported & ~verified & waits,
        "undecided": undecided,
    }


def mark_bases(
    bases: gpd.GeoDataFrame, *, policy: Policy, columns: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """What each base is to the targets, as `count_progress` counts it.

    Parameters
    ----------
    bases, policy, columns
        As for `count_progress`.

    Returns
    -------
    DataFrame
        A row a base, with the frame's index: for every tier ``reported_<tier>``,
        ``verified_<tier>``, ``pending_<tier>``, ``undecided_<tier>`` and ``building_<tier>`` (in
        building, and its area, surveyed or else declared, reaches the tier); ``reporting_unit``,
        ``county``, ``year`` of completion, ``counted_mu``, ``blocked``.
    """
    table = _countable(pd.DataFrame(bases), policy, columns)
    rule = policy.counting
    mu = _area(table, rule).fillna(table["declared_mu"].astype(float))
    marks = table[["reporting_unit", "county", "year", "counted_mu"]].copy()
    marks["blocked"] = table["blocked_by"].map(bool).astype(bool)
    for tier in policy.tiers:
        for name, mark in _marks(table, tier, rule, policy).items():
            marks[f"{name}_{tier.label}"] = mark
        building = _eligible(table, rule) & (table["status"] == "building")
        marks[f"building_{tier.label}"] = building & _reaches(mu, tier, rule, policy)
    return marks


def _without_declared_mu(table: pd.DataFrame, rule: CountingRule) -> int:
    reports = _eligible(table, rule) & table["status"].isin(["built", "unknown"])
    return int((reports & table["declared_mu"].isna()).sum())


def _sum_mu(mu: pd.Series) -> float:
    """Sum of areas to 0.01, the same in any order of rows."""
    return float(np.round(np.sort(mu.to_numpy(dtype=float)).sum(), 2))


def _breakdown_keys(entry: str | Sequence[str]) -> tuple[str, ...]:
    keys = tuple(k.strip() for k in entry.split(",")) if isinstance(entry, str) else tuple(entry)
    for key in keys:
        if key not in BREAKDOWNS:
            raise UnknownNameError("可分组的列", key, BREAKDOWNS)
    return keys


def _breakdown(table: pd.DataFrame, keys: tuple[str, ...], policy: Policy) -> pd.DataFrame:
    """Verified bases a tier and their 亩, for every value that a counted base has."""
    rule = policy.counting
    marks = {t.label: _verified(table, t, rule, policy) for t in policy.tiers}
    any_tier = np.logical_or.reduce(list(marks.values()))
    counted = table.loc[_eligible(table, rule), list(keys)].copy()
    for label, mark in marks.items():
        counted[label] = mark[counted.index].astype(int)
    counted["mu"] = table["counted_mu"].where(any_tier, 0.0)[counted.index].astype(float)
    grouped = counted.groupby(list(keys), dropna=False, sort=False, observed=True)
    result = grouped.agg({**dict.fromkeys(marks, "sum"), "mu": _sum_mu}).reset_index()
    ranks = [result[key].map(_rank(key, policy)) for key in keys]
    order = pd.concat([*ranks, result[list(keys)].astype("str")], axis=1)
    order.columns = pd.RangeIndex(order.shape[1])
    return result.loc[order.sort_values(list(order.columns)).index].reset_index(drop=True)


def _rank(key: str, policy: Policy) -> Any:
    """The order of a column's values: by code, as the plan lists them, then the rest."""
    known = list(policy.varieties) if key == "variety" else list(policy.words.get(key, ()))
    places = {name: place for place, name in enumerate(known)}
    return lambda value: places.get(value, len(places))


def _readings(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Verified bases a tier under each combination of the three questions the plan leaves open."""
    rows = []
    questions = itertools.product((True, False), ("total", "contiguous"), (False, True))
    for nested, area, seedling in questions:
        rule = replace(policy.counting, nested=nested, area=area, seedling=seedling)
        row: dict[str, Any] = {"nested": nested, "area": area, "seedling": seedling}
        for tier in policy.tiers:
            row[tier.label] = int(_verified(table, tier, rule, policy).sum())
        rows.append(row)
    return pd.DataFrame(rows)


def _nearest(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The bases just under each threshold, nearest first."""
    rule = policy.counting
    could = _could_be_verified(table, rule)
    parts = []
    for tier in policy.tiers:
        mu = _area(could, rule)
        below = could.assign(lacks_mu=round_mu((tier.threshold_mu - mu).to_numpy(dtype=float)))
        below = below[mu < tier.threshold_mu]
        below = below.rename_axis(index="_label").reset_index()
        if "base_id" not in table or below["base_id"].isna().all():
            below["base_id"] = below["_label"]
        nearest = below.sort_values(["lacks_mu", "_label"], kind="stable").head(_NEAREST)
        parts.append(nearest.assign(tier=tier.label))
    shown = ["tier", "base_id", "name", "county", "variety", "counted_mu", "lacks_mu"]
    return pd.concat(parts, ignore_index=True)[shown]


def _could_be_verified(table: pd.DataFrame, rule: CountingRule) -> pd.DataFrame:
    return table[_eligible(table, rule) & (table["status"] == "built") & table["sound"]]


def _expected(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """What the survey error leaves open, a row a tier."""
    rule = policy.counting
    could = _could_be_verified(table, rule)
    mu, sigma = _area(could, rule), could["sigma_mu"].astype(float)
    thresholds = [tier.threshold_mu for tier in policy.tiers]
    chances = chances_of_tiers(mu, sigma, thresholds, nested=rule.nested)
    rows = []
    for tier, chance in zip(policy.tiers, chances, strict=True):
        reached = _reaches(mu, tier, rule, policy)
        undecided = near_threshold(mu, sigma, tier.threshold_mu)
        rows.append(
            {
                "tier": tier.label,
                "verified": int(reached.sum()),
                **expected_count(chance),
                "least": int((reached & ~undecided).sum()),
                "most": int((reached | undecided).sum()),
            }
        )
    return pd.DataFrame(rows)


def _pipeline(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """What is verified, in building and planned, a row a tier."""
    rule = policy.counting
    mu = _area(table, rule).fillna(table["declared_mu"].astype(float))
    rows = []
    for tier in policy.tiers:
        would = _eligible(table, rule) & _reaches(mu, tier, rule, policy)
        rows.append(
            {
                "tier": tier.label,
                "verified": int(_verified(table, tier, rule, policy).sum()),
                **{
                    status: int((would & (table["status"] == status)).sum())
                    for status in ("building", "planned")
                },
            }
        )
    return pd.DataFrame(rows)


def _uncounted(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Bases beside the count, each under the first reason that applies."""
    rule = policy.counting
    reasons = {
        "食用菌": table["group"] == "fungus",
        "不计入的类别": ~table["group"].isin(rule.groups),
        "种苗、菌种基地": ~table["kind"].isin(rule.counted_kinds),
        "在建或拟建": table["status"].isin(["building", "planned"]),
        "待核实": ~table["sound"] | (table["status"] == "unknown"),
    }
    left = pd.Series(data=True, index=table.index)
    rows = []
    for reason, mark in reasons.items():
        chosen = mark & left
        left &= ~mark
        mu = _sum_mu(table.loc[chosen, "counted_mu"].dropna())
        rows.append({"reason": reason, "bases": int(chosen.sum()), "mu": mu})
    return pd.DataFrame(rows)
