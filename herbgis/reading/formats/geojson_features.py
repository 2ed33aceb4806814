"""The members of a GeoJSON text, one by one: what GDAL passes over without a word is there too."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from herbgis.reading.formats.json_text import parse_json

#: RFC 7946, 4: coordinates are WGS84 where nothing else is stated.
_DEFAULT_SYSTEM = "EPSG:4326"
_BEGIN = re.compile(r'"features"\s*:\s*\[')
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
        Why the text ends before its end; empty where it is whole.
    """

    members: list[Mapping[str, Any]]
    crs: object
    said: tuple[str, ...] = ()
    damage: str = ""

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
        root, odd = parse_json(text)
    except (ValueError, RecursionError) as error:
        members = [*_begun(text)]
        return Features(members, _DEFAULT_SYSTEM, damage=str(error)) if members else None
    listed = root.get("features") if isinstance(root, dict) else None
    if not isinstance(listed, list):
        return None
    members = [*_flat(listed)]
    if not all(_is_member(member) for member in members):
        return None
    said = (f"{len(odd)} 处不合 JSON 的写法按空值读",) if odd else ()
    return Features(members, _system(root), said)


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
            found = [*_flat([parse_json(line)[0]])]
        except (ValueError, RecursionError):
            found = []
        if found and all(map(_is_member, found)):
            members += found
        else:
            broken.append(str(number))
    damage = f"第 {'、'.join(broken)} 行读不了" if broken else ""
    return Features(members, _DEFAULT_SYSTEM, damage=damage)


def _begun(text: str) -> Iterator[Mapping[str, Any]]:
    """Members that are whole in a text that is not."""
    begin = _BEGIN.search(text)
    decoder, at = json.JSONDecoder(), begin.end() if begin else len(text)
    while (between := _BETWEEN.match(text, at)) and between.end() < len(text):
        try:
            member, at = decoder.raw_decode(text, between.end())
        except (ValueError, RecursionError):
            return
        if not _is_member(member):
            return
        yield member


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
    properties = member.get("properties")
    return properties if isinstance(properties, dict) else {}


def _cell(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "、".join(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


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
