"""The walk through one KML: folders entered and left, placemarks taken whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from herbgis.reading.formats.kml_fields import fields_of
from herbgis.reading.formats.kml_shapes import shapes_of
from herbgis.reading.formats.placemarks import Folder
from herbgis.reading.formats.survey_file import Words
from herbgis.reading.formats.xml_text import local, text_of, without_cdata

_DEEPEST = 200
_PIECE = 1 << 16
_BEGINNING = re.compile(r"<(?:[\w.-]+:)?Placemark[\s>/]")
#: Elements that hold no record but something that a person would look for.
_PASSED_OVER = {"NetworkLink": "网络链接", "GroundOverlay": "叠加图片", "PhotoOverlay": "照片"}


@dataclass
class Document:
    """What a KML holds: its folders, what was passed over in it, and what damaged it."""

    folders: dict[str, Folder] = field(default_factory=dict)
    passed_over: Counter[str] = field(default_factory=Counter)
    damage: str = ""


def parse(text: str, stem: str, words: Words) -> Document:
    """Every whole placemark, by folder; a damaged file keeps what stands before the damage."""
    document = Document()
    parser: XMLPullParser[Any] = XMLPullParser(("start", "end"))
    walk = _Walk(document, stem, words)
    try:
        for start in range(0, len(text), _PIECE):
            parser.feed(text[start : start + _PIECE])
            events = cast("Iterator[tuple[str, Element]]", parser.read_events())
            for event, element in events:
                walk.step(event, element)
        parser.close()
    except (ParseError, ValueError) as error:
        document.damage = str(error)
    begun = sum(folder.begun for folder in document.folders.values())
    if document.damage:
        lost = len(_BEGINNING.findall(without_cdata(text))) - begun
        if lost > 0:
            document.folders.setdefault(walk.folder, Folder()).begun += lost
    return document


class _Walk:
    """Where the parser stands: elements open, folders by name, the coordinate type that holds."""

    def __init__(self, document: Document, stem: str, words: Words) -> None:
        self.document = document
        self.stem = stem
        self.words = words
        self.open: list[str] = []
        self.names: list[tuple[str, str]] = []
        self.types: list[str | None] = []

    @property
    def folder(self) -> str:
        """Names of the folders that are open; that of the document, or the file, without any."""
        folders = [name or "未命名" for kind, name in self.names if kind == "Folder"]
        return "/".join(folders) or "".join(name for _, name in self.names[-1:]) or self.stem

    def step(self, event: str, element: Element) -> None:
        """Take one event of the parser."""
        kind = local(element.tag)
        if event == "start":
            self._start(kind)
        else:
            self.open.pop()
            self._end(kind, element)

    def _start(self, kind: str) -> None:
        self.open.append(kind)
        if len(self.open) > _DEEPEST:
            msg = f"元素嵌套超过 {_DEEPEST} 层"
            raise ValueError(msg)
        if kind in {"Folder", "Document"}:
            self.names.append((kind, ""))
            self.types.append(self.types[-1] if self.types else None)
        elif kind == "Placemark":
            self.document.folders.setdefault(self.folder, Folder()).begun += 1

    def _end(self, kind: str, element: Element) -> None:
        inside = self.open[-1] if self.open else ""
        if kind in {"Folder", "Document"}:
            self.names.pop()
            self.types.pop()
        elif inside in {"Folder", "Document"} and kind == "name":
            self.names[-1] = (self.names[-1][0], text_of(element))
        elif inside in {"Folder", "Document"} and kind == "OvCoordType":
            self.types[-1] = text_of(element)
        elif kind == "Placemark":
            self._add(element)
        elif kind in _PASSED_OVER:
            self.document.passed_over[_PASSED_OVER[kind]] += 1
        if "Placemark" not in self.open:
            element.clear()

    def _add(self, placemark: Element) -> None:
        """Add a placemark's record to its folder, in the system that it or the folder states."""
        types: list[str | None] = [
            text_of(e) for e in placemark.iter() if local(e.tag) == "OvCoordType"
        ]
        types += self.types[-1:]
        try:
            drawn = shapes_of(placemark)
        except ValueError:
            drawn = None
        fields = fields_of(placemark, self.words)
        self.document.folders[self.folder].add(fields, drawn, next(iter(types), None))
