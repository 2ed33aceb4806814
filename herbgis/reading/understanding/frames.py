"""The one door for tables: what a step is given, whoever made it, as a base table.

Every step that takes a table comes through here, so that all of them see the same words, numbers
and dates. A table that a step of ours made is not known by a mark on it, which edits would outlive
and joins would lose, but by what stands in it: a column is looked at as a whole, and where nothing
would change, nothing is done again.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from herbgis.foundation.errors import HerbgisError
from herbgis.foundation.identifiers import ODD_ID, fold_id
from herbgis.foundation.language import listed, tr
from herbgis.geo.china import LARGEST_COUNTY_MU
from herbgis.geo.geodesy import Ints
from herbgis.reading.understanding.arrow_columns import with_one_type, without_arrow_types
from herbgis.reading.understanding.assumptions import Assumptions
from herbgis.reading.understanding.basetable import complete
from herbgis.reading.understanding.cells import CONTROL, MOST_EXACT, placeholders_among
from herbgis.reading.understanding.computed import read_numbers, with_computed
from herbgis.reading.understanding.contradictions import (
    refuse_cut,
    refuse_two_areas,
    without_old_varieties,
)
from herbgis.reading.understanding.lost_digits import digits_lost
from herbgis.reading.understanding.matching import match_table
from herbgis.reading.understanding.null_numbers import without_zeros_for_nulls
from herbgis.reading.understanding.reopened import reopened
from herbgis.terms import columns as cols
from herbgis.terms.headings import check_mapping, match_headings
from herbgis.terms.policy import Policy

#: Shorter tables are understood sooner than they are looked at.
_SHORT = 500
#: Columns of words, together where one is read with another in view.
_TOGETHER = (
    ("variety", "varieties", "group"),
    ("status",),
    ("kind",),
    ("county", "county_code"),
    ("reporting_unit",),
    ("declared_unit", "variety"),
)
_WORDS = frozenset(name for names in _TOGETHER for name in names)
#: Optional columns whose cells are words or years.
_WORDED = frozenset({"flag", "year"})
#: Between the names of a list laid end to end; no clean text holds it.
_BETWEEN = "\x00"


def as_base_table(
    frame: pd.DataFrame,
    *,
    policy: Policy,
    columns: Mapping[str, str] | None = None,
    assumptions: Assumptions | None = None,
) -> pd.DataFrame:
    """A table under any headings with the base table's columns, and those that steps add.

    Parameters
    ----------
    frame : DataFrame or GeoDataFrame
        Records, or bases as `classify` gives them, ids in a column or the index.
    policy : Policy
    columns : mapping of str to str, optional
        Column of the base table, or one that a step adds, to the frame's heading.
    assumptions : Assumptions, optional
        Where to say what was assumed.

    Returns
    -------
    DataFrame or GeoDataFrame
        A new frame with the same index, geometry and own columns; see `basetable.complete` and
        `computed.with_computed`.

    Raises
    ------
    UnknownNameError
        `columns` names a column that there is not, or a heading that the frame does not have.
    UnreadableColumnError
        A column that a step adds holds what no step wrote.
    HerbgisError
        A heading that is read stands twice; a cell was cut, or contradicts another of its row.
    """
    read, added = _of_reading(columns, policy)
    given = without_arrow_types(reopened(frame, policy, columns))
    _refuse_twins(given, policy)
    given = without_zeros_for_nulls(given)
    refuse_cut(given)
    headings = match_table(given, policy, read).columns
    given = without_old_varieties(_with_numbers(given, headings), headings, policy)
    if is_understood(given, policy=policy, columns=read):
        table = given.copy()
    else:
        table = complete(given, policy=policy, columns=read, assumptions=assumptions)
    refuse_two_areas(table, headings, policy)
    return with_one_type(with_computed(table, policy=policy, columns=added), cols.titles())


def stated_columns(
    frame: pd.DataFrame, *, policy: Policy, columns: Mapping[str, str] | None = None
) -> set[str]:
    """Columns that a frame itself states, under whatever headings, and what follows from these."""
    given, headings = with_headings(frame, policy, columns)
    stated = {*headings, *_of_reading(columns, policy)[1]}
    stated |= {c.name for c in cols.added() if set(c.spellings) & set(map(str, given.columns))}
    if "declared_value" in stated:
        stated |= {"declared_mu", "declared_unit"}
    return stated | {c.name for c in cols.READ if c.follows in stated}


def with_headings(
    frame: pd.DataFrame, policy: Policy, columns: Mapping[str, str] | None = None
) -> tuple[pd.DataFrame, dict[str, str]]:
    """A frame with its ids in a column, and its heading of each base table column it has."""
    given = reopened(frame, policy, columns)
    return given, match_table(given, policy, _of_reading(columns, policy)[0]).columns


def _of_reading(
    columns: Mapping[str, str] | None, policy: Policy
) -> tuple[dict[str, str], dict[str, str]]:
    """A caller's mapping, apart for the columns that are read and those that steps add."""
    read = set(cols.names(cols.READ, cols.OPTIONAL))
    added = {column.name for column in cols.added()}
    check_mapping(columns or {}, [*sorted(read), *sorted(added)], policy)
    given = dict(columns or {})
    return (
        {name: heading for name, heading in given.items() if name in read},
        {name: heading for name, heading in given.items() if name in added},
    )


