"""Pieces of a layer that lie within bases, and where the layer's own shapes lie on each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from herbgis.geo.geodesy import Flags, Floats, Ints, areas_m2
from herbgis.geo.land import land
from herbgis.geo.systems import Geometries
from herbgis.measuring.shared_areas import shared_areas_m2

#: DE-9IM: neighbours that only touch share no inside (OGC 06-103r4).
_INSIDES_MEET = "T********"
#: Shapes of more vertices are halved until none has more, so that a base meets few of them; what is
#: as narrow as this, some metres, is not.
_MOST_VERTICES, _NARROW_DEG = 1024, 1e-4
#: How often an edge between two shapes is walked.
_FORTH_AND_BACK = 2
#: A base all of whose places lie in equally many shapes has them once, or at least twice.
_MORE_THAN_ONCE = 1.5


@dataclass(frozen=True, eq=False)
class Pieces:
    """What bases and a layer's shapes share.

    Attributes
    ----------
    base, shape : array of int, shape (k,)
        Positions; a base and a shape that share nothing have no piece.
    m2 : array of float, shape (k,)
    twice : array of bool, shape (bases,)
        Whether pieces of a base may lie on each other. Where not, their areas add up.
    """

    base: Ints
    shape: Ints
    m2: Floats
    twice: Flags


def pieces_within(bases: Geometries, shapes: Geometries) -> Pieces:
    """Pieces of a layer within bases.

    Parameters
    ----------
    bases : array of valid polygons, shape (n,)
        Longitude and latitude on CGCS2000; None is allowed.
    shapes : array of geometries, shape (m,)
        Of these, broken or not, the land counts that they enclose.
    """
    tree = shapely.STRtree(bases)
    about = np.unique(tree.query(shapes)[0])
    cut, source = _cut_large(land(shapes[about]))
    part, base = tree.query(cut)
    shapely.prepare(bases)
    whole = shapely.covers(bases[base], cut[part])
    meets = whole.copy()
    meets[~whole] = shapely.intersects(bases[base[~whole]], cut[part[~whole]])
    part, base, whole = part[meets], base[meets], whole[meets]
    asked, place = np.unique(part, return_inverse=True)
    near = cut[asked]
    m2 = np.empty(len(part))
    m2[whole] = areas_m2(near)[place[whole]]
    m2[~whole] = shared_areas_m2(bases, near, base[~whole], place[~whole])
    kept = m2 > 0
    base, place, m2 = base[kept], place[kept], m2[kept]
    twice = np.zeros(len(bases), dtype=bool)
    doubtful = _bases_in_doubt(bases, near, base, m2)
    twice[_bases_with_overlaps(near, base, place, doubtful)] = True
    return Pieces(base, about[source[asked[place]]], m2, twice)


def _cut_large(shapes: Geometries) -> tuple[Geometries, Ints]:
    """Shapes of few vertices, and the position of that which each was cut from.

    They are cut along meridians, which are geodesics: along a parallel the halves would each have
    an edge of their own where they meet, with land between.
    """
    done: list[Geometries] = []
    of: list[Ints] = []
    left, source = shapes, np.arange(len(shapes))
    while len(left):
        west, _, east, _ = shapely.bounds(left).T
        large = (shapely.get_num_coordinates(left) > _MOST_VERTICES) & (east - west > _NARROW_DEG)
        done.append(left[~large])
        of.append(source[~large])
        left, source = left[large], source[large]
        west, south, east, north = shapely.bounds(left).T
        middle = (west + east) / 2
        halves = shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)
        left = land(np.concatenate([shapely.intersection(left, half) for half in halves]))
        source = np.tile(source, len(halves))
        some = ~shapely.is_missing(left)
        left, source = left[some], source[some]
    return np.concatenate([*done, shapes[:0]]), np.concatenate([*of, np.arange(0)])


def _bases_in_doubt(bases: Geometries, near: Geometries, base: Ints, m2: Floats) -> Ints:
    """Bases in which shapes may lie on each other; in all others they surely do not.

    Where each edge within a base is walked once this way and once the other, as neighbours of a
    land survey do, every place of the base lies in equally many shapes: how many, their areas tell.
    """
    added = np.bincount(base, weights=m2, minlength=len(bases))
    above = np.flatnonzero(added > areas_m2(bases) * _MORE_THAN_ONCE)
    alone = _edges_without_counterpart(near)
    line, meets = shapely.STRtree(bases).query(alone)
    meets = meets[shapely.intersects(bases[meets], alone[line])]
    several = np.flatnonzero(np.bincount(base, minlength=len(bases)) > 1)
    return np.intersect1d(np.union1d(above, meets), several)


def _edges_without_counterpart(shapes: Geometries) -> Geometries:
    """Edges that no other edge follows from its end to its start, as lines."""
    rings, part = shapely.get_rings(shapely.get_parts(shapes), return_index=True)
    lonlat, ring = shapely.get_coordinates(rings, return_index=True)
    is_hole = np.r_[False, part[1:] == part[:-1]][: len(rings)]
    turned = (shapely.is_ccw(rings) == is_hole)[ring]
    first = np.flatnonzero(ring[:-1] == ring[1:])
    number = _numbers(lonlat)
    start, end = number[first], number[first + 1]
    low, high = np.minimum(start, end), np.maximum(start, end)
    order = np.argsort(low ^ (high << np.uint64(1)), kind="stable")
    low, high = low[order], high[order]
    back = ((start > end) ^ turned[first])[order]
    same = np.r_[False, (low[1:] == low[:-1]) & (high[1:] == high[:-1])][: len(order)]
    run = np.cumsum(~same) - 1
    balance = np.bincount(run, weights=np.where(back, -1.0, 1.0))
    paired = (np.bincount(run) == _FORTH_AND_BACK) & (balance == 0)
    alone = first[order[~paired[run]]]
    ends = np.stack([lonlat[alone], lonlat[alone + 1]], axis=1)
    return np.asarray(shapely.linestrings(ends), dtype=object)


def _numbers(lonlat: Floats) -> npt.NDArray[np.uint64]:
    """One number of 64 mixed bits a vertex; two that differ practically never share theirs."""
    bits = (lonlat + 0.0).view(np.uint64)
    number = np.zeros(len(lonlat), dtype=np.uint64)
    for column in range(bits.shape[1]):
        number = (number ^ bits[:, column]) * np.uint64(0x9E3779B97F4A7C15)
        number ^= number >> np.uint64(29)
    return number * np.uint64(0xBF58476D1CE4E5B9)


def _bases_with_overlaps(near: Geometries, base: Ints, place: Ints, doubtful: Ints) -> Ints:
    """Those of the bases in doubt that have two shapes which lie on each other."""
    asked = np.isin(base, doubtful)
    some = np.unique(place[asked])
    left, right = shapely.STRtree(near[some]).query(near[some])
    once = left < right
    left, right = some[left[once]], some[right[once]]
    meet = shapely.relate_pattern(near[left], near[right], _INSIDES_MEET)
    involved = np.zeros(len(near), dtype=bool)
    involved[left[meet]] = involved[right[meet]] = True
    count = np.bincount(base[asked & involved[place]], minlength=1)
    return np.flatnonzero(count > 1)
