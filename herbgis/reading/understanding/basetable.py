"""From a table as somebody wrote it to the base table.

Headings and values are mapped by the policy's alias tables alone, never by likeness. A cell that
cannot be understood stays in ``raw_<column>``, and a rule names it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from herbgis.foundation.language import tr
from herbgis.geo.china import LARGEST_COUNTY_MU
from herbgis.reading.understanding.assumptions import Assumptions
from herbgis.reading.understanding.cells import (
    MOST_EXACT,
    Distinct,
    clean_texts,
    folded_ids,
    read_dates,
    read_quantities,
    stated_cells,
)
from herbgis.reading.understanding.extras import read_extras
from herbgis.reading.understanding.listed import members_of
from herbgis.reading.understanding.lost_digits import digits_lost
from herbgis.reading.understanding.matching import match_table
from herbgis.reading.understanding.twin_columns import join_twins
from herbgis.reading.understanding.varieties import parts_of, read_varieties
from herbgis.terms import columns as cols
from herbgis.terms.headings import Matched
from herbgis.terms.policy import Policy


def complete(
    frame: pd.DataFrame,
    *,
    policy: Policy,
    columns: Mapping[str, str] | None = None,
    matched: Matched | None = None,
    assumptions: Assumptions | None = None,
) -> pd.DataFrame:
    """Give a table the columns of the base table, in their types and canonical words.

    Columns of the frame that are not the base table's are kept. Applied to a base table it
    changes nothing. Geometry is not touched.

    Parameters
    ----------
    frame : DataFrame or GeoDataFrame
        Any headings; see `herbgis.reading.understanding.matching.match_table`.
    policy : Policy
    columns : mapping of str to str, optional
        Column of the base table to the frame's heading.
    matched : Matched, optional
        The frame's headings, where they were matched before.
    assumptions : Assumptions, optional
        Where to say what was assumed.

    Returns
    -------
    DataFrame or GeoDataFrame
        A new frame with the same index and geometry.
    """
    said = assumptions or Assumptions()
    matched = matched or match_table(frame, policy, columns)
    found = matched.columns
    table = frame.copy()
    cells = _stated(frame, matched, policy, said)
    for column in cols.READ:
        table[column.name] = _first_reading(cells.get(column.name), column, frame.index)
    listed = "varieties" in found
    read_varieties(table, policy, present=listed or "variety" in found, listed=listed)
    defaulted = cols.names(cols.with_role(cols.Role.DEFAULTED))
    for name in [name for name in policy.defaults if name in defaulted]:
        _read_words(table, name, policy, present=name in found, said=said)
    for name in [column.name for column in cols.READ if column.kind == "date"]:
        _read_dates(table, name, cells.get(name))
    _read_places(table, policy, said)
    _read_declared(table, cells.get("declared_value"), matched.area_unit, policy, said)
    _drop_absurd_areas(table)
    read_extras(table, cells, found, policy, said)
    _read_ids(table, said)
    return table


def _stated(
    frame: pd.DataFrame, matched: Matched, policy: Policy, said: Assumptions
) -> dict[str, pd.Series]:
    """The frame's cells by column, without those that state nothing."""
    found = matched.columns
    cells = {
        column.name: stated_cells(frame[found[column.name]], column, policy, said)
        for column in (*cols.READ, *cols.OPTIONAL)
        if column.name in found
    }
    if "base_id" in found:
        cells["base_id"] = cells["base_id"].where(~digits_lost(frame[found["base_id"]]))
    join_twins(cells, frame, matched, policy, said)
    if "yield_state" in found:
        cells["yield_state"] = clean_texts(frame[found["yield_state"]])
    return cells


def _first_reading(source: pd.Series | None, column: cols.Column, index: pd.Index) -> pd.Series:
    """A column before its words are understood: texts clean, everything else as it is."""
    if source is None and column.kind == "list":
        return pd.Series(None, index=index, dtype=object)  # each row gets its list with the words
    if source is None or column.kind == "date":
        return cols.missing(column.kind, index)
    if column.kind == "text":
        return source
    if column.kind == "number":
        return cols.typed(pd.to_numeric(source, errors="coerce").to_numpy(), "number", index)
    if column.kind == "list":
        lists = [parts_of(v) if isinstance(v, str) else members_of(v) or [] for v in source]
        return cols.typed(lists, "list", index)
    numbers = pd.to_numeric(source.astype(object), errors="coerce").astype("float64")
    return cols.typed(numbers.where(numbers == numbers.round()), column.kind, index)


def _read_ids(table: pd.DataFrame, said: Assumptions) -> None:
    """Ids spelt as they are compared; what was written otherwise stands beside them."""
    ids, written = folded_ids(table["base_id"])
    if not written.notna().any():
        return
    table["base_id"] = ids
    before = table.get("raw_base_id", cols.missing("text", table.index))
    table["raw_base_id"] = written.fillna(before)
    said.add(
        tr(
            "{count} 个基地编号去掉了公式、撇号、不可见字符、末尾的 .0, 全角和长横线改为半角",
            count=written.count(),
        )
    )


