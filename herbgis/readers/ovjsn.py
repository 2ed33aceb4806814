"""OVJSN, 奥维's JSON: objects in folders, latitude before longitude, polygons not closed."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import shapely

from herbgis.readers.encodings import decode_text
from herbgis.readers.kml_fields import told_by
from herbgis.readers.placemarks import Folder, Shapes
from herbgis.survey import Layer

#: What 奥维 numbers its kinds of objects, and its flag of GCJ-02.
_POLYGON = 13
_COORD_TYPES = {0: "CGCS2000", 1: "GCJ-02"}
_TOO_DEEP = "对象嵌套过深"


def read_ovjsn(path: Path, shown: str) -> Iterator[Layer]:
    """Every folder of an OVJSN as a layer."""
    text, encoding = decode_text(path.read_bytes())
    try:
        root = json.loads(text)
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error
    if not isinstance(root, dict) or not any(_children(root)):
        msg = "没有 ObjItems 对象, 不是奥维的 OVJSN"
        raise ValueError(msg)
    folders: dict[str, Folder] = {}
    waiting = [("", root.get("Gcj02"), item) for item in _children(root)]
    while waiting:
        name, flag, item = waiting.pop(0)
        body = item.get("Object", item)
        body = body if isinstance(body, Mapping) else {}
        detail = body.get("ObjectDetail", body)
        detail = detail if isinstance(detail, Mapping) else {}
        flag = next((d["Gcj02"] for d in (detail, body, item) if "Gcj02" in d), flag)
        inner = [child for part in _distinct(item, body, detail) for child in _children(part)]
        if inner:
            below = "/".join(filter(None, [name, str(body.get("Name") or "未命名")]))
            waiting = [*((below, flag, child) for child in inner), *waiting]
            continue
        kind = item.get("Type", body.get("Type"))
        row = {"name": str(body.get("Name") or ""), **told_by(str(body.get("Comment") or ""))}
        coord_type = _COORD_TYPES.get(flag, f"Gcj02={flag}") if isinstance(flag, int) else None
        folders.setdefault(name, Folder()).add(row, _drawn(detail, kind), coord_type)
    for name, folder in folders.items():
        yield folder.layer(shown, name or path.stem, encoding.removesuffix("-SIG"))


def _children(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Objects that lie in an object, under whatever name its version gives the list."""
    return [
        child
        for value in item.values()
        if isinstance(value, list)
        for child in value
        if isinstance(child, Mapping) and child.keys() & {"Object", "ObjectDetail"}
    ]


def _distinct(*parts: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Parts of an object, each once: what an object lacks it is itself."""
    return list({id(part): part for part in parts}.values())


def _drawn(detail: Mapping[str, Any], kind: object) -> Shapes | None:
    """What an object's coordinates draw; None where they cannot be read."""
    drawn = Shapes()
    try:
        numbers = [*_numbers(detail.get("Latlng"))]
        if not numbers and {"Lat", "Lng"} <= detail.keys():
            numbers = [*_numbers([detail["Lat"], detail["Lng"]])]
    except ValueError:
        return None
    if len(numbers) % 2:
        return None
    vertices = [(lon, lat) for lat, lon in zip(numbers[::2], numbers[1::2], strict=True)]
    if kind == _POLYGON and len(set(vertices)) >= 3:
        drawn.polygons.append(shapely.Polygon(vertices))
    elif len(vertices) > 1:
        drawn.add_line([*vertices])
    else:
        drawn.points += [shapely.Point(xy) for xy in vertices]
    return drawn


def _numbers(value: object) -> Iterator[float]:
    """Numbers of a flat or a nested list, in order.

    Raises
    ------
    ValueError
        Something else stands among them.
    """
    if isinstance(value, list):
        for entry in value:
            yield from _numbers(entry)
    elif isinstance(value, Mapping) and {"Lat", "Lng"} <= value.keys():
        yield from _numbers([value["Lat"], value["Lng"]])
    elif value is not None:
        number = float(value) if isinstance(value, (int, float, str)) else math.nan
        if not math.isfinite(number):
            msg = f"坐标 {value!r} 读不懂"[:60]
            raise ValueError(msg)
        yield number
