"""Yield, cost and benefit per harvested 亩, demonstration bases beside the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from herbgis.counting.row_order import last_of_each, total
from herbgis.foundation import display
from herbgis.foundation.errors import UnknownNameError
from herbgis.reading.understanding.survey import records_of
from herbgis.terms import columns as cols
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy
from herbgis.terms.reporting_units import in_policys_order, unit_titles


@dataclass(frozen=True, slots=True)
class Measure:
    """What is asked of a base: an amount, what one of it is, and the unit of the quotient."""

    name: str
    title: str
    unit: str
    factor: float


#: Amounts over the harvested area: tonnes as 公斤, 万元 as 元.
MEASURES: tuple[Measure, ...] = (
    Measure("fresh_yield_t", "单产(鲜品)", "公斤/亩", 1000),
    Measure("dry_yield_t", "单产(干品)", "公斤/亩", 1000),
    Measure("yield_t", "单产(未注明鲜干)", "公斤/亩", 1000),
    Measure("cost_wan", "亩均成本", "元/亩", 10_000),
    Measure("output_value_wan", "亩均产值", "元/亩", 10_000),
    Measure("benefit_wan", "亩均收益", "元/亩", 10_000),
)
BREAKDOWNS = ("variety", "reporting_unit", "kind", "group", "county")
#: Fences of Tukey (Exploratory Data Analysis, 1977) about the quartiles, from so many bases on.
_FENCE, _LEAST_FOR_FENCES = 1.5, 5
_OUTLIER_COLUMNS = ("base_id", "name", "reporting_unit", "variety", "year", "measure")


@dataclass(frozen=True, repr=False)
class Production:
    """What bases yield, cost and bring per harvested 亩.

    Attributes
    ----------
    table : DataFrame
        A row a group of bases, year and measure (see `MEASURES`): the keys, ``year``,
        ``measure``, ``bases`` (in the group and year), ``reported`` (of these with the amount and
        a harvested area), ``harvested_mu`` of the reporters, ``value`` (sum of the amounts over
        sum of the harvested areas), ``change`` (from the year before, a share),
        ``demonstration_reported``, ``demonstration_value``, ``others_reported``,
        ``others_value``, ``lead`` (demonstration over others, less one).
    outliers : DataFrame
        Bases whose own value lies beyond Tukey's fences among those of their variety and year
        (five and more), in the table all the same: ``value``, ``low``, ``high``.
    without_area : int
        Bases that reported an amount and no harvested area; in no value.
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
    >>> len(yields.outliers), yields.without_area
    (12, 1)
    """

    table: pd.DataFrame
    outliers: pd.DataFrame
    without_area: int
    keys: tuple[str, ...]
    words: Mapping[str, Mapping[str, str]]

    def notes(self) -> list[str]:
        """What stands under the table."""
        lines = [
            "各项都除以采收面积: 该项和采收面积都填报了的基地, 用合计数相除。收益 = 产值 - 成本。",
            "同比、示范比其他: 相差的百分比。",
        ]
        if self.without_area:
            lines.append(f"另有 {self.without_area} 个基地没有采收面积, 未算。")
        if len(self.outliers):
            lines.append(f"有 {len(self.outliers)} 个异常值, 另表列出, 没有剔除。")
        return lines

    def in_words(self) -> pd.DataFrame:
        """The table under the headings that people read, in two lines."""
        measures = {measure.name: measure for measure in MEASURES}
        told = self.table
        columns: dict[tuple[str, str], object] = {
            ("", cols.titles()[key]): self._worded(key, told[key]) for key in self.keys
        }
        columns |= {
            ("", "年度"): _years(told["year"]),
            ("", "指标"): [measures[name].title for name in told["measure"]],
            ("", "单位"): [measures[name].unit for name in told["measure"]],
            ("全部基地", "基地数"): told["bases"],
            ("全部基地", "填报数"): told["reported"],
            ("全部基地", "采收面积"): told["harvested_mu"],
            ("全部基地", "数值"): told["value"],
            ("全部基地", "同比"): _shares(told["change"]),
            ("示范基地", "填报数"): told["demonstration_reported"],
            ("示范基地", "数值"): told["demonstration_value"],
            ("其他基地", "填报数"): told["others_reported"],
            ("其他基地", "数值"): told["others_value"],
            ("", "示范比其他"): _shares(told["lead"]),
        }
        return pd.DataFrame(columns)

    def outliers_in_words(self) -> pd.DataFrame:
        """The outliers under the headings that people read."""
        measures = {measure.name: measure for measure in MEASURES}
        told = self.outliers
        return pd.DataFrame(
            {
                "基地编号": told["base_id"],
                "基地名称": told["name"],
                "填报单位": told["reporting_unit"],
                "品种": told["variety"],
                "年度": _years(told["year"]),
                "指标": [measures[name].title for name in told["measure"]],
                "单位": [measures[name].unit for name in told["measure"]],
                "数值": told["value"],
                "同品种下限": told["low"],
                "同品种上限": told["high"],
            }
        )

    def _worded(self, key: str, values: pd.Series) -> list[str]:
        words = self.words.get(key, {})
        return ["未填" if pd.isna(value) else words.get(value, value) for value in values]

    def __repr__(self) -> str:
        return "\n".join([display.text_table(display.in_one_line(self.in_words())), *self.notes()])

    def _repr_html_(self) -> str:
        tables = [display.html_table(display.in_one_line(self.in_words()))]
        if len(self.outliers):
            tables.append(display.html_table(self.outliers_in_words()))
        notes = [display.html_paragraph(line) for line in self.notes()]
        return display.html_section("单产、成本与效益", *tables, *notes)


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
        them; of several rows of one base and year the last is taken, by batch, then by source.
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
    policy = policy or load_policy()
    keys = (by,) if isinstance(by, str) else tuple(by)
    for key in keys:
        if key not in BREAKDOWNS:
            raise UnknownNameError("可分组的列", key, BREAKDOWNS)
    table = _producing(bases, policy, columns)
    amounts = table[[measure.name for measure in MEASURES]]
    told = table[amounts.notna().any(axis=1)]
    rows = [
        {**dict(zip(keys, group, strict=True)), **row}
        for group, members in _groups(told, keys, policy)
        for row in _rows(members)
    ]
    known = dict.fromkeys(keys, "str") | {"year": "Int64"}
    names = [*keys, *_TABLE_COLUMNS]
    return Production(
        table=pd.DataFrame(rows, columns=names).astype(known),
        outliers=_outliers(told, policy),
        without_area=int((~(told["harvested_mu"] > 0)).sum()),
        keys=keys,
        words=policy.titles,
    )


_TABLE_COLUMNS = (
    *("year", "measure", "bases", "reported", "harvested_mu", "value", "change"),
    *("demonstration_reported", "demonstration_value", "others_reported", "others_value", "lead"),
)


def _producing(
    bases: pd.DataFrame, policy: Policy, columns: Mapping[str, str] | None
) -> pd.DataFrame:
    """Bases with what is asked of them; of a base and year the last row, by batch and source."""
    table = pd.DataFrame(records_of(bases, policy=policy, columns=columns))
    for column in cols.OPTIONAL:
        if column.name not in table:
            table[column.name] = cols.missing(column.kind, table.index)
    table["benefit_wan"] = table["output_value_wan"] - table["cost_wan"]
    table["reporting_unit"] = unit_titles(table, policy)
    table["year"] = table["production_year"]
    return last_of_each(table, ["base_id", "year"])


def _groups(
    table: pd.DataFrame, keys: tuple[str, ...], policy: Policy
) -> list[tuple[tuple[object, ...], pd.DataFrame]]:
    """Groups of bases in the order of the policy's lists."""
    made = list(table.groupby(list(keys), dropna=False, sort=False))
    places = [_places(key, table[key], policy) for key in keys]
    return sorted(
        made,
        key=lambda group: tuple(
            place.get(value, len(place)) for value, place in zip(group[0], places, strict=True)
        ),
    )


