"""DXF, the exchange format of CAD: closed polylines as records, texts inside them as names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from herbgis.foundation.language import tr
from herbgis.geo.systems import Geometries
from herbgis.reading.formats.dxf_drawing import Drawing, Label, Ring
from herbgis.reading.formats.dxf_frames import take_frames_out
from herbgis.reading.formats.encodings import decided_line
from herbgis.reading.formats.survey_file import SurveyFile
from herbgis.reading.understanding.survey import Layer, bare_frame
from herbgis.terms.issues import Issue, Place

#: The layer of parcel boundaries (界址点, 界址线) that cadastral programs draw.
_BOUNDARIES = "JZD"
#: Pairs of overlapping boxes that are looked into, for a layer.
_MOST_PAIRS = 2_000_000


def read_dxf(file: SurveyFile) -> Iterator[Layer]:
    """Closed polylines of the modelspace, a layer for each layer that has some."""
    from herbgis.reading.formats.dxf_files import read_drawing  # noqa: PLC0415 - ezdxf imports slowly

    drawing = read_drawing(file.path)
    frames = [*take_frames_out(drawing)]
    by_layer: dict[str, list[Ring]] = {}
    for ring in drawing.rings:
        by_layer.setdefault(ring.layer, []).append(ring)
    if not by_layer:
        issue = Issue("HG001", Place(file.shown), {"why": tr("没有闭合的多段线, 没有读到图斑")})
        issues = () if drawing.cut or drawing.unread else (issue,)
        nothing = Layer(file.shown, "", bare_frame(pd.DataFrame()), None, 0, issues=issues)
        yield _with_findings(nothing, drawing)
    names = sorted(by_layer, key=lambda name: (name.upper() != _BOUNDARIES, name))
    for number, name in enumerate(names):
        layer = _layer(file.shown, name, by_layer[name], drawing)
        if number == 0:
            layer = _with_frames(_with_findings(layer, drawing), frames)
        yield layer


def _with_frames(layer: Layer, frames: Sequence[tuple[str, bool]]) -> Layer:
    """The file's first layer, with what is said of frames; a warning where it is not sure."""
    where = Place(layer.file)
    issues = [
        Issue("HG001", where, {"why": said}, severity="warning")
        for said, is_sure in frames
        if not is_sure
    ]
    sure = [said for said, is_sure in frames if is_sure]
    assumptions = (*sure, *layer.assumptions)
    return replace(layer, assumptions=assumptions, issues=(*layer.issues, *issues))


def _layer(shown: str, name: str, rings: Sequence[Ring], drawing: Drawing) -> Layer:
    """One layer's rings with the names that lie in them."""
    shapes = np.array([shapely.Polygon(ring.points) for ring in rings], dtype=object)
    assumptions = [tr("图层“{name}”的闭合多段线作为图斑", name=name)]
    hidden = drawing.hidden.get(name.casefold())
    if hidden:
        assumptions.append(
            tr(
                "图层“{name}”在图中已{hidden}, 其 {count} 个图斑仍读",
                name=name,
                hidden=hidden,
                count=len(rings),
            )
        )
    names, all_tried = _names(shapes, name, drawing.labels)
    inner, all_compared = _count_inner(shapes)
    if inner:
        assumptions.append(
            tr("{count} 个图斑在同图层另一图斑之内, 各自作为记录, 未当作洞", count=inner)
        )
    if not (all_tried and all_compared):
        assumptions.append(tr("图斑与文字过多, 名称和套叠未查全"))
    return Layer(
        file=shown,
        name=name,
        frame=gpd.GeoDataFrame({"name": names}, geometry=gpd.GeoSeries(shapes)),
        crs=None,
        promised=len(rings),
        encoding=drawing.encoding,
        assumptions=tuple(assumptions),
        issues=tuple(_curves(rings, Place(shown, name))),
    )


def _with_findings(layer: Layer, drawing: Drawing) -> Layer:
    """The file's first layer, with what is to be said of the whole file."""
    where = Place(layer.file, layer.name or None)
    issues = list(layer.issues)
    said = []
    if not drawing.agrees:
        issues.append(Issue("HG003", where, {"encoding": drawing.encoding}))
        said.append(decided_line(drawing.encoding))
    if drawing.cut:
        why = tr("DXF 不完整, 只读到能读的部分")
        issues.append(Issue("HG001", where, {"why": why}))
    if drawing.unread:
        why = tr("{count} 个图元损坏, 其余已读", count=drawing.unread)
        issues.append(Issue("HG001", where, {"why": why}))
    if drawing.open_lines:
        said.append(tr("{count} 条未闭合的多段线未作为图斑", count=drawing.open_lines))
    if drawing.paper_lines:
        said.append(tr("图纸空间的 {count} 条多段线未读", count=drawing.paper_lines))
    issues += _unread(drawing, layer.file)
    return replace(layer, assumptions=(*said, *layer.assumptions), issues=tuple(issues))


def _unread(drawing: Drawing, shown: str) -> Iterator[Issue]:
    """By layer, what may be a boundary and was not read: an error where it closes."""
    for name, unread in drawing.unread_by_layer().items():
        severity = None if unread.bounds_something() else "warning"
        yield Issue("HG104", Place(shown, name), {"kind": unread.told()}, severity=severity)


def _curves(rings: Sequence[Ring], where: Place) -> Iterator[Issue]:
    """One note for the layer where all records have arcs, else one a record."""
    rows = [row for row, ring in enumerate(rings, 1) if ring.curved]
    if rows and len(rows) == len(rings):
        yield Issue("HG111", where, {"count": len(rows)})
        return
    for row in rows:
        yield Issue("HG111", Place(where.file, where.layer, row), {"count": 1})


def _names(
    shapes: Geometries, layer: str, labels: Sequence[Label]
) -> tuple[list[str | None], bool]:
    """Each ring's texts: those of its own layer, or else all; each in the smallest ring only."""
    points = np.array([shapely.Point(label.x, label.y) for label in labels], dtype=object)
    rings, texts, complete = _pairs_within(shapes, points)
    order = np.argsort(shapely.area(shapes[rings]), kind="stable")
    _, first = np.unique(texts[order], return_index=True)
    held: dict[int, list[Label]] = {}
    for at in order[first]:
        held.setdefault(int(rings[at]), []).append(labels[int(texts[at])])
    names: list[str | None] = []
    for row in range(len(shapes)):
        found = held.get(row, [])
        chosen = [label for label in found if label.layer == layer] or found
        names.append(" ".join(label.words for label in chosen) or None)
    return names, complete


def _count_inner(shapes: Geometries) -> tuple[int, bool]:
    """How many rings lie wholly in another, larger one."""
    outer, inner, complete = _pairs_within(shapes, shapes)
    larger = shapely.area(shapes[outer]) > shapely.area(shapes[inner])
    return len(np.unique(inner[larger])), complete


def _pairs_within(
    outer: Geometries, inner: Geometries
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], bool]:
    """Which lies within which, by positions; and whether all pairs could be looked into."""
    tree = shapely.STRtree(inner)
    shapely.prepare(outer)
    at_once = max(1, _MOST_PAIRS // max(len(inner), 1))
    rings, found = [np.empty(0, dtype=np.intp)], [np.empty(0, dtype=np.intp)]
    budget = _MOST_PAIRS
    for start in range(0, len(outer), at_once):
        some, others = tree.query(outer[start : start + at_once])
        budget -= len(some)
        if budget < 0:
            break
        hit = shapely.contains(outer[some + start], inner[others])
        rings.append(some[hit] + start)
        found.append(others[hit])
    return np.concatenate(rings), np.concatenate(found), budget >= 0
