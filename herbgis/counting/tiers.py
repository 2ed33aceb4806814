"""classify: from records to bases, their counted area and their tier."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.counting.edited import DECIDING, refuse_lost
from herbgis.counting.standing import written_dates
from herbgis.counting.yearly import of_bases, with_figures
from herbgis.foundation.errors import MissingColumnError
from herbgis.foundation.language import listed, tr
from herbgis.foundation.units import fold, round_mu, to_mu
from herbgis.geo.geodesy import CGCS2000, Floats, Ints, areas_m2
from herbgis.geo.land import land
from herbgis.geo.systems import Geometries
from herbgis.measuring.blocks import contiguous_blocks
from herbgis.measuring.chances import near_threshold
from herbgis.measuring.declarations import (
    amounts_of_bases,
    declared_areas,
    declaring,
    tolerated_mu,
)
from herbgis.measuring.overlaps import overlapping_pairs
from herbgis.measuring.records import Bases, base_mu, group_records, sigma_of_bases
from herbgis.reading.counties import BOUNDARIES
from herbgis.reading.understanding.frames import stated_columns
from herbgis.reading.understanding.survey import placed_records
from herbgis.terms import columns as cols
from herbgis.terms.carried import digest_column, policy_for, remarks_of
from herbgis.terms.control_columns import control_columns
from herbgis.terms.policy import Policy

#: Headings that a message has room for.
_MOST_SHOWN = 12
#: A table that knows these alone is one of places.
_OF_PLACES = frozenset({"county", "county_code", "township"})


def classify(
    bases: gpd.GeoDataFrame,
    *,
    policy: Policy | None = None,
    columns: Mapping[str, str] | None = None,
) -> gpd.GeoDataFrame:
    """One row a base, with what counts of it and which tier that reaches.

    Parameters
    ----------
    bases : GeoDataFrame
        Records: ``report.bases``, or an analyst's own frame with a coordinate system, where
        columns that are absent get the policy's defaults.
    policy : Policy, optional
        ``tongren-2020`` by default.
    columns : mapping of str to str, optional
        Column of the base table to the frame's heading.

    Returns
    -------
    GeoDataFrame
        Index ``base_id``, sorted; EPSG:4490; geometry the union of the base's records. Texts
        are those of the record with the most 亩; yield, cost and seedlings those of the newest
        year, with the other years in ``other_years``. Added: ``records``, ``contiguous_mu``,
        ``blocks``, ``disputed_mu`` (land that another base claims too, taken off both),
        ``counted_mu`` (rounded half up to 0.01), ``tier``, ``verdict``. A base without a polygon
        has no area and no tier. What `validate` found within control layers is the base's.

    Raises
    ------
    MissingColumnError
        No heading of the table is known.
    CrsError
        The frame's polygons cannot be placed on CGCS2000.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> len(report.bases), len(bases)  # 一个地块一行, 一个基地一行
    (216, 169)
    >>> bases["tier"].value_counts().sort_index().to_dict()
    {'below': 62, '500': 62, '1000': 44}
    >>> base = bases.loc["520625-2020-015"]
    >>> float(base["counted_mu"]), int(base["blocks"]), base["tier"], base["verdict"]
    (824.77, 1, '500', 'sure')
    """
    policy = policy or policy_for(bases)
    # What an earlier classification found, perhaps under other tiers, is found anew.
    records = bases.drop(columns=cols.names(cols.CLASSIFIED), errors="ignore")
    _refuse_strange(records, policy, columns)
    refuse_lost(bases, "classify", DECIDING, policy=policy, columns=columns)
    table = placed_records(records, "classify", policy=policy, columns=columns)
    table = table.reset_index(drop=True)
    grouped = group_records(table)
    surveyed = base_mu(grouped)
    result = _one_row_a_base(table, grouped, surveyed, policy)
    counted, disputed = _without_disputed(grouped.geometry)
    counted = _without_small_parts(counted, policy.counting.least_part_mu)
    factor = _mode_factors(table, grouped, counted, policy)
    present = ~shapely.is_missing(grouped.geometry)
    result["surveyed_mu"] = surveyed
    result["sigma_mu"] = sigma_of_bases(table, grouped, policy)
    largest, blocks = _blocks(table, grouped, counted, policy)
    result["contiguous_mu"] = np.where(present, round_mu(to_mu(largest) * factor), np.nan)
    result["blocks"] = cols.typed(blocks, "integer", result.index)
    result["disputed_mu"] = np.where(present, round_mu(disputed), np.nan)
    counted_mu = to_mu(areas_m2(counted)) * factor
    result["counted_mu"] = np.where(present, round_mu(counted_mu), np.nan)
    result["tier"] = tier_of(result["counted_mu"], policy)
    result["verdict"] = _verdict(result, policy)
    result["policy"] = digest_column(policy, result.index)
    result = _in_order(result)
    # Of an input's remarks this one holds for what is counted: other boundaries count otherwise.
    result.attrs = {key: bases.attrs[key] for key in (BOUNDARIES,) if key in bases.attrs}
    result.attrs |= remarks_of(policy)
    return result


def _refuse_strange(
    records: gpd.GeoDataFrame, policy: Policy, columns: Mapping[str, str] | None
) -> None:
    """Refuse a table of which no heading is known: each row would be a base of nothing."""
    shapes = getattr(records, "active_geometry_name", None)
    headings = [str(name) for name in records.columns if name != shapes]
    stated = {*stated_columns(records, policy=policy, columns=columns)}
    if headings and stated <= _OF_PLACES:
        raise MissingColumnError(
            "classify",
            ["base_id", "variety"],
            headings,
            tr(
                "表头 {headings} 一个也不认识。请用 columns= 指明, 如 "
                "columns={{'base_id': '您的列名', 'variety': '您的列名'}}。",
                headings=listed(headings[:_MOST_SHOWN]),
            ),
        )


def tier_of(mu: pd.Series, policy: Policy) -> pd.Series:
    """The tier that an area reaches, as an ordered categorical; the threshold belongs to it."""
    bounds = [-np.inf, *(tier.threshold_mu for tier in policy.tiers), np.inf]
    labels = list(policy.tier_labels)
    tiers = pd.cut(mu.astype(float), bounds, right=False, labels=labels, ordered=True)
    return pd.Series(tiers, index=mu.index)


def _one_row_a_base(
    table: gpd.GeoDataFrame, grouped: Bases, surveyed: Floats, policy: Policy
) -> gpd.GeoDataFrame:
    """The main record of each base, with what all its records say together."""
    main = pd.DataFrame(table.drop(columns=table.geometry.name)).iloc[grouped.main]
    main.index = pd.Index(grouped.ids, name="base_id", dtype="str")
    index = main.index
    main = main.drop(columns="base_id")
    by_base = table.groupby(grouped.base, sort=True)
    main["records"] = cols.typed(by_base.size().to_numpy(), "integer", index)
    for name in ("group", "kind"):
        # A base of which a part is not known for what it is waits for the answer. What a parcel
        # leaves unsaid the others say: an empty variety is asked about by validate.
        unknown = table[name].eq("unknown") & (table["variety"].notna() | (name != "group"))
        unknown = unknown.groupby(grouped.base, sort=True).any()
        main[name] = main[name].mask(unknown.to_numpy(), "unknown")
    for column in cols.known_in(table, cols.with_role(cols.Role.AMOUNT)):
        if cols.Role.YEARLY not in column.roles:
            main[column.name] = amounts_of_bases(table[column.name], grouped)
    for column in control_columns(table.columns):  # of land that two records claim it is told once
        sums = table[column.name].groupby(grouped.base, sort=True).sum(min_count=1)
        main[column.name] = sums.to_numpy(dtype=float)
    if cols.known_in(table, cols.with_role(cols.Role.YEARLY)):
        main = with_figures(main, of_bases(table, grouped))
    _put_declared(main, table, grouped, surveyed, policy)
    for name in ("surveyed_on", "completed_on"):
        written = written_dates(table, grouped, name)
        main[f"raw_{name}"] = cols.typed(written, "text", index)
    listed = zip(main["varieties"], by_base["varieties"], strict=True)
    main["varieties"] = cols.typed(
        [
            list(dict.fromkeys([*own, *sorted(chain.from_iterable(every))]))
            for own, (_, every) in listed
        ],
        "list",
        index,
    )
    if "blocked_by" in table:  # without it nobody validated, and a count says so
        listed_codes = table["blocked_by"].groupby(grouped.base, sort=True)
        codes = [sorted(set(chain.from_iterable(every))) for _, every in listed_codes]
        main["blocked_by"] = cols.typed(codes, "list", index)
    geometry = gpd.GeoSeries(grouped.geometry, index=index, crs=CGCS2000)
    return gpd.GeoDataFrame(main, geometry=geometry)


def _put_declared(
    main: pd.DataFrame, table: gpd.GeoDataFrame, grouped: Bases, surveyed: Floats, policy: Policy
) -> None:
    """Write what each base declares: in 亩, and as written where its records use one unit."""
    tolerated = tolerated_mu(table, grouped, surveyed, policy)
    declared = declared_areas(table["declared_mu"], grouped, surveyed, tolerated)
    main["declared_mu"] = declared.mu
    said = declaring(table["declared_value"], grouped) & table["declared_value"].notna()
    every = range(len(grouped.ids))
    by_base = table[said].groupby(grouped.base[said])
    one_unit = by_base["declared_unit"].nunique(dropna=False).reindex(every, fill_value=1) == 1
    units = by_base["declared_unit"].first().reindex(every).to_numpy()
    sums = by_base["declared_value"].sum().reindex(every).to_numpy()
    main["declared_value"] = (
        main["declared_value"].mask(declared.by_parcel, sums).where(one_unit.to_numpy())
    )
    declares = main["declared_value"].notna()
    main["declared_unit"] = main["declared_unit"].mask(declares, units).where(one_unit.to_numpy())


def _without_disputed(geometry: Geometries) -> tuple[Geometries, Floats]:
    """Each base less the land that another claims too, and that land in 亩."""
    pairs = overlapping_pairs(geometry)
    claimed: dict[int, list[shapely.Geometry]] = {}
    for left, right, shared in zip(pairs["left"], pairs["right"], pairs["shared"], strict=True):
        claimed.setdefault(left, []).append(shared)
        claimed.setdefault(right, []).append(shared)
    counted = geometry.copy()
    disputed = np.zeros(len(geometry))
    for base, shapes in claimed.items():
        lost = shapely.union_all(shapes)
        disputed[base] = to_mu(areas_m2(np.array([lost], dtype=object)))[0]
        counted[base] = shapely.difference(geometry[base], lost)
    return counted, disputed


def _without_small_parts(geometry: Geometries, least_mu: float) -> Geometries:
    """Each base without parts of less than so many 亩."""
    if least_mu <= 0:
        return geometry
    parts, owner = shapely.get_parts(geometry, return_index=True)
    large = to_mu(areas_m2(parts)) >= least_mu
    kept = np.full(len(geometry), shapely.Polygon(), dtype=object)
    for base in np.unique(owner[large]):
        kept[base] = shapely.multipolygons(parts[large & (owner == base)].tolist())
    kept[shapely.is_missing(geometry)] = None
    return kept


def _mode_factors(
    table: gpd.GeoDataFrame, grouped: Bases, counted: Geometries, policy: Policy
) -> Floats:
    """What one 亩 of each base counts, by the cropping modes (种植模式) of its records.

    Where records of a base differ, each counts by its share of the counted land.
    """
    factors = policy.counting.mode_factors
    if not factors:
        return np.ones(len(counted))
    own = np.array(
        [factors.get(fold(m), 1.0) if isinstance(m, str) else 1.0 for m in table["mode"]]
    )
    shapes = land(np.asarray(table.geometry.array, dtype=object))
    mu = areas_m2(shapely.intersection(shapes, counted[grouped.base]))
    weight = np.bincount(grouped.base, weights=mu, minlength=len(counted))
    factored = np.bincount(grouped.base, weights=mu * own, minlength=len(counted))
    return np.divide(factored, weight, out=np.ones(len(counted)), where=weight > 0)


def _blocks(
    table: gpd.GeoDataFrame, grouped: Bases, counted: Geometries, policy: Policy
) -> tuple[Floats, Ints]:
    """Largest contiguous block of each base in m², and its blocks; of one variety if so ruled."""
    distance = policy.tolerances["contiguity_m"]
    if not policy.counting.same_variety:
        return contiguous_blocks(counted, distance)
    shapes = land(np.asarray(table.geometry.array, dtype=object))
    varieties = table["variety"].fillna("").to_numpy(dtype=object)
    largest, blocks = np.zeros(len(counted)), np.zeros(len(counted), dtype=np.int64)
    for base in np.flatnonzero(~shapely.is_missing(counted)):
        records = np.flatnonzero(grouped.base == base)
        of_one = [
            shapely.intersection(
                shapely.union_all(shapes[records[varieties[records] == variety]]), counted[base]
            )
            for variety in sorted(set(varieties[records]))
        ]
        area, count = contiguous_blocks(np.array(of_one, dtype=object), distance)
        largest[base], blocks[base] = area.max(), count.sum()
    return largest, blocks


def _verdict(bases: gpd.GeoDataFrame, policy: Policy) -> pd.Series:
    undecided = pd.Series(data=False, index=bases.index)
    for tier in policy.tiers:
        undecided |= near_threshold(bases["counted_mu"], bases["sigma_mu"], tier.threshold_mu)
    verdict = pd.Series(np.where(undecided, "undecided", "sure"), index=bases.index, dtype="str")
    return verdict.where(bases["counted_mu"].notna())


def _in_order(result: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Columns of the base table first, the analyst's own behind them."""
    groups = (cols.READ[1:], cols.OPTIONAL, cols.added())
    known = [column.name for column in cols.known_in(result, *groups)]
    own = [name for name in result.columns if name not in known and name != "geometry"]
    return result[[*known, *own, "geometry"]]
