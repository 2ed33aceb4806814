"""count_progress: how far the bases are from the targets, under every reading."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.counting.marks import (
    area_of,
    could_be_verified,
    countable,
    is_eligible,
    is_verified,
    marks_of,
    reaches,
    sum_mu,
)
from herbgis.foundation import display
from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.units import round_mu
from herbgis.measuring.chances import (
    UNDECIDED_SIGMAS,
    chance_of_reaching,
    chances_of_tiers,
    expected_count,
    near_threshold,
)
from herbgis.terms import columns as cols
from herbgis.terms.policy import CountingRule, Policy, Tier
from herbgis.terms.policyfiles import load_policy

_NEAREST = 10
#: Headings of what progress itself counts.
_HEADINGS = {
    "year": "年份",
    "mu": "核定面积",
    "lacks_mu": "尚缺面积",
    "tier": "规模",
    "lead_mu": "高出规模线",
    "chance": "达线把握",
    "needed_sigma_mu": "复测须达标准差",
}
_AREA_TITLES = {"total": "总面积", "contiguous": "最大连片"}
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
    undecided : DataFrame
        Bases to be surveyed again (临界待复测): a threshold lies within the survey error. By how
        much each is above it (``lead_mu``), how likely it reaches it (``chance``), and the standard
        deviation that a new survey may have to settle it (``needed_sigma_mu``).
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

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> progress = hg.count_progress(bases, by=["county", "county,variety"])
    >>> tiers = progress.targets.set_index("tier")
    >>> tiers["verified"].to_dict(), tiers["gap"].to_dict()
    ({'500': 96, '1000': 41}, {'500': 4, '1000': 9})
    >>> progress.near[["name", "lacks_mu"]].iloc[0].to_dict()  # 差得最少的
    {'name': '合成·许家坝镇黄精基地', 'lacks_mu': 0.01}
    >>> len(progress.readings), list(progress.by), progress.as_of.isoformat()
    (8, ['county', 'county,variety'], '2020-06-15')
    """

    policy: str
    as_of: dt.date | None
    targets: pd.DataFrame
    by: dict[str, pd.DataFrame]
    readings: pd.DataFrame
    near: pd.DataFrame
    undecided: pd.DataFrame
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
            "targets": display.plain_rows(self.targets),
            "by": {name: display.plain_rows(table) for name, table in self.by.items()},
            "readings": display.plain_rows(self.readings),
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
        for name in worded.columns.intersection(breakdown_keys()):
            words = self.words.get(name, {})
            worded[name] = [
                "未填" if pd.isna(value) else words.get(value, value) for value in worded[name]
            ]
        if "tier" in worded:
            worded["tier"] = worded["tier"].map(self.titles)
        headings = {
            **cols.titles(),
            "county": "县区",
            "variety": "品种",
            **_HEADINGS,
            **self.titles,
        }
        return worded.rename(columns=headings)

    def readings_in_words(self) -> pd.DataFrame:
        """口径对照表: the count under every reading, under the headings that people read."""
        table = self.readings
        shown = pd.DataFrame(
            {
                "千亩基地是否也算入500亩": ["是" if v else "否" for v in table["nested"]],
                "面积口径": table["area"].map(_AREA_TITLES),
                "含种苗基地": ["是" if v else "否" for v in table["seedling"]],
            }
        )
        return shown.assign(**{title: table[tier] for tier, title in self.titles.items()})

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
    policy = policy or load_policy()
    table = countable(pd.DataFrame(bases), policy, columns)
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
        undecided=_undecided(table, policy),
        expected=_expected(table, policy),
        pipeline=_pipeline(table, policy),
        uncounted=_uncounted(table, policy),
        without_declared_mu=_without_declared_mu(table, rule),
        titles={tier.label: tier.reach_title for tier in policy.tiers},
        words=policy.titles,
    )


def _newest(dates: pd.Series) -> dt.date | None:
    newest = pd.to_datetime(dates).max()
    return None if pd.isna(newest) else newest.date()


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


def _without_declared_mu(table: pd.DataFrame, rule: CountingRule) -> int:
    reports = is_eligible(table, rule) & table["status"].isin(["built", "unknown"])
    return int((reports & table["declared_mu"].isna()).sum())


def breakdown_keys() -> list[str]:
    """Columns that progress can be broken down by; year is that of completed_on."""
    return [*cols.names(cols.with_role(cols.Role.GROUPING)), "year"]


