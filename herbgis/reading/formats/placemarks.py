"""Records of folders, as maps on a telephone keep them: fields, shapes, a coordinate type."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from herbgis.foundation.language import tr
from herbgis.geo.datums import WGS84_EPSG
from herbgis.geo.geodesy import GEOD, Floats
from herbgis.geo.offsets import OFFSETS
from herbgis.reading.formats.findings import Findings
from herbgis.reading.formats.grids import check_size
from herbgis.reading.formats.rings import WALKED_CLOSING_M
from herbgis.reading.formats.survey_file import SurveyFile
from herbgis.reading.understanding.survey import Layer
from herbgis.terms.issues import Issue, Place

Coordinates = list[tuple[float, ...]]

#: What 奥维 writes into OvCoordType, folded: the name of the offset; none where it stands for
#: CGCS2000 already.
_COORD_TYPES = {"CGCS2000": "", "WGS84": "", **{name.replace("-", ""): name for name in OFFSETS}}


def _gap_m(vertices: Coordinates) -> float:
    """Metres between the ends of a line; infinite where it has too few points for a ring.

    Ends that are one point meet whatever their numbers mean; latitudes written first are measured
    as such, and put in order later, with all else that is misplaced.
    """
    if len(set(vertices)) < 3:
        return math.inf
    ends = np.array([vertices[0][:2], vertices[-1][:2]])
    if (ends[0] == ends[1]).all():
        return 0.0
    if _latitude_first(ends):
        ends = ends[:, ::-1]
    (west, south), (east, north) = ends.tolist()
    gap = float(GEOD.inv(west, south, east, north)[2])
    return math.inf if math.isnan(gap) else gap


def _latitude_first(xy: Floats) -> bool:
    """Whether coordinates can be degrees only in the order of latitude, longitude."""
    return not _are_degrees(xy) and _are_degrees(xy[:, ::-1])


def _are_degrees(xy: Floats) -> bool:
    """Whether coordinates can be longitudes and latitudes, in this order."""
    return bool((np.abs(xy) <= (180, 90)).all())


@dataclass
class Shapes:
    """What was drawn in one placemark.

    Attributes
    ----------
    polygons, walked, lines, points : list of geometries
        Drawn as polygons, made of lines whose ends meet, and what is neither.
    gaps_m : list of float
        How far apart the ends were of each track that was closed.
    """

    polygons: list[shapely.Polygon] = field(default_factory=list)
    walked: list[shapely.Polygon] = field(default_factory=list)
    lines: list[shapely.LineString] = field(default_factory=list)
    points: list[shapely.Geometry] = field(default_factory=list)
    gaps_m: list[float] = field(default_factory=list)

    def add_line(self, vertices: Coordinates) -> None:
        """Add a line, as a polygon where its ends meet."""
        if len(set(vertices)) < 2:
            self.points += [shapely.Point(xy) for xy in vertices[:1]]
            return
        gap = _gap_m(vertices)
        if gap <= WALKED_CLOSING_M:
            self.walked.append(shapely.Polygon(vertices))
            self.gaps_m.append(gap)
            return
        self.lines.append(shapely.LineString(vertices))

    def add_track(self, pieces: list[Coordinates]) -> None:
        """Add a track that was paused: one walk, unless each of its pieces closes by itself."""
        pieces = [piece for piece in pieces if piece]
        if any(_gap_m(piece) > WALKED_CLOSING_M for piece in pieces):
            pieces = [list(chain.from_iterable(pieces))]
        for piece in pieces:
            self.add_line(piece)

    def together(self) -> tuple[shapely.Geometry | None, int]:
        """One geometry, polygons before all else, and how many lines and points were left out.

        A line that is the outline of a polygon beside it is left out too.
        """
        beside = _outlines(self.polygons) if self.walked else set()
        own = [walked for walked in self.walked if _outline(walked) not in beside]
        polygons = [*self.polygons, *own]
        if polygons:
            left = len(self.lines) + len(self.points) + len(self.walked) - len(own)
            return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons), left
        others = [*self.lines, *self.points]
        if len(others) < 2:
            return (others[0] if others else None), 0
        if not self.points:
            return shapely.MultiLineString(self.lines), 0
        return shapely.GeometryCollection(others), 0


def _outline(polygon: shapely.Polygon) -> bytes:
    """The outer ring of a polygon, the same whichever way it turns and wherever it begins."""
    return shapely.to_wkb(shapely.normalize(shapely.Polygon(polygon.exterior)))


def _outlines(shapes: Sequence[shapely.Geometry | None]) -> set[bytes]:
    """Outlines of all polygons of some shapes."""
    parts = shapely.get_parts([shape for shape in shapes if shape is not None])
    return {_outline(part) for part in parts if part.geom_type == "Polygon" and not part.is_empty}


@dataclass
class Folder:
    """The records of one folder, and what was decided about them.

    Attributes
    ----------
    rows : list of dict of str to str
        Heading to text, a record each; `shapes` beside them.
    lost : int
        Records that the file begins in the folder and that were not read.
    unread : list of int
        Records, from 1, whose coordinates could not be read.
    untyped : int
        Records with a shape and without a coordinate type.
    """

    rows: list[dict[str, str]] = field(default_factory=list)
    shapes: list[shapely.Geometry | None] = field(default_factory=list)
    lost: int = 0
    unread: list[int] = field(default_factory=list)
    untyped: int = 0
    _converted: Counter[str] = field(default_factory=Counter)
    _gaps_m: list[float] = field(default_factory=list)
    _left_out: int = 0
    _walked: dict[int, shapely.Polygon] = field(default_factory=dict)

    def add(self, row: dict[str, str], drawn: Shapes | None, coord_type: str | None = None) -> None:
        """Add a record.

        Parameters
        ----------
        row : dict of str to str
            Heading to text.
        drawn : Shapes or None
            What it draws; None where its coordinates could not be read.
        coord_type : str or None
            What its coordinates are, as the file writes it: CGCS2000, WGS84, or the name of an
            offset, which is undone. None where nothing states it, as in formats that have WGS84
            alone; the coordinates are then taken as they are.
        """
        self.rows.append(row)
        if drawn is None:
            self.unread.append(len(self.rows))
            self.shapes.append(None)
            return
        shape, left_out = drawn.together()
        if shape is not None:
            shape, converted = _on_cgcs2000(shape, coord_type)
            self._converted[converted] += 1
            self.untyped += not coord_type
        if isinstance(shape, shapely.Polygon) and not drawn.polygons:
            self._walked[len(self.shapes)] = shape
        self.shapes.append(shape)
        self._gaps_m += drawn.gaps_m
        self._left_out += left_out

    def layer(self, shown: str, name: str, encoding: str, *, of_ovital: bool = False) -> Layer:
        """The folder as a layer of longitudes and latitudes; 奥维 should state their types."""
        check_size(len(self.rows), len(set(chain.from_iterable(self.rows))))
        table = pd.DataFrame(self.rows, index=range(len(self.rows)), dtype=object)
        table = table.where(table.notna(), None)
        why = {"why": tr("坐标读不懂, 记录保留, 没有图形")}
        return Layer(
            file=shown,
            name=name,
            frame=gpd.GeoDataFrame(
                table, geometry=gpd.GeoSeries(self._told_apart(), index=table.index)
            ),
            crs=pyproj.CRS.from_epsg(WGS84_EPSG),
            promised=len(self.rows) + self.lost,
            encoding=encoding,
            assumptions=tuple(self._decided(of_ovital=of_ovital)),
            issues=tuple(Issue("HG001", Place(shown, name, row), why) for row in self.unread),
        )

    def _told_apart(self) -> list[shapely.Geometry | None]:
        """The shapes; a line that is the outline of another record's polygon stays a line."""
        shapes = list(self.shapes)
        if self._walked:
            drawn = _outlines([s for n, s in enumerate(shapes) if n not in self._walked])
            for number, polygon in self._walked.items():
                if _outline(polygon) in drawn:
                    shapes[number] = shapely.LineString(polygon.exterior)
        return shapes

    def _decided(self, *, of_ovital: bool) -> Iterator[str]:
        """What was decided about the records, a line each."""
        if of_ovital and self.untyped:
            yield tr(
                "{count} 条记录未注明坐标类型, 按 CGCS2000(奥维也导出 GCJ-02)", count=self.untyped
            )
        for kind, count in sorted(self._converted.items()):
            if kind in OFFSETS:
                yield tr("{count} 条记录坐标由 {kind} 换算(文件注明)", count=count, kind=kind)
            elif kind:
                yield tr(
                    "{count} 条记录的坐标类型 {kind} 不认识, 按 WGS84", count=count, kind=kind[:20]
                )
        gaps = self._gaps_m
        if gaps:
            yield tr(
                "{count} 条首尾相接的航迹作为面(首尾最远相距 {farthest:.1f} m)",
                count=len(gaps),
                farthest=max(gaps),
            )
        if self._left_out:
            yield tr("面旁边的 {count} 个线或点未用", count=self._left_out)


