"""Seedlings and spawn: what is raised in a year, and what is planned to be planted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.counting.row_order import last_of_each, total
from herbgis.counting.trends import GROWTH_NOTE, SAME_NOTE, growth_texts, year_on_year
from herbgis.counting.yearly import figure_names, last_told
from herbgis.foundation import display
from herbgis.foundation.language import heading, listed, tr
from herbgis.foundation.units import round_mu
from herbgis.reading.understanding.survey import records_of
from herbgis.terms import columns as cols
from herbgis.terms.calls import answering
from herbgis.terms.carried import policy_for
from herbgis.terms.policy import Policy

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
#: What a base raises in a year, and which kind of base.
_RAISED = {
    "seedlings_wan": ("seedling", "年出圃种苗", "万株"),
    "spawn_bottles_wan": ("spawn", "年产菌种(瓶)", "万瓶"),
    "spawn_bags_wan": ("spawn", "年产菌种(袋)", "万袋"),
}
_NOTES = (
    "种苗、菌种基地: 已建的, 有无图斑都算; 面积依次取核定、实测、上报。单位: 个、亩。",
    "可种面积 = 年出圃种苗 ÷ 每亩用苗 (各基地填报的中位数)。",
    "计划面积: 种植和示范基地填报的计划面积; 没有填的, 在建、拟建的按其面积。",
    "年出圃种苗、年产菌种: 各基地最近一年填报的; 逐年的另列。",
)
_YEARS_COLUMNS = (
    *("variety", "measure", "year", "reported", "value", "before", "change"),
    *("same_bases", "same_value", "same_before", "same_change"),
)


@answering
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
    years : DataFrame
        A row a variety, ``measure`` (seedlings_wan, spawn_bottles_wan, spawn_bags_wan) and
        ``year`` in which a base told it: ``reported``, ``value``, ``before`` (of the year before)
        and ``change``; of the bases that told both years ``same_bases``, ``same_value``,
        ``same_before``, ``same_change``.
    listed : tuple of str
        The herbs of the policy's lists.

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
    >>> raised = cover.years.query("variety == '天麻'")
    >>> raised[["year", "reported", "value", "same_bases"]].to_dict("records")
    [{'year': 2019, 'reported': 2, 'value': 475.0, 'same_bases': 0}]
    """

    herbs: pd.DataFrame
    fungi: pd.DataFrame
    years: pd.DataFrame
    listed: tuple[str, ...]

    @property
    def headline(self) -> str:
        """How many of the policy's varieties have a base that supplies seedlings."""
        own = self.herbs[self.herbs["variety"].isin(self.listed) & (self.herbs["bases"] > 0)]
        some = own["seedlings_wan"] > 0
        none = (own["seedlings_wan"] == 0) & (own["reported"] == own["bases"])
        counts = {
            "{count} 个没有填全年出圃种苗, 不知道有没有苗": ~some & ~none,
            "{count} 个填的是 0": none,
        }
        told = [tr(words, count=mark.sum()) for words, mark in counts.items() if mark.any()]
        among = tr(" (其中 {told})", told="; ".join(told)) if told else ""
        listed, some = len(self.listed), len(own)
        line = "所列{listed}个品种中 {some} 个有供给基地{among}。"
        return tr(line, listed=listed, some=some, among=among)

    def notes(self) -> list[str]:
        """What stands under the tables."""
        return [
            self.headline,
            *map(tr, _NOTES),
            tr(SAME_NOTE),
            tr(GROWTH_NOTE),
        ]

    def herbs_in_words(self) -> pd.DataFrame:
        """The herbs under the headings that people read."""
        return self.herbs.rename(columns=_HERBS).rename(columns=heading)

    def fungi_in_words(self) -> pd.DataFrame:
        """The fungi under the headings that people read."""
        return self.fungi.rename(columns=_FUNGI).rename(columns=heading)

    def years_in_words(self) -> pd.DataFrame:
        """What was raised year by year, under the headings that people read, in two lines."""
        told = self.years
        columns: dict[tuple[str, str], object] = {
            ("", "品种"): told["variety"],
            ("", "年度"): [tr("未注明") if pd.isna(y) else str(y) for y in told["year"]],
            ("", "指标"): [tr(_RAISED[name][1]) for name in told["measure"]],
            ("", "单位"): [tr(_RAISED[name][2]) for name in told["measure"]],
            ("同一批基地", "基地数"): told["same_bases"],
            ("同一批基地", "上年"): told["same_before"],
            ("同一批基地", "本年"): told["same_value"],
            ("同一批基地", "同比"): growth_texts(told["same_change"], told["same_before"]),
            ("全部基地", "填报数"): told["reported"],
            ("全部基地", "数值"): told["value"],
            ("全部基地", "同比"): growth_texts(told["change"], told["before"]),
        }
        said = {(heading(group), heading(name)): cells for (group, name), cells in columns.items()}
        return pd.DataFrame(said)

    def _tables(self) -> list[pd.DataFrame]:
        years = display.in_one_line(self.years_in_words())
        return [self.herbs_in_words(), self.fungi_in_words(), years]

    def __repr__(self) -> str:
        tables = [display.text_table(table) for table in self._tables()]
        return "\n\n".join([*tables, "\n".join(self.notes())])

    def _repr_html_(self) -> str:
        tables = [display.html_table(table) for table in self._tables()]
        notes = [display.html_paragraph(line) for line in self.notes()]
        return display.html_section(tr("种苗与菌种保障"), *tables, *notes)


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
        A row a base, or a base and year, as `classify` or a ledger gives them; those without a
        polygon count too. Of several years of a base the last that it told of is taken.
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
    policy = policy_for(bases, policy)
    table, told_by_year = _prepared(bases, policy, columns)
    fungi = [name for name, entry in policy.varieties.items() if entry.group == "fungus"]
    listed = [n for n, e in policy.varieties.items() if e.group in {"key", "encouraged"}]
    raising = table[(table["kind"] == "seedling") & (table["status"] == "built")]
    planting = table[table["kind"].isin(policy.counting.kinds) & table["planned"].gt(0)]
    known = {*raising["variety"].dropna(), *planting["variety"].dropna()}
    herbs = [*listed, *sorted(known - {*listed, *fungi})]
    spawning = table[(table["kind"] == "spawn") & (table["status"] == "built")]
    more = sorted({*spawning["variety"].dropna()} - {*fungi})
    return SeedlingCover(
        herbs=pd.DataFrame([_herb(name, table, raising, planting) for name in herbs]),
        fungi=pd.DataFrame([_fungus(name, spawning) for name in [*fungi, *more]]),
        years=_by_year(told_by_year, [*herbs, *fungi, *more]),
        listed=tuple(listed),
    )


