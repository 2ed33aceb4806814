"""Geometries at random, of every kind that shapely can hold: sound, broken, empty, absurd."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import shapely

from tests.helpers.make import LAT, LON

_Maker: TypeAlias = Callable[[np.random.Generator], shapely.Geometry | None]

_EMPTY = (
    *(shapely.Point(), shapely.LineString(), shapely.LinearRing(), shapely.Polygon()),
    *(shapely.MultiPoint(), shapely.MultiLineString(), shapely.MultiPolygon()),
    shapely.GeometryCollection(),
)


def _vertices(rng: np.random.Generator, count: int) -> np.ndarray:
    """Vertices within a kilometre; on a coarse grid often, where many are one or on one line."""
    spread = rng.integers(0, 5, (count, 2)) / 500 if rng.random() < 0.6 else rng.random((count, 2))
    return np.array([LON, LAT]) + spread * rng.choice([1e-7, 1e-3, 0.01, 1.0])


def _around(rng: np.random.Generator) -> np.ndarray:
    """Vertices in order around a middle, which cross nowhere."""
    angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 12))))
    middle = np.array([LON, LAT]) + rng.uniform(-0.02, 0.02, 2)
    return middle + rng.uniform(1e-4, 0.01) * np.column_stack([np.cos(angles), np.sin(angles)])


def _ring(rng: np.random.Generator) -> np.ndarray:
    """A ring, closed: sound, at random, there and back, of one point; turning either way."""
    way = rng.integers(0, 5)
    if way < 2:
        corners = _around(rng)
    elif way < 4:
        corners = _vertices(rng, int(rng.integers(3, 9)))
    else:
        corners = _vertices(rng, int(rng.integers(1, 3)))[[0, -1, 0]]
    return np.vstack([corners, corners[:1]])[:: rng.choice([1, -1])]


def _polygon(rng: np.random.Generator) -> shapely.Polygon:
    """A polygon, its holes within, on its border, outside, its shell again, or without points."""
    shell = _ring(rng)
    middle, holes = shell.mean(axis=0), []
    while rng.random() < 0.4:
        smaller = middle + (shell - middle) * rng.choice([0.3, 0.9, 1.0, 1.5])
        holes.append([_ring(rng), smaller, shell + rng.choice([0.0, 0.001]), []][rng.integers(4)])
    return shapely.Polygon(shell, holes)


def _multipolygon(rng: np.random.Generator) -> shapely.MultiPolygon:
    parts = [_polygon(rng) for _ in range(rng.integers(1, 4))]
    if rng.random() < 0.3:
        parts.insert(int(rng.integers(len(parts) + 1)), shapely.Polygon())
    if rng.random() < 0.3:
        parts.append(parts[0])
    return shapely.MultiPolygon(parts)


def _line(rng: np.random.Generator) -> shapely.LineString:
    return shapely.LineString(_ring(rng) if rng.random() < 0.5 else _vertices(rng, 5))


def _points(rng: np.random.Generator) -> shapely.Geometry:
    points = shapely.MultiPoint(_vertices(rng, int(rng.integers(1, 4))))
    return shapely.get_parts(points)[0] if rng.random() < 0.5 else points


def _lines(rng: np.random.Generator) -> shapely.Geometry:
    lines = [_line(rng) for _ in range(rng.integers(1, 4))]
    return shapely.MultiLineString(lines) if rng.random() < 0.5 else shapely.LinearRing(_ring(rng))


def _collection(rng: np.random.Generator) -> shapely.GeometryCollection:
    kinds: tuple[_Maker, ...] = (_polygon, _multipolygon, _line, _points, _empty, _collection)
    made = [kinds[rng.integers(len(kinds))](rng) for _ in range(rng.integers(1, 4))]
    return shapely.GeometryCollection(made)


def _empty(rng: np.random.Generator) -> shapely.Geometry:
    return _EMPTY[rng.integers(len(_EMPTY))]


def _absurd(rng: np.random.Generator) -> shapely.Geometry:
    """A polygon, line or point, one or all of whose coordinates are absurd."""
    shape = (_polygon, _polygon, _line, _points)[rng.integers(4)](rng)
    odd = rng.choice([np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324, 1e-300, 0.0, 1e20])
    at_edge = [(LON, 90.0), (LON, -90.0), (180.0, LAT), (200.0, LAT), (-540.0, LAT)]

    def spoil(lonlat: np.ndarray) -> np.ndarray:
        way, where = rng.integers(0, 5), rng.integers(len(lonlat))
        if way == 0:
            lonlat[where] = at_edge[rng.integers(len(at_edge))]
        elif way == 1:
            lonlat[where, rng.integers(2)] = odd
        elif way == 2:
            lonlat[:] = odd
        elif way == 3:
            lonlat -= lonlat.mean(axis=0) - at_edge[rng.integers(2)]
        else:
            lonlat = (lonlat - lonlat.mean(axis=0)) * rng.choice([1e-320, 1e-18, 1e4, 1e300])
        return lonlat

    if shapely.is_empty(shape) or shapely.get_type_id(shape) > 2:
        shell = spoil(_ring(rng)[:-1])
        shell[0] = np.where(np.isnan(shell[0]), (LON, LAT), shell[0])  # or no ring would close
        return shapely.Polygon(shell, [_ring(rng)] if rng.random() < 0.3 else [])
    return shapely.transform(shape, spoil)


def _deep(rng: np.random.Generator) -> shapely.Geometry:
    return shapely.force_3d(_polygon(rng), rng.choice([0.0, 100.0]))


def _missing(_: np.random.Generator) -> None:
    return None


#: Makers of geometries by what they make.
KINDS: dict[str, _Maker] = {
    "polygon": _polygon,
    "multipolygon": _multipolygon,
    "line": _line,
    "lines": _lines,
    "points": _points,
    "collection": _collection,
    "empty": _empty,
    "absurd": _absurd,
    "deep": _deep,
    "missing": _missing,
}


def odd_shapes(rng: np.random.Generator, count: int) -> list[shapely.Geometry | None]:
    """So many geometries; what is polygonal, and what is absurd, more often than the rest."""
    names = [*KINDS, *["polygon", "multipolygon", "absurd"] * 4]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what NumPy and shapely say of absurd coordinates
        return [KINDS[names[rng.integers(len(names))]](rng) for _ in range(count)]
