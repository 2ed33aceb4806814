"""What stood on a day: which bases were built and surveyed by then, as far as their dates say.

A date keeps the precision in which it was written: a base completed in ``2020`` was there by the
end of that year, and on a day within it nobody can say. Of a base whose records say different days
each counts. What a ledger had admitted by the day was built and verified by then.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from herbgis.foundation.dates import SEVERAL, span_of
from herbgis.foundation.language import tr
from herbgis.geo.geodesy import Flags
from herbgis.measuring.records import Bases
from herbgis.terms.policy import Policy

#: Not built by the day; built or surveyed by then, or not, nobody can say; built, surveyed later.
NOT_BUILT, DATE_UNKNOWN, NOT_YET_VERIFIED = "not_built", "date_unknown", "not_yet_verified"
#: How people read these.
STANDINGS = {
    NOT_BUILT: "当时尚未建成",
    DATE_UNKNOWN: "日期不明",
    NOT_YET_VERIFIED: "当时尚未核实",
}
#: Stands for an empty cell among the dates of several records.
_EMPTY = "未填"


def written_dates(table: pd.DataFrame, grouped: Bases, name: str) -> list[str | None]:
    """A date of each base as written, where it says less than a day or its records differ.

    Parameters
    ----------
    table : DataFrame
        Base table of the records, RangeIndex.
    grouped : Bases
    name : str
        Column of dates.
    """
    written = table[f"raw_{name}"].iloc[grouped.main].astype(object)
    result: list[str | None] = written.where(written.notna(), None).tolist()
    several = np.flatnonzero(np.bincount(grouped.base)[grouped.base] > 1)
    told = _as_text(table[name].iloc[several], table[f"raw_{name}"].iloc[several])
    by_base = told.groupby(grouped.base[several], sort=False)
    differing = by_base.transform("nunique").gt(1).to_numpy(dtype=bool)
    records = dict(zip(several.tolist(), told, strict=True))
    among = told[differing].groupby(grouped.base[several][differing], sort=False)
    for number, dates in among:
        main = records[int(grouped.main[number])]
        result[number] = SEVERAL.join(dict.fromkeys([main, *sorted(dates)]))
    return result


def dates_in_words(table: pd.DataFrame, name: str) -> pd.Series:
    """A date of each base as people wrote it, in its precision."""
    return _as_text(table[name], table[f"raw_{name}"])


def note_of(table: pd.DataFrame, day: dt.date | None) -> str:
    """How a day was counted that was asked for; empty where none was."""
    if day is None:
        return ""
    undated = table["standing"].eq(DATE_UNKNOWN) & table["completed_on"].isna()
    if undated.any() and table["completed_on"].isna().all():
        return tr(
            "{count} 个基地都没有建成日期, 当日建成没有无从查起, 全部计入待核实: "
            "请补填建成时间再统计; 不给日期的, 计全部。",
            count=int(undated.sum()),
        )
    if table["surveyed_on"].isna().all():
        return tr("只计当日已建成的; 没有测量日期, 当日是否已核实无从查起。日期按所写的精度。")
    return tr("只计当日已建成并测量的 (台账取当日有效的版本); 日期按所写的精度。")


def standing_on(table: pd.DataFrame, day: dt.date, admitted: pd.Series | None) -> pd.Series:
    """What the dates of each base say of a day; empty for one that counts as on any day.

    Parameters
    ----------
    table : DataFrame
        As `countable` gives it. A table without any day of survey is not asked for it.
    day : datetime.date
    admitted : Series or None
        When a ledger admitted each base.

    Returns
    -------
    Series
        Of text; see `STANDINGS`. Only what is built, or of unknown status, has one, and only
        what could be verified one other than `NOT_BUILT`.
    """
    built, unbuilt = _by(day, table["completed_on"], table["raw_completed_on"])
    surveyed, later = _by(day, table["surveyed_on"], table["raw_surveyed_on"])
    if table["surveyed_on"].isna().all():
        surveyed[:] = True
    if admitted is not None:
        known = pd.to_datetime(admitted).to_numpy()
        by_then = known <= np.datetime64(day)
        built, unbuilt = built | by_then, unbuilt & ~by_then
        since = ~np.isnat(known) & ~by_then
        surveyed, later = (surveyed & ~since) | by_then, (later | since) & ~by_then
    could = (table["status"].eq("built") & table["sound"]).to_numpy()
    stands = table["status"].isin(["built", "unknown"]).to_numpy()
    standing = np.full(len(table), "", dtype=object)
    standing[could & built & later] = NOT_YET_VERIFIED
    standing[could & ~unbuilt & ~(built & (surveyed | later))] = DATE_UNKNOWN
    standing[stands & unbuilt] = NOT_BUILT
    return pd.Series(standing, index=table.index, dtype="str")


def newest_day(dates: pd.Series, policy: Policy) -> dt.date | None:
    """The newest day that some dates name within the policy's year; a later one is a mistake."""
    days = pd.to_datetime(dates)
    newest = days[days.dt.year <= policy.year].max()
    return None if pd.isna(newest) else newest.date()


def _by(day: dt.date, dates: pd.Series, written: pd.Series) -> tuple[Flags, Flags]:
    """Whose date is certainly not after a day, and whose certainly is."""
    bound = np.datetime64(day)
    by_then, after = dates.le(bound).to_numpy(copy=True), dates.gt(bound).to_numpy(copy=True)
    for row in np.flatnonzero((dates.notna() & written.notna()).to_numpy()).tolist():
        span = span_of(dates.iloc[row].date(), str(written.iloc[row]))
        by_then[row] = span is not None and span[1] <= day
        after[row] = span is not None and span[0] > day
    return by_then, after


def _as_text(dates: pd.Series, written: pd.Series) -> pd.Series:
    """Dates as written; one that says a day as that day, one that is none as empty."""
    days = dates.dt.strftime("%Y-%m-%d").astype(object)
    told = days.where(written.isna() | dates.isna(), written.astype(object))
    return told.where(dates.notna(), _EMPTY).astype("str")
