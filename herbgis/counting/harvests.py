"""What harvests come to per 亩: sums over sums, year on year, and yields that cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import pandas as pd

from herbgis.counting.row_order import total
from herbgis.counting.trends import growth, year_on_year
from herbgis.counting.yearly import last_told
from herbgis.foundation import resources
from herbgis.reading.understanding.survey import records_of
from herbgis.terms.policy import Policy
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
#: Columns of the table behind its keys.
TABLE_COLUMNS = (
    *("year", "measure", "bases", "reported", "harvested_mu", "value", "before", "change"),
    *("same_bases", "same_value", "same_before", "same_change"),
    *("demonstration_reported", "demonstration_value", "others_reported", "others_value", "lead"),
)
#: Fences of Tukey (Exploratory Data Analysis, 1977) about the quartiles, from so many bases on.
_FENCE, _LEAST_FOR_FENCES = 1.5, 5
_LISTED = ("base_id", "name", "reporting_unit", "variety", "year", "measure", "value")
#: Groups of varieties that grow in the ground; of others, and of what nobody knows, less is known.
_PLANTS = ("key", "encouraged", "other")


def producing(
    bases: pd.DataFrame, policy: Policy, columns: Mapping[str, str] | None
) -> pd.DataFrame:
    """A row a base and year that told anything, with who told it and the year's figures."""
    records = records_of(bases, policy=policy, columns=columns)
    table = pd.DataFrame(records).reset_index(drop=True)
    table["reporting_unit"] = unit_titles(table, policy)
    figures = last_told(table)
    said = table.iloc[figures["record"]].drop(columns="base_id").reset_index(drop=True)
    said = said[[name for name in said if name not in figures]]
    made = pd.concat([figures, said], axis=1).rename(columns={"production_year": "year"})
    made["benefit_wan"] = made["output_value_wan"] - made["cost_wan"]
    return made


def take_out_impossible(told: pd.DataFrame, policy: Policy) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows without yields that cannot be, and these."""
    limits = resources.read_toml("facts/yields.toml")["most"]
    plants = told["group"].isin(_PLANTS)
    kept, parts = told.copy(), []
    for measure in MEASURES:
        if measure.name not in limits["plants"]:
            continue
        most = plants.map(
            {True: limits["plants"][measure.name], False: limits["others"][measure.name]}
        )
        value = told[measure.name] * measure.factor / told["harvested_mu"]
        beyond = _reports(told, measure) & (value > most)
        kept.loc[beyond, measure.name] = float("nan")
        parts.append(told.assign(value=value, most=most, measure=measure.name)[beyond])
    return kept, _in_order(parts, policy)[[*_LISTED, "most"]]


def groups_of(
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


def rows_of(members: pd.DataFrame) -> list[dict[str, object]]:
    """A row a measure and year of a group, where any base reported it."""
    years = members["year"].fillna(0)
    rows = []
    for measure in MEASURES:
        told = members[_reports(members, measure)]
        for trend, of_year in year_on_year(told, partial(_quotient, measure=measure)):
            bases = int(years.eq(of_year["year"].fillna(0).iloc[0]).sum())
            row = trend | {"measure": measure.name, "bases": bases}
            row |= {"harvested_mu": total(of_year["harvested_mu"])}
            rows.append(row | _side_by_side(of_year, measure))
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
        "lead": growth(leading, rest),
    }


def _reports(bases: pd.DataFrame, measure: Measure) -> pd.Series:
    return bases[measure.name].notna() & (bases["harvested_mu"] > 0)


def _quotient(bases: pd.DataFrame, measure: Measure) -> float:
    """Sum of the amounts over sum of the harvested areas."""
    if not len(bases):
        return float("nan")
    return total(bases[measure.name]) * measure.factor / total(bases["harvested_mu"])


def outliers_of(told: pd.DataFrame, policy: Policy) -> pd.DataFrame:
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
    return _in_order(parts, policy)[[*_LISTED, "low", "high"]]


def _in_order(parts: list[pd.DataFrame], policy: Policy) -> pd.DataFrame:
    """Rows of all measures by variety, year and base."""
    found = pd.concat(parts, ignore_index=True)
    order = found["variety"].map(_places("variety", found["variety"], policy))
    found = found.assign(_order=order).sort_values(["_order", "year", "base_id"], kind="stable")
    return found.reset_index(drop=True)
