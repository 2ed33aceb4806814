"""A table that was saved and opened again: what the file did to its headings, undone.

A shapefile cuts headings at ten bytes; a workbook of ours has its title above them; pandas keeps
ids, or what a table was grouped by, in the index. What became of cells is not looked at here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from herbgis.foundation.dates import parse_date
from herbgis.foundation.errors import HerbgisError
from herbgis.foundation.language import listed, tr
from herbgis.reading.understanding.cells import clean_text
from herbgis.terms import columns as cols
from herbgis.terms.headings import match_headings
from herbgis.terms.policy import Policy

#: The bytes of a heading that a DBF keeps, and of these what stays where that would be a twin's:
#: behind them GDAL puts ``_1`` to ``_9``, then ``10`` and on.
_KEPT, _KEPT_OF_TWIN = 10, 8
_TWIN = re.compile(rf"(.{{{_KEPT_OF_TWIN}}})(?:_[1-9]|[1-9][0-9])")
#: What pandas calls a column without a heading.
_UNNAMED = re.compile(r"Unnamed: \d+(?:_level_\d+)?")
#: What pandas and geopandas call the column that a file keeps of an index without a name.
_OF_INDEX = re.compile(rf"index|level_\d+|{_UNNAMED.pattern}")
#: What tells a table of bases that `classify` wrote.
_OF_BASES = frozenset({"counted_mu", "核定面积"})
#: Rows among which a table below its title has its headings, and how many of them are enough.
_ROWS_ABOVE, _ENOUGH = 6, 3
#: What a row of sums is called.
_SUMS = frozenset({"合计", "小计", "总计", "共计"})
#: No year of production is earlier or later.
_YEARS = range(1980, 2100)


def reopened(
    frame: pd.DataFrame, policy: Policy, columns: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """A frame under the headings that its columns had before they were saved.

    Parameters
    ----------
    frame : DataFrame or GeoDataFrame
    policy : Policy
    columns : mapping of str to str, optional
        The caller's own mapping, column to heading; such headings are left as they are.

    Returns
    -------
    DataFrame or GeoDataFrame
        The frame itself where nothing happened to it; without the rows above its headings.

    Raises
    ------
    HerbgisError
        The headings stand in two rows, a heading was cut so that it may be one of several columns,
        or a row of sums stands among the bases.
    """
    if frame.columns.nlevels > 1:
        msg = tr("表头有两行以上 (多级列名), 不知道用哪一行。请先合成一行, 如 表.columns = [...]。")
        raise HerbgisError(msg)
    below = _below_title(_in_small_letters(frame, columns), policy)
    with_levels = _with_levels(below, policy)
    uncut = uncut_names(with_levels, policy, columns)
    return with_levels.rename(columns=uncut) if uncut else with_levels


def _in_small_letters(frame: pd.DataFrame, columns: Mapping[str, str] | None) -> pd.DataFrame:
    """A frame whose columns of ours some database or program wrote in capitals, as we name them."""
    own = {*(columns or {}).values()}
    present = {*map(str, frame.columns)}
    smaller = {
        name: name.lower()
        for name in present - own
        if name != name.lower() and name.lower() in cols.titles() and name.lower() not in present
    }
    return frame.rename(columns=smaller) if smaller else frame


def _below_title(frame: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """A table whose headings stand below a title, as pandas reads a workbook of ours."""
    named = [c for c in map(str, frame.columns) if not _UNNAMED.fullmatch(c)]
    if len(named) > 1 or len(frame.columns) < _ENOUGH:
        return frame
    rows = [list(map(clean_text, frame.iloc[at])) for at in range(min(_ROWS_ABOVE, len(frame)))]
    known = [_known_among([cell or "" for cell in row], policy) for row in rows]
    if not known or max(known) < _ENOUGH:
        return frame
    at = known.index(max(known))
    table = frame.iloc[at + 1 :].set_axis(
        [c or n for c, n in zip(rows[at], frame, strict=True)], axis=1
    )
    first = table.iloc[:, 0].map(clean_text)
    if len(table) and first.isin(_SUMS).any():
        row = int(first.isin(_SUMS).to_numpy().argmax()) + 1
        msg = tr(
            "表里第 {row} 行是{word}, 不是基地。请去掉合计行再用。",
            row=row,
            word=first.iloc[row - 1],
        )
        raise HerbgisError(msg)
    return table.infer_objects()


def _known_among(headings: list[str], policy: Policy) -> int:
    titles = cols.titles()
    own = {*titles, *titles.values()} & set(headings)
    return len(own | set(match_headings(headings, policy).columns.values()))


def _with_levels(frame: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """A frame whose index holds columns of the base table, with these also as columns.

    Bases as `classify` and a ledger give them carry their ids there.
    """
    found = {}
    for level, name in enumerate(frame.index.names):
        if not isinstance(name, str) or name in frame:
            continue
        column = name if name in cols.titles() else policy.canonical("column", name)
        if column is not None and column not in frame:
            found[column] = frame.index.get_level_values(level)
    given = frame.assign(**found) if found else frame
    unnamed = _unnamed_ids(given, policy)
    return _with_ids_of_some(given if unnamed is None else given.assign(base_id=unnamed))


def _with_ids_of_some(frame: pd.DataFrame) -> pd.DataFrame:
    """Bases of which some have their ids in a column and the others in the index.

    `pandas.concat` makes them of some as `classify` gave them and some read from a file.
    """
    if "base_id" not in frame or frame.index.nlevels > 1 or not _OF_BASES & set(frame.columns):
        return frame
    empty = frame["base_id"].isna().to_numpy()
    is_text = np.array([isinstance(label, str) for label in frame.index], dtype=bool)
    if not empty.any() or empty.all() or not np.array_equal(is_text, empty):
        return frame
    return frame.assign(
        base_id=frame["base_id"].astype(object).mask(empty, frame.index.to_series())
    )


def _unnamed_ids(frame: pd.DataFrame, policy: Policy) -> pd.Series | None:
    """The ids of bases of ours whose index, or the column that a file made of it, lost its name.

    ``bases.loc[pd.Index([...])]`` loses it in pandas 3.0, and `DataFrame.reindex` in every version.
    What a step adds tells our bases from a table whose labels may be anything.
    """
    if not _OF_BASES & set(frame.columns):
        return None
    levels = enumerate(frame.index.names)
    labels = [frame.index.get_level_values(at) for at, name in levels if name is None]
    labels += [frame[name] for name in frame.columns if _OF_INDEX.fullmatch(str(name))]
    texts = [
        cells for cells in labels if pd.api.types.is_string_dtype(cells) and cells.notna().all()
    ]
    if len(texts) != 1 or not len(frame):
        return None
    if "base_id" in match_headings([str(c) for c in frame.columns], policy).columns:
        return None
    return pd.Series(np.asarray(texts[0], dtype=object), index=frame.index, dtype="str")


def uncut_names(
    frame: pd.DataFrame, policy: Policy, columns: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Headings that a shapefile cut, and the column's name that each of them was.

    Where several columns begin alike, and what stands in them does not tell, nobody can say which
    heading was which.

    Raises
    ------
    HerbgisError
    """
    given = dict(columns or {})
    present = {*map(str, frame.columns), *given}
    may_be = {
        heading: [n for n in names if _fits(frame[heading], n, heading, policy)]
        for heading in map(str, frame.columns)
        if heading not in given.values() and (names := _begun_by(heading, present))
    }
    settled: dict[str, str] = {}
    while told := next((h for h in _cut_first(may_be) if len(may_be[h]) == 1), None):
        settled[told] = may_be.pop(told)[0]
        for names in may_be.values():
            if settled[told] in names:
                names.remove(settled[told])
    doubtful = [h for h, names in may_be.items() if names and frame[h].notna().any()]
    if doubtful:
        raise HerbgisError(_several(doubtful, may_be))
    return settled


