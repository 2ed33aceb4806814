"""Who overlaps whom, by how much, and whether that is more than the policy tolerates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from herbgis.foundation.units import to_mu
from herbgis.geo.geodesy import Floats, Ints, areas_m2
from herbgis.geo.systems import Geometries
from herbgis.terms.policy import Policy

#: DE-9IM: neighbours that only touch share no inside (OGC 06-103r4).
_INSIDES_MEET = "T********"
#: Columns of a table of overlapping pairs of records.
PAIR_COLUMNS = ("left", "right", "mu", "share", "iou", "shared")


@dataclass(frozen=True)
class Claimants:
    """Bases that claim land.

    Attributes
    ----------
    base : array of int, shape (n,)
        The number of each record's base.
    mu : array of float, shape (b,)
        亩 of each base, own overlaps once.
    """

    base: Ints
    mu: Floats


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


def overlaps_of_bases(
    pairs: pd.DataFrame, bases: Claimants, others: Claimants | None = None, *, policy: Policy
) -> pd.DataFrame:
    """Land that two bases claim, all their records together, judged by the policy's tolerance.

    The one judge of overlaps: within a batch, against bases already counted, and on admission.

    Parameters
    ----------
    pairs : DataFrame
        Records that share land, as `overlapping_pairs` gives them.
    bases, others : Claimants
        Whose records ``left`` and ``right`` are; without `others`, both are of `bases`, and a base
        does not overlap itself.
    policy : Policy
        For ``overlap_ignored_mu`` (a pair of bases that shares no more is left out),
        ``overlap_share`` (of the smaller base) and ``overlap_mu``.

    Returns
    -------
    DataFrame
        A row a pair of bases, in order of ``base`` and ``other`` (their numbers; base < other
        within one batch): ``mu`` shared, the same land once; ``share`` of the smaller base;
        ``grave``, whether that is more than tolerated; and of the two records that share the most
        ``left``, ``right`` and their ``shared`` geometry.
    """
    tolerances, against = policy.tolerances, others or bases
    numbers = np.column_stack([bases.base[pairs["left"]], against.base[pairs["right"]]])
    if others is None:
        numbers = np.sort(numbers, axis=1)
    told = pairs[["left", "right", "mu", "shared"]].assign(base=numbers[:, 0], other=numbers[:, 1])
    if others is None:
        told = told[told["base"] != told["other"]]
    two = ["base", "other"]
    told = told.sort_values([*two, "mu"], ascending=[True, True, False], kind="stable")
    judged = told.drop_duplicates(two).set_index(two)
    for pair, records in told[told.duplicated(two, keep=False)].groupby(two):
        whole = shapely.union_all(records["shared"].to_numpy())
        judged.loc[pair, "mu"] = to_mu(areas_m2(np.array([whole], dtype=object)))[0]
    judged = judged[judged["mu"] > tolerances["overlap_ignored_mu"]].reset_index()
    smaller = np.minimum(bases.mu[judged["base"]], against.mu[judged["other"]])
    judged["share"] = _ratio(judged["mu"].to_numpy(), smaller)
    judged["grave"] = (judged["share"] > tolerances["overlap_share"]) | (
        judged["mu"] > tolerances["overlap_mu"]
    )
    return judged


def _mu_at(geometries: Geometries, positions: Ints) -> Floats:
    """亩 of geometries at some positions, each measured once."""
    asked, place = np.unique(positions, return_inverse=True)
    return to_mu(areas_m2(geometries[asked]))[place]


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, np.where(whole > 0, whole, np.inf))
