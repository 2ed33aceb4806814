"""What becomes of a batch in the ledger: its bases' ids, who is admitted, why others wait."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.counting.marks import waits_for_word
from herbgis.counting.standing import newest_day
from herbgis.counting.yearly import last_told, with_figures
from herbgis.foundation import display
from herbgis.foundation.errors import LedgerError
from herbgis.foundation.language import heading, listed, tr
from herbgis.geo.geopackages import flattened
from herbgis.measuring.overlaps import Claimants, overlapping_pairs, overlaps_of_bases
from herbgis.measuring.records import NameKey, mu_of, name_keys
from herbgis.terms import columns as cols
from herbgis.terms.calls import answering
from herbgis.terms.policy import Policy

#: What may become of a base, and how it is printed.
OUTCOMES = {
    "new": "新入库",
    "updated": "更新",
    "unchanged": "未变",
    "pending": "待核实",
}


_HEADINGS = ("基地编号", "基地名称", "结果", "原因")


@answering
@dataclass(frozen=True, repr=False)
class Admission:
    """What became of a batch.

    Attributes
    ----------
    table : DataFrame
        A row a base: base_id (its own, or the one it got), name, outcome (see `OUTCOMES`), why.
    batch : int
        Its number in the ledger; that of the last one where nothing was new.
    on : datetime.date

    Examples
    --------
    >>> import datetime as dt
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().ledger)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> admission = hg.admit("台账.gpkg", bases, on=dt.date(2020, 1, 31))
    >>> admission.table["outcome"].value_counts().to_dict()
    {'new': 108, 'pending': 5}
    >>> admission.in_words().query("原因 != ''")["原因"].iloc[0]
    '建设状态: 在建'
    """

    table: pd.DataFrame
    batch: int
    on: dt.date

    def __repr__(self) -> str:
        counts = self.table["outcome"].value_counts()
        said = ", ".join(f"{tr(title)} {counts.get(name, 0)}" for name, title in OUTCOMES.items())
        day = self.on.isoformat()
        told = tr("第 {batch} 批 {day}: {said}", batch=self.batch, day=day, said=said)
        return f"<Admission {told}>"

    def in_words(self) -> pd.DataFrame:
        """The table under headings that people read."""
        worded = self.table.assign(outcome=self.table["outcome"].map(OUTCOMES).map(tr))
        return worded.set_axis([heading(title) for title in _HEADINGS], axis=1)

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "batch": self.batch,
            "on": self.on.isoformat(),
            "bases": display.plain_rows(self.table),
        }

    def _repr_html_(self) -> str:
        head = display.html_paragraph(repr(self)[len("<Admission ") : -1])
        return display.html_section(tr("入库"), head, display.html_table(self.in_words()))


def could_be_admitted(batch: gpd.GeoDataFrame) -> pd.Series:
    """Bases that are built, have an area, are known for what they are, and nothing in the way."""
    sound = batch["counted_mu"].notna() & ~batch["blocked_by"].map(bool).astype(bool)
    return (batch["status"] == "built") & sound & ~waits_for_word(batch)


def day_of_batch(
    on: dt.date | None, batch: gpd.GeoDataFrame, days: Sequence[dt.date], policy: Policy
) -> dt.date:
    """The day that a batch comes in on: the one that is given, else that of its newest survey.

    Raises
    ------
    LedgerError
        There is none, or a ledger with these days has a later one.
    """
    day = on or newest_day(batch["surveyed_on"], policy)
    if day is None:
        msg = (
            "不知道入库日期: 这一批没有测量日期, 或都晚于 {year} 年, "
            "请写明日期 (--as-of 2020-03-31)。"
        )
        raise LedgerError(tr(msg, year=policy.year))
    if days and day < days[-1]:
        msg = (
            "入库日期 {day} 早于台账最近一次 {last}。"
            "台账按日期先后入库; 请核对日期, 或用 --as-of 写明。"
        )
        raise LedgerError(tr(msg, day=day.isoformat(), last=days[-1].isoformat()))
    return day


def own_ids(
    batch: gpd.GeoDataFrame, history: gpd.GeoDataFrame, state: gpd.GeoDataFrame, day: dt.date
) -> list[str]:
    """The bases' ids; one without gets that of the waiting base it is, or a new one."""
    waiting = state[state["verified"] != 1]
    by_name: dict[NameKey | None, list[str]] = {}
    for base_id, key in zip(waiting.index, name_keys(waiting), strict=True):
        by_name.setdefault(key, []).append(str(base_id))
    taken = set(history["base_id"]) | set(batch["base_id"])
    ids = []
    for row, name in zip(batch.itertuples(), name_keys(batch), strict=True):
        made = str(row.base_id).startswith(f"{row.source_file}#")
        same = [] if name is None else by_name.get(name, [])
        if not made:
            ids.append(str(row.base_id))
        elif len(same) == 1:
            ids.append(same[0])
        else:
            code = row.county_code if isinstance(row.county_code, str) else "000000"
            ids.append(_next_id(f"{code}-{day.year}-", taken))
        taken.add(ids[-1])
    return ids


