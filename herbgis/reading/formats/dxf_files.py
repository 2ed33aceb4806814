"""The way into a DXF: as a stream of tags, or as a whole where that is all that helps.

Importing ezdxf takes most of a second, so this module is imported when a DXF is read.
"""

from __future__ import annotations

import difflib
import functools
import logging
from pathlib import Path

import ezdxf
import ezdxf.recover
from ezdxf.entities import DXFEntity, Insert, LWPolyline, Polyline, factory
from ezdxf.entities.polyline import DXFVertex
from ezdxf.lldxf.extendedtags import ExtendedTags
from ezdxf.lldxf.tagger import tag_compiler
from ezdxf.lldxf.types import DXFTag

from herbgis.foundation.language import tr
from herbgis.reading.formats.dxf_drawing import Drawing
from herbgis.reading.formats.dxf_entities import add_entity
from herbgis.reading.formats.dxf_tags import (
    LINES,
    Tag,
    encoding_of,
    entities,
    first,
    healed,
    numbers,
)
from herbgis.reading.formats.dxf_texts import plain
from herbgis.reading.formats.dxf_unread import TITLES, Numbers
from herbgis.reading.formats.survey_file import UnreadableFileError

_BINARY_MARK = b"AutoCAD Binary DXF"
#: Beyond this size a file is only read as a stream, never as a whole.
_WHOLE_BYTES = 16_000_000
#: A kind that no program writes and that is as like as this to one of ours is ours, damaged.
_LIKENESS = 0.75
#: Group codes of the layer, and of what stands on paper.
_LAYER, _PAPER = 8, 67
# Without a handler of the caller's, what ezdxf logs would go to standard error.
logging.getLogger("ezdxf").addHandler(logging.NullHandler())


def read_drawing(path: Path) -> Drawing:
    """Rings and texts of a DXF's modelspace.

    Raises
    ------
    ValueError
        Neither a stream of DXF tags nor anything that ezdxf can recover.
    """
    with path.open("rb") as stream:
        binary = stream.read(len(_BINARY_MARK)) == _BINARY_MARK
    if not binary:
        drawing = _read_stream(path)
        if drawing is not None:
            return drawing
    if path.stat().st_size > _WHOLE_BYTES:
        msg = tr("没有 ENTITIES 段, 文件过大, 未尝试恢复")
        raise UnreadableFileError(msg)
    if binary:
        return _read_document(ezdxf.readfile(path))
    drawing = _read_document(ezdxf.recover.readfile(path)[0])
    if not drawing.rings:
        msg = tr("没有 ENTITIES 段, 恢复后也没有闭合的多段线")
        raise UnreadableFileError(msg)
    drawing.cut = True
    return drawing


def _read_stream(path: Path) -> Drawing | None:
    """Entities one by one, in memory that does not grow with what is passed over.

    None where there is no section of entities.
    """
    drawing = Drawing()
    codec, drawing.encoding, drawing.agrees = encoding_of(path)
    reader = _Entities(drawing, codec)
    with path.open("rb") as stream:
        section = block = ""
        seen = ended = False
        for kind, tags in entities(stream):
            if kind == "SECTION":
                section = first(tags, 2, codec)
                seen |= section == "ENTITIES"
            elif kind == "BLOCK":
                block = first(tags, 2, codec)
            elif kind == "LAYER" and section == "TABLES":
                name = plain(first(tags, 2, codec))
                found = numbers(tags)
                drawing.add_layer(name, int(found.get(70, 0)), int(found.get(62, 7)))
            elif section == "BLOCKS" and kind in LINES:
                drawing.blocks.setdefault(block, set()).add("")
            elif section == "BLOCKS" and kind == "INSERT":
                drawing.blocks.setdefault(block, set()).add(first(tags, 2, codec))
            elif section == "ENTITIES":
                ended |= kind == "ENDSEC"
                reader.take(kind, tags)
    drawing.cut = not ended
    return drawing if seen else None


