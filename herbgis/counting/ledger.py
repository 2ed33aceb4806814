"""The ledger (台账): bases that were admitted, kept from month to month in one GeoPackage.

Its layer 台账 holds the bases in force, for QGIS and for `validate`; a layer of our own holds every
version of every base, with the day and the batch it came in with, and those that still wait.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.counting.admission import (
    Admission,
    could_be_admitted,
    day_of_batch,
    outcomes_of,
    own_ids,
    why_waiting,
)
from herbgis.counting.edited import refuse_edited
from herbgis.counting.tiers import tier_of
from herbgis.counting.yearly import OTHER_YEARS, last_told, with_doubt, with_figures
from herbgis.foundation.errors import (
    InputNotFoundError,
    LedgerError,
    MissingColumnError,
    PolicyError,
)
from herbgis.foundation.language import listed, tr
from herbgis.foundation.outputs import replacing
from herbgis.geo.geodesy import CGCS2000
from herbgis.geo.geopackages import (
    OWN_PREFIX,
    flattened,
    is_locked,
    layer_names,
    read_layer,
    write_layers,
)
from herbgis.geo.systems import to_cgcs2000
from herbgis.reading.understanding.survey import placed_records
from herbgis.terms import columns as cols
from herbgis.terms.carried import policy_for, remarks_of
from herbgis.terms.carried_layers import CARRIED, text_in
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
_YEARS = tuple(column for column in cols.OPTIONAL if column.name == OTHER_YEARS)
_COLUMNS = (*cols.READ, *_YEARS, *cols.MEASURED, *cols.VALIDATED, *cols.CLASSIFIED, *ADDED)


def read_ledger(
    path: str | Path, *, policy: Policy | None = None, on: dt.date | None = None
) -> gpd.GeoDataFrame:
    """The verified bases that a ledger has in force.

    Parameters
    ----------
    path : str or Path
        A GeoPackage that `admit` wrote.
    policy : Policy, optional
        For the tiers; by default the one that the ledger keeps.
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
    if not path.is_file() or path.suffix.lower() != ".gpkg" or is_locked(path):
        return False
    return _HISTORY in layer_names(path)


def read_ledger_history(path: str | Path, *, policy: Policy | None = None) -> gpd.GeoDataFrame:
    """Every version of every base that a ledger holds, in the order they were entered.

    Parameters
    ----------
    path : str or Path
        A GeoPackage that `admit` wrote.
    policy : Policy, optional
        For the tiers; by default the one that the ledger keeps.

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
    path = Path(path)
    if not path.exists():
        raise InputNotFoundError(str(path))
    if path.is_file() and is_locked(path):
        msg = tr("{path} 正被其他程序占用, 请关闭打开它的 QGIS、ArcGIS 后重试。", path=path)
        raise LedgerError(msg)
    names = layer_names(path)
    if _HISTORY not in names:
        what = tr("只有 {names}", names=listed(names)) if names else tr("也不是能读的数据文件")
        msg = (
            "{path} 不是 herbgis 台账: 没有图层 {layer}, {what}。"
            "新台账由 herbgis ledger admit 建立; 已有的基地表请作为一批数据入库。"
        )
        raise LedgerError(tr(msg, path=path, layer=_HISTORY, what=what))
    history = read_layer(path, _HISTORY)
    with contextlib.suppress(PolicyError):  # older ledgers hold digests alone
        history.attrs[CARRIED] = text_in(path)
        policy = policy or load_policy(path)
    policy = policy_for(history, policy)
    return _typed(history if OTHER_YEARS in history else with_doubt(history), policy)


def select_in_force(history: gpd.GeoDataFrame, on: dt.date | None = None) -> gpd.GeoDataFrame:
    """Of each base the version that holds on a day: its last verified one, else its last.

    A base that was verified once stays so while a later version of it waits. What it yields, costs
    and raises is of every year that any version told up to that day, the last to tell of it.

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
    latest = with_figures(latest, last_told(order))
    shapes = to_cgcs2000(np.asarray(latest.geometry.array, dtype=object), latest.crs)
    return latest.set_geometry(shapes, crs=CGCS2000)


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
        The day it counts from; by default the newest ``surveyed_on`` up to the policy's year.
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
    policy = policy_for(bases, policy)
    path = Path(path)
    given = _classified(bases, policy)
    seen = _stamp(path)
    history = read_ledger_history(path, policy=policy) if seen else _empty(policy)
    day = day_of_batch(on, given, days_of(history), policy)
    batch = _typed(given, policy).sort_values("base_id", ignore_index=True)
    last = int(history["batch"].max()) if len(history) else 0
    state = select_in_force(history)
    batch["base_id"] = own_ids(batch, history, state, day)
    batch["verified"] = could_be_admitted(batch).astype("Int64")
    why = why_waiting(batch, state, policy)
    batch.loc[why != "", "verified"] = 0
    outcome = outcomes_of(batch, history, state)
    table = pd.DataFrame(
        {"base_id": batch["base_id"], "name": batch["name"], "outcome": outcome, "why": why}
    )
    entered = batch[outcome != "unchanged"].assign(admitted_on=pd.Timestamp(day), batch=last + 1)
    if not len(entered):
        return Admission(table, last, day)
    grown = _typed(pd.concat([history, entered], ignore_index=True), policy)
    _write(grown, path, seen, policy)
    return Admission(table, last + 1, day)


def _classified(bases: gpd.GeoDataFrame, policy: Policy) -> gpd.GeoDataFrame:
    """A batch as the base table has it, with all on which an admission rests."""
    table = placed_records(bases, "admit", policy=policy).reset_index(drop=True)
    lacking = [name for name in ("counted_mu", "blocked_by") if name not in table]
    known = match_headings([str(c) for c in bases.columns], policy).columns
    lacking += ["status"] * ("status" not in known)
    if lacking:
        advice = tr("请先校验、核定: hg.classify(hg.validate(…).bases)。")
        raise MissingColumnError("admit", lacking, [str(c) for c in bases.columns], advice)
    refuse_edited(bases, table, "admit", policy=policy)
    return table


def _write(
    history: gpd.GeoDataFrame, path: Path, seen: tuple[int, int] | None, policy: Policy
) -> None:
    """Put the grown ledger, and the policy that it counts by, in the place of the old one."""
    verified = select_in_force(history).query("verified == 1")
    with replacing(path) as beside:
        layers = {LAYER: flattened(verified), _HISTORY: history}
        write_layers(layers, beside, remarks_of(policy))
        if _stamp(path) != seen:
            msg = tr("{path} 在入库期间被别人改动, 这一批没有写入。请重新运行。", path=path)
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
    frame = gpd.GeoDataFrame(made, geometry=table["geometry"].to_numpy(), crs=CGCS2000)
    frame["tier"] = tier_of(frame["counted_mu"], policy)
    frame.attrs |= remarks_of(policy)
    return frame
