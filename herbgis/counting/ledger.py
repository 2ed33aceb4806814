"""The ledger (台账): bases that were admitted, kept from month to month in one GeoPackage.

Its layer 台账 holds the bases in force, for QGIS and for `validate`; a layer of our own holds every
version of every base, with the day and the batch it came in with, and those that still wait.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.counting.tiers import tier_of
from herbgis.foundation import display
from herbgis.foundation.errors import InputNotFoundError, LedgerError, MissingColumnError
from herbgis.foundation.outputs import replacing
from herbgis.foundation.units import fold
from herbgis.geo.geodesy import CGCS2000
from herbgis.geo.geopackages import OWN_PREFIX, flattened, layer_names, read_layer, write_layers
from herbgis.geo.systems import Geometries, to_cgcs2000
from herbgis.measuring.overlaps import Claimants, overlapping_pairs, overlaps_of_bases
from herbgis.measuring.records import mu_of
from herbgis.reading.understanding.survey import placed_records
from herbgis.terms import columns as cols
from herbgis.terms.headings import match_headings
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy

LAYER = "台账"
_HISTORY = f"{OWN_PREFIX}历次"
#: What the ledger adds to a classified base.
ADDED: tuple[cols.Column, ...] = (
    cols.Column("admitted_on", "入库日期", "date"),
    cols.Column("batch", "批次", "integer"),
    cols.Column("verified", "核实", "integer"),
)
OUTCOMES = {
    "new": "新入库",
    "updated": "更新",
    "unchanged": "未变",
    "pending": "待核实",
}
_COLUMNS = (*cols.READ, *cols.MEASURED, *cols.VALIDATED, *cols.CLASSIFIED, *ADDED)


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
        said = ", ".join(f"{title} {counts.get(name, 0)}" for name, title in OUTCOMES.items())
        return f"<Admission 第 {self.batch} 批 {self.on.isoformat()}: {said}>"

    def in_words(self) -> pd.DataFrame:
        """The table under headings that people read."""
        worded = self.table.assign(outcome=self.table["outcome"].map(OUTCOMES))
        return worded.set_axis(["基地编号", "基地名称", "结果", "原因"], axis=1)

    def _repr_html_(self) -> str:
        head = display.html_paragraph(repr(self)[len("<Admission ") : -1])
        return display.html_section("入库", head, display.html_table(self.in_words()))


def read_ledger(
    path: str | Path, *, policy: Policy | None = None, on: dt.date | None = None
) -> gpd.GeoDataFrame:
    """The verified bases that a ledger has in force.

    Parameters
    ----------
    path : str or Path
        A GeoPackage that `admit` wrote.
    policy : Policy, optional
        For the tiers.
    on : datetime.date, optional
        As it stood on that day; by default as it stands.

    Returns
    -------
    GeoDataFrame
        As `classify` gives it, with admitted_on, batch and verified; for ``against=``.

    Raises
    ------
    InputNotFoundError, LedgerError

    Examples
    --------
    >>> import datetime as dt
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().ledger)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> hg.admit("台账.gpkg", bases, on=dt.date(2020, 1, 31))
    <Admission 第 1 批 2020-01-31: 新入库 108, 更新 0, 未变 0, 待核实 5>
    >>> counted = hg.read_ledger("台账.gpkg")
    >>> len(counted), counted["admitted_on"].max().date().isoformat()
    (108, '2020-01-31')
    >>> len(hg.read_ledger("台账.gpkg", on=dt.date(2019, 12, 31)))  # 那时还没有
    0
    """
    state = select_in_force(read_ledger_history(path, policy=policy), on)
    return state[state["verified"] == 1]


def is_ledger(path: Path) -> bool:
    """Whether a file is one that `admit` wrote."""
    return path.is_file() and path.suffix.lower() == ".gpkg" and _HISTORY in layer_names(path)


def read_ledger_history(path: str | Path, *, policy: Policy | None = None) -> gpd.GeoDataFrame:
    """Every version of every base that a ledger holds, in the order they were entered.

    Parameters
    ----------
    path : str or Path
        A GeoPackage that `admit` wrote.
    policy : Policy, optional
        For the tiers.

    Returns
    -------
    GeoDataFrame
        A row a version, ``base_id`` a column; as `classify` gives it, with ``admitted_on``,
        ``batch`` (1, 2, …) and ``verified`` (1, or 0 for those that wait).

    Raises
    ------
    InputNotFoundError, LedgerError

    Examples
    --------
    >>> import datetime as dt
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().ledger)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> hg.admit("台账.gpkg", bases, on=dt.date(2020, 1, 31))
    <Admission 第 1 批 2020-01-31: 新入库 108, 更新 0, 未变 0, 待核实 5>
    >>> history = hg.read_ledger_history("台账.gpkg")
    >>> len(history), history["batch"].unique().tolist(), int(history["verified"].sum())
    (113, [1], 108)
    """
    policy = policy or load_policy()
    path = Path(path)
    if not path.exists():
        raise InputNotFoundError(str(path))
    names = layer_names(path)
    if _HISTORY not in names:
        what = f"只有 {'、'.join(names)}" if names else "也不是能读的数据文件"
        msg = (
            f"{path} 不是 herbgis 台账: 没有图层 {_HISTORY}, {what}。"
            "新台账由 herbgis ledger admit 建立; 已有的基地表请作为一批数据入库。"
        )
        raise LedgerError(msg)
    return _typed(read_layer(path, _HISTORY), policy)


def select_in_force(history: gpd.GeoDataFrame, on: dt.date | None = None) -> gpd.GeoDataFrame:
    """Of each base the version that holds on a day: its last verified one, else its last.

    A base that was verified once stays so while a later version of it waits.

    Parameters
    ----------
    history : GeoDataFrame
        As `read_ledger_history` gives it.
    on : datetime.date, optional
        By default as it stands.

    Returns
    -------
    GeoDataFrame
        A row a base, verified or waiting, index ``base_id``.

    Examples
    --------
    >>> import datetime as dt
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().ledger)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> hg.admit("台账.gpkg", bases, on=dt.date(2020, 1, 31))
    <Admission 第 1 批 2020-01-31: 新入库 108, 更新 0, 未变 0, 待核实 5>
    >>> history = hg.read_ledger_history("台账.gpkg")
    >>> len(hg.select_in_force(history))  # 核实的和待核实的, 一个基地一行
    113
    >>> len(hg.select_in_force(history, dt.date(2019, 12, 31)))
    0
    """
    order = known_on(history, on).sort_values(["base_id", "verified", "batch"], kind="stable")
    latest = order.drop_duplicates("base_id", keep="last").set_index("base_id")
    return latest.set_geometry(_lonlat(latest), crs=CGCS2000)


def known_on(history: gpd.GeoDataFrame, on: dt.date | None) -> gpd.GeoDataFrame:
    """The versions entered up to a day."""
    if on is None:
        return history
    return gpd.GeoDataFrame(history[history["admitted_on"] <= pd.Timestamp(on)])


def days_of(history: gpd.GeoDataFrame) -> list[dt.date]:
    """The days on which something was entered, ascending."""
    return sorted({day.date() for day in history["admitted_on"]})


def admit(
    path: str | Path,
    bases: gpd.GeoDataFrame,
    *,
    on: dt.date | None = None,
    policy: Policy | None = None,
) -> Admission:
    """Enter a batch into a ledger, all of it or nothing.

    Verified bases (built, with an area, nothing in ``blocked_by``) are admitted; the others are
    noted as waiting. A base without an id of its own gets one (county code, year, number).
    Land that another base of the ledger has already is not admitted again.

    Parameters
    ----------
    path : str or Path
        The ledger; made where there is none.
    bases : GeoDataFrame
        As `classify` gives it, of a batch that was validated against this ledger.
    on : datetime.date, optional
        The day it counts from; by default the newest ``surveyed_on``, never today.
    policy : Policy, optional

    Returns
    -------
    Admission

    Raises
    ------
    MissingColumnError
        The bases are not classified.
    LedgerError
        There is no day, the ledger has a later one, or somebody else wrote it meanwhile.
    OutputError
        The ledger cannot be written.

    Examples
    --------
    >>> import datetime as dt
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().ledger)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> hg.admit("台账.gpkg", bases, on=dt.date(2020, 1, 31))
    <Admission 第 1 批 2020-01-31: 新入库 108, 更新 0, 未变 0, 待核实 5>
    >>> hg.admit("台账.gpkg", bases, on=dt.date(2020, 1, 31))  # 再来一次, 不变
    <Admission 第 1 批 2020-01-31: 新入库 0, 更新 0, 未变 113, 待核实 0>
    """
    policy = policy or load_policy()
    path = Path(path)
    given = _classified(bases, policy)
    seen = _stamp(path)
    history = read_ledger_history(path, policy=policy) if seen else _empty(policy)
    day = _day(given, history, on)
    batch = _typed(given, policy).sort_values("base_id", ignore_index=True)
    last = int(history["batch"].max()) if len(history) else 0
    state = select_in_force(history)
    batch["base_id"] = _own_ids(batch, history, state, day)
    batch["verified"] = _verified(batch).astype("Int64")
    why = _why_waiting(batch, state, policy)
    batch.loc[why != "", "verified"] = 0
    outcome = _outcomes(batch, history, state)
    table = pd.DataFrame(
        {"base_id": batch["base_id"], "name": batch["name"], "outcome": outcome, "why": why}
    )
    entered = batch[outcome != "unchanged"].assign(admitted_on=pd.Timestamp(day), batch=last + 1)
    if not len(entered):
        return Admission(table, last, day)
    grown = _typed(pd.concat([history, entered], ignore_index=True), policy)
    _write(grown, path, seen)
    return Admission(table, last + 1, day)


def _classified(bases: gpd.GeoDataFrame, policy: Policy) -> gpd.GeoDataFrame:
    """A batch as the base table has it, with all on which an admission rests."""
    table = placed_records(bases, "admit", policy=policy).reset_index(drop=True)
    lacking = [name for name in ("counted_mu", "blocked_by") if name not in table]
    if "status" not in match_headings([str(c) for c in bases.columns], policy).columns:
        lacking.append("status")
    if lacking:
        raise MissingColumnError("admit", lacking, [str(c) for c in bases.columns])
    return table


def _write(history: gpd.GeoDataFrame, path: Path, seen: tuple[int, int] | None) -> None:
    """Put the grown ledger in the place of the old one."""
    state = select_in_force(history)
    verified = state[state["verified"] == 1]
    with replacing(path) as beside:
        write_layers({LAYER: flattened(verified), _HISTORY: history}, beside)
        if _stamp(path) != seen:
            msg = f"{path} 在入库期间被别人改动, 这一批没有写入。请重新运行。"
            raise LedgerError(msg)


def _stamp(path: Path) -> tuple[int, int] | None:
    """What tells one state of a file from another; None where there is none."""
    if not path.exists():
        return None
    status = path.stat()
    return status.st_mtime_ns, status.st_size


def _empty(policy: Policy) -> gpd.GeoDataFrame:
    return _typed(gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=CGCS2000)), policy)


def _typed(table: pd.DataFrame, policy: Policy) -> gpd.GeoDataFrame:
    """A table with the ledger's columns in their types, whatever a file made of them."""
    made: dict[str, pd.Series] = {}
    told = [c for c in cols.known_in(table, cols.OPTIONAL) if table[c.name].notna().any()]
    for column in (*_COLUMNS, *told):
        if column.name not in table:
            made[column.name] = cols.missing(column.kind, table.index)
            continue
        values = table[column.name]
        if column.kind == "list":
            values = values.map(lambda v: v.split("、") if isinstance(v, str) and v else v)
        elif column.kind in {"text", "flag"}:
            values = values.astype("str").where(values.notna())
        made[column.name] = cols.typed(values, column.kind, table.index)
    frame = gpd.GeoDataFrame(made, geometry=_lonlat(table), crs=CGCS2000)
    frame["tier"] = tier_of(frame["counted_mu"], policy)
    return frame


