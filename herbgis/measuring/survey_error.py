"""How far a survey's vertex errors let an area stray: its standard deviation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from herbgis.geo.flat_rings import FlatRings, Singles, rings_of, vertex_counts
from herbgis.geo.geodesy import Floats, Ints
from herbgis.geo.systems import Geometries
from herbgis.measuring.corners import corners_of

#: Rings of like size are taken together, to so many vertices that they stay in the cache.
_VERTICES_AT_ONCE = 65_536
_VERTICES_IN_STEP = 16_384
_SIZE_STEP = 2
#: Correlations below this are none, and so vertices farther apart than this many lengths.
_LEAST = np.float32(1e-6)
_REACH = 13.8


def area_sigmas_m2(
    geometry: Geometries, sigma_m: Floats, correlation_m: Floats, *, tolerance_m: float
) -> Floats:
    """Standard deviation in m² of polygons' areas, from the errors of their vertices.

    Parameters
    ----------
    geometry : array of polygons, shape (n,)
        Longitude and latitude on CGCS2000.
    sigma_m : array of float, shape (n,)
        Standard deviation of a vertex, along either axis.
    correlation_m : array of float, shape (n,)
        Errors of vertices s metres apart along a ring, the shorter way, correlate as
        exp(-s/correlation_m); 0 is independence.
    tolerance_m : float
        Vertices this close to the line between their neighbours are dropped first, so that a
        denser track does not make an area look surer.

    Notes
    -----
    Error propagation: an area moves with vertex i by ½(y₍ᵢ₊₁₎−y₍ᵢ₋₁₎) east and ½(x₍ᵢ₋₁₎−x₍ᵢ₊₁₎)
    north, so the variance is σ² times the quadratic form of these with the correlations; for
    independent errors ½·σ·√Σ((xᵢ₊₁−xᵢ₋₁)²+(yᵢ₊₁−yᵢ₋₁)²). The products of two errors add
    ½σ⁴Σ(1−ρ²) over the edges, ρ being the correlation of an edge's ends: all other products cancel
    under an exponential correlation. It tells where edges are hardly longer than σ.
    """
    rings, owner = rings_of(geometry)
    variance = np.zeros(len(rings))
    for some in _of_like_size(vertex_counts(rings), _VERTICES_AT_ONCE):
        base = owner[some]
        variance[some] = _variances(rings[some], sigma_m[base], correlation_m[base], tolerance_m)
    return np.sqrt(np.bincount(owner, weights=variance, minlength=len(geometry)))


def _variances(
    rings: Geometries, sigma_m: Floats, correlation_m: Floats, tolerance_m: float
) -> Floats:
    """Variance in m⁴ of the areas of rings."""
    flat = FlatRings.of(rings)
    kept = corners_of(flat, tolerance_m)
    count = np.add.reduceat(kept, flat.starts[:-1], dtype=np.int64)
    levers = _Levers.of(flat.x[kept], flat.y[kept], count)
    linear, products = levers.independent()
    bound, short = correlation_m > 0, levers.perimeters_m() <= 2 * _REACH * correlation_m
    for is_short in (True, False):
        members = np.flatnonzero(bound & (short == is_short))
        for group in _of_one_size(count[members]):
            some = members[group]
            linear[some], products[some] = levers.correlated(
                some, correlation_m[some], short=is_short
            )
    return np.asarray(sigma_m**2 * (linear + sigma_m**2 * products))


@dataclass(frozen=True)
class _Levers:
    """How an area moves with each corner, ring after ring.

    Attributes
    ----------
    east, north : array of float32, shape (c + 1,)
        m² a metre; behind the last corner a zero.
    step_m : array of float32, shape (c + 1,)
        To the next corner; behind the last a zero.
    starts, count : array of int, shape (r,)
        Where each ring's corners begin, and how many they are.
    """

    east: Singles
    north: Singles
    step_m: Singles
    starts: Ints
    count: Ints

    @classmethod
    def of(cls, x: Singles, y: Singles, count: Ints) -> _Levers:
        """Levers of open rings."""
        starts = np.r_[0, np.cumsum(count)]
        ahead_x, ahead_y = (_ahead(values, starts) for values in (x, y))
        ahead_x -= x
        ahead_y -= y
        behind_x, behind_y = (_behind(steps, starts) for steps in (ahead_x, ahead_y))
        step = np.hypot(ahead_x, ahead_y)
        behind_x += ahead_x
        behind_y += ahead_y
        half, end = np.float32(0.5), np.zeros(1, dtype=np.float32)
        return cls(
            np.concatenate([behind_y * half, end]),
            np.concatenate([behind_x * half, end]),
            np.concatenate([step, end]),
            starts[:-1],
            count,
        )

    def independent(self) -> tuple[Floats, Floats]:
        """What σ² and σ⁴ are multiplied with for each ring, its vertices erring each for itself."""
        squares = self._sums(self.east * self.east + self.north * self.north)
        return squares, self.count / 2

    def perimeters_m(self) -> Floats:
        """Length of each ring."""
        return self._sums(self.step_m)

    def _sums(self, values: Singles) -> Floats:
        """Sum of each ring's values; 0 for a ring without corners."""
        sums = np.add.reduceat(values, np.minimum(self.starts, len(values) - 1))
        return np.asarray(np.where(self.count > 0, sums, 0.0), dtype=float)

    def correlated(
        self, rings: Ints, correlation_m: Floats, *, short: bool
    ) -> tuple[Floats, Floats]:
        """What σ² and σ⁴ are multiplied with for rings of one size, neighbours erring alike.

        With levers gᵢ (east and north) and correlations ρᵢⱼ of the vertices' errors, σ² is
        multiplied with ΣᵢΣⱼ ρᵢⱼ·gᵢ·gⱼ, which is 2·(½Σᵢ gᵢ² + Σ over pairs of ρᵢⱼ·gᵢ·gⱼ). The pairs
        are summed by how many corners lie between their ends, for all rings at once: first every
        corner with the next, then every corner with the one after, and so on.

        Parameters
        ----------
        rings : array of int, shape (r,)
            Positions of rings whose corners `_of_one_size` fills up to one number.
        correlation_m : array of float, shape (r,)
        short : bool
            Whether on these rings the way back around may be the shorter one.
        """
        if len(rings) == 1:  # numpy adds up a single column in another order
            both = self.correlated(rings.repeat(2), correlation_m.repeat(2), short=short)
            return both[0][:1], both[1][:1]
        east, north, step_m = self._side_by_side(rings)
        steps = step_m / correlation_m.astype(np.float32)
        neighbours, around = np.exp(-steps), np.exp(-steps.sum(axis=0))
        squares = (1 - neighbours * neighbours).sum(axis=0) / 2
        total = (east * east + north * north).sum(axis=0) / 2
        east_twice, north_twice = _twice(east), _twice(north)
        size = len(east)
        of_pair, of_north = np.empty_like(east), np.empty_like(east)
        for lag, likeness in _likeness_by_lag(neighbours, around, short=short):
            np.multiply(east, east_twice[lag : lag + size], out=of_pair)
            np.multiply(north, north_twice[lag : lag + size], out=of_north)
            of_pair += of_north
            of_pair *= likeness
            pairs = of_pair.sum(axis=0)
            # Halfway around, every pair is met from either end.
            total += pairs / 2 if short and 2 * lag == size else pairs
        return np.maximum(2 * total.astype(float), 0.0), squares.astype(float)

    def _side_by_side(self, rings: Ints) -> tuple[Singles, Singles, Singles]:
        """East, north and steps of rings of one size, shape (size, rings).

        A ring with fewer corners is filled up with the zeros behind the last corner of all, which
        weigh nothing and lie at no distance.
        """
        size = int(_filled(self.count[rings[:1]])[0])
        place = np.arange(size)[:, None]
        nothing = len(self.east) - 1
        at = np.where(place < self.count[rings], self.starts[rings] + place, nothing)
        return self.east[at], self.north[at], self.step_m[at]


