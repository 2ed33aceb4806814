"""Two headings of a table for one column: the second fills what the first leaves empty.

面积 and 亩数, 品种 and 药材名称: which of them a record uses, its writer chose. Where both hold a
value and they are not the same, the first is taken, and that is said.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd

from herbgis.foundation.dates import stated_parts
from herbgis.foundation.identifiers import fold_id
from herbgis.foundation.language import listed, tr
from herbgis.foundation.units import fold, parse_quantity
from herbgis.reading.understanding.assumptions import Assumptions
from herbgis.reading.understanding.cells import clean_texts, stated_cells
from herbgis.reading.understanding.lost_digits import digits_lost
from herbgis.terms import columns as cols
from herbgis.terms.headings import Matched, column_of, stated_measure
from herbgis.terms.policy import Policy

#: Two columns of one area are rounded each for itself.
_ROUNDING = 1e-3, 0.011
_MOST_NAMED, _MOST_SHOWN = 3, 8


def join_twins(
    cells: dict[str, pd.Series],
    frame: pd.DataFrame,
    matched: Matched,
    policy: Policy,
    said: Assumptions,
) -> None:
    """Fill cells of columns that several headings name, and say where these differ.

    Parameters
    ----------
    cells : dict of str to Series
        By column, as `cells.stated_cells` gives those under its first heading; filled in place.
    frame : DataFrame
    matched : Matched
    policy : Policy
    said : Assumptions
    """
    for column in (*cols.READ, *cols.OPTIONAL):
        for heading in matched.others.get(column.name, ()):
            if column.kind == "list" or list(frame.columns).count(heading) > 1:
                continue
            first = matched.columns[column.name]
            second = _second(frame, heading, first, column, policy, said)
            if second is None:
                continue
            own = cells[column.name]
            if own.dtype != second.dtype or column.name == "declared_value":
                own = clean_texts(own)
            empty = np.asarray(own.isna() & second.notna())
            units = cells.get("declared_unit") if column.name == "declared_value" else None
            if empty.any():
                filling = second
                if column.name == "declared_value":
                    filling = _with_unit(second, heading, matched, policy)
                cells[column.name] = own.where(~empty, filling)
                said.also_read.append(heading)
                said.add(
                    tr(
                        "{first}空着的 {count} 格用{other}填",
                        first=first,
                        count=empty.sum(),
                        other=heading,
                    )
                )
            _say_differing(own, second, units, (first, heading), column, policy, said)


def _second(
    frame: pd.DataFrame,
    heading: str,
    first: str,
    column: cols.Column,
    policy: Policy,
    said: Assumptions,
) -> pd.Series | None:
    """The cells under a second heading; None where it states another measure than the first."""
    if column.name in policy.measures:
        own = next(iter(policy.measures[column.name]))
        stated = {stated_measure(h, column.name, policy) or own for h in (heading, first)}
        if len(stated) > 1:
            return None
    second = stated_cells(frame[heading], column, policy, said)
    if column.name == "base_id":
        second = second.where(~digits_lost(frame[heading]))
    return clean_texts(second) if column.name == "declared_value" else second


def _with_unit(second: pd.Series, heading: str, matched: Matched, policy: Policy) -> pd.Series:
    """Areas with the unit that their own heading states, where the table states another."""
    unit = column_of(heading, policy)[1]
    if unit is None or (unit == matched.area_unit and "declared_unit" not in matched.columns):
        return second
    return second.map(
        lambda text: text if (parse_quantity(text) is None or _unit(text)) else f"{text}{unit}",
        na_action="ignore",
    )


def _unit(text: str) -> str | None:
    quantity = parse_quantity(text)
    return None if quantity is None else quantity.unit


def _say_differing(
    own: pd.Series,
    second: pd.Series,
    units: pd.Series | None,
    headings: tuple[str, str],
    column: cols.Column,
    policy: Policy,
    said: Assumptions,
) -> None:
    both = np.flatnonzero(own.notna() & second.notna() & (own != second)).tolist()
    same = _same_day if column.kind == "date" else _sameness(column, headings, policy)
    rows = [
        row
        for row in both
        if not same(own.iloc[row], second.iloc[row], None if units is None else units.iloc[row])
    ]
    if rows:
        first, other = (heading[:_MOST_SHOWN] for heading in headings)
        named = listed(row + 1 for row in rows[:_MOST_NAMED])
        more = tr(" 等 {count} 条", count=len(rows)) if len(rows) > _MOST_NAMED else tr(" 条")
        said.doubts.append(
            (
                tr(
                    "{first}与{other}第 {rows}{more}不一致, 已按{first}读",
                    first=first,
                    other=other,
                    rows=named,
                    more=more,
                ),
                rows,
            )
        )


def _sameness(
    column: cols.Column, headings: tuple[str, str], policy: Policy
) -> Callable[[object, object, object], bool]:
    """Whether two cells of a column say the same, with the unit beside them."""

    def as_compared(cell: object) -> object:
        if column.name == "base_id":
            return fold_id(str(cell))
        if column.kind in {"number", "integer", "year"}:
            quantity = parse_quantity(str(cell))
            return cell if quantity is None else quantity.value
        if column.name == "township":
            return policy.townships.named(str(cell)) or fold(str(cell))
        words = "variety" if column.name == "variety" else column.words
        return (policy.canonical(words, str(cell)) if words else None) or fold(str(cell))

    def one_area(one: object, other: object, beside: object) -> bool:
        stated = [column_of(heading, policy)[1] for heading in headings]
        first = _mu(str(one), [beside if isinstance(beside, str) else None, stated[0]], policy)
        seconds = [
            _mu(str(other), [stated[1] or unit], policy) for unit in (beside, stated[0], "亩")
        ]
        return any(
            math.isclose(first, second, rel_tol=_ROUNDING[0], abs_tol=_ROUNDING[1])
            for second in seconds
        )

    if column.name == "declared_value":
        return one_area
    return lambda one, other, _: as_compared(one) == as_compared(other)


def _same_day(one: object, other: object, _: object) -> bool:
    """Whether of two dates one is the other, or the year or month of it."""
    first, second = stated_parts(str(one)), stated_parts(str(other))
    if first is None or second is None:
        return one == other
    return all(a == b for a, b in zip(first, second, strict=False))


def _mu(text: str, units: list[object], policy: Policy) -> float:
    """亩 of an area in the first unit that is stated; as it stands where no 亩 are known of it."""
    quantity = parse_quantity(text)
    if quantity is None:
        return math.nan
    unit = next((u for u in (quantity.unit, *units) if isinstance(u, str) and u), "亩")
    name = policy.canonical("unit", unit)
    factor = None if name is None else policy.words["unit"][name].mu_per_unit
    return quantity.value * (1.0 if factor is None else factor)
