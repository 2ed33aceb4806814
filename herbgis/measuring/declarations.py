"""What was declared for a base, and by how much it may differ from the survey."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from herbgis.foundation.units import to_mu
from herbgis.geo.geodesy import Flags, Floats, Ints
from herbgis.measuring.areas import method_errors_m
from herbgis.measuring.chances import UNDECIDED_SIGMAS
from herbgis.measuring.distances import perimeters_m
from herbgis.measuring.records import Bases
from herbgis.terms.policy import Policy


@dataclass(frozen=True)
class Declared:
    """The declared area of each base.

    Attributes
    ----------
    mu : array of float, shape (b,)
        亩; NaN where none was declared.
    by_parcel : array of bool, shape (b,)
        Whether all records declare the same and the sum was taken, as the survey tells.
    """

    mu: Floats
    by_parcel: Flags


def tolerated_mu(table: pd.DataFrame, bases: Bases, surveyed: Floats, policy: Policy) -> Floats:
    """By how many 亩 a declared area may differ from the surveyed one, as the policy judges it.

    Parameters
    ----------
    table : DataFrame, n rows
        Base table.
    bases : Bases
        The same, grouped.
    surveyed : array of float, shape (b,)
        亩.
    policy : Policy

    Returns
    -------
    array of float, shape (b,)
    """
    if policy.mismatch_by == "share":
        return policy.tolerances["area_mismatch_share"] * surveyed
    return tolerated_by_perimeter(table, bases, np.arange(len(bases.ids)), policy)


def tolerated_by_perimeter(table: pd.DataFrame, bases: Bases, some: Ints, policy: Policy) -> Floats:
    """What a strip along the boundary of some bases holds, 亩; NaN without a polygon.

    As wide as the policy says, or as the vertex error of the survey method where that is less; of a
    base whose records were surveyed in several ways, the widest.
    """
    sigma, _ = method_errors_m(table["survey_method"], len(table), policy)
    width = np.zeros(len(bases.ids))
    drawn = ~bases.listed
    np.maximum.at(width, bases.base[drawn], UNDECIDED_SIGMAS * sigma[drawn])
    width = np.minimum(width[some], policy.tolerances["area_mismatch_width_m"])
    return to_mu(width * perimeters_m(bases.geometry[some]))


def declared_areas(
    declared_mu: pd.Series, bases: Bases, surveyed: Floats, tolerated: Floats
) -> Declared:
    """The area that each base declares, 亩.

    A value equal on all records is the base's, once; unless their sum agrees with the survey and
    the one value does not: then each parcel declared its own.

    Parameters
    ----------
    declared_mu : Series of float, length n
        Of the records.
    bases : Bases
    surveyed : array of float, shape (b,)
        Surveyed 亩 of the bases; NaN without a polygon.
    tolerated : array of float, shape (b,)
        亩 by which a declared area may differ from the surveyed one and still agree.
    """
    once, summed = amounts_of_bases(declared_mu, bases), _sums_of_bases(declared_mu, bases)
    # Where nothing was surveyed or declared, neither agrees.
    fits_once, fits_summed = (np.abs(mu - surveyed) <= tolerated for mu in (once, summed))
    by_parcel = fits_summed & ~fits_once
    return Declared(np.where(by_parcel, summed, once), by_parcel)


def declaring(values: pd.Series, bases: Bases) -> Flags:
    """Records whose declared value is their base's: the rows of a list where these state one.

    A list states a base's whole, and the parcels drawn for it are not to be added on top. Nor is
    what was stated with an earlier production year, where a later one states it again.
    """
    given = np.asarray(values.notna(), dtype=bool)
    by_list = _any_of_base(given & bases.listed, bases)
    again = _any_of_base(given & ~bases.earlier, bases)
    return np.asarray((bases.listed | ~by_list) & ~(bases.earlier & again))


def _any_of_base(records: Flags, bases: Bases) -> Flags:
    """Of each record whether any of its base is among some."""
    found = np.bincount(bases.base[records], minlength=len(bases.ids)) > 0
    return np.asarray(found[bases.base])


def amounts_of_bases(values: pd.Series, bases: Bases) -> Floats:
    """What was declared for each base: a value equal on all its records once, else their sum."""
    grouped = _by_base(values, bases)
    equal = (grouped.min() == grouped.max()) & (grouped.count() == grouped.size())
    return np.asarray(grouped.min().where(equal, _sums_of_bases(values, bases)), dtype=float)


def _sums_of_bases(values: pd.Series, bases: Bases) -> Floats:
    return np.asarray(_by_base(values, bases).sum(min_count=1), dtype=float)


def _by_base(values: pd.Series, bases: Bases) -> pd.api.typing.SeriesGroupBy:
    frame = pd.DataFrame({"base": bases.base, "value": values.to_numpy(dtype=float)})
    return frame[declaring(values, bases)].groupby("base")["value"]
