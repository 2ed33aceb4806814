"""given_candidates: sites that somebody proposes, through the same door as those found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from herbgis.foundation.errors import MissingColumnError
from herbgis.foundation.language import listed, tr
from herbgis.foundation.units import to_mu
from herbgis.geo.geodesy import CGCS2000, Floats, areas_m2
from herbgis.geo.systems import Geometries
from herbgis.measuring.blocks import connected
from herbgis.measuring.borders import county_shares
from herbgis.measuring.overlaps import overlapping_pairs
from herbgis.planning.land.footprints import polygons_of
from herbgis.planning.land.rating import UNLIMITED, Land
from herbgis.planning.land.scoring import score_polygons
from herbgis.planning.sites.candidates import Candidates, candidates_of
from herbgis.reading.candidates import CANDIDATE_ID, UNREAD_BESIDE
from herbgis.reading.understanding.assumptions import Assumptions
from herbgis.reading.understanding.cells import clean_text, clean_texts, folded_ids, stated_cells
from herbgis.reading.understanding.stated_numbers import Stated, stated_numbers
from herbgis.terms.columns import Column
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy

_ID, _WHAT = "candidate_id", "候选地块"
_TEXTS = ("county", "township", "variety")
_NUMBERS = {"cost": "成本", "distance_km": "距离"}
#: Cells that a note names.
_NAMED = 5


def given_candidates(
    frame: gpd.GeoDataFrame,
    *,
    lands: Sequence[Land] = (),
    bases: gpd.GeoDataFrame | None = None,
    counties: gpd.GeoDataFrame | None = None,
    policy: Policy | None = None,
) -> Candidates:
    """Candidate polygons of a user's own, measured, cut and rated.

    Parameters
    ----------
    frame : GeoDataFrame
        In any system; ``candidate_id``, and optionally ``variety`` (none: any), ``cost``,
        ``township``, ``county``, ``distance_km``. Numbers may be texts: 5,000, 5万元, 800米. Rows
        of one id that lie within the policy's distance of contiguity are one candidate, told by
        the first of them; those farther apart are several, ``<id>#1``, ``<id>#2``, …
    lands : sequence of Land
        By which they are rated, each by the first that holds it; without any, scores are NaN, for
        the varieties of the policy's lists.
    bases : GeoDataFrame, optional
        Bases that stand: land they share is taken off the candidate, and said.
    counties : GeoDataFrame, optional
        As `read_counties` gives it; names the county where the frame does not.
    policy : Policy, optional
        Whose spellings of varieties and counties are understood.

    Returns
    -------
    Candidates
        In order of their ids. What has no land, or none that is not a base already, is left out,
        and said; so are ids at several places, and numbers that are none.

    Raises
    ------
    CrsError
        The frame, or the bases, have no coordinate system.
    MissingColumnError
        There is no ``candidate_id``.
    """
    policy = policy or load_policy()
    if _ID not in frame:
        raise MissingColumnError(tr(_WHAT), [_ID], [str(column) for column in frame.columns])
    told, spellings = _told_ids(frame, policy)
    land_of_rows = polygons_of(frame, _WHAT)
    told, apart = _told_apart(told, land_of_rows, policy.tolerances["contiguity_m"])
    ids, polygons, first, rows = _one_row_an_id(frame, told, land_of_rows)
    free, taken = _beside_bases(ids, polygons, bases)
    said = [
        *spellings,
        *apart,
        *_differing(frame, told),
        *frame.attrs.get(UNREAD_BESIDE, ()),
        *taken,
    ]
    kept = ~(shapely.is_missing(free) | shapely.is_empty(free))
    said += [tr("候选地块 {name} 没有可用的土地, 未列入", name=name) for name in ids[~kept]]
    ids, free, first, rows = ids[kept], free[kept], first[kept], rows[kept]
    columns = {name: _told(first, name, policy) for name in _TEXTS}
    for name, title in _NUMBERS.items():
        if name in first:
            cells = stated_cells(first[name], Column(name, title, "number"), policy, Assumptions())
            stated = stated_numbers(cells, name)
            columns[name] = list(stated.values)
            said += _said_of(stated, ids, rows, tr(title))
    if counties is not None:
        columns["county"] = _counties(columns["county"], free, counties)
    caveats: list[str] = []
    if not lands:
        varieties = tuple(name for name in policy.varieties if policy.group_of(name) != "other")
        scores = np.full((len(ids), len(varieties)), np.nan)
        limiting = np.full(scores.shape, UNLIMITED, dtype=object)
        said.append(tr("没有给出高程数据, 未评价适宜性"))
    else:
        varieties = lands[0].varieties
        scores, limiting, caveats = _rated(free, lands)
        beyond = ids[np.isnan(scores).all(axis=1)] if len(varieties) else []
        line = "候选地块 {name} 不在高程数据范围内, 未评价适宜性"
        said += [tr(line, name=name) for name in beyond]
    return candidates_of(list(ids), free, columns, scores, limiting, varieties, caveats, said)


def _rated(
    polygons: Geometries, lands: Sequence[Land]
) -> tuple[Floats, npt.NDArray[np.object_], list[str]]:
    """Scores of polygons and what limits them, and what is to be said of the land they lie on."""
    scores = np.full((len(polygons), len(lands[0].varieties)), np.nan)
    limiting = np.full(scores.shape, UNLIMITED, dtype=object)
    caveats: list[str] = []
    for land in lands:
        left = np.flatnonzero(np.isnan(scores).all(axis=1))
        scores[left], limiting[left] = score_polygons(polygons[left], land)
        if not np.isnan(scores[left]).all():
            caveats += land.caveats
    return scores, limiting, caveats


def _told_ids(frame: gpd.GeoDataFrame, policy: Policy) -> tuple[Any, list[str]]:
    """Each row's id spelt as it is compared, and which ids were written in several ways."""
    stated = stated_cells(frame[_ID], CANDIDATE_ID, policy, Assumptions())
    ids, raw = folded_ids(stated)
    rows = [tr("第 {row} 行", row=row) for row in range(1, len(ids) + 1)]
    names = ids.fillna(pd.Series(rows, index=ids.index, dtype="str"))
    before = frame.get(CANDIDATE_ID.written.name, raw)
    written = raw.fillna(before).fillna(names)
    ways = written.groupby(names.to_numpy()).unique()
    said = [
        tr("候选地块编号 {found} 按同一个编号 {name} 计", found=listed(found), name=name)
        for name, found in ways.items()
        if len(found) > 1
    ]
    return names.to_numpy(dtype=object), said