def _lonlat(table: pd.DataFrame) -> Geometries:
    """A table's geometries on CGCS2000, on which they are where it tells no system."""
    shapes = np.asarray(table["geometry"].to_numpy(), dtype=object)
    crs = table.crs if isinstance(table, gpd.GeoDataFrame) else None
    return shapes if crs is None else to_cgcs2000(shapes, crs)


def _day(bases: gpd.GeoDataFrame, history: gpd.GeoDataFrame, on: dt.date | None) -> dt.date:
    newest = bases["surveyed_on"].max()
    if on is None and pd.isna(newest):
        msg = "不知道入库日期: 这一批没有测量日期, 请写明日期 (--as-of 2020-03-31)。"
        raise LedgerError(msg)
    day = on or newest.date()
    days = days_of(history)
    if days and day < days[-1]:
        msg = (
            f"入库日期 {day.isoformat()} 早于台账最近一次 {days[-1].isoformat()}。"
            "台账按日期先后入库; 请核对日期, 或用 --as-of 写明。"
        )
        raise LedgerError(msg)
    return day


def _verified(batch: gpd.GeoDataFrame) -> pd.Series:
    sound = batch["counted_mu"].notna() & ~batch["blocked_by"].map(bool).astype(bool)
    return (batch["status"] == "built") & sound