def _likeness_by_lag(
    neighbours: Singles, around: Singles, *, short: bool
) -> Iterator[tuple[int, Singles]]:
    """How the error of each corner correlates with that of the corner so many places on.

    Errors an s apart along the ring correlate as exp(-s/ℓ), so that along a way of several steps
    the correlations of the steps multiply.

    Parameters
    ----------
    neighbours : array of float32, shape (size, rings)
        Correlation of each corner with the next.
    around : array of float32, shape (rings,)
        What is left of it once around the ring.
    short : bool
        On short rings the shorter way counts, ahead or back around, and lags go half around; on
        long ones lags go ahead as far as anything is left.

    Yields
    ------
    int, array of float32, shape (size, rings)
        The lag, from 1 on, and the correlations; the array is written anew for each.
    """
    size = len(neighbours)
    neighbours_twice = _twice(neighbours)
    ahead, likeness = np.ones_like(neighbours), np.empty_like(neighbours)
    for lag in range(1, size // 2 + 1 if short else size):
        ahead *= neighbours_twice[lag - 1 : lag - 1 + size]
        if short:
            back = np.divide(around, ahead, out=likeness)
            np.maximum(back, ahead, out=likeness)
        else:
            np.multiply(ahead, ahead >= _LEAST, out=likeness)
            if not likeness.any():
                return
        yield lag, likeness


def _ahead(values: Singles, starts: Ints) -> Singles:
    """The next value around each ring."""
    ahead = np.empty_like(values)
    ahead[:-1] = values[1:]
    full = starts[:-1] < starts[1:]
    ahead[starts[1:][full] - 1] = values[starts[:-1][full]]
    return ahead


def _behind(values: Singles, starts: Ints) -> Singles:
    """The previous value around each ring."""
    behind = np.empty_like(values)
    behind[1:] = values[:-1]
    full = starts[:-1] < starts[1:]
    behind[starts[:-1][full]] = values[starts[1:][full] - 1]
    return behind


def _twice(values: Singles) -> Singles:
    """Rings gone around twice, so that what lies ahead of any corner is one slice."""
    return np.concatenate([values, values])


def _filled(count: Ints) -> Ints:
    return -(-count // _SIZE_STEP) * _SIZE_STEP


def _of_like_size(size: Ints, at_once: int) -> Iterator[Ints]:
    """Positions by size, and of not much more than so much in all."""
    order = np.argsort(size, kind="stable")
    begin = 0
    while begin < len(order):
        end = begin + max(1, at_once // max(1, int(size[order[begin]])))
        yield order[begin:end]
        begin = end


def _of_one_size(size: Ints) -> Iterator[Ints]:
    """Positions in groups that are filled up to the same size."""
    filled = _filled(size)
    order = np.argsort(filled, kind="stable")
    for same in np.split(order, np.flatnonzero(np.diff(filled[order])) + 1):
        if len(same):
            at_once = max(1, _VERTICES_IN_STEP // max(1, int(filled[same[0]])))
            yield from np.split(same, range(at_once, len(same), at_once))
