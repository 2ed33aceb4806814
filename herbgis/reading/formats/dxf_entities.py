"""What a DXF's modelspace holds: closed polylines as rings, texts, and how much was passed over.

Importing ezdxf takes most of a second, so this module is imported when a DXF is read.
"""

from __future__ import annotations

import difflib
import functools
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import ezdxf
import ezdxf.recover
import numpy as np
from ezdxf.entities import (
    DXFEntity,
    DXFGraphic,
    Insert,
    LWPolyline,
    MText,
    Polyline,
    Text,
    factory,
)
from ezdxf.entities.polyline import DXFVertex
from ezdxf.lldxf.encoding import decode_dxf_unicode
from ezdxf.lldxf.extendedtags import ExtendedTags
from ezdxf.lldxf.tagger import tag_compiler
from ezdxf.lldxf.types import DXFTag
from ezdxf.math import OCS
from ezdxf.tools.codepage import toencoding

from herbgis.geo.geodesy import Floats
from herbgis.reading.formats.encodings import decide

_BINARY_MARK = b"AutoCAD Binary DXF"
_UTF8_SINCE = "AC1021"
_LINES = frozenset({"LWPOLYLINE", "POLYLINE"})
_WANTED = _LINES | {"VERTEX", "TEXT", "MTEXT", "INSERT", "SECTION", "BLOCK"}
#: A kind that no program writes and that is as like as this to one of ours is ours, damaged.
_LIKENESS = 0.75
#: What may be a boundary, or part of one, and is not read; with the word for it.
_PASSED_OVER = {
    "LINE": "直线",
    "ARC": "圆弧",
    "CIRCLE": "圆",
    "ELLIPSE": "椭圆",
    "SPLINE": "样条曲线",
    "HATCH": "填充",
    "MPOLYGON": "多边形填充",
    "REGION": "面域",
}
# Without a handler of the caller's, what ezdxf logs would go to standard error.
logging.getLogger("ezdxf").addHandler(logging.NullHandler())
#: Largest distance between an arc and its chords, in metres; and their largest turn, which keeps
#: the area within 6e-5 of the arc's and serves drawings in degrees too.
_SAGITTA_M = 0.01
_TURN = np.radians(1)
_MOST_CHORDS = 4096
#: Points that arcs may add to one drawing.
_MOST_ARC_POINTS = 5_000_000
#: Ends that meet within this make a ring: metres, or degrees where nothing exceeds 180.
_MEET_M, _MEET_DEG = 0.01, 1e-7
#: Texts with foreign letters that are enough to tell the encoding.
_ENOUGH_TEXTS = 20_000
#: Beyond this size a file is only read as a stream, never as a whole.
_WHOLE_BYTES = 16_000_000
_CURVE_FRAME = 16


@dataclass(frozen=True)
class Ring:
    """A closed polyline: its points, shape (n, 2), and whether arcs were made chords."""

    layer: str
    points: Floats
    curved: bool


@dataclass(frozen=True)
class Label:
    """A text and the point it is placed at."""

    layer: str
    x: float
    y: float
    words: str


@dataclass
class Drawing:
    """What was found; `unread` counts entities that are damaged."""

    rings: list[Ring] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    open_lines: int = 0
    paper_lines: int = 0
    unread: int = 0
    cut: bool = False
    encoding: str = ""
    agrees: bool = True
    inserts: Counter[str] = field(default_factory=Counter)
    #: By block: what it holds, polylines as an empty string and other blocks by name.
    blocks: dict[str, set[str]] = field(default_factory=dict)
    arc_points: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)

    def pass_over(self, kind: str) -> None:
        """Count an entity that is not read, where people would miss it."""
        if kind in _PASSED_OVER:
            self.passed_over[_PASSED_OVER[kind]] += 1

    def inserts_with_lines(self) -> int:
        """INSERTs of the modelspace whose blocks hold polylines, at any depth."""
        holding = {name for name, held in self.blocks.items() if "" in held}
        users: dict[str, set[str]] = {}
        for name, held in self.blocks.items():
            for inner in held - {""}:
                users.setdefault(inner, set()).add(name)
        waiting = list(holding)
        while waiting:
            fresh = users.get(waiting.pop(), set()) - holding
            holding |= fresh
            waiting += fresh
        return sum(count for name, count in self.inserts.items() if name in holding)


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
        msg = "没有 ENTITIES 段, 文件过大, 未尝试恢复"
        raise ValueError(msg)
    if binary:
        return _read_document(ezdxf.readfile(path))
    drawing = _read_document(ezdxf.recover.readfile(path)[0])
    if not drawing.rings:
        msg = "没有 ENTITIES 段, 恢复后也没有闭合的多段线"
        raise ValueError(msg)
    drawing.cut = True
    return drawing