def _own_ids(
    batch: gpd.GeoDataFrame, history: gpd.GeoDataFrame, state: gpd.GeoDataFrame, day: dt.date
) -> list[str]:
    """The bases' ids; one without gets that of the waiting base it is, or a new one."""
    waiting = state[state["verified"] != 1]
    names = pd.Series(waiting.index, index=[_called(row) for row in waiting.itertuples()])
    taken = set(history["base_id"]) | set(batch["base_id"])
    ids = []
    for row in batch.itertuples():
        made = str(row.base_id).startswith(f"{row.source_file}#")
        called = _called(row)
        if not made:
            ids.append(str(row.base_id))
        elif called is not None and list(names.index).count(called) == 1:
            ids.append(str(names[called]))
        else:
            code = row.county_code if isinstance(row.county_code, str) else "000000"
            ids.append(_next_id(f"{code}-{day.year}-", taken))
        taken.add(ids[-1])
    return ids


def _called(row: object) -> tuple[str, ...] | None:
    """County, township and name of a base; None where one of them is empty."""
    words = [getattr(row, name) for name in ("county", "township", "name")]
    return tuple(map(fold, words)) if all(isinstance(word, str) for word in words) else None


def _next_id(prefix: str, taken: set[str]) -> str:
    number = 1
    while f"{prefix}{number:03d}" in taken:
        number += 1
    return f"{prefix}{number:03d}"


def _why_waiting(batch: gpd.GeoDataFrame, state: gpd.GeoDataFrame, policy: Policy) -> pd.Series:
    """Why each base is not admitted; empty for one that is."""
    why = pd.Series("", index=batch.index, dtype=object)
    errors = batch["blocked_by"].map(bool).astype(bool)
    why[batch["counted_mu"].isna()] = "没有图斑"
    why[errors] = "须整改: " + batch.loc[errors, "blocked_by"].map("、".join)
    for status in sorted(set(batch["status"].dropna()) - {"built"}):
        same = (batch["status"] == status) & (why == "")
        said = "未填或不认识" if status == "unknown" else policy.title_of("status", status)
        why[same] = f"建设状态: {said}"
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
            yield record, f"与台账中 {other} 重叠 {pair.mu:.2f} 亩"


def _outcomes(
    batch: gpd.GeoDataFrame, history: gpd.GeoDataFrame, state: gpd.GeoDataFrame
) -> np.ndarray:
    """What becomes of each base of a batch."""
    last = history.drop_duplicates("base_id", keep="last").set_index("base_id")
    verified_before = set(state.index[state["verified"] == 1])
    was, now = (_signatures(table) for table in (last.reset_index(), batch))
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
