"""From a table as somebody wrote it to the base table. Floor 2.

Headings and values are mapped by the policy's alias tables alone, never by likeness. A cell that
cannot be understood stays in ``raw_<column>``, and a rule names it.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis import columns as cols
from herbgis.errors import UnknownNameError
from herbgis.policy import Policy
from herbgis.units import Quantity, fold, parse_date, parse_quantity

_HEADING_WITH_UNIT = re.compile(r"(?P<heading>.+?)[(\[](?P<unit>[^()\[\]]+)[)\]]$")
#: A DBF's heading holds ten bytes; a character that does not fit whole is left off.
_CUT_FROM_BYTES = 8
_SEPARATORS = re.compile(r"[、,，;；/+|()（）]|套种|间作")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass
class Assumptions:
    """What was assumed while a table was read, one line each, said once."""

    lines: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        """Note a line that is not there yet."""
        if line not in self.lines:
            self.lines.append(line)


def match_headings(
    headings: list[str], policy: Policy, columns: Mapping[str, str] | None = None
) -> tuple[dict[str, str], str | None]:
    """Which of a table's headings is which column, and the unit that the area's heading states.

    Parameters
    ----------
    headings : list of str
    policy : Policy
    columns : mapping of str to str, optional
        The caller's own mapping, column of the base table to heading.

    Returns
    -------
    dict of str to str, str or None
        Column to heading; the unit of ``declared_value`` as a word (``亩``).
    """
    matched = {name: name for name in cols.names(cols.READ) if name in headings}
    for name, heading in (columns or {}).items():
        if heading not in headings:
            raise UnknownNameError("列", heading, headings)
        matched[name] = heading
    heading_unit: str | None = None
    named = [(heading, *_column_of(heading, policy)) for heading in headings]
    # Of two headings for one column the alias that the table lists first is meant.
    for heading, column, stated in sorted(named, key=lambda entry: _alias_rank(entry[0], policy)):
        if column is not None and column not in matched:
            matched[column] = heading
            heading_unit = stated if column == "declared_value" else heading_unit
    return matched, heading_unit


def _alias_rank(heading: str, policy: Policy) -> int:
    return policy.alias_ranks.get(fold(heading), len(policy.alias_ranks))


def _column_of(heading: str, policy: Policy) -> tuple[str | None, str | None]:
    """The column that a heading names by the alias table, and the unit it states."""
    name = policy.canonical("column", heading)
    if name is not None:
        return name, policy.heading_units.get(fold(heading))
    found = _HEADING_WITH_UNIT.fullmatch(fold(heading))
    unit = policy.canonical("unit", found["unit"]) if found else None
    if found is None or unit is None:
        return None, None
    name = policy.canonical("column", found["heading"])
    return name, policy.title_of("unit", unit)


def uncut_headings(headings: list[str], encoding: str, policy: Policy) -> dict[str, str]:
    """Columns whose headings a DBF cut at its ten bytes, by the one column that begins so.

    Parameters
    ----------
    headings : list of str
    encoding : str
        The file's encoding: it tells how many bytes a heading took.
    policy : Policy

    Returns
    -------
    dict of str to str
        Column of the base table to the cut heading; nothing where two columns begin alike.
    """
    matched, _ = match_headings(headings, policy)
    found: dict[str, str] = {}
    for heading in headings:
        if heading in matched.values() or len(heading.encode(encoding)) < _CUT_FROM_BYTES:
            continue
        begins = {
            name
            for name, aliases in policy.columns.items()
            if any(fold(alias).startswith(fold(heading)) for alias in aliases)
        }
        if len(begins) == 1 and not begins & (matched.keys() | found.keys()):
            found[begins.pop()] = heading
    return found


def complete(
    frame: gpd.GeoDataFrame,
    *,
    policy: Policy,
    columns: Mapping[str, str] | None = None,
    assumptions: Assumptions | None = None,
) -> gpd.GeoDataFrame:
    """Give a table the columns of the base table, in their types and canonical words.

    Columns of the frame that are not the base table's are kept. Applied to a base table it
    changes nothing. Geometry is not touched.

    Parameters
    ----------
    frame : GeoDataFrame
        Any headings; see `match_headings`.
    policy : Policy
    columns : mapping of str to str, optional
        Column of the base table to the frame's heading.
    assumptions : Assumptions, optional
        Where to say what was assumed.

    Returns
    -------
    GeoDataFrame
        A new frame with the same index and geometry.
    """
    said = assumptions or Assumptions()
    matched, heading_unit = match_headings([str(c) for c in frame.columns], policy, columns)
    table = frame.copy()
    for column in cols.READ:
        heading = matched.get(column.name)
        source = None if heading is None else frame[heading]
        table[column.name] = _first_reading(source, column, frame.index)
    _read_varieties(table, policy)
    for name in ("status", "kind"):
        _read_words(table, name, policy, present=name in matched, said=said)
    for name in ("surveyed_on", "completed_on"):
        _read_dates(table, name, None if name not in matched else frame[matched[name]])
    _read_places(table, policy)
    _read_declared(table, frame, matched, heading_unit, policy, said)
    return table


def _first_reading(source: pd.Series | None, column: cols.Column, index: pd.Index) -> pd.Series:
    """A column before its words are understood: texts clean, everything else as it is."""
    if source is None:
        return cols.missing(column.kind, index)
    if column.kind == "text":
        return cols.typed([clean_text(v) for v in source], "text", index)
    if column.kind == "number":
        return cols.typed(pd.to_numeric(source, errors="coerce").to_numpy(), "number", index)
    if column.kind == "date":
        return cols.missing("date", index)
    return cols.typed(source.to_numpy(), column.kind, index)


def clean_text(value: object) -> str | None:
    """A cell as text without control characters and outer blanks; None where nothing is left."""
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    if value is pd.NA:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = _CONTROL.sub("", str(value)).strip()
    return text or None


def _read_varieties(table: gpd.GeoDataFrame, policy: Policy) -> None:
    """Split mixed plantings, map aliases, set the group; the cell stays where it was mapped."""
    mains: list[str | None] = []
    alls: list[list[str]] = []
    raws: list[str | None] = []
    given = zip(table["variety"], table["varieties"], table["raw_variety"], strict=True)
    for cell, listed, raw in given:
        if not isinstance(cell, str):
            mains.append(None)
            alls.append([])
            raws.append(None)
            continue
        written = [part.strip() for part in _SEPARATORS.split(cell) if part.strip()] or [cell]
        known = [policy.canonical("variety", part) or part for part in written]
        mains.append(known[0])
        alls.append(list(dict.fromkeys([*known, *listed])))
        mapped = any(a != b for a, b in zip(written, known, strict=True))
        raws.append(cell if mapped else raw if isinstance(raw, str) else None)
    table["variety"] = cols.typed(mains, "text", table.index)
    table["varieties"] = cols.typed(alls, "list", table.index)
    table["raw_variety"] = cols.typed(raws, "text", table.index)
    groups = [
        own if isinstance(own, str) else policy.group_of(main or "")
        for own, main in zip(table["group"], mains, strict=True)
    ]
    table["group"] = cols.typed(groups, "text", table.index)


def _read_words(
    table: gpd.GeoDataFrame, name: str, policy: Policy, *, present: bool, said: Assumptions
) -> None:
    """Map status or kind to its canonical value; unknown words go to raw_<column>."""
    default = policy.defaults[name]
    if not present:
        table[name] = cols.typed([default] * len(table), "text", table.index)
        if len(table):
            said.add(f"没有{cols.titles()[name]}列, 全部按“{policy.title_of(name, default)}”")
        return
    fallback = "unknown" if name == "status" else default
    values: list[str] = []
    raws: list[str | None] = []
    for cell, raw in zip(table[name], table[f"raw_{name}"], strict=True):
        known = policy.canonical(name, cell) if isinstance(cell, str) else None
        values.append(known or fallback)
        understood = known is not None or not isinstance(cell, str) or cell == fallback
        raws.append((raw if isinstance(raw, str) else None) if understood else cell)
    table[name] = cols.typed(values, "text", table.index)
    table[f"raw_{name}"] = cols.typed(raws, "text", table.index)


def _read_dates(table: gpd.GeoDataFrame, name: str, source: pd.Series | None) -> None:
    if source is None:
        return
    if pd.api.types.is_datetime64_any_dtype(source):
        naive = source.dt.tz_localize(None) if source.dt.tz is not None else source
        table[name] = naive.astype("datetime64[s]")
        return
    texts = [clean_text(value) for value in source]
    dates = [parse_date(text) if text else None for text in texts]
    table[name] = cols.typed(dates, "date", table.index)
    raws = [t if t and d is None else None for t, d in zip(texts, dates, strict=True)]
    table[f"raw_{name}"] = cols.typed(raws, "text", table.index)


def _read_places(table: gpd.GeoDataFrame, policy: Policy) -> None:
    """Full county names and codes from short names or from each other; units likewise."""
    words = policy.words["county"]
    name_of = {word.code: word.name for word in words.values()}
    counties: list[str | None] = []
    codes: list[str | None] = []
    for county, code in zip(table["county"], table["county_code"], strict=True):
        digits = code[:6] if isinstance(code, str) else None
        text = county if isinstance(county, str) else name_of.get(digits or "")
        known = policy.canonical("county", text) if text else None
        counties.append(known or text)
        codes.append(digits or (words[known].code if known else None))
    table["county"] = cols.typed(counties, "text", table.index)
    table["county_code"] = cols.typed(codes, "text", table.index)
    units = [
        (policy.canonical("reporting_unit", unit) or unit) if isinstance(unit, str) else None
        for unit in table["reporting_unit"]
    ]
    table["reporting_unit"] = cols.typed(units, "text", table.index)


def _read_declared(
    table: gpd.GeoDataFrame,
    frame: gpd.GeoDataFrame,
    matched: Mapping[str, str],
    heading_unit: str | None,
    policy: Policy,
    said: Assumptions,
) -> None:
    """Value, unit and 亩 of what was declared; a unit that is no land area gives no 亩."""
    if "declared_value" not in matched:
        table["declared_value"] = table["declared_mu"]
        stated = table["declared_mu"].notna()
        table.loc[stated, "declared_unit"] = policy.title_of("unit", "mu")
        return
    cells = [clean_text(value) for value in frame[matched["declared_value"]]]
    read = [parse_quantity(cell) if cell else None for cell in cells]
    values = [quantity.value if quantity else np.nan for quantity in read]
    raws = [
        cell if cell and (quantity is None or not quantity.plain) else None
        for cell, quantity in zip(cells, read, strict=True)
    ]
    units: list[str | None] = []
    for quantity, unit in zip(read, table["declared_unit"], strict=True):
        units.append(_unit(quantity, unit, heading_unit, policy, said))
    mus = [
        own if not np.isnan(own) else _in_mu(value, unit, variety, policy)
        for own, value, unit, variety in zip(
            table["declared_mu"], values, units, table["variety"], strict=True
        )
    ]
    table["declared_value"] = cols.typed(values, "number", table.index)
    table["declared_unit"] = cols.typed(units, "text", table.index)
    table["declared_mu"] = cols.typed(mus, "number", table.index)
    kept = [
        new or (old if isinstance(old, str) else None)
        for new, old in zip(raws, table["raw_declared_value"], strict=True)
    ]
    table["raw_declared_value"] = cols.typed(kept, "text", table.index)


def _unit(
    quantity: Quantity | None,
    cell: Hashable,
    heading_unit: str | None,
    policy: Policy,
    said: Assumptions,
) -> str | None:
    """The unit of one declared value: from its cell, its unit column, its heading, else 亩."""
    if quantity is None:
        return None
    for text in (quantity.unit, cell, heading_unit):
        if isinstance(text, str):
            known = policy.canonical("unit", text)
            return policy.title_of("unit", known) if known else text
    said.add("上报面积没有注明单位, 按亩")
    return policy.title_of("unit", "mu")


def _in_mu(value: float, unit: str | None, variety: Hashable, policy: Policy) -> float:
    """A declared value in 亩, or NaN where the policy does not take the unit for land area."""
    name = policy.canonical("unit", unit) if unit else None
    rule = policy.units
    if name is None or name not in rule.convertible:
        return float("nan")
    if name in rule.bed_area_units and variety in rule.bed_area_varieties:
        return float("nan")
    per_unit = policy.words["unit"][name].mu_per_unit
    return float("nan") if per_unit is None else value * per_unit
