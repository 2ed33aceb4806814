"""Land rated as a whole, for areas that fit in memory: what windows must not change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from herbgis.planning.land.rating import HUNDREDTHS, MASKED, UNKNOWN, Bytes, Land, Rating
from herbgis.planning.land.siting import CLASSES
from herbgis.planning.land.windows import cut_window

#: The class of land that suits in none of `CLASSES`.
UNSUITABLE = "N"
#: No variety suits.
NO_VARIETY = 255
#: Into what the land of the region is counted.
_COUNTED = (*CLASSES, UNSUITABLE, MASKED, UNKNOWN)


@dataclass(frozen=True, eq=False)
class RatedLand:
    """Land as its best variety finds it.

    Attributes
    ----------
    best : array of uint8, shape (rows, columns)
        Hundredths of the best variety's suitability, 0 where masked or unknown.
    leading : array of uint8, shape (rows, columns)
        That variety's position; the first of several; 255 where none suits.
    shares : DataFrame
        A row a variety; share of the region's land in ``S1``, ``S2``, ``S3``, ``N``, ``masked``
        and ``unknown``.
    land : Land
    caveats : tuple of str
    """

    best: Bytes
    leading: Bytes
    shares: pd.DataFrame
    land: Land
    caveats: tuple[str, ...]


def rate_land(
    land: Land, *, block: int = 512, progress: Callable[[int, int], None] | None = None
) -> RatedLand:
    """Rate all land that is looked at, for every variety.

    Only the best score of each cell is kept, and shares by variety; scores of all varieties are
    had window by window from `Land.rate`.

    Parameters
    ----------
    land : Land
    block : int
        Rows and columns of a window; decides nothing but memory.
    progress : callable, optional
        Told how many windows are done, and of how many.
    """
    rows, columns = land.window
    best = np.zeros((rows.stop - rows.start, columns.stop - columns.start), dtype=np.uint8)
    leading = np.full_like(best, NO_VARIETY)
    # Cells a row, and not areas, so that no sum depends on the order of windows.
    counts = np.zeros((len(land.varieties), len(best), len(_COUNTED)), dtype=np.int64)
    windows = list(cut_window(land.window, block))
    for done, window in enumerate(windows, 1):
        rating = land.rate(*window)
        top, left = window[0].start - rows.start, window[1].start - columns.start
        here = slice(top, top + rating.within.shape[0]), slice(left, left + rating.within.shape[1])
        first = rating.scores.argmax(axis=0)
        best[here] = np.take_along_axis(rating.scores, first[None], axis=0)[0]
        leading[here] = np.where(best[here] >= land.least, first, NO_VARIETY)
        counts[:, here[0]] += _counted(rating, land)
        if progress:
            progress(done, len(windows))
    weighted = (counts * land.cell_m2[rows][:, None]).sum(axis=1)
    total = weighted.sum(axis=1, keepdims=True)
    shares = np.divide(weighted, total, out=np.zeros_like(weighted), where=total > 0)
    table = pd.DataFrame(shares, pd.Index(land.varieties, name="variety"), list(_COUNTED))
    return RatedLand(best, leading, table, land, land.caveats)


def _counted(rating: Rating, land: Land) -> npt.NDArray[np.int64]:
    """Cells of the region by variety, row and class."""
    cuts = [round(land.rules.classes[name] * HUNDREDTHS) for name in CLASSES]
    table = np.full((len(land.limits), HUNDREDTHS + 1), CLASSES.index(CLASSES[-1]) + 1)
    for number, cut in reversed(list(enumerate(cuts))):
        table[:, cut:] = number
    for name in (MASKED, UNKNOWN):
        table[land.limits.index(name)] = _COUNTED.index(name)
    classes = table.astype(np.uint8)[rating.limiting, rating.scores]
    return np.stack(
        [
            np.sum((classes == number) & rating.within, axis=2, dtype=np.int64)
            for number in range(len(_COUNTED))
        ],
        axis=2,
    )
