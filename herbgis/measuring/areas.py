"""The area of bases and their contiguous blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from herbgis.foundation.errors import CrsError
from herbgis.foundation.units import to_mu
from herbgis.geo.geodesy import Flags, Floats, Ints, areas_m2, local_metres
from herbgis.geo.systems import Geometries, to_cgcs2000
from herbgis.measuring.survey_error import area_sigmas_m2
from herbgis.terms import columns as cols
from herbgis.terms.headings import match_headings
from herbgis.terms.policy import Policy, SurveyMethod
from herbgis.terms.policyfiles import load_policy

_POLYGONAL = (3, 6, 7)
#: The length of a degree of longitude changes over a base by less than this factor.
_A_LITTLE_MORE = 1.01


def measure(
    bases: gpd.GeoDataFrame,
    *,
    policy: Policy | None = None,
    columns: Mapping[str, str] | None = None,
) -> gpd.GeoDataFrame:
    """Add the measured columns to any frame with a coordinate system.

    Parameters
    ----------
    bases : GeoDataFrame
        Any system, any columns; ``survey_method`` is used where there is one.
    policy : Policy, optional
        Survey errors by method; ``tongren-2020`` by default.
    columns : mapping of str to str, optional
        Column of the base table to the frame's heading.

    Returns
    -------
    GeoDataFrame
        The frame with ``surveyed_mu``, the ellipsoidal area on CGCS2000, and ``sigma_mu``, its
        standard deviation, in 亩; NaN where there is no polygon. Rings that cross themselves
        are measured as the land they enclose, each piece once.

    Raises
    ------
    CrsError
        The frame has no coordinate system.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import herbgis as hg
    >>> mine = gpd.read_file(hg.sample_paths().survey / "2020-03-batch" / "yanhe.geojson")
    >>> hg.measure(mine)["surveyed_mu"].round(2).tolist()[:3]
    [1862.0, 102.7, 1081.57]
    >>> web = mine.to_crs(epsg=3857)  # 面积与坐标系无关
    >>> hg.measure(web)["surveyed_mu"].round(2).tolist()[:3]
    [1862.0, 102.7, 1081.57]
    """
    policy = policy or load_policy()
    if bases.crs is None:
        msg = "没有坐标系, 不能量面积。请先 set_crs(…), 例如 EPSG:4490 或 EPSG:4524。"
        raise CrsError(msg)
    matched, _ = match_headings([str(c) for c in bases.columns], policy, columns)
    methods = bases[matched["survey_method"]] if "survey_method" in matched else None
    geometry = land(to_cgcs2000(np.asarray(bases.geometry.array, dtype=object), bases.crs))
    return measure_land(bases, geometry, methods, policy)


def measure_land(
    bases: gpd.GeoDataFrame, geometry: Geometries, methods: pd.Series | None, policy: Policy
) -> gpd.GeoDataFrame:
    """`measure` where the `land` of the records and their column of methods are known."""
    mu, sigma_mu = measured_mu(
        geometry,
        *method_errors_m(methods, len(bases), policy),
        tolerance_m=policy.tolerances["collinear_m"],
    )
    measured = bases.copy()
    measured["surveyed_mu"] = cols.typed(mu, "number", bases.index)
    measured["sigma_mu"] = cols.typed(sigma_mu, "number", bases.index)
    return measured


def land(geometries: Geometries, sound: Flags | None = None) -> Geometries:
    """Geometries as the land they enclose: valid, without Z, None where there is no polygon.

    `sound` tells which are valid, where that is known.
    """
    polygonal = np.isin(shapely.get_type_id(geometries), _POLYGONAL)
    polygonal &= ~shapely.is_empty(geometries)
    result = geometries.copy()
    result[~polygonal] = None
    high = np.flatnonzero(shapely.get_coordinate_dimension(result) > 2)
    result[high] = shapely.force_2d(result[high])
    valid = shapely.is_valid(result) if sound is None else sound
    broken = np.flatnonzero(~valid & polygonal)
    result[broken] = shapely.make_valid(result[broken])
    return np.asarray(result, dtype=object)


def method_errors_m(methods: pd.Series | None, count: int, policy: Policy) -> tuple[Floats, Floats]:
    """Vertex error and correlation length in metres of each record's survey method."""
    default = policy.survey_methods[policy.defaults["survey_method"]]
    if methods is None:
        return np.full(count, default.sigma_m), np.full(count, default.correlation_m)
    code, cells = pd.factorize(np.asarray(methods, dtype=object), use_na_sentinel=True)
    known = [_method(cell, default, policy) for cell in cells] + [default]
    return (
        np.array([method.sigma_m for method in known])[code],
        np.array([method.correlation_m for method in known])[code],
    )


