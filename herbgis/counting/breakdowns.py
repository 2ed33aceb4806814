"""The count taken apart: by county, variety and more, and under every reading of the rules."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from herbgis.counting.marks import (
    area_of,
    is_eligible,
    is_verified,
    only_area_decides,
    reaches,
    sum_mu,
)
from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.language import tr
from herbgis.terms import columns as cols
from herbgis.terms.counting_rule import AREAS, YEARS
from herbgis.terms.headings import column_of
from herbgis.terms.policy import Policy

#: What the plan leaves open, by the name of the rule's answer.
_QUESTIONS = ("nested", "area", "seedling", "year")


def breakdown_keys() -> list[str]:
    """Columns that progress can be broken down by; year is that of completed_on."""
    return [*cols.names(cols.with_role(cols.Role.GROUPING)), "year"]


def keys_of(entry: str | Sequence[str], policy: Policy) -> tuple[str, ...]:
    """Columns of an entry of `by`: one, a pair, or ``'county,variety'``."""
    named = [key.strip() for key in entry.split(",")] if isinstance(entry, str) else entry
    keys = (key_called(name, breakdown_keys(), policy) for name in named)
    return tuple(dict.fromkeys(keys))  # a column crossed with itself is the column


def key_called(name: str, known: Sequence[str], policy: Policy) -> str:
    """A column by its name, or by what people call it; a day of completion is its year.

    Raises
    ------
    UnknownNameError
    """
    called = {title: column for column, title in cols.titles().items()}
    key = name if name in known else column_of(name, policy)[0] or called.get(name, name)
    key = "year" if key == "completed_on" else key
    if key not in known:
        raise UnknownNameError(tr("可分组的列"), name, known)
    return key


def break_down(table: pd.DataFrame, keys: tuple[str, ...], policy: Policy) -> pd.DataFrame:
    """Verified bases a tier and their 亩, for every value that a counted base has."""
    rule = policy.counting
    table = table.reset_index(drop=True)  # labels stand twice where results were put together
    marks = {t.label: is_verified(table, t, rule, policy) for t in policy.tiers}
    any_tier = np.logical_or.reduce(list(marks.values()))
    counted = table.loc[is_eligible(table, rule, policy), list(keys)].copy()
    if "township" in keys:
        counted["township"] = _townships(table.loc[counted.index], keys, policy)
    for label, mark in marks.items():
        counted[label] = mark[counted.index].astype(int)
    counted["mu"] = table["counted_mu"].where(any_tier, 0.0)[counted.index].astype(float)
    grouped = counted.groupby(list(keys), dropna=False, sort=False, observed=True)
    result = grouped.agg({**dict.fromkeys(marks, "sum"), "mu": sum_mu}).reset_index()
    return in_order_of_keys(result, keys, policy)


def words_of(values: Iterable[Any], words: Mapping[str, str]) -> list[str]:
    """What is printed for the values of a key."""
    return [tr("未填") if pd.isna(value) else tr(words.get(value, value)) for value in values]


def in_order_of_keys(table: pd.DataFrame, keys: Sequence[str], policy: Policy) -> pd.DataFrame:
    """The rows of a breakdown by its keys: as the policy lists their values, then the rest."""
    ranks = [table[key].map(_rank(key, policy)) for key in keys]
    order = pd.concat([*ranks, table[list(keys)].astype("str")], axis=1)
    order.columns = pd.RangeIndex(order.shape[1])
    return table.loc[order.sort_values(list(order.columns)).index].reset_index(drop=True)


def _townships(table: pd.DataFrame, keys: tuple[str, ...], policy: Policy) -> pd.Series:
    """Townships by the register's names, whatever their spelling.

    One name in two counties is two townships; the county stands with it where it is no key itself.
    """
    cells = table[["county", "county_code", "township"]].astype(object)
    cells = cells.where(cells.notna(), None)
    pairs = list(zip(cells["county_code"], cells["township"], strict=True))
    official = {
        (code, text): text and policy.townships.official(code, text) for code, text in set(pairs)
    }
    names = pd.Series([official[pair] for pair in pairs], index=table.index, dtype="str")
    if "county" in keys:
        return names
    several = cells["county"].groupby(names).transform("nunique") > 1
    told = zip(names, several, cells["county"], strict=True)
    return pd.Series(
        [
            f"{name}({policy.title_of('county', county) if county else ''})" if twice else name
            for name, twice, county in told
        ],
        index=table.index,
        dtype="str",
    )


def _rank(key: str, policy: Policy) -> Any:
    """The order of a column's values: by code, as the plan lists them, then the rest."""
    known = list(policy.varieties) if key == "variety" else list(policy.words.get(key, ()))
    if key == "township":
        known = [name for names in policy.townships.names.values() for name in names]
    places = {name: place for place, name in enumerate(known)}
    return lambda value: places.get(value, len(places))


def readings_of(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Verified bases a tier under each combination of the questions that the plan leaves open."""
    base = policy.counting
    could = {
        (seedling, year): only_area_decides(
            table, replace(base, seedling=seedling, year=year), policy
        )
        for seedling, year in itertools.product((False, True), YEARS)
    }
    reached = {
        (tier.label, nested, area): reaches(area_of(table, rule), tier, rule, policy)
        for tier, nested, area in itertools.product(policy.tiers, (True, False), AREAS)
        for rule in [replace(base, nested=nested, area=area)]
    }
    rows = []
    for answers in itertools.product((True, False), AREAS, (False, True), YEARS):
        nested, area, seedling, year = answers
        row: dict[str, Any] = dict(zip(_QUESTIONS, answers, strict=True))
        for tier in policy.tiers:
            counts = could[seedling, year] & reached[tier.label, nested, area]
            row[tier.label] = int(counts.sum())
        rows.append(row)
    return pd.DataFrame(rows)
