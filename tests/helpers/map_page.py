"""Reads a map's page back: its data blocks, unpacked as the page's script unpacks them."""

from __future__ import annotations

import base64
import gzip
import json
import re
from typing import Any

from herbgis.webmap.packing import STEPS


def blocks_of(page: str) -> list[str]:
    """The data blocks of a page, as they stand there."""
    return re.findall(r'<script type="application/json" id="\w+">(.*?)</script>', page, re.DOTALL)


def data_of(page: str, key: str) -> dict[str, Any]:
    """The data block of a page that has a key; the bases as a list of one dict a base."""
    found = [unpacked(block) for block in map(json.loads, blocks_of(page))]
    return next(block for block in found if key in block)


def unpacked(block: dict[str, Any]) -> dict[str, Any]:
    """A block with its packed parts as plain values."""
    if "low" not in block:
        return block
    data = json.loads(gzip.decompress(base64.b64decode(block["json"])))
    parts = (gzip.decompress(base64.b64decode(block[n])) for n in ("anchors", "low", "high"))
    anchors, low, high = parts
    outlines = _outlines(_varints(anchors), _numbers(low, high))
    lines = [_cells(column) for column in data["lines"]]
    bases = [
        {
            **{name: _cells(data[name])[i] for name in ("name", "rank", "look", "shape", "ring")},
            "group": _cells(data["group"])[i],
            "radius": data["radius"][i],
            "tags": [tag for tag in _cells(data["tags"])[i].split("\n") if tag],
            "lines": [line[i] for line in lines],
            "at": at,
            "parts": parts,
        }
        for i, (at, parts) in enumerate(outlines)
    ]
    return {**data, "bases": bases}


def _cells(column: Any) -> list[Any]:
    return [column["of"][at] for at in column["at"]] if isinstance(column, dict) else column


def _outlines(anchors: list[int], shapes: list[int]) -> list[tuple[list[float], Any]]:
    """Of each base its anchor (lon, lat) and its polygons, in degrees."""
    moves, numbers = map(_signed, anchors), iter(shapes)
    lon = lat = 0
    found = []
    for east, north in zip(moves, moves, strict=True):
        lon, lat = lon + east, lat + north
        parts = []
        for _ in range(next(numbers)):
            rings = []
            for _ in range(next(numbers)):
                x, y, ring = lon, lat, []
                for _ in range(next(numbers)):
                    x, y = x + next(numbers), y + next(numbers)
                    ring.append((x / STEPS, y / STEPS))
                rings.append(ring)
            parts.append(rings)
        found.append(([lon / STEPS, lat / STEPS], parts))
    assert next(numbers, None) is None
    return found


def _numbers(low: bytes, high: bytes) -> list[int]:
    return [_signed(a + 256 * b) for a, b in zip(low, _varints(high), strict=True)]


def _signed(value: int) -> int:
    return -(value + 1) // 2 if value % 2 else value // 2


def _varints(content: bytes) -> list[int]:
    found, value, shift = [], 0, 0
    for byte in content:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            found.append(value)
            value = shift = 0
    return found
