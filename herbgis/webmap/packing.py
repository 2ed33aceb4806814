"""What a layer shows, packed: columns of texts, outlines as differences, both compressed.

The page's script unpacks both again (assets/herbgis/unpacking.js). Outlines are for drawing alone:
no area and no number on the page is computed from them.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from herbgis.geo.geodesy import Floats, Ints
from herbgis.geo.systems import Geometries

#: Steps in a degree: five decimals, about a metre.
STEPS = 100_000
_TOLERANCE_DEG = 0.5 / STEPS
#: A column with fewer distinct texts than this share of its rows lists them once.
_REPEATING = 0.5
_GROUP_BITS = 7


@dataclass(frozen=True)
class Outlines:
    """Packed outlines: anchors, shapes in two streams, how many rings and vertices."""

    anchors: bytes
    low: bytes
    high: bytes
    rings: int
    vertices: int


def packed_block(value: Mapping[str, Any], outlines: Outlines) -> dict[str, str]:
    """A layer's data as texts for the page, each gzip in base64: ``json``, and the outlines' parts.

    The page needs shapes only from close by, and unpacks them then.
    """
    told = {**value, "rings": outlines.rings, "vertices": outlines.vertices}
    text = json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return {
        "json": _compressed(text.encode("utf-8", "replace")),
        "anchors": _compressed(outlines.anchors),
        "low": _compressed(outlines.low),
        "high": _compressed(outlines.high),
    }


def _compressed(content: bytes) -> str:
    return base64.b64encode(gzip.compress(content, compresslevel=9, mtime=0)).decode()


def packed_column(cells: Sequence[Any]) -> Any:
    """A column as a list, or as the distinct cells and where each stands."""
    if all(isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in cells):
        return list(cells)
    at, distinct = pd.factorize(np.array([*cells, None], dtype=object)[:-1], use_na_sentinel=False)
    if len(distinct) > _REPEATING * len(cells):
        return list(cells)
    known = [None if pd.isna(cell) else cell for cell in distinct]
    return {"of": known, "at": at.tolist()}


def packed_outlines(shapes: Geometries, anchors: Floats) -> Outlines:
    """Outlines as whole numbers, zigzag (0, -1, 1, -2 …).

    Anchors: each in steps (lon, lat) from the one before. Shapes: of each its number of polygons;
    of a polygon its number of rings; of a ring its number of vertices, then each vertex (lon, lat)
    from the one before, the first from the anchor. Rings are not closed.

    Parameters
    ----------
    shapes : array of polygons, shape (n,)
        Longitude and latitude; a shape without polygons has none.
    anchors : array of float, shape (n, 2)
        Longitude and latitude.
    """
    middles = np.rint(anchors * STEPS).astype(np.int64)
    moved = np.diff(middles, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    numbers: list[Ints] = [np.zeros(0, dtype=np.int64)]
    rings = vertices = 0
    for shape, middle in zip(shapely.simplify(shapes, _TOLERANCE_DEG), middles, strict=True):
        polygons = [
            [_steps(ring, middle) for ring in (part.exterior, *part.interiors)]
            for part in shapely.get_parts(shape)
            if part.geom_type == "Polygon" and not part.is_empty
        ]
        numbers.append(_one(len(polygons)))
        for polygon in polygons:
            numbers.append(_one(len(polygon)))
            for ring in polygon:
                numbers += [_one(len(ring) // 2), ring]
                vertices += len(ring) // 2
            rings += len(polygon)
    streams = _streams(np.concatenate(numbers))
    return Outlines(_varints(_zigzag(moved.ravel())), *streams, rings, vertices)


def _one(number: int) -> Ints:
    return np.array([number], dtype=np.int64)


def _steps(ring: shapely.LinearRing, middle: Ints) -> Ints:
    """A ring's vertices as differences, without those that do not move."""
    steps = np.rint(shapely.get_coordinates(ring)[:-1] * STEPS).astype(np.int64)
    moved = np.diff(steps, axis=0, prepend=middle[None])
    kept = np.flatnonzero(moved[1:].any(axis=1)) + 1
    return np.asarray(moved[np.concatenate([[0], kept])].ravel())


def _streams(numbers: Ints) -> tuple[bytes, bytes]:
    """Whole numbers, zigzag: their low bytes, and what is above as varints.

    Low bytes are as good as random, what is above is mostly 0 to 3; apart they compress better.
    """
    zigzag = _zigzag(numbers)
    low = (zigzag & np.uint64(0xFF)).astype(np.uint8).tobytes()
    return low, _varints(zigzag >> np.uint64(8))


def _zigzag(numbers: Ints) -> npt.NDArray[np.uint64]:
    return ((numbers << 1) ^ (numbers >> 63)).astype(np.uint64)


def _varints(numbers: npt.NDArray[np.uint64]) -> bytes:
    """Seven bits a byte, the low ones first; the highest bit says that more follow."""
    if not len(numbers):
        return b""
    taken = np.ones(len(numbers), dtype=np.int64)
    for more in range(1, 9):
        taken += numbers >= np.uint64(1 << (_GROUP_BITS * more))
    end = np.cumsum(taken)
    start = end - taken
    written: npt.NDArray[np.uint8] = np.zeros(end[-1], dtype=np.uint8)
    for place in range(int(taken.max())):
        here = taken > place
        group = (numbers[here] >> np.uint64(_GROUP_BITS * place)) & np.uint64(0x7F)
        goes_on = (taken[here] > place + 1).astype(np.uint64) << np.uint64(7)
        written[start[here] + place] = group | goes_on
    return written.tobytes()
