"""Which rows of a table of boundary points are points, and of which plot and ring.

The standard 界址点成果表 has the length of each edge in a row between two points, titles above each
plot, and the first point again at its end; a sheet may hold several plots.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import shapely

from herbgis.foundation.units import fold
from herbgis.reading.formats.coordinates import Point
from herbgis.reading.formats.grids import Cell
from herbgis.reading.formats.plot_titles import PlotTitles, titles_of
from herbgis.reading.formats.rings import DRAWN_CLOSING_DEG, DRAWN_CLOSING_M
from herbgis.reading.formats.survey_file import Words
from herbgis.reading.understanding.cells import clean_text

#: More gaps between points than one in so many are how the table is laid out.
_POINTS_PER_GAP = 3


@dataclass(frozen=True, slots=True)
class PointRow:
    """A row with a boundary point.

    Attributes
    ----------
    point : tuple of float or None
        None where it cannot be read.
    label : str or None
        The number of the point, as J1.
    sheet_row : int
    """

    point: Point | None
    label: str | None
    sheet_row: int


@dataclass(frozen=True)
class PlotRows:
    """Rows of points by plot and ring, and what the titles of each plot say."""

    plot: list[int]
    ring: list[int]
    titles: list[PlotTitles]


def label_of(cell: Cell) -> str | None:
    """The number of a point as it is compared."""
    text = clean_text(cell)
    return fold(text) if text else None


def plots_of(
    points: Sequence[PointRow], titles: Mapping[int, Sequence[Cell]], words: Words
) -> PlotRows:
    """Tell the plots of a table apart that names no base in its rows.

    A plot begins where titles name another one, where the numbers of points begin again, and where
    the boundary before it was closed. A boundary inside a closed one is its hole.

    Parameters
    ----------
    points : sequence of PointRow
        In the order of the sheet.
    titles : mapping of int to cells
        Rows of the sheet, counted from 1, that are neither points nor headings.
    words : Words
    """
    result = PlotRows([], [], [])
    walk = _Walk(gaps_tell=_gaps_tell(points))
    before = 0
    for row in points:
        above = titles_of(
            (cells for at, cells in titles.items() if before < at < row.sheet_row), words
        )
        if not result.titles or walk.begins_plot(row, above, result.titles[-1], before):
            result.titles.append(above)
            walk.begin_plot()
        walk.add(row)
        result.plot.append(len(result.titles) - 1)
        result.ring.append(walk.ring)
        before = row.sheet_row
    return result


def _gaps_tell(points: Sequence[PointRow]) -> bool:
    """Whether blank rows part plots: where points have no numbers, and blanks are few."""
    rows = [row.sheet_row for row in points]
    gaps = sum(b - a > 1 for a, b in itertools.pairwise(rows))
    return all(row.label is None for row in points) and gaps * _POINTS_PER_GAP <= len(rows)


class _Walk:
    """The walk from point to point, with what was seen of the plot so far."""

    def __init__(self, *, gaps_tell: bool) -> None:
        self.ring = 0
        self._gaps_tell = gaps_tell
        self._rings: list[list[Point]] = [[]]
        self._labels: set[str] = set()

    def begin_plot(self) -> None:
        self.ring, self._rings, self._labels = 0, [[]], set()

    def begins_plot(self, row: PointRow, above: PlotTitles, known: PlotTitles, before: int) -> bool:
        """Whether a row is the first of another plot; one that begins a hole is not."""
        named = [title for title in above.identity if title]
        if named and above.identity != known.identity:
            return True
        again = row.label is not None and row.label in self._labels
        if self._is_closed():
            return again or not self._is_inside(row.point)
        if again and not self._closes(row.point):
            return True
        return self._gaps_tell and before > 0 and row.sheet_row - before > 1

    def add(self, row: PointRow) -> None:
        if self._is_closed():
            self.ring += 1
            self._rings.append([])
        if row.point is not None:
            self._rings[-1].append(row.point)
        if row.label is not None:
            self._labels.add(row.label)

    def _is_closed(self) -> bool:
        ring = self._rings[-1]
        return len(ring) > 3 and _meet(ring[0], ring[-1])

    def _closes(self, point: Point | None) -> bool:
        ring = self._rings[-1]
        return point is not None and len(ring) >= 3 and _meet(ring[0], point)

    def _is_inside(self, point: Point | None) -> bool:
        """Whether a point lies in the outline of the plot, so that a hole begins there."""
        if point is None:
            return True
        outline = shapely.Polygon(self._rings[0])
        return bool(outline.is_valid and outline.contains(shapely.Point(point)))


def _meet(one: Point, other: Point) -> bool:
    near = DRAWN_CLOSING_DEG if max(map(abs, one)) <= 180 else DRAWN_CLOSING_M
    return math.dist(one, other) <= near
