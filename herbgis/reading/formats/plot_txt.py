"""界址点 TXT, the exchange format of land survey (勘测定界): header, plots, boundary points."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

import geopandas as gpd
import pyproj
import shapely

from herbgis.foundation.units import MU_M2
from herbgis.geo.china import SURE_NORTHINGS_M
from herbgis.geo.datums import OLD_DATUMS
from herbgis.geo.zones import GaussKruger
from herbgis.reading.formats.encodings import GBK, decided_line, text_of_file
from herbgis.reading.formats.rings import even_odd
from herbgis.reading.formats.survey_file import SurveyFile
from herbgis.reading.understanding.survey import Layer
from herbgis.terms.issues import Issue, Place

_SECTION = re.compile(r"[\[【](.+?)[\]】]")
_PLOT_MARK = "@"
#: A plot number of so few digits counts plots within its file and names no base.
_COUNTER = re.compile(r"\d{1,4}")
_HECTARE_M2 = 10_000.0
_AREA_TOLERANCE = 0.005


@dataclass
class _Plot:
    """One plot as its lines say: the fields of its head and its points by ring."""

    fields: list[str]
    rings: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    points: int = 0


@dataclass
class _Contents:
    """A file's lines by what they are; `unread` holds the numbers of those that are nothing."""

    header: dict[str, str] = field(default_factory=dict)
    plots: list[_Plot] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)


def read_plot_txt(file: SurveyFile) -> Iterator[Layer]:
    """Plots of a 界址点 TXT; X is north and Y is east unless the points say otherwise."""
    text, encoding = text_of_file(file.path)
    contents = _parse(text)
    plots = contents.plots
    if not plots:
        msg = "文件中没有以 @ 结尾的地块行和界址点, 不是勘测定界 TXT"
        raise ValueError(msg)
    where = Place(file.shown, file.path.stem)
    swapped = _east_first(plots)
    crs, assumptions, contradiction = _system(contents.header, plots, swapped=swapped)
    if encoding == GBK:
        assumptions.append(decided_line(encoding))
    if swapped:
        assumptions.append("点坐标为东坐标在前(由数值判定)")
    shapes = [_shape(plot, swapped=swapped) for plot in plots]
    notes = [_check_header(plot, shape) for plot, shape in zip(plots, shapes, strict=True)]
    assumptions += dict.fromkeys(note for note, wrong in notes if note and not wrong)
    issues = [Issue("HG008", where, {"what": contradiction})] if contradiction else []
    issues += [
        Issue("HG008", Place(file.shown, file.path.stem, row), {"what": note})
        for row, (note, wrong) in enumerate(notes, 1)
        if wrong
    ]
    if contents.unread:
        why = f"第 {contents.unread[0]} 行等 {len(contents.unread)} 行读不懂"
        issues.append(Issue("HG001", where, {"why": why}))
    yield Layer(
        file=file.shown,
        name=file.path.stem,
        frame=_table(plots, shapes),
        crs=crs,
        promised=len(plots),
        encoding=encoding,
        assumptions=tuple(assumptions),
        issues=tuple(issues),
    )


def _table(plots: list[_Plot], shapes: list[shapely.Geometry | None]) -> gpd.GeoDataFrame:
    """A row a plot, under the base table's own headings."""
    ids = [_field(plot, 2) for plot in plots]
    return gpd.GeoDataFrame(
        {
            "base_id": [None if not i or _COUNTER.fullmatch(i) else i for i in ids],
            "name": [_field(plot, 3) for plot in plots],
            "mode": [_field(plot, 6) for plot in plots],
        },
        geometry=gpd.GeoSeries(shapes),
    )


def _field(plot: _Plot, number: int) -> str | None:
    """A field of the plot's head; shorter heads lack the last ones."""
    return plot.fields[number].strip() or None if number < len(plot.fields) else None


