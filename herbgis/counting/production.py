"""Yield, cost and benefit per harvested 亩, demonstration bases beside the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from herbgis.counting.breakdowns import key_called, words_of
from herbgis.counting.harvests import (
    MEASURES,
    TABLE_COLUMNS,
    groups_of,
    outliers_of,
    producing,
    rows_of,
    take_out_impossible,
)
from herbgis.counting.trends import GROWTH_NOTE, SAME_NOTE, growth_texts
from herbgis.foundation import display
from herbgis.foundation.language import heading, tr
from herbgis.terms import columns as cols
from herbgis.terms.calls import answering
from herbgis.terms.carried import policy_for
from herbgis.terms.policy import Policy

BREAKDOWNS = ("variety", "reporting_unit", "kind", "group", "county")


@answering
@dataclass(frozen=True, repr=False)
class Production:
    """What bases yield, cost and bring per harvested 亩.

    Attributes
    ----------
    table : DataFrame
        A row a group of bases, year and measure (see `MEASURES`): the keys, ``year``,
        ``measure``, ``bases`` (in the group and year), ``reported`` (of these with the amount and
        a harvested area), ``harvested_mu`` of the reporters, ``value`` (sum of the amounts over
        sum of the harvested areas), ``before`` (of the year before) and ``change`` (a share). The
        same of those that reported in both years: ``same_bases`` (how many), ``same_value``,
        ``same_before``, ``same_change``, which is the headline of a trend. And
        ``demonstration_reported``, ``demonstration_value``, ``others_reported``,
        ``others_value``, ``lead`` (demonstration over others, less one).
    outliers : DataFrame
        Bases whose own value lies beyond Tukey's fences among those of their variety and year
        (five and more), in the table all the same: ``value``, ``low``, ``high``.
    impossible : DataFrame
        Yields that no land gives, such as kilograms written for tonnes: ``value``, ``most``. In no
        figure until they are answered.
    without_area : int
        Bases that reported an amount and no harvested area; in no value.
    unsure : int
        Bases of whose figures some may be the sum of several years: a ledger of an earlier version
        keeps them so, or records state years that cannot be read.
    keys : tuple of str
    words : mapping of str to mapping of str to str
        What is printed for a value, by column.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().production)
    >>> yields = hg.compare_production(survey.bases, by="variety")
    >>> rows = yields.table.query("variety == '花椒' and year == 2019 and measure == 'cost_wan'")
    >>> rows[["bases", "harvested_mu", "value"]].round(2).to_dict("records")  # 亩均成本, 元
    [{'bases': 13, 'harvested_mu': 3990.0, 'value': 2198.97}]
    >>> len(yields.outliers), len(yields.impossible), yields.without_area
    (11, 1, 1)
    """

    table: pd.DataFrame
    outliers: pd.DataFrame
    impossible: pd.DataFrame
    without_area: int
    unsure: int
    keys: tuple[str, ...]
    words: Mapping[str, Mapping[str, str]]

    def notes(self) -> list[str]:
        """What stands under the table."""
        lines = [
            tr(
                "各项都除以采收面积: 该项和采收面积都填报了的基地, 用合计数相除。"
                "收益 = 产值 - 成本。"
            ),
            tr(SAME_NOTE),
            tr("{note}示范比其他: 相差的百分比。", note=tr(GROWTH_NOTE)),
        ]
        if len(self.impossible):
            lines.append(
                tr(
                    "有 {count} 个单产不可能有 (多是把公斤写成吨), 另表列出, "
                    "县里答复前不算进任何数。",
                    count=len(self.impossible),
                )
            )
        if self.unsure:
            lines.append(
                tr(
                    "有 {count} 个基地的数可能是几年相加 (来自旧版台账, 或生产年度看不懂), "
                    "请分年重报。",
                    count=self.unsure,
                )
            )
        if self.without_area:
            lines.append(tr("另有 {count} 个基地没有采收面积, 未算。", count=self.without_area))
        if len(self.outliers):
            lines.append(tr("有 {count} 个异常值, 另表列出, 没有剔除。", count=len(self.outliers)))
        return lines

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "by": [*self.keys],
            "rows": display.plain_rows(self.table),
            "outliers": display.plain_rows(self.outliers),
            "impossible": display.plain_rows(self.impossible),
            "without_area": self.without_area,
            "unsure": self.unsure,
            "notes": self.notes(),
        }

    def in_words(self) -> pd.DataFrame:
        """The table under the headings that people read, in two lines."""
        measures = {measure.name: measure for measure in MEASURES}
        told = self.table
        columns: dict[tuple[str, str], object] = {
            ("", cols.titles()[key]): words_of(told[key], self.words.get(key, {}))
            for key in self.keys
        }
        columns |= {
            ("", "年度"): _years(told["year"]),
            ("", "指标"): [tr(measures[name].title) for name in told["measure"]],
            ("", "单位"): [tr(measures[name].unit) for name in told["measure"]],
            ("同一批基地", "基地数"): told["same_bases"],
            ("同一批基地", "上年"): told["same_before"],
            ("同一批基地", "本年"): told["same_value"],
            ("同一批基地", "同比"): growth_texts(told["same_change"], told["same_before"]),
            ("全部基地", "基地数"): told["bases"],
            ("全部基地", "填报数"): told["reported"],
            ("全部基地", "采收面积"): told["harvested_mu"],
            ("全部基地", "数值"): told["value"],
            ("全部基地", "同比"): growth_texts(told["change"], told["before"]),
            ("示范基地", "填报数"): told["demonstration_reported"],
            ("示范基地", "数值"): told["demonstration_value"],
            ("其他基地", "填报数"): told["others_reported"],
            ("其他基地", "数值"): told["others_value"],
            ("", "示范比其他"): growth_texts(told["lead"], told["others_value"]),
        }
        said = {(heading(group), heading(name)): cells for (group, name), cells in columns.items()}
        return pd.DataFrame(said)

    def outliers_in_words(self) -> pd.DataFrame:
        """The outliers under the headings that people read."""
        return _listed_in_words(self.outliers, {"low": "同品种下限", "high": "同品种上限"})

    def impossible_in_words(self) -> pd.DataFrame:
        """The yields that cannot be, under the headings that people read."""
        return _listed_in_words(self.impossible, {"most": "单产不可能超过"})

    def __repr__(self) -> str:
        return "\n".join([display.text_table(display.in_one_line(self.in_words())), *self.notes()])

    def _repr_html_(self) -> str:
        tables = [display.html_table(display.in_one_line(self.in_words()))]
        if len(self.impossible):
            tables.append(display.html_table(self.impossible_in_words()))
        if len(self.outliers):
            tables.append(display.html_table(self.outliers_in_words()))
        notes = [display.html_paragraph(line) for line in self.notes()]
        return display.html_section(tr("单产、成本与效益"), *tables, *notes)


def compare_production(
    bases: gpd.GeoDataFrame,
    *,
    policy: Policy | None = None,
    by: str | Sequence[str] = "variety",
    columns: Mapping[str, str] | None = None,
) -> Production:
    """Yield, cost, output value and benefit per harvested 亩, year on year.

    Parameters
    ----------
    bases : GeoDataFrame or DataFrame
        A row a base, or a base and ``production_year``, as `classify` or a ledger's history gives
        them; where several rows tell of one base and year the last to tell a figure is taken, by
        batch, then by source.
    policy : Policy, optional
    by : str or sequence of str
        Keys of the groups, of variety, reporting_unit, kind, group, county.
    columns : mapping of str to str, optional
        Column of the base table to the frame's heading.

    Returns
    -------
    Production

    Raises
    ------
    UnknownNameError
        A column that production cannot be broken down by.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().production)
    >>> yields = hg.compare_production(survey.bases, by="variety")
    >>> rows = yields.table.query("variety == '黄精' and year == 2019 and measure == 'dry_yield_t'")
    >>> rows[["harvested_mu", "value", "change"]].round(2).to_dict("records")  # 亩产, 公斤; 比上年
    [{'harvested_mu': 4827.5, 'value': 180.42, 'change': 0.01}]
    """
    policy = policy_for(bases, policy)
    named = (by,) if isinstance(by, str) else tuple(by)
    keys = tuple(key_called(name, BREAKDOWNS, policy) for name in named)
    table = producing(bases, policy, columns)
    amounts = table[[measure.name for measure in MEASURES]]
    kept, impossible = take_out_impossible(table[amounts.notna().any(axis=1)], policy)
    rows = [
        {**dict(zip(keys, group, strict=True)), **row}
        for group, members in groups_of(kept, keys, policy)
        for row in rows_of(members)
    ]
    known = dict.fromkeys(keys, "str") | {"year": "Int64"}
    return Production(
        table=pd.DataFrame(rows, columns=[*keys, *TABLE_COLUMNS]).astype(known),
        outliers=outliers_of(kept, policy),
        impossible=impossible,
        without_area=int((~(kept["harvested_mu"] > 0)).sum()),
        unsure=int(kept.loc[kept["unsure"], "base_id"].nunique()),
        keys=keys,
        words=policy.titles,
    )


def _listed_in_words(single: pd.DataFrame, limits: Mapping[str, str]) -> pd.DataFrame:
    """Single values under the headings that people read, and the limits that they are beyond."""
    measures = {measure.name: measure for measure in MEASURES}
    made = pd.DataFrame(
        {
            "基地编号": single["base_id"],
            "基地名称": single["name"],
            "填报单位": single["reporting_unit"].map(tr),
            "品种": single["variety"],
            "年度": _years(single["year"]),
            "指标": [tr(measures[name].title) for name in single["measure"]],
            "单位": [tr(measures[name].unit) for name in single["measure"]],
            "数值": single["value"],
            **{title: single[name] for name, title in limits.items()},
        }
    )
    return made.rename(columns=heading)


def _years(years: pd.Series) -> list[str]:
    return [tr("未注明") if pd.isna(year) else str(year) for year in years]
