"""KML, KMZ and 奥维's OVKML, OVKMZ: every folder a layer, every placemark a record."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from herbgis.reading.formats.archives import unpack
from herbgis.reading.formats.encodings import decided_line
from herbgis.reading.formats.kml_fields import fields_of
from herbgis.reading.formats.kml_shapes import shapes_of
from herbgis.reading.formats.placemarks import Folder
from herbgis.reading.formats.survey_file import SurveyFile, Words
from herbgis.reading.formats.xml_text import heal_xml, local, text_of, without_cdata
from herbgis.reading.understanding.survey import Layer
from herbgis.terms.issues import Issue, Place

_ZIP_HEAD = b"PK\x03\x04"
_MEMBERS = frozenset({".kml", ".ovkml"})
_DEEPEST = 200
_PIECE = 1 << 16
_BEGINNING = re.compile(r"<(?:[\w.-]+:)?Placemark[\s>/]")
#: Elements that hold no record but something that a person would look for.
_PASSED_OVER = {"NetworkLink": "网络链接", "GroundOverlay": "叠加图片", "PhotoOverlay": "照片"}


@dataclass
class _Document:
    folders: dict[str, Folder] = field(default_factory=dict)
    passed_over: Counter[str] = field(default_factory=Counter)
    damage: str = ""


def read_kml(file: SurveyFile) -> Iterator[Layer]:
    """Layers of a KML, or of every KML in an archive, whatever the suffix says it is."""
    with file.path.open("rb") as stream:
        packed = stream.read(len(_ZIP_HEAD)) == _ZIP_HEAD
    if not packed:
        yield from _layers(file.path, file)
        return
    with tempfile.TemporaryDirectory(prefix="herbgis-") as folder:
        unpack(file.path, Path(folder))
        members = sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in _MEMBERS)
        if len(members) == 1:
            yield from _layers(members[0], file)
            return
        alike = Counter(member.stem for member in members)
        for member in members:
            whole = member.relative_to(folder).as_posix()
            name = member.stem if alike[member.stem] == 1 else whole
            yield from _layers_of_member(member, file, name)


def _layers_of_member(member: Path, file: SurveyFile, name: str) -> Iterator[Layer]:
    """Layers of one KML among several; one that cannot be read leaves the others alone."""
    try:
        for layer in _layers(member, file):
            yield replace(layer, name=f"{name}/{layer.name}")
    except ValueError as error:
        issue = Issue("HG001", Place(file.shown, name), {"why": "压缩包内的这个 KML 损坏"})
        empty = Folder().layer(file.shown, name, "")
        yield replace(empty, assumptions=(str(error)[:200],), issues=(issue,))


def _layers(kml: Path, file: SurveyFile) -> Iterator[Layer]:
    """Layers of one KML: the file itself, or a member of the archive that the file is."""
    xml = heal_xml(kml)
    document = _parse(xml.text, file.path.stem, file.words)
    if document.damage and not document.folders:
        msg = f"没有读到完整的地标: {document.damage}"
        raise ValueError(msg)
    if document.passed_over:
        document.folders = document.folders or {file.path.stem: Folder()}
    of_ovital = file.path.suffix.lower().startswith(".ov")
    for number, (name, folder) in enumerate(document.folders.items()):
        layer = folder.layer(file.shown, name, xml.encoding, of_ovital=of_ovital)
        if number == 0:
            layer = _with_findings(layer, document, agrees=xml.agrees)
        yield layer


def _parse(text: str, stem: str, words: Words) -> _Document:
    """Every whole placemark, by folder; a damaged file keeps what stands before the damage."""
    document = _Document()
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

    def __init__(self, document: _Document, stem: str, words: Words) -> None:
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


def _with_findings(layer: Layer, document: _Document, *, agrees: bool) -> Layer:
    """The file's first layer, with what is to be said of the whole file."""
    where = Place(layer.file, layer.name)
    said, issues = [], []
    if not agrees:
        said.append(decided_line(layer.encoding))
        issues.append(Issue("HG003", where, {"encoding": layer.encoding}))
    if document.damage:
        said.append(document.damage[:200])
        issues.append(Issue("HG001", where, {"why": "KML 不完整, 只读到能读的部分"}))
    said += [f"{count} 个{title}未读" for title, count in document.passed_over.items()]
    if document.passed_over and not any(folder.begun for folder in document.folders.values()):
        issues.append(Issue("HG001", where, {"why": "没有地标, 只有未读的链接或图片"}))
    return replace(layer, assumptions=(*said, *layer.assumptions), issues=(*issues, *layer.issues))