def _next_id(prefix: str, taken: set[str]) -> str:
    number = 1
    while f"{prefix}{number:03d}" in taken:
        number += 1
    return f"{prefix}{number:03d}"


def why_waiting(batch: gpd.GeoDataFrame, state: gpd.GeoDataFrame, policy: Policy) -> pd.Series:
    """Why each base is not admitted; empty for one that is."""
    why = pd.Series("", index=batch.index, dtype=object)
    errors = batch["blocked_by"].map(bool).astype(bool)
    why[batch["counted_mu"].isna()] = tr("没有图斑")
    why[errors] = [tr("须整改: {codes}", codes=listed(c)) for c in batch.loc[errors, "blocked_by"]]
    for status in sorted(set(batch["status"].dropna()) - {"built"}):
        same = (batch["status"] == status) & (why == "")
        said = "未填或不认识" if status == "unknown" else policy.title_of("status", status)
        why[same] = tr("建设状态: {status}", status=tr(said))
    same = (batch["group"] == "unknown") & (why == "")
    asked = (
        listed(n for n in names if policy.group_of(n) == "unknown") or tr("未填")
        for names in batch.loc[same, "varieties"]
    )
    why[same] = [tr("品种不明: {names}", names=names) for names in asked]
    same = (batch["kind"] == "unknown") & (why == "")
    written = batch.loc[same, "raw_kind"].fillna("")
    why[same] = [tr("基地类型不明: {written}", written=text) for text in written]
    for record, said in _land_of_others(batch, state, policy):
        why.iloc[record] = "; ".join(filter(None, (why.iloc[record], said)))
    return why


def _land_of_others(
    batch: gpd.GeoDataFrame, state: gpd.GeoDataFrame, policy: Policy
) -> Iterator[tuple[int, str]]:
    """Bases to be admitted that claim land of another in the ledger: position, and what to say."""
    mine = np.flatnonzero(batch["verified"] == 1)
    verified = state[state["verified"] == 1]
    new, known = (np.asarray(f.geometry.array, dtype=object) for f in (batch.iloc[mine], verified))
    claimants = (Claimants(np.arange(len(shapes)), mu_of(shapes)) for shapes in (new, known))
    pairs = overlaps_of_bases(overlapping_pairs(new, known), *claimants, policy=policy)
    for pair in pairs[pairs["grave"]].itertuples():
        record, other = int(mine[pair.base]), str(verified.index[pair.other])
        if batch["base_id"].iloc[record] != other:
            yield record, tr("与台账中 {other} 重叠 {mu:.2f} 亩", other=other, mu=pair.mu)


def outcomes_of(
    batch: gpd.GeoDataFrame, history: gpd.GeoDataFrame, state: gpd.GeoDataFrame
) -> np.ndarray:
    """What becomes of each base of a batch."""
    last = history.drop_duplicates("base_id", keep="last").set_index("base_id")
    verified_before = set(state.index[state["verified"] == 1])
    # A year told long ago is no news, in whichever version it was told.
    known = with_figures(last, last_told(history)).reset_index()
    grown = pd.concat([history, batch.assign(batch=history["batch"].max() + 1)], ignore_index=True)
    was, now = (_signatures(table) for table in (known, with_figures(batch, last_told(grown))))
    before = dict(zip(last.index, was, strict=True))
    shape_before = dict(zip(last.index, last.geometry, strict=True))
    outcomes = []
    for row, signature in zip(batch.itertuples(), now, strict=True):
        known = before.get(row.base_id) == signature
        if known and _same_shape(row.geometry, shape_before[row.base_id]):
            outcomes.append("unchanged")
        elif row.verified != 1:
            outcomes.append("pending")
        else:
            outcomes.append("updated" if row.base_id in verified_before else "new")
    return np.array(outcomes, dtype=object)


def _signatures(table: gpd.GeoDataFrame) -> list[tuple[str, ...]]:
    """What a base says, as text; a version is another where this, or the outline, is."""
    flat = flattened(gpd.GeoDataFrame(table))
    nothing = pd.Series("", index=flat.index)
    compared = cols.names(cols.with_role(cols.Role.COMPARED))
    told = [
        flat[name].astype("str").fillna("") if name in flat else nothing
        for name in (*compared, "verified")
    ]
    return list(zip(*told, strict=True))


def _same_shape(one: shapely.Geometry | None, other: shapely.Geometry | None) -> bool:
    if one is None or other is None:
        return one is other
    return bool(shapely.equals(one, other))