def _with_numbers(frame: pd.DataFrame, headings: Mapping[str, str]) -> pd.DataFrame:
    """A frame whose 亩, which only a step writes, are numbers whatever a file made of them."""
    heading = headings.get("declared_mu")
    if heading is None or pd.api.types.is_numeric_dtype(frame[heading].dtype):
        return frame
    column = next(column for column in cols.READ if column.name == "declared_mu")
    return frame.assign(**{heading: read_numbers(frame[heading], column)})


def _refuse_twins(frame: pd.DataFrame, policy: Policy) -> None:
    """Refuse a frame in which a heading that is read stands twice."""
    twice = frame.columns[frame.columns.duplicated()].unique()
    titles = {column.title for column in cols.added()}
    known = [
        str(heading)
        for heading in twice
        if str(heading) in titles | set(cols.titles())
        or match_headings([str(heading)], policy).columns
    ]
    if known:
        msg = tr(
            "表里有不止一列叫 {names}, 不知道用哪一列。请去掉多余的, 或改名后用 columns= 指明。",
            names=listed(known),
        )
        raise HerbgisError(msg)


def is_understood(
    frame: pd.DataFrame, *, policy: Policy, columns: Mapping[str, str] | None = None
) -> bool:
    """Whether `complete` would change nothing of a frame; always False for a short one.

    Types are compared, texts looked through, and `complete` itself is tried on a row for each
    distinct combination of the words that it reads together.
    """
    if len(frame) < _SHORT or any(name != heading for name, heading in (columns or {}).items()):
        return False
    matched = match_table(frame, policy).columns
    known = [*cols.READ, *(c for c in cols.OPTIONAL if c.name in matched)]
    if any(matched.get(column.name) != column.name for column in known):
        return False
    if not all(_is_sound(frame[column.name], column, policy) for column in known):
        return False
    few = pd.DataFrame(frame[[c.name for c in known]]).iloc[_telling_rows(frame, known)]
    again = complete(few, policy=policy)
    return len(again.columns) == len(few.columns) and all(
        _same(again[column.name], few[column.name]) for column in known
    )


def _is_sound(values: pd.Series, column: cols.Column, policy: Policy) -> bool:
    """Whether a column has its type, and cells as they are kept."""
    if column.kind == "list":
        lists = values.to_numpy(dtype=object)
        return set(map(type, lists)) <= {list} and set(map(type, chain(*lists))) <= {str}
    if values.dtype != cols.dtype_of(column.kind):
        return False
    if column.kind in {"text", "flag"}:
        kept = column.name != "base_id" or not digits_lost(values).any()
        return column.name in _WORDS or (kept and _are_clean(values, column, policy))
    if column.kind != "number":
        return True
    most = LARGEST_COUNTY_MU if column.name == "declared_mu" else MOST_EXACT
    # A number below nothing is kept as text where it is optional, an absurd one anywhere.
    odd = (values > most) | ((values < 0) & (column not in cols.READ))
    return not bool(odd.any())


def _are_clean(values: pd.Series, column: cols.Column, policy: Policy) -> bool:
    """Whether texts are as `cells.stated_cells` leaves them, and ids spelt as they are compared."""
    texts = pc.unique(pa.array(values)).drop_null()
    kept = pc.equal(pc.utf8_trim_whitespace(texts), texts)
    dirty = pc.or_(pc.equal(texts, ""), pc.match_substring_regex(texts, CONTROL.pattern))
    if pc.any(dirty, min_count=0).as_py() or not pc.all(kept, min_count=0).as_py():
        return False
    if column.name == "base_id":
        odd = texts.filter(pc.match_substring_regex(texts, ODD_ID)).to_pylist()
        if any(fold_id(text) != text for text in odd):
            return False
    return not placeholders_among(texts, column, policy)[0]


def _telling_rows(frame: pd.DataFrame, known: list[cols.Column]) -> Ints:
    """Positions of rows that hold every combination of words which is read together."""
    empty = {c.name: frame[c.name].isna() for c in known if c.name.startswith(("raw_", "declared"))}
    groups = [
        [*(frame[n] for n in names), *(empty[f"raw_{n}"] for n in names if f"raw_{n}" in empty)]
        for names in _TOGETHER
    ]
    groups[-1] += [empty["declared_value"], empty["declared_mu"]]
    groups += [[frame[c.name]] for c in known if c in cols.OPTIONAL and c.kind in _WORDED]
    return np.unique(np.concatenate([_first_of_each(group) for group in groups]))


def _first_of_each(columns: list[pd.Series]) -> Ints:
    """Positions where each distinct row of some columns stands first."""
    code = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        own = _numbered(column)
        code = code * (own.max() + 2) + own + 1
    return np.flatnonzero(~pd.Series(code).duplicated().to_numpy())


def _numbered(column: pd.Series) -> Ints:
    """A number for each distinct cell; -1 for an empty one."""
    if column.dtype == bool:
        return np.asarray(column, dtype=np.intp)
    if column.dtype != object:
        words = pa.array(column)
    else:
        names = pa.array(column.to_numpy(dtype=object), type=pa.list_(pa.string()))
        words = pc.binary_join(names, _BETWEEN)
    numbered = words.dictionary_encode()
    whole = numbered.combine_chunks() if isinstance(numbered, pa.ChunkedArray) else numbered
    return np.asarray(whole.indices.fill_null(-1), dtype=np.intp)


def _same(one: pd.Series, other: pd.Series) -> bool:
    if one.dtype == object:
        return list(one) == list(other)
    return bool(one.dtype == other.dtype and one.equals(other))
