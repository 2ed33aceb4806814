"""Scores of polygons on rated land."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from herbgis.geo.geodesy import Floats
from herbgis.geo.systems import Geometries
from herbgis.planning.land.footprints import Footprints
from herbgis.planning.land.rating import HUNDREDTHS, UNLIMITED, Land, Rating
from herbgis.planning.land.windows import cut_window, window_around

#: Windows in which the cells of a polygon are rated.
_BLOCK = 512
#: Shares are sums of areas, which are not exact.
_NOISE = 1e-9


class Tally:
    """Scores of pieces of land, summed over their cells window by window."""

    def __init__(self, land: Land, pieces: int) -> None:
        self._land = land
        varieties, limits = len(land.varieties), len(land.limits)
        self._area = np.zeros(pieces)
        self._suited = np.zeros((varieties, pieces))
        self._lost = np.zeros((varieties, pieces, limits))

    def add(self, pieces: npt.NDArray[np.int32], rating: Rating, row_m2: Floats) -> None:
        """Count the cells of a window; pieces are numbered from 1."""
        inside = np.flatnonzero(pieces)
        number = pieces.ravel()[inside] - 1
        weight = np.repeat(row_m2, pieces.shape[1])[inside]
        count, limits = len(self._area), self._lost.shape[2]
        self._area += np.bincount(number, weight, count)
        place = number * limits
        for position in sorted(set(self._land.alike)):
            score = rating.scores[position].ravel()[inside]
            at = place + rating.limiting[position].ravel()[inside]
            lost = np.bincount(at, weight * (HUNDREDTHS - score), count * limits)
            suits = score >= self._land.least
            self._suited[position] += np.bincount(number[suits], weight[suits], count)
            self._lost[position] += lost.reshape(count, limits)

    def result(self) -> tuple[Floats, npt.NDArray[np.object_]]:
        """Scores and what limits, shape (pieces, varieties); NaN for a piece without cells."""
        with np.errstate(invalid="ignore"):
            mean = 1 - self._lost.sum(axis=2) / self._area / HUNDREDTHS
            suited = self._suited / self._area
        scores = np.where(suited < self._land.rules.least_share - _NOISE, 0.0, mean)
        worst = self._lost.argmax(axis=2)
        worst[self._lost.max(axis=2) == 0] = self._land.limits.index(UNLIMITED)
        alike = np.array(self._land.alike, dtype=np.intp)
        return scores[alike].T, np.array(self._land.limits, dtype=object)[worst[alike]].T


def score_polygons(polygons: Geometries, land: Land) -> tuple[Floats, npt.NDArray[np.object_]]:
    """Scores of polygons in longitude and latitude by the cells whose middle they hold.

    Returns
    -------
    array of float, array of str, shape (n, varieties)
        NaN where a polygon holds no cell, or lies beyond the DEM.
    """
    scores = np.full((len(polygons), len(land.varieties)), np.nan)
    limiting = np.full(scores.shape, UNLIMITED, dtype=object)
    for number, polygon in enumerate(polygons):
        own = Footprints.of(np.array([polygon], dtype=object), land.dem)
        tally = Tally(land, 1)
        reached = window_around(shapely.total_bounds(own.cells), land.dem.shape)
        for window in cut_window(reached, _BLOCK):
            held = own.holding(*window)
            if held.any():
                rating = land.rate(*window, spare_bases=False)
                tally.add(held.astype(np.int32), rating, land.cell_m2[window[0]])
        scores[number], limiting[number] = (part[0] for part in tally.result())
    return scores, limiting