def _parse(text: str) -> _Contents:
    contents = _Contents()
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        line = raw.replace("，", ",").strip()
        if not line or _SECTION.fullmatch(line):
            continue
        if line.endswith(_PLOT_MARK):
            contents.plots.append(_Plot([part.strip() for part in line[:-1].split(",")]))
        elif contents.plots:
            if not _add_point(contents.plots[-1], line):
                contents.unread.append(number)
        elif "=" in line:
            key, value = line.split("=", 1)
            contents.header[unicodedata.normalize("NFKC", key).strip()] = value.strip()
    return contents


def _add_point(plot: _Plot, line: str) -> bool:
    """Add a boundary point to its ring; False where the line holds none."""
    parts = [part.strip() for part in line.split(",")]
    try:
        first, second = float(parts[-2]), float(parts[-1])
    except (ValueError, IndexError):
        return False
    if not (math.isfinite(first) and math.isfinite(second)):
        return False
    ring = parts[-3] if len(parts) > 3 else "1"
    plot.rings.setdefault(ring, []).append((first, second))
    plot.points += 1
    return True


def _east_first(plots: list[_Plot]) -> bool:
    """Whether the first number of a point is its easting: the other alone can be a northing."""
    first, second = next((ring[0] for plot in plots for ring in plot.rings.values()), (0.0, 0.0))
    low, high = SURE_NORTHINGS_M
    return low < second < high and not low < first < high


def _zone_of(plots: list[_Plot], *, swapped: bool) -> int | None:
    """Zone number in front of the eastings, or None."""
    for plot in plots:
        for ring in plot.rings.values():
            for north, east in ring:
                easting = north if swapped else east
                return int(easting // 1e6) if easting > 1e7 else None
    return None


def _system(
    header: dict[str, str], plots: list[_Plot], *, swapped: bool
) -> tuple[pyproj.CRS | None, list[str], str]:
    """The system that header and eastings agree on, how it was found, and what contradicts."""
    in_front = _zone_of(plots, swapped=swapped)
    digits = re.search(r"\d+", header.get("带号", ""))
    stated = int(digits.group()) if digits else None
    zone = in_front or stated
    written = header.get("坐标系", "")
    marked = (datum for datum in OLD_DATUMS if datum.mark in written and "2000" not in written)
    old = next(marked, None)
    if zone is None:
        return None if old is None else pyproj.CRS.from_epsg(old.degrees_epsg), [], ""
    system = GaussKruger(zone, in_front is not None, old.name if old else "CGCS2000")
    try:
        crs = pyproj.CRS.from_epsg(system.epsg)
    except ValueError:
        return None, [], f"带号 {zone} 不在中国范围"
    how = "由东坐标" if in_front else "由文件头带号"
    wrong = in_front and stated and in_front != stated
    contradiction = f"文件头带号 {stated}, 东坐标带号 {in_front}" if wrong else ""
    title = written if old else "CGCS2000"
    return crs, [f"坐标系={title} {system.width}度{zone}带({how})"], contradiction


def _shape(plot: _Plot, *, swapped: bool) -> shapely.Geometry | None:
    """The plot's rings, east before north."""
    rings = plot.rings.values()
    return even_odd([p if swapped else [(east, north) for north, east in p] for p in rings])


def _check_header(plot: _Plot, shape: shapely.Geometry | None) -> tuple[str, bool]:
    """What the head of a plot says of its points and area: a note, and whether it is wrong.

    The unit of the area is stated nowhere; the points decide between m², hectares and 亩. The
    plane's area is what surveyors write there.
    """
    try:
        promised, area = int(plot.fields[0]), float(plot.fields[1])
    except (ValueError, IndexError):
        return "", False
    distinct = sum(len(set(ring)) for ring in plot.rings.values())
    if promised not in {plot.points, distinct}:
        return f"文件头写 {promised} 个界址点, 实有 {distinct} 个", True
    plane = float(shapely.area(shape)) if shape is not None else 0.0
    for unit, square_metres in (("公顷", _HECTARE_M2), ("平方米", 1.0), ("亩", MU_M2)):
        if plane and abs(area * square_metres / plane - 1) <= _AREA_TOLERANCE:
            return f"地块面积按{unit}解读(与界址点相符)", False
    if not area:
        return "", False
    return f"文件头面积 {area:g} 与界址点围成的 {plane:.1f} ㎡ 不符", True