def _places(key: str, values: pd.Series, policy: Policy) -> dict[object, int]:
    """Where each value of a key stands."""
    given = sorted(set(values.dropna()))
    if key == "reporting_unit":
        order = in_policys_order(given, policy)
    else:
        known = list(policy.varieties) if key == "variety" else list(policy.words.get(key, ()))
        order = [*(name for name in known if name in given), *(n for n in given if n not in known)]
    return {value: place for place, value in enumerate(order)}


def _rows(members: pd.DataFrame) -> list[dict[str, object]]:
    """A row a measure and year of a group, where any base reported it."""
    rows = []
    for measure in MEASURES:
        values: dict[int, float] = {}
        for year, of_year in members.groupby("year", dropna=False, sort=True):
            reported = of_year[_reports(of_year, measure)]
            if not len(reported):
                continue
            value = _quotient(reported, measure)
            change = float("nan")
            if not pd.isna(year):
                values[year] = value
                change = _over(value, values.get(year - 1, float("nan")))
            row = {"year": year, "measure": measure.name, "bases": len(of_year)}
            row |= {"reported": len(reported), "harvested_mu": total(reported["harvested_mu"])}
            row |= {"value": value, "change": change}
            rows.append(row | _side_by_side(reported, measure))
    return rows


def _side_by_side(reported: pd.DataFrame, measure: Measure) -> dict[str, object]:
    """Demonstration bases and the others."""
    shown = reported["kind"] == "demonstration"
    leading, rest = (_quotient(reported[mark], measure) for mark in (shown, ~shown))
    return {
        "demonstration_reported": int(shown.sum()),
        "demonstration_value": leading,
        "others_reported": int((~shown).sum()),
        "others_value": rest,
        "lead": _over(leading, rest),
    }


