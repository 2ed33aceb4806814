"""CountingRule: one reading of what the plan's text leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.language import tr

#: Answers to what the plan leaves open.
AREAS = ("total", "contiguous")
YEARS = ("all", "built")


@dataclass(frozen=True)
class CountingRule:
    """One reading of the rules: what is held against the targets.

    Attributes
    ----------
    nested : bool
        Whether a base of a higher tier also counts in the lower ones.
    area : {'total', 'contiguous'}
        The whole counted area of a base, or its largest contiguous block.
    seedling : bool
        Whether seedling bases count.
    year : {'all', 'built'}
        All bases that stand, or those completed in the policy's year.
    least_part_mu : float
        Parts below this are not counted, 亩.
    same_variety : bool
        Whether a contiguous block is of parcels of one variety.
    mode_factors : mapping of str to float
        What one 亩 counts, by folded 种植模式; 1 where there is no entry.
    """

    nested: bool
    area: str
    seedling: bool
    year: str
    groups: tuple[str, ...]
    kinds: tuple[str, ...]
    seedling_kinds: tuple[str, ...]
    least_part_mu: float
    same_variety: bool
    mode_factors: Mapping[str, float]

    def __post_init__(self) -> None:
        """Refuse an answer that there is not, also in a rule made by `dataclasses.replace`."""
        for what, given, known in (("面积口径", self.area, AREAS), ("年份口径", self.year, YEARS)):
            if given not in known:
                raise UnknownNameError(tr(what), given, known)

    @property
    def counted_kinds(self) -> tuple[str, ...]:
        """Kinds of base that count under this reading."""
        return self.kinds + (self.seedling_kinds if self.seedling else ())
