"""Colours of bases by any column: classes of numbers, or the most frequent words."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.language import tr
from herbgis.geo.geodesy import Floats
from herbgis.webmap import words
from herbgis.webmap.words import Wording

SCHEMES = ("quantile", "equal", "natural")
#: So many words have a colour of their own (--hg-hue-… in map.css), and so many classes of numbers
#: (--hg-step-…).
WORDS, CLASSES = 9, 7
#: Figures that a break between classes is written with.
_FIGURES = 3
#: Natural breaks are sought among so many values at most: of more, among so many quantiles, and
#: from there moved among all.
_VALUES = 500
_Places = int | npt.NDArray[np.intp]


@dataclass(frozen=True)
class Colouring:
    """A column's colour of each base, and what the colours mean.

    Attributes
    ----------
    title : str
        The column's heading.
    scale : {'step', 'hue'}
        Colours that go from light to dark, or that differ.
    places : tuple of int or None, shape (n,)
        The class of each row of the table; None without a value, and for words beyond those with a
        colour of their own.
    labels : tuple of str
        What each class is.
    rest : str or None
        What those without a class are, where there are any.
    """

    title: str
    scale: str
    places: tuple[int | None, ...]
    labels: tuple[str, ...]
    rest: str | None


def colouring_of(
    cells: pd.Series, title: str, *, scheme: str, classes: int, wording: Wording
) -> Colouring:
    """The colours of a column: by classes where all its cells are numbers, else by words.

    Parameters
    ----------
    cells : Series
        One cell a base.
    title : str
    scheme : {'quantile', 'equal', 'natural'}
    classes : int
        2 to 7.
    wording : Wording

    Raises
    ------
    UnknownNameError
        A scheme that there is not, or a number of classes that there are no colours for.
    """
    if scheme not in SCHEMES:
        raise UnknownNameError(tr("分级方法"), scheme, SCHEMES)
    if isinstance(classes, bool) or not isinstance(classes, int) or not 2 <= classes <= CLASSES:
        raise UnknownNameError(tr("分级数"), str(classes), [str(n) for n in range(2, CLASSES + 1)])
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        cells = cells.dt.year
    figures = pd.to_numeric(cells.astype(object), errors="coerce").to_numpy(float)
    figures = np.where(np.isfinite(figures), figures, np.nan)
    told = np.array([words.text(cell) is not None for cell in cells])
    if np.isnan(figures[told]).any() or not told.any():
        return _by_words(cells, title, wording)
    return _by_classes(figures, title, scheme, classes, wording)


def _by_classes(
    figures: Floats, title: str, scheme: str, classes: int, wording: Wording
) -> Colouring:
    known = figures[~np.isnan(figures)]
    distinct = np.unique(known)
    if len(distinct) <= classes:
        breaks, labels = distinct[1:], [_written(value) for value in distinct]
    else:
        step = _step(distinct)
        breaks = _readable(_breaks(known, scheme, classes), distinct, step)
        low, high = np.floor(distinct[0] / step) * step, np.ceil(distinct[-1] / step) * step
        ends = [_written(value) for value in (low, *breaks, high)]
        labels = [f"{begin}–{end}" for begin, end in itertools.pairwise(ends)]
    places = np.searchsorted(breaks, figures, side="right")
    return Colouring(
        title,
        "step",
        tuple(
            None if np.isnan(figure) else int(place)
            for figure, place in zip(figures, places, strict=True)
        ),
        tuple(labels),
        str(wording.texts["empty"]) if len(known) < len(figures) else None,
    )


def _by_words(cells: pd.Series, title: str, wording: Wording) -> Colouring:
    shown = wording.words(str(cells.name), cells)
    counted = Counter(word for word in shown if word is not None)
    ranked = sorted(counted, key=lambda word: (-counted[word], word))[:WORDS]
    place = {word: n for n, word in enumerate(ranked)}
    left = [word for word in counted if word not in place]
    empty = [str(wording.texts["empty"])] if None in shown else []
    others = [wording.texts["legend"]["other_words"].format(count=len(left))] if left else []
    rest = wording.texts["between"].join([*others, *empty])
    return Colouring(
        title,
        "hue",
        tuple(None if word is None else place.get(word) for word in shown),
        tuple(ranked),
        rest or None,
    )


def _breaks(known: Floats, scheme: str, classes: int) -> Floats:
    """Where a class ends and the next begins, classes - 1 values at most."""
    if scheme == "natural":
        return natural_breaks(known, classes)
    shares = np.linspace(0, 1, classes + 1)[1:-1]
    if scheme == "quantile":
        return np.asarray(np.quantile(known, shares), dtype=float)
    low, high = known.min(), known.max()
    return np.asarray(low + shares * (high - low), dtype=float)


def _step(distinct: Floats) -> float:
    """The last figure that a break is written with."""
    size = np.floor(np.log10(distinct[-1] - distinct[0]))
    return float(10.0 ** (size - _FIGURES + 1))


def _readable(breaks: Floats, distinct: Floats, step: float) -> Floats:
    """Breaks in few figures, each once; where that would empty a class, as they are."""
    rounded = np.unique(np.round(breaks / step) * step)
    for found in (rounded, np.unique(breaks)):
        inside: Floats = found[(found > distinct[0]) & (found <= distinct[-1])]
        held = np.unique(np.searchsorted(inside, distinct, side="right"))
        if len(held) == len(inside) + 1:
            return inside
    return np.asarray(inside[np.isin(np.arange(1, len(inside) + 1), held)])


def natural_breaks(values: Floats, classes: int) -> Floats:
    """The first value of each class but the lowest, squares within the classes being least.

    Parameters
    ----------
    values : array of float, shape (n,)
    classes : int

    Returns
    -------
    array of float
        Up to ``classes - 1`` values in order.

    Notes
    -----
    Fisher, W. D. (1958), On grouping for maximum homogeneity, J. Am. Stat. Assoc. 53, 789-798;
    cartographers know it by Jenks.
    """
    distinct, counts = np.unique(values, return_counts=True)
    sums = _Sums.of(distinct, counts)
    if len(distinct) <= _VALUES:
        return np.asarray(distinct[_best(sums, classes)])
    some = np.unique(np.quantile(values, np.linspace(0, 1, _VALUES), method="lower"))
    at = np.searchsorted(distinct, some)
    between = np.add.reduceat(counts, at)
    begins = at[_best(_Sums.of(some, between), classes)]
    return np.asarray(distinct[_moved(sums, begins.tolist())])


@dataclass(frozen=True)
class _Sums:
    """Sums over the lowest values, so that squares about the mean of any class are a difference."""

    number: Floats
    first: Floats
    second: Floats

    @classmethod
    def of(cls, values: Floats, counts: npt.NDArray[np.intp]) -> _Sums:
        shifted = values - values.mean()
        powers = (counts * shifted**power for power in (0, 1, 2))
        return cls(*(np.concatenate([[0.0], np.cumsum(power)]) for power in powers))

    def squares(self, begin: _Places, end: _Places) -> Floats:
        """Sums of squares about the mean of the values from one place to another."""
        count = self.number[end] - self.number[begin]
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(count > 0, (self.first[end] - self.first[begin]) ** 2 / count, 0.0)
        return np.asarray(np.maximum(self.second[end] - self.second[begin] - mean, 0.0))


def _best(sums: _Sums, classes: int) -> list[int]:
    """Where the classes but the lowest begin, by the least of all sums (dynamic programming)."""
    count = len(sums.number) - 1
    least = sums.squares(0, np.arange(count + 1))
    tables: list[list[int]] = []
    for _ in range(1, min(classes, count)):
        begins = [0] * (count + 1)
        better = least.copy()
        for end in range(1, count + 1):
            whole = least[:end] + sums.squares(np.arange(end), end)
            begins[end] = int(np.argmin(whole))
            better[end] = whole[begins[end]]
        tables.append(begins)
        least = better
    found, end = [], count
    for begins in reversed(tables):
        end = begins[end]
        found.append(end)
    return sorted({begin for begin in found if begin > 0})


def _moved(sums: _Sums, begins: list[int]) -> list[int]:
    """Begins of classes, each moved to where it is best between its neighbours, till all stay."""
    count = len(sums.number) - 1
    while True:
        moved = begins.copy()
        for n in range(len(moved)):
            low = moved[n - 1] if n else 0
            high = moved[n + 1] if n + 1 < len(moved) else count
            at = np.arange(low + 1, high)
            if len(at):
                moved[n] = int(at[np.argmin(sums.squares(low, at) + sums.squares(at, high))])
        if moved == begins:
            return moved
        begins = moved


def _written(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")
