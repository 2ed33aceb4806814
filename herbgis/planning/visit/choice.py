"""The best choice of stops, and who stands in for each."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from herbgis.planning.visit.joins import best_joins
from herbgis.planning.visit.worth import HUNDREDTHS, hundredths


def best_choice(scores: pd.DataFrame, count: int, must: Sequence[str]) -> list[str]:
    """The ids of the best choice of so many bases, sorted; of equals the one whose ids come first.

    A base joins its variety to its county, and only the first join of either earns its points:
    the best choice is a flow of so many units from varieties to counties, exactly.

    Parameters
    ----------
    scores : DataFrame
        As `score_bases` gives it, in order of ids.
    count : int
        How many, at most all.
    must : sequence of str
        Ids that are among them in any case, at most so many.
    """
    bases = len(scores)
    varieties, counties = (_points_of_first(scores, name) for name in ("variety", "county"))
    own = hundredths(scores["own"])
    # A base that must be there earns more than all points together, so that it comes first.
    wanted = sum(own) + sum(varieties.values()) + sum(counties.values()) + 1
    gains = [
        _above_ties(points + wanted * (base in must), bases) + _tie_bit(position, bases)
        for position, (base, points) in enumerate(zip(scores.index, own, strict=True))
    ]
    joins = list(zip(scores["variety"], scores["county"], gains, strict=True))
    left, right = (
        {node: _above_ties(points, bases) for node, points in firsts.items()}
        for firsts in (varieties, counties)
    )
    return [scores.index[number] for number in best_joins(joins, left, right, count)]


def _points_of_first(scores: pd.DataFrame, name: str) -> dict[str, int]:
    """What the first base of each variety, or county, earns, in hundredths of a point."""
    points = scores[f"{name}_points"].to_numpy()
    return {n: int(p) * HUNDREDTHS for n, p in zip(scores[name], points, strict=True)}


def _tie_bit(position: int, bases: int) -> int:
    """What a base earns below all points, by its position among the ids in order.

    It settles which of two choices of equal points is taken. Each base has a binary digit of its
    own, the first base the highest one. The digits of a choice make a number whose ones are its
    bases; so of two choices that one has the larger number whose ids, sorted, come first.
    """
    return 1 << (bases - 1 - position)


def _above_ties(points: int, bases: int) -> int:
    """Points moved up by as many binary digits as there are bases, so that theirs lie below.

    All those digits together are less than one hundredth of a point then. Whole numbers of Python
    have as many digits as they need.
    """
    return points << bases


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