def _told_apart(names: Any, polygons: Geometries, distance_m: float) -> tuple[Any, list[str]]:
    """Ids of rows, those of one id at several places numbered; and which they are.

    Whether such rows are one site in parcels or two that were given one number, nobody can tell
    from the file: one site at two places is none that could be planted as one.
    """
    there = np.flatnonzero(~(shapely.is_missing(polygons) | shapely.is_empty(polygons)))
    _, owner = np.unique(names[there].astype(str), return_inverse=True)
    place = connected(polygons[there], owner, distance_m)
    told, said = names.copy(), []
    for number in np.unique(owner):
        rows, places = there[owner == number], place[owner == number]
        distinct, order = np.unique(places, return_inverse=True)
        if len(distinct) < 2:
            continue
        told[rows] = [f"{names[rows[0]]}#{which + 1}" for which in order]
        line = (
            "候选编号 {name} 的 {rows} 条记录在 {count} 处, 相隔超过 {metres:g} 米, 分作 {ids}。"
            "请核对编号"
        )
        said.append(
            tr(
                line,
                name=names[rows[0]],
                rows=len(rows),
                count=len(distinct),
                metres=distance_m,
                ids=listed(sorted(set(told[rows]))),
            )
        )
    return told, said


def _one_row_an_id(
    frame: gpd.GeoDataFrame, names: Any, polygons: Geometries
) -> tuple[Any, Geometries, pd.DataFrame, Any]:
    """Ids in order, the land of each, and the first row of each with its number from 1."""
    ids, first = np.unique(names.astype(str), return_index=True)
    land = np.empty(len(ids), dtype=object)
    for number, name in enumerate(ids):
        land[number] = shapely.union_all(polygons[names == name])
    told = pd.DataFrame(frame.drop(columns=frame.geometry.name)).iloc[first]
    return ids.astype(object), land, told, first + 1


