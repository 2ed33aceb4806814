"""Repair: what can be mended without a decision, each change with its 亩 before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.foundation.language import tr
from herbgis.foundation.units import round_mu, to_mu
from herbgis.geo.geodesy import CGCS2000, areas_m2
from herbgis.geo.land import land
from herbgis.geo.systems import Geometries
from herbgis.measuring.areas import measure
from herbgis.measuring.records import base_mu, group_records
from herbgis.terms import columns as cols
from herbgis.terms.issues import Place
from herbgis.terms.policy import Policy
from herbgis.validating.mending.mending import mend
from herbgis.validating.rules.context import Places
from herbgis.validating.rules.misplaced import RELOCATED
from herbgis.validating.rules.shape import outlines_of_others

#: Columns of the table of changes.
CHANGE_COLUMNS = (
    *("source_file", "source_layer", "source_row", "base_id"),
    *("code", "change", "applied", "mu_before", "mu_after", "why"),
)
_MOVED = "移回正确位置"
_ACROSS = "修复会使基地由“{before}”变为“{after}”, 须由人决定"


@dataclass(frozen=True)
class Repair:
    """A batch repaired.

    Attributes
    ----------
    bases : GeoDataFrame
        The base table with what was mended, measured anew.
    changes : GeoDataFrame
        A row a change: which record, the code it answers, what was done, whether it was applied,
        亩 before and after, why not; ``before`` and ``geometry``, the record's shapes.
    """

    bases: gpd.GeoDataFrame
    changes: gpd.GeoDataFrame


def repair(given: gpd.GeoDataFrame, bases: gpd.GeoDataFrame, policy: Policy) -> Repair:
    """Mend every record of a validated batch as far as no decision is needed.

    A repair that would take a base across a threshold is proposed, and not made.

    Parameters
    ----------
    given, bases : GeoDataFrame
        The base table before validation, and the report's; the same rows.
    policy : Policy
    """
    placed = _geometry(bases)
    # What lay in the wrong place had an area there; what could not be placed had none.
    before = np.where(shapely.is_missing(_geometry(given)), placed, _geometry(given))
    after, changes = placed.copy(), _relocations(bases, _geometry(given), placed)
    # The outline of another record's polygon, made a polygon, would be its land again.
    outlines = outlines_of_others(placed)
    for record in np.flatnonzero(~shapely.is_missing(placed)).tolist():
        if record in outlines:
            continue
        for step in mend(placed[record], policy.tolerances):
            was, after[record] = after[record], step.shape
            changes.append(_Change(record, step.code, step.words, was, step.shape))
    across = _across_thresholds(bases, before, after, policy)
    held = list(across)
    after[held] = before[held]
    mended = bases.drop(columns="blocked_by").set_geometry(
        gpd.GeoSeries(after, index=bases.index, crs=CGCS2000)
    )
    waiting = bases["raw_geometry"].where(shapely.is_missing(after))
    mended["raw_geometry"] = cols.typed(waiting, "text", bases.index)
    places = Places(bases)
    rows = [change.as_row(places[change.record], across.get(change.record)) for change in changes]
    table = pd.DataFrame(rows, columns=[*CHANGE_COLUMNS, "before", "geometry"])
    return Repair(measure(mended, policy=policy), gpd.GeoDataFrame(table, crs=CGCS2000))


def _geometry(table: gpd.GeoDataFrame) -> Geometries:
    return np.asarray(table.geometry.array, dtype=object)


@dataclass(frozen=True)
class _Change:
    """A record's geometry before and after one thing was mended."""

    record: int
    code: str
    words: str
    before: shapely.Geometry | None
    after: shapely.Geometry

    def as_row(self, place: Place, why_not: str | None) -> dict[str, Any]:
        """A row of the table of changes."""
        mu_before, mu_after = _mu([self.before, self.after])
        return {
            "source_file": place.file,
            "source_layer": place.layer,
            "source_row": place.row,
            "base_id": place.base_id,
            "code": self.code,
            "change": tr(self.words),
            "applied": why_not is None,
            "mu_before": mu_before,
            "mu_after": mu_after,
            "why": why_not or "",
            "before": self.before,
            "geometry": self.after,
        }


def _mu(shapes: list[shapely.Geometry | None]) -> list[float]:
    """亩 of shapes to 0.01; NaN where there is none."""
    whole = land(np.array(shapes, dtype=object))
    mu = np.where(shapely.is_missing(whole), np.nan, to_mu(areas_m2(whole)))
    return [float(each) for each in round_mu(mu)]


def _relocations(bases: gpd.GeoDataFrame, before: Geometries, placed: Geometries) -> list[_Change]:
    """Records whose location was wrong from a cause that has a name."""
    return [
        _Change(record, code, _MOVED, before[record], placed[record])
        for record, codes in enumerate(bases["blocked_by"])
        for code in codes
        if code in RELOCATED and placed[record] is not None
    ]


def _across_thresholds(
    bases: gpd.GeoDataFrame, before: Geometries, after: Geometries, policy: Policy
) -> dict[int, str]:
    """Records of bases that the repair would take across a threshold, and what is said of it."""
    tables = (
        bases.set_geometry(gpd.GeoSeries(shapes, index=bases.index, crs=CGCS2000))
        for shapes in (before, after)
    )
    groups = [group_records(table) for table in tables]
    was, now = (round_mu(base_mu(group)) for group in groups)
    found: dict[int, str] = {}
    for number in np.flatnonzero(~np.isnan(was)):
        tiers = [policy.tier_title(policy.tier_reached(float(mu[number]))) for mu in (was, now)]
        if tiers[0] != tiers[1]:
            words = tr(_ACROSS, before=tr(tiers[0]), after=tr(tiers[1]))
            found |= {int(r): words for r in np.flatnonzero(groups[0].base == number)}
    return found