def _method(cell: Any, default: SurveyMethod, policy: Policy) -> SurveyMethod:
    name = policy.canonical("survey_method", cell) if isinstance(cell, str) else None
    return policy.survey_methods.get(name, default) if name else default


def measured_mu(
    geometry: Geometries, sigma_m: Floats, correlation_m: Floats, *, tolerance_m: float
) -> tuple[Floats, Floats]:
    """Area and its standard deviation in 亩 of polygons on CGCS2000; NaN for None."""
    present = ~shapely.is_missing(geometry)
    mu = np.where(present, to_mu(areas_m2(geometry)), np.nan)
    sigma = area_sigmas_m2(geometry, sigma_m, correlation_m, tolerance_m=tolerance_m)
    return mu, np.where(present, to_mu(sigma), np.nan)


def contiguous_blocks(
    geometry: Geometries, distance_m: float
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Largest contiguous block of each polygon's parts, and the number of blocks.

    Parameters
    ----------
    geometry : array of polygons, shape (n,)
        Longitude and latitude on CGCS2000; None is allowed.
    distance_m : float
        Parts this near to each other belong to one block.

    Returns
    -------
    array of float, array of int
        Square metres of the largest block, and blocks; 0 and 0 for None.
    """
    # What is one part is one block.
    whole = shapely.get_type_id(geometry) == shapely.GeometryType.POLYGON
    largest = np.zeros(len(geometry))
    largest[whole] = areas_m2(geometry[whole])
    blocks = (largest > 0).astype(np.int64)
    several = np.flatnonzero(~whole & ~shapely.is_missing(geometry))
    parts, owner = shapely.get_parts(geometry[several], return_index=True)
    area = areas_m2(parts)
    parts, owner, area = parts[area > 0], owner[area > 0], area[area > 0]
    block = _connected(parts, owner, distance_m)
    block_area = np.bincount(block, weights=area, minlength=len(parts))
    of_several = np.zeros(len(several))
    np.maximum.at(of_several, owner, block_area[block])
    largest[several] = of_several
    blocks[several] = np.bincount(owner[np.unique(block)], minlength=len(several))
    return largest, blocks


def _connected(parts: Geometries, owner: Ints, distance_m: float) -> Ints:
    """For each part the lowest part that it hangs together with, within its owner.

    Parts are held against each other on a plane of their owner's own.
    """
    west, south, east, north = shapely.bounds(parts).T
    count = np.maximum(np.bincount(owner), 1)
    middle = np.bincount(owner, (south + north) / 2, len(count)) / count
    metres = local_metres(np.ones((len(count), 2)), middle)[owner]
    reach = distance_m / metres.T * _A_LITTLE_MORE
    # Parts whose boxes, grown by the distance, meet. A tree looks at the bounds of what it is asked
    # for and at nothing else, so each box is given by its diagonal: a line of two points is made
    # sooner than a polygon of five.
    diagonals = np.stack(
        [west - reach[0], south - reach[1], east + reach[0], north + reach[1]], axis=1
    )
    left, right = shapely.STRtree(parts).query(shapely.linestrings(diagonals.reshape(-1, 2, 2)))
    pair = (owner[left] == owner[right]) & (left < right)
    asked, place = np.unique(np.concatenate([left[pair], right[pair]]), return_inverse=True)
    left, right = np.split(place, 2)
    scale = np.repeat(metres[asked], shapely.get_num_coordinates(parts[asked]), axis=0)
    plane = np.asarray(shapely.transform(parts[asked], lambda lonlat: lonlat * scale))
    near = shapely.dwithin(plane[left], plane[right], distance_m)
    left, right = asked[left[near]], asked[right[near]]
    # Each part takes the lowest number among those that it is near to, until none changes.
    label = np.arange(len(parts))
    while True:
        lower = label.copy()
        np.minimum.at(lower, left, label[right])
        np.minimum.at(lower, right, label[left])
        lower = lower[lower]
        if np.array_equal(lower, label):
            return label
        label = lower
