"""explain_count: a base's way from its polygon to its counted 亩."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.counting.marks import countable
from herbgis.counting.standing import STANDINGS, dates_in_words
from herbgis.counting.tiers import classify
from herbgis.foundation.errors import CrsError, MissingColumnError
from herbgis.foundation.language import heading, tr
from herbgis.foundation.units import round_mu, to_mu
from herbgis.foundation.wrong_calls import WrongCallError
from herbgis.geo.geodesy import areas_m2
from herbgis.geo.land import land
from herbgis.measuring.chances import chance_of_reaching
from herbgis.measuring.records import source_order
from herbgis.reading.understanding.survey import placed_records
from herbgis.terms.carried import policy_for
from herbgis.terms.policy import Policy

_NEEDED = ("surveyed_mu", "disputed_mu", "counted_mu", "sigma_mu", "tier")
_COLUMNS = ("步骤", "亩", "怎样得来")


def explain_count(
    base: pd.Series | gpd.GeoDataFrame,
    *,
    policy: Policy | None = None,
    as_of: dt.date | None = None,
) -> pd.DataFrame:
    """The way from a base's polygon to its counted 亩, as an inspector can follow it.

    Parameters
    ----------
    base : Series or GeoDataFrame
        A base as `classify` gives it, ``bases.loc[["520625-2020-001"]]`` in any coordinate system
        or ``bases.loc["520625-2020-001"]``, which tells none and so is on CGCS2000; or the records
        of one base, as in ``report.bases``, which are classified by themselves, so that land that
        another base claims too is not known.
    policy : Policy, optional
        ``tongren-2020`` by default.
    as_of : datetime.date, optional
        Say too whether the base counts on this day; see `count_progress`.

    Returns
    -------
    DataFrame
        A row a step: 步骤, 亩 after it, 怎样得来.

    Raises
    ------
    MissingColumnError
        The row is none of `classify`, or there is more or less than one base.
    CrsError
        The coordinates of a row are no degrees.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> steps = hg.explain_count(bases.loc["520625-2020-015"])
    >>> list(zip(steps["步骤"], steps["亩"].round(2).tolist()))[:3]
    [('外圈面积', 824.77), ('实测面积', 824.77), ('核定面积', 824.77)]
    """
    rows = _as_rows(base)
    policy = policy_for(rows, policy)
    steps: list[tuple[str, float, str]] = []
    if isinstance(base, gpd.GeoDataFrame):
        known = placed_records(base, "explain_count", policy=policy)
        if not set(_NEEDED) <= set(known.columns):
            steps += _of_records(known)
            known = classify(known, policy=policy)
        base = _only(known)
    missing = [name for name in (*_NEEDED, "geometry") if name not in base.index]
    if missing:
        raise MissingColumnError("explain_count", missing, [str(name) for name in base.index])
    if not _is_in_degrees(base["geometry"]):
        msg = (
            "explain_count 得到一行, 坐标不是经纬度, 而单独一行不带坐标系。"
            '请传入一行的表 bases.loc[["编号"]], 或先 bases.to_crs(4490)。'
        )
        raise CrsError(tr(msg))
    steps += _of_base(base, policy)
    if as_of is not None:
        steps.append(_on_the_day(base, policy, as_of))
    return pd.DataFrame(steps, columns=[heading(title) for title in _COLUMNS])


def _on_the_day(base: pd.Series, policy: Policy, day: dt.date) -> tuple[str, float, str]:
    """What the base's dates say of a day."""
    row = pd.DataFrame([base.drop(labels="geometry")])
    table = countable(row, policy, None, day)
    dates = (
        f"{tr(title)} {tr(dates_in_words(table, name).iloc[0])}"
        for name, title in (("completed_on", "建成时间"), ("surveyed_on", "测量日期"))
    )
    found = STANDINGS.get(str(table["standing"].iloc[0]))
    counts = tr("当日的统计不因日期而不计")
    if found:
        counts = tr("{standing}, 不计入当日的核实数", standing=tr(found))
    mu = 0.0 if found else float(base["counted_mu"])
    return tr("截至 {day}", day=day.isoformat()), mu, f"{', '.join(dates)}: {counts}"


def _is_in_degrees(shape: shapely.Geometry | None) -> bool:
    lonlat = shapely.get_coordinates(shape)
    return bool((np.abs(lonlat) <= (180.0, 90.0)).all())


