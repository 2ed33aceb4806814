"""OVJSN, 奥维's JSON: objects in folders, latitude before longitude, polygons not closed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import shapely

from herbgis.foundation.language import tr
from herbgis.reading.formats.descriptions import told_by
from herbgis.reading.formats.encodings import GBK, text_of_file
from herbgis.reading.formats.findings import Findings
from herbgis.reading.formats.json_text import parse_json
from herbgis.reading.formats.placemarks import Folders, Shapes
from herbgis.reading.formats.survey_file import SurveyFile, UnreadableFileError
from herbgis.reading.understanding.survey import Layer

_Part: TypeAlias = Mapping[str, Any]

#: What 奥维 numbers its kinds of objects (7 label, 8 track, 13 polygon, 30 folder).
_POLYGON, _FOLDER = 13, 30
#: Its flag of GCJ-02, as written.
_COORD_TYPES = {"0": "CGCS2000", "False": "CGCS2000", "1": "GCJ-02", "True": "GCJ-02"}
#: Lists of objects; other lists are such only where their members look like objects.
_LISTS = frozenset({"ObjItems", "ObjChildren"})
#: What a folder without a name is called.
_NAMELESS = "未命名"
_MARKS = frozenset({"Object", "ObjectDetail"})


def read_ovjsn(file: SurveyFile) -> Iterator[Layer]:
    """Every folder of an OVJSN as a layer."""
    text, encoding = text_of_file(file.path)
    # JSON is UTF-8: that it is GBK nothing but the bytes tells.
    folders = Folders(Findings(encoding, decided=encoding == GBK, folder=file.path.stem))
    root, odd = _root(text)
    if odd:
        folders.findings.passed_over["写法不合 JSON 的值"] = len(odd)
    _add_records(folders, root, file)
    yield from folders.layers(file, of_ovital=True)


def _root(text: str) -> tuple[_Part, tuple[str, ...]]:
    """The object that a file is, and its words that are no JSON; ValueError where it is another."""
    try:
        root, odd = parse_json(text)
    except RecursionError:
        root, odd = None, ()
    if not isinstance(root, dict) or not _children(root):
        msg = tr("没有 ObjItems 对象, 或嵌套过深, 不是奥维的 OVJSN")
        raise UnreadableFileError(msg)
    return root, odd


def _add_records(folders: Folders, root: _Part, file: SurveyFile) -> None:
    """Add every record to its folder, in the order of the file; one not understood has no shape."""
    waiting = [("", root.get("Gcj02"), item) for item in reversed(_children(root) or [])]
    while waiting:
        name, flag, item = waiting.pop()
        body = _mapping(item.get("Object", item))
        detail = _mapping(body.get("ObjectDetail", body))
        flag = next((part["Gcj02"] for part in (detail, body, item) if "Gcj02" in part), flag)
        title = str(body.get("Name") or "")
        kind = item.get("Type", body.get("Type"))
        inner = _inner(item, body, detail)
        if inner is None and kind != _FOLDER:
            row = {"name": title, **told_by(str(body.get("Comment") or ""), file.words)}
            folders.findings.folder = name or file.path.stem
            folders.add(row, _drawn(detail, kind), _coord_type(flag))
            continue
        below = "/".join(filter(None, [name, title or _NAMELESS]))
        waiting += [(below, flag, child) for child in reversed(inner or [])]


def _mapping(value: object) -> _Part:
    """A part of an object; nothing where it is something else."""
    return value if isinstance(value, Mapping) else {}


def _inner(*parts: _Part) -> list[_Part] | None:
    """Objects in an object's parts, each part once: what an object lacks it is itself."""
    lists = [_children(part) for part in {id(part): part for part in parts}.values()]
    known = [children for children in lists if children is not None]
    return [child for children in known for child in children] if known else None


def _children(part: _Part) -> list[_Part] | None:
    """Objects that a part lists, under whatever name its version has; None without a list."""
    lists = [
        value
        for key, value in part.items()
        if isinstance(value, list)
        and (key in _LISTS or any(_mapping(child).keys() & _MARKS for child in value))
    ]
    return [_mapping(child) for value in lists for child in value] if lists else None


def _coord_type(flag: object) -> str | None:
    return None if flag is None else _COORD_TYPES.get(str(flag), f"Gcj02={flag}")


def _drawn(detail: _Part, kind: object) -> Shapes | None:
    """What an object's coordinates draw; None where they cannot be read."""
    drawn = Shapes()
    try:
        numbers = _numbers(detail.get("Latlng", [])) or _numbers(
            [detail[axis] for axis in ("Lat", "Lng") if axis in detail]
        )
    except (ValueError, OverflowError):
        return None
    if len(numbers) % 2:
        return None
    vertices = [(lon, lat) for lat, lon in zip(numbers[::2], numbers[1::2], strict=True)]
    if kind == _POLYGON and len(set(vertices)) >= 3:
        drawn.polygons.append(shapely.Polygon(vertices))
    elif kind == _POLYGON and vertices:
        drawn.points.append(shapely.MultiPoint(vertices))
    elif len(vertices) > 1:
        drawn.add_line([*vertices])
    else:
        drawn.points += [shapely.Point(xy) for xy in vertices]
    return drawn


def _numbers(value: object) -> list[float]:
    """Numbers of a flat or a nested list, in order; ValueError where something else is there."""
    numbers: list[float] = []
    waiting = [value]
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, list):
            waiting += reversed(entry)
        elif isinstance(entry, Mapping) and {"Lat", "Lng"} <= entry.keys():
            waiting += [entry["Lng"], entry["Lat"]]
        else:
            numbers.append(float(entry) if isinstance(entry, (int, float, str)) else math.nan)
    if not all(map(math.isfinite, numbers)):
        msg = tr("坐标不是数字")
        raise ValueError(msg)
    return numbers
