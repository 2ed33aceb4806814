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
    low, high = (gzip.decompress(base64.b64decode(block[name])) for name in ("low", "high"))
    outlines = _outlines(_numbers(low, high), data["count"])
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


def _outlines(whole: list[int], count: int) -> list[tuple[list[float], Any]]:
    """Of each base its anchor (lon, lat) and its polygons, in degrees."""
    numbers = iter(whole)
    lon = lat = 0
    shapes = []
    for _ in range(count):
        lon, lat = lon + next(numbers), lat + next(numbers)
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
        shapes.append(([lon / STEPS, lat / STEPS], parts))
    return shapes


def _numbers(low: bytes, high: bytes) -> list[int]:
    found, above, shift, at = [], 0, 0, iter(low)
    for byte in high:
        above |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            value = next(at) + 256 * above
            found.append(-(value + 1) // 2 if value % 2 else value // 2)
            above = shift = 0
    assert next(at, None) is None
    return found