def _as_rows(base: pd.Series | pd.DataFrame) -> pd.DataFrame:
    """A base as a table, with the remarks that tell of its policy."""
    if isinstance(base, pd.DataFrame):
        return base
    rows = base.to_frame().T
    rows.attrs = dict(base.attrs)
    return rows


def _only(bases: gpd.GeoDataFrame) -> pd.Series:
    if len(bases) != 1:
        msg = tr(
            "explain_count 一次说一个基地, 给的是 {count} 行。"
            "请写 bases.loc[[基地编号]], 一个编号。",
            count=len(bases),
        )
        raise WrongCallError(msg)
    return bases.iloc[0]


def _of_records(records: gpd.GeoDataFrame) -> Iterator[tuple[str, float, str]]:
    """Each record's own area, in order of the source."""
    given = np.asarray(records.geometry.array, dtype=object)
    shapes = land(given[source_order(records)])
    areas = to_mu(areas_m2(shapes))
    for number, (shape, mu) in enumerate(zip(shapes, areas, strict=True), 1):
        said = tr("没有图斑")
        if shape is not None:
            said = tr("{count} 个界址点", count=shapely.count_coordinates(shape))
        step = tr("第 {number} 个地块", number=number)
        yield step, float(round_mu(mu)), tr("CGCS2000 椭球面积, {said}", said=said)
    whole = to_mu(areas_m2(np.array([shapely.union_all(shapes)], dtype=object)))[0]
    if areas.sum() - whole > 1e-6:
        yield tr("减: 地块互相重叠"), -float(areas.sum() - whole), tr("重叠的地只计一次")


def _of_base(base: pd.Series, policy: Policy) -> Iterator[tuple[str, float, str]]:
    if base["geometry"] is None or pd.isna(base["counted_mu"]):
        yield tr("没有图斑"), 0.0, tr("只能算上报, 不能核实")
        return
    yield from _of_outline(base)
    counted = float(base["counted_mu"])
    if base["disputed_mu"] > 0:
        said = tr("另一个基地也报了这块地, 说清之前两家都不计")
        yield tr("减: 争议面积"), -float(base["disputed_mu"]), said
    rest = float(base["surveyed_mu"]) - float(base["disputed_mu"]) - counted
    if abs(rest) > 0.01:
        yield tr("减: 过小地块与种植模式折算"), -rest, tr("按工作要点的计数规则")
    yield heading("核定面积"), counted, tr("四舍五入到 0.01 亩, 只舍入一次, 在比较之前")
    for tier in policy.tiers:
        reached = counted >= tier.threshold_mu
        chance = chance_of_reaching(
            np.array([counted]), np.array([float(base["sigma_mu"])]), tier.threshold_mu
        )[0]
        said = tr(
            "“以上”含本数; 测量标准差 {sigma:.2f} 亩, 真实面积达到的把握 {chance:.0%}",
            sigma=base["sigma_mu"],
            chance=chance,
        )
        word = "达到 {mu:g} 亩" if reached else "未达到 {mu:g} 亩"
        yield tr(word, mu=tier.threshold_mu), counted - tier.threshold_mu, said
    title = tr(policy.tier_title(str(base["tier"])))
    verdict = tr("临界, 须复测") if base.get("verdict") == "undecided" else tr("在误差之外")
    yield tr("规模等级: {title}", title=title), counted, verdict


def _of_outline(base: pd.Series) -> Iterator[tuple[str, float, str]]:
    """The outer rings, the holes, and what is left."""
    parts = shapely.get_parts(base["geometry"])
    shells = shapely.polygons(shapely.get_exterior_ring(parts))
    filled = float(to_mu(areas_m2(np.asarray(shells, dtype=object))).sum())
    holes = int(shapely.get_num_interior_rings(parts).sum())
    said = tr(
        "{count} 片外圈在 CGCS2000 椭球面上的面积, 边为大地线; 1 亩 = 10000/15 ㎡", count=len(parts)
    )
    yield tr("外圈面积"), filled, said
    if holes:
        said = tr("{holes} 处挖空", holes=holes)
        yield tr("减: 挖空"), float(base["surveyed_mu"]) - filled, said
    said = tr("与文件所用的坐标系和投影无关")
    yield heading("实测面积"), float(base["surveyed_mu"]), said