def _read_stream(path: Path) -> Drawing | None:
    """Entities one by one, in memory that does not grow with what is passed over.

    None where there is no section of entities.
    """
    drawing = Drawing()
    codec, drawing.encoding, drawing.agrees = _encoding(path)
    reader = _Entities(drawing, codec)
    with path.open("rb") as stream:
        section = block = ""
        seen = ended = False
        for kind, tags in _groups(stream):
            if kind == "SECTION":
                section = _first(tags, 2, codec)
                seen |= section == "ENTITIES"
            elif kind == "BLOCK":
                block = _first(tags, 2, codec)
            elif section == "BLOCKS" and kind in _LINES:
                drawing.blocks.setdefault(block, set()).add("")
            elif section == "BLOCKS" and kind == "INSERT":
                drawing.blocks.setdefault(block, set()).add(_first(tags, 2, codec))
            elif section == "ENTITIES":
                ended |= kind == "ENDSEC"
                reader.take(kind, tags)
    drawing.cut = not ended
    return drawing if seen else None


def _pairs(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Group codes and values, until the file ends or is no DXF any more."""
    while line := stream.readline():
        try:
            code = int(line)
        except ValueError:
            return
        value = stream.readline()
        if not value.endswith(b"\n"):
            if value.strip() == b"EOF":
                yield code, value
            return
        yield code, value.rstrip(b"\r\n")


def _groups(stream: IO[bytes]) -> Iterator[tuple[str, list[tuple[int, bytes]]]]:
    """Entities as their tags, empty for kinds that are not wanted.

    One that the file's end cuts off is not given.
    """
    kind, tags = "", list[tuple[int, bytes]]()
    for code, value in _pairs(stream):
        if code == 0:
            if kind:
                yield kind, tags
            kind, tags = value.strip().decode("latin-1"), []
        elif kind in _WANTED and (kind != "SECTION" or not tags):
            tags.append((code, value))
    if kind in {"ENDSEC", "EOF"}:
        yield kind, tags


def _first(tags: list[tuple[int, bytes]], code: int, codec: str) -> str:
    return next((value.decode(codec, "replace").strip() for c, value in tags if c == code), "")


def _encoding(path: Path) -> tuple[str, str, bool]:
    """The codec of a DXF's texts, its name for people, and whether the header says the same.

    What the bytes are outweighs what version and code page say.
    """
    header: dict[bytes, str] = {}
    foreign: list[bytes] = []
    variable = b""
    with path.open("rb") as stream:
        for code, value in _pairs(stream):
            if code == 9:
                variable = value.strip()
            elif variable in {b"$ACADVER", b"$DWGCODEPAGE"}:
                header.setdefault(variable, value.decode("latin-1").strip())
                variable = b""
            elif not value.isascii():
                foreign.append(value)
                if len(foreign) >= _ENOUGH_TEXTS:
                    break
    found = decide(foreign)
    if found is None:
        return "utf-8", "", True
    if header.get(b"$ACADVER", "") >= _UTF8_SINCE:
        stated = "utf-8"
    else:
        stated = toencoding(header.get(b"$DWGCODEPAGE", ""))
    agrees = stated in {"utf-8", "utf8"} if found == "UTF-8" else stated.startswith("gb")
    return found.lower(), "GBK" if found == "GB18030" else found, agrees


class _Entities:
    """Takes tags of entities one by one; a POLYLINE is whole when its vertices have come."""

    def __init__(self, drawing: Drawing, codec: str) -> None:
        self._drawing = drawing
        self._codec = codec
        self._line: Polyline | None = None
        self._vertices: list[DXFVertex] = []
        self._told = False

    def take(self, kind: str, tags: list[tuple[int, bytes]]) -> None:
        """Take one entity, or the end of the section."""
        if kind != "VERTEX" and self._line is not None:
            line, self._line = self._line, None
            _guarded(self._drawing, line, self._vertices)
            self._vertices = []
        if not tags:
            if _is_damaged(kind):
                self._lose()
            self._drawing.pass_over(kind)
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
            _guarded(self._drawing, entity, [])

    def _take_vertex(self, vertex: DXFVertex) -> None:
        if self._line is not None:
            self._vertices.append(vertex)
        elif not self._told:
            self._lose()

    def _lose(self) -> None:
        """Count a damaged entity; the vertices behind it are not counted again."""
        self._drawing.unread += 1
        self._told = True

    def _load(self, kind: str, tags: list[tuple[int, bytes]]) -> DXFEntity:
        raw = [DXFTag(code, value.decode(self._codec, "replace")) for code, value in tags]
        # The compiler gives a point only when it has seen the tag behind it.
        compiled = list(tag_compiler(iter([DXFTag(0, kind), *raw, DXFTag(0, "")])))
        return factory.load(ExtendedTags(compiled[:-1]))


@functools.cache
def _is_damaged(kind: str) -> bool:
    """Whether a kind that is none may have been one of ours."""
    if kind in factory.ENTITY_CLASSES or kind in {"ENDSEC", "SEQEND", "EOF"}:
        return False
    ours = [*_LINES, "VERTEX"]
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
    for entity in document.modelspace():
        drawing.pass_over(entity.dxftype())
        vertices = list(entity.vertices) if isinstance(entity, Polyline) else []
        _guarded(drawing, entity, vertices)
    return drawing


def _guarded(drawing: Drawing, entity: DXFEntity, vertices: list[DXFVertex]) -> None:
    try:
        _add(drawing, entity, vertices)
    except Exception:  # noqa: BLE001 - a damaged entity is counted, the others are read
        drawing.unread += 1


def _add(drawing: Drawing, entity: DXFEntity, vertices: list[DXFVertex]) -> None:
    """Add what an entity of the modelspace holds for us; those of paper are none of ours."""
    if not isinstance(entity, DXFGraphic):
        return
    if entity.dxf.paperspace:
        drawing.paper_lines += isinstance(entity, (LWPolyline, Polyline))
        return
    layer = _plain(str(entity.dxf.layer))
    if isinstance(entity, LWPolyline):
        corners = np.array(entity.get_points("xyb"), dtype=float).reshape(-1, 3)
        _add_line(drawing, layer, corners, closed=entity.closed, ocs=entity.ocs())
    elif isinstance(entity, Polyline):
        if entity.is_2d_polyline or entity.is_3d_polyline:
            kept = [v for v in vertices if not v.dxf.flags & _CURVE_FRAME]
            rows = [(*v.dxf.location.vec2, v.dxf.bulge) for v in kept]
            corners = np.array(rows, dtype=float).reshape(-1, 3)
            ocs = entity.ocs() if entity.is_2d_polyline else None
            _add_line(drawing, layer, corners, closed=entity.is_closed, ocs=ocs)
    elif isinstance(entity, (Text, MText)):
        _add_label(drawing, layer, entity)
    elif isinstance(entity, Insert):
        drawing.inserts[str(entity.dxf.name)] += 1


def _plain(text: str) -> str:
    r"""Text with \U+XXXX resolved, and without what no file of ours could hold."""
    whole = decode_dxf_unicode(text).encode("utf-8", "replace").decode("utf-8")
    return " ".join(whole.split())


def _add_label(drawing: Drawing, layer: str, entity: Text | MText) -> None:
    if isinstance(entity, Text):
        _, start, aligned = entity.get_placement()
        # Where a text is centred, its start is left of where the draughtsman put it.
        justified = entity.dxf.halign or entity.dxf.valign
        point = entity.ocs().to_wcs(aligned if justified and aligned is not None else start)
        words = entity.plain_text()
    else:
        point = entity.dxf.insert
        words = str(entity.plain_text())
    words = _plain(words)
    if words and np.isfinite((point.x, point.y)).all():
        drawing.labels.append(Label(layer, point.x, point.y, words))


def _add_line(
    drawing: Drawing, layer: str, corners: Floats, *, closed: bool, ocs: OCS | None
) -> None:
    """Add a polyline as a ring where it is one; corners are x, y and the bulge behind each."""
    if not np.isfinite(corners).all():
        msg = "coordinates are no numbers"
        raise ValueError(msg)
    meet = 0.0 if closed else _MEET_M
    if len(corners) and not closed and np.abs(corners[:, :2]).max() <= 180:
        meet = _MEET_DEG
    if len(corners) > 1:
        gap = np.hypot(*(corners[-1, :2] - corners[0, :2]))
        if gap <= meet:
            corners, closed = corners[:-1], True
    if not closed:
        drawing.open_lines += 1
        return
    points = _linearised(corners)
    drawing.arc_points += len(points) - len(corners)
    if drawing.arc_points > _MOST_ARC_POINTS:
        msg = "too many arcs"
        raise ValueError(msg)
    if ocs is not None and ocs.transform:
        points = np.array([ocs.to_wcs((x, y, 0.0)).vec2 for x, y in points], dtype=float)
    if len(np.unique(points, axis=0)) < 3:
        drawing.open_lines += 1
        return
    drawing.rings.append(Ring(layer, points, curved=bool(corners[:, 2].any())))


def _linearised(corners: Floats) -> Floats:
    """Points of a closed line whose arcs are chords.

    A bulge is the tangent of a quarter of the arc's angle, positive to the left (Autodesk DXF
    Reference, LWPOLYLINE, group code 42).
    """
    if not corners[:, 2].any():
        return corners[:, :2]
    following = np.roll(corners[:, :2], -1, axis=0)
    pieces: list[Floats] = []
    for (x, y, bulge), end in zip(corners, following, strict=True):
        start = np.array([x, y])
        pieces.append(start[None, :])
        chord = end - start
        length = float(np.hypot(*chord))
        if bulge and length:
            pieces.append(_arc(start, chord, length, float(bulge)))
    return np.vstack(pieces)


def _arc(start: Floats, chord: Floats, length: float, bulge: float) -> Floats:
    """Points between the ends of an arc."""
    angle = 4 * np.arctan(bulge)
    radius = length * (1 + bulge**2) / (4 * abs(bulge))
    turn = min(_TURN, 2 * np.arccos(max(1 - _SAGITTA_M / radius, -1.0)) or _TURN)
    chords = int(min(np.ceil(abs(angle) / turn), _MOST_CHORDS))
    left = np.array([-chord[1], chord[0]])
    centre = start + chord / 2 + left * (1 - bulge**2) / (4 * bulge)
    turns = angle * np.arange(1, chords) / chords
    from_centre = complex(*(start - centre)) * np.exp(1j * turns)
    return np.column_stack([from_centre.real, from_centre.imag]) + centre
