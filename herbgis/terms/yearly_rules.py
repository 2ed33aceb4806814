"""What a policy says of plans over years: how long bases take, and land that must rest."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

#: Years at the head of a text such as 3-5, 约0.7(8个月) or 15(环剥,周期4年).
_YEARS = re.compile(r"\D?(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?")


@dataclass(frozen=True)
class YearsRule:
    """What a policy asks of each year of a plan.

    Attributes
    ----------
    building : int or None
        Years from the one in which a base is begun to the one in which it counts; None where
        nobody said.
    begun_most : float
        Bases founded and enlarged in a year at most; infinity where there is no limit.
    targets : mapping of int to mapping of str to int
        By year and tier.
    """

    building: int | None = None
    begun_most: float = math.inf
    targets: Mapping[int, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Rest:
    """How many years land rests after a crop that cannot follow itself.

    Attributes
    ----------
    rest : int
        Years from harvest until it may be planted with the crop again.
    grows : int or None
        Years from planting to harvest; None where the catalogue's figure says.
    """

    rest: int
    grows: int | None = None


def years_between(text: str) -> tuple[float, float] | None:
    """Least and most years that a text begins with; None where it begins with none.

    Examples
    --------
    >>> years_between("3-5"), years_between("约0.7(8个月)"), years_between("")
    ((3.0, 5.0), (0.7, 0.7), None)
    """
    found = _YEARS.match(text)
    if found is None:
        return None
    least = float(found[1])
    return least, float(found[2] or least)
