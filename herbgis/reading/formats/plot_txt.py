"""界址点 TXT, the exchange format of land survey (勘测定界): header, plots, boundary points."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from herbgis.foundation.language import listed, tr
from herbgis.foundation.units import MU_M2
from herbgis.geo.geodesy import Floats, areas_m2
from herbgis.reading.formats.encodings import GBK, decided_line, text_of_file
from herbgis.reading.formats.plot_areas import agreeing_unit
from herbgis.reading.formats.plot_heads import UnitM2, is_default_number
from herbgis.reading.formats.plot_lines import Contents, Plot, Point, contents_of
from herbgis.reading.formats.plot_systems import (
    PlotSystem,
    are_degrees,
    are_packed,
    is_east_first,
    system_in_degrees,
    system_in_metres,
    unpacked,
)
from herbgis.reading.formats.rings import even_odd
from herbgis.reading.formats.survey_file import SurveyFile, UnreadableFileError
from herbgis.reading.understanding.made_headings import BESIDE
from herbgis.reading.understanding.survey import Layer
from herbgis.terms.issues import Issue, Place
from herbgis.terms.policy import Policy

#: Share of a line's length within which its ends lie where they may be taken to meet.
_ENDS_MEET = 0.05
_UNCLEAR = "坐标可能是十进制度, 也可能是度.分秒, 无从分辨"
#: Numbers of plots that an assumption names.
_MOST_NAMED = 3


@dataclass
class _Drawn:
    """The plots of a file in one system.

    Attributes
    ----------
    plots : list of Plot
    rings : list of list of list of tuple of float
        Rings of each plot, east before north; none where its coordinates may be two things.
    shapes : list of geometry or None
    in_degrees : bool
    system : PlotSystem
    said : list of str
    """

    plots: list[Plot]
    rings: list[list[list[Point]]]
    shapes: list[shapely.Geometry | None]
    in_degrees: bool
    system: PlotSystem
    said: list[str]

    def areas(self) -> Floats:
        """Square metres of each plot: in the plane that surveyors write, or on the ellipsoid."""
        shapes = np.array(self.shapes, dtype=object)
        if not self.in_degrees:
            return np.asarray(shapely.area(shapes), dtype=float)
        return areas_m2(shapely.make_valid(shapes))


def read_plot_txt(file: SurveyFile) -> Iterator[Layer]:
    """Plots of a 界址点 TXT; X is north and Y is east unless the points say otherwise."""
    text, encoding = text_of_file(file.path)
    found = contents_of(text, _unit_m2(file.words.policy))
    blocks = [contents for contents in found if contents.plots or contents.unread]
    if not any(contents.plots for contents in blocks):
        msg = tr("没有以 @ 结尾的地块行和界址点, 不是勘测定界 TXT")
        raise UnreadableFileError(msg)
    for number, contents in enumerate(blocks, 1):
        name = file.path.stem if number == 1 else f"{file.path.stem}({number})"
        yield _layer(contents, Place(file.shown, name), encoding)


def _unit_m2(policy: Policy) -> UnitM2:
    """Square metres in a unit of land area, by the policy's words."""

    def square_metres(word: str) -> float | None:
        unit = policy.canonical("unit", word)
        mu = None if unit is None else policy.words["unit"][unit].mu_per_unit
        return None if mu is None else mu * MU_M2

    return square_metres


def _layer(contents: Contents, where: Place, encoding: str) -> Layer:
    """The plots behind one header as a layer."""
    drawn = _drawn(contents)
    said = [*drawn.system.said]
    if encoding == GBK:
        said.append(decided_line(encoding))
    said += drawn.said
    if contents.remarks:
        said.append(tr("{count} 行说明文字未作记录", count=contents.remarks))
    notes = [_check_head(plot, area) for plot, area in zip(drawn.plots, drawn.areas(), strict=True)]
    said += dict.fromkeys(note for note, wrong in notes if note and not wrong)
    said += _default_numbers(drawn.plots)
    return Layer(
        file=where.file,
        name=str(where.layer),
        frame=_table(drawn),
        crs=drawn.system.crs,
        promised=len(drawn.plots),
        encoding=encoding,
        assumptions=tuple(said),
        issues=tuple(_issues(contents, drawn, notes, where)),
    )


def _issues(
    contents: Contents, drawn: _Drawn, notes: Sequence[tuple[str, bool]], where: Place
) -> Iterator[Issue]:
    """What is wrong with the header, with single plots, and with lines that are none of theirs."""
    if drawn.system.contradiction:
        yield Issue("HG008", where, {"what": drawn.system.contradiction})
    for row, (plot, (note, wrong)) in enumerate(zip(drawn.plots, notes, strict=True), 1):
        place = Place(where.file, where.layer, row)
        if wrong:
            yield Issue("HG008", place, {"what": note})
        if plot.trouble:
            yield Issue("HG001", place, {"why": plot.trouble})
        if plot.damaged:
            why = tr(
                "第 {row} 行等 {count} 个界址点读不懂", row=plot.damaged[0], count=len(plot.damaged)
            )
            yield Issue("HG001", place, {"why": why})
        if plot.points and not drawn.rings[row - 1]:
            yield Issue("HG001", place, {"why": tr(_UNCLEAR)})
    if contents.unread:
        why = tr(
            "第 {row} 行等 {count} 行读不懂", row=contents.unread[0], count=len(contents.unread)
        )
        yield Issue("HG001", where, {"why": why})


