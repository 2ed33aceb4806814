"""Beside the count: who is near a threshold and how sure, what is coming, what is left out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from herbgis.counting.marks import (
    area_of,
    could_be_verified,
    is_eligible,
    is_of_another_year,
    is_verified,
    reaches,
    sum_mu,
)
from herbgis.counting.standing import STANDINGS, dates_in_words
from herbgis.foundation.units import round_mu
from herbgis.measuring.chances import (
    UNDECIDED_SIGMAS,
    chance_of_reaching,
    chances_of_tiers,
    expected_count,
    near_threshold,
)
from herbgis.terms import columns as cols
from herbgis.terms.policy import Policy

#: So many bases are listed below each threshold.
_NEAREST = 10


def nearest_below(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The bases just under each threshold, nearest first."""
    could = _with_ids(could_be_verified(table, policy))
    mu = area_of(could, policy.counting)
    parts = []
    for tier in policy.tiers:
        below = could.assign(lacks_mu=round_mu((tier.threshold_mu - mu).to_numpy(dtype=float)))
        below = below[mu < tier.threshold_mu]
        nearest = below.sort_values(["lacks_mu", "_label"], kind="stable").head(_NEAREST)
        parts.append(nearest.assign(tier=tier.label))
    shown = ["tier", "base_id", "name", "county", "variety", "counted_mu", "lacks_mu"]
    return pd.concat(parts, ignore_index=True)[shown]


def undecided_bases(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The bases whose area is too near a threshold for the way they were surveyed."""
    could = _with_ids(could_be_verified(table, policy))
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
    if pd.api.types.infer_dtype(labelled["_label"]).startswith("mixed"):
        labelled["_label"] = labelled["_label"].astype("str")
    return labelled.sort_values("_label", kind="stable", ignore_index=True)


def expected_bases(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """What the survey error leaves open, a row a tier."""
    rule = policy.counting
    could = could_be_verified(table, policy)
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


def pipeline_of(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """What is verified, in building and planned, a row a tier."""
    rule = policy.counting
    mu = area_of(table, rule).fillna(table["declared_mu"].astype(float))
    rows = []
    for tier in policy.tiers:
        would = is_eligible(table, rule, policy) & reaches(mu, tier, rule, policy)
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


def bases_of_standing(table: pd.DataFrame, standing: str, policy: Policy) -> pd.DataFrame:
    """Bases that reach a tier, or are reported to, and that their dates keep from being counted.

    ``tier`` is the highest that the counted area reaches; dates are as they were written.
    """
    rule = policy.counting
    told = _with_ids(table[is_eligible(table, rule, policy) & (table["standing"] == standing)])
    mu, lowest = area_of(told, rule), policy.tiers[0].threshold_mu
    told["tier"] = cols.typed([policy.tier_reached(each) for each in mu], "text", told.index)
    for name in ("completed_on", "surveyed_on"):
        told[name] = dates_in_words(told, name)
    shown = ["tier", "base_id", "name", "reporting_unit", "county", "variety", "counted_mu"]
    reaches_any = (mu >= lowest) | (told["declared_mu"] >= lowest)
    listed = told.loc[reaches_any, [*shown, "completed_on", "surveyed_on"]]
    return listed.reset_index(drop=True)


def _on_the_day(table: pd.DataFrame) -> dict[str, pd.Series]:
    """Reasons that the day gives which is asked for; none where no day is."""
    told = {title: table["standing"] == name for name, title in STANDINGS.items()}
    return told if (table["standing"] != "").any() else {}


def uncounted_bases(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Bases beside the count, each under the first reason that applies."""
    rule = policy.counting
    reasons = {
        "食用菌": (table["group"] == "fungus") & ("fungus" not in rule.groups),
        "不计入的类别": ~table["group"].isin([*rule.groups, "unknown"]),
        "种苗、菌种基地": ~table["kind"].isin([*rule.counted_kinds, "unknown"]),
        **_on_the_day(table),
        "在建或拟建": table["status"].isin(["building", "planned"]),
        "不是当年建成": is_of_another_year(table, rule, policy),
        "品种不明": table["group"] == "unknown",
        "类型不明": table["kind"] == "unknown",
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