def _differing(frame: gpd.GeoDataFrame, names: Any) -> list[str]:
    """Candidates whose rows say different things, of which the first is taken."""
    titles = {**_NUMBERS, "variety": "品种"}
    line = "候选地块 {name} 的几条记录{what}不同, 按最前面的一条"
    return [
        tr(line, name=name, what=tr(title))
        for column, title in titles.items()
        if column in frame
        for name, count in clean_texts(frame[column]).groupby(names).nunique(dropna=False).items()
        if count > 1
    ]


def _beside_bases(
    ids: Any, polygons: Geometries, bases: gpd.GeoDataFrame | None
) -> tuple[Geometries, list[str]]:
    """Candidates without the land of bases, and what was taken off them."""
    free = polygons.copy()
    said: list[str] = []
    if bases is None:
        return free, said
    standing = polygons_of(bases, "现有基地")
    pairs = overlapping_pairs(polygons, standing)
    for number, bases_there in pairs.groupby("left")["right"]:
        free[number] = shapely.difference(
            polygons[number], shapely.union_all(standing[bases_there.to_numpy()])
        )
        before, after = to_mu(areas_m2(np.array([polygons[number], free[number]], dtype=object)))
        line = "候选地块 {name} 与现有基地重叠 {mu:.2f} 亩, 已扣除"
        said.append(tr(line, name=ids[number], mu=before - after))
    return free, said


def _told(first: pd.DataFrame, name: str, policy: Policy) -> list[Any]:
    """A column as told, by canonical names; missing where it is not there."""
    if name not in first:
        return [None] * len(first)
    texts = [clean_text(cell) for cell in first[name]]
    if name == "township":
        return texts
    return [text and (policy.canonical(name, text) or text) for text in texts]


def _said_of(stated: Stated, ids: Any, rows: Any, what: str) -> list[str]:
    """Numbers that were not read, each with its row; and those that were more than a number."""
    line = "候选地块 {name} (第 {row} 条) 的{what} {written} {trouble}, 未采用"
    told = list(zip(ids, rows, stated.texts, stated.values, strict=True))
    said = [
        tr(line, name=name, row=row, what=what, written=text, trouble=trouble)
        for (name, row, text, _), trouble in zip(told, stated.trouble, strict=True)
        if trouble
    ]
    read = [
        tr("{name} {written} 按 {value:g}", name=name, written=text, value=value)
        for (name, _, text, value), worded in zip(told, stated.worded, strict=True)
        if worded
    ]
    if read:
        line = "{what}不是写成纯数字的, 按所写的读 ({count} 个): {read}"
        said.append(tr(line, what=what, count=len(read), read=listed(read[:_NAMED])))
    return said


def _counties(
    told: list[Any], polygons: Geometries, counties: gpd.GeoDataFrame
) -> list[str | None]:
    """The county as told, else the one that holds most of the land."""
    borders = counties.set_geometry(polygons_of(counties, "县界"), crs=CGCS2000)
    shares = county_shares(polygons, borders).drop_duplicates("record").set_index("record")
    names = counties["county"].iloc[shares["county"]].set_axis(shares.index)
    return [own or names.get(number) for number, own in enumerate(told)]
