"""Patterns worth a look: no defect of a record, but what an experienced eye would ask about."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from herbgis.foundation.language import tr
from herbgis.geo.land import land
from herbgis.measuring.distances import distance_km
from herbgis.terms.reporting_units import in_policys_order
from herbgis.validating.addressees import addressees
from herbgis.validating.rules.context import Context

PATTERN_COLUMNS = ("pattern", "reporting_unit", "base_id", "figure", "words")
#: A unit's bases exactly at a threshold are a pattern from this many on.
_LEAST_EXACT = 3


def by_unit(context: Context) -> pd.DataFrame:
    """A row a unit: bases, declared and surveyed 亩 of those that have both, 核减率.

    核减率 is (declared - surveyed) / declared.
    """
    units = _units(context)
    both = ~np.isnan(context.base_declared_mu) & ~np.isnan(context.base_mu)
    table = pd.DataFrame(
        {
            "reporting_unit": units[context.grouped.first],
            "bases": 1,
            "declared_mu": np.where(both, context.base_declared_mu, 0.0),
            "surveyed_mu": np.where(both, context.base_mu, 0.0),
        }
    )
    summed = table.groupby("reporting_unit").sum()
    summed = summed.loc[in_policys_order(summed.index, context.policy)].reset_index()
    declared = summed["declared_mu"].where(summed["declared_mu"] > 0)
    summed["reduction"] = (declared - summed["surveyed_mu"]) / declared
    return summed


def _units(context: Context) -> npt.NDArray[np.object_]:
    """The unit of each record."""
    told = addressees(context.bases, context.policy, context.counties)
    return np.asarray(told["unit"], dtype=object)


def find_patterns(context: Context, units: pd.DataFrame) -> pd.DataFrame:
    """What is worth a look, a row each."""
    own = _units(context)
    rows = [*_reductions(context, units), *_exact(context, own), *_carried(context, own)]
    return pd.DataFrame(rows, columns=list(PATTERN_COLUMNS))


def _reductions(context: Context, units: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    allowed = context.policy.tolerances["area_mismatch_share"]
    for row in units[units["reduction"].abs() > allowed].itertuples():
        words = tr(
            "上报合计 {declared_mu:.2f} 亩, 实测合计 {surveyed_mu:.2f} 亩",
            declared_mu=row.declared_mu,
            surveyed_mu=row.surveyed_mu,
        )
        yield tr("核减率偏大"), row.reporting_unit, None, f"{row.reduction:+.1%}", words


def _exact(context: Context, units: npt.NDArray[np.object_]) -> Iterator[tuple[object, ...]]:
    """Units with several bases declared as exactly a threshold."""
    of_base = units[context.grouped.first]
    thresholds = [tier.threshold_mu for tier in context.policy.tiers]
    exact = np.isin(context.base_declared_mu, thresholds)
    for unit in sorted(set(of_base)):
        count, of_unit = int(exact[of_base == unit].sum()), int((of_base == unit).sum())
        if count >= _LEAST_EXACT:
            words = tr(
                "{of_unit} 个基地中有 {count} 个上报面积恰为规模线", of_unit=of_unit, count=count
            )
            yield tr("上报恰为规模线"), unit, None, f"{count / of_unit:.0%}", words


def _carried(context: Context, units: npt.NDArray[np.object_]) -> Iterator[tuple[object, ...]]:
    """Bases that the ledger knows under their id, somewhere else."""
    if context.against is None:
        return
    shapes = land(np.asarray(context.against.geometry.array, dtype=object))
    known: dict[str, list[shapely.Geometry]] = {}
    for base_id, shape in zip(context.against["base_id"], shapes, strict=True):
        known.setdefault(base_id, []).append(shape)
    for number, base_id in enumerate(context.grouped.ids):
        now = context.grouped.geometry[number]
        then = shapely.union_all(known.get(str(base_id), []))
        if now is None or shapely.is_empty(then) or shapely.intersects(now, then):
            continue
        away = distance_km(now, then)
        unit = units[int(context.grouped.first[number])]
        words = tr("台账里同一编号的基地不在这里, 请核对是否换了地")
        yield tr("同编号换了地方"), unit, base_id, f"{away:.1f} km", words
