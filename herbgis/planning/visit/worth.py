"""What makes a choice of stops good: a rule in points, and what bases earn under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.foundation.errors import HerbgisError
from herbgis.foundation.language import listed, tr
from herbgis.terms.calls import checking
from herbgis.terms.policy import Policy

#: Columns in which a base says yes or no of itself, and the words for a yes.
FLAGS = {
    "certified": "已认证",
    "traceable": "可追溯",
    "technical_standard": "有技术规程",
    "unified_seed": "统一供种",
}
#: Points and minutes are reckoned in whole hundredths, so that equal sums are equal.
HUNDREDTHS = 100


@checking
@dataclass(frozen=True)
class VisitRule:
    """What makes a choice of stops good, in points; our own practice, which no document prescribes.

    A choice is worth what its varieties and counties are worth, each once, and what each base is
    worth by itself. By default a base's own points are at most 100 and `MOST_STOPS` of them at
    most 1,200, so that no quality outweighs a variety or a county more.

    Attributes
    ----------
    variety : mapping of str to int
        For the first base of a variety, by the variety's group; a name that is in no catalogue may
        be a misspelt one of those already there, and is worth nothing.
    county : int
        For the first base in a county.
    tier : int
        For a base of the highest tier; of a lower one its share (the first of two tiers: half).
    certified, traceable, technical_standard, unified_seed : int
        For a column that says yes; a text that says anything else is shown and not judged.
    sure : int
        For an area that no threshold lies near.
    contiguous : int
        For a base in one block; otherwise the largest block's share of it.
    in_season : int
        For a base where something is known to stand in the field in the month of the visit.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> rule = hg.VisitRule(county=0, contiguous=0)  # 县区不同不加分, 连片也不加分
    >>> hg.choose_visit(bases, stops=3, rule=rule).worth
    18150.0
    """

    variety: Mapping[str, int] = field(
        default_factory=lambda: {"key": 6000, "encouraged": 4000, "other": 2000}
    )
    county: int = 4000
    tier: int = 40
    certified: int = 10
    traceable: int = 10
    technical_standard: int = 5
    unified_seed: int = 5
    sure: int = 10
    contiguous: int = 10
    in_season: int = 10

    def __post_init__(self) -> None:
        """Raise HerbgisError for points below nothing, which the exact method does not hold for."""
        own = {name: value for name, value in vars(self).items() if name != "variety"}
        below = [name for name, value in {**own, **self.variety}.items() if value < 0]
        if below:
            msg = tr("观摩点的分值不能是负数: {names}。", names=listed(below))
            raise HerbgisError(msg)


def score_bases(table: gpd.GeoDataFrame, rule: VisitRule, policy: Policy) -> pd.DataFrame:
    """What each base is worth under a rule, in points to the hundredth."""
    known = ["" if policy.group_of(v) == "unknown" else v for v in table["variety"]]
    firsts = [rule.variety.get(policy.group_of(v), 0) if v else 0 for v in known]
    rank = table["tier"].cat.codes.to_numpy(dtype=float) / len(policy.tiers)
    share = (table["contiguous_mu"] / table["counted_mu"]).fillna(0.0).clip(0, 1)
    scores = pd.DataFrame(
        {
            "variety": pd.Series(known, index=table.index, dtype="str"),
            "county": table["county"].astype("str"),
            "variety_points": firsts,
            "county_points": np.where(table["county"] == "", 0, rule.county),
        }
    )
    own: dict[str, Any] = {
        "tier": rule.tier * rank,
        **{
            name: getattr(rule, name) * (table[name] == "yes") if name in table else 0
            for name in FLAGS
        },
        "sure": rule.sure * (table["verdict"] == "sure") if "verdict" in table else 0,
        "contiguous": rule.contiguous * share,
        "in_season": rule.in_season * (table["season"] != ""),
    }
    for name, points in own.items():
        scores[name] = np.round(np.asarray(points, dtype=float) * HUNDREDTHS) / HUNDREDTHS
    scores["own"] = np.round(scores[list(own)].sum(axis=1), 2)
    return scores


def worth_of(scores: pd.DataFrame, chosen: Sequence[str]) -> int:
    """What a choice is worth, in hundredths of a point."""
    rows = scores.loc[list(chosen)]
    firsts = sum(
        int(rows.drop_duplicates(name)[f"{name}_points"].sum()) for name in ("variety", "county")
    )
    return firsts * HUNDREDTHS + sum(hundredths(rows["own"]))


def hundredths(values: pd.Series) -> list[int]:
    """Points in whole hundredths."""
    return [round(value * HUNDREDTHS) for value in values.tolist()]
