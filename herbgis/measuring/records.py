"""From survey records to the bases they belong to, and what these have from their records."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.foundation.units import fold, to_mu
from herbgis.geo.geodesy import Flags, Floats, Ints, areas_m2
from herbgis.geo.land import land
from herbgis.geo.systems import Geometries
from herbgis.measuring.areas import measured_mu, method_errors_m
from herbgis.reading.understanding.joining import of_lists
from herbgis.terms.policy import Policy

#: County, township and name of a base, folded.
NameKey = tuple[str, str, str]


@dataclass(frozen=True)
class Bases:
    """Records grouped by base_id.

    Attributes
    ----------
    ids : array of str, shape (b,)
        Sorted.
    base : array of int, shape (n,)
        Position in `ids` of each record's base.
    main : array of int, shape (b,)
        The record of each base with the most 亩; among equals that of the latest production year
        of the same land, then the earliest in its source.
    first : array of int, shape (b,)
        The record of each base that comes first in its source.
    geometry : array of polygons, shape (b,)
        Union of the records' land, own overlaps once; None for a base without a polygon.
    listed : array of bool, shape (n,)
        Whether a record comes from a layer without any geometry (a list of reported bases) while
        another record draws its base. Such a row tells of the base as a whole and is no parcel.
    earlier : array of bool, shape (n,)
        Whether another record tells of a later production year of the same land, or of the same
        base where neither has a polygon. It is the same parcel, and adds nothing to it.
    """

    ids: np.ndarray
    base: Ints
    main: Ints
    first: Ints
    geometry: Geometries
    listed: Flags
    earlier: Flags


def group_records(table: gpd.GeoDataFrame, shapes: Geometries | None = None) -> Bases:
    """Group a base table by base_id; the order of rows makes no difference.

    `shapes` is the land of the records, where that is known.
    """
    if shapes is None:
        shapes = land(np.asarray(table.geometry.array, dtype=object))
    base, names = pd.factorize(table["base_id"].astype("str"), sort=True)
    ids = names.to_numpy(dtype=object)
    main = np.empty(len(ids), dtype=np.int64)
    main[base] = np.arange(len(base))
    first = main.copy()
    # A base of one record needs no choice.
    several = np.flatnonzero((np.bincount(base, minlength=len(ids)) > 1)[base])
    earlier = _earlier(table, shapes, base, several)
    if len(several):
        keys = _source_keys(table.iloc[several])
        by_source = ["base", *keys]
        keys.insert(0, "earlier", earlier[several])
        keys.insert(0, "mu", -np.round(areas_m2(shapes[several]), 3))
        keys.insert(0, "base", base[several])
        for chosen, order in ((main, list(keys)), (first, by_source)):
            leading = keys.sort_values(order, kind="stable").drop_duplicates("base")
            chosen[leading["base"]] = several[leading.index]
    of_list = of_lists(table)
    drawn = np.bincount(base[~of_list], minlength=len(ids)) > 0
    return Bases(
        ids=ids,
        base=base,
        main=main,
        first=first,
        geometry=_unions(shapes, base, len(ids)),
        listed=of_list & drawn[base],
        earlier=earlier,
    )


def _earlier(table: gpd.GeoDataFrame, shapes: Geometries, base: Ints, among: Ints) -> Flags:
    """Which of some records tell of an earlier year of what another record of their base shows."""
    earlier = np.zeros(len(table), dtype=bool)
    if "production_year" not in table:
        return earlier
    dated = among[table["production_year"].notna().to_numpy()[among]]
    outlines = shapely.to_wkb(shapely.normalize(shapes[dated]))
    years = table["production_year"].iloc[dated].reset_index(drop=True).astype(int)
    latest = years.groupby([base[dated], outlines], dropna=False).transform("max")
    earlier[dated] = years < latest
    return earlier


def name_keys(table: pd.DataFrame) -> list[NameKey | None]:
    """County, township and name of each record, folded; None where one of them is empty.

    What tells that two records without a common id may be one base.
    """
    columns = (table[name] for name in ("county", "township", "name"))
    return [
        (fold(county), fold(township), fold(name))
        if all(isinstance(word, str) for word in (county, township, name))
        else None
        for county, township, name in zip(*columns, strict=True)
    ]


def source_order(table: pd.DataFrame) -> Ints:
    """Positions of the rows in order of their source, in whatever order they stand."""
    return np.asarray(
        _source_keys(table).sort_values(["file", "layer", "row"], kind="stable").index
    )


def _source_keys(table: pd.DataFrame) -> pd.DataFrame:
    """What orders records by their source."""
    return pd.DataFrame(
        {
            "file": table["source_file"].fillna("").to_numpy(dtype=object),
            "layer": table["source_layer"].fillna("").to_numpy(dtype=object),
            "row": table["source_row"].fillna(0).to_numpy(dtype=np.int64),
        }
    )


def _unions(shapes: Geometries, base: Ints, count: int) -> Geometries:
    """Union of each base's shapes; taken in the order of their bytes, so rows may come in any."""
    result = np.full(count, None, dtype=object)
    present = np.flatnonzero(~shapely.is_missing(shapes))
    result[base[present]] = shapes[present]
    several = present[(np.bincount(base[present], minlength=count) > 1)[base[present]]]
    of_base: dict[int, list[int]] = {}
    for record in several:
        of_base.setdefault(int(base[record]), []).append(int(record))
    for number, members in of_base.items():
        ordered = sorted(members, key=lambda record: shapely.to_wkb(shapes[record]))
        result[number] = shapely.union_all(shapes[ordered])
    return result


def base_mu(bases: Bases) -> Floats:
    """Ellipsoidal area of each base in 亩; NaN without a polygon."""
    return mu_of(bases.geometry)


def mu_of(shapes: Geometries) -> Floats:
    """Ellipsoidal area in 亩; NaN without a polygon."""
    return np.where(shapely.is_missing(shapes), np.nan, to_mu(areas_m2(shapes)))


def sigma_of_bases(
    table: gpd.GeoDataFrame, grouped: Bases, policy: Policy, *, measured: bool = False
) -> Floats:
    """Survey error in 亩 of each base's outline, surveyed as its least sure record was.

    Where the table is `measured`, a base of one record has that record's error.
    """
    error, length = method_errors_m(table["survey_method"], len(table), policy)
    errors = pd.DataFrame({"base": grouped.base, "sigma": error, "length": length})
    worst = (
        errors[~grouped.listed]
        .sort_values(["base", "sigma", "length"])
        .drop_duplicates("base", keep="last")
        .set_index("base")
        .reindex(range(len(grouped.ids)))
    )
    alone = np.bincount(grouped.base, minlength=len(grouped.ids)) == 1
    asked = np.flatnonzero(~alone if measured else np.ones(len(alone), dtype=bool))
    sigma = np.full(len(grouped.ids), np.nan)
    if measured:
        sigma[alone] = table["sigma_mu"].to_numpy(dtype=float)[grouped.first[alone]]
    _, sigma[asked] = measured_mu(
        grouped.geometry[asked],
        *(worst[name].to_numpy(dtype=float)[asked] for name in ("sigma", "length")),
        tolerance_m=policy.tolerances["collinear_m"],
    )
    return sigma