class _Entities:
    """Takes tags of entities one by one; a POLYLINE is whole when its vertices have come."""

    def __init__(self, drawing: Drawing, codec: str) -> None:
        self._drawing = drawing
        self._codec = codec
        self._line: Polyline | None = None
        self._vertices: list[DXFVertex] = []
        self._told = False

    def take(self, kind: str, tags: list[Tag]) -> None:
        """Take one entity, or the end of the section."""
        if kind != "VERTEX" and self._line is not None:
            line, self._line = self._line, None
            add_entity(self._drawing, line, self._vertices)
            self._vertices = []
        if not tags:
            if _is_damaged(kind):
                self._lose()
            return
        if kind in TITLES and kind != "INSERT":
            found = numbers(tags)
            if not found.get(_PAPER):
                layer = plain(first(tags, _LAYER, self._codec))
                self._drawing.pass_over(kind, layer, found)
            return
        try:
            entity = self._load(kind, tags)
        except Exception:  # noqa: BLE001 - a damaged entity is counted, the others are read
            self._lose()
            return
        if isinstance(entity, DXFVertex):
            self._take_vertex(entity)
            return
        self._told = False
        if isinstance(entity, Polyline):
            self._line = entity
        else:
            add_entity(self._drawing, entity, [])

    def _take_vertex(self, vertex: DXFVertex) -> None:
        if self._line is not None:
            self._vertices.append(vertex)
        elif not self._told:
            self._lose()

    def _lose(self) -> None:
        """Count a damaged entity; the vertices behind it are not counted again."""
        self._drawing.unread += 1
        self._told = True

    def _load(self, kind: str, tags: list[Tag]) -> DXFEntity:
        whole = healed(kind, tags)
        raw = [DXFTag(code, value.decode(self._codec, "replace")) for code, value in whole]
        # The compiler gives a point only when it has seen the tag behind it.
        compiled = list(tag_compiler(iter([DXFTag(0, kind), *raw, DXFTag(0, "")])))
        return factory.load(ExtendedTags(compiled[:-1]))


@functools.cache
def _is_damaged(kind: str) -> bool:
    """Whether a kind that is none may have been one of ours."""
    if kind in factory.ENTITY_CLASSES or kind in {"ENDSEC", "SEQEND", "EOF"}:
        return False
    ours = [*LINES, "VERTEX"]
    return bool(difflib.get_close_matches(kind.upper(), ours, 1, _LIKENESS))


def _read_document(document: ezdxf.document.Drawing) -> Drawing:
    """The same from a drawing that ezdxf holds as a whole."""
    drawing = Drawing()
    for block in document.blocks:
        held = drawing.blocks.setdefault(block.name, set())
        for entity in block:
            if isinstance(entity, (LWPolyline, Polyline)):
                held.add("")
            elif isinstance(entity, Insert):
                held.add(str(entity.dxf.name))
    for layer in document.layers:
        drawing.add_layer(plain(layer.dxf.name), layer.dxf.flags, layer.dxf.color)
    for entity in document.modelspace():
        kind = entity.dxftype()
        if kind != "INSERT":
            drawing.pass_over(kind, plain(str(entity.dxf.layer)), _numbers_of(entity))
        vertices = list(entity.vertices) if isinstance(entity, Polyline) else []
        add_entity(drawing, entity, vertices)
    return drawing


def _numbers_of(entity: DXFEntity) -> Numbers:
    """What `Unread` asks of an entity, by the group codes of a file."""
    found: Numbers = {}
    names = {"start": (10, 20), "end": (11, 21), "center": (10, 20)}
    for name, codes in names.items():
        if entity.dxf.hasattr(name) and entity.dxftype() in {"LINE", "ARC", "CIRCLE"}:
            point = entity.dxf.get(name)
            found |= dict(zip(codes, (point.x, point.y), strict=True))
    plain_numbers = {"radius": 40, "start_angle": 50, "end_angle": 51}
    for name, code in plain_numbers.items():
        if entity.dxftype() in {"ARC", "CIRCLE"} and entity.dxf.hasattr(name):
            found[code] = float(entity.dxf.get(name))
    return found
