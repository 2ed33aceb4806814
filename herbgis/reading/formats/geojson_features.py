"""The members of a GeoJSON text, one by one: what GDAL passes over without a word is there too."""

from __future__ import annotations

import contextlib
import json
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from herbgis.foundation.language import listed, tr
from herbgis.reading.formats.json_text import (
    Twice,
    damage_of,
    kept_twice,
    parse_json,
    said_of,
    without_comments,
)

#: RFC 7946, 4: coordinates are WGS84 where nothing else is stated.
_DEFAULT_SYSTEM = "EPSG:4326"
_BEGIN = re.compile(r'"features"\s*:\s*\[')
_PROPERTIES = re.compile(r'"properties"\s*:\s*\{')
#: How a member begins, wherever it stands.
_MEMBER = re.compile(r'\{\s*"type"\s*:\s*"Feature"')
_SEPARATOR = "\x1e"
_BETWEEN = re.compile(r"[\s,]*")
#: Kinds of geometry: WKB's number, and how deep a point lies in the coordinates.
_KINDS = {
    "Point": (1, 0),
    "LineString": (2, 1),
    "Polygon": (3, 2),
    "MultiPoint": (4, 1),
    "MultiLineString": (5, 2),
    "MultiPolygon": (6, 3),
}
_COLLECTION = 7
_WITH_Z = 1000
_BY_DEPTH = {2: "Polygon", 3: "MultiPolygon"}
_NOTHING = struct.pack("<BI", 1, 3)


@dataclass(frozen=True)
class Features:
    """Members of a collection, in order, and the system that it states.

    Attributes
    ----------
    members : list of dict
    crs : object
        As pyproj takes it.
    said : tuple of str
        What was put right in the text.
    damage : str
        In words, what part of the text cannot be read; empty where all can.
    detail : str
        What the parser said of it.
    """

    members: list[Mapping[str, Any]]
    crs: object
    said: tuple[str, ...] = ()
    damage: str = ""
    detail: str = ""

    def contested(self) -> Iterator[tuple[int, str]]:
        """Positions of members, and what of each stands twice with different values."""
        for at, member in enumerate(self.members):
            if isinstance(member.get("geometry"), Twice):
                yield at, "geometry"
            for heading, value in _properties(member).items():
                if isinstance(value, Twice):
                    yield at, heading

    def cells(self) -> pd.DataFrame:
        """What the members say, each value as it is written; lists become text."""
        rows = [_properties(member) for member in self.members]
        headings = list(dict.fromkeys(heading for row in rows for heading in row))
        columns = {
            heading: pd.Series([_cell(row.get(heading)) for row in rows], dtype=object)
            for heading in headings
        }
        return pd.DataFrame(columns, index=pd.RangeIndex(len(rows)), columns=headings)

    def blobs(self) -> np.ndarray:
        """The geometries as well-known binary; bytes that are none where they make no sense."""
        blobs = np.empty(len(self.members), dtype=object)
        blobs[:] = [_blob(member.get("geometry")) for member in self.members]
        return blobs


def features_of(text: str) -> Features | None:
    """The members of a text, as many as can be read; None where it is no feature collection."""
    try:
        root, odd = parse_json(text, keep_twice=True)
    except (ValueError, RecursionError) as error:
        bare, comments = without_comments(text)
        members = [*_begun(bare)]
        whole = Features(members, _DEFAULT_SYSTEM, (*said_of(comments),), damage_of(error))
        return replace(whole, detail=str(error)) if members else None
    listed = root.get("features") if isinstance(root, dict) else None
    if isinstance(listed, Twice):
        listed = list(listed.said)
    if not isinstance(listed, list):
        return None
    members = [*_flat(listed)]
    if not all(_is_member(member) for member in members):
        return None
    return Features(members, _system(root), (*said_of(odd),))


def _flat(listed: list[Any]) -> Iterator[Any]:
    """Features of a list, of lists and collections within it, and bare geometries as features.

    What is no object holds no record.
    """
    waiting = listed[::-1]
    while waiting:
        member = waiting.pop()
        if isinstance(member, dict) and isinstance(member.get("features"), list):
            member = member["features"]
        if isinstance(member, list):
            waiting += member[::-1]
        elif isinstance(member, dict) and member:
            is_bare = "coordinates" in member or "geometries" in member
            yield {"geometry": member} if is_bare and not _is_member(member) else member


def features_by_line(text: str) -> Features:
    """The members of a text that has one on each line, or behind each record separator.

    Source: RFC 8142, GeoJSON text sequences; newline-delimited GeoJSON.
    """
    members: list[Mapping[str, Any]] = []
    broken = []
    for number, line in enumerate(text.split(_SEPARATOR if _SEPARATOR in text else "\n"), 1):
        if not line.strip():
            continue
        try:
            found = [*_flat([parse_json(line, keep_twice=True)[0]])]
        except (ValueError, RecursionError):
            found = []
        if found and all(map(_is_member, found)):
            members += found
        else:
            broken.append(str(number))
    damage = tr("第 {rows} 行读不了", rows=listed(broken)) if broken else ""
    return Features(members, _DEFAULT_SYSTEM, damage=damage)


