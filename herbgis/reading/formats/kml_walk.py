"""The walk through one KML: folders entered and left, placemarks taken whole."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from herbgis.reading.formats.kml_fields import fields_of
from herbgis.reading.formats.kml_shapes import shapes_of
from herbgis.reading.formats.placemarks import Folders
from herbgis.reading.formats.survey_file import Words
from herbgis.reading.formats.xml_text import HealedXml, local, text_of
from herbgis.reading.formats.xml_walk import XmlWalk

_FOLDERS = frozenset({"Folder", "Document"})
#: Elements that hold no record but something that a person would look for.
_PASSED_OVER = {"NetworkLink": "网络链接", "GroundOverlay": "叠加图片", "PhotoOverlay": "照片"}


def read_folders(xml: HealedXml, stem: str, words: Words) -> Folders:
    """Every whole placemark, by folder; a damaged file keeps what stands before the damage."""
    walk = XmlWalk(xml, stem, {"Placemark"}, passed_over=_PASSED_OVER)
    standing = _Standing(Folders(walk.findings), stem, words)
    for event, name, element in walk:
        if event == "start":
            standing.begin(name)
        else:
            standing.end(name, element, walk.open[-1] if walk.open else "")
    return standing.folders


class _Standing:
    """Where the walk stands: folders by name, and the coordinate type that holds in each."""

    def __init__(self, folders: Folders, stem: str, words: Words) -> None:
        self.folders = folders
        self.stem = stem
        self.words = words
        self.names: list[tuple[str, str]] = []
        self.types: list[str | None] = []

    def begin(self, kind: str) -> None:
        """Enter a folder."""
        if kind in _FOLDERS:
            self.names.append((kind, ""))
            self.types.append(self.types[-1] if self.types else None)
            self.folders.findings.folder = self._folder()

    def end(self, kind: str, element: Element, inside: str) -> None:
        """Leave a folder, learn its name or its type, or take a placemark that is whole."""
        if kind in _FOLDERS:
            self.names.pop()
            self.types.pop()
            self.folders.findings.folder = self._folder()
        elif inside in _FOLDERS and kind == "name":
            self.names[-1] = (inside, text_of(element))
            self.folders.findings.folder = self._folder()
        elif inside in _FOLDERS and kind == "OvCoordType":
            self.types[-1] = text_of(element)
        elif kind == "Placemark":
            self._add(element)

    def _folder(self) -> str:
        """Names of the folders that are open; that of the document, or the file, without any."""
        folders = [name or "未命名" for kind, name in self.names if kind == "Folder"]
        return "/".join(folders) or "".join(name for _, name in self.names[-1:]) or self.stem

    def _add(self, placemark: Element) -> None:
        """Add a placemark's record, in the system that it or the folder states."""
        types: list[str | None] = [
            text_of(e) for e in placemark.iter() if local(e.tag) == "OvCoordType"
        ]
        types += self.types[-1:]
        try:
            drawn = shapes_of(placemark)
        except ValueError:
            drawn = None
        self.folders.add(fields_of(placemark, self.words), drawn, next(iter(types), None))
