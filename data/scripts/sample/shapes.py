"""Terraced parcels of an exact area, drawn at random."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import shapely

from sample.common import Floats
from sample.plan import Plan

#: Rows and columns of parcels, at most six.
LAYOUTS = ((1, 1), (1, 2), (2, 1), (3, 1), (2, 2), (3, 2))


@dataclass(frozen=True)
class Waves:
    """A smooth line of height about ±1: five sines of falling length and random phase."""

    lengths: Floats
    phases: Floats

    @classmethod
    def draw(cls, rng: np.random.Generator, length: float) -> Waves:
        parts = np.array([1.6, 0.9, 0.5, 0.27, 0.15])
        return cls(parts * rng.uniform(0.8, 1.2, 5) * length, rng.uniform(0, 2 * np.pi, 5))

    def at(self, x: Floats) -> Floats:
        weights = self.lengths / self.lengths.sum() * 1.8
        angles = 2 * np.pi * x[:, None] / self.lengths + self.phases
        return np.asarray((weights * np.sin(angles)).sum(axis=1))


def _draw_layout(rng: np.random.Generator, plan: Plan, area: float) -> tuple[int, int]:
    if plan.layout:
        return plan.layout
    if plan.hole:
        return ((1, 1), (2, 1))[rng.integers(2)]
    fitting = [pair for pair in LAYOUTS if area / (pair[0] * pair[1]) > 18_000]
    if plan.scattered:
        fitting = [pair for pair in fitting if pair != (1, 1)]
    return fitting[rng.integers(len(fitting))]


def _taper(rows: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Draw the two sides of a parcel together towards its ends, as terraces run out."""
    low, high = rows
    middle, half = (low + high) / 2, (high - low) / 2
    pull = np.ones_like(half)
    pull[:3] = pull[:-4:-1] = (0.32, 0.78, 0.95)
    return middle - half * pull, middle + half * pull


def _ring(x: Floats, low: Floats, high: Floats) -> Floats:
    return np.vstack([np.column_stack([x, low]), np.column_stack([x, high])[::-1]])


def _hole(rng: np.random.Generator, ring: Floats) -> Floats:
    """A village in the middle of a parcel, about a ninth of it, in the parcel's own coordinates."""
    half = len(ring) // 2
    n = half // 2
    low, high = ring[n, 1], ring[-n - 1, 1]
    turn = np.linspace(0, 2 * np.pi, 13, endpoint=False)
    radius = 1 + 0.12 * np.sin(3 * turn + rng.uniform(0, 6)) + rng.uniform(-0.05, 0.05, 13)
    wide, tall = 0.15 * np.ptp(ring[:, 0]), 0.24 * (high - low)
    return np.column_stack(
        [
            ring[n, 0] + wide * radius * np.cos(turn),
            (low + high) / 2 + tall * radius * np.sin(turn),
        ]
    )


def terraces(rng: np.random.Generator, plan: Plan, area: float) -> list[shapely.Polygon]:
    """Parcels along the contour lines of a slope, about `area` square metres together.

    Rows lie between wavy lines that share their x positions, so rings cannot cross each other;
    then the whole is bent along the slope. In metres, long side along x, middle near the origin.
    """
    rows, columns = _draw_layout(rng, plan, area)
    aspect = rng.uniform(1.5, 2.4) * (1.25 if columns == 2 else 1.0)
    if plan.where == "across":
        aspect = 6.6
    length, height = np.sqrt(area * aspect), np.sqrt(area / aspect)
    gap = 0.0 if plan.touching else rng.uniform(2.0, 12.0)
    stretches = _stretches(rng, columns, length, rows * columns, gap)
    lines = _lines(rng, np.concatenate(stretches), rows, height, length)
    slope = Waves.draw(rng, length)
    spread = rng.uniform(70, 170, 2) if plan.scattered else np.zeros(2)

    def lay(ring: Floats, row: int, column: int) -> Floats:
        bent = np.column_stack([ring[:, 0], ring[:, 1] + 0.05 * length * slope.at(ring[:, 0])])
        return bent + spread * (column, row)

    parcels: list[shapely.Polygon] = []
    for column, x in enumerate(stretches):
        own = slice(column * len(x), (column + 1) * len(x))
        for row, (low, high) in enumerate(itertools.pairwise(lines)):
            # Rows end unevenly, but only at the outer ends: across a column they stay together.
            start = rng.integers(2) if column == 0 else 0
            end = len(x) - (rng.integers(2) if column == columns - 1 else 0)
            part = slice(start, end)
            sides = _taper((low[own][part] + gap / 2, high[own][part] - gap / 2))
            ring = _ring(x[part], *sides)
            holes = [lay(_hole(rng, ring), row, column)] if plan.hole and not parcels else []
            parcels.append(shapely.Polygon(lay(ring, row, column), holes))
    return parcels


def _stretches(
    rng: np.random.Generator, columns: int, length: float, parcels: int, gap: float
) -> list[Floats]:
    """Positions along the slope of each column's vertices, uneven as people walk them."""
    count = int(rng.integers(15, 25 if parcels > 3 else 36) / (1 if columns == 1 else 1.2))
    ends = np.linspace(-length / 2, length / 2, columns + 1)
    stretches = []
    for column in range(columns):
        start = ends[column] + (gap / 2 if column else 0)
        end = ends[column + 1] - (gap / 2 if column < columns - 1 else 0)
        x = np.linspace(start, end, count)
        x[1:-1] += rng.uniform(-0.25, 0.25, count - 2) * (x[1] - x[0])
        stretches.append(x)
    return stretches


def _lines(
    rng: np.random.Generator, x: Floats, rows: int, height: float, length: float
) -> list[Floats]:
    """The contour lines between rows; neighbours never come nearer than half a row."""
    row = height / rows
    lines = []
    for n in range(rows + 1):
        wave = np.clip(Waves.draw(rng, length).at(x), -1.2, 1.2) * 0.15 * row
        _, place = np.unique(x, return_inverse=True)
        # One roughness a place, so that columns without a gap share their common end.
        rough = rng.normal(0, 0.012, len(x)).clip(-0.03, 0.03)[place] * row
        lines.append((n - rows / 2) * row + wave + rough)
    return lines
