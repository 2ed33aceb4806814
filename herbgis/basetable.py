"""From a table as somebody wrote it to the base table. Floor 2.

Headings and values are mapped by the policy's alias tables alone, never by likeness. A cell that
cannot be understood stays in ``raw_<column>``, and a rule names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from herbgis import columns as cols
from herbgis.errors import UnknownNameError
from herbgis.policy import Policy
from herbgis.units import fold, parse_date, parse_quantity

_UNIT_IN_BRACKETS = re.compile(r"(?P<heading>.+?)[(\[](?P<unit>[^()\[\]]+)[)\]]$")
#: Letters of the longest word for a unit that may end a heading.
_LONGEST_UNIT = 8
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
    for front, behind in _splits(fold(heading)):
        name, unit = policy.canonical("column", front), policy.canonical("unit", behind)
        if name is not None and unit is not None:
            return name, policy.title_of("unit", unit)
    return None, None


def _splits(heading: str) -> Iterator[tuple[str, str]]:
    """Ways to take a heading for a name and a unit: 面积(亩), 面积_亩, 面积亩."""
    bracketed = _UNIT_IN_BRACKETS.fullmatch(heading)
    if bracketed:
        yield bracketed["heading"], bracketed["unit"]
        return
    for at in range(max(1, len(heading) - _LONGEST_UNIT), len(heading)):
        yield heading[:at].rstrip("_-/"), heading[at:]


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
    if source is None or column.kind == "date":
        return cols.missing(column.kind, index)
    if column.kind == "text":
        return _clean_texts(source)
    if column.kind == "number":
        return cols.typed(pd.to_numeric(source, errors="coerce").to_numpy(), "number", index)
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


def _clean_texts(source: pd.Series) -> pd.Series:
    """`clean_text` over a column."""
    if not isinstance(source.dtype, pd.StringDtype):
        return cols.typed([clean_text(value) for value in source], "text", source.index)
    texts = source.astype("str")
    if texts.str.contains(_CONTROL.pattern).any():
        texts = texts.str.replace(_CONTROL.pattern, "", regex=True)
    texts = texts.str.strip()
    return texts.where(texts != "")


@dataclass(frozen=True)
class _Distinct:
    """The distinct rows of some columns, each understood once however often it stands there.

    A city's table has thousands of rows and dozens of words.
    """

    rows: list[tuple[Any, ...]]
    at: npt.NDArray[np.intp]
    index: pd.Index

    @classmethod
    def of(cls, *columns: pd.Series) -> _Distinct:
        """Distinct rows of columns of one index, None for missing cells."""
        code = np.zeros(len(columns[0]), dtype=np.int64)
        for column in columns:
            own, known = pd.factorize(column, use_na_sentinel=False)
            code = code * (len(known) + 1) + own
        _, first, at = np.unique(code, return_index=True, return_inverse=True)
        picked = [column.iloc[first].astype(object) for column in columns]
        cells = [column.where(column.notna(), None) for column in picked]
        return cls(list(zip(*cells, strict=True)), at, columns[0].index)

    def spread(self, values: Sequence[Any], kind: cols.Kind) -> pd.Series:
        """A value for each distinct row, put back to all rows."""
        short = cols.typed(values, kind, pd.RangeIndex(len(self.rows)))
        long = short.take(self.at).set_axis(self.index)
        return long.map(list) if kind == "list" else long


def _read_varieties(table: gpd.GeoDataFrame, policy: Policy) -> None:
    """Split mixed plantings, map aliases, set the group; the cell stays where it was mapped."""
    listed = table["varieties"].map(tuple)
    given = _Distinct.of(table["variety"], listed, table["raw_variety"], table["group"])
    read = [_read_variety(*row, policy=policy) for row in given.rows]
    kinds: dict[str, cols.Kind] = {
        "variety": "text",
        "varieties": "list",
        "raw_variety": "text",
        "group": "text",
    }
    for place, (name, kind) in enumerate(kinds.items()):
        table[name] = given.spread([row[place] for row in read], kind)


def _read_variety(
    cell: str | None, listed: tuple[str, ...], raw: str | None, group: str | None, *, policy: Policy
) -> tuple[str | None, list[str], str | None, str]:
    """Main variety, all of them, the cell where it was mapped, and the group."""
    if cell is None:
        return None, [], None, group or policy.group_of("")
    written = [part.strip() for part in _SEPARATORS.split(cell) if part.strip()] or [cell]
    known = [policy.canonical("variety", part) or part for part in written]
    every = list(dict.fromkeys([*known, *listed]))
    kept = cell if written != known else raw
    return known[0], every, kept, group or policy.group_of(known[0])


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
    given = _Distinct.of(table[name], table[f"raw_{name}"])
    values: list[str] = []
    raws: list[str | None] = []
    for cell, raw in given.rows:
        known = policy.canonical(name, cell) if cell else None
        values.append(known or fallback)
        raws.append(raw if known or not cell or cell == fallback else cell)
    table[name] = given.spread(values, "text")
    table[f"raw_{name}"] = given.spread(raws, "text")


def _read_dates(table: gpd.GeoDataFrame, name: str, source: pd.Series | None) -> None:
    if source is None:
        return
    if pd.api.types.is_datetime64_any_dtype(source):
        naive = source.dt.tz_localize(None) if source.dt.tz is not None else source
        table[name] = naive.astype("datetime64[s]")
        return
    given = _Distinct.of(_clean_texts(source))
    dates = [parse_date(text) if text else None for (text,) in given.rows]
    raws = [text if day is None else None for (text,), day in zip(given.rows, dates, strict=True)]
    table[name] = given.spread(dates, "date")
    table[f"raw_{name}"] = given.spread(raws, "text")


def _read_places(table: gpd.GeoDataFrame, policy: Policy) -> None:
    """Full county names and codes from short names or from each other; units likewise."""
    words = policy.words["county"]
    name_of = {word.code: word.name for word in words.values()}
    given = _Distinct.of(table["county"], table["county_code"])
    counties: list[str | None] = []
    codes: list[str | None] = []
    for county, code in given.rows:
        digits = code[:6] if code else None
        text = county or name_of.get(digits or "")
        known = policy.canonical("county", text) if text else None
        counties.append(known or text)
        codes.append(digits or (words[known].code if known else None))
    table["county"] = given.spread(counties, "text")
    table["county_code"] = given.spread(codes, "text")
    units = _Distinct.of(table["reporting_unit"])
    named = [unit and (policy.canonical("reporting_unit", unit) or unit) for (unit,) in units.rows]
    table["reporting_unit"] = units.spread(named, "text")


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
    values, written, raws = _read_quantities(frame[matched["declared_value"]])
    stated = _Distinct.of(values.notna(), written, table["declared_unit"])
    units = [
        _unit((in_cell, in_column, heading_unit), policy, said) if present else None
        for present, in_cell, in_column in stated.rows
    ]
    table["declared_value"] = values
    table["declared_unit"] = stated.spread(units, "text")
    given = _Distinct.of(table["declared_unit"], table["variety"])
    factors = given.spread([_mu_per_unit(*row, policy=policy) for row in given.rows], "number")
    table["declared_mu"] = table["declared_mu"].fillna(values * factors)
    table["raw_declared_value"] = raws.fillna(table["raw_declared_value"])


def _read_quantities(source: pd.Series) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Values, the units written beside them, and the cells that are no plain numbers."""
    index = source.index
    if pd.api.types.is_float_dtype(source.dtype) or pd.api.types.is_integer_dtype(source.dtype):
        values = cols.typed(source.to_numpy(dtype=float, na_value=np.nan), "number", index)
        return values, cols.missing("text", index), cols.missing("text", index)
    given = _Distinct.of(_clean_texts(source))
    read = [parse_quantity(text) if text else None for (text,) in given.rows]
    raws = [
        text if quantity is None or not quantity.plain else None
        for (text,), quantity in zip(given.rows, read, strict=True)
    ]
    return (
        given.spread([quantity.value if quantity else np.nan for quantity in read], "number"),
        given.spread([quantity.unit if quantity else None for quantity in read], "text"),
        given.spread(raws, "text"),
    )


def _unit(texts: Sequence[str | None], policy: Policy, said: Assumptions) -> str:
    """The unit of a declared value: from its cell, its unit column, its heading, else 亩."""
    for text in texts:
        if text:
            known = policy.canonical("unit", text)
            return policy.title_of("unit", known) if known else text
    said.add("上报面积没有注明单位, 按亩")
    return policy.title_of("unit", "mu")


def _mu_per_unit(unit: str | None, variety: str | None, *, policy: Policy) -> float:
    """亩 in a unit, or NaN where the policy does not take it for land area."""
    name = policy.canonical("unit", unit) if unit else None
    rule = policy.units
    if name is None or name not in rule.convertible:
        return float("nan")
    if name in rule.bed_area_units and variety in rule.bed_area_varieties:
        return float("nan")
    per_unit = policy.words["unit"][name].mu_per_unit
    return float("nan") if per_unit is None else per_unit
