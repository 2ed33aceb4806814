"""What one entity of a DXF's modelspace adds to a drawing: a ring, a text, or a count.

Importing ezdxf takes most of a second, so this module is imported when a DXF is read.
"""

from __future__ import annotations

import numpy as np
from ezdxf.entities import Attrib, DXFEntity, DXFGraphic, Insert, LWPolyline, MText, Polyline, Text
from ezdxf.entities.polyline import DXFVertex
from ezdxf.math import OCS

from herbgis.geo.geodesy import Floats
from herbgis.reading.formats.dxf_arcs import linearised
from herbgis.reading.formats.dxf_drawing import Drawing, Label, Ring
from herbgis.reading.formats.dxf_texts import plain, words_of
from herbgis.reading.formats.rings import DRAWN_CLOSING_DEG, DRAWN_CLOSING_M

#: Points that arcs may add to one drawing.
_MOST_ARC_POINTS = 5_000_000
#: The share of a line's length within which its ends lie where it may be meant to close.
_ENDS_NEAR = 0.05
#: The flag of a vertex that only frames a curve (group code 70).
_CURVE_FRAME = 16


def add_entity(drawing: Drawing, entity: DXFEntity, vertices: list[DXFVertex]) -> None:
    """Add an entity to a drawing; a POLYLINE with its vertices, which stand behind it in a file."""
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
    layer = plain(str(entity.dxf.layer))
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
        else:
            drawing.pass_over("MESH", layer, {})
    elif isinstance(entity, (Text, MText)):  # an attribute of a block is a text too
        _add_label(drawing, layer, entity)
    elif isinstance(entity, Insert):
        drawing.inserts[str(entity.dxf.name), layer] += 1
        for attribute in entity.attribs:
            _add_label(drawing, plain(str(attribute.dxf.layer)), attribute)


def _add_label(drawing: Drawing, layer: str, entity: Text | MText) -> None:
    if isinstance(entity, Attrib) and entity.is_invisible:
        return
    if isinstance(entity, Text):
        _, start, aligned = entity.get_placement()
        # Where a text is centred, its start is left of where the draughtsman put it.
        justified = entity.dxf.halign or entity.dxf.valign
        point = entity.ocs().to_wcs(aligned if justified and aligned is not None else start)
    else:
        point = entity.dxf.insert
    words = words_of(entity)
    if words and np.isfinite((point.x, point.y)).all():
        drawing.labels.append(Label(layer, point.x, point.y, words))


def _add_line(
    drawing: Drawing, layer: str, corners: Floats, *, closed: bool, ocs: OCS | None
) -> None:
    """Add a polyline as a ring where it is one; corners are x, y and the bulge behind each."""
    if not np.isfinite(corners).all():
        msg = "coordinates are no numbers"
        raise ValueError(msg)
    meet = 0.0 if closed else DRAWN_CLOSING_M
    if len(corners) and not closed and np.abs(corners[:, :2]).max() <= 180:
        meet = DRAWN_CLOSING_DEG
    if len(corners) > 1:
        gap = np.hypot(*(corners[-1, :2] - corners[0, :2]))
        if gap <= meet:
            corners, closed = corners[:-1], True
    if not closed:
        drawing.open_lines += 1
        if _all_but_closes(corners[:, :2]):
            drawing.pass_over("OPEN", layer, {})
        return
    points = linearised(corners)
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


def _all_but_closes(corners: Floats) -> bool:
    """Whether a line ends near where it began, going round something."""
    if len(np.unique(corners, axis=0)) < 3:
        return False
    length = np.hypot(*np.diff(corners, axis=0).T).sum()
    return bool(np.hypot(*(corners[-1] - corners[0])) <= _ENDS_NEAR * length)
