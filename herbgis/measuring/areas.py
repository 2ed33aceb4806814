"""measure: the area of bases and its standard deviation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.foundation.units import to_mu
from herbgis.geo.geodesy import Floats, areas_m2
from herbgis.geo.land import land
from herbgis.geo.systems import Geometries
from herbgis.measuring.survey_error import area_sigmas_m2
from herbgis.reading.understanding.survey import shapes_of
from herbgis.terms import columns as cols
from herbgis.terms.carried import policy_for
from herbgis.terms.headings import check_mapping, match_headings
from herbgis.terms.policy import Policy, SurveyMethod


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
        The frame has no coordinate system, or one without parameters to CGCS2000.

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
    policy = policy or policy_for(bases)
    check_mapping(columns or {}, cols.names(cols.READ, cols.OPTIONAL, cols.added()), policy)
    geometry = land(shapes_of(bases, "measure", policy=policy))
    matched = match_headings([str(c) for c in bases.columns], policy, columns).columns
    methods = bases[matched["survey_method"]] if "survey_method" in matched else None
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
