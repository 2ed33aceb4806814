"""From year to year: the same bases in both years first, all who reported beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

#: What stands under a table with growth in it.
GROWTH_NOTE = "同比: 比上年增减的百分比; 空格是上年没有数, “—”是上年为 0 或负数, 算不出百分比。"
SAME_NOTE = "同一批基地: 本年和上年都填报了该项的; 全部基地的同比还含基地的进出。"


def year_on_year(
    told: pd.DataFrame, value: Callable[[pd.DataFrame], float]
) -> Iterator[tuple[dict[str, object], pd.DataFrame]]:
    """What a year's rows come to, beside the year before.

    Parameters
    ----------
    told : DataFrame
        A row a base and year that told what is asked: ``base_id``, ``year`` (missing where none
        is stated; such rows are compared with nothing).
    value : callable
        What some of these rows come to, such as their sum.

    Yields
    ------
    dict, DataFrame
        Of a year ``year``, ``reported``, ``value``, ``before`` (what all rows of the year before
        come to), ``change``, ``same_bases`` (in both years), ``same_value``, ``same_before`` and
        ``same_change``; and its rows. A change is missing where the year before has no value, or
        none above 0.
    """
    nothing = float("nan")
    for year, now in told.groupby("year", dropna=False, sort=True):
        before = (
            told.iloc[:0] if pd.isna(year) else told[told["year"].eq(year - 1).fillna(value=False)]
        )
        same = now[now["base_id"].isin(before["base_id"])]
        was = before[before["base_id"].isin(now["base_id"])]
        values = {
            "value": value(now),
            "before": value(before) if len(before) else nothing,
            "same_value": value(same) if len(same) else nothing,
            "same_before": value(was) if len(was) else nothing,
        }
        row: dict[str, object] = {"year": year, "reported": len(now), "same_bases": len(same)}
        row |= values
        row["change"] = growth(values["value"], values["before"])
        row["same_change"] = growth(values["same_value"], values["same_before"])
        yield row, now


def growth(value: float, before: float) -> float:
    """By what share a value is over another; a share of nothing, or of a loss, says nothing."""
    return value / before - 1 if before > 0 else float("nan")


def growth_texts(shares: pd.Series, before: pd.Series) -> list[str]:
    """Growth as people read it: a dash over nothing or a loss, empty where nothing was before."""
    return [
        f"{share:+.1%}" if not pd.isna(share) else "—" if was <= 0 else ""
        for share, was in zip(shares, before, strict=True)
    ]