def _table(drawn: _Drawn) -> gpd.GeoDataFrame:
    """A row a plot, under the base table's own headings."""
    heads = [plot.head for plot in drawn.plots]
    numbers = [head.number or "" for head in heads]
    default = [is_default_number(number) for number in numbers]
    columns: dict[str, list[str | None]] = {
        "base_id": [n if n and not d else None for n, d in zip(numbers, default, strict=True)],
        # A default number that is a word is all the name that a nameless plot has.
        "name": [
            head.name or (n if d and not n.isdigit() else None)
            for head, n, d in zip(heads, numbers, default, strict=True)
        ],
        "mode": [head.use for head in heads],
    }
    if any(head.village for head in heads):
        columns["village"] = [head.village for head in heads]
    if any(head.beside for head in heads):
        columns[BESIDE] = [head.beside or None for head in heads]
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(drawn.shapes))


def _default_numbers(plots: Sequence[Plot]) -> Iterator[str]:
    """Which numbers are no ids, where they look like more than a plain counter."""
    numbers = [plot.head.number for plot in plots if plot.head.number]
    worded = [n for n in numbers if not n.isdigit() and is_default_number(n)]
    if worded:
        named = listed(dict.fromkeys(worded[:_MOST_NAMED]))
        yield tr(
            "{named} 等 {count} 个地块编号是软件的缺省编号, 未作基地编号",
            named=named,
            count=len(worded),
        )


def _drawn(contents: Contents) -> _Drawn:
    """The plots with their coordinates put in order, and the system that these are in."""
    plots = contents.plots
    east_first = [is_east_first(plot.points) for plot in plots]
    rings = [
        [ring if swapped else [(b, a) for a, b in ring] for ring in plot.rings()]
        for plot, swapped in zip(plots, east_first, strict=True)
    ]
    said = []
    if any(east_first):
        said.append(tr("点坐标为东坐标在前(由数值判定)"))
    xy = _coordinates(rings)
    in_degrees = are_degrees(xy)
    if in_degrees:
        system = system_in_degrees(contents.header)
        rings, told = _in_decimal_degrees(contents, rings, xy)
        said += told
    else:
        system = system_in_metres(contents.header, xy[:, 0])
    shapes = [_shape(plot, own) for plot, own in zip(plots, rings, strict=True)]
    return _Drawn(plots, rings, shapes, in_degrees, system, said)


def _coordinates(rings: list[list[list[Point]]]) -> Floats:
    flat = [point for own in rings for ring in own for point in ring]
    return np.array(flat, dtype=float).reshape(-1, 2)


def _in_decimal_degrees(
    contents: Contents, rings: list[list[list[Point]]], xy: Floats
) -> tuple[list[list[list[Point]]], list[str]]:
    """Rings in decimal degrees, and what was said; no rings where they may be two things."""

    def put(change: Callable[[Floats], Floats]) -> list[list[list[Point]]]:
        return [[list(map(tuple, change(np.array(r)).tolist())) for r in own] for own in rings]

    def agreeing(change: Callable[[Floats], Floats]) -> int:
        shapes = [_shape(p, own) for p, own in zip(contents.plots, put(change), strict=True)]
        areas = areas_m2(shapely.make_valid(np.array(shapes, dtype=object)))
        heads = (plot.head for plot in contents.plots)
        return sum(
            bool(agreeing_unit(head.area, head.unit_m2, area))
            for head, area in zip(heads, areas, strict=True)
        )

    packed, told = are_packed(contents.header, xy, agreeing)
    if packed is None:
        return [[] for _ in rings], []
    if not packed:
        return rings, [told] if told else []
    return put(lambda some: np.asarray(unpacked(some), dtype=float)), [told]


def _shape(plot: Plot, rings: list[list[Point]]) -> shapely.Geometry | None:
    """A plot as its head says that it is drawn."""
    points = [point for ring in rings for point in ring]
    if not points:
        return None
    if plot.head.drawn_as == "point":
        return shapely.MultiPoint(points) if len(points) > 1 else shapely.Point(points[0])
    if plot.head.drawn_as == "line":
        pieces = [piece for ring in rings for piece in _pieces(ring)]
        return (
            shapely.LineString(pieces[0]) if len(pieces) == 1 else shapely.MultiLineString(pieces)
        )
    return even_odd(rings)


def _pieces(line: list[Point]) -> list[list[Point]]:
    """A line, in two where it ends where it began, or nearly: one that is stated is no boundary.

    Mending closes lines whose ends meet, and would make a ring road a base.
    """
    if len(line) < 2:
        return [line * 2]
    gap = math.dist(line[0], line[-1])
    if len(line) < 4 or gap > _ENDS_MEET * shapely.LineString(line).length:
        return [line]
    middle = len(line) // 2
    return [line[: middle + 1], line[middle:]]


def _check_head(plot: Plot, square_metres: float) -> tuple[str, bool]:
    """What the head of a plot says of its points and area: a note, and whether it is wrong."""
    head = plot.head
    distinct = sum(len(set(ring)) for ring in plot.rings())
    if head.points and head.points not in {len(plot.points), distinct}:
        return tr(
            "文件头写 {points} 个界址点, 实有 {distinct} 个", points=head.points, distinct=distinct
        ), True
    if not head.area or head.drawn_as != "polygon":
        return "", False
    unit = agreeing_unit(head.area, head.unit_m2, square_metres)
    if unit is None:
        return tr(
            "文件头面积 {area:g} 与界址点围成的 {measured:.1f} ㎡ 不符",
            area=head.area,
            measured=square_metres,
        ), True
    return (
        tr("地块面积按{unit}解读(与界址点相符)", unit=tr(unit)) if head.unit_m2 is None else ""
    ), False
