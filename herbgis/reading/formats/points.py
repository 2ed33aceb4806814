"""CASS .dat, the points of a survey as its instrument saved them: 点号,编码,东,北,高."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import geopandas as gpd

from herbgis.foundation.language import tr
from herbgis.reading.formats.encodings import GBK, decided_line, text_of_file
from herbgis.reading.formats.rings import even_odd
from herbgis.reading.formats.survey_file import SurveyFile, UnreadableFileError
from herbgis.reading.understanding.survey import Layer
from herbgis.terms.issues import Issue, Place

_Point = tuple[float, float]
#: Number, code, east, north; the height may be missing.
_POINT_PARTS = 4


def read_cass_points(file: SurveyFile) -> Iterator[Layer]:
    """Rings of a CASS .dat: by code where several codes have three points, else one of all."""
    text, encoding = text_of_file(file.path)
    points, unread = _parse(text)
    if not points:
        msg = tr("没有“点号,编码,东,北,高”的行, 不是 CASS 坐标文件")
        raise UnreadableFileError(msg)
    rings, left, among = _rings(points, file.path.stem)
    where = Place(file.shown, file.path.stem)
    issues = [*_unread(unread, list(rings), where)]
    note = (
        tr("按编码连成 {count} 个图斑", count=len(rings))
        if len(rings) > 1
        else tr("全部点按顺序连成一个图斑")
    )
    if left:
        why = tr("{count} 个点没有连成图斑(无编码, 或同码不足三点)", count=left)
        issues.append(Issue("HG001", where, {"why": why}, severity="warning"))
    if among:
        why = tr("{count} 个点编码不同, 仍与其余的点连成一圈, 请核对", count=among)
        issues.append(Issue("HG001", where, {"why": why}, severity="warning"))
    assumptions = [decided_line(encoding)] if encoding == GBK else []
    yield Layer(
        file=file.shown,
        name=file.path.stem,
        frame=gpd.GeoDataFrame(
            {"name": list(rings)},
            geometry=gpd.GeoSeries([even_odd([ring]) for ring in rings.values()]),
        ),
        crs=None,
        promised=len(rings),
        encoding=encoding,
        assumptions=(*assumptions, note),
        issues=tuple(issues),
    )


def _unread(lines: dict[int, str | None], rings: list[str], where: Place) -> Iterator[Issue]:
    """That some lines are not read, and on each ring which of them its points stand in."""
    if lines:
        why = tr("第 {row} 行等 {count} 行读不懂", row=next(iter(lines)), count=len(lines))
        yield Issue("HG001", where, {"why": why})
    for number, code in lines.items():
        # Without rings by code every point is one of the only ring.
        ring = code if code in rings else rings[0] if len(rings) == 1 else None
        if code is not None and ring is not None:
            record = Place(where.file, where.layer, rings.index(ring) + 1)
            yield Issue(
                "HG103", record, {"reason": tr("第 {row} 行的点读不懂, 少一个顶点", row=number)}
            )


def _parse(text: str) -> tuple[list[tuple[str, _Point]], dict[int, str | None]]:
    """Code and point of each line, east first; the lines that are none, by number.

    Beside these stands the code where a line is a point's but for its numbers. A first line that
    is one whole number counts the points.
    """
    points: list[tuple[str, _Point]] = []
    unread: dict[int, str | None] = {}
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        line = raw.replace("，", ",").strip()
        parts = [part.strip() for part in line.split(",")]
        if not line or (number == 1 and line.isdecimal()):
            continue
        try:
            east, north = float(parts[2]), float(parts[3])
        except (ValueError, IndexError):
            east = north = math.nan
        if math.isfinite(east) and math.isfinite(north):
            points.append((parts[1], (east, north)))
        else:
            unread[number] = parts[1] if len(parts) >= _POINT_PARTS else None
    return points, unread


def _rings(points: list[tuple[str, _Point]], stem: str) -> tuple[dict[str, list[_Point]], int, int]:
    """Points by the name of their ring, how many are of none, and how many of another code in it.

    A single code that has three points does not group: its ring is drawn through all points.
    """
    by_code: dict[str, list[_Point]] = {}
    for code, point in points:
        if code:
            by_code.setdefault(code, []).append(point)
    rings = {code: ring for code, ring in by_code.items() if len(set(ring)) >= 3}
    others = len(points) - sum(len(ring) for ring in rings.values())
    if len(rings) < 2:
        return {stem: [point for _, point in points]}, 0, others if rings else 0
    return rings, others, 0