def _read_words(
    table: pd.DataFrame, name: str, policy: Policy, *, present: bool, said: Assumptions
) -> None:
    """Map status or kind to its canonical value; words that nobody knows go to raw_<column>."""
    default = policy.defaults[name]
    if not present:
        table[name] = cols.typed([default] * len(table), "text", table.index)
        if len(table):
            said.add(
                tr(
                    "没有{column}列, 全部按“{word}”",
                    column=tr(cols.titles()[name]),
                    word=tr(policy.title_of(name, default)),
                )
            )
        return
    empty = "unknown" if name == "status" else default
    unfilled = int(table[name].isna().sum())
    if unfilled and empty == default:
        title = policy.title_of(name, default)
        said.add(
            tr(
                "{column}空着的 {count} 条按“{word}”",
                column=tr(cols.titles()[name]),
                count=unfilled,
                word=tr(title),
            )
        )
    given = Distinct.of(table[name], table[f"raw_{name}"])
    values: list[str] = []
    raws: list[str | None] = []
    for cell, raw in given.rows:
        known = policy.canonical(name, cell) if cell else empty
        values.append(known or "unknown")
        understood = known not in {None, "unknown"} or cell in {None, "unknown"}
        raws.append(raw if understood else cell)
    table[name] = given.spread(values, "text")
    table[f"raw_{name}"] = given.spread(raws, "text")


def _read_dates(table: pd.DataFrame, name: str, source: pd.Series | None) -> None:
    if source is None:
        return
    table[name], raws = read_dates(source)
    # Where a table comes back, what was written stands beside already.
    table[f"raw_{name}"] = raws.fillna(table[f"raw_{name}"])


def _read_places(table: pd.DataFrame, policy: Policy, said: Assumptions) -> None:
    """Full county names and codes from short names or from each other; units likewise.

    Of a county that is known the code is its own, whatever stands there: whoever puts the county
    of a base right leaves the code as it was.
    """
    words = policy.words["county"]
    name_of = {word.code: word.name for word in words.values()}
    given = Distinct.of(table["county"], table["county_code"])
    counties: list[str | None] = []
    codes: list[str | None] = []
    for county, code in given.rows:
        digits = code[:6] if code else None
        text = county or name_of.get(digits or "")
        known = policy.canonical("county", text) if text else None
        counties.append(known or text)
        codes.append(words[known].code if known and words[known].code else digits)
        if known and digits not in {None, codes[-1]}:
            said.add(
                tr(
                    "县区代码 {written} 不是{county}的, 按县区改为 {code}",
                    written=digits,
                    county=known,
                    code=codes[-1],
                )
            )
    table["county"] = given.spread(counties, "text")
    table["county_code"] = given.spread(codes, "text")
    units = Distinct.of(table["reporting_unit"])
    named = [unit and (policy.canonical("reporting_unit", unit) or unit) for (unit,) in units.rows]
    table["reporting_unit"] = units.spread(named, "text")


def _read_declared(
    table: pd.DataFrame,
    source: pd.Series | None,
    heading_unit: str | None,
    policy: Policy,
    said: Assumptions,
) -> None:
    """Value, unit and 亩 of what was declared; a unit that is no land area gives no 亩."""
    if source is None:
        table["declared_value"] = table["declared_mu"]
        stated = table["declared_mu"].notna()
        table.loc[stated, "declared_unit"] = policy.title_of("unit", "mu")
        return
    values, written, raws = read_quantities(source)
    stated = Distinct.of(values.notna(), written, table["declared_unit"])
    units = [
        _unit((in_cell, in_column, heading_unit), policy, said) if present else None
        for present, in_cell, in_column in stated.rows
    ]
    table["declared_value"] = values
    table["declared_unit"] = stated.spread(units, "text")
    given = Distinct.of(table["declared_unit"], table["variety"])
    factors = given.spread([mu_per_unit(*row, policy=policy) for row in given.rows], "number")
    table["declared_mu"] = table["declared_mu"].fillna(values * factors)
    table["raw_declared_value"] = raws.fillna(table["raw_declared_value"])


def _drop_absurd_areas(table: pd.DataFrame) -> None:
    """Areas that no land has are none; what was written stays for a rule to name."""
    value, mu = table["declared_value"], table["declared_mu"]
    absurd = (value.abs() >= MOST_EXACT) | (mu.abs() > LARGEST_COUNTY_MU)
    if not absurd.any():
        return
    written = value.fillna(mu).map("{:.15g}".format).astype("str").where(absurd)
    table["raw_declared_value"] = table["raw_declared_value"].fillna(written)
    for name in ("declared_value", "declared_mu", "declared_unit"):
        table[name] = table[name].mask(absurd)


def _unit(texts: Sequence[str | None], policy: Policy, said: Assumptions) -> str:
    """The unit of a declared value: from its cell, its unit column, its heading, else 亩."""
    for text in texts:
        if text:
            known = policy.canonical("unit", text)
            return policy.title_of("unit", known) if known else text
    said.add(tr("上报面积没有注明单位, 按亩"))
    return policy.title_of("unit", "mu")


def mu_per_unit(unit: str | None, variety: str | None, *, policy: Policy) -> float:
    """亩 in a unit, or NaN where the policy does not take it for land area."""
    name = policy.canonical("unit", unit) if unit else None
    rule = policy.units
    if name is None or name not in rule.convertible:
        return float("nan")
    if name in rule.bed_area_units and variety in rule.bed_area_varieties:
        return float("nan")
    per_unit = policy.words["unit"][name].mu_per_unit
    return float("nan") if per_unit is None else per_unit