def _cut_first(may_be: Mapping[str, Sequence[str]]) -> list[str]:
    """Headings in the order in which they are settled: those that were only cut before twins."""
    return sorted(may_be, key=lambda heading: _TWIN.fullmatch(heading) is not None)


def _begun_by(heading: str, present: set[str]) -> list[str]:
    """The columns whose names a cut heading begins, of those that the frame does not have."""
    names = [name for name in cols.titles() if len(name) > _KEPT and name not in present]
    found = [name for name in names if name[:_KEPT] == heading]
    twin = _TWIN.fullmatch(heading)
    if twin is not None and heading not in cols.titles():
        begun = [name for name in names if name[:_KEPT_OF_TWIN] == twin[1]]
        # A number is behind only what begins as another heading does.
        found += [n for n in begun if n[:_KEPT] in present and n not in found]
    return found


def _fits(cells: pd.Series | pd.DataFrame, name: str, heading: str, policy: Policy) -> bool:
    """Whether what stands under a heading may be what stands in a column.

    A heading that is a whole word (``production``) may be anybody's: its cells must be the
    column's. Of other headings they must only tell flags from texts.
    """
    if isinstance(cells, pd.DataFrame):
        return False
    column = next(c for c in cols.every() if c.name == name)
    filled = cells.dropna()
    if column.kind == "year":
        texts = (clean_text(cell) or "" for cell in filled)
        days = [parse_date(text) for text in texts]
        return all(day is not None and day.year in _YEARS for day in days)
    is_word = name[_KEPT] == "_" and heading == name[:_KEPT]
    if column.kind == "flag":
        return all(policy.canonical("answer", clean_text(cell) or "") for cell in filled)
    if column.kind == "number" and is_word:
        return bool(pd.to_numeric(filled, errors="coerce").notna().all())
    return True


def _several(headings: Sequence[str], may_be: Mapping[str, Sequence[str]]) -> str:
    """What is said of cut headings that may be one of several columns."""
    names = list(dict.fromkeys(name for heading in headings for name in may_be[heading]))
    titles = cols.titles()
    shown = listed(f"{name}({tr(titles[name])})" for name in names)
    example = ", ".join(f"'{n}': '{h}'" for n, h in zip(names, headings, strict=False))
    return tr(
        "列名 {names} 被 shapefile 截短了, 可能是 {shown}, 分不清。请用 "
        "columns={{{example}}} 这样指明, 或改存为 .gpkg、.parquet。",
        names=listed(headings),
        shown=shown,
        example=example,
    )
