"""Which closed lines of a drawing are the frame of its sheet, and no land."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from herbgis.foundation.language import tr
from herbgis.geo.systems import Geometries
from herbgis.reading.formats.dxf_drawing import Drawing, Ring

#: Layers that are meant for frames: TK is CASS's (图框).
_FRAME_LAYER = re.compile(r"(?i)(?:.*图框.*|.*图廓.*|tk|tuk(?:uang)?|frame|border|title ?block)")
#: A line without a telling layer is a frame only around so many parcels, and texts beside them.
_LEAST_WITHIN = 2
#: Where the area of a ring is this share of its box's, the ring is a rectangle.
_FULL = 0.9999


def take_frames_out(drawing: Drawing) -> Iterator[tuple[str, bool]]:
    """Take the rings out of a drawing that are frames; what is said of them, and how surely.

    A frame by its layer's name is one where a line of the layer is around rings of others: every
    rectangle of the layer, and every line around other rings. Without such a name a line is taken
    for a frame where it is a rectangle along the axes that holds all other rings of the drawing,
    and texts beside these; a person is to confirm that. Where nothing else would be left, nothing
    is taken out.
    """
    shapes = np.array([shapely.Polygon(ring.points) for ring in drawing.rings], dtype=object)
    layers = _frame_layers(drawing.rings, shapes)
    named = [
        ring.layer in layers and _is_frame(at, shapes) for at, ring in enumerate(drawing.rings)
    ]
    likely = [] if any(named) else _likely_frames(drawing, shapes)
    taken = {at for at, is_frame in enumerate(named) if is_frame} or set(likely)
    if not taken or len(taken) == len(shapes):
        return
    counts = Counter(drawing.rings[at].layer for at in sorted(taken))
    drawing.rings[:] = [ring for at, ring in enumerate(drawing.rings) if at not in taken]
    for layer, count in counts.items():
        if any(named):
            yield (
                tr("图层“{layer}”的 {count} 条闭合线是图框, 未作为图斑", layer=layer, count=count),
                True,
            )
        else:
            what = tr(
                "图层“{layer}”有 {count} 个矩形套着其余全部图斑和文字", layer=layer, count=count
            )
            yield tr("{what}, 按图框未读; 若是基地请单独交来", what=what), False


def _frame_layers(rings: Sequence[Ring], shapes: Geometries) -> set[str]:
    """Layers called as those of frames are, of which a line is around a ring of another layer."""
    layers = np.array([ring.layer for ring in rings], dtype=object)
    frames: set[str] = set()
    for name in {name for name in layers if _FRAME_LAYER.fullmatch(name.strip())}:
        others = shapely.STRtree(shapes[layers != name])
        if others.query(shapes[layers == name], predicate="contains_properly").size:
            frames.add(name)
    return frames


def _is_frame(at: int, shapes: Geometries) -> bool:
    """Whether a ring on a layer of frames is a rectangle, or around another ring."""
    box = shapely.minimum_rotated_rectangle(shapes[at])
    is_rectangle = shapely.area(shapes[at]) >= _FULL * shapely.area(box)
    others = np.delete(shapes, at)
    return bool(is_rectangle or shapely.contains_properly(shapes[at], others).any())


def _likely_frames(drawing: Drawing, shapes: Geometries) -> list[int]:
    """Rectangles along the axes around everything, the outer of two as well as the inner."""
    west, south, east, north = shapely.bounds(shapes).T
    boxes: Geometries = np.asarray(shapely.box(west, south, east, north), dtype=object)
    large = np.argsort(-shapely.area(boxes), kind="stable").tolist()
    frames: list[int] = []
    for at in large[:_LEAST_WITHIN]:
        rest = np.delete(shapes, [*frames, at])
        is_box = shapely.area(shapes[at]) >= _FULL * shapely.area(boxes[at])
        if not is_box or len(rest) < _LEAST_WITHIN:
            break
        if not shapely.contains_properly(shapes[at], rest).all():
            break
        frames.append(at)
    if not frames:
        return []
    rest = np.delete(shapes, frames)
    points = np.array([shapely.Point(label.x, label.y) for label in drawing.labels], dtype=object)
    inside = points[shapely.contains(shapes[frames[0]], points)] if len(points) else points
    parcels = shapely.STRtree(rest)
    beside = len(inside) - len(np.unique(parcels.query(inside, predicate="within")[0]))
    return frames if beside >= _LEAST_WITHIN else []
