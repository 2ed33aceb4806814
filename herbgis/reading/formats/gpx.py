"""GPX: every track and every route a record, in degrees of WGS84 (GPX 1.1, topografix.com)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from herbgis.foundation.language import tr
from herbgis.reading.formats.descriptions import told_by
from herbgis.reading.formats.placemarks import Coordinates, Folders, Shapes
from herbgis.reading.formats.survey_file import SurveyFile, Words
from herbgis.reading.formats.xml_text import heal_xml, local, text_of
from herbgis.reading.formats.xml_walk import XmlWalk
from herbgis.reading.understanding.survey import Layer

_RECORDS = frozenset({"trk", "rte"})


def read_gpx(file: SurveyFile) -> Iterator[Layer]:
    """Tracks and routes; one whose ends meet is land that somebody walked around, as in a KML."""
    stem = file.path.stem
    walk = XmlWalk(heal_xml(file.path), stem, _RECORDS, passed_over={"wpt": "航点"})
    folders = Folders(walk.findings)
    for event, name, element in walk:
        if event == "end" and name in _RECORDS:
            folders.add(_fields(element, file.words), _drawn(element))
    yield from folders.layers(file)


def _fields(record: Element, words: Words) -> dict[str, str]:
    """A record's name, and what its description or comment tells."""
    own = {local(child.tag): text_of(child) for child in record}
    told = told_by(own.get("desc", "") or own.get("cmt", ""), words)
    return {**({"name": own["name"]} if own.get("name") else {}), **told}


def _drawn(record: Element) -> Shapes | None:
    """The walk of a record; None where a coordinate is no number."""
    drawn = Shapes()
    segments = [child for child in record if local(child.tag) == "trkseg"] or [record]
    try:
        drawn.add_track([_vertices(segment) for segment in segments])
    except ValueError:
        return None
    return drawn


def _vertices(segment: Element) -> Coordinates:
    points = [child for child in segment if local(child.tag) in {"trkpt", "rtept"}]
    vertices: Coordinates = [
        (float(point.get("lon", "")), float(point.get("lat", ""))) for point in points
    ]
    if not all(map(math.isfinite, (number for vertex in vertices for number in vertex))):
        msg = tr("坐标不是数字")
        raise ValueError(msg)
    return vertices