def _reports(bases: pd.DataFrame, measure: Measure) -> pd.Series:
    return bases[measure.name].notna() & (bases["harvested_mu"] > 0)


def _quotient(bases: pd.DataFrame, measure: Measure) -> float:
    """Sum of the amounts over sum of the harvested areas."""
    if not len(bases):
        return float("nan")
    return total(bases[measure.name]) * measure.factor / total(bases["harvested_mu"])


def _over(value: float, base: float) -> float:
    """By what share a value is over another; a share of nothing, or of a loss, says nothing."""
    return value / base - 1 if base > 0 else float("nan")


def _outliers(told: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Bases far from the others of their variety and year."""
    parts = []
    for measure in MEASURES:
        reported = told[_reports(told, measure)].copy()
        reported["value"] = reported[measure.name] * measure.factor / reported["harvested_mu"]
        grouped = reported.groupby(["variety", "year"], dropna=False)["value"]
        low, high = (grouped.transform("quantile", q) for q in (0.25, 0.75))
        reported["low"] = low - _FENCE * (high - low)
        reported["high"] = high + _FENCE * (high - low)
        beyond = (reported["value"] < reported["low"]) | (reported["value"] > reported["high"])
        enough = grouped.transform("size") >= _LEAST_FOR_FENCES
        parts.append(reported[beyond & enough].assign(measure=measure.name))
    found = pd.concat(parts, ignore_index=True)
    order = found["variety"].map(_places("variety", found["variety"], policy))
    found = found.assign(_order=order).sort_values(["_order", "year", "base_id"], kind="stable")
    return found[[*_OUTLIER_COLUMNS, "value", "low", "high"]].reset_index(drop=True)


def _years(years: pd.Series) -> list[str]:
    return ["未注明" if pd.isna(year) else str(year) for year in years]


def _shares(values: pd.Series) -> list[str]:
    return ["" if pd.isna(value) else f"{value:+.1%}" for value in values]
