"""KML, KMZ and 奥维's OVKML, OVKMZ: every folder a layer, every placemark a record."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from herbgis.foundation.language import tr
from herbgis.reading.formats.archives import unpack
from herbgis.reading.formats.kml_walk import read_folders
from herbgis.reading.formats.placemarks import Folder
from herbgis.reading.formats.survey_file import SurveyFile
from herbgis.reading.formats.xml_text import heal_xml
from herbgis.reading.understanding.survey import Layer
from herbgis.terms.issues import Issue, Place

_ZIP_HEAD = b"PK\x03\x04"
_MEMBERS = frozenset({".kml", ".ovkml"})


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
        issue = Issue("HG001", Place(file.shown, name), {"why": tr("压缩包内的这个 KML 损坏")})
        empty = Folder().layer(file.shown, name, "")
        yield replace(empty, assumptions=(str(error)[:200],), issues=(issue,))


def _layers(kml: Path, file: SurveyFile) -> Iterator[Layer]:
    """Layers of one KML: the file itself, or a member of the archive that the file is."""
    folders = read_folders(heal_xml(kml), file.path.stem, file.words)
    yield from folders.layers(file, of_ovital=file.path.suffix.lower().startswith(".ov"))
