"""Who overlaps whom, and by how much."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from herbgis.foundation.units import to_mu
from herbgis.geo.geodesy import Floats, Ints, areas_m2
from herbgis.geo.systems import Geometries

#: DE-9IM: neighbours that only touch share no inside (OGC 06-103r4).
_INSIDES_MEET = "T********"
#: Columns of a table of overlapping pairs.
PAIR_COLUMNS = ("left", "right", "mu", "share", "iou", "shared")


def overlapping_pairs(
    geometries: Geometries, others: Geometries | None = None, *, least_mu: float = 0.0
) -> pd.DataFrame:
    """Pairs of polygons that share land.

    Parameters
    ----------
    geometries : array of valid polygons, shape (n,)
        Longitude and latitude on CGCS2000; None is allowed.
    others : array of valid polygons, optional
        What they are held against; without it, against each other, each pair once.
    least_mu : float
        Shared land of no more than this is left out.

    Returns
    -------
    DataFrame
        ``left`` and ``right`` (positions, left < right within one array), ``mu`` shared,
        ``share`` of the smaller of the two, ``iou`` (shared over united area) and the
        ``shared`` geometry, in order of the positions.
    """
    against = geometries if others is None else others
    left, right = shapely.STRtree(against).query(geometries)
    if others is None:
        once = left < right
        left, right = left[once], right[once]
    meet = shapely.relate_pattern(geometries[left], against[right], _INSIDES_MEET)
    left, right = left[meet], right[meet]
    shared = shapely.intersection(geometries[left], against[right])
    mu = to_mu(areas_m2(shared))
    mu_left, mu_right = _mu_at(geometries, left), _mu_at(against, right)
    table = pd.DataFrame(
        {
            "left": left,
            "right": right,
            "mu": mu,
            "share": _ratio(mu, np.minimum(mu_left, mu_right)),
            "iou": _ratio(mu, mu_left + mu_right - mu),
            "shared": pd.Series(list(shared), dtype=object),
        },
        columns=list(PAIR_COLUMNS),
    )
    kept = table[table["mu"] > least_mu]
    return kept.sort_values(["left", "right"], kind="stable", ignore_index=True)


def _mu_at(geometries: Geometries, positions: Ints) -> Floats:
    """亩 of geometries at some positions, each measured once."""
    asked, place = np.unique(positions, return_inverse=True)
    return to_mu(areas_m2(geometries[asked]))[place]


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, np.where(whole > 0, whole, np.inf))
