"""Geometries of a KML placemark, in the coordinates as written."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import shapely

from herbgis.foundation.language import tr
from herbgis.reading.formats.placemarks import Coordinates, Shapes
from herbgis.reading.formats.xml_text import local

_CONTAINERS = frozenset({"MultiGeometry", "Placemark"})
_LINES = frozenset({"LineString", "LinearRing", "Track"})
#: A run of blanks is entered at its first alone: a long run without a comma is gone through once.
_BLANKS_AT_COMMA = re.compile(r"(?<!\s)\s*[,，]\s*")


def shapes_of(placemark: Element) -> Shapes:
    """Everything drawn in a placemark, in the coordinates as written.

    Raises
    ------
    ValueError
        A coordinate is no number.
    """
    drawn = Shapes()
    waiting = [placemark]
    while waiting:
        element = waiting.pop()
        kind = local(element.tag)
        if kind in _CONTAINERS:
            waiting += reversed(element)
        elif kind == "Polygon":
            _add_polygon(drawn, element)
        elif kind == "MultiTrack":
            drawn.add_track([_coordinates(piece) for piece in element])
        elif kind in _LINES:
            drawn.add_line(_coordinates(element))
        elif kind == "Point":
            drawn.points += [shapely.Point(xy) for xy in _coordinates(element)]
    return drawn


def _coordinates(element: Element) -> Coordinates:
    """Longitude, latitude and, where one is not zero, height of each vertex below an element."""
    vertices: Coordinates = []
    for child in element.iter():
        text = child.text or ""
        if local(child.tag) == "coordinates":
            words = _BLANKS_AT_COMMA.sub(",", text).split()
            vertices += [_vertex(word.split(",")) for word in words]
        elif local(child.tag) == "coord":
            vertices.append(_vertex(text.split()))
    if not any(vertex[2] for vertex in vertices):
        return [vertex[:2] for vertex in vertices]
    return vertices


def _vertex(numbers: list[str]) -> tuple[float, ...]:
    values = [float(number) for number in numbers if number]
    lon, lat, height = (*values, 0.0, 0.0, 0.0)[:3]
    if len(values) not in {2, 3} or not all(map(math.isfinite, values)):
        msg = tr("坐标 {written} 读不懂", written=",".join(numbers)[:40])
        raise ValueError(msg)
    return lon, lat, height


def _add_polygon(drawn: Shapes, polygon: Element) -> None:
    outer = [xy for ring in _rings(polygon, "outerBoundaryIs") for xy in ring]
    if len(set(outer)) < 3:
        drawn.points += [shapely.MultiPoint(outer)] if outer else []
        return
    holes = [ring for ring in _rings(polygon, "innerBoundaryIs") if len(set(ring)) >= 3]
    drawn.polygons.append(shapely.Polygon(outer, holes))


def _rings(polygon: Element, boundary: str) -> Iterator[Coordinates]:
    """One ring for each boundary; several rings in one `innerBoundaryIs` stand apart."""
    for child in polygon:
        if local(child.tag) == boundary:
            rings = [ring for ring in child if local(ring.tag) == "LinearRing"]
            yield from map(_coordinates, rings or [child])
