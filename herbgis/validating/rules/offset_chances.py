"""How likely chance alone would make a sound record look displaced by a map service.

The model is that of docs/decisions/0033-an-offset-needs-evidence.md; `benchmarks.false_causes`
measures its rates on records that it places itself.
"""

from __future__ import annotations

import math

#: An offset is named where chance would give what speaks for it at most this often.
MOST_BY_CHANCE = 1e-5
#: Offsets that are tried, each of which has its chance.
_OFFSETS = 2
#: Land that lies elsewhere than the ledger's lies anywhere within so many metres of it: somewhat
#: farther than an offset reaches.
REACH_M = 1500.0
#: Outlines are one where they share so much of the land that both cover, and their middles lie so
#: many metres apart; and how often two outlines of unrelated bases, put on each other, share as
#: much (measured: 1.2% and less than 0.02%).
_ONE_OUTLINE = ((0.97, 2.0, 1e-3), (0.9, 10.0, 0.02))
#: Outlines that share less are not one.
ONE_OUTLINE = min(share for share, _, _ in _ONE_OUTLINE)
#: How often a sound base lies clear of the county that it declares, and an offset undone would
#: bring it home: from a line that differs from ours (measured: 0.4%) or from a county written
#: wrongly (0.6% of these, if it is a neighbour).
_COMES_HOME = 0.01
#: How often a parcel that lies apart from its base's others would come beside them (measured: at
#: most 19.5%, by how far apart they lie).
COMES_BESIDE = 0.2


def of_outlines(known: int, alike: list[float], apart_m: list[float]) -> float:
    """Chance that records of one base, moved back, lie line by line on land of the ledger.

    One shift brings them there, by chance only if it ends in the small disc about the right place;
    that outlines are alike is another chance for each of them.

    Parameters
    ----------
    known : int
        Outlines of the ledger that would have done.
    alike : list of float
        Of each record, the shared part of the land that both cover.
    apart_m : list of float
        Of each record, the distance of the middles, metres.
    """
    chances = [1.0]
    for share, within_m, often in _ONE_OUTLINE:
        met = sum(s >= share and d <= within_m for s, d in zip(alike, apart_m, strict=True))
        if met:
            chances.append(known * (within_m / REACH_M) ** 2 * often**met)
    return min(1.0, _OFFSETS * len(_ONE_OUTLINE) * min(chances))


def of_homecomings(places: int, records: int) -> float:
    """Chance that records of a layer lie clear of their counties and would come home.

    Parameters
    ----------
    places : int
        How many, those near each other once: one wrong stretch of a line makes one error of them.
    records : int
        Records of the layer.
    """
    return min(1.0, _OFFSETS * binomial_tail(places, records, _COMES_HOME / _OFFSETS))


def of_joinings(joining: int, bases: int, often: float) -> float:
    """Chance that so many of a layer's bases with parcels apart would come together.

    Parameters
    ----------
    joining, bases : int
        Bases that do, of those with parcels apart.
    often : float
        How often one does when moved as far in another direction.
    """
    return min(1.0, _OFFSETS * binomial_tail(joining, bases, max(COMES_BESIDE, often)))


def binomial_tail(least: int, trials: int, chance: float) -> float:
    """Probability of `least` or more successes in independent trials."""
    if least <= 0:
        return 1.0
    if chance >= 1:
        return float(least <= trials)
    odds = math.log(chance), math.log1p(-chance)
    return math.fsum(
        math.exp(
            math.lgamma(trials + 1)
            - math.lgamma(hits + 1)
            - math.lgamma(trials - hits + 1)
            + hits * odds[0]
            + (trials - hits) * odds[1]
        )
        for hits in range(least, trials + 1)
    )