def _begun(text: str) -> Iterator[Mapping[str, Any]]:
    """Members that are whole in a text that is not; behind one that is not goes on with the next.

    Members of which the beginning is not as most programs write it are only found where all
    before them are whole.
    """
    begin = _BEGIN.search(text)
    decoder = json.JSONDecoder(object_pairs_hook=kept_twice)
    at = begin.end() if begin else len(text)
    while (between := _BETWEEN.match(text, at)) and between.end() < len(text):
        try:
            member, at = decoder.raw_decode(text, between.end())
        except (ValueError, RecursionError):
            member = None
        if _is_member(member):
            yield member
            continue
        following = _MEMBER.search(text, between.end() + 1)
        at = following.start() if following else len(text)


def contend(text: str) -> bool:
    """Whether in the properties of any member a key stands twice, with different values."""
    found = False

    def look(pairs: list[tuple[str, Any]]) -> None:
        nonlocal found
        if len({key for key, _ in pairs}) < len(pairs):
            found |= any(isinstance(value, Twice) for value in kept_twice(pairs).values())

    decoder = json.JSONDecoder(object_pairs_hook=look)
    for properties in _PROPERTIES.finditer(text):
        with contextlib.suppress(ValueError, RecursionError):
            decoder.raw_decode(text, properties.end() - 1)
        if found:
            break
    return found


def _is_member(member: object) -> bool:
    """Whether something is a feature, with its type or without; Esri's JSON is none."""
    return isinstance(member, dict) and ("properties" in member or "geometry" in member)


def _system(root: Mapping[str, Any]) -> object:
    stated = root.get("crs")
    try:
        return stated["properties"]["name"] if stated else _DEFAULT_SYSTEM
    except (TypeError, KeyError):
        return str(stated)


def _properties(member: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a member says; where it says it in two pieces, what both say together."""
    properties = member.get("properties")
    pieces = properties.said if isinstance(properties, Twice) else (properties,)
    worded = [piece for piece in pieces if isinstance(piece, dict)]
    return kept_twice([pair for piece in worded for pair in piece.items()])


def _cell(value: Any) -> Any:
    """A value as a cell; of several that contend none is known to be meant."""
    if isinstance(value, Twice):
        return None
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "、".join(value)
    if not isinstance(value, dict | list):
        return value
    return json.dumps(value, ensure_ascii=False, default=lambda twice: twice.said)


def _blob(geometry: object) -> bytes | None:
    if geometry is None:
        return None
    try:
        return _encoded(geometry)
    except (TypeError, ValueError, KeyError, IndexError, struct.error):
        return _NOTHING


def _encoded(geometry: Any) -> bytes:
    """A geometry as well-known binary; polygons by the depth of their points, not by their name."""
    if "geometries" in geometry:
        parts = [_encoded(part) for part in geometry["geometries"]]
        return struct.pack("<BII", 1, _COLLECTION, len(parts)) + b"".join(parts)
    coordinates = geometry["coordinates"]
    name = geometry.get("type")
    if name is None or name in _BY_DEPTH.values():
        name = _BY_DEPTH.get(_depth(coordinates), name)
    kind, depth = _KINDS[name]
    return _piece(kind, depth, coordinates, 3 if _is_deep(coordinates) else 2)


def _piece(kind: int, depth: int, coordinates: Any, numbers: int) -> bytes:
    head = struct.pack("<BI", 1, kind + (_WITH_Z if numbers == 3 else 0))
    if kind <= 3:
        return head + _points(coordinates, depth, numbers)
    parts = [_piece(kind - 3, depth - 1, part, numbers) for part in coordinates]
    return head + struct.pack("<I", len(parts)) + b"".join(parts)


def _points(coordinates: Any, depth: int, numbers: int) -> bytes:
    """Points of so many numbers, or lists of them; what is no number is none here too."""
    if not depth:
        point = (_number(value) for value in (*coordinates, None, None, None)[:numbers])
        return struct.pack(f"<{numbers}d", *point)
    return struct.pack("<I", len(coordinates)) + b"".join(
        _points(part, depth - 1, numbers) for part in coordinates
    )


def _is_deep(coordinates: Any) -> bool:
    """Whether the first of some points has a height."""
    while coordinates and isinstance(coordinates[0], list):
        coordinates = coordinates[0]
    return len(coordinates) > 2


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float | str) else float("nan")


def _depth(coordinates: Any) -> int:
    depth = 0
    while isinstance(coordinates, list) and coordinates and isinstance(coordinates[0], list):
        depth, coordinates = depth + 1, coordinates[0]
    return depth
