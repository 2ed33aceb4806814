"""CASS .dat, the points of a survey as its instrument saved them: 点号,编码,东,北,高."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import geopandas as gpd

from herbgis.reading.formats.encodings import GBK, decided_line, text_of_file
from herbgis.reading.formats.rings import even_odd
from herbgis.reading.formats.survey_file import SurveyFile
from herbgis.reading.understanding.survey import Layer
from herbgis.terms.issues import Issue, Place

_Point = tuple[float, float]


def read_cass_points(file: SurveyFile) -> Iterator[Layer]:
    """Rings of a CASS .dat: by code where several codes have three points, else one of all."""
    text, encoding = text_of_file(file.path)
    points, unread = _parse(text)
    if not points:
        msg = "没有“点号,编码,东,北,高”的行, 不是 CASS 坐标文件"
        raise ValueError(msg)
    rings, note = _rings(points, file.path.stem)
    issues = []
    if unread:
        why = f"第 {unread[0]} 行等 {len(unread)} 行读不懂"
        issues.append(Issue("HG001", Place(file.shown, file.path.stem), {"why": why}))
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


def _parse(text: str) -> tuple[list[tuple[str, _Point]], list[int]]:
    """Code and point of each line, east first; numbers of the lines that are neither.

    A first line that is one whole number counts the points.
    """
    points: list[tuple[str, _Point]] = []
    unread: list[int] = []
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        line = raw.replace("，", ",").strip()
        parts = [part.strip() for part in line.split(",")]
        if not line or (number == 1 and line.isdecimal()):
            continue
        try:
            east, north = float(parts[2]), float(parts[3])
        except (ValueError, IndexError):
            unread.append(number)
            continue
        if math.isfinite(east) and math.isfinite(north):
            points.append((parts[1], (east, north)))
        else:
            unread.append(number)
    return points, unread


def _rings(points: list[tuple[str, _Point]], stem: str) -> tuple[dict[str, list[_Point]], str]:
    """Points by the name of their ring, and how they were grouped."""
    by_code: dict[str, list[_Point]] = {}
    for code, point in points:
        if code:
            by_code.setdefault(code, []).append(point)
    rings = {code: ring for code, ring in by_code.items() if len(set(ring)) >= 3}
    if len(rings) < 2:
        return {stem: [point for _, point in points]}, "全部点按顺序连成一个图斑"
    left = len(points) - sum(len(ring) for ring in rings.values())
    note = f"按编码连成 {len(rings)} 个图斑"
    return rings, f"{note}, {left} 个点未用(无编码或不足三点)" if left else note