@dataclass
class Folders:
    """A file's records by folder, and what is to be said of the file.

    Attributes
    ----------
    findings : Findings
        Those of the `XmlWalk`, or of what else reads the file; records are added to the folder
        that stands open in them.
    """

    findings: Findings
    _by_name: dict[str, Folder] = field(default_factory=dict)

    def add(self, row: dict[str, str], drawn: Shapes | None, coord_type: str | None = None) -> None:
        """Add a record to the folder that stands open; see `Folder.add`."""
        self._by_name.setdefault(self.findings.folder, Folder()).add(row, drawn, coord_type)

    def layers(self, file: SurveyFile, *, of_ovital: bool = False) -> Iterator[Layer]:
        """Each folder as a layer, in the order of the file; on the first what is said of it.

        Raises
        ------
        ValueError
            The file is damaged before its first record.
        """
        found = self.findings
        folders = {
            name: replace(self._by_name.get(name, Folder()), lost=found.lost[name])
            for name in dict.fromkeys([*found.lost, *self._by_name])
        }
        if found.damage and not folders:
            msg = tr("没有读到完整的记录: {damage}", damage=found.damage)
            raise ValueError(msg)
        empty = not folders
        if empty and found.passed_over:
            folders = {file.path.stem: Folder()}
        for number, (name, folder) in enumerate(folders.items()):
            layer = folder.layer(file.shown, name, found.encoding, of_ovital=of_ovital)
            yield layer if number else found.told_on(layer, empty=empty)


def _on_cgcs2000(shape: shapely.Geometry, written: str | None) -> tuple[shapely.Geometry, str]:
    """A geometry put right by its OvCoordType, and the type by its usual name.

    A type that is not known is given back as written, and the geometry as it is.
    """
    folded = re.sub(r"[\s_-]", "", written or "WGS84").upper()
    name = _COORD_TYPES.get(folded)
    if not name:
        return shape, str(written) if name is None else ""
    xy = shapely.get_coordinates(shape)
    # Latitudes written first stay first: putting the axes in order is reported, and comes later.
    order = [1, 0] if _latitude_first(xy) else [0, 1]
    if not _are_degrees(xy[:, order]):
        return shape, ""  # placing keeps them as text
    undo = OFFSETS[name]
    return shapely.transform(
        shape, lambda xy: np.column_stack(undo(*xy[:, order].T))[:, order]
    ), name
