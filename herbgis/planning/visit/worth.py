"""What makes a choice of stops good, who may be chosen, and the best choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.counting.marks import is_eligible, is_verified
from herbgis.foundation.errors import HerbgisError, UnknownNameError
from herbgis.planning.visit.joins import best_joins
from herbgis.planning.visit.roads import MOST_STOPS
from herbgis.terms.policy import Policy

FLAGS = {
    "certified": "已认证",
    "traceable": "可追溯",
    "technical_standard": "有技术规程",
    "unified_seed": "统一供种",
}
#: Points and minutes are reckoned in whole hundredths, so that equal sums are equal.
HUNDREDTHS = 100


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
            msg = f"观摩点的分值不能是负数: {'、'.join(below)}。"
            raise HerbgisError(msg)


def reasons_against(table: gpd.GeoDataFrame, policy: Policy) -> pd.Series:
    """Why each base cannot be a stop, empty where it can: the first reason that applies."""
    rule = policy.counting
    marks = {
        "类别或类型不计入": ~is_eligible(table, rule),
        "在建、拟建或状态不明": table["status"] != "built",
        "有须整改的问题": table["blocked_by"].map(bool).astype(bool),
        "没有图斑": table.geometry.isna() | table.geometry.is_empty,
    }
    verified = np.logical_or.reduce(
        [is_verified(table, tier, rule, policy).to_numpy(dtype=bool) for tier in policy.tiers]
    )
    marks["核定面积不到规模线"] = pd.Series(~verified, index=table.index)
    reasons = pd.Series("", index=table.index, dtype="str")
    for reason, mark in marks.items():
        reasons = reasons.mask(mark.astype(bool) & (reasons == ""), reason)
    return reasons


@dataclass(frozen=True)
class Wishes:
    """What the caller asks for, held against the bases there are."""

    stops: int
    must: tuple[str, ...]
    never: tuple[str, ...]
    ordered: bool


def tidy_wishes(
    ids: pd.Index,
    reasons: pd.Series,
    stops: int,
    must: Iterable[str],
    never: Iterable[str],
    order: Sequence[str] | None,
) -> Wishes:
    """The wishes, or an error that says which cannot be met."""
    banned = tuple(dict.fromkeys(never))
    wanted = tuple(dict.fromkeys(must)) if order is None else tuple(order)
    for base in (*wanted, *banned):
        if base not in ids:
            raise UnknownNameError("基地", base, ids)
    count = stops if order is None else len(wanted)
    if not 1 <= count <= MOST_STOPS and order is None:
        msg = f"观摩点要 1 至 {MOST_STOPS} 个, 给的是 {count} 个。"
        raise HerbgisError(msg)
    faults = {
        "顺序里重复的": [base for base, times in Counter(wanted).items() if times > 1],
        "又要去又不去的": [base for base in wanted if base in banned],
        "不能作观摩点的": [f"{b} ({reasons[b]})" for b in wanted if reasons[b]],
        f"必去的多于 {count} 个": wanted if len(wanted) > count else [],
    }
    told = [f"{fault}: {'、'.join(found)}" for fault, found in faults.items() if found]
    if told:
        msg = f"观摩点的要求有矛盾。{'; '.join(told)}。请改 must、never、order 或 stops。"
        raise HerbgisError(msg)
    return Wishes(count, wanted, banned, order is not None)


def score_bases(table: gpd.GeoDataFrame, rule: VisitRule, policy: Policy) -> pd.DataFrame:
    """What each base is worth under a rule, in points to the hundredth."""
    known = [v if v in policy.varieties else "" for v in table["variety"]]
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
    return firsts * HUNDREDTHS + sum(_hundredths(rows["own"]))


def _hundredths(values: pd.Series) -> list[int]:
    return [round(value * HUNDREDTHS) for value in values.tolist()]


def best_choice(scores: pd.DataFrame, count: int, must: Sequence[str]) -> list[str]:
    """The ids of the best choice of so many bases, sorted.

    A base joins its variety to its county, and only the first join of either earns its points:
    the best choice is a flow of so many units from varieties to counties, exactly.
    """
    last = len(scores)
    firsts = (scores["variety_points"].to_numpy(), scores["county_points"].to_numpy())
    worth = [_node_worth(scores[n], p) for n, p in zip(("variety", "county"), firsts, strict=True)]
    own = _hundredths(scores["own"])
    # More than all points together, so that those that must be there come first.
    above = sum(own) + sum(sum(w.values()) for w in worth) + 1
    gains = [
        # Among equals the ids that sort first: a digit of their own below the points.
        ((gain + above * (base in must)) << last) + (1 << (last - 1 - number))
        for number, (base, gain) in enumerate(zip(scores.index, own, strict=True))
    ]
    left, right = ({node: value << last for node, value in w.items()} for w in worth)
    joins = list(zip(scores["variety"], scores["county"], gains, strict=True))
    return [scores.index[number] for number in best_joins(joins, left, right, count)]


def _node_worth(nodes: pd.Series, points: Any) -> dict[str, int]:
    return {n: int(p) * HUNDREDTHS for n, p in zip(nodes, points, strict=True)}


def stand_ins(scores: pd.DataFrame) -> dict[str, str]:
    """For each stop the base that is best in its place, the others staying.

    Of the stop's own county or variety where there is one, so that the day hardly changes.
    """
    chosen, spare = scores[scores["chosen"]], scores[~scores["chosen"]]
    found: dict[str, str] = {}
    for stop, row in chosen.iterrows():
        others = chosen.drop(index=stop)
        worth = spare["own"].copy()
        for name in ("variety", "county"):
            worth += spare[f"{name}_points"].where(~spare[name].isin(others[name]), 0)
        alike = [(spare[name] == row[name]) & (row[name] != "") for name in ("county", "variety")]
        near = worth[alike[0] | alike[1]]
        ranked = (near if len(near) else worth).round(2)
        if len(ranked):
            found[str(stop)] = str(ranked.idxmax())
    return found