def _breakdown_keys(entry: str | Sequence[str]) -> tuple[str, ...]:
    keys = tuple(k.strip() for k in entry.split(",")) if isinstance(entry, str) else tuple(entry)
    for key in keys:
        if key not in breakdown_keys():
            raise UnknownNameError("可分组的列", key, breakdown_keys())
    return keys


def _breakdown(table: pd.DataFrame, keys: tuple[str, ...], policy: Policy) -> pd.DataFrame:
    """Verified bases a tier and their 亩, for every value that a counted base has."""
    rule = policy.counting
    marks = {t.label: is_verified(table, t, rule, policy) for t in policy.tiers}
    any_tier = np.logical_or.reduce(list(marks.values()))
    counted = table.loc[is_eligible(table, rule), list(keys)].copy()
    for label, mark in marks.items():
        counted[label] = mark[counted.index].astype(int)
    counted["mu"] = table["counted_mu"].where(any_tier, 0.0)[counted.index].astype(float)
    grouped = counted.groupby(list(keys), dropna=False, sort=False, observed=True)
    result = grouped.agg({**dict.fromkeys(marks, "sum"), "mu": sum_mu}).reset_index()
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
            row[tier.label] = int(is_verified(table, tier, rule, policy).sum())
        rows.append(row)
    return pd.DataFrame(rows)


def _nearest(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The bases just under each threshold, nearest first."""
    could = _with_ids(could_be_verified(table, policy.counting))
    mu = area_of(could, policy.counting)
    parts = []
    for tier in policy.tiers:
        below = could.assign(lacks_mu=round_mu((tier.threshold_mu - mu).to_numpy(dtype=float)))
        below = below[mu < tier.threshold_mu]
        nearest = below.sort_values(["lacks_mu", "_label"], kind="stable").head(_NEAREST)
        parts.append(nearest.assign(tier=tier.label))
    shown = ["tier", "base_id", "name", "county", "variety", "counted_mu", "lacks_mu"]
    return pd.concat(parts, ignore_index=True)[shown]


def _undecided(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The bases whose area is too near a threshold for the way they were surveyed."""
    could = _with_ids(could_be_verified(table, policy.counting))
    mu, sigma = area_of(could, policy.counting), could["sigma_mu"].astype(float)
    parts = []
    for tier in policy.tiers:
        lead = mu - tier.threshold_mu
        chance = chance_of_reaching(mu.to_numpy(), sigma.to_numpy(), tier.threshold_mu)
        told = could.assign(
            tier=tier.label,
            lead_mu=round_mu(lead.to_numpy(dtype=float)),
            chance=chance,
            needed_sigma_mu=lead.abs() / UNDECIDED_SIGMAS,
        )
        told = told[near_threshold(mu, sigma, tier.threshold_mu)]
        parts.append(told.iloc[np.argsort(told["lead_mu"].abs(), kind="stable")])
    shown = ["tier", "base_id", "name", "reporting_unit", "county", "variety", "counted_mu"]
    more = ["lead_mu", "sigma_mu", "chance", "needed_sigma_mu", "survey_method", "surveyed_on"]
    return pd.concat(parts, ignore_index=True)[[*shown, *more]]


def _with_ids(table: pd.DataFrame) -> pd.DataFrame:
    """A table with its index beside the ids, or as them, in the order of the index."""
    labelled = table.rename_axis(index="_label").reset_index()
    if labelled["base_id"].isna().all():
        labelled["base_id"] = labelled["_label"]
    return labelled.sort_values("_label", kind="stable", ignore_index=True)


def _expected(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """What the survey error leaves open, a row a tier."""
    rule = policy.counting
    could = could_be_verified(table, rule)
    mu, sigma = area_of(could, rule), could["sigma_mu"].astype(float)
    thresholds = [tier.threshold_mu for tier in policy.tiers]
    chances = chances_of_tiers(mu, sigma, thresholds, nested=rule.nested)
    rows = []
    for tier, chance in zip(policy.tiers, chances, strict=True):
        reached = reaches(mu, tier, rule, policy)
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
    mu = area_of(table, rule).fillna(table["declared_mu"].astype(float))
    rows = []
    for tier in policy.tiers:
        would = is_eligible(table, rule) & reaches(mu, tier, rule, policy)
        rows.append(
            {
                "tier": tier.label,
                "verified": int(is_verified(table, tier, rule, policy).sum()),
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
        mu = sum_mu(table.loc[chosen, "counted_mu"].dropna())
        rows.append({"reason": reason, "bases": int(chosen.sum()), "mu": mu})
    return pd.DataFrame(rows)