def _prepared(
    bases: pd.DataFrame, policy: Policy, columns: Mapping[str, str] | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bases with their area (``mu``), what is to be planted, and the last year's figures.

    And the figures a row a base and year, with what the base is.
    """
    records = records_of(bases, policy=policy, columns=columns)
    table = pd.DataFrame(records).reset_index(drop=True)
    for column in (*cols.OPTIONAL, *cols.MEASURED, *cols.CLASSIFIED):
        if column.name not in table:
            table[column.name] = cols.missing(column.kind, table.index)
    areas = (table[name].astype(float) for name in ("surveyed_mu", "declared_mu"))
    table["mu"] = table["counted_mu"].astype(float)
    for area in areas:
        table["mu"] = table["mu"].fillna(area)
    coming = table["status"].isin(["building", "planned"])
    table["planned"] = table["planned_mu"].fillna(table["mu"].where(coming))
    figures = last_told(table)
    # A ledger's last version is what a base is now, whichever year it tells of.
    now = [] if "batch" in table else ["production_year"]
    state = last_of_each(table, ["base_id"], by=now)
    raised = figures[figures[list(_RAISED)].notna().any(axis=1)]
    last_year = raised.drop_duplicates("base_id", keep="last").set_index("base_id")
    newest = figures.groupby("base_id")[figure_names()].last()
    for name in figure_names():
        state[name] = newest[name].reindex(state["base_id"]).to_numpy()
    state["raised_in"] = last_year["production_year"].reindex(state["base_id"]).array
    told = raised.merge(state[["base_id", "variety", "kind", "status"]], on="base_id")
    return state, told.rename(columns={"production_year": "year"})


def _by_year(told: pd.DataFrame, varieties: list[str]) -> pd.DataFrame:
    """What the built bases of each variety raised, year by year."""
    rows = [
        {"variety": variety, "measure": name} | trend
        for variety in varieties
        for name, (kind, _, _) in _RAISED.items()
        for trend, _ in year_on_year(
            told[
                (told["variety"] == variety)
                & (told["kind"] == kind)
                & (told["status"] == "built")
                & told[name].notna()
            ],
            partial(_sum_of, name=name),
        )
    ]
    return pd.DataFrame(rows, columns=_YEARS_COLUMNS).astype({"year": "Int64"})


def _sum_of(rows: pd.DataFrame, name: str) -> float:
    return total(rows[name])


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
        "remark": _remark(own, told, per_mu, planned),
    }


def _remark(own: pd.DataFrame, told: pd.Series, per_mu: float, planned: float) -> str:
    """What is not told, and so not known; and of which years the figures are, if of several."""
    said = []
    if not told.all():
        said.append(tr("{count} 个基地没有填年出圃种苗", count=int((~told).sum())))
    if planned and np.isnan(per_mu):
        said.append(tr("没有基地填每亩用苗"))
    years = own.loc[told, "raised_in"].value_counts(dropna=False)
    if len(years) > 1:
        of_years = sorted((0 if pd.isna(year) else year, count) for year, count in years.items())
        said.append(
            listed(
                tr("{year} 年的 {count} 个基地", year=year or tr("未注明"), count=count)
                for year, count in of_years
            )
        )
    return "; ".join(said)


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
