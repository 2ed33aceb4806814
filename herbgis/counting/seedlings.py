"""Seedlings and spawn: what is raised in a year, and what is planned to be planted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.counting.row_order import last_of_each, total
from herbgis.foundation import display
from herbgis.foundation.units import round_mu
from herbgis.reading.understanding.survey import records_of
from herbgis.terms import columns as cols
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy

_WAN = 10_000
_HERBS = {
    "variety": "品种",
    "bases": "种苗基地",
    "reported": "填报数",
    "mu": "育苗面积",
    "seedlings_wan": "年出圃种苗(万株)",
    "per_mu": "每亩用苗(株)",
    "plantable_mu": "可种面积",
    "planned_mu": "计划面积",
    "lacks_mu": "尚缺面积",
    "lacks_wan": "尚缺种苗(万株)",
    "remark": "备注",
}
_FUNGI = {
    "variety": "品种",
    "bases": "菌种基地",
    "reported": "填报数",
    "mu": "占地面积",
    "spawn_bottles_wan": "年产菌种(万瓶)",
    "spawn_bags_wan": "年产菌种(万袋)",
}


@dataclass(frozen=True, repr=False)
class SeedlingCover:
    """What seedling and spawn bases raise in a year.

    Attributes
    ----------
    herbs : DataFrame
        A row a herb of the policy's lists, and any other that has a seedling base or a plan:
        ``variety``, ``bases`` (seedling bases, built), ``reported`` (of these with a number of
        seedlings), ``mu`` (their area: counted, else surveyed, else declared),
        ``seedlings_wan`` (万株 a year), ``per_mu`` (株, median of what the bases tell),
        ``plantable_mu``, ``planned_mu``, ``lacks_mu``, ``lacks_wan``, ``remark``. Missing where
        it cannot be known.
    fungi : DataFrame
        A row a fungus: ``variety``, ``bases`` (spawn bases, built), ``reported``, ``mu``,
        ``spawn_bottles_wan``, ``spawn_bags_wan``.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().production)
    >>> cover = hg.cover_seedlings(survey.bases)
    >>> row = cover.herbs.set_index("variety").loc["天麻"]
    >>> {name: float(row[name]) for name in ("seedlings_wan", "per_mu", "plantable_mu", "lacks_mu")}
    {'seedlings_wan': 475.0, 'per_mu': 2500.0, 'plantable_mu': 1900.0, 'lacks_mu': 0.0}
    >>> cover.fungi[["variety", "spawn_bags_wan"]].iloc[0].to_dict()
    {'variety': '竹荪', 'spawn_bags_wan': 52.0}
    """

    herbs: pd.DataFrame
    fungi: pd.DataFrame

    def notes(self) -> list[str]:
        """What stands under the tables."""
        return [
            "种苗、菌种基地: 已建的, 有无图斑都算; 面积依次取核定、实测、上报。单位: 个、亩。",
            "可种面积 = 年出圃种苗 ÷ 每亩用苗 (各基地填报的中位数)。",
            "计划面积: 种植和示范基地填报的计划面积; 没有填的, 在建、拟建的按其面积。",
        ]

    def herbs_in_words(self) -> pd.DataFrame:
        """The herbs under the headings that people read."""
        return self.herbs.rename(columns=_HERBS)

    def fungi_in_words(self) -> pd.DataFrame:
        """The fungi under the headings that people read."""
        return self.fungi.rename(columns=_FUNGI)

    def __repr__(self) -> str:
        tables = [display.text_table(t) for t in (self.herbs_in_words(), self.fungi_in_words())]
        return "\n\n".join([*tables, "\n".join(self.notes())])

    def _repr_html_(self) -> str:
        tables = [display.html_table(t) for t in (self.herbs_in_words(), self.fungi_in_words())]
        notes = [display.html_paragraph(line) for line in self.notes()]
        return display.html_section("种苗与菌种保障", *tables, *notes)


def cover_seedlings(
    bases: gpd.GeoDataFrame,
    *,
    policy: Policy | None = None,
    columns: Mapping[str, str] | None = None,
) -> SeedlingCover:
    """Hold the seedlings raised in a year against the area planned.

    Parameters
    ----------
    bases : GeoDataFrame or DataFrame
        A row a base, as `classify` or a ledger gives them; those without a polygon count too. Of
        several years of a base the last is taken.
    policy : Policy, optional
        For the lists of herbs and fungi.
    columns : mapping of str to str, optional
        Column of the base table to the frame's heading.

    Returns
    -------
    SeedlingCover

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().production)
    >>> cover = hg.cover_seedlings(survey.bases)
    >>> short = cover.herbs[cover.herbs["lacks_mu"] > 0]  # 种苗不够的
    >>> short[["variety", "plantable_mu", "planned_mu", "lacks_mu"]].iloc[0].to_dict()
    {'variety': '杜仲', 'plantable_mu': 0.0, 'planned_mu': 170.0, 'lacks_mu': 170.0}
    """
    policy = policy or load_policy()
    table = _prepared(bases, policy, columns)
    fungi = [name for name, entry in policy.varieties.items() if entry.group == "fungus"]
    listed = [n for n, e in policy.varieties.items() if e.group in {"key", "encouraged"}]
    raising = table[(table["kind"] == "seedling") & (table["status"] == "built")]
    planting = table[table["kind"].isin(policy.counting.kinds) & table["planned"].gt(0)]
    told = {*raising["variety"].dropna(), *planting["variety"].dropna()}
    herbs = [*listed, *sorted(told - {*listed, *fungi})]
    spawning = table[(table["kind"] == "spawn") & (table["status"] == "built")]
    more = sorted({*spawning["variety"].dropna()} - {*fungi})
    return SeedlingCover(
        herbs=pd.DataFrame([_herb(name, table, raising, planting) for name in herbs]),
        fungi=pd.DataFrame([_fungus(name, spawning) for name in [*fungi, *more]]),
    )


def _prepared(
    bases: pd.DataFrame, policy: Policy, columns: Mapping[str, str] | None
) -> pd.DataFrame:
    """Bases in their last year, with the area of each (``mu``) and what is to be planted."""
    table = pd.DataFrame(records_of(bases, policy=policy, columns=columns))
    for column in (*cols.OPTIONAL, *cols.MEASURED, *cols.CLASSIFIED):
        if column.name not in table:
            table[column.name] = cols.missing(column.kind, table.index)
    areas = (table[name].astype(float) for name in ("surveyed_mu", "declared_mu"))
    table["mu"] = table["counted_mu"].astype(float)
    for area in areas:
        table["mu"] = table["mu"].fillna(area)
    coming = table["status"].isin(["building", "planned"])
    table["planned"] = table["planned_mu"].fillna(table["mu"].where(coming))
    return last_of_each(table, ["base_id"], by=["production_year"])


def _herb(
    variety: str, table: pd.DataFrame, raising: pd.DataFrame, planting: pd.DataFrame
) -> dict[str, object]:
    own, plans = (rows[rows["variety"] == variety] for rows in (raising, planting))
    told = own["seedlings_wan"].notna()
    needs = table.loc[table["variety"] == variety, "seedlings_per_mu"]
    per_mu = float(needs[needs > 0].median())
    seedlings, planned = _raised(own, "seedlings_wan", told), total(plans["planned"])
    plantable = seedlings * _WAN / per_mu if seedlings else seedlings
    lacks = float(np.maximum(planned - plantable, 0.0)) if planned else 0.0
    return {
        "variety": variety,
        "bases": len(own),
        "reported": int(told.sum()),
        "mu": float(round_mu(np.array(total(own["mu"])))),
        "seedlings_wan": seedlings,
        "per_mu": per_mu,
        "plantable_mu": plantable,
        "planned_mu": planned,
        "lacks_mu": lacks,
        "lacks_wan": lacks * per_mu / _WAN if lacks else 0.0,
        "remark": _remark(len(own), int(told.sum()), per_mu, planned),
    }


def _remark(bases: int, reported: int, per_mu: float, planned: float) -> str:
    """What is not told, and so not known."""
    untold = []
    if bases > reported:
        untold.append(f"{bases - reported} 个基地没有填年出圃种苗")
    if planned and np.isnan(per_mu):
        untold.append("没有基地填每亩用苗")
    return "; ".join(untold)


def _fungus(variety: str, spawning: pd.DataFrame) -> dict[str, object]:
    own = spawning[spawning["variety"] == variety]
    told = own[["spawn_bottles_wan", "spawn_bags_wan"]].notna().any(axis=1)
    return {
        "variety": variety,
        "bases": len(own),
        "reported": int(told.sum()),
        "mu": float(round_mu(np.array(total(own["mu"])))),
        "spawn_bottles_wan": _raised(own, "spawn_bottles_wan", told),
        "spawn_bags_wan": _raised(own, "spawn_bags_wan", told),
    }


def _raised(bases: pd.DataFrame, name: str, told: pd.Series) -> float:
    """What bases raise; nothing where there are none, not known where none of them told."""
    return total(bases[name]) if told.any() or not len(bases) else float("nan")
