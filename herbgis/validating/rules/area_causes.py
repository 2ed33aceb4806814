"""Why a declared area differs: the figures that people's mistakes would give, held against it.

A figure explains a declaration that falls into a window about it. The more figures and the wider
their windows, the likelier a declaration that was made for no such reason falls into one; so
figures are only tried as long as chance does that once in a hundred times at most. The model is
that of docs/decisions/0033-an-offset-needs-evidence.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from herbgis.validating.rules.area_figures import Cause, Family, Figure, Figures, Mismatched

#: Share of declarations, made for no reason that we know, that may be given one.
MOST_BY_CHANCE = 0.01
#: How densely such declarations lie: those above the surveyed area evenly over a quarter of it,
#: those below evenly down to nothing, those of more than double evenly by order of magnitude, over
#: e⁵.
_DENSITY_MORE, _DENSITY_LESS, _DENSITY_BY_ORDER = 4.0, 1.0, 0.2
#: Sides of the surveyed area on which a declaration may lie, as positions in this table.
_DENSITIES = (_DENSITY_LESS, _DENSITY_MORE, _DENSITY_BY_ORDER)
_FAR = 2


def causes_of(bases: Mismatched, *, by_hand: float) -> list[Cause | None]:
    """The mistake that explains each declared area; None where none does, or chance might.

    Parameters
    ----------
    bases : Mismatched
    by_hand : float
        Share of a figure by which it may be off where the area was measured another way.
    """
    figures = Figures(bases, by_hand)
    return [
        _cause_of(
            _Declared(
                float(bases.declared_mu[number]),
                float(bases.surveyed_mu[number]),
                float(bases.rounding_mu[number]),
                float(bases.tolerated_mu[number]),
            ),
            figures.of(number),
        )
        for number in range(len(bases.land))
    ]


@dataclass(frozen=True, slots=True)
class _Declared:
    """A declared area, and the surveyed one."""

    mu: float
    surveyed: float
    rounding: float
    tolerated: float

    def windows(self, figures: list[Figure], slack: float) -> list[Figure]:
        """Figures with what rounding and a slack add to them, on the side of what is declared.

        Those that would be no mismatch are left out.
        """
        side = self.side(self.mu)
        least, most = (self.surveyed + sign * self.tolerated for sign in (-1, 1))
        wide = (
            Figure(cause, low * (1 - slack) - self.rounding, high * (1 + slack) + self.rounding)
            for cause, low, high in figures
            if self.side((low + high) / 2) == side
        )
        return [figure for figure in wide if figure.low < least or figure.high > most]

    def chance(self, windows: list[Figure]) -> float:
        """How often a declaration on this side falls into one of the windows by chance."""
        side = self.side(self.mu)
        total = end = 0.0
        for _, low, high in sorted(windows, key=lambda figure: figure.low):
            if high > end:
                length = high - max(low, end)
                total += length / (high if side == _FAR else self.surveyed)
                end = high
        return total * _DENSITIES[side]

    def side(self, mu: float) -> int:
        """Where a figure lies: below the surveyed area, above, or at more than double."""
        return int(mu > self.surveyed) + int(mu > 2 * self.surveyed)


def _cause_of(declared: _Declared, families: Iterator[Family]) -> Cause | None:
    """The figure nearest to what is declared, of the first family that has one near.

    What is declared lies on one side of the surveyed area, and only figures there can be near it.
    """
    left = MOST_BY_CHANCE
    for family in families:
        for slack in family.slacks:
            windows = declared.windows(family.figures, slack)
            if not windows:
                break
            chance = declared.chance(windows)
            if chance > left:
                continue
            left -= chance
            near = [f for f in windows if f.low <= declared.mu <= f.high]
            if near:
                return min(near, key=lambda f: abs(2 * declared.mu - f.low - f.high)).cause
            break
    return None
