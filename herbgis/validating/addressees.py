"""Whom findings go back to: the unit that a record states, or else that of its folder or place."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.foundation.language import tr
from herbgis.reading.counties import tidy_counties
from herbgis.terms import columns as cols
from herbgis.terms.policy import Policy
from herbgis.terms.reporting_units import NO_UNIT, is_some_office, unit_titles

#: What stands between the folders of a path, and the members of an archive.
_PARTS = re.compile(r"[/\\]")
_BY_FOLDER = "按文件夹名“{name}”"
_BY_PLACE = "按所在的县"
_BY_BASE = "按同一编号的另一条"


def addressees(
    bases: gpd.GeoDataFrame, policy: Policy, counties: gpd.GeoDataFrame | None = None
) -> pd.DataFrame:
    """The unit that each record goes back to.

    Parameters
    ----------
    bases : GeoDataFrame
        Records or bases, with ``base_id`` and ``source_file``.
    policy : Policy
    counties : GeoDataFrame, optional
        Tell where a record lies that neither states its unit nor lies in a folder of one.

    Returns
    -------
    DataFrame
        Index of the records; ``unit`` as printed, and ``why`` where the record does not state it.
        A record is not changed by this: that its unit is missing stays a finding.
    """
    units = pd.Series(unit_titles(bases, policy), index=bases.index, dtype="str")
    why = pd.Series("", index=bases.index, dtype="str")
    steps: tuple[Callable[[], pd.DataFrame], ...] = (
        lambda: _by_base(bases, units),
        lambda: _by_folder(bases, policy),
        lambda: _by_place(bases, counties),
        lambda: _by_base(bases, units),
    )
    stated = units.copy()
    units = units.mask(units.map(is_some_office), NO_UNIT)
    for step in steps:
        if not units.eq(NO_UNIT).any():
            break
        guess = step()
        wanting = (units == NO_UNIT) & (guess["unit"] != "")
        names = [policy.title_of("county", name) for name in guess["unit"]]
        # Whole columns: the oldest pandas puts no list into some rows of a column of texts.
        units = cols.typed(np.where(wanting, names, units), "text", units.index)
        why = cols.typed(np.where(wanting, guess["why"], why), "text", why.index)
    return pd.DataFrame({"unit": units.mask(units.eq(NO_UNIT), stated), "why": why})


def _guesses(index: pd.Index, units: Sequence[str], why: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame({"unit": list(units), "why": list(why)}, index=index, dtype="str")


def _by_base(bases: gpd.GeoDataFrame, units: pd.Series) -> pd.DataFrame:
    """The one unit that other records of the base state."""
    ids = bases["base_id"] if "base_id" in bases else pd.Series(bases.index, index=bases.index)
    stated = units[units != NO_UNIT].groupby(ids).agg(["nunique", "first"])
    one = stated.loc[stated["nunique"] == 1, "first"]
    found = ["" if pd.isna(unit) else unit for unit in ids.map(one.to_dict())]
    return _guesses(bases.index, found, [tr(_BY_BASE) if unit else "" for unit in found])


def _by_folder(bases: gpd.GeoDataFrame, policy: Policy) -> pd.DataFrame:
    """The unit or county that a record's file, or the nearest folder about it, is named after."""
    names = {file: _unit_of_path(file, policy) for file in bases["source_file"].dropna().unique()}
    found = [names.get(file, ("", "")) for file in bases["source_file"]]
    why = [tr(_BY_FOLDER, name=part) if part else "" for _, part in found]
    return _guesses(bases.index, [unit for unit, _ in found], why)


def _unit_of_path(path: str, policy: Policy) -> tuple[str, str]:
    for part in reversed(_PARTS.split(path)):
        for word in (part, part.partition(".")[0]):
            unit = policy.canonical("reporting_unit", word) or policy.canonical("county", word)
            if unit is not None:
                return policy.title_of("reporting_unit", unit), word
    return "", ""


def _by_place(bases: gpd.GeoDataFrame, counties: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """The county that a point inside a record's land lies in."""
    found = pd.Series("", index=bases.index, dtype="str")
    if counties is not None and len(bases):
        named = tidy_counties(counties).to_crs(bases.crs)
        points = bases.geometry.representative_point()
        drawn = ~(points.is_empty | points.isna())
        at, own = shapely.STRtree(named.geometry.to_numpy()).query(
            points[drawn].to_numpy(), predicate="within"
        )
        labels = bases.index[drawn.to_numpy()][at]
        found.loc[labels] = named["county"].to_numpy()[own]
    return _guesses(bases.index, found, [tr(_BY_PLACE) if unit else "" for unit in found])
